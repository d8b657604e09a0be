"""Are drivers ranked by their Shapley share nearer to the truth than by their leave-out gap?

Planted effects: six drivers, each mentioned by a quarter of respondents and worth 0 to 2.5 points; mentions come
together (a latent mood makes people complain of several things), and how much, is varied. The score is rounded and cut
to 0 to 10. Printed: share of runs in which the largest driver, the order of the first three, and the whole order are
found, by leave-out gap, by Shapley share as published, and by the latter where the table would rank (the first three).

.venv/bin/python tests/benchmarks/driver_simulation.py [RUNS]
"""

from __future__ import annotations

import sys
import time

import numpy as np

from vocanalytics.statistics.drivers import driver_estimates

EFFECTS = np.array([2.5, 2.0, 1.5, 1.0, 0.5, 0.0])


def simulate(rng: np.random.Generator, responses: int, together: float) -> tuple[np.ndarray, np.ndarray]:
    """Mentions and scores; neighbours in a random ring of the drivers come together more than others do."""
    p = len(EFFECTS)
    ring = rng.permutation(p)
    apart = np.abs(ring[:, None] - ring[None, :])
    covariance = together ** np.minimum(apart, p - apart)
    latent = rng.multivariate_normal(np.zeros(p), covariance, size=responses)
    mentions = latent > 0.674  # the upper quarter
    score = 8.5 - mentions @ EFFECTS + rng.normal(scale=2, size=responses)
    return mentions, np.clip(np.rint(score), 0, 10)


def estimate(mentions: np.ndarray, score: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
    n = len(score)
    response, driver = np.nonzero(np.column_stack([mentions, ~mentions.any(axis=1)]))
    ones = np.ones(len(response), dtype=int)
    return driver_estimates(
        {
            "model_no": ones, "level_no": ones, "response_no": response + 1,
            "driver_no": np.where(driver < mentions.shape[1], driver, -1), "respondent": response,
            "score": score[response], "month_no": rng.integers(0, 6, n)[response], "language_no": ones,
            "verbatim_length": rng.normal(size=n)[response],
        }
    )  # fmt: skip


def gaps(mentions: np.ndarray, score: np.ndarray) -> np.ndarray:
    return np.array([score[~said].mean() - score[said].mean() for said in mentions.T])


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    print("n     together  found            gap  Shapley  ranked (of runs that rank three)")
    for responses in (300, 1500):
        for together in (0.0, 0.4, 0.7, 0.85):
            rng, started = np.random.default_rng(7), time.perf_counter()
            hits = {"first": np.zeros(2), "three in order": np.zeros(2), "all in order": np.zeros(2)}
            ranked = ranked_right = 0
            for _ in range(runs):
                mentions, score = simulate(rng, responses, together)
                found = estimate(mentions, score, rng)
                orders = [np.argsort(-gaps(mentions, score)), np.argsort(found["rank"])]
                for number, order in enumerate(orders):
                    for name, length in (("first", 1), ("three in order", 3), ("all in order", 6)):
                        hits[name][number] += np.array_equal(order[:length], np.arange(length))
                stable = (found["rank_high"] - found["rank_low"])[orders[1][:3]] <= 2
                if stable.all() and (found["variance_inflation"][orders[1][:3]] <= 5).all():
                    ranked += 1
                    ranked_right += np.array_equal(orders[1][:3], np.arange(3))
            for name, (gap, shapley) in hits.items():
                extra = f"{ranked_right}/{ranked}" if name == "three in order" else ""
                print(f"{responses:<5} {together:<9} {name:<15} {gap / runs:4.0%}  {shapley / runs:6.0%}   {extra}")
            print(f"      ({time.perf_counter() - started:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
