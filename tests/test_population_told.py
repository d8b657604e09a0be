"""A declared population, from its file to what people read: the run's notes and the digest."""

from __future__ import annotations

import re
import shutil
from email import message_from_bytes, policy

import duckdb
import pytest
from digest_example import words_of
from filled_store import fill, told
from test_digest_told import sentences, unexplained
from workspace import REVIEWS, Workspace

from vocanalytics.sources.population import Population, never_told
from vocanalytics.statistics.raking import MOST_MISSING
from vocanalytics.steps.digest import write_digests
from vocanalytics.steps.publish import publish_tables
from vocanalytics.steps.report import RunReport
from vocanalytics.warehouse.categories import told_categories
from vocanalytics.warehouse.reading import read

SURVEY = REVIEWS.replace("channel: review", "channel: survey").replace("reviews", "survey") + (
    "    dimensions: {market: market, customer_type: kind}\n"
)
HEADER = "source,dimension,value,share\n"
MARKET = ",market,DE,0.5\n,market,UK,0.5\n"
KIND = ",customer_type,new,0.7\n,customer_type,loyal,0.3\n"
LABEL = "Weighted to your population (customer type, market)"


def answered(folder) -> Workspace:
    """40 of Germany score 9 and 20 of the UK score 3; a third or so is new."""
    workspace = Workspace(folder)
    workspace.declare(REVIEWS + "    dimensions: {market: market}\n" + SURVEY)
    said = {"theme": "waiting_time", "touchpoint": "service_visit", "day": "2026-06-20"}
    with workspace.store() as con:
        told(
            con,
            said | {"id": "d", "n": 40, "score": 9},
            said | {"id": "u", "n": 20, "score": 3},
            said | {"id": "last", "day": "2026-06-28", "source": "reviews"},
        )
        for table in ("segments", "tags", "taggings"):
            con.execute(f"update {table} set taxonomy = 'automotive-2026.1'")
        con.execute("""
            update submissions set channel = if(source = 'survey', 'survey', 'review'), dimensions = map {
                'market': if(starts_with(submission_id, 'sd'), 'DE', 'UK'),
                'customer_type': if(submission_id[-1] in ('0', '4', '8'), ' new ', 'loyal')
            }
        """)
    return workspace


@pytest.fixture
def workspace(tmp_path):
    return answered(tmp_path)


@pytest.fixture(scope="module")
def weighted(tmp_path_factory):
    """With a population that can be met, published."""
    workspace = answered(tmp_path_factory.mktemp("weighted"))
    workspace.write("population.csv", HEADER + MARKET + KIND)
    assert published(workspace).notes == []
    return workspace


@pytest.fixture(scope="module")
def pages(weighted):
    return digest(weighted)


def published(workspace) -> RunReport:
    report = RunReport("now")
    publish_tables(workspace.job, report)
    return report


def notes(workspace, population: str) -> list[str]:
    """What publishing would note, without the time it takes."""
    workspace.write("population.csv", HEADER + population)
    declared = workspace.job.population()
    with workspace.store() as con:
        return never_told(declared, told_categories(con, declared.places), MOST_MISSING)


def digest(workspace) -> dict[str, str]:
    pages = {path.name: path for path in write_digests(workspace.job)}
    mail = message_from_bytes(pages["company.eml"].read_bytes(), policy=policy.default)
    parts = {kind: mail.get_body((kind,)).get_content() for kind in ("html", "plain")}
    return parts | {name: path.read_text(encoding="utf-8") for name, path in pages.items() if path.suffix != ".eml"}


def score(workspace) -> dict:
    tables = workspace.folder / "home" / "published" / "current" / "insights.duckdb"
    mine = "period_kind = 'four_weeks' and source = 'survey'"
    [row] = read(tables, f"select * from score_trends where {mine} and raked_headline is not null")
    return row


def figures(row: dict) -> dict[str, str]:
    """NPS as a reader should see it, worked out apart from the digest's own wording."""

    def signed(value: float) -> str:
        return f"{round(value):+d}".replace("-", "−") if round(value) else "0"

    between = f"{signed(row['raked_headline_low'])} to {signed(row['raked_headline_high'])}"
    return {
        "now": signed(row["raked_headline"]),
        "between": between,
        "base": str(round(row["raked_effective_response_count"])),
    }


