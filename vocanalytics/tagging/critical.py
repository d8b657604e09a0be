"""Critical flags: words that somebody must see today, however few customers wrote them.

Rules, not a model: why a brake failure was missed or found must be plain to read. Recall comes first; a flag asks
for a look, it is no finding. The cues stand in ``critical_cues.yaml``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from vocanalytics.tagging.cues import NEGATION, Cue, Lexicon, Reading, Span, by_first_need, lowered

REASONS = ("safety", "fire_or_injury", "legal_or_press", "discrimination")
LONGEST_SPAN = 200  # characters; of a longer clause only the words around the cue are shown

_LOGIC = 1  # to be raised when this file or cues.py finds something else in the same text
_CLAUSE_END = re.compile(r"[.!?]+(?=\s|$)|[;,\n]|\b(?:but|aber)\b")
_CARRIED = 4  # words between a negation and what it negates


@dataclass(frozen=True, slots=True)
class Flag:
    """``start`` and ``end`` (exclusive) enclose the clause that gives the reason, in characters of the text."""

    reason: str
    start: int
    end: int
    confidence: float


@dataclass(frozen=True, slots=True)
class _Book:
    lexicon: Lexicon
    cues: Mapping[int, tuple[Cue, ...]]
    figures: tuple[Cue, ...]  # figures of speech and harmless neighbours
    negation: int
    condition: int
    carried: int
    edition: str


def edition() -> str:
    """Name of these rules; flags of another edition are out of date.

    >>> edition().startswith("critical-")
    True
    """
    return _book().edition


def critical_flags(texts: Sequence[str]) -> list[tuple[Flag, ...]]:
    """For each text its reasons for alarm, at most one flag a reason, in the order of `REASONS`.

    ``confidence`` is 0.9 for plain wording and 0.6 for a hint: it ranks what to read first and is no measured
    probability. What is negated or merely imagined is not flagged.

    >>> text = "Lovely car, but the brakes failed twice."
    >>> [(flag.reason, text[flag.start : flag.end]) for flag in critical_flags([text])[0]]
    [('safety', 'the brakes failed twice')]
    >>> critical_flags(["The brakes have never failed.", "A killer sound system."])
    [(), ()]
    """
    book = _book()
    return [_flags(book, text) for text in texts]


def _flags(book: _Book, text: str) -> tuple[Flag, ...]:
    low = lowered(text)
    reading = Reading(low, book.lexicon)
    begun = reading.begun
    candidates = [cue for slot in begun & book.cues.keys() for cue in book.cues[slot] if cue.needs <= begun]
    figures: list[Span] | None = None
    # of equals the earliest
    best: dict[str, tuple[float, int, int]] = {}
    for cue in candidates:
        for start, end in reading.matches(cue):
            if figures is None:
                figures = [span for figure in book.figures if figure.needs <= begun for span in reading.matches(figure)]
            if any(first < end and start < last for first, last in figures) or _is_unreal(reading, book, start):
                continue
            rank = (cue.confidence, -start, end)
            best[cue.reason] = max(best.get(cue.reason, rank), rank)
    return tuple(
        Flag(reason, *_clause(low, *reading.characters((-start, end))), confidence)
        for reason in REASONS
        if reason in best
        for confidence, start, end in [best[reason]]
    )


def _is_unreal(reading: Reading, book: _Book, start: int) -> bool:
    """Whether a negation or condition stands before the words, with nothing but words between that carry it on."""
    before = {end for slot in (book.negation, book.condition) for _, end in reading.filled(slot)}
    carried = {first for first, _ in reading.filled(book.carried)}
    for i in range(start, max(-1, start - _CARRIED - 1), -1):
        if i == 0 or not reading.touches(i - 1):
            return False
        if i in before:
            return True
        if i - 1 not in carried:
            return False
    return False


def _clause(low: str, start: int, end: int) -> Span:
    """The cue widened to the clause it stands in, without the blanks around it."""
    spare = max(0, LONGEST_SPAN - (end - start)) // 2
    first = max((m.end() for m in _CLAUSE_END.finditer(low, 0, start)), default=0)
    after = _CLAUSE_END.search(low, end)
    last = after.start() if after else len(low)
    if first < start - spare:
        first = start - len(low[start - spare : start].partition(" ")[2])
    if last > end + spare:
        last = end + len(low[end : end + spare].rpartition(" ")[0])
    inside = low[first:last]
    return first + len(inside) - len(inside.lstrip()), last - (len(inside) - len(inside.rstrip()))


@cache
def _book() -> _Book:
    content = (files("vocanalytics.tagging") / "critical_cues.yaml").read_text(encoding="utf-8")
    raw = yaml.safe_load(content)
    lexicon = Lexicon({name: [term.strip() for term in terms.split(",")] for name, terms in raw["words"].items()})
    cues = [
        lexicon.cue(line, reason, told["confidence"])
        for reason in REASONS
        for told in raw["cues"][reason]
        for line in told["lines"].splitlines()
    ]
    return _Book(
        lexicon=lexicon,
        cues=by_first_need(cues),
        figures=tuple(lexicon.cue(line) for line in raw["figures"].splitlines()),
        negation=lexicon.slot(NEGATION),
        condition=lexicon.slot("{condition}"),
        carried=lexicon.slot("{carried}"),
        edition=f"critical-{hashlib.sha256(f'{_LOGIC}{content}'.encode()).hexdigest()[:8]}",
    )
