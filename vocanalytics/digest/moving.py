"""Why figures moved: customers speak differently, others were heard, or it was read otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vocanalytics.digest import words
from vocanalytics.digest.origin import Origin, row_of
from vocanalytics.digest.reading import ALL, Published
from vocanalytics.digest.scores import MEAN_DIGITS
from vocanalytics.digest.selection import Mine

Row = dict[str, Any]

# what a reader knows it as, and how many decimals its points have
METRICS = {
    "net_sentiment": ("Net sentiment of all items", 0),
    "negative_share_pct": ("Share of items negative overall, %", 0),
    "nps": ("Net Promoter Score", 0),
    "top_2_box_share_pct": ("Share giving 4 or 5 of 5, %", 0),
    "mean": ("Mean score", MEAN_DIGITS),
}
KEY = ("period_kind", "period_on", "source", "metric", "touchpoint")
FEW = "too few to tell"
VERDICTS = {"higher": "clearly higher", "lower": "clearly lower", "no_clear_change": "no clear change"}


@dataclass(frozen=True, slots=True)
class Moved:
    feed: str  # the source's own name, or all
    figure: str
    before: str
    now: str
    said: str  # customers speak differently, with its interval
    heard: str  # other sources, or other shares of them
    read: str  # came in late, or another edition read it
    verdict: str
    origin: Origin


def moved(published: Published, mine: Mine, *, company: bool) -> list[Moved]:
    """Of the company, sentiment and main scores; of an owner, the net sentiment of its touchpoints."""
    rows = [row for row in published.movement if row["metric"] in METRICS and row["prior_value"] is not None]
    if company:
        rows = [row for row in rows if row["touchpoint"] == ALL]
    else:
        rows = [row for row in rows if row["touchpoint"] != ALL and row["metric"] == "net_sentiment" and mine(row)]
    rows.sort(key=lambda row: (list(METRICS).index(row["metric"]), row["source"], row["touchpoint"]))
    return [_moved(row) for row in rows]


def _moved(row: Row) -> Moved:
    label, digits = METRICS[row["metric"]]
    if row["touchpoint"] != ALL:
        label = str(row["touchpoint_label"])
    elif row["source"] != ALL:
        label = f"{words.plain(row['source'])}: {label}"
    heard = read = said = "cannot be told"
    if row["state"] is None and row["rate_part"] is not None:
        # figures of a handful would only look like findings
        heard = read = said = FEW
    elif row["rate_part"] is not None:
        low, high = row["rate_part_low"], row["rate_part_high"]
        bounds = "no interval" if low is None or high is None else words.interval(low, high, digits)
        said = f"{words.signed(row['rate_part'], digits)} ({bounds})"
        heard = words.signed(row["entry_part"] + row["exit_part"] + row["mix_part"], digits)
    if row["state"] is not None and row["late_part"] is not None and row["edition_part"] is not None:
        read = words.signed(row["late_part"] + row["edition_part"], digits)
    return Moved(
        feed=row["source"],
        figure=label,
        before=f"{_value(row, row['prior_value'], digits)} ({row['prior_base_count']:,})",
        now=f"{_value(row, row['value'], digits)} ({row['base_count']:,})",
        said=said,
        heard=heard,
        read=read,
        verdict=VERDICTS.get(row["state"] or "", FEW),
        origin=row_of("movement", row, KEY, ("prior_value", "prior_base_count", "state")),
    )


def _value(row: Row, value: float, digits: int) -> str:
    signed = row["metric"] in ("net_sentiment", "nps")
    return words.signed(value, digits) if signed else f"{value:.{digits}f}"
