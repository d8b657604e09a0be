"""Drivers: how much a mention goes with the score, against how customers feel there. Association, never cause."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from vocanalytics.digest import words
from vocanalytics.digest.reading import Published
from vocanalytics.errors import CheckFailed

Row = dict[str, Any]

MOST_DRIVERS = 6
WHY_NOT = {
    "base": "by too few customers",
    "collinear": "always together with others",
    "unstable": "with an order that would differ in another sample",
}
BY_CHANCE = 0.05  # of differences that are none, those whose 95 % interval leaves 0 out all the same
FIX_FIRST, KEEP_UP = "fix first", "keep it up"
MENTIONED = {"negative": "complaints", "positive": "praise"}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a ranked touchpoint stands between importance and performance, each with its bounds."""

    share: float
    share_low: float
    share_high: float
    net: float
    net_low: float
    net_high: float


@dataclass(frozen=True, slots=True)
class Driver:
    number: int  # in the order of the table, and in the picture
    what: str
    importance: str  # empty where it cannot be ranked
    gap: str
    performance: str  # net sentiment of the period there; empty for themes and where too few spoke
    verdict: str
    standing: Standing | None  # None where it is not ranked, or too few spoke of it in the period


@dataclass(frozen=True, slots=True)
class Drivers:
    """Those of one source's main score at one level; ``note`` says why there are no ranks."""

    source: str
    level: str
    lines: list[Driver]
    note: str
    base: str
    equal_share: float  # what each would have if all went with the score alike: the threshold of importance


def drivers(published: Published) -> list[Drivers]:
    """Per source and level: the ranked ones by rank, or where none is, those with a clear score gap, in no order.

    What could be ranked comes first.
    """
    asked = {(row["source"], row["question_id"], row["score_scale"]) for row in published.scores if row["is_main"]}
    rows = [row for row in published.drivers if (row["source"], row["question_id"], row["score_scale"]) in asked]
    found = []
    for (source, level), group in groupby(rows, key=lambda row: (row["source"], row["level"])):
        mine = list(group)
        ranked = [row for row in mine if row["driver_rank"] is not None]
        shown = ranked[:MOST_DRIVERS] or sorted(_clear(mine)[:MOST_DRIVERS], key=lambda row: row["place_label"])
        found.append(
            Drivers(
                source=words.plain(source),
                level=f"{level}s",
                lines=[_driver(number, row, published) for number, row in enumerate(shown, start=1)],
                note="" if ranked else _why_not(mine),
                base=f"{words.many(mine[0]['response_count'], 'response')}, "
                f"{words.span(mine[0]['first_on'], mine[0]['last_on'])}",
                equal_share=_equal_share(ranked[0]) if ranked else 0.0,
            )
        )
    return sorted(found, key=lambda group: bool(group.note))


def moments(published: Published) -> set[str]:
    """Touchpoints that the scorecard of the period calls moments of truth, for any source.

    Raises
    ------
    CheckFailed
        The tables are of an edition that did not say.
    """
    if any("is_moment_of_truth" not in row for row in published.touchpoints):
        raise CheckFailed(
            "touchpoint_scorecard: expected a column is_moment_of_truth, found none: another edition of this package "
            "published the tables. Run `voc publish` and try again; no digest was written."
        )
    return {row["touchpoint"] for row in published.touchpoints if row["is_moment_of_truth"]}


def _clear(rows: list[Row]) -> list[Row]:
    """Score gaps whose bounds, as they are shown, leave 0 out; the most mentioned first."""
    known = [row for row in rows if row["score_gap_low"] is not None]
    clear = [row for row in known if not round(row["score_gap_low"], 1) <= 0 <= round(row["score_gap_high"], 1)]
    return sorted(clear, key=lambda row: (-row["mention_count"], row["place"]))


def _why_not(rows: list[Row]) -> str:
    reasons = [row["not_ranked_because"] for row in rows]
    told = [f"{reasons.count(why):,} mentioned {text}" for why, text in WHY_NOT.items() if why in reasons]
    known = sum(row["score_gap_low"] is not None for row in rows)
    return (
        f"None can be ranked ({'; '.join(told)}). Below, in no order, those with a clear difference in score; of "
        f"{known:,} compared, about {max(1, round(BY_CHANCE * known)):,} would look clear by chance alone."
    )


