"""Files given to ``voc tag`` and ``voc evaluate``: what is wrong with them, in words, and none left half written."""

from __future__ import annotations

import os
import subprocess
import sys

import pandas as pd
import pytest

from vocanalytics.config import Settings
from vocanalytics.errors import ConfigError, MissingColumns, SourceError
from vocanalytics.steps.stateless import tag_file
from vocanalytics.steps.table_files import BATCH_ROWS, read_batches, replacing, writer

WORDS = "I waited for three hours, nobody came, ring 01632 960123"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("gone.csv", None, "No such file or directory"),
        ("a.csv", b"", "the file is empty"),
        ("a.csv", b"said\nGood,x\nBad,y\n", "rows have more cells than the first line has columns"),
        ("a.csv", b"said\nGood\nBad,y\n", "line 3 has 2 cells where 1 were expected"),
        ("a.csv", b'said\nGood\n"Bad\n', "a quote that opens near row 2 .* is not closed"),
        ("a.CSV", b"said\nGood\nGr\xf6\xdfe\n", "line 3 is not UTF-8; save the file as UTF-8"),
        ("a.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "this looks like a PNG image"),
        ("a.jsonl", b'{"said": "a"}\n\n{"said":\n', "line 3 is not one whole JSON object"),
        ("a.jsonl", b'["said"]\n', "line 1 is not one whole JSON object"),
        ("a.jsonl", b'{"said": "Gr\xf6\xdfe"}\n', "line 1 is not UTF-8"),
        ("a.parquet", b"PAR1 and nothing more", "it is not a whole Parquet file; write it again"),
    ],
)
def test_damage_is_told_in_words(tmp_path, name, content, told):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=rf"{name}: not readable as .*{told}.* Nothing was written"):
        tag_file(tmp_path / name, tmp_path / "out.csv", text="said", settings=Settings(home=tmp_path))
    assert not (tmp_path / "out.csv").exists()


def test_a_folder_named_like_a_file(tmp_path):
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(SourceError, match="no file but a folder, pipe or device"):
        list(read_batches(tmp_path / "a.csv", ["said"]))


def test_damage_far_down_is_told_before_the_first_batch(tmp_path):
    (tmp_path / "a.csv").write_text("said\n" + "Good\n" * 2 * BATCH_ROWS + "Bad,y\n")
    with pytest.raises(SourceError, match=f"line {2 * BATCH_ROWS + 2} has 2 cells"):
        next(read_batches(tmp_path / "a.csv", ["said"]))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("id,words\n1,Good\n", r"column\(s\) said not found\. The file has: id, words\. Name columns"),
        ("id;said\n1;Good\n", "one column, of cells that semicolons separate where commas were expected"),
        (f'"{WORDS}"\nGood\n', r"The file has: \(one that is no name\)\. Name columns"),
    ],
)
def test_a_missing_column_names_options_and_no_customer(tmp_path, content, told):
    (tmp_path / "a.csv").write_text(content)
    with pytest.raises(MissingColumns, match=told) as raised:
        tag_file(tmp_path / "a.csv", tmp_path / "out.csv", text="said", settings=Settings(home=tmp_path))
    assert "--text, --id and --question" in str(raised.value)
    assert "sources.yaml" not in str(raised.value)
    assert "960123" not in str(raised.value)
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


@pytest.mark.parametrize("name", ["in.XLSX", "in.ods"])
def test_a_workbook_is_sent_away_with_advice(tmp_path, name):
    with pytest.raises(ConfigError, match=r"expected a name ending in \.csv.* Save the sheet as CSV UTF-8 first"):
        list(read_batches(tmp_path / name, ["said"]))


def test_what_json_leaves_out_of_a_whole_batch_is_blank(tmp_path):
    lines = ['{"said": "Good", "ref": 7}'] * BATCH_ROWS + ['{"said": "Bad"}'] * 2
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    first, second = read_batches(tmp_path / "a.jsonl", ["said", "ref"])
    assert (first["ref"].iloc[0], len(second), second["ref"].notna().any()) == (7, 2, False)


def test_no_rows_are_no_damage(tmp_path):
    pd.DataFrame({"said": pd.Series([], dtype="str")}).to_parquet(tmp_path / "a.parquet")
    (tmp_path / "a.csv").write_text("said\n")
    for name in ("a.parquet", "a.csv"):
        assert [list(frame.columns) for frame in read_batches(tmp_path / name, ["said"])] == [["said"]]


def test_what_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    out = tmp_path / "out.parquet"
    out.write_bytes(b"before")
    with pytest.raises(RuntimeError, match="half way"), writer(out) as write:
        write(pd.DataFrame({"a": [1]}))
        raise RuntimeError("half way")
    assert [path.name for path in tmp_path.iterdir()] == ["out.parquet"]
    assert out.read_bytes() == b"before"


def test_a_leftover_of_ones_own_number_is_not_written_on_to(tmp_path):
    out = tmp_path / "out.csv"
    (tmp_path / f".out.csv.{os.getpid()}").write_text("left by a container that died\n")
    with writer(out) as write:
        write(pd.DataFrame({"a": [1]}))
    assert out.read_text() == "a\n1\n"


def test_leftovers_of_the_dead_go_and_files_of_others_stay(tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    for name in (f".out.csv.{dead.pid}", ".out.csv.99999999999999999999", ".out.csv.1", ".out.csv.bak", ".x.csv.7"):
        (tmp_path / name).touch()
    with replacing(tmp_path / "out.csv"):
        pass
    assert {path.name for path in tmp_path.iterdir()} == {"out.csv", ".out.csv.1", ".out.csv.bak", ".x.csv.7"}


def test_a_full_disk_is_told_as_such(tmp_path):
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from vocanalytics.steps.table_files import replacing\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "try:\n"
        "    with replacing(Path(sys.argv[1])) as partial: partial.write_text('x' * 1000)\n"
        "except Exception as error: sys.stdout.write(f'{type(error).__name__}: {error}')\n"
    )
    command = [sys.executable, "-c", code, tmp_path / "out.csv"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("NotEnoughRoom: ")
    assert "the disk is full" in done.stdout
    assert list(tmp_path.iterdir()) == []
