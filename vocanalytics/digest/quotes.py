"""Customers' own words, proved against the feedback table before anything is written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from vocanalytics.digest import words
from vocanalytics.errors import CheckFailed

Row = dict[str, Any]

LONGEST = 300
SHORTEST = 20
ALIKE = 0.75  # share of words in common from which two quotes say the same thing


@dataclass(frozen=True, slots=True)
class Quote:
    """``text`` is ``feedback.verbatim[start:end]`` of ``item_id``, character for character."""

    item_id: str
    start: int
    end: int
    text: str
    source: str
    when: str
    goes_before: bool  # the customer said more before
    goes_on: bool


class Quoting:
    """Hands out quotes for one page: each item once, and nothing twice in nearly the same words."""

    def __init__(self, feedback: Mapping[str, Row]) -> None:
        self.feedback = feedback
        self.given: list[Quote] = []  # every quote handed out, for the ledger
        self._items: set[str] = set()
        self._said: list[set[str]] = []

    def pick(self, spans: Iterable[Row], table: str, most: int = 3) -> list[Quote]:
        """Up to ``most`` of the spans, those of readable length first, of as many sources as there are.

        Parameters
        ----------
        spans : iterable of dict
            ``item_id``, ``span_start``, ``span_end``, ``quote``, best first.
        table : str
            Where they come from, for the error.
        """
        picked: list[Quote] = []
        waiting = [prove(row, self.feedback, table) for row in sorted(spans, key=lambda r: len(r["quote"]) < SHORTEST)]
        while waiting and len(picked) < most:
            heard = {quote.source for quote in picked}
            quote = next((one for one in waiting if one.source not in heard), waiting[0])
            waiting.remove(quote)
            if self._is_new(quote):
                picked.append(quote)
        self.given += picked
        return picked

    def _is_new(self, quote: Quote) -> bool:
        said = set(re.findall(r"\w+", quote.text.casefold())) or {quote.text}
        if quote.item_id in self._items or any(len(said & other) >= ALIKE * len(said | other) for other in self._said):
            return False
        self._items.add(quote.item_id)
        self._said.append(said)
        return True


def prove(row: Row, feedback: Mapping[str, Row], table: str) -> Quote:
    """The quote a row claims, once its words are found at its offsets.

    Raises
    ------
    CheckFailed
        They are not there. Names item and table, never the words.
    """
    item_id, start, end = row["item_id"], row["span_start"], row["span_end"]
    item = feedback.get(item_id)
    verbatim = item["verbatim"] if item else None
    if item is None or verbatim is None or not 0 <= start < end or verbatim[start:end] != row["quote"]:
        raise CheckFailed(
            f"{table}: the quote of item {item_id} is not what feedback.verbatim holds at {start} to {end}. "
            "No digest was written; the one before still stands. Run `voc publish`, which rebuilds both tables."
        )
    end = shorter(verbatim, start, end)
    return Quote(
        item_id=item_id,
        start=start,
        end=end,
        text=verbatim[start:end],
        source=words.plain(item["source"]),
        when=words.day(item["submitted_on"]),
        goes_before=bool(verbatim[:start].strip()),
        goes_on=bool(verbatim[end:].strip()),
    )


def shorter(verbatim: str, start: int, end: int, longest: int = LONGEST) -> int:
    """An earlier end where the span is long: after a whole word, or where there is no space, at the limit.

    >>> text = "slow and rude and late"
    >>> text[0 : shorter(text, 0, len(text), longest=10)]
    'slow and'
    """
    if end - start <= longest:
        return end
    limit = start + longest
    cut = max((i for i in range(start + 1, limit + 1) if verbatim[i].isspace()), default=limit)
    kept = len(verbatim[start:cut].rstrip())
    return start + kept if kept else limit  # nothing but white space before the limit: cut there
