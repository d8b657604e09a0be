"""sources.yaml: what it may say, and how it complains."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from vocanalytics.errors import ConfigError, SourceError, UnknownKey
from vocanalytics.sources import load_declaration
from vocanalytics.sources.declaration import Source
from vocanalytics.sources.settings import Condition, Dimension, Question, ScoreColumn

ROOT = Path(__file__).parent.parent
LEAST = """
taxonomy: automotive
sources:
  - name: reviews
    channel: review
    format: csv
    path: reviews.csv
    submitted: posted_at
    questions: [{id: review, column: body}]
"""


def declared(folder: Path, text: str, environ: dict[str, str] | None = None):
    path = folder / "sources.yaml"
    path.write_text(text, encoding="utf-8")
    return load_declaration(path, environ or {})


def test_the_shipped_declaration_names_the_three_sample_feeds():
    declaration = load_declaration(ROOT / "data" / "sources.yaml", {})

    assert [source.name for source in declaration.sources] == ["dealer_reviews", "owner_survey", "x_posts"]
    assert [source.channel for source in declaration.sources] == ["review", "survey", "social"]
    assert (declaration.taxonomy, declaration.min_base, declaration.min_cell) == ("automotive", 30, 5)


@pytest.mark.parametrize("name", ["cars.yaml", "services.yaml"])
def test_the_declarations_of_real_feeds_load(name):
    declaration = load_declaration(ROOT / "tests" / "real" / name, {"VOC_DATA_LIBRARY": "/library"})

    assert all(str(source.path).startswith("/library/") for source in declaration.sources)


def test_what_is_not_said_has_a_default(tmp_path):
    (source,) = declared(tmp_path, LEAST).sources

    assert (source.header, source.zone, source.key, source.keep_where) == (True, None, None, ())
    assert source.columns() == ("body", "posted_at")


@pytest.mark.parametrize(
    ("old", "new", "key", "meant"),
    [
        ("channel:", "chanel:", "chanel", "channel"),
        ("taxonomy:", "taxonmy:", "taxonmy", "taxonomy"),
        ("submitted: posted_at", "submitted: {column: at, formts: iso}", "formts", "formats"),
        ("column: body", "colum: body", "colum", "column"),
        ("path: reviews.csv", "path: r.csv\n    dimensions: {outlet: {columm: o}}", "columm", "column"),
        ("path: reviews.csv", "path: r.csv\n    keep_where: [{column: o, equal: o}]", "equal", "equals"),
        ("path: reviews.csv", "path: r.csv\n    scores: [{id: s, column: o, scales: o}]", "scales", "scale"),
    ],
)
def test_an_unknown_key_names_the_nearest_valid_one(tmp_path, old, new, key, meant):
    with pytest.raises(UnknownKey, match=rf"unknown key '{key}'; did you mean '{meant}'\? Nothing was read"):
        declared(tmp_path, LEAST.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("channel: review", "channel: mail", r"source 'reviews': channel: Input should be 'review'"),
        ("format: csv", "format: xls", r"source 'reviews': format: Input should be 'csv'"),
        ("name: reviews", "name: My reviews", r"source 'My reviews': name: String should match"),
        ("submitted: posted_at", "zone: UTC", r"submitted is missing; a csv feed must say which column holds its date"),
        ("questions: [{id: review, column: body}]", "zone: UTC", r"neither questions nor scores are declared"),
        ("submitted: posted_at", "submitted: {column: at, formats: '%Y'}", r"submitted\.formats: '%Y' names no full"),
        ("submitted: posted_at", "submitted: {column: at, pattern: '('}", r"submitted\.pattern: not a regular expr"),
        ("path: reviews.csv", "path: a.csv\n    zone: Europe/Lodnon", r"'Europe/Lodnon' is no time zone"),
        ("path: reviews.csv", "path: a.csv\n    encoding: utf-88", r"encoding: 'utf-88' is no encoding"),
        ("path: reviews.csv", "path: a.csv\n    sheet: one", r"sheet has no meaning for a csv feed, only for xlsx"),
        ("path: reviews.csv", "path: a.csv\n    dimensions: {outlet: {}}", r"exactly one of column, file_pattern, val"),
        ("path: reviews.csv", "path: a.csv\n    dimensions: {o: {value: a, map: {a: b}}}", r"pattern and map work on"),
        ("path: reviews.csv", "path: a.csv\n    keep_where: [{column: a}]", r"exactly one of equals, not_equals"),
        ("path: reviews.csv", "path: a.csv\n    context_touchpoint: {map: {a: b}}", r"expected a touchpoint id or"),
        ("path: reviews.csv", "path: a.csv\n    path: b.csv", r"line \d+: key 'path' is given twice"),
        ("{id: review, column: body}", "{id: a, column: b}, {id: a, column: c}", r"two of its questions have the same"),
        ("sources:", "min_base: 0\nsources:", r"min_base: Input should be greater than or equal to 1"),
    ],
)
def test_a_setting_we_cannot_act_on_names_file_source_and_field(tmp_path, old, new, complaint):
    with pytest.raises(ConfigError, match=complaint) as raised:
        declared(tmp_path, LEAST.replace(old, new))

    assert str(raised.value).startswith(str(tmp_path / "sources.yaml"))


@pytest.mark.parametrize(
    ("score", "complaint"),
    [
        ("{id: s, column: s, scale: nps}", r"scores 1\.scale|scale 'nps' is unknown; expected one of nps_0_10"),
        ("{id: s, column: s, scale: nps_0_10, map: {yes: 11}}", r"map sends yes outside nps_0_10 \(0 to 10\)"),
        ("{id: s, column: s, scale: ces_1_7}", r"easy_end \(high or low\) belongs to a ces scale"),
        ("{id: s, column: s, scale: nps_0_10, easy_end: high}", r"easy_end \(high or low\) belongs to a ces scale"),
    ],
)
def test_a_score_must_fit_its_scale(tmp_path, score, complaint):
    with pytest.raises(ConfigError, match=complaint):
        declared(tmp_path, LEAST + f"    scores: [{score}]\n")


def test_two_sources_of_one_name_are_refused(tmp_path):
    twice = LEAST + LEAST.split("sources:\n")[1]

    with pytest.raises(ConfigError, match="source name reviews is used twice"):
        declared(tmp_path, twice)


def test_yes_and_no_stay_words(tmp_path):
    text = LEAST + "    scores: [{id: s, column: s, scale: nps_0_10, map: {yes: 10, no: 0}}]\n"

    assert declared(tmp_path, text).sources[0].scores[0].map == {"yes": 10, "no": 0}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("- a\n- b\n", "expected a mapping with the keys taxonomy and sources"),
        ("taxonomy: [", r"line \d+: "),
        ("", "expected a mapping"),
        ("taxonomy: a\nsources: []\n", "sources: Tuple should have at least 1 item"),
    ],
)
def test_a_file_that_is_no_declaration(tmp_path, text, complaint):
    with pytest.raises(ConfigError, match=complaint):
        declared(tmp_path, text)


def test_a_declaration_that_is_not_there(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        load_declaration(tmp_path / "none.yaml", {})


def test_a_declaration_that_is_not_utf8(tmp_path):
    (tmp_path / "sources.yaml").write_bytes(b"taxonomy: caf\xe9\n")

    with pytest.raises(ConfigError, match="it is not UTF-8"):
        load_declaration(tmp_path / "sources.yaml", {})


def test_variables_come_from_the_environment_given(tmp_path):
    (tmp_path / "feeds").mkdir()
    (tmp_path / "feeds" / "a.csv").touch()
    text = LEAST.replace("reviews.csv", "${FEEDS}/*.csv")

    (source,) = declared(tmp_path, text, {"FEEDS": str(tmp_path / "feeds")}).sources

    assert source.files() == [tmp_path / "feeds" / "a.csv"]


def test_an_unset_variable_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"a path uses \$\{FEEDS\}, which is not set"):
        declared(tmp_path, LEAST.replace("reviews.csv", "${FEEDS}/a.csv"))


def test_files_are_relative_to_the_declaration_and_sorted(tmp_path):
    folder = tmp_path / "with [brackets]"
    folder.mkdir()
    for name in ("r_2.csv", "r_1.csv", "other.csv"):
        (folder / name).touch()

    (source,) = declared(folder, LEAST.replace("reviews.csv", "r_*.csv")).sources

    assert [path.name for path in source.files()] == ["r_1.csv", "r_2.csv"]


def test_no_matching_file_is_said_where_it_is_looked_for(tmp_path):
    (source,) = declared(tmp_path, LEAST).sources

    with pytest.raises(SourceError, match=r"reviews: no file matches .*reviews\.csv\. Expected at least one csv file"):
        source.files()


def test_a_taxonomy_path_is_relative_to_the_declaration(tmp_path):
    assert declared(tmp_path, LEAST.replace("automotive", "my/own.yaml")).taxonomy == str(tmp_path / "my" / "own.yaml")


def test_every_setting_is_in_the_docs():
    text = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    told = {
        name for row in re.findall(r"^\| (`.*?) \|", text, flags=re.MULTILINE) for name in re.findall(r"`(\w+)`", row)
    }
    assert told == set(Source.model_fields)
    for key, model in (
        ("questions", Question), ("scores", ScoreColumn), ("dimensions", Dimension), ("keep_where", Condition),
    ):  # fmt: skip
        (row,) = re.findall(rf"^\| `{key}` \|.*", text, flags=re.MULTILINE)
        for name, field in model.model_fields.items():
            assert re.search(rf"\b{field.alias or name}\b", row), (key, name)
