"""A small CSV file of the company's own, read whole or refused whole."""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from vocanalytics.errors import MissingColumns, SourceError, UnknownKey, as_names, in_words
from vocanalytics.sources.settings import tidy

UNTOUCHED = "Nothing was read."


def company_rows(path: Path, needed: Sequence[str], optional: Sequence[str] = ()) -> Iterator[dict[str, str]]:
    """The rows, each a mapping from column to stripped cell.

    Raises
    ------
    SourceError
        No CSV file in UTF-8, or a row with too few or too many cells. MissingColumns, UnknownKey for the header.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        lines = list(csv.reader(text.splitlines(), strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else in_words(error)
        raise SourceError(f"{path}: cannot be read: {reason}. Expected a CSV file in UTF-8. {UNTOUCHED}") from None
    header = [tidy(name) for name in (lines or [[]])[0]]
    if missing := set(needed) - set(header):
        raise MissingColumns(str(path), missing, as_names(header), f"Add them; {UNTOUCHED.lower()}")
    for name in header:
        if name not in (*needed, *optional):
            raise UnknownKey(str(path), name, (*needed, *optional))
    for number, cells in enumerate(lines[1:], 1):
        if len(cells) != len(header):
            raise unusable(f"{path}: row {number}", "the row", f"{len(header)} cells")
        yield dict(zip(header, map(str.strip, cells), strict=True))


def unusable(where: str, what: str, expected: str) -> SourceError:
    return SourceError(f"{where}: {what} cannot be used. Expected {expected}; correct it and run again. {UNTOUCHED}")


def unknown(axis: str, name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.0)
    return f"unknown {axis} {name!r}; " + (f"did you mean {close[0]!r}?" if close else "there is none.")
