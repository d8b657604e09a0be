"""What the company wrote down as having happened, numbered once for the whole page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from vocanalytics.digest import words
from vocanalytics.digest.reading import Published

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    number: int
    label: str
    kind: str
    when: str
    about: str
    starts_on: date
    touchpoints: tuple[str, ...]  # ids; empty for all
    sources: tuple[str, ...]


def events(published: Published) -> list[Event]:
    """Those that overlap the period or the twelve weeks before, in order of their start."""
    return [_event(number, row) for number, row in enumerate(published.events, start=1)]


def _event(number: int, row: Row) -> Event:
    return Event(
        number=number,
        label=row["event_label"],
        kind=words.plain(row["event_kind"]).lower(),
        when=words.span(row["starts_on"], row["ends_on"]),
        about=row["about"] or "",
        starts_on=row["starts_on"],
        touchpoints=tuple(row["touchpoints"] or ()),
        sources=tuple(row["sources"] or ()),
    )


def at_touchpoints(found: list[Event]) -> dict[str, tuple[int, ...]]:
    """Touchpoint id -> numbers of the events that name it; those that name none concern all and are only listed."""
    names = {name for event in found for name in event.touchpoints}
    return {name: tuple(event.number for event in found if name in event.touchpoints) for name in names}


def of_source(found: list[Event], source: str) -> list[Event]:
    """Those that concern a source's scores: they name it, or no source at all."""
    return [event for event in found if not event.sources or source in event.sources]
