"""The digest, written from tables that the real SQL built."""

from __future__ import annotations

import csv
import html
import json
import re
import shutil
from datetime import date
from email import message_from_bytes, policy

import duckdb
import pytest
from digest_example import ALARMS, EVENTS, PERIOD, job, page, publish_said, sixteen_weeks, tables, words_of

from vocanalytics.errors import CheckFailed
from vocanalytics.steps.digest import write_digests
from vocanalytics.warehouse.reading import read

OWNERS = {"aftersales", "connected-services", "customer-care", "finance", "marketing", "product", "sales"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("digest")
    write_digests(publish_said(made, [*sixteen_weeks(), *ALARMS], events=EVENTS))
    return made


@pytest.fixture(scope="module")
def company(folder):
    return page(folder)


def test_a_page_for_the_company_and_one_per_owner(folder):
    names = {path.name for path in (folder / "home" / "digests" / PERIOD).iterdir()}
    assert names == {"quotes.csv"} | {f"{n}.{kind}" for n in {"company"} | OWNERS for kind in ("html", "md", "eml")}


def test_writing_twice_touches_no_file(folder):
    def stamps():
        return {p: (p.stat().st_ino, p.stat().st_mtime_ns) for p in (folder / "home" / "digests").rglob("*")}

    before = stamps()
    write_digests(job(folder))
    assert stamps() == before


def test_only_what_changed_is_replaced_and_pages_of_gone_teams_go(folder, tmp_path):
    shutil.copytree(folder / "home", tmp_path / "home", symlinks=True)
    there = tmp_path / "home" / "digests" / PERIOD
    for kind in ("html", "md", "eml"):
        (there / f"gone-team.{kind}").write_text("old", encoding="utf-8")
    (there / "notes.txt").write_text("somebody's own", encoding="utf-8")
    (there / "sales.html").write_text("old", encoding="utf-8")
    kept = (there / "product.html").stat().st_ino
    write_digests(job(tmp_path))
    assert not list(there.glob("gone-team.*"))
    assert (there / "notes.txt").exists()
    assert (there / "sales.html").read_text(encoding="utf-8") == page(folder, "sales.html")
    assert (there / "product.html").stat().st_ino == kept
    assert not list(there.parent.glob(".digest-*"))


def test_the_page_asks_for_nothing_else(company):
    assert len(company.encode()) < 2_000_000
    assert '<html lang="en">' in company
    assert not re.search(r"<script|<link|<img|<iframe|src=|url\(|@import|\son\w+=", company)
    assert set(re.findall(r"https?://[^\"' ]+", company)) <= {"http://www.w3.org/2000/svg"}
    assert set(re.findall(r'href="([^"]+)"', company)) == {f"{owner}.html" for owner in OWNERS}


def test_pictures_say_what_they_show(company):
    pictures = re.findall(r"<svg.*?</svg>", company, re.DOTALL)
    assert len(pictures) == 8  # the map for desk, tablet and phone, four scores, importance against performance
    assert all('role="img"' in p and "<title>" in p and "<desc>" in p and "viewBox" in p for p in pictures)
    assert len(re.findall("<caption>", company)) == len(re.findall("<table>", company)) == 8


def test_what_changed_is_told_and_nothing_else(company):
    short = words_of(company.split('id="short"')[1].split("</section>")[0])
    assert "Worse or new: Software and digital faults (Screens, audio, navigation and phone link), +12 points" in short
    assert "Better: Waiting time (Workshop visit), −11 points (95 % interval −15 to −6)" in short
    assert "q 0" not in short  # for those who know it, in the section
    assert "−11 points (95 % interval −15 to −6), q 0.002" in words_of(company)
    clear = read_states(company)
    assert clear == ["growing", "easing"]


def read_states(markup: str) -> list[str]:
    changed = markup.split('id="changed"')[1].split("</section>")[0]
    return re.findall(r'class="tag"><span aria-hidden="true">[▲▼]</span> (\w+)', changed)


def test_figures_are_the_published_ones(folder, company):
    [row] = read(
        tables(folder),
        """select negative_item_count as n, item_count as base, round(negative_share_pct)::int as pct
        from pain_points where period_kind = 'four_weeks' and period_on = ? and source = 'all' and priority_rank = 1""",
        [date.fromisoformat(PERIOD)],
    )
    first = words_of(company.split('<ol class="pains">')[1].split("</li>")[0])
    assert f"{row['n']} of {row['base']} items ({row['pct']} %, 95 % interval" in first


def test_no_percentage_without_its_base(folder):
    for line in page(folder, "company.md").splitlines():
        for found in re.finditer(r"(?<!95)\u00a0%(?! interval)", line):
            before = line[: found.start()]
            assert re.search(r"\d of [\d,]+( items?)?|\d+ responses|95\u00a0% interval", before + line), line


def test_every_quote_is_in_a_verbatim(folder, company):
    verbatims = [row["verbatim"] for row in read(tables(folder), "select verbatim from feedback where is_counted")]
    quotes = [html.unescape(q) for q in re.findall(r"“<bdi>(.*?)</bdi>”", company)]
    assert len(quotes) > 20
    assert all(any(quote in verbatim for verbatim in verbatims) for quote in quotes)
    assert len(quotes) == len(set(quotes))


def test_a_quote_nobody_wrote_stops_the_digest(folder, tmp_path):
    shutil.copytree(folder / "home", tmp_path / "home", symlinks=True)
    with duckdb.connect(str(tables(tmp_path))) as con:
        con.execute("update feedback set verbatim = replace(verbatim, 'screen', 'window')")
    before = {p: p.read_bytes() for p in (tmp_path / "home" / "digests").rglob("*.*")}
    with pytest.raises(
        CheckFailed, match=r"^pain_points: the quote of item i\d+ is not what feedback.verbatim holds"
    ) as e:
        write_digests(job(tmp_path))
    assert "froze" not in str(e.value)
    assert {p: p.read_bytes() for p in (tmp_path / "home" / "digests").rglob("*.*")} == before


def test_alerts_come_first_as_counts_with_what_to_do(folder, company):
    assert company.index('id="alerts"') < company.index('id="short"')
    told = words_of(company.split('id="alerts">')[1].split("</section>")[0])
    assert "2 items were flagged, each for a person to read today" in told
    assert "Fire or injury: 1 item The car on the road 1" in told
    assert "Danger in use: 1 item" in told
    assert "Lawyer" not in told  # it was before the period
    assert "%" not in told
    assert "smoke" not in told
    markdown, mail = page(folder, "company.md"), (folder / "home" / "digests" / PERIOD / "company.eml").read_bytes()
    assert markdown.index("Critical alerts") < markdown.index("In short")
    plain = message_from_bytes(mail, policy=policy.default).get_body(("plain",)).get_content()
    for text in (markdown, plain):
        assert "Danger in use: 1 item (The car on the road 1). Product safety decides" in text


def test_an_owner_is_told_of_alerts_at_its_own_touchpoints(folder):
    assert "Fire or injury: 1 item" in words_of(page(folder, "product.html"))
    assert "No item of the period was flagged" in words_of(page(folder, "sales.html"))


def test_a_change_has_size_score_gap_and_words(company):
    growing = words_of(company.split('class="changes"')[1].split("</li>")[0])
    assert "Now 46 of 163 items, 28 % negative. Before: 78 of 486 items, 16 %" in growing
    assert re.search(
        r"Owner survey, likelihood to recommend, 0 to 10: customers who complain of it score 2\.\d lower", growing
    )
    assert "cost" not in growing
    assert growing.count("“") == 2


def test_the_map_tells_of_before_of_events_and_of_moments_of_truth(company):
    drawn = company.split('class="wide"')[1].split("</svg>")[0]
    assert "before −" in drawn
    assert ">1<" in drawn  # the update, at the screens
    assert "1 Screen software 4.0 update, 4 to 10 May 2026." in words_of(company)
    legend = words_of(company.split('class="legend"')[1].split("</figure>")[0])
    assert "moment of truth" in legend
    assert "A ring marks a moment of truth: one of the three touchpoints that go most with a source’s score" in legend


def test_what_goes_with_the_score_is_weighed_against_how_customers_feel(company):
    section = words_of(company.split('id="drivers"')[1].split("</section>")[0])
    assert re.search(
        r"3\. Screens, audio, navigation and phone link, complaints fix first \d+ % \(95 % interval", section
    )
    assert section.index("Owner survey, touchpoints") < section.index("None can be ranked")
    # the picture says in words what it shows, and draws what the table calls ranked and no more
    assert "3 Screens, audio, navigation and phone link, complaints, fix first." in section
    drawn = company.split('id="drivers"')[1].split("<svg")[1].split("</svg>")[0]
    assert re.findall(r">(\d)</text>", drawn)[-3:] == ["1", "2", "3"]
    assert "None can be ranked" in section
    assert "An association, not the effect of fixing it" in section
    assert "Who praises and criticises the same touchpoint or theme counts for neither" in section


def test_a_spike_stands_beside_what_happened(company):
    section = words_of(company.split('id="spikes"')[1].split("</section>")[0])
    assert "Software and digital faults (Screens, audio, navigation and phone link) · 4 to 10 May 2026" in (
        section.replace("phone link) 4 to", "phone link) · 4 to")
    )
    assert "At the same time: Screen software 4.0. That it came at the same time does not make it the cause" in section


def test_every_query_behind_the_page_is_answered(folder, company):
    section = company.split('id="origin"')[1].split("</section>")[0]
    asked = [html.unescape(query) for query in re.findall(r"<dd><code>(.*?)</code></dd>", section)]
    answers = [read(tables(folder), query) for query in asked]
    assert len(answers) == 11
    assert {row["reason"]: row["items"] for row in answers[0]} == {"fire_or_injury": 1, "safety": 1}
    assert (answers[1][0]["negative_item_count"], answers[1][0]["item_count"]) == (46, 163)


def test_every_quote_is_proved_by_item_offsets_and_fingerprint(folder, company):
    path = folder / "home" / "digests" / PERIOD / "quotes.csv"
    with path.open(encoding="utf-8", newline="") as file:
        proved = list(csv.DictReader(file))
    texts = {row["item_id"]: row["verbatim"] for row in read(tables(folder), "select item_id, verbatim from feedback")}
    key = job(folder).key
    for row in proved:
        assert row["verbatim_fingerprint"] == key.digest("quoted verbatim", texts[row["item_id"]])
    said = [
        texts[r["item_id"]][int(r["span_start"]) : int(r["span_end"])] for r in proved if r["page"] == "company.html"
    ]
    assert sorted(said) == sorted(html.unescape(q) for q in re.findall(r"“<bdi>(.*?)</bdi>”", company))
    assert not any(words in path.read_text(encoding="utf-8") for words in said)


def test_an_owner_reads_of_its_own_touchpoints(folder):
    aftersales = words_of(page(folder, "aftersales.html"))
    assert "Being kept informed Workshop visit" in aftersales
    assert "Screens, audio" not in aftersales
    assert "owned by" not in aftersales


def test_a_month_can_be_asked_for(folder):
    paths = write_digests(job(folder), "2026-05")
    assert {path.parent.name for path in paths} == {"2026-05"}
    assert "1 to 31 May 2026" in page(folder, period="2026-05")


def test_an_unknown_period_names_those_there_are(folder):
    with pytest.raises(CheckFailed, match=r"no period '1999-01' is published; the latest are .*No digest was written"):
        write_digests(job(folder), "1999-01")


def test_without_a_publication_there_is_nothing_to_tell(tmp_path):
    with pytest.raises(CheckFailed, match="nothing is published yet"):
        write_digests(job(tmp_path))


def test_a_publication_without_manifest_is_refused(folder, tmp_path):
    shutil.copytree(folder / "home" / "published", tmp_path / "home" / "published", symlinks=True)
    (tmp_path / "home" / "published" / "current" / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(CheckFailed, match=r"expected manifest\.json beside the tables"):
        write_digests(job(tmp_path))


def test_tables_of_another_edition_are_refused(folder, tmp_path):
    with pytest.raises(CheckFailed, match="a table, column or function is missing"):
        read(tables(folder), "select * from nowhere")
    (tmp_path / "x.duckdb").write_bytes(b"not a database" * 100)
    with pytest.raises(CheckFailed, match="expected a published DuckDB file"):
        read(tmp_path / "x.duckdb", "select 1")


def test_the_publication_is_named(folder, company):
    manifest = json.loads((tables(folder).parent / "manifest.json").read_text(encoding="utf-8"))
    text = words_of(company.split("<footer>")[1])
    assert manifest["id"] in text
    assert "Data up to 2026-06-28" in text
    assert "Taxonomy automotive-2026.1" in text
