"""Attributes of customers, known here only by a keyed hash."""

from __future__ import annotations

import pyarrow as pa

from vocanalytics.warehouse.connection import Connection, scalars, transaction


def replace_customers(con: Connection, customers: pa.Table) -> int:
    """Make the table equal to the file; returns how many rows changed, came or went.

    Parameters
    ----------
    customers : pyarrow.Table
        Columns as in table ``customers``, one row per customer.
    """
    con.register("given", customers)
    with transaction(con):
        changed: int = scalars(
            con,
            """
            select count(*) from (
                (select *, 'gone' as side from (from customers except from given))
                union all by name
                (select *, 'come' as side from (from given except from customers))
            )
            """,
        )[0]
        if changed:
            con.execute("delete from customers")
            con.execute("insert into customers by name select * from given")
    con.unregister("given")
    return changed
