"""App Store Connect customer reviews, as its API pages them.

https://developer.apple.com/documentation/appstoreconnectapi/customerreview
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vocanalytics.sources.declaration import Source
from vocanalytics.sources.defaults import merged
from vocanalytics.sources.files import opened
from vocanalytics.sources.json_pages import objects
from vocanalytics.sources.jsonlines import rows
from vocanalytics.sources.records_json import cells_of, checked, needed_paths
from vocanalytics.sources.tables import Table

DEFAULTS: dict[str, Any] = {
    "key": "id",
    "submitted": "attributes.createdDate",
    "questions": [{"id": "review", "columns": ["attributes.title", "attributes.body"]}],
    "scores": [{"id": "stars", "column": "attributes.rating", "scale": "stars_1_5"}],
    "personal": ["attributes.reviewerNickname"],
    "dimensions": {"market": "attributes.territory"},
}


@contextlib.contextmanager
def table(source: Source, path: Path) -> Iterator[Table]:
    full = merged(source, DEFAULTS)
    where = f"{source.name}: {path}"
    with opened(where, path, "App Store Connect review pages (JSON)") as file:
        found = checked(where, objects(file, where), needed_paths(full))
        yield Table(full.columns(), rows(found, cells_of(full.columns())), defaults=DEFAULTS)
