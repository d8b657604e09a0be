"""CSV and TSV as people and programs write them: no row is lost, none is misread in silence."""

from __future__ import annotations

import csv
import io
import os
import re
import subprocess
import sys
import tracemalloc
from datetime import UTC, date, datetime, timedelta

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from vocanalytics.errors import MissingColumns, SourceError
from vocanalytics.records import Accepted, Answer, Filtered, Rejected, Score
from vocanalytics.sources import findings, load_declaration, read

HEAD = b"id,at,stars,body\n"
ROW = b"1,2026-09-30,5,fine\n"
SETTINGS = {
    "name": "reviews",
    "channel": "review",
    "format": "csv",
    "path": "feed.csv",
    "key": "id",
    "submitted": "at",
    "questions": [{"id": "review", "column": "body"}],
    "scores": [{"id": "stars", "column": "stars", "scale": "stars_1_5"}],
}


@pytest.fixture
def feed(tmp_path):
    def make(content: bytes, **settings):
        given = {name: value for name, value in {**SETTINGS, **settings}.items() if value is not None}
        (tmp_path / given["path"]).write_bytes(content)
        declared = {"taxonomy": "automotive", "sources": [given]}
        (tmp_path / "sources.yaml").write_text(yaml.safe_dump(declared, sort_keys=False), encoding="utf-8")
        return load_declaration(tmp_path / "sources.yaml", {}).sources[0]

    return make


def rows(source):
    (path,) = source.files()
    return list(read(source, path))


def texts(source):
    return [row.submission.answers[0].text for row in rows(source)]


def told(source, stops=False):
    """What would be said of the source; the name of its folder differs from test to test."""
    folder = source.files()[0].parent.name
    return [one.text.replace(f"{folder}/", "") for one in findings(source).found if one.stops == stops]


def until_error(source, match):
    """The rows that came before the error, which must match."""
    (path,) = source.files()
    found = []
    with pytest.raises(SourceError, match=match):
        for row in read(source, path):
            found.append(row)
    return found


def outcomes(found):
    return [row.code if isinstance(row, Rejected | Filtered) else "accepted" for row in found]


def test_a_row_becomes_a_submission(feed):
    (row,) = rows(feed(HEAD + ROW))

    assert isinstance(row, Accepted)
    assert row.position == 1
    submission = row.submission
    assert (submission.source, submission.channel, submission.key) == ("reviews", "review", "1")
    assert (submission.submitted_on, submission.submitted_at) == (date(2026, 9, 30), None)
    assert submission.answers == (Answer("review", None, "fine"),)
    assert submission.scores == (Score("stars", None, "stars_1_5", 5.0),)


def test_every_mapping_arrives(feed):
    source = feed(
        b"id,at,edited,nps,ces,why,asked,who,name,shop,trigger,lang,kind\n"
        b"1,2026-09-30,2026-10-01T10:00:00Z,n.a.,2, slow ,Why?,C-1, Ann ,Lindenhof\xc2\xa0 Mitte,svc,EN-GB,live\n",
        questions=[{"id": "why", "column": "why", "question_text_column": "asked"}],
        scores=[
            {"id": "nps", "column": "nps", "scale": "nps_0_10", "missing": "N.A."},
            {"id": "ces", "column": "ces", "scale": "ces_1_7", "easy_end": "low", "text": "How hard?"},
        ],
        updated="edited",
        customer="who",
        personal=["name"],
        language_column="lang",
        context_touchpoint={"column": "trigger", "map": {"svc": "service_visit"}},
        dimensions={"outlet": "shop", "brand": {"value": "Norvane"}, "code": {"column": "who", "pattern": r"C-(\d)"}},
        keep_where=[{"column": "kind", "not_equals": "test"}],
    )
    submission = rows(source)[0].submission

    assert submission.updated_at.isoformat() == "2026-10-01T10:00:00+00:00"
    assert submission.answers == (Answer("why", "Why?", "slow"),)
    assert submission.scores == (Score("ces", "How hard?", "ces_1_7", 6.0),)
    assert (submission.customer, submission.personal, submission.language) == ("C-1", ("Ann",), "en")
    assert submission.context_touchpoint == "service_visit"
    assert submission.dimensions == (("outlet", "Lindenhof Mitte"), ("brand", "Norvane"), ("code", "1"))


