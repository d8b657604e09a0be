"""Long texts in pieces of whole sentences, because most pieces hold nothing that needs a closer look."""

from __future__ import annotations

import re
from collections.abc import Iterator

_SHORTEST, _LONGEST = 400, 1_600  # characters
# Not after an abbreviation (St. Mary's, ul. Nowa) nor before a number (No. 12).
_SENTENCE_END = re.compile(r"(?<=[^\W\d_]{4}[.!?])\s+(?=[^\W\d_])|(?<=[\])][.!?])\s+|\n")


def blocks(text: str) -> Iterator[tuple[int, int]]:
    """Offsets that cover the text; one piece unless it is longer than 1,600 characters.

    >>> list(blocks("short"))
    [(0, 5)]
    """
    start = 0
    while len(text) - start > _LONGEST:
        low, high = start + _SHORTEST, start + _LONGEST
        match = _SENTENCE_END.search(text, low, high)
        blank = text.find(" ", high - _SHORTEST, high)
        cut = match.end() if match else blank + 1 if blank >= 0 else high
        yield start, cut
        start = cut
    yield start, len(text)
