"""Splitting a change, and the order of things: against papers, by brute force, and as the published tables do it."""

from __future__ import annotations

import shutil
from itertools import permutations

import duckdb
import numpy as np
import pytest
from filled_store import empty_store, told
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from test_insights import build_all
from test_publishing import publish_to, rows

from vocanalytics.statistics import midpoint_parts, newcombe_difference, rank_ranges
from vocanalytics.warehouse.contracts import INSIGHTS, load_contracts
from vocanalytics.warehouse.shareable import share

LAID = load_contracts()

STRATA = st.lists(
    st.tuples(*[st.integers(0, 40), st.floats(0, 1), st.integers(0, 40), st.floats(0, 1)]), min_size=1, max_size=5
).filter(lambda rows: sum(n for n, *_ in rows) and sum(n for _, _, n, _ in rows))


def figures(strata) -> tuple[np.ndarray, ...]:
    """Levels as whole counts make them, 0 to 100: level, count, prior level, prior count."""
    n1, p1, n0, p0 = (np.array(column, dtype=float) for column in zip(*strata, strict=True))
    x1, x0 = np.round(n1 * p1), np.round(n0 * p0)
    return 100 * x1 / np.maximum(n1, 1), n1, 100 * x0 / np.maximum(n0, 1), n0


def test_two_strata_by_the_hand_of_kitagawa():
    # mix: (0.4 - 0.6) x (20 + 30) / 2 + (0.6 - 0.4) x (60 + 50) / 2; rate: (20 - 30) x 0.5 + (60 - 50) x 0.5
    parts = midpoint_parts([20, 60], [40, 60], [30, 50], [60, 40])

    assert parts == pytest.approx((0, 0, 6.0, 0.0))


def test_one_that_came_and_one_that_went():
    # among those heard twice 30 against 10; the new one lifts 30 to 47.5, the old one had lifted 10 to 35
    parts = midpoint_parts([30, 100, 0], [30, 10, 0], [10, 0, 60], [30, 0, 30])

    assert parts == pytest.approx((17.5, -25.0, 0.0, 20.0))


@given(STRATA)
def test_the_parts_are_the_whole(strata):
    r1, n1, r0, n0 = figures(strata)
    parts = midpoint_parts(r1, n1, r0, n0)

    if ((n1 > 0) & (n0 > 0)).any():
        assert sum(parts) == pytest.approx(n1 @ r1 / n1.sum() - n0 @ r0 / n0.sum(), abs=1e-9)
        back = midpoint_parts(r0, n0, r1, n1)
        assert back == pytest.approx((-parts.exit, -parts.entry, -parts.mix, -parts.rate), abs=1e-9)
    else:
        assert np.isnan(parts).all()


@given(STRATA)
def test_mix_and_rate_are_what_either_adds_on_average_over_both_orders(strata):
    r1, n1, r0, n0 = figures([(n + 1, p, m + 1, q) for n, p, m, q in strata])
    weights, levels = {0: n0 / n0.sum(), 1: n1 / n1.sum()}, {0: r0, 1: r1}
    added = {"mix": 0.0, "rate": 0.0}
    for order in permutations(added):
        state = {"mix": 0, "rate": 0}
        for part in order:
            before = weights[state["mix"]] @ levels[state["rate"]]
            state[part] = 1
            added[part] += (weights[state["mix"]] @ levels[state["rate"]] - before) / 2

    parts = midpoint_parts(r1, n1, r0, n0)

    assert (parts.mix, parts.rate) == pytest.approx((added["mix"], added["rate"]), abs=1e-9)


def test_nothing_counted_is_nothing_split():
    with pytest.raises(ValueError, match="need something counted on both sides; nothing was split"):
        midpoint_parts([1.0], [0], [1.0], [3])


@pytest.fixture(scope="module")
def bench():
    """The steps' SQL on tables of one's own."""
    with duckdb.connect() as con:
        con.execute("set threads = 1")
        con.create_function("student_quantile", lambda n: float(stats.t.ppf(0.975, n)), ["DOUBLE"], "DOUBLE")
        con.execute((INSIGHTS / "macros.sql").read_text(encoding="utf-8"))
        yield con


