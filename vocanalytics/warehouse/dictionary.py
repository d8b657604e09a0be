"""The data dictionary, ``data/README.md``, written from the contracts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from vocanalytics.warehouse.contracts import Column, Contract

_OPENING = """\
# Data dictionary

What the published tables hold. Written from `vocanalytics/insights/*.yaml` by `make dictionary`; edit those.

- `insights.duckdb`: every table, for the insight team. It holds customers' own words, with personal data masked.
- `insights_shareable.duckdb`: the aggregate tables without the columns marked *internal*; rows on fewer than
  `min_base` items (30 unless set) or with counts under `min_cell` (5) are hidden, and so are those that would give
  them away.
- `published/current/parquet/`: every table of `insights.duckdb` as a file.
- `published/current/manifest.json`: which run, model, taxonomy and masking, up to which day, rows and checksums.

Open read-only, e.g. `duckdb -readonly data/insights.duckdb`. The files are replaced as a whole: a session that is open
stays on the publication it opened; reconnect for the next.

## Read this first

- Respondents are not all customers, and sources differ in who speaks there. Read `source_coverage` beside every share.
- A share says its base. Bounds are 95 %. A row with `is_thin` is for reading, not for conclusions.
- Not heard, not sure and not there are three facts. Abstentions are counted, never averaged.
- Association is not cause: `score_gap` says how people who complain differ, not what fixing it would bring.
- There is no all-source score. Source `all` has counts and shares of items only.
- Periods overlap: filter on one `period_kind`. `all` overlaps with the sources: filter on one or the other.
- `model` is the classifier's edition, in every table; a car is a `vehicle_model`.
"""


def render_dictionary(contracts: Mapping[str, Contract]) -> str:
    """The dictionary as Markdown: what holds everywhere, then each table with its caveats before its columns.

    >>> from vocanalytics.warehouse.contracts import load_contracts
    >>> render_dictionary(load_contracts()).splitlines()[0]
    '# Data dictionary'
    """
    listing = ["## Tables", "", "| Table | One row per | Holds |", "| --- | --- | --- |"]
    listing += [
        f"| [{name}](#{name}) | {', '.join(contract.grain)} | {contract.about} |"
        for name, contract in contracts.items()
    ]
    sections = [
        _OPENING,
        "\n".join(listing) + "\n",
        *("\n".join(_section(contract)) for contract in contracts.values()),
    ]
    return "\n".join(sections)


def _section(contract: Contract) -> Iterator[str]:
    edition = "item level, internal" if contract.kind == "item" else "aggregate, shareable with suppression"
    yield from (f"## {contract.name}", "", f"{contract.about} One row per {', '.join(contract.grain)} ({edition}).", "")
    yield from (f"- {caveat}" for caveat in contract.caveats)
    yield from ("", "| Column | Type | Unit | Meaning |", "| --- | --- | --- | --- |")
    yield from (_row(column, contract) for column in contract.columns)
    yield from ("", "Checks before publication:", "")
    for check in contract.checks:
        because = f" ({check.because})" if check.because else ""
        yield f"- `{check.that}`{because}" + (", only warned about" if check.level == "warn" else "")
    for example in contract.examples:
        yield from ("", example.question, "", "```sql", example.sql.strip(), "```")
    yield ""


def _row(column: Column, contract: Contract) -> str:
    internal = " *Internal.*" if contract.kind == "aggregate" and not column.shareable else ""
    about = f"{column.about}{internal}".replace("|", "\\|")
    return f"| `{column.name}` | {column.type} | {column.unit or ''} | {about} |"
