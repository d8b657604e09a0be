"""Pages as web services hand them out: {"data": [...]}, one page, a list of them, or one after the other.

Parsed as a stream; what came before a break is handed on before the break is reported.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import Any, BinaryIO

import ijson

from vocanalytics.errors import SourceError
from vocanalytics.sources.records_json import Object
from vocanalytics.sources.tables import Broken
from vocanalytics.sources.texts import encoding_of

_CHUNK = 1 << 16


def objects(file: BinaryIO, where: str) -> Iterator[Object | Broken]:
    """The members of every page's ``data``. Raises SourceError where the JSON ends or breaks."""
    prefix = _prefix(file, where)
    found = ijson.sendable_list()
    parser = ijson.items_coro(found, prefix, multiple_values=True)
    sent = 0
    try:
        for piece in _pieces(file):
            sent += len(piece)
            parser.send(piece)
            yield from _taken(found)
        parser.close()
    except ijson.JSONError:
        yield from _taken(found)
        raise SourceError(
            f"{where}: the JSON is cut off or broken at byte {sent:,}. Expected pages with a `data` list; "
            "fetch the file again."
        ) from None
    yield from _taken(found)


def _taken(found: list[Any]) -> Iterator[Object | Broken]:
    for one in found:
        yield one if isinstance(one, dict) else Broken("json", "a member of `data` is not an object", str(one))
    del found[:]


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    """UTF-8 cut after each closing brace: the parser forgets what it found in a piece that turns out broken."""
    for chunk in _utf8(file):
        start = 0
        while (end := chunk.find(b"}", start) + 1) > 0:
            yield chunk[start:end]
            start = end
        if start < len(chunk):
            yield chunk[start:]


def _utf8(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    chunk = file.read(_CHUNK)
    encoding = encoding_of(chunk)
    if not encoding.startswith("utf-16"):
        chunk = chunk.removeprefix(codecs.BOM_UTF8)
        while chunk:
            yield chunk
            chunk = file.read(_CHUNK)
        return
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    while chunk:
        yield decoder.decode(chunk).replace("\ufeff", "").encode("utf-8")
        chunk = file.read(_CHUNK)


def _prefix(file: BinaryIO, where: str) -> str:
    """Where the records are: pages in sequence, a list of pages, or a bare list of records."""
    events = ijson.sendable_list()
    parser = ijson.parse_coro(events, multiple_values=True)
    try:
        for piece in _pieces(file):
            parser.send(piece)
            for prefix, event, value in events:
                if event == "map_key" and prefix == "" and value in ("data", "meta"):
                    return "data.item"
                if event == "map_key" and prefix == "item" and value in ("data", "meta"):
                    return "item.data.item"
                if event == "end_map" and prefix == "item":
                    return "item"
            del events[:]
    except ijson.JSONError:
        pass
    raise SourceError(f'{where}: no `data` list found. Expected pages such as {{"data": [...]}}; check the format.')
