"""The sample, run for real: what a reader must find in it, and what must not be there."""

from __future__ import annotations

import csv
import json
import re

import duckdb
import pytest
import yaml
from workspace import ROOT

from vocanalytics.resources import taxonomies_dir
from vocanalytics.steps.daily import run_daily
from vocanalytics.taxonomy import load_taxonomy

SECRETS = re.compile(r"@example\.(?:com|org)|\b01632 ?960|\b07700 ?900|\b555-01\d\d|192\.0\.2\.\d")
CUSTOMER = re.compile(r"C-1\d{4}")


@pytest.fixture
def insights(sample_run):
    with duckdb.connect(str(sample_run.insights), read_only=True) as con:
        yield con


def ask(con, sql):
    return con.execute(sql).fetchall()


def test_every_row_is_accounted_for(sample_run):
    for file in sample_run.report.files:
        assert file.row_count == file.counts.total()
    assert sum(file.counts["new"] for file in sample_run.report.files) == 300 + 187 + 170
    assert sum(file.counts["filtered"] for file in sample_run.report.files) == 3 + 20


def test_running_again_changes_nothing_and_says_so(sample_run):
    again = run_daily(sample_run.job)
    assert again.changed == 0
    assert again.published_unchanged
    assert again.lines()[-1] == "Changed    0 rows"


def test_no_planted_secret_is_in_any_file_of_the_run(sample_run):
    home = sample_run.job.settings.home
    for path in [*home.rglob("*.duckdb"), *home.rglob("*.parquet"), *home.rglob("*.html"), *home.rglob("*.md")]:
        content = path.read_bytes().decode("latin-1")
        found = SECRETS.search(content)
        assert not found, f"{path.name} holds {found[0]}"
        # packed vectors may spell one number by chance, two never
        assert len(customers() & set(CUSTOMER.findall(content))) < 2, path.name


def test_no_customer_number_is_in_any_table(sample_run):
    assert len(customers()) > 100
    for path in sample_run.job.settings.home.glob("*.duckdb"):
        with duckdb.connect(str(path), read_only=True) as con:
            for table, column in ask(con, TEXT_COLUMNS):
                rows = ask(con, f"select cast({column} as varchar) from {table} where {column} is not null")
                told = {number for (value,) in rows for number in CUSTOMER.findall(value)}
                assert not told & customers(), (path.name, table, column)


TEXT_COLUMNS = """
select schema_name || '.' || table_name, '"' || column_name || '"' from duckdb_columns()
where not internal and (data_type like '%VARCHAR%' or data_type = 'JSON')
"""


def customers() -> set[str]:
    feeds = (ROOT / "data" / "sample").iterdir()
    return {number for feed in feeds for number in CUSTOMER.findall(feed.read_text(encoding="utf-8"))}


def test_spam_and_previews_are_seen_for_what_they_are(insights):
    spam = dict(ask(insights, "select source, count(*) from feedback where is_spam group by source"))
    assert spam == {"dealer_reviews": 4, "x_posts": 4}


def test_survey_customers_carry_their_attributes(insights):
    answers, known = ask(insights, "select count(*), count(region) from feedback where source = 'owner_survey'")[0]
    assert known > 0.9 * answers
    assert ask(insights, "select count(region) from feedback where source <> 'owner_survey'") == [(0,)]


def test_every_touchpoint_is_tagged_somewhere(insights):
    frame = load_taxonomy(taxonomies_dir() / "automotive.yaml")
    seen = {t for (t,) in ask(insights, "select distinct touchpoint from mentions where touchpoint is not null")}
    assert seen == {touchpoint.id for touchpoint in frame.touchpoints}


def test_the_owner_app_hurts_more_since_its_update(insights):
    before, since = (
        ask(
            insights,
            "select count(distinct item_id) from mentions where touchpoint = 'owner_app' and polarity = 'negative' "
            f"and submitted_on {span}",
        )[0][0]
        for span in ("between '2026-08-17' and '2026-09-27'", ">= '2026-09-28'")
    )
    assert since >= 5 * before, "the same number of weeks each"


