"""A small language for wording: which words, in which order, how far apart.

A cue is a line of tokens, matched in lower case inside one sentence:

- ``brake/brakes``    one of these words; ``fail*`` any ending, ``*mph`` any beginning
- ``{brake}``         one of a named list, whose terms may be several words
- ``~4``              up to four words in between, none of them a negation
- ``&4``              the same, and what stands left and right of it may also come the other way round

Words are looked up, not searched for, so that a text costs the same however many cues there are.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from vocanalytics.errors import ConfigError

Words = Mapping[str, Sequence[str]]
Span = tuple[int, int]
Rest = tuple[str, ...]  # the words of a term after its first
Entry = tuple[tuple[int, Rest], ...]

NEGATION = "{negation}"  # the list of words that may not stand between the words of a cue

_WORD = re.compile(r"\w+(?:'\w+)*")
_SENTENCE_END = re.compile(r"[.!?\n]")
_APOSTROPHES = str.maketrans({mark: "'" for mark in "\u2018\u2019\u0060\u00b4"})
_VOCABULARY = 100_000  # words whose look-up is remembered


@dataclass(frozen=True, slots=True)
class Cue:
    """Slots in reading order with the widest gap before each; for ``&`` there are two ways to read it."""

    ways: tuple[tuple[tuple[int, int], ...], ...]  # (slot, words before it at most)
    needs: frozenset[int]
    reason: str = ""
    confidence: float = 0.0


class Lexicon:
    """The words of all cues and where they may stand; slots are numbered as they come up."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._slots: dict[str, int] = {}
        self._exact: dict[str, list[tuple[int, Rest]]] = defaultdict(list)
        self._endings: dict[str, list[tuple[int, Rest]]] = defaultdict(list)
        self._stems: dict[str, list[tuple[int, Rest]]] = defaultdict(list)
        self._known: dict[str, Entry] = {}

    def cue(self, line: str, reason: str = "", confidence: float = 0.0) -> Cue:
        """
        Raises
        ------
        ConfigError
            A list of words is unknown, or there is more than one ``&``.
        """
        left, *right = re.split(r" &(?=\d )", line)
        if not right:
            ways = [self._side(left, line)]
        elif len(right) == 1:
            first, second = self._side(left, line), self._side(right[0][2:], line)
            gap = int(right[0][0])
            ways = [_joined(first, gap, second), _joined(second, gap, first)]
        else:
            raise ConfigError(f"cue `{line}`: expected at most one &. Nothing was read.")
        return Cue(tuple(ways), frozenset(slot for slot, _ in ways[0]), reason, confidence)

    def slot(self, token: str, line: str = "") -> int:
        """Number of a token's slot, the same for the same token.

        Raises
        ------
        ConfigError
            The token names a list that there is not.
        """
        if token not in self._slots:
            self._slots[token] = len(self._slots)
            for term in self._terms(token, line):
                # people leave the apostrophe out
                for spelling in {term, term.replace("'", "")}:
                    self._add(self._slots[token], spelling)
        return self._slots[token]

    def looked_up(self, word: str) -> Entry:
        """Slots a word fills, or begins to fill, each with the words that must follow."""
        found = self._known.get(word)
        if found is None:
            found = tuple(dict.fromkeys((*self._exact.get(word, ()), *self._by_part(word))))
            if word.endswith("'s"):
                found += self.looked_up(word[:-2])
            if len(self._known) < _VOCABULARY:
                self._known[word] = found
        return found

    def _by_part(self, word: str) -> Iterator[tuple[int, Rest]]:
        for n in range(1, len(word) + 1):
            yield from self._stems.get(word[:n], ())
            yield from self._endings.get(word[-n:], ())

    def _side(self, side: str, line: str) -> tuple[tuple[int, int], ...]:
        slots: list[tuple[int, int]] = []
        gap = 0
        for token in side.split():
            if re.fullmatch(r"~\d", token):
                gap = int(token[1])
            else:
                slots.append((self.slot(token, line), gap))
                gap = 0
        return tuple(slots)

    def _terms(self, token: str, line: str) -> Sequence[str]:
        if not token.startswith("{"):
            return token.split("/")
        if token[1:-1] not in self._words:
            raise ConfigError(f"cue `{line}`: there is no list of words named {token}. Nothing was read.")
        return self._words[token[1:-1]]

    def _add(self, slot: int, term: str) -> None:
        first, *rest = re.findall(r"\*?\w+(?:'\w+)*\*?", term)
        shelf = self._stems if first.endswith("*") else self._endings if first.startswith("*") else self._exact
        shelf[first.strip("*")].append((slot, tuple(rest)))


