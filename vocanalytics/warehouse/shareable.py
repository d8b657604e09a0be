"""The shareable edition: aggregates only, with thin cells hidden so that nothing around them gives them back.

A row is hidden when its base or one of its counts is too small. Where rows add up to another (sources to `all`,
weeks to four weeks, months to a quarter), one hidden row among visible ones could be worked out by subtraction, so
the smallest visible neighbour is hidden with it, until at least two are hidden and their sum is not small itself
(complementary suppression: Cox, "Suppression methodology and statistical disclosure control", JASA 75, 1980).
What several sums together still give away is found by solving them, and hidden in the same way.
Comparisons and scores of cells are left out altogether: a prior count is another row's count.
"""

from __future__ import annotations

from itertools import count

import duckdb
import numpy as np

from vocanalytics.warehouse.contracts import Column, Contract
from vocanalytics.warehouse.subtraction import given_away

IS_SUPPRESSED = Column(
    "is_suppressed",
    "BOOLEAN",
    "True where the figures are withheld: too few items behind them, or behind a neighbour they would give away.",
)

# axis -> which row a row adds up into; null where it is itself the total
_PARENTS = {
    "source": "case when source <> 'all' then {'source': 'all', 'kind': period_kind, 'on': period_on} end",
    "period": """
        case period_kind
            when 'month' then {'source': source, 'kind': 'quarter', 'on': date_trunc('quarter', period_on)::date}
            when 'week' then {'source': source, 'kind': 'four_weeks', 'on': period_on - ((
                period_on - (select min(period_on) from shield where period_kind = 'four_weeks')
            ) % 28 + 28)::integer % 28}
        end
    """,
}


def shareable_columns(contract: Contract) -> list[Column]:
    """What the shareable edition of a table has, ``is_suppressed`` last."""
    return [column for column in contract.columns if column.shareable] + [IS_SUPPRESSED]


def share(
    con: duckdb.DuckDBPyConnection, contract: Contract, built: str, target: str, *, min_base: int, min_cell: int
) -> int:
    """Create ``target`` from the table ``built``; returns how many rows are hidden."""
    watched = {name: min_cell for name in contract.counts} or {str(contract.base): min_base}
    thin = " or ".join(
        [f"{contract.base} < {min_base}", *(f"{c} between 1 and {min_cell - 1}" for c in contract.counts)]
    )
    grain = ", ".join(contract.grain)
    # the whole history is the sum of all periods, and would give their hidden cells away
    kept = "where period_kind <> 'all'" if "period_kind" in contract.grain else ""
    con.execute(f"""
        create or replace temp table shield as
        select rowid as built_no, row_number() over (order by {grain}) as row_no, {grain}, {", ".join(watched)},
            {contract.base} as base, {thin} as is_thin, is_thin as is_suppressed,
            case when is_thin then 0 end as hidden_in
        from {built} {kept}
    """)
    if contract.additive:
        _lay_out_equations(con, contract)
        looked = -1  # the turn in which sums were solved last
        for turn in count():
            if _hide_one_more(con, watched, turn):
                continue
            if not _hide_for_sums_together(con, watched, turn, looked):
                break
            looked = turn
        con.execute("drop table equations")
    _write(con, contract, built, target)
    hidden = con.execute("select count(*) from shield where is_suppressed").fetchall()[0][0]
    con.execute("drop table shield")
    return int(hidden)


