"""Masking on the labelled sentences: recall per kind, false positives, speed.

    python tests/benchmarks/masking_quality.py [--misses] [--feed FILE.csv COLUMN]

A marked value counts as found when no word of it is left in the output. A clean sentence counts as harmed when
one word of it changed. Intervals are Wilson 95 %.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import yaml
from statsmodels.stats.proportion import proportion_confint

from vocanalytics.text.privacy import KINDS, Masker

CASES = Path(__file__).parents[1] / "privacy_cases.yaml"
_MARK = re.compile(r"\{([A-Z]+)\|([^}]*)\}")
_PLACEHOLDER = re.compile(r"\[(?:" + "|".join(KINDS) + r")\]")


@dataclass(frozen=True, slots=True)
class Case:
    """One sentence as a customer wrote it, and what in it is personal."""

    text: str
    personal: tuple[tuple[str, str], ...]
    part: str


def load_cases(path: Path = CASES) -> list[Case]:
    """All cases; `part` says when they were written."""
    cases = []
    for part, groups in yaml.safe_load(path.read_text(encoding="utf-8")).items():
        for marked in [*groups["personal"], *groups["clean"]]:
            found = tuple((match[1], match[2]) for match in _MARK.finditer(marked))
            cases.append(Case(_MARK.sub(lambda match: match[2], marked), found, part))
    return cases


def is_found(case: Case, value: str, masked: str) -> bool:
    """Whether no word of the value is left more often than the rest of the sentence has it."""
    rest = case.text
    for _, personal in case.personal:
        rest = rest.replace(personal, " ", 1)
    words = [word for word in re.findall(r"\w+", value) if word.lower() not in _SMALL]
    left = _PLACEHOLDER.sub(" ", masked)
    return all(_count(word, left) <= _count(word, rest) for word in words)


_SMALL = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "dr",
        "captain",
        "and",
        "her",
        "his",
        "team",
        "the",
        "was",
        "brilliant",
        "no",
        "po",
        "p",
        "o",
        "box",
        "flat",
        "nw",
    ]
)


def _count(word: str, text: str) -> int:
    return len(re.findall(rf"(?<!\w){re.escape(word)}(?!\w)", text))


def is_harmed(case: Case, masked: str) -> bool:
    """Whether text outside the marked values changed."""
    pieces = [case.text]
    for _, value in case.personal:
        before, _, after = pieces[-1].partition(value)
        pieces[-1:] = [before, after]
    kept = [word for piece in pieces for word in re.findall(r"\w+", piece)]
    left = re.findall(r"\w+", _PLACEHOLDER.sub(" ", masked))
    return any(left.count(word) < kept.count(word) for word in kept)


def report(cases: list[Case], *, misses: bool) -> None:
    masker = Masker()
    results = masker.mask([case.text for case in cases])
    found: dict[str, list[bool]] = defaultdict(list)
    harmed: dict[str, list[bool]] = {"clean sentences": [], "marked sentences": []}
    for case, result in zip(cases, results, strict=True):
        for kind, value in case.personal:
            found[kind].append(is_found(case, value, result.text))
            if misses and not found[kind][-1]:
                print(f"  missed {kind:8} {case.text!r} -> {result.text!r}")
        hurt = is_harmed(case, result.text)
        harmed["marked sentences" if case.personal else "clean sentences"].append(hurt)
        if misses and hurt:
            print(f"  harmed          {case.text!r} -> {result.text!r}")
    for kind in KINDS:
        _line(f"recall {kind}", found[kind])
    for name, hits in harmed.items():
        _line(f"harmed {name}", hits)


def _line(name: str, hits: list[bool]) -> None:
    if hits:
        low, high = proportion_confint(sum(hits), len(hits), method="wilson")
        print(f"{name:26} {sum(hits):4}/{len(hits):<4} {sum(hits) / len(hits):6.1%}  [{low:.1%}, {high:.1%}]")


def speed(path: Path, column: str) -> None:
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        texts = [row[column] for row in csv.DictReader(file)]
    masker = Masker()
    masker.mask(["Thandiwe was very helpful, said Marlow."])  # loads lists and spaCy
    wall, cpu = time.perf_counter(), time.process_time()
    changed = sum(bool(result.counts) for result in masker.mask(texts))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{path.name}: {len(texts):,} texts, {sum(map(len, texts)):,} characters, {changed:,} changed")
    print(f"  {len(texts) / wall:,.0f} texts/s elapsed, {len(texts) / cpu:,.0f} texts/s of processor time")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--feed", nargs=2, action="append", default=[], metavar=("FILE", "COLUMN"))
    options = parser.parse_args()
    csv.field_size_limit(sys.maxsize)
    cases = load_cases()
    for part in dict.fromkeys(case.part for case in cases):
        print(f"--- written {part.replace('_', ' ')}: {sum(case.part == part for case in cases)} sentences")
        report([case for case in cases if case.part == part], misses=options.misses)
    for path, column in options.feed:
        speed(Path(path), column)


if __name__ == "__main__":
    main()
