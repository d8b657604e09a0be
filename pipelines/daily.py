"""The whole job: ingest -> tag -> publish -> digest.

Each step is safe to run again, so the answer to any failure is to fix its cause and run the flow once
more. A source that fails does not keep the others from the readers; the run is still marked failed.
"""

from __future__ import annotations

import argparse
import atexit
import os
import sys
from typing import NoReturn

from prefect import flow

from pipelines.digest import write
from pipelines.ingest import ingest_sources
from pipelines.publish import publish_all
from pipelines.shown import show_digests, show_published
from pipelines.tag import tag_waiting
from vocanalytics.config import load_settings
from vocanalytics.errors import VocError
from vocanalytics.steps.job import open_job
from vocanalytics.steps.ledger import ledger
from vocanalytics.warehouse.connection import hold


@flow(name="daily")
def daily(sources: str = "data/sources.yaml", home: str | None = None) -> list[str]:
    """Returns the report; fails at the end if any source or file failed, and says what did land."""
    job = open_job(load_settings(sources=sources, home=home))
    with hold(job.settings.home), ledger(job, "daily") as report:
        ingest_sources(job, report)
        report.tagged = tag_waiting(job)
        publish_all(job, report)
        show_published(report)
        report.digests = write(job)
        show_digests(report.digests)
    return report.conclude()


def main() -> int:
    """``python -m pipelines.daily``: the flow on this machine, without a server of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", default="data/sources.yaml", help="the file that declares the feeds")
    parser.add_argument("--home", help="the folder to write to; default data/, or data/runs/<name> for other feeds")
    arguments = parser.parse_args()
    try:
        lines = daily(arguments.sources, arguments.home)
    except VocError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return error.exit_code
    print("\n".join(lines))  # noqa: T201
    return 0


def leave(code: int) -> NoReturn:
    """End the process as Python would, but without taking the interpreter apart.

    Threads of Prefect still hold objects of DuckDB then, and its binding prints pages about each.
    """
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    leave(main())
