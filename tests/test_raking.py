"""Weights to a declared population: by hand, by their properties, and from the file to the published table."""

from __future__ import annotations

import re

import numpy as np
import pytest
from filled_store import empty_store, told, told_of_a_wait
from hypothesis import given, settings
from hypothesis import strategies as st
from test_publishing import publish_to, rows
from workspace import REVIEWS, Workspace, noted

from vocanalytics.config import load_settings
from vocanalytics.errors import MissingColumns, SourceError, UnknownKey
from vocanalytics.sources import read_population, survey_dimensions
from vocanalytics.statistics import rake, raked_weights
from vocanalytics.steps.job import open_job

UNCUT = (0.0, np.inf)
HALVES = [[0.5, 0.5], [0.5, 0.5]]
FOUR = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])


def held(count, category, weight, dimension, categories):
    """Share of each category in the weight of those that tell the dimension."""
    mass = np.array([(count * weight)[category[:, dimension] == one].sum() for one in range(categories)])
    return mass / mass.sum()


def test_a_table_of_two_by_two_is_fitted_as_by_hand():
    # the odds ratio stays 40 x 20 / (20 x 20) = 2: with all margins 50, x^2 = 2 (50 - x)^2, so x = 50 (2 - sqrt 2)
    x = 50 * (2 - np.sqrt(2))

    weight = rake([40, 20, 20, 20], FOUR, HALVES)

    np.testing.assert_allclose(weight * [40, 20, 20, 20], [x, 50 - x, 50 - x, x], rtol=1e-6)


def test_one_dimension_is_declared_share_over_share_of_answers():
    np.testing.assert_allclose(rake([60, 40], [[0], [1]], [[0.3, 0.7]]), [0.5, 1.75])


def test_answers_that_do_not_tell_are_not_weighted_by_it():
    np.testing.assert_allclose(rake([60, 40, 50], [[0], [1], [-1]], [[0.3, 0.7]]), [0.5, 1.75, 1.0])


def test_a_category_with_few_answers_is_left_out_and_the_others_scaled_up():
    # 0.45 and 0.45 of the population become halves of the 100 answers; the four keep their weight
    np.testing.assert_allclose(rake([60, 40, 4], [[0], [1], [2]], [[0.45, 0.45, 0.1]]), [50 / 60, 50 / 40, 1.0])
    np.testing.assert_allclose(rake([60, 40, 5], [[0], [1], [2]], [[0.45, 0.45, 0.1]])[2], 0.1 * 105 / 5)
    # nobody is in a category that no cell names, and a share of nothing cannot be met
    np.testing.assert_allclose(rake([60, 40], [[0], [1]], [[0.45, 0.45, 0.1]]), [50 / 60, 50 / 40])
    np.testing.assert_allclose(rake([60, 40, 50], [[0], [1], [2]], [[0.5, 0.5, 0.0]]), [50 / 60, 50 / 40, 1.0])


def test_nothing_is_raked_where_over_a_fifth_of_the_population_is_missing():
    assert not np.isnan(rake([60, 40], [[0], [1]], [[0.4, 0.4]])).any()
    assert np.isnan(rake([60, 40], [[0], [1]], [[0.4, 0.39]])).all()
    assert np.isnan(rake([60, 40], [[0], [-1]], [[0.5, 0.5]])).all()
    assert np.isnan(rake([60], [[-1]], [[0.0]])).all()


def test_margins_that_contradict_each_other_are_not_met_at_any_price():
    # all of A are of X and all of B of Y, so 30 % A and 40 % X cannot be
    assert np.isnan(rake([50, 50], [[0, 0], [1, 1]], [[0.3, 0.7], [0.4, 0.6]])).all()


def test_weights_are_cut_to_a_fifth_and_five_times_the_average():
    count = np.array([900.0, 60.0, 40.0])

    weight = rake(count, [[0], [1], [2]], [[0.05, 0.05, 0.9]])

    assert weight[2] == pytest.approx(5)
    assert weight.min() >= 0.2 - 1e-6
    assert np.average(weight, weights=count) == pytest.approx(1)
    assert rake(count, [[0], [1], [2]], [[0.05, 0.05, 0.9]], bounds=UNCUT)[2] == pytest.approx(22.5)


