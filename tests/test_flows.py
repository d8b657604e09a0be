"""A real Prefect server and worker on loopback; the deployments of prefect.yaml, really run."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import yaml
from workspace import ROOT, sample

PREFECT = Path(sys.executable).parent / "prefect"
BUSY_ATTEMPTS = 60
pytestmark = [pytest.mark.server, pytest.mark.timeout(300)]


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


class Server:
    """A Prefect server of our own, and what one says to it."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}/api"
        self.environ = os.environ | {
            "PREFECT_HOME": str(folder),
            "PREFECT_API_URL": self.url,
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
            "PREFECT_LOGGING_LEVEL": "WARNING",
        }
        self.log = (folder / "server.log").open("w")
        self.processes = [self.spawn("server", "start", "--host", "127.0.0.1", "--port", str(port))]
        self.wait_until_healthy()

    def spawn(self, *arguments: str) -> subprocess.Popen:
        return subprocess.Popen([PREFECT, *arguments], cwd=ROOT, env=self.environ, stdout=self.log, stderr=self.log)

    def command(self, *arguments: str) -> str:
        done = subprocess.run(
            [PREFECT, "--no-prompt", *arguments],
            cwd=ROOT,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def ask(self, path: str, body: dict | None = None) -> object:
        request = urllib.request.Request(
            self.url + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={"content-type": "application/json"},
        )
        for _ in range(BUSY_ATTEMPTS):
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as refusal:
                # SQLite was locked and nothing was written; Prefect's own client asks again, too
                if refusal.code != 503:
                    raise
                time.sleep(1)
        raise AssertionError(f"the server stayed busy: {path}")

    def wait_until_healthy(self) -> None:
        for _ in range(240):
            try:
                self.ask("/health")
            except OSError:
                time.sleep(0.5)
            else:
                return
        raise AssertionError("the server did not come up")

    def run(self, deployment: str, **parameters: str) -> dict:
        """Start a deployment and wait for its end; returns the flow run."""
        (found,) = [d for d in self.ask("/deployments/filter", {}) if d["name"] == deployment]
        flow_run = self.ask(f"/deployments/{found['id']}/create_flow_run", {"parameters": parameters})
        for _ in range(360):
            flow_run = self.ask(f"/flow_runs/{flow_run['id']}")
            if flow_run["state"]["type"] in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED"):
                return flow_run
            time.sleep(0.5)
        raise AssertionError(f"{deployment} did not end: {flow_run['state']}")

    def artifacts(self) -> dict[str, dict]:
        return {a["key"]: a for a in self.ask("/artifacts/latest/filter", {})}

    def stop(self) -> None:
        # the worker says goodbye to the server and waits a minute and more for one that is gone already
        for process in reversed(self.processes):
            process.terminate()
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.log.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("prefect"))
    try:
        server.command("work-pool", "create", "voc", "--type", "process")
        server.command("deploy", "--all")
        server.processes.append(server.spawn("worker", "start", "--pool", "voc"))
        yield server
    finally:
        server.stop()


def test_the_daily_deployment_completes_and_shows_its_counts(server, tmp_path):
    flow_run = server.run("daily", sources=str(sample(tmp_path)), home=str(tmp_path / "home"))
    assert flow_run["state"]["type"] == "COMPLETED", flow_run["state"]["message"]
    shown = server.artifacts()
    files = json.loads(shown["ingested-files"]["data"])
    assert sum(f["new"] for f in files) > 600
    assert all(f["rows"] == f["new"] + f["quarantined"] + f["filtered"] for f in files)
    assert {t["table"] for t in json.loads(shown["published-tables"]["data"])} >= {
        "feedback",
        "mentions",
        "pain_points",
    }
    assert "company.html" in shown["company-digest"]["data"]
    assert (tmp_path / "home" / "insights.duckdb").exists()


def test_a_broken_source_ends_failed_and_the_others_are_published(server, tmp_path):
    sources = sample(tmp_path)
    (tmp_path / "sample" / "reviews.csv").write_bytes(b"\x00\x01\x02" * 1000)
    flow_run = server.run("daily", sources=str(sources), home=str(tmp_path / "home"))
    assert flow_run["state"]["type"] == "FAILED"
    assert "reviews.csv" in flow_run["state"]["message"]
    assert "survey_qualtrics.csv" in flow_run["state"]["message"], "the summary says what did land"
    assert (tmp_path / "home" / "published" / "current" / "manifest.json").exists()


def test_every_deployment_has_its_schedule(server):
    declared = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    known = {d["name"]: d for d in server.ask("/deployments/filter", {})}
    assert known.keys() == {d["name"] for d in declared} == {"daily", "weekly-digest", "training"}
    crons = {name: [s["schedule"].get("cron") for s in d["schedules"]] for name, d in known.items()}
    assert crons == {"daily": ["15 5 * * *"], "weekly-digest": ["0 7 * * 1"], "training": []}
