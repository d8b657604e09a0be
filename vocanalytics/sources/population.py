"""Whom a company surveys, so that answers can be weighed to stand for them.

    data/population.csv         source,dimension,value,share
                                owner_survey,market,DE,0.6

``source`` is a survey, or empty for every survey whose answers tell the dimension; what is said of one survey goes
before what is said of all. A dimension is one of the survey's, or region or loyalty_tier of the customer file. The
file is refused whole where it contradicts itself. Shares of a dimension that no survey tells are left out and told, as
events are: raked figures stand beside the raw ones, so a renamed column is no reason to keep yesterday's. A category
that no response of a survey ever told is noted at publishing, since a misspelt one looks just like it.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from vocanalytics.errors import SourceError
from vocanalytics.sources.company_table import UNTOUCHED, company_rows, unknown, unusable
from vocanalytics.sources.declaration import Declaration

ATTRIBUTES = ("region", "loyalty_tier")
TOLERANCE = 0.01  # by which shares may miss 1
MOST_SEEN = 5  # categories of responses that are named
_LONGEST = 60  # letters of one
_COMPARED = 200  # of those nobody declared, to find a likely one: outlets are thousands
_COLUMNS = ("source", "dimension", "value", "share")

Shares = dict[str, float]  # value -> share of the population


class Population(NamedTuple):
    kept: list[dict[str, Any]]  # each with source (never None), dimension, value, share
    left_out: list[str]  # why, a sentence each
    path: Path | None = None

    @property
    def places(self) -> set[tuple[str, str]]:
        """(source, dimension) of what is kept."""
        return {(row["source"], row["dimension"]) for row in self.kept}


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
    told = Population([], [], path)
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


def never_told(
    population: Population, told: Mapping[tuple[str, str], Mapping[str, int]], most_missing: float
) -> list[str]:
    """Declared categories that no response of their source ever told, a note for each source and dimension.

    Parameters
    ----------
    told : mapping
        (source, dimension) -> category -> responses, the most frequent first; a place that is not in it has no
        responses yet, and nothing is noted of it.
    most_missing : float
        Share of the population above which a survey is not raked where categories of a dimension lack answers.
    """
    notes = []
    for place in sorted(population.places & told.keys()):
        mine = [row for row in population.kept if (row["source"], row["dimension"]) == place]
        declared = {row["value"] for row in mine}
        # a share of 0 says that nobody is in it
        lacking = {row["value"]: row["share"] for row in mine if row["share"] > 0 and row["value"] not in told[place]}
        if lacking:
            share = math.fsum(lacking.values()) / math.fsum(row["share"] for row in mine)
            free = [value for value in told[place] if value not in declared]
            named = ", ".join(_named(value) + _perhaps(value, free) for value in lacking)
            notes.append(
                f"{population.path}: {_place(*place)}: no response has ever told {named}: "
                f"{100 * share:.3g} % of the population. Expected categories as responses spell them; "
                f"{_seen(told[place])}. Correct the spelling here or in the feed; where nobody there has "
                f"answered yet, leave it. {_meanwhile(place[0], share, most_missing)}"
            )
    return notes


def _named(value: str) -> str:
    return repr(value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…")


def _perhaps(value: str, free: Sequence[str]) -> str:
    """The likeliest of the categories that responses tell and nobody declared."""
    by_fold = {one.casefold(): one for one in reversed(free[:_COMPARED])}
    close = difflib.get_close_matches(value.casefold(), by_fold, n=1)
    return f" (did you mean {_named(by_fold[close[0]])}?)" if close else ""


def _seen(told: Mapping[str, int]) -> str:
    if not told:
        return "found none, because no response tells this dimension"
    most = [f"{_named(value)} {count:,}" for value, count in list(told.items())[:MOST_SEEN]]
    more = f", the most frequent of {len(told):,}" if len(told) > MOST_SEEN else ""
    return f"found {', '.join(most)} (responses each{more})"


def _meanwhile(source: str, share: float, most_missing: float) -> str:
    if share > most_missing + 1e-6:
        return f"Until then no score of {source!r} is raked: at most {100 * most_missing:.0f} % may go without answers."
    return "Until then the other categories of the dimension are weighted up instead."


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
