"""How far a name reaches, and whether its place in the text makes it something else."""

from __future__ import annotations

import re

from vocanalytics.text.privacy.cues import AFTER, BRANDS, Cue, cue_before, word_set
from vocanalytics.text.privacy.lexicon import is_very_common, lower
from vocanalytics.text.privacy.tokens import Class, Token

_INITIAL = re.compile(r"(?<![\w.])(?:[A-Z]\.\s?){1,3}\Z")
_PARTICLES_BEFORE = re.compile(
    r"(?<!\w)(?:Mr|Mrs|Ms|Miss|Dr|Prof|Herrn?|Frau|Mme|Sra?|Se[ñn]ora?)\.?\s+((?:(?:de|la|las|los|del|van|von|der|"
    r"den|al|el|bin|di|da|dos|du|le)\s+){1,3})\Z"
)
_INITIALS_AFTER_TITLE = re.compile(
    r"(?<!\w)(?:Mr|Mrs|Ms|Miss|Dr|Prof|Herrn?|Frau|Mme|Sra?)\.?\s+((?:[A-Z]\.?\s){1,3})\Z"
)
_SENTENCE_START = re.compile(r"(?:\A|[.!?:;\n…][\"'”’)\]]*|[\"“(\[•*-])\s*\Z")
_DASH = re.compile(r"(?:\A|[.!?\s])\s*[-–—~]+\s?\Z")
_LAST_WORD = re.compile(r"(?: [A-Z]\.?)?\s*\Z")
_CAMEL_NAMES = ("Mc", "Mac", "De", "O'", "O’")
_REACH = 6  # words of the longest name


def starts_sentence(text: str, token: Token) -> bool:
    """Whether a capital is owed to the word's place."""
    return _SENTENCE_START.search(text[max(0, token.start - 6) : token.start]) is not None


def is_signature(text: str, token: Token) -> bool:
    """In "- Ellis B." and "Never again. - Grace" the text ends with its writer."""
    if token.kind in (Class.NOBODY, Class.UNKNOWN) or (token.public and token.kind is not Class.CUED):
        return False
    dash = _DASH.search(text[max(0, token.start - 6) : token.start])
    return dash is not None and _LAST_WORD.match(text, token.end) is not None


def is_apposition(text: str, token: Token) -> bool:
    """The lad who cleaned my car, Jordan, did well."""
    after = AFTER.match(text, token.end)
    return text[token.start - 2 : token.start] == ", " and after is not None and after[0].startswith(",")


def is_proper(word: str) -> bool:
    """Capital and small letters as in a name, or a long word in capitals: not EDI, BAs or CarPlay."""
    if word.isupper():
        return len(word) > 4
    return word.startswith(_CAMEL_NAMES) or not any(letter.isupper() for letter in re.sub(r"-.", "", word[1:]))


def next_capital(text: str, words: list[Token], at: int) -> Token | None:
    """The next word if it is capitalised and only a blank away."""
    if at + 1 < len(words) and words[at + 1].capital and text[words[at].end : words[at + 1].start] == " ":
        return words[at + 1]
    return None


def last_part(text: str, words: list[Token], at: int, titled: bool) -> int:
    """Index of the last word of the name that starts at `at`."""
    last = at
    for step in range(at + 1, min(at + _REACH, len(words))):
        previous, token = words[step - 1], words[step]
        gap = text[previous.end : token.start]
        if gap != " " and not (gap == ". " and len(previous.folded) == 1):
            break
        if _continues(words[at], token, titled) and not BRANDS.match(lower(text[token.start : token.start + 40])):
            last = step
        elif token.folded not in word_set("particle") and not (len(token.folded) == 1 and token.capital):
            break
    return last


def _continues(first: Token, token: Token, titled: bool) -> bool:
    if token.folded in word_set("never_surname") or len(token.folded) < 2:
        return False
    if token.kind is Class.NOBODY and "'" in token.folded:  # I'd, I've
        return False
    if not token.capital:
        if len(token.folded) < 4:
            return False
        if first.word.isupper() and token.word.isupper() and token.surname and not is_very_common(token.folded):
            return True
        clear = token.surname and token.kind >= Class.SURNAME and token.kind is not Class.CUED
        return (
            (clear or token.folded in word_set("plain_family_name"))
            and not token.public
            and token.word.isupper() == first.word.isupper()
        )
    if not first.capital:
        return token.kind >= Class.SURNAME and not token.public
    if token.kind in (Class.NOBODY, Class.CUED):
        rare = not token.public and not is_very_common(token.folded)  # Harry Styles, Elon Musk
        return (token.surname or rare) and not titled and token.folded not in word_set("brandlike")
    return token.kind is not Class.UNKNOWN or not (titled or token.word.isupper())


def first_part(text: str, words: list[Token], at: int, english: bool) -> int:
    """Index of the first word of the name that ends at `at`: "Grace Thompson", "Thandiwe Moses"."""
    if at == 0:
        return at
    before, token = words[at - 1], words[at]
    if cue_before(text, token.start) >= Cue.PERSON:  # "Liebe Grüße Heike": the word before belongs to the cue
        return at
    if text[before.end : token.start] != " " or not before.capital or before.word.isupper() or len(before.folded) < 3:
        return at
    if (
        (before.public and before.kind is not Class.CUED)
        or before.kind not in (Class.CUED, Class.SURNAME, Class.UNKNOWN)
        or before.folded in word_set("title")
    ):
        return at
    opens = starts_sentence(text, before)
    if (before.kind is Class.UNKNOWN and (not english or opens)) or (
        opens and not english
    ):  # every German noun is capital
        return at
    return at - 1


def with_initials(text: str, start: int) -> int:
    """Offset of initials or a title's particles before a name: "J. R. Smith", "Ms. de la Cruz"."""
    before = text[max(0, start - 24) : start]
    match = _INITIAL.search(before) or _PARTICLES_BEFORE.search(before) or _INITIALS_AFTER_TITLE.search(before)
    return start - (len(before) - match.start(match.lastindex or 0)) if match else start