def test_title_and_body_are_joined_and_blank_answers_are_none(feed):
    source = feed(
        b"id,at,title,body\n1,2026-09-30,Good,Car\n2,2026-09-30,,Car\n3,2026-09-30,Good,\n4,2026-09-30,, \n",
        questions=[{"id": "review", "columns": ["title", "body"]}],
        scores=None,
    )

    assert [[a.text for a in row.submission.answers] for row in rows(source)] == [["Good\nCar"], ["Car"], ["Good"], []]


def test_without_a_key_the_mapped_cells_identify_a_row(feed):
    both = HEAD + b"1,2026-09-30,5,fine\n2,2026-09-30,4,fine\n"

    assert [row.submission.identity for row in rows(feed(both, key=None))] == [
        ("2026-09-30", "fine", "5"),
        ("2026-09-30", "fine", "4"),
    ]
    declared = rows(feed(both, key=None, identity=["id", "body"]))
    assert [row.submission.identity for row in declared] == [("1", "fine"), ("2", "fine")]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (b",2026-09-30,5,fine", "missing_key"),
        (b"1.23457E+17,2026-09-30,5,fine", "rounded_key"),
        (b"1,31/02/2026,5,fine", "date"),
        (b"1,2026-09-30 18:04,5,fine", "date_without_zone"),
        (b"1,2026-09-30,11,fine", "score_out_of_scale"),
        (b"1,2026-09-30,great,fine", "score"),
        (b"1,2026-09-30,nan,fine", "score"),
        (b"1,2026-09-30,5", "columns"),
        (b"1,2026-09-30,5,fine,more", "columns"),
        (b"1,2026-09-30,5,caf\xe9", "encoding"),
        (b"1,2026-09-30,5,fi\0ne", "nul"),
        (b'1,2026-09-30,5,"fine" car', "quotes"),
        (b",,,", "blank"),
        (b"1,2026-09-30,,", "accepted"),
        (b"1,2026-09-30,5.0,=1+1", "accepted"),
        (b"1,2026-09-30,5,fine,", "accepted"),
    ],
)
def test_one_bad_row_does_not_stop_the_next(feed, row, code):
    found = rows(feed(HEAD + "2,2026-09-30,5,café ñandú\n".encode() + row + b"\n" + ROW))

    assert outcomes(found) == ["accepted", code, "accepted"]
    assert [row.position for row in found] == [1, 2, 3]


def test_reasons_hold_no_cell_content_and_raw_can_be_hashed(feed):
    secret = b"1,secret-date,secret-score,secret-\xff\n1,2026-09-30,secret-score,secret\nsecret\n"
    found = rows(feed(HEAD + "0,2026-09-30,5,Größe\n".encode() + secret))[1:]

    assert outcomes(found) == ["encoding", "score", "columns"]
    assert not any("secret" in row.reason for row in found)
    assert all(row.raw.encode("utf-8") for row in found)


@pytest.mark.parametrize("text", ["=SUM(A1)", "+49 is my prefix", "-5 stars", "@dealer never again", "'quoted"])
def test_what_a_spreadsheet_would_run_is_text(feed, text):
    assert texts(feed(HEAD + f'1,2026-09-30,5,"{text}"\n'.encode())) == [text]


