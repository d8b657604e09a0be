"""Language detection, offline."""

from __future__ import annotations

import pytest

from vocanalytics.text.language import detect


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The staff were very friendly and they fixed it at once", "en"),
        ("Ölwechsel ging ratzfatz, Werkstatt empfehlenswert", "de"),
        ("Das Auto ist leider immer noch kaputt", "de"),
        ("Le service après-vente ne répond jamais au téléphone", "fr"),
        ("El coche no funciona y nadie contesta", "es"),
        ("Il personale è stato molto gentile e disponibile", "it"),
        ("O atendimento foi péssimo e ninguém resolveu", "pt"),
        ("I\u2019m sure it\u2019ll be fine, they\u2019ll call", "en"),
        ("DAS AUTO IST LEIDER IMMER NOCH KAPUTT", "de"),
        ("Das Auto\nist leider\nimmer noch kaputt", "de"),
        ("Отличный сервис и приятный персонал", "ru"),
    ],
)
def test_languages_of_our_feeds(text, language):
    found, confidence = detect([text])[0]
    assert found == language
    assert 0 < confidence <= 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "ok",
        "12345 67890",
        "!!! :)",
        "Super",
        "[EMAIL] [PHONE]",
        "@ann @bob",
        "https://example.org/das/auto/ist",
    ],
)
def test_too_little_to_tell(text):
    assert detect([text]) == [(None, 0.0)]


def test_one_answer_per_text():
    assert detect([]) == []
    assert len(detect(["a", "The car is what it was and they know"] * 3)) == 6
