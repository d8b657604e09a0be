"""A source's declaration as the store keeps it beside what was read by it: how its rows were told apart then."""

from __future__ import annotations

import json
from typing import Any

from vocanalytics.sources.declaration import OWN_CHANNEL, Source

# what changes the cells of a file without naming a column
READING = (
    "format", "header", "sheet", "optional", "encoding", "delimiter", "quoting", "unescape", "double_encoded",
)  # fmt: skip
_NOT_KEPT = {"path", "invited_count"}  # where files lie and whom they went to says nothing of a row


def written(source: Source) -> str:
    """The declaration as JSON, without where its files lie."""
    return source.model_dump_json(by_alias=True, exclude_defaults=True, exclude=_NOT_KEPT)


def as_written(text: str, now: Source) -> Source | None:
    """The source as it was declared then, over the files of now; None when this edition cannot read it any more."""
    try:
        return Source.model_validate(json.loads(text) | {"path": now.path})
    except ValueError:  # pydantic's refusals are ValueErrors, too
        return None


def told_apart(source: Source) -> tuple[Any, ...]:
    """Equal for two declarations by which every row of every file is the same submission."""
    columns = source.identity or (() if source.key else source.columns())
    return (source.key, columns, *(getattr(source, name) for name in READING))


def always_keyed(source: Source) -> bool:
    """Whether rows are told apart by a key whatever else is mapped."""
    return source.key is not None or source.format in OWN_CHANNEL


def how(source: Source) -> str:
    """By what rows are told apart, for a person.

    >>> from vocanalytics.sources.declaration import Source
    >>> how(Source(name="a", channel="review", format="csv", path="a.csv", submitted="at", encoding="cp1252",
    ...            questions=[{"id": "q", "column": "text"}]))
    'columns at, text; encoding "cp1252"'
    """
    columns = source.identity or (() if source.key else source.columns())
    by = [f"key {source.key}"] if source.key else []
    by += [f"columns {', '.join(columns)}"] if columns else []
    usual = Source.model_fields
    read = [
        f"{name} {json.dumps(getattr(source, name), ensure_ascii=False)}"
        for name in READING[1:]
        if getattr(source, name) != usual[name].get_default(call_default_factory=True)
    ]
    return "; ".join([" and ".join(by), *read])


def kept_by(was: Source, now: Source) -> str | None:
    """The setting that tells the rows of now apart as before; None when no setting does."""
    if any(getattr(was, name) != getattr(now, name) for name in READING) or now.format in OWN_CHANNEL:
        return None
    if was.key is None:
        return None if now.key else f"identity: {_listed(was.identity or was.columns())}"
    return None if was.identity or now.identity else f"key: {json.dumps(was.key, ensure_ascii=False)}"


def _listed(names: tuple[str, ...]) -> str:
    return json.dumps(names, ensure_ascii=False)
