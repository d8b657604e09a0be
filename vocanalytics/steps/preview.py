"""``voc sources preview``: the first rows of a source as they would land, and what is wrong with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from vocanalytics.errors import SourceError
from vocanalytics.records import Accepted, Filtered, Rejected, Row
from vocanalytics.sources import Source, findings, read
from vocanalytics.steps.door import Arrival
from vocanalytics.steps.feeds import door
from vocanalytics.steps.job import Job

LOOKED_AT = 1_000
SHOWN_CHARACTERS = 160


@dataclass(frozen=True, slots=True)
class Preview:
    lines: list[str]
    problems: list[str]  # why a run could not read the source to its end


def preview_source(job: Job, name: str, rows: int = 5) -> Preview:
    """The first rows masked, counts over the first 1,000 rows, and what is wrong. Writes nothing."""
    source = job.source(name)
    found = findings(source, LOOKED_AT).found
    seen = _look(source)
    accepted = [row for row in seen if isinstance(row, Accepted)]
    lines = [f"{name}: first {len(seen):,} row(s) of {_count(source):,} file(s)"]
    lines += _shown(job, accepted[:rows])
    lines += _counted(job, seen, accepted)
    lines += [f"warning: {one.text}" for one in found if not one.stops]
    return Preview(lines, [one.text for one in found if one.stops])


def _count(source: Source) -> int:
    try:
        return len(source.files())
    except SourceError:
        return 0


def _look(source: Source) -> list[Row]:
    seen: list[Row] = []
    for path in source.files() if _count(source) else []:
        with suppress(SourceError):  # told by findings
            seen.extend(islice(read(source, path), LOOKED_AT - len(seen)))
    return seen


def _shown(job: Job, rows: list[Accepted]) -> Iterator[str]:
    landed = door(job).land([_arrival(row) for row in rows], "preview")
    submissions = landed.submissions.to_pylist()
    items, scores = landed.items.to_pylist(), landed.scores.to_pylist()
    for row, submission in zip(rows, submissions, strict=True):
        mine = submission["submission_id"]
        given = ", ".join(
            f"{s['question_id']} {s['score']:g} ({s['score_scale']})" for s in scores if s["submission_id"] == mine
        )
        known = ", ".join(f"{name} {value}" for name, value in submission["dimensions"])
        yield f"  row {row.position}  {submission['submitted_on']}  {submission['channel']}  {given or 'no score'}"
        if known:
            yield f"    {known}"
        for item in (i for i in items if i["submission_id"] == mine):
            yield f"    [{item['content']}, {item['language'] or '?'}] {_one_line(item['verbatim'] or '')}"


def _counted(job: Job, seen: list[Row], accepted: list[Accepted]) -> Iterator[str]:
    at_the_door = door(job)
    masked: Counter[str] = Counter()
    for row in accepted:
        texts = [answer.text for answer in row.submission.answers]
        for result in at_the_door.masker.mask(texts, [row.submission.personal] * len(texts)):
            masked.update(result.counts)
    yield (
        f"  accepted {len(accepted):,}, quarantined {sum(isinstance(r, Rejected) for r in seen):,}, "
        f"filtered {sum(isinstance(r, Filtered) for r in seen):,}"
    )
    yield "  masked " + (", ".join(f"{kind} {count:,}" for kind, count in sorted(masked.items())) or "nothing")
    filtered = Counter(row.code for row in seen if isinstance(row, Filtered))
    for code, count in filtered.most_common():
        yield f"  filtered {count:,}: {code}"
    refused = Counter((row.code, row.reason) for row in seen if isinstance(row, Rejected))
    for (code, reason), count in refused.most_common():
        yield f"  quarantined {count:,}: {code} ({reason})"


def _arrival(row: Accepted) -> Arrival:
    return Arrival(row.submission, f"row {row.position}", "")


def _one_line(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"
