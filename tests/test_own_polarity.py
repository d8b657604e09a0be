"""A polarity model of the user's own. Runs where torch is installed: ``make hf``."""

from __future__ import annotations

import json

import numpy as np
import pytest

from vocanalytics import Encoder, Tagger
from vocanalytics.errors import ModelError
from vocanalytics.resources import models_dir
from vocanalytics.tagging.own_polarity import OwnPolarity


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A tiny classifier, untrained, that leans towards its last label."""
    torch = pytest.importorskip("torch", reason="the hf extra is tested by: make hf")
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    config = BertConfig(
        vocab_size=30_522, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16
    )
    config.id2label = {0: "NEG", 1: "NEU", 2: "POS"}
    torch.manual_seed(1)
    model = BertForSequenceClassification(config)
    with torch.no_grad():
        model.classifier.bias.copy_(torch.tensor([-1.0, 0.0, 2.0]))
    target = tmp_path_factory.mktemp("own")
    model.save_pretrained(target)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(models_dir() / "encoder" / "tokenizer.json"), pad_token="[PAD]", unk_token="[UNK]"
    )
    tokenizer.save_pretrained(target)
    return target


def relabelled(folder, target, labels):
    for path in folder.iterdir():
        (target / path.name).write_bytes(path.read_bytes())
    config = json.loads((target / "config.json").read_text())
    config["id2label"] = {str(k): label for k, label in enumerate(labels)}
    (target / "config.json").write_text(json.dumps(config))
    return target


def test_it_replaces_polarity_and_nothing_else(folder):
    texts = ["Terrible service", "", "Lovely car " * 500]
    own, shipped = Encoder.load(polarity_model=folder).encode(texts), Encoder.load().encode(texts)
    assert own.polarity[[0, 2]].argmax(axis=1).tolist() == [2, 2]
    assert own.polarity[1].tolist() == [0, 1, 0]
    assert np.allclose(own.polarity.sum(axis=1), 1, atol=1e-5)
    for name in ("embedding", "emotion", "intent", "effort"):
        assert np.array_equal(getattr(own, name), getattr(shipped, name))


def test_a_tagger_with_it_is_another_model(folder):
    own = Tagger.load(polarity_model=folder)
    assert own.model != Tagger.load().model
    assert set(own.tag(["The dealer lied to me."])["polarity"]) == {"positive"}


def test_stars_are_read_as_polarity(folder, tmp_path):
    stars = OwnPolarity(relabelled(folder, tmp_path, ["1 star", "3 stars", "5 stars"]))
    assert stars.read(["fine"]).argmax(axis=1).tolist() == [2]


def test_labels_that_say_no_polarity_are_refused(tmp_path):
    (tmp_path / "config.json").write_text('{"id2label": {"0": "LABEL_0", "1": "LABEL_1"}}')
    with pytest.raises(ModelError, match="expected labels negative, neutral, positive.*found LABEL_0, LABEL_1"):
        OwnPolarity(tmp_path)


def test_a_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(ModelError, match=r"expected a folder with a config\.json"):
        OwnPolarity(tmp_path)


def test_weights_that_could_run_code_are_refused(tmp_path):
    (tmp_path / "config.json").write_text('{"id2label": {"0": "negative", "1": "positive"}}')
    (tmp_path / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    with pytest.raises(ModelError, match=r"expected weights in \*\.safetensors"):
        OwnPolarity(tmp_path)


def test_the_missing_extra_is_named(tmp_path):
    try:
        import torch  # noqa: F401
    except ImportError:
        (tmp_path / "config.json").write_text('{"id2label": {"0": "negative", "1": "positive"}}')
        (tmp_path / "model.safetensors").write_bytes(b"")
        with pytest.raises(ModelError, match=r"vocanalytics\[hf\]"):
            OwnPolarity(tmp_path)


def test_an_unreadable_model_is_refused(folder, tmp_path):
    broken = relabelled(folder, tmp_path, ["negative", "neutral", "positive"])
    (broken / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelError, match="model or tokenizer cannot be opened"):
        OwnPolarity(broken)
