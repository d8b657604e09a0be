"""The ``voc`` command: one thin function per command; the work is in `vocanalytics.steps`."""

from __future__ import annotations

import logging
import sys

import typer

from vocanalytics.cli import explain, feeds, label, models, running, tables, taxonomy
from vocanalytics.errors import VocError

app = typer.Typer(
    help="Voice-of-the-Customer text analytics: from reviews, surveys and posts to pain points with evidence.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("run")(running.run)
app.command("ingest")(running.ingest)
app.command("publish")(running.publish)
app.command("digest")(running.digest)
app.command("tag")(models.tag)
app.command("train")(models.train)
app.command("evaluate")(models.evaluate)
app.command("tables")(tables.tables)
app.command("sql")(tables.sql)
app.command("explain")(explain.explain)
app.add_typer(feeds.app, name="sources")
app.add_typer(label.app, name="label")
app.add_typer(taxonomy.app, name="taxonomy")


def main() -> None:
    """Run a command; an error we raise on purpose becomes one message and an exit code, never a traceback."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    try:
        app()
    except VocError as error:
        typer.echo(str(error), err=True)
        sys.exit(error.exit_code)
