"""Tunes the encoder's network, in seven passes. Needs the ``train`` extra; five hours on two cores."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from vocanalytics.tagging.corpora import Row
from vocanalytics.tagging.encoder_rows import (
    AGAIN_SHARES,
    NAMES_SHARES,
    NARROW_SHARES,
    OWN_SHARES,
    SHARES,
    SLIM_SHARES,
    Material,
    calm,
    critical_rows,
    network_rows,
    ordinary_rows,
    sentences,
)
from vocanalytics.tagging.fine_tuning import Schedule
from vocanalytics.tagging.network import DIMENSIONS, Network

BROAD = Schedule(shares=SHARES)
NARROW = Schedule(epochs=1, rate=4e-5, warm_up=0.08, emotion=15.0, shares=NARROW_SHARES)
OWN = Schedule(epochs=1, rate=3e-5, warm_up=0.08, emotion=15.0, shares=OWN_SHARES)
SLIM = Schedule(epochs=2, rate=5e-5, warm_up=0.05, emotion=15.0, keep=4.0, max_pieces=64, shares=SLIM_SHARES)
NAMES = Schedule(
    epochs=1, rate=3e-5, warm_up=0.05, emotion=15.0, keep=4.0, concepts=True, critical=1.0, max_pieces=64,
    shares=NAMES_SHARES,
)  # fmt: skip
AGAIN = replace(NAMES, shares=AGAIN_SHARES)
LAST = replace(AGAIN, keep=6.0, critical=2.0)
BROAD_SHARE = 0.35  # of the first pass in the mean of the first two
NAMES_SHARE = 0.5  # of the fifth pass in the mean of the fifth and the sixth, with which the last begins
AGAIN_SHARE = 0.5  # of the sixth pass in the final weights
WIDTH = 1024  # of the inner layers, which begin with 1,536
_SHOWN = 1500  # texts that show what an inner layer does


def tune_network(weights: Path, found: Material, output: Path) -> None:
    """Seven passes over the network in ``weights``, which is made slim before the fourth.

    Everything, then fewer tweets, then mostly our own examples, then all kinds again, and at last, three times, what
    sentences are about and what is alarming, beside some of all kinds. The first two are averaged before the third,
    the fifth and sixth before the last, and the last with the sixth (Wortsman et al., Model soups, ICML 2022): steadier
    than either.
    """
    from vocanalytics.tagging.export import export_network
    from vocanalytics.tagging.fine_tuning import blend, fine_tune
    from vocanalytics.tagging.slimming import slim

    labels = sorted({emotion for row in found.emotion for emotion in row.emotions})
    rows = [*calm(network_rows(found)), *critical_rows(), *ordinary_rows()]
    with TemporaryDirectory() as scratch:
        start, broad, narrow, taught, thin, apart, named, again, mean = (Path(scratch) / f"{n}" for n in range(9))
        export_network(weights, start, sentences())
        as_it_was = Network(start / "encoder.onnx", start / "tokenizer.json")
        before = as_it_was.read([row.text for row in rows])[:, :DIMENSIONS]

        def tune(begin: Path, end: Path, schedule: Schedule, **times: int) -> None:
            chosen = _repeated(rows, **times)
            fine_tune(begin, [rows[i] for i in chosen], before[chosen], labels, end, schedule)

        tune(weights, broad, BROAD)
        tune(broad, narrow, NARROW, own=3)
        blend(broad, narrow, BROAD_SHARE)
        tune(narrow, taught, OWN, own=6, survey=2)
        slim(taught, _some([row.text for row in rows], _SHOWN), WIDTH, thin)
        tune(thin, apart, SLIM, own=6, survey=2)
        tune(apart, named, NAMES, own=2, survey=2, alarm=2)
        tune(named, again, AGAIN, own=2, survey=2, alarm=2)
        shutil.copytree(again, mean)
        blend(named, mean, NAMES_SHARE)
        tune(mean, output, LAST, own=2, survey=2, alarm=2, film=2)
        blend(again, output, AGAIN_SHARE)


def _some(texts: Sequence[str], count: int) -> list[str]:
    chosen = np.random.default_rng(BROAD.seed).choice(len(texts), min(count, len(texts)), replace=False)
    return [texts[i] for i in chosen]


def _repeated(rows: Sequence[Row], *, own: int = 1, survey: int = 1, alarm: int = 0, film: int = 1) -> list[int]:
    times = dict.fromkeys(("own_examples", "own_coded", "own_dangers"), own)
    times |= {"nhs_fft": survey, "critical_examples": alarm, "sst5": film}
    return [i for i, row in enumerate(rows) for _ in range(times.get(row.source, 1))]
