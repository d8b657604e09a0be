"""The digest of next to nothing: honest, and never empty pictures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from digest_example import job, one, page, publish_said, tables, words_of

from vocanalytics.steps.digest import write_digests

NOTHING_BEFORE = "There was no feedback in the weeks it would be compared with, so nothing can be said of change."
FALLBACK = "The last four weeks hold fewer than 30 items, so the whole history is told"


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
    assert "No score was given" in text
    # nothing before: the same words at the top and in the section, and no empty column for it
    assert text.count(NOTHING_BEFORE) == 2
    assert "to say what has changed" not in text
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
    assert FALLBACK in text
    assert FALLBACK not in words_of(write_digests(job(tmp_path), "all")[-1].read_text(encoding="utf-8"))


def test_who_asks_for_the_whole_history_is_not_told_that_there_is_too_little_of_late(tmp_path):
    publish_said(tmp_path, [one(f"Visit {n}: I waited.", "service_visit", "waiting_time") for n in range(40)])
    text = words_of(write_digests(job(tmp_path), "all")[-1].read_text(encoding="utf-8"))
    assert "The whole history; 40 feedback items" in text
    assert "fewer than 30 items" not in text


def test_what_could_not_be_placed_was_heard_all_the_same(tmp_path):
    said = [one(f"Well, {n} it is.", None, None, on=date(2026, 5, 1 + n)) for n in range(9)]
    text = words_of(digest_of(tmp_path, [*said, one("Hm.", None, None, scores={"stars": 3.0})]))
    assert "(9)" in text.split("Why the figures moved")[1]
    assert text.count("There is too little feedback, now or before, to say what has changed.") == 2
    assert "There was no feedback" not in text


def test_sources_heard_in_part_of_the_period_are_named_with_their_days(tmp_path):
    def daily(source, first, days):
        return [
            one(f"{source} {n}", "vehicle", "design", "positive", source=source, on=first + timedelta(n))
            for n in range(days)
        ]

    said = [
        *daily("owner_survey", date(2026, 5, 1), 59),
        *daily("dealer_reviews", date(2026, 6, 25), 4),
        *daily("x_posts", date(2026, 5, 1), 40),
        # weekly, so two days without it before the end are as ever
        *(one(f"m{n}", "vehicle", "design", source="mails", on=date(2026, 5, 1) + timedelta(7 * n)) for n in range(9)),
        one("Once.", "vehicle", "design", source="forum", on=date(2026, 6, 9)),
    ]
    write_digests(publish_said(tmp_path, said))
    told = (
        "Heard in part of the period only: Dealer reviews (from 25 June 2026), Forum (on 9 June 2026) and X posts "
        "(until 9 June 2026)."
    )
    for name in ("company.html", "company.md", "product.html"):
        assert told in words_of(page(tmp_path, name))


def test_of_many_sources_heard_in_part_five_are_named(tmp_path):
    said = [one(f"Only {n}.", "vehicle", "design", source=f"s{n}", on=date(2026, 6, 9)) for n in range(7)]
    text = words_of(digest_of(tmp_path, [*said, one("First.", "vehicle", "design", on=date(2026, 6, 1))]))
    assert "S2 (on 9 June 2026), S3 (on 9 June 2026) and 3 more sources." in text


def test_a_feed_that_ends_where_all_data_end_is_heard_to_the_end(tmp_path):
    said = [one(f"Day {n}.", "vehicle", "design", on=date(2026, 5, 30) + timedelta(n)) for n in range(20)]
    publish_said(tmp_path, said)
    manifest = tables(tmp_path).parent / "manifest.json"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace("2026-06-28", "2026-06-18"), encoding="utf-8")
    write_digests(job(tmp_path))
    assert "Heard in part" not in words_of(page(tmp_path))


@pytest.mark.parametrize(("german", "told"), [(4, True), (3, False)])
def test_a_tenth_in_another_language_is_a_caveat(tmp_path, german, told):
    said = [one(f"Visit {n}: I waited.", "service_visit", "waiting_time") for n in range(40 - german)]
    said += [one(f"Besuch {n}: gewartet.", None, None, language="de") for n in range(german)]
    text = words_of(digest_of(tmp_path, said))
    caveat = (
        "Not in English: Owner survey 4 of 40 items (10 %). The models read English, and German only in outline: "
        "polarity and themes of these items are unreliable."
    )
    assert (caveat in text) == told
    assert ("Not in English" in text) == told


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
