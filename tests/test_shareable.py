"""The shareable edition: nothing thin, nothing internal, and no sum that gives a hidden count back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import duckdb
import numpy as np
import pytest
from filled_store import empty_store, fill, told
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from test_publishing import publish_to, rows

from vocanalytics.warehouse.contracts import Column, Contract, load_contracts
from vocanalytics.warehouse.shareable import share, shareable_columns

AGGREGATES = [name for name, contract in load_contracts().items() if contract.kind == "aggregate"]


@pytest.fixture
def con():
    with empty_store() as con:
        waits = {"n": 8, "theme": "waiting", "touchpoint": "workshop", "score": 4}
        told(con, waits, {"n": 4, "id": "p", "polarity": "positive"})
        yield con


def test_the_shareable_edition_holds_aggregates_without_what_is_internal(con, tmp_path):
    publish_to(con, tmp_path)

    found = rows(
        tmp_path / "insights_shareable.duckdb",
        "select table_name, list(column_name) from duckdb_columns() where not internal group by 1",
    )
    assert sorted(name for name, _ in found) == sorted(AGGREGATES)
    for name, columns in found:
        assert sorted(columns) == sorted(column.name for column in shareable_columns(load_contracts()[name]))
    internal = {"quotes", "prior_item_count", "change_points", "score_gap", "customer_count", "asked_score", "q_value"}
    internal |= {
        "priority_rank",
        "priority_rank_low",
        "priority_rank_high",
    }  # holes tell how many are hidden, and where
    assert not internal & {column for _, columns in found for column in columns}
    assert not [
        c for c in shareable_columns(load_contracts()["source_coverage"]) if c.is_figure
    ]  # days add up to weeks
    text = str([rows(tmp_path / "insights_shareable.duckdb", f"from {name}") for name in AGGREGATES])
    assert "They kept me waiting" not in text
    assert "i0-0" not in text


def test_thin_rows_lose_every_figure_and_keep_their_names(con, tmp_path):
    told(con, {"n": 2, "id": "few", "theme": "price", "touchpoint": "finance"})
    fill(con, {"submissions": [{"submission_id": "late", "submitted_on": "2026-06-11"}]})
    publish_to(con, tmp_path)

    shown = rows(
        tmp_path / "insights_shareable.duckdb",
        "select theme_label, owner, item_count, negative_item_count, negative_share_pct, negative_share_pct_low, "
        "negative_share_pct_high, state, is_suppressed from pain_points "
        "where period_kind = 'month' and source = 'survey' order by theme",
    )
    assert shown == [
        ("Price", "Bank", None, None, None, None, None, None, True),
        ("Waiting time", "Service", 14, 8, 57.14, 32.59, 78.62, None, False),
    ]
    coverage = "select day(submitted_on), source, is_suppressed from source_coverage order by all"
    assert rows(tmp_path / "insights_shareable.duckdb", coverage) == [(10, "survey", False), (11, "survey", True)]


GRAIN = ("period_kind", "period_on", "source", "theme")
COLUMNS = tuple(Column(name, "", "") for name in (*GRAIN, "period_until_on")) + tuple(
    Column(name, "BIGINT", "", is_figure=True) for name in ("item_count", "n", "k")
)
SUMS = Contract(
    name="sums", title="", about="", kind="aggregate", grain=GRAIN, columns=COLUMNS, caveats=(), checks=(),
    examples=(), base="item_count", counts=("n", "k"), additive=("source", "period"),
)  # fmt: skip
MIN_BASE, MIN_CELL = 10, 5
MONDAY, DAY = date(2025, 9, 1), timedelta(1)


def weeks(first: date, count: int, length: int = 1) -> list[tuple[date, date]]:
    return [(first + DAY * 7 * length * w, first + DAY * 7 * length * (w + 1) - DAY) for w in range(count)]


# what is published of a span: (kind, first day, last day)
CALENDARS = {
    "three months of a quarter": [
        ("month", date(2026, 4, 1), date(2026, 4, 30)), ("month", date(2026, 5, 1), date(2026, 5, 31)),
        ("month", date(2026, 6, 1), date(2026, 6, 30)), ("quarter", date(2026, 4, 1), date(2026, 6, 30)),
    ],
    "a month of exactly four weeks": [
        *(("week", *days) for days in weeks(date(2027, 2, 1), 4)), ("month", date(2027, 2, 1), date(2027, 2, 28)),
    ],
    "three months of exactly thirteen weeks": [
        *(("week", *days) for days in weeks(MONDAY, 13)),
        *(("four_weeks", *days) for days in weeks(MONDAY + DAY * 7, 3, length=4)),
        ("month", MONDAY, date(2025, 9, 30)), ("month", date(2025, 10, 1), date(2025, 10, 31)),
        ("month", date(2025, 11, 1), date(2025, 11, 30)),
    ],
}  # fmt: skip


class Told:
    """A table of every period, source and `all`, from counts between the days on which periods begin or end.

    ``counts`` (themes, sources, days between, 2) and ``bases`` (sources, days between). A row without any count
    is not listed, so that everybody knows it to be 0.
    """

    def __init__(self, calendar: str, counts: np.ndarray, bases: np.ndarray) -> None:
        self.periods = CALENDARS[calendar]
        self.sources = ["all", *(f"s{number}" for number in range(len(bases)))]
        edges = edges_of(self.periods)
        self.within = np.array([[on <= edge <= until for edge in edges[:-1]] for _, on, until in self.periods])
        self.counts, self.bases = counts, bases
        self.rows = {}
        for (p, (kind, on, until)), (s, source), theme in product(
            enumerate(self.periods), enumerate(self.sources), range(len(counts))
        ):
            parts = np.outer(self.of(s), self.within[p])
            n, k = (int((parts * counts[theme, :, :, number]).sum()) for number in range(2))
            if n or k:
                self.rows[p, s, theme] = (kind, on, until, source, f"t{theme}", int((parts * bases).sum()), n, k)

    def of(self, source: int) -> np.ndarray:
        return np.ones(len(self.bases)) if source == 0 else np.eye(len(self.bases))[source - 1]

    def share(self) -> dict:
        """Row -> what is shown of it, None where it is hidden."""
        with duckdb.connect() as con:
            con.execute(
                "create table sums (period_kind varchar, period_on date, period_until_on date, source varchar, "
                "theme varchar, item_count int, n int, k int, is_thin boolean default false)"  # says nothing of counts
            )
            con.executemany("insert into sums values (?, ?, ?, ?, ?, ?, ?, ?, default)", list(self.rows.values()))
            share(con, SUMS, "sums", "shared", min_base=MIN_BASE, min_cell=MIN_CELL)
            shown = con.execute(
                "select period_kind, period_on, period_until_on, source, theme, item_count, n, k, is_suppressed "
                "from shared"
            ).fetchall()
        keys = {row[:5]: key for key, row in self.rows.items()}
        assert len(shown) == len(keys)
        for row in shown:
            assert row[5:8] == ((None,) * 3 if row[8] else self.rows[keys[row[:5]]][5:])
        return {keys[row[:5]]: None if row[8] else row[5:8] for row in shown}

    def line(self, period: int, source: int) -> np.ndarray:
        """What a row of the period and source adds up, as a vector over sources and days between."""
        return np.outer(self.of(source), self.within[period]).ravel()

    def leaks(self, shown: dict) -> list:
        """Thin rows that everything visible leaves one count for, and small bases likewise."""
        spans = list(product(range(len(self.periods)), range(len(self.sources))))
        found = []
        for theme in range(len(self.counts)):
            known = [self.line(*at) for at in spans if shown.get((*at, theme), "not listed") is not None]
            thin = [at for at in spans if (*at, theme) in self.rows and is_thin(self.rows[(*at, theme)])]
            # one that is 0 for want of any listed row is known to be 0 whatever is hidden
            nothing = [self.line(*at) for at in spans if (*at, theme) not in self.rows]
            found += [
                (*at, theme) for at in thin if spanned(known, self.line(*at)) and not spanned(nothing, self.line(*at))
            ]
        told = {key[:2] for key, figures in shown.items() if figures}
        small = [at for at in {key[:2] for key in self.rows} if self.line(*at) @ self.bases.ravel() < MIN_BASE]
        return found + [at for at in small if spanned([self.line(*at) for at in told], self.line(*at))]


def edges_of(periods: list) -> list[date]:
    return sorted({on for _, on, _ in periods} | {until + DAY for *_, until in periods})


def is_thin(row: tuple) -> bool:
    return row[5] < MIN_BASE or any(0 < count < MIN_CELL for count in row[6:])


def spanned(known: list[np.ndarray], wanted: np.ndarray) -> bool:
    """Whether the wanted sum follows from the known ones."""
    if not known:
        return False
    solution, *_ = np.linalg.lstsq(np.array(known).T, wanted, rcond=None)
    return bool(np.abs(np.array(known).T @ solution - wanted).max() < 1e-6)


@pytest.mark.parametrize("calendar", CALENDARS)
@given(drawn=st.data())
@settings(max_examples=20, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
def test_nothing_hidden_can_be_worked_out_from_all_that_is_visible(calendar, drawn):
    shape = (drawn.draw(st.integers(1, 2)), drawn.draw(st.integers(1, 3)), len(edges_of(CALENDARS[calendar])) - 1)
    # mostly large, so that there is something to work hidden ones out from
    rng = np.random.default_rng(drawn.draw(st.integers(0, 10**6)))
    small = drawn.draw(st.sampled_from([0.02, 0.1, 0.4]))
    counts = np.where(
        rng.random((*shape, 2)) < small, rng.integers(0, 6, (*shape, 2)), rng.integers(5, 40, (*shape, 2))
    )
    bases = np.where(rng.random(shape[1:]) < small, rng.integers(1, 12, shape[1:]), rng.integers(80, 200, shape[1:]))

    told = Told(calendar, counts, bases)
    shown = told.share()

    assert all(shown[key] is None for key, row in told.rows.items() if is_thin(row))
    assert told.leaks(shown) == []
    if not any(map(is_thin, told.rows.values())) and bases.min() >= MIN_BASE:
        assert None not in shown.values()


@pytest.mark.parametrize("calendar", CALENDARS)
def test_hiding_thin_rows_only_would_give_them_away(calendar):
    """That the test above can fail."""
    between = len(edges_of(CALENDARS[calendar])) - 1
    counts, bases = np.full((1, 2, between, 2), 9), np.full((2, between), 100)
    counts[0, 0, 0, 0] = 2
    told = Told(calendar, counts, bases)

    assert told.leaks({key: None if is_thin(row) else row[5:] for key, row in told.rows.items()})
    assert told.leaks(told.share()) == []


def test_the_base_of_a_small_feed_is_not_what_the_others_leave_of_all():
    between = len(edges_of(CALENDARS["three months of a quarter"])) - 1
    bases = np.array([[100] * between, [90] * between, [3] * between])
    told = Told("three months of a quarter", np.full((1, 3, between, 2), 20), bases)
    shown = told.share()

    assert {key[:2] for key, figures in shown.items() if figures} == {(p, s) for p in range(4) for s in (0, 1)}

    # not even if nothing of the small feed is listed, in one period or in any
    for silent in (slice(0, 1), slice(0, between)):
        counts = np.full((1, 3, between, 2), 20)
        counts[:, 2, silent] = 0
        shown = Told("three months of a quarter", counts, bases).share()
        assert {key[:2] for key, figures in shown.items() if figures} == {(p, s) for p in range(4) for s in (0, 1)}


def test_periods_are_cut_to_the_days_of_the_data():
    """The first week and month begin with the data, and the last ones end with them: they are two more equal sums."""
    first, last = date(2026, 6, 4), date(2026, 7, 1)
    periods = {
        ("all", first, last): 57, ("week", date(2026, 6, 1), date(2026, 6, 7)): 2,
        **{("week", *days): 15 for days in weeks(date(2026, 6, 8), 3)},
        ("week", date(2026, 6, 29), date(2026, 7, 5)): 10,
        ("month", date(2026, 6, 1), date(2026, 6, 30)): 50, ("month", date(2026, 7, 1), date(2026, 7, 31)): 7,
    }  # fmt: skip
    with duckdb.connect() as con:
        con.execute(
            "create table sums (period_kind varchar, period_on date, period_until_on date, n int, "
            "source varchar default 's', theme varchar default 't', item_count int default 99, k int default 9)"
        )
        for period, n in periods.items():
            con.execute(
                "insert into sums (period_kind, period_on, period_until_on, n) values (?, ?, ?, ?)", [*period, n]
            )
        share(con, replace(SUMS, additive=("period",)), "sums", "shared", min_base=MIN_BASE, min_cell=MIN_CELL)
        hidden = con.execute("select period_kind, period_on from shared where is_suppressed order by n").fetchall()

    # June and July less the four other weeks are 2
    assert len(hidden) == 2
    assert ("week", date(2026, 6, 1)) in hidden


def test_a_span_without_a_row_is_known_to_be_nothing():
    """A week in which nobody was heard does not part what lies before it from what comes after."""
    counts, bases = np.full((1, 1, 4, 2), 9), np.full((1, 4), 100)
    counts[0, 0, :2] = (2, 9), (0, 0)
    told = Told("a month of exactly four weeks", counts, bases)
    shown = told.share()

    assert len(told.rows) == 2 * 4
    assert [key for key, figures in shown.items() if figures is None and key[0] == 0]
    assert told.leaks(shown) == []
