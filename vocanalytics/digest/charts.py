"""Pictures as inline SVG. Altair takes a second to import, so only drawing pays for it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any

from markupsafe import Markup, escape

from vocanalytics.digest import words
from vocanalytics.digest.inert import visible
from vocanalytics.digest.journey import INK, QUIET, Drawn, Stop, layout
from vocanalytics.digest.scores import Series

Row = dict[str, Any]

LINE, ACCENT = "#c9c9ce", "#1f5f99"
LARGEST = 1.25  # times its natural size, so that letters stay letters


def journey_map(stops: list[Stop], *, wide: bool) -> Markup:
    """Touchpoints along the stages, in order: dot area is how many mention it, colour net sentiment."""
    drawn = layout(stops, wide=wide)
    return _svg(
        lambda alt: _map_layers(alt, drawn),
        "Journey map",
        "Touchpoints by journey stage. The area of a dot is the number of items that mention it, its colour their "
        "net sentiment, from orange (negative) to blue (positive). The table below says the same in figures.",
    )


def _map_layers(alt: Any, drawn: Drawn) -> Any:
    x, y = _position(alt, "x", drawn.width), alt.Y("y:Q").axis(None).scale(domain=[drawn.height, 0], nice=False)
    most = max((mark["count"] for mark in drawn.marks), default=1) or 1
    marks, heads, lines = (_values(alt, rows) for rows in (drawn.marks, drawn.heads, drawn.lines))
    text = {"align": "left", "baseline": "middle", "lineBreak": "\n"}
    layers = alt.layer(
        lines.mark_rule(color=LINE, strokeWidth=2).encode(x, y, x2="x2", y2="y2"),
        heads.mark_text(fontSize=14, fontWeight="bold", color=INK, lineHeight=16, **text).encode(x, y, text="label:N"),
        marks.mark_circle(opacity=1, strokeWidth=1.2).encode(
            x,
            y,
            size=alt.Size("count:Q").scale(domain=[0, most], range=[36, 800]).legend(None),
            fill=alt.Fill("fill:N").scale(None),
            stroke=alt.Stroke("rim:N").scale(None),
        ),
        marks.mark_text(fontSize=12.5, lineHeight=15, **text).encode(
            _position(alt, "tx", drawn.width), y, text="label:N", color=alt.Color("ink:N").scale(None)
        ),
    )
    return layers.properties(width=drawn.width, height=drawn.height)


def _position(alt: Any, field: str, width: int) -> Any:
    return alt.X(f"{field}:Q").axis(None).scale(domain=[0, width], nice=False)


def _values(alt: Any, rows: list[Row]) -> Any:
    return alt.Chart(alt.InlineData(values=rows))


def score_line(series: Series) -> Markup | None:
    """Score per period with its 95 % band; None for a single period, which makes no line."""
    if len(series.points) < 2:
        return None
    rows = [
        {
            "on": row["period_on"].isoformat(), "score": row["headline"],
            "low": row["headline"] if row["headline_low"] is None else row["headline_low"],
            "high": row["headline"] if row["headline_high"] is None else row["headline_high"],
        }
        for row in series.points
    ]  # fmt: skip
    first, last = (f"{row['score']:.1f} ({row['on']})" for row in (rows[0], rows[-1]))
    return _svg(
        lambda alt: _score_layers(alt, rows),
        f"{series.source}: {series.short}",
        f"{series.what}, {len(rows)} periods from {first} to {last}. "
        "The band is the 95 % interval; the table below has the latest figures.",
    )


def _score_layers(alt: Any, rows: list[Row]) -> Any:
    names = json.dumps({row["on"]: words.short_day(date.fromisoformat(row["on"])) for row in rows})
    axis = alt.Axis(
        labelExpr=f"{names}[datum.value]", labelAngle=0, labelOverlap=True, title=None, grid=False, domainColor=LINE,
        tickColor=LINE, labelColor=QUIET, labelFontSize=12,
    )  # fmt: skip
    low, high = min(row["low"] for row in rows), max(row["high"] for row in rows)
    scale = alt.Scale(domain=[low, high] if high > low else [low - 1, high + 1], nice=True, zero=False)
    up = alt.Axis(
        title=None, tickCount=4, gridColor="#ececee", domain=False, ticks=False, labelColor=QUIET, labelFontSize=12
    )
    base = _values(alt, rows).encode(x=alt.X("on:O").axis(axis))
    band = base.mark_area(opacity=0.18, color=ACCENT).encode(y=alt.Y("low:Q").scale(scale).axis(up), y2="high:Q")
    line = base.mark_line(color=ACCENT, strokeWidth=2, point={"color": ACCENT, "size": 34}).encode(y="score:Q")
    return alt.layer(band, line).properties(width=268, height=120)


def _svg(draw: Callable[[Any], Any], title: str, about: str) -> Markup:
    """The chart as an SVG that scales, says what it shows and names no other file."""
    import altair
    import vl_convert

    chart = draw(altair).configure(aria=False, background="transparent").configure_view(stroke=None)
    svg = vl_convert.vegalite_to_svg(chart.properties(padding=4).to_dict())
    opening = re.match(r"<svg[^>]*? width=\"([\d.]+)\"[^>]*? viewBox=\"([^\"]+)\"[^>]*>", svg)
    assert opening is not None, "vl-convert changed how it opens an SVG"
    widest = float(opening[1]) * LARGEST
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="{opening[2]}" style="max-width:{widest:.0f}px">'
        f"<title>{escape(visible(title))}</title><desc>{escape(visible(about))}</desc>"
    )
    return Markup(head + svg[opening.end() :])  # noqa: S704 the rest is vl-convert's own, texts escaped by it
