"""Linear heads on the encoder: what they store and how they are applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Head:
    """Logits = vectors @ dense + answers @ sparse + circumstances @ context + bias, over ``temperature``."""

    labels: tuple[str, ...]
    multi_label: bool  # several labels may hold: sigmoid, else softmax
    dense: Floats  # (width, k)
    sparse: Floats  # (features.ASKED_BUCKETS, k); no rows = not used
    context: Floats  # (c, k)
    bias: Floats  # (k,)
    temperature: float = 1.0

    def apply(self, vectors: Floats, answers: Any, context: Floats) -> Floats:
        """Probabilities, shape (n, k)."""
        logits = vectors @ self.dense + context @ self.context + self.bias
        if self.sparse.shape[0]:
            logits = logits + answers @ self.sparse
        scaled = np.asarray(logits, dtype=np.float64) / self.temperature
        return (sigmoid(scaled) if self.multi_label else softmax(scaled)).astype(np.float32)

    def arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """What is stored; weights in half precision, which moves no probability by more than 0.001."""
        half = {"dense": self.dense, "sparse": self.sparse, "context": self.context, "bias": self.bias}
        return {
            **{f"{name}.{key}": value.astype(np.float16) for key, value in half.items()},
            f"{name}.labels": np.array(self.labels),
            f"{name}.multi_label": np.array(self.multi_label),
            f"{name}.temperature": np.array(self.temperature),
        }

    @classmethod
    def stored(cls, arrays: Mapping[str, NDArray[Any]], name: str) -> Head:
        weights = {k: arrays[f"{name}.{k}"].astype(np.float32) for k in ("dense", "sparse", "context", "bias")}
        return cls(
            labels=tuple(map(str, arrays[f"{name}.labels"])),
            multi_label=bool(arrays[f"{name}.multi_label"]),
            temperature=float(arrays[f"{name}.temperature"]),
            **weights,
        )


def fold(hashed: Any, buckets: int) -> Any:
    """The sparse rows hashed into fewer buckets."""
    if hashed.shape[1] == buckets:
        return hashed
    from scipy.sparse import csr_matrix

    return csr_matrix((hashed.data, hashed.indices % buckets, hashed.indptr), shape=(hashed.shape[0], buckets))


def sigmoid(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    share: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-np.clip(logits, -30, 30)))
    return share


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True, initial=-np.inf))
    share: NDArray[np.float64] = raised / raised.sum(axis=1, keepdims=True)
    return share
