"""Write the digest from the published tables; needs neither the warehouse nor its lock."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, task

from pipelines.shown import show_digests
from vocanalytics.config import load_settings
from vocanalytics.steps.digest import write_digests
from vocanalytics.steps.job import Job, open_job


@task(name="write the digests", persist_result=False)
def write(job: Job) -> list[Path]:
    return write_digests(job)


@flow(name="digest")
def digest(sources: str = "data/sources.yaml", home: str | None = None) -> list[str]:
    """Returns the files written."""
    job = open_job(load_settings(sources=sources, home=home))
    written = write(job)
    show_digests(written)
    return [str(path) for path in written]