@settings(max_examples=30, deadline=None)
@given(STRATA)
def test_the_table_splits_as_the_function_does(bench, strata):
    r1, n1, r0, n0 = figures(strata)
    bench.execute(
        "create or replace temp table _bases (period_no bigint, source varchar, item_count bigint, "
        "effective_item_count double, prior_item_count bigint, prior_effective_item_count double)"
    )
    bench.execute(
        "create or replace temp table _movement_sums (period_no bigint, is_prior boolean, source varchar, "
        "metric varchar, score_scale varchar, touchpoint varchar, stratum varchar, n double, total double, "
        "scale double, squares double, told_n double, told_total double)"
    )
    sides = [(False, i, n, r) for i, (n, r) in enumerate(zip(n1, r1, strict=True))]
    sides += [(True, i, n, r) for i, (n, r) in enumerate(zip(n0, r0, strict=True))]
    for is_prior, i, n, r in sides:
        if n:
            row = [1, is_prior, "all", "negative_share_pct", None, "all", f"s{i}", n, n * r, 1, 100 * n * r, n, n * r]
            bench.execute(f"insert into _movement_sums values ({', '.join('?' * 13)})", row)

    ((value, prior, *parts, low, high),) = bench.execute(
        "select value, prior_value, entry, exit, mix, rate, rate_low, rate_high "
        f"from ({(INSIGHTS / '_movement_parts.sql').read_text(encoding='utf-8')})"
    ).fetchall()

    expected = midpoint_parts(r1, n1, r0, n0)
    assert (value, prior) == pytest.approx((n1 @ r1 / n1.sum(), n0 @ r0 / n0.sum()), abs=1e-9)
    if np.isnan(expected.rate):
        assert {*parts, low, high} == {None}
    else:
        assert parts == pytest.approx(list(expected), abs=1e-9)
        assert low - 1e-9 <= expected.rate <= high + 1e-9
    if len(n1) == 1:
        bounds = newcombe_difference(r1 * n1 / 100, n1, r0 * n0 / 100, n0)
        assert (low / 100, high / 100) == pytest.approx((bounds.low[0], bounds.high[0]), abs=1e-9)


def test_rounded_parts_still_add_up():
    rng = np.random.default_rng(5)
    with empty_store() as con:
        con.execute("attach ':memory:' as publication")
        for source, day in [(f"s{i}", day) for i in range(3) for day in ("2026-06-10", "2026-05-10")]:
            for polarity in ("negative", "positive", "neutral"):
                line = {"id": f"{source}{day}{polarity}", "n": int(rng.integers(1, 8)), "source": source, "day": day}
                told(con, {**line, "polarity": polarity, "touchpoint": "workshop"})
        build_all(con, tables=["movement"])
        added = con.execute(
            "select change, round(coalesce(volume_part, 0) + entry_part + exit_part + mix_part + rate_part, 4), "
            "mix_part from publication.movement"
        ).fetchall()

    assert len(added) > 4
    assert all(change == whole for change, whole, _ in added)
    assert any(mix for *_, mix in added)


def test_what_is_shared_of_a_movement_is_a_verdict_on_enough():
    with empty_store() as con:
        con.execute("attach ':memory:' as publication")
        # at the workshop four negative, at the delivery none, of 60 items
        told(con, {"id": "a", "n": 40}, {"id": "b", "n": 4, "touchpoint": "workshop"})
        told(con, {"id": "c", "n": 16, "touchpoint": "delivery", "polarity": "positive"})
        told(con, {"id": "p", "n": 60, "day": "2026-05-10", "touchpoint": "workshop"})
        told(con, {"id": "q", "n": 5, "day": "2026-05-10", "touchpoint": "delivery", "polarity": "positive"})
        build_all(con, min_base=30, min_cell=5, tables=["movement"])
        share(con, LAID["movement"], "publication.movement", "shared", min_base=30, min_cell=5)
        columns = [name for name, *_ in con.execute("describe shared").fetchall()]
        seen = con.execute(
            "select metric, touchpoint, is_suppressed, state, largest_part from shared where period_kind = 'month' "
            "order by touchpoint, metric"
        ).fetchall()

    assert [c.name for c in LAID["movement"].columns if c.is_figure and c.name in columns] == ["state", "largest_part"]
    count, share_pct, net = "negative_item_count", "negative_share_pct", "net_sentiment"
    assert [row[:3] for row in seen] == [
        *[(count, "all", False), (share_pct, "all", False), (net, "all", False)],
        *[(count, "delivery", False), (share_pct, "delivery", False), (net, "delivery", True)],
        *[(count, "workshop", True), (share_pct, "workshop", True), (net, "workshop", True)],
    ]
    assert all((state is None) == hidden for _, _, hidden, state, _ in seen)
    assert all(part is None for _, _, hidden, _, part in seen if hidden)


