"""Other brands: which names count, what the store keeps of them, what the tables show."""

from __future__ import annotations

import pytest
from filled_store import empty_store, fill
from hypothesis import given
from hypothesis import strategies as st

from vocanalytics.errors import TaxonomyError
from vocanalytics.resources import resolve_taxonomy
from vocanalytics.steps.compare import compare_waiting
from vocanalytics.taxonomy import Competitor, load_taxonomy
from vocanalytics.text.comparisons import BrandReader

MAKES = BrandReader(load_taxonomy(resolve_taxonomy("automotive")).competitors)
AIRLINES = BrandReader([Competitor("Lufthansa", ("LH",)), Competitor("Delta", (), True), Competitor("easyJet")])


def brands(text: str, reader: BrandReader = MAKES, **own: str) -> list[str]:
    return [found.brand for found in reader.read(text, **own)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Quieter than my BMW", ["BMW"]),
        ("Much better than the old Kia we had", ["Kia"]),
        ("compared to Tesla the screen is slow", ["Tesla"]),
        ("Compared with my wife's Golf and her Merc it is noisy", ["Mercedes-Benz"]),
        ("Unlike Toyota they answer the phone", ["Toyota"]),
        ("I switched from Audi last year", ["Audi"]),
        ("Came over from a Ford Focus", ["Ford"]),
        ("My old Kia was more comfortable", ["Kia"]),
        ("our previous Škoda never broke down", ["Škoda"]),
        ("should have bought a Hyundai", ["Hyundai"]),
        ("next car will be a Volvo", ["Volvo"]),
        ("used to drive a VW and loved it", ["Volkswagen"]),
        ("better than any BMW or Audi I have driven", ["BMW", "Audi"]),
        ("I had a Peugeot before, never again", ["Peugeot"]),
        ("Torn between this and a Hyundai", ["Hyundai"]),
        ("Tesla does this in half the time", ["Tesla"]),
        ("It beats the BMW hands down", ["BMW"]),
        ("We chose this over a land-rover", ["Land Rover"]),
        ("more than I can say for the missus's Toyota", ["Toyota"]),
        ("wish I had kept my Chevy", ["Chevrolet"]),
        ("as quiet as a Mercedes-Benz", ["Mercedes-Benz"]),
        ("Nicer than my SEAT Leon was", ["SEAT"]),
        ("It rides as well as my Kia did, or my old Audi", ["Audi"]),
        ("A Tesla would have charged twice as fast", ["Tesla"]),
        ("Skoda Octavia has more boot space", ["Škoda"]),
        ("Škoda is cheaper for the same kit", ["Škoda"]),
        ("Volvos are safer", ["Volvo"]),
        ("LEXUS SERVICE IS MILES AHEAD", ["Lexus"]),
        ("bmw has wireless carplay as standard", ["BMW"]),
        ("Nissan or Honda would never treat us so", ["Nissan", "Honda"]),
        ("The SEAT Leon we had before was nimbler", ["SEAT"]),
        ("It's no Rolls Royce but fine", ["Rolls-Royce"]),
    ],
)
def test_a_comparison_names_another_brand(text, expected):
    assert brands(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Love my BMW",
        "My Audi was in the workshop for a week",
        "The Kia dealer in town is rude",
        "Bought a Tesla in March and it is great",
        "Serviced my Volkswagen before the holidays",
        "Nothing to compare",
        "I parked next to a Ford",
        "My Porsche dealer is great",
        "My Audi is faster than I thought",
        "The BMW is better than expected",
        "Our Tesla has more range in summer",
        "The Kia dealer is better now",
        "Toyota is better since the update",
        "Kia would not honour the warranty",
    ],
)
def test_a_name_alone_may_be_the_own_car(text):
    assert brands(text) == []


@pytest.mark.parametrize(
    ("text", "own", "expected"),
    [
        ("My Audi had this as standard", {"brand": "Škoda"}, ["Audi"]),
        ("My Audi had this as standard", {"brand": "AUDI"}, []),
        ("My Audi had this as standard", {"brand": "Norvane"}, ["Audi"]),  # a make the list does not know
        ("My Audi had this, the VW does not", {"model": "VW Golf"}, ["Audi"]),
        ("My Audi had this as standard", {"model": "Golf"}, []),
        ("Better than my old Audi", {"brand": "Audi"}, []),
        ("Audi and Skoda share a desk here", {"brand": "Audi; Skoda"}, []),
        ("BMWs and Teslas and the BMW's boot", {"brand": "Fiat"}, ["BMW", "Tesla", "BMW"]),
    ],
)
def test_whose_customer_it_is_decides(text, own, expected):
    assert brands(text, **own) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the seat is torn and the mini fridge dodged us", []),
        ("Seat is torn", []),
        ("It broke. Smart move!", []),
        ("THE SEAT WAS BROKEN", []),
        ("Great Seat And Smart Interior", []),
        ("I nearly bought a Seat instead", ["SEAT"]),
        ("The Mini was more fun to park", ["MINI"]),
        ("a friend has a Dodge Ram at home", ["Ram"]),
        ("My MG is cheaper to run", ["MG"]),
        ("takes 5 mg a day", []),
        ("the afford ability, a bmwish look, tokias", []),
    ],
)
def test_a_brand_that_is_a_word_must_look_like_a_name(text, expected):
    assert brands(text, brand="Norvane") == expected


