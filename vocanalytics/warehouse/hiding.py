"""Which rows have to be hidden beside the thin ones: complementary suppression (Cox, JASA 75, 1980).

Where rows add up to another (sources to `all`, weeks to four weeks, months to a quarter), one hidden row among
visible ones could be worked out by subtraction, so the smallest visible neighbour is hidden with it, until at least
two are hidden and their sum is not small itself. What all periods and sources together still give away is found by
solving them (`spans`), and hidden in the same way.
"""

from __future__ import annotations

from itertools import count

import duckdb
import numpy as np
from numpy.typing import NDArray

from vocanalytics.warehouse.spans import Cells, leaks, to_hide

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


def hide_neighbours(
    con: duckdb.DuckDBPyConnection, built: str, additive: tuple[str, ...], watched: dict[str, int]
) -> None:
    """Hide more rows of the temporary table `shield`, until no thin one is given away.

    Parameters
    ----------
    built : str
        The table that ``shield`` is of; its row of the whole history says where the data begin and end.
    additive : tuple of str
        Of "source" and "period": along what rows add up.
    watched : dict
        Counts, and the least that each may be known to be.
    """
    _lay_out_equations(con, additive)
    cells = _cells(con, built, additive, next(iter(watched)))
    looked = -1  # the turn in which everything was solved last
    for turn in count():
        if _hide_one_more(con, watched, turn):
            continue
        if not _hide_for_all_together(con, cells, watched, turn, looked):
            break
        looked = turn
    con.execute("drop table equations")


def _lay_out_equations(con: duckdb.DuckDBPyConnection, additive: tuple[str, ...]) -> None:
    """One row per equation and row in it; an equation is a published total and the rows that add up to it."""
    parents = " union all ".join(
        f"select span_no, '{axis}' as axis, {_PARENTS[axis]} as parent from spans" for axis in additive
    )
    con.execute(f"""
        create or replace temp table equations as
        with spans as (
            select row_number() over () as span_no, *
            from (select distinct source, period_kind, period_on from shield)
        ),
        rows as (
            select row_no, span_no, place_no from shield inner join spans using (source, period_kind, period_on)
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


def _cells(con: duckdb.DuckDBPyConnection, built: str, additive: tuple[str, ...], first: str) -> Cells:
    """The rows in the order of ``row_no``; days are cut to those of the data, and what lies between periods is one."""
    days = con.execute(
        f"""
        with data as (
            select min(period_on) filter (period_kind = 'all') as first_on,
                max(period_until_on) filter (period_kind = 'all') + 1 as after_on
            from {built}
        ),
        spans as (
            select period_kind, period_on, greatest(period_on, first_on) as start_on,
                least(period_until_on + 1, after_on) as end_on
            from (select distinct period_kind, period_on, period_until_on from shield), data
        ),
        gaps as (
            select period_kind, null as period_on, end_on as start_on,
                lead(start_on) over (partition by period_kind order by period_on) as end_on
            from spans
        )
        from spans union all from gaps where start_on < end_on order by period_on is null, period_kind, period_on
        """
    ).fetchnumpy()
    rows = con.execute(
        f"""
        select place_no - 1 as place, dense_rank() over (order by source <> 'all', source) - 1 as source,
            dense_rank() over (order by period_kind, period_on) - 1 as span, is_small,
            row_number() over (order by period_kind in ('quarter', 'four_weeks'), {first} = 0, {first}, base, row_no)
                as keep,
            bool_or(source = 'all') over () as has_total
        from shield order by row_no
        """
    ).fetchnumpy()
    spans = len(days["start_on"])
    if "period" in additive:
        _, at = np.unique(np.concatenate([days["start_on"], days["end_on"]]), return_inverse=True)
    else:
        at = np.arange(2 * spans)
    place, source, span, keep = (np.asarray(rows[name], dtype=np.int64) for name in ("place", "source", "span", "keep"))
    has_total = "source" in additive and bool(np.asarray(rows["has_total"]).any())
    return Cells(place, source, span, np.asarray(rows["is_small"], dtype=bool), keep, at[:spans], at[spans:], has_total)


def _hide_one_more(con: duckdb.DuckDBPyConnection, watched: dict[str, int], turn: int) -> bool:
    """Hide the smallest visible part of every equation that still gives a hidden row away.

    Only those in which the turn before hid something can have changed. Of a row that is withheld for its base, the
    counts may be known, as long as they give no thin one away.
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
                having (count(*) filter (is_suppressed) = 1 and not bool_or(is_suppressed and is_withheld))
                    or (not bool_or(is_total and is_suppressed) and ({small}))
            )
            select arg_min(row_no, {{'total': is_total, 'nil': {first} = 0, 'n': {first}, 'base': base, 'row': row_no}})
            from parts semi join leaking using (axis, total_no)
            where not is_suppressed
            group by axis, total_no
        )
    """).fetchall()[0]
    return bool(hidden)


def _hide_for_all_together(
    con: duckdb.DuckDBPyConnection, cells: Cells, watched: dict[str, int], turn: int, looked: int
) -> bool:
    """Hide what gives a thin row away by periods of any kind, and where nothing does, by them and sources together.

    Places where nothing was hidden after the turn ``looked`` say what they said then.
    """
    found = con.execute("select is_suppressed, coalesce(hidden_in, -1) as hidden_in from shield order by row_no")
    state = found.fetchnumpy()
    is_hidden = np.asarray(state["is_suppressed"], dtype=bool)
    changed = np.unique(cells.place[np.asarray(state["hidden_in"]) > looked])
    if not len(changed):
        return False
    by_time, together = leaks(cells, is_hidden, changed)
    hidden = to_hide(cells, is_hidden, by_time)
    if len(hidden):
        con.execute(
            f"update shield set is_suppressed = true, hidden_in = {turn + 1} "
            "where row_no in (select unnest($rows))", {"rows": (hidden + 1).tolist()},
        )  # fmt: skip
    return bool(len(hidden)) or _hide_beside(con, together + 1, watched, turn)


def _hide_beside(
    con: duckdb.DuckDBPyConnection, leaking: NDArray[np.int64], watched: dict[str, int], turn: int
) -> bool:
    """Hide the smallest visible row in a sum with each leaking one, or else of its place, of the same days if any."""
    first = next(iter(watched))
    (hidden,) = con.execute(
        f"""
        update shield set is_suppressed = true, hidden_in = {turn + 1} where row_no in (
            with thin as (
                select row_no as thin_no, place_no, period_on as thin_on, period_until_on as thin_until_on
                from shield where row_no in (select unnest($leaking))
            ),
            beside as (
                select thin_no, other.row_no, other.is_total, 0 as far
                from thin
                inner join equations as own on own.row_no = thin_no
                inner join equations as other using (axis, total_no)
                union all
                select thin_no, row_no, false, case when period_on <= thin_until_on and period_until_on >= thin_on
                    then 1 else 2 end
                from thin inner join shield using (place_no)
            )
            select arg_min(row_no, {{
                'far': far, 'total': is_total, 'nil': {first} = 0, 'n': {first}, 'base': base, 'row': row_no
            }})
            from beside inner join shield using (row_no)
            where not is_suppressed
            group by thin_no
        )
        """,
        {"leaking": leaking.tolist()},
    ).fetchall()[0]
    return bool(hidden)
