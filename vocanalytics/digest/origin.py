"""Where every figure comes from: the queries behind a page, ready for ``voc sql``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from vocanalytics.digest.reading import ALL, Published

CELL = ("period_kind", "period_on", "source", "touchpoint", "theme")
PLACE = ("period_kind", "period_on", "source", "touchpoint")
PRAISED = """select count(*) filter (is_positive) as positive_item_count, \
count(*) filter (is_negative) as negative_item_count from (\
select bool_or(polarity = 'positive') as is_positive, bool_or(polarity = 'negative') as is_negative \
from mentions where {where} group by item_id having is_positive <> is_negative)"""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the figures of a sentence stand."""

    table: str
    query: str  # for ``voc sql``


def row_of(table: str, row: Mapping[str, Any], key: Iterable[str], figures: Iterable[str]) -> Origin:
    """The figures of one published row, found by its key.

    >>> print(row_of("spikes", {"source": "o'brien", "theme": None}, ["source", "theme"], ["p_value"]).query)
    select p_value from spikes where source = 'o''brien' and theme is null
    """
    where = " and ".join(_equals(name, row[name]) for name in key)
    return Origin(table, f"select {', '.join(figures)} from {table} where {where}")


def _equals(name: str, value: object) -> str:
    quoted = str(value).replace("'", "''")
    return f"{name} is null" if value is None else f"{name} = '{quoted}'"


def changed_count(published: Published, owner: str) -> tuple[Origin, ...]:
    """How many cells and touchpoints the tables call changed, of how many they compared."""
    if published.period is None:
        return ()
    row = {"period_kind": published.period.kind, "period_on": published.period.first, "source": ALL, "owner": owner}
    key = ["period_kind", "period_on", "source", *(["owner"] if owner else [])]
    states = (("pain_points", "'new', 'growing', 'easing'"), ("touchpoint_scorecard", "'better', 'worse'"))
    return tuple(
        row_of(table, row, key, [f"count(*) filter (state in ({told})) as changed", "count(state) as compared"])
        for table, told in states
    )


def praised_origins(published: Published, row: Mapping[str, Any]) -> tuple[Origin, ...]:
    """The items that praise a cell and nothing else there, and all items."""
    if published.period is None:
        return ()
    days = f"submitted_on between '{published.period.first}' and '{published.period.last}'"
    cell = " and ".join(_equals(name, row[name]) for name in ("touchpoint", "theme"))
    counted = f"select sum(counted_item_count) as counted_item_count from source_coverage where {days}"
    said = PRAISED.format(where=f"{cell} and is_counted and {days}")
    return Origin("mentions", said), Origin("source_coverage", counted)


def queries(published: Published) -> list[tuple[str, str]]:
    """Section -> query; a figure's row is the one that bears its labels."""
    if published.period is None:
        return []
    period = published.period
    mine = f"period_kind = '{period.kind}' and period_on = '{period.first}'"
    days = f"submitted_on between '{period.first}' and '{period.last}'"
    both = f"{mine} and source = 'all'"
    return [
        ("Critical alerts", f"select reason, count(*) as items from alerts where {days} group by reason"),
        ("What hurts most, what has changed", f"from pain_points where {both} order by priority_rank"),
        ("By source, score gaps", f"from pain_points where {mine} and source <> 'all' order by touchpoint, theme"),
        ("The journey", f"from touchpoint_scorecard where {both}"),
        ("Why figures moved", f"from movement where {mine} and touchpoint = 'all'"),
        ("What goes with the score", "from drivers where not do_not_rank order by source, level, driver_rank"),
        ("What they score", f"from score_trends where {mine}"),
        ("Who is hit most", "from group_contrasts where source = 'all' and state = 'more_negative'"),
        ("Spikes", f"from spikes where is_spike and period_on <= '{period.last}' order by period_on desc"),
        (
            "What customers praise",
            "select touchpoint_label, theme_label, count(distinct item_id) filter (polarity = 'positive') as positive "
            f"from mentions where is_counted and {days} group by all order by positive desc",
        ),
        ("What this rests on", f"from source_coverage where {days} order by source, submitted_on"),
    ]
