"""voc taxonomy check, try."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from vocanalytics.cli.models import Taxonomy, ThemesModel
from vocanalytics.config import load_settings

app = typer.Typer(help="Look a coding frame over, and see why a text is tagged as it is.", no_args_is_help=True)


@app.command()
def check(
    frame: Annotated[str, typer.Argument(help="A taxonomy's name or file.")],
    top: Annotated[int, typer.Option(help="Findings of a kind to show.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as JSON.")] = False,
) -> None:
    """Find overlaps, wrong phrases, misplaced examples and labels that will be confused; exits 1 on a FAIL."""
    from vocanalytics.steps.taxonomy_check import check_taxonomy

    checked = check_taxonomy(frame, top)
    typer.echo(
        json.dumps(checked.as_json(), indent=2, ensure_ascii=False) if as_json else "\n".join(checked.lines(top))
    )
    if checked.exit_code:
        raise typer.Exit(checked.exit_code)


@app.command("try")
def try_(
    text: Annotated[str, typer.Argument(help="What a customer wrote; - reads it from standard input.")],
    taxonomy: Taxonomy = None,
    themes_model: ThemesModel = None,
    channel: Annotated[str | None, typer.Option(help="review, survey, social or contact.")] = None,
    question: Annotated[str | None, typer.Option(help="The question it answers.")] = None,
    context: Annotated[str | None, typer.Option(help="The touchpoint the survey was sent about.")] = None,
) -> None:
    """Mask, segment and tag one text and say why; stores nothing."""
    from vocanalytics.steps.explain_tags import try_text

    said = typer.get_text_stream("stdin").read() if text == "-" else text
    settings = load_settings(taxonomy=taxonomy, themes_model=themes_model)
    told = try_text(said, settings=settings, channel=channel, question=question, context=context)
    typer.echo("\n".join(told))
