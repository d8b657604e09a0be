"""voc tables, sql."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vocanalytics.cli.running import Home, Sources
from vocanalytics.config import load_settings


def tables(
    sources: Sources = None,
    home: Home = None,
    write_dictionary: Annotated[Path | None, typer.Option(help="Write the data dictionary to this file.")] = None,
) -> None:
    """List the published tables with grain and freshness."""
    from vocanalytics.steps import tables as step

    if write_dictionary:
        step.write_dictionary(write_dictionary)
        typer.echo(f"written to {write_dictionary}")
        return
    typer.echo("\n".join(step.list_tables(load_settings(sources=sources, home=home))))


def sql(
    query: Annotated[str, typer.Argument(help="One select statement.")], sources: Sources = None, home: Home = None
) -> None:
    """Ask the published tables, read-only."""
    from vocanalytics.steps.tables import ask

    typer.echo(ask(load_settings(sources=sources, home=home), query))
