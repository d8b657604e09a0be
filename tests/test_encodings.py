"""Vectors kept in the working store."""

from __future__ import annotations

import pytest

from vocanalytics.keys import load_key
from vocanalytics.warehouse.connection import connect, scalars
from vocanalytics.warehouse.encodings import StoredEncodings


@pytest.fixture
def con(tmp_path):
    with connect(tmp_path / "warehouse.duckdb", key=load_key(tmp_path / ".key")) as con:
        yield con


def test_what_was_kept_is_known(con):
    memory = StoredEncodings(con)
    memory.keep("n1", {"a": b"\x00\x01", "it's": b"\xff"})
    assert memory.known("n1", ["it's", "b", "a"]) == {"a": b"\x00\x01", "it's": b"\xff"}


def test_another_network_starts_anew(con):
    StoredEncodings(con).keep("n1", {"a": b"1"})
    assert StoredEncodings(con).known("n2", ["a"]) == {}
    assert scalars(con, "select count(*) from encodings") == [0]


def test_no_text_is_stored(con):
    StoredEncodings(con).keep("n1", {"a secret": b"1"})
    assert "a secret" not in str(con.sql("select * from encodings").fetchall())
