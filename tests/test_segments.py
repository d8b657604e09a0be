"""Verbatims into ideas."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocanalytics.text.segments import segment, segment_many

sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))
from segment_quality import Case, load_gold, score


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
        ("The crew were kind and the seat was torn", ["The crew were kind", "and the seat was torn"]),
        ("Driving it is a joy and I love the colour", ["Driving it is a joy", "and I love the colour"]),
        ("The bed was hard, the pillow was not", ["The bed was hard", "the pillow was not"]),
        ("the soup was cold the waiter was rude", ["the soup was cold", "the waiter was rude"]),
        ("nice staff nice room bad coffee", ["nice staff", "nice room", "bad coffee"]),
        ("Good food, terrible delivery", ["Good food", "terrible delivery"]),
        ("Kind nurse, clean ward and good food", ["Kind nurse", "clean ward", "and good food"]),
        ("Great app, no issues, fully tested", ["Great app", "no issues, fully tested"]),
        ("good service would recommend", ["good service", "would recommend"]),
        ("the room was spotless yet the hall was not", ["the room was spotless", "yet the hall was not"]),
        ("Lovely crew \u2764\ufe0f The seat was not", ["Lovely crew \u2764\ufe0f", "The seat was not"]),
        ("still no refund :( three weeks now", ["still no refund :(", "three weeks now"]),
        ("Good:\nquick refund\nBad:\nfour calls", ["Good:\nquick refund", "Bad:\nfour calls"]),
        ("They said no. Twice.", ["They said no.", "Twice."]),
        ("Ok.Nice place.", ["Ok.", "Nice place."]),
        ("The 1.0 TSI is weak, the 1.5 is fine.", ["The 1.0 TSI is weak", "the 1.5 is fine."]),
        ("Food 10/10, service 3/10.", ["Food 10/10", "service 3/10."]),
        ("Food 10/10, service 3/10, wifi 2/10", ["Food 10/10", "service 3/10", "wifi 2/10"]),
        ("Das Auto war gut, aber die Wartezeit zu lang.", ["Das Auto war gut", "aber die Wartezeit zu lang."]),
        ("All was fine except that nobody told us", ["All was fine", "except that nobody told us"]),
        ("Email me at jo@ex.co.uk. Thanks", ["Email me at jo@ex.co.uk.", "Thanks"]),
        ("Seats &amp; boot great; radio bad", ["Seats &amp; boot great", "radio bad"]),
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
        "1. Seats are great",
        "No. 1 dealer in town",
        "I took it to the dealer and they fixed it while I waited",
        "When I called, the lady was rude",
        "They told me the car was ready and the bill was paid",
        "I rang the garage and the line was dead",
        "I was told the car was ready",
        "The seats and the steering wheel are heated",
        "Very comfortable, suitable for everything",
        "Friendly and helpful staff",
        "I have no complaints",
        "A dealer I would recommend",
        "I am always very satisfied",
        "I loved the lounge even though the bar was shut",
        "I do not have it yet the dealer says",
        "The ward is clean and the way I can see it is new",
        "love \U0001f60d this car",
    ],
)
def test_one_idea_stays_whole(text):
    assert ideas(text) == [text]


def test_symbols_are_no_idea_of_their_own():
    assert ideas("Great. :) ... !!") == ["Great. :) ... !!"]
    assert ideas("!!! :)") == ["!!! :)"]
    assert ideas(" \n\t ") == []


@pytest.mark.parametrize(("half", "floor"), [("dev", 0.96), ("test", 0.88)])
def test_ideas_split_by_hand_are_found(half, floor):
    """Measured 0.986 and 0.913; tests/benchmarks/segment_quality.py says what a boundary is."""
    cases = load_gold()[half]
    assert len(cases) >= 80
    told = score(cases)
    assert told.f1 >= floor
    assert told.precision >= 0.95


def test_the_score_counts_what_is_missed_and_what_is_too_much():
    told = score([Case("Good. Bad. Ugly.", frozenset({6})), Case("Fine, thanks", frozenset({6}))])
    assert (told.right, told.found, told.wanted, told.whole) == (1, 2, 2, 0)
    assert (told.precision, told.recall, told.f1) == (0.5, 0.5, 0.5)


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


@settings(deadline=None, max_examples=12)
@given(
    st.sampled_from(
        [
            "the a is bad ",
            "\U0001f60d",
            "very happy ",
            "bad a ",
            "a and the b was ",
            "a, ",
            "but ",
            ". ",
            "x",
            "1.",
            "\n- ",
            "although ",
            " ",
            "... ",
            "!",
            "; ",
            "[A",
            "a@",
            '."',
            ", and the ",
        ]
    )
)
def test_time_grows_with_length_only(unit):
    text = unit * (40_000 // len(unit)) + "x"
    started = time.perf_counter()
    segment(text)
    assert time.perf_counter() - started < 3  # a quadratic pattern takes minutes
