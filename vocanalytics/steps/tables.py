"""Looking at what is published."""

from __future__ import annotations

import json

from vocanalytics.config import Settings
from vocanalytics.errors import ConfigError
from vocanalytics.warehouse.contracts import load_contracts
from vocanalytics.warehouse.dictionary import render_dictionary
from vocanalytics.warehouse.reading import read

SHOWN_ROWS = 50
SHOWN_WIDTH = 60


def list_tables(settings: Settings) -> list[str]:
    """One line per published table: rows, grain; the publication and its date first."""
    manifest = settings.published / "current" / "manifest.json"
    if not manifest.exists():
        raise ConfigError(f"{settings.published}: nothing is published yet. Run `voc run` first.")
    told = json.loads(manifest.read_text(encoding="utf-8"))
    lines = [f"publication {told['id']}, data up to {told['as_of']}, {told['model']}, {told['taxonomy']}"]
    contracts = load_contracts()
    for name, rows in told["rows"].items():
        grain = ", ".join(contracts[name].grain)
        lines.append(f"  {name:<22}{rows:>9,}  one row per {grain}")
    return lines


def ask(settings: Settings, query: str) -> str:
    """A query's rows as aligned text, at most 50 of them."""
    if not query.lstrip().lower().startswith(("select", "from", "with", "describe", "show", "summarize")):
        raise ConfigError("voc sql answers questions: one select statement. Nothing was run.")
    rows = read(settings.published / "current" / "insights.duckdb", query)
    if not rows:
        return "no rows"
    names = list(rows[0])
    cells = [names, *([_cell(row[name]) for name in names] for row in rows[:SHOWN_ROWS])]
    widths = [max(len(line[i]) for line in cells) for i in range(len(names))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]
    more = [f"... {len(rows) - SHOWN_ROWS:,} more rows"] if len(rows) > SHOWN_ROWS else []
    return "\n".join(lines + more)


def dictionary() -> str:
    return render_dictionary(load_contracts())


def _cell(value: object) -> str:
    text = "" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)
    text = " ".join(text.split())
    return text if len(text) <= SHOWN_WIDTH else text[: SHOWN_WIDTH - 1] + "…"
