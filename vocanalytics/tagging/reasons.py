"""Why a text is tagged as it is: how close each label came, which wording named it, which sentences it is like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from vocanalytics.tagging.encoder import Encoder
from vocanalytics.tagging.frame_preview import Told
from vocanalytics.tagging.phrases import PhraseBook, name_phrases
from vocanalytics.tagging.tagger import Tagger
from vocanalytics.tagging.themes import Axis, Judgement
from vocanalytics.taxonomy import Label, label_texts

SHOWN = 3  # candidates and nearest sentences of an axis


@dataclass(frozen=True, slots=True)
class Candidate:
    """A label that was considered; ``margin`` is its confidence less its threshold: tagged from 0 on."""

    label: str
    confidence: float
    margin: float


@dataclass(frozen=True, slots=True)
class Near:
    """A sentence of the frame; ``similarity`` is a cosine."""

    label: str
    similarity: float
    text: str


@dataclass(frozen=True, slots=True)
class AxisReason:
    """Likeliest and nearest first; below ``none_below`` it is sure that nothing applies."""

    outcome: str
    none_below: float
    candidates: tuple[Candidate, ...]
    phrases: tuple[tuple[str, str], ...]  # label, wording
    nearest: tuple[Near, ...]


@dataclass(frozen=True, slots=True)
class Reasons:
    segment: str
    touchpoint: AxisReason
    themes: AxisReason


@dataclass(frozen=True, slots=True)
class Explained:
    """``reasons`` per segment of ``tags``, in reading order."""

    tags: pd.DataFrame  # what `Tagger.tag` says of the text
    reasons: tuple[Reasons, ...]


def explain(
    tagger: Tagger,
    text: str,
    channel: str | None = None,
    question: str | None = None,
    context_touchpoint: str | None = None,
) -> Explained:
    """Tags of one masked text, with reasons; raises as `Tagger.tag` does."""
    tags = tagger.tag([text], channel, question, context_touchpoint)
    spans = tags[["segment", "start"]].dropna().drop_duplicates()
    segments = [str(segment) for segment in spans["segment"]]
    points = _reasons(tagger.taxonomy.touchpoints, tagger._touchpoints, tagger.encoder, segments)
    themes = _reasons(tagger.taxonomy.themes, tagger._themes, tagger.encoder, segments)
    return Explained(tags, tuple(map(Reasons, segments, points, themes)))


def _reasons(labels: Sequence[Label], axis: Axis, encoder: Encoder, segments: Sequence[str]) -> list[AxisReason]:
    # a label without examples is known by its definition
    bank = Told.of([label.examples or tuple(label_texts(label)) for label in labels], encoder.embed)
    embedding = encoder.embed(segments)
    judged, likeness = axis.judge(embedding, segments), embedding @ bank.embedding.T
    named = _named(labels, segments)
    return [
        AxisReason(
            outcome=str(judged.outcomes[i]),
            none_below=float(axis.none_below),
            candidates=_candidates(judged, axis, i),
            phrases=named[i],
            nearest=tuple(
                Near(labels[bank.owner[row]].id, round(float(likeness[i, row]), 3), bank.texts[row])
                for row in np.argsort(-likeness[i], kind="stable")[:SHOWN]
            ),
        )
        for i in range(len(segments))
    ]


def _candidates(judged: Judgement, axis: Axis, row: int) -> tuple[Candidate, ...]:
    sure = judged.probabilities[row]
    passed = int(judged.passed[row].sum())
    likeliest = np.argsort(-sure, kind="stable")[: max(SHOWN, passed)]
    return tuple(
        Candidate(judged.ids[k], round(float(sure[k]), 3), round(float(sure[k] - axis.thresholds[k]), 3))
        for k in likeliest
    )


def _named(labels: Sequence[Label], segments: Sequence[str]) -> list[tuple[tuple[str, str], ...]]:
    """Per segment, the wordings it holds and the label each speaks for."""
    pairs = [
        (label.id, phrase) for label in labels for phrase in dict.fromkeys((*label.phrases, *name_phrases(label.label)))
    ]
    hits = PhraseBook([[phrase] for _, phrase in pairs]).hits(segments)
    return [tuple(pairs[k] for k in np.flatnonzero(row)) for row in hits]
