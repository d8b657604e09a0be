"""What a section says when its table is empty, thin or full."""

from __future__ import annotations

import re
import shutil
from datetime import date

import duckdb
import pytest
from digest_example import ALARMS, EVENTS, PERIOD, job, one, page, publish_said, tables, words_of

from vocanalytics.digest.charts import score_line
from vocanalytics.digest.events import Event
from vocanalytics.digest.journey import Stop
from vocanalytics.digest.layout import layout
from vocanalytics.digest.origin import Origin
from vocanalytics.digest.scores import Series, bounds, value
from vocanalytics.errors import CheckFailed
from vocanalytics.steps.digest import write_digests

HERE = Origin("score_trends", "from score_trends")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("parts")
    said = [one(f"Visit {n}: they kept me waiting.", "service_visit", "waiting_time") for n in range(9)]
    said += [one(f"In May, {n}, all was fine.", "vehicle", "design", "positive", on=date(2026, 5, 5)) for n in range(9)]
    publish_said(made, [*said, *ALARMS], events=EVENTS)
    return made


def changed(folder, tmp_path, *statements: str, period: str = PERIOD) -> str:
    """The company's page after something was written into a copy of the tables."""
    shutil.copytree(folder / "home", tmp_path / "home", symlinks=True)
    with duckdb.connect(str(tables(tmp_path))) as con:
        for statement in statements:
            con.execute(statement)
    write_digests(job(tmp_path), period)
    return words_of(page(tmp_path, period=period))


def section(text: str, head: str, following: str) -> str:
    return text.split(f" {head} ", 1)[1].split(f" {following} ", 1)[0]


def test_empty_tables_leave_an_honest_page(folder, tmp_path):
    emptied = ("alerts", "drivers", "group_contrasts", "spikes", "events", "movement", "model_quality")
    unmarked = "update touchpoint_scorecard set is_moment_of_truth = false"
    text = changed(folder, tmp_path, *(f"delete from {name}" for name in emptied), unmarked)
    assert "No item of the period was flagged for danger, injury, law, press or discrimination" in text
    assert "That is not proof that none is" in text
    assert "No group can be told from the rest" in text
    assert "Too little came before to say what would have been usual" in text
    told, _ = text.split("Where the figures come from")
    assert "What goes with the score" not in told
    assert "Why the figures moved" not in told
    assert "No moment of truth is marked" in text


def test_moments_of_truth_are_what_the_scorecard_calls_so(folder, tmp_path):
    marked = "update touchpoint_scorecard set is_moment_of_truth = source <> 'all' and touchpoint = 'service_visit'"
    text = changed(folder, tmp_path, marked, "delete from drivers")
    assert "A ring marks a moment of truth" in text


def test_tables_that_do_not_know_moments_of_truth_are_refused(folder, tmp_path):
    with pytest.raises(CheckFailed, match=r"expected a column is_moment_of_truth, found none.*Run `voc publish`"):
        changed(folder, tmp_path, "alter table touchpoint_scorecard drop column is_moment_of_truth")


def test_alerts_that_came_in_after_the_period_are_told(folder, tmp_path):
    text = changed(folder, tmp_path, period="2026-05-04")
    assert "No item of the period was flagged" in text
    assert "2 items were flagged since the period ended." in text


def test_an_item_with_two_reasons_is_one_item_in_two_lines(folder, tmp_path):
    text = changed(folder, tmp_path, "update alerts set item_id = 'i00009' where submitted_on >= '2026-06-01'")
    assert "1 item was flagged, each for a person to read today" in text
    assert "Fire or injury: 1 item" in text
    assert "Danger in use: 1 item" in text


