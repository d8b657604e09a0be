"""Weeks and days in which more was complained of than usual, with what is known to have happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vocanalytics.digest import words
from vocanalytics.digest.reading import ALL, Published
from vocanalytics.digest.selection import Mine, everyone, place

Row = dict[str, Any]

MOST_SPIKES = 6


@dataclass(frozen=True, slots=True)
class Spike:
    what: str
    when: str
    figure: str
    events: str
    is_before: bool  # before the period began


def spikes(published: Published, mine: Mine = everyone) -> list[Spike]:
    """The latest first. Over all sources; a source alone only where all together did not stand out."""
    rows = [row for row in published.spikes if mine(row)]
    told = {_key(row) for row in rows if row["source"] == ALL}
    rows = [row for row in rows if row["source"] == ALL or _key(row) not in told]
    first = published.period.first if published.period else None
    return [_spike(row, bool(first and row["period_until_on"] < first)) for row in rows[:MOST_SPIKES]]


def _key(row: Row) -> tuple[Any, ...]:
    return row["period_kind"], row["period_on"], row["touchpoint"], row["theme"]


def _spike(row: Row, is_before: bool) -> Spike:
    day = row["period_kind"] == "day"
    count, expected = row["negative_item_count"], row["expected_item_count"]
    source = "" if row["source"] == ALL else f" in {words.plain(row['source'])}"
    return Spike(
        what=place(row) if day else words.at(row["theme_label"], place(row)),
        when=words.day(row["period_on"]) if day else words.span(row["period_on"], row["period_until_on"]),
        figure=(
            f"{words.many(count, 'complaint')}{source} by {words.many(row['negative_customer_count'], 'customer')}; "
            f"about {expected:.1f} were to be expected, up to {row['usual_item_count_max']:,} would be usual"
        ),
        events=words.listed(list(row["event_labels"])) if row["event_labels"] else "",
        is_before=is_before,
    )
