"""What the digest takes from the published tables, through a query function it is handed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from vocanalytics.digest import asked, words
from vocanalytics.errors import CheckFailed

Row = dict[str, Any]
Query = Callable[[str, list[object]], list[Row]]

ALL = "all"
LOOK_BACK = 84  # days before the period in which spikes and events still explain something


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
    windows: list[Row]  # pain points that another kind of period calls changed, over the same days
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
    is_fallback: bool = False  # the whole history, because the last four weeks hold too little


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
        return query(f"select * {asked.IN_PERIOD.format(table)} order by all", key)

    pains, cells = query(asked.PAIN_POINTS, key), query(asked.CELLS, [first, last])
    span: list[object] = [_earlier(first), last]
    shown = [quote for cell in pains for quote in cell["quotes"] or ()]
    windows = query(asked.WINDOWS, [period.kind, last]) if period and period.kind != "all" else []
    shown += [quote for row in windows for quote in row["quotes"] or ()]
    shown += [quote for cell in cells for quote in (*(cell["quotes"] or ()), *(cell["complaints"] or ()))]
    return Published(
        publication=publication,
        period=period,
        edition=edition[0] if edition else {"model": None, "taxonomy": None, "masking": None},
        pain_points=pains,
        touchpoints=rows("touchpoint_scorecard"),
        stages=rows("journey_scorecard"),
        scores=query(asked.SCORES, key),
        coverage=_coverage(query, first, last),
        languages=query(asked.LANGUAGES, [first, last]),
        cells=cells,
        windows=windows,
        states_before={(r["touchpoint"], r["theme"]): r["state"] for r in query(asked.STATES_BEFORE, key)},
        alerts=query(asked.ALERTS, [first]),
        drivers=query(asked.DRIVERS, []),
        contrasts=query(asked.CONTRASTS, key),
        movement=rows("movement"),
        spikes=query(asked.SPIKES, span),
        spikes_judged=query(asked.JUDGED, [first, last])[0]["n"],
        events=query(asked.EVENTS, span),
        quality=query(asked.QUALITY, []),
        feedback={row["item_id"]: row for row in query(asked.WORDS, [sorted({quote["item_id"] for quote in shown})])},
        is_fallback=wanted is None and period is not None and period.kind == "all",
    )


def _earlier(first: date) -> date:
    """Twelve weeks before: what four weeks are compared with, and what charts show of it."""
    return date.min if first.toordinal() <= LOOK_BACK else first - timedelta(LOOK_BACK)


def published_periods(query: Query) -> list[Period]:
    return [_period(row) for row in query(asked.PERIODS, [])]


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
        f"coalesce(sum({name}) filter (where submitted_on between ? and ?), 0)::bigint as {name}"
        for name in asked.SUMMED
    )
    return query(asked.COVERAGE.format(sums=sums), [first, last] * len(asked.SUMMED))