@pytest.mark.parametrize(
    ("count", "category", "share", "message"),
    [
        ([10, 0], [[0], [1]], [[0.5, 0.5]], "every cell needs a count above 0"),
        ([10, 9], [[0, 1]], [[0.5, 0.5]], "a category for each of 2 cells and 1 dimensions, found 1 x 2"),
        ([10, 9], [[0], [1]], [[-0.5, 1.5]], "lie between 0 and 1"),
        ([10, 9], [[0], [1]], [[0.7, 0.7]], "exceed 1 never"),
        ([10, 9], [[0], [2]], [[0.5, 0.5]], "a category has no share"),
    ],
)
def test_senseless_tables_are_refused(count, category, share, message):
    with pytest.raises(ValueError, match=message):
        rake(count, category, share)


@st.composite
def tables(draw):
    """Cells of two or three dimensions, each kind of answer at least once, and a population that looks otherwise."""
    sizes = draw(st.lists(st.integers(2, 4), min_size=2, max_size=3))
    category = np.stack(np.meshgrid(*map(np.arange, sizes), indexing="ij"), axis=-1).reshape(-1, len(sizes))
    count = np.array(draw(st.lists(st.integers(5, 60), min_size=len(category), max_size=len(category))), dtype=float)
    untold = draw(st.lists(st.integers(0, len(category) - 1), max_size=2))
    parts = [np.array(draw(st.lists(st.integers(1, 9), min_size=size, max_size=size)), dtype=float) for size in sizes]
    category = np.vstack([category, np.where(np.arange(len(sizes)) == 0, -1, category[untold])])
    return np.append(count, np.full(len(untold), 7.0)), category, [part / part.sum() for part in parts]


@given(tables())
@settings(max_examples=60, deadline=None)
def test_uncut_weights_meet_every_margin_and_average_one(table):
    count, category, share = table

    weight = rake(count, category, share, bounds=UNCUT)

    assert (weight > 0).all()
    assert np.average(weight, weights=count) == pytest.approx(1)
    for dimension, one in enumerate(share):
        np.testing.assert_allclose(held(count, category, weight, dimension, len(one)), one, atol=1e-5)


