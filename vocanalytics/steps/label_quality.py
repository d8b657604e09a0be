"""``voc label quality``: what the labelled audit says of the model."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from vocanalytics.errors import CheckFailed
from vocanalytics.statistics.agreement import hits
from vocanalytics.steps.job import Job
from vocanalytics.steps.label_sheet import POLARITIES
from vocanalytics.steps.labelling import tagging_model
from vocanalytics.taxonomy import Taxonomy, load_taxonomy
from vocanalytics.warehouse.connection import Connection
from vocanalytics.warehouse.corrections import Audited, Figure, audited, store_figures

FEWEST_IN_PART = 20  # labelled segments of a channel or language before it gets figures of its own

Labels = frozenset[str] | None  # None: nobody judged the axis
Part = tuple[Sequence[Audited], str | None, str | None]  # rows, channel, language


def measure_audit(job: Job) -> list[str]:
    """Write what the labelled audit says of the model to ``model_quality``; returns lines to print.

    The model's own readings are measured, not what labels made of them; every segment counts for as many as it was
    drawn out of.

    Raises
    ------
    CheckFailed
        Nothing is tagged, or no audit segment the model read is labelled.
    """
    frame = load_taxonomy(job.taxonomy)
    with job.store() as con:
        model = tagging_model(con, frame)
        rows, figures = _measure(con, model, frame)
    if not rows:
        raise CheckFailed(
            f"no audit segment that {model} read is labelled yet; run `voc label export --audit N`, fill it in, "
            "`voc label import`. Nothing was written."
        )
    return [*_about(rows, model, frame), *(_line(figure) for figure in figures if figure.is_overall), *_doubts(rows)]


def measure_before_publishing(con: Connection, model: str, frame: Taxonomy) -> list[str]:
    """`measure_audit` of the pair that is about to be published, in few words; none where it told nothing."""
    rows, figures = _measure(con, model, frame)
    count = sum(figure.is_overall and figure.axis != "joint" for figure in figures)
    about = [f"measured before publishing: {line}, {count:,} labels" for line in _about(rows, model, frame)]
    return [*about, *(f"of the audited segments, {line}" for line in _doubts(rows))] if figures else []


def _measure(con: Connection, model: str, frame: Taxonomy) -> tuple[list[Audited], list[Figure]]:
    rows = audited(con, model, frame.id)
    figures = [figure for part in _parts(rows) for figure in _figures(frame, part)]
    store_figures(con, figures, f"audit {datetime.now(UTC):%Y-%m-%d}", model, frame.id)
    return rows, figures


def _parts(rows: Sequence[Audited]) -> list[Part]:
    """All, then each channel and language with enough labelled segments."""
    parts: list[Part] = []
    for channel in sorted({row.channel for row in rows}):
        parts.append(([row for row in rows if row.channel == channel], channel, None))
    for language in sorted({row.language for row in rows if row.language}):
        parts.append(([row for row in rows if row.language == language], None, language))
    return [(rows, None, None), *(part for part in parts if len(part[0]) >= FEWEST_IN_PART)]


def _figures(frame: Taxonomy, part: Part) -> list[Figure]:
    themes, points = [theme.id for theme in frame.themes], [point.id for point in frame.touchpoints]
    pairs = [f"{theme}@{point}" for theme, point in itertools.product(themes, points)]
    return [
        *_axis("themes", themes, part, lambda row: _set(row.themes), lambda row: frozenset(row.found_themes)),
        *_axis("touchpoint", points, part, lambda row: _set(row.touchpoint), lambda row: _one(row.found_touchpoint)),
        *_axis("polarity", POLARITIES, part, lambda row: _mood(row.polarity), lambda row: _one(row.found_polarity)),
        *_axis("joint", pairs, part, _joint, lambda row: _pairs(row.found_themes, _one(row.found_touchpoint))),
    ]


def _set(ids: Sequence[str] | None) -> Labels:
    return None if ids is None else frozenset(ids)


def _one(name: str | None) -> frozenset[str]:
    return frozenset() if name is None else frozenset([name])


def _mood(polarity: str | None) -> Labels:
    return None if polarity is None else frozenset([polarity])


def _joint(row: Audited) -> Labels:
    judged = row.themes is not None and row.touchpoint is not None
    return _pairs(row.themes or (), frozenset(row.touchpoint or ())) if judged else None


def _pairs(themes: Sequence[str], points: frozenset[str]) -> frozenset[str]:
    return frozenset(f"{theme}@{point}" for theme in themes for point in points)


def _axis(
    axis: str,
    labels: Sequence[str],
    part: Part,
    gold_of: Callable[[Audited], Labels],
    found_of: Callable[[Audited], frozenset[str]],
) -> list[Figure]:
    """Figures of every label that people or the model gave to a segment somebody judged on this axis."""
    rows, channel, language = part
    judged = [(row, gold, found_of(row)) for row in rows if (gold := gold_of(row)) is not None]
    named = frozenset().union(*(gold | found for _, gold, found in judged))
    seen = [label for label in labels if label in named]
    if not seen:
        return []
    told = hits(
        [[label in gold for label in seen] for _, gold, _ in judged],
        [[label in found for label in seen] for _, _, found in judged],
        [row.weight for row, _, _ in judged],
        [row.respondent for row, _, _ in judged],
    )
    columns = zip(seen, *(map(_known, column) for column in told[:5]), told.support, strict=True)
    return [
        Figure(axis, label, channel, language, precision, recall, f1, low, high, int(support))
        for label, precision, recall, f1, low, high, support in columns
    ]


def _known(value: float) -> float | None:
    return None if math.isnan(value) else round(float(value), 4)


def _about(rows: Sequence[Audited], model: str, frame: Taxonomy) -> list[str]:
    return [
        f"{len(rows):,} audited segments of {len({row.respondent for row in rows}):,} customers, {model}, {frame.id}"
    ]


def _line(figure: Figure) -> str:
    def share(value: float | None) -> str:
        return "   -" if value is None else f"{value:4.2f}"

    return (
        f"{figure.axis:<11}{figure.label:<34}precision {share(figure.precision)}  recall {share(figure.recall)}  "
        f"F1 {share(figure.f1)} ({share(figure.f1_low)} to {share(figure.f1_high)})  n {figure.support:,}"
    )


def _doubts(rows: Sequence[Audited]) -> list[str]:
    taught, shown = sum(row.is_taught for row in rows), sum(row.is_guess_shown for row in rows)
    told = []
    if taught:
        told.append(
            f"{taught:,} of them may have taught this model before they became audit; train and tag again first"
        )
    if shown:
        told.append(
            f"{shown:,} of them were labelled with the model's guess in sight, which flatters it (--hide-guess)"
        )
    return told
