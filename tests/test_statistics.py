"""The statistics against statsmodels, scipy and the papers they come from; and the SQL macros against them."""

from __future__ import annotations

import re

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from vocanalytics.statistics import (
    benjamini_hochberg,
    net_sentiment,
    newcombe_difference,
    normal_p_value,
    nps,
    share_change_p_value,
    student_p_value,
    student_quantile,
    wilson,
)
from vocanalytics.warehouse.contracts import INSIGHTS

RNG = np.random.default_rng(7)
BASE = RNG.integers(1, 400, size=200)
COUNT = RNG.integers(0, BASE + 1)
PRIOR_BASE = RNG.integers(1, 3000, size=200)
PRIOR_COUNT = RNG.integers(0, PRIOR_BASE + 1)
RARE, PRIOR_RARE = np.minimum(COUNT, 4), np.minimum(PRIOR_COUNT, 9)


def test_wilson_agrees_with_statsmodels():
    expected = proportion_confint(COUNT, BASE, method="wilson")

    np.testing.assert_allclose(wilson(COUNT, BASE), expected, atol=1e-12)


def test_wilson_is_honest_at_the_ends_and_silent_without_a_base():
    low, high = wilson([0, 20, 0], [20, 20, 0])

    assert low[0] == 0
    assert high[0] == pytest.approx(0.1611, abs=1e-4)  # Newcombe 1998, one proportion, 0 of 20
    assert high[1] == 1
    assert np.isnan([low[2], high[2]]).all()


def test_nps_follows_the_adjusted_wald_of_rocks_step_by_step():
    # 61 promoters and 12 detractors of 100: 61.75 and 12.75 of 103
    up, down = 61.75 / 103, 12.75 / 103
    error = np.sqrt((up + down - (up - down) ** 2) / 103)

    low, high = nps(61, 12, 100)

    assert low == pytest.approx(100 * (up - down - 1.959964 * error), abs=1e-4)
    assert high == pytest.approx(100 * (up - down + 1.959964 * error), abs=1e-4)


def test_nps_covers_the_truth_about_as_often_as_promised():
    draws = RNG.multinomial(60, [0.45, 0.30, 0.25], size=4000)

    low, high = nps(draws[:, 0], draws[:, 2], 60)

    assert ((low <= 20) & (high >= 20)).mean() == pytest.approx(0.95, abs=0.012)


def test_net_sentiment_of_unanimous_items_is_not_certain():
    low, high = net_sentiment([10, 0, 0], [0, 10, 0], [10, 10, 0])

    assert low[0] < 60
    assert high[0] == 100
    assert low[1] == -100
    assert high[1] > -60
    assert np.isnan(low[2])


def test_student_and_normal_agree_with_scipy():
    assert student_quantile([1, 9, 500]).tolist() == pytest.approx(stats.t.ppf(0.975, [1, 9, 500]).tolist())
    assert np.isnan(student_quantile([0, -1])).all()
    tails = student_p_value([0.5, -2.3, 4], [1, 9.5, 300])
    assert tails.tolist() == pytest.approx((2 * stats.t.sf([0.5, 2.3, 4], [1, 9.5, 300])).tolist())
    assert np.isnan(student_p_value([1, np.nan, 1], [0, 9, np.nan])).all()
    assert normal_p_value([-2.5, 0, 2.5]).tolist() == pytest.approx([2 * stats.norm.sf(2.5), 1, 2 * stats.norm.sf(2.5)])


def test_common_shares_are_compared_by_the_n_minus_1_chi_squared_test():
    seen = share_change_p_value(COUNT, BASE, PRIOR_COUNT, PRIOR_BASE)

    compared = 0
    for x1, n1, x0, n0, p in zip(COUNT, BASE, PRIOR_COUNT, PRIOR_BASE, seen, strict=True):
        table, n = [[x1, n1 - x1], [x0, n0 - x0]], n1 + n0
        if min(n1, n0) * min(x1 + x0, n - x1 - x0) / n >= 1:
            chi2 = stats.chi2_contingency(table, correction=False).statistic
            assert p == pytest.approx(stats.chi2.sf(chi2 * (n - 1) / n, 1), abs=1e-12)
            compared += 1
    assert compared > 150


def test_rare_shares_are_compared_exactly():
    seen = share_change_p_value(RARE, BASE, PRIOR_RARE, PRIOR_BASE)
    mirrored = share_change_p_value(BASE - RARE, BASE, PRIOR_BASE - PRIOR_RARE, PRIOR_BASE)

    compared = 0
    for x1, n1, x0, n0, p, q in zip(RARE, BASE, PRIOR_RARE, PRIOR_BASE, seen, mirrored, strict=True):
        if 0 < min(n1, n0) * min(x1 + x0, n1 + n0 - x1 - x0) / (n1 + n0) < 1:
            exact = stats.fisher_exact([[x1, n1 - x1], [x0, n0 - x0]]).pvalue
            assert p == pytest.approx(exact, abs=1e-9)
            assert q == pytest.approx(exact, abs=1e-9)
            compared += 1
    assert compared > 40


def test_a_change_without_a_base_or_without_a_case_is_not_tested():
    assert np.isnan(share_change_p_value([0, 0, 5, 0], [0, 10, 5, 0], [3, 0, 9, 0], [9, 50, 9, 0])).all()
    assert share_change_p_value(1, 10, 1, 10).shape == ()


