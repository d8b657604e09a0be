"""Fits linear heads on frozen embeddings, and measures them."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vocanalytics.tagging.features import asked, circumstances
from vocanalytics.tagging.heads import Floats, Head, softmax

_SEED = 20261121


@dataclass(frozen=True, slots=True)
class Inputs:
    """What heads see of n texts."""

    vectors: Floats  # (n, width)
    answers: Any  # sparse (n, ASKED_BUCKETS)
    context: Floats

    @classmethod
    def of(
        cls, vectors: Floats, texts: Sequence[str], channels: Sequence[str | None], questions: Sequence[str | None]
    ) -> Inputs:
        return cls(vectors, asked(texts, questions), circumstances(texts, channels, questions))

    def at(self, rows: Any) -> Inputs:
        return Inputs(self.vectors[rows], self.answers[rows], self.context[rows])


@dataclass(frozen=True, slots=True)
class Recipe:
    """How strongly each block may speak: the larger, the less it is held back."""

    dense: float = 8.0
    answers: float = 0.0
    context: float = 2.0
    strength: float = 0.1  # C of the logistic regression
    iterations: int = 120


def fit(
    inputs: Inputs, target: NDArray[Any], labels: Sequence[str], recipe: Recipe, weights: ArrayLike | None = None
) -> Head:
    """A softmax head for class indices ``(n,)``, a sigmoid head for indicators ``(n, k)``."""
    columns = _columns(inputs, recipe)
    multi_label = target.ndim == 2
    if multi_label:
        parts = [_logistic(columns, target[:, k], recipe, weights) for k in range(target.shape[1])]
        coefficients = np.vstack([part.coef_ for part in parts])
        bias = np.concatenate([part.intercept_ for part in parts])
    else:
        whole = _logistic(columns, target, recipe, weights)
        coefficients, bias = whole.coef_, whole.intercept_
    d, c = inputs.vectors.shape[1], inputs.context.shape[1]
    by_column = np.ascontiguousarray(coefficients.T, dtype=np.float32)
    return Head(
        labels=tuple(labels),
        multi_label=multi_label,
        dense=by_column[:d] * recipe.dense,
        context=by_column[d : d + c] * recipe.context,
        sparse=by_column[d + c :] * recipe.answers,
        bias=bias.astype(np.float32),
    )


def _columns(inputs: Inputs, recipe: Recipe) -> Any:
    from scipy.sparse import csr_matrix, hstack

    blocks = [csr_matrix(inputs.vectors * recipe.dense), csr_matrix(inputs.context * recipe.context)]
    if recipe.answers:
        blocks.append(inputs.answers * recipe.answers)
    return hstack(blocks, format="csr", dtype=np.float32)


def _logistic(columns: Any, target: NDArray[Any], recipe: Recipe, weights: ArrayLike | None) -> Any:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=recipe.strength, max_iter=recipe.iterations, tol=1e-3, random_state=_SEED)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # stopping early is part of the recipe
        return model.fit(columns, target, sample_weight=weights)


def predict(head: Head, inputs: Inputs) -> Floats:
    return head.apply(inputs.vectors, inputs.answers, inputs.context)


def best_temperature(probabilities: Floats, target: NDArray[np.intp]) -> float:
    """The divisor of the logits under which the right labels are likeliest (Guo et al., ICML 2017)."""
    logits = np.log(np.clip(probabilities.astype(np.float64), 1e-9, 1))
    options = np.geomspace(0.4, 4.0, 73)
    rows = np.arange(len(target))
    losses = [-np.log(softmax(logits / t)[rows, target] + 1e-12).mean() for t in options]
    return float(options[int(np.argmin(losses))])


def calibration_error(confidence: ArrayLike, correct: ArrayLike, *, bins: int = 10) -> float:
    """Average gap between how sure the head was and how often it was right, 0 to 1, over equal-width bins.

    >>> calibration_error([0.9, 0.9, 0.9, 0.9], [True, True, True, False])
    0.15
    """
    sure, right = np.asarray(confidence, dtype=float), np.asarray(correct, dtype=bool)
    bin_of = np.minimum((sure * bins).astype(int), bins - 1)
    inside = [bin_of == b for b in range(bins)]
    gaps = [members.mean() * abs(sure[members].mean() - right[members].mean()) for members in inside if members.any()]
    return round(float(sum(gaps)), 4)


def macro_recall(predicted: NDArray[np.intp], target: NDArray[np.intp]) -> float:
    return float(np.mean([(predicted[target == k] == k).mean() for k in np.unique(target)]))


def macro_f1(tagged: NDArray[np.bool_], target: NDArray[Any]) -> float:
    """Mean over columns of F1; a label that neither occurs nor is given counts 0."""
    right = (tagged * (target > 0)).sum(axis=0)
    return float(np.mean(2 * right / np.maximum(tagged.sum(axis=0) + (target > 0).sum(axis=0), 1)))
