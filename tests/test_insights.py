"""Every published table against written cases: tests/golden/<table>.yaml.

A case fills the working store (``told``: one line per kind of submission; ``given``: rows of its tables), builds
everything and names the rows it expects, in the columns it cares about and in the order of the table's grain.
"""

from __future__ import annotations

import os
import re
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from filled_store import MODEL, TAXONOMY, empty_store, fill, told

from vocanalytics.errors import CheckFailed, ConfigError
from vocanalytics.statistics import FUNCTIONS
from vocanalytics.warehouse.building import ORDER, Edition, build
from vocanalytics.warehouse.checking import check
from vocanalytics.warehouse.contracts import INSIGHTS, TABLES, Check, load_contracts

GOLDEN = Path(__file__).parent / "golden"
CASES = [
    pytest.param(path.stem, case, id=f"{path.stem}: {case['case']}")
    for path in sorted(GOLDEN.glob("*.yaml"))
    for case in yaml.safe_load(path.read_text(encoding="utf-8"))
]


@pytest.fixture
def con():
    with empty_store() as con:
        con.execute("attach ':memory:' as publication")
        yield con


def build_all(
    con, as_of: date = date(2026, 6, 30), min_base: int = 1, min_cell: int = 1, tables=TABLES, **beside
) -> dict[str, int]:
    edition = Edition(MODEL, TAXONOMY.id, "m1", as_of, min_base, min_cell)
    return build(con, "publication", edition=edition, taxonomy=TAXONOMY, functions=FUNCTIONS, tables=tables, **beside)


def plain(value: Any) -> Any:
    """YAML and DuckDB write the same thing differently."""
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    return str(value) if hasattr(value, "isoformat") else value


@pytest.mark.parametrize(("table", "case"), CASES)
def test_query_gives_the_expected_rows(con, table, case):
    told(con, *case.get("told", []))
    fill(con, case.get("given", {}))
    con.execute(case.get("after", "select 1"))

    beside = {name: case.get(name, []) for name in ("population", "invitations")}
    build_all(con, **case.get("params", {}), tables=[table], **beside)

    columns = list(case["expect"][0]) if case["expect"] else list(load_contracts()[table].grain)
    order = ", ".join(load_contracts()[table].grain)
    built = con.execute(
        f"select {', '.join(columns)} from publication.{table} where {case.get('where', 'true')} order by {order}"
    ).fetchall()
    assert [dict(zip(columns, map(plain, row), strict=True)) for row in built] == [
        {name: plain(value) for name, value in row.items()} for row in case["expect"]
    ]


def test_every_table_has_a_query_a_contract_and_cases():
    queries = {path.stem for path in INSIGHTS.glob("*.sql")} - {"macros"}

    assert queries == set(ORDER)
    assert {name for name in queries if not name.startswith("_")} == set(TABLES) == set(load_contracts())
    assert {path.stem for path in INSIGHTS.glob("*.yaml")} == {*TABLES, "_shared"}
    assert {path.stem for path in GOLDEN.glob("*.yaml")} >= set(TABLES)


@pytest.mark.parametrize("path", sorted(INSIGHTS.glob("*.sql")), ids=lambda path: path.stem)
def test_a_query_is_short_and_says_what_it_is(path):
    lines = path.read_text(encoding="utf-8").splitlines()

    assert len(lines) <= 80
    assert max(map(len, lines)) <= 130
    if path.stem != "macros":
        assert lines[0].startswith(f"-- {path.stem}: ")
        head = "\n".join(line for line in lines if line.startswith("--"))
        assert re.search(r"^-- Grain +one row per ", head, re.MULTILINE)
        assert re.search(r"^-- Reads +\w", head, re.MULTILINE)


def test_the_examples_of_the_contracts_run(con):
    told(con, {"n": 3, "theme": "waiting", "touchpoint": "workshop", "score": 4})
    build_all(con)
    con.execute("use publication")

    for contract in load_contracts().values():
        assert contract.examples, contract.name
        for example in contract.examples:
            con.execute(example.sql).fetchall()


