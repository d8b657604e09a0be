"""voc explain."""

from __future__ import annotations

from typing import Annotated

import typer

from vocanalytics.cli.running import Home, Sources, open_from


def explain(
    pain_point: Annotated[str, typer.Argument(help="Touchpoint and theme, such as service_visit/waiting_time.")],
    period: Annotated[
        str | None,
        typer.Option(help="Such as 2026-10-12, 2026-10, all or four_weeks:2026-10-12; default the digest's."),
    ] = None,
    source: Annotated[str, typer.Option(help="A source, or all.")] = "all",
    sources: Sources = None,
    home: Home = None,
) -> None:
    """How a pain point got its place: parts of its priority, bases, test, state, example segments."""
    from vocanalytics.steps.explain import explain as explained

    typer.echo("\n".join(explained(open_from(sources, home, make_key=False), pain_point, period, source)))
