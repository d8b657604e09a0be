"""The commands, as processes, the way a person or a scheduler starts them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import duckdb
import pandas as pd
import pytest
from workspace import HEADER, ROOT, sample, voc

from vocanalytics.config import Settings
from vocanalytics.errors import CheckFailed, ConfigError
from vocanalytics.steps.tables import ask

COLUMNS = [
    "item_id", "verbatim", "segment", "start", "end", "outcome", "theme", "theme_confidence", "touchpoint_outcome",
    "touchpoint", "touchpoint_confidence", "touchpoint_source", "stage", "polarity", "polarity_score",
    "polarity_confidence", "emotion", "intent", "item_polarity", "item_polarity_score", "model", "taxonomy",
]  # fmt: skip
TEXTS = ["Love the car, but the dealer never called me back.", "Ask for tina.marsh@example.com", ""]


def read(path):
    if path.suffix == ".csv":
        return pd.read_csv(path)
    return pd.read_json(path, lines=True) if path.suffix == ".jsonl" else pd.read_parquet(path)


@pytest.mark.parametrize(("given", "wanted"), [("csv", "parquet"), ("jsonl", "csv"), ("parquet", "jsonl")])
def test_tag_reads_and_writes_files_by_suffix(tmp_path, given, wanted):
    frame = pd.DataFrame({"ref": ["a-1", "a-2", "a-3"], "said": TEXTS})
    source = tmp_path / f"in.{given}"
    {"csv": lambda: frame.to_csv(source, index=False), "parquet": lambda: frame.to_parquet(source),
     "jsonl": lambda: frame.to_json(source, orient="records", lines=True)}[given]()  # fmt: skip
    output = tmp_path / f"out.{wanted}"
    done = voc("tag", source, "--text", "said", "--id", "ref", "--channel", "review", "--output", output)
    assert done.returncode == 0, done.stderr
    tags = read(output)
    assert list(tags.columns) == COLUMNS
    assert set(tags["item_id"]) == {"a-1", "a-2", "a-3"}
    assert "tina.marsh" not in output.read_bytes().decode("latin-1")
    said = tags[tags["item_id"] != "a-3"]
    for row in said.itertuples():
        assert row.verbatim[int(row.start) : int(row.end)] == row.segment
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([source.name, output.name])


def test_tag_without_ids_numbers_rows_from_zero(tmp_path):
    (tmp_path / "in.csv").write_text("said\nGood\nBad\n")
    voc("tag", tmp_path / "in.csv", "--text", "said", "--output", tmp_path / "out.csv")
    assert list(read(tmp_path / "out.csv")["item_id"]) == [0, 1]


@pytest.mark.parametrize(
    ("name", "column", "code", "message"),
    [
        ("in.csv", "words", 3, "column(s) words not found. The file has: said. Name columns it has with --text"),
        ("in.txt", "said", 2, "expected a name ending in .csv, .jsonl, .parquet"),
    ],
)
def test_tag_says_what_is_wrong(tmp_path, name, column, code, message):
    (tmp_path / "in.csv").write_text("said\nGood\n")
    done = voc("tag", tmp_path / name, "--text", column, "--output", tmp_path / "out.csv")
    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert "sources.yaml" not in done.stderr
    assert not (tmp_path / "out.csv").exists()


def test_a_killed_tag_leaves_nothing_once_it_has_run_again(tmp_path):
    (tmp_path / "in.CSV").write_text("said\nGood\n")
    command = [sys.executable, "-m", "vocanalytics", "tag", tmp_path / "in.CSV", "--text", "said", "--output"]
    running = subprocess.Popen([*command, tmp_path / "out.CSV"], cwd=ROOT, stderr=subprocess.DEVNULL)
    while not (left := list(tmp_path.glob(".out.CSV.*"))) and running.poll() is None:
        time.sleep(0.005)
    running.kill()
    running.wait()
    assert [path.exists() for path in left] == [True]
    mine = tmp_path / f".out.CSV.{os.getpid()}"  # of a process that is still at work
    mine.touch()
    done = voc(*command[3:], tmp_path / "out.CSV")
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["in.CSV", "out.CSV", mine.name])


def test_tag_refuses_to_replace_its_input(tmp_path):
    (tmp_path / "in.csv").write_text("said\nGood\n")
    done = voc("tag", tmp_path / "in.csv", "--text", "said", "--output", tmp_path / "in.csv")
    assert done.returncode == 2
    assert "the output would replace the input" in done.stderr
    assert (tmp_path / "in.csv").read_text() == "said\nGood\n"


def test_tag_survives_odd_text_and_names_odd_lines(tmp_path):
    (tmp_path / "in.jsonl").write_text('{"said": "half an emoji \\ud83d, good car"}\n{"said": null}\n{"said": 7}\n')
    done = voc("tag", tmp_path / "in.jsonl", "--text", "said", "--output", tmp_path / "out.csv")
    assert done.returncode == 0, done.stderr
    (tmp_path / "in.jsonl").write_text('["not", "an object"]\n')
    done = voc("tag", tmp_path / "in.jsonl", "--text", "said", "--output", tmp_path / "out2.csv")
    assert done.returncode == 3
    assert "Traceback" not in done.stderr


def test_a_megabyte_from_one_customer_stays_in_memory(tmp_path):
    text = "The dealer was late, but the car is fine. " * 25_000
    (tmp_path / "in.jsonl").write_text(json.dumps({"said": text}) + "\n")
    code = (
        "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_DATA, (3_000_000_000,) * 2);"
        "sys.argv = ['voc', *sys.argv[1:]]; runpy.run_module('vocanalytics', run_name='__main__')"
    )
    command = [sys.executable, "-c", code, "tag", tmp_path / "in.jsonl", "--text", "said", "--output"]
    done = subprocess.run([*command, tmp_path / "out.parquet"], cwd=ROOT, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stderr[-2000:]
    tags = pd.read_parquet(tmp_path / "out.parquet", columns=["start", "end"])
    assert tags["end"].max() >= len(text) - 1
    assert len(tags.drop_duplicates()) <= 300


def test_evaluate_writes_the_report_and_the_shipped_heads_are_as_good_as_they_were(tmp_path):
    gold = ROOT / "data" / "sample" / "gold.csv"
    done = voc("evaluate", "--gold", gold, "--output", tmp_path / "report.json")
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "report.json").read_text())
    # a little below what they reach: 0.52, 0.67, 0.62, 0.35
    for axis, floor in {"themes": 0.48, "touchpoint": 0.63, "polarity": 0.58, "joint": 0.31}.items():
        assert floor <= report[axis]["micro_f1"] <= 1
        assert report[axis]["abstained_share"] < 0.3


def test_when_check_says_ready_the_run_works_and_check_wrote_nothing(tmp_path):
    sources = sample(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    done = voc("sources", "check", "--sources", sources, "--home", tmp_path / "home")
    assert (done.returncode, done.stdout[:6]) == (0, "ready:"), done.stderr
    assert sorted(tmp_path.rglob("*")) == before
    done = voc("run", "--sources", sources, "--home", tmp_path / "home")
    assert done.returncode == 0, done.stderr


def test_check_names_every_problem_before_a_run_meets_it(workspace):
    workspace.declare()
    workspace.write("reviews.csv", HEADER.replace("stars", "rating") + "1,2026-03-31,4,Good,ann\n")
    done = voc("sources", "check", "--sources", workspace.settings.sources, "--home", workspace.settings.home)
    assert done.returncode == 7  # as the run: without a row there is nothing to publish
    assert "problem: reviews: " in done.stderr
    assert "column(s) stars not found" in done.stderr
    assert "no row of any source would land" in done.stderr
    assert "ready" not in done.stdout


def test_check_is_ready_in_spite_of_rows_a_run_would_quarantine(workspace):
    workspace.declare()
    workspace.write("reviews.csv", HEADER + "1,2026-03-31,4,Good,ann\n2,soon,4,Good,bob\n1,2026-03-31,1,Bad,ann\n")
    done = voc("sources", "check", "--sources", workspace.settings.sources, "--home", workspace.settings.home)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("warning: ") == 2
    assert "1 of 3 row(s) cannot be read (date)" in done.stderr
    assert "1 of 3 row(s) have the key of an earlier row and say something else" in done.stderr
    assert "2 warning(s) above" in done.stdout


@pytest.mark.parametrize("content", [None, b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9])
def test_preview_of_what_cannot_be_read_ends_with_3_and_one_complaint(workspace, content):
    workspace.declare()
    if content:
        workspace.write("reviews.csv", content)
    where = ("--sources", workspace.settings.sources, "--home", workspace.settings.home)
    done = voc("sources", "preview", "reviews", *where)
    assert done.returncode == 3
    assert (done.stdout + done.stderr).count("problem: reviews: ") == 1
    assert "encoding" not in done.stdout + done.stderr


def test_preview_shows_masked_rows_and_problems_and_writes_nothing(workspace):
    workspace.declare()
    workspace.write("reviews.csv", HEADER + "1,2026-03-31,4,Mail me at ann@example.com,ann\n2,soon,4,Good,bob\n")
    before = sorted(workspace.folder.rglob("*"))
    done = voc(
        "sources", "preview", "reviews", "--sources", workspace.settings.sources, "--home", workspace.settings.home
    )
    assert done.returncode == 0, done.stderr
    assert "Mail me at [EMAIL]" in done.stdout
    assert "masked EMAIL 1" in done.stdout
    assert "quarantined 1: date" in done.stdout
    assert "ann@example.com" not in done.stdout + done.stderr
    assert sorted(workspace.folder.rglob("*")) == before


def test_an_unknown_source_is_named_with_those_there_are(workspace):
    workspace.declare()
    done = voc("sources", "preview", "revews", "--sources", workspace.settings.sources)
    assert done.returncode == 2
    assert "no source 'revews'; declared are: reviews" in done.stderr


def test_tables_and_sql_read_the_publication(sample_run):
    settings = sample_run.job.settings
    where = ("--sources", settings.sources, "--home", settings.home)
    listed = voc("tables", *where)
    assert listed.returncode == 0, listed.stderr
    assert "pain_points" in listed.stdout
    assert "one row per" in listed.stdout
    asked = voc("sql", "select count(*) as items from feedback", *where)
    assert asked.stdout.split() == ["items", "802"] or int(asked.stdout.split()[1]) > 700
    refused = voc("sql", "create table mine as select 1", *where)
    assert refused.returncode != 0
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("query", "error", "told"),
    [
        (
            "select * from feedbak",
            CheckFailed,
            r"no table feedbak; did you mean feedback\? Published are .*pain",
        ),
        ("select polarty from feedback", CheckFailed, 'Referenced column "polarty" not found .*"polarity"'),
        ("select cuont(*) from feedback", CheckFailed, 'cuont does not exist; Did you mean "count"'),
        ("select * from read_csv('/etc/passwd')", ConfigError, 'Cannot access file "/etc/passwd"'),
        ("from '/etc/passwd'", CheckFailed, "there is no table /etc/passwd"),
        ("select verbatim::int from feedback where verbatim is not null", ConfigError, "convert string. Nothing"),
    ],
)
def test_sql_names_what_is_unknown_and_sees_no_other_file(tmp_path, query, error, told):
    published = tmp_path / "published" / "p1"
    published.mkdir(parents=True)
    (tmp_path / "published" / "current").symlink_to("p1")
    manifest = {"id": "p1", "as_of": "2026-11-22", "model": "m", "taxonomy": "t", "rows": {}}
    (published / "manifest.json").write_text(json.dumps(manifest))
    with duckdb.connect(published / "insights.duckdb") as con:
        con.execute("create table feedback as select 'Bad dealer' as verbatim, 'negative' as polarity")
        con.execute("create table pain_points (theme text)")
    assert "negative" in ask(Settings(home=tmp_path), "select polarity from feedback")
    with pytest.raises(error, match=told) as raised:
        ask(Settings(home=tmp_path), query)
    assert "dealer" not in str(raised.value)


def test_tables_before_any_run_says_what_to_do(tmp_path):
    done = voc("tables", "--home", tmp_path)
    assert done.returncode == 7
    assert "nothing is published yet. Run `voc run` first" in done.stderr
    with pytest.raises(CheckFailed, match="nothing is published yet"):
        ask(Settings(home=tmp_path), "select 1")
    (tmp_path / "published" / "current").mkdir(parents=True)
    (tmp_path / "published" / "current" / "manifest.json").write_text("{")
    with pytest.raises(CheckFailed, match="expected a manifest made by publishing"):
        ask(Settings(home=tmp_path), "select 1")


def test_sql_takes_one_question(tmp_path):
    with pytest.raises(ConfigError, match="one question at a time"):
        ask(Settings(home=tmp_path), f"select 1; copy (select 1) to '{tmp_path}/x.csv'")
    with pytest.raises(CheckFailed, match="nothing is published yet"):
        ask(Settings(home=tmp_path), "select ';' -- one; two\n;")