def test_a_group_that_is_hit_is_told_against_the_rest(folder, tmp_path):
    text = changed(
        folder, tmp_path,
        """insert into group_contrasts by name select 'four_weeks' as period_kind, date '2026-06-01' as period_on,
        'all' as source, 'dimension' as group_kind, 'outlet' as dimension, '<b>North</b>' as group_value,
        'service_visit' as touchpoint, 'Workshop visit' as touchpoint_label, 'Aftersales' as owner,
        'waiting_time' as theme, 'Waiting time' as theme_label, 40 as item_count, 20 as negative_item_count,
        50.0 as negative_share_pct, 60 as rest_item_count, 6 as rest_negative_item_count,
        10.0 as rest_negative_share_pct, 40.0 as difference_points, 22.0 as difference_points_low,
        55.0 as difference_points_high, 0.001 as q_value, 'more_negative' as state""",
    )  # fmt: skip
    told = section(text, "Who is hit most", "Spikes")
    assert "Outlet <b>North</b> Waiting time (Workshop visit) this period" in told
    assert "20 of 40 items, 50 %; the rest 6 of 60 items, 10 %" in told
    assert "+40 points (95 % interval +22 to +55), each source compared within itself, q 0.001" in told
    assert "Outlet <b>North</b>" in words_of(page(tmp_path, "aftersales.html"))
    assert "North" not in words_of(page(tmp_path, "sales.html"))


QUALITY = """insert into model_quality by name select 'clf-1' as model, 'automotive-2026.1' as taxonomy,
    true as is_current, 'audit' as gold_set, 'themes' as axis, 'fees' as label, '{name}' as label_name,
    'all' as channel, 'all' as language, {support} as support, {f1} as f1, {withheld} as is_withheld"""


def test_what_was_measured_and_what_is_withheld_is_on_the_page(folder, tmp_path):
    text = changed(
        folder, tmp_path,
        QUALITY.format(name="Fees", support=31, f1=0.42, withheld="true"),
        QUALITY.format(name="Waiting time", support=50, f1=0.8, withheld="false"),
    )  # fmt: skip
    assert "Measured on 2 labels of this frame; the one it reads worst is Fees: F1 0.42 on 31 coded cases." in text
    assert "Withheld, because they measured too low: Fees. Nothing here counts them." in text


def test_small_bases_and_a_classifier_nobody_checked_are_on_the_page(folder, tmp_path):
    text = changed(folder, tmp_path)
    assert "Small bases: Owner survey (11 items); under 30 items nothing is compared." in text
    assert "Nobody has checked the classifier on this feedback yet" in text
    assert "No audit yet: nobody has checked how often the classifier is right here" in text


def test_what_is_behind_a_pain_point_is_worded(folder, tmp_path):
    text = changed(
        folder, tmp_path,
        """update pain_points set audited_precision_pct = 80, audited_precision_pct_low = 60,
        audited_precision_pct_high = 92, audited_row_count = 20, audited_scope = 'touchpoint_and_theme',
        exposure_unit = 'visits', exposure_count = 4000, rate_per_1000 = 2.3, rate_per_1000_low = 1.1,
        rate_per_1000_high = 4.2, state_seen = 'growing', state = 'no_clear_change', prior_negative_share_pct = 1,
        prior_negative_item_count = 1, prior_item_count = 100, change_points = 5, change_points_low = 1,
        change_points_high = 9, q_value = 0.01,
        over_represented_groups = [{'dimension': 'outlet', 'value': 'North', 'negative_item_count': 7, 'lift': 2.5}]
        where theme = 'waiting_time'""",
    )  # fmt: skip
    assert (
        "Audit: people agree with 80 % of 20 segments that the classifier put here (95 % interval 60 to 92 %)" in text
    )
    assert "Outlet North is heard here 2.5 times as often as its share of the feedback would have it (7 items)" in text
    assert "2.3 written complaints per 1,000 visits (95 % interval 1.1 to 4.2; 4,000 visits)" in text
    assert "early sign: growing" in text
    assert "Early signs, not yet confirmed early sign Waiting time (Workshop visit) : growing in this period" in text


def test_a_split_nobody_can_make_is_said_so(folder, tmp_path):
    text = changed(
        folder, tmp_path,
        """update movement set entry_part = null, exit_part = null, mix_part = null, rate_part = null,
        rate_part_low = null, rate_part_high = null, late_part = null, edition_part = null""",
    )  # fmt: skip
    told = section(text, "Why the figures moved", "The journey")
    assert re.search(
        r"Net sentiment of all items \S+ \(\d+\) \S+ \(\d+\) cannot be told cannot be told cannot be told", told
    )


def test_a_change_without_bounds_has_no_interval(folder, tmp_path):
    text = changed(
        folder, tmp_path, "update movement set state = 'lower', rate_part_low = null, rate_part_high = null"
    )  # fmt: skip
    told = section(text, "Why the figures moved", "The journey")
    assert re.search(r"Net sentiment of all items \S+ \(\d+\) \S+ \(\d+\) \S+ \(no interval\)", told)
    assert not re.search("None|nan", told)


