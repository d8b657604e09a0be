"""From verbatims to tags with the shipped models."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from vocanalytics import Tagger
from vocanalytics.errors import ConfigError, MissingColumns, ModelError, SourceError, TaxonomyError
from vocanalytics.resources import models_dir, resolve_taxonomy
from vocanalytics.steps.train import train_heads
from vocanalytics.tagging.axis_fitting import by_label, fit_axis
from vocanalytics.tagging.borrowing import Bank
from vocanalytics.tagging.evidence import Evidence
from vocanalytics.tagging.phrases import PhraseBook, name_phrases
from vocanalytics.tagging.readings import Place, mood, places
from vocanalytics.tagging.tagger import COLUMNS
from vocanalytics.tagging.themes import Axis
from vocanalytics.taxonomy import Theme, load_taxonomy

TEXTS = [
    "Love the car, but the dealer never called me back.",
    "",
    "!!! :)",
    "The app crashes every time I open it. The new seats are very comfortable.",
]


@pytest.fixture(scope="module")
def tagger():
    return Tagger.load()


@pytest.fixture(scope="module")
def bakery(bakery_file):
    return Tagger.load(bakery_file)


def test_columns_stand_in_the_published_order(tagger):
    tags = tagger.tag(TEXTS)
    assert list(tags.columns) == list(COLUMNS)
    assert set(tags.item_id) == {0, 1, 2, 3}
    assert tags.item_id.is_monotonic_increasing


def test_offsets_reproduce_the_text(tagger):
    for row in tagger.tag(TEXTS).dropna(subset=["segment"]).itertuples():
        assert row.verbatim[row.start : row.end] == row.segment


def test_clear_cases_are_tagged(tagger):
    tags = tagger.tag(["The app crashes every time I open it", "Phantom braking on the motorway is scary"])
    app, braking = tags[tags.item_id == 0], tags[tags.item_id == 1]
    assert set(app.theme) == {"software"}
    assert app.touchpoint.iloc[0] == "owner_app"
    assert app.stage.iloc[0] == "use"
    assert "safety" in set(braking.theme)
    assert braking.touchpoint.iloc[0] == "driver_assistance"


def test_outcomes_agree_with_tags(tagger):
    tags = tagger.tag(TEXTS)
    assert set(tags.outcome) <= {"tagged", "none_applies", "abstained"}
    assert ((tags.outcome == "tagged") == tags.theme.notna()).all()
    assert ((tags.touchpoint_outcome == "tagged") == tags.touchpoint.notna()).all()
    assert (tags.touchpoint.notna() == tags.stage.notna()).all()
    assert tags.polarity_score.dropna().between(-1, 1).all()


def test_an_item_with_both_sides_is_mixed(tagger):
    tags = tagger.tag(TEXTS[:1])
    assert set(tags.item_polarity) == {"mixed"}
    assert tags.drop_duplicates("start").polarity.tolist() == ["positive", "negative"]


def test_blank_and_wordless_texts_keep_their_row(tagger):
    blank, wordless = (tagger.tag(TEXTS)[lambda t, i=i: t.item_id == i] for i in (1, 2))
    assert blank[["segment", "start", "polarity", "item_polarity"]].isna().all(axis=None)
    assert wordless.outcome.tolist() == ["none_applies"]
    assert wordless.polarity.tolist() == ["neutral"]
    assert wordless.touchpoint.isna().all()


def test_no_texts_give_an_empty_frame(tagger):
    tags = tagger.tag([])
    assert list(tags.columns) == list(COLUMNS)
    assert tags.empty


def test_company_and_batches_change_nothing(tagger):
    together = tagger.tag(TEXTS * 2, channel="review")
    alone = tagger.tag([TEXTS[3]], channel="review")
    again = together[together.item_id == 7].reset_index(drop=True)
    for name in COLUMNS:
        if name != "item_id":
            assert again[name].equals(alone[name]) or np.allclose(again[name], alone[name], atol=1e-3), name


def test_ids_are_copied(tagger):
    assert set(tagger.tag(["a b", "c d"], ids=["x", "y"]).item_id) == {"x", "y"}
    with pytest.raises(ValueError, match="ids must be one per text; found 1 for 2"):
        tagger.tag(["a", "b"], ids=["x"])
    with pytest.raises(TypeError, match=r"texts\[0\] must be a str"):
        tagger.tag([None])


def test_rows_go_by_position_whatever_the_index_of_a_series_says(tagger):
    usual = tagger.tag(TEXTS, channel=["review"] * len(TEXTS), question=["How was it?"] * len(TEXTS), ids=TEXTS)
    said = pd.Series(TEXTS, index=range(len(TEXTS), 0, -1))
    again = tagger.tag(
        said,
        channel=pd.Series("review", index=said.index),
        question=("How was it?" for _ in TEXTS),
        ids=pd.Index(TEXTS),
    )
    assert again.equals(usual)
    assert tagger.tag(iter(TEXTS)).equals(tagger.tag(TEXTS))


def test_half_a_surrogate_pair_is_mended_in_place(tagger):
    broken = "a\ud83d, good car"
    tags = tagger.tag([broken], question="\ud83d?")
    assert tags.verbatim[0] == "a?, good car"
    assert tags.equals(tagger.tag(["a?, good car"], question="??"))


def test_a_survey_lends_its_touchpoint(tagger):
    tags = tagger.tag(["Very friendly.", "I have two kids."], context_touchpoint=["service_visit", None])
    lent = tags[tags.item_id == 0].iloc[0]
    assert (lent.touchpoint, lent.touchpoint_source, lent.stage) == ("service_visit", "context", "support")
    assert np.isnan(lent.touchpoint_confidence)
    with pytest.raises(TaxonomyError, match="has no touchpoint 'moon'"):
        tagger.tag(["fine"], context_touchpoint="moon")


def test_a_neighbour_lends_before_the_survey():
    told = [
        Place("abstained"),
        Place("tagged", "a", 0.9, "text"),
        Place("abstained"),
        Place("tagged", "b", 0.8, "text"),
    ]
    assert [(p.touchpoint, p.source) for p in places(told, "c")] == [
        ("a", "neighbour"), ("a", "text"), ("a", "neighbour"), ("b", "text")
    ]  # fmt: skip
    assert places([Place("none_applies")], "c")[0].source == "context"
    assert places([Place("abstained")], None) == [Place("abstained")]


@pytest.mark.parametrize(
    ("polarity", "expected"),
    [
        ([[0.9, 0.1, 0.0], [0.0, 0.1, 0.9]], "mixed"),
        ([[0.9, 0.1, 0.0], [0.0, 0.9, 0.1]], "negative"),
        ([[0.1, 0.3, 0.6]], "positive"),
        ([[0.4, 0.35, 0.25]], "negative"),
        ([[0.2, 0.6, 0.2]], "neutral"),
        ([], None),
    ],
)
def test_the_mood_of_an_item(polarity, expected):
    assert mood(np.array(polarity, dtype=np.float32), [10] * len(polarity)).polarity == expected


def test_names_alone_make_a_frame_usable(bakery):
    tags = bakery.tag(
        ["We waited half an hour in the queue", "The cake tasted delicious", "The bread is too expensive"]
    )
    assert tags.groupby("item_id").theme.first().tolist() == ["queue", "taste", "price"]


def test_the_model_name_follows_everything_that_could_change_a_tag(tagger, bakery, bakery_file):
    assert tagger.model.startswith("voc-")
    assert tagger.model == Tagger.load("automotive").model
    assert bakery.model != tagger.model
    assert bakery.model == Tagger.load(bakery_file).model


def test_trained_heads_are_reread_as_they_were(bakery, bakery_file, tmp_path):
    facts = train_heads(bakery_file, None, tmp_path / "heads")
    assert facts["held_out"]["themes"] == {"mode": "descriptions"}
    assert "nothing was measured" in (tmp_path / "heads" / "README.md").read_text(encoding="utf-8")
    again = Tagger.load(bakery_file, tmp_path / "heads")
    assert again.model == bakery.model
    assert again.tag(TEXTS).equals(bakery.tag(TEXTS))


def test_heads_of_another_frame_are_refused(bakery_file):
    with pytest.raises(ModelError, match="themes-general: fitted for another taxonomy"):
        Tagger.load(bakery_file, models_dir() / "themes-general")


def test_altered_heads_are_refused(bakery_file, tmp_path):
    shutil.copytree(models_dir() / "themes-general", tmp_path / "heads")
    (tmp_path / "heads" / "axes.npz").write_bytes(b"x")
    with pytest.raises(ModelError, match=r"axes\.npz is not the file"):
        Tagger.load(resolve_taxonomy("general"), tmp_path / "heads")


UNTOLD = {"taste": "The fritter was number {}", "queue": "Numbered ticket {} took ages", "": "I came on day {}"}
TOLD = {  # what names alone get right
    "taste": "The cake tasted delicious {}",
    "queue": "We waited half an hour in the queue {}",
}


def few_rows(path, count, said=UNTOLD):
    lines = [f"{said[label].format(i)},{label}" for i in range(count) for label in said]
    path.write_text("\n".join(["text,themes", *lines]), encoding="utf-8")
    return path


def test_eight_rows_a_label_teach(bakery, bakery_file, tmp_path, caplog):
    facts = train_heads(bakery_file, few_rows(tmp_path / "coded.csv", 8), tmp_path / "heads")
    assert (facts["held_out"]["themes"]["mode"], facts["held_out"]["themes"]["rows"]) == ("labelled", 24)
    new = ["The fritter was number 99", "Numbered ticket 77 took ages"]
    assert Tagger.load(bakery_file, tmp_path / "heads").tag(new).theme.tolist() == ["taste", "queue"]
    assert bakery.tag(new).theme.tolist() != ["taste", "queue"]
    assert caplog.text == ""


@pytest.mark.parametrize(("count", "said"), [(7, UNTOLD), (12, TOLD)])
def test_rows_that_do_not_teach_are_left_out_and_told(bakery, bakery_file, tmp_path, caplog, count, said):
    coded = few_rows(tmp_path / "coded.csv", count, said)
    facts = train_heads(bakery_file, coded, tmp_path / "heads")
    assert facts["held_out"]["themes"] == {"mode": "descriptions", "unused_rows": count * len(said)}
    assert f"themes: {count * len(said)} labelled texts do not teach more than the taxonomy itself says" in caplog.text
    assert "were left out" in (tmp_path / "heads" / "README.md").read_text(encoding="utf-8")
    assert Tagger.load(bakery_file, tmp_path / "heads").tag(TEXTS).equals(bakery.tag(TEXTS))


def test_rows_that_all_say_the_same_are_left_out(tmp_path, caplog):
    frame = tmp_path / "one.yaml"
    frame.write_text('name: one\nedition: "1"\nthemes: [{id: taste}]\n', encoding="utf-8")
    rows = "".join(f"Lovely bread {i},taste\n" for i in range(60))
    (tmp_path / "coded.csv").write_text(f"text,themes\n{rows}", encoding="utf-8")
    facts = train_heads(frame, tmp_path / "coded.csv", tmp_path / "heads")
    assert facts["held_out"]["themes"] == {"mode": "descriptions", "unused_rows": 60}
    assert "themes: 60 labelled texts do not teach" in caplog.text


def test_figures_per_label_by_hand():
    tagged = np.array([[1, 1, 0], [1, 0, 0], [0, 0, 0]], dtype=bool)
    target = np.array([[1, 0, 0], [0, 0, 0], [1, 0, 0]], dtype=np.float32)
    assert by_label(["a", "b", "c"], tagged, target) == {
        "a": {"precision": 0.5, "recall": 0.5, "f1": 0.5, "support": 2},
        "b": {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 0},
        "c": {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 0},
    }


def test_coded_rows_teach(bakery_file, tmp_path):
    rows = ["text,themes,touchpoint"]
    for i in range(25):
        rows += [
            f"The fritter was number {i},taste,counter",
            f"Numbered ticket {i} took ages,queue,counter",
            f"I came on day {i},,",
        ]
    coded = tmp_path / "coded.csv"
    coded.write_text("\n".join(rows), encoding="utf-8")
    facts = train_heads(bakery_file, coded, tmp_path / "heads")
    assert facts["held_out"]["themes"] | {"mode": "labelled", "rows": 75} == facts["held_out"]["themes"]
    measured = facts["held_out"]["themes"]["labels"]["taste"]
    assert measured | {"support": 25} == measured
    assert 0.9 < measured["f1"] <= 1
    assert json.loads((tmp_path / "heads" / "manifest.json").read_text())["facts"]["held_out"] == facts["held_out"]
    told = (tmp_path / "heads" / "README.md").read_text(encoding="utf-8")
    assert "75 texts; each labelled text as a whole, judged without itself" in told
    assert f"| taste | {measured['precision']:.3f} | {measured['recall']:.3f} | {measured['f1']:.3f} | 25 |" in told
    taught = Tagger.load(bakery_file, tmp_path / "heads").tag(["The fritter was number 99"])
    assert set(taught.theme) == {"taste"}


@pytest.mark.parametrize(
    ("name", "content", "error", "told"),
    [
        ("a.csv", "text,themes\nx,tasty\n", TaxonomyError, "themes: expected ids of"),
        ("a.csv", "text,themes,touchpoint\nx,taste,moon\n", TaxonomyError, "touchpoint: expected ids of"),
        ("a.csv", "text,theme\nx,taste\n", MissingColumns, "column\\(s\\) themes not found"),
        ("a.txt", "", ConfigError, "expected a name ending in .csv"),
        ("a.csv", "text;themes\nx;taste\n", MissingColumns, "semicolons separate where commas were expected"),
        ("a.csv", "text,themes\nx,taste\ny,taste,z\n", SourceError, "line 3 has 3 cells where 2 were expected"),
        ("a.csv", "", SourceError, "not readable as .csv: the file is empty"),
        ("a.csv", "text,themes\nx,taste,z\ny,taste,z\n", SourceError, "rows have more cells than the first line"),
        ("a.jsonl", "[1]\n{", SourceError, "not readable as .jsonl: line 1 is not one whole JSON object"),
    ],
)
def test_bad_coded_rows_are_refused(bakery_file, tmp_path, name, content, error, told):
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(error, match=told):
        train_heads(bakery_file, tmp_path / name, tmp_path / "heads")
    assert not (tmp_path / "heads").exists()


def test_coded_rows_that_are_gone_are_told(bakery_file, tmp_path):
    with pytest.raises(SourceError, match=r"not readable as \.csv: No such file or directory"):
        train_heads(bakery_file, tmp_path / "gone.csv", tmp_path / "heads")


def test_coded_rows_as_excel_writes_them_teach_the_same(bakery_file, tmp_path):
    rows = few_rows(tmp_path / "coded.csv", 8)
    wide = tmp_path / "wide.csv"
    wide.write_text(rows.read_text(encoding="utf-8"), encoding="utf-16")
    narrow, broad = (train_heads(bakery_file, file, tmp_path / file.stem) for file in (rows, wide))
    assert narrow["digest"] == broad["digest"]


def test_a_label_borrows_from_the_one_described_alike(tagger):
    themes = tagger._themes.evidence
    bank = Bank.of([themes, replace(themes, lendable=themes.lendable[:0])])
    assert bank.scorers.shape == themes.lendable.shape  # an axis without scorers lends nothing
    frame = [Theme(id=name, label=label) for name, label in (("kind", "Friendliness of staff"), ("cash", "Price"))]
    lent = bank.lend(Evidence.gather(frame, tagger.encoder.embed))
    own = [themes.ids.index(name) for name in ("staff_attitude", "price_value")]
    likeness = np.corrcoef(np.hstack([lent, themes.lendable[:, own]]).T)[:2, 2:]
    assert likeness.argmax(axis=1).tolist() == [0, 1]
    assert (np.diag(likeness) > 0.6).all()
    assert Bank.of([]) is None


def test_a_frame_of_names_uses_what_it_borrowed(tagger, bakery_file):
    themes, frame = tagger._themes.evidence, load_taxonomy(bakery_file).themes
    alone = {"weights": [0.5, 1.0, -0.5, 0.6, 0, 0, 0, 0, -2.5], "threshold": 0.2, "none_below": 0.1}
    borrowing = {"weights": [0, 0, 0, 0, 0, 0, 0, 0, 2.0, 1.0, -3.0], "threshold": 0.4, "none_below": 0.3}
    bank, embed = Bank.of([themes]), tagger.encoder.embed
    axis, figures = fit_axis(frame, embed, {**alone, "borrowing": borrowing}, bank, 1.0)
    assert (figures, axis.thresholds[0], axis.none_below) == ({"mode": "descriptions"}, np.float32(0.4), 0.3)
    told = ["They want far too much money for what you get", "Stood in line for an hour"]
    judged = axis.judge(embed(told), told)
    assert [judged.ids[k] for k in judged.probabilities.argmax(axis=1)] == ["price", "queue"]
    again = Axis.stored(axis.arrays("themes"), "themes").judge(embed(told), told)
    assert np.allclose(again.probabilities, judged.probabilities, atol=0.01)
    assert fit_axis(frame, embed, alone, None, 1.0)[0].thresholds[0] == np.float32(0.2)


def test_phrases_are_found_as_words():
    book = PhraseBook([["cruise control"], ["app"], ["cruise"]])
    assert book.hits(["Cruise  control and the apps", "happy"]).tolist() == [[1, 1, 0], [0, 0, 0]]
    assert name_phrases("Waiting time") == ["waiting time"]
