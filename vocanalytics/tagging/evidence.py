"""What speaks for a label: likeness to its description and examples, a fitted scorer, exact wording.

One `Evidence` holds this for all labels of one axis. Every column is on a scale that means the same for
every label and frame, so one small combiner (`vocanalytics.tagging.themes`) can weigh them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vocanalytics.tagging.features import hashed
from vocanalytics.tagging.heads import Floats, fold
from vocanalytics.tagging.kernel import Kernel, Texts
from vocanalytics.tagging.phrases import PhraseBook, name_phrases
from vocanalytics.tagging.reference import ordinary
from vocanalytics.taxonomy import Label, label_texts

COLUMNS = (
    "description",
    "description_lead",
    "exclusion",
    "phrase",
    "example",
    "example_lead",
    "scorer",
    "scorer_lead",
    "borrowed",
    "borrowed_lead",
)
DESCRIBED, BORROWED = range(4), range(8, 10)  # the columns there are without examples
Embed = Callable[[Sequence[str]], Floats]
_BUCKETS = 2048
_GRAM_WEIGHT = 0.6
_NEIGHBOURS = 3  # examples that must agree
_BORROWED_SCALE = 5  # mixed verdicts are faint: this makes them the size of the others


@dataclass(frozen=True, slots=True)
class Evidence:
    """``owner[i]`` is the label that text i of a bank describes, excludes or exemplifies."""

    ids: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...]
    described: Floats  # (m, d)
    described_owner: NDArray[np.intp]
    excluded: Floats
    excluded_owner: NDArray[np.intp]
    examples: Floats
    examples_owner: NDArray[np.intp]
    usual: Floats  # (2, k): mean and spread of a label's likeness to ordinary talk
    scorer: Kernel
    lendable: Floats  # (d + _BUCKETS + 1, k), or no rows: linear, so that it mixes with those of other labels
    lent: Floats  # the same, mixed from other frames' labels

    @classmethod
    def gather(cls, labels: Sequence[Label], embed: Embed) -> Evidence:
        """From a frame alone; the scorer is fitted later."""
        described = [(k, text) for k, label in enumerate(labels) for text in _described(label)]
        excluded = [(k, text) for k, label in enumerate(labels) for text in label.exclude]
        examples = [(k, text) for k, label in enumerate(labels) for text in label.examples]
        banks = [_bank(pairs, embed) for pairs in (described, excluded, examples)]
        likeness = _likeness(embed(ordinary()), *banks[0], len(labels))
        return cls(
            ids=tuple(label.id for label in labels),
            phrases=tuple((*label.phrases, *name_phrases(label.label)) for label in labels),
            described=banks[0][0],
            described_owner=banks[0][1],
            excluded=banks[1][0],
            excluded_owner=banks[1][1],
            examples=banks[2][0],
            examples_owner=banks[2][1],
            usual=np.stack([likeness.mean(axis=0), likeness.std(axis=0) + 1e-3]),
            scorer=Kernel.unfitted(len(labels)),
            lendable=np.zeros((0, len(labels)), dtype=np.float32),
            lent=np.zeros((0, len(labels)), dtype=np.float32),
        )

    def columns(self, embedding: Floats, texts: Sequence[str], *, own: bool = False, scores: Any = None) -> Floats:
        """Evidence per text and label, shape (n, k, len(COLUMNS)).

        ``own`` leaves out a text's likeness to itself, for texts that are among the examples; ``scores``
        replaces the scorer's verdicts by held-out ones.
        """
        k = len(self.ids)
        described = (_likeness(embedding, self.described, self.described_owner, k) - self.usual[0]) / self.usual[1]
        excluded = (_likeness(embedding, self.excluded, self.excluded_owner, k) - self.usual[0]) / self.usual[1]
        excluded = np.where(np.isin(np.arange(k), self.excluded_owner), np.maximum(excluded - described, 0), 0)
        examples = _nearest(embedding, self.examples, self.examples_owner, k, own=own)
        if scores is None:
            scores = self.scorer.verdicts(embedding, word_features(texts))
        borrowed = _linear(self.lent, embedding, texts) * _BORROWED_SCALE
        phrase = _book(self.phrases).hits(texts)
        columns = (described, _lead(described), excluded, phrase, examples, _lead(examples), scores, _lead(scores))
        return np.stack((*columns, borrowed, _lead(borrowed)), axis=2).astype(np.float32)

    def arrays(self, axis: str) -> dict[str, NDArray[Any]]:
        named = {
            "ids": np.array(self.ids),
            "phrases": np.array([phrase for group in self.phrases for phrase in group], dtype=str),
            "phrases_owner": np.array([k for k, group in enumerate(self.phrases) for _ in group], dtype=np.intp),
            "usual": self.usual,
            **{
                name: getattr(self, name).astype(np.float16)
                for name in ("described", "excluded", "examples", "lendable", "lent")
            },
            **{f"scorer_{name}": values for name, values in self.scorer.arrays().items()},
            **{f"{name}_owner": getattr(self, f"{name}_owner") for name in ("described", "excluded", "examples")},
        }
        return {f"{axis}.{name}": values for name, values in named.items()}

    @classmethod
    def stored(cls, arrays: Mapping[str, NDArray[Any]], axis: str) -> Evidence:
        ids = tuple(map(str, arrays[f"{axis}.ids"]))
        groups: list[list[str]] = [[] for _ in ids]
        for phrase, owner in zip(arrays[f"{axis}.phrases"], arrays[f"{axis}.phrases_owner"], strict=True):
            groups[owner].append(str(phrase))
        banks: dict[str, Any] = {
            name: arrays[f"{axis}.{name}"].astype(np.float32) for name in ("described", "excluded", "examples")
        }
        owners: dict[str, Any] = {f"{name}_owner": arrays[f"{axis}.{name}_owner"] for name in banks}
        learned: dict[str, Any] = {
            name: arrays[f"{axis}.{name}"].astype(np.float32) for name in ("usual", "lendable", "lent")
        }
        prefix = f"{axis}.scorer_"
        scorer = Kernel.stored({name.removeprefix(prefix): arrays[name] for name in arrays if name.startswith(prefix)})
        return cls(ids=ids, phrases=tuple(map(tuple, groups)), scorer=scorer, **learned, **banks, **owners)


def design(embedding: Floats, texts: Sequence[str]) -> Floats:
    """What a linear scorer sees: embedding, folded word features, a constant."""
    constant = np.ones((len(texts), 1), dtype=np.float32)
    return np.hstack([embedding, word_features(texts).toarray(), constant]).astype(np.float32)


def as_texts(embedding: Floats, texts: Sequence[str]) -> Texts:
    return Texts(embedding, word_features(texts))


def _linear(scorer: Floats, embedding: Floats, texts: Sequence[str]) -> Floats:
    if not len(scorer):
        return np.zeros((len(embedding), scorer.shape[1]), dtype=np.float32)
    d = embedding.shape[1]
    scores: Floats = embedding @ scorer[:d] + word_features(texts) @ scorer[d:-1] + scorer[-1]
    return scores


def word_features(texts: Sequence[str]) -> Any:
    """Folded word features, sparse (n, _BUCKETS)."""
    return _word_features(tuple(texts))


@lru_cache(maxsize=1)  # both axes read the same texts, one after the other
def _word_features(texts: tuple[str, ...]) -> Any:
    return fold(hashed(texts), _BUCKETS) * np.float32(_GRAM_WEIGHT)


@lru_cache(maxsize=8)
def _book(phrases: tuple[tuple[str, ...], ...]) -> PhraseBook:
    return PhraseBook(phrases)


def _described(label: Label) -> list[str]:
    texts = list(label_texts(label))
    return [*texts, f"{texts[0]}: {label.about}"] if label.about else texts


def _bank(pairs: Sequence[tuple[int, str]], embed: Embed) -> tuple[Floats, NDArray[np.intp]]:
    return embed([text for _, text in pairs]), np.array([owner for owner, _ in pairs], dtype=np.intp)


def _likeness(embedding: Floats, bank: Floats, owner: NDArray[np.intp], labels: int) -> Floats:
    """Cosine to the closest text of each label, shape (n, labels); 0 for a label without texts."""
    closest = np.zeros((len(embedding), labels), dtype=np.float32)
    likeness = embedding @ bank.T
    for k in np.unique(owner):
        closest[:, k] = likeness[:, owner == k].max(axis=1)
    return closest


def _nearest(embedding: Floats, bank: Floats, owner: NDArray[np.intp], labels: int, *, own: bool) -> Floats:
    """Mean cosine to the closest few examples of each label, times 5 to be of the size of the others."""
    close = np.zeros((len(embedding), labels), dtype=np.float32)
    likeness = embedding @ bank.T
    if own:
        likeness[likeness > 0.995] = -1
    for k in np.unique(owner):
        few = min(_NEIGHBOURS, int((owner == k).sum()))
        close[:, k] = np.partition(likeness[:, owner == k], -few, axis=1)[:, -few:].clip(0).mean(axis=1)
    return close * 5


def _lead(values: Floats) -> Floats:
    """How far a label is ahead of the best other one; negative for all but the first."""
    if values.shape[1] < 2:
        return values
    top = np.sort(values, axis=1)[:, -2:]
    best_other = np.where(values == top[:, 1:], top[:, :1], top[:, 1:])
    lead: Floats = values - best_other
    return lead
