"""``voc explain``: how a ranked pain point got its place, from the published tables alone."""

from __future__ import annotations

import difflib
from pathlib import Path

from vocanalytics.digest.explanation import explanation
from vocanalytics.digest.reading import ALL, Period, choose, published_periods
from vocanalytics.errors import CheckFailed, ConfigError
from vocanalytics.steps.digest import open_published
from vocanalytics.steps.job import Job
from vocanalytics.warehouse.reading import read

MOST_SEGMENTS = 8
NAMED = 5

_CELL = "touchpoint = ? and theme = ? and period_kind = ? and period_on = ?"
_ROWS = f"select * from pain_points where {_CELL} order by source <> 'all', negative_item_count desc, source"
# as pain_points counts: who also praises it is in neither share
_SAID = f"""
select * from mentions
where touchpoint = ? and theme = ? and polarity <> 'neutral' and is_counted and submitted_on between ? and ?
    and (? = 'all' or source = ?)
qualify bool_and(polarity = 'negative') over (partition by item_id)
    and row_number() over (partition by item_id order by polarity_confidence desc, segment_no) = 1
order by theme_confidence * polarity_confidence desc, submitted_on desc, item_id limit {MOST_SEGMENTS}
"""


def explain(job: Job, pain_point: str, period: str | None = None, source: str = ALL) -> list[str]:
    """Parts of the priority, bases, test, state and example segments, as lines of text.

    Parameters
    ----------
    pain_point : str
        ``touchpoint/theme``, ids of the taxonomy.
    period : str, optional
        A digest's name (``2026-10-12``, ``2026-W10``, ``all``) or kind and first day (``four_weeks:2026-10-12``);
        without it the period of the digest.

    Raises
    ------
    ConfigError
        It is no touchpoint and theme, or there is no such pain point in the period and source.
    CheckFailed
        Nothing is published, or not the period.
    """
    touchpoint, slash, theme = pain_point.partition("/")
    if not (touchpoint and slash and theme):
        raise ConfigError(
            f"{pain_point!r}: expected a touchpoint and a theme, such as service_visit/waiting_time. Nothing was read."
        )
    tables, publication = open_published(job)
    chosen = _period(tables, period, publication.min_base)
    if chosen is None:
        raise CheckFailed(f"{tables}: no feedback has been published for any period, so there is nothing to explain.")
    rows = read(tables, _ROWS, [touchpoint, theme, chosen.kind, chosen.first])
    row = next((row for row in rows if row["source"] == source), None)
    if row is None:
        raise ConfigError(_unknown(tables, pain_point, chosen, source))
    said = read(tables, _SAID, [touchpoint, theme, chosen.first, chosen.last, source, source])
    return explanation(row, [other for other in rows if other is not row], said, chosen, publication)


def _period(tables: Path, wanted: str | None, min_base: int) -> Period | None:
    periods = published_periods(lambda sql, values: read(tables, sql, values))
    kind, colon, first = (wanted or "").partition(":")
    if colon:
        for period in periods:
            if (period.kind, period.first.isoformat()) == (kind, first):
                return period
    return choose(periods, wanted, min_base)


def _unknown(tables: Path, pain_point: str, period: Period, source: str) -> str:
    there = read(
        tables,
        "select source, touchpoint || '/' || theme as cell from pain_points where period_kind = ? and period_on = ? "
        "order by priority_rank nulls last, negative_item_count desc, cell",
        [period.kind, period.first],
    )
    sources = sorted({row["source"] for row in there})
    if source not in sources:
        return f"no source {source!r} has pain points in {period.name}; there are: {', '.join(sources) or 'none'}."
    cells = [row["cell"] for row in there if row["source"] == source]
    near = difflib.get_close_matches(pain_point, cells, NAMED) or cells[:NAMED]
    return (
        f"{pain_point!r} is no pain point of {period.name} ({source}): nobody was negative about it, or it is not in "
        f"the taxonomy. There are: {', '.join(near)}."
    )
