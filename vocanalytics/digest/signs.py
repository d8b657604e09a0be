"""Early signs: what one period has seen, or another kind of period sees, and nothing has confirmed. Never an arrow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vocanalytics.digest import words
from vocanalytics.digest.origin import CELL, Origin, row_of
from vocanalytics.digest.quotes import Quote, Quoting
from vocanalytics.digest.reading import ALL, Published
from vocanalytics.digest.selection import CHANGES, Mine, before, by, chance, early_sign, everyone, place

Row = dict[str, Any]

MOST_SIGNS = 4
MOST_QUOTES = 2
NAMES = {"week": "week", "four_weeks": "four weeks", "month": "month", "quarter": "quarter"}


@dataclass(frozen=True, slots=True)
class EarlySign:
    what: str
    word: str  # new, growing or easing
    seen: str  # in which period
    waits: str  # why it is not told as a change
    now: str
    before: str
    by: str
    quotes: list[Quote]
    origin: Origin
    chance: str = ""  # q, for those who know it


def early_signs(published: Published, quoting: Quoting, mine: Mine = everyone) -> list[EarlySign]:
    """Those of this period, then those of periods of other kinds over the same days; the surest of each first."""
    rows = sorted(
        (row for row in published.pain_points if row["source"] == ALL and early_sign(row)),
        key=lambda row: (row["q_value"], row["touchpoint"], row["theme"]),
    )
    told = {_cell(row) for row in published.pain_points if row["source"] == ALL and row["state"] in CHANGES}
    found: dict[tuple[str, str], Row] = {}
    for row in (*rows, *published.windows):
        if mine(row) and _cell(row) not in told:
            found.setdefault(_cell(row), row)
    return [_sign(row, published, quoting) for row in list(found.values())[:MOST_SIGNS]]


def _cell(row: Row) -> tuple[str, str]:
    return row["touchpoint"], row["theme"]


def _sign(row: Row, published: Published, quoting: Quoting) -> EarlySign:
    word = CHANGES[row["state_seen"]][0]
    spans = [span for cell in published.cells if _cell(cell) == _cell(row) for span in cell["complaints"] or ()]
    share = words.share(row["negative_item_count"], row["item_count"], row["negative_share_pct"])
    return EarlySign(
        what=words.at(row["theme_label"], place(row)),
        word=word,
        seen=_seen(row, published),
        waits=_waits(row, published),
        now=f"{share} negative",
        before=before(row),
        by=by(row),
        quotes=quoting.pick([*spans, *(row["quotes"] or ())], "mentions", MOST_QUOTES),
        origin=row_of("pain_points", row, CELL, FIGURES),
        chance=chance(row),
    )


FIGURES = (
    "state_seen", "state", "negative_item_count", "item_count", "negative_share_pct", "change_points",
    "change_points_low", "change_points_high", "q_value",
)  # fmt: skip


def _is_own(row: Row, published: Published) -> bool:
    return published.period is not None and row["period_kind"] == published.period.kind


def _seen(row: Row, published: Published) -> str:
    if _is_own(row, published):
        return "in this period"
    name = NAMES[row["period_kind"]]
    if not row["is_complete"]:
        return f"in the {name} since {words.day(row['period_on'])}"
    return f"in the {name} {words.span(row['period_on'], row['period_until_on'])}"


def _waits(row: Row, published: Published) -> str:
    if _is_own(row, published):
        return "Seen once. It is told as a change when the next period says the same, and dropped if it does not."
    still = ", which are not over yet" if not row["is_complete"] else ""
    return (
        f"Clear only over those days{still}; this period on its own does not show it. Each kind of period is tested "
        "for itself, so with several kinds one may show something by chance."
    )