class Reading:
    """One text, and on demand the places where a slot is filled; places are counted in words."""

    def __init__(self, low: str, lexicon: Lexicon) -> None:
        self.low = low
        self._lexicon = lexicon
        self._vocabulary = set(_WORD.findall(low))
        # slots whose words the text holds, wherever they stand: cheap, and no cue matches without its slots
        self._begun = self._begin()
        self.begun = self._begun.keys()
        self._filled: dict[int, list[Span]] = {}

    @cached_property
    def words(self) -> list[Span]:
        return [match.span() for match in _WORD.finditer(self.low)]

    def filled(self, slot: int) -> list[Span]:
        """Where the slot is filled, in reading order."""
        found = self._filled.get(slot)
        if found is None:
            found = sorted(set(self._places_of(slot)))
            self._filled[slot] = found
        return found

    def matches(self, cue: Cue) -> Iterator[Span]:
        """Spans in words, in reading order for each way of reading the cue."""
        if not all(self.filled(slot) for slot in cue.needs):
            return
        for (slot, _), *others in cue.ways:
            for start, end in self.filled(slot):
                last = self._last(end, others)
                if last is not None and self._sentences[start] == self._sentences[last - 1]:
                    yield start, last

    def characters(self, span: Span) -> Span:
        return self.words[span[0]][0], self.words[span[1] - 1][1]

    def touches(self, i: int) -> bool:
        """Whether only blanks or a hyphen stand between word i and the next."""
        return not self.low[self.words[i][1] : self.words[i + 1][0]].strip(" \t-")

    def _begin(self) -> dict[int, list[tuple[str, Rest]]]:
        begun: dict[int, list[tuple[str, Rest]]] = {}
        for word in self._vocabulary:
            for slot, rest in self._lexicon.looked_up(word):
                if not rest or rest[0] in self._vocabulary or rest[0][-1] == "*":
                    begun.setdefault(slot, []).append((word, rest))
        return begun

    def _places_of(self, slot: int) -> Iterator[Span]:
        for word, rest in self._begun.get(slot, ()):
            for i in self._places[word]:
                end = i + 1 + len(rest)
                if not rest or _follows(self._spelled[i + 1 : end], rest):
                    yield i, end

    @cached_property
    def _spelled(self) -> list[str]:
        return [self.low[start:end] for start, end in self.words]

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        places: dict[str, list[int]] = defaultdict(list)
        for i, word in enumerate(self._spelled):
            places[word].append(i)
        return places

    @cached_property
    def _negated(self) -> set[int]:
        return {start for start, _ in self.filled(self._lexicon.slot(NEGATION))}

    def _last(self, end: int, others: Sequence[tuple[int, int]]) -> int | None:
        """Where the rest of a cue ends if it begins after ``end``; the nearest such place."""
        if not others:
            return end
        (slot, gap), *further = others
        for start, stop in self.filled(slot):
            if end <= start <= end + gap and not (start > end and self._negated.intersection(range(end, start))):
                last = self._last(stop, further)
                if last is not None:
                    return last
        return None

    @cached_property
    def _sentences(self) -> list[int]:
        """The sentence each word stands in."""
        numbers, number, before = [], 0, 0
        for start, end in self.words:
            number += bool(_SENTENCE_END.search(self.low, before, start))
            numbers.append(number)
            before = end
        return numbers


def lowered(text: str) -> str:
    """Lower case with plain apostrophes, every character where it was."""
    low = text.lower()
    if len(low) != len(text):
        low = "".join(c if len(c.lower()) != 1 else c.lower() for c in text)
    return low.translate(_APOSTROPHES)


def by_first_need(cues: Iterable[Cue]) -> dict[int, tuple[Cue, ...]]:
    """Cues by one of the slots they need."""
    found: dict[int, list[Cue]] = defaultdict(list)
    for cue in cues:
        found[max(cue.needs)].append(cue)
    return {slot: tuple(group) for slot, group in found.items()}


def _joined(
    first: tuple[tuple[int, int], ...], gap: int, second: tuple[tuple[int, int], ...]
) -> tuple[tuple[int, int], ...]:
    return (*first, (second[0][0], gap), *second[1:])


def _follows(words: Sequence[str], rest: Sequence[str]) -> bool:
    return len(words) == len(rest) and all(
        word.startswith(term[:-1]) if term.endswith("*") else word == term
        for word, term in zip(words, rest, strict=True)
    )
