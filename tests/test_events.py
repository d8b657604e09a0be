"""What a company knows beside its feeds: read strictly, published, and noticed when it changes."""

from __future__ import annotations

from datetime import date

import pytest
from filled_store import empty_store, told, told_of_a_wait
from test_publishing import publish_to, rows
from workspace import ROOT, Workspace, noted

from vocanalytics.config import load_settings
from vocanalytics.errors import ConfigError, MissingColumns, SourceError, UnknownKey
from vocanalytics.sources import read_events, read_exposures
from vocanalytics.steps.job import open_job

KNOWN = {"touchpoints": ["workshop", "delivery"], "sources": ["survey", "app"]}
HEADER = "starts_on,ends_on,touchpoint,source,exposure_count,unit\n"
JUNE = "2026-06-01,2026-06-30,workshop,,4000,visits\n"


def events(folder, text: str):
    told = events_told(folder, text)
    assert told.left_out == []
    return told.kept


def events_told(folder, text: str):
    path = folder / "events.yaml"
    path.write_text(text, encoding="utf-8")
    return read_events(path, **KNOWN)


def exposures(folder, text: str):
    path = folder / "exposures.csv"
    path.write_text(text, encoding="utf-8")
    return read_exposures(path, **KNOWN)


def test_an_event_is_read_as_it_is_written(tmp_path):
    found = events(
        tmp_path,
        "events:\n- {id: app_5, label: App 5, kind: update, starts_on: 2026-06-01, ends_on: '2026-06-09', "
        "touchpoints: [workshop], sources: [app], about: In stages.}\n"
        "- {id: recall_7, label: Recall 7, kind: recall, starts_on: 2026-07-30}\n",
    )

    assert found[0] == {
        "id": "app_5", "label": "App 5", "kind": "update", "starts_on": date(2026, 6, 1), "ends_on": date(2026, 6, 9),
        "touchpoints": ("workshop",), "sources": ("app",), "about": "In stages.",
    }  # fmt: skip
    assert (found[1]["ends_on"], found[1]["touchpoints"], found[1]["about"]) == (None, (), None)
    assert events(tmp_path, "events: []\n") == []


GOOD = "id: a, label: A, kind: update, starts_on: 2026-06-01"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (GOOD + ", touchpoint: workshop", r"events 1: unknown key 'touchpoint'; did you mean 'touchpoints'\?"),
        (GOOD.replace("update", "upgrade"), r"events 1\.kind: .*'update', 'recall'.* Nothing was read"),
        (GOOD.replace("2026-06-01", "June"), "events 1.starts_on: expected a day such as 2026-09-30. Nothing was"),
        (GOOD.replace("2026-06-01", "20260601"), "events 1.starts_on: Input should be a valid date"),
        (GOOD + ", ends_on: 2026-05-31", "events 1: ends_on lies before starts_on"),
        (GOOD.replace("label: A", "label: ''"), "events 1.label: String should have at least 1 character"),
        (GOOD + "}\n- {" + GOOD, "the event id 'a' is used twice. Rename one"),
    ],
)
def test_a_wrong_event_is_named(tmp_path, line, message):
    with pytest.raises(ConfigError, match=r"events\.yaml: .*" + message):
        events(tmp_path, f"events:\n- {{{line}}}\n")


def test_an_event_of_an_unknown_place_is_left_out_and_told(tmp_path):
    other = GOOD.replace("id: a", "id: b")

    told = events_told(
        tmp_path,
        f"events:\n- {{{GOOD}, touchpoints: [delivery, worksop], sources: [ap]}}\n"
        f"- {{{other}, touchpoints: [delivery]}}\n",
    )

    assert [event["id"] for event in told.kept] == ["b"]
    assert told.left_out == [
        f"{tmp_path / 'events.yaml'}: event 'a': unknown touchpoint 'worksop'; did you mean 'workshop'? "
        "unknown source 'ap'; did you mean 'app'? The event is left out until then."
    ]
    nobody = read_events(tmp_path / "events.yaml", touchpoints=[], sources=[])
    assert "unknown touchpoint 'delivery'; there is none. The event" in nobody.left_out[1]


def test_an_events_file_that_is_none_is_told_what_it_should_be(tmp_path):
    with pytest.raises(ConfigError, match=r"expected a mapping with the key events\. Nothing was read"):
        events(tmp_path, "- id: a\n")
    with pytest.raises(UnknownKey, match="unknown key 'event'; did you mean 'events'"):
        events(tmp_path, "event: []\n")
    with pytest.raises(ConfigError, match=r"gone\.yaml: cannot be read: No such file.*Expected an events\.yaml"):
        read_events(tmp_path / "gone.yaml", **KNOWN)


