"""Publishing: all or nothing, whoever reads and whenever it is killed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import duckdb
import pytest
from filled_store import MODEL, TAXONOMY, empty_store, told

from vocanalytics.errors import CheckFailed, ConfigError
from vocanalytics.statistics import FUNCTIONS
from vocanalytics.warehouse.contracts import TABLES
from vocanalytics.warehouse.publications import link, prune
from vocanalytics.warehouse.publishing import Published, publish


@pytest.fixture
def con(tmp_path):
    with empty_store(tmp_path / "warehouse.duckdb") as con:
        told(
            con,
            {"n": 8, "theme": "waiting", "touchpoint": "workshop", "score": 4},
            {"n": 4, "id": "p", "polarity": "positive"},
        )
        yield con


def publish_to(con, home: Path, **changes) -> Published:
    told_to = {"model": MODEL, "min_base": 5, "min_cell": 3, "as_of": None, "run_id": "r1", **changes}
    return publish(con, folder=home / "published", taxonomy=TAXONOMY, functions=FUNCTIONS, **told_to)


def rows(path: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str(path), read_only=True) as reader:
        return reader.execute(sql).fetchall()


def test_everything_is_there_and_says_what_it_is(con, tmp_path):
    published = publish_to(con, tmp_path)

    assert not published.unchanged
    assert published.folder == tmp_path / "published" / published.id
    files = sorted(str(path.relative_to(published.folder)) for path in published.folder.rglob("*") if path.is_file())
    parquet = [f"parquet/{name}.parquet" for name in sorted(TABLES)]
    assert files == ["insights.duckdb", "insights_shareable.duckdb", "manifest.json", *parquet]
    manifest = json.loads((published.folder / "manifest.json").read_text())
    assert set(manifest["files"]) == set(files) - {"manifest.json"}
    assert manifest | {"files": 0, "created_at": 0, "content": 0, "taxonomy_digest": 0} == {
        "id": published.id, "run_id": "r1", "as_of": "2026-06-10", "model": MODEL, "taxonomy": "cars-1",
        "masking": "m1", "min_base": 5, "min_cell": 3, "rows": dict(published.rows),
        "files": 0, "created_at": 0, "content": 0, "taxonomy_digest": 0,
    }  # fmt: skip
    assert tuple(published.rows) == TABLES
    assert rows(tmp_path / "insights.duckdb", "select count(*) from feedback") == [(12,)]
    assert rows(
        tmp_path / "insights.duckdb", f"from '{published.folder}/parquet/mentions.parquet' select count(*)"
    ) == [(12,)]


def test_tables_and_columns_are_commented(con, tmp_path):
    publish_to(con, tmp_path)

    for name in ("insights.duckdb", "insights_shareable.duckdb"):
        silent = "select column_name from duckdb_columns() where comment is null and not internal"
        assert rows(tmp_path / name, silent) == []
    ((about,),) = rows(
        tmp_path / "insights.duckdb", "select comment from duckdb_tables() where table_name = 'mentions'"
    )
    assert "One row per item_id, segment_no, theme." in about
    assert "Caveats: Internal: customers' own words" in about


def test_the_same_content_is_not_published_twice(con, tmp_path):
    first = publish_to(con, tmp_path)
    con.execute("set threads = 1")
    again = publish_to(con, tmp_path, run_id="r2")

    assert again == Published(first.id, first.folder, True, first.rows)
    assert [path.name for path in (tmp_path / "published").iterdir() if not path.is_symlink()] == [first.id]


def test_other_thresholds_and_days_are_other_publications(con, tmp_path):
    changes = [{}, {"min_base": 6}, {"min_cell": 4}, {"as_of": date(2026, 6, 11)}]

    assert len({publish_to(con, tmp_path, **change).id for change in changes}) == 4


def test_a_damaged_publication_is_replaced(con, tmp_path):
    first = publish_to(con, tmp_path)
    damaged = first.folder / "parquet" / "feedback.parquet"
    damaged.chmod(0o644)
    damaged.write_bytes(b"x")

    assert not publish_to(con, tmp_path).unchanged


def test_a_changed_word_is_published(con, tmp_path):
    first = publish_to(con, tmp_path)
    con.execute("update feedback_items set language = 'de' where item_id = 'i0-0'")

    second = publish_to(con, tmp_path)

    assert (second.unchanged, second.id > first.id) == (False, True)
    assert (tmp_path / "published" / "current").readlink() == Path(second.id)


def test_the_last_three_are_kept_the_current_one_in_any_case(tmp_path):
    folder = tmp_path / "published"
    for number in range(1, 7):
        (folder / f"2026{number}").mkdir(parents=True)
        (folder / f"2026{number}" / "manifest.json").touch()
    (folder / "notes").mkdir()
    link(folder, "20262")

    prune(folder)

    assert sorted(path.name for path in folder.iterdir()) == ["20262", "20264", "20265", "20266", "current", "notes"]


def test_leftovers_of_a_killed_run_go(con, tmp_path):
    folder = tmp_path / "published"
    (folder / "2026.building" / "parquet").mkdir(parents=True)
    (folder / "current.building").symlink_to("nowhere")

    published = publish_to(con, tmp_path)

    assert sorted(path.name for path in folder.iterdir()) == [published.id, "current"]


def test_untagged_items_are_not_published_around(con, tmp_path):
    first = publish_to(con, tmp_path)
    con.execute("update feedback_items set revision = 2 where item_id in ('i0-0', 'i0-1')")

    with pytest.raises(CheckFailed, match="2 of 12 text items are not tagged by clf-1 with cars-1 yet.*still stands"):
        publish_to(con, tmp_path)
    with pytest.raises(CheckFailed, match="12 of 12 text items are not tagged by other"):
        publish_to(con, tmp_path, model="other")

    assert (tmp_path / "published" / "current").readlink() == Path(first.id)


def test_a_failed_check_leaves_everything_as_it_was(con, tmp_path):
    first = publish_to(con, tmp_path)
    before = sorted(os.walk(tmp_path / "published"))
    con.execute("update segments set polarity_score = 7 where item_id = 'i0-3'")

    with pytest.raises(
        CheckFailed, match=r"mentions: 1 row\(s\) break `polarity_score between.*publication before still stands"
    ):
        publish_to(con, tmp_path)

    assert sorted(os.walk(tmp_path / "published")) == before
    assert rows(tmp_path / "insights.duckdb", "select count(*) from mentions") == [(first.rows["mentions"],)]
    con.execute("update segments set polarity_score = 0.7 where item_id = 'i0-3'")
    assert not publish_to(con, tmp_path).unchanged


def test_an_empty_store_publishes_nothing(tmp_path):
    with empty_store() as con, pytest.raises(CheckFailed, match="holds no submissions; ingest first"):
        publish_to(con, tmp_path)


def test_a_users_file_is_not_overwritten(con, tmp_path):
    (tmp_path / "insights.duckdb").write_text("mine")

    with pytest.raises(ConfigError, match="insights.duckdb is not a link made by publishing. Move it away"):
        publish_to(con, tmp_path)

    assert (tmp_path / "insights.duckdb").read_text() == "mine"


def test_a_date_from_the_future_does_not_move_the_periods(con, tmp_path):
    told(con, {"id": "typo", "day": "2062-06-10"})

    published = publish_to(con, tmp_path)

    assert json.loads((published.folder / "manifest.json").read_text())["as_of"] == "2026-06-10"
    assert rows(
        tmp_path / "insights.duckdb", "select max(period_on)::varchar from pain_points where period_kind <> 'all'"
    ) == [("2026-06-08",)]


def test_a_reader_stays_on_what_it_opened_and_never_blocks(con, tmp_path):
    first = publish_to(con, tmp_path)
    script = "import duckdb, sys; con = duckdb.connect(sys.argv[1], read_only=True)\n" + (
        "ask = lambda: print(con.execute('select count(*) from feedback').fetchall()[0][0], flush=True)\n"
        "ask(); sys.stdin.readline(); ask()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "insights.duckdb")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as reader:  # fmt: skip
        assert reader.stdout.readline() == "12\n"
        told(con, {"id": "more"})
        publish_to(con, tmp_path)
        shutil.rmtree(first.folder)  # as pruning does, some publications later
        reader.stdin.write("\n")
        reader.stdin.flush()
        assert reader.stdout.readline() == "12\n"
    assert rows(tmp_path / "insights.duckdb", "select count(*) from feedback") == [(13,)]


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from test_publishing import opened, publish_to
home, event, left = Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
def die(name, args):
    global left
    if name == event and str(home) in str(args):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
with opened(home) as con:
    sys.addaudithook(die)
    publish_to(con, home)
"""
# in this order: the Parquet folder, the first file sealed, the folder named, `current` made, and swapped in; the links
# beside it stand already
MOMENTS = [("os.mkdir", 2), ("os.chmod", 1), ("os.rename", 1), ("os.symlink", 1), ("os.rename", 2)]


