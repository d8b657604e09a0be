"""Verdicts by likeness to texts whose labels are known: kernel ridge regression.

Two texts are alike by their embeddings, exp(cosine - 1), and by the words they share (product of their word features).
A straight line through the embedding cannot say "loud is praise of speakers and blame of cabins"; this can, and with
few texts it says no less (Saunders, Gammerman & Vovk, "Ridge Regression Learning Algorithm in Dual Variables", ICML
1998). Nothing is judged by a model that has seen it: leaving a row out has a closed form (Cawley & Talbot, "Efficient
leave-one-out cross-validation of kernel Fisher discriminant classifiers", Pattern Recognition 36, 2003).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vocanalytics.tagging.heads import Floats

MOST_ROWS = 12_000  # that one kernel knows: cost grows with their cube, and with them what a verdict costs
_PENALTIES = (0.1, 0.3, 1.0, 3.0)
_TRIAL_ROWS = 4_000  # the penalty is chosen on
_CHUNK = 1_000  # rows judged at a time, so that likeness to all that is known fits in memory
_SEED = 20261122
_STEPS = 512  # in 1: few numbers of an embedding are beyond the 0.25 that 8 bits reach


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts as the kernel sees them. ``words`` are features that count in a straight line, of words or of what else is
    known of a text (`vocanalytics.tagging.critical_head`)."""

    embedding: Floats  # (n, d), of unit length
    words: Any  # sparse (n, buckets)

    def at(self, rows: Any) -> Texts:
        return Texts(self.embedding[rows], self.words[rows])

    def alike(self, other: Texts) -> Floats:
        likeness = near(self.embedding, other.embedding)
        likeness += self.words.toarray() @ other.words.toarray().T
        return likeness


@dataclass(frozen=True, slots=True)
class Parts:
    """Parts of texts: part i of text ``owner[i]``."""

    texts: Texts
    owner: NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Kernel:
    """Knows n texts; the word features of all of them are one weight per word and label."""

    known: Floats  # (n, d)
    weights: Floats  # (n, k)
    words: Floats  # (buckets, k)

    @classmethod
    def unfitted(cls, labels: int) -> Kernel:
        return cls(*(np.zeros((0, width), dtype=np.float32) for width in (0, labels, labels)))

    @property
    def is_fitted(self) -> bool:
        return len(self.known) > 0

    def verdicts(self, embedding: Floats, words: Any) -> Floats:
        """About 0 where a label does not hold and 1 where it does, shape (n, k)."""
        if not self.is_fitted:
            return np.zeros((len(embedding), self.weights.shape[1]), dtype=np.float32)
        said: Floats = words @ self.words
        for rows in _chunks(len(embedding)):
            said[rows] += near(embedding[rows], self.known) @ self.weights
        return said

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What is stored: embeddings in 8 bits, which moves a cosine by about 0.0006; stored again: the same."""
        return {
            "known": np.clip(np.rint(self.known * _STEPS), -127, 127).astype(np.int8),
            "weights": self.weights.astype(np.float16),
            "words": self.words.astype(np.float16),
        }

    @classmethod
    def stored(cls, arrays: Mapping[str, NDArray[Any]]) -> Kernel:
        known, weights, words = (arrays[name].astype(np.float32) for name in ("known", "weights", "words"))
        return cls(known / np.float32(_STEPS), weights, words)


def near(left: Floats, right: Floats) -> Floats:
    """exp(cosine - 1) of rows of unit length: 1 for the same text, 0.37 for texts with nothing in common."""
    likeness: Floats = left @ right.T
    likeness -= 1
    return np.exp(likeness, out=likeness)


def fit_kernel(texts: Texts, target: Floats, parts: Parts | None = None) -> tuple[Kernel, Floats]:
    """A kernel and its verdicts on the texts, or with ``parts`` on those, each without the text it is (part of).

    Of more than `MOST_ROWS` texts that many, drawn by a fixed seed, are known; the others are judged as they are.
    """
    count = len(target)
    drawn = _drawn(count, MOST_ROWS)
    known, given = texts.at(drawn), target[drawn]
    half = _half_inverse(known.alike(known), _best_penalty(texts, target))
    weights, missed = _solved(half, given)
    kernel = Kernel(known.embedding, weights, np.asarray(known.words.T @ weights, dtype=np.float32))
    judged = parts.texts if parts else texts
    held_out = kernel.verdicts(judged.embedding, judged.words)
    if parts is None:
        held_out[drawn] = given - missed
        return kernel, held_out
    place = np.full(count, -1)
    place[drawn] = np.arange(len(drawn))
    for chunk in _chunks(len(held_out)):
        own = place[parts.owner[chunk]]
        pull = ((judged.at(chunk).alike(known) @ half.T) * half[:, own].T).sum(axis=1) * (own >= 0)
        held_out[chunk] -= pull[:, None] * missed[own]
    return kernel, held_out


def _best_penalty(texts: Texts, target: Floats) -> float:
    """The penalty whose verdicts on texts left out err least."""
    drawn = _drawn(len(target), _TRIAL_ROWS)
    likeness = texts.at(drawn).alike(texts.at(drawn))
    errors = {
        penalty: float((_solved(_half_inverse(likeness, penalty), target[drawn])[1] ** 2).mean())
        for penalty in _PENALTIES
    }
    return min(errors, key=lambda penalty: errors[penalty])


def _half_inverse(likeness: Floats, penalty: float) -> Floats:
    """Lower triangle H with H'H the inverse of the likeness plus the penalty on its diagonal."""
    from scipy.linalg import lapack

    held_back = likeness.copy()
    np.fill_diagonal(held_back, held_back.diagonal() + penalty)
    lower, failed = lapack.spotrf(held_back.T, lower=1, overwrite_a=1)  # the upper half becomes nil
    half, failed_too = lapack.strtri(lower, lower=1, overwrite_c=1)
    if failed or failed_too:
        raise ArithmeticError(f"likeness of {len(likeness):,} texts has no inverse. Nothing was fitted.")
    triangle: Floats = half
    return triangle


def _solved(half: Floats, target: Floats) -> tuple[Floats, Floats]:
    """Weights of the texts, and by how much the verdict on each misses when it is left out."""
    weights = half.T @ (half @ target)
    return weights, weights / np.einsum("ij,ij->j", half, half)[:, None]


def _drawn(count: int, most: int) -> NDArray[np.intp]:
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(_SEED).choice(count, most, replace=False))


def _chunks(count: int) -> Iterator[slice]:
    return (slice(first, first + _CHUNK) for first in range(0, count, _CHUNK))
