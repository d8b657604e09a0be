"""Drivers and contrasts against published values, trusted libraries and brute force."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import permutations

import numpy as np
import pytest
from filled_store import MODEL, TAXONOMY, empty_store, told
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.outliers_influence import variance_inflation_factor
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from vocanalytics.statistics import FUNCTIONS, driver_estimates
from vocanalytics.statistics.drivers import partial_correlation
from vocanalytics.statistics.importance import entry_orders, lmg, variance_inflation
from vocanalytics.taxonomy import Theme
from vocanalytics.warehouse.building import Edition, build

# R's data set `swiss` (Mosteller and Tukey 1977): Agriculture, Examination, Education, Catholic, Infant.Mortality and,
# last, the response Fertility
SWISS = [
    [1, -0.6865422, -0.6395225, 0.4010951, -0.0608586, 0.3530792],
    [-0.6865422, 1, 0.6984153, -0.5727418, -0.1140216, -0.6458827],
    [-0.6395225, 0.6984153, 1, -0.1538589, -0.0993218, -0.6637889],
    [0.4010951, -0.5727418, -0.1538589, 1, 0.1754959, 0.4636847],
    [-0.0608586, -0.1140216, -0.0993218, 0.1754959, 1, 0.416556],
    [0.3530792, -0.6458827, -0.6637889, 0.4636847, 0.416556, 1],
]


def built(con, table, *, min_base=1, min_cell=1, functions=FUNCTIONS, taxonomy=TAXONOMY):
    con.execute("attach ':memory:' as publication")
    edition = Edition(MODEL, taxonomy.id, "m1", date(2026, 6, 30), min_base, min_cell)
    build(con, "publication", edition=edition, taxonomy=taxonomy, functions=functions, tables=[table])


def correlated(seed: int, p: int, n: int = 80) -> np.ndarray:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(n, p + 1)) @ rng.normal(size=(p + 1, p + 1))
    return np.corrcoef(values, rowvar=False)


def r_squared(design: np.ndarray, response: np.ndarray) -> float:
    design = np.column_stack([np.ones(len(response)), design])
    left = response - design @ np.linalg.lstsq(design, response, rcond=None)[0]
    return 1 - float(left @ left) / float(((response - response.mean()) ** 2).sum())


def test_lmg_agrees_with_relaimpo_on_swiss():
    # calc.relimp(swiss, type = "lmg") of the R package relaimpo (Groemping, J. Statistical Software 17, 2006)
    parts = lmg(SWISS, entry_orders(5, 120, seed=0))

    assert parts == pytest.approx([0.05709122, 0.17117303, 0.26013468, 0.10557015, 0.11276592], abs=1e-6)


@pytest.mark.parametrize("p", [1, 3, 4])
def test_lmg_is_what_brute_force_over_all_orders_gives(p):
    rng = np.random.default_rng(p)
    design = rng.normal(size=(50, p)) @ rng.normal(size=(p, p))
    response = design @ rng.normal(size=p) + rng.normal(size=50)
    gains = np.zeros(p)
    orders = list(permutations(range(p)))
    for order in orders:
        for place, variable in enumerate(order):
            before, after = list(order[:place]), list(order[: place + 1])
            gains[variable] += r_squared(design[:, after], response) - r_squared(design[:, before], response)

    parts = lmg(np.corrcoef(np.column_stack([design, response]), rowvar=False), entry_orders(p, 1000, seed=0))

    assert parts == pytest.approx(gains / len(orders), abs=1e-6)


@given(seed=st.integers(0, 10**6), p=st.integers(1, 8), count=st.integers(1, 40))
@settings(max_examples=30, deadline=None)
def test_the_parts_sum_to_r_squared_whatever_the_orders(seed, p, count):
    matrix = correlated(seed, p)

    parts = lmg(matrix, entry_orders(p, count, seed=seed))

    with_all = matrix[-1, :-1] @ np.linalg.lstsq(matrix[:-1, :-1], matrix[:-1, -1], rcond=None)[0]
    assert parts.sum() == pytest.approx(with_all, abs=1e-5)
    assert (parts >= 0).all()


@given(seed=st.integers(0, 10**6), p=st.integers(2, 5))
@settings(max_examples=20, deadline=None)
def test_the_parts_do_not_depend_on_the_order_of_columns(seed, p):
    matrix = correlated(seed, p)
    shuffled = np.random.default_rng(seed).permutation(p)
    moved = np.append(shuffled, p)

    parts = lmg(matrix, entry_orders(p, 1000, seed=0))

    assert lmg(matrix[np.ix_(moved, moved)], entry_orders(p, 1000, seed=0)) == pytest.approx(parts[shuffled], abs=1e-9)


def test_sampled_orders_come_close_to_all_of_them():
    matrix = correlated(3, 7)

    sampled, exact = lmg(matrix, entry_orders(7, 1024, seed=1)), lmg(matrix, entry_orders(7, 5040, seed=1))

    assert len(entry_orders(7, 5040, seed=1)) == 5040
    assert sampled == pytest.approx(exact, abs=0.01)
    assert not np.array_equal(sampled, exact)


def test_a_variable_that_repeats_another_shares_with_it():
    matrix = np.array([[1, 1, 0.6], [1, 1, 0.6], [0.6, 0.6, 1]])

    assert lmg(matrix, entry_orders(2, 10, seed=0)) == pytest.approx([0.18, 0.18], abs=1e-4)


@pytest.mark.parametrize(
    ("matrix", "orders", "message"),
    [
        (np.eye(3), np.array([[0]]), "square matrix and orders of its variables"),
        (np.ones((2, 3)), np.array([[0]]), "square matrix"),
        (np.eye(2), np.empty((0, 1), dtype=int), "need an order of entry"),
    ],
)
def test_lmg_refuses_what_does_not_fit(matrix, orders, message):
    with pytest.raises(ValueError, match=message):
        lmg(matrix, orders)


def test_variance_inflation_agrees_with_statsmodels():
    rng = np.random.default_rng(1)
    values = rng.normal(size=(60, 3)) @ rng.normal(size=(3, 3))
    design = np.column_stack([np.ones(60), values])

    found = variance_inflation(np.corrcoef(values, rowvar=False))

    assert found == pytest.approx([variance_inflation_factor(design, column) for column in (1, 2, 3)], rel=1e-5)


def test_controls_are_taken_out_as_regression_takes_them_out():
    rng = np.random.default_rng(2)
    controls = np.column_stack([np.ones(90), rng.normal(size=(90, 2))])
    values = rng.normal(size=(90, 3)) + controls @ rng.normal(size=(3, 3))
    left = values - controls @ np.linalg.lstsq(controls, values, rcond=None)[0]
    both = np.column_stack([controls, values])

    found, share = partial_correlation(both.T @ both, 3)

    assert found == pytest.approx(np.corrcoef(left, rowvar=False), abs=1e-9)
    assert share == pytest.approx(left[:, 2].var() / values[:, 2].var(), abs=1e-9)


def responses(n: int, seed: int = 0, *, effect: float = -2.0, customers: int | None = None) -> dict[str, np.ndarray]:
    """Driver 1 moves the score, driver 2 comes with it and does not, driver 3 stands alone and does not."""
    rng = np.random.default_rng(seed)
    strong = rng.random(n) < 0.3
    mentions = np.column_stack(
        [strong, np.where(strong, rng.random(n) < 0.6, rng.random(n) < 0.1), rng.random(n) < 0.2]
    )
    score = 7 + effect * strong + rng.normal(size=n)
    rows = [(i, d) for i in range(n) for d in [*(np.flatnonzero(mentions[i]) + 1), -1][: max(1, mentions[i].sum())]]
    response, driver = np.array(rows).T
    return {
        "model_no": np.ones(len(rows), int), "level_no": np.zeros(len(rows), int), "response_no": response + 1,
        "driver_no": driver, "respondent": response % (customers or n), "score": score[response],
        "month_no": np.ones(len(rows), int), "language_no": np.ones(len(rows), int),
        "verbatim_length": rng.normal(size=n)[response],
    }  # fmt: skip


def test_the_driver_that_matters_has_the_largest_share_and_bounds_around_it():
    found = driver_estimates(responses(600))

    assert found["driver_no"].tolist() == [1, 2, 3]
    assert found["share"].sum() == pytest.approx(1)
    assert found["rank"].tolist()[0] == found["rank_low"][0] == found["rank_high"][0] == 1
    assert (found["share_low"] <= found["share"]).all()
    assert (found["share"] <= found["share_high"]).all()
    assert found["share_low"][0] > 0.5
    assert found["variance_inflation"][0] > 1.2
    assert found["driver_count"].tolist() == [3, 3, 3]


def test_estimates_repeat_and_do_not_depend_on_other_models():
    alone = driver_estimates(responses(200))
    columns, other = responses(200), responses(150, seed=5)
    other["model_no"][:], other["driver_no"] = 0, np.where(other["driver_no"] > 0, other["driver_no"] + 10, -1)
    both = driver_estimates({name: np.concatenate([other[name], columns[name]]) for name in columns})

    for name, values in alone.items():
        assert np.array_equal(both[name][3:], values), name
    assert both["driver_no"].tolist() == [11, 12, 13, 1, 2, 3]


def test_bounds_are_wider_when_few_customers_say_it_all():
    # four times the same 150 customers, each saying the same again
    once = responses(150)
    again = {name: np.concatenate([values] * 4) for name, values in once.items()}
    again["response_no"] = np.concatenate([once["response_no"] + 150 * time for time in range(4)])
    apart = {**again, "respondent": again["response_no"]}

    by_customer, as_if_apart = (driver_estimates(columns) for columns in (again, apart))

    assert by_customer["share"] == pytest.approx(as_if_apart["share"])
    width, narrow = ((found["share_high"] - found["share_low"])[0] for found in (by_customer, as_if_apart))
    assert width > 1.5 * narrow


def test_groups_of_customers_give_the_bounds_that_customers_give():
    # above 400 customers blocks are resampled; a response's influence on the bounds must not change with that
    few, many = driver_estimates(responses(390, 1)), driver_estimates(responses(4 * 390, 1))

    wide, narrow = (found["share_high"][0] - found["share_low"][0] for found in (few, many))
    assert wide / narrow == pytest.approx(2, rel=0.35)


def test_nothing_to_explain_and_nothing_to_read():
    flat = responses(60)
    flat["score"] = np.full(len(flat["score"]), 5.0)
    assert np.isnan(driver_estimates(flat)["share"]).all()

    empty = driver_estimates({name: values[:0] for name, values in flat.items()})
    assert {name: len(values) for name, values in empty.items()} == dict.fromkeys(empty, 0)
    assert {values.dtype.kind for values in empty.values()} == {"i", "f"}


def test_published_drivers_agree_with_statsmodels_and_brute_force():
    rng = np.random.default_rng(4)
    said = rng.choice(["waiting", "price", ""], size=60, p=[0.3, 0.3, 0.4])
    score = np.clip(np.rint(7 - 3 * (said == "waiting") - (said == "price") + rng.normal(size=60)), 0, 10)
    with empty_store() as con:
        told(
            con,
            *(
                {"id": n, "theme": t or None, "score": float(s)}
                for n, (t, s) in enumerate(zip(said, score, strict=True))
            ),
        )
        built(con, "drivers")
        rows = con.execute(
            "from publication.drivers select place, score_gap, score_gap_low, score_gap_high, explained_pct"
        )
        rows = {row[0]: row[1:] for row in rows.fetchall()}

    design = np.column_stack([said == "waiting", said == "price"]).astype(float)
    for column, other, place in ((0, 1, "waiting"), (1, 0, "price")):
        inside, outside = score[design[:, column] == 1], score[design[:, column] == 0]
        low, high = CompareMeans(DescrStatsW(inside), DescrStatsW(outside)).tconfint_diff(usevar="unequal")
        first = r_squared(design[:, [column]], score)
        last = r_squared(design, score) - r_squared(design[:, [other]], score)
        expected = [inside.mean() - outside.mean(), low, high, 50 * (first + last)]
        assert rows[place] == pytest.approx(expected, abs=0.006)


def test_the_theme_overall_is_no_driver_but_its_touchpoint_is():
    taxonomy = replace(TAXONOMY, themes=(*TAXONOMY.themes, Theme("overall", "Overall")))
    with empty_store() as con:
        told(con, {"n": 3, "theme": "overall", "touchpoint": "workshop", "score": 2}, {"n": 3, "id": "b", "score": 9})
        built(con, "drivers", taxonomy=taxonomy)
        assert con.execute("from publication.drivers select level, place").fetchall() == [("touchpoint", "workshop")]


def test_above_fifty_thousand_responses_a_sample_of_customers_is_modelled():
    seen = []

    def spy(columns):
        seen.append(columns)
        return driver_estimates(columns)

    with empty_store() as con:
        told(con, {"n": 2, "theme": "price", "score": 2})
        con.execute("""
            insert into submissions by name
            select one.* replace ('m' || i as submission_id, 'c' || (i // 2) as customer_id)
            from (from submissions limit 1) as one, range(100000) as more (i)
        """)
        con.execute("""
            insert into feedback_items by name
            select one.* replace ('m' || i as submission_id, 'm' || i as item_id)
            from (from feedback_items limit 1) as one, range(100000) as more (i)
        """)
        con.execute("insert into scores select 'm' || i, 'q_nps', null, 'nps_0_10', i % 11 from range(100000) as t (i)")
        built(con, "drivers", functions={**FUNCTIONS, "driver_estimates": spy})
        assert con.execute("from publication.drivers select response_count, mention_count").fetchall() == [(100_002, 2)]

    people, times = np.unique(seen[0]["respondent"], return_counts=True)
    assert 48_000 < len(seen[0]["score"]) < 52_000
    assert (times == 2).mean() > 0.99  # a customer comes with all responses or with none
    assert len(people) > 20_000


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_contrasts_agree_with_statsmodels_and_the_formula_of_sato(seed):
    rng = np.random.default_rng(seed)
    share = np.array([0.2, 0.35, 0.5])
    n1, n0 = rng.integers(25, 60, 3), rng.integers(30, 80, 3)
    a, c = rng.binomial(n1, share + 0.1), rng.binomial(n0, share)
    lines = []
    for source, counts in enumerate(zip(a, n1 - a, c, n0 - c, strict=True)):
        for kind, count in zip("hgoq", counts, strict=True):
            line = {"id": f"{kind}{source}", "n": int(count), "source": f"source_{source}"}
            lines.append({**line, "theme": "price", "touchpoint": "finance"} if kind in "ho" else line)
    with empty_store() as con:
        told(con, *lines)
        con.execute("""
            update submissions set dimensions =
                map {'outlet': case when submission_id[2] in ('h', 'g') then 'here' else 'elsewhere' end}
        """)
        built(con, "group_contrasts")
        found = con.execute("""
            select source, p_value, difference_points, difference_points_low, difference_points_high
            from publication.group_contrasts where group_value = 'here' and period_kind = 'all' order by source
        """).fetchall()

    tables = [np.array([[a[s], n1[s] - a[s]], [c[s], n0[s] - c[s]]], dtype=float) for s in range(3)]
    for scope, rows in (("all", [0, 1, 2]), *((f"source_{s}", [s]) for s in range(3))):
        (told_row,) = [row[1:] for row in found if row[0] == scope]
        tested = StratifiedTable([tables[s] for s in rows]).test_null_odds(correction=False).pvalue
        assert told_row == pytest.approx([tested, *(100 * x for x in _sato(a, n1, c, n0, rows))], abs=0.006), scope


def _sato(a, n1, c, n0, rows) -> tuple[float, float, float]:
    """Sato, Greenland and Robins, "On the variance estimator for the Mantel-Haenszel risk difference" (1989)."""
    top = bottom = p = q = 0.0
    for s in rows:
        n = n1[s] + n0[s]
        top += (a[s] * n0[s] - c[s] * n1[s]) / n
        bottom += n1[s] * n0[s] / n
        p += (n1[s] ** 2 * c[s] - n0[s] ** 2 * a[s] + n1[s] * n0[s] * (n0[s] - n1[s]) / 2) / n**2
        q += (a[s] * (n0[s] - c[s]) + c[s] * (n1[s] - a[s])) / (2 * n)
    difference = top / bottom
    reach = 1.959964 * np.sqrt((difference * p + q) / bottom**2)
    return difference, difference - reach, difference + reach
