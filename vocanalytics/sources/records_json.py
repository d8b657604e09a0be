"""JSON objects as rows of cells: dotted paths into them, and checks that the paths exist at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from vocanalytics.errors import MissingColumns
from vocanalytics.sources.declaration import Source
from vocanalytics.sources.tables import Broken, Cells

Object = dict[str, Any]
CHECKED = 1_000
_ABSENT = object()


def reach(value: Any, path: str) -> Any:
    """What stands at a dotted path (list positions count from 0); None when nothing does.

    >>> reach({"attributes": {"rating": 4}}, "attributes.rating")
    4
    """
    found = _reach(value, path)
    return None if found is _ABSENT else found


def _reach(value: Any, path: str) -> Any:
    if isinstance(value, dict) and path in value:
        return value[path]
    for step in path.split("."):
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return _ABSENT
    return value


def cell(value: Any) -> str:
    """A JSON value as a cell: text as it is, null as blank, anything nested as JSON."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict | list) else str(value)


def unescaped(text: str) -> str:
    """Posts as people typed them: X and Reddit hand out & < > as HTML entities, and nothing else.

    >>> unescaped("R&amp;D &gt; sales")
    'R&D > sales'
    """
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def cells_of(columns: tuple[str, ...]) -> Callable[[Object], Cells]:
    return lambda record: [cell(reach(record, path)) for path in columns]


def needed_paths(source: Source) -> list[tuple[str, ...]]:
    """Paths that must occur; of a question that joins several, any one will do."""
    single = [source.key, source.submitted.column if source.submitted else None, *(s.column for s in source.scores)]
    paths = [(path,) for path in single if path and path not in source.optional]
    return paths + [question.columns for question in source.questions if not {*question.columns} & {*source.optional}]


def checked(where: str, records: Iterator[Object | Broken], needed: list[tuple[str, ...]]) -> Iterator[Object | Broken]:
    """The records themselves. Raises MissingColumns when a needed path is in none of the first 1,000.

    JSON leaves out what is empty, so one record without a path proves nothing; all without it is a renamed field.
    """
    held: list[Object | Broken] = []
    open_paths, seen = list(needed), 0
    for record in records:
        held.append(record)
        if isinstance(record, dict):
            seen += 1
            open_paths = [paths for paths in open_paths if all(_reach(record, path) is _ABSENT for path in paths)]
        if not open_paths or len(held) >= CHECKED:
            break
    if open_paths and seen:
        keys = {key for record in held if isinstance(record, dict) for key in record}
        raise MissingColumns(where, [" or ".join(paths) for paths in open_paths], sorted(map(str, keys))[:40])
    yield from held
    yield from records
