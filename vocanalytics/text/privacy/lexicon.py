"""The word lists: who may be a person, and who may not."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from importlib.resources import files

LISTS = files("vocanalytics.text") / "names"
_LETTERS = str.maketrans({"ı": "i", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "ß": "ss", "đ": "d", "Đ": "D", "’": "'"})
_ENDINGS = (
    ("ies", "y"), ("ied", "y"), ("es", ""), ("es", "e"), ("s", ""), ("ing", ""), ("ing", "e"), ("ed", ""), ("ed", "e"),
    ("er", ""), ("er", "e"), ("ers", ""), ("ers", "e"), ("ly", ""), ("est", ""), ("est", "e"), ("ness", ""),
)  # fmt: skip


@lru_cache(maxsize=1)
def _all() -> dict[str, frozenset[str]]:
    names = (
        "first_any_case",
        "first_capitalised",
        "first_with_cue",
        "surnames",
        "common_words",
        "rarer_words",
        "public",
    )
    return {name: frozenset((LISTS / f"{name}.txt").read_text(encoding="utf-8").split()) for name in names}


def words(name: str) -> frozenset[str]:
    """One list by file name without suffix; entries are folded (lower case, no accents)."""
    return _all()[name]


def lower(text: str) -> str:
    """Lower case with every offset kept (a Turkish capital I with dot would become two characters).

    Patterns run on this rather than with re.IGNORECASE, which makes long alternations about five times slower.
    """
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """Lower case without accents: the form the lists are in.

    >>> fold("Jérôme"), fold("Yıldız")
    ('jerome', 'yildiz')
    """
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFKD", word.translate(_LETTERS))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()


@lru_cache(maxsize=65_536)
def is_common(word: str) -> bool:
    """Whether a lower-case word is English; regular inflections count.

    >>> is_common("drivers"), is_common("kowalczyk")
    (True, False)
    """
    return is_very_common(word) or any(form in words("rarer_words") for form in (word, *_stems(word)))


@lru_cache(maxsize=65_536)
def is_very_common(word: str) -> bool:
    """Whether a lower-case word is one of the ten thousand that make up most English text."""
    return any(form in words("common_words") for form in (word, *_stems(word)))


@lru_cache(maxsize=16_384)
def is_two_words(folded: str) -> bool:
    """Whether two everyday words were joined, as in departments, firms and places: Aftersales, Motorpoint, Castlegate.

    >>> is_two_words("aftersales"), is_two_words("kowalczyk")
    (True, False)
    """
    cuts = ((folded[:cut], folded[cut:]) for cut in range(4, len(folded) - 3))
    return any(is_common(head) and is_very_common(tail) for head, tail in cuts)


def _stems(word: str) -> list[str]:
    stems = [word[: -len(end)] + put for end, put in _ENDINGS if word.endswith(end) and len(word) - len(end) >= 3]
    bare = word[:-3] if word.endswith("ing") else word[:-2] if word.endswith("ed") else ""
    if len(bare) > 3 and bare[-1] == bare[-2]:
        stems.append(bare[:-1])
    return stems
