"""What the labels of a frame would be taken for, judged from its own examples before any customer is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocanalytics.tagging.heads import Floats

Embed = Callable[[Sequence[str]], Floats]
FEWEST_EXAMPLES = 2  # of a label, so that one is left to judge the other by
_PENALTY = 2.0
_DEFINITION = 0.75  # what likeness to a definition counts beside one vote of the fitted scorer


@dataclass(frozen=True, slots=True)
class Told:
    """Texts of one axis; ``owner[i]`` is the label that text i belongs to."""

    texts: tuple[str, ...]
    owner: NDArray[np.intp]
    embedding: Floats  # (n, d)

    @classmethod
    def of(cls, groups: Sequence[Sequence[str]], embed: Embed) -> Told:
        texts = tuple(text for group in groups for text in group)
        return cls(texts, np.array([k for k, group in enumerate(groups) for _ in group], dtype=np.intp), embed(texts))


@dataclass(frozen=True, slots=True)
class LabelPreview:
    label: str
    example_count: int
    f1: float


@dataclass(frozen=True, slots=True)
class Confusion:
    """So many of a label's examples would be taken for another label."""

    label: str
    taken_for: str
    count: int
    example_count: int


@dataclass(frozen=True, slots=True)
class Preview:
    """Labels with the lowest F1 and the most frequent confusions come first."""

    example_count: int
    right_share: float  # 0 to 1: of the examples whose likeliest label is their own
    macro_f1: float
    labels: tuple[LabelPreview, ...]
    confusions: tuple[Confusion, ...]


def preview(ids: Sequence[str], examples: Told, definitions: Told) -> Preview | None:
    """Every example judged by all others and by the definitions; None without two labels to tell apart.

    The scorer is a ridge regression on the embedding, its verdicts leave-one-out in closed form (Hastie, Tibshirani
    & Friedman, Elements of Statistical Learning, 7.10). Labels with fewer than two examples take no part. An example
    that stands under several labels is right with any of them.
    """
    counts = np.bincount(examples.owner, minlength=len(ids))
    judged = np.flatnonzero(counts >= FEWEST_EXAMPLES)
    if len(judged) < 2:
        return None
    row_of = {text: row for row, text in enumerate(dict.fromkeys(examples.texts))}
    rows = np.array([row_of[text] for text in examples.texts], dtype=np.intp)
    target = np.zeros((len(row_of), len(ids)))
    target[rows, examples.owner] = 1
    embedding = np.zeros((len(row_of), examples.embedding.shape[1]))
    embedding[rows] = examples.embedding
    kept = target[:, judged].any(axis=1)
    target, embedding = target[kept][:, judged], embedding[kept]
    scores = _left_out(embedding, target) + _DEFINITION * _likeness(embedding, definitions, judged)
    return _summed_up([ids[int(k)] for k in judged], scores.argmax(axis=1), target)


def _left_out(embedding: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    columns = np.hstack([embedding, np.ones((len(embedding), 1))])
    inverse = np.linalg.inv(columns.T @ columns + _PENALTY * np.eye(columns.shape[1]))
    leverage = ((columns @ inverse) * columns).sum(axis=1)[:, None].clip(max=0.99)
    fitted = columns @ (inverse @ (columns.T @ target))
    held_out: NDArray[np.float64] = (fitted - leverage * target) / (1 - leverage)
    return held_out


def _likeness(embedding: NDArray[np.float64], definitions: Told, labels: NDArray[np.intp]) -> NDArray[np.float64]:
    likeness = embedding @ definitions.embedding.T
    return np.stack([likeness[:, definitions.owner == k].max(axis=1) for k in labels], axis=1)


def _summed_up(ids: Sequence[str], found: NDArray[np.intp], target: NDArray[np.float64]) -> Preview:
    rows, support = np.arange(len(found)), target.sum(axis=0)
    right = target[rows, found] > 0
    hits = np.bincount(found[right], minlength=len(ids))
    f1 = 2 * hits / (np.bincount(found, minlength=len(ids)) + support)
    wrong = Counter((int(k), int(found[i])) for i in rows[~right] for k in np.flatnonzero(target[i]))
    labels = [
        LabelPreview(ids[k], int(support[k]), round(float(f1[k]), 3)) for k in map(int, np.argsort(f1, kind="stable"))
    ]
    confusions = [Confusion(ids[k], ids[other], count, int(support[k])) for (k, other), count in wrong.items()]
    return Preview(
        example_count=len(found),
        right_share=round(float(right.mean()), 3),
        macro_f1=round(float(f1.mean()), 3),
        labels=tuple(labels),
        confusions=tuple(sorted(confusions, key=lambda c: (-c.count, c.label, c.taken_for))),
    )
