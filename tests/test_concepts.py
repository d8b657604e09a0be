"""What teaches the embedding to bring sentences and names of concepts together."""

from __future__ import annotations

import random
import re

import pytest

from vocanalytics.tagging.concepts import Lessons, concepts, contrast, taught


def words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.lower()))


def test_every_concept_has_names_and_sentences_of_its_own():
    found = concepts()
    assert len(found) >= 100
    told = [sentence.lower() for concept in found for sentence in concept.sentences]
    assert len(told) == len(set(told))
    assert min(len(concept.sentences) for concept in found) >= 60
    assert min(len(set(concept.names)) for concept in found) >= 5


def test_no_sentence_of_the_gold_sample_teaches():
    import csv
    from pathlib import Path

    taught = [words(sentence) for concept in concepts() for sentence in concept.sentences]
    gold = Path(__file__).parents[1] / "data" / "sample" / "gold.csv"
    with gold.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            own = words(row["text"])
            assert max(len(own & other) / len(own | other) for other in taught) < 0.7, row["text"]


def test_what_belongs_together_and_stands_together_costs_less():
    torch = pytest.importorskip("torch", reason="the train extra is tested by: make hf")
    owner = torch.tensor([0, 0, 1, 1])
    together = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    crossed = together[[0, 2, 1, 3]]
    assert float(contrast(together, owner)) < 0.01 < float(contrast(crossed, owner))


def test_lessons_draw_a_name_and_sentences_of_each_concept():
    torch = pytest.importorskip("torch", reason="the train extra is tested by: make hf")
    found = concepts()[:5]
    of = {text: k for k, concept in enumerate(found) for text in (*concept.names, *concept.sentences)}
    seen: list[str] = []

    def embed(texts):
        seen.extend(texts)
        return torch.eye(5)[[of[text] for text in texts]]

    loss = Lessons([found], embed, random.Random(1)).loss()
    assert float(loss) < 1  # two companions share one probability
    for concept in found:
        assert len(set(seen) & set(concept.sentences)) == 2
        assert len(set(seen) & set(concept.names)) == 1


def test_labels_without_names_are_taught_by_sentences_alone():
    torch = pytest.importorskip("torch", reason="the train extra is tested by: make hf")
    rows = [(f"{label} {number}", label) for label in ("wait", "fees") for number in range(4)] + [("once", "rare")]
    seen: list[str] = []

    def embed(texts):
        seen.extend(texts)
        return torch.eye(2)[[int(text.startswith("wait")) for text in texts]]

    Lessons([taught(rows)], embed, random.Random(1)).loss()
    assert len(set(seen)) == 6
    assert sum(text.startswith("wait") for text in seen) == 3
