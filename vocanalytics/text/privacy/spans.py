"""Which stretches of a text are personal, and the text with them replaced."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

KINDS: tuple[str, ...] = (
    "EMAIL", "PHONE", "IBAN", "CARD", "VIN", "PLATE", "ADDRESS", "PERSON", "HANDLE", "ORDER", "POLICY", "IP", "URL",
)  # fmt: skip
PLACEHOLDER = re.compile(r"\[(?:" + "|".join(KINDS) + r")\]")
KEEP = "KEEP"  # claims a stretch so that nothing else masks it


class Span(NamedTuple):
    """`text[start:end]` is of this kind."""

    start: int
    end: int
    kind: str


@dataclass(slots=True)
class Claims:
    """Stretches taken so far; who claims first wins, so detectors run from the surest to the least sure."""

    text: str
    taken: bytearray = field(init=False)
    spans: list[Span] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.taken = bytearray(len(self.text))
        for match in PLACEHOLDER.finditer(self.text):
            self._mark(match.start(), match.end())

    def _mark(self, start: int, end: int) -> None:
        self.taken[start:end] = b"\x01" * (end - start)

    def free(self, start: int, end: int) -> bool:
        return self.taken.find(1, start, end) < 0

    def add(self, found: Iterable[Span]) -> None:
        for span in found:
            if span.end > span.start and self.free(span.start, span.end):
                self._mark(span.start, span.end)
                self.spans.append(span)

    def render(self) -> tuple[str, Counter[str]]:
        """The text with every claimed stretch replaced, and how many of each kind."""
        parts: list[str] = []
        counts: Counter[str] = Counter()
        at = 0
        for span in sorted(self.spans):
            if span.kind == KEEP:
                continue
            parts += (self.text[at : span.start], f"[{span.kind}]")
            counts[span.kind] += 1
            at = span.end
        parts.append(self.text[at:])
        return "".join(parts), counts
