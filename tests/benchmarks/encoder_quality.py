"""The figures of the encoder's card, each with a 95 % bootstrap interval over texts, through the public interface.

    python tests/benchmarks/encoder_quality.py LIBRARY [--encoder FOLDER] [--weights FOLDER] [--base]

``--weights`` is the network in fp32 as training saved it: every figure is then given for it, too. ``--base``
compares what eight examples a label teach a linear head on this embedding and on that of the network training
started from. Both need the ``train`` extra.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from vocanalytics import Encoder
from vocanalytics.resources import models_dir
from vocanalytics.tagging.artifacts import MANIFEST, write_manifest
from vocanalytics.tagging.corpora import POLARITIES, Row
from vocanalytics.tagging.encoder_rows import development, sentences
from vocanalytics.tagging.fitting import calibration_error, macro_f1, macro_recall

RESAMPLES = 1_000
SHOTS, DRAWS = 8, 20
Figure = Callable[[NDArray[np.intp]], float]


def with_interval(figure: Figure, count: int) -> tuple[float, float, float]:
    chance = np.random.default_rng(1)
    drawn = [figure(chance.integers(0, count, count)) for _ in range(RESAMPLES)]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return figure(np.arange(count)), float(low), float(high)


def polarity_figures(encoder: Encoder, parts: dict[str, list[Row]]) -> dict[str, tuple[float, float, float]]:
    found = {}
    sure, right = [], []
    for name in ("tweeteval", "nhs_fft", "sst2", "umsab"):
        rows = parts[name]
        said = encoder.encode(
            [r.text for r in rows], channel=[r.channel for r in rows], question=[r.question for r in rows]
        ).polarity
        target = np.array([POLARITIES.index(row.polarity) for row in rows])
        guess = said.argmax(axis=1)
        hit = guess == target
        if name == "sst2":
            two = said[:, [0, 2]].argmax(axis=1) * 2 == target
            found["sst2: accuracy of two"] = with_interval(lambda k, two=two: float(two[k].mean()), len(rows))
            continue
        sure.append(said.max(axis=1))
        right.append(hit)
        found[f"{name}: accuracy"] = with_interval(lambda k, hit=hit: float(hit[k].mean()), len(rows))
        found[f"{name}: macro recall"] = with_interval(lambda k, g=guess, t=target: macro_recall(g[k], t[k]), len(rows))
    confidence, correct = np.concatenate(sure), np.concatenate(right)
    found["polarity: calibration error"] = with_interval(
        lambda k: calibration_error(confidence[k], correct[k]), len(correct)
    )
    return found


def emotion_figure(encoder: Encoder, rows: Sequence[Row]) -> tuple[float, float, float]:
    encoding = encoder.encode([row.text for row in rows])
    target = np.array([[label in row.emotions for label in encoding.labels["emotion"]] for row in rows])
    given = encoding.emotion >= 0.5
    return with_interval(lambda k: macro_f1(given[k], target[k]), len(rows))


def figures(encoder: Encoder, library: Path) -> dict[str, tuple[float, float, float]]:
    parts = development(library)
    return polarity_figures(encoder, parts) | {"goemotions: macro F1": emotion_figure(encoder, parts["goemotions"])}


def exact(folder: Path, weights: Path, scratch: Path) -> Encoder:
    """The same heads on the network in fp32."""
    from vocanalytics.tagging.export import export_exact

    copy = Path(shutil.copytree(folder, scratch / "fp32"))
    export_exact(weights, copy / "encoder.onnx")
    write_manifest(copy, "encoder", json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["facts"])
    return Encoder.load(copy)


def few_shot_tasks(library: Path) -> dict[str, tuple[list[str], list[str]]]:
    utterances = _table(library / "bitext_customer_service" / "utterances.csv")[::4]
    single = [(r["text"], r["labels"].rsplit(".", 1)[0]) for r in _table(library / "fabsa" / "reviews.csv")]
    single = [(text, aspect) for text, aspect in single if ";" not in aspect]
    count = Counter(aspect for _, aspect in single)
    kept = [(text, aspect) for text, aspect in single if count[aspect] >= 30]
    return {
        "bitext intents": ([r["utterance"] for r in utterances], [r["intent"] for r in utterances]),
        "fabsa aspects": ([text for text, _ in kept], [aspect for _, aspect in kept]),
    }


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def few_shot(vectors: NDArray[np.float32], labels: Sequence[str]) -> list[float]:
    """Macro F1 on everything else of a head taught with a few examples a label, once a draw."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import f1_score

    target = np.array(labels)
    scores = []
    for draw in range(DRAWS):
        chance = np.random.default_rng(draw)
        taught = np.concatenate([chance.permutation(np.flatnonzero(target == k))[:SHOTS] for k in np.unique(target)])
        rest = np.setdiff1d(np.arange(len(target)), taught)
        head = LogisticRegression(C=30, max_iter=500).fit(vectors[taught], target[taught])
        scores.append(float(f1_score(target[rest], head.predict(vectors[rest]), average="macro")))
    return scores


def compare_few_shot(encoder: Encoder, library: Path, scratch: Path) -> None:
    from vocanalytics.tagging.export import export_network, weights_folder
    from vocanalytics.tagging.network import DIMENSIONS, Network

    export_network(weights_folder(), scratch / "base", sentences())
    base = Network(scratch / "base" / "encoder.onnx", scratch / "base" / "tokenizer.json")
    for name, (texts, labels) in few_shot_tasks(library).items():
        ours = few_shot(encoder.embed(texts), labels)
        theirs = few_shot(base.read(texts)[:, :DIMENSIONS], labels)
        gap = np.array(ours) - np.array(theirs)
        spread = 1.96 * gap.std(ddof=1) / len(gap) ** 0.5
        print(
            f"{name}, {SHOTS} a label: ours {np.mean(ours):.3f}, base {np.mean(theirs):.3f}, "
            f"difference {gap.mean():+.3f} ± {spread:.3f} ({DRAWS} draws)"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("library", type=Path)
    parser.add_argument("--encoder", type=Path, default=models_dir() / "encoder")
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--base", action="store_true")
    given = parser.parse_args()
    encoder = Encoder.load(given.encoder)
    with TemporaryDirectory() as scratch:
        shown = {"shipped": figures(encoder, given.library)}
        if given.weights:
            shown["fp32"] = figures(exact(given.encoder, given.weights, Path(scratch)), given.library)
        for name in shown["shipped"]:
            told = [
                f"{kind} {m:.3f} [{low:.3f}, {high:.3f}]" for kind, f in shown.items() for m, low, high in [f[name]]
            ]
            print(f"{name:<30}{'   '.join(told)}")
        if given.base:
            compare_few_shot(encoder, given.library, Path(scratch))


if __name__ == "__main__":
    main()
