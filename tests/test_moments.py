"""What the scorecard takes from the frame and from drivers, with more touchpoints than the golden cases' frame has."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from filled_store import MODEL, TAXONOMY, empty_store, fill, told

from vocanalytics.statistics import FUNCTIONS
from vocanalytics.taxonomy import Touchpoint
from vocanalytics.warehouse.building import Edition, build

FRAME = replace(
    TAXONOMY,
    touchpoints=(
        *TAXONOMY.touchpoints,
        Touchpoint("app", "App", "support", mode="proactive"),
        Touchpoint("phone", "Phone", "support", mode="reactive"),
    ),
)
# touchpoint -> scores of those who complain of it: the lower, the more it explains
SCORES = {"workshop": (0, 1), "delivery": (3, 4), "finance": (5, 6), "app": (7, 8)}
THEMES = {"workshop": "waiting", "delivery": "price"}  # ranked among themes, which are no touchpoints


@pytest.fixture(scope="module")
def rows():
    with empty_store() as con:
        con.execute("attach ':memory:' as publication")
        lines = [
            {"id": f"{point}{score}", "n": 40, "touchpoint": point, "theme": THEMES.get(point), "score": score}
            for point, scores in SCORES.items()
            for score in scores
        ]
        told(con, *lines, {"id": "nine", "n": 60, "score": 9}, {"id": "ten", "n": 60, "score": 10})
        told(con, {"id": "phone", "n": 40, "touchpoint": "phone"})
        # answers that are not to the source's main question, or not on its scale, go with another touchpoint
        other = {f"sphone-{n}": 1 for n in range(40)} | {f"snine-{n}": 4 + n % 2 for n in range(40)}
        for question in ({"question_id": "q_other"}, {"score_scale": "csat_1_5"}):
            fill(con, {"scores": [question | {"submission_id": s, "score": score} for s, score in other.items()]})
        web = {"source": "web", "touchpoint": "phone"}
        told(con, web | {"id": "w", "n": 40, "score": 2}, {"id": "v", "n": 60, "source": "web", "score": 9})
        told(con, {"id": "u", "n": 40, "source": "web", "score": 8})
        edition = Edition(MODEL, FRAME.id, "m1", date(2026, 6, 30), 5, 5)
        build(con, "publication", edition=edition, taxonomy=FRAME, functions=FUNCTIONS, tables=["touchpoint_scorecard"])
        con.execute("use publication")
        yield {
            "ranked": con.execute("""
                select source, question_id, score_scale, list(place order by driver_rank)
                from drivers where level = 'touchpoint' and not do_not_rank group by all order by all
            """).fetchall(),
            "card": con.execute("""
                select source, touchpoint, mode, is_moment_of_truth
                from touchpoint_scorecard where period_kind = 'month' order by all
            """).fetchall(),
        }


def moments(rows, source):
    return [point for where, point, _, is_moment in rows["card"] if is_moment and where == source]


def test_the_first_three_of_the_main_question_are_moments_of_truth(rows):
    assert rows["ranked"] == [
        ("survey", "q_nps", "csat_1_5", ["phone"]),
        ("survey", "q_nps", "nps_0_10", ["workshop", "delivery", "finance", "app"]),
        ("survey", "q_other", "nps_0_10", ["phone"]),
        ("web", "q_nps", "nps_0_10", ["phone"]),
    ]
    assert moments(rows, "survey") == ["delivery", "finance", "workshop"]
    assert moments(rows, "web") == ["phone"]
    assert moments(rows, "all") == ["delivery", "finance", "phone", "workshop"]


def test_the_mode_is_the_frames(rows):
    modes = {point: mode for _, point, mode, _ in rows["card"]}
    assert modes == {point.id: point.mode for point in FRAME.touchpoints}
    assert set(modes.values()) == {"proactive", "reactive"}
