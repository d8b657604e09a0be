"""What customers say twice counts as in the textbook, whichever way the SQL gets there; hidden sums likewise."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import numpy as np
from filled_store import MODEL, TAXONOMY, empty_store, told
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vocanalytics.statistics import FUNCTIONS
from vocanalytics.warehouse.building import Edition, build
from vocanalytics.warehouse.subtraction import given_away

LAST = date(2026, 6, 30)
Said = tuple[date, str, str]  # day, source, customer

# close enough together that periods of every kind hold customers once, twice, and once on either edge
DAYS = st.integers(0, 150).map(lambda n: LAST - timedelta(days=n))
SAID = st.lists(st.tuples(DAYS, st.sampled_from("AB"), st.sampled_from(["c1", "c2", "c3"])), min_size=1, max_size=12)


def kish(said: list[Said], first: date, last: date, source: str) -> tuple[int, int, float]:
    """Items, customers and Kish's effective number of a span, counted out."""
    times = Counter(customer for day, place, customer in said if first <= day <= last and source in ("all", place))
    n = sum(times.values())
    return n, len(times), round(n**2 / sum(m * m for m in times.values()), 2) if n else 0.0


@given(said=SAID)
@example(said=[(date(2026, 6, 1), "A", "c1"), (date(2026, 6, 28), "A", "c1"), (date(2026, 6, 29), "B", "c1")])
@example(said=[(date(2026, 6, 1), "A", "c1"), (date(2026, 6, 1), "A", "c1"), (date(2026, 6, 7), "B", "c2")])
@settings(max_examples=8, deadline=None)
def test_bases_of_every_period_are_those_counted_out_by_hand(said):
    lines = [
        {
            "day": str(day),
            "source": source,
            "customer": customer,
            "theme": "waiting",
            "touchpoint": "workshop",
            "score": 3,
        }
        for day, source, customer in said
    ]
    with empty_store() as con:
        con.execute("attach ':memory:' as publication")
        told(con, *lines)
        build(
            con, "publication", edition=Edition(MODEL, TAXONOMY.id, "m1", LAST, 1, 1), taxonomy=TAXONOMY,
            functions=FUNCTIONS, tables=["pain_points", "score_trends"],
        )  # fmt: skip
        bases = con.execute(
            "select period_on, period_until_on, source, item_count, customer_count, effective_item_count, prior_on, "
            "prior_until_on, prior_item_count from publication.pain_points where item_count > 0"
        ).fetchall()
        answers = con.execute(
            "select period_on, period_until_on, source, response_count, effective_response_count "
            "from publication.score_trends"
        ).fetchall()

    assert {row[2] for row in bases} == {"all"} | {source for _, source, _ in said}
    for first, last, source, items, customers, effective, prior_first, prior_last, prior_items in bases:
        assert (items, customers, effective) == kish(said, first, last, source)
        if prior_first is not None:
            assert prior_items == kish(said, prior_first, prior_last, source)[0]
    assert answers
    for first, last, source, responses, effective in answers:
        assert (responses, effective) == (kish(said, first, last, source)[0], kish(said, first, last, source)[2])


SYSTEMS = st.lists(
    st.lists(st.lists(st.sampled_from([-1, 0, 1]), min_size=3, max_size=3), min_size=1, max_size=3),
    min_size=1,
    max_size=6,
)


def hidden(systems) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sum, row and whether it is the total, of systems that have nothing in common; ten numbers for each."""
    entries = [
        (10 * n + line, 10 * n + row, value == -1)
        for n, system in enumerate(systems)
        for line, values in enumerate(system)
        for row, value in enumerate(values)
        if value
    ]
    equation, row, is_total = (
        np.array([entry[k] for entry in entries], dtype=kind) for k, kind in enumerate((int, int, bool))
    )
    return equation, row, is_total


@given(systems=SYSTEMS)
@settings(max_examples=60, deadline=None)
def test_rows_given_away_are_those_that_one_large_system_gives_away(systems):
    assert given_away(*hidden(systems)) == known_in_one_piece(*hidden(systems))


def known_in_one_piece(equation, row, is_total) -> list[int]:
    rows, column = np.unique(row, return_inverse=True)
    sums, line = np.unique(equation, return_inverse=True)
    matrix = np.zeros((len(sums), len(rows)))
    matrix[line, column] = np.where(is_total, -1.0, 1.0)
    # known: the row by itself is a combination of the sums
    rank = np.linalg.matrix_rank(matrix) if matrix.size else 0
    return [
        int(name)
        for k, name in enumerate(rows)
        if np.linalg.matrix_rank(np.vstack([matrix, np.eye(len(rows))[k]])) == rank
    ]


def test_nothing_hidden_gives_nothing_away():
    assert given_away(np.array([], dtype=int), np.array([], dtype=int), np.array([], dtype=bool)) == []


def test_a_row_that_stands_alone_in_its_sum_is_given_away_among_many_parts():
    pairs = np.arange(2000)  # a thousand parts of one shape
    equation, row = np.append(pairs // 2, 5000), np.append(pairs, 9000)

    assert given_away(equation, row, np.zeros(2001, dtype=bool)) == [9000]
