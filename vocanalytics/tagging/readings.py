"""From what each segment says to what the item says: neighbours' touchpoints, the customer's overall feeling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vocanalytics.tagging.heads import Floats

POLARITIES = ("negative", "neutral", "positive")
# the 27 emotions of GoEmotions as customer teams speak of them; the rest say nothing of the experience
EMOTIONS = {
    "anger": ("anger", "disgust"),
    "frustration": ("annoyance", "disapproval"),
    "disappointment": ("disappointment", "sadness", "remorse", "grief", "embarrassment"),
    "worry": ("fear", "nervousness"),
    "confusion": ("confusion",),
    "surprise": ("surprise",),
    "relief": ("relief",),
    "gratitude": ("gratitude",),
    "joy": ("joy", "admiration", "love", "excitement", "amusement", "pride", "approval", "optimism"),
}
CLEAR = 0.5  # a negative and a positive segment, each likelier than everything else together, make an item mixed


@dataclass(frozen=True, slots=True)
class Place:
    """Where on the journey a segment belongs. ``source`` is text, neighbour or context."""

    outcome: str
    touchpoint: str | None = None
    confidence: float | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Mood:
    polarity: str | None
    score: float | None  # -1 to 1


def places(own: Sequence[Place], context: str | None) -> list[Place]:
    """Each segment's place: its own, else the nearest neighbour's (the earlier of two), else the survey's.

    >>> told = Place("tagged", "delivery", 0.9, "text")
    >>> [place.source for place in places([told, Place("abstained")], None)]
    ['text', 'neighbour']
    """
    known = [i for i, place in enumerate(own) if place.touchpoint is not None]
    settled = []
    for i, place in enumerate(own):
        if place.touchpoint is None and known:
            nearest = own[min(known, key=lambda j: (abs(j - i), j))]
            place = Place("tagged", nearest.touchpoint, nearest.confidence, "neighbour")
        elif place.touchpoint is None and context is not None:
            # declared, not measured, hence no confidence
            place = Place("tagged", context, None, "context")
        settled.append(place)
    return settled


def emotion(probabilities: Floats, labels: Sequence[str]) -> str | None:
    """The emotion, of `EMOTIONS`, that is felt most, if one is likely enough to count as felt.

    >>> emotion(np.array([0.2, 0.7, 0.9]), ("anger", "annoyance", "neutral"))
    'frustration'
    """
    felt = dict(zip(labels, map(float, probabilities), strict=True))
    strongest = {name: max(felt.get(each, 0.0) for each in members) for name, members in EMOTIONS.items()}
    name = max(strongest, key=strongest.__getitem__)
    return name if strongest[name] >= CLEAR else None


def mood(polarity: Floats, lengths: Sequence[int]) -> Mood:
    """What an item as a whole feels, from its segments.

    Parameters
    ----------
    polarity : array, shape (n, 3)
        Probabilities per segment: negative, neutral, positive.
    lengths : sequence of int
        Characters per segment: a long idea weighs more in the score.

    Returns
    -------
    Mood
        ``mixed`` when a clearly negative and a clearly positive segment occur; otherwise the side that is
        clear, otherwise the likeliest on average. Nothing for an item without segments.
    """
    if not len(polarity):
        return Mood(None, None)
    weights = np.sqrt(np.asarray(lengths, dtype=float))
    mean = np.average(polarity, axis=0, weights=weights)
    score = round(float(mean[2] - mean[0]), 4)
    negative, positive = bool((polarity[:, 0] > CLEAR).any()), bool((polarity[:, 2] > CLEAR).any())
    if negative and positive:
        return Mood("mixed", score)
    if negative or positive:
        return Mood("negative" if negative else "positive", score)
    return Mood(POLARITIES[int(mean.argmax())], score)
