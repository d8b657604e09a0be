"""Personal data out, typed placeholders in, before anything is written anywhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from vocanalytics.text.privacy import people
from vocanalytics.text.privacy.address import addresses
from vocanalytics.text.privacy.blocks import blocks
from vocanalytics.text.privacy.checked import cards, ibans, vins
from vocanalytics.text.privacy.lexicon import fold, is_common
from vocanalytics.text.privacy.online import emails, handles, ip_addresses, links
from vocanalytics.text.privacy.phone import phones
from vocanalytics.text.privacy.plates import plates
from vocanalytics.text.privacy.references import locators, references
from vocanalytics.text.privacy.spans import Claims, Span
from vocanalytics.text.recogniser import persons as recognised_persons

EDITION = "masking-2026.2"
_DIGIT = re.compile(r"\d")
_LOCATOR_WORD = re.compile(r"\b(?:booking|reservation|confirmation|pnr|locator)\b", re.I)
_HANDLE_WORD = re.compile(
    r"\bu/|\b(?:insta|ig|twitter|tiktok|snap|telegram|skype|discord|facebook|fb|user ?name|handle|screen name)", re.I
)
# A first name that is one of these is masked only as the row writes it, or "will" would vanish from every sentence.
_SMALL_WORDS = frozenset(
    [
        "will",
        "may",
        "can",
        "mark",
        "the",
        "and",
        "for",
        "you",
        "not",
        "but",
        "was",
        "are",
        "has",
        "had",
        "his",
        "her",
        "she",
        "all",
        "any",
        "our",
        "out",
        "one",
        "two",
        "who",
        "how",
        "why",
        "good",
        "great",
        "best",
        "very",
        "app",
        "car",
    ]
)
_PARTS = re.compile(r"[^\W\d_]{3,}(?:['’-][^\W\d_]+)*")
_BATCH = 2_000  # texts worked on together, so that memory does not grow with the feed
_NER_LIMIT = 200_000  # characters of one text shown to spaCy; beyond, lists and cues alone decide


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without personal data, and how many stretches of each kind were replaced.

    >>> Masked("Call [PHONE]", {"PHONE": 1}).counts["PHONE"]
    1
    """

    text: str
    counts: dict[str, int]


@dataclass(slots=True)
class _Draft:
    """One text on its way to its fixed point: a replaced name changes how its neighbours look, so passes repeat."""

    text: str
    known: tuple[str, ...]
    counts: Counter[str] = field(default_factory=Counter)


