"""The shareable edition: nothing thin, nothing internal, and no sum that gives a hidden count back."""

from __future__ import annotations

from itertools import product

import duckdb
import numpy as np
import pytest
from filled_store import empty_store, told
from hypothesis import given, settings
from hypothesis import strategies as st
from test_publishing import publish_to, rows

from vocanalytics.warehouse.contracts import Column, Contract, load_contracts
from vocanalytics.warehouse.shareable import share, shareable_columns

AGGREGATES = [name for name, contract in load_contracts().items() if contract.kind == "aggregate"]


@pytest.fixture
def con():
    with empty_store() as con:
        waits = {"n": 8, "theme": "waiting", "touchpoint": "workshop", "score": 4}
        told(con, waits, {"n": 4, "id": "p", "polarity": "positive"})
        yield con


def test_the_shareable_edition_holds_aggregates_without_what_is_internal(con, tmp_path):
    publish_to(con, tmp_path)

    found = rows(
        tmp_path / "insights_shareable.duckdb",
        "select table_name, list(column_name) from duckdb_columns() where not internal group by 1",
    )
    assert sorted(name for name, _ in found) == sorted(AGGREGATES)
    for name, columns in found:
        assert sorted(columns) == sorted(column.name for column in shareable_columns(load_contracts()[name]))
    internal = {"quotes", "prior_item_count", "change_points", "score_gap", "customer_count", "asked_score", "q_value"}
    assert not internal & {column for _, columns in found for column in columns}
    text = str([rows(tmp_path / "insights_shareable.duckdb", f"from {name}") for name in AGGREGATES])
    assert "They kept me waiting" not in text
    assert "i0-0" not in text


def test_thin_rows_lose_every_figure_and_keep_their_names(con, tmp_path):
    told(con, {"n": 2, "id": "few", "theme": "price", "touchpoint": "finance"}, {"n": 4, "id": "app", "source": "app"})
    publish_to(con, tmp_path)

    shown = rows(
        tmp_path / "insights_shareable.duckdb",
        "select theme_label, owner, item_count, negative_item_count, negative_share_pct, negative_share_pct_low, "
        "negative_share_pct_high, state, priority_rank, is_suppressed from pain_points "
        "where period_kind = 'month' and source = 'survey' order by theme",
    )
    assert shown == [
        ("Price", "Bank", None, None, None, None, None, None, None, True),
        ("Waiting time", "Service", 14, 8, 57.14, 32.59, 78.62, None, 1, False),
    ]
    coverage = "select source, submission_count, is_suppressed from source_coverage order by source"
    assert rows(tmp_path / "insights_shareable.duckdb", coverage) == [("app", None, True), ("survey", 14, False)]


COLUMNS = tuple(Column(name, "", "") for name in ("period_kind", "period_on", "source", "theme")) + tuple(
    Column(name, "BIGINT", "", is_figure=True) for name in ("item_count", "n", "k")
)
SUMS = Contract(
    name="sums", title="", about="", kind="aggregate", grain=("period_kind", "period_on", "source", "theme"),
    columns=COLUMNS, caveats=(), checks=(), examples=(), base="item_count", counts=("n", "k"),
    additive=("source", "period"),
)  # fmt: skip
MONTHS = ("2026-04-01", "2026-05-01", "2026-06-01")
WEEKS = ("2026-06-01", "2026-06-08", "2026-06-15", "2026-06-22")


def cube(
    kinds: tuple[str, str], parts: tuple[str, ...], total: str, counts: np.ndarray
) -> dict[tuple[str, str, str], np.ndarray]:
    """Every published row by (kind, day, source): parts and sources, and their sums."""
    cells = {
        (kinds[0], part, f"s{s}"): counts[p, s] for (p, part), s in product(enumerate(parts), range(counts.shape[1]))
    }
    cells |= {(kinds[1], total, f"s{s}"): counts[:, s].sum(axis=0) for s in range(counts.shape[1])}
    cells |= {(kinds[0], part, "all"): counts[p].sum(axis=0) for p, part in enumerate(parts)}
    return {**cells, (kinds[1], total, "all"): counts.sum(axis=(0, 1))}


def worked_out(cells: dict, hidden: set, kinds: tuple[str, str], total: str) -> set:
    """Hidden rows that the visible ones and the sums leave only one value for."""
    unknown = sorted(hidden)
    equations = []
    for days, source in product({day for kind, day, _ in cells if kind == kinds[0]}, ["all"]):
        equations.append(
            [
                (kinds[0], days, source),
                *[key for key in cells if key[1] == days and key[0] == kinds[0] and key[2] != "all"],
            ]
        )
    equations.append([(kinds[1], total, "all"), *[key for key in cells if key[0] == kinds[1] and key[2] != "all"]])
    for source in {key[2] for key in cells}:
        equations.append(
            [(kinds[1], total, source), *[key for key in cells if key[0] == kinds[0] and key[2] == source]]
        )
    matrix = np.array(
        [[(-1.0 if key == line[0] else 1.0) if key in line else 0.0 for key in unknown] for line in equations]
    )
    if not unknown:
        return set()
    _, values, directions = np.linalg.svd(matrix)
    free = directions[(values > 1e-9).sum() :]
    return {key for number, key in enumerate(unknown) if not len(free) or np.abs(free[:, number]).max() < 1e-9}


@pytest.mark.parametrize(
    ("kinds", "parts", "total"),
    [(("month", "quarter"), MONTHS, "2026-04-01"), (("week", "four_weeks"), WEEKS, "2026-06-01")],
)
@given(counts=st.data())
@settings(max_examples=40, deadline=None)
def test_no_hidden_count_can_be_worked_out_from_the_sums(kinds, parts, total, counts):
    sources = counts.draw(st.integers(1, 3))
    drawn = counts.draw(
        st.lists(st.integers(0, 12), min_size=len(parts) * sources * 2, max_size=len(parts) * sources * 2)
    )
    cells = cube(kinds, parts, total, np.array(drawn).reshape(len(parts), sources, 2))
    with duckdb.connect() as con:
        con.execute("create table sums (period_kind varchar, period_on date, source varchar, theme varchar)")
        con.execute("alter table sums add column item_count int")
        con.execute("alter table sums add column n int")
        con.execute("alter table sums add column k int")
        con.executemany(
            "insert into sums values (?, ?, ?, 't', 99, ?, ?)",
            [(*key, int(a), int(b)) for key, (a, b) in cells.items()],
        )
        share(con, SUMS, "sums", "shared", min_base=1, min_cell=5)
        shown = con.execute(
            "select period_kind, period_on::varchar, source, n, k, is_suppressed from shared"
        ).fetchall()

    hidden = {row[:3] for row in shown if row[5]}
    assert all((row[3], row[4]) == ((None, None) if row[5] else tuple(cells[row[:3]])) for row in shown)
    small = {key for key, pair in cells.items() if ((pair > 0) & (pair < 5)).any()}
    assert small <= hidden
    assert not worked_out(cells, hidden, kinds, total) & small
    if not small:
        assert not hidden
