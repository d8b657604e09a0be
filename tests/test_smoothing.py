"""Evening out the channels of a network before it goes to 8 bits. Runs where ONNX is installed: ``make hf``."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vocanalytics.tagging.smoothing import factors, smooth

WIDTH = 6
PIECES = [[1, 2, 3], [3, 0], [2, 2, 1, 0]]
sizes = arrays(np.float32, WIDTH, elements=st.floats(0, 100, width=32))


# the first draw reads every module outside site-packages for constants, torch in its own folder among them
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(sizes, sizes)
def test_factors_are_positive_and_even_each_other_out(size, rows):
    factor = factors(size, rows)
    assert (factor > 0).all()
    assert np.exp(np.log(factor).mean()) == pytest.approx(1, rel=1e-3)


def network(path):
    """Looks up a vector per piece, one channel of it a hundred times the size of the rest, and multiplies twice."""
    onnx = pytest.importorskip("onnx", reason="the train extra is tested by: make hf")
    from onnx import helper, numpy_helper

    chance = np.random.default_rng(1)
    table = chance.normal(size=(4, WIDTH)).astype(np.float32)
    table[:, 2] *= 100
    weights = {"table": table} | {name: chance.normal(size=(WIDTH, WIDTH)).astype(np.float32) for name in ("q", "k")}
    numbers = onnx.TensorProto.INT64
    graph = helper.make_graph(
        [
            helper.make_node("Gather", ["table", "input_ids"], ["hidden"]),
            helper.make_node("MatMul", ["hidden", "q"], ["first"]),
            helper.make_node("MatMul", ["hidden", "k"], ["second"]),
            helper.make_node("Cast", ["attention_mask"], ["seen"], to=onnx.TensorProto.FLOAT),
            helper.make_node("ReduceSum", ["seen"], ["count"]),
            helper.make_node("Add", ["first", "second"], ["sum"]),
            helper.make_node("Div", ["sum", "count"], ["vectors"]),
        ],
        "tiny",
        [helper.make_tensor_value_info(name, numbers, ["n", "t"]) for name in ("input_ids", "attention_mask")],
        [helper.make_tensor_value_info("vectors", onnx.TensorProto.FLOAT, ["n", "t", WIDTH])],
        [numpy_helper.from_array(values, name) for name, values in weights.items()],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)


def test_products_stay_and_what_enters_them_is_alike_in_size(tmp_path):
    network(tmp_path / "rough.onnx")
    smooth(tmp_path / "rough.onnx", tmp_path / "even.onnx", PIECES)
    onnx = pytest.importorskip("onnx")
    even = onnx.load(str(tmp_path / "even.onnx"))
    even.graph.output.append(onnx.helper.make_tensor_value_info("hidden_even", onnx.TensorProto.FLOAT, None))

    rough = onnxruntime.InferenceSession(str(tmp_path / "rough.onnx"), providers=["CPUExecutionProvider"])
    smoothed = onnxruntime.InferenceSession(even.SerializeToString(), providers=["CPUExecutionProvider"])
    for ids in PIECES:
        read = {"input_ids": np.array([ids]), "attention_mask": np.ones((1, len(ids)), dtype=np.int64)}
        (was,) = rough.run(None, read)
        now, entering = smoothed.run(None, read)
        assert np.allclose(was, now, rtol=1e-4, atol=1e-3)
        largest = np.abs(entering).max(axis=(0, 1))
        assert largest.max() < 10 * np.median(largest)
