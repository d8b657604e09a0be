"""Survey exports: Qualtrics and SurveyMonkey."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
import yaml

from vocanalytics.errors import MissingColumns, SourceError
from vocanalytics.records import Accepted, Filtered, Rejected
from vocanalytics.sources import load_declaration, read

NAMES = ["StartDate", "EndDate", "Status", "IPAddress", "ResponseId", "RecipientLastName", "RecipientFirstName"]
NAMES += ["RecipientEmail", "ExternalReference", "UserLanguage", "Q1_NPS", "Q2_WHY"]
TEXTS = ["Start Date", "End Date", "Response Type", "IP Address", "Response ID", "Recipient Last Name"]
TEXTS += ["Recipient First Name", "Recipient Email", "External Data Reference", "User Language"]
TEXTS += ["How likely are you\nto recommend us?", "Why?"]
IDS = ['{"ImportId":"startDate","timeZone":"America/Denver"}', '{"ImportId":"endDate","timeZone":"America/Denver"}']
IDS += [f'{{"ImportId":"{name}"}}' for name in NAMES[2:]]
QUALTRICS = {
    "name": "survey",
    "format": "qualtrics",
    "path": "feed.csv",
    "questions": [{"id": "why", "column": "Q2_WHY"}],
    "scores": [{"id": "nps", "column": "Q1_NPS", "scale": "nps_0_10"}],
}
MONKEY = {
    "name": "survey",
    "format": "surveymonkey",
    "path": "feed.csv",
    "zone": "UTC",
    "questions": [{"id": "why", "column": "Why?"}],
    "scores": [{"id": "nps", "column": "How likely?", "scale": "nps_0_10"}],
}


def response(status: str = "IP Address", nps: str = "9", why: str = "Kind, quick") -> list[str]:
    start, end = "2026-09-30 18:00:00", "2026-09-30 18:04:00"
    return [start, end, status, "192.0.2.1", "R_1", "Marsh", "Tina", "t@example.com", "C-1", "EN", nps, why]


@pytest.fixture
def rows(tmp_path):
    def make(settings: dict, *lines: list[str], **more):
        out = io.StringIO(newline="")
        csv.writer(out).writerows(lines)
        (tmp_path / "feed.csv").write_text(out.getvalue(), encoding="utf-8")
        declared = {"taxonomy": "automotive", "sources": [{**settings, **more}]}
        (tmp_path / "sources.yaml").write_text(yaml.safe_dump(declared, sort_keys=False), encoding="utf-8")
        return list(read(load_declaration(tmp_path / "sources.yaml", {}).sources[0], tmp_path / "feed.csv"))

    return make


def test_qualtrics_with_three_header_rows(rows):
    (row,) = rows(QUALTRICS, NAMES, TEXTS, IDS, response())

    submission = row.submission
    assert row.position == 1
    assert (submission.channel, submission.key, submission.customer) == ("survey", "R_1", "C-1")
    assert submission.submitted_at == datetime(2026, 10, 1, 0, 4, tzinfo=UTC)
    assert submission.submitted_on.isoformat() == "2026-09-30"
    assert submission.personal == ("Tina", "Marsh", "t@example.com", "192.0.2.1")
    assert [(a.question_id, a.question, a.text) for a in submission.answers] == [("why", "Why?", "Kind, quick")]
    assert [(s.question, s.value) for s in submission.scores] == [("How likely are you\nto recommend us?", 9.0)]
    assert submission.language is None


def test_the_declared_zone_wins_over_the_file(rows):
    (row,) = rows(QUALTRICS, NAMES, TEXTS, IDS, response(), zone="Europe/London")

    assert row.submission.submitted_at == datetime(2026, 9, 30, 17, 4, tzinfo=UTC)


def test_qualtrics_with_two_header_rows_needs_a_zone(rows):
    (without,) = rows(QUALTRICS, NAMES, TEXTS, response())
    (given,) = rows(QUALTRICS, NAMES, TEXTS, response(), zone="UTC")

    assert isinstance(without, Rejected)
    assert without.code == "date_without_zone"
    assert given.submission.answers[0].question == "Why?"


def test_qualtrics_with_one_header_row(rows):
    (row,) = rows(QUALTRICS, NAMES, response(), zone="UTC")

    assert row.submission.answers[0].question is None


def test_legacy_column_names(rows):
    old = {"ResponseId": "ResponseID", "ExternalReference": "ExternalDataReference", "RecipientEmail": "EmailAddress"}
    (row,) = rows(QUALTRICS, [old.get(name, name) for name in NAMES], TEXTS, response(), zone="UTC")

    assert (row.submission.key, row.submission.customer) == ("R_1", "C-1")
    assert "t@example.com" in row.submission.personal


@pytest.mark.parametrize(
    ("status", "code"),
    [("Survey Preview", "preview"), ("1", "preview"), ("Spam", "spam"), ("8", "spam"), ("0", None), ("Imported", None)],
)
def test_previews_and_spam_are_filtered(rows, status, code):
    (row,) = rows(QUALTRICS, NAMES, TEXTS, IDS, response(status))

    assert (row.code if isinstance(row, Filtered) else None) == code


def test_own_filters_are_added_to_those_of_the_format(rows):
    only = [{"column": "Q1_NPS", "filled": True, "code": "no_score"}]
    found = rows(QUALTRICS, NAMES, TEXTS, IDS, response("Spam"), response(nps=""), response(), keep_where=only)

    assert [getattr(row, "code", "accepted") for row in found] == ["spam", "no_score", "accepted"]


def test_own_settings_win(rows):
    (row,) = rows(QUALTRICS, NAMES, TEXTS, IDS, response(), key="ExternalReference", submitted="StartDate")

    assert row.submission.key == "C-1"
    assert row.submission.submitted_at.minute == 0


def test_a_score_out_of_scale_is_rejected(rows):
    (row,) = rows(QUALTRICS, NAMES, TEXTS, IDS, response(nps="11"))

    assert (row.code, row.reason) == ("score_out_of_scale", "Q1_NPS: expected a whole number, 0 to 10 (nps_0_10)")


def test_a_renamed_question_is_missed(rows):
    with pytest.raises(MissingColumns, match=r"column\(s\) Q9 not found"):
        rows(QUALTRICS, NAMES, TEXTS, IDS, response(), questions=[{"id": "why", "column": "Q9"}])


def test_an_export_without_its_date_columns(rows):
    with pytest.raises(SourceError, match=r"no column of the usual names holds the date\. Declare `submitted`"):
        rows({**QUALTRICS, "zone": "UTC"}, ["ResponseId", "Q1_NPS", "Q2_WHY"], ["", "", ""], ["R_1", "9", "Kind"])


def test_headers_alone_are_no_rows(rows):
    assert rows(QUALTRICS, NAMES, TEXTS, IDS) == []


OWN = ["Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address", "Email Address", "First Name"]
OWN += ["Last Name", "Custom Data 1"]
PERSON = ["118", "4", "09/30/2026 06:00:00 PM", "09/30/2026 06:04:00 PM", "192.0.2.1", "t@example.com", "Tina"]
PERSON += ["Marsh", ""]


def test_surveymonkey_with_two_header_rows(rows):
    first = [*OWN, "How likely?", "Why?", "Which did you use?", "", ""]
    second = [""] * 9 + ["Response", "Open-Ended Response", "Website", "Phone", "Other (please specify)"]
    other = {"id": "other", "column": "Which did you use? - Other (please specify)"}
    questions = [*MONKEY["questions"], other]
    (row,) = rows(MONKEY, first, second, [*PERSON, "9", "Kind", "", "Phone", "the showroom"], questions=questions)

    submission = row.submission
    assert (submission.key, submission.submitted_at) == ("118", datetime(2026, 9, 30, 18, 4, tzinfo=UTC))
    assert submission.personal == ("Tina", "Marsh", "t@example.com", "192.0.2.1")
    assert [(a.question, a.text) for a in submission.answers] == [
        ("Why?", "Kind"),
        ("Which did you use?", "the showroom"),
    ]


def test_surveymonkey_condensed_has_an_empty_second_row(rows):
    found = rows(MONKEY, [*OWN, "How likely?", "Why?"], [""] * 11, [*PERSON, "9", "Kind"], [*PERSON, "8", ""])

    assert [row.position for row in found] == [1, 2]
    assert all(isinstance(row, Accepted) for row in found)


def test_surveymonkey_without_a_second_row_loses_no_response(rows):
    found = rows(MONKEY, [*OWN, "How likely?", "Why?"], [*PERSON, "9", "Kind"], [*PERSON, "8", ""])

    assert len(found) == 2
