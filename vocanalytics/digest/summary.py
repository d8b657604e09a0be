"""The page in at most five sentences, each made from published figures by a rule, with where they stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from vocanalytics.digest import words
from vocanalytics.digest.changes import Change
from vocanalytics.digest.groups import Group
from vocanalytics.digest.moving import Moved
from vocanalytics.digest.origin import PLACE, Origin, row_of
from vocanalytics.digest.scores import Series
from vocanalytics.digest.selection import PainPoint, Praise, Row, place
from vocanalytics.digest.signs import EarlySign

MOST_SENTENCES = 5
MOST_NAMED = 3
GIVE_WAY = ("touchpoint", "praise")  # where there is more to say than five sentences, in this order
WHOLE = "This is the whole history: nothing comes before it, so nothing can have changed."
NOTHING_BEFORE = "There was no feedback in the weeks it would be compared with, so nothing can be said of change."
TOO_LITTLE = "There is too little feedback, now or before, to say what has changed."
STEADY = "Nothing has changed clearly against the weeks before; that does not prove that all is steady."
NET = ("negative_item_count", "net_sentiment", "net_sentiment_low", "net_sentiment_high", "mention_item_count")


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str
    origins: tuple[Origin, ...] = ()  # none where it states no figure


@dataclass(frozen=True, slots=True)
class Told:
    """What the sentences are made from; ``sorest`` is the touchpoint customers are unhappiest at."""

    pains: list[PainPoint]
    sorest: Row | None
    changes: list[Change]
    signs: list[EarlySign]
    groups: list[Group]  # those to name, the most hit first
    praise: list[Praise]
    series: list[Series]
    moved: list[Moved]
    compared: tuple[Origin, ...]  # how many changes there are among how many comparisons
    unchanged: str  # what is true where no change is named: see `unchanged`
    is_whole: bool  # the period is the whole history


def unchanged(*, is_whole: bool, is_compared: bool, is_comparable: bool) -> str:
    """Why no change is named, in the words of every section.

    Parameters
    ----------
    is_compared : bool
        Anything was heard before.
    is_comparable : bool
        Anything was tested, so that finding no change says something.
    """
    if is_whole:
        return WHOLE
    if not is_compared:
        return NOTHING_BEFORE
    return STEADY if is_comparable else TOO_LITTLE


def in_short(told: Told) -> list[Sentence]:
    """What hurts most and where, what has changed, who is hit most, what is praised, what the score is."""
    parts = {
        "pains": list(_pains(told.pains)),
        "touchpoint": list(_touchpoint(told.sorest)),
        "changes": [Sentence(WHOLE)] if told.is_whole else list(_changes(told)),
        "groups": list(_groups(told.groups)),
        "praise": list(_praise(told.praise)),
        "score": list(_score(told.series, told.moved)),
    }
    for name in GIVE_WAY:
        if sum(map(len, parts.values())) > MOST_SENTENCES:
            parts[name] = []
    return [sentence for part in parts.values() for sentence in part]


def _pains(pains: list[PainPoint]) -> Iterator[Sentence]:
    if not pains:
        yield Sentence("No pain point was found: nobody complained of a theme we could place.")
        return
    first = pains[0]
    owner = f", owned by {first.owner}" if first.owner else ""
    lead = "Too few complaints to rank; the most frequent is" if first.is_thin else "What hurts most is"
    yield Sentence(f"{lead} {words.at(first.theme, first.touchpoint)}{owner}: {first.figure}.", (first.origin,))


def _touchpoint(row: Row | None) -> Iterator[Sentence]:
    if row is None:
        return
    bounds = words.interval(row["net_sentiment_low"], row["net_sentiment_high"])
    yield Sentence(
        f"Of the touchpoints with clearly more complaints than praise, {place(row)} has the most complaints: "
        f"{row['negative_item_count']:,} of {words.many(row['mention_item_count'], 'item')} that mention it, net "
        f"sentiment {words.signed(row['net_sentiment'])} ({bounds}).",
        (row_of("touchpoint_scorecard", row, PLACE, NET),),
    )


def _changes(told: Told) -> Iterator[Sentence]:
    for direction, lead in (("worse", "Worse or new"), ("better", "Better")):
        found = [change for change in told.changes if change.direction == direction][:MOST_NAMED]
        if found:
            also = f"; also {words.listed([change.what for change in found[1:]])}" if found[1:] else ""
            origins = tuple(change.origin for change in found)
            yield Sentence(f"{lead}: {found[0].what}, {found[0].by}{also}.", origins)
    if told.changes:
        return
    if told.signs:
        first = told.signs[0]
        sign = f"{first.what} is {first.word} {first.seen}: {first.now}, {first.by}"
        yield Sentence(f"No change is confirmed yet. An early sign: {sign}.", (first.origin, *told.compared))
    else:
        yield Sentence(told.unchanged, told.compared)


def _groups(groups: list[Group]) -> Iterator[Sentence]:
    for first in groups[:1]:
        yield Sentence(
            f"Hit most: {first.who} by {first.what}: {first.figure} negative, the rest {first.rest}; {first.by}.",
            (first.origin,),
        )


def _praise(praise: list[Praise]) -> Iterator[Sentence]:
    for best in praise[:1]:
        yield Sentence(f"Customers praise {words.at(best.theme, best.touchpoint)} most: {best.figure}.", best.origins)


def _score(series: list[Series], moved: list[Moved]) -> Iterator[Sentence]:
    leading = [one for one in series if one.is_main and one.now]
    if leading:
        one = max(leading, key=lambda s: (s.scale == "nps_0_10", s.base))
        then = next((m for m in moved if m.feed == one.feed), None)
        before = f"; before {then.before}, {then.verdict}" if then else ""
        weighted = f". {one.weighted.line}" if one.weighted else ""
        origins = (one.origin, *([then.origin] if then else []), *([one.weighted.origin] if one.weighted else []))
        now = f"{one.now} ({one.bounds}, {words.many(one.base, 'response')})"
        yield Sentence(f"{one.source}, {one.what}: {now}{before}{weighted}.", origins)