@given(tables(), st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_the_order_of_cells_changes_nothing_and_bounds_hold(table, random):
    count, category, share = table
    order = random.sample(range(len(count)), len(count))

    weight = rake(count, category, share)

    np.testing.assert_allclose(rake(count[order], category[order], share), weight[order], rtol=1e-6)
    assert weight.min() >= 0.2 - 1e-6
    assert weight.max() <= 5 + 1e-6


@given(tables())
@settings(max_examples=30, deadline=None)
def test_a_population_like_the_answers_leaves_them_as_they_are(table):
    count, category, share = table
    alike = [held(count, category, 1.0, dimension, len(one)) for dimension, one in enumerate(share)]

    np.testing.assert_allclose(rake(count, category, alike), 1.0, rtol=1e-6)


def test_each_set_of_answers_is_raked_by_itself():
    columns = {
        "score_no": [1, 1, 1, 1, 2, 2, 2],
        "profile_no": [1, 1, 2, 2, 7, 8, 9],
        "answer_count": [60, 60, 40, 40, 30, 10, 3],
        "dimension_no": [0, 1, 0, 1, 0, 0, 0],
        "category_no": [0, 0, 1, -1, 2, 1, -1],
        "share": [0.3, 1.0, 0.7, 0.0, 0.5, 0.5, 0.0],
    }

    found = raked_weights({name: np.array(values) for name, values in columns.items()})

    assert (found["score_no"].tolist(), found["profile_no"].tolist()) == ([1, 1, 2, 2, 2], [1, 2, 7, 8, 9])
    np.testing.assert_allclose(found["weight"], [0.5, 1.75, 20 / 30, 2, 1])
    nothing = raked_weights({name: np.array(values)[:0] for name, values in columns.items()})
    assert [len(values) for values in nothing.values()] == [0, 0, 0]


SURVEYS = {"after_visit": {"market", "model", "region"}, "after_purchase": {"market"}}
KNOWN = {"surveys": SURVEYS, "sources": [*SURVEYS, "reviews"]}
HEADER = "source,dimension,value,share\n"
MARKET = ",market,DE,0.6\n,market,UK,0.4\n"


def population(folder, text: str):
    path = folder / "population.csv"
    path.write_text(text, encoding="utf-8")
    return read_population(path, **KNOWN)


def shares(found):
    return {(row["source"], row["dimension"], row["value"]): row["share"] for row in found.kept}


def test_a_population_is_read_for_each_survey_it_holds_for(tmp_path):
    one = "after_visit,market, DE ,0.5\nafter_visit,market,UK,0.495\n"
    found = population(tmp_path, "\ufeff" + HEADER + one + MARKET + ",model,One,1\n")

    assert found.left_out == []
    assert shares(found) == {
        ("after_visit", "market", "DE"): 0.5, ("after_visit", "market", "UK"): 0.495,
        ("after_purchase", "market", "DE"): 0.6, ("after_purchase", "market", "UK"): 0.4,
        ("after_visit", "model", "One"): 1.0,
    }  # fmt: skip
    assert population(tmp_path, HEADER)[:2] == ([], [])
    without = population(tmp_path, "share,value,dimension\n1,DE,market\n")
    assert {row["source"] for row in without.kept} == set(SURVEYS)


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("dimension,value\n", MissingColumns, "share not found.*Add them; nothing was read"),
        (HEADER.replace("source", "sources") + MARKET, UnknownKey, "unknown key 'sources'; did you mean 'source'"),
        (HEADER + ",market,DE\n", SourceError, "row 1: the row cannot be used. Expected 4 cells"),
        (HEADER + MARKET.replace("0.4", "-0.4"), SourceError, "row 2: share cannot be used. Expected a number from 0"),
        (HEADER + MARKET.replace("0.6", "60"), SourceError, "such as 0.25 for a quarter"),
        (HEADER + MARKET.replace("0.6", "nan"), SourceError, "row 1: share cannot be used"),
        (HEADER + MARKET.replace("0.6", "most"), SourceError, "row 1: share cannot be used"),
        (HEADER + ",,DE,1\n", SourceError, "row 1: dimension cannot be used. Expected a name such as market"),
        (HEADER + ",market,,1\n", SourceError, "row 1: value cannot be used. Expected a name such as DE"),
        (HEADER + MARKET + ",market,DE,0.1\n", SourceError, "row 3: value .*Expected each value of a source and dim"),
        (HEADER + MARKET.replace("0.6", "0.58"), SourceError, "'market' of every survey add up to 0.980. Expected 1"),
        (HEADER + "reviews,market,DE,0.7\n", SourceError, "'market' of source 'reviews' add up to 0.700.*Nothing was"),
    ],
)  # fmt: skip
def test_a_wrong_population_is_named(tmp_path, text, kind, message):
    with pytest.raises(kind, match=r"population\.csv: .*" + message):
        population(tmp_path, text)


def test_a_population_file_that_is_none_is_told_what_it_should_be(tmp_path):
    with pytest.raises(SourceError, match="cannot be read: No such file.*Expected a CSV file in UTF-8"):
        read_population(tmp_path / "gone.csv", **KNOWN)


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("after_visits,market", r"unknown source 'after_visits'; did you mean 'after_visit'\?"),
        ("reviews,market", "the source is no survey, and nobody knows who could have written the rest."),
        (",markt", r"'markt' of every survey: unknown dimension 'markt'; did you mean 'market'\?"),
        ("after_purchase,model", r"unknown dimension 'model'; did you mean 'market'\?"),
    ],
)
def test_shares_of_an_unknown_place_are_left_out_and_told(tmp_path, place, message):
    found = population(tmp_path, HEADER + f"{place},One,1\n" + ",region,north,1\n")

    assert shares(found) == {("after_visit", "region", "north"): 1.0}
    (why,) = found.left_out
    assert re.search(r"population\.csv: dimension .*" + message + " Its shares are left out until then", why)


