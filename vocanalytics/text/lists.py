"""Opinions in a row: "staff friendly, price high, wifi broken" is three ideas, "London, Paris and Rome" none."""

from __future__ import annotations

import re
from collections.abc import Iterator

_SEPARATOR = re.compile(r"\s*,\s*|\s+(?=and\s)", re.IGNORECASE)
_MAX_LENGTH = 300  # a list a person typed; also bounds the work
_PART_WORDS = range(2, 6)
ADJECTIVES = (  # that tell good from bad
    "good|great|nice|lovely|bad|poor|high|low|slow|fast|quick|cheap|dear|pricey|cold|hot|warm|cool|dirty|filthy|clean"
    "|tidy|messy|fair|fresh|stale|old|new|modern|dated|small|tiny|big|huge|long|short|late|early|rude|kind|easy|hard"
    "|tough|difficult|loud|quiet|noisy|weak|strong|best|worst|better|worse|top|fine|ok|okay|perfect|smooth|brilliant"
    "|excellent|superb|fantastic|fab|amazing|outstanding|stunning|awesome|decent|solid|average|awful|appalling|shocking"
    "|disgusting|disappointing|annoying|confusing|boring|misleading|broken|hidden|lost|expensive|happy|unhappy|polite"
    "|impolite|friendly|unfriendly|prompt|punctual|clear|unclear|sharp|stiff|soft|heavy|light|thin|thick|tight|loose"
    "|comfy|roomy|clunky|tasty|bland|soggy|greasy|dry|crisp|cosy|cramped|crowded|busy|empty|dull|bright|dark|grumpy"
    "|moody|patient|impatient|professional|competent|incompetent|efficient|inefficient|relaxing|welcoming|caring"
    "|attractive|ugly|basic|generous|lazy|ignorant|arrogant|dishonest|honest|rotten|rubbish|useless|pathetic|unsafe|safe"
    "|secure|reliable|unreliable|wobbly|jerky|laggy|buggy|glitchy|thirsty|frugal|rough|rusty|faulty|damaged|delayed"
)
_FEELINGS = "love|loved|loves|hate|hated|hates|like|liked|dislike|disliked|shame|pity"
_WEIGHING_ENDS = ("ful", "less", "ous", "able", "ible")
_JUDGING = re.compile(
    rf"""\b(?: {ADJECTIVES} | \w+(?:ful|less|able|ible|ous|ish|ive|ly|est|ed|ing) | loved?|hate|liked?|shame
      | \d+/\d+ | is|are|was|were|isn't|wasn't|works?|looks?|feels?|fails?|broke|lacks?|no|not|never|too|very|so )\b""",
    re.IGNORECASE | re.VERBOSE,
)
# name nothing that could be judged: "very quiet", "still there", "love it"
_UNNAMED = (
    "is|are|was|were|be|no|not|never|too|very|so|really|quite|still|just|well|also|more|most|all|my|our|i|you|we|they|he"
    "|she|it|me|us|him|them|this|that|there|here|a|an|the|to|of|for|at|in|on|with|even|again|indeed|overall|built|made"
    "|done|would|will|everything|everyone|anything|anyone|much|highly"
)
_WEIGHING, _UNNAMING = (frozenset(words.split("|")) for words in (f"{ADJECTIVES}|{_FEELINGS}", _UNNAMED))
_NOUNS = frozenset({"bed", "table", "cable", "vegetable", "family", "supply", "assembly"})
_DEGREES = frozenset({"very", "too", "so", "really", "not", "no", "quite"})
_AND = re.compile(r"\sand\s", re.IGNORECASE)
_PAIRED_SPACES = range(3, 11)
_WORDS = re.compile(r"\d+(?:[.,]\d+)?/\d+|[^\W_][\w'’-]*")


def split_list(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The parts of ``text[start:end]`` if it is nothing but two or more short opinions, each of another thing.

    >>> text = "Staff friendly, price high, wifi broken"
    >>> [text[a:b] for a, b in split_list(text, 0, len(text))]
    ['Staff friendly', 'price high', 'wifi broken']
    >>> list(split_list("We saw London, Paris and Rome", 0, 29))
    [(0, 29)]
    """
    commas = text.count(",", start, end)
    parts: list[tuple[int, int]] = []
    if end - start <= _MAX_LENGTH and (commas or _AND.search(text, start, end)):
        parts = list(_parts(text, start, end))
        listed = (
            all(_judges(text[a:b]) for a, b in parts)
            if commas > 1
            else _alike([text[a:b] for a, b in parts], commas == 1)
        )
        parts = list(_named(text, parts)) if listed else []
    elif text.count(" ", start, end) in _PAIRED_SPACES:
        parts = list(_pairs(text, start, end))
    yield from parts if len(parts) > 1 else [(start, end)]


def _parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for match in _SEPARATOR.finditer(text, start, end):
        if match.end() == end:
            break
        yield start, match.start()
        start = match.end()
    yield start, end


def _judges(part: str) -> bool:
    return len(_said(part)) in _PART_WORDS and _JUDGING.search(part) is not None


def _alike(parts: list[str], has_comma: bool) -> bool:
    """Whether all begin with a weighing word, or all end with one: of two parts more is asked than of many.

    Not "love the shoes and bags are great": without a comma the first may go on.
    """
    words = [_said(part) for part in parts]
    if not all(len(each) in _PART_WORDS and _names(each) for each in words):
        return False
    if all(_weighs(each[0]) or (each[0] in _DEGREES and _weighs(each[1])) for each in words):
        return True
    return has_comma and all(_weighs(each[-1]) for each in words)


def _said(part: str) -> list[str]:
    words = _WORDS.findall(part.lower())
    return words[1:] if words and words[0] in ("and", "but") else words


def _weighs(word: str) -> bool:
    return word in _WEIGHING or "/" in word or (word.endswith(_WEIGHING_ENDS) and word not in _NOUNS)


def _names(words: list[str]) -> bool:
    return any(
        word in _NOUNS or not (_weighs(word) or word in _UNNAMING or word.endswith(("ly", "ed"))) for word in words
    )


def _named(text: str, parts: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The parts, one that names no thing joined to the one before it: "no issues, fully recommended"."""
    start, end = parts[0]
    for a, b in parts[1:]:
        if _names(_said(text[a:b])):
            yield start, end
            start = a
        end = b
    yield start, end


def _pairs(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Adjective and noun again and again without a comma: "nice staff nice room bad coffee"."""
    spans = [match.span() for match in _WORDS.finditer(text, start, end)]
    words = [text[a:b].lower() for a, b in spans]
    if len(words) % 2 or not all(word in _WEIGHING for word in words[::2]):
        return
    if all(_names([word]) for word in words[1::2]):
        starts = [a for a, _ in spans[::2]]
        yield from zip([start, *starts[1:]], [*starts[1:], end], strict=True)
