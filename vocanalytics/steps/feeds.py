"""The parts of an ingest a flow or command calls, one source or file at a time."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pyarrow as pa

from vocanalytics.errors import ConfigError, VocError
from vocanalytics.sources import customers
from vocanalytics.steps.door import Door
from vocanalytics.steps.ingest import FileReport, ingest_file
from vocanalytics.steps.job import Job
from vocanalytics.steps.redeclared import refuse_twice
from vocanalytics.steps.report import RunReport
from vocanalytics.text import recogniser
from vocanalytics.text.privacy import Masker
from vocanalytics.warehouse import runs
from vocanalytics.warehouse.connection import Connection
from vocanalytics.warehouse.copies import flag_copies
from vocanalytics.warehouse.customers import replace_customers
from vocanalytics.warehouse.forgetting import forget, rows_of, stored_sources

_CUSTOMERS = pa.schema([
    ("customer_id", pa.string()), ("region", pa.string()), ("tenure_years", pa.float64()),
    ("loyalty_tier", pa.string()), ("left_on", pa.date32()), ("attributes", pa.map_(pa.string(), pa.string())),
])  # fmt: skip


def find_files(job: Job, source: str) -> list[Path]:
    """The files a source is declared to be, by name.

    Raises
    ------
    SourceError
        There is none, or rows of them that landed by another declaration would land again.
    """
    paths = job.source(source).files()
    if job.settings.warehouse.exists():
        with job.store() as con:
            refuse_twice(con, job.source(source), door(job), job.settings)
    return paths


def ingest_path(job: Job, source: str, path: Path, run_id: str) -> FileReport:
    """Ingest one file; a file that cannot be read to its end is reported as failed, not raised."""
    recogniser.start()
    with job.store() as con:
        return ingest_file(con, job.source(source), path, door(job), run_id)


def finish_ingest(job: Job, report: RunReport) -> None:
    """After all files: join customer attributes, flag copies. A bad customer file leaves attributes as they were."""
    with job.store() as con:
        try:
            report.customers_changed = _load_customers(job, con)
        except (VocError, OSError) as error:
            report.failures.append(f"customers: {str(error).removeprefix('customers: ')}")
        report.copies_changed = flag_copies(con)
        report.notes += undeclared(job, con)
    report.standing = (job.settings.published / "current").exists()


def forget_source(job: Job, name: str, *, really: bool) -> list[str]:
    """Delete whatever the store holds of a source; says what that was.

    Raises
    ------
    ConfigError
        The store holds nothing of it, or ``really`` is false; nothing was deleted.
    """
    path = job.settings.warehouse
    if not path.exists():
        raise ConfigError(f"{path}: there is no store yet, so there is nothing to forget. Nothing was deleted.")
    with job.store() as con:
        rows = rows_of(con, name)
        if not rows:
            held = ", ".join(stored_sources(con)) or "none"
            raise ConfigError(f"{path}: holds nothing of a source {name!r}; it holds: {held}. Nothing was deleted.")
        told = ", ".join(f"{table} {count:,}" for table, count in rows.items())
        if not really:
            raise ConfigError(f"{path}: of source {name} there are: {told}. Add --yes to delete them; nothing was.")
        run_id = runs.start(con, "forget")
        forget(con, name)
        runs.finish(con, run_id, "completed", f"forgot source {name}: {told}")
    again = any(source.name == name for source in job.declaration.sources)
    return [
        f"forgot source {name}: {told}",
        "it is still declared, so the next run reads its files anew"
        if again
        else "the next `voc publish` or `voc run` leaves it out; publications before that one are not changed",
    ]


def undeclared(job: Job, con: Connection) -> list[str]:
    """A source taken out of sources.yaml leaves its rows behind: nobody may find that out from a figure."""
    declared = {source.name for source in job.declaration.sources}
    where = f"--sources {job.settings.sources} --home {job.settings.home}"
    return [
        f"source {name} is no longer declared in {job.settings.sources}; its {count:,} items stay published (twice, if "
        f"it was renamed). To drop them: voc sources forget {name} --yes {where}"
        for name, count in stored_sources(con).items()
        if name not in declared
    ]


def door(job: Job) -> Door:
    return Door(job.key, _masker(), frozenset(s.name for s in job.declaration.sources if s.shared_customers))


@lru_cache(maxsize=1)
def _masker() -> Masker:
    return Masker()


def _load_customers(job: Job, con: Connection) -> int:
    if job.declaration.customers is None:
        return 0
    at_the_door = door(job)
    rows = {}
    for row in customers(job.declaration):
        customer_id = at_the_door.customer_id(None, row.key)
        rows[customer_id] = (
            customer_id,
            row.region,
            row.tenure_years,
            row.loyalty_tier,
            row.left_on,
            list(row.attributes),
        )
    columns = list(zip(*rows.values(), strict=True)) or [()] * len(_CUSTOMERS)
    arrays = [pa.array(values, field.type) for values, field in zip(columns, _CUSTOMERS, strict=True)]
    return replace_customers(con, pa.Table.from_arrays(arrays, schema=_CUSTOMERS))
