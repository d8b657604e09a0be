"""What got worse, better or is new. Only what the tables call a change; they corrected for the number of tests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from vocanalytics.digest import words
from vocanalytics.digest.notes import gaps
from vocanalytics.digest.origin import CELL, PLACE, Origin, row_of
from vocanalytics.digest.quotes import Quote, Quoting
from vocanalytics.digest.reading import ALL, Published
from vocanalytics.digest.selection import CHANGES, Mine, before, by, chance, everyone, place

Row = dict[str, Any]

MOST_CHANGES = 6
MOST_QUOTES = 2
PLACE_CHANGES = ("worse", "better")
SIZE = ("change_points", "change_points_low", "change_points_high", "q_value")


@dataclass(frozen=True, slots=True)
class Change:
    what: str
    direction: str  # worse or better
    state: str
    now: str
    before: str
    by: str
    arrow: str
    gaps: list[str]  # how the scores of those who complain differ
    quotes: list[Quote]
    origin: Origin
    chance: str = ""  # q, for those who know it


def changes(published: Published, quoting: Quoting, mine: Mine = everyone) -> list[Change]:
    """Clear changes only (corrected q under 0.05), worse first, then by size."""
    pains = [row for row in published.pain_points if row["source"] == ALL and row["state"] in CHANGES and mine(row)]
    places = [r for r in published.touchpoints if r["source"] == ALL and r["state"] in PLACE_CHANGES and mine(r)]
    pains.sort(key=lambda row: -abs(row["change_points"]))
    places.sort(key=lambda row: -abs(row["change_points"]))
    found = [_pain_change(row, published) for row in pains] + [_place_change(row, published) for row in places]
    worse = [pair for pair in found if pair[0].direction == "worse"][:MOST_CHANGES]
    better = [pair for pair in found if pair[0].direction == "better"][:MOST_CHANGES]
    # quotes last: who is not shown must not use any up
    return [replace(change, quotes=quoting.pick(spans, "mentions", MOST_QUOTES)) for change, spans in worse + better]


def _pain_change(row: Row, published: Published) -> tuple[Change, list[Row]]:
    word, arrow = CHANGES[row["state"]]
    spans = [
        span
        for cell in published.cells
        if (cell["touchpoint"], cell["theme"]) == (row["touchpoint"], row["theme"])
        for span in cell["complaints"] or ()
    ]
    return Change(
        what=words.at(row["theme_label"], place(row)),
        direction="better" if row["state"] == "easing" else "worse",
        state=word,
        now=words.share(row["negative_item_count"], row["item_count"], row["negative_share_pct"]) + " negative",
        before=before(row),
        by=by(row),
        arrow=arrow,
        gaps=list(gaps(row, published)),
        quotes=[],
        origin=row_of("pain_points", row, CELL, ("state", *SIZE)),
        chance=chance(row),
    ), spans


def _place_change(row: Row, published: Published) -> tuple[Change, list[Row]]:
    prior, better = words.signed(row["prior_net_sentiment"]), row["state"] == "better"
    said = "quotes" if better else "complaints"
    here = [cell for cell in published.cells if cell["touchpoint"] == row["touchpoint"]]
    return Change(
        what=f"Net sentiment at {place(row)}",
        direction=row["state"],
        state=row["state"],
        now=f"{words.signed(row['net_sentiment'])} of {words.many(row['mention_item_count'], 'item')}",
        before=f"{prior} of {words.many(row['prior_mention_item_count'], 'item')}",
        by=by(row),
        arrow="▲" if better else "▼",
        gaps=[],
        quotes=[],
        origin=row_of("touchpoint_scorecard", row, PLACE, ("state", *SIZE)),
        chance=chance(row),
    ), [span for cell in here for span in (cell[said] or [])[:2]]


def comparable(published: Published, mine: Mine = everyone) -> bool:
    """Whether anything was tested, so that finding no change says something."""
    rows = (*published.pain_points, *published.touchpoints)
    return any(row["state"] for row in rows if row["source"] == ALL and mine(row))
