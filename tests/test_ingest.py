"""Nothing lost, nothing twice, nothing merged, nothing guessed."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from workspace import HEADER, REVIEWS, Workspace

from vocanalytics.errors import KeyMismatch, RunFailed
from vocanalytics.steps.daily import run_ingest

UNKEYED = REVIEWS.replace("    key: id\n", "")
EDITED = REVIEWS.replace(
    "    questions:",
    '    updated: {column: edited, formats: ["%Y-%m-%d %H:%M"]}\n    zone: Europe/London\n    questions:',
)


def counts(report):
    (file,) = report.files
    return {name: n for name, n in file.counts.items() if n}


def test_a_row_lands_with_its_scores_and_words(workspace):
    workspace.declare()
    workspace.write("reviews.csv", HEADER + "1,2026-03-31,4,The dealer was friendly,ann\n")
    assert counts(workspace.ingest()) == {"new": 1}
    assert workspace.rows(
        "select submitted_on::varchar, score_scale, score, verbatim, content, language, revision "
        "from submissions join scores using (submission_id) join feedback_items using (submission_id, revision)"
    ) == [("2026-03-31", "stars_1_5", 4.0, "The dealer was friendly", "text", "en", 1)]


def test_a_second_run_changes_nothing(workspace):
    workspace.declare()
    workspace.write(
        "reviews.csv", HEADER + "1,2026-03-31,4,Fine,ann\n2,2026-03-31,9,Fine,bob\n3,2026-04-01,2,Bad,cid\n"
    )
    first = workspace.ingest()
    assert counts(first) == {"new": 2, "quarantined": 1}
    tables = ("submissions", "scores", "feedback_items", "item_history", "quarantine")
    before = {t: sorted(map(str, workspace.rows(f"from {t}"))) for t in tables}
    second = workspace.ingest()
    assert counts(second) == {"unchanged": 2, "quarantined": 1}
    assert second.changed == 0
    assert {t: sorted(map(str, workspace.rows(f"from {t}"))) for t in tables} == before


def test_equal_texts_of_two_customers_stay_two(workspace):
    workspace.declare(UNKEYED)
    workspace.write("reviews.csv", HEADER + "1,2026-03-31,5,Great service,\n" * 3 + "1,2026-03-31,1,Great service,\n")
    assert counts(workspace.ingest()) == {"new": 4}
    assert workspace.rows("select avg(score) from scores") == [(4.0,)]
    assert counts(workspace.ingest()) == {"unchanged": 4}


def test_one_more_equal_row_is_one_more_submission(workspace):
    workspace.declare(UNKEYED)
    workspace.write("reviews.csv", HEADER + "1,2026-03-31,5,Great service,\n" * 2)
    workspace.ingest()
    workspace.write("reviews.csv", HEADER + "1,2026-03-31,5,Great service,\n" * 3)
    assert counts(workspace.ingest()) == {"new": 1, "unchanged": 2}


def test_new_content_under_a_key_is_a_revision_and_the_old_one_is_kept(workspace):
    workspace.declare()
    workspace.write("reviews.csv", HEADER + "1,2026-03-31,2,Slow,ann\n")
    workspace.ingest()
    workspace.write("reviews.csv", HEADER + "1,2026-03-31,5,Fast after all,ann\n")
    assert counts(workspace.ingest()) == {"revised": 1}
    assert workspace.rows("select verbatim, revision, score from feedback_items join scores using (submission_id)") == [
        ("Fast after all", 2, 5.0)
    ]
    assert workspace.rows("select verbatim, revision, scores['stars'] from item_history") == [("Slow", 1, 2.0)]


def test_an_old_export_read_again_is_no_change_of_mind(workspace):
    workspace.declare()
    workspace.write("reviews_1.csv", HEADER + "1,2026-03-31,2,Slow,ann\n")
    workspace.write("reviews_2.csv", HEADER + "1,2026-03-31,5,Fast after all,ann\n")
    workspace.ingest()
    assert workspace.ingest().changed == 0
    assert workspace.rows("select verbatim from feedback_items") == [("Fast after all",)]


def test_edits_follow_the_feeds_own_clock_whatever_the_order_of_rows(workspace):
    workspace.declare(EDITED)
    header = HEADER.replace("author", "author,edited")
    workspace.write(
        "reviews.csv",
        header + "1,2026-03-01,5,Second,ann,2026-03-03 10:00\n1,2026-03-01,1,First,ann,2026-03-01 10:00\n"
        "1,2026-03-01,3,Third,ann,2026-03-09 10:00\n",
    )
    report = workspace.ingest()
    assert report.files[0].row_count == report.files[0].counts.total() == 3
    assert workspace.rows("select verbatim, revision from feedback_items") == [("Third", 2)]
    assert workspace.ingest().changed == 0


def test_a_key_that_contradicts_itself_in_one_file_is_quarantined(workspace):
    workspace.declare()
    workspace.write(
        "reviews.csv", HEADER + "1,2026-03-31,2,Slow,ann\n1,2026-03-31,2,Slow,ann\n1,2026-03-31,5,Fast,ann\n"
    )
    for expected in ({"new": 1, "unchanged": 1, "quarantined": 1}, {"unchanged": 2, "quarantined": 1}):
        assert counts(workspace.ingest()) == expected
    assert workspace.rows("select code, position from quarantine") == [("duplicate_key", 3)]
    assert workspace.rows("select verbatim from feedback_items") == [("Slow",)]


def test_a_mended_row_leaves_the_quarantine(workspace):
    workspace.declare()
    workspace.write("reviews.csv", HEADER + "1,31/31/2026,2,Slow,ann\n2,2026-03-31,2,Slow,ann\n")
    workspace.ingest()
    assert workspace.rows("select code, position from quarantine") == [("date", 1)]
    workspace.write("reviews.csv", HEADER + "1,2026-03-31,2,Slow,ann\n2,2026-03-31,2,Slow,ann\n")
    workspace.ingest()
    assert workspace.rows("from quarantine") == []


def test_a_bad_file_fails_alone_and_the_run_says_what_landed(workspace):
    workspace.declare()
    workspace.write("reviews_1.csv", HEADER + "1,2026-03-31,2,Slow,ann\n")
    workspace.write("reviews_2.csv", "number,date\n1,2026-03-31\n")
    workspace.write("reviews_3.csv", HEADER + "3,2026-03-31,4,Good,bob\n")
    with pytest.raises(RunFailed, match="column.*not found") as failure:
        run_ingest(workspace.job)
    assert "reviews_3.csv" in str(failure.value)
    assert workspace.rows("select count(*) from submissions") == [(2,)]
    assert workspace.rows("select state from ingest_files order by file_name") == [
        ("completed",), ("failed",), ("completed",)
    ]  # fmt: skip
    assert workspace.rows("select state from runs") == [("failed",)]


def test_a_source_without_files_does_not_stop_the_next(workspace):
    workspace.declare(REVIEWS.replace("name: reviews", "name: gone").replace("reviews*", "gone*") + REVIEWS)
    workspace.write("reviews.csv", HEADER + "1,2026-03-31,2,Slow,ann\n")
    with pytest.raises(RunFailed, match="gone: no file matches"):
        run_ingest(workspace.job)
    assert workspace.rows("select count(*) from submissions") == [(1,)]


def test_blank_answers_and_na_are_kept_as_no_content(workspace):
    workspace.declare()
    workspace.write(
        "reviews.csv",
        HEADER + "1,2026-03-31,2,,a\n2,2026-03-31,3,n/a,b\n3,2026-03-31,3,👍,c\n4,2026-03-31,3,Nothing,d\n",
    )
    workspace.ingest()
    assert workspace.rows(
        "select score, content, verbatim from feedback_items join submissions using (submission_id) "
        "join scores using (submission_id) order by all"
    ) == [(2.0, "no_content", None), (3.0, "no_content", "n/a"), (3.0, "text", "Nothing"), (3.0, "text", "👍")]


def test_customers_are_keyed_hashes_and_carry_attributes_only_where_ids_are_shared(workspace):
    head = """
    customers: {path: customers.csv, key: ref, columns: {region: region, left_on: left}}
    """
    other = REVIEWS.replace("name: reviews", "name: forum").replace("reviews*", "forum*")
    workspace.declare(REVIEWS + "    shared_customers: true\n" + other, head)
    workspace.write("customers.csv", "ref,region,left\nC-1,North,2026-05-01\n")
    workspace.write("reviews.csv", HEADER + "1,2026-03-31,2,Slow,C-1\n")
    workspace.write("forum.csv", HEADER + "1,2026-03-31,2,Slow,C-1\n")
    assert workspace.ingest().customers_changed == 1
    assert workspace.rows(
        "select source, region, left_on::varchar from submissions left join customers using (customer_id) order by 1"
    ) == [("forum", None, None), ("reviews", "North", "2026-05-01")]
    assert "C-1" not in str(workspace.rows("from submissions")) + str(workspace.rows("from customers"))
    assert workspace.ingest().customers_changed == 0


def test_personal_data_never_reaches_the_disk(workspace):
    workspace.declare(REVIEWS + "    personal: [author]\n")
    secrets = ("tina.marsh@example.com", "01632 960123", "Brunhilde", "GB33BUKB20201555555555")
    text = f"Mail {secrets[0]} or ring {secrets[1]}, Brunhilde said. IBAN {secrets[3]}"
    workspace.write("reviews.csv", HEADER + f'1,2026-03-31,2,"{text}",Brunhilde\n2,bad date,2,"{text}",Brunhilde\n')
    workspace.ingest()
    (path,) = (workspace.folder / "home").glob("warehouse.duckdb")
    stored = path.read_bytes() + b"".join(p.read_bytes() for p in path.parent.glob("*.wal"))
    dumped = str(workspace.rows("from feedback_items")) + str(workspace.rows("from quarantine"))
    for secret in secrets:
        assert secret.encode() not in stored
        assert secret not in dumped
    assert "[EMAIL]" in dumped


def test_copies_are_flagged_and_short_praise_is_not(workspace):
    advert = "Visit our shop for the best and cheapest tyres in the whole country today"
    rows = [(f"a{i}", advert, f"bot{i}") for i in range(3)]
    rows += [("c1", "The handover took far too long and nobody apologised", "ann")] * 1
    rows += [("c2", "The handover took far too long and nobody apologised", "ann")]
    rows += [("s1", "Great service", "x"), ("s2", "Great service", "y")]
    workspace.declare()
    workspace.write("reviews.csv", HEADER + "".join(f"{i},2026-03-31,3,{text},{who}\n" for i, text, who in rows))
    workspace.ingest()
    assert workspace.rows(
        "select verbatim, count(*), count(duplicate_of), count(*) filter (is_spam) "
        "from feedback_items group by 1 order by 2 desc, 1"
    ) == [
        (advert, 3, 2, 3),
        ("Great service", 2, 0, 0),
        ("The handover took far too long and nobody apologised", 2, 1, 0),
    ]
    assert workspace.ingest().copies_changed == 0


def test_a_bad_customer_file_stops_nothing_else_and_keeps_what_was_known(workspace):
    head = """
    customers: {path: customers.csv, key: ref, columns: {region: region, left_on: left}}
    """
    workspace.declare(REVIEWS + "    shared_customers: true\n", head)
    workspace.write("customers.csv", "ref,region,left\nC-1,North,\n")
    workspace.write("reviews.csv", HEADER + "1,2026-03-31,2,Slow,C-1\n")
    workspace.ingest()
    workspace.write("customers.csv", "ref,area\nC-1,North\n")
    workspace.write("reviews.csv", HEADER + "1,2026-03-31,2,Slow,C-1\n2,2026-03-31,4,Fast,C-1\n")
    with pytest.raises(RunFailed, match="customers: .*region"):
        run_ingest(workspace.job)
    assert workspace.rows("select count(*), any_value(region) from submissions join customers using (customer_id)") == [
        (2, "North")
    ]


def test_files_of_one_name_in_two_folders_are_two_files(workspace):
    workspace.declare(REVIEWS.replace("reviews*.csv", "'*/exp/f.csv'"))
    for folder in ("a", "b"):
        workspace.write(f"{folder}/exp/f.csv", HEADER + f"{folder},2026-03-31,2,Slow,x\n{folder}2,never,2,Slow,x\n")
    workspace.ingest()
    assert workspace.rows("select count(distinct file_name) from quarantine") == [(2,)]
    assert workspace.rows("select count(distinct file_name) from ingest_files") == [(2,)]


def test_a_missing_key_is_never_replaced(workspace):
    workspace.declare()
    workspace.write("reviews.csv", HEADER + "1,2026-03-31,2,Slow,x\n")
    workspace.ingest()
    workspace.settings.key_file.unlink()
    with pytest.raises(KeyMismatch, match="its key .* is missing. Put the key back"):
        run_ingest(workspace.job)
    assert not workspace.settings.key_file.exists()


def test_a_pipe_is_no_feed(workspace):
    workspace.declare()
    os.mkfifo(workspace.folder / "reviews.csv")
    with pytest.raises(RunFailed, match="no file but a pipe or device"):
        run_ingest(workspace.job)


CELL = st.text(st.characters(codec="utf-8", exclude_characters='",\r\n\0'), max_size=12)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["2026-01-02", "2 Jan"]), CELL), max_size=12))
def test_every_row_is_accounted_for_and_running_twice_changes_nothing(tmp_path_factory, rows):
    workspace = Workspace(tmp_path_factory.mktemp("rows"))
    workspace.declare()
    workspace.write("reviews.csv", HEADER + "".join(f'{key},{day},3,"{text}",x\n' for key, day, text in rows))
    first = workspace.ingest()
    assert first.files[0].row_count == first.files[0].counts.total() == len(rows)
    second = workspace.ingest()
    assert second.changed == 0
    assert second.files[0].counts["quarantined"] == first.files[0].counts["quarantined"]
