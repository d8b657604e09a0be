"""Weeks and days in which more was said or complained of than usual, with what is known to have happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vocanalytics.digest import words
from vocanalytics.digest.reading import ALL, Published
from vocanalytics.digest.selection import Mine, everyone, place

Row = dict[str, Any]

MOST_SPIKES = 6
MOST_WHOLE = 2  # of them, of sources whatever about
_WHOLE = {"complaints": "All complaints", "volume": "All feedback"}  # of a source, whatever about


@dataclass(frozen=True, slots=True)
class Spike:
    what: str
    when: str
    figure: str
    events: str
    is_before: bool  # before the period began
    measure: str = "complaint_share"


def spikes(published: Published, mine: Mine = everyone) -> list[Spike]:
    """The latest first. Over all sources; a source alone only where all together did not stand out."""
    rows = [row for row in published.spikes if mine(row)]
    told = {_key(row) for row in rows if row["source"] == ALL}
    rows = [row for row in rows if row["source"] == ALL or _key(row) not in told]
    first = published.period.first if published.period else None
    return [_spike(row, bool(first and row["period_until_on"] < first)) for row in _told(rows)]


def about(found: list[Spike]) -> str:
    """What those listed have more of."""
    more = {"feedback" if spike.measure == "volume" else "complaints" for spike in found}
    what = "more complaints, or more feedback of any kind," if len(more) > 1 else f"more {''.join(more)}"
    return f"Weeks and days with {what} than the ones before lead one to expect, the latest first."


def _told(rows: list[Row]) -> list[Row]:
    """Places and themes, and of whole sources a few: first those where complaints stood out, not only the volume."""
    complained = {_when(row) for row in rows if row["measure"] == "complaints"}
    # of one feed in one week, all feedback is no news beside all complaints
    rows = [row for row in rows if row["measure"] != "volume" or _when(row) not in complained]
    whole = sorted((row for row in rows if row["measure"] in _WHOLE), key=lambda row: row["measure"] == "volume")
    left_out = [(*_key(row), row["source"]) for row in whole[MOST_WHOLE:]]
    return [row for row in rows if (*_key(row), row["source"]) not in left_out][:MOST_SPIKES]


def _when(row: Row) -> tuple[Any, ...]:
    return row["period_kind"], row["period_on"], row["source"]


def _key(row: Row) -> tuple[Any, ...]:
    return row["period_kind"], row["period_on"], row["touchpoint"], row["theme"], row["measure"]


def _spike(row: Row, is_before: bool) -> Spike:
    day = row["period_kind"] == "day"
    return Spike(
        what=_WHOLE.get(row["measure"]) or (place(row) if day else words.at(row["theme_label"], place(row))),
        when=words.day(row["period_on"]) if day else words.span(row["period_on"], row["period_until_on"]),
        figure=_figure(row),
        events=words.listed(list(row["event_labels"])) if row["event_labels"] else "",
        is_before=is_before,
        measure=row["measure"],
    )


def _figure(row: Row) -> str:
    two = "two_week_" if row["spike_kind"] == "building" else ""
    count = row["two_week_item_count" if two else "counted_item_count"]
    heard = words.many(count, "feedback item" if row["measure"] == "volume" else "complaint")
    expected = row[f"{two}expected_item_count"]
    source = "" if row["source"] == ALL else f" in {words.plain(row['source'])}"
    who = "in this week and the one before" if two else f"by {words.many(row['counted_customer_count'], 'customer')}"
    return (
        f"{heard}{source} {who}; about {expected:,.{0 if expected >= 10 else 1}f} were to be expected, "
        f"up to {row[f'{two}usual_item_count_max']:,} would be usual"
    )
