"""The journey map: which touchpoints it has, in which shade and with which words. layout.py says where each goes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from vocanalytics.digest import words
from vocanalytics.digest.reading import ALL
from vocanalytics.digest.selection import place

Row = dict[str, Any]

INK, QUIET = "#1d1d1f", "#5a5a60"
# Orange to blue: told apart with any colour vision, and the figure is printed beside each dot all the same.
# Grey where the interval holds 0, so a shade never claims what the numbers cannot.
VERY_NEGATIVE, NEGATIVE, UNCLEAR, POSITIVE, VERY_POSITIVE, BLANK = (
    "#b1490c", "#f0a868", "#c4c4c0", "#7db3da", "#1f5f99", "#ffffff",
)  # fmt: skip
RIMS = {NEGATIVE: VERY_NEGATIVE, UNCLEAR: QUIET, POSITIVE: VERY_POSITIVE, BLANK: QUIET}  # pale dots need an edge
STRONG = 40  # points of net sentiment
ARROWS = {"better": "▲ better", "worse": "▼ worse"}


@dataclass(frozen=True, slots=True)
class Stop:
    """A touchpoint on the map."""

    stage: str
    label: str
    net: float | None
    count: int
    low: float | None = None  # bounds of net; None where too few spoke of it
    high: float | None = None
    before: str = ""  # net sentiment in what the period is compared with
    state: str = ""  # better or worse, where the change is clear
    is_moment: bool = False  # a moment of truth
    events: tuple[int, ...] = ()


def colour(stop: Stop) -> str:
    """White where too few spoke of it to give it a shade.

    >>> colour(Stop("Use", "Charging", -55, 31, low=-70, high=-30)) == VERY_NEGATIVE
    True
    """
    if stop.net is None or stop.low is None or stop.high is None:
        return BLANK
    # on the bounds as they are shown: "-8 to 0" would not look clear to anybody
    if round(stop.high) < 0:
        return VERY_NEGATIVE if stop.net <= -STRONG else NEGATIVE
    if round(stop.low) > 0:
        return VERY_POSITIVE if stop.net >= STRONG else POSITIVE
    return UNCLEAR


def caption(stop: Stop) -> list[str]:
    """What is written below a touchpoint's name, a line each.

    >>> caption(Stop("Use", "Charging", -55, 31, low=-70, high=-30, before="−20", state="worse"))
    ['net −55 (31)', 'before −20', '▼ worse']
    """
    if stop.net is None:
        return ["not mentioned"]
    if stop.low is None:
        return [words.many(stop.count, "item")]
    figure = f"net {words.signed(stop.net)} ({stop.count:,})"
    return [line for line in (figure, stop.before and f"before {stop.before}", ARROWS.get(stop.state)) if line]


def stops(
    touchpoints: list[Row],
    order: list[tuple[str, str, str]],
    fewest: int,
    moments: Collection[str] = (),
    events: Mapping[str, tuple[int, ...]] | None = None,
) -> list[Stop]:
    """The map's dots: touchpoints of the frame in order, then published ones it does not know.

    Parameters
    ----------
    order : list of (touchpoint id, touchpoint label, stage label)
    fewest : int
        Items below which a touchpoint gets no shade.
    moments : collection of str
        Touchpoints that are moments of truth.
    events : mapping, optional
        Touchpoint id to the numbers of events there.
    """
    heard = {
        row["touchpoint"]: row for row in touchpoints if row["source"] == ALL and row["touchpoint"] != "(unplaced)"
    }
    known = [(id_, heard.pop(id_, None), label, stage) for id_, label, stage in order]
    known += [(id_, row, place(row), row["stage_label"]) for id_, row in heard.items()]
    found = [
        replace(_stop(row, label, stage, fewest), is_moment=id_ in moments, events=(events or {}).get(id_, ()))
        for id_, row, label, stage in known
    ]
    stages = list(dict.fromkeys(stop.stage for stop in found))
    return sorted(found, key=lambda stop: stages.index(stop.stage))


def _stop(row: Row | None, label: str, stage: str, fewest: int) -> Stop:
    if row is None or not row["mention_item_count"]:
        return Stop(stage, label, None, 0)
    count, net = row["mention_item_count"], row["net_sentiment"]
    if count < fewest:
        return Stop(row["stage_label"], place(row), net, count)
    enough_before = (row["prior_mention_item_count"] or 0) >= fewest
    return Stop(
        row["stage_label"], place(row), net, count, row["net_sentiment_low"], row["net_sentiment_high"],
        before=words.signed(row["prior_net_sentiment"]) if enough_before else "",
        state=row["state"] or "",
    )  # fmt: skip
