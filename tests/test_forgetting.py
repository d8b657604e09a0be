"""A source that is declared no more: the run says so, and its rows can be dropped."""

from __future__ import annotations

import pytest
from workspace import HEADER, REVIEWS, Workspace

from vocanalytics.errors import CheckFailed, ConfigError, RunFailed
from vocanalytics.steps.daily import run_daily, run_publish
from vocanalytics.steps.feeds import forget_source
from vocanalytics.steps.job import open_job
from vocanalytics.steps.tables import ask
from vocanalytics.steps.tag import tag_items

FORUM = REVIEWS.replace("name: reviews", "name: forum").replace("reviews*", "forum*")
LEFT = ("tags", "segments", "taggings", "scores", "feedback_items", "item_history", "submissions", "quarantine")


def fill(workspace: Workspace) -> None:
    workspace.declare(REVIEWS + FORUM)
    workspace.write("reviews.csv", HEADER + "1,2026-03-31,2,The dealer never called back,ann\n2,never,2,Bad,bob\n")
    workspace.write("forum.csv", HEADER + "1,2026-03-30,1,The workshop was slow,cid\n3,2026-04-01,9,Bad,dan\n")
    workspace.ingest()
    workspace.write("forum.csv", HEADER + "1,2026-03-30,5,The app is fine now,cid\n3,2026-04-01,9,Bad,dan\n")
    workspace.ingest()
    tag_items(workspace.job)


def held(workspace: Workspace) -> dict[str, int]:
    return {table: workspace.rows(f"select count(*) from {table}")[0][0] for table in LEFT}


def test_a_forgotten_source_leaves_no_row_and_the_others_keep_theirs(workspace):
    fill(workspace)
    both = held(workspace)
    assert all(both.values()), both
    workspace.declare()
    with pytest.raises(ConfigError, match=r"of source forum there are: .*submissions 1, .* Add --yes to delete them"):
        forget_source(workspace.job, "forum", really=False)
    assert held(workspace) == both

    told = forget_source(workspace.job, "forum", really=True)
    assert "submissions 1, quarantine 1, ingest_files 2" in told[0]
    assert "leaves it out" in told[1]
    assert workspace.rows("select distinct source from submissions") == [("reviews",)]
    assert workspace.rows("select distinct source from quarantine") == [("reviews",)]
    assert workspace.rows("select distinct source from ingest_files") == [("reviews",)]
    known = "select item_id from feedback_items"
    for table in ("tags", "segments", "taggings"):
        assert workspace.rows(f"select count(*) from {table} where item_id not in ({known})") == [(0,)], table
    assert workspace.rows("select count(*) from taggings") == [(1,)]
    assert held(workspace)["item_history"] == 0
    assert workspace.rows("select kind, state from runs order by started_at desc limit 1") == [("forget", "completed")]
    with pytest.raises(ConfigError, match="holds nothing of a source 'forum'; it holds: reviews"):
        forget_source(workspace.job, "forum", really=True)


def test_a_declared_source_may_be_forgotten_and_comes_back_whole(workspace):
    fill(workspace)
    assert (
        "still declared, so the next run reads its files anew" in forget_source(workspace.job, "forum", really=True)[1]
    )
    assert {file.source: file.counts["new"] for file in workspace.ingest().files} == {"reviews": 0, "forum": 1}


def test_nothing_is_made_only_to_forget(workspace):
    workspace.declare()
    with pytest.raises(ConfigError, match="there is no store yet"):
        forget_source(open_job(workspace.settings, make_key=False), "forum", really=True)
    assert not workspace.settings.home.exists()


def test_the_run_says_what_is_published_and_no_longer_declared(workspace):
    workspace.declare(REVIEWS + FORUM)
    workspace.write("reviews.csv", HEADER + "1,2026-03-31,2,The dealer never called back,ann\n")
    workspace.write("forum.csv", HEADER + "1,2026-03-30,1,The workshop was slow,cid\n")
    assert run_daily(workspace.job).notes == []
    workspace.declare()
    (note,) = run_daily(workspace.job).notes
    assert "source forum is no longer declared in " in note
    assert "its 1 items stay published" in note
    assert f"voc sources forget forum --yes --sources {workspace.settings.sources}" in note
    sources = "select distinct source from feedback order by 1"
    assert ask(workspace.settings, sources).split() == ["source", "forum", "reviews"]
    forget_source(workspace.job, "forum", really=True)
    run_publish(workspace.job)
    assert ask(workspace.settings, sources).split() == ["source", "reviews"]


def test_a_failure_speaks_of_a_publication_only_where_there_is_one(workspace):
    workspace.declare()
    workspace.write("reviews.csv", HEADER)
    with pytest.raises(CheckFailed, match="FAILED .* Nothing has been published yet"):
        run_daily(workspace.job)
    with pytest.raises(CheckFailed, match="FAILED .* Whatever was published before still stands"):
        run_publish(workspace.job)
    workspace.write("reviews.csv", HEADER + '1,2026-03-31,2,The dealer never called back,ann\n2,2026-03-31,2,"Bad\n')
    with pytest.raises(RunFailed, match=r"reviews: .* 1 row\(s\) before that could be read\. They stand\."):
        run_daily(workspace.job)
