"""Lists of opinions: "staff friendly, price high, wifi broken" is three ideas, "London, Paris and Rome" none."""

from __future__ import annotations

import re
from collections.abc import Iterator

_SEPARATOR = re.compile(r"\s*,\s*(?:and\s+|but\s+)?|\s+and\s+", re.IGNORECASE)
_MAX_LENGTH = 300  # a list a person typed; also bounds the work
_PART_WORDS = range(2, 6)
_JUDGING = re.compile(
    r"""\b(?: \w+(?:ful|less|able|ible|ous|ish|ive|ly|est|ed|ing)
      | good|great|nice|bad|poor|high|low|slow|fast|quick|cheap|dear|cold|hot|warm|dirty|clean|fair|fresh|old|new|small
      | big|long|short|late|early|rude|kind|easy|hard|loud|quiet|noisy|weak|strong|best|worst|better|worse|top|fine|ok
      | okay|perfect|smooth|brilliant|excellent|superb|fantastic|awful|broken|expensive|happy|polite|prompt|clear|sharp
      | stiff|soft|heavy|light|is|are|was|were|isn't|wasn't|works?|looks?|feels?|fails?|broke|loved?|hate|liked?|lacks?
      | no|not|never|too|very|so )\b""",
    re.IGNORECASE | re.VERBOSE,
)


def split_list(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The parts of ``text[start:end]`` if it is a list of three or more short opinions, else the whole.

    >>> text = "Staff friendly, price high, wifi broken"
    >>> [text[a:b] for a, b in split_list(text, 0, len(text))]
    ['Staff friendly', 'price high', 'wifi broken']
    >>> list(split_list("We saw London, Paris and Rome", 0, 29))
    [(0, 29)]
    """
    parts = list(_parts(text, start, end)) if end - start <= _MAX_LENGTH else []
    yield from parts if len(parts) >= 3 and all(_judges(text[a:b]) for a, b in parts) else [(start, end)]


def _parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    if text.count(",", start, end) < 2:
        return
    for match in _SEPARATOR.finditer(text, start, end):
        if match.end() == end:
            break
        yield start, match.start()
        start = match.end()
    yield start, end


def _judges(part: str) -> bool:
    return len(part.split()) in _PART_WORDS and _JUDGING.search(part) is not None
