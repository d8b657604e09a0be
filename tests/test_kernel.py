"""Verdicts by likeness: what the closed forms promise, against the model fitted without the text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from vocanalytics.tagging import kernel as module
from vocanalytics.tagging.kernel import Kernel, Parts, Texts, fit_kernel

WIDTH, WORDS, LABELS = 384, 12, 3
PENALTIES = (0.1, 0.3, 1.0, 3.0)


@dataclass(frozen=True, slots=True)
class Made:
    texts: Texts
    target: np.ndarray


def made(count: int, seed: int = 0) -> Made:
    chance = np.random.default_rng(seed)
    embedding = chance.normal(size=(count, WIDTH)).astype(np.float32)
    embedding /= np.linalg.norm(embedding, axis=1, keepdims=True)
    words = csr_matrix((chance.random((count, WORDS)) < 0.2).astype(np.float32))
    target = (words.toarray()[:, :LABELS] + embedding[:, :LABELS] * 5 > 0.7).astype(np.float32)
    return Made(Texts(embedding, words), target)


def solved(texts: Texts, target: np.ndarray, penalty: float) -> np.ndarray:
    likeness = np.exp(texts.embedding @ texts.embedding.T - 1) + (texts.words @ texts.words.T).toarray()
    return np.linalg.solve(likeness + penalty * np.eye(len(target)), target)


def verdict(one: Texts, known: Texts, weights: np.ndarray) -> np.ndarray:
    return (np.exp(one.embedding @ known.embedding.T - 1) + (one.words @ known.words.T).toarray()) @ weights


def the_penalty(rows: Made, kernel: Kernel) -> float:
    return next(p for p in PENALTIES if np.allclose(solved(rows.texts, rows.target, p), kernel.weights, atol=1e-3))


def test_a_text_is_judged_as_if_it_had_not_been_there():
    rows = made(60)
    kernel, held_out = fit_kernel(rows.texts, rows.target)
    penalty = the_penalty(rows, kernel)
    for row in range(60):
        others = np.arange(60) != row
        known = rows.texts.at(others)
        without = solved(known, rows.target[others], penalty)
        assert np.allclose(held_out[row], verdict(rows.texts.at([row]), known, without)[0], atol=1e-3)


def test_parts_are_judged_without_the_text_they_are_part_of():
    rows, parts, owner = made(40), made(25, seed=1), np.arange(25)[::-1].copy()
    kernel, held_out = fit_kernel(rows.texts, rows.target, Parts(parts.texts, owner))
    penalty = the_penalty(rows, kernel)
    for part, row in enumerate(owner):
        others = np.arange(40) != row
        known = rows.texts.at(others)
        without = solved(known, rows.target[others], penalty)
        assert np.allclose(held_out[part], verdict(parts.texts.at([part]), known, without)[0], atol=1e-3)
    # a text is a part of itself
    itself = fit_kernel(rows.texts, rows.target, Parts(rows.texts, np.arange(40)))[1]
    assert np.allclose(itself, fit_kernel(rows.texts, rows.target)[1], atol=1e-3)


def test_verdicts_are_those_of_all_that_is_known():
    rows, asked = made(50), made(7, seed=2)
    kernel, _ = fit_kernel(rows.texts, rows.target)
    expected = verdict(asked.texts, rows.texts, kernel.weights)
    found = kernel.verdicts(asked.texts.embedding, asked.texts.words)
    assert np.allclose(found, expected, atol=1e-4)
    assert kernel.verdicts(asked.texts.embedding[:0], asked.texts.words[:0]).shape == (0, LABELS)


def test_the_penalty_is_the_one_that_errs_least_on_texts_left_out():
    # labels thrown by dice: the more they are held back, the better
    rows = made(80)
    dice = (np.random.default_rng(3).random((80, LABELS)) < 0.5).astype(np.float32)
    assert the_penalty(Made(rows.texts, dice), fit_kernel(rows.texts, dice)[0]) == 3.0
    told = np.repeat(np.arange(40), 2)  # every text twice, labels as different as can be
    twice = Made(
        made(40).texts.at(told), (np.random.default_rng(4).random((40, LABELS)) < 0.5).astype(np.float32)[told]
    )
    assert the_penalty(twice, fit_kernel(twice.texts, twice.target)[0]) == 0.1


def test_more_texts_than_fit_are_judged_by_those_that_do(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MOST_ROWS", 30)
    rows = made(60)
    kernel, held_out = fit_kernel(rows.texts, rows.target)
    assert kernel.known.shape == (30, WIDTH)
    drawn = (rows.texts.embedding[:, None, :] == kernel.known[None]).all(axis=2).any(axis=1)
    as_they_are = kernel.verdicts(rows.texts.embedding, rows.texts.words)
    assert np.allclose(held_out[~drawn], as_they_are[~drawn])
    assert not np.allclose(held_out[drawn], as_they_are[drawn], atol=0.01)
    parts = fit_kernel(rows.texts, rows.target, Parts(rows.texts, np.arange(60)))[1]
    assert np.allclose(parts, held_out, atol=1e-3)


def test_stored_and_read_it_says_the_same():
    rows = made(50)
    rows.texts.embedding[7] = 0  # a text without a word
    kernel, _ = fit_kernel(rows.texts, rows.target)
    stored = kernel.arrays()
    again = Kernel.stored(stored)
    asked = made(20, seed=5).texts
    assert np.allclose(again.verdicts(*_parts(asked)), kernel.verdicts(*_parts(asked)), atol=0.01)
    assert all(np.array_equal(stored[name], values) for name, values in again.arrays().items())
    empty = Kernel.stored(Kernel.unfitted(LABELS).arrays())
    assert not empty.is_fitted
    assert not empty.verdicts(*_parts(asked)).any()


def _parts(texts: Texts) -> tuple:
    return texts.embedding, texts.words
