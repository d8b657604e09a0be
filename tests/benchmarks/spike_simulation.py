"""How often a spike is found, how soon, and how often one is seen where there is none.

nice -n 15 .venv/bin/python tests/benchmarks/spike_simulation.py [SERIES PER SCENARIO]

Negative-binomial weekly series after Noufaily et al., Statistics in Medicine 32 (2013): log-linear mean with or without
trend and yearly season, dispersion (variance / mean) 1 to 5, earlier outbreaks in the baseline, and outbreaks of
Poisson size k standard deviations of the series. Added here: the volume that is counted in varies by a quarter from
week to week, and histories are 16 to 150 weeks. All series of a history and shape are judged together, whatever their
mean and dispersion, as in the product.

Ours raises an alarm where a week, or it and the one before together, lies above its bound.

An outbreak is told in two ways: all of it in one week; and spread over its weeks log-normally (mean 0, deviation 0.5 of
the log) as in the paper, where half of it falls into the first week.

Compared with two rules that vendors of feedback platforms document, on counts as there: above mean plus 2 standard
deviations of the 26 weeks before; above the weekly mean of the 26 weeks before by a Poisson test at 5 % ("this week
against the last six months"). And with what nobody has: the true mean and dispersion, alarmed as often as we are.

Bars: false alarms at most 0.02 per series-week, and at least 0.80 of outbreaks of k >= 7 in one week found.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import product
from typing import NamedTuple

import numpy as np
from scipy import special, stats

from vocanalytics.statistics.baselines import ALPHA, judge

MEANS = (0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0)
DISPERSIONS = (1.0, 1.5, 2.0, 3.0, 5.0)
SHAPES = ((0.0, 0.0), (0.4, 0.0), (0.0, 0.4), (0.4, 0.4))  # trend of the log per year, amplitude of the season
HISTORIES = (16, 60, 130, 150)
SIZES = (2, 3, 5, 7, 10)
OUTBREAKS_A_YEAR = 0.8  # in the baseline, of 2 to 10 standard deviations, as in the paper
WEEKS = 5  # an outbreak is looked for while it lasts
YEAR = 365.25 / 7
LEAST_FOUND, MOST_FALSE = 0.80, 0.02

Floats = np.ndarray


class Drawn(NamedTuple):
    counts: Floats  # (n, history + WEEKS), nothing unusual in the last WEEKS
    volume: Floats
    truth: Floats  # (n, history + WEEKS) what the counts were drawn around
    mean: Floats  # (n,) of the scenario
    dispersion: Floats


Rule = Callable[[Floats, Drawn], Floats]  # counts up to the week in question -> (n,) alarms


def ours(counts: Floats, drawn: Drawn) -> Floats:
    volume = drawn.volume[:, : counts.shape[1]]
    return (counts[:, -1] > judge(counts, volume).high) | (
        counts[:, -2:].sum(axis=1) > judge(counts, volume, ahead=2).high
    )


def one_week(counts: Floats, drawn: Drawn) -> Floats:
    return counts[:, -1] > judge(counts, drawn.volume[:, : counts.shape[1]]).high


def two_deviations(counts: Floats, _: Drawn) -> Floats:
    past = counts[:, :-1][:, -26:]
    return counts[:, -1] > past.mean(axis=1) + 2 * past.std(axis=1, ddof=1)


def six_months(counts: Floats, _: Drawn) -> Floats:
    now, usual = counts[:, -1], counts[:, :-1][:, -26:].mean(axis=1)
    p = np.where(now > 0, special.gammainc(np.maximum(now, 1), np.maximum(usual, 1e-9)), 1.0)
    return (p < 0.05) & (now > usual)


def all_knowing(counts: Floats, drawn: Drawn) -> Floats:
    mean, extra = drawn.truth[:, counts.shape[1] - 1], np.maximum(drawn.dispersion - 1, 1e-6)
    return counts[:, -1] > stats.nbinom.ppf(1 - 1.6 * ALPHA, mean / extra, 1 / (1 + extra))


RULES: dict[str, Rule] = {
    "ours": ours, "one week only": one_week, "mean + 2 SD": two_deviations, "week vs six months": six_months,
    "truth known": all_knowing,
}  # fmt: skip


def draw(rng: np.random.Generator, history: int, shape: tuple[float, float], series: int) -> Drawn:
    mean, dispersion = (grid.ravel().repeat(series) for grid in np.meshgrid(MEANS, DISPERSIONS, indexing="ij"))
    weeks = np.arange(history + WEEKS) - history
    trend, season = shape
    volume = 100 * np.exp(rng.normal(0, 0.25, (len(mean), len(weeks))))
    phase = rng.uniform(0, 2 * np.pi, (len(mean), 1))
    log_mean = trend * weeks / YEAR + season * np.sin(2 * np.pi * weeks / YEAR + phase)
    mu = mean[:, None] * np.exp(log_mean) * volume / 100
    counts = negative_binomial(rng, mu, dispersion[:, None])
    spread = np.sqrt(mean * dispersion)
    earlier = rng.poisson(OUTBREAKS_A_YEAR * history / YEAR, len(mean))
    for number in range(earlier.max(initial=0)):
        when = rng.integers(0, history - WEEKS, len(mean))
        size = rng.poisson(spread * rng.uniform(2, 10, len(mean))) * (earlier > number)
        for week, items in enumerate(over_weeks(rng, size).T):
            counts[np.arange(len(mean)), when + week] += items
    return Drawn(counts, volume, mu, mean, dispersion)


def negative_binomial(rng: np.random.Generator, mean: Floats, dispersion: Floats) -> Floats:
    """Counts of variance ``dispersion`` x ``mean``: a Poisson mean drawn from a gamma."""
    extra = np.broadcast_to(dispersion - 1, mean.shape)
    gamma = rng.gamma(mean / np.where(extra > 0, extra, 1), np.where(extra > 0, extra, 1))
    return rng.poisson(np.where(extra > 0, gamma, mean)).astype(float)


def over_weeks(rng: np.random.Generator, size: Floats) -> Floats:
    """Items of outbreaks by week, log-normally after their start."""
    edges = special.ndtr(np.log(np.arange(1, WEEKS + 1)) / 0.5)
    shares = np.diff(edges, prepend=0.0)
    return rng.multinomial(size.astype(int), [*shares[:-1], 1 - shares[:-1].sum()]).astype(float)


class Result(NamedTuple):
    false: Floats  # (n,) share of the quiet weeks with an alarm
    at_once: dict[int, Floats]  # k -> (n,) whether an outbreak within one week was found; NaN where it had no items
    delay: dict[int, Floats]  # k -> (n,) weeks to the first alarm; infinite where missed, NaN as above


def run(rule: Rule, drawn: Drawn, outbreaks: dict[int, Floats], rng: np.random.Generator) -> Result:
    history = drawn.counts.shape[1] - WEEKS
    quiet = [rule(drawn.counts[:, :end], drawn) for end in range(history + 1, history + WEEKS + 1)]
    at_once, delay = {}, {}
    for k, size in outbreaks.items():
        sharp = drawn.counts[:, : history + 1].copy()
        sharp[:, -1] += size
        at_once[k] = np.where(size > 0, rule(sharp, drawn), np.nan)
        counts = drawn.counts.copy()
        counts[:, history:] += over_weeks(rng, size)
        delay[k] = np.where(size > 0, np.inf, np.nan)
        for week in range(WEEKS):
            alarms = rule(counts[:, : history + week + 1], drawn)
            delay[k] = np.where(alarms & np.isinf(delay[k]), week, delay[k])
    return Result(np.mean(quiet, axis=0), at_once, delay)


def simulate(series: int) -> tuple[dict[str, Result], Floats, Floats]:
    """By rule, all scenarios after one another; and the mean and dispersion of each series."""
    parts: dict[str, list[Result]] = {name: [] for name in RULES}
    scenarios = []
    for number, (history, shape) in enumerate(product(HISTORIES, SHAPES)):
        rng = np.random.default_rng([321206, number])
        drawn = draw(rng, history, shape, series)
        outbreaks = {k: rng.poisson(k * np.sqrt(drawn.mean * drawn.dispersion)) for k in SIZES}
        scenarios.append((drawn.mean, drawn.dispersion))
        for name, rule in RULES.items():
            parts[name].append(run(rule, drawn, outbreaks, np.random.default_rng([number])))
    mean, dispersion = (np.concatenate(values) for values in zip(*scenarios, strict=True))
    return {name: joined(results) for name, results in parts.items()}, mean, dispersion


def joined(results: list[Result]) -> Result:
    at_once, delay = (
        {k: np.concatenate([told[k] for told in column]) for k in SIZES}
        for column in ([result.at_once for result in results], [result.delay for result in results])
    )
    return Result(np.concatenate([result.false for result in results]), at_once, delay)


def main() -> int:
    results, mean, dispersion = simulate(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
    print(f"{len(mean):,} series, {len(mean) * WEEKS:,} quiet series-weeks, {len(mean):,} outbreaks of each size\n")
    head = "".join(f"{f'k = {k}':>13}" for k in SIZES)
    print(f"{'':<20}false alarms{head}  all in one week: found")
    for name, result in results.items():
        found = "".join(f"{np.nanmean(result.at_once[k]):>13.3f}" for k in SIZES)
        print(f"{name:<20}{result.false.mean():>12.4f}{found}")
    print(f"\n{'':<20}{'':>12}{head}  spread over weeks: found (weeks to the first alarm)")
    for name, result in results.items():
        cells = (delays[~np.isnan(delays)] for delays in result.delay.values())
        told = "".join(f"{f'{np.isfinite(d).mean():.2f} ({d[np.isfinite(d)].mean():.2f})':>13}" for d in cells)
        print(f"{name:<20}{'':>12}{told}")
    by_scenario(results["ours"], mean, dispersion)
    false, least = results["ours"].false.mean(), min(np.nanmean(results["ours"].at_once[k]) for k in SIZES if k >= 7)
    met = false <= MOST_FALSE and least >= LEAST_FOUND
    print(f"\nbars {'met' if met else 'MISSED'}: false alarms {false:.4f}, k >= 7 in one week found {least:.3f}")
    return 0 if met else 1


def by_scenario(result: Result, mean: Floats, dispersion: Floats) -> None:
    print("\nours: false alarms / found at k = 7 in one week, by mean (down) and dispersion (across)")
    print(" " * 8 + "".join(f"{phi:>14}" for phi in DISPERSIONS))
    for m in MEANS:
        rows = [(mean == m) & (dispersion == phi) for phi in DISPERSIONS]
        told = (f"{result.false[at].mean():.3f} / {np.nanmean(result.at_once[7][at]):.2f}" for at in rows)
        print(f"{m:>8}" + "".join(f"{cell:>14}" for cell in told))


if __name__ == "__main__":
    sys.exit(main())