def test_exposures_are_read_with_or_without_sources(tmp_path):
    found = exposures(tmp_path, "\ufeff" + HEADER + JUNE + "2026-06-01,2026-06-30, workshop ,app,90,vehicles\n")

    assert found[0] == {
        "starts_on": date(2026, 6, 1), "ends_on": date(2026, 6, 30), "touchpoint": "workshop", "source": None,
        "exposure_count": 4000, "unit": "visits",
    }  # fmt: skip
    assert (found[1]["source"], found[1]["touchpoint"], found[1]["unit"]) == ("app", "workshop", "vehicles")
    without = exposures(
        tmp_path, "unit,exposure_count,touchpoint,ends_on,starts_on\nvisits,7,delivery,2026-06-30,2026-06-01\n"
    )
    assert without[0]["source"] is None


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("starts_on,ends_on,touchpoint,unit\n", MissingColumns, "exposure_count not found.*Add them; nothing was read"),
        ("", MissingColumns, "The file has: none"),
        ("month;visits\n", MissingColumns, "semicolons separate where commas were expected"),
        (HEADER.replace("source", "sources") + JUNE, UnknownKey, "unknown key 'sources'; did you mean 'source'"),
        (HEADER + JUNE[:-8] + "\n", SourceError, "row 1: the row cannot be used. Expected 6 cells"),
        (HEADER + JUNE.replace("2026-06-01", "1 June"), SourceError, "row 1: starts_on cannot be used.*such as 2026"),
        (HEADER + JUNE.replace("2026-06-30", "2026-05-30"), SourceError, "ends_on.*a day not before starts_on"),
        (HEADER + JUNE.replace("4000", "4.5"), SourceError, "exposure_count cannot be used. Expected a whole number"),
        (HEADER + JUNE.replace("4000", "0"), SourceError, "Expected a whole number above 0"),
        (HEADER + JUNE.replace("workshop", "worksop"), ConfigError, "row 1: unknown touchpoint 'worksop'; did you"),
        (HEADER + JUNE.replace("visits", "visit"), ConfigError, r"unknown unit 'visit'; did you mean 'visits'\?"),
        (HEADER + JUNE.replace(",,", ",web,"), ConfigError, "unknown source 'web'; did you mean"),
        (HEADER + JUNE + JUNE.replace("06-01", "06-30"), SourceError, "row 2: starts_on.*a day after those row 1"),
        (HEADER + JUNE + "2026-07-01,2026-07-31,workshop,,9,vehicles\n", SourceError, "row 2: unit.*the one of row 1"),
    ],
)  # fmt: skip
def test_a_wrong_exposure_is_named(tmp_path, text, kind, message):
    with pytest.raises(kind, match=r"exposures\.csv: .*" + message):
        exposures(tmp_path, text)


def test_an_exposures_file_that_is_none_is_told_what_it_should_be(tmp_path):
    (tmp_path / "latin.csv").write_bytes("größe".encode("latin-1"))
    with pytest.raises(SourceError, match=r"latin\.csv: cannot be read: it is not UTF-8. Expected a CSV file in UTF-8"):
        read_exposures(tmp_path / "latin.csv", **KNOWN)
    with pytest.raises(SourceError, match="cannot be read: No such file"):
        read_exposures(tmp_path / "gone.csv", **KNOWN)


def test_the_files_are_found_beside_the_declaration_or_where_a_variable_says(tmp_path):
    workspace = Workspace(tmp_path)
    workspace.declare()
    assert (workspace.job.events(), workspace.job.exposures()) == (([], []), [])

    workspace.write("events.yaml", f"events: [{{{GOOD}}}]\n")
    workspace.write("exposures.csv", HEADER + JUNE.replace("workshop", "service_visit"))
    assert [event["id"] for event in workspace.job.events().kept] == ["a"]
    assert [row["exposure_count"] for row in workspace.job.exposures()] == [4000]

    other = workspace.write("other/events.yaml", "events: []\n")
    environ = {"VOC_SOURCES": str(tmp_path / "sources.yaml"), "VOC_HOME": str(tmp_path), "VOC_EVENTS": str(other)}
    assert open_job(load_settings(environ)).events().kept == []
    with pytest.raises(SourceError, match=r"gone\.csv: cannot be read"):
        open_job(load_settings(environ | {"VOC_EXPOSURES": str(tmp_path / "gone.csv")}))


