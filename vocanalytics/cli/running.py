"""voc run, ingest, publish, digest."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vocanalytics.config import load_settings
from vocanalytics.steps.job import Job, open_job
from vocanalytics.text import recogniser

Sources = Annotated[Path | None, typer.Option(help="The file that declares the feeds; default data/sources.yaml.")]
Home = Annotated[Path | None, typer.Option(help="The folder to write to; default data/, other feeds data/runs/<name>.")]
Period = Annotated[
    str | None,
    typer.Option(help="Such as 2026-10-12, 2026-10, all or four_weeks:2026-10-12; default the last complete weeks."),
]
Taxonomy = Annotated[str | None, typer.Option(help="A taxonomy's name or file; default what the feeds declare.")]


def open_from(sources: Path | None, home: Path | None, taxonomy: str | None = None, *, make_key: bool = True) -> Job:
    return open_job(load_settings(sources=sources, home=home, taxonomy=taxonomy), make_key=make_key)


def run(sources: Sources = None, home: Home = None, taxonomy: Taxonomy = None) -> None:
    """The daily steps on the declared sources: ingest, tag, publish, digest."""
    recogniser.start()  # it loads while the other imports run
    from vocanalytics.steps.daily import run_daily

    typer.echo("\n".join(run_daily(open_from(sources, home, taxonomy)).lines()))


def ingest(sources: Sources = None, home: Home = None) -> None:
    """Read the declared sources into the warehouse, and nothing more."""
    recogniser.start()
    from vocanalytics.steps.daily import run_ingest

    typer.echo("\n".join(run_ingest(open_from(sources, home)).lines()))


def publish(sources: Sources = None, home: Home = None, taxonomy: Taxonomy = None) -> None:
    """Tag what waits, rebuild the tables, swap them in."""
    from vocanalytics.steps.daily import run_publish

    typer.echo("\n".join(run_publish(open_from(sources, home, taxonomy)).lines()))


def digest(sources: Sources = None, home: Home = None, period: Period = None) -> None:
    """Write the digest of a period (default: the last complete four weeks) from the published tables."""
    from vocanalytics.steps.digest import write_digests

    for path in write_digests(open_from(sources, home), period):
        typer.echo(str(path))
