"""Texts a second of the encoder, all heads and tokenising included, beside what a laptop user has today.

    python tests/benchmarks/tagging_speed.py [--weights FOLDER] [--library FOLDER] [--chart FILE.png] [--rounds 5]

Everything runs in one process on two threads, interleaved, on distinct texts of 25 word pieces; printed is the
median over rounds. ``--weights`` is the network in fp32 as training saved it, for the torch pipeline (default: the
weights training starts from). With ``--library`` accuracy is measured, too, on the TweetEval val part, and
``--chart`` plots both. Needs the ``bench`` extra.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vocanalytics import Encoder
from vocanalytics.resources import resolve_taxonomy
from vocanalytics.tagging import corpora
from vocanalytics.tagging.export import weights_folder
from vocanalytics.tagging.fitting import macro_recall
from vocanalytics.taxonomy import load_taxonomy

Read = Callable[[Sequence[str]], Any]
PIECES = 25
ROBERTA_PUBLISHED = 0.713  # RoBERTa-base on TweetEval sentiment, test part (Barbieri et al. 2020, arXiv 2010.12421)
PACKAGES = ("torch", "transformers", "onnxruntime", "vaderSentiment", "textblob", "numpy")


def texts_of(count: int, pieces: int = PIECES) -> list[str]:
    """Distinct texts of about ``pieces`` word pieces, from the example sentences of the shipped frames."""
    frame = load_taxonomy(resolve_taxonomy("automotive"))
    words = " ".join(text for label in (*frame.themes, *frame.touchpoints) for text in label.examples).split()
    length = round(pieces / 1.2)  # word pieces a word, punctuation included
    steps = np.random.default_rng(1).integers(0, len(words) - length, size=count)
    return [f"{' '.join(words[k : k + length])} {i}" for i, k in enumerate(steps)]


def vader() -> Read:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyzer = SentimentIntensityAnalyzer()
    return lambda texts: three([analyzer.polarity_scores(text)["compound"] for text in texts], 0.05)


def textblob() -> Read:
    from textblob import TextBlob

    return lambda texts: three([TextBlob(text).sentiment.polarity for text in texts], 0.05)


def three(scores: Sequence[float], cut: float) -> Any:
    return np.array([0 if s <= -cut else 2 if s >= cut else 1 for s in scores])


def pipeline(weights: Path | None, batch: int) -> Read:
    """A text-classification pipeline on torch; without weights of the usual tweet model's shape, untrained."""
    import torch
    import transformers

    torch.set_num_threads(2)
    if weights is None:
        config = transformers.RobertaConfig(
            vocab_size=50_265, max_position_embeddings=514, type_vocab_size=1, num_labels=3
        )
        model = transformers.RobertaForSequenceClassification(config)
    else:
        model = transformers.AutoModelForSequenceClassification.from_pretrained(weights, num_labels=3)
    tokenizer = transformers.AutoTokenizer.from_pretrained(weights or weights_folder())
    run = transformers.pipeline(
        "text-classification", model=model.eval(), tokenizer=tokenizer, device="cpu", batch_size=batch
    )
    return lambda texts: run(list(texts))


def contenders(weights: Path) -> dict[str, tuple[Read, int]]:
    """What is measured, and on how many texts (slow ones on fewer)."""
    encoder = Encoder.load()
    return {
        "vocanalytics, all heads": (
            lambda texts: encoder.encode(texts, channel="social").polarity.argmax(axis=1),
            1200,
        ),
        "VADER": (vader(), 1200),
        "TextBlob": (textblob(), 1200),
        "torch fp32, same network, batch 32": (pipeline(weights, 32), 320),
        "torch fp32, same network, batch 1": (pipeline(weights, 1), 320),
        "RoBERTa-base shape, batch 32": (pipeline(None, 32), 96),
        "RoBERTa-base shape, batch 1": (pipeline(None, 1), 96),
    }


def speeds(read_by: dict[str, tuple[Read, int]], rounds: int) -> dict[str, float]:
    """Median texts a second; every round measures everybody in turn."""
    pool = texts_of(1200 * (rounds + 1))
    found: dict[str, list[float]] = {name: [] for name in read_by}
    for turn in range(rounds + 1):  # the first warms up
        for name, (read, count) in read_by.items():
            texts = pool[turn * 1200 :][:count]
            started = time.perf_counter()
            read(texts)
            if turn:
                found[name].append(count / (time.perf_counter() - started))
    return {name: statistics.median(each) for name, each in found.items()}


def accuracy(read_by: dict[str, tuple[Read, int]], library: Path) -> dict[str, float]:
    rows = list(corpora.tweeteval_dev(library))
    target = np.array([corpora.POLARITIES.index(row.polarity) for row in rows])
    names = ("vocanalytics, all heads", "VADER", "TextBlob")
    found = {name: macro_recall(read_by[name][0]([row.text for row in rows]), target) for name in names}
    return found | {"RoBERTa-base shape, batch 32": ROBERTA_PUBLISHED}


def own_process(count: int) -> str:
    """Seconds and peak memory of reading ``count`` texts in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--only", str(count)], capture_output=True, text=True, check=True, env=os.environ
    )
    return done.stdout.strip()


def only(count: int) -> None:
    encoder, texts = Encoder.load(), texts_of(count)
    started = time.perf_counter()
    for start in range(0, count, 5_000):
        encoder.encode(texts[start : start + 5_000])
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{count:,} texts: {seconds:.1f} s, {count / seconds:,.0f} a second, peak memory {peak:,.0f} MB")


def chart(speed: dict[str, float], recall: dict[str, float], target: Path) -> None:
    import altair as alt
    import pandas as pd

    rows = pd.DataFrame(
        [{"model": name, "texts a second": speed[name], "macro recall": recall[name]} for name in recall]
    )
    points = alt.Chart(rows).encode(
        alt.X("texts a second").scale(type="log"), alt.Y("macro recall").scale(zero=False), text="model"
    )
    layers = points.mark_point(filled=True, size=80) + points.mark_text(dy=-12)
    layers.properties(width=560, height=320, title="TweetEval sentiment against speed on two cores").save(target)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--library", type=Path)
    parser.add_argument("--chart", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.only:
        only(given.only)
        return
    print(", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES))
    read_by = contenders(given.weights or weights_folder())
    found = speeds(read_by, given.rounds)
    recall = accuracy(read_by, given.library) if given.library else {}
    ours = found["vocanalytics, all heads"]
    for name, speed in found.items():
        told = f"   macro recall {recall[name]:.3f}" if name in recall else ""
        print(f"{name:<38}{speed:>9,.0f} texts/s   ours is {ours / speed:5.1f} x{told}")
    if given.chart and recall:
        chart(found, recall, given.chart)
    for count in (10_000, 100_000):
        print(own_process(count))


if __name__ == "__main__":
    main()
