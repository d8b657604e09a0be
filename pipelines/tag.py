"""Classify what waits. A run that dies resumes: every batch is committed with its marks."""

from __future__ import annotations

from prefect import flow, task

from vocanalytics.config import load_settings
from vocanalytics.steps.job import Job, open_job
from vocanalytics.steps.ledger import ledger
from vocanalytics.steps.tag import TagReport, tag_items
from vocanalytics.warehouse.connection import hold


@task(name="tag what waits", persist_result=False)
def tag_waiting(job: Job) -> TagReport:
    return tag_items(job)


@flow(name="tag")
def tag(sources: str = "data/sources.yaml", home: str | None = None) -> list[str]:
    """Returns the report."""
    job = open_job(load_settings(sources=sources, home=home))
    with hold(job.settings.home), ledger(job, "tag") as report:
        report.tagged = tag_waiting(job)
    return report.conclude()
