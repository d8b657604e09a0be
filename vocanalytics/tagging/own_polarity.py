"""A user's own text classifier, in a local folder, in the place of the polarity head. Needs the ``hf`` extra."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vocanalytics.errors import ModelError
from vocanalytics.tagging.artifacts import digest_of
from vocanalytics.tagging.corpora import POLARITIES
from vocanalytics.tagging.heads import Floats, softmax

_BATCH = 32
_MAX_PIECES = 512
_SIDES = {"neg": "negative", "neu": "neutral", "pos": "positive"}
_STARS = re.compile(r"([1-5])\s*stars?$")


class OwnPolarity:
    """A text classifier whose labels are negative, (neutral,) positive, or 1 to 5 stars.

    ``folder`` is what ``save_pretrained`` of the model and of its tokenizer wrote; the weights are in
    `.safetensors`, which run no code when opened.

    Raises
    ------
    ModelError
        If the extra is not installed, the folder is incomplete, or its labels say no polarity.
    """

    def __init__(self, folder: Path) -> None:
        self._side_of = _sides(folder)
        weights = sorted(folder.glob("*.safetensors"))
        if not weights:
            raise ModelError(f"{folder}: expected weights in *.safetensors, found none. Nothing was loaded.")
        self.digest = digest_of("".join(digest_of(path.read_bytes()) for path in sorted(folder.glob("*.*"))))
        self._tokenizer, self._model = _open(folder)

    def read(self, texts: Sequence[str]) -> Floats:
        """Probabilities of negative, neutral, positive, shape (n, 3); the first 512 pieces of a text count."""
        judged = np.zeros((len(texts), len(POLARITIES)), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            judged[rows] = self._judge([texts[i] for i in rows])
        return judged

    def _judge(self, texts: Sequence[str]) -> Floats:
        import torch

        with torch.inference_mode():
            pieces = self._tokenizer(texts, padding=True, truncation=True, max_length=_MAX_PIECES, return_tensors="pt")
            logits = self._model(**pieces).logits.float().numpy()
        shares = softmax(np.asarray(logits, dtype=np.float64))
        return np.stack([shares[:, self._side_of == side].sum(axis=1) for side in POLARITIES], axis=1)


def _sides(folder: Path) -> Any:
    """The polarity each output of the classifier stands for."""
    try:
        config: Mapping[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        names = [str(name) for _, name in sorted(config["id2label"].items(), key=lambda pair: int(pair[0]))]
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise ModelError(
            f"{folder}: expected a folder with a config.json that names the labels (id2label); it cannot be read "
            "so. Save model and tokenizer there with save_pretrained(). Nothing was loaded."
        ) from error
    sides = [_side(name) for name in names]
    if None in sides or not {"negative", "positive"} <= set(sides):
        raise ModelError(
            f"{folder}: expected labels negative, neutral, positive or 1 to 5 stars, found {', '.join(names[:6])}. "
            "Name them under id2label in its config.json. Nothing was loaded."
        )
    return np.array(sides)


def _side(name: str) -> str | None:
    """
    >>> [_side(name) for name in ("NEG", "Positive", "2 stars", "LABEL_0")]
    ['negative', 'positive', 'negative', None]
    """
    plain = name.strip().lower()
    if stars := _STARS.match(plain):
        return POLARITIES[(int(stars[1]) > 2) + (int(stars[1]) > 3)]
    return _SIDES.get(plain) or (plain if plain in POLARITIES else None)


def _open(folder: Path) -> tuple[Any, Any]:
    try:
        import torch  # noqa: F401
    except ImportError as error:
        raise ModelError(
            "a polarity model of your own needs torch: pip install 'vocanalytics[hf]', or unset VOC_POLARITY_MODEL. "
            "Nothing was loaded."
        ) from error
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    loader: Any = AutoModelForSequenceClassification
    tokenizers: Any = AutoTokenizer
    try:
        model = loader.from_pretrained(folder, local_files_only=True, use_safetensors=True)
        return tokenizers.from_pretrained(folder, local_files_only=True), model.eval()
    except Exception as error:  # whatever the libraries raise on a damaged folder
        raise ModelError(
            f"{folder}: model or tokenizer cannot be opened ({type(error).__name__}). Save both there with "
            "save_pretrained(). Nothing was loaded."
        ) from error
