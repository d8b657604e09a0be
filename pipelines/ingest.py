"""Feeds into the warehouse, source by source, file by file.

    find files (retried: a share may blink) -> ingest each file (never retried: it resumes by itself)

Safe to run again at any time: what is there is found unchanged.
"""

from __future__ import annotations

from pathlib import Path

from prefect import flow, task

from pipelines.shown import show_ingest
from vocanalytics.config import load_settings
from vocanalytics.errors import VocError
from vocanalytics.steps import feeds
from vocanalytics.steps.ingest import FileReport
from vocanalytics.steps.job import Job, open_job
from vocanalytics.steps.ledger import ledger
from vocanalytics.steps.report import RunReport
from vocanalytics.warehouse.connection import hold


@task(task_run_name="find files of {source}", retries=2, retry_delay_seconds=[0.5, 2], persist_result=False)
def find_files(job: Job, source: str) -> list[Path]:
    return feeds.find_files(job, source)


@task(task_run_name="ingest {source}: {path.name}", persist_result=False)
def ingest_file(job: Job, source: str, path: Path, run_id: str) -> FileReport:
    return feeds.ingest_path(job, source, path, run_id)


@task(name="join customers, flag copies", persist_result=False)
def finish(job: Job, report: RunReport) -> None:
    feeds.finish_ingest(job, report)


def ingest_sources(job: Job, report: RunReport) -> None:
    """Every declared source into the report; one that fails is noted and the next goes on."""
    for source in job.declaration.sources:
        try:
            paths = find_files(job, source.name)
        except VocError as error:
            report.failures.append(str(error))
            continue
        for path in paths:
            report.note(ingest_file(job, source.name, path, report.run_id))
    finish(job, report)
    show_ingest(report)


@flow(name="ingest", log_prints=False)
def ingest(sources: str = "data/sources.yaml", home: str | None = None) -> list[str]:
    """Returns the report; fails at the end if any source or file failed."""
    job = open_job(load_settings(sources=sources, home=home))
    with hold(job.settings.home), ledger(job, "ingest") as report:
        ingest_sources(job, report)
    return report.conclude()
