"""The parts of an ingest a flow or command calls, one source or file at a time."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pyarrow as pa

from vocanalytics.errors import VocError
from vocanalytics.sources import customers
from vocanalytics.steps.door import Door
from vocanalytics.steps.ingest import FileReport, ingest_file
from vocanalytics.steps.job import Job
from vocanalytics.steps.report import RunReport
from vocanalytics.text import recogniser
from vocanalytics.text.privacy import Masker
from vocanalytics.warehouse.connection import Connection
from vocanalytics.warehouse.copies import flag_copies
from vocanalytics.warehouse.customers import replace_customers

_CUSTOMERS = pa.schema([
    ("customer_id", pa.string()), ("region", pa.string()), ("tenure_years", pa.float64()),
    ("loyalty_tier", pa.string()), ("left_on", pa.date32()), ("attributes", pa.map_(pa.string(), pa.string())),
])  # fmt: skip


def find_files(job: Job, source: str) -> list[Path]:
    """The files a source is declared to be, by name.

    Raises
    ------
    SourceError
        There is none.
    """
    return job.source(source).files()


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
            report.failures.append(f"customers: {error}")
        report.copies_changed = flag_copies(con)


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
