"""What groups score agrees with scipy and the textbooks, whoever answers again and wherever."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from math import hypot, sqrt

import numpy as np
import pytest
from filled_store import MODEL, TAXONOMY, empty_store, fill
from scipy import stats

from vocanalytics.statistics import FUNCTIONS, benjamini_hochberg, nps, share_change_p_value, wilson
from vocanalytics.warehouse.building import Edition, build

LAST = date(2026, 6, 30)
MIN_BASE = 12
SCALES = {"nps_0_10": (0, 10), "csat_1_5": (1, 5), "stars_1_5": (1, 5), "rating_1_10": (1, 10)}


def answers(rng) -> list[dict]:
    """Answers of a source in which some customers answer again, in another group or month."""
    told = []
    for number in range(260):
        customer = f"c{rng.integers(60)}" if rng.random() < 0.35 else f"new{number}"
        outlet = rng.choice(["A", "B", "C", "D", "E", None], p=[0.3, 0.25, 0.2, 0.15, 0.05, 0.05])
        day = LAST - timedelta(days=int(rng.integers(0, 80)))
        lift = 0.25 if outlet == "A" else 0
        for scale, (low, high) in SCALES.items():
            if rng.random() < 0.8:
                score = low + round((high - low) * min(1, rng.beta(2.5, 1.2) + lift))
                told.append(
                    {"id": f"s{number}", "customer": customer, "outlet": outlet, "day": day}
                    | {"scale": scale, "score": score}
                )
    return told


def published(told: list[dict]) -> list[dict]:
    with empty_store() as con:
        con.execute("attach ':memory:' as publication")
        submissions = {row["id"]: row for row in told}.values()
        fill(con, {
            "submissions": [
                {"submission_id": row["id"], "customer_id": row["customer"], "submitted_on": str(row["day"]),
                 "dimensions": {"outlet": row["outlet"]} if row["outlet"] else {}}
                for row in submissions
            ],
            "scores": [
                {"submission_id": row["id"], "question_id": row["scale"]}
                | {"score_scale": row["scale"], "score": row["score"]}
                for row in told
            ],
        })  # fmt: skip
        edition = Edition(MODEL, TAXONOMY.id, "m1", LAST, MIN_BASE, 1)
        build(con, "publication", edition=edition, taxonomy=TAXONOMY, functions=FUNCTIONS, tables=["score_groups"])
        return con.sql("from publication.score_groups").to_arrow_table().to_pylist()


def kish(rows: list[dict]) -> float:
    return len(rows) ** 2 / sum(m * m for m in Counter(row["customer"] for row in rows).values())


def figure(scale: str, rows: list[dict]) -> tuple[float, float, float]:
    """A headline and its bounds, on effective numbers."""
    n, x = kish(rows), np.array([row["score"] for row in rows], dtype=float)
    if scale == "nps_0_10":
        up, down = np.mean(x >= 9), np.mean(x <= 6)
        bounds = nps(up * n, down * n, n)
        return 100 * (up - down), float(bounds.low), float(bounds.high)
    if scale == "csat_1_5":
        bounds = wilson(np.mean(x >= 4) * n, n)
        return 100 * np.mean(x >= 4), 100 * float(bounds.low), 100 * float(bounds.high)
    reach = stats.t.ppf(0.975, n - 1) * x.std(ddof=1) / sqrt(n)
    return x.mean(), max(x.mean() - reach, SCALES[scale][0]), min(x.mean() + reach, SCALES[scale][1])


def chance(scale: str, mine: list[dict], rest: list[dict]) -> float:
    n1, n0 = kish(mine), kish(rest)
    x1, x0 = (np.array([row["score"] for row in rows], dtype=float) for rows in (mine, rest))
    if scale == "nps_0_10":
        net1, net0 = (np.where(x >= 9, 1, np.where(x <= 6, -1, 0)) for x in (x1, x0))
        n = n1 + n0
        z = (net1.mean() - net0.mean()) / sqrt(np.concatenate([net1, net0]).var() * (1 / n1 + 1 / n0) * n / (n - 1))
        return 2 * stats.norm.sf(abs(z))
    if scale == "csat_1_5":
        return float(share_change_p_value(np.mean(x1 >= 4) * n1, n1, np.mean(x0 >= 4) * n0, n0))
    return stats.ttest_ind_from_stats(
        x1.mean(), x1.std(ddof=1), n1, x0.mean(), x0.std(ddof=1), n0, equal_var=False
    ).pvalue


def drawn(points: list[float], errors: list[float]) -> list[tuple[float, float]]:
    """Morris, "Parametric empirical Bayes inference" (1983), with the spread of DerSimonian and Laird (1986)."""
    y, v, k = np.array(points), np.array(errors), len(points)
    w = 1 / v
    q = np.sum(w * (y - np.average(y, weights=w)) ** 2)
    tau2 = max(0.0, (q - (k - 1)) / (w.sum() - np.sum(w**2) / w.sum()))
    centre = np.average(y, weights=1 / (v + tau2))
    pull = (k - 3) / (k - 1) * v / (v + tau2)
    error = v * (1 - (k - 1) / k * pull) + 2 / (k - 3) * pull**2 * (y - centre) ** 2
    return [(float(a), float(b)) for a, b in zip(y - pull * (y - centre), 1.959964 * np.sqrt(error), strict=True)]


def spread(scale: str, rows: list[dict]) -> float:
    x = np.array([row["score"] for row in rows], dtype=float)
    if scale == "nps_0_10":
        return 1e4 * np.where(x >= 9, 1, np.where(x <= 6, -1, 0)).var()
    return 1e4 * (x >= 4).var() if scale == "csat_1_5" else x.var(ddof=1)


ENDS = {"nps_0_10": (-100, 100), "csat_1_5": (0, 100), "stars_1_5": (1, 5), "rating_1_10": (1, 10)}


def compared(scale: str, mine: list[dict], rest: list[dict]) -> dict:
    (point, low, high), (other, other_low, other_high) = figure(scale, mine), figure(scale, rest)
    return {
        "response_count": len(mine), "rest_response_count": len(rest),
        "customer_count": len({a["customer"] for a in mine}),
        "effective_response_count": kish(mine), "headline": point, "headline_low": low, "headline_high": high,
        "rest_headline": other, "difference": point - other,
        "difference_low": point - other - hypot(point - low, other_high - other),
        "difference_high": point - other + hypot(high - point, other - other_low), "p_value": chance(scale, mine, rest),
    }  # fmt: skip


def add_what_is_drawn(scale: str, asked: list[dict], rows: list[dict]) -> None:
    least, most = ENDS[scale]
    errors = [spread(scale, asked) / row["effective_response_count"] for row in rows]
    estimates = drawn([row["headline"] for row in rows], errors) if len(rows) > 3 else [(None, None)] * len(rows)
    for row, (told_next, reach) in zip(rows, estimates, strict=True):
        row["group_count"] = len(rows)
        row["shrunken_headline"] = told_next
        row["shrunken_headline_low"] = reach and max(told_next - reach, least)
        row["shrunken_headline_high"] = reach and min(told_next + reach, most)


def expected(here: list[dict]) -> dict[tuple[str, str], dict]:
    """Every row of a period, by scale and outlet."""
    rows = {}
    for scale in SCALES:
        asked = [row for row in here if row["scale"] == scale]
        sizes = Counter(row["outlet"] for row in asked)
        mine = {
            (scale, outlet): compared(
                scale, [a for a in asked if a["outlet"] == outlet], [a for a in asked if a["outlet"] != outlet]
            )
            for outlet, n in sorted(sizes.items())
            if n >= MIN_BASE
        }
        add_what_is_drawn(scale, asked, list(mine.values()))
        rows |= mine
    for row, q in zip(rows.values(), benjamini_hochberg([row["p_value"] for row in rows.values()]), strict=True):
        row["q_value"] = float(q)
    return rows


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_groups_are_those_of_the_textbooks(seed):
    told = answers(np.random.default_rng(seed))

    found = published(told)

    spans = {(row["period_kind"], row["period_on"], row["period_until_on"]) for row in found}
    assert {kind for kind, *_ in spans} == {"month", "quarter", "all"}
    for kind, first, last in spans:
        listed = {
            (r["score_scale"], r["group_value"]): r
            for r in found
            if (r["period_kind"], r["period_on"]) == (kind, first)
        }
        rows = expected([row for row in told if row["outlet"] and first <= row["day"] <= last])
        assert listed.keys() == rows.keys()
        for key, row in rows.items():
            rounding = 0.03 if key[0] in ("nps_0_10", "csat_1_5") else 0.003
            exact = {"p_value": 2e-6, "q_value": 2e-6, "effective_response_count": 0.006}
            for column, value in row.items():
                near = pytest.approx(value, abs=exact.get(column, rounding))
                assert listed[key][column] == (value if value is None else near), (*key, kind, first, column)
