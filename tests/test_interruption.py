"""Real processes, really killed: the next run continues without loss or duplicates."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from workspace import HEADER, Workspace

ROWS = 16_000  # four chunks


@pytest.fixture
def crowded(workspace):
    workspace.declare()
    lines = (
        f"{n},2026-03-{n % 28 + 1:02d},{n % 5 + 1},The car was ready {'very ' * (n % 7)}late,c{n % 900}\n"
        for n in range(ROWS)
    )
    workspace.write("reviews.csv", HEADER + "".join(lines) + "x,yesterday,3,bad date,c1\n")
    return workspace


def start(workspace: Workspace, **options) -> subprocess.Popen:
    settings = workspace.settings
    command = [sys.executable, "-m", "vocanalytics", "ingest", "--sources", settings.sources, "--home", settings.home]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def stored_bytes(home: Path) -> int:
    return sum(path.stat().st_size for path in home.glob("warehouse.duckdb*") if path.is_file())


def kill_after_growth(workspace: Workspace, growth: int) -> None:
    """SIGKILL an ingest as soon as the store has grown by so many bytes: in the middle of its work."""
    home = workspace.settings.home
    before = stored_bytes(home)
    process = start(workspace)
    while process.poll() is None and stored_bytes(home) < before + growth:
        time.sleep(0.002)
    assert process.poll() is None, f"ended before it could be killed: {process.communicate()}"
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()


def contents(workspace: Workspace) -> dict[str, list]:
    return {
        "submissions": workspace.rows("select submission_id, content_digest, revision from submissions order by all"),
        "scores": workspace.rows("from scores order by all"),
        "items": workspace.rows("select item_id, verbatim, duplicate_of, is_spam from feedback_items order by all"),
        "quarantine": workspace.rows("select * exclude first_seen_at from quarantine order by all"),
        "history": workspace.rows("from item_history"),
    }


def test_a_killed_ingest_is_resumed_without_loss_or_duplicates(crowded):
    home = crowded.settings.home
    reached = []
    for growth in (20_000, 1_900_000, 1_900_000):  # before the first commit, during the second, during the third
        kill_after_growth(crowded, growth)
        reached.append(crowded.rows("select count(*) from submissions")[0][0])
    assert 0 < reached[-1] < ROWS, reached
    assert reached == sorted(reached)
    finished = start(crowded)
    _, errors = finished.communicate()
    assert finished.returncode == 0, errors
    resumed = contents(crowded)

    calm = Workspace(crowded.folder)
    for path in home.glob("warehouse*"):
        path.unlink()
    calm.ingest()
    assert len(resumed["submissions"]) == ROWS
    assert resumed == contents(calm)


def test_a_second_run_at_the_same_time_ends_at_once(crowded):
    first = start(crowded)
    while stored_bytes(crowded.settings.home) < 20_000:
        time.sleep(0.01)
    second = start(crowded)
    _, errors = second.communicate()
    assert second.returncode == 75
    assert f"another run is at work (process {first.pid})" in errors
    assert "Traceback" not in errors
    _, errors = first.communicate()
    assert first.returncode == 0, errors
    assert crowded.rows("select count(*) from submissions") == [(ROWS,)]


def test_a_full_disk_keeps_what_was_committed_and_the_next_run_goes_on(crowded):
    def small_disk():
        resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000))

    limited = start(crowded, preexec_fn=small_disk)
    _, errors = limited.communicate()
    assert limited.returncode == 6, errors
    assert "the disk is full. Everything committed before is kept" in errors
    finished = start(crowded)
    _, errors = finished.communicate()
    assert finished.returncode == 0, errors
    assert len(contents(crowded)["submissions"]) == ROWS
