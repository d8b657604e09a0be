"""Fit the taxonomy heads."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from vocanalytics.errors import ConfigError
from vocanalytics.steps.job import Job
from vocanalytics.taxonomy import load_taxonomy
from vocanalytics.warehouse.labels import training_rows


def train_heads(taxonomy: Path, labelled: Path | None, output: Path, beta: float = 1.0) -> dict[str, Any]:
    """Fit on the taxonomy's examples and, where given, labelled rows; returns the measured quality."""
    from vocanalytics.tagging.training import train_themes

    return train_themes(taxonomy, labelled, output, beta)


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
    if not rows:
        raise ConfigError(
            f"{path}: no label may teach {frame}: it needs segments of the teach stratum judged on themes and on "
            "touchpoint. See `voc label export --teach N`. Nothing was fitted."
        )
    with tempfile.TemporaryDirectory(prefix=".labels-", dir=job.settings.home) as folder:
        file = Path(folder) / "labels.jsonl"
        names = ("text", "themes", "touchpoint")
        file.write_text("\n".join(json.dumps(dict(zip(names, row, strict=True))) for row in rows), encoding="utf-8")
        return {"labels of the store": len(rows), **train_heads(taxonomy, file, output, beta)}