def test_any_company_brings_its_own_list():
    assert brands("Cheaper than lufthansa, but the river delta was closed", AIRLINES) == ["Lufthansa"]
    assert brands("easyjet gave better seats", AIRLINES, brand="Acme Air") == ["easyJet"]
    assert brands("I flew with Delta and LH", AIRLINES, brand="Acme Air") == ["Delta", "Lufthansa"]
    assert brands("better than anybody", BrandReader([])) == []


@given(st.text(alphabet="aBMW TeslASeat than.'’\n"))
def test_offsets_hold_the_name(text):
    for found in MAKES.read(text, brand="Norvane"):
        assert text[found.start : found.end].casefold() in {"bmw", "tesla", "seat"}


def test_a_name_may_lose_its_accents():
    reader = BrandReader([Competitor("Nestlé"), Competitor("Häagen-Dazs")])
    assert brands("better than Nestle, unlike haagen dazs", reader) == ["Nestlé", "Häagen-Dazs"]


def test_the_edition_follows_the_list():
    one, other = BrandReader([Competitor("Kia")]), BrandReader([Competitor("Kia", ("kea",))])
    assert one.edition == BrandReader([Competitor("Kia")]).edition != other.edition


def given_items(con) -> None:
    fill(con, {
        "submissions": [
            {"submission_id": "s1", "dimensions": {"brand": "Norvane"}},
            {"submission_id": "s2", "dimensions": {"model": "Kia Ceed"}},
            {"submission_id": "s3"},
        ],
        "feedback_items": [
            {"item_id": f"i{n}", "submission_id": f"s{n}", "verbatim": "My Kia is like my old Audi."} for n in (1, 2, 3)
        ] + [{"item_id": "i4", "submission_id": "s3", "verbatim": None, "content": "no_content"}],
    })  # fmt: skip


def kept(con) -> dict[str, list[str]]:
    rows = con.execute("select item_id, found from comparisons order by item_id").fetchall()
    assert all(one["brand"] == "My Kia is like my old Audi."[one["span_start"] : one["span_end"]]
               for _, found in rows for one in found)  # fmt: skip
    return {item: [one["brand"] for one in found] for item, found in rows}


def test_the_store_keeps_what_each_text_names_and_reads_it_once():
    makes = [Competitor("Kia"), Competitor("Audi")]
    with empty_store() as con:
        given_items(con)
        assert compare_waiting(con, makes) == 4
        assert kept(con) == {"i1": ["Kia", "Audi"], "i2": ["Audi"], "i3": ["Audi"]}
        assert compare_waiting(con, makes) == 0
        assert len(kept(con)) == 3


def test_another_list_and_another_revision_are_read_anew():
    with empty_store() as con:
        given_items(con)
        compare_waiting(con, [Competitor("Kia")])
        assert kept(con) == {"i1": ["Kia"], "i2": [], "i3": []}
        compare_waiting(con, [Competitor("Audi")])
        assert kept(con) == {"i1": ["Audi"], "i2": ["Audi"], "i3": ["Audi"]}
        con.execute("update feedback_items set revision = 2, verbatim = 'Fine.' where item_id = 'i1'")
        assert compare_waiting(con, [Competitor("Audi")]) == 0
        assert kept(con) == {"i1": [], "i2": ["Audi"], "i3": ["Audi"]}
        assert compare_waiting(con, []) == 0
        assert kept(con) == {}


FRAME = 'name: air\nedition: "1"\nthemes: [{id: price}]\n'


def test_a_frame_lists_competitors_by_name_or_with_spellings(tmp_path):
    path = tmp_path / "frame.yaml"
    path.write_text(FRAME)
    without = load_taxonomy(path)
    path.write_text(FRAME + "competitors: [Lufthansa, {label: Delta, phrases: [DL], ordinary_word: true}]\n")
    frame = load_taxonomy(path)
    assert frame.competitors == (Competitor("Lufthansa"), Competitor("Delta", ("DL",), True))
    assert without.competitors == ()
    assert frame.digest == without.digest  # a trained model stays fit


@pytest.mark.parametrize(
    ("competitors", "told"),
    [
        ("[{label: Kia, phrase: [kea]}]", "unknown key 'phrase'; did you mean 'phrases'"),
        ("[{phrases: [kea]}]", "label is missing"),
        ('[" "]', "label is blank"),
        ("[{label: Kia, ordinary_word: 1}]", "ordinary_word must be true or false; found 1"),
        ("[Kia, {label: Audi, phrases: [KIA]}]", "competitors 'Kia' and 'Audi' share the spelling 'kia'"),
        ("[Kia, Kia]", "competitors 'Kia' and 'Kia' share the spelling"),
        ("Kia", "competitors must be a list; found str"),
    ],
)
def test_a_mistake_in_the_list_is_named(tmp_path, competitors, told):
    path = tmp_path / "frame.yaml"
    path.write_text(FRAME + f"competitors: {competitors}\n")
    with pytest.raises(TaxonomyError) as caught:
        load_taxonomy(path)
    assert told in str(caught.value)
    assert "Nothing was loaded" in str(caught.value)