def test_many_rare_cells_are_worked_through_in_chunks():
    p = share_change_p_value(np.ones(9000), np.full(9000, 10), np.zeros(9000), np.full(9000, 500))

    assert set(p.round(6)) == {round(stats.fisher_exact([[1, 9], [0, 500]]).pvalue, 6)}


def test_newcombe_gives_his_table_and_agrees_with_statsmodels():
    # Newcombe 1998, table II, method 10: 56/70 v 48/80, 9/10 v 3/10, 10/10 v 0/20, 5/56 v 0/29
    low, high = newcombe_difference([56, 9, 10, 5], [70, 10, 10, 56], [48, 3, 0, 0], [80, 10, 20, 29])

    assert low.round(4).tolist() == [0.0524, 0.1705, 0.6791, -0.0381]
    assert high.round(4).tolist() == [0.3339, 0.8090, 1.0, 0.1926]
    pairs = zip(COUNT, BASE, PRIOR_COUNT, PRIOR_BASE, strict=True)
    expected = [confint_proportions_2indep(a, b, c, d, method="newcomb", compare="diff") for a, b, c, d in pairs]
    np.testing.assert_allclose(
        np.array(newcombe_difference(COUNT, BASE, PRIOR_COUNT, PRIOR_BASE)).T, expected, atol=1e-9
    )


@given(st.lists(st.floats(0, 1) | st.just(float("nan")), max_size=30))
def test_q_values_agree_with_statsmodels_and_leave_out_what_was_not_tested(p_values):
    p = np.array(p_values, dtype=float)

    q = benjamini_hochberg(p)

    tested = ~np.isnan(p)
    assert np.isnan(q[~tested]).all()
    if tested.any():
        np.testing.assert_allclose(q[tested], multipletests(p[tested], method="fdr_bh")[1], atol=1e-12)
        assert (q[tested] >= p[tested]).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: wilson(5, 4), "between 0 and its base"),
        (lambda: wilson(-1, 4), "between 0 and its base"),
        (lambda: nps(3, 3, 5), "together exceed the base"),
        (lambda: benjamini_hochberg([0.5, 1.5]), "between 0 and 1; nothing was corrected"),
    ],
)
def test_impossible_counts_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.fixture(scope="module")
def con():
    with duckdb.connect() as con:
        macros = (INSIGHTS / "macros.sql").read_text(encoding="utf-8")
        con.execute(re.sub("student_quantile", "abs", macros))  # handed in from Python when tables are built
        yield con


def column(con, expression):
    rows = zip(COUNT, BASE, PRIOR_COUNT, PRIOR_BASE, strict=True)
    values = ", ".join(
        f"({n}, {x}::double, {b}::double, {px}::double, {pb}::double)" for n, (x, b, px, pb) in enumerate(rows)
    )
    sql = f"select {expression} from (values {values}) as t (no, x, n, x0, n0) order by no"
    return [value for (value,) in con.execute(sql).fetchall()]


def test_the_macros_of_the_published_tables_are_the_same_formulas(con):
    down = (BASE - COUNT) // 2
    low, high = wilson(COUNT, BASE)
    net = nps(COUNT, down, BASE)
    change = newcombe_difference(COUNT, BASE, PRIOR_COUNT, PRIOR_BASE)

    assert column(con, "wilson_low(x / n, n)") == pytest.approx(low.tolist(), abs=1e-12)
    assert column(con, "wilson_high(x / n, n)") == pytest.approx(high.tolist(), abs=1e-12)
    assert column(con, "net_low(x / n, floor((n - x) / 2) / n, n)") == pytest.approx(net.low.tolist(), abs=1e-9)
    assert column(con, "net_high(x / n, floor((n - x) / 2) / n, n)") == pytest.approx(net.high.tolist(), abs=1e-9)
    newcombe_low = "difference_low(x / n, wilson_low(x / n, n), x0 / n0, wilson_high(x0 / n0, n0))"
    newcombe_high = "difference_high(x / n, wilson_high(x / n, n), x0 / n0, wilson_low(x0 / n0, n0))"
    assert column(con, newcombe_low) == pytest.approx(change.low.tolist(), abs=1e-12)
    assert column(con, newcombe_high) == pytest.approx(change.high.tolist(), abs=1e-12)


def test_macros_make_up_no_bound_where_there_is_none(con):
    calls = ["wilson_low(null, 9)", "wilson_high(0.1, 0)", "net_low(0.1, 0.1, 0)", "net_high(null, null, 9)",
             "at_least(null, 1)", "at_most(null, 1)", "variance_of(1, 5, 25)", "mean_reach(1.0, 1)",
    "mean_reach(0.0, 9)", "mean_reach(1e-12, 9)",
             "score_low('stars_1_5', 0, 0, 1, 4, null, 1)",
             "score_high('rating_1_10', 0, 0, 1, 4, null, 1)"]  # fmt: skip

    assert con.execute(f"select {', '.join(calls)}").fetchall() == [(None,) * len(calls)]


def test_variance_from_sums_is_the_sample_variance(con):
    values = [3, 7, 7, 10]
    assert con.execute(f"select variance_of(4, {sum(values)}, {sum(v * v for v in values)})").fetchall() == [
        (pytest.approx(np.var(values, ddof=1)),)
    ]
