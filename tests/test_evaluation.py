"""Figures of ``voc evaluate``, worked out by hand."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner
from workspace import BAKERY, Workspace

from vocanalytics import Tagger
from vocanalytics.cli import app
from vocanalytics.config import Settings
from vocanalytics.errors import ConfigError, MissingColumns, SourceError, TaxonomyError
from vocanalytics.statistics.agreement import hits
from vocanalytics.steps.evaluate import evaluate_file
from vocanalytics.tagging.evaluation import Answers, evaluate, measure


def sets(*cells: str):
    return [frozenset(cell.split()) for cell in cells]


def answers(gold, found, labels="a b c"):
    abstained = np.array([not cell for cell in found])
    return Answers(labels.split(), sets(*gold), sets(*found), abstained)


def test_figures_by_hand():
    report = measure(answers(["a", "a b", "b", ""], ["a", "b", "a", ""]))
    a, b, c = (report["labels"][name] for name in "abc")
    assert (a["precision"], a["recall"], a["f1"], a["support"]) == (0.5, 0.5, 0.5, 2)
    assert (b["precision"], b["recall"], b["f1"]) == (1.0, 0.5, 0.6667)
    assert c == {"precision": None, "recall": None, "f1": None, "f1_interval": [None, None], "support": 0}
    assert report["micro_f1"] == round(2 * 2 / (2 * 2 + 1 + 2), 4)
    assert report["macro_f1"] == round((0.5 + 2 / 3) / 2, 4)  # c never occurs
    assert report["abstained_share"] == 0.25


def test_macro_f1_leaves_out_what_nobody_coded():
    report = measure(answers(["a", "a"], ["a c", "a"]))
    c = report["labels"]["c"]
    assert (c["precision"], c["recall"], c["f1"], c["support"], report["macro_f1"]) == (0.0, None, 0.0, 0, 1.0)


def test_a_frame_without_places_is_measured_on_the_rest(tmp_path):
    frame = tmp_path / "themes_only.yaml"
    frame.write_text('name: plain\nedition: "1"\nthemes: [{id: taste}, {id: price}]\n', encoding="utf-8")
    gold = pd.DataFrame({"text": ["Tastes great", "Too dear"], "themes": ["taste", "price"], "touchpoint": ["", ""]})
    report = evaluate(gold, Tagger.load(frame))
    nothing = {"texts": 0, "micro_f1": None, "macro_f1": None, "abstained_share": None, "labels": {}}
    assert (report["themes"]["texts"], report["touchpoint"], report["joint"]) == (2, nothing, nothing)


def test_intervals_hold_the_figure_and_narrow_with_texts():
    few, many = (measure(answers(["a", "a", ""] * n, ["a", "", "a"] * n)) for n in (5, 200))
    low, high = many["labels"]["a"]["f1_interval"]
    assert low <= many["labels"]["a"]["f1"] <= high
    assert few["labels"]["a"]["f1_interval"][1] - few["labels"]["a"]["f1_interval"][0] > 3 * (high - low)


@pytest.mark.parametrize(("right", "wrong", "missed"), [(5, 0, 0), (0, 3, 2), (20, 7, 11), (1, 0, 0)])
def test_an_interval_means_what_the_audits_does(right, wrong, missed):
    gold, found = ["a"] * right + [""] * wrong + ["a"] * missed, ["a"] * (right + wrong) + [""] * missed
    a = measure(answers(gold, found, "a"))["labels"]["a"]
    columns = ([[bool(cell)] for cell in cells] for cells in (gold, found))
    audit = hits(*columns, [1.0] * len(gold), [str(n) for n in range(len(gold))])
    assert [a["f1"], *a["f1_interval"]] == [round(float(x[0]), 4) for x in (audit.f1, audit.f1_low, audit.f1_high)]
    assert a["f1_interval"][0] < a["f1_interval"][1]  # never certain, however well it went


@pytest.mark.parametrize("found", [[""] * 3, ["a", "", "b"]])
def test_where_nobody_coded_anything_nothing_is_measured(found):
    report = measure(answers([""] * 3, found))
    nothing = {"precision": None, "recall": None, "f1": None, "f1_interval": [None, None], "support": 0}
    assert report.pop("labels") == dict.fromkeys("abc", nothing)
    assert report == {"texts": 0, "micro_f1": None, "macro_f1": None, "abstained_share": None}
    assert measure(answers([], []))["texts"] == 0


@pytest.fixture(scope="module")
def tagger():
    return Tagger.load("automotive")


def test_a_report_over_all_axes(tagger):
    gold = pd.DataFrame(
        {
            "text": [
                "The app crashes every time I open it",
                "Phantom braking on the motorway is scary",
                "I have two kids",
            ],
            "themes": ["software", "safety;software", ""],
            "touchpoint": ["owner_app", "driver_assistance", ""],
            "polarity": ["negative", "negative", None],
            "channel": ["review", "social", "survey"],
        }
    )
    report = evaluate(gold, tagger)
    assert list(report) == ["model", "taxonomy", "texts", "themes", "touchpoint", "joint", "polarity"]
    assert (report["model"], report["texts"]) == (tagger.model, 3)
    assert report["touchpoint"]["labels"]["owner_app"]["f1"] == 1.0
    assert report["themes"]["labels"]["software"]["support"] == 2
    assert report["joint"]["labels"]["software@owner_app"]["recall"] == 1.0
    assert report["polarity"]["texts"] == 2  # the third was not coded
    assert report["polarity"]["labels"]["negative"]["recall"] == 1.0


def test_channels_and_languages_of_twenty_texts_have_figures_of_their_own(tagger):
    crash, wait = "The app crashes every time I open it", "I waited two hours for my car"
    gold = pd.DataFrame(
        {
            "text": [crash] * 20 + [wait] * 20,
            "themes": "software",  # so the second twenty are wrong
            "channel": ["review"] * 20 + ["social"] * 19 + [""],
            "language": ["en"] * 10 + [" de"] * 30,
        }
    )
    report = evaluate(gold, tagger)
    told = [(part["channel"], part["language"], part["texts"], part["themes"]["texts"]) for part in report["parts"]]
    assert told == [("review", None, 20, 20), (None, "de", 30, 30)]
    recall = [part["themes"]["labels"]["software"]["recall"] for part in (report, *report["parts"])]
    assert recall == [0.5, 1.0, 0.3333]
    assert evaluate(gold.head(19), tagger).keys() == {"model", "taxonomy", "texts", "themes"}


def test_axes_nobody_coded_are_left_out(tagger):
    report = evaluate(pd.DataFrame({"text": ["fine"], "themes": [""]}), tagger)
    assert set(report) == {"model", "taxonomy", "texts", "themes"}


SECRET = "please ring Tina Marsh"


@pytest.mark.parametrize(
    ("column", "cell", "error", "told"),
    [
        ("themes", f"staf_attitude;{SECRET}", TaxonomyError, r"themes: .* 1 row\(s\): 2 .* Nearest: staff_attitude\."),
        ("themes", SECRET, TaxonomyError, r"themes: expected ids of automotive-.* It has: staff_attitude, "),
        ("touchpoint", f"owner_ap;{SECRET}", TaxonomyError, r"touchpoint: .* Nearest: owner_app\."),
        ("channel", SECRET, SourceError, r"channel: expected review, survey, social, contact or a blank, .*: 2 "),
        ("polarity", SECRET, SourceError, r"polarity: expected negative, .* or a blank, .* Nothing was measured"),
    ],
)
def test_bad_gold_is_refused_by_row_and_never_by_what_it_says(tagger, column, cell, error, told):
    gold = pd.DataFrame({"text": ["fine", "bad", "so so"], "themes": ["", "", ""], column: ["", cell, ""]})
    with pytest.raises(error, match=told) as raised:
        evaluate(gold, tagger)
    assert "Tina" not in str(raised.value)


def test_gold_without_themes_is_refused(tagger):
    with pytest.raises(MissingColumns, match=r"column\(s\) themes not found\. The file has: text\. A gold file has"):
        evaluate(pd.DataFrame({"text": ["fine"]}), tagger)


def test_blank_channels_and_questions_are_none(tagger):
    gold = pd.DataFrame({"text": ["fine", "bad"], "themes": "", "channel": ["", "review"], "question": [None, "Why?"]})
    assert evaluate(gold, tagger)["texts"] == 2


@pytest.mark.parametrize(("name", "told"), [("a/b.json", "Not a directory"), ("folder", "Is a directory")])
def test_an_output_that_cannot_be_written_is_told_first(tmp_path, name, told):
    (tmp_path / "a").touch()
    (tmp_path / "folder").mkdir()
    with pytest.raises(ConfigError, match=f"cannot be written: (File exists|{told})"):
        evaluate_file(tmp_path / "no_gold.csv", tmp_path / name, Settings(home=tmp_path))


def test_gold_files_that_cannot_be_measured(tmp_path):
    gold, output = tmp_path / "gold.CSV", tmp_path / "report.json"
    gold.write_text("text,themes\n")
    with pytest.raises(SourceError, match="expected labelled rows, found none"):
        evaluate_file(gold, output, Settings(home=tmp_path))
    with pytest.raises(ConfigError, match="the report would replace the gold file"):
        evaluate_file(gold, gold, Settings(home=tmp_path))
    gold.write_text("text,codes\nfine,\n")
    with pytest.raises(MissingColumns, match="The file has: text, codes. A gold file has the columns text and themes"):
        evaluate_file(gold, output, Settings(home=tmp_path))
    gold.write_text(f"text,themes,channel\nfine,,{SECRET}\n")
    with pytest.raises(SourceError, match=r"gold\.CSV: channel: expected review") as raised:
        evaluate_file(gold, output, Settings(home=tmp_path))
    assert "Tina" not in str(raised.value)
    assert list(tmp_path.iterdir()) == [gold]


def bakery(tmp_path, *lines: str):
    """Feeds that declare a frame of their own, and a gold file for it."""
    workspace = Workspace(tmp_path)
    workspace.declare()
    declared = workspace.write(
        "sources.yaml", workspace.settings.sources.read_text().replace("automotive", "bread.yaml")
    )
    workspace.write("bread.yaml", BAKERY)
    return workspace, declared, workspace.write("gold.csv", "text,themes,channel,language\n" + "".join(lines))


def voc(*arguments: object):
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


def test_the_ledger_takes_the_declared_frame_its_parts_and_no_label_without_a_case(tmp_path):
    rows = (f"The bread tastes {word},taste,review,en\n" for word in ("great", "awful") * 10)
    workspace, declared, gold = bakery(tmp_path, *rows, "The bread tastes like soap,taste,social,\n")
    output = tmp_path / "report.json"
    where = ("--sources", declared, "--home", workspace.settings.home)

    done = voc("evaluate", "--gold", gold, "--output", output, "--store", *where)

    assert done.exit_code == 0, done.output
    assert json.loads(output.read_text())["taxonomy"] == "bakery-1"
    kept = workspace.rows("select taxonomy, axis, label, channel, language, support from model_quality order by all")
    assert {row for row in kept if row[2] == "taste"} == {
        ("bakery-1", "themes", "taste", channel, language, support)
        for channel, language, support in ((None, None, 21), ("review", None, 20), (None, "en", 20))
    }
    assert workspace.rows("select count(*) from model_quality where f1 is null or f1_low = f1_high") == [(0,)]
    # without the ledger the feeds are asked only if somebody names them
    gold.write_text("text,themes\nGreat bread,wheels\n")
    for named, frame in (((), "automotive"), (where, "bakery")):
        with pytest.raises(TaxonomyError, match=f"expected ids of {frame}-"):
            voc("evaluate", "--gold", gold, "--output", output, *named)


def test_what_nobody_coded_is_not_printed_as_a_figure(tmp_path):
    frame = tmp_path / "places.yaml"
    frame.write_text(BAKERY.split("themes:")[0], encoding="utf-8")
    gold, output = tmp_path / "gold.csv", tmp_path / "report.json"
    gold.write_text("text,themes,touchpoint\n" + "Ordering online is easy,,webshop\n" * 3)
    done = voc("evaluate", "--gold", gold, "--output", output, "--taxonomy", frame)
    assert [line.split()[0] for line in done.output.splitlines()] == ["touchpoint", "written"]
    gold.write_text("text,themes\n" + "nothing,\n" * 60)
    done = voc("evaluate", "--gold", gold, "--output", output, "--taxonomy", frame)
    assert done.output.splitlines()[0] == "not measured: no text of the gold file has a label"
    assert json.loads(output.read_text())["themes"]["micro_f1"] is None
