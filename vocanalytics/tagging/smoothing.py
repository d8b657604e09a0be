"""Evens out the channels of a network, so that 8 bits lose less of it.

A few channels of a transformer carry numbers twenty times those of all others, and a scale wide enough for them leaves
the others a handful of steps. So each channel that enters a product is divided by its own factor and the row of weights
it meets multiplied by it: the product is the same, its factors are alike in size (SmoothQuant: Xiao et al., ICML 2023).
Needs the ``train`` extra.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vocanalytics.tagging.heads import Floats

# how much of a channel's size goes into the weights: nearly all, because they have a scale for each of their columns
STRENGTH = 0.9
_TINY = 1e-3


def smooth(source: Path, target: Path, pieces: Sequence[list[int]]) -> None:
    """Write the ONNX network in ``source`` with even channels; ``pieces``, ids of a few texts, show their size."""
    import onnx

    model = onnx.load(str(source))
    graph = model.graph
    weights = {tensor.name: tensor for tensor in graph.initializer}
    entering: dict[str, list[Any]] = {}
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in weights:
            entering.setdefault(node.input[0], []).append(node)
    for name, size in _peaks(model, list(entering), pieces).items():
        _even_out(graph, name, entering[name], weights, size)
    onnx.save(model, str(target))


def factors(size: Floats, rows: Floats) -> Floats:
    """What to divide each channel by, of mean 1 (geometric).

    ``size`` is the largest number seen in a channel, ``rows`` the largest weight it meets.

    >>> [round(float(f), 2) for f in factors(np.array([20.0, 0.2]), np.array([1.0, 1.0]))]
    [7.94, 0.13]
    """
    raw = np.maximum(size, _TINY) ** STRENGTH / np.maximum(rows, _TINY) ** (1 - STRENGTH)
    evened: Floats = (raw / np.exp(np.log(raw).mean())).astype(np.float32)
    return evened


def _even_out(graph: Any, name: str, nodes: Sequence[Any], weights: Mapping[str, Any], size: Floats) -> None:
    from onnx import helper, numpy_helper

    met = {node.input[1]: numpy_helper.to_array(weights[node.input[1]]) for node in nodes}
    factor = factors(size, np.max([np.abs(weight).max(axis=1) for weight in met.values()], axis=0))
    even, shares = f"{name}_even", f"{name}_shares"
    graph.initializer.append(numpy_helper.from_array(1 / factor, shares))
    first = min(k for k, node in enumerate(graph.node) if node in nodes)
    graph.node.insert(first, helper.make_node("Mul", [name, shares], [even], name=even))
    for node in nodes:
        node.input[0] = even
    for key, weight in met.items():
        weights[key].CopyFrom(numpy_helper.from_array(weight * factor[:, None], key))


def _peaks(model: Any, names: Sequence[str], pieces: Sequence[list[int]]) -> dict[str, Floats]:
    """The largest absolute number of each channel of the named tensors, over all texts."""
    import onnx
    import onnxruntime

    watched = onnx.ModelProto()
    watched.CopyFrom(model)
    del watched.graph.output[:]
    watched.graph.output.extend(onnx.helper.make_tensor_value_info(n, onnx.TensorProto.FLOAT, None) for n in names)
    session = onnxruntime.InferenceSession(watched.SerializeToString(), providers=["CPUExecutionProvider"])
    largest = dict.fromkeys(names, np.float32(0))
    for ids in pieces:
        read = {"input_ids": np.array([ids]), "attention_mask": np.ones((1, len(ids)), dtype=np.int64)}
        for name, values in zip(names, session.run(names, read), strict=True):
            largest[name] = np.maximum(largest[name], np.abs(values).max(axis=(0, 1)))
    return {name: np.asarray(value, dtype=np.float32) for name, value in largest.items()}
