"""How to read frames without examples: learned on frames that have them but hide them.

Examples are about one thing each, customers often name two in a breath ("quick, easy to use"). So part of what is
learned from are two examples made one, which has the labels of both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from vocanalytics.tagging.axis_fitting import Rows, best_cut, example_rows, fit_combiner, none_below, ridge
from vocanalytics.tagging.borrowing import Bank
from vocanalytics.tagging.concepts import concepts
from vocanalytics.tagging.evidence import BORROWED, DESCRIBED, Embed, Evidence
from vocanalytics.tagging.heads import Floats
from vocanalytics.tagging.themes import combine
from vocanalytics.taxonomy import Label, Theme

_JOINED = 0.5  # pairs beside each single example
_LONGEST = 14  # words of an example that is joined
_SEED = 20261122


def fit_zero_shot(frames: Sequence[Sequence[Label]], embed: Embed) -> dict[str, Any]:
    """Combiner and thresholds for frames without examples.

    ``borrowing`` holds those for frames that borrow: here each axis borrows from the other ones. The concepts of
    `concepts` are one axis more to learn from.
    """
    axes = [*frames, _general()]
    rows = [example_rows(labels, embed) for labels in axes]
    hidden = [Evidence.gather([replace(label, examples=(), phrases=()) for label in labels], embed) for labels in axes]
    able = [replace(evidence, lendable=ridge(part)) for evidence, part in zip(hidden, rows, strict=True)]
    pairs = []
    for i, (evidence, part) in enumerate(zip(hidden, rows, strict=True)):
        bank, shown = Bank.of([*able[:i], *able[i + 1 :]]), _joined(part, embed)
        lent = bank.lend(evidence) if bank else evidence.lent
        pairs.append((replace(evidence, lent=lent).columns(shown.embedding, shown.texts), shown.target))
    return _learned(pairs, DESCRIBED) | {"borrowing": _learned(pairs, (*DESCRIBED, *BORROWED))}


def _general() -> list[Theme]:
    return [
        Theme(concept.id, concept.names[0], concept.names[-2], include=concept.names[1:-2], examples=concept.sentences)
        for concept in concepts()
    ]


def _joined(rows: Rows, embed: Embed) -> Rows:
    """The rows and some pairs of short ones, each made one text."""
    chance = np.random.default_rng(_SEED)
    able = [i for i, text in enumerate(rows.texts) if rows.target[i].any() and len(text.split()) <= _LONGEST]
    first, second = chance.choice(able, (2, int(len(rows.texts) * _JOINED)))
    links = chance.choice([", ", " and ", " but ", " & "], len(first))
    texts = [
        f"{rows.texts[i].rstrip('.!')}{link}{rows.texts[j][:1].lower()}{rows.texts[j][1:]}"
        for i, j, link in zip(first, second, links, strict=True)
    ]
    target = np.maximum(rows.target[first], rows.target[second])
    return Rows([*rows.texts, *texts], np.vstack([rows.embedding, embed(texts)]), np.vstack([rows.target, target]))


def _learned(parts: Sequence[tuple[Floats, Floats]], used: Sequence[int]) -> dict[str, Any]:
    weights = np.mean([fit_combiner(columns, target, used) for columns, target in parts], axis=0).astype(np.float32)
    judged = [(combine(columns, weights), target) for columns, target in parts]
    cuts = [best_cut(probabilities, target)[0] for probabilities, target in judged]
    lows = [none_below(p, t, cut) for (p, t), cut in zip(judged, cuts, strict=True)]
    return {
        "weights": [round(float(w), 4) for w in weights],
        "threshold": round(float(np.mean(cuts)), 4),
        "none_below": round(float(np.mean(lows)), 4),
    }
