"""``voc tag``: a file in, a file of tags out, nothing stored."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vocanalytics.config import Settings
from vocanalytics.errors import ConfigError, MissingColumns, SourceError
from vocanalytics.records import CHANNELS
from vocanalytics.steps.door import storable

if TYPE_CHECKING:
    import pandas as pd

BATCH_ROWS = 5_000
SUFFIXES = (".csv", ".jsonl", ".parquet")


@dataclass(frozen=True, slots=True)
class Written:
    item_count: int
    row_count: int


def tag_file(
    source: Path,
    output: Path,
    *,
    text: str,
    id: str | None = None,
    channel: str | None = None,
    question: str | None = None,
    settings: Settings,
) -> Written:
    """Mask and tag the column ``text``; one row per segment and theme, in the order of the input.

    The output appears under its name only when it is complete.

    Raises
    ------
    ConfigError
        An unknown suffix or channel.
    SourceError
        The file is not readable; `MissingColumns` if it lacks a named column.
    """
    from vocanalytics.tagging.tagger import Tagger
    from vocanalytics.text.privacy import Masker

    if channel is not None and channel not in CHANNELS:
        raise ConfigError(f"channel: expected one of {', '.join(CHANNELS)}, found {channel!r}. Nothing was read.")
    for path in (source, output):
        _known(path)
    if source.resolve() == output.resolve():
        raise ConfigError(f"{output}: the output would replace the input. Name another file; nothing was written.")
    masker, tagger = Masker(), Tagger.load(taxonomy=settings.taxonomy, themes_model=settings.themes_model)
    items = rows = 0
    with _writer(output) as write:
        for batch in read_batches(source, [c for c in (text, id, question) if c]):
            masked = [m.text for m in masker.mask(_texts(batch[text]))]
            frame = tagger.tag(
                masked,
                channel=channel,
                question=_texts(batch[question]) if question else None,
                ids=batch[id].tolist() if id else list(range(items, items + len(batch))),
            )
            write(frame)
            items, rows = items + len(batch), rows + len(frame)
    return Written(items, rows)


def read_batches(path: Path, columns: list[str]) -> Iterator[pd.DataFrame]:
    """A file in batches; CSV cells are text, as they stand."""
    import pandas as pd

    _known(path)
    try:
        if path.suffix == ".csv":
            frames: Any = pd.read_csv(
                path, dtype=str, keep_default_na=False, chunksize=BATCH_ROWS, encoding="utf-8-sig"
            )
        elif path.suffix == ".jsonl":
            frames = _jsonl(path)
        else:
            frames = _parquet(path)
        for frame in frames:
            if missing := [column for column in columns if column not in frame.columns]:
                raise MissingColumns(str(path), missing, map(str, frame.columns))
            yield frame
    except (OSError, ValueError, TypeError, RecursionError) as error:
        if isinstance(error, SourceError):
            raise
        raise SourceError(
            f"{path}: not readable as {path.suffix} ({type(error).__name__}). Nothing was written."
        ) from None


def _jsonl(path: Path) -> Iterator[pd.DataFrame]:
    import pandas as pd

    with path.open(encoding="utf-8-sig") as file:  # pandas' own reader turns ids into numbers and dates
        while lines := list(islice(file, BATCH_ROWS)):
            rows = [json.loads(line) for line in lines if line.strip()]
            if not all(isinstance(row, dict) for row in rows):
                raise TypeError("expected one JSON object per line")
            yield pd.DataFrame(rows)


def _texts(column: pd.Series[Any]) -> list[str]:
    # not astype(str): pandas refuses half a surrogate pair before it could be mended
    return [storable(str(cell)) if given else "" for cell, given in zip(column, column.notna(), strict=True)]


def _parquet(path: Path) -> Iterator[pd.DataFrame]:
    import pyarrow.parquet as pq

    for batch in pq.ParquetFile(path).iter_batches(batch_size=BATCH_ROWS):
        yield batch.to_pandas()


def _known(path: Path) -> None:
    if path.suffix not in SUFFIXES:
        raise ConfigError(f"{path}: expected a name ending in {', '.join(SUFFIXES)}. Nothing was written.")


@contextmanager
def _writer(path: Path) -> Iterator[Callable[[pd.DataFrame], None]]:
    """Append frames to ``path`` under a temporary name; replace the old file at the end."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.touch()
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be written: {error.strerror}. Name another file; nothing was written."
        ) from None
    opened: list[Any] = []

    def write(frame: pd.DataFrame) -> None:
        if path.suffix == ".parquet":
            import pyarrow as pa
            import pyarrow.parquet as pq

            table = pa.Table.from_pandas(frame, preserve_index=False)
            if not opened:
                opened.append(pq.ParquetWriter(partial, table.schema))
            opened[0].write_table(table.cast(opened[0].schema))
        elif path.suffix == ".csv":
            frame.to_csv(partial, mode="a", header=not opened, index=False)
            opened.append(True)
        else:
            frame.to_json(partial, mode="a", orient="records", lines=True, force_ascii=False)

    try:
        yield write
        if opened and path.suffix == ".parquet":
            opened[0].close()
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
