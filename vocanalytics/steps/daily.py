"""The daily job without an orchestrator: what ``voc run`` does."""

from __future__ import annotations

from vocanalytics.errors import VocError
from vocanalytics.steps.digest import write_digests
from vocanalytics.steps.feeds import find_files, finish_ingest, ingest_path
from vocanalytics.steps.job import Job
from vocanalytics.steps.ledger import ledger
from vocanalytics.steps.publish import publish_tables
from vocanalytics.steps.report import RunReport
from vocanalytics.steps.tag import tag_items
from vocanalytics.warehouse.connection import hold


def run_daily(job: Job) -> RunReport:
    """Ingest, tag, publish, write the digest.

    A source that fails does not keep the others from the readers; the run still ends in `RunFailed`.

    Raises
    ------
    RunFailed
        Its message is the whole report: what landed and what did not.
    """
    with hold(job.settings.home), ledger(job, "daily") as report:
        for source in job.declaration.sources:
            ingest_one(job, source.name, report)
        finish_ingest(job, report)
        report.tagged = tag_items(job)
        publish_tables(job, report)
        report.digests = write_digests(job)
    report.conclude()
    return report


def run_ingest(job: Job) -> RunReport:
    """Ingest and nothing more."""
    with hold(job.settings.home), ledger(job, "ingest") as report:
        for source in job.declaration.sources:
            ingest_one(job, source.name, report)
        finish_ingest(job, report)
    report.conclude()
    return report


def run_publish(job: Job) -> RunReport:
    """Tag what waits and publish."""
    with hold(job.settings.home), ledger(job, "publish") as report:
        report.tagged = tag_items(job)
        publish_tables(job, report)
    return report


def ingest_one(job: Job, source: str, report: RunReport) -> None:
    """All files of a source into the report; what breaks is noted, not raised."""
    try:
        paths = find_files(job, source)
    except VocError as error:
        report.failures.append(str(error))
        return
    for path in paths:
        report.note(ingest_path(job, source, path, report.run_id))
