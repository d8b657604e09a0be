"""A feed without a key that is declared otherwise than when its rows landed is not counted twice."""

from __future__ import annotations

import pytest
from workspace import HEADER, REVIEWS

from vocanalytics.errors import RunFailed
from vocanalytics.sources import load_declaration
from vocanalytics.sources.remembered import as_written, told_apart, written
from vocanalytics.steps.check import check_run
from vocanalytics.steps.daily import run_ingest
from vocanalytics.steps.feeds import forget_source

UNKEYED = REVIEWS.replace("    key: id\n", "")
WITHOUT = UNKEYED.replace("    customer: {column: author}\n", "")
FORUM = REVIEWS.replace("name: reviews", "name: forum").replace("reviews*", "forum*")
DAYS = [f"{n},2026-03-{n:02},4,Größe {n},a{n}\n" for n in range(1, 11)]
TWICE = "".join(DAYS).encode().decode("latin-1").replace("\x9f", "Ÿ")


def landed(workspace, content: str = HEADER + "".join(DAYS)):
    workspace.declare(UNKEYED)
    workspace.write("reviews.csv", content)
    assert workspace.ingest().files[0].counts["new"] == 10


def refused(workspace, match: str, count: int = 10) -> None:
    """Run and check say the same, and nothing is written."""
    before = workspace.rows("from submissions order by all"), workspace.rows("from ingest_files order by all")
    with pytest.raises(RunFailed, match=match) as failure:
        run_ingest(workspace.job)
    assert "Nothing of this source was written." in str(failure.value)
    assert "voc sources forget reviews --yes --sources" in str(failure.value)
    after = workspace.rows("from submissions where source = 'reviews' order by all")
    assert (after, workspace.rows("from ingest_files where source = 'reviews' order by all")) == before
    assert len(after) == count
    verdict = check_run(workspace.job)
    assert (verdict.exit_code, len(verdict.problems)) == (1, 1)
    assert verdict.problems[0] in str(failure.value)


def counted(workspace) -> dict[str, int]:
    return {name: n for file in workspace.ingest().files for name, n in file.counts.items() if n}


def test_a_column_less_stops_the_feed_and_no_other(workspace):
    landed(workspace)
    workspace.declare(WITHOUT + FORUM)
    workspace.write("forum.csv", HEADER + DAYS[0])
    refused(
        workspace, r"by columns author, date, stars, text; .* by columns date, stars, text now. Found 10 of 10 rows"
    )
    assert workspace.rows("select count(*) from submissions where source = 'forum'") == [(1,)]


def test_a_file_that_grew_is_stopped_too(workspace):
    landed(workspace)
    workspace.declare(WITHOUT)
    workspace.write("reviews.csv", HEADER + "".join(DAYS) + "11,2026-03-11,2,Slow,x\n")
    refused(workspace, "Found 10 of 11 rows")


def test_the_identity_it_names_keeps_the_rows(workspace):
    landed(workspace)
    workspace.declare(WITHOUT + '    identity: ["author", "date", "stars", "text"]\n')
    workspace.write("reviews.csv", HEADER + "".join(DAYS) + "11,2026-03-11,2,Slow,x\n")
    assert counted(workspace) == {"new": 1, "revised": 10}
    assert counted(workspace) == {"unchanged": 11}
    workspace.declare(WITHOUT)
    refused(workspace, r'Declare `identity: \["author", "date", "stars", "text"\]`', count=11)


def test_forgotten_it_lands_anew(workspace):
    landed(workspace)
    workspace.declare(WITHOUT)
    refused(workspace, "then run again")
    forget_source(workspace.job, "reviews", really=True)
    assert counted(workspace) == {"new": 10}
    assert counted(workspace) == {"unchanged": 10}


def test_decoding_otherwise_is_seen_row_by_row(workspace):
    landed(workspace, HEADER + TWICE.replace("GrÃ¶ÃŸe 1,", "Fine,"))
    workspace.declare(UNKEYED + "    double_encoded: true\n")
    refused(workspace, "double_encoded true now. Found 9 of 10 rows")


