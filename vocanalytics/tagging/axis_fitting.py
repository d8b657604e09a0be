"""Learns, from a frame's own examples, how to weigh evidence for its labels and from where on to believe it.

Nothing is judged by a model that has seen it: the scorer's verdicts are leave-one-out (`vocanalytics.tagging.kernel`),
an example's likeness leaves out itself. The combiner and thresholds are then fitted on those held-out verdicts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vocanalytics.tagging.borrowing import Bank
from vocanalytics.tagging.evidence import COLUMNS, Embed, Evidence, as_texts, design
from vocanalytics.tagging.heads import Floats
from vocanalytics.tagging.kernel import fit_kernel
from vocanalytics.tagging.reference import empty_talk
from vocanalytics.tagging.themes import Axis, combine
from vocanalytics.taxonomy import Label

ENOUGH_EXAMPLES = 4  # per label, at the median; with fewer, examples serve as further descriptions
_PENALTIES = (0.3, 1.0, 3.0, 10.0)
_CUTS = np.linspace(0.05, 0.95, 91)
_TRUST = 20  # labelled texts at which a label's own threshold counts as much as the common one
_MISSED_SHARE = 0.02  # of texts with a label may fall under `none_below`


@dataclass(frozen=True, slots=True)
class Rows:
    """Texts with the labels they are known to have."""

    texts: Sequence[str]
    embedding: Floats
    target: Floats  # (n, k) of 0 and 1


def fit_axis(
    labels: Sequence[Label], embed: Embed, zero_shot: Mapping[str, Any], bank: Bank | None, beta: float
) -> tuple[Axis, dict[str, Any]]:
    """An axis and its held-out figures. ``beta`` below 1 prefers saying nothing to saying something wrong.

    Labels without examples of their own borrow from the ``bank``.
    """
    if not labels or np.median([len(label.examples) for label in labels]) < ENOUGH_EXAMPLES:
        return _from_descriptions(labels, embed, zero_shot, bank), {"mode": "descriptions"}
    evidence = Evidence.gather(labels, embed)
    rows = example_rows(labels, embed)
    scorer, held_out = fit_kernel(as_texts(rows.embedding, rows.texts), rows.target)
    columns = evidence.columns(rows.embedding, rows.texts, own=True, scores=held_out)
    weights = fit_combiner(columns, rows.target, range(len(COLUMNS)))
    probabilities = combine(columns, weights)
    cut, figures = best_cut(probabilities, rows.target, beta)
    axis = Axis(
        evidence=replace(evidence, scorer=scorer, lendable=ridge(rows)),
        weights=weights,
        thresholds=np.full(len(labels), cut, dtype=np.float32),
        none_below=none_below(probabilities, rows.target, cut),
    )
    labelled = by_label(axis.ids, probabilities >= axis.thresholds, rows.target)
    return axis, {"mode": "examples", "rows": len(rows.texts), **figures, "labels": labelled}


def _from_descriptions(labels: Sequence[Label], embed: Embed, zero_shot: Mapping[str, Any], bank: Bank | None) -> Axis:
    told = [replace(label, include=(*label.include, *label.examples)) for label in labels]
    evidence, learned = Evidence.gather(told, embed), zero_shot
    if labels and bank:
        evidence, learned = replace(evidence, lent=bank.lend(evidence)), zero_shot["borrowing"]
    return Axis(
        evidence=evidence,
        weights=np.array(learned["weights"], dtype=np.float32),
        thresholds=np.full(len(labels), learned["threshold"], dtype=np.float32),
        none_below=float(learned["none_below"]),
    )


def example_rows(labels: Sequence[Label], embed: Embed) -> Rows:
    """The examples of a frame, and sentences it has no label for."""
    pairs = [(text, k) for k, label in enumerate(labels) for text in label.examples]
    texts = [*dict.fromkeys(text for text, _ in pairs), *empty_talk()]
    row_of = {text: row for row, text in reversed(list(enumerate(texts)))}
    target = np.zeros((len(texts), len(labels)), dtype=np.float32)
    for text, k in pairs:
        target[row_of[text], k] = 1
    return Rows(texts, embed(texts), target)


def ridge(rows: Rows) -> Floats:
    """Weights of a linear scorer (columns of `design`, k), at the penalty whose leave-one-out verdicts err least.

    Closed form: Hastie, Tibshirani & Friedman, Elements of Statistical Learning, 7.10.
    """
    columns = design(rows.embedding, rows.texts)
    # one decomposition of the smaller Gram matrix serves all penalties
    left, sizes, right = _decomposed(columns)
    projected = left.T @ rows.target
    options = []
    for penalty in _PENALTIES:
        shrunk = sizes**2 + penalty
        leverage = (left**2 @ (sizes**2 / shrunk))[:, None].clip(max=0.99)
        weights = right @ ((sizes / shrunk)[:, None] * projected)
        missed = (rows.target - columns @ weights) / (1 - leverage)
        options.append((float((missed**2).mean()), penalty, weights))
    chosen: Floats = min(options, key=lambda option: option[:2])[2]
    return chosen


def _decomposed(columns: Floats) -> tuple[Floats, Floats, Floats]:
    """Thin singular value decomposition: left vectors, singular values, right vectors as columns."""
    wide = columns.shape[0] < columns.shape[1]
    squares, vectors = np.linalg.eigh(columns @ columns.T if wide else columns.T @ columns)
    kept = squares > squares[-1] * 1e-6
    sizes, vectors = np.sqrt(squares[kept]), vectors[:, kept]
    other = (columns.T if wide else columns) @ vectors / sizes
    return (vectors, sizes, other) if wide else (other, sizes, vectors)


def fit_combiner(columns: Floats, target: Floats, used: Sequence[int]) -> Floats:
    """Weights of a logistic regression over (text, label) pairs; unused columns weigh 0."""
    from sklearn.linear_model import LogisticRegression

    pairs = columns.reshape(-1, columns.shape[2])[:, list(used)]
    model = LogisticRegression(C=1.0, max_iter=500).fit(pairs, target.ravel())
    weights = np.zeros(len(COLUMNS) + 1, dtype=np.float32)
    weights[list(used)], weights[-1] = model.coef_[0], model.intercept_[0]
    return weights


def best_cut(probabilities: Floats, target: Floats, beta: float = 1.0) -> tuple[float, dict[str, float]]:
    """The threshold with the best micro F-beta, and its figures."""
    best = max(_CUTS, key=lambda cut: f_score(probabilities >= cut, target, beta))
    tagged = probabilities >= best
    figures = {
        "threshold": float(best),
        "micro_f1": f_score(tagged, target),
        "precision": float(target[tagged].mean()) if tagged.any() else 0.0,
        "recall": float(tagged[target > 0].mean()) if target.any() else 0.0,
    }
    return float(best), {name: round(value, 3) for name, value in figures.items()}


def own_cuts(probabilities: Floats, given: Floats, common: float, beta: float) -> Floats:
    """Per label the threshold with the best F1, drawn to the common one where few texts have the label."""
    cuts = []
    for k in range(given.shape[1]):
        own, _ = best_cut(probabilities[:, [k]], given[:, [k]], beta)
        trust = given[:, k].sum() / (given[:, k].sum() + _TRUST)
        cuts.append(trust * own + (1 - trust) * common)
    return np.array(cuts, dtype=np.float32)


def by_label(ids: Sequence[str], tagged: NDArray[np.bool_], target: Floats) -> dict[str, dict[str, float]]:
    """Per label precision, recall, F1 and support; a share without a case is 0."""
    right, found, wanted = (tagged * target).sum(axis=0), tagged.sum(axis=0), target.sum(axis=0)
    shares = {
        "precision": right / np.maximum(found, 1),
        "recall": right / np.maximum(wanted, 1),
        "f1": 2 * right / np.maximum(found + wanted, 1),
    }
    return {
        label: {name: round(float(share[k]), 3) for name, share in shares.items()} | {"support": int(wanted[k])}
        for k, label in enumerate(ids)
    }


def f_score(tagged: NDArray[np.bool_], target: Floats, beta: float = 1.0) -> float:
    """Micro F-beta (van Rijsbergen 1979): recall counts beta times as much as precision."""
    right = float((tagged * target).sum())
    return (1 + beta**2) * right / max(float(tagged.sum()) + beta**2 * float(target.sum()), 1e-9)


def none_below(probabilities: Floats, target: Floats, cut: float) -> float:
    """Where few texts that have a label would be said to have none."""
    labelled = probabilities[target.any(axis=1)].max(axis=1)
    return min(float(np.quantile(labelled, _MISSED_SHARE)), cut) if len(labelled) else cut