def test_a_nul_in_a_column_nobody_reads_loses_nothing(feed):
    found = rows(feed(b"id,at,stars,body,device\n1,2026-09-30,5,fine,a\0b\n2,2026-09-30,5,f\0,x\n"))

    assert outcomes(found) == ["accepted", "nul"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings_are_recognised(feed, encoding):
    content = "id,at,stars,body\n1,2026-09-30,5,Größe 🙂 naïve\n".encode(encoding)

    assert texts(feed(content)) == ["Größe 🙂 naïve"]


def test_utf16_be_with_its_mark(feed):
    assert texts(feed(b"\xfe\xff" + "id,at,stars,body\n1,2026-09-30,5,Größe\n".encode("utf-16-be"))) == ["Größe"]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "Größe und Qualität sind gut"),
        ("cp1252", "The café’s “naïve” advisor cost me £20"),
        ("cp1251", "Машина отличная, но сервис ужасно медленный и дорогой, больше не приду сюда никогда"),
        ("shift_jis", "車はとても良いですが、サービスの対応が遅くて困りました。もう行きません。"),
    ],
)
def test_an_undeclared_legacy_encoding_is_guessed(feed, encoding, text):
    assert texts(feed(HEAD + f'1,2026-09-30,5,"{text}"\n'.encode(encoding) * 3)) == [text] * 3


def test_a_guessed_encoding_is_a_problem_worth_telling(feed):
    content = HEAD + "1,2026-09-30,5,Größe und Qualität sind gut\n".encode("cp1252")

    assert told(feed(content)) == [
        "reviews: feed.csv: not UTF-8 and read as cp1252 by guess; declare its encoding to be sure"
    ]
    assert told(feed(content, encoding="cp1252")) == []


def test_a_declared_encoding_wins_over_guessing(feed):
    assert texts(feed(HEAD + "1,2026-09-30,5,Škoda\n".encode("cp1250"), encoding="cp1250")) == ["Škoda"]


def test_mixed_encodings_cost_only_the_rows_that_are_wrong(feed):
    good, bad = "1,2026-09-30,5,Größe\n".encode(), "2,2026-09-30,5,Größe\n".encode("cp1252")

    assert outcomes(rows(feed(HEAD + good * 9 + bad + good))) == ["accepted"] * 9 + ["encoding"] + ["accepted"]


def test_bad_bytes_far_behind_the_probe_cost_only_their_row(feed):
    plain = b"1,2026-09-30,5," + b"x" * 1000 + b"\n"
    found = rows(feed(HEAD + plain * 1100 + "2,2026-09-30,5,Größe\n".encode("cp1252") + ROW))

    assert outcomes(found)[-2:] == ["encoding", "accepted"]


def test_texts_encoded_twice_are_noticed_and_repaired(feed):
    texts_ = ["Größe 🙂", "naïve", "“quoted”"]
    twice = [text.encode().decode("latin-1").encode().replace(b"\xc2\x9f", "Ÿ".encode()) for text in texts_]
    content = HEAD + b"".join(b"%d,2026-09-30,5,%s\n" % row for row in enumerate(twice))

    assert told(feed(content)) == ["reviews: feed.csv: texts look encoded twice; declare `double_encoded: true`"]
    (first,) = told(feed(content, key=None))
    assert first.endswith("double_encoded: true`; if rows of it landed before, first voc sources forget reviews")
    assert texts(feed(content, double_encoded=True)) == texts_


def test_stray_spaces_in_a_header_do_not_matter(feed):
    content = "\ufeff id ,at\u00a0, stars,body\u00a0\n".encode() + ROW

    assert outcomes(rows(feed(content))) == ["accepted"]


@pytest.mark.parametrize("end", [b"\r\n", b"\r", b"\n"])
def test_every_line_end_is_one(feed, end):
    assert texts(feed((HEAD + ROW * 3).replace(b"\n", end))) == ["fine"] * 3


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_an_undeclared_delimiter_is_found_by_the_mapped_columns(feed, delimiter):
    assert texts(feed((HEAD + ROW).replace(b",", delimiter.encode()))) == ["fine"]


