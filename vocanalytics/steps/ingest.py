"""Feeds into the warehouse.

    file -> rows -> chunk -> masked and hashed -> one transaction

A chunk is committed whole or not at all, so a run that dies leaves nothing half done; the next one reads
the file again and finds what is there unchanged. A bad row goes to quarantine, a bad file fails alone.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from vocanalytics.errors import SourceError
from vocanalytics.records import Accepted, Filtered, Rejected, Row
from vocanalytics.sources import Source, read
from vocanalytics.sources.remembered import written
from vocanalytics.steps.door import Arrival, Door
from vocanalytics.steps.identity import identify
from vocanalytics.warehouse.connection import Connection
from vocanalytics.warehouse.landing import NEW, REVISED, UNCHANGED, begin_file, finish_file, read_before, states, write

logger = logging.getLogger(__name__)

CHUNK_ROWS = 5_000
CHUNK_CHARACTERS = 8_000_000
COUNTS = ("new", "revised", "unchanged", "quarantined", "filtered")
_TIME = pa.timestamp("us", tz="UTC")


@dataclass(slots=True)
class FileReport:
    """What became of one file. ``counts`` add up to ``row_count``; `ingest_file` makes sure."""

    source: str
    file_name: str
    run_id: str
    digest: str | None  # of the file as it was opened
    declaration: str | None = None  # what it was read by
    state: str = "reading"  # reading, completed, failed
    reason: str | None = None
    row_count: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    quarantined: Counter[str] = field(default_factory=Counter)  # code -> rows
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def changed(self) -> int:
        return self.counts["new"] + self.counts["revised"]

    def recall(self, row_count: int, quarantined: dict[str, int], filtered: int) -> None:
        """The file is byte for byte what an earlier run read to its end."""
        self.state, self.row_count, self.quarantined = "completed", row_count, Counter(quarantined)
        refused = self.quarantined.total()
        self.counts.update(unchanged=row_count - refused - filtered, quarantined=refused, filtered=filtered)

    def row(self, file_id: str) -> pa.Table:
        finished = None if self.state == "reading" else datetime.now(UTC)
        return pa.table({
            "file_id": [file_id], "run_id": [self.run_id], "source": [self.source], "file_name": [self.file_name],
            "state": [self.state], "reason": pa.array([self.reason], pa.string()),
            "file_digest": pa.array([self.digest], pa.string()),
            "declaration": pa.array([self.declaration], pa.string()), "row_count": [self.row_count],
            **{f"{name}_count": [self.counts[name]] for name in COUNTS},
            "started_at": pa.array([self.started_at], _TIME), "finished_at": pa.array([finished], _TIME),
        })  # fmt: skip


def ingest_file(con: Connection, source: Source, path: Path, door: Door, run_id: str) -> FileReport:
    """Read one file to its end, or to where it breaks; what was read before stands."""
    digest = door.file_digest(source, path)
    report = FileReport(source.name, source.name_of(path), run_id, digest, written(source))
    file_id = door.key.digest("file", source.name, report.file_name, run_id)
    if known := read_before(con, source.name, report.file_name, report.digest):
        report.recall(*known)
        write(con, door.land([], report.file_name), [], _quarantine([], door, report), report.row(file_id))
        return report
    begin_file(con)
    try:
        for chunk in _chunks(read(source, path)):
            _ingest_chunk(con, chunk, door, report, file_id)
        report.state = "completed"
    except SourceError as error:
        stands = " They stand." if report.changed or report.counts["unchanged"] else ""
        report.state, report.reason = "failed", f"{error}{stands}"
        logger.error("%s", report.reason)
    if report.counts.total() != report.row_count:
        raise AssertionError(f"{report.file_name}: {report.row_count} rows read, {dict(report.counts)} accounted for")
    if report.state == "completed":
        finish_file(con, source.name, report.file_name, report.row(file_id))
    else:
        write(con, door.land([], report.file_name), [], _quarantine([], door, report), report.row(file_id))
    return report


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    """Rows in groups small enough to hold; whatever was read before a file breaks comes out first."""
    chunk: list[Row] = []
    characters = 0
    try:
        for row in rows:
            chunk.append(row)
            if isinstance(row, Accepted):
                characters += sum(len(answer.text) for answer in row.submission.answers)
            if len(chunk) >= CHUNK_ROWS or characters >= CHUNK_CHARACTERS:
                yield chunk
                chunk, characters = [], 0
    except SourceError:
        if chunk:
            yield chunk
        raise
    if chunk:
        yield chunk


def _ingest_chunk(con: Connection, chunk: list[Row], door: Door, report: FileReport, file_id: str) -> None:
    refused = [row for row in chunk if isinstance(row, Rejected)]
    identified = identify(con, [row for row in chunk if isinstance(row, Accepted)], door)
    refused += identified.doubled
    report.row_count += len(chunk) - sum(len(later) for later in identified.rounds[1:])
    report.counts["filtered"] += sum(isinstance(row, Filtered) for row in chunk)
    report.counts["unchanged"] += identified.copies
    report.counts["quarantined"] += len(refused)
    report.quarantined.update(row.code for row in refused)
    for number, arrivals in enumerate(identified.rounds):
        if number:
            report.row_count += len(arrivals)
        _store(con, arrivals, refused if number == 0 else [], door, report, file_id)


def _store(
    con: Connection, arrivals: list[Arrival], refused: list[Rejected], door: Door, report: FileReport, file_id: str
) -> None:
    found = states(
        con,
        [a.submission_id for a in arrivals],
        [a.content_digest for a in arrivals],
        [a.submission.updated_at for a in arrivals],
    )
    landing = [a for a, state in zip(arrivals, found, strict=True) if state != UNCHANGED]
    revised = [a.submission_id for a, state in zip(arrivals, found, strict=True) if state == REVISED]
    report.counts.update({name: found.count(name) for name in (NEW, REVISED, UNCHANGED)})
    landed = door.land(landing, report.file_name)
    write(con, landed, revised, _quarantine(refused, door, report), report.row(file_id))


def _quarantine(refused: list[Rejected], door: Door, report: FileReport) -> pa.Table:
    now = datetime.now(UTC)
    return pa.table(
        {
            "source": pa.array([report.source] * len(refused), pa.string()),
            "file_name": pa.array([report.file_name] * len(refused), pa.string()),
            "position": pa.array([row.position for row in refused], pa.int64()),
            "code": pa.array([row.code for row in refused], pa.string()),
            "reason": pa.array([row.reason for row in refused], pa.string()),
            "fingerprint": pa.array([door.key.digest("row", row.raw) for row in refused], pa.string()),
            "first_seen_at": pa.array([now] * len(refused), _TIME),
        }
    )
