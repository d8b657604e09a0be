"""Texts to embeddings, polarity, emotion, intent and effort, in one pass."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from vocanalytics.records import CHANNELS, NO_ANSWER
from vocanalytics.resources import models_dir
from vocanalytics.tagging.artifacts import Manifest, digest_of, read_manifest
from vocanalytics.tagging.features import asked, circumstances
from vocanalytics.tagging.heads import Floats, Head
from vocanalytics.tagging.memory import Memory, pack, unpack
from vocanalytics.tagging.network import DIMENSIONS, Network
from vocanalytics.tagging.own_polarity import OwnPolarity
from vocanalytics.tagging.wording import EDITION as WORDING

HEADS = ("polarity", "emotion", "intent", "effort")
# what a text that says nothing gets
_SILENT = {"polarity": "neutral", "emotion": "neutral", "intent": "none"}
_WORDS = re.compile(r"\w+")
_LONGEST_EXCUSE = 20  # characters
PerText = str | Sequence[str | None] | None
Key = tuple[str, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Encoding:
    """Row i belongs to text i. ``labels[head]`` names the columns of a head."""

    embedding: Floats  # (n, d), unit length; zero for a text that says nothing
    feeling: Floats  # (n, d), likewise: what the heads read beside it; no measure of likeness in content
    polarity: Floats  # (n, 3) probabilities: negative, neutral, positive
    emotion: Floats  # (n, k) probabilities, each on its own
    intent: Floats  # (n, k) probabilities, adding up to 1
    effort: Floats  # (n,) probability that the customer had to work hard
    labels: Mapping[str, tuple[str, ...]]


class Encoder:
    """The shipped sentence encoder with its heads.

    >>> encoding = Encoder.load().encode(["Friendly staff", "The app keeps crashing"])
    >>> [encoding.labels["polarity"][k] for k in encoding.polarity.argmax(axis=1)]
    ['positive', 'negative']
    """

    def __init__(
        self, manifest: Manifest, memory: Memory | None = None, own_polarity: OwnPolarity | None = None
    ) -> None:
        self.digest = manifest.digest
        # what tags depend on: themes need only the encoder itself
        self.edition = digest_of(manifest.digest + own_polarity.digest) if own_polarity else manifest.digest
        self._own_polarity = own_polarity
        self.experimental: tuple[str, ...] = tuple(manifest.facts.get("experimental", ()))
        # how to weigh evidence for labels that have only a name and a description
        self.zero_shot: Mapping[str, Any] = MappingProxyType(dict(manifest.facts.get("zero_shot", {})))
        stored = manifest.arrays("heads.npz")
        self._heads = {name: Head.stored(stored, name) for name in HEADS}
        self._network = Network(manifest.path("encoder.onnx"), manifest.path("tokenizer.json"))
        # heads may be fitted anew on the same network: vectors kept under its own digest stay true
        self._network_digest = digest_of(manifest.files["encoder.onnx"] + manifest.files["tokenizer.json"] + WORDING)
        self._memory = memory
        self.labels = MappingProxyType({name: head.labels for name, head in self._heads.items()})

    @classmethod
    def load(
        cls,
        path: str | Path | None = None,
        memory: Memory | None = None,
        polarity_model: str | Path | None = None,
    ) -> Encoder:
        """The encoder in a folder, by default the shipped one.

        With a ``memory`` no text is read twice; a ``polarity_model`` of your own (folder of a Hugging Face text
        classifier, ``hf`` extra) replaces the polarity head.

        Raises
        ------
        ModelError
            If the folder is not an encoder or a file of it was altered, or ``polarity_model`` is no such classifier.
        """
        own = OwnPolarity(Path(polarity_model)) if polarity_model else None
        return cls(read_manifest(Path(path) if path else models_dir() / "encoder", "encoder"), memory, own)

    def embed(self, texts: Sequence[str]) -> Floats:
        """Embeddings alone, shape (n, d)."""
        return self._vectors(texts)[:, :DIMENSIONS]

    def _vectors(self, texts: Sequence[str]) -> Floats:
        row_of = {text: row for row, text in enumerate(dict.fromkeys(texts))}
        said = [text for text in row_of if _says_something(text)]
        vectors = np.zeros((len(row_of), self._network.width), dtype=np.float32)
        if said:
            packed = self._packed(said)
            vectors[[row_of[text] for text in said]] = unpack([packed[text] for text in said], self._network.width)
        return vectors[[row_of[text] for text in texts]]

    def _packed(self, texts: Sequence[str]) -> Mapping[str, bytes]:
        # packed even without a memory, so that a text gets the same numbers with one
        known = {} if self._memory is None else self._memory.known(self._network_digest, texts)
        new = [text for text in texts if text not in known]
        fresh = dict(zip(new, pack(self._network.read(new)), strict=True)) if new else {}
        if self._memory is not None and fresh:
            self._memory.keep(self._network_digest, fresh)
        return {**known, **fresh}

    def encode(
        self,
        texts: Sequence[str],
        channel: PerText = None,
        question: PerText = None,
    ) -> Encoding:
        """Read texts, each knowing its channel and the question it answers.

        The result for a text does not depend on the other texts. Texts of any length are accepted: the first
        256 word pieces are embedded, the first 4,000 characters enter the word features. A text without a
        letter or digit, emoji apart, or with one of `vocanalytics.records.NO_ANSWER`, is neutral with a zero embedding.

        Parameters
        ----------
        texts : sequence of str
            May be empty.
        channel : str or sequence, optional
            One of `vocanalytics.records.CHANNELS`, for all texts or one per text; None = unknown.
        question : str or sequence, optional
            The survey question, for all texts or one per text.

        Raises
        ------
        TypeError
            If a text is not a str; names its index.
        ValueError
            If a channel is unknown or a sequence has another length than ``texts``.
        """
        keys = _keys(texts, channel, question)
        distinct = list(dict.fromkeys(keys))
        row_of = {key: row for row, key in enumerate(distinct)}
        rows = np.array([row_of[key] for key in keys], dtype=np.intp)
        encoded = self._encode_distinct(distinct)
        return Encoding(**{name: values[rows] for name, values in encoded.items()}, labels=self.labels)

    def _encode_distinct(self, keys: Sequence[Key]) -> dict[str, Floats]:
        texts, channels, questions = ([key[i] for key in keys] for i in range(3))
        silent = np.array([not _says_something(str(text)) for text in texts], dtype=bool)
        vectors = self._vectors([str(text) for text in texts])
        answers, context = (
            asked([str(text) for text in texts], questions),
            circumstances([str(text) for text in texts], channels, questions),
        )
        encoded = {"embedding": vectors[:, :DIMENSIONS], "feeling": vectors[:, DIMENSIONS:]}
        for name, head in self._heads.items():
            encoded[name] = head.apply(vectors, answers, context)
            if name == "polarity" and self._own_polarity:
                encoded[name] = self._own_polarity.read([str(text) for text in texts])
            encoded[name][silent] = [label == _SILENT.get(name) for label in head.labels]
        encoded["effort"] = encoded["effort"][:, 0]
        return encoded


def _says_something(text: str) -> bool:
    """
    >>> [_says_something(text) for text in ("Did not answer.", "N/A", "?!", "Nothing", "👍")]
    [False, False, False, True, True]
    """
    # emoji and other symbols beyond punctuation carry feeling too
    if max(text, default="") > "\u2190":
        return True
    excuse = len(text) <= _LONGEST_EXCUSE and " ".join(_WORDS.findall(text.lower())) in NO_ANSWER
    return not excuse and any(character.isalnum() for character in text)


def _keys(texts: Sequence[str], channel: PerText, question: PerText) -> list[Key]:
    check_texts(texts)
    channels, questions = one_each(channel, len(texts), "channel"), one_each(question, len(texts), "question")
    for name in set(channels) - {None, *CHANNELS}:
        near = difflib.get_close_matches(str(name), CHANNELS, n=1, cutoff=0.0)[0]
        raise ValueError(
            f"unknown channel {name!r}; did you mean {near!r}? Known: {', '.join(CHANNELS)}. Nothing was read."
        )
    return list(zip(texts, channels, questions, strict=True))


def check_texts(texts: Sequence[str]) -> None:
    if isinstance(texts, str):
        raise TypeError("texts must be a sequence of texts; found one str. Put it in a list. Nothing was read.")
    for i, text in enumerate(texts):
        if not isinstance(text, str):
            raise TypeError(
                f"texts[{i}] must be a str; found {type(text).__name__}. "
                "Drop it or give an empty text. Nothing was read."
            )


def one_each(value: PerText, count: int, name: str) -> list[str | None]:
    if value is None or isinstance(value, str):
        return [value or None] * count
    if len(value) != count:
        raise ValueError(
            f"{name} must be one value or one per text; found {len(value)} for {count} texts. Nothing was read."
        )
    return [entry if isinstance(entry, str) and entry else None for entry in value]
