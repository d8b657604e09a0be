"""Words that look like a name but belong to a place, company, product or model, judged by their neighbours."""

from __future__ import annotations

import re

from vocanalytics.text.privacy.cues import Cue, word_set
from vocanalytics.text.privacy.tokens import Class, Token

_MODEL_CODE = re.compile(r"(?<!\w)(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[\w.]{2,6} \Z")
_OF = re.compile(r"(?<!\w)([^\W\d_]+) (?:del|de la|de los|de|du|des|d'|am|an der|sur|sous|upon|im)[ ]?\Z")
_AT_THE = re.compile(r"(?<!\w)(?:at|in|near|outside|behind|opposite|inside|past) the \Z", re.I)
_AT_PLACE = re.compile(
    r"(?<!look)(?<!looks)(?<!looked)(?<!looking)(?<!shout)(?<!shouted)(?<!shouting)(?<!yelled)(?<!laughed)(?<!swore)"
    r"(?<!angry)(?<!mad)(?<!annoyed)(?<!screamed) (?:at|near) \Z"
)
_POSSESSIVE_GAPS = (" ", "'s ", "’s ", "' ", "’ ")
_REACH = 24


def is_compound(text: str, words: list[Token], at: int, cue: Cue) -> bool:
    """Whether the word at `at` is part of such a compound: San Jose, Ryan Air, Renault Zoe, the Preston branch.

    `cue` is what the words before it promise; a strong one outweighs some neighbours, never a saint or a hospital.
    """
    if is_institution(text, words, at):
        return True
    token = words[at]
    if cue < Cue.NAME and _names_a_business(text, words, at):
        return True
    previous = words[at - 1] if at and text[words[at - 1].end : token.start] == " " else None
    if previous is not None and not token.capital and previous.folded in ("a", "an"):
        return True
    if cue >= Cue.PERSON:
        return False
    before = text[max(0, token.start - _REACH) : token.start]
    if _AT_THE.search(before) or (token.capital and _AT_PLACE.search(before)):
        return True
    if previous is not None and _leads_on(words, at, previous, cue):
        return True
    if token.kind is Class.GIVEN or not token.capital:
        return False
    return _MODEL_CODE.search(before) is not None or _is_of_somewhere(before)


def is_institution(text: str, words: list[Token], at: int) -> bool:
    """St John's, San Jose, Victoria Road, King George Hospital, Jennings Ford: places and firms named after people."""
    token, before = words[at], words[at - 1] if at else None
    if (
        before
        and before.capital
        and before.folded in word_set("saint")
        and text[before.end : token.start].strip(".") == " "
    ):
        return True
    follower = words[at + 1] if at + 1 < len(words) and text[token.end : words[at + 1].start] == " " else None
    if follower is not None and token.capital and token.folded in word_set("saint") and follower.capital:
        return True
    for step in range(1, 4):
        if at + step >= len(words):
            return False
        near, previous = words[at + step], words[at + step - 1]
        if text[previous.end : near.start] not in _POSSESSIVE_GAPS:
            return False
        if near.folded in word_set("institution") and (near.capital or near.folded in word_set("always_institution")):
            return True
        if not near.capital:
            return False
        if near.folded in word_set("maker") and (not near.surname or token.kind in (Class.UNKNOWN, Class.SURNAME)):
            return token.capital
    return False


def _names_a_business(text: str, words: list[Token], at: int) -> bool:
    """In "the Preston branch", "Arlo cameras", "tracy reese dresses" and "thanks Carvana team" no person is meant."""
    if at + 1 >= len(words) or text[words[at].end : words[at + 1].start] != " ":
        return False
    following, token = words[at + 1].folded, words[at]
    if token.kind is Class.CUED and following in word_set("colour"):  # Pearl White
        return True
    after = words[at + 2] if at + 2 < len(words) and text[words[at + 1].end : words[at + 2].start] == " " else None
    if after and words[at + 1].surname and not token.capital and after.folded in word_set("business_noun"):
        return True
    if following in word_set("particle") and after and (after.capital or after.folded in word_set("particle")):
        return False  # Joost van der Meulen drives no van
    if following in word_set("business_noun"):
        return True
    return token.kind < Class.CAPITALISED and following in word_set("business_people")


def _leads_on(words: list[Token], at: int, previous: Token, cue: Cue) -> bool:
    """Whether the word before makes it a model, a dealer or a place."""
    token = words[at]
    if previous.folded in word_set("maker"):
        return True
    if previous.folded in word_set("business_before") and (previous.capital or previous.folded == "autohaus"):
        return True
    if not token.capital:
        return previous.folded in word_set("plain_determiner")
    if token.kind is Class.GIVEN or cue or not previous.capital or previous.kind is not Class.NOBODY:
        return False
    if previous.public and not previous.surname and previous.folded not in word_set("weekday"):
        return True
    begins = at == 1 or previous.word.isupper() or previous.surname
    return token.kind is Class.CUED and not begins


def _is_of_somewhere(before: str) -> bool:
    """Costa del Sol, Stratford upon Avon; not Señora de la Cruz."""
    match = _OF.search(before)
    return match is not None and match[1][0].isupper() and match[1].lower() not in word_set("title")
