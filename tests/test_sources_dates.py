"""Moments are read as declared, never guessed, and no day moves."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocanalytics.sources.dates import CACHED, FIRST_PLAUSIBLE_DAY, Moment, Unreadable, date_parser
from vocanalytics.sources.settings import DateColumn


def parsed(cell, formats="iso", zone=None, **settings):
    return date_parser(DateColumn.model_validate({"column": "at", "formats": formats, **settings}), zone)(cell)


def at(*numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cell", "formats", "zone", "expected"),
    [
        ("2026-09-30 18:04", "%Y-%m-%d %H:%M", "Europe/London", Moment(date(2026, 9, 30), at(2026, 9, 30, 17, 4))),
        ("18-12-2024 17:17", "%d-%m-%Y %H:%M", "UTC", Moment(date(2024, 12, 18), at(2024, 12, 18, 17, 17))),
        ("2026-09-30", "iso", None, Moment(date(2026, 9, 30), None)),
        ("2026-09-30T23:30:00-07:00", "iso", None, Moment(date(2026, 9, 30), at(2026, 10, 1, 6, 30))),
        ("2026-09-30T23:30:00.000Z", "iso", "Europe/Berlin", Moment(date(2026, 10, 1), at(2026, 9, 30, 23, 30))),
        ("2026-09-30 23:30:00 UTC", "iso", None, Moment(date(2026, 9, 30), at(2026, 9, 30, 23, 30))),
        ("19th November 2023", "%d %B %Y", None, Moment(date(2023, 11, 19), None)),
        ("1st August 2023", "%d %B %Y", None, Moment(date(2023, 8, 1), None)),
        (" 30/9/26 ", "%d/%m/%y", None, Moment(date(2026, 9, 30), None)),
        ("1/2/1971", "%d/%m/%Y", None, Moment(date(1971, 2, 1), None)),
        ("20260930", "%Y%m%d", None, Moment(date(2026, 9, 30), None)),
        ("1790000000", "epoch_s", None, Moment(date(2026, 9, 21), at(2026, 9, 21, 14, 13, 20))),
        ("1790000000.0", "epoch_s", None, Moment(date(2026, 9, 21), at(2026, 9, 21, 14, 13, 20))),
        ("1790000000000", "epoch_ms", None, Moment(date(2026, 9, 21), at(2026, 9, 21, 14, 13, 20))),
        ("09/30/2026 06:04:00 PM", ["%m/%d/%Y %I:%M:%S %p"], "UTC", Moment(date(2026, 9, 30), at(2026, 9, 30, 18, 4))),
        # the hour that happens twice in October: the first of the two
        ("2026-10-25 01:30", "%Y-%m-%d %H:%M", "Europe/London", Moment(date(2026, 10, 25), at(2026, 10, 25, 0, 30))),
        (datetime(2026, 9, 30, 18, 4), "iso", "UTC", Moment(date(2026, 9, 30), at(2026, 9, 30, 18, 4))),
        (date(2026, 9, 30), "iso", None, Moment(date(2026, 9, 30), None)),
    ],
)
def test_a_moment_is_read_as_declared(cell, formats, zone, expected):
    assert parsed(cell, formats, zone) == expected


@pytest.mark.parametrize(
    ("cell", "formats", "code"),
    [
        ("31/02/2026", "%d/%m/%Y", "date"),
        ("2026-02-31", "iso", "date"),
        ("", "iso", "date"),
        ("soon", "%d/%m/%Y", "date"),
        ("2026-13-01", "%Y-%m-%d", "date"),
        ("2026092", "%Y%m%d", "date"),
        ("1790000000000", "epoch_s", "date"),
        ("1790000000", "epoch_ms", "date"),
        ("inf", "epoch_s", "date"),
        ("0001-01-01T00:00:00+23:00", "iso", "date"),
        ("2026-09-30 18:04", "iso", "date_without_zone"),
        ("03/10/2026", ["%d/%m/%Y", "%m/%d/%Y"], "date_ambiguous"),
    ],
)
def test_what_cannot_be_read_says_why(cell, formats, code):
    found = parsed(cell, formats)

    assert isinstance(found, Unreadable)
    assert found.code == code
    assert cell not in found.expected or not cell


def test_mixed_exports_are_told_apart_by_their_zeros():
    formats = ["%0d/%0m/%Y", "%-m/%d/%Y"]

    assert parsed("05/03/2026", formats) == Moment(date(2026, 3, 5), None)
    assert parsed("5/03/2026", formats) == Moment(date(2026, 5, 3), None)
    assert parsed("05/05/2026", ["%d/%m/%Y", "%m/%d/%Y"]) == Moment(date(2026, 5, 5), None)


def test_a_pattern_takes_the_date_out_of_its_surroundings():
    pattern = {"pattern": r"(\d\d/\d\d/\d\d)", "date_only": True}

    assert parsed(" on 08/30/18 15:36 PM (PDT)", "%m/%d/%y", **pattern) == Moment(date(2018, 8, 30), None)
    assert parsed("no date here", "%m/%d/%y", **pattern).code == "date"


def test_a_date_only_feed_never_shifts_a_day():
    assert parsed("2026-09-30T23:59:00Z", zone="Asia/Tokyo", date_only=True) == Moment(date(2026, 9, 30), None)


def test_a_snowflake_tells_its_time():
    parse = date_parser(DateColumn.model_validate({"column": "id", "from": "snowflake"}), None)

    assert parse("1212092628029698048") == Moment(date(2019, 12, 31), datetime(2019, 12, 31, 19, 26, 16, 771000, UTC))
    assert [parse(cell).code for cell in ("29700859247", "1.2E+18", "", "x")] == ["date"] * 4


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2068, 12, 31)))
def test_numeric_formats_agree_with_strptime(moment):
    moment = moment.replace(second=0, microsecond=0)
    for form in ("%Y-%m-%d %H:%M", "%d.%m.%y %H:%M", "%Y%m%d%H%M", "%m/%d/%Y %H:%M:%S.%f"):
        assert parsed(moment.strftime(form), form, "UTC").at == moment.replace(tzinfo=UTC)


def test_a_cache_that_is_full_starts_again():
    parse = date_parser(DateColumn(column="at", formats=("epoch_s",)), None)
    first = parse("1600000000")

    for second in range(CACHED):
        parse(str(1_600_000_001 + second))

    assert parse("1600000000") == first


@pytest.mark.parametrize("placeholder", ["19010101", "19000101", "19700101"])
def test_a_placeholder_is_no_date(placeholder):
    parse = date_parser(DateColumn(column="on", formats="%Y%m%d"), None, FIRST_PLAUSIBLE_DAY)
    refused = parse(placeholder)
    assert refused.code == "date_implausible"
    assert placeholder not in refused.expected
    assert parse("19900101").on.isoformat() == "1990-01-01"
