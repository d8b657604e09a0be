"""Narrowing a network. Runs where torch is installed: ``make hf``."""

from __future__ import annotations

import pytest

from vocanalytics.resources import models_dir
from vocanalytics.tagging.slimming import slim

TEXTS = ["The dealer never called back.", "Lovely car", "No problems at all so far, touch wood.", "App: crashes!"]


@pytest.fixture
def folder(tmp_path):
    """A tiny network in which every other inner unit says what the one before it says."""
    torch = pytest.importorskip("torch", reason="the train extra is tested by: make hf")
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    torch.manual_seed(1)
    shape = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
    network = BertModel(BertConfig(vocab_size=30_522, **shape))
    with torch.no_grad():
        for layer in network.encoder.layer:
            wide = layer.intermediate.dense
            wide.weight[1::2], wide.bias[1::2] = wide.weight[::2].clone() * 40, wide.bias[::2].clone()
            wide.weight[::2] = wide.weight[1::2]
    network.save_pretrained(tmp_path / "wide")
    tokenizer = str(models_dir() / "encoder" / "tokenizer.json")
    PreTrainedTokenizerFast(tokenizer_file=tokenizer, pad_token="[PAD]", unk_token="[UNK]").save_pretrained(
        tmp_path / "wide"
    )
    return tmp_path


def said(folder):
    import torch
    from transformers import AutoModel, AutoTokenizer

    network, tokenizer = AutoModel.from_pretrained(folder).eval(), AutoTokenizer.from_pretrained(folder)
    with torch.no_grad():
        return [network(**tokenizer(text, return_tensors="pt"))[0] for text in TEXTS]


@pytest.mark.parametrize(("width", "same"), [(16, True), (8, False)])
def test_units_that_say_the_same_can_go_and_no_others(folder, width, same):
    import torch

    slim(folder / "wide", TEXTS, width, folder / "slim")
    gap = max(float((a - b).abs().max()) for a, b in zip(said(folder / "wide"), said(folder / "slim"), strict=True))
    assert (gap < 0.02) == same
    from transformers import AutoConfig

    assert AutoConfig.from_pretrained(folder / "slim").intermediate_size == width
    assert torch.isfinite(said(folder / "slim")[0]).all()