def _lay_out_equations(con: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """One row per equation and row in it; an equation is a published total and the rows that add up to it.

    Rows are matched by the numbers of their span (period and source) and of their place (all the rest of the grain).
    """
    place = ", ".join(name for name in contract.grain if name not in ("period_kind", "period_on", "source"))
    parents = " union all ".join(
        f"select span_no, '{axis}' as axis, {_PARENTS[axis]} as parent from spans" for axis in contract.additive
    )
    con.execute(f"""
        create or replace temp table equations as
        with spans as (
            select row_number() over () as span_no, *
            from (select distinct source, period_kind, period_on from shield)
        ),
        places as (select row_number() over () as place_no, * from (select distinct {place} from shield)),
        rows as (
            select row_no, span_no, place_no
            from shield inner join spans using (source, period_kind, period_on) inner join places using ({place})
        ),
        parents as ({parents}),
        rises as (
            select parents.span_no, axis, totals.span_no as total_span_no
            from parents inner join spans as totals on parent = {{
                'source': totals.source, 'kind': totals.period_kind, 'on': totals.period_on
            }}
        ),
        pairs as (
            select totals.row_no as total_no, axis, rows.row_no as child_no
            from rows
            inner join rises using (span_no)
            inner join rows as totals on totals.span_no = total_span_no and totals.place_no = rows.place_no
        )
        select distinct axis, total_no, total_no as row_no, true as is_total from pairs
        union all
        select axis, total_no, child_no, false from pairs
    """)


def _hide_one_more(con: duckdb.DuckDBPyConnection, watched: dict[str, int], turn: int) -> bool:
    """Hide the smallest visible part of every equation that still gives a hidden row away.

    Only those in which the turn before hid something can have changed.
    """
    small = " or ".join(
        f"sum({name}) filter (is_suppressed and not is_total) between 1 and {least - 1}"
        for name, least in watched.items()
    )
    first = next(iter(watched))
    (hidden,) = con.execute(f"""
        update shield set is_suppressed = true, hidden_in = {turn + 1} where row_no in (
            with changed as (
                select distinct axis, total_no
                from equations semi join (from shield where hidden_in = {turn}) using (row_no)
            ),
            parts as (from equations semi join changed using (axis, total_no) inner join shield using (row_no)),
            leaking as (
                select axis, total_no from parts
                group by axis, total_no
                having count(*) filter (is_suppressed) = 1
                    or (not bool_or(is_total and is_suppressed) and ({small}))
            )
            select arg_min(row_no, {{'total': is_total, 'nil': {first} = 0, 'n': {first}, 'base': base, 'row': row_no}})
            from parts semi join leaking using (axis, total_no)
            where not is_suppressed
            group by axis, total_no
        )
    """).fetchall()[0]
    return bool(hidden)


def _hide_for_sums_together(con: duckdb.DuckDBPyConnection, watched: dict[str, int], turn: int, looked: int) -> bool:
    """Hide the smallest visible row beside every thin one that the sums leave only one value for.

    Where nothing was hidden after the turn ``looked``, the sums say what they said then.
    """
    hidden = con.execute(
        """
        select dense_rank() over (order by axis, total_no) as equation, row_no, is_total, hidden_in > $looked as is_new
        from equations inner join (from shield where is_suppressed) using (row_no)
        """,
        {"looked": looked},
    ).fetchnumpy()
    leaking = given_away(*(np.asarray(hidden[name]) for name in ("equation", "row_no", "is_total", "is_new")))
    first = next(iter(watched))
    (hidden_now,) = con.execute(
        f"""
        update shield set is_suppressed = true, hidden_in = {turn + 1} where row_no in (
            with thin as (from shield where is_thin and row_no in (select unnest($leaking))),
            beside as (
                select thin.row_no as thin_no, other.row_no, other.is_total
                from thin
                inner join equations as own on own.row_no = thin.row_no
                inner join equations as other using (axis, total_no)
            )
            select arg_min(row_no, {{'total': is_total, 'nil': {first} = 0, 'n': {first}, 'base': base, 'row': row_no}})
            from beside inner join shield using (row_no)
            where not is_suppressed
            group by thin_no
        )
        """,
        {"leaking": leaking},
    ).fetchall()[0]
    return bool(hidden_now)


def _write(con: duckdb.DuckDBPyConnection, contract: Contract, built: str, target: str) -> None:
    shown = ", ".join(
        f"case when not is_suppressed then built.{column.name} end as {column.name}"
        if column.is_figure
        else f"built.{column.name}"
        for column in contract.columns
        if column.shareable
    )
    con.execute(
        f"create table {target} as select {shown}, is_suppressed "
        f"from {built} as built inner join shield on built.rowid = shield.built_no"
    )
