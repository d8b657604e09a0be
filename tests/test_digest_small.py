"""The digest of next to nothing: honest, and never empty pictures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
from digest_example import job, one, page, publish_said, tables, words_of

from vocanalytics.steps.digest import write_digests


def digest_of(folder: Path, said, name: str = "company.html") -> str:
    paths = write_digests(publish_said(folder, said))
    return next(path for path in paths if path.name == name).read_text(encoding="utf-8")


def test_one_item_and_then_in_a_period_that_is_not_over(tmp_path):
    said = [one("The workshop kept me waiting for hours.", "service_visit", "waiting_time")]
    text = words_of(digest_of(tmp_path, said))
    assert "1 of 1 item (100 %, 95 % interval 21 to 100 %)" in text
    assert "Too few complaints to rank" in text
    assert "Nobody complained of your touchpoints" in words_of(page(tmp_path, "product.html"))
    assert "few items" in text
    assert "too little feedback, now or before, to say what has changed" in text
    assert "No score was given" in text
    # nothing before: said once, and no empty column for it
    assert "There was no feedback in the weeks it would be compared with" in text
    assert "Too little feedback, now or before, to compare." not in text
    assert "not heard" not in text
    with duckdb.connect(str(tables(tmp_path))) as con:
        for table in ("pain_points", "journey_scorecard", "touchpoint_scorecard", "score_trends"):
            con.execute(f"update {table} set is_complete = false")
    assert "The period is not over yet" in words_of(write_digests(job(tmp_path))[-1].read_text(encoding="utf-8"))


def test_feeds_too_thin_for_four_weeks_are_told_as_a_whole(tmp_path):
    said = [
        one(f"Visit {n}: the workshop kept me waiting.", "service_visit", "waiting_time", on=date(2024, 1 + n // 4, 3))
        for n in range(40)
    ]
    pages = write_digests(publish_said(tmp_path, [*said, one("Lovely car.", "vehicle", "overall", "positive")]))
    text = words_of(next(p for p in pages if p.name == "company.html").read_text(encoding="utf-8"))
    assert pages[0].parent.name == "all"
    assert "The whole history; 41 feedback items" in text
    assert "40 of 41 items (98 %" in text
    assert "nothing comes before it, so nothing can have changed" in text
    assert "Nothing earlier" not in text  # said once, not at every pain point
    assert "Against before" not in text
    assert "The last four weeks hold fewer than 30 items, so the whole history is told" in text


def test_a_general_verdict_is_no_pain_point_where_there_is_another(tmp_path):
    said = [one(f"Terrible, visit {n}.", "service_visit", "overall") for n in range(9)]
    assert "Overall impression" in words_of(digest_of(tmp_path / "alone", said))
    said += [one(f"Waited {n} hours.", "service_visit", "waiting_time") for n in range(5)]
    text = words_of(digest_of(tmp_path / "both", said))
    assert "Waiting time (Workshop visit), owned by Aftersales: 5 of 14 items" in text
    assert "Overall impression" not in text


def test_nobody_complains(tmp_path):
    said = [one(f"Lovely people, visit {n}.", "service_visit", "staff_attitude", "positive") for n in range(12)]
    text = words_of(digest_of(tmp_path, said))
    assert "No pain point was found" in text
    assert "12 of 12 items positive, none negative" in text


def test_scores_without_words(tmp_path):
    said = [replace(one("", None, None), ideas=(), scores={"nps": 9.0}) for _ in range(3)]
    text = words_of(digest_of(tmp_path, said))
    assert "No feedback with text came in this period" in text
    assert "Owner survey survey 3 3 0 3" in text


def test_an_empty_publication(tmp_path):
    text = words_of(digest_of(tmp_path, []))
    assert "No feedback has been published for any period yet" in text
    assert (tmp_path / "home" / "digests" / "no-feedback" / "sales.html").exists()