def test_building_leaves_the_session_as_it_was(con):
    told(con, {"theme": "waiting", "touchpoint": "workshop"})
    before = con.execute("select database_name, table_name from duckdb_tables() order by all").fetchall()
    views = con.execute("select view_name from duckdb_views() where not internal order by all").fetchall()
    build_all(con)
    con.execute("detach publication")
    con.execute("attach ':memory:' as publication")

    build_all(con)  # a second time in the same session

    con.execute("detach publication")
    assert con.execute("select database_name, table_name from duckdb_tables() order by all").fetchall() == before
    assert con.execute("select view_name from duckdb_views() where not internal order by all").fetchall() == views


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "America/St_Johns"])
def test_no_time_zone_moves_an_item(con, zone):
    stamps = {"submitted_at": "2026-05-31 23:30:00+00", "ingested_at": "2026-06-01 00:30:00+00"}
    line = {"id": "a", "theme": "waiting", "touchpoint": "workshop", "day": "2026-05-31", "score": 4}
    told(con, line)
    con.execute("update submissions set submitted_at = $submitted_at, ingested_at = $ingested_at", stamps)
    old = os.environ.get("TZ")
    os.environ["TZ"] = zone
    time.tzset()
    try:
        con.execute(f"set timezone = '{zone}'")
        build_all(con, as_of=date(2026, 5, 31))
        stamped = con.execute("select submitted_on, submitted_at from publication.feedback").fetchall()
        months = "select period_on::varchar, period_until_on::varchar, is_complete from publication.pain_points"
        told_for = con.execute(
            f"{months} where period_kind in ('month', 'week') and source = 'all' order by 1"
        ).fetchall()
        ingested = con.execute("select last_ingested_at::varchar from publication.source_coverage").fetchall()
    finally:
        os.environ.pop("TZ") if old is None else os.environ.update(TZ=old)
        time.tzset()

    assert [(str(day), str(at)) for day, at in stamped] == [("2026-05-31", "2026-05-31 23:30:00")]
    assert told_for == [("2026-05-01", "2026-05-31", True), ("2026-05-25", "2026-05-31", True)]
    assert ingested == [("2026-06-01 00:30:00",)]


def test_no_key_of_customer_or_submission_is_published(con):
    told(con, {"theme": "waiting", "touchpoint": "workshop", "customer": "customer-key", "score": 4})
    build_all(con)

    for table in TABLES:
        rows = str(con.execute(f"from publication.{table}").fetchall())
        assert "customer-key" not in rows
        assert "'s0-0'" not in rows


def test_a_table_that_breaks_its_contract_is_not_published(con):
    told(con, {"theme": "no_such_theme", "touchpoint": "workshop"})

    with pytest.raises(
        CheckFailed, match=r"mentions: 1 row\(s\) break `theme is null or theme_label is not null`.*still"
    ):
        build_all(con)


def test_an_offset_beyond_the_verbatim_is_not_published(con):
    told(con, {"theme": "waiting", "touchpoint": "workshop"})
    con.execute("update segments set span_end = 999")

    with pytest.raises(CheckFailed, match=r"mentions: 1 row\(s\) break `length\(quote\) = span_end - span_start`"):
        build_all(con)


def test_duplicated_keys_null_keys_and_nan_are_found(con):
    contract = load_contracts()["score_trends"]
    columns = ", ".join(f"null::{c.type} as {c.name}" for c in contract.columns)
    con.execute(f"create table doubled as select {columns} from range(2)")
    con.execute("update doubled set score_scale = rowid::varchar")
    with pytest.raises(CheckFailed, match=r"score_trends: 2 row\(s\) break `period_kind is not null and"):
        check(con, "doubled", contract)
    con.execute("update doubled set period_kind = 'month', period_on = '2026-06-01', source = 's', question_id = 'q'")
    con.execute("update doubled set score_scale = 'csat_1_5'")
    with pytest.raises(CheckFailed, match=r"1 row\(s\) break `one row per period_kind"):
        check(con, "doubled", contract)
    con.execute("update doubled set question_id = rowid::varchar, nps = 'nan'::double")
    with pytest.raises(CheckFailed, match=r"2 row\(s\) break `coalesce.isfinite"):
        check(con, "doubled", contract)
    con.execute("alter table doubled drop column nps")
    with pytest.raises(CheckFailed, match=r"disagree on nps \(promised DOUBLE, built None\)"):
        check(con, "doubled", contract)


def test_a_warning_is_logged_and_publishes(con, caplog):
    told(con, {"theme": "waiting", "touchpoint": "workshop"})
    fill(con, {"quarantine": [{"source": "survey"}]})

    build_all(con)

    assert "source_coverage: 1 row(s) break `quarantined_row_count = 0` (rows wait in quarantine" in caplog.text
    assert {"fail", "warn"} >= {check.level for c in load_contracts().values() for check in c.checks}
    assert all(isinstance(check, Check) for c in load_contracts().values() for check in c.checks)


def test_a_missing_function_is_named(con):
    told(con, {})
    edition = Edition(MODEL, TAXONOMY.id, "m1", date(2026, 6, 30), 1, 1)
    functions = {name: f for name, f in FUNCTIONS.items() if name != "student_quantile"}

    with pytest.raises(ConfigError, match="needs the function.s. student_quantile; pass them in"):
        build(con, "publication", edition=edition, taxonomy=TAXONOMY, functions=functions)
