"""Pictures as inline SVG. Altair takes a second to import, so only drawing pays for it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup, escape

from vocanalytics.digest import words
from vocanalytics.digest.apart import apart
from vocanalytics.digest.drivers import FIX_FIRST, KEEP_UP, Driver, Drivers, Standing
from vocanalytics.digest.events import Event
from vocanalytics.digest.inert import visible
from vocanalytics.digest.journey import INK, QUIET, VERY_NEGATIVE, VERY_POSITIVE, Stop
from vocanalytics.digest.layout import FONT, HEAD_FONT, LINE_HEIGHT, Drawn, layout
from vocanalytics.digest.scores import Series, value

Row = dict[str, Any]

LINE, ACCENT = "#c9c9ce", "#1f5f99"
PNG_SCALE = 1.5
OPENING = re.compile(r"<svg[^>]*? width=\"([\d.]+)\"[^>]*? viewBox=\"([^\"]+)\"[^>]*>")
VERDICT_INKS = {FIX_FIRST: VERY_NEGATIVE, KEEP_UP: VERY_POSITIVE}  # anything else is grey
SCATTER, NUMBER = (254, 236), 11.0  # pixels: the frame of importance against performance, a number in it and its gap
ROOMY = 6  # periods of a score that leave room for the numbers of events beside one another
NET_SPAN = 110  # its upper and lower end, in points
LARGEST = 1.25  # times its natural size, so that letters stay letters


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart for a page; `png` is the same drawing for a mail, where SVG is not shown."""

    svg: Markup
    about: str
    drawing: str

    def png(self) -> bytes:
        import vl_convert

        # the drawing is there, so nothing is compiled again; it only lacks a ground
        grounded = OPENING.sub(r'\g<0><rect width="100%" height="100%" fill="white"/>', self.drawing, count=1)
        return bytes(vl_convert.svg_to_png(grounded, scale=PNG_SCALE))


def journey_map(stops: list[Stop], shape: str) -> Picture:
    """Touchpoints along the stages, in order: dot area is how many mention it, colour net sentiment.

    Parameters
    ----------
    shape : {"wide", "middle", "narrow"}
        For a desk, for a tablet and paper, or for a phone.
    """
    drawn = layout(stops, shape)
    return _picture(
        lambda alt: _map_layers(alt, drawn),
        "Journey map",
        "Touchpoints by journey stage. The area of a dot is the number of items that mention it, its colour their "
        "net sentiment, from orange (negative) to blue (positive); a ring marks a moment of truth, a number an event. "
        "The table below says the same in figures.",
    )


def _map_layers(alt: Any, drawn: Drawn) -> Any:
    x, y = _position(alt, "x", drawn.width), alt.Y("y:Q").axis(None).scale(domain=[drawn.height, 0], nice=False)
    most = max((mark["count"] for mark in drawn.marks), default=1) or 1
    marks, heads, lines, rings, flags = (
        _values(alt, rows) for rows in (drawn.marks, drawn.heads, drawn.lines, drawn.rings, drawn.flags)
    )
    text = {"align": "left", "baseline": "middle", "lineBreak": "\n"}
    layers = alt.layer(
        lines.mark_rule(color=LINE, strokeWidth=2).encode(x, y, x2="x2", y2="y2"),
        heads.mark_text(fontSize=HEAD_FONT, fontWeight="bold", color=INK, lineHeight=16, **text).encode(
            x, y, text="label:N"
        ),
        marks.mark_circle(opacity=1, strokeWidth=1.2).encode(
            x,
            y,
            size=alt.Size("count:Q").scale(domain=[0, most], range=[36, 800]).legend(None),
            fill=alt.Fill("fill:N").scale(None),
            stroke=alt.Stroke("rim:N").scale(None),
        ),
        marks.mark_text(fontSize=FONT, lineHeight=LINE_HEIGHT, **text).encode(
            _position(alt, "tx", drawn.width), y, text="label:N", color=alt.Color("ink:N").scale(None)
        ),
        rings.mark_point(size=1300, filled=False, stroke=INK, strokeWidth=1.6, shape="circle").encode(x, y),
        flags.mark_point(size=230, filled=True, fill=INK, shape="square", opacity=1).encode(x, y),
        flags.mark_text(fontSize=11, fontWeight="bold", color="white", baseline="middle").encode(x, y, text="label:N"),
    )
    return layers.properties(width=drawn.width, height=drawn.height)


