"""Looking at what is published."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from vocanalytics.config import Settings
from vocanalytics.errors import CheckFailed, ConfigError
from vocanalytics.steps.table_files import replacing
from vocanalytics.warehouse.contracts import load_contracts
from vocanalytics.warehouse.dictionary import render_dictionary
from vocanalytics.warehouse.reading import read

SHOWN_ROWS = 50
SHOWN_WIDTH = 60
# strings, names and comments, in which a semicolon ends nothing
_UNREAD = re.compile(r"'[^']*'|\"[^\"]*\"|--[^\n]*|/\*.*?\*/", re.DOTALL)


def list_tables(settings: Settings) -> list[str]:
    """One line per published table: rows, grain; the publication and its date first.

    Raises
    ------
    CheckFailed
        Nothing is published, or its manifest cannot be read.
    """
    told = _manifest(settings)
    lines = [f"publication {told['id']}, data up to {told['as_of']}, {told['model']}, {told['taxonomy']}"]
    contracts = load_contracts()
    for name, rows in told["rows"].items():
        grain = f"  one row per {', '.join(contracts[name].grain)}" if name in contracts else ""
        lines.append(f"  {name:<22}{rows:>9,}{grain}")
    return lines


def _manifest(settings: Settings) -> dict[str, Any]:
    path = settings.published / "current" / "manifest.json"
    if not path.exists():
        raise CheckFailed(f"{settings.published}: nothing is published yet. Run `voc run` first; nothing was written.")
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if {"id", "as_of", "model", "taxonomy", "rows"} <= told.keys():
            return told
    except (OSError, ValueError, AttributeError):
        pass
    raise CheckFailed(f"{path}: expected a manifest made by publishing. Run `voc publish`; nothing was written.")


def ask(settings: Settings, query: str) -> str:
    """A query's rows as aligned text, at most 50 of them.

    Raises
    ------
    ConfigError
        It is no question, several, or one that cannot be answered.
    CheckFailed
        Nothing is published.
    """
    if not query.lstrip().lower().startswith(("select", "from", "with", "describe", "show", "summarize")):
        raise ConfigError("voc sql answers questions: one select statement. Nothing was run.")
    if ";" in _UNREAD.sub("", query).strip().rstrip(";"):
        raise ConfigError("voc sql answers one question at a time; there are several statements. Nothing was run.")
    _manifest(settings)
    rows = read(settings.published / "current" / "insights.duckdb", query)
    if not rows:
        return "no rows"
    names = list(rows[0])
    cells = [names, *([_cell(row[name]) for name in names] for row in rows[:SHOWN_ROWS])]
    widths = [max(len(line[i]) for line in cells) for i in range(len(names))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]
    more = [f"... {len(rows) - SHOWN_ROWS:,} more rows"] if len(rows) > SHOWN_ROWS else []
    return "\n".join(lines + more)


def write_dictionary(path: Path) -> None:
    """The data dictionary, as Markdown."""
    with replacing(path) as partial:
        partial.write_text(render_dictionary(load_contracts()), encoding="utf-8")


def _cell(value: object) -> str:
    text = "" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)
    text = " ".join(text.split())
    return text if len(text) <= SHOWN_WIDTH else text[: SHOWN_WIDTH - 1] + "…"