def test_a_weighted_score_stands_beside_the_raw_one_wherever_that_is_told(weighted, pages):
    row = score(weighted)
    seen = figures(row)
    assert abs(row["raked_headline"] - row["headline"]) > 10
    assert row["raked_effective_response_count"] < row["response_count"] - 5
    line = f"{LABEL}: {seen['now']} (95 % interval {seen['between']}, effective base {seen['base']})"
    raw = "Survey, Net Promoter Score: +33 (95 % interval"
    for name in ("company.html", "company.md", "html", "plain"):
        text = " ".join(words_of(re.sub(r"\\(.)", r"\1", pages[name])).split())
        short = text[text.index("In short") : text.index("What has changed", text.index("In short"))]
        assert raw in short
        assert f". {line}." in short
        scored = text[text.index("What they score") :]
        assert "as if a survey’s answers were made up like the people it goes to" in scored
        assert "but the scores weighted to your population" in text
        assert scored.index("+33") < scored.index(LABEL)
    listed = [one.replace("\u00a0", " ") for one in pages["plain"].splitlines()]
    at = listed.index(f"  - {line}")
    assert listed[at - 1].startswith("- Survey, Q NPS: +33, Net Promoter Score (95 % interval")
    for name in ("company.html", "html"):
        cells = re.findall(r'<tr class="weighted">(.*?)</tr>', pages[name])
        assert [words_of(cell) for cell in cells] == [
            f"{LABEL} {seen['now']} {seen['between']} {seen['base']} effective"
        ]
        assert 'data-name="now"' in cells[0]
        assert pages[name].count('<tr class="weighted">') == 1
    # teams are told of no scores
    assert "eighted to your" not in pages["aftersales.html"] + pages["aftersales.md"]


def test_the_weighted_figure_of_the_opening_sentence_is_what_its_query_returns(weighted, pages):
    [(text, asked)] = [pair for pair in sentences(pages["company.html"]) if "Net Promoter" in pair[0]]

    tables = weighted.folder / "home" / "published" / "current" / "insights.duckdb"
    answers = [read(tables, query) for query in asked]

    assert [len(rows) for rows in answers] == [1] * len(asked)
    assert unexplained(text, [row for rows in answers for row in rows]) == []
    assert unexplained(text, [row for rows in answers[:-1] for row in rows]) != []
    assert answers[-1][0]["raked_dimensions"] == "customer_type, market"


def test_without_a_population_no_page_and_no_style_speaks_of_weights(workspace):
    report = published(workspace)

    pages = digest(workspace)

    assert report.notes == []
    assert "+33" in pages["company.md"]
    assert "Nothing here corrects for who chose to speak." in pages["company.md"]
    assert not [name for name, text in pages.items() if re.search("weighted|raked|effective base", text)]


def test_where_the_population_cannot_be_met_only_the_raw_score_is_told(workspace):
    workspace.write("population.csv", HEADER + MARKET.replace("UK,0.5", "UK,0.2\n,market,FR,0.3"))
    report = published(workspace)

    [note] = report.notes
    assert note.startswith(f"{workspace.folder / 'population.csv'}: dimension 'market' of source 'survey': ")
    assert "no score of 'survey' is raked: at most 20 % may go without answers" in note
    assert f"NOTE       {note}" in report.lines()
    assert not [name for name, text in digest(workspace).items() if "eighted to your" in text]