def drawn(share, base, severity=1.0, error=0.0, **more):
    k = len(share)
    columns = {"period_no": np.ones(k), "source_no": np.ones(k), "priority_rank": np.arange(1.0, k + 1)}
    columns |= {"shrunken_share": np.array(share), "shrunken_base": np.full(k, float(base))}
    columns |= {"severity": np.broadcast_to(severity, k), "severity_error": np.broadcast_to(error, k)}
    return rank_ranges(columns | more)


def test_ranks_are_those_of_draws_from_the_beta_posteriors():
    share, base = np.array([0.10, 0.09, 0.085, 0.06, 0.03, 0.028]), 400
    rng = np.random.default_rng(1)
    ranks = stats.rankdata(-rng.beta(share * base, (1 - share) * base, size=(20_000, 6)), axis=1)
    expected = np.quantile(ranks, [0.025, 0.975], axis=0, method="nearest")

    told_ranks = drawn(share, base)

    assert np.abs(told_ranks["low"] - expected[0]).max() <= 1
    assert np.abs(told_ranks["high"] - expected[1]).max() <= 1
    assert (told_ranks["low"] == expected[0]).mean() >= 0.5
    assert (told_ranks["high"] == expected[1]).mean() >= 0.5


def test_more_evidence_is_a_narrower_range_and_groups_are_their_own():
    few, many = drawn([0.3, 0.25, 0.2], 40), drawn([0.3, 0.25, 0.2], 40_000)

    assert few["high"][0] > 1
    assert (many["low"], many["high"]) == (pytest.approx([1, 2, 3]), pytest.approx([1, 2, 3]))
    alone = drawn([0.3, 0.25, 0.2], 40, source_no=np.array([1.0, 2.0, 3.0]), priority_rank=np.ones(3))
    assert (alone["low"].tolist(), alone["high"].tolist()) == ([1, 1, 1], [1, 1, 1])
    later = drawn([0.3, 0.25, 0.2], 40, period_no=np.array([1.0, 1.0, 2.0]), priority_rank=np.array([1.0, 2.0, 1.0]))
    assert later["high"].tolist() == [2, 2, 1]


def test_an_unsure_severity_moves_ranks_and_one_of_nothing_goes_by_share():
    sure = drawn([0.3, 0.2], 1e6, severity=np.array([0.4, 0.4]))
    unsure = drawn([0.3, 0.2], 1e6, severity=np.array([0.4, 0.4]), error=0.3)
    nothing = drawn([0.3, 0.2], 1e6, severity=np.array([-0.5, -0.5]), error=0.01)

    assert sure["high"].tolist() == [1, 2]
    assert unsure["high"].tolist() == [2, 2]
    assert nothing["high"].tolist() == [1, 2]


def test_ranks_repeat_and_an_empty_table_has_none():
    one, two = drawn([0.3, 0.25, 0.2], 40), drawn([0.3, 0.25, 0.2], 40)

    assert all((one[name] == two[name]).all() for name in one)
    assert {name: len(column) for name, column in drawn([], 1).items()} == dict.fromkeys(one, 0)


def test_what_was_told_is_remembered_when_its_folder_is_gone(tmp_path):
    late = (
        "select metric, late_part, told_as_of::varchar from movement where period_kind = 'month' and touchpoint = 'all'"
    )
    with empty_store(tmp_path / "warehouse.duckdb") as con:
        told(con, {"n": 3, "day": "2026-05-10"}, {"id": "p", "n": 3, "polarity": "positive", "day": "2026-05-11"})
        told(con, {"id": "now", "n": 6})
        first = publish_to(con, tmp_path)
        (tmp_path / "published" / "notes").mkdir()
        (tmp_path / "published" / "notes" / "manifest.json").write_text("[]")
        assert rows(tmp_path / "insights.duckdb", f"{late} and metric = 'negative_share_pct'") == [
            ("negative_share_pct", 0.0, "2026-06-10")
        ]
        assert publish_to(con, tmp_path).unchanged  # remembering is no news
        told(con, {"id": "late", "n": 6, "day": "2026-05-31"})
        con.execute("update submissions set first_ingested_at = now() + interval 1 hour where submission_id[:2] = 'sl'")
        publish_to(con, tmp_path)
        shutil.rmtree(first.folder)
        last = publish_to(con, tmp_path, min_base=4)

        assert not last.unchanged
        assert rows(tmp_path / "insights.duckdb", f"{late} and metric = 'negative_share_pct'") == [
            ("negative_share_pct", 25.0, "2026-06-10")
        ]
        assert con.execute("select publication from publications where publication = ?", [first.id]).fetchall()
