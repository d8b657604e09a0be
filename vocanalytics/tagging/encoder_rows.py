"""Which rows the encoder is taught with, which judge it, and which teach only its heads."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np

from vocanalytics.resources import taxonomies_dir
from vocanalytics.tagging import corpora
from vocanalytics.tagging.concepts import Concept, concepts, taught
from vocanalytics.tagging.corpora import Row
from vocanalytics.tagging.critical import REASONS, critical_flags
from vocanalytics.tagging.reference import read
from vocanalytics.taxonomy import Label, load_taxonomy

_FEW = {f"umsab_{language}" for language in ("english", "french", "german", "italian", "portuguese", "spanish")}
# of a set an epoch sees
SHARES = {"semeval_tweets": 0.6, "goemotions": 0.6}
NARROW_SHARES = dict.fromkeys(_FEW, 0.1) | {"semeval_tweets": 0.2, "opener_hotels": 0.3, "cfpb_complaints": 0.5}
OWN_SHARES = dict.fromkeys(_FEW, 0.05) | {
    "semeval_tweets": 0.1,
    "goemotions": 0.1,
    "opener_hotels": 0.2,
    "cfpb_complaints": 0.5,
    "sst5": 0.5,
    "uci_sentences": 0.5,
}
SLIM_SHARES = dict.fromkeys(_FEW, 0.08) | {
    "semeval_tweets": 0.2,
    "goemotions": 0.25,
    "opener_hotels": 0.2,
    "cfpb_complaints": 0.5,
}
NAMES_SHARES = dict.fromkeys(_FEW, 0.05) | {
    "semeval_tweets": 0.1,
    "goemotions": 0.18,
    "opener_hotels": 0.2,
    "cfpb_complaints": 0.5,
}
AGAIN_SHARES = NAMES_SHARES | {"semeval_tweets": 0.15}
TEMPLATE_WEIGHT = 0.5  # many and alike
_STACKED = 16  # every so many-th row is kept from the network
_JUDGING = 5
_CALM = frozenset({"nhs_fft", "opener_hotels", "uci_sentences", "sst5", "own_examples", "own_coded", "concepts"})
# concepts and labels that may speak of danger or of groups of people
DANGEROUS = frozenset(
    {"safety", "security", "recall", "accident_repair", "roadside", "driver_assistance"}
    | {"safety_feeling", "accessibility", "staff_dignity", "language_and_accent"}
)
# all of them fit the heads of the frame; those with `taught` also tell the network which sentences belong together
CODED = "automotive_coded.csv"
_SEED = 20261121
_POSITIVE = frozenset(
    {"admiration", "amusement", "approval", "caring", "excitement", "gratitude", "joy", "love", "optimism", "pride"}
    | {"relief"}
)
_NEGATIVE = frozenset(
    {"anger", "annoyance", "disappointment", "disapproval", "disgust", "embarrassment", "fear", "grief"}
    | {"nervousness", "remorse", "sadness"}
)


@dataclass(frozen=True, slots=True)
class Material:
    polarity: list[Row]
    emotion: list[Row]
    development: dict[str, list[Row]]
    dropped: int  # rows whose text stands in a development part


def material(library: Path) -> Material:
    dev = development(library)
    polarity, dropped = corpora.without(polarity_rows(library), chain.from_iterable(dev.values()))
    emotion, emotion_dropped = corpora.without(goemotions(library, "train"), dev["goemotions"])
    return Material(polarity, emotion, dev, dropped + emotion_dropped)


def development(library: Path) -> dict[str, list[Row]]:
    return {
        "tweeteval": list(corpora.tweeteval_dev(library)),
        "sst2": list(corpora.sst2(library, "dev")),
        "nhs_fft": list(corpora.nhs(library, dev=True)),
        "umsab": list(corpora.umsab(library, "val")),
        "goemotions": list(goemotions(library, "dev")),
    }


def kept_from_network(row: Row) -> bool:
    """Whether a row teaches only the heads: what the network has seen looks surer than it is."""
    if row.source.startswith("own_"):
        return False
    return _draw(row.text) % _STACKED == 0


def _draw(text: str) -> int:
    return int(hashlib.sha256(corpora.normal(text).encode()).hexdigest(), 16)


def network_rows(found: Material) -> list[Row]:
    """Rows for `fine_tuning`: polarity sets, and GoEmotions with the polarity its emotions agree on, if any."""
    rows = [row for row in found.polarity if row.source != "goemotions"] + found.emotion
    return balanced([row for row in rows if not kept_from_network(row)])


def critical_rows() -> list[Row]:
    """Sentences with reasons for alarm and near misses, without those kept to judge by."""
    return [
        Row("critical_examples", text, "", reasons=frozenset({kind} & set(REASONS)))
        for kind, texts in read("critical_examples.yaml").items()
        for text in texts
        if not judges_alarm(text)
    ]


def ordinary_rows() -> list[Row]:
    """What customers say of anything, without a reason for alarm; nothing is known of its polarity."""
    found = [concept for concept in concepts() if concept.id not in DANGEROUS]
    return calm([Row("concepts", text, "") for concept in found for text in concept.sentences])


def own_labels() -> list[tuple[Concept, ...]]:
    """Per axis of the automotive frame its labels, by the sentences that have one of them and no other."""
    rows = [row for row in _coded() if row["taught"]]
    themes = [(row["text"], row["themes"]) for row in rows if row["themes"] and ";" not in row["themes"]]
    return [taught(themes), taught([(row["text"], row["touchpoint"]) for row in rows if row["touchpoint"]])]


def _labels(row: Mapping[str, str]) -> set[str]:
    return {row["touchpoint"], *row["themes"].split(";")}


def _coded() -> Iterable[dict[str, str]]:
    with (taxonomies_dir() / CODED).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def judges_alarm(text: str) -> bool:
    """Whether a sentence is kept from the network, so that alarm can be judged by it."""
    return _draw(text) % _JUDGING == 0


def calm(rows: Sequence[Row]) -> list[Row]:
    """Rows of sets in which alarm is rare learn that there is none, unless a rule heard it."""
    looked = [i for i, row in enumerate(rows) if row.source in _CALM]
    flagged = critical_flags([rows[i].text for i in looked])
    quiet = {i for i, flags in zip(looked, flagged, strict=True) if not flags}
    return [replace(row, reasons=frozenset()) if i in quiet else row for i, row in enumerate(rows)]


def balanced(rows: Sequence[Row]) -> list[Row]:
    """Rarer classes of tweets count more, half of the way to balance; neutral film reviews count less."""
    tweets = Counter(row.polarity for row in rows if row.source == "semeval_tweets")
    return [_weighted(row, tweets) for row in rows]


def _weighted(row: Row, tweets: Counter[str]) -> Row:
    if row.source == "semeval_tweets":
        return replace(row, weight=(max(tweets.values()) / tweets[row.polarity]) ** 0.5)
    if row.source == "sst5":
        return replace(row, weight=0.6 if row.polarity == "neutral" else 1.2)
    return row


def goemotions(library: Path, part: str) -> Iterable[Row]:
    return corpora.goemotions(library, part, _side)


def _side(emotions: tuple[str, ...]) -> str | None:
    found = set(emotions)
    if found == {"neutral"}:
        return "neutral"
    sides = {"positive": found <= _POSITIVE, "negative": found <= _NEGATIVE}
    return next((name for name, holds in sides.items() if holds), None)


def polarity_rows(library: Path) -> list[Row]:
    public: Iterable[Row] = chain(
        corpora.semeval(library),
        corpora.umsab(library, "train"),
        corpora.sst2(library, "train"),
        corpora.sst5(library),
        corpora.uci(library),
        corpora.opener(library),
        corpora.nhs(library, dev=False),
        corpora.cfpb(library),
        (row for row in goemotions(library, "train") if row.polarity),
    )
    distinct = {(corpora.normal(row.text), row.polarity, row.question): row for row in public}
    return [*distinct.values(), *own_polarity()]


def sentences() -> list[str]:
    """Texts of our own such as customers write, of every kind."""
    frames = [load_taxonomy(path) for path in sorted(taxonomies_dir().glob("*.yaml"))]
    axes: list[Sequence[Label]] = [axis for frame in frames for axis in (frame.themes, frame.touchpoints)]
    examples = [text for axis in axes for label in axis for text in label.examples]
    return list(dict.fromkeys([*(row.text for row in own_polarity() if row.source == "own_examples"), *examples]))


def forgetful(rows: Sequence[Row]) -> list[Row]:
    """Half the rows forget their channel: it must help where known and not be missed where not."""
    forget = np.random.default_rng(_SEED).random(len(rows)) < 0.5
    return [replace(row, channel=None) if lost else row for row, lost in zip(rows, forget, strict=True)]


def own_polarity() -> Iterable[Row]:
    content = dict(read("polarity_examples.yaml"))
    for name, group in content.pop("templates").items():
        for sentence in group["sentences"]:
            for word in group["words"]:
                yield Row("own_templates", sentence.format(word), name.split("_")[0], weight=TEMPLATE_WEIGHT)
    for row in _coded():
        if row["polarity"] == "mixed":  # of a whole text; the network learns three
            continue
        yield Row("own_dangers" if _labels(row) & DANGEROUS else "own_coded", row["text"], row["polarity"])
    questions = {"none": None, "worse": "What could we improve?", "better": "What did you like most?"}
    for kind, groups in content.items():
        for polarity, texts in groups.items():
            for text in texts:
                yield Row("own_examples", text, polarity, None, questions[kind])
