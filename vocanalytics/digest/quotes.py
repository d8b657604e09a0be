"""Customers' own words, proved against the feedback table before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from vocanalytics.digest import words
from vocanalytics.errors import CheckFailed

Row = dict[str, Any]

LONGEST = 300
SHORTEST = 20


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
    """Hands out quotes for one page, each item and each wording once."""

    def __init__(self, feedback: Mapping[str, Row]) -> None:
        self.feedback = feedback
        self._items: set[str] = set()
        self._texts: set[str] = set()

    def pick(self, spans: Iterable[Row], table: str, most: int = 3) -> list[Quote]:
        """Up to ``most`` of the spans, those of readable length first.

        Parameters
        ----------
        spans : iterable of dict
            ``item_id``, ``span_start``, ``span_end``, ``quote``, best first.
        table : str
            Where they come from, for the error.
        """
        picked: list[Quote] = []
        for row in sorted(spans, key=lambda row: len(row["quote"]) < SHORTEST):
            quote = prove(row, self.feedback, table)
            wording = " ".join(quote.text.casefold().split())
            if len(picked) < most and quote.item_id not in self._items and wording not in self._texts:
                picked.append(quote)
                self._items.add(quote.item_id)
                self._texts.add(wording)
        return picked


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
    return start + len(verbatim[start:cut].rstrip()) or limit
