"""voc tag, train, evaluate."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from vocanalytics.cli.running import Home, Sources, open_from
from vocanalytics.config import load_settings
from vocanalytics.errors import ConfigError

Taxonomy = Annotated[str | None, typer.Option(help="A taxonomy's name or file; default automotive.")]
_WEAKEST = 3
ThemesModel = Annotated[Path | None, typer.Option(help="A folder written by `voc train`.")]


def tag(
    input: Annotated[Path, typer.Argument(help="A .csv, .jsonl or .parquet file.")],
    text: Annotated[str, typer.Option(help="The column that holds the customers' words.")],
    output: Annotated[Path, typer.Option(help="A .csv, .jsonl or .parquet file to write.")],
    id: Annotated[str | None, typer.Option(help="A column copied into item_id; default the row number.")] = None,
    channel: Annotated[str | None, typer.Option(help="review, survey, social or contact.")] = None,
    question: Annotated[str | None, typer.Option(help="The column that holds the question asked.")] = None,
    taxonomy: Taxonomy = None,
    themes_model: ThemesModel = None,
) -> None:
    """Mask, segment and tag a file; stores nothing."""
    from vocanalytics.steps.stateless import tag_file

    settings = load_settings(taxonomy=taxonomy, themes_model=themes_model)
    written = tag_file(input, output, text=text, id=id, channel=channel, question=question, settings=settings)
    typer.echo(f"{output}: {written.item_count:,} texts, {written.row_count:,} rows")


def train(
    taxonomy: Annotated[str, typer.Option(help="A taxonomy's name or file.")],
    output: Annotated[Path, typer.Option(help="The folder to write.")],
    labelled: Annotated[Path | None, typer.Option(help="Labelled rows: text, themes, optionally touchpoint.")] = None,
    from_store: Annotated[
        bool, typer.Option("--from-store", help="Learn from imported labels, not the audit.")
    ] = False,
    beta: Annotated[float, typer.Option(min=0.1, max=10, help="Below 1: fewer and surer themes.")] = 1.0,
    sources: Sources = None,
    home: Home = None,
) -> None:
    """Fit the taxonomy heads."""
    from vocanalytics.resources import resolve_taxonomy
    from vocanalytics.steps.train import train_from_store, train_heads

    if from_store and labelled:
        raise ConfigError("give --labelled or --from-store, not both. Nothing was fitted.")
    frame = resolve_taxonomy(taxonomy)
    if from_store:
        quality = train_from_store(frame, open_from(sources, home, taxonomy, make_key=False), output, beta)
    else:
        quality = train_heads(frame, labelled, output, beta)
    for name, value in quality.items():
        if not isinstance(value, dict | list):
            typer.echo(f"{name:<28}{value}")
    for axis, figures in quality["held_out"].items():
        typer.echo(_held_out(axis, figures))
    typer.echo(f"written to {output}")


def _held_out(axis: str, figures: Mapping[str, Any]) -> str:
    if "micro_f1" not in figures:
        return f"{axis:<28}not measured: no examples, no labelled rows"
    told = f"held out, {figures['rows']:,} texts: micro F1 {figures['micro_f1']:.3f}"
    known = [(label, one["f1"]) for label, one in figures["labels"].items() if one["support"]]
    weakest = ", ".join(f"{label} {f1:.2f}" for label, f1 in sorted(known, key=lambda pair: pair[1])[:_WEAKEST])
    return f"{axis:<28}{told}; weakest: {weakest}"


def evaluate(
    gold: Annotated[
        Path, typer.Option(help="Columns text, themes; perhaps touchpoint, polarity, channel, language, question.")
    ],
    output: Annotated[Path, typer.Option(help="The report, as JSON.")],
    taxonomy: Annotated[
        str | None,
        typer.Option(
            help="A taxonomy's name or file; default automotive, with --store or --sources what they declare."
        ),
    ] = None,
    themes_model: ThemesModel = None,
    store: Annotated[bool, typer.Option("--store", help="Also write the model_quality ledger.")] = False,
    sources: Sources = None,
    home: Home = None,
) -> None:
    """Measure tags against a gold file."""
    from vocanalytics.steps.evaluate import evaluate_file

    settings = load_settings(taxonomy=taxonomy, themes_model=themes_model, sources=sources, home=home)
    report = evaluate_file(gold, output, settings, store=store, declared=sources is not None)
    measured = [axis for axis in ("themes", "touchpoint", "polarity", "joint") if report.get(axis, {}).get("texts")]
    for axis in measured:
        micro, macro = report[axis]["micro_f1"], report[axis]["macro_f1"]
        typer.echo(f"{axis:<12}micro F1 {micro:.3f}   macro F1 {macro:.3f}")
    if not measured:
        typer.echo("not measured: no text of the gold file has a label")
    typer.echo(f"written to {output}")
