"""Pictures in which nothing touches, and which spikes are worth a line."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import date
from itertools import combinations
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vocanalytics.digest.apart import apart
from vocanalytics.digest.charts import driver_map
from vocanalytics.digest.drivers import Driver, Drivers, Standing, untold, verdict
from vocanalytics.digest.journey import BLANK, NEGATIVE, UNCLEAR, Stop, colour
from vocanalytics.digest.layout import FONT, HEAD_FONT, LINE_HEIGHT, Drawn, halves, layout
from vocanalytics.digest.lettering import BOLD, breadth, broken
from vocanalytics.digest.spikes import about, spikes

SHAPES = ("wide", "middle", "narrow")
RING = 20.4  # the largest dot with its ring
NAMES = (
    "Buy", "Screens, audio, navigation and phone link", "Kraftfahrzeughaftpflichtversicherung", "待ち時間" * 9,
    "WWWWWWWWWWWW MMMMMMMM", "Re-engage", "i" * 60, "Loyalty programme and rewards", "Ä ö", "Support and more of it",
)  # fmt: skip
STOPS = st.builds(
    Stop,
    stage=st.just(""),
    label=st.sampled_from(NAMES),
    net=st.sampled_from([-100.0, 0.0, 41.0]),
    count=st.sampled_from([1, 40, 1_234_567]),
    low=st.just(-50.0),
    high=st.just(60.0),
    before=st.sampled_from(["", "−100"]),
    state=st.sampled_from(["", "worse"]),
    is_moment=st.booleans(),
    events=st.sampled_from([(), (1,), (8, 9, 10), (10, 11, 12, 13, 14)]),
)


Box = tuple[float, float, float, float]


def boxes(drawn: Drawn) -> list[Box]:
    """Left, top, right, bottom of every text and dot, as wide as letters may come out."""
    found = [_text(mark["tx"], mark["y"], mark["label"], FONT, 1) for mark in drawn.marks]
    found += [_text(head["x"], head["y"], head["label"], HEAD_FONT, BOLD) for head in drawn.heads]
    found += [_around(flag, 7.7) for flag in drawn.flags]
    return found + [_around(mark, RING if mark in drawn.rings else 16) for mark in drawn.marks]


def _text(x: float, y: float, label: str, size: float, weight: float) -> Box:
    lines = label.split("\n")
    right = x + max(breadth(line, size) * weight for line in lines)
    return x, y - size / 2, right, y + LINE_HEIGHT * (len(lines) - 1) + size / 2


def _around(row: dict[str, float], radius: float) -> Box:
    return row["x"] - radius, row["y"] - radius, row["x"] + radius, row["y"] + radius


def touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@given(st.integers(1, 10), st.lists(STOPS, min_size=1, max_size=12), st.sampled_from(SHAPES))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_nothing_on_the_map_touches_whatever_it_is_called(stages, found, shape):
    stops = sorted((replace(s, stage=NAMES[n % stages]) for n, s in enumerate(found)), key=lambda s: s.stage)
    drawn = layout(stops, shape)
    assert not [pair for pair in combinations(boxes(drawn), 2) if touch(*pair)]
    assert all(left > -2 and right <= drawn.width + 2 for left, _, right, _ in boxes(drawn))
    assert layout(stops, shape) == drawn


def test_two_columns_use_the_width():
    stops = [Stop(f"Stage {n // 3}", f"Place {n}", 0.0, 9) for n in range(18)]
    tall, middle = layout(stops, "narrow"), layout(stops, "middle")
    assert middle.width > 2 * tall.width
    assert middle.height < 0.6 * tall.height
    assert [mark["label"] for mark in middle.marks] == [mark["label"] for mark in tall.marks]


def test_a_single_stage_is_divided_and_a_single_stop_is_not():
    stops = [Stop("Use", str(n), 0.0, 9) for n in range(4)]
    assert [len(half) for half in halves(stops)] == [2, 2]
    assert halves(stops[:1]) == [stops[:1]]
    assert len(layout([], "middle").marks) == 0


@given(st.text(), st.integers(30, 200), st.integers(1, 5))
@settings(deadline=None)
def test_lines_keep_to_the_room_they_have(text, room, most):
    lines = broken(text, room, FONT, most).split("\n")
    assert len(lines) <= most
    assert all(breadth(line, FONT) <= room for line in lines)


def test_a_shade_is_no_surer_than_the_bounds_that_are_shown():
    assert colour(Stop("Use", "App", -4, 99, low=-8, high=-0.3)) == UNCLEAR
    assert colour(Stop("Use", "App", -4, 99, low=-8, high=-0.6)) == NEGATIVE
    assert colour(Stop("Use", "App", -4, 3)) == BLANK


@given(st.lists(st.tuples(st.floats(0, 250), st.floats(12, 220)), max_size=6))
@settings(deadline=None)
def test_circles_are_moved_apart_the_same_way_every_time(points):
    found = apart(points, 254, 236, radius=11, taken=[(248, 9)])
    assert found == apart(points, 254, 236, radius=11, taken=[(248, 9)])
    assert all(math.dist(a, b) > 21.9 for a, b in combinations([*found, (248, 9)], 2))


def test_what_stands_free_is_not_moved():
    assert apart([(40, 40), (90, 90)], 254, 236, radius=11, taken=[]) == [(40, 40), (90, 90)]
    assert apart([(5, 5)], 4, 4, radius=11, taken=[]) == [(5, 5)]


def test_numbers_of_importance_against_performance_keep_apart():
    at = Standing(12.0, 10.0, 14.0, -50.0, -60.0, -40.0)
    lines = [Driver(n, f"Place {n}", "12 %", "", "", "important", at) for n in range(1, 7)]
    drawn = driver_map(Drivers("Survey", "touchpoints", lines, "", "9 responses", 5.0))
    assert drawn is not None
    spots = re.findall(r'translate\(([\d.]+),([\d.]+)\)"[^>]*font-weight="bold"[^>]*>\d<', drawn.svg)
    places = [(float(x), float(y)) for x, y in spots]
    assert len(places) == 6
    assert all(math.dist(a, b) > 21 for a, b in combinations(places, 2))


def test_nobody_is_told_to_keep_complaints_up():
    ranked = {
        "driver_rank": 1, "driver_count": 10, "shapley_share_pct_low": 12.0, "shapley_share_pct_high": 30.0,
    }  # fmt: skip
    good, bad = ({"net_sentiment_low": low, "net_sentiment_high": low + 30.0} for low in (10.0, -60.0))
    said = {(p, n is good): verdict(ranked | {"polarity": p}, n) for p in ("negative", "positive") for n in (good, bad)}
    assert said == {
        ("negative", True): "important, mood good", ("negative", False): "fix first",
        ("positive", True): "keep it up", ("positive", False): "important, mood bad",
    }  # fmt: skip


def test_what_nothing_can_be_shown_of_is_one_sentence():
    empty = Drivers("Survey", "themes", [], "None can be ranked", "9 responses", 5.0)
    assert untold([empty, replace(empty, source="Reviews")]) == (
        "Nothing can be ranked and no difference in score is clear: Survey, themes (9 responses); "
        "Reviews, themes (9 responses)."
    )
    assert untold([]) == ""


ROW = {
    "period_kind": "week", "period_on": date(2026, 6, 1), "period_until_on": date(2026, 6, 7), "source": "all",
    "touchpoint": "service_visit", "touchpoint_label": "Workshop visit", "theme": "fees", "theme_label": "Fees",
    "measure": "complaint_share", "spike_kind": "sudden", "counted_item_count": 40, "counted_customer_count": 39,
    "expected_item_count": 20.44, "usual_item_count_max": 31, "two_week_item_count": 60,
    "two_week_expected_item_count": 3.25, "two_week_usual_item_count_max": 40, "event_labels": [],
}  # fmt: skip


def whole(measure: str, day: int, source: str = "reviews") -> dict[str, object]:
    on = date(2026, 6, day)
    place = {"touchpoint": "(any)", "theme": "(any)", "touchpoint_label": "Any", "theme_label": "Any"}
    return ROW | place | {"measure": measure, "source": source, "period_kind": "day", "period_on": on}


def told(*rows: dict[str, object]) -> list[str]:
    return [f"{spike.what}, {spike.when}" for spike in found(*rows)]


def found(*rows: dict[str, object]):
    return spikes(SimpleNamespace(spikes=rows, period=None))  # type: ignore[arg-type]


def test_whole_sources_leave_room_for_places_and_themes():
    volumes = [whole("volume", day) for day in (9, 8, 7, 6, 5, 4, 3)]
    assert told(*volumes, ROW) == [
        "All feedback, 9 June 2026", "All feedback, 8 June 2026", "Fees (Workshop visit), 1 to 7 June 2026",
    ]  # fmt: skip
    themes = [ROW | {"theme": str(n), "theme_label": str(n)} for n in range(9)]
    assert len(told(*volumes, *themes)) == 6


def test_complaints_come_before_mere_volume_and_stand_for_it():
    assert told(whole("volume", 9), whole("volume", 8), whole("complaints", 7), whole("volume", 7)) == [
        "All feedback, 9 June 2026", "All complaints, 7 June 2026",
    ]  # fmt: skip
    assert told(whole("volume", 7, "posts"), whole("complaints", 7)) == [
        "All feedback, 7 June 2026", "All complaints, 7 June 2026",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("measures", "more"),
    [
        (("complaint_share", "complaints"), "Weeks and days with more complaints than"),
        (("volume",), "Weeks and days with more feedback than"),
        (("volume", "complaints"), "with more complaints, or more feedback of any kind, than"),
    ],
)
def test_the_section_says_what_there_was_more_of(measures, more):
    rows = [ROW if m == "complaint_share" else whole(m, day) for day, m in enumerate(measures, start=2)]
    assert more in about(found(*rows))


def test_complaints_are_said_only_of_complaints():
    [volume] = found(whole("volume", 9))
    assert volume.figure.startswith("40 feedback items in Reviews by 39 customers; about 20 were to be expected")
    [building] = found(ROW | {"spike_kind": "building"})
    assert building.figure.startswith("60 complaints in this week and the one before; about 3.2 were to be expected")
