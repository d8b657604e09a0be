"""voc label export, import, quality."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vocanalytics.cli.running import Home, Sources, Taxonomy, open_from

app = typer.Typer(help="Have people label segments: to measure, to correct and to teach.", no_args_is_help=True)


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="The sheet to write: .xlsx with drop-downs, or .csv.")],
    audit: Annotated[int, typer.Option(min=0, help="Segments drawn at random; they measure and never teach.")] = 100,
    teach: Annotated[int, typer.Option(min=0, help="Segments whose labels would teach most.")] = 100,
    seed: Annotated[int, typer.Option(help="Of the audit's random order; the first one given stays.")] = 0,
    hide_guess: Annotated[bool, typer.Option("--hide-guess", help="Leave out what the model says.")] = False,
    unlabelled: Annotated[bool, typer.Option("--unlabelled", help="Leave out audit segments labelled before.")] = False,
    sources: Sources = None,
    home: Home = None,
    taxonomy: Taxonomy = None,
) -> None:
    """Write a sheet for people to fill in."""
    from vocanalytics.steps.labelling import export_sheet

    job = open_from(sources, home, taxonomy)
    done = export_sheet(job, file, audit=audit, teach=teach, seed=seed, guess=not hide_guess, unlabelled=unlabelled)
    typer.echo(f"{file}: {done.audit:,} audit and {done.teach:,} teach segments")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A filled-in sheet.")],
    coder: Annotated[str, typer.Option(help="Who labelled; a name in the sheet's own coder column comes first.")],
    sources: Sources = None,
    home: Home = None,
    taxonomy: Taxonomy = None,
) -> None:
    """Check a sheet and keep its labels; they correct their segments at once."""
    from vocanalytics.steps.labelling import import_sheet

    typer.echo("\n".join(import_sheet(open_from(sources, home, taxonomy), file, coder)))


@app.command()
def quality(sources: Sources = None, home: Home = None, taxonomy: Taxonomy = None) -> None:
    """Measure the model on the labelled audit and write the model_quality ledger."""
    from vocanalytics.steps.label_quality import measure_audit

    typer.echo("\n".join(measure_audit(open_from(sources, home, taxonomy))))