MEAN = {"score_metric": "mean", "headline": 3.85, "headline_low": 3.812, "headline_high": 3.887, "response_count": 1816}
ALIKE = MEAN | {"headline": 5.0, "headline_low": None, "headline_high": None, "response_count": 7}


def test_a_mean_has_two_decimals_and_so_have_its_bounds():
    assert value(MEAN) == "3.85"
    assert bounds(MEAN) == "95\u00a0% interval 3.81 to 3.89"


@pytest.mark.parametrize(
    ("row", "kind", "expected"),
    [
        (ALIKE | {"effective_response_count": 7.0}, "", "no interval: all alike"),
        (ALIKE | {"effective_response_count": 1.0}, "", "no interval: worth one response"),
        (ALIKE | {"effective_response_count": 1.0, "response_count": 1}, "", "no interval: one response"),
        ({f"raked_{k}": v for k, v in ALIKE.items()} | ALIKE | {"raked_effective_response_count": 5.5}, "raked_",
         "no interval: all alike"),
        ({f"raked_{k}": v for k, v in ALIKE.items()} | ALIKE | {"raked_effective_response_count": 1.0}, "raked_",
         "no interval: worth one response"),
    ],
)  # fmt: skip
def test_a_score_without_bounds_says_why(row, kind, expected):
    assert bounds(row, kind) == expected


def test_scores_that_are_all_alike_are_told_without_an_interval(tmp_path):
    said = [one(f"In May, {n}.", "vehicle", "design", on=date(2026, 5, 5), scores={"stars": 5.0}) for n in range(9)]
    said += [one(f"In June, {n}.", "vehicle", "design", scores={"stars": 5.0}) for n in range(9)]
    publish_said(tmp_path, said)
    with duckdb.connect(str(tables(tmp_path))) as con:
        con.execute("update score_trends set headline_low = null, headline_high = null, mean_low = null")
    write_digests(job(tmp_path))
    for name in ("company.html", "company.md"):
        text = words_of(page(tmp_path, name))
        assert re.search(r"5\.00( \(|,| ).*no interval: all alike", text)
        assert not re.search(r"\b(None|nan|NaN)\b", text.split("What they score")[1].split("What this rests on")[0])


def test_events_are_drawn_where_and_when_they_were():
    stop = Stop("Use", "Screens", -50, 40, -70, -30, events=(1, 12), is_moment=True)
    for shape in ("wide", "middle", "narrow"):
        drawn = layout([stop, Stop("Use", "App", 0, 9)], shape)
        assert [flag["label"] for flag in drawn.flags] in (["1", "12"], ["12", "1"])
        assert len({(flag["x"], flag["y"]) for flag in drawn.flags}) == 2
        assert [ring["y"] for ring in drawn.rings] == [drawn.marks[0]["y"]]


def test_an_event_stands_at_the_period_it_began_in_and_nowhere_else():
    def event(number, day):
        return Event(number, "Recall", "recall", "", "", day, (), ())

    points = [
        {
            "period_on": on, "period_until_on": until, "score_metric": "mean",
            "headline": 3.0, "headline_low": 2.5, "headline_high": 3.5,
        }
        for on, until in ((date(2026, 5, 4), date(2026, 5, 31)), (date(2026, 6, 1), date(2026, 6, 28)))
    ]  # fmt: skip
    series = Series(
        "s", "S", "q", "q", "stars_1_5", "mean", "mean", True, "3.0", "", "", 9, False, points, HERE
    )  # fmt: skip
    days = (date(2026, 4, 1), date(2026, 5, 20), date(2026, 6, 1), date(2026, 6, 9), date(2026, 7, 1))
    picture = score_line(series, [event(n, day) for n, day in enumerate(days, start=1)])
    assert picture is not None
    assert re.findall(r">([\d, ]+)</text>", picture.svg)[-2:] == ["2", "3, 4"]
    assert "Lines with numbers are events: 2, 3, 4." in picture.about
    assert "2 periods from 3.00 (2026-05-04) to 3.00 (2026-06-01)" in picture.about
    assert picture.png().startswith(b"\x89PNG")
