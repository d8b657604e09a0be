"""Counts against their own past: the regression against statsmodels, the bound against scipy, and what must hold."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from vocanalytics.statistics.baselines import ALPHA, KINDS, YEAR, judge
from vocanalytics.statistics.spikes import SPAN, spike_tests

# measles-like weekly reports with one outbreak, and a volume that is never the same
RNG = np.random.default_rng(2013)
VOLUME = np.round(400 * np.exp(RNG.normal(0, 0.3, 131)))
WEEKS = np.arange(131) - 130
MEAN = VOLUME / 60 * np.exp(0.3 * WEEKS / 52 + 0.5 * np.sin(2 * np.pi * WEEKS / YEAR))
COUNTS = RNG.negative_binomial(MEAN / 0.8, 1 / 1.8).astype(float)
COUNTS[60:63] += (25, 40, 18)


def by_statsmodels(counts, volume, columns):
    """Expected, dispersion and p-value of the last week, written out with a trusted library."""
    steps = len(counts)
    age = np.arange(steps) - (steps - 1)
    wave = 2 * np.pi * age / YEAR
    design = np.stack([np.ones(steps), age / 52, np.sin(wave), np.cos(wave)][:columns], axis=1)
    y = counts[:-1] + 0.5 * volume[:-1] / volume[:-1].sum()
    weight = np.ones(steps - 1)
    for _ in range(2):
        fit = sm.GLM(y, design[:-1], family=sm.families.Poisson(), offset=np.log(volume[:-1]), var_weights=weight).fit(
            tol=1e-12, scale=1.0
        )
        dispersion = max(1.0, float((weight * (y - fit.mu) ** 2 / fit.mu).sum() / (steps - 1 - columns)))
        leverage = fit.get_influence().hat_matrix_diag
        residual = 1.5 * (y ** (2 / 3) * fit.mu ** (-1 / 6) - fit.mu**0.5) / np.sqrt(dispersion * (1 - leverage))
        outbreak = residual > 2.58
        fitted, fitted_dispersion, found = fit, dispersion, outbreak
        weight = np.where(outbreak, residual**-2.0, 1.0)
        weight *= (steps - 1) / weight.sum()
    expected = volume[-1] * np.exp(design[-1] @ fitted.params)
    ratio = fitted_dispersion * (1 + expected * design[-1] @ fitted.cov_params() @ design[-1])
    tail = stats.nbinom(expected / (ratio - 1), 1 / ratio).sf(counts[-1] - 1)
    p_value = stats.t(steps - 1 - columns + 10).sf(stats.norm.isf(tail))
    return expected, fitted_dispersion, p_value, found


@pytest.mark.parametrize(("steps", "kind", "columns"), [(20, "level", 1), (90, "trend", 2), (131, "seasonal", 4)])
def test_the_regression_is_that_of_statsmodels(steps, kind, columns):
    counts, volume = COUNTS[-steps:], VOLUME[-steps:]
    expected, dispersion, p_value, outbreaks = by_statsmodels(counts, volume, columns)

    judged = judge([counts], [volume])

    assert KINDS[judged.kind[0]] == kind
    assert judged.steps.tolist() == [steps - 1]
    np.testing.assert_allclose(judged.expected, expected, rtol=1e-6)
    np.testing.assert_allclose(judged.dispersion, dispersion, rtol=1e-6)
    np.testing.assert_allclose(judged.p_value, p_value, rtol=1e-5)
    assert outbreaks.any() == (steps > 20), "the outbreak is weighted down where it is in the baseline"


def test_the_golden_spike_by_hand():
    # ten weeks of one complaint among ten items and half a one for caution, then eight
    expected = 10 * (10 + 0.5) / 100
    ratio = 1 + expected / 10.5
    tail = stats.nbinom(expected / (ratio - 1), 1 / ratio).sf(7)
    p_value = stats.t(9 + 10).sf(stats.norm.isf(tail))

    judged = judge([[1] * 10 + [8]], [[10] * 11])

    assert (round(expected, 2), round(2 * p_value, 6)) == (1.05, 0.001178), "as in tests/golden/spikes.yaml, by Simes"
    assert (judged.expected.round(2)[0], judged.p_value.round(6)[0], judged.high[0]) == (1.05, 0.000589, 5)


def test_a_short_dispersion_leans_on_the_others():
    wild = [0, 9, 0, 0, 8, 0, 1, 0, 9, 3, 5]
    calm = [[3, 2, 3, 4, 3, 2, 3, 4, 3, 3, 5]] * 30
    volume = np.full((31, 11), 50.0)

    alone, among = judge([wild], volume[:1]), judge([wild, *calm], volume)

    assert 1 < among.dispersion[0] < alone.dispersion[0]
    assert (among.dispersion[1:] == 1).all()


def test_what_history_allows_is_what_is_fitted():
    kinds = {
        (8, 1): "level", (7, 9): "too_short", (51, 9): "level", (52, 1): "trend", (52, 0): "level",
        (103, 9): "trend", (104, 9): "seasonal",
    }  # fmt: skip
    for (steps, items), kind in kinds.items():
        counts = np.full((1, steps + 1), float(items))
        assert KINDS[judge(counts, np.full(counts.shape, 20.0)).kind[0]] == kind
    year = np.full((1, 120), 3.0)
    assert KINDS[judge(year, year, is_weekly=False).kind[0]] == "level"
    assert KINDS[judge(year[:, :28], year[:, :28], is_weekly=False).kind[0]] == "too_short"
    few = np.zeros((1, 53))
    few[0, :19] = 1
    assert KINDS[judge(few, np.ones_like(few)).kind[0]] == "level", "a trend needs twenty items"


def test_a_step_without_volume_is_passed_over():
    counts = [2, 3, 1, 2, 9, 2, 4, 2, 3, 2, 6]
    volume = [40, 40, 40, 40, 0, 40, 40, 40, 40, 40, 40]
    left_out = judge([counts[:4] + counts[5:]], [volume[:4] + volume[5:]])

    judged = judge([counts, counts], [volume, [*volume[:-1], 0]])

    assert judged.steps.tolist() == [9, 9]
    np.testing.assert_allclose(judged.p_value[0], left_out.p_value[0])
    assert KINDS[judged.kind[1]] == "too_short"
    assert np.isnan([judged.p_value[1], judged.expected[1], judged.high[1]]).all()


@given(
    counts=st.lists(st.integers(0, 60), min_size=9, max_size=60),
    volume=st.lists(st.floats(0.5, 5000), min_size=60, max_size=60),
    scale=st.sampled_from([0.001, 7.0, 1000.0]),
)
@settings(max_examples=60, deadline=None)
def test_bound_and_p_value_agree_and_only_shares_of_volume_matter(counts, volume, scale):
    y, n = np.array([counts], dtype=float), np.array([volume[: len(counts)]])
    judged, scaled = judge(y, n), judge(y, n * scale)

    assert (judged.p_value >= 0).all()
    assert (judged.p_value <= 1).all()
    assert (judged.dispersion >= 1).all()
    assert (judged.expected > 0).all()
    np.testing.assert_allclose(scaled.expected, judged.expected, rtol=1e-4)
    for now in (judged.high[0], judged.high[0] + 1):
        y[0, -1] = now
        assert (judge(y, n).p_value[0] <= ALPHA + 1e-9) == (now > judged.high[0])


def test_series_are_judged_whatever_stands_beside_them():
    counts = np.stack([COUNTS, RNG.poisson(0.2, 131), np.zeros(131)])
    volume = np.tile(VOLUME, (3, 1))

    together, reversed_ = judge(counts, volume), judge(counts[::-1], volume[::-1])

    np.testing.assert_allclose(together.p_value, reversed_.p_value[::-1])
    assert [KINDS[kind] for kind in together.kind] == ["seasonal", "trend", "level"]
    assert together.p_value[2] == 1


@pytest.mark.parametrize(
    ("counts", "volume", "message"),
    [
        ([[1, 2]], [[1, 2, 3]], r"need a volume for each count.*\(1, 2\) and \(1, 3\)"),
        ([1, 2], [1, 2], "one row per series"),
        ([[1, -2]], [[1, 2]], "never negative; nothing was judged"),
        ([[1, 2]], [[1, -2]], "never negative"),
    ],
)
def test_what_makes_no_sense_is_refused(counts, volume, message):
    with pytest.raises(ValueError, match=message):
        judge(counts, volume)


def columns(series, steps, is_weekly, is_plain=False):
    day = np.datetime64("2024-01-01") + np.arange(steps) * (7 if is_weekly else 1)
    return {
        "series_no": np.repeat(np.arange(series, dtype=np.int32), steps),
        "period_on": np.tile(day, series),
        "is_weekly": np.full(series * steps, is_weekly),
        "is_plain": np.full(series * steps, is_plain),
        "item_count": np.full(series * steps, 2.0),
        "volume": np.full(series * steps, 30.0),
    }


def test_the_latest_weeks_and_days_are_judged_on_so_much_before_them():
    weeks, days = columns(2, 200, True), columns(1, 120, False)
    days["series_no"] += 2
    days["item_count"][-1] = 30

    found = spike_tests({name: np.concatenate([weeks[name], days[name]]) for name in weeks})

    assert len(found["series_no"]) == 2 * SPAN[True][0] + SPAN[False][0]
    weekly = found["series_no"] < 2
    assert set(found["steps"][weekly]) == {156}
    assert set(found["steps"][~weekly]) == {84}
    assert set(found["kind"][weekly]) == {"seasonal"}
    assert set(found["heard"][weekly]) == {157 * 2.0}
    assert found["period_on"][weekly].min() == weeks["period_on"][200 - 26]
    last = (found["series_no"] == 2) & (found["period_on"] == days["period_on"][-1])
    assert found["p_value"][last] < ALPHA
    assert (found["p_value"][~weekly & ~last] > ALPHA).all()


def test_a_later_week_never_changes_an_earlier_judgement():
    told = columns(1, 40, True)
    late = {name: values.copy() for name, values in told.items()}
    late["item_count"][-1] = 50

    before, after = spike_tests(told), spike_tests(late)

    np.testing.assert_array_equal(before["p_value"][:-1], after["p_value"][:-1])


def test_nothing_in_nothing_out():
    found = spike_tests({name: values[:0] for name, values in columns(1, 9, True).items()})

    assert {len(values) for values in found.values()} == {0}
    assert found["kind"].dtype.kind == "U"
    assert found["series_no"].dtype == np.int32


def test_two_weeks_are_judged_together_on_the_weeks_before_them():
    # ten weeks of one complaint among ten items, then two weeks of four among ten and twelve
    expected = 22 * (10 + 0.5) / 100
    ratio = 1 + expected / 10.5
    p_value = stats.t(9 + 10).sf(stats.norm.isf(stats.nbinom(expected / (ratio - 1), 1 / ratio).sf(7)))

    judged = judge([[1] * 10 + [4, 4]], [[10] * 11 + [12]], ahead=2)

    np.testing.assert_allclose([judged.expected[0], judged.p_value[0]], [expected, p_value])


@pytest.mark.parametrize(("steps", "columns"), [(90, 2), (131, 4)])
def test_two_weeks_have_each_their_trend_and_season(steps, columns):
    counts, volume = COUNTS[-steps:], VOLUME[-steps:]
    first, _, _, _ = by_statsmodels(counts[:-1], volume[:-1], columns)
    second, _, _, _ = by_statsmodels(
        np.append(counts[:-2], 0), np.append(volume[:-2], volume[-1]), columns
    )  # the last week, one week too early
    flat = first + second

    together = judge([counts], [volume], ahead=2).expected[0]

    assert together != pytest.approx(flat, rel=1e-4), "a week later is another season"
    assert together == pytest.approx(flat, rel=0.03)


def test_alone_and_together_are_joined_after_simes():
    told = columns(1, 11, True)
    told["item_count"][-2:], told["volume"][-2:] = (5, 6), 30
    alone = judge([told["item_count"]], [told["volume"]])
    two = judge([told["item_count"]], [told["volume"]], ahead=2)

    found = spike_tests(told)

    low, high = sorted([alone.p_value[0], two.p_value[0]])
    assert found["p_value"][-1] == pytest.approx(min(2 * low, high))
    assert (found["two_high"][-1], found["two_expected"][-1]) == (two.high[0], two.expected[0])
    assert found["alpha"][-1] == 2 * ALPHA
    # the first week that can be judged has no two weeks before which there are eight
    assert found["p_value"][8] < 1
    assert np.isnan(found["two_high"][8])
    assert found["alpha"][8] == ALPHA


def test_two_weeks_one_of_which_said_nothing_are_not_judged_together():
    told = columns(1, 12, True)
    told["volume"][-2] = 0

    found = spike_tests(told)

    assert np.isnan(found["two_high"][-2:]).all()
    assert found["p_value"][-1] == pytest.approx(judge([told["item_count"]], [told["volume"]]).p_value[0])


def test_plain_series_keep_their_own_dispersion():
    wild, calm = columns(1, 20, True, is_plain=True), columns(30, 20, True, is_plain=True)
    wild["item_count"][:] = np.tile([2, 90], 10)
    calm["series_no"] += 1
    both = {name: np.concatenate([wild[name], calm[name]]) for name in wild}

    alone, among = spike_tests(wild), spike_tests(both)

    own = among["series_no"] == 0
    np.testing.assert_array_equal(among["dispersion"][own], alone["dispersion"])
    assert set(among["dispersion"][~own & ~np.isnan(among["dispersion"])]) == {1.0}
    expected, degrees = among["expected"][~own][-1], 18
    ratio = 1 + expected / (2 * 19 + 0.5)
    tail = stats.nbinom(expected / (ratio - 1), 1 / ratio).sf(1)
    two = judge([[2] * 20], [[30] * 20], ahead=2)
    one = stats.t(degrees).sf(stats.norm.isf(tail))
    assert among["p_value"][-1] == pytest.approx(max(one, two.p_value[0]), rel=0.05)


def test_a_plain_weekday_is_held_to_its_own_level():
    days = columns(2, 112, False, is_plain=True)
    mondays = np.tile(np.arange(112) % 7 == 0, 2)
    days["item_count"][:] = np.where(mondays, 40, 4)
    days["item_count"][112 - 1] = 40  # of the first series, a Sunday as loud as a Monday

    found = spike_tests(days)

    loud = (found["series_no"] == 0) & (found["period_on"] == days["period_on"][111])
    assert found["p_value"][loud] < 1e-6
    assert (found["p_value"][~loud] > ALPHA).all()
    # twelve Mondays and four average days
    usual = 64 / 7
    weekly = (found["series_no"] == 1) & (found["expected"] > 20)
    np.testing.assert_allclose(found["expected"][weekly], (12 * 40 + 4 * usual) / 16, rtol=0.02)