def test_a_missing_column_names_those_there_are(feed):
    until_error(feed(b"id,date,stars,body\n" + ROW), r"column\(s\) at not found\. The file has: id, date, stars, body")
    with pytest.raises(MissingColumns):
        rows(feed(b"id,date,stars,body\n" + ROW))


def test_a_first_row_that_is_no_header_is_not_shown(feed):
    source = feed(b"7,2026-09-30,5,my secret\n" + ROW)

    with pytest.raises(MissingColumns, match="4 others; is there a header row at all") as raised:
        rows(source)

    assert "secret" not in str(raised.value)


def test_a_column_that_occurs_twice_is_not_guessed(feed):
    until_error(feed(b"id,at,stars,body,body\n"), r"column\(s\) body occur more than once")


def test_a_column_may_be_declared_optional(feed):
    source = feed(HEAD + ROW, dimensions={"market": "market"}, optional=["market"])

    assert rows(source)[0].submission.dimensions == ()
    crowded = feed(HEAD + ROW.replace(b"\n", b",GB\n"), dimensions={"market": "market"}, optional=["market"])
    assert outcomes(rows(crowded)) == ["columns"]


def test_a_file_without_header(feed):
    data = b"1,2026-09-30,5,fine\n2,2026-09-30,4\n"

    assert outcomes(rows(feed(data, header=["id", "at", "stars", "body"]))) == ["accepted", "columns"]
    assert outcomes(rows(feed(data, header=["id", "at", "stars", "body"], optional=["body"]))) == ["accepted"] * 2
    numbered = feed(
        data,
        header=False,
        key=1,
        submitted=2,
        scores=None,
        questions=[{"id": "review", "column": 4}],
    )
    assert outcomes(rows(numbered)) == ["accepted", "columns"]


def test_unquoted_tabs_with_escapes(feed):
    source = feed(
        b'1\t2026-09-30\t5\tit\\u2019s \\ud83d\\ude42 \\"ok\\" \\ud83d\n2\t2026-09-30\t4\t"half a quote\n'
        b'3\t2026-09-30\t4\t"a ""whole"" one"\t\n',
        format="tsv",
        header=["id", "at", "stars", "body"],
        quoting="none",
        unescape=True,
    )

    assert texts(source) == ['it’s 🙂 "ok" \\ud83d', '"half a quote', 'a "whole" one']


def test_a_verbatim_of_five_megabytes(feed):
    long = b"word " * 1_000_000
    (first, second) = rows(feed(HEAD + b'1,2026-09-30,5,"' + long + b'"\n' + ROW))

    assert len(first.submission.answers[0].text) == 4_999_999
    assert second.position == 2


def test_a_quote_open_to_the_end_is_an_error_that_names_its_line(feed):
    found = until_error(
        feed(HEAD + ROW * 2 + b'3,2026-09-30,5,"never closed\n' + ROW), r"row starting on line 4 is not"
    )

    assert outcomes(found) == ["accepted"] * 2


def test_a_quote_that_swallows_rows_is_an_error_not_one_long_verbatim(feed):
    content = HEAD + ROW + b'2,2026-09-30,5,"open\n' + ROW * 2_000 + b'3,2026-09-30,5,"x"\n'

    assert len(until_error(feed(content), r"line 3 is not closed .* 1 row\(s\) before that could be read")) == 1


def test_a_quote_that_closes_in_a_later_row_is_an_error(feed):
    content = HEAD + ROW + b'2,2026-09-30,5,"open\n' + ROW * 3 + b'3,2026-09-30,5,"closed"\n'

    assert len(until_error(feed(content), "line 3 is not closed")) == 1


def test_a_file_without_line_ends_does_not_fill_the_memory(feed, tmp_path):
    source = feed(HEAD)
    with (tmp_path / "feed.csv").open("ab") as file:
        for _ in range(66):
            file.write(b"x" * (1 << 20))

    assert until_error(source, "no line end within 64 MB") == []


