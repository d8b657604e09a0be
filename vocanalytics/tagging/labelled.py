"""Rows coded by people: reading them, and learning an axis from them.

People code whole texts; we classify segments. Each label of a text is given to the segments the frame alone
finds likeliest for it, so that "love the car, but nobody called" does not teach that calls are about cars.
Thresholds are then chosen on whole texts, the union of their segments, because that is what was coded.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vocanalytics.errors import MissingColumns, SourceError, TaxonomyError
from vocanalytics.tagging.axis_fitting import (
    Rows,
    best_cut,
    example_rows,
    fit_axis,
    fit_combiner,
    none_below,
    ridge,
)
from vocanalytics.tagging.evidence import COLUMNS, Embed, Evidence, design
from vocanalytics.tagging.heads import Floats
from vocanalytics.tagging.themes import Axis, combine
from vocanalytics.taxonomy import Label, Taxonomy
from vocanalytics.text.segments import segment_many

FEWEST_ROWS = 50  # fewer teach nothing that the frame does not say better
_SHARE_OF_BEST = 0.6  # a segment this close to the likeliest one shares its label
_TRUST = 20  # labelled texts at which a label's own threshold counts as much as the common one


@dataclass(frozen=True, slots=True)
class Labelled:
    """Coded texts; ``None`` in ``touchpoint`` where nobody coded it."""

    texts: Sequence[str]
    themes: Sequence[frozenset[str]]
    touchpoint: Sequence[frozenset[str] | None]

    def of(self, axis: str) -> tuple[list[str], list[frozenset[str]]]:
        """The texts coded on an axis, with their labels."""
        coded = self.themes if axis == "themes" else self.touchpoint
        pairs = [(text, labels) for text, labels in zip(self.texts, coded, strict=True) if labels is not None]
        return [text for text, _ in pairs], [labels for _, labels in pairs]


def read_labelled(path: Path, taxonomy: Taxonomy) -> Labelled:
    """Read a ``.csv``, ``.jsonl`` or ``.parquet`` file with columns ``text``, ``themes`` and maybe ``touchpoint``.

    Raises
    ------
    SourceError
        If the file cannot be read or lacks a column.
    TaxonomyError
        If it uses an id the frame does not have.
    """
    frame = _read(path)
    if missing := {"text", "themes"} - set(frame.columns):
        raise MissingColumns(path.name, missing, map(str, frame.columns))
    return from_frame(frame, taxonomy, path.name)


def from_frame(frame: pd.DataFrame, taxonomy: Taxonomy, where: str) -> Labelled:
    frame = frame.fillna("").astype(str)
    themes = [split_ids(cell) for cell in frame["themes"]]
    if "touchpoint" in frame.columns:
        touchpoints: list[frozenset[str] | None] = [split_ids(cell) for cell in frame["touchpoint"]]
    else:
        touchpoints = [None] * len(frame)
    _check(frozenset().union(*themes), [theme.id for theme in taxonomy.themes], where, "theme")
    used = frozenset().union(*(labels or frozenset() for labels in touchpoints))
    _check(used, [point.id for point in taxonomy.touchpoints], where, "touchpoint")
    return Labelled(frame["text"].tolist(), themes, touchpoints)


def split_ids(cell: str) -> frozenset[str]:
    """
    >>> sorted(split_ids("fees; honesty;"))
    ['fees', 'honesty']
    """
    return frozenset(part.strip() for part in cell.split(";")) - {""}


def _check(used: frozenset[str], known: Sequence[str], where: str, axis: str) -> None:
    if unknown := sorted(used - set(known)):
        raise TaxonomyError(
            f"{where}: {axis} id(s) {', '.join(unknown[:5])} are not in the taxonomy, which has "
            f"{', '.join(known) or 'none'}. "
            "Correct the file or the taxonomy. Nothing was read."
        )


def _read(path: Path) -> pd.DataFrame:
    readers: dict[str, Any] = {
        ".csv": lambda: pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig"),
        ".jsonl": lambda: pd.DataFrame(
            [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
        ),
        ".parquet": lambda: pd.read_parquet(path),
    }
    if path.suffix not in readers:
        raise SourceError(f"{path.name}: expected a name ending in {', '.join(readers)}. Nothing was read.")
    try:
        frame: pd.DataFrame = readers[path.suffix]()
    except (OSError, ValueError) as error:
        raise SourceError(
            f"{path.name}: not readable as {path.suffix} ({type(error).__name__}). Nothing was read."
        ) from None
    return frame


def fit_labelled(
    labels: Sequence[Label],
    embed: Embed,
    zero_shot: Mapping[str, Any],
    texts: Sequence[str],
    coded: Sequence[frozenset[str]],
    beta: float,
) -> tuple[Axis, dict[str, Any]]:
    """An axis from a frame and coded texts, with held-out figures over whole texts."""
    first, figures = fit_axis(labels, embed, zero_shot, beta)
    if not labels or len(texts) < FEWEST_ROWS:
        return first, figures
    segments, owner = _segments(texts)
    embedding = embed(segments)
    given = np.array([[label.id in found for label in labels] for found in coded], dtype=np.float32)
    target = _share_out(first.judge(embedding, segments).probabilities, given, owner)
    rows = _with_examples(Rows(segments, embedding, target), example_rows(labels, embed))
    scorer, held_out = ridge(design(rows.embedding, rows.texts), rows.target)
    # coded rows are no examples: likeness to them would be known only for the rows themselves
    evidence = replace(Evidence.gather(labels, embed), scorer=scorer)
    columns = evidence.columns(rows.embedding, rows.texts, own=True, scores=held_out)[: len(segments)]
    weights = fit_combiner(columns, target, range(len(COLUMNS)))
    whole = _by_text(combine(columns, weights), owner, len(texts))
    cut, figures = best_cut(whole, given, beta)
    axis = Axis(evidence, weights, own_cuts(whole, given, cut, beta), none_below(whole, given, cut))
    return axis, {"mode": "labelled", "rows": len(texts), **figures}


def _segments(texts: Sequence[str]) -> tuple[list[str], NDArray[np.intp]]:
    pairs = [
        (text[start:end], i)
        for i, (text, spans) in enumerate(zip(texts, segment_many(texts), strict=True))
        for start, end in spans
    ]
    return [segment for segment, _ in pairs], np.array([i for _, i in pairs], dtype=np.intp)


def _share_out(likely: Floats, given: Floats, owner: NDArray[np.intp]) -> Floats:
    """Labels per segment: those of its text for which it is, or nearly is, the likeliest segment."""
    best = _by_text(likely, owner, len(given))[owner]
    shared: Floats = given[owner] * (likely >= _SHARE_OF_BEST * best)
    return shared


def _by_text(values: Floats, owner: NDArray[np.intp], count: int) -> Floats:
    """The largest value among a text's segments, shape (count, k)."""
    whole = np.zeros((count, values.shape[1]), dtype=np.float32)
    np.maximum.at(whole, owner, values)
    return whole


def _with_examples(coded: Rows, examples: Rows) -> Rows:
    return Rows(
        [*coded.texts, *examples.texts],
        np.vstack([coded.embedding, examples.embedding]),
        np.vstack([coded.target, examples.target]),
    )


def own_cuts(probabilities: Floats, given: Floats, common: float, beta: float) -> Floats:
    """Per label the threshold with the best F1, drawn to the common one where few texts have the label."""
    cuts = []
    for k in range(given.shape[1]):
        own, _ = best_cut(probabilities[:, [k]], given[:, [k]], beta)
        trust = given[:, k].sum() / (given[:, k].sum() + _TRUST)
        cuts.append(trust * own + (1 - trust) * common)
    return np.array(cuts, dtype=np.float32)
