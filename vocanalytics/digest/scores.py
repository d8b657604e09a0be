"""Scores per source and question, each on its own scale."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from vocanalytics.digest import words
from vocanalytics.digest.origin import Origin, row_of
from vocanalytics.digest.reading import Period, Published

Row = dict[str, Any]

MOST_PERIODS = 13
KEY = ("period_kind", "period_on", "source", "question_id", "score_scale")


@dataclass(frozen=True, slots=True)
class Series:
    """One question's score, oldest period first; ``now`` is empty where nobody answered in the period."""

    feed: str  # the source's own name
    source: str
    question: str
    short: str
    scale: str
    metric: str
    what: str
    is_main: bool
    now: str
    bounds: str
    between: str  # the same without the words
    base: int
    is_thin: bool
    points: list[Row]
    origin: Origin


def series(published: Published) -> list[Series]:
    """Main questions first, then by how many answered."""
    rows = [row for row in published.scores if row["is_complete"] or _is_now(row, published.period)]
    rows.sort(key=lambda row: (*_question(row), row["period_on"]))
    found = [_series(list(group)[-MOST_PERIODS:], published.period) for _, group in groupby(rows, key=_question)]
    return sorted(found, key=lambda one: (not one.now, not one.is_main, -one.base, one.source, one.question))


def _question(row: Row) -> tuple[str, str, str]:
    return row["source"], row["question_id"], row["score_scale"]


def _is_now(row: Row, period: Period | None) -> bool:
    return period is not None and row["period_on"] == period.first


def _series(rows: list[Row], period: Period | None) -> Series:
    last = rows[-1]
    now = last if _is_now(last, period) else None
    return Series(
        feed=last["source"],
        source=words.plain(last["source"]),
        question=last["question"] or words.plain(last["question_id"]),
        short=words.plain(last["question_id"]),
        scale=last["score_scale"],
        metric=last["score_metric"],
        what=_what(last),
        is_main=any(row["is_main"] for row in rows),
        now=value(now) if now else "",
        bounds=bounds(now) if now else "",
        between=bounds(now).removeprefix(words.INTERVAL) if now else "",
        base=now["response_count"] if now else 0,
        is_thin=bool(now and now["is_thin"]),
        points=rows,
        origin=row_of("score_trends", last, KEY, ("headline", "headline_low", "headline_high", "response_count")),
    )


def _what(row: Row) -> str:
    scale = words.SCALES.get(row["score_scale"], row["score_scale"])
    metric = words.METRICS[row["score_metric"]]
    return metric if row["score_metric"] == "nps" else f"{metric} ({scale})"


def value(row: Row) -> str:
    if row["score_metric"] == "nps":
        return words.signed(row["headline"])
    return words.percent(row["headline"]) if row["score_metric"] != "mean" else f"{row['headline']:.1f}"


def bounds(row: Row) -> str:
    low, high = row["headline_low"], row["headline_high"]
    if low is None or high is None:
        return "no interval: one response"
    if row["score_metric"] == "nps":
        return words.interval(low, high)
    if row["score_metric"] == "mean":
        return f"{words.INTERVAL}{low:.1f} to {high:.1f}"
    return words.share_interval(low, high)
