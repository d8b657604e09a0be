"""What a company knows that its customers do not tell: what happened when, and how much there was to complain about.

    data/events.yaml        updates, recalls, price and survey changes, to be read beside the figures
    data/exposures.csv      visits or vehicles behind a touchpoint's feedback, for rates per 1,000

Both are optional and small, so both are read whole and refused whole: half a file would quietly change figures. Only an
event that names a touchpoint or source nobody knows is left out and told: no figure rests on events, and what broke it
may be an edition of the taxonomy or a feed somebody else renamed, which is no reason to keep yesterday's figures.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from vocanalytics.errors import ConfigError
from vocanalytics.sources.company_table import UNTOUCHED, company_rows, unknown, unusable
from vocanalytics.sources.complaints import config_error
from vocanalytics.sources.settings import Settings, Slug
from vocanalytics.sources.yaml_reading import read_yaml

UNITS = ("visits", "vehicles")
_NEEDED = ("starts_on", "ends_on", "touchpoint", "exposure_count", "unit")


def _day(given: Any) -> Any:
    """YAML gives a date where none of its digits are in quotes."""
    try:
        return date.fromisoformat(given) if isinstance(given, str) else given
    except ValueError:
        raise ValueError("expected a day such as 2026-09-30") from None


Day = Annotated[date, BeforeValidator(_day), Field(strict=True)]
Text = Annotated[str, Field(min_length=1)]


class Event(Settings):
    """Something the company did or that happened to it. Without ``ends_on`` it lasts one day."""

    id: Slug
    label: Text
    kind: Literal["update", "recall", "price_change", "survey_change", "campaign", "outage", "other"]
    starts_on: Day
    ends_on: Day | None = None
    touchpoints: tuple[Slug, ...] = ()  # none: all of them
    sources: tuple[Slug, ...] = ()
    about: Text | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise ValueError("ends_on lies before starts_on")
        return self


class _Events(Settings):
    events: tuple[Event, ...]


class Events(NamedTuple):
    kept: list[dict[str, Any]]  # each with the keys of `Event`
    left_out: list[str]  # why, a sentence each


def read_events(path: Path, *, touchpoints: Iterable[str], sources: Iterable[str]) -> Events:
    """The events of an events.yaml; one that names an unknown touchpoint or source is left out.

    Raises
    ------
    ConfigError
        Names file, event and field; UnknownKey for a key nobody reads.
    """
    given = read_yaml(path, "an events.yaml", "the key events")
    try:
        events = _Events.model_validate(given).events
    except ValidationError as error:
        raise config_error(path, given, error, _Events) from None
    known = {"touchpoint": set(touchpoints), "source": set(sources)}
    told = Events([], [])
    for number, event in enumerate(events, 1):
        if event.id in {other.id for other in events[: number - 1]}:
            raise ConfigError(f"{path}: the event id {event.id!r} is used twice. Rename one. {UNTOUCHED}")
        named = [("touchpoint", name) for name in event.touchpoints] + [("source", name) for name in event.sources]
        wrong = [unknown(axis, name, known[axis]) for axis, name in named if name not in known[axis]]
        if wrong:
            told.left_out.append(f"{path}: event {event.id!r}: {' '.join(wrong)} The event is left out until then.")
        else:
            told.kept.append(event.model_dump())
    return told


def read_exposures(path: Path, *, touchpoints: Iterable[str], sources: Iterable[str]) -> list[dict[str, Any]]:
    """The rows of an exposures.csv: starts_on, ends_on, touchpoint, source (None: everybody), exposure_count, unit.

    Raises
    ------
    SourceError
        A row cannot be read, or two rows tell of the same days. MissingColumns, UnknownKey for the header.
    """
    known = {"touchpoint": set(touchpoints), "source": set(sources)}
    rows = [
        _exposure(f"{path}: row {number}", row, known)
        for number, row in enumerate(company_rows(path, _NEEDED, ("source",)), 1)
    ]
    _require_apart(path, rows)
    return rows


def _exposure(where: str, row: dict[str, str], known: dict[str, set[str]]) -> dict[str, Any]:
    starts, ends = (_written_day(where, name, row[name]) for name in ("starts_on", "ends_on"))
    if ends < starts:
        raise unusable(where, "ends_on", "a day not before starts_on")
    if not (row["exposure_count"].isascii() and row["exposure_count"].isdigit() and int(row["exposure_count"]) > 0):
        raise unusable(where, "exposure_count", "a whole number above 0, such as 1250")
    source = row.get("source") or None
    _require_known(where, "touchpoint", row["touchpoint"], known["touchpoint"])
    _require_known(where, "unit", row["unit"], UNITS)
    if source:
        _require_known(where, "source", source, known["source"])
    count = int(row["exposure_count"])
    told = {"touchpoint": row["touchpoint"], "source": source, "exposure_count": count, "unit": row["unit"]}
    return {"starts_on": starts, "ends_on": ends, **told}


def _written_day(where: str, name: str, cell: str) -> date:
    try:
        return date.fromisoformat(cell)
    except ValueError:
        raise unusable(where, name, "a day such as 2026-09-30") from None


def _require_apart(path: Path, rows: list[dict[str, Any]]) -> None:
    """Days told twice would be counted twice, and visits and vehicles have no sum."""
    told: dict[tuple[str, str], list[tuple[date, date, str, int]]] = {}
    for number, row in enumerate(rows, 1):
        place = (row["touchpoint"], row["source"] or "")
        told.setdefault(place, []).append((row["starts_on"], row["ends_on"], row["unit"], number))
    for spans in told.values():
        spans.sort()
        for before, after in pairwise(spans):
            where = f"{path}: row {after[3]}"
            if after[0] <= before[1]:
                raise unusable(where, "starts_on", f"a day after those row {before[3]} tells for the same place")
            if after[2] != before[2]:
                raise unusable(where, "unit", f"the one of row {before[3]}, which tells of the same place")


def _require_known(where: str, axis: str, name: str, known: Iterable[str]) -> None:
    if name not in known:
        raise ConfigError(f"{where}: {unknown(axis, name, known)} {UNTOUCHED}")