def test_the_booking_line_of_one_workshop_is_where_the_workshop_hurts(insights):
    outlets = ask(
        insights,
        "select outlet, count(distinct item_id) from mentions join feedback using (item_id) "
        "where mentions.touchpoint = 'service_visit' and mentions.polarity = 'negative' "
        "and feedback.submitted_on >= '2026-09-14' and outlet is not null group by 1 order by 2 desc",
    )
    assert outlets[0][0] == "Norvane Castlegate"
    assert outlets[0][1] >= 2 * outlets[1][1]


def test_the_burst_of_test_drives_is_no_change_for_the_worse(insights):
    states = ask(
        insights,
        "select distinct state from pain_points where touchpoint in ('test_drive', 'showroom') "
        "and period_kind = 'four_weeks' and period_on >= '2026-10-12'",
    )
    assert {s for (s,) in states} <= {"no_clear_change", "not_heard", None}
    assert ask(insights, "select count(*) from spikes where is_spike and touchpoint in ('test_drive', 'showroom')") == [
        (0,)
    ]


def test_the_app_update_rises_above_its_bound_and_the_workshop_stands_out(insights):
    weeks = (
        "from spikes where source = 'all' and touchpoint = 'owner_app' and theme = 'software' and period_kind = 'week' "
    )
    above = ask(insights, f"select period_on >= '2026-09-28' {weeks} and counted_item_count > usual_item_count_max")
    assert set(above) == {(True,)}
    assert ask(insights, f"select event_labels {weeks} and period_on = '2026-10-05'") == [(["MyNorvane app 5.2"],)]
    groups = ask(
        insights,
        "select distinct group_value, touchpoint from group_contrasts where state = 'more_negative' and source = 'all'",
    )
    assert groups == [("Norvane Castlegate", "service_visit")]


def test_the_planted_stories_are_what_hurts_most(insights):
    ranked = ask(
        insights,
        "select touchpoint, theme from pain_points where source = 'all' and period_kind = 'four_weeks' "
        "and period_on = '2026-10-12' and priority_rank <= 3",
    )
    assert {("owner_app", "software"), ("service_visit", "responsiveness")} <= set(ranked)


def test_quotes_are_verbatim(insights):
    wrong = ask(
        insights,
        "select count(*) from mentions join feedback using (item_id) "
        "where quote is distinct from substring(verbatim, span_start + 1, span_end - span_start)",
    )
    assert wrong == [(0,)]


def test_gold_texts_are_in_the_feeds_and_their_labels_in_the_frame():
    frame = load_taxonomy(taxonomies_dir() / "automotive.yaml")
    themes, touchpoints = {t.id for t in frame.themes}, {t.id for t in frame.touchpoints}
    with (ROOT / "data" / "sample" / "gold.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 230
    for row in rows:
        assert set(filter(None, row["themes"].split(";"))) <= themes
        assert row["touchpoint"] in touchpoints | {""}
        assert row["polarity"] in {"negative", "neutral", "positive", "mixed"}


def test_no_gold_text_is_among_what_the_heads_learn_from():
    examples = set()
    raw = yaml.safe_load((taxonomies_dir() / "automotive.yaml").read_text(encoding="utf-8"))
    for entry in raw["themes"] + raw["touchpoints"]:
        examples |= {shingle for example in entry["examples"] for shingle in shingles(example)}
    for path in taxonomies_dir().glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            examples |= {shingle for row in csv.DictReader(file) for shingle in shingles(row["text"])}
    with (ROOT / "data" / "sample" / "gold.csv").open(encoding="utf-8", newline="") as file:
        doubles = [row["text"][:60] for row in csv.DictReader(file) if shingles(row["text"]) & examples]
    assert not doubles


def shingles(text: str, length: int = 7) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}


def test_the_manifest_names_what_made_the_tables(sample_run):
    told = json.loads((sample_run.job.settings.published / "current" / "manifest.json").read_text(encoding="utf-8"))
    assert told["model"] == sample_run.report.tagged.model
    assert told["taxonomy"] == "automotive-2026.1"
    assert told["as_of"] == "2026-11-08"
