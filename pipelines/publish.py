"""Rebuild the tables people read: all of them or none, swapped in at one instant."""

from __future__ import annotations

from prefect import flow, task

from pipelines.shown import show_published
from vocanalytics.config import load_settings
from vocanalytics.steps.job import Job, open_job
from vocanalytics.steps.ledger import ledger
from vocanalytics.steps.publish import publish_tables
from vocanalytics.steps.report import RunReport
from vocanalytics.warehouse.connection import hold


@task(name="build, check and publish the tables", persist_result=False)
def publish_all(job: Job, report: RunReport) -> None:
    publish_tables(job, report)


@flow(name="publish")
def publish(sources: str = "data/sources.yaml", home: str | None = None) -> list[str]:
    """Returns the report; fails if a check fails, and then yesterday's tables stand."""
    job = open_job(load_settings(sources=sources, home=home))
    with hold(job.settings.home), ledger(job, "publish") as report:
        publish_all(job, report)
        show_published(report)
    return report.conclude()
