"""Write the digest from the published tables; reads neither feeds nor the working store."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from vocanalytics.digest.reading import Publication, read_published
from vocanalytics.errors import CheckFailed
from vocanalytics.steps.job import DEFAULT_MIN_BASE, DEFAULT_MIN_CELL, Job
from vocanalytics.taxonomy import load_taxonomy
from vocanalytics.warehouse.reading import asking

NO_PERIOD = "no-feedback"


def write_digests(job: Job, period: str | None = None) -> list[Path]:
    """Write the pages of a period to ``digests/<period>/``; the last complete four weeks if none is named.

    All pages are made before the first is written, each replaces its predecessor whole, and a page that
    has not changed is left alone.

    Returns
    -------
    list of Path
        Every page of the period, written or found unchanged.

    Raises
    ------
    CheckFailed
        Nothing is published, no such period is, or a quote is not what the customer wrote.
    """
    from vocanalytics.digest.files import build_pages

    tables, publication = open_published(job)
    with asking(tables) as ask:
        published = read_published(ask, publication, period)
    pages = build_pages(published, load_taxonomy(job.taxonomy), lambda text: job.key.digest("quoted verbatim", text))
    return place(pages, job.settings.digests / (published.period.name if published.period else NO_PERIOD))


def open_published(job: Job) -> tuple[Path, Publication]:
    """The current tables' file and what they are.

    Raises
    ------
    CheckFailed
        Nothing is published, or its manifest cannot be read.
    """
    # resolved once, so that a publication that comes in between cannot be half of what is read
    folder = (job.settings.published / "current").resolve()
    tables = folder / "insights.duckdb"
    if not tables.is_file():
        raise CheckFailed(
            f"{job.settings.published}: nothing is published yet, so there is nothing to tell. "
            "Run `voc run`, or `voc publish` where feedback has been ingested; no digest was written."
        )
    return tables, _publication(folder)


def place(pages: dict[str, bytes], folder: Path) -> list[Path]:
    """Put the pages into a folder, each by one rename, and remove pages of teams that are no more."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".digest-", dir=folder.parent) as made:
        for name, content in pages.items():
            if not _holds(folder / name, content):
                (Path(made) / name).write_bytes(content)
        for name in pages:
            if (Path(made) / name).exists():
                (Path(made) / name).replace(folder / name)
    kinds = {Path(name).suffix for name in pages}
    for path in folder.iterdir():
        if path.suffix in kinds and path.name not in pages:
            path.unlink()
    return [folder / name for name in pages]


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


def _publication(folder: Path) -> Publication:
    try:
        manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise CheckFailed(
            f"{folder}: expected manifest.json beside the tables, found none that can be read. "
            "Run `voc publish`; no digest was written."
        ) from None
    return Publication(
        id=str(manifest.get("id") or folder.name),
        as_of=str(manifest.get("as_of") or ""),
        min_base=int(manifest.get("min_base") or DEFAULT_MIN_BASE),
        min_cell=int(manifest.get("min_cell") or DEFAULT_MIN_CELL),
    )
