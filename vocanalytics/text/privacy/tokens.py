"""Words of a text with what the lists say about them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from vocanalytics.text.privacy.cues import word_set
from vocanalytics.text.privacy.lexicon import fold, is_common, words

# Letters with inner apostrophes and hyphens: O'Neil, Jean-Luc, Tina's.
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


class Class(IntEnum):
    """How far a word alone speaks for a person."""

    NOBODY = 0  # a common word, a brand, a place
    UNKNOWN = 1  # on no list
    SURNAME = 2
    CUED = 3  # a given name that is also a word: Will, Grace
    CAPITALISED = 4  # a given name if capitalised: Jan, Sam
    GIVEN = 5  # a given name in any case: tina, priya


@dataclass(slots=True)
class Token:
    """A word, its offsets without a possessive 's, its class, and whether a capital on it means something."""

    start: int
    end: int
    word: str
    folded: str
    kind: Class
    capital: bool
    public: bool
    surname: bool


# Endings and beginnings that make a word a family name whether or not it is listed: Lewandowska, McBride, Papadakis.
_FAMILY_SHAPE = re.compile(
    r"\w{2}(?:wski|wska|cki|cka|nski|nska|wicz|enko|chuk|ovic|evic|sson|sdottir|opoulos|akis|idis|shvili|oglu|escu|eanu)\Z|\A(?:mc|o')\w{4}"
)
_CONTRACTED = ("'m", "'ve", "'ll", "'re", "'d", "n't")


@lru_cache(maxsize=65_536)
def classify(folded: str) -> tuple[Class, bool, bool]:
    """Class of a folded word, whether it is a public name, whether it is a family name."""
    if folded.endswith(_CONTRACTED):
        return Class.NOBODY, False, False
    public = folded in words("public")
    surname = folded in words("surnames")
    if folded in words("first_any_case"):
        return Class.GIVEN, public, surname
    if folded in words("first_capitalised"):
        return Class.CAPITALISED, public, surname
    if folded in words("first_with_cue"):
        return Class.CUED, public, surname
    if "-" in folded:
        return _compound(folded, public, surname)
    shaped = _FAMILY_SHAPE.search(folded) is not None and not (folded.startswith("mc") and is_common(folded[2:]))
    surname = surname or (shaped and not public and not is_common(folded))  # a McMuffin is nobody
    if public or (is_common(folded) and not surname):
        return Class.NOBODY, public, surname
    if surname:
        return (Class.NOBODY if is_common(folded) else Class.SURNAME), public, surname
    return Class.UNKNOWN, public, surname


def _compound(folded: str, public: bool, surname: bool) -> tuple[Class, bool, bool]:
    parts = [classify(part) for part in folded.split("-") if part]
    if (
        not parts
        or public
        or any(is_public or (kind is Class.NOBODY and not is_last) for kind, is_public, is_last in parts)
    ):
        return Class.NOBODY, public, surname
    if any(kind >= Class.CAPITALISED for kind, _, _ in parts) and all(kind >= Class.SURNAME for kind, _, _ in parts):
        return Class.GIVEN, public, surname
    return Class.SURNAME if all(is_last for _, _, is_last in parts) else Class.UNKNOWN, public, True


def possessive(word: str) -> int:
    """Length of a trailing 's."""
    return 2 if len(word) > 2 and word[-1] in "sS" and word[-2] in "'’" else 0


def tokens(text: str) -> list[Token]:
    """All words; in a text or run of words written in capitals a capital means nothing."""
    found = list(_raw(text))
    shouting = is_shouting(text)
    for at, token in enumerate(found):
        if token.capital and token.word.isupper() and len(token.word) > 1:
            beside = found[max(0, at - 1) : at] + found[at + 1 : at + 2]
            token.capital = not shouting and not any(len(near.word) > 1 and near.word.isupper() for near in beside)
        elif shouting and len(token.word) > 1:
            token.capital = token.capital and not token.word.isupper()
    return found


@lru_cache(maxsize=65_536)
def may_matter(word: str) -> bool:
    """Whether a text with this word in it needs a closer look at all; most short texts hold no such word."""
    folded = fold(word[: len(word) - possessive(word)])
    kind, public, _ = classify(folded)
    return (
        kind is Class.GIVEN
        or folded in word_set("introduce")
        or (kind is Class.CUED and not public and folded != "will")
        or (word[0].isupper() and kind is not Class.NOBODY)
    )


@lru_cache(maxsize=65_536)
def _entry(word: str) -> tuple[int, str, Class, bool, bool, bool]:
    """What is the same wherever a word stands: length without 's, folded, class, capital, public, family name."""
    length = len(word) - possessive(word)
    folded = fold(word[:length])
    kind, public, surname = classify(folded)
    return length, folded, kind, word[0].isupper(), public, surname


def _raw(text: str) -> Iterator[Token]:
    for match in WORD.finditer(text):
        word, start = match[0], match.start()
        length, folded, kind, capital, public, surname = _entry(word)
        yield Token(start, start + length, word, folded, kind, capital, public, surname)


def is_shouting(text: str) -> bool:
    """Whether the text is written in capitals, as many complaint records are."""
    sample = text[:2_000]
    upper = sum(map(str.isupper, sample))
    return upper >= 12 and upper > 1.5 * sum(map(str.islower, sample))


def is_title_case(found: list[Token]) -> bool:
    """Whether Most Words Are Capitalised, so that a capital says little."""
    plain = [token for token in found if token.kind is Class.NOBODY and not token.public]
    return len(plain) >= 3 and sum(token.word[0].isupper() for token in plain) > 0.7 * len(plain)


def is_english(found: list[Token]) -> bool:
    """Whether at least half of the words are common English ones; short lower-case names elsewhere are mostly words."""
    long = [token for token in found if len(token.folded) > 1]
    return len(found) < 4 or 2 * sum(is_common(token.folded) for token in long) >= len(long)
