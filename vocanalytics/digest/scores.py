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
MEAN_DIGITS = 2  # scales are short: with one, means that differ clearly look the same
KEY = ("period_kind", "period_on", "source", "question_id", "score_scale")
RAKED = "raked_"  # what columns of the weighted figure begin with
ABOUT_WEIGHTED = (
    "Weighted to your population: the score as if a survey’s answers were made up like the people it goes to, as "
    "population.csv tells. It stands beside the raw figure, not in its place: within a category, those who answer "
    "still speak for those who do not. The effective base is how many equally weighted answers the weighted ones are "
    "worth. Pictures, changes and what goes with the score rest on the raw figure."
)


@dataclass(frozen=True, slots=True)
class Weighted:
    """The score as if the answers were made up like the population the company declared."""

    label: str  # with the dimensions it was weighted by
    now: str
    bounds: str
    between: str  # the same without the words
    base: str
    origin: Origin

    @property
    def line(self) -> str:
        return f"{self.label}: {self.now} ({self.bounds}, effective base {self.base})"


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
    weighted: Weighted | None = None  # beside ``now``, where the population can be met


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
        weighted=_weighted(now) if now else None,
    )


def _weighted(row: Row) -> Weighted | None:
    # a publication of an earlier edition lacks the columns
    if row.get("raked_headline") is None:
        return None
    told = bounds(row, RAKED)
    figures = ("headline", "headline_low", "headline_high", "effective_response_count", "dimensions")
    return Weighted(
        label=f"Weighted to your population ({row['raked_dimensions'].replace('_', ' ')})",
        now=value(row, RAKED),
        bounds=told,
        between=told.removeprefix(words.INTERVAL),
        base=f"{row['raked_effective_response_count']:,.0f}",
        origin=row_of("score_trends", row, KEY, [f"{RAKED}{name}" for name in figures]),
    )


def _what(row: Row) -> str:
    scale = words.SCALES.get(row["score_scale"], row["score_scale"])
    metric = words.METRICS[row["score_metric"]]
    return metric if row["score_metric"] == "nps" else f"{metric} ({scale})"


def value(row: Row, kind: str = "") -> str:
    """The figure a question is quoted by; ``kind`` is what its column's name begins with."""
    figure = row[f"{kind}headline"]
    if row["score_metric"] == "nps":
        return words.signed(figure)
    return words.percent(figure) if row["score_metric"] != "mean" else f"{figure:.{MEAN_DIGITS}f}"


def bounds(row: Row, kind: str = "") -> str:
    low, high = row[f"{kind}headline_low"], row[f"{kind}headline_high"]
    if low is None or high is None:
        return f"no interval: {_why_none(row, kind)}"
    if row["score_metric"] == "nps":
        return words.interval(low, high)
    if row["score_metric"] == "mean":
        return f"{words.INTERVAL}{low:.{MEAN_DIGITS}f} to {high:.{MEAN_DIGITS}f}"
    return words.share_interval(low, high)


def _why_none(row: Row, kind: str) -> str:
    if row["response_count"] == 1 and not kind:
        return "one response"
    worth = row[f"{kind}effective_response_count"]
    return "worth one response" if worth is not None and worth <= 1 else "all alike"
