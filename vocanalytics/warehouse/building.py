"""Run the SQL of ``vocanalytics/insights`` on the working store, in order.

A file whose name starts with an underscore is a step: a temporary table several published ones read.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from inspect import Parameter, Signature
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from duckdb.func import ARROW, SPECIAL

from vocanalytics.errors import ConfigError
from vocanalytics.taxonomy import Taxonomy
from vocanalytics.warehouse import company
from vocanalytics.warehouse.checking import STANDS as STANDS
from vocanalytics.warehouse.checking import check
from vocanalytics.warehouse.contracts import INSIGHTS, TABLES, load_contracts

logger = logging.getLogger(__name__)

# of FUNCTIONS: arrays of floats in, an array of floats of the same length out;
# of PROCEDURES: a mapping of columns in, a mapping of columns out, with as many rows as it likes
VectorFunction = Callable[..., Any]

# function -> how many arguments; what SQL cannot compute
FUNCTIONS = {"share_change_p_value": 4, "normal_p_value": 1, "student_p_value": 2, "student_quantile": 1}

# step -> function that makes it of the rows its query selects; what no function of single rows can compute
PROCEDURES = {
    "_driver_estimates": "driver_estimates", "_ranks": "rank_ranges", "_raked": "raked_weights",
    "_spike_tests": "spike_tests",
}  # fmt: skip

# in the order they are built; each reads only earlier ones
ORDER = (
    "_withheld", "_frame", "_submissions", "_items", "feedback", "mentions", "_said", "alerts",
    "_periods", "_days", "_stretches", "_stretch_periods", "_main_questions",
    "_scores", "_score_counts", "_raked_margins", "_raked_profiles", "_raked_cells", "_raked", "_raked_scores",
    "_top_scores", "_invitations", "score_trends",
    "_bases", "_cells", "_cell_counts", "_cell_scores", "_unsure", "_evidence", "_voices",
    "_quotes", "_pain_tests", "_exposure_rates", "_pain_states", "_ranks_weighed", "_ranks", "_audit", "_audit_cells",
    "_groups_over_members", "_groups_over", "_quality_population", "_quality_shares", "model_quality",
    "pain_points", "_driver_mentions", "_driver_responses", "_driver_gaps", "_driver_estimates", "drivers", "_moments",
    "_places", "_place_counts", "_place_repeats", "_place_answers", "_place_scores", "_scorecard",
    "touchpoint_scorecard", "journey_scorecard", "_feeds", "source_coverage",
    "_movement_told", "_movement_arrivals", "_movement_days", "_movement_sums", "_movement_parts", "_movement_doubles",
    "_movement_editions", "_movement_figures", "movement",
    "_group_facts", "_groups", "_group_members", "_group_bases", "_group_strata", "_group_tests", "_group_estimates",
    "group_contrasts",
    "_score_questions", "_score_group_members", "_score_group_counts", "_score_group_repeats", "_score_group_tests",
    "_score_group_estimates", "score_groups",
    "events", "_spike_volumes", "_spike_counts", "_spike_series", "_spike_tests", "_spike_judged", "spikes",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Edition:
    """What a set of tables is built for; the values the SQL knows as $model, $as_of and so on."""

    model: str
    taxonomy: str
    masking: str
    as_of: date
    min_base: int
    min_cell: int


def build(
    con: duckdb.DuckDBPyConnection,
    schema: str,
    *,
    edition: Edition,
    taxonomy: Taxonomy,
    functions: Mapping[str, VectorFunction],
    tables: Collection[str] = TABLES,
    events: company.Rows = (),
    exposures: company.Rows = (),
    population: company.Rows = (),
    invitations: company.Rows = (),
    stands: Callable[[str], None] | None = None,
) -> dict[str, int]:
    """Create published tables in ``schema`` (an attached database) and check them; returns rows per table.

    ``tables`` are those wanted; what they read is built with them. ``events``, ``exposures``, ``population`` and
    ``invitations`` as in `company`. ``stands`` is told the name of each table that has met its contract.

    ``con`` is left as it was found: steps, macros and functions are gone afterwards, whatever happens.

    Raises
    ------
    CheckFailed
        A table breaks its contract.
    ConfigError
        A function the SQL needs was not handed in.
    """
    contracts = load_contracts()
    rows = {}
    with _workbench(con, taxonomy, functions):
        company.lay_out(con, events, exposures, population, invitations)
        needed = _needed(tables)
        done_with = _done_with(needed)
        for name in needed:
            query = _query(name)
            parameters = _parameters(query, edition)
            if name.startswith("_"):
                with timed(name):
                    _prepare(con, name, query, parameters, functions)
            else:
                with timed(name):
                    con.execute(f"create table {schema}.{name} as {query}", parameters)
                with timed(f"{name}, checks"):
                    rows[name] = check(con, f"{schema}.{name}", contracts[name])
                con.execute(f"create temp view {name} as from {schema}.{name}")
                if stands:
                    stands(name)
            for step in done_with.get(name, ()):
                con.execute(f"drop table temp.{step}")
    return {name: rows[name] for name in contracts if name in rows}


@contextmanager
def timed(step: str) -> Iterator[None]:
    """Tell how long a step took, to whoever asks for debug lines."""
    started = time.perf_counter()
    yield
    logger.debug("%s: %.2f s", step, time.perf_counter() - started)


def _prepare(
    con: duckdb.DuckDBPyConnection,
    name: str,
    query: str,
    parameters: dict[str, Any],
    functions: Mapping[str, VectorFunction],
) -> None:
    """Make a step: what the query selects, or what the step's procedure makes of it."""
    if name in PROCEDURES:
        _proceed(con, name, functions[PROCEDURES[name]], query, parameters)
    else:
        con.execute(f"create temp table {name} as {query}", parameters)


