"""A working store from a few written rows: what a row does not say is filled in plainly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from vocanalytics.taxonomy import Stage, Taxonomy, Theme, Touchpoint

SCHEMA = sorted((Path(__file__).parent.parent / "vocanalytics" / "warehouse" / "migrations").glob("*.sql"))
MODEL = "clf-1"

TAXONOMY = Taxonomy(
    name="cars",
    edition="1",
    min_f1=0.5,
    stages=(Stage("buy", "Buy", "purchase"), Stage("support", "Support", "post_purchase")),
    touchpoints=(
        Touchpoint("delivery", "Delivery", "buy", owner="Sales"),
        Touchpoint("finance", "Finance", "buy", owner="Bank"),
        Touchpoint("workshop", "Workshop", "support", owner="Service"),
    ),
    themes=(
        Theme("waiting", "Waiting time"),
        Theme("price", "Price"),
        Theme("staff", "Staff", min_f1=0.8),
        Theme("finance", "Finance terms"),  # also the id of a touchpoint: the axes are independent
        Theme("workshop", "Workshop as a place"),
    ),
)

_AT = "2026-08-01 08:00:00+00"
_DEFAULTS: dict[str, dict[str, Any]] = {
    "flags": {
        "revision": 1, "reason": "safety", "span_start": 0, "span_end": 21, "confidence": 0.9, "edition": "rules-1",
    },
    "comparisons": {"revision": 1, "edition": "brands-1"},
    "submissions": {
        "source": "survey", "channel": "survey", "submitted_on": "2026-06-10", "dimensions": {}, "revision": 1,
        "content_digest": "d", "masking": "m1", "file_name": "f", "first_ingested_at": _AT, "ingested_at": _AT,
    },
    "scores": {"question_id": "q_nps", "score_scale": "nps_0_10"},
    "feedback_items": {
        "revision": 1, "question_id": "q1", "verbatim": "They kept me waiting.", "content": "text", "language": "en",
        "word_count": 4, "masked_count": 0,
    },
    "customers": {"attributes": {}},
    "quarantine": {
        "file_name": "f", "position": 1, "code": "date", "reason": "r", "fingerprint": "x", "first_seen_at": _AT,
    },
    "ingest_files": {
        "file_id": "f", "run_id": "r", "file_name": "f", "state": "completed", "row_count": 1, "started_at": _AT,
    },
    "segments": {
        "revision": 1, "model": MODEL, "taxonomy": TAXONOMY.id, "segment_no": 0, "span_start": 0, "span_end": 21,
        "outcome": "tagged", "touchpoint_outcome": "tagged", "touchpoint_confidence": 0.9, "touchpoint_source": "text",
        "polarity": "negative", "polarity_score": -0.8, "polarity_confidence": 0.9,
    },
    "tags": {"revision": 1, "model": MODEL, "taxonomy": TAXONOMY.id, "segment_no": 0, "theme_confidence": 0.9},
    "taggings": {
        "revision": 1, "model": MODEL, "taxonomy": TAXONOMY.id, "item_polarity": "negative",
        "item_polarity_score": -0.8, "tagged_at": _AT,
    },
    "model_quality": {
        "measured_at": _AT, "gold": "g", "model": MODEL, "taxonomy": TAXONOMY.id, "axis": "themes", "support": 50,
    },
}  # fmt: skip


@contextmanager
def empty_store(path: str | Path = ":memory:") -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(path)) as con:
        con.execute("set timezone = 'UTC'")
        for script in SCHEMA:
            con.execute(script.read_text(encoding="utf-8"))
        yield con


def fill(con: duckdb.DuckDBPyConnection, given: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    for table, rows in given.items():
        batches: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for row in rows:
            whole = {**_DEFAULTS[table], **row}
            batches.setdefault(tuple(whole), []).append(whole)
        for columns, batch in batches.items():
            _insert(con, table, columns, batch)


def told(con: duckdb.DuckDBPyConnection, *lines: Mapping[str, Any]) -> None:
    """Shorthand: one line is one submission with one item, one segment and what is said of it.

    Keys: ``n`` how often (1), ``id`` prefix, ``day``, ``source``, ``customer``, ``touchpoint``, ``theme``,
    ``polarity``, ``score``, ``text``; anything absent is the default of the tables, no theme means abstained.
    """
    given: dict[str, list[dict[str, Any]]] = {}
    for number, line in enumerate(lines):
        for copy in range(int(line.get("n", 1))):
            for table, rows in _tables(line, f"{line.get('id', number)}-{copy}").items():
                given.setdefault(table, []).extend(rows)
    fill(con, given)


def told_of_a_wait(con: duckdb.DuckDBPyConnection) -> None:
    """One item about waiting in the workshop, coded with the shipped automotive frame."""
    told(con, {"theme": "waiting_time", "touchpoint": "service_visit"})
    for table in ("segments", "tags", "taggings"):
        con.execute(f"update {table} set taxonomy = 'automotive-2026.1'")


def _tables(line: Mapping[str, Any], name: str) -> dict[str, list[dict[str, Any]]]:
    text = str(line.get("text", f"They kept me waiting {name}."))
    theme, point, polarity = line.get("theme"), line.get("touchpoint"), line.get("polarity", "negative")
    submission = {"submission_id": f"s{name}", "customer_id": line.get("customer")}
    submission |= {key: line[given] for key, given in _SAID.items() if given in line}
    segment = {
        "item_id": f"i{name}", "span_end": len(text), "polarity": polarity, "touchpoint": point,
        "outcome": "tagged" if theme else "abstained", "touchpoint_outcome": "tagged" if point else "abstained",
        "touchpoint_source": line.get("touchpoint_source", "text") if point else None,
    }  # fmt: skip
    return {
        "submissions": [submission],
        "feedback_items": [{"item_id": f"i{name}", "submission_id": f"s{name}", "verbatim": text}],
        "segments": [segment],
        "tags": [{"item_id": f"i{name}", "theme": theme}] if theme else [],
        "taggings": [{"item_id": f"i{name}", "item_polarity": polarity}],
        "scores": [{"submission_id": f"s{name}", "score": line["score"]}] if "score" in line else [],
    }


_SAID = {"submitted_on": "day", "source": "source", "context_touchpoint": "asked"}


def _insert(
    con: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> None:
    marks, values = [], []
    for row in rows:
        marks.append("(" + ", ".join(_mark(row[column]) for column in columns) + ")")
        for column in columns:
            value = row[column]
            values += [list(value), list(map(str, value.values()))] if isinstance(value, dict) else [value]
    con.execute(f"insert into {table} ({', '.join(columns)}) values {', '.join(marks)}", values)


def _mark(value: object) -> str:
    return "map(?::varchar[], ?::varchar[])" if isinstance(value, dict) else "?"
