"""Fits the taxonomy heads and writes them as a model folder (what ``voc train`` does)."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vocanalytics.tagging.artifacts import claim_folder
from vocanalytics.tagging.encoder import Encoder
from vocanalytics.tagging.labelled import Labelled, coded
from vocanalytics.tagging.memory import ShortMemory
from vocanalytics.tagging.themes import ThemesModel, fit_themes
from vocanalytics.tagging.themes_card import card
from vocanalytics.taxonomy import load_taxonomy

if TYPE_CHECKING:
    import pandas as pd


def train_themes(
    taxonomy_path: str | Path,
    labelled: pd.DataFrame | Labelled | None,
    output: Path,
    beta: float = 1.0,
    where: str = "labelled rows",
) -> dict[str, Any]:
    """Fit both axes of a taxonomy on the shipped encoder, and write them to ``output``.

    Parameters
    ----------
    taxonomy_path : path
        The coding frame.
    labelled : DataFrame or Labelled, optional
        Rows coded by people: columns ``text``, ``themes`` (ids joined by ``;``) and optionally ``touchpoint``.
    output : path
        The folder to write, new, empty or a themes model; `Tagger.load` takes it as ``themes_model``.

    beta : float
        How many times as much as precision the recall of a theme counts where thresholds are chosen (F-beta).
        Below 1 for fewer and surer tags.
    where : str
        What errors call the rows.

    Returns
    -------
    dict
        ``held_out``: per axis the mode (``examples``, ``labelled``, or ``descriptions``, where nothing is measured),
        rows, threshold, micro F1, precision, recall and, per label, precision, recall, F1 and support. The same stand
        in the manifest, and in words in ``README.md``.

    Raises
    ------
    ModelError
        If ``output`` is a file, or a folder of something else.
    TaxonomyError, SourceError
        If rows use ids the frame does not have, or none has a text.
    """
    started = time.monotonic()
    taxonomy, encoder = load_taxonomy(taxonomy_path), Encoder.load(memory=ShortMemory())
    if labelled is None:
        rows = None
    else:
        rows = labelled if isinstance(labelled, Labelled) else coded(labelled, taxonomy, where)
        rows = rows.once_each(where)
    claim_folder(output, "themes")
    model: ThemesModel = fit_themes(taxonomy, encoder, rows, beta)
    manifest = model.save(output)
    (output / "README.md").write_text(card(model), encoding="utf-8")
    return {**model.facts, "digest": manifest.digest[:12], "seconds": round(time.monotonic() - started, 1)}
