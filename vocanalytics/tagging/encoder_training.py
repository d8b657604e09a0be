"""Makes ``models/encoder``: network, heads, manifest and the figures of its model card.

    python -m vocanalytics.tagging.encoder_training LIBRARY OUTPUT [--weights FOLDER]

``LIBRARY`` is a folder of public data sets laid out as `vocanalytics.tagging.corpora` reads them. ``--weights`` is
a network tuned before, which spares tuning it again (five hours on two cores). Needs the ``train`` extra.
"""

from __future__ import annotations

import argparse
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vocanalytics.resources import taxonomies_dir
from vocanalytics.tagging.artifacts import read_manifest, write_manifest
from vocanalytics.tagging.corpora import POLARITIES, Row
from vocanalytics.tagging.encoder import Encoder
from vocanalytics.tagging.encoder_rows import (
    Material,
    balanced,
    forgetful,
    kept_from_network,
    material,
    own_polarity,
    sentences,
)
from vocanalytics.tagging.features import EDITION
from vocanalytics.tagging.fine_tuning import HEADS
from vocanalytics.tagging.fitting import (
    Inputs,
    Recipe,
    best_temperature,
    calibration_error,
    fit,
    macro_f1,
    macro_recall,
    predict,
)
from vocanalytics.tagging.heads import Floats, Head
from vocanalytics.tagging.memory import pack, unpack
from vocanalytics.tagging.network import Network
from vocanalytics.tagging.reference import read
from vocanalytics.tagging.zero_shot import fit_zero_shot
from vocanalytics.taxonomy import load_taxonomy

RECIPES = {
    "polarity": Recipe(dense=1.0, answers=6.0, context=2.0, strength=0.1),  # on what the tuned head says
    "intent": Recipe(strength=1.0),
    "effort": Recipe(strength=1.0),
}
ASKED_WEIGHT = 10.0  # of our own answers to a question: few, and the question decides how they are read
MIN_F1 = 0.70  # a head measured below it is marked experimental


class Vectors:
    """Reads each distinct text once, to the numbers the encoder gives out."""

    def __init__(self, folder: Path) -> None:
        self._network = Network(folder / "encoder.onnx", folder / "tokenizer.json")
        self._known: dict[str, bytes] = {}

    def __call__(self, texts: Sequence[str]) -> Floats:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known |= dict(zip(new, pack(self._network.read(new)), strict=True))
        return unpack([self._known[text] for text in texts], self._network.width)

    def inputs(self, rows: Sequence[Row]) -> Inputs:
        texts = [row.text for row in rows]
        return Inputs.of(self(texts), texts, [row.channel for row in rows], [row.question for row in rows])


def train_heads(found: Material, folder: Path, tuned: Mapping[str, Floats]) -> dict[str, Any]:
    """Fit all heads on the network in ``folder`` and sign the folder. Returns figures and facts.

    ``tuned`` are the heads the network was tuned with (`fine_tuning.HEADS`).
    """
    vectors = Vectors(folder)
    heads, figures = {}, {}
    heads["polarity"], figures["polarity"] = _polarity(vectors, found, tuned)
    heads["emotion"], figures["emotion"] = _emotion(vectors, found, tuned)
    for name in ("intent", "effort"):
        heads[name], figures[name] = _small(vectors, name)
    arrays = {key: values for name, head in heads.items() for key, values in head.arrays(name).items()}
    np.savez_compressed(folder / "heads.npz", **arrays)  # type: ignore[arg-type]
    facts = {
        "features": EDITION,
        "trained_on": dict(sorted(Counter(row.source for row in found.polarity).items())),
        "dropped_as_development_text": found.dropped,
        "experimental": [name for name in ("intent", "effort") if figures[name]["macro_f1"] < MIN_F1],
        "figures": figures,
    }
    write_manifest(folder, "encoder", facts)
    return add_zero_shot(folder)


def add_zero_shot(folder: Path) -> dict[str, Any]:
    """Learn on the shipped frames, examples hidden, how to read frames without examples; sign the folder again."""
    encoder = Encoder.load(folder)
    frames = [load_taxonomy(path) for path in sorted(taxonomies_dir().glob("*.yaml"))]
    groups = [labels for frame in frames for labels in (frame.themes, frame.touchpoints)]
    facts = dict(read_manifest(folder, "encoder").facts) | {"zero_shot": fit_zero_shot(groups, encoder.embed)}
    write_manifest(folder, "encoder", facts)
    return facts


def classes(rows: Sequence[Row]) -> NDArray[np.intp]:
    return np.array([POLARITIES.index(row.polarity) for row in rows], dtype=np.intp)


