"""Events, exposures, the population and whom it invited, as a company told: temporary tables for a build."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

Rows = Sequence[Mapping[str, Any]]

_COLUMNS = {
    "declared_events": {
        "id": "varchar", "label": "varchar", "kind": "varchar", "starts_on": "date", "ends_on": "date",
        "touchpoints": "varchar[]", "sources": "varchar[]", "about": "varchar",
    },
    "declared_exposures": {
        "starts_on": "date", "ends_on": "date", "touchpoint": "varchar", "source": "varchar",
        "exposure_count": "bigint", "unit": "varchar",
    },
    "declared_population": {"source": "varchar", "dimension": "varchar", "value": "varchar", "share": "double"},
    "declared_invitations": {"source": "varchar", "month_on": "date", "invited_count": "bigint"},
}  # fmt: skip


def lay_out(con: duckdb.DuckDBPyConnection, *told: Rows) -> None:
    """Create ``declared_events`` and so on, in the order above; what a row does not say is null, or an empty list."""
    for (name, columns), rows in zip(_COLUMNS.items(), told, strict=True):
        con.execute(f"create temp table {name} ({', '.join(f'{column} {kind}' for column, kind in columns.items())})")
        for row in rows:
            values = [_value(row.get(column), kind) for column, kind in columns.items()]
            con.execute(f"insert into {name} values ({', '.join('?' * len(values))})", values)


def clear(con: duckdb.DuckDBPyConnection) -> None:
    for name in _COLUMNS:
        con.execute(f"drop table if exists temp.{name}")


def _value(given: Any, kind: str) -> Any:
    return list(given or ()) if kind.endswith("[]") else given
