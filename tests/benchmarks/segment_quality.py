"""Ideas told apart on the verbatims split by hand: precision, recall and F1 of boundaries, and speed.

    python tests/benchmarks/segment_quality.py [--misses] [--feed FILE.csv COLUMN]

A boundary is the first letter or digit of a segment other than the first. It counts as found where the segmenter
starts a segment at that very letter. ``--misses`` shows the errors of the dev half; those of the test half stay unseen.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import yaml

from vocanalytics.text.segments import segment, segment_many

GOLD = Path(__file__).parents[1] / "segments_gold.yaml"
MARK = "‖"
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Case:
    """One verbatim and where its ideas begin."""

    text: str
    boundaries: frozenset[int]


@dataclass(frozen=True, slots=True)
class Score:
    """Boundaries over all verbatims of a half: right ones, all the segmenter set, all there are."""

    right: int
    found: int
    wanted: int
    whole: int  # verbatims without an error
    verbatims: int

    @property
    def precision(self) -> float:
        return self.right / self.found

    @property
    def recall(self) -> float:
        return self.right / self.wanted

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.found + self.wanted)


def load_gold(path: Path = GOLD) -> dict[str, list[Case]]:
    """Half -> its verbatims."""
    halves = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {half: [_case(marked) for marked in texts] for half, texts in halves.items()}


def _case(marked: str) -> Case:
    parts = marked.split(MARK)
    starts = [sum(map(len, parts[:n])) for n in range(1, len(parts))]
    text = "".join(parts)
    return Case(text, frozenset(_first_letter(text, start) for start in starts))


def _first_letter(text: str, start: int) -> int:
    return next((i for i in range(start, len(text)) if text[i].isalnum()), len(text))


def boundaries(text: str) -> frozenset[int]:
    """Where the segmenter begins a segment other than the first."""
    return frozenset(_first_letter(text, start) for start, _ in segment(text)[1:])


def score(cases: list[Case]) -> Score:
    found = [boundaries(case.text) for case in cases]
    return Score(
        right=sum(len(own & case.boundaries) for own, case in zip(found, cases, strict=True)),
        found=sum(map(len, found)),
        wanted=sum(len(case.boundaries) for case in cases),
        whole=sum(own == case.boundaries for own, case in zip(found, cases, strict=True)),
        verbatims=len(cases),
    )


def misses(cases: list[Case]) -> None:
    for case in cases:
        found = boundaries(case.text)
        if found != case.boundaries:
            print(f"  wanted {_marked(case.text, case.boundaries)!r}\n   found {_marked(case.text, found)!r}")


def _marked(text: str, starts: frozenset[int]) -> str:
    return "".join(MARK * (i in starts) + character for i, character in enumerate(text))


def speed(texts: list[str]) -> None:
    rates = []
    for _ in range(ROUNDS):
        started = time.process_time()
        ideas = sum(map(len, segment_many(texts)))
        rates.append(len(texts) / (time.process_time() - started))
    characters = sum(map(len, texts)) / len(texts)
    print(
        f"{len(texts):,} texts of {characters:.0f} characters, {ideas:,} ideas: "
        f"{sorted(rates)[ROUNDS // 2]:,.0f} texts/s of one core"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--feed", nargs=2, action="append", default=[], metavar=("FILE", "COLUMN"))
    options = parser.parse_args()
    csv.field_size_limit(sys.maxsize)
    halves = load_gold()
    for half, cases in halves.items():
        told = score(cases)
        print(
            f"{half:5} {told.verbatims} verbatims, {told.wanted} boundaries: precision {told.precision:.3f}, "
            f"recall {told.recall:.3f}, F1 {told.f1:.3f}; {told.whole} verbatims without an error"
        )
    if options.misses:
        misses(halves["dev"])
    speed([case.text for cases in halves.values() for case in cases] * 20)
    for path, column in options.feed:
        with Path(path).open(encoding="utf-8", errors="replace", newline="") as file:
            speed([row[column] for row in csv.DictReader(file)])


if __name__ == "__main__":
    main()