SURVEY = (
    REVIEWS.replace("channel: review", "channel: survey").replace("reviews", "survey")
    + """
    dimensions: {market: market}
"""
)


@pytest.fixture
def workspace(tmp_path):
    workspace = Workspace(tmp_path)
    workspace.declare(REVIEWS + "    dimensions: {market: market}\n" + SURVEY)
    for name in ("reviews", "survey"):
        workspace.write(f"{name}.csv", "id,date,stars,text,author,market\n1,2026-06-01,2,They kept me waiting.,a,DE\n")
    return workspace


def test_the_file_is_found_beside_the_declaration_or_where_a_variable_says(workspace):
    assert workspace.job.population() == ([], [], None)

    workspace.write("population.csv", HEADER + MARKET)
    assert {(row["source"], row["value"]) for row in workspace.job.population().kept} == {
        ("survey", "DE"), ("survey", "UK"),
    }  # fmt: skip

    folder = workspace.folder
    other = workspace.write("other/population.csv", HEADER)
    environ = {"VOC_SOURCES": str(folder / "sources.yaml"), "VOC_HOME": str(folder), "VOC_POPULATION": str(other)}
    assert open_job(load_settings(environ)).population().kept == []
    with pytest.raises(SourceError, match=r"gone\.csv: cannot be read"):
        open_job(load_settings(environ | {"VOC_POPULATION": str(folder / "gone.csv")}))


CUSTOMERS = "customers: {path: customers.csv, key: id, columns: {region: area, plan: plan}}\n"
SHARED = "    shared_customers: true\n"


@pytest.mark.parametrize(
    ("head", "more", "told"),
    [
        ("", "", {"market"}),
        (CUSTOMERS, "", {"market"}),
        (CUSTOMERS, SHARED, {"market", "region"}),
        (CUSTOMERS.replace(", columns: {region: area, plan: plan}", ""), SHARED, {"market", "region", "loyalty_tier"}),
    ],
)  # fmt: skip
def test_attributes_count_where_a_survey_shares_its_customers(workspace, head, more, told):
    workspace.declare(REVIEWS + SURVEY + more, head=head)

    assert survey_dimensions(workspace.job.declaration) == {"survey": told}


def test_a_misspelt_dimension_is_a_warning_of_check_and_a_note_of_the_run_that_goes_on(workspace):
    workspace.write("population.csv", HEADER + MARKET.replace("market", "markets"))
    left_out = "unknown dimension 'markets'; did you mean 'market'? Its shares are left out"
    with workspace.store() as con:
        told_of_a_wait(con)

    noted(workspace.job, left_out)


def test_a_changed_population_is_a_new_publication_and_what_is_hidden_stays_so(tmp_path):
    halves = [{"source": "survey", "dimension": "market", "value": value, "share": 0.5} for value in ("DE", "UK")]
    with empty_store() as con:
        told(con, {"id": "d", "n": 30, "score": 9}, {"id": "u", "n": 10, "score": 3, "day": "2026-06-30"})
        con.execute(
            "update submissions set dimensions = map {'market': if(starts_with(submission_id, 'sd'), 'DE', 'UK')}"
        )
        raw = publish_to(con, tmp_path)
        first = publish_to(con, tmp_path, population=halves)
        again = publish_to(con, tmp_path, population=halves)

    assert not raw.unchanged
    assert not first.unchanged
    assert (again.unchanged, again.id) == (True, first.id)
    figures = "select headline, raked_headline, raked_dimensions from score_trends where period_kind = 'month'"
    assert rows(tmp_path / "insights.duckdb", figures) == [(50.0, 0.0, "market")]
    assert rows(tmp_path / "insights_shareable.duckdb", figures) == [(50.0, 0.0, "market")]
    hidden = "select raked_headline, raked_dimensions from score_trends where is_suppressed"
    assert set(rows(tmp_path / "insights_shareable.duckdb", hidden)) <= {(None, None)}
    columns = "select column_name from duckdb_columns() where table_name = 'score_trends'"
    assert ("raked_effective_response_count",) not in rows(tmp_path / "insights_shareable.duckdb", columns)
