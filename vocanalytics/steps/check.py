"""``voc sources check``: everything a run will need, looked at without writing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from vocanalytics.errors import VocError
from vocanalytics.sources import Source, customers, problems
from vocanalytics.steps.job import Job
from vocanalytics.warehouse.connection import look

# the store, one publication beside the one it replaces, and the digest, per byte of input
ROOM_FACTOR = 4
ROOM_FLOOR = 200_000_000


def check_run(job: Job) -> list[str]:
    """Problems that would stop or spoil a run; empty means it will work."""
    found: list[str] = []
    for source in job.declaration.sources:
        found += _attempt(partial(problems, source))
    found += _attempt(lambda: _customers(job))
    found += _attempt(lambda: _models(job))
    found += _attempt(lambda: list(_room(job)))
    found += _attempt(lambda: _warehouse(job))
    return list(dict.fromkeys(found))


def _attempt(look_at: Callable[[], list[str]]) -> list[str]:
    try:
        return look_at()
    except (VocError, OSError) as error:
        return [str(error)]


def _customers(job: Job) -> list[str]:
    if job.declaration.customers is not None:
        for _ in customers(job.declaration):
            pass
    return []


def _models(job: Job) -> list[str]:
    from vocanalytics.tagging.tagger import Tagger
    from vocanalytics.text.privacy import Masker

    Tagger.load(taxonomy=job.taxonomy, themes_model=job.settings.themes_model)
    Masker().mask(["Is Anna Smith there?"])
    return []


def _room(job: Job) -> Iterator[str]:
    home = _existing(job.settings.home)
    if not os.access(home, os.W_OK | os.X_OK):
        yield f"{home}: this user cannot write there; a run keeps its warehouse in {job.settings.home}"
        return
    needed = ROOM_FLOOR + ROOM_FACTOR * sum(_size(source) for source in job.declaration.sources)
    for path in (job.settings.warehouse, job.settings.home / "run.lock"):
        if path.exists() and not os.access(path, os.W_OK):
            yield f"{path}: this user cannot write to it"
    free = shutil.disk_usage(home).free
    if free < needed:
        yield f"{home}: {free / 1e9:.1f} GB free, a run may need {needed / 1e9:.1f} GB; free some room"


def _warehouse(job: Job) -> list[str]:
    look(job.settings.home, job.settings.warehouse, job.key)
    return []


def _existing(path: Path) -> Path:
    return next(folder for folder in (path, *path.resolve().parents) if folder.exists())


def _size(source: Source) -> int:
    try:
        return sum(path.stat().st_size for path in source.files())
    except (VocError, OSError):
        return 0  # named by problems() already
