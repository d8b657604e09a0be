"""Makes ``models/encoder``: network, heads, manifest and the figures of its model card.

    python -m vocanalytics.tagging.encoder_training LIBRARY OUTPUT

``LIBRARY`` is a folder of public data sets laid out as `vocanalytics.tagging.corpora` reads them.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vocanalytics.resources import taxonomies_dir
from vocanalytics.tagging import corpora
from vocanalytics.tagging.artifacts import read_manifest, write_manifest
from vocanalytics.tagging.axis_fitting import fit_zero_shot
from vocanalytics.tagging.corpora import POLARITIES, Row
from vocanalytics.tagging.encoder import Encoder
from vocanalytics.tagging.features import BUCKETS, EDITION
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
from vocanalytics.tagging.network import Network
from vocanalytics.tagging.reference import read
from vocanalytics.taxonomy import load_taxonomy

RECIPES = {
    "polarity": Recipe(buckets=BUCKETS, sparse=6.0, strength=0.15),
    "emotion": Recipe(buckets=2**12, iterations=40),
    "intent": Recipe(buckets=2**12, strength=1.0),
    "effort": Recipe(buckets=2**10, strength=1.0),
}
MIN_F1 = 0.70  # a head measured below it is marked experimental
OWN_WEIGHT = 6.0  # our own polarity examples: few, but of the kind we are asked about
TEMPLATE_WEIGHT = 1.0  # many and alike
_SEED = 20261121
_POSITIVE = frozenset(
    {"admiration", "amusement", "approval", "caring", "excitement", "gratitude", "joy", "love", "optimism", "pride"}
    | {"relief"}
)
_NEGATIVE = frozenset(
    {"anger", "annoyance", "disappointment", "disapproval", "disgust", "embarrassment", "fear", "grief"}
    | {"nervousness", "remorse", "sadness"}
)


class Vectors:
    """Embeds each distinct text once."""

    def __init__(self, folder: Path) -> None:
        self._network = Network(folder / "encoder.onnx", folder / "tokenizer.json")
        self._known: dict[str, Floats] = {}

    def __call__(self, texts: Sequence[str]) -> Floats:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known |= dict(zip(new, self._network.embed(new), strict=True))
        return np.stack([self._known[text] for text in texts])

    def inputs(self, rows: Sequence[Row]) -> Inputs:
        texts = [row.text for row in rows]
        return Inputs.of(self(texts), texts, [row.channel for row in rows], [row.question for row in rows])


def train_encoder(library: Path, folder: Path, vectors: Vectors | None = None) -> dict[str, Any]:
    """Fit all heads on the network in ``folder`` and sign the folder. Returns figures and facts."""
    vectors = vectors or Vectors(folder)
    dev = development(library)
    rows, dropped = corpora.without(polarity_rows(library), chain.from_iterable(dev.values()))
    emotional, emotional_dropped = corpora.without(goemotions(library, "train"), dev["goemotions"])
    heads, figures = {}, {}
    heads["polarity"], figures["polarity"] = _polarity(vectors, rows, dev)
    heads["emotion"], figures["emotion"] = _emotion(vectors, emotional, dev["goemotions"])
    for name in ("intent", "effort"):
        heads[name], figures[name] = _small(vectors, name)
    arrays = {key: values for name, head in heads.items() for key, values in head.arrays(name).items()}
    np.savez_compressed(folder / "heads.npz", **arrays)  # type: ignore[arg-type]
    facts = {
        "features": EDITION,
        "trained_on": dict(sorted(Counter(row.source for row in rows).items())),
        "dropped_as_development_text": dropped + emotional_dropped,
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


def development(library: Path) -> dict[str, list[Row]]:
    return {
        "tweeteval": list(corpora.tweeteval_dev(library)),
        "sst2": list(corpora.sst2(library, "dev")),
        "nhs_fft": list(corpora.nhs(library, dev=True)),
        "umsab": list(corpora.umsab(library, "val")),
        "goemotions": list(goemotions(library, "dev")),
    }


def goemotions(library: Path, part: str) -> Iterable[Row]:
    return corpora.goemotions(library, part, _side)


def _side(emotions: tuple[str, ...]) -> str | None:
    found = set(emotions)
    if found == {"neutral"}:
        return "neutral"
    sides = {"positive": found <= _POSITIVE, "negative": found <= _NEGATIVE}
    return next((name for name, holds in sides.items() if holds), None)


def polarity_rows(library: Path) -> list[Row]:
    public: Iterable[Row] = chain(
        corpora.semeval(library),
        corpora.umsab(library, "train"),
        corpora.sst2(library, "train"),
        corpora.sst5(library),
        corpora.uci(library),
        corpora.opener(library),
        corpora.nhs(library, dev=False),
        corpora.cfpb(library),
        (row for row in goemotions(library, "train") if row.polarity),
    )
    distinct = {(corpora.normal(row.text), row.polarity, row.question): row for row in public}
    return [*_forgetful(list(distinct.values())), *own_polarity()]


def _forgetful(rows: Sequence[Row]) -> Iterable[Row]:
    """Half the rows forget their channel: it must help where known and not be missed where not."""
    forget = np.random.default_rng(_SEED).random(len(rows)) < 0.5
    for row, channel_lost in zip(rows, forget, strict=True):
        yield replace(row, channel=None) if channel_lost else row


def own_polarity() -> Iterable[Row]:
    content = dict(read("polarity_examples.yaml"))
    for name, group in content.pop("templates").items():
        for sentence in group["sentences"]:
            for word in group["words"]:
                yield Row("own_templates", sentence.format(word), name.split("_")[0], weight=TEMPLATE_WEIGHT)
    questions = {"none": None, "worse": "What could we improve?", "better": "What did you like most?"}
    for kind, groups in content.items():
        for polarity, texts in groups.items():
            for text in texts:
                yield Row("own_examples", text, polarity, None, questions[kind], OWN_WEIGHT)


def classes(rows: Sequence[Row]) -> NDArray[np.intp]:
    return np.array([POLARITIES.index(row.polarity) for row in rows], dtype=np.intp)


def _polarity(vectors: Vectors, rows: Sequence[Row], dev: dict[str, list[Row]]) -> tuple[Head, dict[str, float]]:
    weights = [row.weight for row in rows]
    head = fit(vectors.inputs(rows), classes(rows), POLARITIES, RECIPES["polarity"], weights)
    judged = {
        name: (predict(head, vectors.inputs(group)), classes(group))
        for name, group in dev.items()
        if name != "goemotions"
    }
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


def _emotion(vectors: Vectors, rows: Sequence[Row], dev: Sequence[Row]) -> tuple[Head, dict[str, float]]:
    labels = sorted({emotion for row in rows for emotion in row.emotions})
    held_out = np.arange(len(rows)) % 10 == 0
    target, dev_target = _indicators(rows, labels), _indicators(dev, labels)
    inputs = vectors.inputs(rows)
    head = fit(inputs.at(~held_out), target[~held_out], labels, RECIPES["emotion"])
    chosen = predict(head, inputs.at(held_out))
    cuts = np.linspace(0.05, 0.6, 56)
    best = [
        cuts[np.argmax([macro_f1(chosen[:, [k]] >= cut, target[held_out][:, [k]]) for cut in cuts])]
        for k in range(len(labels))
    ]
    f1 = macro_f1(predict(head, vectors.inputs(dev)) >= np.array(best), dev_target)
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


def main(arguments: Sequence[str]) -> None:
    from vocanalytics.tagging.export import export_network, weights_folder

    library, folder = map(Path, arguments)
    export_network(weights_folder(), folder)
    train_encoder(library, folder)


if __name__ == "__main__":
    main(sys.argv[1:])
