"""Teaches the embedding that a sentence and the name of what it is about belong together.

``concepts.yaml`` holds what customers of any business talk about. A batch draws some concepts and of each a name and
two sentences; what belongs to the same concept is pulled together and the rest pushed apart (supervised contrastive
learning: Khosla et al., NeurIPS 2020). Concepts it never saw profit as well: that is what a frame of names alone needs.
The labels of a shipped frame are taught by sentences alone: how frames of names are read is learned on their names.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from vocanalytics.tagging.reference import read

_DRAWN = 16  # concepts a batch
_TEXTS = 3  # of each, one of them a name where it has names
_TEMPERATURE = 0.07


@dataclass(frozen=True, slots=True)
class Concept:
    id: str
    names: tuple[str, ...]  # as companies call it, its description last; empty: taught by sentences alone
    sentences: tuple[str, ...]


def concepts() -> tuple[Concept, ...]:
    """
    >>> [concept.names[0] for concept in concepts() if concept.id == "refund_speed"]
    ['Refund speed']
    """
    return tuple(
        Concept(key, (*told["names"], told["about"], f"{told['names'][0]}: {told['about']}"), (*told["sentences"],))
        for key, told in read("concepts.yaml").items()
    )


def taught(rows: Iterable[tuple[str, str]]) -> tuple[Concept, ...]:
    """Concepts without names from pairs of a sentence and its only label, of labels with enough sentences.

    >>> [concept.id for concept in taught([("Ready on time.", "wait"), ("Two hours.", "wait"), ("No seat.", "wait")])]
    ['wait']
    """
    found: dict[str, list[str]] = {}
    for text, label in rows:
        found.setdefault(label, []).append(text)
    return tuple(Concept(label, (), (*texts,)) for label, texts in sorted(found.items()) if len(texts) >= _TEXTS)


@dataclass(frozen=True, slots=True)
class Lessons:
    """An endless supply of batches, each from one group; ``embed`` turns texts into vectors of unit length.

    Concepts of a group exclude each other.
    """

    groups: Sequence[Sequence[Concept]]
    embed: Callable[[Sequence[str]], Any]
    chance: random.Random

    def loss(self) -> Any:
        import torch

        (found,) = self.chance.choices(self.groups, [len(group) for group in self.groups])
        texts, owner = [], []
        for k in self.chance.sample(range(len(found)), min(_DRAWN, len(found))):
            texts += self._drawn(found[k])
            owner += [k] * _TEXTS
        return contrast(self.embed(texts), torch.tensor(owner))

    def _drawn(self, concept: Concept) -> list[str]:
        name = [self.chance.choice(concept.names)] if concept.names else []
        return name + self.chance.sample(concept.sentences, _TEXTS - len(name))


def contrast(vectors: Any, owner: Any) -> Any:
    """How badly each vector tells those of its own owner from all others; 0 is perfect."""
    import torch

    itself = torch.eye(len(owner), dtype=torch.bool)
    alike = (vectors @ vectors.T / _TEMPERATURE).masked_fill(itself, -1e9)
    same = (owner[:, None] == owner[None, :]) & ~itself
    told = alike - torch.logsumexp(alike, dim=1, keepdim=True)
    return -((told * same).sum(1) / same.sum(1)).mean()
