"""How many were asked to answer a feed, as sources.yaml tells: the base of response rates.

``invited_count: 48000`` is of the whole history of the feed, ``invited_count: {2026-05: 3800, 2026-06: 4100}`` goes by
the month they were invited in; a month in which nobody was is 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Protocol

Invited = int | dict[str, int]

_MONTH = re.compile(r"[1-9]\d{3}-(0[1-9]|1[0-2])")


class _Invited(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def invited_count(self) -> Invited | None: ...


def checked_invitations(given: Any) -> Any:
    """What ``invited_count`` says; ValueError when it is neither a number nor numbers by month."""
    if given is None or _is_count(given):
        return given
    if not isinstance(given, dict) or not given:
        raise ValueError(
            "expected how many were invited over the whole history of the feed, or a mapping of months to numbers, "
            "such as {2026-05: 3800, 2026-06: 4100}"
        )
    for month, number in given.items():
        if not isinstance(month, str) or not _MONTH.fullmatch(month):
            raise ValueError(f"{month!r} is no month; expected year and month, such as 2026-06")
        if not _is_count(number):
            raise ValueError(f"{month}: expected how many were invited, a whole number of 0 or more")
    return given


def _is_count(given: Any) -> bool:
    return type(given) is int and given >= 0


def invitations(sources: Iterable[_Invited]) -> list[dict[str, Any]]:
    """A row for each source and month, or one without a month for a whole history, as publishing takes them.

    >>> from types import SimpleNamespace as Feed
    >>> invitations([Feed(name="web", invited_count=None), Feed(name="survey", invited_count={"2026-06": 4100})])
    [{'source': 'survey', 'month_on': datetime.date(2026, 6, 1), 'invited_count': 4100}]
    """
    rows: list[dict[str, Any]] = []
    for source in sources:
        if source.invited_count is not None:
            rows += [
                {"source": source.name, "month_on": month, "invited_count": number}
                for month, number in _by_month(source.invited_count)
            ]
    return rows


def _by_month(told: Invited) -> Iterable[tuple[date | None, int]]:
    if isinstance(told, Mapping):
        return [(date.fromisoformat(f"{month}-01"), number) for month, number in sorted(told.items())]
    return [(None, told)]
