"""What each published table promises: one YAML beside its SQL in ``vocanalytics/insights``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import yaml

from vocanalytics.errors import ConfigError, UnknownKey

INSIGHTS = Path(__file__).parent.parent / "insights"

# in the order they are built and listed; a later table may read an earlier one
TABLES = (
    "feedback",
    "mentions",
    "alerts",
    "score_trends",
    "pain_points",
    "touchpoint_scorecard",
    "journey_scorecard",
    "source_coverage",
    "model_quality",
    "movement",
    "drivers",
    "group_contrasts",
    "score_groups",
    "spikes",
    "events",
)

_KEYS = (
    "title", "about", "kind", "grain", "nullable", "base", "counts", "additive",
    "caveats", "columns", "checks", "examples",
)  # fmt: skip
_COLUMN_KEYS = ("type", "unit", "about", "shareable", "is_figure")
_FIGURES = ("BIGINT", "DOUBLE", "INTEGER")
_SHARED = "shared"


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type: str  # as DuckDB's `describe` names it
    about: str
    unit: str | None = None
    shareable: bool = True  # False: not in insights_shareable.duckdb, even unsuppressed
    is_figure: bool = False  # told by the counts, so hidden with them


@dataclass(frozen=True, slots=True)
class Check:
    """A condition every row meets. A null result counts as broken."""

    level: Literal["fail", "warn"]
    that: str
    because: str | None = None


@dataclass(frozen=True, slots=True)
class Example:
    question: str
    sql: str


@dataclass(frozen=True, slots=True)
class Contract:
    """``base`` and ``counts`` are what suppression watches; ``additive`` says along which axes rows add up."""

    name: str
    title: str
    about: str
    kind: Literal["item", "aggregate"]
    grain: tuple[str, ...]
    columns: tuple[Column, ...]
    caveats: tuple[str, ...]
    checks: tuple[Check, ...]
    examples: tuple[Example, ...]
    nullable: tuple[str, ...] = ()  # grain columns that may be null
    base: str | None = None
    counts: tuple[str, ...] = ()
    additive: tuple[str, ...] = ()  # of "source" (into `all`) and "period" (weeks into four, months into quarters)


@cache
def load_contracts(folder: Path = INSIGHTS) -> Mapping[str, Contract]:
    """Every published table's contract, in the order of `TABLES`.

    >>> load_contracts()["mentions"].grain
    ('item_id', 'segment_no', 'theme')

    Raises
    ------
    ConfigError
        A contract is absent, misspelt or promises a column nobody described.
    """
    shared = _read(folder / "_shared.yaml")
    return MappingProxyType({name: _contract(name, _read(folder / f"{name}.yaml"), shared) for name in TABLES})


def _read(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path.name}: no such contract; every published table has one. Nothing was built.") from None
    if not isinstance(content, dict):
        raise ConfigError(f"{path.name}: expected keys and values. Nothing was built.")
    return content


def _contract(name: str, raw: Mapping[str, Any], shared: Mapping[str, Any]) -> Contract:
    where = f"{name}.yaml"
    _require_known(where, raw, _KEYS)
    columns = tuple(_column(where, column, told, shared) for column, told in raw["columns"].items())
    contract = Contract(
        name=name,
        title=raw["title"],
        about=raw["about"],
        kind=raw["kind"],
        grain=tuple(raw["grain"]),
        columns=columns,
        caveats=tuple(raw["caveats"]),
        checks=tuple(Check(**check) for check in raw["checks"]),
        examples=tuple(Example(**example) for example in raw["examples"]),
        nullable=tuple(raw.get("nullable", ())),
        base=raw.get("base"),
        counts=tuple(raw.get("counts", ())),
        additive=tuple(raw.get("additive", ())),
    )
    _require_described(where, contract)
    return contract


def _column(where: str, name: str, told: Mapping[str, Any] | str, shared: Mapping[str, Any]) -> Column:
    if told == _SHARED:
        if name not in shared:
            raise UnknownKey(f"{where}: _shared.yaml", name, shared)
        told = shared[name]
    assert not isinstance(told, str)
    _require_known(f"{where}: {name}", told, _COLUMN_KEYS)
    return Column(name=name, **{"is_figure": told["type"] in _FIGURES, **told})


def _require_described(where: str, contract: Contract) -> None:
    named = {*contract.grain, *contract.nullable, *contract.counts, *([contract.base] if contract.base else [])}
    unknown = named - {column.name for column in contract.columns}
    if unknown:
        raise ConfigError(
            f"{where}: {', '.join(sorted(unknown))} named in grain, base or counts, but not among the columns. "
            "Nothing was built."
        )


def _require_known(where: str, given: Iterable[str], known: Iterable[str]) -> None:
    for key in given:
        if key not in known:
            raise UnknownKey(where, str(key), known)
