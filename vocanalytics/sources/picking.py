"""Small functions that take one fact out of a row's cells, compiled from the declaration."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vocanalytics.sources.settings import Condition, Dimension, Patterned, Touchpoint
from vocanalytics.sources.tables import Cells

Pick = Callable[[Cells], str | None]
# codes of ISO 639-1 that were withdrawn but that X and old Java exports still write
_WITHDRAWN = {"in": "id", "iw": "he", "ji": "yi"}
_LANGUAGE = re.compile(r"([a-z]{2})(?:[-_].*)?")


def _nothing(_: Cells) -> str | None:
    return None


def _always(value: str | None) -> Pick:
    return lambda _: value


def _found(pattern: str) -> Callable[[str], str]:
    search = re.compile(pattern).search

    def find(text: str) -> str:
        hit = search(text)
        return ((hit[1] if hit.re.groups else hit[0]) or "").strip() if hit else ""

    return find


def picker(setting: Patterned | Dimension | None, at: dict[str, int]) -> Pick:
    """The stripped cell of a column, or the part a pattern finds in it; None when blank."""
    if setting is None or setting.column is None:
        return _nothing
    column = at[setting.column]
    if setting.pattern is None:
        return lambda cells: str(cells[column]).strip() or None
    find = _found(setting.pattern)
    return lambda cells: find(str(cells[column])) or None


def _mapped(pick: Pick, meanings: dict[str, str]) -> Pick:
    def mapped(cells: Cells) -> str | None:
        value = pick(cells)
        return None if value is None else meanings.get(value, value)

    return mapped


def dimension(setting: Dimension, at: dict[str, int], path: Path) -> Pick:
    if setting.value is not None:
        return _always(setting.value)
    if setting.file_pattern is not None:
        return _always(_found(setting.file_pattern)(path.name) or None)
    pick = _single_spaced(picker(setting, at))
    return _mapped(pick, setting.map) if setting.map else pick


def _single_spaced(pick: Pick) -> Pick:
    """No-break and doubled spaces would split one outlet into two that look alike."""

    def single(cells: Cells) -> str | None:
        value = pick(cells)
        return value if value is None or (value.isascii() and "  " not in value) else " ".join(value.split())

    return single


def touchpoint(setting: Touchpoint | None, at: dict[str, int]) -> Pick:
    if setting is None or setting.column is None:
        return _always(setting.value if setting else None)
    column = at[setting.column]
    pick: Pick = lambda cells: str(cells[column]).strip() or None  # noqa: E731
    return _mapped(pick, setting.map) if setting.map else pick


def condition(setting: Condition) -> Callable[[Any], bool]:
    """Whether a cell lets its row stay."""
    if setting.matches is not None:
        search = re.compile(setting.matches).search
        return lambda cell: search(str(cell)) is not None
    if setting.filled is not None:
        return lambda cell: bool(str(cell).strip()) == setting.filled
    wanted = setting.in_ if setting.in_ is not None else setting.not_in
    values = [wanted] if wanted is not None else [(setting.equals if setting.equals is not None else "",)]
    if setting.not_equals is not None:
        values = [(setting.not_equals,)]
    known = {value.casefold() for value in values[0]}
    keep_known = setting.equals is not None or setting.in_ is not None
    return lambda cell: (str(cell).strip().casefold() in known) == keep_known


def language_code(cell: Any) -> str | None:
    """ISO 639-1 from what feeds write: EN, en-GB, pt_BR; None for und and other codes that are no language.

    >>> language_code("EN-GB"), language_code("und")
    ('en', None)
    """
    match = _LANGUAGE.fullmatch(str(cell).strip().lower())
    return _WITHDRAWN.get(match[1], match[1]) if match else None
