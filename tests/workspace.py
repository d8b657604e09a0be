"""A folder with feeds and a declaration, as a test needs it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vocanalytics.config import Settings
from vocanalytics.steps.check import check_run
from vocanalytics.steps.daily import run_ingest
from vocanalytics.steps.job import Job, open_job
from vocanalytics.steps.publish import publish_tables
from vocanalytics.steps.report import RunReport

# a column-mapped CSV with a key, dates without times, stars and one text
REVIEWS = """
  - name: reviews
    channel: review
    format: csv
    path: reviews*.csv
    key: id
    customer: {column: author}
    submitted: {column: date, formats: ["%Y-%m-%d"], date_only: true}
    questions: [{id: review, column: text}]
    scores: [{id: stars, column: stars, scale: stars_1_5}]
"""
# a frame of names and abouts alone
BAKERY = """
name: bakery
edition: "1"
stages: [{id: visit, label: Visit, phase: purchase}]
touchpoints:
  - {id: counter, label: Counter, stage: visit, about: Being served at the counter in the shop}
  - {id: webshop, label: Web shop, stage: visit, about: Ordering bread online}
themes:
  - {id: taste, label: Taste, about: How the bread and cakes taste}
  - {id: queue, label: Waiting time, about: How long customers wait in the queue}
  - {id: price, label: Price, about: What the bread costs}
"""
HEADER = "id,date,stars,text,author\n"


@dataclass
class Workspace:
    folder: Path

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def declare(self, sources: str = REVIEWS, head: str = "") -> None:
        self.write("sources.yaml", f"taxonomy: automotive\n{textwrap.dedent(head)}sources:\n{sources}")

    @property
    def settings(self) -> Settings:
        home = self.folder / "home"
        return Settings(sources=self.folder / "sources.yaml", home=home, key_file=home / ".key")

    @property
    def job(self) -> Job:
        return open_job(self.settings)

    def ingest(self) -> RunReport:
        return run_ingest(self.job)

    @contextmanager
    def store(self):
        with self.job.store() as con:
            yield con

    def rows(self, sql: str) -> list[tuple]:
        with self.store() as con:
            return con.execute(sql).fetchall()


ROOT = Path(__file__).parent.parent


def sample(folder: Path) -> Path:
    """The sample feeds in a folder of their own; returns their declaration."""
    shutil.copytree(ROOT / "data" / "sample", folder / "sample")
    for name in ("events.yaml", "exposures.csv"):
        shutil.copy(ROOT / "data" / name, folder / name)
    return Path(shutil.copy(ROOT / "data" / "sources.yaml", folder / "sources.yaml"))


def voc(*arguments: object, **environ: str) -> subprocess.CompletedProcess[str]:
    """The ``voc`` command as a process."""
    return subprocess.run(
        [sys.executable, "-m", "vocanalytics", *map(str, arguments)],
        cwd=ROOT, capture_output=True, text=True, timeout=100, env=os.environ | environ,
    )  # fmt: skip


def noted(job: Job, left_out: str) -> None:
    """What is left out is a warning of `voc sources check` and a note of the run, and stops neither."""
    report = RunReport("now")

    verdict = check_run(job)
    publish_tables(job, report)

    assert verdict.exit_code == 0
    assert any(left_out in warning for warning in verdict.warnings)
    assert any(line.startswith("NOTE") and left_out in line for line in report.lines())
