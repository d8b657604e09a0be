"""Bytes to lines of text: which encoding, which line end, and never more than one block in memory."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import BinaryIO

from vocanalytics.errors import SourceError
from vocanalytics.sources.tables import Doubt

BLOCK = 1 << 20
PROBE = 1 << 20
_GUESS = 1 << 16
LONGEST_ROW = 64 << 20
MOST_LINES = 1_000  # more than any cell was seen to hold; an unclosed quote runs on for ever
# what exports of the last decades were written in; rarer code pages are guessed wrong more often than right
_LEGACY = ("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp932", "gb18030", "big5", "euc_kr", "koi8_r")
_HANDLER = "vocanalytics.undecodable"
MARK = "\udcff"  # stands for bytes the encoding cannot read
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return MARK, error.end


def encoding_of(probe: bytes, declared: str | None = None) -> str:
    """What to decode a file with, from its first megabyte.

    A byte order mark decides; then the declaration; then UTF-8, also when a few bytes are not (the
    rows that hold them are rejected); then the likeliest legacy encoding, cp1252 in doubt.

    >>> encoding_of("naïve".encode("utf-8")), encoding_of("naïve".encode("cp1252"))
    ('utf-8', 'cp1252')
    """
    for bom, name in _BOMS:
        if probe.startswith(bom):
            return name
    if declared:
        return declared
    if wide := _unmarked_utf16(probe):
        return wide
    try:
        codecs.getincrementaldecoder("utf-8")().decode(probe)
    except UnicodeDecodeError as error:
        return "utf-8" if _mostly_utf8(probe) else _legacy(probe, error.start)
    return "utf-8"


def _mostly_utf8(probe: bytes) -> bool:
    beyond_ascii = [letter for letter in probe.decode("utf-8", "surrogateescape") if letter > "\x7f"]
    bad = sum("\udc80" <= letter <= "\udcff" for letter in beyond_ascii)
    return len(beyond_ascii) - bad > bad


def _unmarked_utf16(probe: bytes) -> str | None:
    half = len(probe) // 2
    if half < 8:
        return None
    high, low = probe[1::2].count(0) / half, probe[0::2].count(0) / half
    return "utf-16-le" if high > 0.4 > low else "utf-16-be" if low > 0.4 > high else None


def _legacy(probe: bytes, first_bad: int) -> str:
    from charset_normalizer import from_bytes  # slow to import and seldom needed

    start = max(0, first_bad - _GUESS // 2)
    guesses = from_bytes(probe[start : start + _GUESS], cp_isolation=list(_LEGACY))
    best = guesses.best()
    western = [guess.chaos for guess in guesses if "cp1252" in (guess.encoding, *guess.could_be_from_charset)]
    # a few accents look as good in any Latin code page: take the common one unless another is clearly better
    if best is None or (western and min(western) <= best.chaos + 0.02):
        return "cp1252"
    return best.encoding


class TextLines:
    """The lines of a file, line ends kept, with the number of the last one handed out.

    ``row_begins()`` is called by whoever reads rows from it; a row that then goes on for more than
    1,000 lines or 64 MB raises SourceError naming the line where it began.
    """

    def __init__(self, file: BinaryIO, where: str, declared: str | None, doubt: Doubt) -> None:
        codecs.register_error(_HANDLER, _mark)
        self.where, self.doubt = where, doubt
        self.number = self._row_start = self._row_size = 0
        self.last = ""
        self.probe = file.read(PROBE)
        self.encoding = encoding_of(self.probe, declared)
        self._file = file

    def row_begins(self) -> None:
        self._row_start, self._row_size = self.number, 0

    @property
    def row_line(self) -> int:
        return self._row_start + 1

    @property
    def row_lines(self) -> int:
        return self.number - self._row_start

    def unclosed(self) -> SourceError:
        return SourceError(
            f"{self.where}: a quote that opens in the row starting on line {self.row_line} is not closed where it "
            'should be. Expected each quote inside a quoted cell to be doubled (""); repair that line or export again.'
        )

    def __iter__(self) -> Iterator[str]:
        for line in self._lines():
            self.number += 1
            self._row_size += len(line)
            if self.number - self._row_start > MOST_LINES or self._row_size > LONGEST_ROW:
                raise self.unclosed()
            self.last = line
            yield line

    def _lines(self) -> Iterator[str]:
        end, unfinished, size = "", [""], 0
        for text in self._blocks():
            if not end:
                end = "\r" if "\r" in text and "\n" not in text else "\n"
            unfinished.append(text)
            size += len(text)
            if end in text:
                *whole, rest = "".join(unfinished).split(end)
                for line in whole:
                    yield line + end
                unfinished, size = [rest], len(rest)
            if size > LONGEST_ROW:
                raise SourceError(f"{self.where}: no line end within {LONGEST_ROW >> 20} MB. Expected rows of text.")
        if rest := "".join(unfinished):
            yield rest

    def _blocks(self) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder(self.encoding)(_HANDLER)
        block, first = self.probe, True
        self.probe = b""
        while block or first:
            following = self._file.read(BLOCK)
            text = decoder.decode(block, final=not following)
            if first:
                text, first = text.removeprefix("\ufeff"), False
            if "\0" in text or (not text.isascii() and MARK in text):
                self.doubt.raised = True
            yield text
            block = following