def test_what_changes_no_row_stops_nothing(workspace):
    landed(workspace, (HEADER + "".join(DAYS)).encode("cp1252"))
    workspace.declare(UNKEYED + "    encoding: cp1252\n")
    assert counted(workspace) == {"unchanged": 10}
    workspace.declare(UNKEYED + "    encoding: cp1252\n    dimensions: {fixed: {value: one}}\n")
    assert counted(workspace) == {"revised": 10}


def test_rows_that_came_later_are_new_however_declared(workspace):
    landed(workspace)
    workspace.declare(WITHOUT)
    workspace.write("reviews.csv", HEADER + "11,2026-03-11,2,Slow,x\n")
    assert counted(workspace) == {"new": 1}
    workspace.write("reviews.csv", HEADER + "".join(DAYS))
    refused(workspace, "Found 10 of 10 rows", count=11)


def test_a_later_file_is_looked_at_before_an_earlier_one_lands(workspace):
    landed(workspace)
    workspace.declare(WITHOUT)
    workspace.write("reviews-0.csv", HEADER + "11,2026-03-11,2,Slow,x\n")
    refused(workspace, r"rows of .*reviews\.csv")


def test_a_key_declared_late_or_dropped_is_another_identity(workspace):
    landed(workspace)
    workspace.declare(REVIEWS)
    refused(workspace, "by columns author, date, stars, text; .* by key id now. Found 10 of 10")
    forget_source(workspace.job, "reviews", really=True)
    assert counted(workspace) == {"new": 10}
    workspace.declare(UNKEYED)
    refused(workspace, 'Declare `key: "id"`')


def test_a_feed_with_a_key_may_be_redeclared(workspace):
    workspace.declare(REVIEWS)
    workspace.write("reviews.csv", HEADER + "".join(DAYS))
    workspace.ingest()
    workspace.declare(REVIEWS.replace("    customer: {column: author}\n", ""))
    assert check_run(workspace.job).problems == []
    assert counted(workspace) == {"revised": 10}


@pytest.mark.parametrize("forgotten", [True, False], ids=["of an older edition", "renamed column"])
def test_where_the_old_declaration_cannot_be_used_days_tell(workspace, forgotten):
    landed(workspace)
    header = HEADER
    if forgotten:
        workspace.rows("update ingest_files set declaration = null")
        workspace.declare(WITHOUT)
    else:
        header = HEADER.replace("author", "writer")
        # the order of the columns changes with the name, and with it every row
        workspace.declare(UNKEYED.replace("author", "writer"))
    later = "".join(row.replace("2026-03", "2026-04") for row in DAYS)
    workspace.write("reviews.csv", header + "".join(DAYS) + later)
    refused(workspace, "told apart as when they landed, which was otherwise; .* Found 10 of 20 rows")
    workspace.write("reviews.csv", header + later)
    assert counted(workspace) == {"new": 10}


def test_a_store_of_an_older_edition_goes_on(workspace):
    landed(workspace)
    workspace.rows("alter table ingest_files drop column declaration")
    assert check_run(workspace.job).exit_code == 0
    workspace.rows("alter table ingest_files add column declaration varchar")
    assert counted(workspace) == {"unchanged": 10}
    assert workspace.rows("select count(declaration) from ingest_files") == [(1,)]


def test_a_declaration_comes_back_as_it_was_written(workspace):
    workspace.declare(
        UNKEYED
        + """    keep_where: [{column: author, in: [ann, bob]}]
    header: [id, date, stars, text, author]
    updated: {column: id, from: snowflake}
    dimensions: {who: author, where: {file_pattern: "(a)"}}
"""
    )
    (source,) = load_declaration(workspace.folder / "sources.yaml", {}).sources
    again = as_written(written(source), source)
    assert again.model_dump() == source.model_dump()
    assert told_apart(again) == told_apart(source)
    assert str(workspace.folder) not in written(source)
    assert as_written('{"name": "reviews", "columns": 1}', source) is None


def test_check_tells_of_a_source_that_was_renamed(workspace):
    landed(workspace)
    workspace.declare(UNKEYED.replace("name: reviews", "name: renamed"))
    (warning,) = check_run(workspace.job).warnings
    assert "source reviews is no longer declared in" in warning
    assert warning in workspace.ingest().notes