def _polarity(vectors: Vectors, found: Material, tuned: Mapping[str, Floats]) -> tuple[Head, dict[str, float]]:
    """What the tuned head says, weighed with the circumstances.

    Weighed on rows the network was not tuned on, because those it was look surer than new ones, and our own.
    """
    rows = forgetful(balanced([row for row in found.polarity if kept_from_network(row)]) + list(own_polarity()))
    weights = [row.weight * (ASKED_WEIGHT if _is_own_answer(row) else 1) for row in rows]
    dense, bias = tuned["polarity.dense"], tuned["polarity.bias"]
    inputs = vectors.inputs(rows)
    said = replace(inputs, vectors=inputs.vectors @ dense + bias)
    head = fit(said, classes(rows), POLARITIES, RECIPES["polarity"], weights)
    head = replace(head, dense=dense @ head.dense, bias=bias @ head.dense + head.bias)
    dev = {name: rows for name, rows in found.development.items() if name != "goemotions"}
    judged = {name: (predict(head, vectors.inputs(rows)), classes(rows)) for name, rows in dev.items()}
    # sst2 has no neutral class and would pull the temperature its own way
    mixed = [judged[name] for name in ("tweeteval", "nhs_fft", "umsab")]
    probabilities, target = np.vstack([p for p, _ in mixed]), np.concatenate([t for _, t in mixed])
    head = replace(head, temperature=best_temperature(probabilities[::2], target[::2]))
    cooled = np.vstack([predict(head, vectors.inputs(dev[name])) for name in ("tweeteval", "nhs_fft", "umsab")])[1::2]
    figures = {f"{name}_accuracy": float((p.argmax(axis=1) == t).mean()) for name, (p, t) in judged.items()}
    figures |= {f"{name}_macro_recall": macro_recall(p.argmax(axis=1), t) for name, (p, t) in judged.items()}
    sst2, sst2_target = judged["sst2"]
    figures["sst2_accuracy_of_two"] = float((sst2[:, [0, 2]].argmax(axis=1) * 2 == sst2_target).mean())
    figures["calibration_error"] = calibration_error(cooled.max(axis=1), cooled.argmax(axis=1) == target[1::2])
    return head, {name: round(value, 4) for name, value in figures.items()} | {"temperature": head.temperature}


def _is_own_answer(row: Row) -> bool:
    return row.source == "own_examples" and row.question is not None


def _emotion(vectors: Vectors, found: Material, tuned: Mapping[str, Floats]) -> tuple[Head, dict[str, float]]:
    """The tuned head, fitted further, each probability shifted so that 0.5 is where telling it gives the best F1.

    A rare emotion's own best cut is chance, so it is drawn half of the way to the one that is best for all. Cuts are
    chosen on rows the network was not tuned on.
    """
    from vocanalytics.tagging.fine_tuning import polish

    labels = sorted({emotion for row in found.emotion for emotion in row.emotions})
    taught = [row for row in found.emotion if not kept_from_network(row)]
    rows = [row for row in found.emotion if kept_from_network(row)]
    seen = vectors([row.text for row in taught])
    dense, bias = polish(tuned["emotion.dense"], tuned["emotion.bias"], seen, _indicators(taught, labels))
    target, inputs = _indicators(rows, labels), vectors.inputs(rows)
    nothing = np.zeros((0, len(labels)), dtype=np.float32)
    context = np.zeros((inputs.context.shape[1], len(labels)), dtype=np.float32)
    head = Head(tuple(labels), multi_label=True, dense=dense, sparse=nothing, context=context, bias=bias)
    told, cuts = predict(head, inputs), np.linspace(0.03, 0.7, 68)
    common = max(cuts, key=lambda cut: macro_f1(told >= cut, target))
    own = [max(cuts, key=lambda cut: macro_f1(told[:, [k]] >= cut, target[:, [k]])) for k in range(len(labels))]
    cut = (np.array(own) + common) / 2
    head = replace(head, bias=(head.bias - np.log(cut / (1 - cut))).astype(np.float32))
    dev = found.development["goemotions"]
    f1 = macro_f1(predict(head, vectors.inputs(dev)) >= 0.5, _indicators(dev, labels))
    return head, {"goemotions_dev_macro_f1": round(f1, 4)}


def _indicators(rows: Sequence[Row], labels: Sequence[str]) -> NDArray[np.intp]:
    return np.array([[label in row.emotions for label in labels] for row in rows], dtype=np.intp)


def _small(vectors: Vectors, name: str) -> tuple[Head, dict[str, float]]:
    """A head fitted on every other of our own examples and measured on the rest."""
    groups = read("intent_examples.yaml")[name]
    labels = ("low", "high") if name == "effort" else tuple(groups)
    rows = [(text, labels.index(label), i % 2) for label in labels for i, text in enumerate(groups[label])]
    inputs = vectors.inputs([Row("own_examples", text, "") for text, _, _ in rows])
    target, tested = np.array([k for _, k, _ in rows]), np.array([part == 1 for _, _, part in rows])
    indicator = target[:, None] if name == "effort" else target
    head = fit(inputs.at(~tested), indicator[~tested], ("high",) if name == "effort" else labels, RECIPES[name])
    judged = predict(head, inputs.at(tested))
    guess = judged.argmax(axis=1) if name != "effort" else (judged[:, 0] >= 0.5).astype(int)
    present = np.eye(len(labels))
    return head, {
        "macro_f1": round(macro_f1(present[guess] > 0, present[target[tested]]), 4),
        "tested_on": int(tested.sum()),
    }


def make_encoder(library: Path, folder: Path, weights: Path | None = None) -> dict[str, Any]:
    """Tune the network, unless tuned ``weights`` are given, and fit its heads; returns the manifest's facts."""
    from vocanalytics.tagging.export import export_network, weights_folder
    from vocanalytics.tagging.passes import tune_network

    found = material(library)
    with TemporaryDirectory() as scratch:
        tuned = weights or Path(scratch) / "tuned"
        if not weights:
            tune_network(weights_folder(), found, tuned)
        export_network(tuned, folder, sentences())
        with np.load(tuned / HEADS) as stored:
            heads = dict(stored)
    return train_heads(found, folder, heads)


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("library", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--weights", type=Path)
    given = parser.parse_args()
    make_encoder(given.library, given.folder, given.weights)


if __name__ == "__main__":
    main()
