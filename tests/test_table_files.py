"""Files given to ``voc tag`` and ``voc evaluate``: what is wrong with them, in words, and none left half written."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vocanalytics.config import Settings
from vocanalytics.errors import ConfigError, MissingColumns, SourceError
from vocanalytics.steps.stateless import tag_file
from vocanalytics.steps.table_files import replacing, writer
from vocanalytics.steps.table_reading import BATCH_ROWS, read_batches

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


IDS = {
    "words": ["a-1", "a-2"],
    "numbers": [7, 8],
    "numbers with a gap": pd.array([7, None], dtype="Int64"),
    "none": None,
}


def put(frame: pd.DataFrame, path) -> None:
    kind = path.suffix
    if kind == ".parquet":
        frame.to_parquet(path)
    elif kind == ".csv":
        frame.to_csv(path, index=False)
    else:
        frame.to_json(path, orient="records", lines=True)


def item_ids(path) -> list:
    """As they stand in the file."""
    if path.suffix == ".parquet":
        return list(dict.fromkeys(pq.read_table(path).column("item_id").to_pylist()))
    if path.suffix == ".csv":
        return list(pd.read_csv(path, dtype=str, keep_default_na=False)["item_id"].drop_duplicates())
    return list(dict.fromkeys(json.loads(line, parse_float=str)["item_id"] for line in path.read_text().splitlines()))


@pytest.mark.parametrize("given", [".csv", ".jsonl", ".parquet"])
@pytest.mark.parametrize("wanted", [".csv", ".jsonl", ".parquet"])
def test_every_kind_of_file_and_id_comes_out_as_it_went_in(tmp_path, given, wanted):
    for kind in IDS if given == wanted else ["numbers with a gap"]:
        ids = IDS[kind]
        source, output = tmp_path / f"in{given}", tmp_path / f"out{wanted}"
        frame = pd.DataFrame({"said": ["Good car", "Bad dealer"]})
        put(frame if ids is None else frame.assign(ref=ids), source)
        written = tag_file(
            source, output, text="said", id=None if ids is None else "ref", settings=Settings(home=tmp_path)
        )
        assert written.item_count == 2
        typed = ids is None or (wanted != ".csv" and given != ".csv" and (given, wanted) != (".jsonl", ".parquet"))
        gap = "" if ".csv" in (given, wanted) else None
        expected = [0, 1] if ids is None else [gap if pd.isna(one) else one if typed else str(one) for one in ids]
        found = item_ids(output)
        assert found == (expected if wanted != ".csv" else [str(one) for one in expected]), kind


@pytest.mark.parametrize("given", [".csv", ".parquet"])
@pytest.mark.parametrize("wanted", [".csv", ".jsonl", ".parquet"])
def test_no_rows_in_make_no_rows_out(tmp_path, given, wanted):
    source, output = tmp_path / f"in{given}", tmp_path / f"out{wanted}"
    put(pd.DataFrame({"said": pd.Series([], dtype="str")}), source)
    assert tag_file(source, output, text="said", settings=Settings(home=tmp_path)).row_count == 0
    if wanted == ".jsonl":
        assert output.read_bytes() == b""
    else:
        tags = pd.read_csv(output) if wanted == ".csv" else pd.read_parquet(output)
        assert (len(tags), tags.columns[0]) == (0, "item_id")


def test_a_blank_first_batch_does_not_settle_what_a_column_holds(tmp_path):
    with writer(tmp_path / "a.parquet") as write:
        write(pd.DataFrame({"item_id": [None]}))
        write(pd.DataFrame({"item_id": ["a"]}))
    assert pq.read_table(tmp_path / "a.parquet").column("item_id").to_pylist() == [None, "a"]


def test_row_names_that_pandas_saved_are_a_column(tmp_path):
    frame = pd.DataFrame({"said": ["Good", "Bad"]}, index=pd.Index(["r1", "r2"], name="ref"))
    frame.to_parquet(tmp_path / "a.parquet")
    tag_file(tmp_path / "a.parquet", tmp_path / "b.parquet", text="said", id="ref", settings=Settings(home=tmp_path))
    assert item_ids(tmp_path / "b.parquet") == ["r1", "r2"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "said,ref\nGrün war der Wagen,1\n"),
        ("a.jsonl", '{"said": "Grün war der Wagen", "ref": "1"}\n'),
    ],
)
def test_utf_16_is_read(tmp_path, encoding, name, content):
    (tmp_path / name).write_bytes(content.encode(encoding))
    (frame,) = read_batches(tmp_path / name, ["said", "ref"])
    assert (frame["said"].iloc[0], frame["ref"].iloc[0]) == ("Grün war der Wagen", "1")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.jsonl", '{"said": "x"}\n\n{"said": ["a", "b"]}\n', "said of row 2 holds a list where a text was expected"),
        ("a.jsonl", '{"said": {"de": "gut"}}\n', "said of row 1 holds a dict"),
        ("a.csv", "said,said\nGood,Bad\n", "2 columns are named said; give each a name of its own"),
        ("a.csv", "id;said\n1;Good, fine\n2;Bad\n", "one column, of cells that semicolons separate where commas"),
        ("a.csv", "id;said\n1;Good\n2;Bad, bad\n", "one column, of cells that semicolons separate where commas"),
    ],
)
def test_cells_that_are_no_text_and_names_that_are_no_name_are_refused(tmp_path, name, content, told):
    (tmp_path / name).write_text(content)
    with pytest.raises(SourceError, match=rf"{name}: not readable as .*{told}.* Nothing was written"):
        tag_file(tmp_path / name, tmp_path / "out.csv", text="said", settings=Settings(home=tmp_path))
    assert not (tmp_path / "out.csv").exists()


def test_a_list_far_down_and_in_parquet_is_told_by_its_row(tmp_path):
    lines = ['{"said": "Good"}'] * BATCH_ROWS + ['{"said": ["a"]}']
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    with pytest.raises(SourceError, match=f"said of row {BATCH_ROWS + 1:,} holds a list"):
        next(read_batches(tmp_path / "a.jsonl", ["said"]))
    pq.write_table(pa.table({"said": [None, ["a", "b"]]}), tmp_path / "a.parquet")
    with pytest.raises(SourceError, match="said of row 2 holds a"):
        next(read_batches(tmp_path / "a.parquet", ["said"]))


def test_twice_the_same_name_elsewhere_is_no_harm(tmp_path):
    (tmp_path / "a.csv").write_text("note,said,note,,\nx,Good,y,,\n")
    (frame,) = read_batches(tmp_path / "a.csv", ["said"])
    assert list(frame["said"]) == ["Good"]