def test_a_misspelt_touchpoint_is_a_warning_of_check_and_a_note_of_the_run_that_goes_on(tmp_path):
    workspace = Workspace(tmp_path)
    workspace.declare()
    workspace.write("reviews.csv", "id,date,stars,text,author\n1,2026-06-01,2,They kept me waiting.,a\n")
    other = GOOD.replace("id: a", "id: b")
    workspace.write("events.yaml", f"events: [{{{GOOD}, touchpoints: [service_visits]}}, {{{other}}}]\n")
    left_out = "event 'a': unknown touchpoint 'service_visits'; did you mean 'service_visit'? The event is left out"
    with workspace.store() as con:
        told_of_a_wait(con)

    noted(workspace.job, left_out)

    assert rows(tmp_path / "home" / "insights.duckdb", "select event_id from events") == [("b",)]


def test_the_samples_files_are_sound():
    job = open_job(load_settings({}, sources=ROOT / "data" / "sources.yaml"), make_key=False)

    assert {"app_5_2", "review_invitations"} <= {event["id"] for event in job.events().kept}
    assert "service_visit" in {row["touchpoint"] for row in job.exposures()}


def test_a_changed_file_is_a_new_publication_and_the_same_is_none(tmp_path):
    event = {"id": "a", "label": "A", "kind": "update", "starts_on": date(2026, 6, 1)}
    june = {
        "starts_on": date(2026, 6, 1), "ends_on": date(2026, 6, 30), "touchpoint": "workshop",
        "exposure_count": 4000, "unit": "visits",
    }  # fmt: skip
    with empty_store() as con:
        told(
            con,
            {"n": 8, "theme": "waiting", "touchpoint": "workshop"},
            {"n": 4, "polarity": "positive", "day": "2026-06-30"},
        )
        first = publish_to(con, tmp_path, events=[event], exposures=[june])
        again = publish_to(con, tmp_path, events=[event], exposures=[june])
        moved = publish_to(con, tmp_path, events=[event | {"label": "B"}], exposures=[june])
        busier = publish_to(con, tmp_path, events=[event | {"label": "B"}], exposures=[june | {"exposure_count": 2000}])

    assert (again.unchanged, again.id) == (True, first.id)
    assert not moved.unchanged
    assert not busier.unchanged
    assert rows(tmp_path / "insights.duckdb", "select event_label from events") == [("B",)]
    rate = "select rate_per_1000 from pain_points where period_kind = 'month' and source = 'all'"
    assert rows(tmp_path / "insights.duckdb", rate) == [(4.0,)]


def test_the_shareable_edition_tells_where_spikes_were_and_no_count(tmp_path):
    spread = "regexp_extract(submission_id, '[0-9]+$')::int"
    with empty_store() as con:
        told(
            con,
            {"id": "p", "n": 400, "polarity": "positive"},
            {"id": "pw", "n": 20, "theme": "waiting", "touchpoint": "workshop"},
            {"id": "w", "n": 20, "theme": "waiting", "touchpoint": "workshop", "day": "2026-06-27"},
            {"id": "q", "n": 30, "polarity": "positive", "day": "2026-06-28"},
        )
        con.execute(
            f"update submissions set submitted_on = date '2026-06-22' - 7 * (1 + {spread} % 12) "
            "where submission_id like 'sp%'"
        )
        publish_to(
            con, tmp_path, events=[{"id": "a", "label": "Not public", "kind": "recall", "starts_on": "2026-06-27"}]
        )

    spikes = (
        "select period_on::varchar, source, touchpoint, is_spike, is_suppressed from spikes "
        "where is_spike and measure = 'complaint_share' order by 2"
    )
    assert rows(tmp_path / "insights_shareable.duckdb", spikes) == [
        ("2026-06-22", "all", "workshop", True, False), ("2026-06-22", "survey", "workshop", True, False),
    ]  # fmt: skip
    thin = "select bool_and(is_spike is null) from spikes where is_suppressed"
    assert rows(tmp_path / "insights_shareable.duckdb", thin) == [(True,)]
    assert "Not public" not in (tmp_path / "insights_shareable.duckdb").read_bytes().decode("latin-1")
    labels = "select distinct event_labels from spikes where is_spike and period_kind = 'week'"
    assert rows(tmp_path / "insights.duckdb", labels) == [(["Not public"],)]
