"""How many were invited, from sources.yaml to the response rates that are published."""

from __future__ import annotations

from datetime import date

import pytest
from filled_store import told_of_a_wait
from workspace import REVIEWS, Workspace

from vocanalytics.errors import ConfigError
from vocanalytics.sources import load_declaration
from vocanalytics.sources.invitations import invitations
from vocanalytics.steps.publish import publish_tables
from vocanalytics.steps.report import RunReport
from vocanalytics.warehouse.reading import read


def declared(workspace: Workspace, said: str):
    workspace.declare(REVIEWS + f"    invited_count: {said}\n")
    return load_declaration(workspace.job.settings.sources).sources


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path)


def test_one_number_is_of_the_whole_history_and_months_are_dated(workspace):
    row = {"source": "reviews"}

    assert invitations(declared(workspace, "48000")) == [row | {"month_on": None, "invited_count": 48000}]
    assert invitations(declared(workspace, "{2026-06: 0, 2026-05: 3800}")) == [
        row | {"month_on": date(2026, 5, 1), "invited_count": 3800},
        row | {"month_on": date(2026, 6, 1), "invited_count": 0},
    ]
    assert invitations(declared(workspace, "null")) == []


@pytest.mark.parametrize("said", ["-1", "1.5", "true", "many", "{}", "[3800]"])
def test_what_is_neither_a_number_nor_months_is_refused(workspace, said):
    with pytest.raises(ConfigError, match=r"'reviews': invited_count: expected how many were invited over the whole"):
        declared(workspace, said)


@pytest.mark.parametrize("month", ["2026-13", "2026-6", "2026-06-01", "26-06", "202606", "June"])
def test_what_is_no_month_is_named(workspace, month):
    with pytest.raises(ConfigError, match=r"invited_count: .* is no month; expected year and month, such as 2026-06"):
        declared(workspace, f"{{{month}: 10}}")


@pytest.mark.parametrize("number", ["-1", "1.5", "true", "null", "'10'"])
def test_a_month_without_a_whole_number_is_named(workspace, number):
    with pytest.raises(ConfigError, match=r"invited_count: 2026-06: expected how many were invited, a whole number"):
        declared(workspace, f"{{2026-06: {number}}}")


def test_a_declared_number_is_published_as_a_rate(workspace, caplog):
    declared(workspace, "{2026-06: 4}")
    with workspace.store() as con:
        told_of_a_wait(con)
        con.execute("update submissions set source = 'reviews'")
        con.execute("insert into scores select submission_id, 'q', null, 'stars_1_5', 4 from submissions")

    publish_tables(workspace.job, RunReport("now"))

    tables = workspace.job.settings.home / "insights.duckdb"
    rates = "select period_kind, response_rate_pct from score_trends where invited_count = 4 order by all"
    assert [(row["period_kind"], row["response_rate_pct"]) for row in read(tables, rates)] == [
        ("all", 25.0),
        ("month", 25.0),
    ]
    assert "more answered than were invited" not in caplog.text
