"""Hold a built table to its contract."""

from __future__ import annotations

import logging

import duckdb

from vocanalytics.errors import CheckFailed
from vocanalytics.warehouse.contracts import Check, Contract

logger = logging.getLogger(__name__)

STANDS = "The publication before still stands."


def check(con: duckdb.DuckDBPyConnection, table: str, contract: Contract) -> int:
    """Hold a built table to its contract; returns its rows. A broken ``warn`` check is logged.

    Raises
    ------
    CheckFailed
        Names the table, the check and how many rows break it.
    """
    built = {name: kind for name, kind, *_ in con.execute(f"describe {table}").fetchall()}
    promised = {column.name: column.type for column in contract.columns}
    if list(built.items()) != list(promised.items()):
        differing = [name for name in promised | built if built.get(name) != promised.get(name)]
        detail = [f"{name} (promised {promised.get(name)}, built {built.get(name)})" for name in differing]
        raise CheckFailed(
            f"{contract.name}: the query and {contract.name}.yaml disagree on "
            f"{', '.join(detail) or 'the order of columns'}. {STANDS}"
        )
    grain = ", ".join(contract.grain)
    ((doubled,),) = con.execute(
        f"select count(*) from (from {table} select 1 group by {grain} having count(*) > 1)"
    ).fetchall()
    broken = [(Check("fail", f"one row per {grain}"), doubled)]
    promises = [*_implied(contract), *contract.checks]
    # one scan for all of them; null is not true, so an unknown counts as broken
    counts = ", ".join(f"count(*) filter (where ({promise.that}) is not true)" for promise in promises)
    (rows, *found) = con.execute(f"select count(*), {counts} from {table}").fetchall()[0]
    for promise, bad in [*broken, *zip(promises, found, strict=True)]:
        if bad:
            _tell(contract, promise, bad)
    return int(rows)


def _implied(contract: Contract) -> list[Check]:
    """What every table promises: its key is known, and a figure is a number or null."""
    keyed = [f"{name} is not null" for name in contract.grain if name not in contract.nullable]
    numbers = [f"coalesce(isfinite({column.name}), true)" for column in contract.columns if column.type == "DOUBLE"]
    return [Check("fail", " and ".join(promises)) for promises in (keyed, numbers) if promises]


def _tell(contract: Contract, promise: Check, bad: int) -> None:
    reason = f" ({promise.because})" if promise.because else ""
    message = f"{contract.name}: {bad:,} row(s) break `{promise.that}`{reason}"
    if promise.level == "fail":
        raise CheckFailed(f"{message}. {STANDS}")
    logger.warning("%s", message)
