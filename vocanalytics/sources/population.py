"""Whom a company surveys, so that answers can be weighed to stand for them.

    data/population.csv         source,dimension,value,share
                                owner_survey,market,DE,0.6

``source`` is a survey, or empty for every survey whose answers tell the dimension; what is said of one survey goes
before what is said of all. A dimension is one of the survey's, or region or loyalty_tier of the customer file. The
file is refused whole where it contradicts itself. Shares of a dimension that no survey tells are left out and told, as
events are: raked figures stand beside the raw ones, so a renamed column is no reason to keep yesterday's.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from vocanalytics.errors import SourceError
from vocanalytics.sources.company_table import UNTOUCHED, company_rows, unknown, unusable
from vocanalytics.sources.declaration import Declaration

ATTRIBUTES = ("region", "loyalty_tier")
TOLERANCE = 0.01  # by which shares may miss 1
_COLUMNS = ("source", "dimension", "value", "share")

Shares = dict[str, float]  # value -> share of the population


class Population(NamedTuple):
    kept: list[dict[str, Any]]  # each with source (never None), dimension, value, share
    left_out: list[str]  # why, a sentence each


def survey_dimensions(declaration: Declaration) -> dict[str, set[str]]:
    """Survey -> what its answers tell of who gave them.

    Attributes of the customer file count where the survey knows customers by the same ids.
    """
    file = declaration.customers
    known = set(ATTRIBUTES) if file and not file.columns else set(file.columns if file else ()) & set(ATTRIBUTES)
    return {
        source.name: set(source.dimensions) | (known if source.shared_customers else set())
        for source in declaration.sources
        if source.channel == "survey"
    }


def read_population(path: Path, *, surveys: Mapping[str, Collection[str]], sources: Iterable[str]) -> Population:
    """The shares of a population.csv, a row for each survey they hold for.

    Parameters
    ----------
    surveys : mapping
        As `survey_dimensions` gives it.
    sources : iterable of str
        Every feed there is; one that is no survey is never raked.

    Raises
    ------
    SourceError
        A row cannot be read, is there twice, or shares of a dimension do not add up to 1. MissingColumns, UnknownKey
        for the header.
    """
    declared, feeds = _declared(path), set(sources)
    for (source, dimension), shares in declared.items():
        total = math.fsum(shares.values())
        if abs(total - 1) > TOLERANCE + 1e-9:
            raise SourceError(
                f"{path}: the shares of {_place(source, dimension)} add up to {total:.3f}. Expected 1, give or take "
                f"{TOLERANCE}; correct them or add the categories that are missing. {UNTOUCHED}"
            )
    told = Population([], [])
    usable: dict[tuple[str, str], Shares] = {}
    # what is said of all surveys first, so that what is said of one replaces it
    for (source, dimension), shares in sorted(declared.items()):
        if why := _why_not(source, dimension, surveys, feeds):
            told.left_out.append(f"{path}: {_place(source, dimension)}: {why} Its shares are left out until then.")
        else:
            usable |= {(survey, dimension): shares for survey in _meant(source, dimension, surveys)}
    for (survey, dimension), shares in usable.items():
        row = {"source": survey, "dimension": dimension}
        told.kept.extend(row | {"value": value, "share": share} for value, share in shares.items())
    return told


def _declared(path: Path) -> dict[tuple[str, str], Shares]:
    """(source or nothing, dimension) -> its shares."""
    declared: dict[tuple[str, str], Shares] = {}
    for number, row in enumerate(company_rows(path, _COLUMNS[1:], _COLUMNS[:1]), 1):
        where = f"{path}: row {number}"
        for name in ("dimension", "value"):
            if not row[name]:
                raise unusable(where, name, "a name such as " + ("market" if name == "dimension" else "DE"))
        shares = declared.setdefault((row.get("source", ""), row["dimension"]), {})
        value = " ".join(row["value"].split())
        if value in shares:
            raise unusable(where, "value", "each value of a source and dimension once")
        shares[value] = _share(where, row["share"])
    return declared


def _share(where: str, cell: str) -> float:
    try:
        share = float(cell)
    except ValueError:
        share = math.nan
    if not 0 <= share <= 1:
        raise unusable(where, "share", "a number from 0 to 1, such as 0.25 for a quarter")
    return share


def _meant(source: str, dimension: str, surveys: Mapping[str, Collection[str]]) -> Iterator[str]:
    return (name for name, told in surveys.items() if source in ("", name) and dimension in told)


def _why_not(source: str, dimension: str, surveys: Mapping[str, Collection[str]], sources: set[str]) -> str:
    if source and source not in sources:
        return unknown("source", source, surveys)
    if source and source not in surveys:
        return "the source is no survey, and nobody knows who could have written the rest."
    if not any(_meant(source, dimension, surveys)):
        asked = [surveys[source]] if source else surveys.values()
        return unknown("dimension", dimension, {name for told in asked for name in told})
    return ""


def _place(source: str, dimension: str) -> str:
    return f"dimension {dimension!r} of " + (f"source {source!r}" if source else "every survey")
