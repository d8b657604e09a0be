"""Feeds that come as JSON, workbooks, Parquet or store reports, and the customers file."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from vocanalytics.errors import MissingColumns, SourceError
from vocanalytics.records import Accepted, Filtered, Rejected
from vocanalytics.sources import customers, load_declaration, read

ROOT = Path(__file__).parent.parent
PLAIN = {
    "channel": "review",
    "key": "id",
    "submitted": "at",
    "questions": [{"id": "review", "column": "body"}],
    "scores": [{"id": "stars", "column": "stars", "scale": "stars_1_5"}],
}


@pytest.fixture
def source(tmp_path):
    def make(form: str, content: bytes, name: str = "feed", **settings):
        (tmp_path / name).write_bytes(content)
        given = {"name": "feed", "format": form, "path": name, **settings}
        declared = {"taxonomy": "automotive", "sources": [given]}
        (tmp_path / "sources.yaml").write_text(yaml.safe_dump(declared, sort_keys=False), encoding="utf-8")
        return load_declaration(tmp_path / "sources.yaml", {}).sources[0]

    return make


def rows(source):
    (path,) = source.files()
    return list(read(source, path))


def until_error(source, match):
    (path,) = source.files()
    found = []
    with pytest.raises(SourceError, match=match):
        for row in read(source, path):
            found.append(row)
    return found


def outcomes(found):
    return [row.code if isinstance(row, Rejected | Filtered) else "accepted" for row in found]


def lines(*records: dict | str) -> bytes:
    return "\n".join(r if isinstance(r, str) else json.dumps(r) for r in records).encode()


# Google Play

PLAY = ["Package Name", "App Version Name", "Reviewer Language", "Device", "Review Submit Date and Time"]
PLAY += ["Review Submit Millis Since Epoch", "Review Last Update Date and Time"]
PLAY += ["Review Last Update Millis Since Epoch", "Star Rating", "Review Title", "Review Text", "Review Link"]
LINK = "https://play.google.com/console/reviews?reviewId=gp%3AAOqpTOE&corpus=PUBLIC"


def play(*, version="5.2", title="", text="App broke", link=LINK) -> str:
    cells = ["com.norvane", version, "de", "pixel", "2026-09-30T18:04:00Z", "1790791440000", "2026-10-01T09:00:00Z"]
    return ",".join([*cells, "1790845200000", "1", title, text, link]) + "\n"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8"])
def test_google_play(source, encoding):
    report = (",".join(PLAY) + "\n" + play(title="Broken")).encode(encoding)
    (row,) = rows(source("google_play", report))

    submission = row.submission
    assert (submission.channel, submission.key) == ("review", "gp:AOqpTOE")
    assert submission.submitted_at == datetime(2026, 9, 30, 18, 4, tzinfo=UTC)
    assert submission.updated_at == datetime(2026, 10, 1, 9, 0, tzinfo=UTC)
    assert submission.answers[0].text == "Broken\nApp broke"
    assert submission.scores[0].value == 1.0
    assert submission.dimensions == (("software_version", "5.2"),)
    assert submission.language is None


def test_a_google_rating_without_text_has_no_link(source):
    report = ",".join(PLAY) + "\n" + play(text="", link="") + play(version="", text="x").replace(",x,", ",x,1,")
    (row, broken) = rows(source("google_play", report.encode("utf-16")))

    assert row.submission.key is None
    assert row.submission.identity == ("com.norvane", "pixel", "de", "1790791440000")
    assert row.submission.answers == ()
    assert broken.code == "columns"


def test_google_reports_of_old_lack_millis_and_version(source):
    kept = [n for n, name in enumerate(PLAY) if "Millis" not in name and "Version" not in name]
    table = [",".join(line.strip().split(",")[n] for n in kept) for line in (",".join(PLAY), play())]
    (row,) = rows(source("google_play", "\n".join(table).encode("utf-16")))

    assert row.submission.submitted_at == datetime(2026, 9, 30, 18, 4, tzinfo=UTC)


def test_a_google_report_without_links_is_not_one(source):
    with pytest.raises(MissingColumns, match="Review Link"):
        rows(source("google_play", ",".join(PLAY[:-1]).encode() + b"\n"))


# App Store Connect


def review(number: int = 1, **attributes) -> dict:
    known = {"rating": 2, "title": "Slow", "body": "Map freezes", "reviewerNickname": "jo", "territory": "GBR"}
    return {"id": f"r{number}", "attributes": {**known, "createdDate": "2026-09-30T18:04:00-07:00", **attributes}}


@pytest.mark.parametrize(
    "pages",
    [
        json.dumps({"data": [review(1), review(2)], "links": {}}),
        json.dumps({"links": {}, "data": [review(1), review(2)]}),
        json.dumps([{"data": [review(1)]}, {"data": [review(2)]}], indent=1),
        json.dumps({"data": [review(1)]}) + "\n" + json.dumps({"data": [review(2)]}),
        json.dumps([review(1), review(2)]),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_app_store_pages_in_every_wrapping(source, pages, encoding):
    found = rows(source("app_store", pages.encode(encoding)))

    assert [row.submission.key for row in found] == ["r1", "r2"]
    submission = found[0].submission
    assert submission.answers[0].text == "Slow\nMap freezes"
    assert (submission.submitted_on, submission.submitted_at) == (
        date(2026, 9, 30),
        datetime(2026, 10, 1, 1, 4, tzinfo=UTC),
    )
    assert submission.personal == ("jo",)
    assert submission.dimensions == (("market", "GBR"),)


def test_a_null_body_and_a_bad_rating(source):
    page = {"data": [review(1, title=None, body=None), review(2, rating=9), "odd"]}

    assert outcomes(rows(source("app_store", json.dumps(page).encode()))) == ["accepted", "score_out_of_scale", "json"]


@pytest.mark.parametrize("cut", [-1, -30, 250])
def test_truncated_json_hands_on_what_came_before(source, cut):
    whole = json.dumps({"data": [review(n) for n in range(1, 4)]}).encode()
    complete = whole[:cut].count(b'"}}')

    found = until_error(source("app_store", whole[:cut]), rf"at byte {len(whole[:cut]):,}.* {complete} row\(s\) before")

    assert outcomes(found) == ["accepted"] * complete


def test_json_broken_in_the_middle_says_where(source):
    whole = json.dumps({"data": [review(1), review(2)]}).replace('"r2"', "r2").encode()

    assert len(until_error(source("app_store", whole), r"broken at byte \d+\. Expected pages")) == 1


@pytest.mark.parametrize("content", [b'{"reviews": []}', b"[1, 2]", b"not json", b'{"errors": [{"detail": "quota"}]}'])
def test_json_that_holds_no_pages(source, content):
    assert until_error(source("app_store", content), "no `data` list found. Expected pages such as") == []


def test_a_page_without_records_is_no_error(source):
    assert rows(source("app_store", b'{"data": []}')) == []
    assert rows(source("x", b'{"meta": {"result_count": 0}}')) == []


def test_a_renamed_json_field_is_missed(source):
    page = {"data": [{"id": "1", "attributes": {"stars": 2, "title": "a", "createdDate": "2026-09-30"}}]}

    with pytest.raises(MissingColumns, match=r"column\(s\) attributes\.rating not found"):
        rows(source("app_store", json.dumps(page).encode()))


# X


def post(number: int = 2119439118040751895, **more) -> dict:
    known = {"text": "Great car", "created_at": "2026-11-08T14:37:17.672Z", "lang": "en", "author_id": "7"}
    return {"id": str(number), **known, **more}


def page(*posts: dict) -> bytes:
    return json.dumps({"data": posts, "includes": {"users": []}, "meta": {"result_count": len(posts)}}).encode()


def test_x_posts(source):
    found = rows(source("x", page(post(), post(lang="und", text="R&amp;D"), post(note_tweet={"text": "All of it"}))))

    assert [row.submission.answers[0].text for row in found] == ["Great car", "R&D", "All of it"]
    assert [row.submission.language for row in found] == ["en", None, "en"]
    first = found[0].submission
    assert (first.channel, first.customer, first.key) == ("social", "7", "2119439118040751895")


def test_x_retweets_are_filtered(source):
    reference = {"referenced_tweets": [{"type": "retweeted", "id": "1"}]}
    quote = {"referenced_tweets": [{"type": "quoted", "id": "1"}]}

    found = rows(source("x", page(post(**reference), post(text="RT @a: hi"), post(**quote), post())))

    assert outcomes(found) == ["retweet", "retweet", "accepted", "accepted"]


def test_a_post_without_created_at_is_dated_by_its_id(source):
    bare = {"id": "1212092628029698048", "text": "hi"}
    (row, old) = rows(source("x", page(bare, {"id": "20", "text": "just setting up"})))

    assert row.submission.submitted_at == datetime(2019, 12, 31, 19, 26, 16, 771000, tzinfo=UTC)
    assert old.code == "date"


def test_a_lone_surrogate_in_a_post_costs_only_its_row(source):
    found = rows(source("jsonl", lines('{"id": 1, "at": "2026-09-30", "stars": 5, "body": "\\ud83d"}'), **PLAIN))

    assert outcomes(found) == ["encoding"]


# Reddit


def comment(**more) -> dict:
    return {
        "id": "abc",
        "author": "jo",
        "body": "Nice &amp; quiet",
        "created_utc": 1790791440,
        "subreddit": "cars",
        **more,
    }


def test_reddit_comments_and_submissions(source):
    submission = {
        "id": "abc",
        "author": "[deleted]",
        "title": "Norvane?",
        "selftext": "Any good?",
        "created_utc": 1790791440.0,
    }
    found = [row.submission for row in rows(source("reddit", lines(comment(), submission)))]

    assert [one.key for one in found] == ["t1_abc", "t3_abc"]
    assert [one.answers[0].text for one in found] == ["Nice & quiet", "Norvane?\nAny good?"]
    assert [one.customer for one in found] == ["jo", None]
    assert found[0].submitted_at == datetime(2026, 9, 30, 18, 4, tzinfo=UTC)
    assert found[0].dimensions == (("subreddit", "cars"),)


@pytest.mark.parametrize("more", [{"body": "[deleted]"}, {"body": "[removed]"}, {"_meta": {"was_deleted_later": True}}])
def test_what_reddit_no_longer_shows_is_filtered(source, more):
    assert outcomes(rows(source("reddit", lines(comment(), comment(**more))))) == ["accepted", "deleted"]


def compressed(content: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as out:
        out.write(content)
    return sink.getvalue().to_pybytes()


def test_a_zstd_dump(source):
    dump = compressed(lines(*[comment(id=str(n)) for n in range(500)]))

    assert len(rows(source("reddit", dump, "dump.zst"))) == 500


@pytest.mark.parametrize("content", [b"no archive at all", compressed(lines(comment()))[:-9]])
def test_a_zstd_dump_that_is_broken(source, content):
    until_error(source("reddit", content, "dump.zst"), r"the zstd archive cannot be read on\. .* `zstd -d --long=31`")


# JSONL


def test_jsonl_with_nested_columns(source):
    record = {"id": 7, "at": "2026-09-30", "review": {"stars": 4, "texts": ["fine", "x"]}, "ok": True, "who": None}
    settings = {
        **PLAIN,
        "questions": [{"id": "review", "column": "review.texts.0"}],
        "scores": [{"id": "stars", "column": "review.stars", "scale": "stars_1_5"}],
        "customer": "who",
        "dimensions": {"ok": "ok", "all": "review"},
    }
    (row,) = rows(source("jsonl", lines(record), **settings))

    submission = row.submission
    assert (submission.key, submission.customer, submission.scores[0].value) == ("7", None, 4.0)
    assert submission.answers[0].text == "fine"
    assert dict(submission.dimensions) == {"ok": "true", "all": '{"stars": 4, "texts": ["fine", "x"]}'}


def test_one_broken_line_is_one_rejected_row(source):
    good = {"id": 1, "at": "2026-09-30", "stars": 5, "body": "fine"}
    found = rows(source("jsonl", lines(good, '{"id": 2, "at"', "", "[1]", "[" * 100_000, good), **PLAIN))

    assert outcomes(found) == ["accepted", "json", "json", "json", "accepted"]
    assert [row.position for row in found] == [1, 2, 3, 4, 5]


def test_a_field_that_is_sometimes_absent_is_blank(source):
    good = {"id": 1, "at": "2026-09-30", "stars": 5, "body": "fine"}
    found = rows(source("jsonl", lines({"id": 2, "at": "2026-09-30"}, good), **PLAIN))

    assert outcomes(found) == ["accepted"] * 2
    assert found[0].submission.answers == ()


# XLSX


def workbook(path: Path, *lines: list, sheet: str = "Export") -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "Cover"
    page_ = book.create_sheet(sheet)
    for line in lines:
        page_.append(line)
    book.save(path)
    return path.read_bytes()


def test_xlsx_with_real_dates_numbers_and_formulas(source, tmp_path):
    content = workbook(
        tmp_path / "made.xlsx",
        ["id", "at", "stars", "body"],
        [1, datetime(2026, 9, 30, 18, 4), 5, "fine"],
        [2.0, "2026-09-30 18:04", "4", "=HYPERLINK(1)"],
        [None, None, None, None],
        [3, date(2026, 9, 30), 4, True],
        [4, "soon", 4],
        [],
    )
    settings = {**PLAIN, "sheet": "Export", "zone": "Europe/London"}
    found = rows(source("xlsx", content, "feed.xlsx", **settings))

    assert outcomes(found) == ["accepted", "accepted", "blank", "accepted", "date"]
    assert [row.submission.key for row in found if isinstance(row, Accepted)] == ["1", "2", "3"]
    assert [row.submission.answers[0].text for row in found if isinstance(row, Accepted)] == [
        "fine",
        "=HYPERLINK(1)",
        "TRUE",
    ]
    assert found[0].submission.submitted_at == datetime(2026, 9, 30, 17, 4, tzinfo=UTC)


def test_xlsx_names_its_sheets(source, tmp_path):
    content = workbook(tmp_path / "made.xlsx", ["id"])

    until_error(source("xlsx", content, "f.xlsx", **PLAIN, sheet="Data"), r"sheet 'Data' not found\. .* Cover, Export")
    with pytest.raises(MissingColumns, match=r"column\(s\) at, body, stars not found"):
        rows(source("xlsx", content, "f.xlsx", **PLAIN, sheet="Export"))


@pytest.mark.parametrize("content", [b"id,at,stars,body\n", b"PK\x03\x04 cut off"])
def test_what_is_no_workbook(source, content):
    until_error(source("xlsx", content, "f.xlsx", **PLAIN), r"not an \.xlsx workbook\. Expected one; check format")


# Parquet


def parquet(path: Path, **columns) -> bytes:
    pq.write_table(pa.table(columns), path)
    return path.read_bytes()


def test_parquet_with_typed_and_nested_columns(source, tmp_path):
    moment = datetime(2026, 9, 30, 18, 4)
    content = parquet(
        tmp_path / "made.parquet",
        id=pa.array([1, 2, 3]),
        at=pa.array([moment] * 3, pa.timestamp("ns")),
        review=pa.array([{"stars": 5, "body": "fine"}, {"stars": None, "body": "ok"}, {"stars": 9, "body": "a\0b"}]),
        other=pa.array([b"\xff"] * 3),
    )
    settings = {
        **PLAIN,
        "zone": "UTC",
        "questions": [{"id": "review", "column": "review.body"}],
        "scores": [{"id": "stars", "column": "review.stars", "scale": "stars_1_5"}],
    }
    found = rows(source("parquet", content, **settings))

    assert outcomes(found) == ["accepted", "accepted", "nul"]
    assert found[0].submission.submitted_at == moment.replace(tzinfo=UTC)
    assert found[1].submission.scores == ()
    assert outcomes(rows(source("parquet", content, **{**settings, "dimensions": {"o": "other"}}))) == [
        "encoding",
        "encoding",
        "encoding",
    ]


def test_parquet_without_a_column_or_a_footer(source, tmp_path):
    content = parquet(tmp_path / "made.parquet", id=[1], at=["2026-09-30"], body=["x"])

    with pytest.raises(MissingColumns, match=r"column\(s\) stars not found\. The file has: id, at, body"):
        rows(source("parquet", content, **PLAIN))
    until_error(source("parquet", content[:-20], **PLAIN), "not a whole Parquet file")


# customers


def declared_customers(folder: Path, content: str, **settings):
    (folder / "customers.csv").write_text(content, encoding="utf-8")
    given = {"path": "customers.csv", "key": "ref", **settings}
    least = {"name": "reviews", "format": "x", "path": "p"}
    declared = {"taxonomy": "automotive", "customers": given, "sources": [least]}
    (folder / "sources.yaml").write_text(yaml.safe_dump(declared, sort_keys=False), encoding="utf-8")
    return list(customers(load_declaration(folder / "sources.yaml", {})))


def test_customers_with_renamed_and_own_columns(tmp_path):
    (known, bare) = declared_customers(
        tmp_path,
        "ref,area,years,gone,fleet\nC-1,North,2.5,28/10/2026,yes\nC-2,,,,\n\n",
        columns={"region": "area", "tenure_years": "years", "left_on": "gone", "fleet": "fleet"},
        formats=["%d/%m/%Y"],
    )

    assert (known.key, known.region, known.tenure_years, known.left_on) == ("C-1", "North", 2.5, date(2026, 10, 28))
    assert (known.loyalty_tier, known.attributes) == (None, (("fleet", "yes"),))
    assert (bare.region, bare.tenure_years, bare.left_on, bare.attributes) == (None, None, None, ())


def test_customers_columns_of_the_usual_names_need_no_map(tmp_path):
    (row,) = declared_customers(tmp_path, "ref,loyalty_tier\nC-1,Gold\n")

    assert (row.key, row.loyalty_tier, row.region) == ("C-1", "Gold", None)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("ref,region\n,North\n", r"row 1: the key cannot be read"),
        ("ref,left_on\nC-1,\nC-2,soon\n", r"row 2: left_on cannot be read\. Expected a date such as 2026-10-28"),
        ("ref,tenure_years\nC-1,many\n", r"row 1: tenure_years cannot be read"),
        ("ref,tenure_years\nC-1,-2\n", r"row 1: tenure_years cannot be read"),
        ("ref,region\nC-1,North,more\n", r"row 1: a row cannot be read"),
        ("ref,region\nC-1,\0\n", r"row 1: a row cannot be read"),
        ("id,region\n", r"column\(s\) ref not found"),
    ],
)
def test_a_customers_file_that_is_wrong(tmp_path, content, complaint):
    with pytest.raises(SourceError, match=complaint):
        declared_customers(tmp_path, content)


def test_no_customers_declared_means_none(source):
    make = source("x", page())
    assert list(customers(load_declaration(make.files()[0].parent / "sources.yaml", {}))) == []


def test_the_sample_feeds_are_read_whole():
    declaration = load_declaration(ROOT / "data" / "sources.yaml", {})
    found = [row for one in declaration.sources for path in one.files() for row in read(one, path)]

    assert {type(row) for row in found} == {Accepted, Filtered}
    assert {row.code for row in found if isinstance(row, Filtered)} <= {"preview", "spam", "retweet"}
    known = {row.key for row in customers(declaration)}
    assert {row.submission.customer for row in found if isinstance(row, Accepted)} & known
