"""Texts that were UTF-8, were taken for cp1252 and written as UTF-8 again: `Größe` that reads `GrÃ¶ÃŸe`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vocanalytics.sources.tables import Broken, Cells

# cp1252 leaves five bytes undefined; programs that write it pass them through unchanged
_BYTES = {
    ord(bytes([byte]).decode("cp1252", "replace")): byte
    for byte in range(128, 256)
    if byte not in b"\x81\x8d\x8f\x90\x9d"
}


def repaired(text: str) -> str:
    """The text as it was before it was encoded twice; as it is when it was not.

    >>> repaired("GrÃ¶ÃŸe"), repaired("Größe")
    ('Größe', 'Größe')
    """
    try:
        return text.translate(_BYTES).encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def repaired_rows(rows: Iterable[Cells | Broken]) -> Iterator[Cells | Broken]:
    for cells in rows:
        if isinstance(cells, list):
            cells = [cell if cell.isascii() else repaired(cell) for cell in cells]
        yield cells


def look_encoded_twice(texts: Iterable[str]) -> bool:
    """Whether most texts beyond ASCII only make sense after a repair."""
    beyond = [text for text in texts if not text.isascii()]
    return len(beyond) >= 3 and sum(repaired(text) != text for text in beyond) > len(beyond) / 2
