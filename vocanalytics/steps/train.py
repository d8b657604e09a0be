"""Fit the taxonomy heads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vocanalytics.errors import ConfigError
from vocanalytics.steps.job import Job
from vocanalytics.steps.stateless import texts_of
from vocanalytics.steps.table_reading import read_batches
from vocanalytics.taxonomy import load_taxonomy
from vocanalytics.warehouse.labels import frames_with_labels, training_rows

_REMEDY = "Labelled rows have the columns text and themes; rename the ones it has. Nothing was fitted."


def train_heads(taxonomy: Path, labelled: Path | None, output: Path, beta: float = 1.0) -> dict[str, Any]:
    """Fit on the taxonomy's examples and, where given, labelled rows; returns the measured quality.

    Raises
    ------
    SourceError
        The labelled file cannot be read or lacks a column.
    TaxonomyError
        It holds ids the frame does not have.
    """
    import pandas as pd

    from vocanalytics.tagging.training import train_themes

    if labelled is None:
        return train_themes(taxonomy, None, output, beta)
    rows = pd.concat(read_batches(labelled, ["text", "themes"], _REMEDY, ("touchpoint",)), ignore_index=True)
    return train_themes(taxonomy, rows.assign(text=texts_of(rows["text"])), output, beta, labelled.name)


def train_encoder(library: Path, output: Path, weights: Path | None) -> dict[str, object]:
    """Make the encoder anew from public sets; returns the facts of its manifest."""
    from vocanalytics.tagging.encoder_training import make_encoder

    return make_encoder(library, output, weights)


def train_from_store(taxonomy: Path, job: Job, output: Path, beta: float = 1.0) -> dict[str, Any]:
    """Fit on the taxonomy's examples and the labels people gave in the store, the audit left out.

    Raises
    ------
    ConfigError
        There is no store, or no label in it may teach this frame.
    """
    path, frame = job.settings.warehouse, load_taxonomy(taxonomy).id
    if not path.exists():
        raise ConfigError(f"{path}: there is no store yet; run `voc run`, then label. Nothing was fitted.")
    with job.store() as con:
        rows = training_rows(con, frame)
        others = frames_with_labels(con)
    if not rows:
        elsewhere = f" Labels were given under {', '.join(others)}." if others else ""
        raise ConfigError(
            f"{path}: no label may teach {frame}: it needs segments of the teach stratum, judged by people. See "
            f"`voc label export --teach N`.{elsewhere} Nothing was fitted."
        )
    from vocanalytics.tagging.labelled import Labelled
    from vocanalytics.tagging.training import train_themes

    texts, themes, touchpoints = zip(*rows, strict=True)
    judged = (
        [None if ids is None else frozenset(ids) for ids in themes],
        [None if ids is None else frozenset(ids) for ids in touchpoints],
    )
    labelled = Labelled(texts, *judged)
    return {"labels of the store": len(rows), **train_themes(taxonomy, labelled, output, beta, "labels of the store")}
