"""voc sources preview, check, forget."""

from __future__ import annotations

from typing import Annotated

import typer

from vocanalytics.cli.running import Home, Sources, Taxonomy, open_from
from vocanalytics.errors import SourceError

app = typer.Typer(help="Look at declared sources before a run, or drop one.", no_args_is_help=True)


@app.command()
def preview(
    name: Annotated[str, typer.Argument(help="A source of the declaration.")],
    sources: Sources = None,
    home: Home = None,
    rows: Annotated[int, typer.Option(min=0, help="How many rows to show.")] = 5,
) -> None:
    """Show the first rows as they would land, masked; exits 3 if a file cannot be read. Writes nothing."""
    from vocanalytics.steps.preview import preview_source

    seen = preview_source(open_from(sources, home, make_key=False), name, rows)
    typer.echo("\n".join(seen.lines))
    for problem in seen.problems:
        typer.echo(f"problem: {problem}", err=True)
    if seen.problems:
        raise typer.Exit(SourceError.exit_code)


@app.command()
def check(sources: Sources = None, home: Home = None, taxonomy: Taxonomy = None) -> None:
    """Read everything `voc run` will need and exit as it would: 0 when ready. Writes nothing."""
    from vocanalytics.steps.check import check_run

    verdict = check_run(open_from(sources, home, taxonomy, make_key=False))
    for warning in verdict.warnings:
        typer.echo(f"warning: {warning}", err=True)
    for problem in verdict.problems:
        typer.echo(f"problem: {problem}", err=True)
    if verdict.exit_code:
        raise typer.Exit(verdict.exit_code)
    noted = f"; {len(verdict.warnings)} warning(s) above" if verdict.warnings else ""
    typer.echo(f"ready: voc run will find its columns, dates, scales, models, room and lock{noted}")


@app.command()
def forget(
    name: Annotated[str, typer.Argument(help="A source the store holds rows of, declared or not.")],
    sources: Sources = None,
    home: Home = None,
    yes: Annotated[bool, typer.Option("--yes", help="Really delete; without it, only say what there is.")] = False,
) -> None:
    """Delete all rows of a source from the store; the next publication leaves it out."""
    from vocanalytics.steps.feeds import forget_source

    typer.echo("\n".join(forget_source(open_from(sources, home, make_key=False), name, really=yes)))
