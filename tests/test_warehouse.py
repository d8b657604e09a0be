"""The working store: one writer, one key, one schema."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time

import duckdb
import pytest

from vocanalytics.errors import ConfigError, KeyMismatch, NotEnoughRoom, WarehouseBusy, WarehouseTooNew
from vocanalytics.keys import Key, load_key
from vocanalytics.warehouse import runs
from vocanalytics.warehouse.connection import SCHEMA_VERSION, connect, hold, look, scalars, storage_errors, transaction

KEY = Key(bytes(range(32)))


def hold_until_killed(home, ready):
    with hold(home):
        ready.set()
        time.sleep(60)


@pytest.fixture
def holder(tmp_path):
    """Another process that holds ``tmp_path``; killed at the end."""
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    process = context.Process(target=hold_until_killed, args=(tmp_path, ready))
    process.start()
    assert ready.wait(30)
    yield process
    process.kill()
    process.join()


def test_a_second_run_is_told_at_once_who_is_at_work(tmp_path, holder):
    with pytest.raises(WarehouseBusy, match=rf"another run is at work \(process {holder.pid}\)"), hold(tmp_path):
        pass
    assert WarehouseBusy.exit_code == 75


def test_a_killed_run_leaves_no_lock(tmp_path, holder):
    os.kill(holder.pid, signal.SIGKILL)
    holder.join()
    with hold(tmp_path):
        pass


def test_a_step_inside_its_own_run_goes_on(tmp_path):
    with hold(tmp_path), hold(tmp_path):
        pass
    with hold(tmp_path):
        pass


def test_the_schema_is_made_once_and_known(tmp_path):
    for _ in range(2):
        with connect(tmp_path / "w.duckdb", key=KEY) as con:
            assert scalars(con, "select version from schema_version") == list(range(1, SCHEMA_VERSION + 1))


def test_a_newer_store_is_refused(tmp_path):
    path = tmp_path / "w.duckdb"
    with connect(path, key=KEY) as con:
        con.execute("insert into schema_version (version) values (?)", [SCHEMA_VERSION + 1])
    with pytest.raises(WarehouseTooNew, match=rf"schema version {SCHEMA_VERSION + 1}; this package knows"):
        with connect(path, key=KEY):
            pass
    with pytest.raises(WarehouseTooNew, match="not touched"):
        look(tmp_path, path, KEY)


def test_another_key_is_refused(tmp_path):
    path = tmp_path / "w.duckdb"
    with connect(path, key=KEY):
        pass
    with pytest.raises(KeyMismatch, match="Point VOC_KEY_FILE at the key it was made with"):
        with connect(path, key=Key(bytes(32))):
            pass
    with pytest.raises(KeyMismatch, match="made with another key"):
        look(tmp_path, path, Key(bytes(32)))


def test_a_file_that_is_no_warehouse_is_left_alone(tmp_path):
    path = tmp_path / "w.duckdb"
    path.write_bytes(b"quarterly figures" * 1000)
    with pytest.raises(ConfigError, match="is not a DuckDB file"):
        with connect(path, key=KEY):
            pass
    assert path.read_bytes().startswith(b"quarterly figures")


def test_a_store_of_something_else_is_left_alone(tmp_path):
    path = tmp_path / "w.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("create table mine as select 1 as a")
    with pytest.raises(ConfigError, match="holds tables of something else"):
        with connect(path, key=KEY):
            pass
    with pytest.raises(ConfigError, match="holds tables of something else"):
        look(tmp_path, path, KEY)


def test_a_home_that_is_a_file_is_named(tmp_path):
    (tmp_path / "home").write_text("")
    with pytest.raises(ConfigError, match="expected a folder this user may write to"), hold(tmp_path / "home"):
        pass


def test_a_key_that_is_a_folder_is_named(tmp_path):
    (tmp_path / ".key").mkdir(mode=0o700)
    with pytest.raises(ConfigError, match="expected a key file this user may read"):
        load_key(tmp_path / ".key")


def test_the_clock_is_utc_whatever_the_machine_says(tmp_path, monkeypatch):
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    with connect(tmp_path / "w.duckdb", key=KEY) as con:
        assert scalars(con, "select date_trunc('day', timestamptz '2026-03-31 23:30:00+00')::varchar") == [
            "2026-03-31 00:00:00+00"
        ]


def test_a_failed_transaction_leaves_nothing(tmp_path):
    with connect(tmp_path / "w.duckdb", key=KEY) as con:
        with pytest.raises(RuntimeError, match="stop"), transaction(con):
            con.execute("insert into runs values ('r', 'daily', now(), null, 'running', null)")
            raise RuntimeError("stop")
        assert scalars(con, "select count(*) from runs") == [0]


def test_a_run_that_died_is_closed_by_the_next(tmp_path):
    with connect(tmp_path / "w.duckdb", key=KEY) as con:
        dead = runs.start(con, "daily")
        alive = runs.start(con, "daily")
        runs.finish(con, alive, "completed", "all well")
        states = dict(con.execute("select run_id, state || ': ' || detail from runs").fetchall())
    assert states == {dead: "failed: interrupted", alive: "completed: all well"}


def test_a_full_disk_is_named(tmp_path):
    with pytest.raises(NotEnoughRoom, match="the disk is full. Everything committed before is kept"):
        with storage_errors(tmp_path / "w.duckdb"):
            raise OSError(28, "No space left on device")
    with pytest.raises(duckdb.IOException, match="unrelated"), storage_errors(tmp_path / "w.duckdb"):
        raise duckdb.IOException("unrelated")


def test_the_key_is_made_once_and_for_its_owner_only(tmp_path):
    path = tmp_path / "data" / ".key"
    first = load_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_key(path) == first
    assert list(path.parent.iterdir()) == [path]


def test_a_key_that_others_may_read_is_refused(tmp_path):
    path = tmp_path / ".key"
    load_key(path)
    path.chmod(0o644)
    with pytest.raises(ConfigError, match="mode 0644; expected 0600. Run chmod 600"):
        load_key(path)


def test_a_damaged_key_is_refused(tmp_path):
    path = tmp_path / ".key"
    path.write_bytes(b"short")
    path.chmod(0o600)
    with pytest.raises(ConfigError, match="expected a key of 32 bytes, found 5"):
        load_key(path)
