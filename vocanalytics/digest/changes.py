"""What got worse, better or is new. Only what the tables call a change; they corrected for the number of tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vocanalytics.digest import words
from vocanalytics.digest.reading import Published
from vocanalytics.digest.selection import ALL, CHANGES, Mine, before, everyone, place

Row = dict[str, Any]

MOST_CHANGES = 6
PLACE_CHANGES = ("worse", "better")


@dataclass(frozen=True, slots=True)
class Change:
    what: str
    direction: str  # worse or better
    state: str
    now: str
    before: str
    by: str
    arrow: str


def changes(published: Published, mine: Mine = everyone) -> list[Change]:
    """Clear changes only (corrected q under 0.05), worse first, then by size."""
    pains = [row for row in published.pain_points if row["source"] == ALL and row["state"] in CHANGES and mine(row)]
    places = [r for r in published.touchpoints if r["source"] == ALL and r["state"] in PLACE_CHANGES and mine(r)]
    pains.sort(key=lambda row: -abs(row["change_points"]))
    places.sort(key=lambda row: -abs(row["change_points"]))
    found = [_pain_change(row) for row in pains] + [_place_change(row) for row in places]
    worse = [change for change in found if change.direction == "worse"][:MOST_CHANGES]
    return worse + [change for change in found if change.direction == "better"][:MOST_CHANGES]


def _pain_change(row: Row) -> Change:
    return Change(
        what=words.at(row["theme_label"], place(row)),
        direction="better" if row["state"] == "easing" else "worse",
        state=CHANGES[row["state"]][0],
        now=words.share(row["negative_item_count"], row["item_count"], row["negative_share_pct"]) + " negative",
        before=before(row),
        by=_by(row),
        arrow=CHANGES[row["state"]][1],
    )


def _place_change(row: Row) -> Change:
    prior = words.signed(row["prior_net_sentiment"])
    return Change(
        what=f"Net sentiment at {place(row)}",
        direction=row["state"],
        state=row["state"],
        now=f"{words.signed(row['net_sentiment'])} of {words.many(row['mention_item_count'], 'item')}",
        before=f"{prior} of {words.many(row['prior_mention_item_count'], 'item')}",
        by=_by(row),
        arrow="▲" if row["state"] == "better" else "▼",
    )


def comparable(published: Published, mine: Mine = everyone) -> bool:
    """Whether anything was tested, so that finding no change says something."""
    rows = (*published.pain_points, *published.touchpoints)
    return any(row["state"] for row in rows if row["source"] == ALL and mine(row))


def _by(row: Row) -> str:
    bounds = words.interval(row["change_points_low"], row["change_points_high"])
    return f"{words.signed(row['change_points'])} points ({bounds}; q {words.probability(row['q_value'])})"