def _position(alt: Any, field: str, width: int) -> Any:
    return alt.X(f"{field}:Q").axis(None).scale(domain=[0, width], nice=False)


def _values(alt: Any, rows: list[Row]) -> Any:
    return alt.Chart(alt.InlineData(values=rows))


def score_line(series: Series, events: Sequence[Event] = ()) -> Picture | None:
    """Score per period with its 95 % band and events as lines; None for a single period, which makes no line."""
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
    first, last = (f"{value(row)} ({row['period_on']})" for row in (series.points[0], series.points[-1]))
    flags = _flags(rows, events, series.points[-1]["period_until_on"])
    told = f" Lines with numbers are events: {', '.join(flag['label'] for flag in flags)}." if flags else ""
    return _picture(
        lambda alt: _score_layers(alt, rows, flags),
        f"{series.source}: {series.short}",
        f"{series.what}, {len(rows)} periods from {first} to {last}. "
        f"The band is the 95 % interval; the table below has the latest figures.{told}",
    )


def _flags(rows: list[Row], events: Sequence[Event], last: date) -> list[Row]:
    """Each event at the period it began in, several of one period together."""
    found: dict[str, list[str]] = {}
    for event in events:
        begun = [row["on"] for row in rows if row["on"] <= event.starts_on.isoformat()]
        if begun and event.starts_on <= last:
            found.setdefault(begun[-1], []).append(str(event.number))
    # where periods are close, numbers of neighbours stand one above the other
    crowded = len(rows) > ROOMY
    return [
        {"on": on, "label": ", ".join(numbers), "up": -4 - 13 * (place % 2) if crowded else -4}
        for place, (on, numbers) in enumerate(sorted(found.items()))
    ]


def _score_layers(alt: Any, rows: list[Row], flags: list[Row]) -> Any:
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
    marks = _values(alt, flags).encode(x=alt.X("on:O").axis(axis))
    rule = marks.mark_rule(color=QUIET, strokeDash=[3, 3])
    number = marks.mark_text(fontSize=11, fontWeight="bold", color=INK, dx=4, align="left", baseline="top").encode(
        y=alt.Y("up:Q").scale(None), text="label:N"
    )
    layers = (band, line, rule, number) if flags else (band, line)
    return alt.layer(*layers).properties(width=268, height=120)


def driver_map(group: Drivers) -> Picture | None:
    """Importance against performance with bounds and the two thresholds; None where nothing stands on both."""
    standing = [(line, line.standing) for line in group.lines if line.standing]
    if not standing:
        return None
    places = "; ".join(f"{line.number} {line.what}, {line.verdict}" for line, _ in standing)
    return _picture(
        lambda alt: _driver_layers(alt, [_driver_mark(line, at) for line, at in standing], group.equal_share),
        f"{group.source}: importance against performance of {group.level}",
        f"To the right, importance; upwards, net sentiment; lines through a point are 95 % intervals, "
        "and where points lie close the number stands beside its own. The upright dashed line is an equal "
        f"share ({group.equal_share:.1f} %), the level one a net sentiment of 0. {places}.",
    )


def _driver_mark(line: Driver, at: Standing) -> Row:
    return {
        "no": str(line.number), "x": at.share, "x1": at.share_low, "x2": at.share_high, "y": at.net, "y1": at.net_low,
        "y2": at.net_high, "ink": VERDICT_INKS.get(line.verdict, QUIET),
    }  # fmt: skip


