"""What every step of a run needs: settings, the declared feeds, the key, the store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vocanalytics.config import Settings
from vocanalytics.errors import ConfigError, KeyMismatch
from vocanalytics.keys import Key, load_key, passing_key
from vocanalytics.resources import resolve_taxonomy
from vocanalytics.sources import (
    Declaration,
    Events,
    Population,
    Source,
    load_declaration,
    read_events,
    read_exposures,
    read_population,
    survey_dimensions,
)
from vocanalytics.taxonomy import load_taxonomy
from vocanalytics.warehouse.connection import Connection, connect, hold

DEFAULT_TAXONOMY = "automotive"
# what DuckDB may use of the 1 GiB an ingest is promised to stay under
INGEST_MEMORY = "400MB"
PUBLISH_MEMORY = "3GB"
DEFAULT_MIN_BASE = 30
DEFAULT_MIN_CELL = 5


@dataclass(frozen=True, slots=True)
class Job:
    settings: Settings
    declaration: Declaration
    key: Key

    @contextmanager
    def store(self, memory: str = INGEST_MEMORY) -> Iterator[Connection]:
        """The working store, held against other runs."""
        with hold(self.settings.home), connect(self.settings.warehouse, key=self.key, memory_limit=memory) as con:
            yield con

    def source(self, name: str) -> Source:
        for source in self.declaration.sources:
            if source.name == name:
                return source
        names = ", ".join(source.name for source in self.declaration.sources)
        raise ConfigError(f"{self.settings.sources}: no source {name!r}; declared are: {names}. Nothing was read.")

    @property
    def taxonomy(self) -> Path:
        return resolve_taxonomy(self.settings.taxonomy or self.declaration.taxonomy or DEFAULT_TAXONOMY)

    def events(self) -> Events:
        """What events.yaml tells; nothing where there is none."""
        path = _beside(self.settings.sources, self.settings.events, "events.yaml")
        return read_events(path, **self._known()) if path else Events([], [])

    def exposures(self) -> list[dict[str, Any]]:
        """What exposures.csv tells; nothing where there is none."""
        path = _beside(self.settings.sources, self.settings.exposures, "exposures.csv")
        return read_exposures(path, **self._known()) if path else []

    def population(self) -> Population:
        """What population.csv tells; nothing where there is none."""
        path = _beside(self.settings.sources, self.settings.population, "population.csv")
        names = [source.name for source in self.declaration.sources]
        known = survey_dimensions(self.declaration)
        return read_population(path, surveys=known, sources=names) if path else Population([], [])

    def _known(self) -> dict[str, list[str]]:
        frame = load_taxonomy(self.taxonomy)
        return {
            "touchpoints": [touchpoint.id for touchpoint in frame.touchpoints],
            "sources": [source.name for source in self.declaration.sources],
        }

    @property
    def min_base(self) -> int:
        return self.settings.min_base or self.declaration.min_base or DEFAULT_MIN_BASE

    @property
    def min_cell(self) -> int:
        return self.settings.min_cell or self.declaration.min_cell or DEFAULT_MIN_CELL


def open_job(settings: Settings, *, make_key: bool = True) -> Job:
    """Read the declaration and the key. Reads no feed and writes nothing but a first key.

    With ``make_key=False`` a missing key is replaced by a passing one, for looks that store nothing.
    """
    declaration = load_declaration(settings.sources)
    if settings.warehouse.exists() and not settings.key_file.exists():
        raise KeyMismatch(
            f"{settings.warehouse} is there, but its key {settings.key_file} is missing. Put the key back or point "
            "VOC_KEY_FILE at it; nothing was read or written."
        )
    key = load_key(settings.key_file) if make_key or settings.key_file.exists() else passing_key()
    job = Job(settings, declaration, key)
    # an unknown frame, or a file that cannot be used, is told before a feed is read
    job.events()
    job.exposures()
    job.population()
    return job


def _beside(sources: Path, given: Path | None, name: str) -> Path | None:
    """The file that was given, else the one of that name beside the declaration, if it is there."""
    usual = sources.parent / name
    return given or (usual if usual.exists() else None)
