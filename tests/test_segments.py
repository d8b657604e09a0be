"""Verbatims into ideas."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocanalytics.text.segments import segment, segment_many


def ideas(text: str) -> list[str]:
    return [text[start:end] for start, end in segment(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Love the car, but the dealer never called.", ["Love the car", "but the dealer never called."]),
        ("Good but pricey", ["Good", "but pricey"]),
        ("Great car. love it!", ["Great car.", "love it!"]),
        ("good.The dealer was bad", ["good.", "The dealer was bad"]),
        ("Staff friendly, price high, wifi broken", ["Staff friendly", "price high", "wifi broken"]),
        ("- good seats\n- bad radio\n1) slow", ["- good seats", "bad radio", "slow"]),
        ("Although the car is great, the dealer was awful", ["Although the car is great", "the dealer was awful"]),
        ("The car is fine; the app is not", ["The car is fine", "the app is not"]),
        ("The car is fine however the app is not", ["The car is fine", "however the app is not"]),
        ("It was OK... But then it broke", ["It was OK...", "But then it broke"]),
        ("車は良い。店は悪い。", ["車は良い。", "店は悪い。"]),
        ("He said \"Never.\" Then left.", ['He said "Never."', "Then left."]),
        ("They fixed it quickly, and the price was fair", ["They fixed it quickly", "and the price was fair"]),
    ],
)  # fmt: skip
def test_ideas_are_told_apart(text, expected):
    assert ideas(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Mr. Smith and Dr. Jones at St. Albans sold me one",
        "Version 2.1.4 cost 12,500.50 e.g. in May",
        "Nothing but praise",
        "Not only fast but also cheap",
        "We saw London, Paris and Rome",
        "I have not got it yet and wait",
        "Waited for a while outside",
        "well... it works",
        "Ask [EMAIL] at 5 p.m. today",
        "See www.example.com/a.b?c=1 today",
        "I met J. Brown there",
        "Great :) thanks",
        "It is good though",
    ],
)
def test_one_idea_stays_whole(text):
    assert ideas(text) == [text]


def test_symbols_are_no_idea_of_their_own():
    assert ideas("Great. :) ... !!") == ["Great. :) ... !!"]
    assert ideas("!!! :)") == ["!!! :)"]
    assert ideas(" \n\t ") == []


@given(st.text(alphabet=st.sampled_from("aB .,;!?\n-•:)1[]…but'’。é😀")) | st.text())
def test_spans_are_ordered_trimmed_and_complete(text):
    spans = segment(text)
    starts = [start for start, _ in spans]
    for (start, end), following in zip(spans, [*starts, len(text)][1:], strict=True):
        assert 0 <= start < end <= following
        assert text[start:end] == text[start:end].strip()
    covered = {i for start, end in spans for i in range(start, end)}
    assert all(i in covered for i, character in enumerate(text) if character.isalpha())


@given(st.lists(st.text(), max_size=5))
def test_many_are_as_one(texts):
    assert segment_many(texts) == [segment(text) for text in texts]


@settings(deadline=None, max_examples=8)
@given(
    st.sampled_from(
        ["a, ", "but ", ". ", "x", "1.", "\n- ", "although ", " ", "... ", "!", "; ", "[A", "a@", '."', ", and the "]
    )
)
def test_time_grows_with_length_only(unit):
    text = unit * (40_000 // len(unit)) + "x"
    started = time.perf_counter()
    segment(text)
    assert time.perf_counter() - started < 3  # a quadratic pattern takes minutes
