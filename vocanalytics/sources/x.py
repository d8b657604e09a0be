"""Posts from the X API v2, page by page.

https://docs.x.com/x-api/fundamentals/data-dictionary
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from vocanalytics.sources.dates import Moment, date_parser
from vocanalytics.sources.declaration import Source
from vocanalytics.sources.defaults import merged
from vocanalytics.sources.files import opened
from vocanalytics.sources.json_pages import objects
from vocanalytics.sources.jsonlines import rows
from vocanalytics.sources.records_json import Object, cells_of, checked, needed_paths, reach, unescaped
from vocanalytics.sources.settings import DateColumn
from vocanalytics.sources.tables import Cells, Table

DEFAULTS: dict[str, Any] = {
    "key": "id",
    "submitted": "created_at",
    "questions": [{"id": "post", "column": "text"}],
    "customer": "author_id",
    "language_column": "lang",
    "keep_where": [{"column": "is_retweet", "equals": "no", "code": "retweet"}],
}


@contextlib.contextmanager
def table(source: Source, path: Path) -> Iterator[Table]:
    full = merged(source, DEFAULTS)
    where = f"{source.name}: {path}"
    with opened(where, path, "pages of the X API v2 (JSON)") as file:
        # created_at is worked out from the id where the request did not ask for it
        needed = [paths for paths in needed_paths(full) if paths != ("created_at",)]
        found = checked(where, objects(file, where), needed)
        yield Table(full.columns(), rows(found, _cells(full.columns())), defaults=DEFAULTS)


def _cells(columns: tuple[str, ...]) -> Callable[[Object], Cells]:
    plain = cells_of(columns)
    time_of = date_parser(DateColumn.model_validate({"column": "id", "from": "snowflake"}), None)

    def to_cells(post: Object) -> Cells:
        # a post over 280 characters is cut in text and whole in note_tweet
        post["text"] = unescaped(reach(post, "note_tweet.text") or post.get("text") or "")
        post["is_retweet"] = "yes" if _is_retweet(post) else "no"
        if not post.get("created_at"):
            moment = time_of(str(post.get("id", "")))
            post["created_at"] = moment.at.isoformat() if isinstance(moment, Moment) and moment.at else None
        return plain(post)

    return to_cells


def _is_retweet(post: Object) -> bool:
    references = post.get("referenced_tweets") or []
    return any(reach(one, "type") == "retweeted" for one in references) or post["text"].startswith("RT @")
