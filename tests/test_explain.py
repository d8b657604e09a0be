"""How a pain point got its place, told from the published tables."""

from __future__ import annotations

import re
import shutil
from datetime import date

import duckdb
import pytest
from digest_example import LAST_DAY, PERIOD, Said, job, one, publish_said, tables
from typer.testing import CliRunner

from vocanalytics.cli import app
from vocanalytics.errors import CheckFailed, ConfigError
from vocanalytics.steps.explain import explain
from vocanalytics.warehouse.reading import read

WAITING = "service_visit/waiting_time"


def told_by_customers() -> list[Said]:
    """Two periods of four weeks; in the last one waiting is complained of by those who give low scores."""
    said = []
    for n in range(40):
        low = n < 12
        text = f"Visit {n}: the workshop kept me waiting." if low else f"Visit {n} was friendly enough."
        cell = ("waiting_time", "negative") if low else ("staff_attitude", "positive")
        said.append(one(text, "service_visit", *cell, scores={"nps": 2.0 if low else 9.0}))
        said.append(
            one(f"Back then, {n}, all went well.", "service_visit", *("overall", "positive"), on=date(2026, 5, 20))
        )
    both = (
        ("They kept me waiting again.", "service_visit", "waiting_time", "negative"),
        ("But the coffee made the wait lovely.", "service_visit", "waiting_time", "positive"),
    )
    return [
        *said,
        Said(both, on=LAST_DAY),
        one("The \x1b[31mscreen froze.", "infotainment", "software", source="x_posts"),
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("explained")
    publish_said(made, told_by_customers())
    return made


def text_of(lines: list[str]) -> str:
    return " ".join(" ".join(lines).split())


def test_every_part_is_the_published_one(folder):
    [row] = read(
        tables(folder),
        """select * from pain_points where period_kind = 'four_weeks' and period_on = ? and source = 'owner_survey'
        and touchpoint = 'service_visit' and theme = 'waiting_time'""",
        [date.fromisoformat(PERIOD)],
    )
    told = text_of(explain(job(folder), WAITING, f"four_weeks:{PERIOD}", "owner_survey"))
    assert told.startswith(
        "Waiting time (Workshop visit), owner Aftersales four weeks, 1 to 28 June 2026; Owner survey"
    )
    assert f"Rank {row['priority_rank']} of the source and period" in told
    assert f"otherwise {row['priority_rank_low']} to {row['priority_rank_high']}" in told
    assert (row["score_gap"], row["negative_item_count"], row["item_count"]) == (-7.0, 12, 41)
    assert (
        f"priority {row['priority']:.2f} = negative_share_pct {row['negative_share_pct']:.2f} x severity 0.700" in told
    )
    assert "the score gap of −7.00 below 0 as a share of the width of likelihood to recommend" in told
    assert "Negative: 12 of 41 items, 29 %" in told
    assert "Mentioned in 13 items, of which 1 both praise and criticise" in told
    assert "Customers who complain of it score 7.0 lower than the others" in told
    assert f"q {row['q_value']:.3f}".rstrip("0") in told or "q under 0.001" in told
    assert "State: new." in told
    assert "Nobody has checked how often the classifier is right here" in told


def test_over_all_sources_the_scored_ones_say_how_severe_it_is(folder):
    told = text_of(explain(job(folder), WAITING))
    assert "Severity is that of the sources with scores, weighted by their negative items" in told
    assert "No score gap here: scores are never pooled over sources" in told
    assert "Owner survey: 12 of 41 items, 29 %, rank 1; complainers score 7.0 lower; new" in told


def test_segments_are_those_counted_with_tags_and_reasons(folder):
    lines = explain(job(folder), WAITING)
    segments = lines[lines.index("Segments behind it") + 1 :]
    told = text_of(segments)
    assert len(re.findall("“Visit \\d+: the workshop kept me waiting.” \\(Owner survey, 28 June 2026\\)", told)) == 8
    assert "again" not in told  # mixed: counted in neither share
    assert "theme 0.90, touchpoint from its own words 0.90, negative 0.90; item i" in told
    assert all(len(line) <= 112 for line in segments)


def test_what_a_customer_typed_does_nothing_to_the_terminal(folder):
    told = "\n".join(explain(job(folder), "infotainment/software"))
    assert "\x1b" not in told
    assert "No rank: too few negative items" in told


def test_the_first_period_has_no_test(folder):
    told = text_of(explain(job(folder), WAITING, "all"))
    assert "Nothing earlier to compare with." in told


def test_audited_and_over_represented_are_told(folder, tmp_path):
    shutil.copytree(folder / "home", tmp_path / "home", symlinks=True)
    with duckdb.connect(str(tables(tmp_path))) as con:
        con.execute(
            """update pain_points set audited_precision_pct = 80, audited_precision_pct_low = 60,
            audited_precision_pct_high = 92, audited_row_count = 20, audited_scope = 'theme', exposure_unit = 'visits',
            rate_per_1000 = 3.1, rate_per_1000_low = 2, rate_per_1000_high = 5, exposure_count = 4000,
            over_represented_groups =
                [{'dimension': 'outlet', 'value': 'North', 'negative_item_count': 9, 'lift': 2.5}]"""
        )
    told = text_of(explain(job(tmp_path), WAITING))
    assert "People agree with 80 % of 20 audited segments (95 % interval 60 to 92 %; theme)" in told
    assert "Outlet North: 9 items, 2.50 times what its share would give" in told
    assert "3.10 per 1,000 visits (95 % interval 2.00 to 5.00)" in told


def test_too_little_to_test_is_said(tmp_path):
    publish_said(
        tmp_path,
        [one("Waited.", "service_visit", "waiting_time"), one("Ok.", "vehicle", "design", on=date(2026, 5, 1))],
    )
    told = text_of(explain(job(tmp_path), WAITING))
    assert "Not tested: under 30 items, now or before, so no state" in told
    assert "too thin to conclude from" in told
    assert "No other source" not in told  # the one there is, and all


@pytest.mark.parametrize("name", ["waiting_time", "service_visit/", "/waiting_time", ""])
def test_a_pain_point_is_a_touchpoint_and_a_theme(folder, name):
    with pytest.raises(ConfigError, match="expected a touchpoint and a theme, such as"):
        explain(job(folder), name)


def test_what_is_not_there_is_answered_with_what_is(folder):
    with pytest.raises(
        ConfigError, match=r"is no pain point of 2026-06-01 \(all\).*There are: service_visit/waiting_time"
    ):
        explain(job(folder), "service_visit/wating_time")
    with pytest.raises(
        ConfigError, match=r"no source 'tv' has pain points in 2026-06-01; there are: all, owner_survey"
    ):
        explain(job(folder), WAITING, source="tv")
    with pytest.raises(CheckFailed, match="no period 'four_weeks:1999-01-01' is published"):
        explain(job(folder), WAITING, "four_weeks:1999-01-01")


def test_nothing_published_and_nothing_in_it(tmp_path):
    (tmp_path / "none").mkdir()
    with pytest.raises(CheckFailed, match="nothing is published yet"):
        explain(job(tmp_path / "none"), WAITING)
    publish_said(tmp_path / "empty", [])
    with pytest.raises(CheckFailed, match="no feedback has been published for any period"):
        explain(job(tmp_path / "empty"), WAITING)


def test_the_command(folder):
    given = ["explain", WAITING, "--sources", str(folder / "sources.yaml"), "--home", str(folder / "home")]
    done = CliRunner().invoke(app, [*given, "--period", PERIOD])
    assert done.exit_code == 0
    assert done.stdout.startswith("Waiting time (Workshop visit), owner Aftersales")
    assert not (folder / "home" / ".key").exists()