def test_a_header_alone_is_no_error(feed):
    assert rows(feed(HEAD)) == []
    assert told(feed(HEAD), stops=True) == []
    assert told(feed(HEAD)) == [
        "reviews: feed.csv: holds no rows of data; if that is no surprise, a run goes on without it"
    ]


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n"])
def test_an_empty_file_is_an_error(feed, content):
    until_error(feed(content), r"feed\.csv: the file is empty\. Expected a csv file")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"PK\x03\x04 rest", "a zip archive, perhaps an .xlsx workbook"),
        (b"%PDF-1.7", "a PDF"),
        (b"\x1f\x8b\x08\x00", "a gzip archive"),
        (b"PAR1\x15\x04", "a Parquet file"),
        (bytes(range(1, 32)) * 9, "an unknown binary file"),
        (b"\x00\x01\x02" * 99, "an unknown binary file"),
    ],
)
def test_a_binary_file_says_what_it_looks_like(feed, content, name):
    until_error(feed(content), f"this looks like {re.escape(name)}. Expected a csv file; check format")


def test_a_folder_named_like_a_file(feed, tmp_path):
    source = feed(HEAD)
    (tmp_path / "feed.csv").unlink()
    (tmp_path / "feed.csv").mkdir()

    until_error(source, "this is a folder. Expected a csv file")


def test_a_file_that_is_gone_when_it_is_read(feed, tmp_path):
    source = feed(HEAD)
    path = tmp_path / "feed.csv"
    path.unlink()

    with pytest.raises(SourceError, match="cannot be read: No such file"):
        list(read(source, path))


def test_a_file_nobody_may_read(feed, tmp_path):
    feed(HEAD + ROW)
    (tmp_path / "feed.csv").chmod(0)
    code = (
        "import os, sys; from pathlib import Path; from vocanalytics.sources import *\n"
        "folder = Path(sys.argv[1]); source = load_declaration(folder / 'sources.yaml', {}).sources[0]\n"
        "if os.geteuid() == 0: os.seteuid(65534)\n"
        "try: list(read(source, folder / 'feed.csv'))\n"
        "except Exception as error: sys.stdout.write(f'{type(error).__name__}: {error}')\n"
        "sys.stdout.write(str(findings(source)))\n"
    )
    for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(0o755)

    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)

    assert done.stdout.startswith("SourceError: reviews: ")
    assert "cannot be read: Permission denied. Expected a csv file this user may read. 0 row(s)" in done.stdout


def test_a_file_that_changes_while_it_is_read(feed, tmp_path):
    source = feed(HEAD + ROW * 3)
    reading = read(source, tmp_path / "feed.csv")
    first = next(reading)
    with (tmp_path / "feed.csv").open("ab") as file:
        file.write(ROW)

    with pytest.raises(SourceError, match=r"changed while being read\. .* 3 row\(s\) before that could be read"):
        list(reading)

    assert isinstance(first, Accepted)


def test_a_change_is_reported_rather_than_what_it_broke(feed, tmp_path):
    source = feed(HEAD + ROW * 3 + b'4,2026-09-30,5,"open')
    reading = read(source, tmp_path / "feed.csv")
    next(reading)
    os.utime(tmp_path / "feed.csv", (1, 1))

    with pytest.raises(SourceError, match="changed while being read"):
        list(reading)


def test_a_reader_may_stop_early(feed, tmp_path):
    reading = read(feed(HEAD + ROW * 3), tmp_path / "feed.csv")
    next(reading)
    reading.close()


def test_findings_say_what_share_cannot_be_read(feed):
    bad = b"9,30.09.2026,5,fine\n"

    assert told(feed(HEAD + ROW * 8 + bad * 2)) == [
        "reviews: feed.csv: 2 of 10 row(s) cannot be read (date) and would be quarantined: at: expected iso"
    ]
    assert "1 of the first 2 row(s)" in findings(feed(HEAD + bad + ROW * 9), 2).found[0].text
    assert told(feed(HEAD + ROW)) == []
    (missing,) = told(feed(b"id,stars,body\n"), stops=True)
    assert "column(s) at not found" in missing


