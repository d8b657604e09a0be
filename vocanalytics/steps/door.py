"""Masked at the door: what a feed says goes in, only masked text and keyed digests come out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa

from vocanalytics import __version__
from vocanalytics.keys import Key
from vocanalytics.records import NO_ANSWER, Answer, Submission
from vocanalytics.sources import Source
from vocanalytics.text.language import detect
from vocanalytics.text.privacy import EDITION, Masker
from vocanalytics.warehouse.landing import Landed

_PLACEHOLDER = re.compile(r"\[[A-Z]+\]")  # no word of any language
_NOT_WORD = re.compile(r"[\W_]+")
_NO_CONTENT = NO_ANSWER | {""}
# a lone emoji says something, so it counts as content
_EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]")

_TIME = pa.timestamp("us", tz="UTC")
_STRINGS = pa.map_(pa.string(), pa.string())
_SUBMISSIONS = pa.schema([
    ("submission_id", pa.string()), ("source", pa.string()), ("channel", pa.string()), ("customer_id", pa.string()),
    ("submitted_on", pa.date32()), ("submitted_at", _TIME), ("updated_at", _TIME), ("context_touchpoint", pa.string()),
    ("dimensions", _STRINGS), ("content_digest", pa.string()), ("masking", pa.string()), ("file_name", pa.string()),
    ("ingested_at", _TIME),
])  # fmt: skip
_SCORES = pa.schema([
    ("submission_id", pa.string()), ("question_id", pa.string()), ("question", pa.string()),
    ("score_scale", pa.string()), ("score", pa.float64()),
])  # fmt: skip
_ITEMS = pa.schema([
    ("item_id", pa.string()), ("submission_id", pa.string()), ("question_id", pa.string()), ("question", pa.string()),
    ("verbatim", pa.string()), ("content", pa.string()), ("language", pa.string()),
    ("language_confidence", pa.float64()),
    ("word_count", pa.int32()), ("masked_count", pa.int32()), ("text_digest", pa.string()),
])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Arrival:
    """A submission with the digests it is known by."""

    submission: Submission
    submission_id: str
    content_digest: str


@dataclass(frozen=True, slots=True)
class Door:
    """Masks and hashes chunk by chunk.

    ``shared_customers`` names the sources whose customer ids mean the same person as in the customer
    file; any other source's customers are its own ("anna_k" on two sites may be two people).
    """

    key: Key
    masker: Masker
    shared_customers: frozenset[str] = field(default_factory=frozenset)

    def customer_id(self, source: str | None, customer: str | None) -> str | None:
        if not customer or not customer.strip():
            return None
        space = "" if source is None or source in self.shared_customers else source
        return self.key.digest("customer", space, customer.strip().casefold())

    def submission_id(self, source: str, identity: str) -> str:
        return self.key.digest("submission", source, identity)

    def content_digest(self, s: Submission) -> str:
        """Changes when anything the customer said or the feed says of it changes."""
        content = (
            s.submitted_on.toordinal(), s.submitted_at and s.submitted_at.timestamp(),
            s.updated_at and s.updated_at.timestamp(), s.customer, s.personal, s.language, s.context_touchpoint,
            [(a.question_id, a.text) for a in s.answers], [(c.question_id, c.scale, c.value) for c in s.scores],
            s.dimensions,
        )  # fmt: skip
        return self.key.digest("content", repr(content))

    def file_digest(self, source: Source, path: Path) -> str | None:
        """Equal when reading the file again would find exactly what it found before; None if it cannot be read."""
        if not path.is_file():
            return None
        try:
            with path.open("rb") as file:
                content = hashlib.file_digest(file, self.key.hasher).hexdigest()
        except OSError:
            return None
        return self.key.digest("file", content, repr(source), EDITION, __version__)

    def land(self, arrivals: Sequence[Arrival], file_name: str) -> Landed:
        """Columns for the store."""
        now = datetime.now(UTC)
        return Landed(
            submissions=_table(_SUBMISSIONS, (self._submission(a, file_name, now) for a in arrivals)),
            scores=_table(_SCORES, chain.from_iterable(_scores(a) for a in arrivals)),
            items=_table(_ITEMS, self._items(arrivals)),
        )

    def _submission(self, a: Arrival, file_name: str, now: datetime) -> tuple[Any, ...]:
        s = a.submission
        return (
            a.submission_id, s.source, s.channel, self.customer_id(s.source, s.customer),
            s.submitted_on, s.submitted_at, s.updated_at, s.context_touchpoint,
            list(s.dimensions), a.content_digest, EDITION, file_name, now,
        )  # fmt: skip

    def _items(self, arrivals: Sequence[Arrival]) -> Iterator[tuple[Any, ...]]:
        pairs = [(arrival, answer) for arrival in arrivals for answer in _answered(arrival.submission)]
        texts = [storable(answer.text) for _, answer in pairs]
        masked = self.masker.mask(texts, [arrival.submission.personal for arrival, _ in pairs])
        found = detect([_PLACEHOLDER.sub(" ", m.text) for m in masked])
        for (arrival, answer), mask, (language, confidence) in zip(pairs, masked, found, strict=True):
            words = _words(mask.text)
            text = is_content(mask.text)
            declared = arrival.submission.language
            yield (
                self.key.digest("item", arrival.submission_id, answer.question_id),
                arrival.submission_id, answer.question_id, answer.question, mask.text,
                "text" if text else "no_content", (declared or language) if text else None,
                (None if declared else confidence) if text else None, len(words), sum(mask.counts.values()),
                self.key.digest("text", " ".join(words)) if text else None,
            )  # fmt: skip
        for arrival in arrivals:
            if not _answered(arrival.submission):
                yield (self.key.digest("item", arrival.submission_id, ""), arrival.submission_id, None, None, None,
                       "no_content", None, None, 0, 0, None)  # fmt: skip


def is_content(text: str) -> bool:
    """Whether a customer said anything.

    >>> [is_content(t) for t in ("n/a", " - ", "Nothing", "👍", "")]
    [False, False, True, True, False]
    """
    return " ".join(_words(text)) not in _NO_CONTENT or bool(_EMOJI.search(text))


def storable(text: str) -> str:
    """The text without what a UTF-8 database cannot hold: half surrogate pairs and NUL characters."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")


def _answered(s: Submission) -> list[Answer]:
    return [answer for answer in s.answers if answer.text.strip()]


def _scores(a: Arrival) -> Iterator[tuple[Any, ...]]:
    for score in a.submission.scores:
        yield (a.submission_id, score.question_id, score.question, score.scale, score.value)


def _words(text: str) -> list[str]:
    return _NOT_WORD.sub(" ", text.casefold()).split()


def _table(schema: pa.Schema, rows: Iterator[tuple[Any, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.Table.from_arrays(
        [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)], schema=schema
    )
