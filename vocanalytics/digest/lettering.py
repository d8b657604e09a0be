"""How wide words come out in a picture, so that they are broken before they touch what stands beside them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from vocanalytics.digest.inert import visible

# ems of the widest face in common use (DejaVu Sans, much as Verdana); narrower ones only leave more room
_NARROW, _SLIM, _LOWER, _UPPER, _WIDE, _WIDEST = 0.33, 0.42, 0.64, 0.72, 0.86, 1.0
_KINDS = {
    **dict.fromkeys("ijlI.,:;'|! \N{NO-BREAK SPACE}", _NARROW),
    **dict.fromkeys("frt-()[]/", _SLIM),
    **dict.fromkeys("wMOQDGHNU+<>=~▲▼\N{MINUS SIGN}", _WIDE),
    **dict.fromkeys("mW@%…", _WIDEST),
}
BOLD = 1.13


def breadth(text: str, size: float) -> float:
    """Pixels that a line takes at most at a size in pixels.

    >>> breadth("Mill", 10) < breadth("Moom", 10) < 40
    True
    """
    return size * sum(map(_ems, text))


def _ems(letter: str) -> float:
    if letter in _KINDS:
        return _KINDS[letter]
    if unicodedata.east_asian_width(letter) in "WF" or ord(letter) > 0xFFFF:
        return _WIDEST
    return _UPPER if letter.isupper() else _LOWER


def broken(text: str, room: float, size: float, most: int) -> str:
    r"""The text in at most so many lines, none wider than ``room`` pixels; what is over ends in an ellipsis.

    >>> broken("Screens, audio and phone link", 80, 12.5, 3)
    'Screens,\naudio and\nphone link'
    >>> broken("Screens, audio and phone link", 80, 12.5, 2)
    'Screens,\naudio and…'
    """
    lines = list(_lines(visible(text).split(), room, size))
    if len(lines) <= most:
        return "\n".join(lines)
    last = lines[most - 1]
    while last and breadth(f"{last}…", size) > room:
        last = last.rpartition(" ")[0] or last[:-1]
    return "\n".join([*lines[: most - 1], f"{last.rstrip(' ,;')}…"])


def _lines(words: list[str], room: float, size: float) -> Iterator[str]:
    line = ""
    for word in (piece for whole in words for piece in _pieces(whole, room, size)):
        joined = f"{line} {word}" if line else word
        if line and breadth(joined, size) > room:
            yield line
            joined = word
        line = joined
    if line:
        yield line


def _pieces(word: str, room: float, size: float) -> Iterator[str]:
    """A word wider than a line in parts that are not, one letter at least in each."""
    piece = ""
    for letter in word:
        if piece and breadth(piece + letter, size) > room:
            yield piece
            piece = ""
        piece += letter
    yield piece
