"""Clauses that turn to another thing: "the staff were friendly and the room was cold" is two ideas.

A parser sees this at a hundredth of the speed. Here an idea begins where a new subject and its verb, or a
closing word, follow a clause that has said what it had to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vocanalytics.text.lists import ADJECTIVES

Span = tuple[int, int]

_BE = "is|are|was|were|isn['’]t|aren['’]t|wasn['’]t|weren['’]t"
_VERB = (
    f"{_BE}|has|had|hasn['’]t|does|did|doesn['’]t|didn['’]t|can|could|can['’]?t|couldn['’]t|will|would|won['’]t"
    "|wouldn['’]t|never|looks?|looked|feels?|felt|works?|worked|seems?|seemed|drives?|drove|handles?|handled|holds?"
    "|keeps?|kept|needs?|lacks?|lacked|costs?|took|takes|came|comes|went|goes|made|makes|broke|breaks|stopped|stops"
    "|failed|fails|arrived|gave|gives|got|gets|lasted|lasts|smells?|smelled"
)
_OWN = "the|my|our|your|their|his|her|its|this|these|those"
_NO_THING = (
    "i|you|we|they|he|she|it|that|this|there|here|what|who|which|how|all|everything|everyone|everybody|nothing|nobody"
    "|none|some|so|then|now|and|but|or|if|when|where|why|as|of|in|on|at|for|with|not|never|also|even|still|only|just"
    "|too|very|them|me|us|him|is|are|was|were|be|been|have|had|has|same|either|neither|both|a|an"
)
_THING = rf"(?:{_OWN})\s+(?:(?!(?:that|who|which|of|i|we|you|they|he|she|it)\s)[\w'’-]+(?:\.\d+)?\s+){{1,3}}?"
_BARE_THING = rf"(?!(?:{_NO_THING})\s)[\w-]+\s+"
_CLOSING = (
    r"(?:never\s+again|never\s+(?:going|coming)\s+back|no\s+(?:complaints|issues|problems|regrets)|highly\s+recommend\w*"
    r"|(?:very|so|really|extremely|bitterly)\s+(?:disappointed|disappointing|impressed|happy|pleased|satisfied)"
    r"|well\s+done|(?:would|will)\s+(?:definitely\s+|not\s+|never\s+|highly\s+)*(?:recommend|(?:be|go|come)\s+back|use|buy)"
    r")\b"
)
_NEW_THING = rf"(?:{_THING}(?:{_VERB})|{_BARE_THING}(?:{_BE}))\b"
_LIKING = r"(?:i|we)\s+(?:really\s+|also\s+)?(?:love|hate|like|enjoy|adore|dislike)d?\s"
_JOINT = rf"""
    (?P<and> (?:,\s*|\s)and\s+(?= {_NEW_THING} | {_LIKING} ) )
  | (?P<comma> ,\s+(?={_NEW_THING}) )
  | (?P<closing> (?:,\s*|\s)(?={_CLOSING}) )
"""
_JOINTS = re.compile(_JOINT, re.IGNORECASE | re.VERBOSE)
_JOINTS_AND_RUNS = re.compile(
    rf"{_JOINT} | (?P<run> (?<=[a-z])\s+(?= (?:{_THING}|{_BARE_THING})(?:{_BE})\b ) )", re.IGNORECASE | re.VERBOSE
)
_IS = re.compile(rf"\b(?:{_BE})\b", re.IGNORECASE)
_SAYS = re.compile(rf"\b(?:{_VERB}|\w{{3,}}ed|love|like|hate|enjoy|\w+['’](?:m|s|re|ve|d|ll))\b", re.IGNORECASE)
_JUDGES = re.compile(rf"\W*(?:no|not|too|very|{ADJECTIVES})\s", re.IGNORECASE)
# what follows belongs to the clause before: a condition, a cause, a report, a relative clause
_HOLDS = re.compile(
    r"\b(?:if|when|whenever|because|since|until|till|unless|that|who|which|whose|where|how|why|what|after|before|as|once"
    r"|said|say|says|saying|told|tells?|think|thought|hope|know|knew|believe|means|ensured?|so|while|both|between"
    r"|(?:every|last|next|first)\s+time|the\s+(?:day|moment|minute))\b",
    re.IGNORECASE,
)
# an event somebody brings about and what comes of it
_EVENT = re.compile(
    r"\W*(?:i|we|he|she|they|it)\s+(?!(?:am|is|are|was|were|love|like|hate|enjoy|adore|have|had|find|found)d?\b)\w+\s",
    re.IGNORECASE,
)
_ENDS_JUDGED = re.compile(
    rf"\b(?:{_BE})\s+(?:(?:so|very|too|really|quite|absolutely)\s+)?(?:{ADJECTIVES})$", re.IGNORECASE
)
_EXPECTS_MORE = re.compile(
    r"""(?:^|\s)(?:i|we|you|they|he|she|it|who|that|which|and|or|but|to|am|is|are|was|were|be|been|being|have|has|had
    |with|without|say|said|a|an|the|my|our|of|not|also|really|very|so|feel|felt|left|me|us|as|if|because
    |would|will|than|then|people|friends|always|now|still|just|quite|more|get|got|become|feeling|\w+ly
    |\w+['’](?:m|re|s|ve|d))$""",
    re.IGNORECASE | re.VERBOSE,
)
_LOOK_BACK = 160


def split_clauses(text: str, start: int, end: int) -> Iterator[Span]:
    """The clauses of ``text[start:end]``, each about a thing of its own.

    >>> text = "The staff were friendly and the room was cold"
    >>> [text[a:b] for a, b in split_clauses(text, 0, len(text))]
    ['The staff were friendly', 'and the room was cold']
    >>> text = "I took it to the dealer and they fixed it while I waited"
    >>> list(split_clauses(text, 0, len(text))) == [(0, len(text))]
    True
    """
    # only a clause with two verbs may run on without a comma
    joints = _JOINTS_AND_RUNS if len(_IS.findall(text, start, end)) > 1 else _JOINTS
    for match in joints.finditer(text, start, end):
        before = text[max(start, match.start() - _LOOK_BACK) : match.start()]
        if _turns(before.strip(), str(match.lastgroup)):
            yield start, match.start()
            start = match.end() - len(match.group().lstrip(" ,\t"))
    yield start, end


def _turns(before: str, kind: str) -> bool:
    if kind == "closing":
        return " " in before and not _HOLDS.search(before) and not _EXPECTS_MORE.search(before)
    if _HOLDS.search(before):
        return False
    if kind == "run":
        return _ENDS_JUDGED.search(before) is not None
    if kind == "comma" and _JUDGES.match(before):
        return True
    return _SAYS.search(before) is not None and not (kind == "and" and _EVENT.match(before))
