"""Words somebody must see today, as counts with what to do. Item grain: counts only, never shares."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from vocanalytics.digest import words
from vocanalytics.digest.reading import Published

Row = dict[str, Any]

# reason -> (what it is, what to do), gravest first
REASONS = {
    "fire_or_injury": (
        "Fire or injury",
        "Tell product safety and legal before anybody answers the customer; keep the product and its data as they are.",
    ),
    "safety": (
        "Danger in use",
        "Product safety decides whether it is a defect that must be reported.",
    ),
    "legal_or_press": (
        "Lawyer, regulator or press",
        "Legal and the press office answer; no standard reply goes out.",
    ),
    "discrimination": (
        "Discrimination",
        "Human resources and the head of the outlet look into it and answer in person.",
    ),
}
MOST_PLACES = 3


@dataclass(frozen=True, slots=True)
class Alert:
    reason: str
    count: str
    where: str
    to_do: str


@dataclass(frozen=True, slots=True)
class Alerts:
    """What was flagged in the period, and how much has come in since."""

    lines: list[Alert]
    total: str  # empty where nothing was flagged
    since: str  # empty where nothing came in after the period


def alerts(published: Published, owned: Collection[str] | None = None) -> Alerts:
    """Counts by reason; of some touchpoints only where ``owned`` names them."""
    last = published.period.last if published.period else None
    rows = [row for row in published.alerts if owned is None or row["touchpoint"] in owned]
    now = [row for row in rows if last and row["submitted_on"] <= last]
    later = len({row["item_id"] for row in rows} - {row["item_id"] for row in now})
    reasons = [*REASONS, *sorted({row["reason"] for row in now} - REASONS.keys())]
    return Alerts(
        lines=[_alert(reason, mine) for reason in reasons if (mine := [r for r in now if r["reason"] == reason])],
        total=_total(now, published) if now else "",
        since=f"{_flagged(later)} since the period ended." if later else "",
    )


def _total(rows: list[Row], published: Published) -> str:
    count = len({row["item_id"] for row in rows})
    old = published.period is not None and published.period.kind == "all"
    when = " over the whole history" if old else ", each for a person to read today"
    return f"{_flagged(count)}{when}{'; some for several reasons' if len(rows) > count else ''}"


def _flagged(count: int) -> str:
    return f"{words.many(count, 'item')} {'was' if count == 1 else 'were'} flagged"


def _alert(reason: str, rows: list[Row]) -> Alert:
    """An item has one row per reason, so rows of one reason are items."""
    label, to_do = REASONS.get(reason, (words.plain(reason), "Somebody who may decide looks into it."))
    return Alert(label, words.many(len(rows), "item"), _where(rows), to_do)


def _where(rows: list[Row]) -> str:
    counts: dict[str, int] = {}
    for row in rows:
        label = row["touchpoint_label"] or "touchpoint not told"
        counts[label] = counts.get(label, 0) + 1
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    told = [f"{label} {count:,}" for label, count in ranked[:MOST_PLACES]]
    rest = sum(count for _, count in ranked[MOST_PLACES:])
    return ", ".join([*told, f"elsewhere {rest:,}"] if rest else told)
