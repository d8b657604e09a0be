"""Who is hit most: groups clearly unhappier than the rest. No league table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vocanalytics.digest import words
from vocanalytics.digest.origin import Origin, row_of
from vocanalytics.digest.reading import Published
from vocanalytics.digest.selection import Mine, everyone, place

Row = dict[str, Any]

MOST_GROUPS = 6
SMALL = 1.0  # points
NOW, WHOLE = "this period", "whole history"
KEY = ("period_kind", "period_on", "source", "group_kind", "dimension", "group_value", "touchpoint", "theme")
FIGURES = (
    "negative_item_count", "item_count", "negative_share_pct", "rest_negative_item_count", "rest_item_count",
    "rest_negative_share_pct", "difference_points", "difference_points_low", "difference_points_high", "q_value",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    who: str
    what: str
    figure: str
    rest: str
    by: str
    when: str
    origin: Origin
    chance: str = ""  # q, for those who know it
    is_small: bool = False  # told from chance, and yet under a point


def groups(published: Published, mine: Mine = everyone) -> list[Group]:
    """Those of the period first, then of the whole history what the period does not say already."""
    found: dict[tuple[str, ...], Row] = {}
    for row in published.contrasts:
        if mine(row):
            found.setdefault((row["dimension"], row["group_value"], row["touchpoint"], row["theme"]), row)
    return [_group(row) for row in list(found.values())[:MOST_GROUPS]]


def _group(row: Row) -> Group:
    points = words.points(row["difference_points"], row["difference_points_low"], row["difference_points_high"])
    return Group(
        who=group_name(row["dimension"], row["group_value"]),
        what=words.at(row["theme_label"], place(row)),
        figure=words.share(row["negative_item_count"], row["item_count"], row["negative_share_pct"]),
        rest=words.share(row["rest_negative_item_count"], row["rest_item_count"], row["rest_negative_share_pct"]),
        by=f"{points}, each source compared within itself",
        when=WHOLE if row["period_kind"] == "all" else NOW,
        origin=row_of("group_contrasts", row, KEY, FIGURES),
        chance=f"q {words.probability(row['q_value'])}",
        is_small=row["difference_points"] < SMALL,
    )


def group_name(dimension: str, value: str) -> str:
    """
    >>> group_name("model_year", "2024")
    'Model year 2024'
    """
    return f"{words.plain(dimension)} {value}"
