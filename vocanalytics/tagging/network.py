"""The transformer itself: word pieces in, vectors out.

Texts of one length share a call. Nothing is padded, and the scales of the quantised activations are constants of the
network, so a text gets the same numbers, to the last bit, whatever it stands next to.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vocanalytics.tagging.wording import plain

MAX_PIECES = 256  # what the network was trained on
_TEXTS_PER_CALL = 16
_PIECES_PER_CALL = 1024
# a fused operator that is slower than the two it replaces (ONNX Runtime 1.31)
_SLOW_FUSIONS = ["SkipLayerNormFusion"]
DIMENSIONS = 384  # of the embedding, which comes first in a vector; what else the heads read follows


class Network:
    """Reads texts; safe to use from several threads."""

    def __init__(self, onnx: Path, tokenizer: Path, threads: int | None = None) -> None:
        self._threads = threads or min(2, os.cpu_count() or 1)
        self._tokenizer = open_tokenizer(tokenizer)
        self._session = _open_session(onnx)
        self.width: int = self._session.get_outputs()[0].shape[1]

    def read(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors, shape (n, width). Only the first 256 word pieces of a text count."""
        vectors = np.zeros((len(texts), self.width), dtype=np.float32)
        pieces = [e.ids for e in self._tokenizer.encode_batch([plain(text) for text in texts])]

        def run(call: list[int]) -> None:
            vectors[call] = self._call([pieces[i] for i in call])

        with ThreadPoolExecutor(self._threads) as pool:
            list(pool.map(run, _calls([len(row) for row in pieces])))
        return vectors

    def _call(self, pieces: Sequence[list[int]]) -> NDArray[np.float32]:
        ids = np.array(pieces, dtype=np.int64)
        output: list[NDArray[np.float32]] = self._session.run(
            None, {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        )
        return output[0]


def _calls(lengths: Sequence[int]) -> list[list[int]]:
    """Rows that share a call; longest first, so that no worker is left with the long texts at the end."""
    order = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    calls = []
    for length, group in groupby(order, key=lambda i: lengths[i]):
        rows, size = list(group), min(_TEXTS_PER_CALL, max(1, _PIECES_PER_CALL // length))
        calls += [rows[i : i + size] for i in range(0, len(rows), size)]
    return calls


def open_tokenizer(path: Path) -> Any:
    for switch in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY"):
        os.environ[switch] = "1"
    os.environ.setdefault("TRANSFORMERS_NO_ADVISORY_WARNINGS", "1")  # it would advise to install torch
    from transformers import PreTrainedTokenizerFast

    opener: Any = PreTrainedTokenizerFast  # untyped
    fast = opener(tokenizer_file=str(path)).backend_tokenizer
    fast.no_padding()
    fast.enable_truncation(MAX_PIECES)
    return fast


def _open_session(path: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        str(path), options, providers=["CPUExecutionProvider"], disabled_optimizers=_SLOW_FUSIONS
    )
