"""Person names: lists, cues, and spaCy where the two leave a doubt."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from vocanalytics.text.privacy.blocks import blocks
from vocanalytics.text.privacy.cues import BRANDS, word_set
from vocanalytics.text.privacy.extent import first_part, last_part, with_initials
from vocanalytics.text.privacy.judge import Judge
from vocanalytics.text.privacy.lexicon import lower
from vocanalytics.text.privacy.tokens import WORD, Class, Token, may_matter, tokens

_AND = re.compile(r"\s*(?:&|\+|/|and|und|et|y|e|or|oder|ou|o|en)\s*\Z")
_STOP = re.compile(r"[.!?\n]\s")


@dataclass(slots=True)
class Reading:
    """What lists and cues make of one text: names, and stretches on which spaCy is asked."""

    people: list[tuple[int, int]] = field(default_factory=list)
    doubts: list[tuple[int, int]] = field(default_factory=list)


def read(text: str, public_names: frozenset[str] = frozenset()) -> Reading:
    """Names the lists and cues settle, and the stretches they leave open; `public_names` (folded) are nobody."""
    reading = Reading()
    for start, end in blocks(text):
        block = text[start:end]
        if not any(map(may_matter, WORD.findall(block))):
            continue
        found = [token for token in tokens(block) if token.folded not in public_names]
        part = _Reader(block, found).read()
        reading.people += [(low + start, high + start) for low, high in part.people]
        reading.doubts += [(low + start, high + start) for low, high in part.doubts]
    return reading


class _Reader:
    """Walks the words of one text once."""

    def __init__(self, text: str, words: list[Token]) -> None:
        self.text, self.words = text, words
        self.judge = Judge(text, words)

    @cached_property
    def brands(self) -> bytearray:
        """Marks every character of a brand that carries a person's name."""
        marks = bytearray(len(self.text))
        for match in BRANDS.finditer(lower(self.text)):
            marks[match.start() : match.end()] = b"\x01" * len(match[0])
        return marks

    def read(self) -> Reading:
        reading = Reading()
        at = last_end = 0
        while at < len(self.words):
            verdict = self.judge.verdict(at)
            if verdict is None and self._joins(at, last_end):
                verdict = True
            token = self.words[at]
            if verdict is None or self.brands.find(1, token.start, token.end) >= 0:
                at += 1
                continue
            start, end, at = self._extent(at, sure=verdict)
            (reading.people if verdict else reading.doubts).append((start, end))
            if verdict and at < len(self.words):
                sure = self.judge.introduced(self.words[at - 1])
                (reading.people if sure else reading.doubts).extend(self._perhaps_surname(at))
            last_end = end if verdict else last_end
        return reading

    def _extent(self, at: int, *, sure: bool) -> tuple[int, int, int]:
        """Start and end of the whole name, and the word to go on with."""
        titled, english = self.judge.titled, self.judge.english
        last = last_part(self.text, self.words, at, titled)
        first = first_part(self.text, self.words, at, english) if sure and not titled else at
        end = self.words[last].end
        if self.words[last].capital and _LAST_INITIAL.match(self.text, end):
            end += 3
        return with_initials(self.text, self.words[first].start), end, last + 1

    def _perhaps_surname(self, at: int) -> list[tuple[int, int]]:
        """Achebe and Harlow are towns or authors on the lists; after a given name spaCy is asked."""
        first, token = self.words[at - 1], self.words[at]
        beside = self.text[first.end : token.start] == " " and first.capital and token.capital
        if not beside or not token.public or first.kind < Class.CUED or self.judge.titled or not token.word.istitle():
            return []
        nobody = token.folded in word_set("maker") or token.folded in word_set("brandlike")
        return [] if nobody or self.brands.find(1, token.start, token.end) >= 0 else [(token.start, token.end)]

    def _joins(self, at: int, last_end: int) -> bool:
        """In "Bailey and Harmom were great" the second name leans on the first."""
        token = self.words[at]
        if (
            not last_end
            or token.start - last_end > 6
            or not token.capital
            or self.judge.titled
            or len(token.folded) < 3
            or self.text[token.end : token.end + 1].isdigit()
        ):
            return False
        leans = token.kind in (Class.UNKNOWN, Class.SURNAME, Class.CUED, Class.CAPITALISED) and not token.public
        return leans and _AND.match(self.text[last_end : token.start]) is not None


_LAST_INITIAL = re.compile(r" [A-Z]\.(?!\w)")


def sentence_around(text: str, start: int, end: int, reach: int = 300) -> tuple[int, int]:
    """Offsets of the sentence around a stretch, at most `reach` characters either side."""
    low, high = max(0, start - reach), min(len(text), end + reach)
    left = max((match.end() for match in _STOP.finditer(text, low, start)), default=low)
    right = next((match.start() + 1 for match in _STOP.finditer(text, end, high)), high)
    return left, right