def _needed(tables: Collection[str]) -> list[str]:
    """The tables and all they read, in building order."""
    needed = set(tables)
    for name in reversed(ORDER):
        if name in needed:
            needed.update(_read_by(name))
    return [name for name in ORDER if name in needed]


def _read_by(name: str) -> set[str]:
    return set(re.findall(r"\w+", _query(name))) & set(ORDER[: ORDER.index(name)])


def _done_with(needed: Sequence[str]) -> dict[str, list[str]]:
    """Table -> steps that nothing after it reads: memory is needed for what comes."""
    last = {step: name for name in needed for step in _read_by(name) if step.startswith("_")}
    return {name: [step for step, reader in last.items() if reader == name] for name in set(last.values())}


def _query(name: str) -> str:
    """The SQL without its comments."""
    return re.sub(r"--.*", "", (INSIGHTS / f"{name}.sql").read_text(encoding="utf-8"))


def _proceed(
    con: duckdb.DuckDBPyConnection, name: str, function: VectorFunction, query: str, parameters: dict[str, Any]
) -> None:
    """Make a step of what the function makes of the query's columns; NaN and None come back as null."""
    selected = con.sql(query, params=parameters).to_arrow_table()
    made = function({column: selected[column].to_numpy() for column in selected.column_names})
    con.register("made", pa.table({column: pa.array(values, from_pandas=True) for column, values in made.items()}))
    try:
        con.execute(f"create temp table {name} as from made")
    finally:
        con.unregister("made")


def _parameters(query: str, edition: Edition) -> dict[str, Any]:
    # DuckDB refuses a parameter that the query does not use
    return {name: getattr(edition, name) for name in re.findall(r"\$([a-z_]+)", query)}


@contextmanager
def _workbench(
    con: duckdb.DuckDBPyConnection, taxonomy: Taxonomy, functions: Mapping[str, VectorFunction]
) -> Iterator[None]:
    """Macros, functions and the coding frame, there while tables are built."""
    absent = sorted({*FUNCTIONS, *PROCEDURES.values()} - functions.keys())
    if absent:
        raise ConfigError(f"publishing needs the function(s) {', '.join(absent)}; pass them in. {STANDS}")
    _clear(con)
    try:
        for name, arity in FUNCTIONS.items():
            told = _on_arrow(functions[name], arity)
            con.create_function(name, told, ["DOUBLE"] * arity, "DOUBLE", type=ARROW, null_handling=SPECIAL)
        _lay_out(con, taxonomy)
        con.execute(_macros())
        yield
    finally:
        _clear(con)
        for name in FUNCTIONS:
            with suppress(duckdb.InvalidInputException):
                con.remove_function(name)


def _clear(con: duckdb.DuckDBPyConnection) -> None:
    """Drop what a build leaves in the session, its own or that of one that was interrupted."""
    for name in reversed(ORDER):
        con.execute(f"drop {'table' if name.startswith('_') else 'view'} if exists temp.{name}")
    for name in ("taxonomy_stages", "taxonomy_touchpoints", "taxonomy_themes", "taxonomy_labels"):
        con.execute(f"drop table if exists temp.{name}")
    company.clear(con)
    for name in re.findall(r"create temp macro (\w+)", _macros()):
        con.execute(f"drop macro if exists temp.{name}")


def _macros() -> str:
    return (INSIGHTS / "macros.sql").read_text(encoding="utf-8")


def _lay_out(con: duckdb.DuckDBPyConnection, taxonomy: Taxonomy) -> None:
    """The coding frame as temporary tables."""
    points, themes = taxonomy.touchpoints, taxonomy.themes
    floors = [("touchpoint", p.id, p.min_f1) for p in points] + [("themes", t.id, t.min_f1) for t in themes]
    frame: dict[str, tuple[str, list[tuple[Any, ...]]]] = {
        "stages": ("stage varchar, stage_label varchar", [(s.id, s.label) for s in taxonomy.stages]),
        "touchpoints": (
            "touchpoint varchar, touchpoint_label varchar, stage varchar, owner varchar, mode varchar",
            [(p.id, p.label, p.stage, p.owner, p.mode) for p in points],
        ),
        "themes": ("theme varchar, theme_label varchar", [(t.id, t.label) for t in themes]),
        "labels": (
            "axis varchar, label varchar, min_f1 double",
            [(axis, label, taxonomy.min_f1 if floor is None else floor) for axis, label, floor in floors],
        ),
    }
    for name, (columns, rows) in frame.items():
        con.execute(f"create temp table taxonomy_{name} ({columns})")
        for row in rows:
            con.execute(f"insert into taxonomy_{name} values ({', '.join('?' * len(row))})", row)


def _on_arrow(function: VectorFunction, arity: int) -> Callable[..., pa.Array]:
    """The function on DuckDB's columns; a null goes in as NaN, and NaN comes back as null."""

    def wrapped(*columns: pa.ChunkedArray) -> pa.Array:
        result = np.asarray(function(*(column.to_numpy() for column in columns)), dtype=float)
        return pa.array(result, mask=np.isnan(result))

    # DuckDB counts parameters by the signature
    names = [Parameter(f"column_{n}", Parameter.POSITIONAL_ONLY) for n in range(arity)]
    wrapped.__signature__ = Signature(names)  # type: ignore[attr-defined]
    return wrapped