def test_findings_of_a_feed_without_files(feed, tmp_path):
    source = feed(HEAD)
    (tmp_path / "feed.csv").unlink()

    (found,) = findings(source).found
    assert found.stops
    assert "reviews: no file matches" in found.text


def test_damage_beyond_the_first_thousand_rows_is_found(feed):
    many = b"".join(b"%d,2026-09-30,5,fine\n" % number for number in range(3_000))
    (found,) = told(feed(HEAD + many + b'3001,2026-09-30,5,"open\n'), stops=True)
    assert "line 3002 is not closed" in found


def test_contradictory_keys_are_counted_and_copies_and_edits_are_not(feed):
    other = ROW.replace(b"fine", b"awful")
    assert told(feed(HEAD + ROW + other + ROW + other + b"2,2026-09-30,5,fine\n" + ROW)) == [
        "reviews: feed.csv: 2 of 6 row(s) have the key of an earlier row and say something else (duplicate_key) and "
        "would be quarantined; the earlier rows land"
    ]
    assert told(feed(HEAD + ROW * 3)) == []
    assert told(feed(HEAD + ROW + other, key=None)) == []
    edited = b"id,at,stars,body,edited\n1,2026-09-30,5,fine,2026-10-01\n1,2026-09-30,1,awful,2026-10-02\n"
    assert told(feed(edited, updated={"column": "edited", "date_only": True})) == []


def test_a_file_of_filtered_rows_only_is_told(feed):
    drafts = [{"column": "body", "not_equals": "fine", "code": "draft"}]
    assert told(feed(HEAD + ROW * 3, keep_where=drafts)) == [
        "reviews: feed.csv: none of its 3 row(s) would land; filtered: draft 3"
    ]


def test_an_image_named_csv_is_told_once(feed):
    source = feed(b"\x89PNG\r\n\x1a\n" + bytes(range(128, 256)) * 40)
    (found,) = findings(source).found
    assert found.stops
    assert "this looks like a PNG image" in found.text


def test_a_wrongly_guessed_encoding_is_told_beside_the_column_it_hides(feed):
    content = "id,at,stars,Größe\n1,2026-09-30,5,fine\n".encode("cp1250")
    source = feed(content, questions=[{"id": "review", "column": "Groesse"}])
    assert "column(s) Groesse not found" in told(source, stops=True)[0]
    assert "by guess; declare its encoding" in told(source)[0]


@pytest.mark.parametrize("damage", [b"", b"%PDF-1.7", b"PAR1"])
def test_every_error_of_a_file_begins_with_its_source(feed, damage):
    until_error(feed(damage), r"^reviews: /.*feed\.csv: ")


@pytest.mark.parametrize("path", ["feed.csv", "fe*.csv"])
def test_a_suffix_in_capitals_is_the_same_suffix(feed, tmp_path, path):
    source = feed(HEAD + ROW, path="feed.csv").model_copy(update={"path": path})
    source._folder = tmp_path
    (tmp_path / "feed.csv").rename(tmp_path / "feed.CSV")
    assert [source.name_of(file) for file in source.files()] == [f"{tmp_path.name}/feed.CSV"]
    assert outcomes(rows(source)) == ["accepted"]


@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        ({"equals": "Live"}, ["live"]),
        ({"not_equals": "live"}, ["test", ""]),
        ({"in": ["live", "test"]}, ["live", "test"]),
        ({"not_in": ["live", "test"]}, [""]),
        ({"matches": "^t"}, ["test"]),
        ({"filled": True}, ["live", "test"]),
        ({"filled": False}, [""]),
    ],
)
def test_conditions_filter_and_count(feed, condition, kept):
    content = b"id,at,stars,body,kind\n" + b"".join(b"1,2026-09-30,5,%s,%s\n" % (k, k) for k in (b"live", b"test", b""))
    source = feed(content, keep_where=[{"column": "kind", "code": "not_live", **condition}])

    found = rows(source)

    assert outcomes(found).count("not_live") == 3 - len(kept)
    assert [
        r.submission.answers[0].text if r.submission.answers else "" for r in found if isinstance(r, Accepted)
    ] == kept


