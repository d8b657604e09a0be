"""Publish the insight tables as one folder, all of them or none.

published/<id>.building/   while at work; a leftover of a killed run is removed by the next
published/<id>/            insights.duckdb, insights_shareable.duckdb, parquet/, manifest.json; never changed again
published/current          link to the one readers get, swapped in one step
insights.duckdb            link through current, beside `published`; likewise insights_shareable.duckdb
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from vocanalytics.errors import CheckFailed
from vocanalytics.taxonomy import Taxonomy
from vocanalytics.warehouse.building import Edition, VectorFunction, build, timed
from vocanalytics.warehouse.checking import STANDS
from vocanalytics.warehouse.company import Rows
from vocanalytics.warehouse.contracts import INSIGHTS, Column, Contract, load_contracts
from vocanalytics.warehouse.publications import DATABASES, current, link, prune, require_free, seal, sweep, sync
from vocanalytics.warehouse.shareable import share, shareable_columns

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Published:
    """``unchanged``: everything came out as it stands already, so ``id`` is the publication before."""

    id: str
    folder: Path
    unchanged: bool
    rows: Mapping[str, int]  # table -> rows, in insights.duckdb


def publish(
    con: duckdb.DuckDBPyConnection,
    *,
    folder: Path,
    taxonomy: Taxonomy,
    model: str,
    functions: Mapping[str, VectorFunction],
    min_base: int,
    min_cell: int,
    as_of: date | None,
    run_id: str,
    events: Rows = (),
    exposures: Rows = (),
    population: Rows = (),
    invitations: Rows = (),
) -> Published:
    """Build, check and publish every insight table from the working store ``con``.

    Parameters
    ----------
    folder : Path
        Where publications stand, usually ``data/published``; the links to the databases go beside it.
    functions : mapping
        ``vocanalytics.statistics.FUNCTIONS``: what SQL cannot compute.
    min_base, min_cell : int
        Smallest base of a share and smallest count; thinner rows are flagged, and hidden in the shareable edition.
    as_of : date, optional
        Last day of the data. Default: the latest day submitted on that is not after its own ingest.
    events, exposures, population, invitations : sequence of mappings
        What the company told beside its feeds, as `vocanalytics.sources` reads it.

    Raises
    ------
    CheckFailed
        Items wait to be tagged, or a table breaks its contract. What was published before still stands.
    ConfigError
        A file of the user's stands where a link belongs.
    """
    _require_tagged(con, model, taxonomy.id)
    edition = Edition(model, taxonomy.id, _masking(con), as_of or _last_day(con), min_base, min_cell)
    folder.mkdir(parents=True, exist_ok=True)
    require_free(folder)
    sweep(folder)
    _remember(con, folder)
    now = datetime.now(UTC)
    building = folder / f"{now:%Y%m%dT%H%M%S-%f}.building"
    building.mkdir()
    try:
        with (
            _attached(con, building / DATABASES[0], "publication"),
            _attached(con, building / DATABASES[1], "shareable"),
            _beside(con, building / "parquet", edition) as beside,
        ):
            rows = build(
                con, "publication", edition=edition, taxonomy=taxonomy, functions=functions,
                events=events, exposures=exposures, population=population, invitations=invitations, stands=beside,
            )  # fmt: skip
            with timed("digest"):
                content = _content_digest(con, rows, edition)
            standing = current(folder)
            if standing is not None and standing["content"] == content:
                link(folder, standing["id"])
                return Published(standing["id"], folder / standing["id"], True, rows)
            for name, contract in load_contracts().items():
                _comment(con, f"publication.{name}", contract, contract.columns)
        manifest = {"id": building.stem, "run_id": run_id, "created_at": now.isoformat(), "content": content}
        seal(building, {**manifest, **_told(edition, taxonomy), "rows": rows})
        final = building.with_suffix("")
        building.rename(final)
        sync(folder)
        link(folder, final.name)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    prune(folder)
    return Published(final.name, final, False, rows)


def _remember(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Keep in the store what was told and when, because folders are pruned; ``movement`` tells late arrivals by it."""
    for path in folder.glob("*/manifest.json"):
        with contextlib.suppress(OSError, ValueError, LookupError, TypeError, duckdb.ConversionException):  # damaged
            told = json.loads(path.read_text(encoding="utf-8"))
            row = [told[name] for name in ("id", "created_at", "as_of", "model", "taxonomy")]
            con.execute("insert or ignore into publications values (?, ?, ?, ?, ?)", row)


