"""What labelled rows may teach: each wording once, nothing from blanks, and never over somebody else's files."""

from __future__ import annotations

import random

import pytest

from vocanalytics import Tagger
from vocanalytics.errors import ModelError, SourceError
from vocanalytics.resources import models_dir
from vocanalytics.steps.train import train_heads
from vocanalytics.tagging.artifacts import read_manifest
from vocanalytics.tagging.labelled import Labelled
from vocanalytics.tagging.reference import ordinary

FRAME = """
name: bakery
edition: "1"
themes:
  - {id: taste, label: Taste of the bread}
  - {id: queue, label: Waiting in the queue}
"""


@pytest.fixture
def frame(tmp_path):
    path = tmp_path / "bakery.yaml"
    path.write_text(FRAME, encoding="utf-8")
    return path


def rows(path, said):
    path.write_text("\n".join(["text,themes", *(f'"{text}",{ids}' for text, ids in said)]), encoding="utf-8")
    return path


def only(*labels: set[str]):
    return [frozenset(one) for one in labels]


def test_each_wording_teaches_once_as_most_people_coded_it(caplog):
    given = Labelled(
        ["Lovely bread", " lovely  BREAD", "Lovely bread", "Ages", " "],
        only({"taste"}, {"taste", "queue"}, set(), {"queue"}, {"taste"}),
        [None, frozenset({"shop"}), None, None, None],
    )
    once = given.once_each("coded.csv")
    assert once.texts == ["Lovely bread", "Ages"]
    assert once.themes == only({"taste"}, {"queue"})  # 2 of 3 say taste, 1 of 3 queue
    assert once.touchpoint == [frozenset({"shop"}), None]
    assert "1 row(s) without a text are left out" in caplog.text
    assert "1 text(s) are coded in more than one way" in caplog.text


def test_a_tie_counts_for_the_label():
    assert Labelled(["a", "a"], only({"x"}, set()), [None, None]).once_each("f").themes == only({"x"})


def test_rows_without_a_text_are_refused(frame, tmp_path):
    with pytest.raises(SourceError, match="expected labelled rows, found none with a text"):
        train_heads(frame, rows(tmp_path / "a.csv", [("", "taste"), ("  ", "")] * 40), tmp_path / "heads")
    assert not (tmp_path / "heads" / "manifest.json").exists()


def test_repeated_rows_do_not_vouch_for_themselves(frame, tmp_path):
    # words without meaning, labels by the dice: nothing can be learned, however often it stands there
    chance = random.Random(7)
    said = [
        (" ".join("".join(chance.choices("bdfgklmnprst", k=2)) + "a" for _ in range(4)), chance.choice(["taste", ""]))
        for _ in range(60)
    ]
    facts = train_heads(frame, rows(tmp_path / "a.csv", said * 10), tmp_path / "heads")["held_out"]["themes"]
    assert facts.get("unused_rows", facts.get("rows")) == 60
    assert facts.get("micro_f1", 0) < 0.8


def test_many_rows_that_do_worse_than_the_frame_are_left_out(frame, tmp_path, caplog):
    # coded as the frame itself reads them, so that nothing can do better
    texts = list(ordinary())[:120]
    tags = (
        Tagger.load(frame).tag(texts).dropna(subset=["theme"]).groupby("item_id").theme.agg(lambda ids: ";".join(ids))
    )
    said = [(text.replace('"', "'"), tags.get(i, "")) for i, text in enumerate(texts)]
    facts = train_heads(frame, rows(tmp_path / "a.csv", said), tmp_path / "heads")["held_out"]["themes"]
    assert facts == {"mode": "descriptions", "unused_rows": 120}
    assert "Look for texts that contradict each other" in caplog.text


@pytest.mark.parametrize("held", ["README.md", "secret.csv"])
def test_a_folder_of_something_else_is_left_alone(frame, tmp_path, held):
    project = tmp_path / "project"
    project.mkdir()
    (project / held).write_text("mine", encoding="utf-8")
    with pytest.raises(ModelError, match="expected a new or empty folder"):
        train_heads(frame, None, project)
    assert [path.name for path in project.iterdir()] == [held]
    assert (project / held).read_text(encoding="utf-8") == "mine"


def test_a_model_of_another_kind_is_no_place_for_heads(frame):
    before = read_manifest(models_dir() / "critical", "critical").digest
    with pytest.raises(ModelError, match="a themes model to replace"):
        train_heads(frame, None, models_dir() / "critical")
    assert read_manifest(models_dir() / "critical", "critical").digest == before


def test_a_place_that_can_be_no_folder_is_told_before_the_fit(frame, tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(ModelError, match=r"expected a folder to write the model to.*Nothing was fitted"):
        train_heads(frame, None, tmp_path / "file")


def test_a_model_is_replaced_by_the_next(frame, tmp_path):
    first = train_heads(frame, None, tmp_path / "heads")
    assert train_heads(frame, None, tmp_path / "heads")["digest"] == first["digest"]
