"""Every run leaves a row in table ``runs``, however it ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from vocanalytics.errors import VocError
from vocanalytics.steps.job import Job
from vocanalytics.steps.report import RunReport
from vocanalytics.warehouse import runs


@contextmanager
def ledger(job: Job, kind: str) -> Iterator[RunReport]:
    """Open a run, hand out its report, close the run with what the report says."""
    with job.store() as con:
        report = RunReport(runs.start(con, kind))
    try:
        yield report
    except Exception as error:
        report.failures.append(str(error) if isinstance(error, VocError) else f"{type(error).__name__}: {error}")
        if isinstance(error, VocError):
            error.args = ("\n".join(report.lines()),)  # what stopped the run, after what did land
        with suppress(Exception):  # a full disk must not hide what went wrong; the next run closes this one
            _close(job, report)
        raise
    _close(job, report)


def _close(job: Job, report: RunReport) -> None:
    with job.store() as con:
        runs.finish(con, report.run_id, "failed" if report.failures else "completed", "\n".join(report.lines()))
