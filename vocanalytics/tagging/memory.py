"""Vectors kept from one run to the next, so that a text is read by the network once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from vocanalytics.tagging.heads import Floats

PART = 384  # numbers that share a step
_STEPS = 127


class Memory(Protocol):
    """Where packed vectors lie; a network's vectors are found under its digest."""

    def known(self, network: str, texts: Sequence[str]) -> Mapping[str, bytes]:
        """The packed vectors of those texts that have one."""
        ...

    def keep(self, network: str, vectors: Mapping[str, bytes]) -> None: ...


class ShortMemory:
    """As long as the process: about 0.4 kB a text."""

    def __init__(self) -> None:
        self._held: dict[str, bytes] = {}
        self._network = ""

    def known(self, network: str, texts: Sequence[str]) -> Mapping[str, bytes]:
        if network != self._network:
            return {}
        return {text: self._held[text] for text in texts if text in self._held}

    def keep(self, network: str, vectors: Mapping[str, bytes]) -> None:
        if network != self._network:
            self._network, self._held = network, {}
        self._held |= vectors


def pack(vectors: Floats) -> list[bytes]:
    """Each row, made of parts of unit length, in one byte a number: half a percent of the largest is lost.

    >>> row = np.full((1, 384), 384**-0.5, dtype=np.float32)
    >>> bool(np.allclose(unpack(pack(row), 384), row))
    True
    """
    parts = vectors.reshape(len(vectors), -1, PART)
    steps = np.maximum(np.abs(parts).max(axis=2), 1e-9).astype(np.float32) / _STEPS
    codes = np.rint(parts / steps[:, :, None]).astype(np.int8)
    return [step.tobytes() + code.tobytes() for step, code in zip(steps, codes, strict=True)]


def unpack(packed: Sequence[bytes], width: int) -> Floats:
    """The vectors, shape (n, width)."""
    count = width // PART
    rows = np.frombuffer(b"".join(packed), dtype=np.uint8).reshape(len(packed), 4 * count + width)
    steps = np.ascontiguousarray(rows[:, : 4 * count]).view(np.float32)
    codes = np.ascontiguousarray(rows[:, 4 * count :]).view(np.int8).reshape(len(packed), count, PART)
    parts = codes * steps[:, :, None]
    vectors: Floats = (parts / np.linalg.norm(parts, axis=2, keepdims=True)).reshape(len(packed), width)
    return vectors