def _driver_layers(alt: Any, rows: list[Row], equal_share: float) -> Any:
    farthest = 1.1 * max(*(row["x2"] for row in rows), equal_share)
    rows = _moved_apart(rows, farthest)
    axis = {"grid": False, "domainColor": LINE, "tickColor": LINE, "labelColor": QUIET, "labelFontSize": 12,
            "titleColor": INK, "titleFontSize": 12, "titleFontWeight": "normal"}  # fmt: skip
    across = alt.Axis(title="Importance, % of what is explained", tickCount=5, **axis)
    x = alt.X("x:Q").scale(domain=[0, farthest], nice=False).axis(across)
    up = alt.Axis(title="Net sentiment in the period", values=[-100, -50, 0, 50, 100], **axis)
    y = alt.Y("y:Q").scale(domain=[-NET_SPAN, NET_SPAN], nice=False).axis(up)
    marks, ink = _values(alt, rows), alt.Color("ink:N").scale(None)
    corners = _values(alt, [{"x": farthest, "y": -101, "told": FIX_FIRST}, {"x": farthest, "y": 101, "told": KEEP_UP}])
    layers = alt.layer(
        _values(alt, [{"x": equal_share}]).mark_rule(color=QUIET, strokeDash=[3, 3]).encode(x=x),
        _values(alt, [{"y": 0}]).mark_rule(color=QUIET, strokeDash=[3, 3]).encode(y=y),
        corners.mark_text(fontSize=12, fontStyle="italic", align="right", color=QUIET).encode(x, y, text="told:N"),
        marks.mark_rule(strokeWidth=1.5, opacity=0.55).encode(alt.X("x1:Q"), y, ink, x2="x2:Q"),
        marks.mark_rule(strokeWidth=1.5, opacity=0.55).encode(x, alt.Y("y1:Q"), ink, y2="y2:Q"),
        marks.mark_rule(strokeWidth=1.2).encode(x, y, ink, x2="nx:Q", y2="ny:Q"),
        marks.mark_circle(size=26, opacity=1).encode(x, y, ink),
        marks.mark_circle(size=300, opacity=1, stroke="white", strokeWidth=1.5).encode(
            alt.X("nx:Q"), alt.Y("ny:Q"), ink
        ),
        marks.mark_text(fontSize=11.5, fontWeight="bold", color="white", baseline="middle").encode(
            alt.X("nx:Q"), alt.Y("ny:Q"), text="no:N"
        ),
    )
    return layers.properties(width=SCATTER[0], height=SCATTER[1])


def _moved_apart(rows: list[Row], farthest: float) -> list[Row]:
    """With where each number is drawn: at its point, or beside it where another is there."""
    width, height = SCATTER
    points = [(row["x"] / farthest * width, (NET_SPAN - row["y"]) / (2 * NET_SPAN) * height) for row in rows]
    corners = [(width - across, y) for y in (9.0, height - 9.0) for across in (6.0, 24.0, 42.0, 58.0)]
    free = apart(points, width, height, radius=NUMBER, taken=corners)
    return [
        row | {"nx": x / width * farthest, "ny": NET_SPAN - y / height * 2 * NET_SPAN}
        for row, (x, y) in zip(rows, free, strict=True)
    ]


def _picture(draw: Callable[[Any], Any], title: str, about: str) -> Picture:
    """The chart as an SVG that scales, says what it shows and names no other file."""
    import altair
    import vl_convert

    chart = draw(altair).configure(aria=False, background="transparent").configure_view(stroke=None)
    svg = vl_convert.vegalite_to_svg(chart.properties(padding=4).to_dict())
    opening = OPENING.match(svg)
    assert opening is not None, "vl-convert changed how it opens an SVG"
    widest = float(opening[1]) * LARGEST
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="{opening[2]}" style="max-width:{widest:.0f}px">'
        f"<title>{escape(visible(title))}</title><desc>{escape(visible(about))}</desc>"
    )
    # one picture to a screen reader: the parts' own roles, which nothing names, would only be in the way
    drawing = re.sub(r' (?:role="graphics-|aria-roledescription=")[^"]*"', "", svg[opening.end() :])
    # the rest is vl-convert's own, texts escaped by it
    return Picture(Markup(head + drawing), f"{title}. {about}", svg)  # noqa: S704
