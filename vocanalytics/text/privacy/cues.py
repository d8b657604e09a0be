"""Words around a name that say a person is meant; the words themselves are in ../names/cues.toml."""

from __future__ import annotations

import re
import tomllib
from enum import IntEnum
from typing import cast

from vocanalytics.text.privacy.lexicon import LISTS


class Cue(IntEnum):
    """How much the words before a name promise."""

    NONE = 0
    WEAK = 1  # with, by, to, thanks: anything may follow
    PERSON = 2  # served by, spoke to, my advisor: mostly a person or a company follows
    NAME = 3  # my name is, Mr, a lady called: a name follows, even in lower case


_FILE = tomllib.loads((LISTS / "cues.toml").read_text(encoding="utf-8"))
_SETS = {name: frozenset(members) for name, members in cast("dict[str, list[str]]", _FILE.pop("sets")).items()}


def word_set(name: str) -> frozenset[str]:
    """One of the sets at the end of cues.toml, of folded words."""
    return _SETS[name]


def _any(*names: str) -> str:
    """The fragments of one or more lists as one group."""
    return "(?:" + "|".join(fragment for name in names for fragment in cast("list[str]", _FILE[name])) + ")"


_START = r"(?<!\w)"
_BE = r"(?:is|was|'s|’s)"
_ADJECTIVES = rf"(?:{_any('adjectives')}\s+){{0,3}}"
_SOMEBODY = _any("roles", "humans")
_NAME = "|".join(
    (
        rf"(?<![\w'’.-]){_any('titles')}(?:\.\s?|\s+)(?:(?:&|and)\s+(?:mrs|mr|dr)\.?\s+)?(?:[b-hj-z]\.?\s+){{0,2}}",
        rf"{_START}{_any('whose_name')}\s?(?:first |last |full |sur)?name\s?(?:{_BE}|:|-)\s*",
        rf"{_START}(?:passenger|patient|driver|account)s?['’]?s? names? ",
        rf"{_START}name\s?:\s*",
        rf"{_START}by the name of\s+",
        rf"{_START}(?:goes|went) by\s+(?:the name\s+)?",
        rf"{_START}{_SOMEBODY}s?,?\s+(?:(?:who\s+)?{_BE}\s+|(?:who\s+)?i (?:think|believe)\s+(?:(?:was|"
        rf"is)\s+)?)?(?:called|named|name|by name)\s+",
        rf"{_START}{_any('introductions')}\s+",
    )
)
_PERSON = "|".join(
    (
        rf"{_START}{_any('done_by')}\s+by\s+{_ADJECTIVES}",
        rf"{_START}(?:spoke|spoken|speak|speaking|talked|talk|talking|chatted|chat|chatting)\s+(?:to|2|"
        rf"with)\s+{_ADJECTIVES}",
        rf"{_START}(?:ask|asked|asking)\s+for\s+{_ADJECTIVES}",
        rf"{_START}(?:deal|dealt|dealing|worked|working)\s+with\s+{_ADJECTIVES}",
        rf"{_START}{_any('praise')}\s+(?:goes\s+|go\s+)?(?:out\s+)?to\s+{_ADJECTIVES}",
        rf"{_START}(?:massive|huge|big|special)\s+(?:thank\s?you|thanks|shout\s?out)\s+(?:to\s+)?{_ADJECTIVES}",
        rf"{_START}{_any('roles')}(?:['’]s name)?(?:\s+(?:is|was|were)\s+(?:called\s+|named\s+)?|\s*[,:(–-]\s*|"
        rf"\s+(?:named|called)\s+|\s+)(?:the\s+)?[\"']?",
        rf"{_START}{_any('sign_offs')}\s*[,.!:\n–-]*\s*",
        rf"{_START}(?:thanks|cheers|thank you)[,.!]?[ \t]*\n\s*",
        rf"{_START}(?:yours|love|all the best|take care|best),[ \t]*\n?\s*",
        rf"{_START}{_any('attended')}\s+",
        rf"{_START}(?:attn|attention|fao|c/o)\s*[:.]?\s*",
        rf"{_START}named\s+",
    )
)
_WEAK = rf"{_START}{_any('weak')}(?:\s+(?:a lot|so much|again|very much|you))?[,!:]?\s+{_ADJECTIVES}"
# Tried at the words just before a candidate; the strongest hit counts: "thanks to my advisor Tina" is more than thanks.
_CUE = re.compile(rf"(?:(?P<NAME>{_NAME})|(?P<PERSON>{_PERSON})|(?P<WEAK>{_WEAK}))\Z")
_CUE_WORD = re.compile(r"[^\W_]+")
_WINDOW = 72


