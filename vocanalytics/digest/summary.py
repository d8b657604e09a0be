"""The page in at most five sentences, each made from published figures by a rule."""

from __future__ import annotations

from collections.abc import Iterator

from vocanalytics.digest import words
from vocanalytics.digest.changes import Change
from vocanalytics.digest.moving import Moved
from vocanalytics.digest.scores import Series
from vocanalytics.digest.selection import PainPoint, Praise, Row, place

MOST_NAMED = 3
WHOLE = "This is the whole history: nothing comes before it, so nothing can have changed."


def in_short(
    pains: list[PainPoint],
    sorest: Row | None,
    changes: list[Change],
    praise: list[Praise],
    series: list[Series],
    moved: list[Moved],
    *,
    early: str = "",
    comparable: bool,
    whole: bool = False,
) -> list[str]:
    """What hurts most and where customers are unhappiest, what has changed, what is praised, what the score is.

    Worse and better are two sentences; then the touchpoint gives way.

    ``early`` is the largest change that one period has seen and none has confirmed.
    ``comparable`` says whether anything was tested: nothing changed, or nothing could be told;
    ``whole`` that the period is the whole history.
    """
    changed = [WHOLE] if whole else list(_changes(changes, early, comparable))
    touchpoint = _touchpoint(sorest) if sorest and len(changed) == 1 else []
    return [*_pains(pains), *touchpoint, *changed, *_praise(praise), *_score(series, moved)]


def _pains(pains: list[PainPoint]) -> Iterator[str]:
    if not pains:
        yield "No pain point was found: nobody complained of a theme we could place."
        return
    first = pains[0]
    owner = f", owned by {first.owner}" if first.owner else ""
    lead = "Too few complaints to rank; the most frequent is" if first.is_thin else "What hurts most is"
    yield f"{lead} {words.at(first.theme, first.touchpoint)}{owner}: {first.figure}."


def _touchpoint(row: Row) -> Iterator[str]:
    bounds = words.interval(row["net_sentiment_low"], row["net_sentiment_high"])
    yield (
        f"Customers are unhappiest at {place(row)}: net sentiment {words.signed(row['net_sentiment'])} ({bounds}) "
        f"of {words.many(row['mention_item_count'], 'item')} that mention it."
    )


def _changes(changes: list[Change], early: str, comparable: bool) -> Iterator[str]:
    for direction, lead in (("worse", "Worse or new"), ("better", "Better")):
        found = [change for change in changes if change.direction == direction]
        if found:
            more = [change.what for change in found[1:MOST_NAMED]]
            also = f"; also {words.listed(more)}" if more else ""
            yield f"{lead}: {found[0].what}, {found[0].by}{also}."
    if not changes and early:
        yield f"No change is confirmed yet; an early sign, seen once: {early}."
    elif not changes and comparable:
        yield "Nothing has changed clearly against the weeks before; that does not prove that all is steady."
    elif not changes:
        yield "There is too little feedback, now or before, to say what has changed."


def _praise(praise: list[Praise]) -> Iterator[str]:
    if praise:
        best = praise[0]
        yield f"Customers praise {words.at(best.theme, best.touchpoint)} most: {best.figure}."


def _score(series: list[Series], moved: list[Moved]) -> Iterator[str]:
    leading = [one for one in series if one.is_main and one.now]
    if leading:
        one = max(leading, key=lambda s: (s.scale == "nps_0_10", s.base))
        then = next((f"; before {m.before}, {m.verdict}" for m in moved if m.feed == one.feed), "")
        yield f"{one.source}, {one.what}: {one.now} ({one.bounds}, {words.many(one.base, 'response')}){then}."
