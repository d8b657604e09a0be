"""How polarity holds up against habits of language: one bar per family. Run as a script, it prints the table."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

from vocanalytics import Encoder
from vocanalytics.resources import models_dir

Rows = NDArray[np.floating[Any]]
POLARITY = ("negative", "neutral", "positive")
BEHAVIOUR = yaml.safe_load(Path(__file__).with_suffix(".yaml").with_stem("polarity_behaviour").read_text("utf-8"))
TRAINING = Path(__file__).parents[1] / "vocanalytics" / "tagging" / "polarity_examples.yaml"
BARS: dict[str, float] = {name: family["bar"] for name, family in BEHAVIOUR["families"].items()}
FLOORS: dict[str, float] = {name: family.get("floor", family["bar"]) for name, family in BEHAVIOUR["families"].items()}


@dataclass(frozen=True)
class Case:
    family: str
    kind: str  # expect, stronger or alike
    texts: tuple[str, ...]
    wanted: tuple[str, ...] = POLARITY
    question: str | None = None

    def is_right(self, found: Rows) -> bool:
        """Whether the rows of its texts, shape (texts, 3), are as anybody would read them."""
        read = _labels(found)
        if self.kind == "alike":
            return len(set(read)) == 1 and float(np.ptp(found, axis=0).max()) <= BEHAVIOUR["apart"]
        side = found[:, POLARITY.index(self.wanted[0])]
        no_less_sure = self.kind == "expect" or side[-1] >= side[0] - BEHAVIOUR["slack"]
        return read[-1] in self.wanted and bool(no_less_sure)

    def finding(self, found: Rows) -> str:
        """What was found and what was wanted; empty if the case is right."""
        if self.is_right(found):
            return ""
        told = " | ".join(
            f"{t} -> {label} {max(row):.2f}" for t, label, row in zip(self.texts, _labels(found), found, strict=True)
        )
        wanted = " or ".join(self.wanted)
        if self.kind == "alike":
            wanted = f"no difference, are up to {np.ptp(found, axis=0).max():.2f} apart"
        return f"{self.question or ''} {told} (wanted {wanted})".lstrip()


def _labels(found: Rows) -> list[str]:
    return [POLARITY[k] for k in found.argmax(axis=1)]


def _expected(family: str, expect: dict[str, list[str]], question: str | None = None) -> Iterator[Case]:
    for wanted, texts in expect.items():
        for text in texts:
            yield Case(family, "expect", (text,), tuple(wanted.split(" or ")), question)


def _cases(name: str, family: dict[str, Any]) -> Iterator[Case]:
    yield from _expected(name, family.get("expect", {}))
    for asked in family.get("asked", []):
        yield from _expected(name, asked["expect"], asked["question"])
    for side, pairs in family.get("stronger", {}).items():
        for mild, strong in pairs:
            yield Case(name, "stronger", (mild, strong), (side,))
    for same in family.get("alike", []):
        yield Case(name, "alike", tuple(same["say"].format(filler) for filler in same["fillers"]))


CASES = [case for name, family in BEHAVIOUR["families"].items() for case in _cases(name, family)]


def findings(encoder: Encoder) -> dict[str, list[str]]:
    """Per family one entry per case, empty where the case is right; one call of the encoder for all."""
    texts = [text for case in CASES for text in case.texts]
    questions = [case.question for case in CASES for _ in case.texts]
    channels = ["survey" if question else None for question in questions]
    rows = iter(encoder.encode(texts, channel=channels, question=questions).polarity)
    told: dict[str, list[str]] = {name: [] for name in BARS}
    for case in CASES:
        told[case.family].append(case.finding(np.array([next(rows) for _ in case.texts])))
    return told


@pytest.fixture(scope="module")
def told() -> dict[str, list[str]]:
    return findings(Encoder.load())


@pytest.mark.parametrize("family", BARS)
def test_family_keeps_what_it_reached(told: dict[str, list[str]], family: str) -> None:
    wrong = [finding for finding in told[family] if finding]
    share = 1 - len(wrong) / len(told[family])
    assert share >= FLOORS[family], f"{family}: {share:.2f} of {len(told[family])}\n" + "\n".join(wrong)


def test_the_card_names_what_misses_its_bar(told: dict[str, list[str]]) -> None:
    card = (models_dir() / "encoder" / "README.md").read_text(encoding="utf-8")
    for family, cases in told.items():
        right = sum(not finding for finding in cases)
        below = " (below)" if right / len(cases) < BARS[family] else ""
        assert f"| {family.replace('_', ' ')} | {right} / {len(cases)} | {BARS[family]:.2f}{below} |" in card


def test_the_suite_is_large_enough_and_every_case_is_clear() -> None:
    assert len(CASES) >= 200
    assert all(sum(case.family == name for case in CASES) >= 10 for name in BARS)
    assert len({(case.texts, case.question) for case in CASES}) == len(CASES)
    assert all(set(case.wanted) <= set(POLARITY) for case in CASES)
    # a case that accepts any answer tests nothing
    assert all(len(case.wanted) < 3 for case in CASES if case.kind != "alike")


@pytest.mark.parametrize("always", range(3))
def test_one_answer_for_everything_does_not_pass(always: int) -> None:
    judged = [case for case in CASES if case.kind != "alike"]
    right = [not case.finding(np.tile(np.eye(3)[always], (len(case.texts), 1))) for case in judged]
    assert sum(right) < 0.6 * len(right)


@pytest.mark.parametrize(
    ("kind", "found", "right"),
    [
        ("stronger", [[0.1, 0.2, 0.7], [0.1, 0.1, 0.8]], True),
        ("stronger", [[0.1, 0.1, 0.8], [0.1, 0.2, 0.7]], False),
        ("stronger", [[0.8, 0.1, 0.1], [0.5, 0.3, 0.2]], False),
        ("alike", [[0.1, 0.2, 0.7], [0.1, 0.1, 0.8]], True),
        ("alike", [[0.1, 0.3, 0.6], [0.1, 0.1, 0.8]], False),
        ("alike", [[0.1, 0.5, 0.4], [0.1, 0.4, 0.5]], False),
    ],
)
def test_pairs_are_judged_by_both_texts(kind: str, found: list[list[float]], right: bool) -> None:
    wanted = ("positive",) if kind == "stronger" else POLARITY
    assert (Case("any", kind, ("mild", "strong"), wanted).finding(np.array(found)) == "") == right


def test_no_case_is_training_material() -> None:
    taught = {_plain(text) for text in _leaves(yaml.safe_load(TRAINING.read_text("utf-8")))}
    everything = " | ".join(taught)
    own = {text for case in CASES for text in case.texts}
    # short answers are parts of many sentences; a longer text may not even be a part of one
    known = {
        text for text in own if _plain(text) in taught or (_plain(text).count(" ") > 2 and _plain(text) in everything)
    }
    assert not known


def _plain(text: str) -> str:
    words = re.findall(r"\w+", text.lower().replace("’", "'").replace("'", ""))
    return " ".join(words) or text.strip()


def _leaves(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield str(key)
            yield from _leaves(value)
    elif isinstance(node, list):
        for value in node:
            yield from _leaves(value)
    else:
        yield str(node)


def _table(told: dict[str, list[str]]) -> Iterator[str]:
    yield f"{'family':<22}{'right':>6}{'of':>5}{'share':>7}{'bar':>6}"
    for name, entries in told.items():
        right = entries.count("")
        below = "  below" if right / len(entries) < BARS[name] else ""
        yield f"{name:<22}{right:>6}{len(entries):>5}{right / len(entries):>7.2f}{BARS[name]:>6.2f}{below}"
    every = [entry for entries in told.values() for entry in entries]
    yield f"{'all':<22}{every.count(''):>6}{len(every):>5}{every.count('') / len(every):>7.2f}"
    for name, entries in told.items():
        yield from (f"{name}: {entry}" for entry in entries if entry)


if __name__ == "__main__":
    sys.stdout.writelines(
        f"{line}\n" for line in _table(findings(Encoder.load(sys.argv[1] if len(sys.argv) > 1 else None)))
    )
