"""Reddit dumps: NDJSON of comments (body) and submissions (title, selftext), plain or .zst.

Removed and deleted posts are filtered, also those a dump only later learnt to be deleted:
https://github.com/ArthurHeitmann/arctic_shift
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

from vocanalytics.errors import SourceError
from vocanalytics.sources.declaration import Source
from vocanalytics.sources.defaults import merged
from vocanalytics.sources.files import opened
from vocanalytics.sources.jsonlines import records, rows
from vocanalytics.sources.records_json import Object, cells_of, checked, needed_paths, reach, unescaped
from vocanalytics.sources.tables import Broken, Cells, Doubt, Table
from vocanalytics.sources.texts import TextLines

DEFAULTS: dict[str, Any] = {
    "key": "fullname",
    "submitted": {"column": "created_utc", "formats": "epoch_s"},
    "questions": [{"id": "post", "column": "post_text"}],
    "customer": "known_author",
    "keep_where": [{"column": "is_deleted", "equals": "no", "code": "deleted"}],
    "dimensions": {"subreddit": "subreddit"},
}
_GONE = ("[deleted]", "[removed]", "[ Removed by Reddit ]")
_OURS = ("fullname", "post_text", "known_author", "is_deleted")


@contextlib.contextmanager
def table(source: Source, path: Path) -> Iterator[Table]:
    full = merged(source, DEFAULTS)
    where = f"{source.name}: {path}"
    with _lines(source, path, where) as lines:
        needed = [paths for paths in needed_paths(full) if not {*paths} & {*_OURS}]
        needed += [("body", "selftext", "title"), ("id", "name")]
        found = checked(where, records(lines), needed)
        to_rows = _reported(rows(found, _cells(full.columns())), where)
        yield Table(full.columns(), to_rows, defaults=DEFAULTS)


@contextlib.contextmanager
def _lines(source: Source, path: Path, where: str) -> Iterator[TextLines]:
    packed = path.suffix.lower() == ".zst"
    with opened(where, path, "a Reddit dump, one JSON object a line", text=not packed) as file:
        plain: BinaryIO = file
        if packed:
            plain = pa.CompressedInputStream(pa.PythonFile(file, mode="r"), "zstd")
        try:
            yield TextLines(plain, where, source.encoding, Doubt())
        except OSError as error:
            raise _not_zstd(where) from error


def _reported(found: Iterator[Cells | Broken], where: str) -> Iterator[Cells | Broken]:
    try:
        yield from found
    except OSError as error:
        raise _not_zstd(where) from error


def _not_zstd(where: str) -> SourceError:
    return SourceError(
        f"{where}: the zstd archive cannot be read on. Expected a whole archive with a window of at most 128 MB; "
        "decompress it first with `zstd -d --long=31` and declare the result."
    )


def _cells(columns: tuple[str, ...]) -> Callable[[Object], Cells]:
    plain = cells_of(columns)

    def to_cells(post: Object) -> Cells:
        is_comment = "body" in post
        parts = [post.get("body")] if is_comment else [post.get("title"), post.get("selftext")]
        words = [part for part in parts if isinstance(part, str) and part.strip()]
        gone = any(part in _GONE for part in words) or reach(post, "_meta.was_deleted_later") is True
        # ids of comments and submissions are counted apart, so only the prefixed name is one of a kind
        fallback = f"{'t1' if is_comment else 't3'}_{post['id']}" if post.get("id") else ""
        author = post.get("author")
        post["fullname"] = post.get("name") or fallback
        post["post_text"] = unescaped("\n".join(part.strip() for part in words))
        post["known_author"] = None if author in _GONE else author
        post["is_deleted"] = "yes" if gone else "no"
        return plain(post)

    return to_cells
