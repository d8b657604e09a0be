"""``voc tag``: a file in, a file of tags out, nothing stored."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vocanalytics.config import Settings
from vocanalytics.errors import ConfigError
from vocanalytics.records import CHANNELS
from vocanalytics.steps.door import storable
from vocanalytics.steps.table_files import suffix_of, writer
from vocanalytics.steps.table_reading import read_batches

if TYPE_CHECKING:
    import pandas as pd

_REMEDY = "Name columns it has with --text, --id and --question; nothing was written."


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
        suffix_of(path)
    if source.resolve() == output.resolve():
        raise ConfigError(f"{output}: the output would replace the input. Name another file; nothing was written.")
    may_mix = (suffix_of(source), suffix_of(output)) == (".jsonl", ".parquet")
    items = rows = 0
    with writer(output) as write:
        batches = read_batches(source, [c for c in (text, id, question) if c], _REMEDY)
        first = next(batches, None)  # a file that cannot be read is told before the models are loaded
        masker = Masker()
        tagger = Tagger.load(settings.taxonomy, settings.themes_model, settings.polarity_model)
        for batch in chain([] if first is None else [first], batches):
            frame = tagger.tag(
                [masked.text for masked in masker.mask(texts_of(batch[text]))],
                channel=channel,
                question=texts_of(batch[question]) if question else None,
                ids=_ids(batch[id], may_mix) if id else list(range(items, items + len(batch))),
            )
            write(frame)
            items, rows = items + len(batch), rows + len(frame)
    return Written(items, rows)


def _ids(column: pd.Series[Any], may_mix: bool) -> list[Any]:
    """As they stand, but as text where numbers and words may mix, which a Parquet column cannot hold."""
    ids = [cell if given else None for cell, given in zip(column, column.notna(), strict=True)]
    if may_mix:
        ids = [None if cell is None else str(cell) for cell in ids]
    return [storable(cell) if isinstance(cell, str) else cell for cell in ids]


def texts_of(column: pd.Series[Any]) -> list[str]:
    # not astype(str): pandas refuses half a surrogate pair before it could be mended
    return [storable(str(cell)) if given else "" for cell, given in zip(column, column.notna(), strict=True)]