def cue_before(text: str, start: int) -> Cue:
    """The strongest cue that ends where a candidate starts."""
    best = Cue.NONE
    before = text[max(0, start - _WINDOW) : start].lower()
    for word in _CUE_WORD.finditer(before):
        match = _CUE.match(before, word.start())
        if match:
            best = max(best, Cue.NAME if match["NAME"] else Cue.PERSON if match["PERSON"] else Cue.WEAK)
            if best is Cue.NAME:
                break
    return best


TITLE = re.compile(
    r"(?<!\w)(?:Mr|Mrs|Ms|Dr|Prof|Professor|Miss|Herrn?|Hr|Frau|Mme|Mlle|Madame|Monsieur|Sra?|[Ss]e[ñn]or(?:a|ita)?|Signor[ae]?|"
    r"Sig|Captain)\.?\s+\Z"
)
CONTACTED = re.compile(
    r"(?<!\w)(?:emailed|rang|phoned|texted|messaged|told|asked|contacted|met|sp[eo]ak|spoke|talked) (?:2 )?\Z", re.I
)
GREETING = re.compile(
    r"(?<!\w)(?:thanks?|thank\s?you|thx|ty|cheers|hi|hello|hey|dear)(?: a lot| so much| again)?[ ,!]+\Z", re.I
)
SPOKEN_TO = re.compile(
    r"(?<!\w)(?:(?:spoke|speak|spoken|talked|talk|dealt|chatted|shout ?out|kudos|props) (?:to|with)|ask(?:ed)? for|"
    r"(?:served|helped|assisted) by)(?: big| little| lovely)? \Z",
    re.I,
)
_HOW = rf"(?:{_any('how')}\s+){{0,4}}"
_STAFF = r"(?:\w+\s+)?(?:advis[oe]r|sales\w*|driver|nurse|technician|mechanic|consultant|manager|agent|rep)"
TRAIT = re.compile(rf"(?<!\w){_any('traits')}(?!\w)", re.I)
AT_WORK = re.compile(
    rf"\s+(?:in|from|at|on)\s+(?:(?:the|our|your|my)\s+)?(?:local\s+)?{_any('workplaces')}(?!\w)", re.I
)
# What follows a name and hardly anything else.
AFTER_SURE = re.compile(
    rf"(?:['’]s\s+{_any('belongings')}\b|"
    rf"\s+(?:is|was|were|are|has been|seemed|came across as|could not have been|couldn['’]?t have "
    rf"been)\s+{_HOW}{_any('traits')}\b|"
    r"\s+(?:said|says|thinks?|thought|claimed|promised|told (?:me|us)) (?:that )?(?:he|she)\b|"
    rf"\s+{_any('deeds')}\s+{_any('to_me')}\b|"
    rf"{_any('foreign_deeds')}|"
    r"\s+an? (?:pay ?)?(?:rise|raise|bonus|promotion|medal|award)\b|"
    rf"\s+(?:went|goes|has gone|really went) (?:above|over and above|out of (?:his|her|their)|the extra)\b|"
    rf"\s+and\s+(?:his|her|the|their)\s+(?:team|colleagues?|staff|crew|wife|husband|manager|assistant)|"
    rf",?\s+(?:his|her)\s+(?:team|colleague)|,?\s+who\s+|,\s+(?:my|our|the|your)\s+{_STAFF})",
    re.I,
)
# What often follows a name.
AFTER = re.compile(
    rf"(?:,?\s+(?:{_any('acts')}|(?:my|our|the)\s+{_STAFF})\b|\s+(?:is|was)\s|['’]s\b|\s+and\s+(?-i:[A-Z]))", re.I
)
HE_OR_SHE = re.compile(r"\b(?:he|she|his|her|him|hers|himself|herself)\b", re.I)
BRANDS = re.compile(rf"\b{_any('brands')}(?!\w)")
GOES_ON = re.compile(
    r"\s*(?:[.,;:!?)]|\Z|(?:in|at|from|who|about|and|on|was|is|but|yesterday|today|again|he|"
    r"she|for|you|has|had|have|from|to|this|your|with|were|as|because|that|so|then|thank|thanks|when|really|very|our|my|i|we|it|"
    r"for|of|or|one|two|sales|there|here|over|after|before|last|it|the|did|does|would|could|never|always|just|also|"
    r"\w+ed|told|said|rang|gave|took|went|made|got|kept|knew|sold|spoke)\b)",
    re.I,
)