def untold(found: list[Drivers]) -> str:
    """Those of which nothing can be shown, in one sentence; empty where there is none."""
    none = [f"{group.source}, {group.level} ({group.base})" for group in found if not group.lines]
    return f"Nothing can be ranked and no difference in score is clear: {'; '.join(none)}." if none else ""


def _equal_share(row: Row) -> float:
    return 100 / float(row["driver_count"])


def _driver(number: int, row: Row, published: Published) -> Driver:
    importance = ""
    if row["driver_rank"] is not None:
        bounds = words.share_interval(row["shapley_share_pct_low"], row["shapley_share_pct_high"])
        importance = f"{words.percent(row['shapley_share_pct'])} ({bounds})"
    net = _net(row, published)
    return Driver(
        number=number,
        what=f"{row['place_label']}, {MENTIONED[row['polarity']]}",
        importance=importance,
        gap=_gap(row),
        performance=_performance(net),
        verdict=verdict(row, net),
        standing=_standing(row, net) if importance and net else None,
    )


def _standing(row: Row, net: Row) -> Standing:
    return Standing(
        share=row["shapley_share_pct"],
        share_low=row["shapley_share_pct_low"],
        share_high=row["shapley_share_pct_high"],
        net=net["net_sentiment"],
        net_low=net["net_sentiment_low"],
        net_high=net["net_sentiment_high"],
    )


def _gap(row: Row) -> str:
    if row["score_gap"] is None:
        return ""
    base = f"{row['mention_count']:,} of {words.many(row['response_count'], 'response')}"
    if row["score_gap_low"] is None:
        return f"{words.score_gap(row['score_gap'])} ({base})"
    return (
        f"{words.score_gap(row['score_gap'])} ({base}; "
        f"{words.interval(row['score_gap_low'], row['score_gap_high'], 1)})"
    )


def _net(row: Row, published: Published) -> Row | None:
    enough = published.publication.min_cell
    for one in published.touchpoints:
        same = one["source"] == row["source"] and one["touchpoint"] == row["place"]
        if row["level"] == "touchpoint" and same and one["mention_item_count"] >= enough:
            return one
    return None


def _performance(net: Row | None) -> str:
    if net is None:
        return ""
    bounds = words.interval(net["net_sentiment_low"], net["net_sentiment_high"])
    return f"{words.signed(net['net_sentiment'])} ({words.many(net['mention_item_count'], 'item')}, {bounds})"


def verdict(row: Row, net: Row | None) -> str:
    """Importance against performance, by bounds: important is a lower bound over an equal share, unhappy an upper
    bound of net sentiment under 0.

    >>> ranked = {"driver_rank": 1, "driver_count": 10, "shapley_share_pct_low": 12.0, "shapley_share_pct_high": 30.0}
    >>> ranked["polarity"] = "negative"
    >>> verdict(ranked, {"net_sentiment_low": -60.0, "net_sentiment_high": -20.0})
    'fix first'
    >>> verdict(ranked, {"net_sentiment_low": -60.0, "net_sentiment_high": 10.0})
    'important, mood not clear'
    >>> verdict(ranked, {"net_sentiment_low": 10.0, "net_sentiment_high": 40.0})
    'important, mood good'
    """
    if row["driver_rank"] is None:
        return "not ranked"
    equal = _equal_share(row)
    if row["shapley_share_pct_low"] <= equal:
        return "minor" if row["shapley_share_pct_high"] < equal else "importance not clear"
    if net is None or net["net_sentiment_low"] <= 0 <= net["net_sentiment_high"]:
        return "important, mood not clear" if net else "important"
    # nobody should keep complaints up, nor fix what is praised
    if net["net_sentiment_high"] < 0:
        return "important, mood bad" if row["polarity"] == "positive" else FIX_FIRST
    return "important, mood good" if row["polarity"] == "negative" else KEEP_UP
