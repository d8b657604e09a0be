"""Taxonomy heads: how likely each theme and touchpoint is for a segment, and when to say nothing."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vocanalytics.errors import ModelError
from vocanalytics.tagging.artifacts import Manifest, digest_of, read_manifest, write_manifest
from vocanalytics.tagging.encoder import Encoder
from vocanalytics.tagging.evidence import Evidence
from vocanalytics.tagging.features import EDITION
from vocanalytics.tagging.heads import Floats, sigmoid
from vocanalytics.taxonomy import Label, Taxonomy

if TYPE_CHECKING:
    from vocanalytics.tagging.labelled import Labelled

logger = logging.getLogger(__name__)
AXES = ("themes", "touchpoint")
# a place can also be had from a neighbour or the survey, so a wrong one costs more than none
_PLACE_BETA = 0.7
OUTCOMES = ("tagged", "none_applies", "abstained")  # abstained: not sure enough for either


@dataclass(frozen=True, slots=True)
class Judgement:
    """Row i for text i, column k for label k. Labels are independent: rows of probabilities do not add up to 1."""

    ids: tuple[str, ...]
    probabilities: Floats
    passed: NDArray[np.bool_]
    outcomes: NDArray[np.str_]  # per text: one of OUTCOMES


@dataclass(frozen=True, slots=True)
class Axis:
    """The labels of one axis with what was learned about weighing their evidence."""

    evidence: Evidence
    weights: Floats  # (columns + 1,): combiner of the first columns of evidence, constant last
    thresholds: Floats  # (k,): tagged from here on
    none_below: float  # nothing applies when even the likeliest label stays below

    @property
    def ids(self) -> tuple[str, ...]:
        return self.evidence.ids

    def judge(self, embedding: Floats, texts: Sequence[str]) -> Judgement:
        """What is said of each text on this axis."""
        if not self.ids or not len(texts):
            probabilities = np.zeros((len(texts), len(self.ids)), dtype=np.float32)
        else:
            probabilities = combine(self.evidence.columns(embedding, texts), self.weights)
        # a text without a word has a zero embedding and no say
        probabilities[~embedding.any(axis=1)] = 0
        passed = probabilities >= self.thresholds
        sure = probabilities.max(axis=1, initial=0.0) < self.none_below
        outcomes = np.where(passed.any(axis=1), OUTCOMES[0], np.where(sure, OUTCOMES[1], OUTCOMES[2]))
        return Judgement(self.ids, probabilities, passed, outcomes)

    def arrays(self, axis: str) -> dict[str, NDArray[Any]]:
        learned = {"weights": self.weights, "thresholds": self.thresholds, "none_below": np.array(self.none_below)}
        return self.evidence.arrays(axis) | {f"{axis}.{name}": np.asarray(value) for name, value in learned.items()}

    @classmethod
    def stored(cls, arrays: Mapping[str, NDArray[Any]], axis: str) -> Axis:
        return cls(
            evidence=Evidence.stored(arrays, axis),
            weights=arrays[f"{axis}.weights"],
            thresholds=arrays[f"{axis}.thresholds"],
            none_below=float(arrays[f"{axis}.none_below"]),
        )


def combine(columns: Floats, weights: Floats) -> Floats:
    logits = columns[:, :, : len(weights) - 1].astype(np.float64) @ weights[:-1] + weights[-1]
    return sigmoid(logits).astype(np.float32)


@dataclass(frozen=True, slots=True)
class ThemesModel:
    """Both axes of one taxonomy, fitted on one encoder."""

    axes: Mapping[str, Axis]
    taxonomy: str  # digest
    encoder: str  # digest
    facts: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """The same for a model that was read and the one that was written."""
        arrays = {key: value for axis in AXES for key, value in self.axes[axis].arrays(axis).items()}
        content = [np.ascontiguousarray(arrays[key]).tobytes() for key in sorted(arrays)]
        return digest_of(b"".join([EDITION.encode(), self.taxonomy.encode(), self.encoder.encode(), *content]))

    def save(self, folder: Path) -> Manifest:
        folder.mkdir(parents=True, exist_ok=True)
        arrays = {key: value for axis in AXES for key, value in self.axes[axis].arrays(axis).items()}
        np.savez_compressed(folder / "axes.npz", **arrays)  # type: ignore[arg-type]
        facts = dict(self.facts) | {"taxonomy_digest": self.taxonomy, "encoder_digest": self.encoder}
        return write_manifest(folder, "themes", facts)

    @classmethod
    def load(cls, folder: Path) -> ThemesModel:
        manifest = read_manifest(folder, "themes")
        arrays, facts = manifest.arrays("axes.npz"), dict(manifest.facts)
        taxonomy, encoder = str(facts.pop("taxonomy_digest", "")), str(facts.pop("encoder_digest", ""))
        return cls({axis: Axis.stored(arrays, axis) for axis in AXES}, taxonomy, encoder, facts)

    def check(self, taxonomy: Taxonomy, encoder: Encoder, name: str) -> ThemesModel:
        """Itself, if it was fitted for this frame on this encoder."""
        for what, own, given in (
            ("taxonomy", self.taxonomy, taxonomy.digest),
            ("encoder", self.encoder, encoder.digest),
        ):
            if own != given:
                raise ModelError(
                    f"{name}: fitted for another {what} (digest {own[:12]}, not {given[:12]} as {taxonomy.id} is used "
                    "now). Run `voc train` again. Nothing was loaded."
                )
        return self


def fit_themes(
    taxonomy: Taxonomy, encoder: Encoder, labelled: Labelled | None = None, beta: float = 1.0
) -> ThemesModel:
    """Fit both axes on what the taxonomy itself says and, where given, on rows coded by people.

    ``beta``: what recall of a theme counts against its precision where thresholds are chosen.
    """
    from vocanalytics.tagging.borrowing import shipped_bank
    from vocanalytics.tagging.labelled import ENOUGH_ROWS, fit_labelled

    labels: dict[str, Sequence[Label]] = {"themes": taxonomy.themes, "touchpoint": taxonomy.touchpoints}
    bank = shipped_bank(encoder.digest) if "borrowing" in encoder.zero_shot else None
    fitted, figures = {}, {}
    for axis in AXES:
        texts, found = labelled.of(axis) if labelled else ([], [])
        fitted[axis], figures[axis] = fit_labelled(
            labels[axis],
            encoder.embed,
            encoder.zero_shot,
            bank,
            texts,
            found,
            beta if axis == "themes" else _PLACE_BETA,
        )
        if rows := figures[axis].get("unused_rows"):
            logger.warning(
                "%s: %s labelled texts do not teach more than the taxonomy itself says, so they are left out. %s",
                axis,
                f"{rows:,}",
                f"Label at least {ENOUGH_ROWS}, some of them with none of its labels."
                if rows < ENOUGH_ROWS
                else "Look for texts that contradict each other or what the taxonomy says of its labels.",
            )
    # through the stored form, so that a model fitted now and one read later say exactly the same
    axes = {axis: Axis.stored(model.arrays(axis), axis) for axis, model in fitted.items()}
    return ThemesModel(
        axes, taxonomy.digest, encoder.digest, {"taxonomy": taxonomy.id, "beta": beta, "held_out": figures}
    )
