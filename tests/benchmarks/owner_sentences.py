"""Tags of the shipped automotive heads against 500 sentences of real car reviews and complaint reports, coded by hand.

    python tests/benchmarks/owner_sentences.py LIBRARY

The texts are not ours to publish: ``owner_sentences.csv`` says where in the library's `car_reviews` each sentence
stands and what its codes are. They were coded sentence by sentence, out of context, with nothing but the coding
frame. Half of them (``is_held_back``) were never looked at while the heads were made, and are told apart.
"""

from __future__ import annotations

import argparse
import csv
from functools import cache
from pathlib import Path

import pandas as pd

from vocanalytics import Tagger
from vocanalytics.tagging.evaluation import evaluate

AXES = ("themes", "touchpoint", "polarity", "joint")


def coded(library: Path) -> pd.DataFrame:
    """A gold frame as `evaluate` takes it, with ``file`` beside."""

    @cache
    def reviews(name: str) -> list[str]:
        with (library / "car_reviews" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return [row.get("review") or row["text"] for row in csv.DictReader(file)]

    rows = pd.read_csv(Path(__file__).with_suffix(".csv"), keep_default_na=False)
    said = [reviews(row.file)[row.row - 1][row.start : row.end] for row in rows.itertuples()]
    return rows.assign(text=said, channel="review")


def tell(name: str, rows: pd.DataFrame, tagger: Tagger) -> None:
    report = evaluate(rows.reset_index(drop=True), tagger)
    figures = "   ".join(f"{axis} {report[axis]['micro_f1']:.3f}" for axis in AXES)
    print(f"{name:<24}{len(rows):>4} sentences   {figures}   (micro F1)")


def main() -> None:
    parser = argparse.ArgumentParser(description="Tags against hand-coded sentences of real car owners.")
    parser.add_argument("library", type=Path)
    rows, tagger = coded(parser.parse_args().library), Tagger.load("automotive")
    tell("all", rows, tagger)
    tell("never looked at", rows[rows.is_held_back == "yes"], tagger)
    for name, part in rows.groupby(rows["file"].str.split("_").str[0]):
        tell(str(name), part, tagger)


if __name__ == "__main__":
    main()
