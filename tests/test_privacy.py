"""Masking: the labelled sentences, the promises (fixed point, nothing else touched), and hostile input."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocanalytics.errors import ModelError
from vocanalytics.text.privacy import EDITION, KINDS, Masked, Masker
from vocanalytics.text.privacy.lexicon import fold, is_common, lower, words
from vocanalytics.text.spacy_door import load_pipeline, person_spans

sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))
from masking_quality import Case, is_found, is_harmed, load_cases

CASES = load_cases()
MASKER = Masker()


def masked(text: str, **options: object) -> str:
    return MASKER.mask([text])[0].text


@pytest.fixture(scope="module")
def results() -> list[tuple[Case, Masked]]:
    return list(zip(CASES, MASKER.mask([case.text for case in CASES]), strict=True))


def test_the_labelled_set_is_large_enough_to_say_something() -> None:
    per_kind = {kind: sum(kind == found for case in CASES for found, _ in case.personal) for kind in KINDS}
    assert len(CASES) >= 400
    assert min(per_kind.values()) >= 20
    assert per_kind["PERSON"] >= 120
    assert sum(not case.personal for case in CASES) >= 150


@pytest.mark.parametrize("kind", KINDS)
def test_recall_per_kind_meets_the_bar(results: list[tuple[Case, Masked]], kind: str) -> None:
    hits = [
        is_found(case, value, result.text)
        for case, result in results
        for found, value in case.personal
        if found == kind
    ]
    assert sum(hits) / len(hits) >= (0.90 if kind == "PERSON" else 0.98)


def test_at_most_one_clean_sentence_in_a_hundred_is_harmed(results: list[tuple[Case, Masked]]) -> None:
    harmed = [case.text for case, result in results if not case.personal and is_harmed(case, result.text)]
    assert len(harmed) <= 0.01 * sum(not case.personal for case in CASES), harmed


def test_counts_add_up_to_the_placeholders(results: list[tuple[Case, Masked]]) -> None:
    for _, result in results:
        assert sum(result.counts.values()) == sum(result.text.count(f"[{kind}]") for kind in KINDS)
        assert set(result.counts) <= set(KINDS)


def test_masking_masked_sentences_changes_nothing(results: list[tuple[Case, Masked]]) -> None:
    once = [result.text for _, result in results]
    again = MASKER.mask(once)
    assert [result.text for result in again] == once
    assert not any(result.counts for result in again)


def test_a_batch_gives_what_single_texts_give() -> None:
    texts = [case.text for case in CASES[:40]]
    assert MASKER.mask(texts) == [MASKER.mask([text])[0] for text in texts]


def test_edition_names_the_behaviour() -> None:
    assert EDITION.startswith("masking-")


def test_known_strings_go_wherever_they_stand_as_whole_words() -> None:
    rows = ["zorblax called, ZORBLAX again, zorblaxian not", "no name here", "Al told me"]
    known = [["Zorblax"], [], ["Al"]]
    assert [result.text for result in MASKER.mask(rows, known)] == [
        "[PERSON] called, [PERSON] again, zorblaxian not",
        "no name here",
        "Al told me",
    ]


def test_parts_of_a_known_name_go_but_its_common_words_stay() -> None:
    assert (
        MASKER.mask(["quibrel was happy, a happy customer"], [["Happy Quibrel"]])[0].text
        == "[PERSON] was happy, a happy customer"
    )


def test_a_known_name_that_is_a_small_word_goes_only_as_written() -> None:
    assert MASKER.mask(["will it work, says Will"], [["Will"]])[0].text == "will it work, says [PERSON]"


def test_known_kinds() -> None:
    known = [["@zorb_l", "zorb@x.example", "0049 40 123456 77", "zorb_1"]]
    text = "@zorb_l / zorb@x.example / 0049 40 123456 77 / zorb_1"
    assert MASKER.mask([text], known)[0].text == "[HANDLE] / [EMAIL] / [PHONE] / [HANDLE]"


def test_known_must_match_the_texts_in_number() -> None:
    with pytest.raises(ValueError, match=r"one entry per text; got 1 for 2 texts\. Nothing was masked"):
        MASKER.mask(["a", "b"], [[]])


def test_public_handles_and_names_stay() -> None:
    masker = Masker(public_handles=frozenset({"@NorvaneUK"}), public_names=frozenset({"Zoltan"}))
    assert masker.mask(["@norvaneuk and @bob_x, Zoltan Motors"])[0].text == "@norvaneuk and [HANDLE], Zoltan Motors"


@pytest.mark.parametrize(
    "text",
    ["", " ", "\x00", "a\x00Tina\x00b", "\ud800 Tina was helpful \udfff", "😀👩‍🔧 great",
     "مرحبا @user_x", "\u202eanit\u202c",
     "İstanbul'da İlker Bey", "ﬁne Ångström ΆΈ", "[PERSON", "[[PERSON]]", "]", "@", "://", "1" * 50, "\r\n\t"],
)  # fmt: skip
def test_odd_characters_are_survived_and_stable(text: str) -> None:
    once = masked(text)
    assert masked(once) == once


def test_a_name_between_control_characters_is_found() -> None:
    assert masked("a\x00Tina\x00b") == "a\x00[PERSON]\x00b"


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "1",
        "a@",
        "A ",
        "1 ",
        "1-",
        ".",
        "A.",
        "John ",
        "http://",
        "1 High ",
        " ",
        "0 0",
        "order number ",
        "a at ",
        "[PERSON]",
        "Mr ",
    ],
)
def test_long_repetitive_text_takes_time_in_proportion(unit: str) -> None:
    text = unit * (40_000 // len(unit))
    started = time.process_time()
    MASKER.mask([text])
    assert time.process_time() - started < 3  # quadratic behaviour would take minutes


def test_a_megabyte_of_prose_is_masked() -> None:
    sentence = "The seats are comfy and the app is slow, said my advisor Tina on 12.03.2024 at 45,000 miles. "
    result = MASKER.mask([sentence * 5_000])[0]
    assert result.counts == {"PERSON": 5_000}


_ORDINARY = sorted(
    word
    for word in words("common_words")
    if len(word) > 2
    and not any(word in words(name) for name in ("first_any_case", "first_capitalised", "first_with_cue", "surnames"))
)


@given(st.lists(st.sampled_from(_ORDINARY), max_size=30))
@settings(max_examples=60, deadline=None)
def test_ordinary_lower_case_words_are_untouched(chosen: list[str]) -> None:
    text = " ".join(chosen)
    assert masked(text) == text


@given(st.text(max_size=120))
@settings(max_examples=80, deadline=None)
def test_any_text_reaches_a_fixed_point(text: str) -> None:
    once = masked(text)
    assert masked(once) == once


_PIECES = [
    "Tina",
    "mr",
    "Will",
    "order number",
    "12345678",
    "AB12 CDE",
    "call",
    "07700 900123",
    "at",
    "x@y.de",
    "12 High Street",
    "was helpful",
    "and",
    "Norvane",
    ",",
    "iban",
    "@bob",
    "Xyzzy",
    "[PERSON]",
    "de",
    "Smith",
    "she",
]


@given(st.lists(st.sampled_from(_PIECES), max_size=12))
@settings(max_examples=120, deadline=None)
def test_texts_made_of_personal_pieces_reach_a_fixed_point(pieces: list[str]) -> None:
    once = masked(" ".join(pieces))
    assert masked(once) == once
    assert "x@y.de" not in once


@given(
    st.emails(),
    st.sampled_from(["", "mail ", "Please write to ", "(", "e:"]),
    st.sampled_from(["", " please", ")", ", thanks", "!"]),
)
@settings(max_examples=100, deadline=None)
def test_no_valid_address_survives(address: str, before: str, after: str) -> None:
    assert address not in masked(before + address + after)


@given(st.text(max_size=80))
@settings(max_examples=60, deadline=None)
def test_lower_case_keeps_offsets(text: str) -> None:
    assert len(lower(text)) == len(text)


def test_folding_and_common_words() -> None:
    assert [fold(word) for word in ("Jérôme", "Yıldız", "Łukasz", "O’Neil")] == ["jerome", "yildiz", "lukasz", "o'neil"]
    assert is_common("stopped")
    assert not is_common("kowalczyk")


def test_name_lists_are_folded_and_do_not_overlap() -> None:
    lists = [words(name) for name in ("first_any_case", "first_capitalised", "first_with_cue")]
    assert [name for names in lists for name in names if fold(name) != name] == []
    assert not lists[0] & lists[1]
    assert not lists[2] & (lists[0] | lists[1])


def test_spacy_offsets_survive_unencodable_characters() -> None:
    text = "\ud800\x00 I met Barack Obama"
    assert [text[start:end] for start, end in person_spans([text])[0]] == ["Barack Obama"]


def test_a_missing_pipeline_says_what_to_install() -> None:
    with pytest.raises(
        ModelError, match=r"none is installed\. Install one \(pip install no-such-pipeline\)\. Nothing was read"
    ):
        load_pipeline(("ner",), ("no_such_pipeline",))
