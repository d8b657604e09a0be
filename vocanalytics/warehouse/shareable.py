"""The shareable edition: aggregates only, with thin cells hidden so that nothing around them gives them back.

A row is hidden when its base or one of its counts is too small, and with it as many of its neighbours as it takes to
keep it hidden (`hiding`). What many rows have in common is hidden like a row: the base of a period and source stands
in each of them, and where it would give a feed's small base away, none of them is shown.
Comparisons and scores of cells are left out altogether: a prior count is another row's count.
"""

from __future__ import annotations

import duckdb

from vocanalytics.warehouse.contracts import Column, Contract
from vocanalytics.warehouse.hiding import hide_neighbours

IS_SUPPRESSED = Column(
    "is_suppressed",
    "BOOLEAN",
    "True where the figures are withheld: too few items behind them, or behind a neighbour they would give away.",
)


def shareable_columns(contract: Contract) -> list[Column]:
    """What the shareable edition of a table has, ``is_suppressed`` last."""
    return [column for column in contract.columns if column.shareable] + [IS_SUPPRESSED]


def share(
    con: duckdb.DuckDBPyConnection, contract: Contract, built: str, target: str, *, min_base: int, min_cell: int
) -> int:
    """Create ``target`` from the table ``built``; returns how many rows are hidden.

    A table that is ``additive`` has the columns period_kind, period_on, period_until_on and source.
    """
    watched = {name: min_cell for name in contract.counts} or {str(contract.base): min_base}
    thin = " or ".join(
        [f"{contract.base} < {min_base}", *(f"coalesce({c}, 0) between 1 and {min_cell - 1}" for c in contract.counts)]
    )
    if _has_common_bases(contract):
        _shield_bases(con, contract, built, min_base)
        hide_neighbours(con, built, contract.additive, {"base": min_base})
        con.execute("""
            create or replace temp table withheld_bases as
            select distinct period_kind, period_on, source from shield where is_suppressed
        """)
    _shield_rows(con, contract, built, watched, thin)
    if contract.additive:
        hide_neighbours(con, built, contract.additive, watched)
    _write(con, contract, built, target)
    hidden = con.execute("select count(*) from shield where is_suppressed").fetchall()[0][0]
    con.execute("drop table shield")
    con.execute("drop table if exists withheld_bases")
    return int(hidden)


def _has_common_bases(contract: Contract) -> bool:
    """Whether rows of a period and source share a base that is told, and bases add up over sources."""
    told = {column.name for column in contract.columns if column.shareable}
    return bool(contract.counts) and contract.base in told and "source" in contract.additive


def _shield_bases(con: duckdb.DuckDBPyConnection, contract: Contract, built: str, min_base: int) -> None:
    """One row per period and source with its base; what `all` has beyond the feeds listed is of those that are not."""
    con.execute(f"""
        create or replace temp table shield as
        with listed as (
            select period_kind, period_on, period_until_on, source, max({contract.base}) as base
            from {built} where period_kind <> 'all' group by all
        ),
        short as (
            select period_kind, period_on, 2 * max(base) filter (source = 'all') - sum(base) as rest,
                (select count(distinct source) from listed) - count(*) as absent
            from listed group by all having rest > 0
        ),
        bases as (
            from listed
            union all by name
            select period_kind, period_on, period_until_on, names.source, rest / absent as base
            from short
            inner join (select distinct period_kind, period_on, period_until_on from listed) as spans
                using (period_kind, period_on)
            cross join (select distinct source from listed) as names
            anti join listed as here
                on here.period_kind = short.period_kind and here.period_on = short.period_on
                and here.source = names.source
            union all by name
            select period_kind, period_on, period_until_on, '(not listed)' as source, rest as base
            from short inner join (from listed where source = 'all') using (period_kind, period_on)
            where absent = 0
        )
        select row_number() over (order by period_kind, period_on, source) as row_no, *, 1 as place_no,
            base < {min_base} as is_small, is_small as is_suppressed, false as is_withheld,
            case when is_small then 0 end as hidden_in
        from bases
    """)


def _shield_rows(
    con: duckdb.DuckDBPyConnection, contract: Contract, built: str, watched: dict[str, int], thin: str
) -> None:
    grain = ", ".join(contract.grain)
    place = ", ".join(name for name in contract.grain if name not in ("period_kind", "period_on", "source"))
    tied = f"period_until_on, dense_rank() over (order by {place}) as place_no," if contract.additive else ""
    # the whole history is the sum of all periods, and would give their hidden cells away
    kept = "where period_kind <> 'all'" if "period_kind" in contract.grain else ""
    con.execute(f"""
        create or replace temp table shield as
        select rowid as built_no, row_number() over (order by {grain}) as row_no, {grain}, {tied} {", ".join(watched)},
            {contract.base} as base, ({thin}) as is_small, is_small as is_suppressed,
            false as is_withheld, case when is_small then 0 end as hidden_in
        from {built} {kept}
    """)
    if _has_common_bases(contract):
        con.execute("""
            update shield set is_suppressed = true, is_withheld = true, hidden_in = 0
            where not is_suppressed and (period_kind, period_on, source) in (from withheld_bases)
        """)


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
