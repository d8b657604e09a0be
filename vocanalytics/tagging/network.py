"""The transformer itself: word pieces in, vectors out.

Activations are quantised with a scale taken over everything in one call, so texts that share a call
would change each other's results. Each text is therefore its own call; two calls run at a time, which
is as fast as batches were, and a text gets the same numbers whatever it stands next to.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vocanalytics.tagging.wording import plain

MAX_PIECES = 256  # what the network was trained on
_CALLS_PER_TASK = 16
DIMENSIONS = 384  # of the embedding, which comes first in a vector; what else the heads read follows


class Network:
    """Reads texts; safe to use from several threads."""

    def __init__(self, onnx: Path, tokenizer: Path, threads: int | None = None) -> None:
        self._threads = threads or min(2, os.cpu_count() or 1)
        self._tokenizer = _open_tokenizer(tokenizer)
        self._session = _open_session(onnx)
        self.width: int = self._session.get_outputs()[0].shape[1]

    def read(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors, shape (n, width). Only the first 256 word pieces of a text count."""
        vectors = np.zeros((len(texts), self.width), dtype=np.float32)
        pieces = [e.ids for e in self._tokenizer.encode_batch([plain(text) for text in texts])]
        # longest first, so that no worker is left with the long texts at the end
        order = sorted(range(len(texts)), key=lambda i: -len(pieces[i]))
        tasks = [order[i : i + _CALLS_PER_TASK] for i in range(0, len(order), _CALLS_PER_TASK)]

        def run(task: list[int]) -> None:
            for i in task:
                vectors[i] = self._call(pieces[i])

        with ThreadPoolExecutor(self._threads) as pool:
            list(pool.map(run, tasks))
        return vectors

    def _call(self, pieces: list[int]) -> NDArray[np.float32]:
        ids = np.array([pieces], dtype=np.int64)
        output = self._session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        row: NDArray[np.float32] = output[0][0]
        return row


def _open_tokenizer(path: Path) -> Any:
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
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
