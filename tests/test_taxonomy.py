"""Coding frames: what is accepted, and what a mistake is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from vocanalytics.errors import TaxonomyError
from vocanalytics.resources import models_dir, resolve_taxonomy, taxonomies_dir
from vocanalytics.taxonomy import check_touchpoint, label_texts, load_taxonomy

GOOD = """
name: shop
edition: "1"
stages: [{id: buy, label: Buying, phase: purchase}]
touchpoints: [{id: till, label: Till, stage: buy, about: Paying at the till}]
themes: [{id: price, label: Price}]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "frame.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_names_and_about_lines_are_enough(tmp_path):
    frame = load_taxonomy(written(tmp_path, GOOD))
    assert frame.id == "shop-1"
    assert frame.min_f1 == 0.5
    assert (frame.touchpoints[0].owner, frame.touchpoints[0].mode) == ("unassigned", "reactive")
    assert list(label_texts(frame.touchpoints[0])) == ["Till", "Paying at the till"]
    assert frame.stage_of == {"till": "buy"}


def test_a_label_without_a_name_is_called_after_its_id(tmp_path):
    assert load_taxonomy(written(tmp_path, GOOD.replace(", label: Price", ""))).themes[0].label == "Price"


def test_digest_follows_content_not_layout(tmp_path):
    first = load_taxonomy(written(tmp_path, GOOD)).digest
    assert load_taxonomy(written(tmp_path, "# a comment\n" + GOOD)).digest == first
    assert load_taxonomy(written(tmp_path, GOOD.replace("Price", "Prices"))).digest != first


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("about: Paying", "abuot: Paying", "unknown key 'abuot'; did you mean 'about'"),
        ("themes:", "themse:", "unknown key 'themse'; did you mean 'themes'"),
        ("stage: buy", "stage: buyy", "unknown stage 'buyy'; did you mean 'buy'"),
        ("[{id: price, label: Price}]", "[{id: price}, {id: price}]", "id 'price' twice, at 0 and 1"),
        ("id: price", "id: Price!", "bad id 'Price!'"),
        ("id: price", "id: no", "must be text; found the bool"),
        ('edition: "1"', "edition: 2026.10", "found the float 2026.1. Put it in quotes"),
        ('edition: "1"', "", "edition is missing"),
        ("phase: purchase", "phase: buying", "phase is 'buying'; did you mean"),
        ("phase: purchase", "about: x", "phase is missing; give one of awareness, cons"),
        ("about: Paying at the till", "mode: active", "mode is 'active'; did you mean 'reactive'"),
        ("label: Price", "examples: dear", "examples must be a list of non-empty texts"),
        ("label: Price", "min_f1: 3", "must be a number from 0 to 1; found 3"),
        ("label: Price", "label: A, label: B", "key 'label' stands twice"),
        ("themes: [{id: price, label: Price}]", "themes: price", "themes must be a list; found str"),
        ("[{id: price, label: Price}]", "[price]", "must map keys to values; found str"),
        ("name: shop", "name: shop\nreplaced_by: [a]", "replaced_by must map old ids"),
        ("name: shop", "name: shop\nreplaced_by: {price: till}", "id 'price' is in use and in replaced_by"),
        ("name: shop", "name: shop\nreplaced_by: {cost: prise}", "unknown id 'prise'; did you mean 'price'"),
        ("name: shop", "name: [", "not a YAML file in UTF-8"),
    ],
)
def test_a_mistake_is_named(tmp_path, old, new, told):
    with pytest.raises(TaxonomyError) as caught:
        load_taxonomy(written(tmp_path, GOOD.replace(old, new)))
    assert told in str(caught.value)
    assert "Nothing was loaded" in str(caught.value)


def test_retired_ids_point_at_their_successors(tmp_path):
    frame = load_taxonomy(written(tmp_path, GOOD + "replaced_by: {cost: price, gossip: null}\n"))
    assert frame.replaced_by == (("cost", "price"), ("gossip", None))


def test_a_frame_needs_a_label(tmp_path):
    with pytest.raises(TaxonomyError, match="at least one theme or touchpoint"):
        load_taxonomy(written(tmp_path, 'name: empty\nedition: "1"\n'))


def test_a_huge_file_is_no_frame(tmp_path):
    with pytest.raises(TaxonomyError, match="larger than"):
        load_taxonomy(written(tmp_path, "#" * 20_000_001))


def test_an_unreadable_file_is_named(tmp_path):
    with pytest.raises(TaxonomyError, match=r"gone\.yaml: cannot be read"):
        load_taxonomy(tmp_path / "gone.yaml")


def test_shipped_frames_go_by_name():
    assert resolve_taxonomy("general") == taxonomies_dir() / "general.yaml"
    assert (models_dir() / "encoder" / "manifest.json").is_file()
    with pytest.raises(TaxonomyError, match="Did you mean 'automotive'"):
        resolve_taxonomy("automotiv")


@pytest.mark.parametrize("name", ["automotive", "general"])
def test_shipped_frames_are_sound(name):
    frame = load_taxonomy(resolve_taxonomy(name))
    assert frame.name == name
    assert {point.stage for point in frame.touchpoints} == {stage.id for stage in frame.stages}
    for labels in (frame.themes, frame.touchpoints):
        examples = [text for label in labels for text in label.examples]
        assert len(examples) == len(set(examples))
        assert all(label.about for label in labels)


def test_an_unknown_touchpoint_is_refused():
    frame = load_taxonomy(resolve_taxonomy("general"))
    with pytest.raises(TaxonomyError, match="has no touchpoint 'moon'"):
        check_touchpoint(frame, "moon")