def test_a_score_map_and_what_counts_as_missing(feed):
    content = HEAD + b"".join(b"1,2026-09-30,%s,x\n" % s for s in (b"1", b"5.0", b"6", b"Yes", b"4"))
    source = feed(
        content,
        scores=[{"id": "s", "column": "stars", "scale": "csat_1_5", "map": {1: 5, 5: 1, "yes": 4}, "missing": [6]}],
    )

    found = rows(source)

    assert outcomes(found) == ["accepted"] * 4 + ["score"]
    assert [[s.value for s in row.submission.scores] for row in found[:4]] == [[5.0], [1.0], [], [4.0]]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("4,5", 4.5),
        ("5,0", 5.0),
        ("4,25", 4.25),
        ("1,0,0", "score"),
        (",5", "score"),
        ("4,", "score"),
        ("45,0", "score_out_of_scale"),
    ],
)
def test_a_decimal_comma_is_one(feed, cell, value):
    (row,) = rows(feed(HEAD + ROW.replace(b",5,", f',"{cell}",'.encode())))

    assert (row.code if isinstance(row, Rejected) else row.submission.scores[0].value) == value


def test_a_map_written_with_decimal_commas_still_holds(feed):
    mapped = [{"id": "s", "column": "stars", "scale": "stars_1_5", "map": {"4,5": 4}}]

    (row,) = rows(feed(HEAD + ROW.replace(b",5,", b',"4,5",'), scores=mapped))
    assert row.submission.scores[0].value == 4


def test_rows_dated_in_the_future_are_counted(feed):
    days = [datetime.now(UTC).date() + timedelta(days=n) for n in (-2, 0, 3, 400)]
    content = HEAD + b"".join(b"%d,%s,5,fine\n" % (n, str(day).encode()) for n, day in enumerate(days))

    (warning,) = told(feed(content))
    assert warning.startswith("reviews: feed.csv: 2 of 4 row(s) are dated in the future")
    assert "correct the formats of `submitted`" in warning


def test_half_points_are_no_answer_to_an_nps_question(feed):
    nps = [{"id": "nps", "column": "stars", "scale": "nps_0_10"}]

    assert outcomes(rows(feed(HEAD + ROW.replace(b",5,", b",7.5,"), scores=nps))) == ["score_out_of_scale"]
    assert outcomes(rows(feed(HEAD + ROW.replace(b",5,", b",4.625,")))) == ["accepted"]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\t\n\r")), max_size=20))
def test_whatever_csv_can_write_comes_back(tmp_path_factory, bodies):
    folder = tmp_path_factory.mktemp("feed")
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerows([["id", "at", "stars", "body"], *([n, "2026-09-30", 5, body] for n, body in enumerate(bodies))])
    (folder / "feed.csv").write_bytes(out.getvalue().encode())
    declared = {"taxonomy": "automotive", "sources": [SETTINGS]}
    (folder / "sources.yaml").write_text(yaml.safe_dump(declared, sort_keys=False), encoding="utf-8")
    (source,) = load_declaration(folder / "sources.yaml", {}).sources

    found = [row.submission.answers for row in rows(source)]

    assert [answers[0].text if answers else "" for answers in found] == [body.strip() for body in bodies]


def test_memory_stays_flat(feed, tmp_path):
    source = feed(HEAD + b"".join(b"%d,2026-09-30,5,%s\n" % (n, b"long " * 1_600) for n in range(4_000)))
    tracemalloc.start()
    try:
        assert sum(1 for _ in read(source, tmp_path / "feed.csv")) == 4_000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < (tmp_path / "feed.csv").stat().st_size / 3
