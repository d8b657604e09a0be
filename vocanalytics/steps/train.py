"""Fit the taxonomy heads."""

from __future__ import annotations

from pathlib import Path


def train_heads(taxonomy: Path, labelled: Path | None, output: Path) -> dict[str, object]:
    """Fit on the taxonomy's examples and, where given, labelled rows; returns the measured quality."""
    from vocanalytics.tagging.training import train_themes

    return train_themes(taxonomy, labelled, output)
