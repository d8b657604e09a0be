"""What a frame without examples borrows: the shipped heads of labels that are described alike.

A label of one's own, "Helpfulness of staff", is told by the company's name and description alone. A shipped frame
knows hundreds of sentences about `staff_attitude`. So each new label gets the scorers of the shipped labels, mixed by
how alike their descriptions are (a transfer by class similarity: Rohrbach et al., CVPR 2010).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vocanalytics.resources import models_dir
from vocanalytics.tagging.artifacts import MANIFEST
from vocanalytics.tagging.evidence import Evidence
from vocanalytics.tagging.heads import Floats

_SHARPNESS = 15.0  # of the mix: mostly the two or three labels nearest in meaning


@dataclass(frozen=True, slots=True)
class Bank:
    """Labels that can lend: row j and column j belong to the same one."""

    meaning: Floats  # (j, d): mean of a label's descriptions
    scorers: Floats  # (columns of `evidence.design`, j)

    @classmethod
    def of(cls, lenders: list[Evidence]) -> Bank | None:
        """The labels of axes that have a scorer, if any has."""
        able = [evidence for evidence in lenders if len(evidence.lendable)]
        if not able:
            return None
        return cls(
            np.vstack([meaning(evidence) for evidence in able]), np.hstack([evidence.lendable for evidence in able])
        )

    def lend(self, borrower: Evidence) -> Floats:
        """A scorer for each label of the borrower, shape (columns of `evidence.design`, k)."""
        centre = self.meaning.mean(axis=0)
        alike = _unit(meaning(borrower) - centre) @ _unit(self.meaning - centre).T
        shares = np.exp(_SHARPNESS * alike)
        lent: Floats = self.scorers @ (shares / shares.sum(axis=1, keepdims=True)).T
        return lent.astype(np.float32)


def shipped_bank(encoder: str) -> Bank | None:
    """The labels of all shipped heads that were fitted on the encoder with this digest."""
    from vocanalytics.tagging.themes import ThemesModel

    folders = sorted(path.parent for path in models_dir().glob(f"themes-*/{MANIFEST}"))
    models = [model for model in map(ThemesModel.load, folders) if model.encoder == encoder]
    return Bank.of([axis.evidence for model in models for axis in model.axes.values()])


def meaning(evidence: Evidence) -> Floats:
    """Mean of each label's descriptions, shape (k, d)."""
    total = np.zeros((len(evidence.ids), evidence.described.shape[1]), dtype=np.float32)
    np.add.at(total, evidence.described_owner, evidence.described)
    return _unit(total)


def _unit(rows: Floats) -> Floats:
    unit: Floats = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
    return unit
