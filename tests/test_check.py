"""``voc sources check`` is held to the run: it ends as the run ends, whatever is wrong with the feeds."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from workspace import sample

from vocanalytics.config import Settings
from vocanalytics.errors import VocError
from vocanalytics.keys import load_key
from vocanalytics.steps.check import check_run
from vocanalytics.steps.daily import run_daily, run_ingest
from vocanalytics.steps.job import open_job

KEPT = 12


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The sample feeds, cut short so that they are read a dozen times in seconds."""
    folder = tmp_path_factory.mktemp("small")
    sample(folder)
    for name in ("reviews.csv", "survey_qualtrics.csv"):
        path = folder / "sample" / name
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))[:KEPT]
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
    for path in (folder / "sample").glob("*.json"):
        page = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps(page | {"data": page["data"][:KEPT]}), encoding="utf-8")
    return folder


def rewrite(path: Path, old: str, new: str, times: int = 1) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, times), encoding="utf-8")


def append(path: Path, content: bytes) -> None:
    with path.open("ab") as file:
        file.write(content)


def bad_date(feeds):
    append(feeds / "reviews.csv", b"RV-1,soon,5,,Fine,,,,,,,,,\r\n")


def contradiction(feeds):
    append(feeds / "reviews.csv", b"RV-1,2026-08-01 10:00,5,,Fine,,,,,,,,,\r\nRV-1,2026-08-01 10:00,1,,No,,,,,,,,,\r\n")


def off_the_scale(feeds):
    append(feeds / "reviews.csv", b"RV-1,2026-08-01 10:00,9,,Fine,,,,,,,,,\r\n")


def in_the_future(feeds):
    append(feeds / "reviews.csv", b"RV-1,2099-08-01 10:00,5,,Fine,,,,,,,,,\r\n")


def not_utf8(feeds):
    mostly = "RV-1,2026-08-01 10:00,4,,Größe Öl süß"
    append(feeds / "reviews.csv", mostly.encode() + b" \xdf,,,,,,,,,\r\n")


def ragged(feeds):
    append(feeds / "reviews.csv", b"RV-1,2026-08-01 10:00\r\n")


def header_only(feeds):
    text = (feeds / "reviews.csv").read_bytes()
    (feeds / "reviews.csv").write_bytes(text[: text.index(b"\n") + 1])


def in_capitals(feeds):
    (feeds / "reviews.csv").rename(feeds / "reviews.CSV")


def renamed_column(feeds):
    rewrite(feeds / "reviews.csv", "stars", "rating")


def open_quote(feeds):
    append(feeds / "reviews.csv", b'RV-1,2026-08-01 10:00,4,,"Fine\r\n')


def emptied(feeds):
    (feeds / "survey_qualtrics.csv").write_bytes(b"")


def removed(feeds):
    (feeds / "reviews.csv").unlink()


def an_image(feeds):
    (feeds / "reviews.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9)


def cut_off(feeds):
    path = feeds / "posts_x_page2.json"
    path.write_bytes(path.read_bytes()[:-500])


def customers_without_region(feeds):
    rewrite(feeds / "customers.csv", "region", "area")


def everything_emptied(feeds):
    header_only(feeds)
    rows = (feeds / "survey_qualtrics.csv").read_text(encoding="utf-8")
    (feeds / "survey_qualtrics.csv").write_text(rows[: rows.index("\n") + 1], encoding="utf-8")
    for path in feeds.glob("*.json"):
        path.write_text('{"data": []}')


def damaged(small, tmp_path, damage) -> Settings:
    shutil.copytree(small, tmp_path / "feeds")
    if damage:
        damage(tmp_path / "feeds" / "sample")
    home = tmp_path / "home"
    return Settings(sources=tmp_path / "feeds" / "sources.yaml", home=home, key_file=home / ".key")


def ends_with(run, settings) -> int:
    try:
        run(open_job(settings))
    except VocError as error:
        return error.exit_code
    return 0


@pytest.mark.parametrize(
    ("damage", "code", "told"),
    [
        (None, 0, None),
        (in_capitals, 0, None),
        (bad_date, 0, "1 of 12 row(s) cannot be read (date)"),
        (contradiction, 0, "1 of 13 row(s) have the key of an earlier row"),
        (off_the_scale, 0, "1 of 12 row(s) cannot be read (score_out_of_scale)"),
        (in_the_future, 0, "1 of 12 row(s) are dated in the future"),
        (not_utf8, 0, "1 of 12 row(s) cannot be read (encoding)"),
        (ragged, 0, "1 of 12 row(s) cannot be read (columns)"),
        (header_only, 0, "holds no rows of data"),
        (renamed_column, 1, "column(s) stars not found"),
        (open_quote, 1, "is not closed"),
        (emptied, 1, "the file is empty"),
        (removed, 1, "no file matches"),
        (an_image, 1, "this looks like a PNG image"),
        (cut_off, 1, "the JSON is cut off"),
        (customers_without_region, 1, "customers: "),
    ],
)
def test_check_ends_as_the_run_ends(small, tmp_path, damage, code, told):
    settings = damaged(small, tmp_path, damage)
    verdict = check_run(open_job(settings, make_key=False))
    assert not settings.home.exists()
    assert verdict.exit_code == ends_with(run_ingest, settings) == code
    said = verdict.problems if code else verdict.warnings
    assert (told is None) == (not said)
    assert told is None or told in said[0]
    assert len(verdict.problems) == (1 if code else 0)


def test_a_feed_that_is_all_header_stops_a_first_run_and_no_later_one(small, tmp_path):
    settings = damaged(small, tmp_path, everything_emptied)
    verdict = check_run(open_job(settings, make_key=False))
    assert "no row of any source would land" in verdict.problems[-1]
    assert verdict.exit_code == ends_with(run_daily, settings) == 7
    assert len(verdict.warnings) == 4

    shutil.rmtree(settings.sources.parent)
    shutil.copytree(small, settings.sources.parent)
    assert check_run(open_job(settings)).exit_code == ends_with(run_daily, settings) == 0
    everything_emptied(settings.sources.parent / "sample")
    assert check_run(open_job(settings)).exit_code == ends_with(run_daily, settings) == 0


def test_check_meets_another_key_as_the_run_does(small, tmp_path):
    settings = damaged(small, tmp_path, None)
    with open_job(settings).store():
        pass
    other = Settings(sources=settings.sources, home=settings.home, key_file=tmp_path / "other.key")
    load_key(other.key_file)
    verdict = check_run(open_job(other))
    assert verdict.exit_code == ends_with(run_ingest, other) == 5
    assert "was made with another key" in verdict.problems[0]
