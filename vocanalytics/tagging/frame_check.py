"""What is wrong with a coding frame, seen with the eyes of the encoder.

Two severities, as for published tables: ``fail`` is a contradiction that must be fixed (the same words said of two
labels, a phrase that is mostly wrong), ``warn`` is advice.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vocanalytics.tagging.frame_preview import Embed, Preview, Told, preview
from vocanalytics.tagging.heads import Floats
from vocanalytics.tagging.phrases import PhraseBook
from vocanalytics.taxonomy import Label, Taxonomy, label_texts

FEW, THIN = 8, 25  # examples a label: fewer help little; from here on a label stands on its own
OVERLAP = 0.75  # cosine of definitions; of 1,300 pairs of labels of the shipped frames one lies above
TWIN = 0.95  # cosine of examples that differ in a word or a mark
_STRAY = 0.15  # an example this much nearer to another label; 5 in 100 of the shipped frames
_NEIGHBOURS = 3  # examples that must agree
_MISFIRES = 5  # on others' examples, and more than on its own: the phrase is wrong
_CHUNK = 1_000
_NOT_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Finding:
    """``text`` belongs to ``label``, ``other_text`` to ``other``; ``count`` is examples (kinds few, thin, none)."""

    kind: str
    severity: str  # fail, warn
    axis: str
    label: str
    text: str = ""
    other: str = ""
    other_text: str = ""
    similarity: float | None = None  # cosine; of kind stray: how much nearer
    count: int | None = None  # of kind phrase: others' examples it fires on
    own_count: int | None = None


@dataclass(frozen=True, slots=True)
class Closest:
    """Two labels of an axis and the two texts of their definitions that are most alike."""

    label: str
    other: str
    similarity: float
    text: str
    other_text: str


@dataclass(frozen=True, slots=True)
class AxisReport:
    label_count: int
    example_count: int
    findings: tuple[Finding, ...]
    preview: Preview | None  # None: not enough examples
    closest: tuple[Closest, ...]  # pairs of labels, nearest first


def check_frame(taxonomy: Taxonomy, embed: Embed) -> Mapping[str, AxisReport]:
    """Each axis of a frame looked over; works from names alone, says more the more the frame says.

    Parameters
    ----------
    embed : callable
        Texts to vectors of unit length, such as `Encoder.embed`.
    """
    axes: dict[str, Sequence[Label]] = {"touchpoint": taxonomy.touchpoints, "themes": taxonomy.themes}
    return {axis: _check_axis(axis, labels, embed) for axis, labels in axes.items() if labels}


def _check_axis(axis: str, labels: Sequence[Label], embed: Embed) -> AxisReport:
    ids = [label.id for label in labels]
    examples = Told.of([label.examples for label in labels], embed)
    definitions = Told.of([list(label_texts(label)) for label in labels], embed)
    closest = _closest(ids, definitions)
    findings = [
        *_overlaps(axis, labels, closest),
        *_shared_phrases(axis, labels),
        *_misfiring(axis, labels, examples),
        *_twins(axis, ids, examples),
        *_strays(axis, ids, examples),
        *_sizes(axis, labels),
    ]
    told = preview(ids, examples, definitions)
    return AxisReport(len(labels), len(examples.texts), tuple(findings), told, tuple(closest[:_NEIGHBOURS]))


def _closest(ids: Sequence[str], told: Told) -> list[Closest]:
    likeness, pairs = told.embedding @ told.embedding.T, []
    texts = [np.flatnonzero(told.owner == k) for k in range(len(ids))]
    for b in range(len(ids)):
        for a in range(b):
            block = likeness[np.ix_(texts[a], texts[b])]
            i, j = np.unravel_index(int(block.argmax()), block.shape)
            wordings = told.texts[texts[a][i]], told.texts[texts[b][j]]
            pairs.append(Closest(ids[a], ids[b], round(float(block[i, j]), 3), *wordings))
    return sorted(pairs, key=lambda pair: (-pair.similarity, pair.label, pair.other))


def _overlaps(axis: str, labels: Sequence[Label], closest: Sequence[Closest]) -> Iterator[Finding]:
    by_id = {label.id: label for label in labels}
    for pair in closest:
        same = plain(pair.text) == plain(pair.other_text)
        one, two = by_id[pair.label], by_id[pair.other]
        if same or (pair.similarity >= OVERLAP and not (_excludes(one, two) or _excludes(two, one))):
            severity = "fail" if same else "warn"
            yield Finding(
                "overlap", severity, axis, pair.label, pair.text, pair.other, pair.other_text, pair.similarity
            )


def _excludes(label: Label, other: Label) -> bool:
    """Whether an author has drawn the boundary: an ``exclude`` line that names the other label."""
    lines = " | ".join(map(plain, label.exclude))
    return any(re.search(rf"\b{re.escape(plain(name))}\b", lines) for name in (other.id, other.label))


def _shared_phrases(axis: str, labels: Sequence[Label]) -> Iterator[Finding]:
    owners: dict[str, list[str]] = defaultdict(list)
    for label in labels:
        for phrase in dict.fromkeys(map(plain, label.phrases)):
            owners[phrase].append(label.id)
    # a segment may have two themes, but happened in one place
    severity = "fail" if axis == "touchpoint" else "warn"
    for phrase, (first, *rest) in owners.items():
        for other in rest:
            yield Finding("shared_phrase", severity, axis, first, phrase, other, phrase)


def _misfiring(axis: str, labels: Sequence[Label], examples: Told) -> Iterator[Finding]:
    phrases = [(k, phrase) for k, label in enumerate(labels) for phrase in dict.fromkeys(label.phrases)]
    fired = PhraseBook([[phrase] for _, phrase in phrases]).hits(examples.texts) > 0
    found = []
    for column, (k, phrase) in enumerate(phrases):
        rows = np.flatnonzero(fired[:, column])
        own = {examples.texts[row] for row in rows if examples.owner[row] == k}
        others = [row for row in rows if examples.owner[row] != k and examples.texts[row] not in own]
        if others:
            count, first = len(others), others[0]
            severity = "fail" if count >= _MISFIRES and count > len(own) else "warn"
            whose, example = labels[examples.owner[first]].id, examples.texts[first]
            label = labels[k].id
            found.append(
                Finding("phrase", severity, axis, label, phrase, whose, example, count=count, own_count=len(own))
            )
    yield from sorted(found, key=lambda f: (f.own_count or 0) - (f.count or 0))


def _twins(axis: str, ids: Sequence[str], examples: Told) -> Iterator[Finding]:
    # a mark or a capital may move a short sentence further than another word does
    wordings = np.unique([plain(text) for text in examples.texts], return_inverse=True)[1]
    found = []
    for start in range(0, len(examples.texts), _CHUNK):
        part = slice(start, start + _CHUNK)
        likeness = examples.embedding[part] @ examples.embedding.T
        alike = (likeness >= TWIN) | (wordings[part, None] == wordings[None, :])
        pairs = np.argwhere(alike & (examples.owner[part, None] < examples.owner[None, :]))
        found += [(start + int(i), int(j), float(likeness[i, j])) for i, j in pairs]
    for i, j, similarity in sorted(found, key=lambda pair: -pair[2]):
        same = axis == "touchpoint" and wordings[i] == wordings[j]
        names = ids[examples.owner[i]], ids[examples.owner[j]]
        texts = examples.texts[i], examples.texts[j]
        yield Finding(
            "twin", "fail" if same else "warn", axis, names[0], texts[0], names[1], texts[1], round(similarity, 3)
        )


def _strays(axis: str, ids: Sequence[str], examples: Told) -> Iterator[Finding]:
    if not len(examples.texts):
        return
    close = _closeness(examples, len(ids))
    own = close[np.arange(len(close)), examples.owner]
    gap = np.where(own > 0, close.max(axis=1) - own, 0)
    for i in np.argsort(-gap, kind="stable")[: int((gap >= _STRAY).sum())]:
        other = int(close[i].argmax())
        bank = np.flatnonzero(examples.owner == other)
        nearest = bank[int((examples.embedding[bank] @ examples.embedding[i]).argmax())]
        texts, nearer = (examples.texts[i], examples.texts[nearest]), round(float(gap[i]), 3)
        if examples.embedding[nearest] @ examples.embedding[i] < TWIN and plain(texts[0]) != plain(texts[1]):
            yield Finding("stray", "warn", axis, ids[examples.owner[i]], texts[0], ids[other], texts[1], nearer)


def _closeness(examples: Told, labels: int) -> Floats:
    """Mean cosine to the closest few examples of each label, itself left out; 0 where a label has fewer."""
    close = np.zeros((len(examples.texts), labels), dtype=np.float32)
    members = [np.flatnonzero(examples.owner == k) for k in range(labels)]
    for start in range(0, len(close), _CHUNK):
        likeness = examples.embedding[start : start + _CHUNK] @ examples.embedding.T
        rows = np.arange(len(likeness))
        likeness[rows, start + rows] = -1
        for k, bank in enumerate(members):
            if len(bank) > _NEIGHBOURS:
                top = np.partition(likeness[:, bank], -_NEIGHBOURS, axis=1)[:, -_NEIGHBOURS:]
                close[start : start + _CHUNK, k] = top.mean(axis=1)
    return close


def _sizes(axis: str, labels: Sequence[Label]) -> Iterator[Finding]:
    for label in sorted(labels, key=lambda label: len(label.examples)):
        count = len(label.examples)
        if not (label.about or label.include or label.phrases or count):
            yield Finding("bare", "warn", axis, label.id, label.label)
        if count < THIN:
            yield Finding(
                "few" if 0 < count < FEW else "thin" if count else "none", "warn", axis, label.id, count=count
            )


def plain(text: str) -> str:
    """A wording without case, marks and spaces.

    >>> plain("Stale  bread!") == plain("stale bread")
    True
    """
    return _NOT_WORD.sub(" ", text.casefold()).strip() or text  # emoji are no words, but differ