class Masker:
    """Replaces personal data by placeholders such as ``[EMAIL]``; the rest stays, letter for letter.

    Parameters
    ----------
    region : str
        ISO country whose telephone plan is tried first.
    public_handles : frozenset of str
        Handles that may stay, such as the company's own; with or without @, any case.
    public_names : frozenset of str
        Further words that are never a person here: own brands, models, dealers.

    Notes
    -----
    Masking its own output changes nothing. Names in scripts other than Latin are found only through `known`.

    Examples
    --------
    >>> Masker().mask(["Tina rang from 07700 900123 about my Model 3 (v11.2)"])[0].text
    '[PERSON] rang from [PHONE] about my Model 3 (v11.2)'
    """

    def __init__(
        self,
        *,
        region: str = "GB",
        public_handles: frozenset[str] = frozenset(),
        public_names: frozenset[str] = frozenset(),
    ) -> None:
        self.region = region
        self.public_handles = frozenset(handle.lower().lstrip("@") for handle in public_handles)
        self.public_names = frozenset(fold(name) for name in public_names)

    def mask(self, texts: Sequence[str], known: Sequence[Sequence[str]] | None = None) -> list[Masked]:
        """One result per text, in order; `known[i]` are strings of the row's own columns to mask in text i.

        >>> Masker().mask(["kundan says hi"], known=[["Kundan R"]])[0]
        Masked(text='[PERSON] says hi', counts={'PERSON': 1})
        """
        if known is not None and len(known) != len(texts):
            raise ValueError(
                f"known must have one entry per text; got {len(known)} for {len(texts)} texts. Nothing was masked."
            )
        keys = [(text, tuple(known[row]) if known is not None else ()) for row, text in enumerate(texts)]
        drafts = {key: _Draft(*key) for key in keys}
        every = list(drafts.values())
        for start in range(0, len(every), _BATCH):
            todo = every[start : start + _BATCH]
            while todo:
                todo = self._pass(todo)
        return [Masked(drafts[key].text, dict(drafts[key].counts)) for key in keys]

    def _pass(self, drafts: list[_Draft]) -> list[_Draft]:
        """Masks what can be seen now; returns the drafts that changed and so must be looked at again."""
        claims = [self._structured(draft.text) for draft in drafts]
        readings = [people.read(draft.text, self.public_names) for draft in drafts]
        _settle_doubts([draft.text for draft in drafts], readings)
        changed = []
        for draft, claim, reading in zip(drafts, claims, readings, strict=True):
            claim.add(_known(draft))
            claim.add(Span(start, end, "PERSON") for start, end in _joined(draft.text, reading.people))
            text, counts = claim.render()
            if text != draft.text:
                draft.text = text
                draft.counts += counts
                changed.append(draft)
        return changed

    def _structured(self, text: str) -> Claims:
        claims = Claims(text)
        for start, end in blocks(text):
            for found in self._detected(text[start:end]):
                claims.add(Span(span.start + start, span.end + start, span.kind) for span in found)
        return claims

    def _detected(self, text: str) -> Iterator[Iterable[Span]]:
        """What each detector finds, the surest detector first; cheap looks decide which run at all."""
        if "://" in text and "@" in text:
            yield (span for span in links(text) if text.startswith(("http", "ftp", "HTTP"), span.start))
        yield emails(text)
        if ("." in text and "/" in text) or "www." in text.lower():
            yield links(text)
        if "@" in text or _HANDLE_WORD.search(text):
            yield handles(text, self.public_handles)
        digits = len(_DIGIT.findall(text))
        yield from (detector(text) for fewest, detector in _DETECTORS if digits >= fewest)
        if digits < 3 and _LOCATOR_WORD.search(text):
            yield locators(text)
        if digits >= 6:
            yield phones(text, self.region)
        if digits:
            yield addresses(text)
            yield plates(text)


# With the fewest digits a text must have for the detector to find anything; the surest first.
_DETECTORS = ((10, ibans), (3, vins), (4, ip_addresses), (12, cards), (3, references))


def _settle_doubts(texts: Sequence[str], readings: Sequence[people.Reading]) -> None:
    """Asks spaCy about the sentences with doubtful names, all texts in one batch."""
    asked: list[tuple[people.Reading, tuple[int, int], int]] = []
    sentences: list[str] = []
    for text, reading in zip(texts, readings, strict=True):
        budget = _NER_LIMIT
        for doubt in reading.doubts:
            start, end = people.sentence_around(text, *doubt)
            budget -= end - start
            if budget < 0:
                break
            asked.append((reading, doubt, start))
            sentences.append(text[start:end])
    for (reading, doubt, start), persons in zip(asked, recognised_persons(sentences) if sentences else [], strict=True):
        if any(low + start < doubt[1] and doubt[0] < high + start for low, high in persons):
            reading.people.append(doubt)


def _joined(text: str, found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Overlapping and neighbouring stretches as one, so that a full name is one placeholder."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if joined and (start <= joined[-1][1] or text[joined[-1][1] : start] == " "):
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _known(draft: _Draft) -> list[Span]:
    """Where the row's own personal strings, and the rarer words of a name among them, stand in the text."""
    wanted = {known.strip() for known in draft.known if sum(map(str.isalnum, known)) >= 3}
    parts = {part for known in wanted for part in _PARTS.findall(known) if part != known and not is_common(fold(part))}
    found: list[Span] = []
    for value in sorted(wanted | parts, key=len, reverse=True):
        ignore_case = re.NOFLAG if fold(value) in _SMALL_WORDS else re.IGNORECASE
        kind = _kind_of(value)
        pattern = re.compile(rf"(?<!\w){re.escape(value)}(?!\w)", ignore_case)
        found += (Span(*match.span(), kind) for match in pattern.finditer(draft.text))
    return found


def _kind_of(value: str) -> str:
    if "@" in value[1:]:
        return "EMAIL"
    if sum(map(str.isdigit, value)) >= 7:
        return "PHONE"
    return "HANDLE" if value.startswith("@") or re.search(r"[\d_]", value) else "PERSON"
