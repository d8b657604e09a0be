"""Teaches the embedding that a sentence and the name of what it is about belong together.

``concepts.yaml`` holds what customers of any business talk about. A batch draws some concepts and of each a name and
two sentences; what belongs to the same concept is pulled together and the rest pushed apart (supervised contrastive
learning: Khosla et al., NeurIPS 2020). Concepts it never saw profit as well: that is what a frame of names alone needs.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from vocanalytics.tagging.reference import read

_DRAWN = 16  # concepts a batch
_SENTENCES = 2  # of each
_TEMPERATURE = 0.07


@dataclass(frozen=True, slots=True)
class Concept:
    id: str
    names: tuple[str, ...]  # as companies call it, its description last
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


@dataclass(frozen=True, slots=True)
class Lessons:
    """An endless supply of batches; ``embed`` turns texts into vectors of unit length that can be learned from."""

    found: Sequence[Concept]
    embed: Callable[[Sequence[str]], Any]
    chance: random.Random

    def loss(self) -> Any:
        import torch

        drawn = self.chance.sample(range(len(self.found)), min(_DRAWN, len(self.found)))
        texts, owner = [], []
        for k in drawn:
            concept = self.found[k]
            texts += [self.chance.choice(concept.names), *self.chance.sample(concept.sentences, _SENTENCES)]
            owner += [k] * (1 + _SENTENCES)
        return contrast(self.embed(texts), torch.tensor(owner))


def contrast(vectors: Any, owner: Any) -> Any:
    """How badly each vector tells those of its own owner from all others; 0 is perfect."""
    import torch

    itself = torch.eye(len(owner), dtype=torch.bool)
    alike = (vectors @ vectors.T / _TEMPERATURE).masked_fill(itself, -1e9)
    same = (owner[:, None] == owner[None, :]) & ~itself
    told = alike - torch.logsumexp(alike, dim=1, keepdim=True)
    return -((told * same).sum(1) / same.sum(1)).mean()