def test_a_weighted_mean_of_next_to_one_answer_has_no_interval(weighted, tmp_path):
    workspace = Workspace(shutil.copytree(weighted.folder, tmp_path / "copy", symlinks=True))
    with duckdb.connect(str(workspace.folder / "home/published/current/insights.duckdb")) as con:
        con.execute("""
            update score_trends set score_metric = 'mean', score_scale = 'stars_1_5', headline = 4.2,
                headline_low = 4.01, headline_high = 4.4, raked_headline = 3.94, raked_headline_low = null,
                raked_headline_high = null, raked_effective_response_count = 1
        """)

    assert f"{LABEL}: 3.94 (no interval: worth one response, effective base 1)" in digest(workspace)["plain"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (MARKET.replace("UK,0.5", "Uk,0.15").replace("0.5", "0.85"), [
            "dimension 'market' of source 'survey': no response has ever told 'Uk' (did you mean 'UK'?): 15 % of the "
            "population. Expected categories as responses spell them; found 'DE' 40, 'UK' 20 (responses each). Correct "
            "the spelling here or in the feed; where nobody there has answered yet, leave it. Until then the other "
            "categories of the dimension are weighted up instead."
        ]),
        # what is said of one survey goes before what is said of all
        (",customer_type,neu,1\nsurvey,customer_type,loyl,0.2\nsurvey,customer_type,new,0.8\n", [
            "dimension 'customer_type' of source 'survey': no response has ever told 'loyl' (did you mean 'loyal'?): "
        ]),
        (",market,FR,0.1\n,market,IT,0.1\n,market,DE,0.8\n", [
            "no response has ever told 'FR', 'IT': 20 % of the population. Expected categories"
        ]),
        (MARKET + KIND, []),
        # nobody is there, and nobody says otherwise
        (MARKET + ",market,FR,0\n", []),
    ],
)  # fmt: skip
def test_a_category_nobody_ever_told_is_noted(workspace, text, expected):
    found = notes(workspace, text)

    assert len(found) == len(expected)
    assert all(words in note for note, words in zip(found, expected, strict=True))


def test_a_misspelt_dimension_that_another_is_called_shows_by_its_values(workspace):
    [note] = notes(workspace, KIND.replace("customer_type", "market"))

    assert "dimension 'market' of source 'survey': no response has ever told 'new', 'loyal': 100 % of" in note
    assert "found 'DE' 40, 'UK' 20 (responses each)" in note


def test_only_survey_responses_are_asked_and_the_five_most_frequent_categories_named(workspace):
    with workspace.store() as con:
        con.execute("""
            update submissions set dimensions = map {'market': chr(65 + floor(sqrt(number))::int) || repeat('y', 70)}
            from (select submission_id, row_number() over (order by source desc, submission_id) as number
                from submissions) as numbered
            where numbered.submission_id = submissions.submission_id
        """)
        # what was no survey then, though of that source, and what never was one
        con.execute("update submissions set channel = 'review' where submission_id = 'sd-0'")
        con.execute("update submissions set dimensions = map {'market': 'XX'} where channel = 'review'")
    [note] = notes(workspace, ",market,XX,1\n")

    assert "'XX': 100 %" in note
    [found] = re.findall(r"found (.*) \(responses each, the most frequent of 7\)", note)
    assert found.replace("y" * 59, "") == "'G…' 13, 'H…' 12, 'F…' 11, 'E…' 9, 'D…' 7"


def test_a_dimension_no_response_tells_is_told_and_a_survey_without_responses_is_not(workspace):
    with workspace.store() as con:
        con.execute("update submissions set dimensions = map {'market': '  '}")
        told_of = told_categories(con, {("survey", "market"), ("silent", "market")})
        assert told_of == {("survey", "market"): {}}
        assert told_categories(con, set()) == {}
    workspace.declare(SURVEY + SURVEY.replace("survey", "silent").replace("channel: silent", "channel: survey"))
    [note] = notes(workspace, MARKET)

    assert "'DE', 'UK': 100 % of the population" in note
    assert "found none, because no response tells this dimension. Correct" in note


def test_what_is_known_of_the_customer_counts_as_told(workspace):
    with workspace.store() as con:
        con.execute("update submissions set customer_id = 'c1' where submission_id in ('sd-1', 'sd-2')")
        con.execute("update submissions set dimensions = map {'region': 'south'} where submission_id = 'sd-2'")
        fill(con, {"customers": [{"customer_id": "c1", "region": " north "}]})

        assert told_categories(con, {("survey", "region")}) == {("survey", "region"): {"north": 1, "south": 1}}


def test_the_share_that_may_be_missing_is_that_of_raking(tmp_path):
    rows = [{"source": "s", "dimension": "d", "value": v, "share": share} for v, share in (("a", 0.8), ("b", 0.2))]
    at = Population(rows, [], tmp_path / "p.csv")
    seen = {("s", "d"): {"a": 9}}

    [note] = never_told(at, seen, MOST_MISSING)
    assert "weighted up instead" in note
    [note] = never_told(at, seen, MOST_MISSING - 0.01)
    assert "no score of 's' is raked: at most 19 %" in note
