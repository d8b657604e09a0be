from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from workspace import BAKERY, Workspace, sample

from vocanalytics.config import Settings
from vocanalytics.steps.daily import run_daily
from vocanalytics.steps.job import Job, open_job
from vocanalytics.steps.report import RunReport


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path)


@pytest.fixture(scope="session")
def bakery_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("frame") / "bakery.yaml"
    path.write_text(BAKERY, encoding="utf-8")
    return path


@dataclass(frozen=True)
class SampleRun:
    job: Job
    report: RunReport

    @property
    def insights(self) -> Path:
        return self.job.settings.home / "insights.duckdb"


@pytest.fixture(scope="session")
def sample_run(tmp_path_factory):
    """The daily job, really run once on the sample; tests only read what it left."""
    folder = tmp_path_factory.mktemp("sample")
    home = folder / "home"
    job = open_job(Settings(sources=sample(folder), home=home, key_file=home / ".key"))
    return SampleRun(job, run_daily(job))
