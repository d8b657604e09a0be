"""What a run may vary, and where a run keeps its files.

A command-line flag beats a ``VOC_*`` variable, which beats ``sources.yaml``, which beats the default here.
"""

from __future__ import annotations

import difflib
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vocanalytics.errors import ConfigError

logger = logging.getLogger(__name__)

DEFAULT_SOURCES = Path("data/sources.yaml")

# variable -> what it sets
VARIABLES = {
    "VOC_SOURCES": "the file that declares the feeds",
    "VOC_HOME": "the folder a run writes to",
    "VOC_KEY_FILE": "the hashing key",
    "VOC_EVENTS": "what happened when; by default events.yaml beside the file that declares the feeds",
    "VOC_EXPOSURES": "visits or vehicles behind the feedback; by default exposures.csv beside the same",
    "VOC_POPULATION": "whom the surveys go to; by default population.csv beside the same",
    "VOC_TAXONOMY": "a taxonomy's name or file",
    "VOC_THEMES_MODEL": "a folder written by `voc train`",
    "VOC_MIN_BASE": "fewest items behind a shareable share",
    "VOC_MIN_CELL": "smallest shareable count",
    "VOC_DATA_LIBRARY": "for use as ${VOC_DATA_LIBRARY} in paths of feeds",
    "VOC_POLARITY_MODEL": "a folder with a Hugging Face text classifier that replaces polarity (hf extra)",
}


_PATHS = ("sources", "home", "key_file", "events", "exposures", "population", "themes_model", "polarity_model")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    sources: Path = DEFAULT_SOURCES
    home: Path = Path("data")
    key_file: Path = Path("data/.key")
    events: Path | None = None  # None: events.yaml beside the declaration, if it is there
    exposures: Path | None = None
    population: Path | None = None
    taxonomy: str | None = None  # None: what sources.yaml says
    themes_model: Path | None = None
    polarity_model: Path | None = None
    min_base: int | None = None
    min_cell: int | None = None

    def __post_init__(self) -> None:
        for name in ("min_base", "min_cell"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ConfigError(f"{name} counts feedback items, so it is at least 1; got {value}. Nothing was read.")

    @property
    def warehouse(self) -> Path:
        return self.home / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        return self.home / "published"

    @property
    def digests(self) -> Path:
        return self.home / "digests"


def load_settings(environ: Mapping[str, str] | None = None, **flags: Any) -> Settings:
    """Settings from flags (None = not given) and ``VOC_*`` variables.

    Feeds other than the default ones run into a folder of their own, ``data/runs/<name>``, so that a
    trial never mixes with the daily warehouse.

    >>> str(load_settings({"VOC_SOURCES": "tests/real/cars.yaml"}).warehouse)
    'data/runs/cars/warehouse.duckdb'

    Raises
    ------
    ConfigError
        A value of the wrong type.
    """
    environ = os.environ if environ is None else environ
    _warn_unknown(environ)
    given = {
        "sources": environ.get("VOC_SOURCES"),
        "home": environ.get("VOC_HOME"),
        "key_file": environ.get("VOC_KEY_FILE"),
        "events": environ.get("VOC_EVENTS"),
        "exposures": environ.get("VOC_EXPOSURES"),
        "population": environ.get("VOC_POPULATION"),
        "taxonomy": environ.get("VOC_TAXONOMY"),
        "themes_model": environ.get("VOC_THEMES_MODEL"),
        "polarity_model": environ.get("VOC_POLARITY_MODEL"),
        "min_base": environ.get("VOC_MIN_BASE"),
        "min_cell": environ.get("VOC_MIN_CELL"),
    }
    given.update({name: value for name, value in flags.items() if value is not None})
    values: dict[str, Any] = {name: _typed(name, value) for name, value in given.items() if value not in (None, "")}
    sources = values.setdefault("sources", DEFAULT_SOURCES)
    if "home" not in values:
        ours = sources.resolve() == DEFAULT_SOURCES.resolve()
        values["home"] = Path("data") if ours else Path("data/runs") / sources.stem
    values.setdefault("key_file", values["home"] / ".key")
    return Settings(**values)


def _typed(name: str, value: Any) -> Any:
    if name in _PATHS:
        return Path(value)
    if name in ("min_base", "min_cell"):
        try:
            return int(value)
        except ValueError:
            raise ConfigError(f"{name}: expected a whole number, found {value!r}. Nothing was read.") from None
    return value


def _warn_unknown(environ: Mapping[str, str]) -> None:
    for name in environ:
        if name.startswith("VOC_") and name not in VARIABLES:
            close = difflib.get_close_matches(name, VARIABLES, n=1, cutoff=0.0)[0]
            logger.warning("%s is set, but nothing reads it; did you mean %s?", name, close)
