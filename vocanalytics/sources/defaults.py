"""What a format knows about its own columns, put under what the declaration says."""

from __future__ import annotations

from typing import Any

from vocanalytics.sources.declaration import Source
from vocanalytics.sources.tables import Table


def with_defaults(source: Source, table: Table) -> Source:
    """The source with the table's own settings wherever it says nothing itself.

    Filters and personal columns are added to, dimensions are merged by name; anything else the
    declaration says replaces the default.
    """
    known = {**table.defaults, "zone": table.zone}
    return merged(source, {name: value for name, value in known.items() if value})


def merged(source: Source, known: dict[str, Any]) -> Source:
    """``known`` is written as in sources.yaml and passes the same checks."""
    if not known:
        return source
    needed = {"questions": [{"id": "any", "column": "any"}], "submitted": "any"}
    least = {"name": source.name, "channel": source.channel, "format": source.format, "path": source.path}
    base = Source.model_validate({**needed, **least, **known})
    changes: dict[str, Any] = {}
    for name in known:
        own, default = getattr(source, name), getattr(base, name)
        if name in ("keep_where", "personal"):
            changes[name] = (*default, *own)
        elif name == "dimensions":
            changes[name] = {**default, **own}
        elif not own:
            changes[name] = default
    return source.model_copy(update=changes)
