"""Shares corrected by an audit and steadied by their neighbours: by hand, by simulation, as the tables do."""

from __future__ import annotations

import numpy as np
import pytest
from filled_store import MODEL, TAXONOMY, empty_store, told
from test_insights import build_all

from vocanalytics.statistics import corrected_share, net_sentiment, shrunken_shares
from vocanalytics.warehouse.quality import store_quality


def test_a_share_is_corrected_by_hand():
    # 4 of 100 missed, 6 made up; a weight of 2 for half of the missed: 6 missed, 6 made up of 102
    gold = [True] * 4 + [False] * 6 + [True] * 20 + [False] * 70
    found = [False] * 4 + [True] * 6 + [True] * 20 + [False] * 70
    weight = [2.0] * 2 + [1.0] * 98

    told_share = corrected_share(0.26, gold, found, weight, range(100))

    assert told_share.share == pytest.approx(0.26)
    effective = 102**2 / (2 * 4 + 98)
    low, high = net_sentiment(6 / 102 * effective, 6 / 102 * effective, effective)
    assert (told_share.low, told_share.high) == pytest.approx((0.26 + low / 100, 0.26 + high / 100))


def test_a_respondent_who_says_it_twice_tells_it_once():
    gold, found = [True, False] * 30, [False] * 60
    alone = corrected_share(0.0, gold, found, [1.0] * 60, range(60))
    pairs = corrected_share(0.0, gold, found, [1.0] * 60, [n // 2 for n in range(60)])

    assert pairs.share == alone.share == 0.5
    assert pairs.low < alone.low < alone.high < pairs.high


def test_no_error_found_is_no_certainty_and_no_share_leaves_its_scale():
    right = corrected_share(0.02, [False] * 50, [False] * 50, [1.0] * 50, range(50))
    beyond = corrected_share(0.95, [True] * 50, [False] * 25 + [True] * 25, [1.0] * 50, range(50))

    assert right.low == 0 < right.share == 0.02 < 0.05 < right.high
    assert beyond == (1.0, 1.0, 1.0)


@pytest.mark.parametrize(("share", "recall", "false"), [(0.3, 0.7, 0.05), (0.1, 0.4, 0.02), (0.5, 0.9, 0.3)])
def test_the_bounds_hold_nineteen_times_in_twenty_whatever_the_model_gets_wrong(share, recall, false):
    rng = np.random.default_rng(3)
    gold = rng.random(20_000) < share
    found = np.where(gold, rng.random(20_000) < recall, rng.random(20_000) < false)
    held = []
    for _ in range(400):
        audit = rng.choice(20_000, 80, replace=False)
        told_share = corrected_share(found.mean(), gold[audit], found[audit], np.full(80, 250.0), audit)
        held.append(told_share.low <= gold.mean() <= told_share.high)

    assert np.mean(held) >= 0.935
    assert found.mean() != pytest.approx(gold.mean(), abs=0.01)


def test_an_audit_of_unequal_columns_is_refused():
    with pytest.raises(ValueError, match="a verdict, a finding and a weight for each audited segment; nothing was"):
        corrected_share(0.5, [True], [True, False], [1.0], ["a"])


def test_shares_from_a_beta_are_drawn_to_their_posterior_means():
    rng = np.random.default_rng(11)
    true = rng.beta(2, 18, size=4000)
    seen = rng.binomial(50, true) / 50

    drawn = shrunken_shares(seen, 50, 4000)

    np.testing.assert_allclose(drawn, (2 + 50 * seen) / 70, atol=0.01)
    assert ((drawn - true) ** 2).mean() < 0.8 * ((seen - true) ** 2).mean()


def test_shares_that_differ_by_chance_alone_are_drawn_together_and_those_of_many_stay():
    rng = np.random.default_rng(12)
    chance = shrunken_shares(rng.binomial(40, 0.1, size=500) / 40, 40, 500)
    many = shrunken_shares([0.3, 0.1], 1e6, 20)

    assert np.ptp(chance) < 0.02
    assert many == pytest.approx([0.3, 0.1], abs=1e-5)
    assert shrunken_shares([1.0], 1, 2).tolist() == pytest.approx([0.5], abs=1e-5)


def test_fewer_cells_than_shares_are_refused():
    with pytest.raises(ValueError, match="at least two cells and as many as shares; got 1 for 2; nothing was drawn"):
        shrunken_shares([0.1, 0.2], 10, 1)


@pytest.fixture
def con():
    with empty_store() as con:
        con.execute("attach ':memory:' as publication")
        yield con


def test_the_table_draws_shares_as_the_function_does(con):
    said = {"waiting": 31, "price": 12, "staff": 7, "workshop": 2}
    told(con, *({"id": t, "n": n, "theme": t, "touchpoint": "workshop"} for t, n in said.items()))
    told(con, {"id": "glad", "n": 148, "polarity": "positive"}, {"id": "same", "n": 20, "customer": "c"})
    build_all(con, tables=["pain_points"])
    rows = con.execute(
        "select negative_item_count, effective_item_count, shrunken_share_pct from publication.pain_points "
        "where period_kind = 'month' and source = 'all' order by negative_item_count desc"
    ).fetchall()

    # four places, the unknown one among them, times five themes
    expected = shrunken_shares([n / 220 for n in said.values()], 220**2 / (200 + 400), 20)
    assert [row[0] for row in rows] == list(said.values())
    assert [row[2] for row in rows] == pytest.approx(list(100 * expected), abs=0.006)


def test_the_table_corrects_shares_as_the_function_does(con):
    rng = np.random.default_rng(2)
    told(con, {"id": "a", "n": 60, "theme": "waiting"}, {"id": "b", "n": 60, "theme": "price"}, {"id": "c", "n": 80})
    rows = [(f"i{kind}-{n}", kind, n) for kind in "ab" for n in range(60)]
    gold, found, weight, hands = [], [], [], []
    for item, kind, n in rows:
        is_waiting, probability, customer = bool(rng.random() < 0.5), (0.25, 1.0)[n % 2], f"c{n % 40}"
        con.execute(f"update submissions set customer_id = '{customer}' where submission_id = 's{kind}-{n}'")
        con.execute(
            f"insert into label_draws select item_id, 1, 0, span_end, taxonomy, 'audit', {probability}, 1, now() "
            f"from segments where item_id = '{item}'"
        )
        con.execute(
            "insert into labels by name select 1 as import_no, item_id, revision, 0 as span_start, span_end, taxonomy, "
            "'audit' as stratum, 'me' as coder, 'tagged' as themes_outcome, "
            f"['{'waiting' if is_waiting else 'staff'}'] as themes, false as is_guess_shown, now() as imported_at "
            f"from segments where item_id = '{item}'"
        )
        gold, found = [*gold, is_waiting], [*found, kind == "a"]
        weight, hands = [*weight, 1 / probability], [*hands, customer]
    build_all(con, tables=["model_quality"])
    ((count, predicted, *shares),) = con.execute(
        "select audit_row_count, share_predicted_pct, share_corrected_pct, share_corrected_pct_low, "
        "share_corrected_pct_high from publication.model_quality where axis = 'themes' and label = 'waiting' "
        "and channel = 'all' and language = 'all'"
    ).fetchall()

    assert (count, predicted) == (120, 30.0)
    assert shares == pytest.approx([100 * v for v in corrected_share(0.3, gold, found, weight, hands)], abs=0.006)


def test_what_evaluation_stores_is_published(con):
    figures = {"precision": 0.8, "recall": 0.6, "f1": 0.69, "f1_interval": [0.6, 0.75], "support": 30}
    report = {"gold": "gold.csv 1a2b", "model": MODEL, "taxonomy": TAXONOMY.id}
    store_quality(con, report | {"themes": {"labels": {"waiting": figures}}})
    told(con, {})

    build_all(con, tables=["model_quality"])

    assert con.execute(
        "select gold_set, axis, label, precision, f1_low, f1_high, support, is_current from publication.model_quality"
    ).fetchall() == [("gold.csv 1a2b", "themes", "waiting", 0.8, 0.6, 0.75, 30, True)]


def test_a_report_is_stored_with_its_parts_and_without_labels_that_never_occurred(con):
    seen = {"precision": 0.8, "recall": 0.6, "f1": 0.69, "f1_interval": [0.6, 0.75], "support": 30}
    never = {"precision": None, "recall": None, "f1": None, "f1_interval": [None, None], "support": 0}
    missed = seen | {"precision": None, "recall": 0.0, "f1": 0.0, "f1_interval": [0.0, 0.3]}
    axes = {"themes": {"labels": {"waiting": seen, "price": never, "staff": missed}}}
    parts = [{"channel": "review", "language": None} | axes, {"channel": None, "language": "de"} | axes]
    report = {"gold": "gold.csv 1a2b", "model": MODEL, "taxonomy": TAXONOMY.id, "parts": parts} | axes

    assert store_quality(con, report) == 6

    assert con.execute("select label, channel, language, precision from model_quality order by all").fetchall() == [
        (label, *part, precision)
        for label, precision in (("staff", None), ("waiting", 0.8))
        for part in (("review", None), (None, "de"), (None, None))
    ]