def _require_tagged(con: duckdb.DuckDBPyConnection, model: str, taxonomy: str) -> None:
    waiting, known = con.execute(
        """
        select count(*) filter (taggings.item_id is null), count(*)
        from feedback_items as items
        left join taggings on taggings.item_id = items.item_id and taggings.revision = items.revision
            and taggings.model = $model and taggings.taxonomy = $taxonomy
        where items.content = 'text'
        """,
        {"model": model, "taxonomy": taxonomy},
    ).fetchall()[0]
    if waiting:
        raise CheckFailed(
            f"{waiting:,} of {known:,} text items are not tagged by {model} with {taxonomy} yet; run the tagging step, "
            f"then publish. {STANDS}"
        )


def _last_day(con: duckdb.DuckDBPyConnection) -> date:
    # one wrong date must not move every period into the future
    believed, latest = con.execute("""
        select max(submitted_on) filter (submitted_on <= (ingested_at at time zone 'UTC')::date + 1), max(submitted_on)
        from submissions
    """).fetchall()[0]
    if latest is None:
        raise CheckFailed(f"the working store holds no submissions; ingest first. {STANDS}")
    day: date = believed or latest
    return day


def _masking(con: duckdb.DuckDBPyConnection) -> str:
    found = con.execute("select distinct masking from submissions order by masking").fetchall()
    return "+".join(edition for (edition,) in found)


def _told(edition: Edition, taxonomy: Taxonomy) -> dict[str, Any]:
    told = {name: str(value) if isinstance(value, date) else value for name, value in asdict(edition).items()}
    return {**told, "taxonomy_digest": taxonomy.digest}


@contextlib.contextmanager
def _attached(con: duckdb.DuckDBPyConnection, path: Path, name: str) -> Iterator[None]:
    con.execute(f"detach database if exists {name}")
    con.execute(f"attach '{_quoted(str(path))}' as {name}")
    try:
        yield
        with timed(f"checkpoint of {name}"):
            con.execute(f"checkpoint {name}")
    finally:
        con.execute(f"detach database if exists {name}")


def _content_digest(con: duckdb.DuckDBPyConnection, tables: Mapping[str, int], edition: Edition) -> str:
    """Equal exactly when the rows, what they mean and how they were made are equal, in whatever order rows lie."""
    digest = hashlib.sha256(repr(edition).encode())
    for path in sorted(INSIGHTS.iterdir()):
        if path.suffix in (".sql", ".yaml"):
            digest.update(path.name.encode() + path.read_bytes())
    for name in tables:
        rows = con.execute(f"select count(*), sum(hash(t)::hugeint) from publication.{name} as t").fetchall()
        digest.update(repr((name, rows)).encode())
    return digest.hexdigest()


@contextlib.contextmanager
def _beside(con: duckdb.DuckDBPyConnection, folder: Path, edition: Edition) -> Iterator[Callable[[str], None]]:
    """Copies tables, by name, to Parquet and to the shareable edition beside what is built next.

    Neither the one nor the other keeps every core busy.
    """
    folder.mkdir()
    contracts, begun = load_contracts(), list[Future[None]]()
    with con.cursor() as reader, ThreadPoolExecutor(1) as beside:

        def stands(name: str) -> None:
            begun.append(beside.submit(_copy, reader, name, folder / f"{name}.parquet"))
            if contracts[name].kind == "aggregate":
                begun.append(beside.submit(_share, reader, contracts[name], edition))

        yield stands
        for one in begun:
            one.result()


def _copy(con: duckdb.DuckDBPyConnection, name: str, file: Path) -> None:
    with timed(f"{name}, Parquet"):
        con.execute(f"copy publication.{name} to '{_quoted(str(file))}' (format parquet, compression zstd)")


def _share(con: duckdb.DuckDBPyConnection, contract: Contract, edition: Edition) -> None:
    source, target = f"publication.{contract.name}", f"shareable.{contract.name}"
    with timed(f"{contract.name}, shareable"):
        hidden = share(con, contract, source, target, min_base=edition.min_base, min_cell=edition.min_cell)
        _comment(con, target, contract, shareable_columns(contract))
    logger.info("%s: %s rows hidden in the shareable edition", contract.name, f"{hidden:,}")


def _comment(
    con: duckdb.DuckDBPyConnection, table: str, contract: Contract, columns: tuple[Column, ...] | list[Column]
) -> None:
    grain = ", ".join(contract.grain)
    about = f"{contract.about} One row per {grain}. Caveats: {' '.join(contract.caveats)}"
    con.execute("begin transaction")  # one commit, not one for each column
    con.execute(f"comment on table {table} is '{_quoted(about)}'")
    for column in columns:
        unit = f" [{column.unit}]" if column.unit else ""
        con.execute(f"comment on column {table}.{column.name} is '{_quoted(column.about + unit)}'")
    con.execute("commit")


def _quoted(text: str) -> str:
    return text.replace("'", "''")
