"""What the digest takes from the published tables, through a query function it is handed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from vocanalytics.digest import words
from vocanalytics.errors import CheckFailed

Row = dict[str, Any]
Query = Callable[[str, list[object]], list[Row]]

ALL = "all"
LOOK_BACK = 84  # days before the period in which spikes and events still explain something

_PERIODS = """
select
    period_kind, period_on, max(period_until_on) as period_until_on, bool_and(is_complete) as is_complete,
    coalesce(max(item_count) filter (where source = 'all'), 0) as item_count
from (
    select period_kind, period_on, period_until_on, is_complete, source, item_count from journey_scorecard
    union all by name select period_kind, period_on, period_until_on, is_complete, source, item_count from pain_points
    union all by name select period_kind, period_on, period_until_on, is_complete from score_trends
)
group by all order by period_on
"""
_IN_PERIOD = "from {} where period_kind = ? and period_on = ?"
_SCORES = "select * from score_trends where period_kind = ? and period_on <= ? order by source, is_main desc, period_on"
_COVERAGE = """
select
    source, any_value(channel) as channel, max(quarantined_row_count) as quarantined_row_count,
    {sums}
from source_coverage group by source order by source
"""
_SUMMED = (
    "submission_count", "item_count", "no_content_item_count", "spam_item_count", "duplicate_item_count",
    "counted_item_count", "tagged_item_count", "none_applies_item_count", "abstained_item_count",
)  # fmt: skip
_LANGUAGES = """
select source, coalesce(language, '?') as language, count(*) as item_count
from feedback where is_counted and submitted_on between ? and ? group by all order by item_count desc, language
"""
# Each item once per cell, of one polarity only where it has no other there, as pain_points counts the negative ones.
_CELLS = """
with cells as (
    select
        item_id, touchpoint, theme, any_value(touchpoint_label) as touchpoint_label,
        any_value(theme_label) as theme_label, any_value(submitted_on) as submitted_on,
        bool_or(polarity = 'negative') as is_negative, bool_or(polarity = 'positive') as is_positive,
        arg_min(
            {'item_id': item_id, 'span_start': span_start, 'span_end': span_end, 'quote': quote},
            (length(quote) not between 40 and 240, -polarity_confidence, segment_no)
        ) filter (where polarity <> 'neutral') as evidence
    from mentions
    where touchpoint is not null and theme is not null and is_counted and submitted_on between ? and ?
    group by item_id, touchpoint, theme
    having is_negative <> is_positive
)

select
    touchpoint, theme, any_value(touchpoint_label) as touchpoint_label, any_value(theme_label) as theme_label,
    count(*) filter (where is_positive) as positive_item_count,
    count(*) filter (where is_negative) as negative_item_count,
    (list(evidence order by length(evidence.quote) not between 40 and 240, submitted_on desc, item_id)
        filter (where is_positive))[:6] as quotes,
    (list(evidence order by length(evidence.quote) not between 40 and 240, submitted_on desc, item_id)
        filter (where is_negative))[:6] as complaints,
    any_value(owner) as owner
