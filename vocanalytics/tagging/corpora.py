"""Public labelled texts the encoder's heads are fitted on. None of them is part of the package.

Each reader yields `Row`s. Rows whose text also stands in a development part are dropped by `without`.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

POLARITIES = ("negative", "neutral", "positive")
_NOT_LETTERS = re.compile(r"[\W_]+")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")


@dataclass(frozen=True, slots=True)
class Row:
    source: str
    text: str
    polarity: str
    channel: str | None = None
    question: str | None = None
    weight: float = 1.0
    emotions: tuple[str, ...] = ()
    reasons: frozenset[str] | None = None  # for alarm; None where nobody looked


def normal(text: str) -> str:
    """What two copies of a text share: letters and digits, lower case, no user names or addresses.

    >>> normal("@ann GREAT car!! http://t.co/x") == normal("@user great car")
    True
    """
    plain = re.sub(r"@\w+|https?:\S*|\bhttp\b", " ", unescape(text).lower())
    return _NOT_LETTERS.sub("", plain)


def unescape(text: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found.group(1), 16)), text).replace('\\""', '"')


def without(rows: Iterable[Row], held_back: Iterable[Row]) -> tuple[list[Row], int]:
    """The rows whose text is in no held-back row, and how many were dropped."""
    forbidden = {normal(row.text) for row in held_back}
    rows = list(rows)
    kept = [row for row in rows if normal(row.text) not in forbidden]
    return kept, len(rows) - len(kept)


def semeval(library: Path) -> Iterator[Row]:
    for path in sorted((library / "semeval_tweets").glob("*.tsv")):
        for line in _lines(path):
            cells = line.split("\t")
            if len(cells) >= 3 and cells[1] in POLARITIES and cells[2] != "Not Available":
                yield Row("semeval_tweets", unescape(cells[2]), cells[1], "social")


def tweeteval_dev(library: Path) -> Iterator[Row]:
    yield from _paired(library / "tweeteval_sentiment", "val", "tweeteval")


def umsab(library: Path, part: str) -> Iterator[Row]:
    for folder in sorted((library / "umsab_tweets").iterdir()):
        yield from _paired(folder, part, f"umsab_{folder.name}")


def _paired(folder: Path, part: str, source: str) -> Iterator[Row]:
    texts, labels = _lines(folder / f"{part}_text.txt"), _lines(folder / f"{part}_labels.txt")
    for text, label in zip(texts, labels, strict=True):
        yield Row(source, unescape(text), POLARITIES[int(label)], "social")


def sst2(library: Path, part: str) -> Iterator[Row]:
    for line in _lines(library / "sst2" / f"{part}.tsv"):
        text, label = line.rsplit("\t", 1)
        yield Row("sst2", text, "positive" if label == "1" else "negative", "review")


def sst5(library: Path) -> Iterator[Row]:
    for part in ("train", "dev"):
        for line in _lines(library / "sst5" / f"{part}.txt"):
            label, text = line.split(maxsplit=1)
            stars = int(label.removeprefix("__label__"))
            yield Row("sst5", text, _five(stars), "review", weight=1.0 if stars in (1, 5) else 0.6)


def uci(library: Path) -> Iterator[Row]:
    for path in sorted((library / "uci_sentences").glob("*.txt")):
        for line in _lines(path):
            text, label = line.rsplit("\t", 1)
            yield Row("uci_sentences", text.strip(), "positive" if label.strip() == "1" else "negative", "review")


def opener(library: Path) -> Iterator[Row]:
    for path in sorted((library / "opener_hotels").glob("*/*.json")):
        for entry in json.loads(path.read_text(encoding="utf-8")):
            found = {opinion["Polarity"].lower() for opinion in entry["opinions"]} or {"neutral"}
            if len(found) == 1 and found <= set(POLARITIES):
                yield Row("opener_hotels", entry["text"], found.pop(), "review")


def nhs(library: Path, *, dev: bool) -> Iterator[Row]:
    """Survey answers with their question; a fifth, chosen by a hash of the text, is the development part."""
    for cells in _table(library / "nhs_fft" / "v6_themes_NEAS.csv"):
        text, score = cells["FFT answer"].strip(), cells["Comment sentiment"].strip()
        if text and score and (int(hashlib.sha256(normal(text).encode()).hexdigest(), 16) % 5 == 0) == dev:
            polarity = _five(6 - int(float(score)))
            yield Row("nhs_fft", text, polarity, "survey", " ".join(cells["FFT question"].split()))


def cfpb(library: Path) -> Iterator[Row]:
    for cells in _table(library / "cfpb_complaints" / "narratives_2015.csv"):
        # no channel: all are complaints, and "contact" alone must not mean negative
        yield Row("cfpb_complaints", cells["Consumer complaint narrative"], "negative", weight=0.5)


def goemotions(library: Path, part: str, groups: Callable[[tuple[str, ...]], str | None]) -> Iterator[Row]:
    """Polarity follows from the emotions where they agree (``groups``), and counts little: nobody labelled it."""
    labels = _lines(library / "goemotions" / "labels.txt")
    for line in _lines(library / "goemotions" / f"{part}.tsv"):
        text, ids, _ = line.rsplit("\t", 2)
        emotions = tuple(labels[int(i)] for i in ids.split(","))
        yield Row("goemotions", text, groups(emotions) or "", None, weight=0.3, emotions=emotions)


def _five(stars: int) -> str:
    return POLARITIES[(stars > 2) + (stars > 3)]


def _table(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _lines(path: Path) -> list[str]:
    # not splitlines(): tweets hold other characters it takes for line ends
    return path.read_text(encoding="utf-8").rstrip("\n").split("\n")