def opened(home: Path) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(str(home / "warehouse.duckdb"))
    con.execute("set timezone = 'UTC'")
    return con


def killed(home: Path, event: str, nth: int) -> subprocess.Popen:
    command = [sys.executable, "-c", KILLED, str(Path(__file__).parent), str(home), event, str(nth)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def test_killed_anywhere_readers_keep_the_old_and_the_next_run_recovers(tmp_path):
    with empty_store(tmp_path / "warehouse.duckdb") as con:
        told(con, {"n": 3, "theme": "waiting", "touchpoint": "workshop"})
        publish_to(con, tmp_path)
        told(con, {"id": "more"})
    for event, nth in MOMENTS:
        with killed(tmp_path, event, nth) as run:
            assert run.wait() == -signal.SIGKILL, (event, nth)
        both = "select (select count(*) from feedback), (select count(*) from mentions)"
        assert rows(tmp_path / "insights.duckdb", both) == [(3, 3)]
        assert rows(tmp_path / "insights_shareable.duckdb", "select count(*) from source_coverage") == [(1,)]

    with opened(tmp_path) as con:
        last = publish_to(con, tmp_path)

    assert rows(tmp_path / "insights.duckdb", "select count(*) from feedback") == [(4,)]
    assert not list((tmp_path / "published").glob("*.building"))
    with killed(tmp_path, "os.symlink", 1) as run:
        assert run.wait() == 0  # unchanged: nothing to swap
    assert (tmp_path / "published" / "current").readlink() == Path(last.id)


def test_killed_in_the_middle_of_a_query_nothing_has_changed(tmp_path):
    with empty_store(tmp_path / "warehouse.duckdb") as con:
        told(con, {"n": 300, "theme": "waiting", "touchpoint": "workshop"})
        publish_to(con, tmp_path)
        told(con, {"id": "more"})
    with killed(tmp_path, "never", 1) as run:
        while run.poll() is None and not list((tmp_path / "published").glob("*.building/insights.duckdb")):
            time.sleep(0.002)
        time.sleep(0.1)
        run.kill()
    assert run.returncode == -signal.SIGKILL
    assert rows(tmp_path / "insights.duckdb", "select count(*) from feedback") == [(300,)]
    with opened(tmp_path) as con:
        publish_to(con, tmp_path)
    assert rows(tmp_path / "insights.duckdb", "select count(*) from feedback") == [(301,)]