from cells left join (select distinct touchpoint, owner from touchpoint_scorecard) using (touchpoint)
group by touchpoint, theme
order by positive_item_count desc, touchpoint, theme
"""
# the period before, of the same kind: what was told of a cell then
_STATES_BEFORE = """
select touchpoint, theme, state from pain_points
where period_kind = $1 and source = 'all' and period_on = (
    select max(period_on) from pain_points where period_kind = $1 and period_on < $2
)
"""
_ALERTS = """
select item_id, reason, source, submitted_on, touchpoint, touchpoint_label from alerts
where submitted_on >= ? order by submitted_on, item_id, reason
"""
_DRIVERS = (
    "from drivers order by source, question_id, level, driver_rank nulls last, mention_count desc, place, polarity"
)
_CONTRASTS = """
select * from group_contrasts
where source = 'all' and state = 'more_negative' and (period_kind = 'all' or (period_kind = ? and period_on = ?))
order by period_kind = 'all', difference_points desc, dimension, group_value, touchpoint, theme
"""
_SPIKES = """
select * from spikes where is_spike and period_until_on >= ? and period_on <= ?
order by period_on desc, q_value, source, touchpoint, theme
"""
_JUDGED = "select count(*) as n from spikes where p_value is not null and period_until_on >= ? and period_on <= ?"
_EVENTS = "select * from events where ends_on >= ? and starts_on <= ? order by starts_on, event_id"
_QUALITY = "select * from model_quality where is_current and channel = 'all' and language = 'all' order by all"
_WORDS = """
select item_id, source, submitted_on, verbatim from feedback
where item_id in (select unnest(?::varchar[]))
"""


@dataclass(frozen=True, slots=True)
class Publication:
    id: str
    as_of: str  # last day of the data, ISO; empty where there is none
    min_base: int
    min_cell: int


@dataclass(frozen=True, slots=True)
class Period:
    kind: str
    first: date
    last: date
    is_complete: bool
    item_count: int = 0  # items with text, of all sources

    @property
    def name(self) -> str:
        """As a folder and on the command line: 2026-03-02, 2026-W10, 2026-03, 2026-Q1 or all."""
        if self.kind == "all":
            return "all"
        if self.kind == "week":
            return "{}-W{:02}".format(*self.first.isocalendar()[:2])
        if self.kind == "quarter":
            return f"{self.first.year}-Q{(self.first.month + 2) // 3}"
        return f"{self.first:%Y-%m}" if self.kind == "month" else self.first.isoformat()


@dataclass(frozen=True, slots=True)
class Published:
    """Rows of one period; ``period`` is None where nothing has been published for any."""

    publication: Publication
    period: Period | None
    edition: Row  # model, taxonomy, masking
    pain_points: list[Row]
    touchpoints: list[Row]
    stages: list[Row]
    scores: list[Row]  # this period and those before
    coverage: list[Row]
    languages: list[Row]
    cells: list[Row]  # touchpoint and theme with their quotes, the most praised first
    states_before: dict[tuple[str, str], str | None]  # of touchpoint and theme, a period earlier
    alerts: list[Row]  # of the period, and what came in since
    drivers: list[Row]
    contrasts: list[Row]  # groups that are clearly unhappier, over all sources
    movement: list[Row]
    spikes: list[Row]  # of the period and the twelve weeks before it
    spikes_judged: int  # series that could have been one
    events: list[Row]  # that overlap the same span
    quality: list[Row]
    feedback: dict[str, Row]


def read_published(query: Query, publication: Publication, wanted: str | None = None) -> Published:
    """Everything a digest of one period needs.

    Parameters
    ----------
    wanted : str, optional
        A period's name; without it see `choose`.

    Raises
    ------
    CheckFailed
        The wanted period is not among those published.
    """
    period = choose(published_periods(query), wanted, publication.min_base)
    edition = query("select model, taxonomy, masking from source_coverage limit 1", [])
    first, last = (period.first, period.last) if period else (date.max, date.max)
    key: list[object] = [period.kind, period.first] if period else ["", date.max]

    def rows(table: str) -> list[Row]:
        return query(f"select * {_IN_PERIOD.format(table)} order by all", key)

    pains, cells = rows("pain_points"), query(_CELLS, [first, last])
    span: list[object] = [_earlier(first), last]
    shown = [quote for cell in pains for quote in cell["quotes"] or ()]
    shown += [quote for cell in cells for quote in (*(cell["quotes"] or ()), *(cell["complaints"] or ()))]
    return Published(
        publication=publication,
        period=period,
        edition=edition[0] if edition else {"model": None, "taxonomy": None, "masking": None},
        pain_points=pains,
        touchpoints=rows("touchpoint_scorecard"),
        stages=rows("journey_scorecard"),
        scores=query(_SCORES, key),
        coverage=_coverage(query, first, last),
        languages=query(_LANGUAGES, [first, last]),
        cells=cells,
        states_before={(r["touchpoint"], r["theme"]): r["state"] for r in query(_STATES_BEFORE, key)},
        alerts=query(_ALERTS, [first]),
        drivers=query(_DRIVERS, []),
        contrasts=query(_CONTRASTS, key),
        movement=rows("movement"),
        spikes=query(_SPIKES, span),
        spikes_judged=query(_JUDGED, [first, last])[0]["n"],
        events=query(_EVENTS, span),
        quality=query(_QUALITY, []),
        feedback={row["item_id"]: row for row in query(_WORDS, [sorted({quote["item_id"] for quote in shown})])},
    )


def _earlier(first: date) -> date:
    """Twelve weeks before: what four weeks are compared with, and what charts show of it."""
    return date.min if first.toordinal() <= LOOK_BACK else first - timedelta(LOOK_BACK)


def published_periods(query: Query) -> list[Period]:
    return [_period(row) for row in query(_PERIODS, [])]


def choose(periods: list[Period], wanted: str | None, min_base: int) -> Period | None:
    """The period to report: the one asked for, else the last complete four weeks, else the last begun.

    Where those hold fewer than ``min_base`` items but the whole history does not, the whole history.
    """
    if wanted is not None:
        for period in periods:
            if period.name == wanted:
                return period
        known = words.listed([p.name for p in periods][-6:] or ["none"])
        raise CheckFailed(f"no period {wanted!r} is published; the latest are {known}. No digest was written.")
    blocks = [p for p in periods if p.kind == "four_weeks"]
    latest = max(blocks, key=lambda p: (p.is_complete, p.first), default=None)
    whole = next((p for p in periods if p.kind == "all"), None)
    if latest and whole and latest.item_count < min_base <= whole.item_count:
        return whole
    return latest


def _period(row: Row) -> Period:
    return Period(row["period_kind"], row["period_on"], row["period_until_on"], row["is_complete"], row["item_count"])


def _coverage(query: Query, first: date, last: date) -> list[Row]:
    sums = ",\n    ".join(
        f"coalesce(sum({name}) filter (where submitted_on between ? and ?), 0)::bigint as {name}" for name in _SUMMED
    )
    return query(_COVERAGE.format(sums=sums), [first, last] * len(_SUMMED))
