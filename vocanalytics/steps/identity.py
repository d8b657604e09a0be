"""Which submission a row is.

has a key, first time in the file         that submission
has a key again, same content             a copy: nothing to do
has a key again, feed tells update times  a later edit of that submission
has a key again, otherwise                a contradiction, to quarantine
has no key                                told from equal rows by how many stood before it in the file
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from vocanalytics.records import Accepted, Rejected
from vocanalytics.steps.door import Arrival, Door
from vocanalytics.warehouse.connection import Connection
from vocanalytics.warehouse.landing import seen_before


@dataclass(slots=True)
class Identified:
    rounds: list[list[Arrival]] = field(default_factory=lambda: [[]])  # edits of one submission: one a round, in order
    copies: int = 0
    doubled: list[Rejected] = field(default_factory=list)

    def add(self, arrival: Arrival, number: int) -> None:
        if number == len(self.rounds):
            self.rounds.append([])
        self.rounds[number].append(arrival)


def identify(con: Connection, rows: list[Accepted], door: Door) -> Identified:
    """Sort a chunk's rows; the warehouse remembers the chunks of this file before."""
    identities = [identity_of(row, door) for row in rows]
    contents = [door.content_digest(row.submission) for row in rows]
    seen = dict(zip(identities, seen_before(con, identities, contents), strict=True))
    times = Counter({identity: count for identity, (count, _) in seen.items()})
    first = {identity: content for identity, (_, content) in seen.items() if content}
    edits: Counter[str] = Counter()
    found = Identified()
    for row, identity, content in zip(rows, identities, contents, strict=True):
        times[identity] += 1
        s = row.submission
        if s.key is None:
            number = f"{identity}#{times[identity]}"
            found.add(Arrival(s, door.submission_id(s.source, number), content), 0)
        elif times[identity] == 1 or s.updated_at is not None:
            found.add(Arrival(s, door.submission_id(s.source, identity), content), edits[identity])
            edits[identity] += 1
        elif first[identity] == content:
            found.copies += 1
        else:
            found.doubled.append(_contradiction(row, content))
        first.setdefault(identity, content)
    return found


def identity_of(row: Accepted, door: Door) -> str:
    """What a row is known by; rows without a key that are equal share it."""
    s = row.submission
    return door.key.digest("identity", s.source, *([s.key] if s.key is not None else s.identity))


def _contradiction(row: Accepted, content: str) -> Rejected:
    return Rejected(
        row.position,
        "duplicate_key",
        "an earlier row of this file has the same key and says something else; the earlier one was kept",
        content,
    )
