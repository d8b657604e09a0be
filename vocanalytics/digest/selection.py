"""What is worth a reader's time, and how it is said. Orders and words published figures; counts nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vocanalytics.digest import words
from vocanalytics.digest.notes import behind
from vocanalytics.digest.origin import CELL, Origin, praised_origins, row_of
from vocanalytics.digest.quotes import Quote, Quoting
from vocanalytics.digest.reading import ALL, Published

Row = dict[str, Any]

MOST_PAIN_POINTS = 8
ENOUGH_PAIN_POINTS = 5  # up to here, thin ones fill up
MOST_PRAISED = 5

FIGURES = (
    "negative_item_count", "item_count", "negative_share_pct", "negative_share_pct_low", "negative_share_pct_high",
    "priority_rank",
)  # fmt: skip
# state -> (word, arrow); only these count as a change
CHANGES = {"new": ("new", "▲"), "growing": ("growing", "▲"), "easing": ("easing", "▼")}


@dataclass(frozen=True, slots=True)
class Bar:
    """Positions in percent of the widest bar on the page."""

    at: float
    low: float
    high: float
    prior: float | None


@dataclass(frozen=True, slots=True)
class PainPoint:
    theme: str
    touchpoint: str
    stage: str
    owner: str
    figure: str
    change: str
    state: str  # new, growing, easing or empty
    arrow: str
    early: str  # what this period alone says, while no second one has confirmed it; mostly empty
    is_thin: bool
    bar: Bar
    notes: list[str]
    is_audited: bool
    quotes: list[Quote]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Praise:
    theme: str
    touchpoint: str
    owner: str
    figure: str
    quotes: list[Quote]
    origins: tuple[Origin, ...]


VERDICT = "overall"  # the theme of general verdicts, in every frame
Mine = Callable[[Row], bool]


def everyone(row: Row) -> bool:
    return True


def pain_points(published: Published, quoting: Quoting, mine: Mine = everyone) -> list[PainPoint]:
    """The worst cells over all sources by published rank; where few have one, some that rest on few items too."""
    rows = [row for row in published.pain_points if row["source"] == ALL and row["negative_item_count"] and mine(row)]
    # "terrible" says that it hurts, not what does
    rows = [row for row in rows if row["theme"] != VERDICT] or rows
    ranked = sorted((row for row in rows if row["priority_rank"]), key=lambda row: row["priority_rank"])
    fewest = 2 if ranked else 1  # one remark is a hint only where there is nothing else
    thin = [row for row in rows if not row["priority_rank"] and row["negative_item_count"] >= fewest]
    thin.sort(key=lambda row: (-row["negative_item_count"], row["theme_label"], row["touchpoint_label"]))
    shown = ranked[:MOST_PAIN_POINTS] + thin[: max(0, ENOUGH_PAIN_POINTS - len(ranked))]
    widest = max((row["negative_share_pct_high"] for row in shown), default=0) or 1
    notes = behind(shown, published)
    return [_pain_point(row, mine, quoting, widest) for row, mine in zip(shown, notes, strict=True)]


def _pain_point(row: Row, notes: list[str], quoting: Quoting, widest: float) -> PainPoint:
    word, arrow = CHANGES.get(row["state"], ("", ""))
    low, high, prior = row["negative_share_pct_low"], row["negative_share_pct_high"], row["prior_negative_share_pct"]
    return PainPoint(
        theme=row["theme_label"],
        touchpoint=place(row),
        stage=row["stage_label"] or "",
        owner=row["owner"] or "",
        figure=figure(row),
        change=compared(row),
        state=word,
        arrow=arrow,
        early=early_sign(row),
        is_thin=row["is_thin"] or not row["priority_rank"],
        bar=Bar(
            at=100 * row["negative_share_pct"] / widest,
            low=100 * low / widest,
            high=100 * high / widest,
            prior=None if prior is None else min(100.0, 100 * prior / widest),
        ),
        notes=notes,
        is_audited=row["audited_precision_pct"] is not None,
        quotes=quoting.pick(row["quotes"] or [], "pain_points"),
        origin=row_of("pain_points", row, CELL, FIGURES),
    )


def sorest(published: Published, mine: Mine = everyone) -> Row | None:
    """The touchpoint most items are negative at, of those whose net sentiment is clearly below zero."""
    enough = published.publication.min_cell
    rows = [
        row
        for row in published.touchpoints
        if row["source"] == ALL
        and row["mention_item_count"] >= enough
        and round(row["net_sentiment_high"]) < 0
        and mine(row)
    ]
    return max(rows, key=lambda row: (row["negative_item_count"], row["touchpoint"]), default=None)


def place(row: Row) -> str:
    return "touchpoint not told" if row["touchpoint"] == "(unplaced)" else str(row["touchpoint_label"])


def figure(row: Row) -> str:
    count, base, pct = row["negative_item_count"], row["item_count"], row["negative_share_pct"]
    bounds = words.share_interval(row["negative_share_pct_low"], row["negative_share_pct_high"])
    return f"{count:,} of {words.many(base, 'item')} ({words.percent(pct)}, {bounds})"


def compared(row: Row) -> str:
    """The change in words; without a state there is nothing to compare with."""
    if row["prior_on"] is None:
        return "Nothing earlier to compare with."
    if not row["state"]:
        return "Too little feedback, now or before, to compare."
    then = before(row)
    if row["state"] in CHANGES:
        return f"{CHANGES[row['state']][0].capitalize()}, {by(row)}. Before: {then}."
    return f"No clear change. Before: {then}."


def before(row: Row) -> str:
    count, base, pct = row["prior_negative_item_count"], row["prior_item_count"], row["prior_negative_share_pct"]
    when = words.span(row["prior_on"], row["prior_until_on"])
    if not base:
        return f"no feedback ({when})"
    return f"{words.share(count, base, pct)} ({when})"


def by(row: Row) -> str:
    """The size of a change and its interval."""
    return words.points(row["change_points"], row["change_points_low"], row["change_points_high"])


def chance(row: Row) -> str:
    """How likely chance alone makes a change like it, after all that was tested."""
    return f"q {words.probability(row['q_value'])}"


def early_sign(row: Row) -> str:
    """A change seen once; it is told as one when the next period says the same."""
    seen = row["state_seen"]
    return CHANGES[seen][0] if seen in CHANGES and row["state"] not in CHANGES else ""


def praised(published: Published, quoting: Quoting, mine: Mine = everyone) -> list[Praise]:
    """The cells most items are positive about, where fewer are negative. Counts only: no table has their intervals."""
    enough = published.publication.min_cell
    rows = [
        row
        for row in published.cells
        if row["positive_item_count"] >= max(enough, row["negative_item_count"] + 1) and mine(row)
    ]
    rows = [row for row in rows if row["theme"] != VERDICT] or rows
    return [_praise(row, published, quoting) for row in rows[:MOST_PRAISED]]


def _praise(row: Row, published: Published, quoting: Quoting) -> Praise:
    counted = words.many(sum(one["counted_item_count"] for one in published.coverage), "item")
    return Praise(
        theme=row["theme_label"],
        touchpoint=place(row),
        owner=row["owner"] or "",
        figure=f"{row['positive_item_count']:,} of {counted} positive, {row['negative_item_count'] or 'none'} negative",
        quotes=quoting.pick(row["quotes"] or [], "mentions", most=2),
        origins=praised_origins(published, row),
    )
