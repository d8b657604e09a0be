"""``voc sources check``: everything a run will need, looked at without writing.

It reads every feed to its end, because a run does: ready means that a run now would end with 0.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from vocanalytics.errors import CheckFailed, ConfigError, NotEnoughRoom, RunFailed, SourceError, VocError
from vocanalytics.sources import Source, customers, findings
from vocanalytics.steps.feeds import door, undeclared
from vocanalytics.steps.job import Job
from vocanalytics.steps.redeclared import refuse_twice
from vocanalytics.warehouse.connection import look
from vocanalytics.warehouse.earlier import looking
from vocanalytics.warehouse.reading import read

# the store, one publication beside the one it replaces, and the digest, per byte of input
ROOM_FACTOR = 4
ROOM_FLOOR = 200_000_000


@dataclass(slots=True)
class Verdict:
    """``exit_code`` is what a run would end with: 0 when it would work, warnings or not."""

    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    exit_code: int = 0

    def stop(self, problem: str, code: int) -> None:
        if problem not in self.problems:
            self.problems.append(problem)
        # a failed source is told at the end of a run; anything else ends it on the spot
        self.exit_code = code if self.exit_code in (0, RunFailed.exit_code) else self.exit_code


def check_run(job: Job) -> Verdict:
    """What would stop or spoil a run."""
    verdict = Verdict()
    for look_at in (_room, _warehouse, _models):
        try:
            look_at(job)
        except VocError as error:
            verdict.stop(str(error), error.exit_code)
        except OSError as error:
            verdict.stop(str(error), RunFailed.exit_code)
    landing = sum(_source(source, verdict) for source in job.declaration.sources)
    if job.settings.warehouse.exists() and not verdict.exit_code > RunFailed.exit_code:
        _landed(job, verdict)
    _customers(job, verdict)
    verdict.warnings += job.events().left_out + job.population().left_out
    if not landing and not verdict.exit_code > RunFailed.exit_code and not _stored(job):
        verdict.stop(
            f"{job.settings.sources}: no row of any source would land and {job.settings.warehouse} holds none, so "
            "there is nothing to publish. Mend the feeds named here.",
            CheckFailed.exit_code,
        )
    return verdict


def _source(source: Source, verdict: Verdict) -> int:
    seen = findings(source)
    for finding in seen.found:
        if finding.stops:
            verdict.stop(finding.text, RunFailed.exit_code)
        else:
            verdict.warnings.append(finding.text)
    return seen.accepted


def _landed(job: Job, verdict: Verdict) -> None:
    """What the store already holds of the sources, declared or not."""
    with looking(job.settings.warehouse) as con:
        for source in job.declaration.sources:
            try:
                refuse_twice(con, source, door(job), job.settings)
            except SourceError as error:
                verdict.stop(str(error), RunFailed.exit_code)
        verdict.warnings += undeclared(job, con)


def _customers(job: Job, verdict: Verdict) -> None:
    try:
        for _ in customers(job.declaration):
            pass
    except (VocError, OSError) as error:
        verdict.stop(f"customers: {str(error).removeprefix('customers: ')}", RunFailed.exit_code)


def _models(job: Job) -> None:
    from vocanalytics.tagging.tagger import Tagger
    from vocanalytics.text.privacy import Masker

    Tagger.load(
        taxonomy=job.taxonomy, themes_model=job.settings.themes_model, polarity_model=job.settings.polarity_model
    )
    Masker().mask(["Is Anna Smith there?"])


def _room(job: Job) -> None:
    settings = job.settings
    home = _existing(settings.home)
    key_folder = _existing(settings.key_file.parent)
    for path in (home, *([] if settings.key_file.exists() else [key_folder])):
        if not os.access(path, os.W_OK | os.X_OK):
            raise ConfigError(f"{path}: this user cannot write there; a run keeps its warehouse and its key there.")
    for path in (settings.warehouse, settings.home / "run.lock"):
        if path.exists() and not os.access(path, os.W_OK):
            raise ConfigError(f"{path}: this user cannot write to it.")
    needed = ROOM_FLOOR + ROOM_FACTOR * sum(_size(source) for source in job.declaration.sources)
    free = shutil.disk_usage(home).free
    if free < needed:
        raise NotEnoughRoom(f"{home}: {free / 1e9:.1f} GB free, a run may need {needed / 1e9:.1f} GB; free some room.")


def _warehouse(job: Job) -> None:
    look(job.settings.home, job.settings.warehouse, job.key)


def _stored(job: Job) -> bool:
    path = job.settings.warehouse
    return path.exists() and bool(read(path, "select 1 as one from submissions limit 1"))


def _existing(path: Path) -> Path:
    return next(folder for folder in (path, *path.resolve().parents) if folder.exists())


def _size(source: Source) -> int:
    try:
        return sum(path.stat().st_size for path in source.files())
    except (VocError, OSError):
        return 0  # named by findings() already
