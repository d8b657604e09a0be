"""What is wrong with a source before a run reads it: what would fail the run, and what it would go on in spite of."""

from __future__ import annotations

import itertools
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from vocanalytics.errors import MissingColumns, SourceError
from vocanalytics.records import Accepted, Filtered, Rejected, Row, Submission
from vocanalytics.sources.declaration import Source
from vocanalytics.sources.reading import read
from vocanalytics.sources.repairs import look_encoded_twice
from vocanalytics.sources.settings import DELIMITED
from vocanalytics.sources.texts import PROBE, encoding_of

_TEXTS = 1_000  # rows whose texts are kept to tell whether they were encoded twice


@dataclass(frozen=True, slots=True)
class Finding:
    text: str
    stops: bool  # a run would end failed; otherwise it says so and goes on


@dataclass(frozen=True, slots=True)
class Findings:
    accepted: int  # rows that would land
    found: list[Finding]


def findings(source: Source, rows: int | None = None) -> Findings:
    """Read a source as a run would, every row or the first ``rows`` of each file, and keep nothing of it.

    Memory grows by 16 bytes a row that has a key, for telling contradictions.
    """
    try:
        paths = source.files()
    except SourceError as error:
        return Findings(0, [Finding(str(error), stops=True)])
    accepted, found = 0, list[Finding]()
    for path in paths:
        look = _Look(source, path, rows)
        accepted += look.accepted
        found += look.found()
    return Findings(accepted, found)


@dataclass(slots=True)
class _Keys:
    """Whether two rows of a file share a key and say different things, known by 64 bits of each."""

    keys: array[int] = field(default_factory=lambda: array("q"))
    contents: array[int] = field(default_factory=lambda: array("q"))

    def add(self, submission: Submission) -> None:
        # a feed that tells when a row was updated gives edits, not contradictions
        if submission.key is not None and submission.updated_at is None:
            self.keys.append(hash(submission.key))
            self.contents.append(hash(submission))

    def contradictions(self) -> int:
        """Rows that say something else than the first one with their key."""
        if not self.keys:
            return 0
        import numpy as np  # not needed before a feed is looked at

        keys, contents = np.array(self.keys), np.array(self.contents)
        order = np.argsort(keys, kind="stable")
        keys, contents = keys[order], contents[order]
        starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
        first = np.repeat(contents[starts], np.diff(np.append(starts, len(keys))))
        return int((contents != first).sum())


class _Look:
    """One file, read."""

    def __init__(self, source: Source, path: Path, rows: int | None) -> None:
        self.source, self.path = source, path
        self.where = f"{source.name}: {source.name_of(path)}"
        self.total = self.accepted = self.ahead = 0
        self.latest = datetime.now(UTC).date() + timedelta(days=1)  # as the contract of `feedback` has it
        self.rejected, self.filtered = Counter[str](), Counter[str]()
        self.reasons: dict[str, str] = {}
        self.texts: list[str] = []
        self.keys = _Keys()
        self.broken: SourceError | None = None
        try:
            for row in itertools.islice(read(source, path), rows):
                self._count(row)
        except SourceError as error:
            self.broken = error
        self.whole = rows is None or self.total < rows

    def _count(self, row: Row) -> None:
        self.total += 1
        if isinstance(row, Rejected):
            self.rejected[row.code] += 1
            self.reasons.setdefault(row.code, row.reason)
        elif isinstance(row, Filtered):
            self.filtered[row.code] += 1
        elif isinstance(row, Accepted):
            self.accepted += 1
            self.ahead += row.submission.submitted_on > self.latest
            self.keys.add(row.submission)
            if self.total <= _TEXTS:
                self.texts += (answer.text for answer in row.submission.answers)

    def found(self) -> Iterator[Finding]:
        if self.broken:
            yield Finding(str(self.broken), stops=True)
        for text in (*self._refused(), *self._nothing(), *self._encoding()):
            yield Finding(f"{self.where}: {text}", stops=False)

    def _refused(self) -> Iterator[str]:
        of = f"{self.total:,} row(s)" if self.whole else f"the first {self.total:,} row(s)"
        for code, count in self.rejected.most_common():
            yield f"{count:,} of {of} cannot be read ({code}) and would be quarantined: {self.reasons[code]}"
        if count := self.keys.contradictions():
            yield (
                f"{count:,} of {of} have the key of an earlier row and say something else (duplicate_key) and would "
                "be quarantined; the earlier rows land"
            )
        if self.ahead:
            yield (
                f"{self.ahead:,} of {of} are dated in the future, after {self.latest}, and would land; that points at "
                "a wrong date format. If so, correct the formats of `submitted`"
            )

    def _nothing(self) -> Iterator[str]:
        if self.broken or self.accepted or not self.whole:
            return
        if not self.total:
            yield "holds no rows of data; if that is no surprise, a run goes on without it"
        elif not self.rejected:
            filtered = ", ".join(f"{code} {count:,}" for code, count in self.filtered.most_common())
            yield f"none of its {self.total:,} row(s) would land; filtered: {filtered}"

    def _encoding(self) -> Iterator[str]:
        if look_encoded_twice(self.texts):
            # told apart by its texts, a row that landed would not be found again
            unkeyed = self.source.key is None and self.source.format in ("csv", "tsv")
            first = f"; if rows of it landed before, first voc sources forget {self.source.name}" if unkeyed else ""
            yield f"texts look encoded twice; declare `double_encoded: true`{first}"
        # a wrong guess may be why a column is missing; nothing else that breaks a file is explained by it
        if self.source.encoding or (self.broken and not self.total and not isinstance(self.broken, MissingColumns)):
            return
        if self.source.format not in (*DELIMITED, "jsonl"):
            return
        with self.path.open("rb") as file:
            name = encoding_of(file.read(PROBE))
        if not name.startswith("utf"):
            yield f"not UTF-8 and read as {name} by guess; declare its encoding to be sure"
