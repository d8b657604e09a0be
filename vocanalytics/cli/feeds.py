"""voc sources preview, check."""

from __future__ import annotations

from typing import Annotated

import typer

from vocanalytics.cli.running import Home, Sources, Taxonomy, open_from

app = typer.Typer(help="Look at declared sources before a run.", no_args_is_help=True)


@app.command()
def preview(
    name: Annotated[str, typer.Argument(help="A source of the declaration.")],
    sources: Sources = None,
    home: Home = None,
    rows: Annotated[int, typer.Option(help="How many rows to show.")] = 5,
) -> None:
    """Show the first rows as they would land, masked, and every problem; writes nothing."""
    from vocanalytics.steps.preview import preview_source

    typer.echo("\n".join(preview_source(open_from(sources, home, make_key=False), name, rows)))


@app.command()
def check(sources: Sources = None, home: Home = None, taxonomy: Taxonomy = None) -> None:
    """Validate everything `voc run` will need; exits 1 and names each problem unless it is ready."""
    from vocanalytics.steps.check import check_run

    problems = check_run(open_from(sources, home, taxonomy, make_key=False))
    for problem in problems:
        typer.echo(f"problem: {problem}", err=True)
    if problems:
        raise typer.Exit(1)
    typer.echo("ready: voc run will find its columns, dates, scales, models, room and lock")
