"""People in the loop: sheets out and in, corrections, training rows and the audit's figures."""

from __future__ import annotations

import csv
from dataclasses import replace

import openpyxl
import pytest
from filled_store import MODEL, TAXONOMY, fill, told
from typer.testing import CliRunner
from workspace import Workspace

from vocanalytics.cli import app
from vocanalytics.errors import CheckFailed, ConfigError, MissingColumns, SourceError, TaxonomyError, VocError
from vocanalytics.statistics import FUNCTIONS
from vocanalytics.steps.job import Job, open_job
from vocanalytics.steps.label_quality import measure_audit
from vocanalytics.steps.label_sheet import NONE, inert
from vocanalytics.steps.labelling import export_sheet, import_sheet
from vocanalytics.steps.publish import publish_tables
from vocanalytics.steps.report import RunReport
from vocanalytics.steps.train import train_from_store
from vocanalytics.taxonomy import load_taxonomy
from vocanalytics.warehouse.corrections import apply_corrections
from vocanalytics.warehouse.labels import training_rows
from vocanalytics.warehouse.publishing import publish
from vocanalytics.warehouse.quality import is_audit_unmeasured, no_longer_withheld
from vocanalytics.warehouse.reading import read

FRAME = """
name: cars
edition: "1"
min_f1: 0.5
stages: [{id: buy, label: Buy, phase: purchase}, {id: support, label: Support, phase: post_purchase}]
touchpoints:
  - {id: delivery, label: Delivery, stage: buy, owner: Sales}
  - {id: finance, label: Finance, stage: buy, owner: Bank}
  - {id: workshop, label: Workshop, stage: support, owner: Service}
themes:
  - {id: waiting, label: Waiting time}
  - {id: price, label: Price}
  - {id: staff, label: Staff, min_f1: 0.8}
  - {id: finance, label: Finance terms}
  - {id: workshop, label: Workshop as a place}
"""
# 20 texts about waiting, 10 about price, 6 nobody could place
LINES = (
    {"id": "wait", "n": 20, "theme": "waiting", "touchpoint": "workshop"},
    {"id": "price", "n": 10, "theme": "price", "touchpoint": "finance", "polarity": "positive"},
    {"id": "dunno", "n": 6, "polarity": "neutral"},
)


@pytest.fixture
def job(tmp_path) -> Job:
    return make_job(tmp_path, *LINES)


def make_job(folder, *lines: dict) -> Job:
    workspace = Workspace(folder)
    workspace.declare()
    frame = workspace.write("cars.yaml", FRAME)
    job = open_job(replace(workspace.settings, taxonomy=str(frame)))
    add(job, *lines)
    return job


def add(job, *lines: dict):
    with job.store() as con:
        told(con, *lines)


def ask(job, sql):
    with job.store() as con:
        return con.execute(sql).fetchall()


def rows_of(path) -> list[dict[str, str]]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
    header, *rows = openpyxl.load_workbook(path)["labels"].iter_rows(values_only=True)
    return [dict(zip(header, ("" if cell is None else cell for cell in row), strict=True)) for row in rows]


def label(path, said, **everywhere):
    """Fill in a sheet as a person would: ``said`` maps a row's position to cells, ``everywhere`` goes to all."""
    rows = rows_of(path)
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        sheet = book["labels"]
        header = [cell.value for cell in sheet[1]]
        for number in range(len(rows)):
            for name, value in {**everywhere, **said.get(number, {})}.items():
                sheet.cell(number + 2, header.index(name) + 1).value = value
        book.save(path)
        return
    for number, row in enumerate(rows):
        row.update({**everywhere, **said.get(number, {})})
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def sheet(job, name, **options):
    path = job.settings.home / name
    done = export_sheet(job, path, **{"audit": 0, "teach": 0, **options})
    assert (done.audit, done.teach) == tuple(
        sum(row["stratum"] == stratum for row in rows_of(path)) for stratum in ("audit", "teach")
    )
    return path


def test_a_workbook_goes_out_comes_back_and_corrects_what_is_published(job):
    path = sheet(job, "sheet.xlsx", audit=5)
    row = rows_of(path)[0]
    label(path, {0: {"themes_1": "staff", "themes_2": "price", "touchpoint": "delivery", "polarity": "positive"}})
    lines = import_sheet(job, path, "Ann  Lee")
    assert "5 rows, 4 not judged; labels by Ann Lee: 1 new, 0 changed, 0 unchanged" in lines[0].replace(
        "known already", "unchanged"
    )
    assert lines[3].startswith("1 segments corrected")
    item = row["segment_key"].rsplit("-", 3)[0]
    assert ask(job, "select coder, themes, touchpoint, polarity, stratum, imported_at <= now() from labels") == [
        ("Ann Lee", ["price", "staff"], "delivery", "positive", "audit", True)
    ]
    with job.store() as con:
        done = publish(
            con, folder=job.settings.published, taxonomy=load_taxonomy(job.taxonomy), model=MODEL,
            functions=FUNCTIONS, min_base=3, min_cell=1, as_of=None, run_id="r",
        )  # fmt: skip
    tables = done.folder / "insights.duckdb"
    shown = read(tables, f"select theme, touchpoint, stage, polarity from mentions where item_id = '{item}' order by 1")
    place = {"touchpoint": "delivery", "stage": "buy", "polarity": "positive"}
    assert shown == [{"theme": "price"} | place, {"theme": "staff"} | place]
    assert read(tables, f"select item_polarity from feedback where item_id = '{item}'") == [
        {"item_polarity": "positive"}
    ]


def test_a_csv_as_a_spreadsheet_of_another_country_saves_it(job):
    path = sheet(job, "sheet.csv", teach=3)
    rows = rows_of(path)
    rows[1] |= {"themes": "Waiting; staff", "touchpoint": NONE, "polarity": "Negative", "coder": "Bj\u00f6rn"}
    text = "\r\n".join(";".join(f'"{cell}"' for cell in line) for line in [rows[0], *(row.values() for row in rows)])
    path.write_bytes(text.encode("utf-16"))
    import_sheet(job, path, "ann")
    assert ask(job, "select coder, themes, touchpoint_outcome, touchpoint, polarity from labels") == [
        ("Bj\u00f6rn", ["staff", "waiting"], "none_applies", None, "negative")
    ]


def test_the_workbook_offers_ids_and_holds_no_formula(tmp_path):
    job = make_job(
        tmp_path, {"text": "=HYPERLINK(1) was slow", "theme": "waiting"}, {"text": "\x07 +44 is not my number"}
    )
    book = openpyxl.load_workbook(sheet(job, "s.xlsx", audit=2))
    cells = [cell for row in book["labels"].iter_rows() for cell in row]
    assert "f" not in {cell.data_type for cell in cells}
    assert any(str(cell.value).startswith("=HYPERLINK") and cell.quotePrefix for cell in cells)
    header = [cell.value for cell in book["labels"][1]]
    offered = {}
    for choice in book["labels"].data_validations.dataValidation:
        ids = [cell.value for (cell,) in book["ids"][choice.formula1.split("!")[1].replace("$", "")]]
        for place in str(choice.sqref).split():
            offered[header[openpyxl.utils.cell.range_boundaries(place)[0] - 1]] = ids
    assert offered["themes_1"] == offered["themes_3"] == [NONE, *(theme.id for theme in TAXONOMY.themes)]
    assert offered["touchpoint"] == [NONE, "delivery", "finance", "workshop"]
    assert offered["polarity"] == ["negative", "neutral", "positive"]


@pytest.mark.parametrize("cell", ["=1+1", "+44", "-2", "@SUM", "\t=1", "  =1", "\uff1d1"])
def test_csv_cells_are_inert(tmp_path, cell):
    assert inert(cell)[0] == "'"
    assert inert("a=1") == "a=1"
    job = make_job(tmp_path, {"text": cell})
    assert rows_of(sheet(job, "s.csv", audit=1))[0]["text"] == f"'{cell}"


def test_the_guess_can_be_hidden_and_it_is_known_who_saw_it(job):
    seen, hidden = sheet(job, "seen.csv", audit=36), sheet(job, "hidden.csv", audit=36, guess=False)
    guesses = {
        tuple(row[name] for name in ("guess_themes", "guess_touchpoint", "guess_polarity")) for row in rows_of(seen)
    }
    assert guesses == {
        ("waiting", "workshop", "negative"), ("price", "finance", "positive"), ("(not sure)", "(not sure)", "neutral"),
    }  # fmt: skip
    assert {row["guess_themes"] + row["guess_polarity"] for row in rows_of(hidden)} == {""}
    for path in (seen, hidden):
        label(path, {0: {"polarity": "neutral"}})
        import_sheet(job, path, path.stem)
    assert ask(job, "select coder, is_guess_shown from labels order by 1") == [("hidden", False), ("seen", True)]


def keys(path, stratum="audit"):
    return [row["segment_key"] for row in rows_of(path) if row["stratum"] == stratum]


def test_the_audit_is_one_lasting_random_order_with_known_probabilities(job):
    first, again = keys(sheet(job, "1.csv", audit=12, seed=5)), keys(sheet(job, "2.csv", audit=12, seed=99))
    assert first == again
    assert len(set(first)) == 12
    assert keys(sheet(job, "3.csv", audit=18))[:12] == first
    assert ask(job, "select stratum, round(inclusion_probability, 3), count(*) from label_strata group by all") == [
        ("audit", 0.5, 18)
    ]
    add(job, {"id": "new", "n": 36, "theme": "staff"})
    later = keys(sheet(job, "4.csv", audit=18))
    assert set(later) - set(first)  # the newcomers have their share
    drawn = dict(ask(job, "select item_id, inclusion_probability from label_strata where stratum = 'audit'"))
    assert {key.rsplit("-", 3)[0] for key in first} <= set(drawn)
    assert {p for item, p in drawn.items() if "new" in item} == {0.25}
    assert {p for item, p in drawn.items() if "new" not in item} == {0.5}
    other = make_job(job.settings.home / "other", *LINES)
    assert keys(sheet(other, "1.csv", audit=12, seed=6)) != first


def test_every_segment_has_the_same_chance(tmp_path):
    """Of 60 orders of 36 segments, 9 drawn: each segment is there about 15 times."""
    job = make_job(tmp_path, *LINES)
    times: dict[str, int] = {}
    for seed in range(60):
        for key in keys(sheet(job, f"{seed}.csv", audit=9, seed=seed)):
            times[key] = times.get(key, 0) + 1
        with job.store() as con:
            con.execute("delete from label_draws")
    assert len(times) == 36
    assert max(times.values()) <= 28
    assert min(times.values()) >= 4


def test_copies_spam_and_what_others_read_are_not_drawn(job):
    with job.store() as con:
        con.execute("update feedback_items set is_spam = true where item_id like 'iwait%'")
        con.execute("update feedback_items set duplicate_of = 'x' where item_id like 'iprice%'")
        fill(con, {"segments": [{"item_id": "idunno-0", "model": "older", "outcome": "abstained",
                                 "touchpoint_outcome": "abstained"}]})  # fmt: skip
    assert sorted(key.rsplit("-", 3)[0] for key in keys(sheet(job, "s.csv", audit=99))) == [
        f"idunno-{n}" for n in range(6)
    ]


def test_teaching_picks_the_unsure_spreads_and_asks_first_for_labels_under_their_bar(job):
    with job.store() as con:
        con.execute("update tags set theme_confidence = 0.51 where item_id = 'iwait-7'")
        con.execute("update segments set touchpoint_confidence = 0.55 where item_id = 'iprice-3'")
        con.execute("update feedback_items set verbatim = 'Same words again and more' where item_id like 'idunno%'")
        fill(con, {"model_quality": [{"label": "price", "f1": 0.3}, {"label": "waiting", "f1": 0.9}]})
    items = [key.rsplit("-", 3)[0] for key in keys(sheet(job, "s.csv", teach=9), "teach")]
    assert all(item.startswith("iprice") for item in items[:4])
    assert {"iwait-7", "iprice-3"} <= set(items)
    assert sum(item.startswith("idunno") for item in items) == 1  # no wording twice
    assert len(set(items)) == len(items) == 9


def test_what_is_labelled_or_audited_is_not_offered_for_teaching(job):
    first = sheet(job, "1.csv", audit=6, teach=10)
    assert not set(keys(first)) & set(keys(first, "teach"))
    label(first, {}, themes="waiting", touchpoint="workshop")
    import_sheet(job, first, "ann")
    second = sheet(job, "2.csv", audit=6, teach=99, unlabelled=True)
    assert len(keys(second, "teach")) == 36 - 16
    assert not set(keys(second, "teach")) & {*keys(first), *keys(first, "teach")}
    assert keys(second) == []


def test_the_audit_never_teaches_nor_do_its_words(job):
    path = sheet(job, "1.csv", audit=3, teach=6)
    label(path, {}, themes="staff", touchpoint=NONE, polarity="negative")
    import_sheet(job, path, "ann")
    taught = [row["text"] for row in rows_of(path) if row["stratum"] == "teach"]
    with job.store() as con:
        assert sorted(training_rows(con, TAXONOMY.id)) == sorted((text, ["staff"], []) for text in taught)
        assert training_rows(con, "other-1") == []
    sheet(job, "2.csv", audit=36)  # now everything is audit
    with job.store() as con:
        assert training_rows(con, TAXONOMY.id) == []


def test_the_words_of_the_audit_do_not_teach_by_another_customer(tmp_path):
    job = make_job(tmp_path, *({"id": f"i{n}", "text": "Great service", "theme": "staff"} for n in range(8)))
    teach = sheet(job, "t.csv", teach=1)
    label(teach, {}, themes="staff", touchpoint="workshop")
    import_sheet(job, teach, "ann")
    with job.store() as con:
        assert training_rows(con, TAXONOMY.id) == [("Great service", ["staff"], ["workshop"])]
    drawn = keys(teach, "teach")
    for n in range(1, 9):
        if set(keys(sheet(job, f"a{n}.csv", audit=n))) - set(drawn):
            break
    with job.store() as con:
        assert training_rows(con, TAXONOMY.id) == []


def test_an_axis_nobody_judged_is_not_taken_for_nothing_applies(job):
    path = sheet(job, "s.csv", teach=4)
    label(path, {0: {"themes": "staff"}, 1: {"touchpoint": "delivery"}, 2: {"themes": NONE, "touchpoint": "delivery"}})
    import_sheet(job, path, "ann")
    with job.store() as con:
        judged = [row[1:] for row in training_rows(con, TAXONOMY.id)]
    assert sorted(map(str, judged)) == ["(None, ['delivery'])", "(['staff'], None)", "([], ['delivery'])"]


@pytest.mark.parametrize(
    ("cells", "error", "message"),
    [
        ({"themes": "pricing"}, TaxonomyError, r"1 row\(s\) of the sheet: 4 \(the header is row 1\).*row 4: price"),
        ({"touchpoint": "Work shop"}, TaxonomyError, "touchpoint: .* Nearest: row 4: workshop"),
        ({"polarity": "mixed"}, TaxonomyError, "polarity: expected negative, neutral, positive, found others in"),
        ({"themes": f"{NONE};staff"}, SourceError, r"\(none\) beside another theme in 1 row"),
        ({"themes": "staff", "segment_key": "i-1-0-5"}, SourceError, "Put the key back. Nothing was imported"),
        ({"themes": "staff", "coder": "x" * 81}, ConfigError, "expected a name of 1 to 80 characters"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_by_row_and_nothing_is_imported(job, cells, error, message):
    path = sheet(job, "s.csv", audit=6)
    label(path, {0: {"themes": "staff"}, 2: cells})
    with pytest.raises(error, match=message) as raised:
        import_sheet(job, path, "ann")
    assert "Nothing was imported" in str(raised.value)
    assert "pricing" not in str(raised.value)
    assert ask(job, "select count(*) from labels") == [(0,)]


def test_one_segment_twice_is_refused_unless_it_says_the_same(job):
    path = sheet(job, "s.csv", audit=2)
    one = rows_of(path)[0]
    same = one["segment_key"]
    label(path, {0: {"themes": "staff"}, 1: {"themes": "price", "segment_key": same}})
    with pytest.raises(
        SourceError, match=r"labelled twice by the same coder, differently, in 1 row\(s\) of the sheet: 3"
    ):
        import_sheet(job, path, "ann")
    label(path, {1: {"themes": "staff"}})
    assert "1 new" in import_sheet(job, path, "ann")[0]


def test_sheets_that_are_none(job):
    folder = job.settings.home
    path = sheet(job, "s.csv", audit=1)
    with pytest.raises(ConfigError, match="is there already and may hold somebody's labels"):
        export_sheet(job, path, audit=1, teach=0)
    with pytest.raises(ConfigError, match=r"expected a name ending in \.xlsx or \.csv"):
        export_sheet(job, folder / "s.ods", audit=1, teach=0)
    with pytest.raises(ConfigError, match="at least one must be above 0"):
        export_sheet(job, folder / "t.csv", audit=0, teach=0)
    with pytest.raises(ConfigError, match="expected a name of 1 to 80"):
        import_sheet(job, path, "  ")
    (folder / "cut.csv").write_text("segment_key,polarity\n", encoding="utf-8")
    with pytest.raises(MissingColumns, match="themes, touchpoint not found"):
        import_sheet(job, folder / "cut.csv", "ann")
    (folder / "bad.xlsx").write_bytes(b"no workbook")
    with pytest.raises(SourceError, match="not readable as .xlsx: its content is damaged"):
        import_sheet(job, folder / "bad.xlsx", "ann")
    with pytest.raises(SourceError, match="not readable as .csv: No such file"):
        import_sheet(job, folder / "gone.csv", "ann")


def test_before_anything_is_tagged(tmp_path):
    job = make_job(tmp_path)
    for attempt in (lambda: export_sheet(job, tmp_path / "s.csv", audit=1, teach=0), lambda: measure_audit(job)):
        with pytest.raises(CheckFailed, match="nothing is tagged with cars-1 yet; run `voc run` first"):
            attempt()
    assert not (tmp_path / "s.csv").exists()


def test_the_latest_of_each_coder_counts_and_all_are_kept(job):
    path = sheet(job, "s.csv", audit=1)
    label(path, {0: {"themes": "staff", "polarity": "negative"}})
    import_sheet(job, path, "ann")
    assert "0 new, 0 changed, 1 known already" in import_sheet(job, path, "ann")[0]
    label(path, {0: {"themes": "price", "polarity": ""}})
    assert "0 new, 1 changed, 0 known already" in import_sheet(job, path, "ann")[0]
    label(path, {0: {"themes": "waiting"}})
    import_sheet(job, path, "bob")
    assert ask(job, "select import_no, coder, themes from labels order by import_no") == [
        (1, "ann", ["staff"]), (2, "ann", ["price"]), (3, "bob", ["waiting"]),
    ]  # fmt: skip
    assert ask(job, "select coder, themes.ids, polarity from coder_labels order by 1") == [
        ("ann", ["price"], "negative"), ("bob", ["waiting"], None),
    ]  # fmt: skip
    assert ask(job, "select theme from tags semi join label_draws using (item_id)") == [("waiting",)]
    assert ask(job, "select polarity from segments semi join label_draws using (item_id)") == [("negative",)]


def test_kappa_is_told_where_two_labelled_the_same(job):
    path = sheet(job, "s.csv", audit=20)
    half = {n: {"themes": "staff", "touchpoint": "workshop"} for n in range(10)}
    label(path, half, themes=NONE, touchpoint="delivery", polarity="negative")
    assert len(import_sheet(job, path, "ann")) == 4
    label(path, {0: {"themes": NONE, "touchpoint": "delivery"}})
    told_lines = import_sheet(job, path, "bob")[4:]
    assert told_lines[0].startswith("ann and bob: themes     Cohen's kappa 0.90 (95 % 0.")
    assert told_lines[1].startswith("ann and bob: touchpoint Cohen's kappa 0.90 (95 % 0.71 to 1.00), n 20")
    assert "kappa not defined, both gave one and the same answer throughout, n 20" in told_lines[2]


def test_corrections_can_be_repeated_and_leave_what_nobody_judged(job):
    path = sheet(job, "s.csv", audit=36)
    place = {row["segment_key"].rsplit("-", 3)[0]: n for n, row in enumerate(rows_of(path))}
    label(path, {place["iwait-0"]: {"themes": NONE}, place["iprice-0"]: {"touchpoint": NONE},
                 place["idunno-0"]: {"polarity": "negative"}})  # fmt: skip
    before = ask(job, "select * from model_readings order by all")
    import_sheet(job, path, "ann")
    assert ask(job, "select * from model_readings order by all") == before
    columns = "outcome, touchpoint_outcome, touchpoint, stage, touchpoint_source, polarity, polarity_score"
    assert ask(job, f"select {columns} from segments where item_id = 'iwait-0'") == [
        ("none_applies", "tagged", "workshop", None, "text", "negative", -0.8)
    ]
    assert ask(job, f"select {columns} from segments where item_id = 'iprice-0'") == [
        ("tagged", "none_applies", None, None, None, "positive", -0.8)
    ]
    assert ask(job, f"select {columns} from segments where item_id = 'idunno-0'") == [
        ("abstained", "abstained", None, None, None, "negative", -1.0)
    ]
    assert ask(job, "select count(*) from tags") == [(29,)]
    assert ask(job, "select item_polarity, item_polarity_score from taggings where item_id = 'idunno-0'") == [
        ("negative", -1.0)
    ]
    with job.store() as con:
        assert apply_corrections(con, MODEL, TAXONOMY) == 0
        fill(con, {"segments": [{"item_id": "iwait-0", "model": "clf-2", "span_end": 21}],
                   "tags": [{"item_id": "iwait-0", "model": "clf-2", "theme": "waiting"}]})  # fmt: skip
        assert apply_corrections(con, "clf-2", TAXONOMY) == 0  # split otherwise, so the label is of another segment
        con.execute("update segments set span_end = 28 where model = 'clf-2'")
        assert apply_corrections(con, "clf-2", TAXONOMY) == 1
        assert con.execute("select count(*) from tags where model = 'clf-2'").fetchall() == [(0,)]


def test_the_audit_measures_the_model_and_not_its_corrections(job):
    path = sheet(job, "s.csv", audit=36, guess=False)
    said = {
        n: {"themes": "staff" if int(row["segment_key"].rsplit("-", 4)[1]) < 5 else "waiting"}
        for n, row in enumerate(rows_of(path)) if "wait" in row["segment_key"]
    }  # fmt: skip
    label(path, said, themes="price", touchpoint="finance")
    import_sheet(job, path, "ann")
    lines = measure_audit(job)
    assert lines[0] == "36 audited segments of 36 customers, clf-1, cars-1"
    measured = ask(job, """
        select axis, label, round(precision, 3), round(recall, 3), round(f1, 3), support from model_quality
        where channel is null and language is null and axis = 'themes' order by label
    """)  # fmt: skip
    assert measured == [
        ("themes", "price", 1.0, 0.625, 0.769, 16), ("themes", "staff", None, 0.0, 0.0, 5),
        ("themes", "waiting", 0.75, 1.0, 0.857, 15),
    ]  # fmt: skip
    assert ask(job, "select count(*) from model_quality where f1 not between f1_low and f1_high") == [(0,)]
    assert ask(job, "select distinct channel, language from model_quality order by all") == [
        ("survey", None), (None, "en"), (None, None),
    ]  # fmt: skip
    assert ask(job, "select distinct axis from model_quality order by 1") == [("joint",), ("themes",), ("touchpoint",)]
    assert not any("flatters" in line or "taught" in line for line in lines)


def test_the_audit_weighs_by_probability_and_tells_its_doubts(job):
    first = sheet(job, "1.csv", audit=18, teach=4)
    label(first, {}, themes="waiting")
    import_sheet(job, first, "ann")
    add(job, {"id": "new", "n": 108, "theme": "staff"})
    second = sheet(job, "2.csv", audit=36)
    label(second, {}, themes="waiting")
    import_sheet(job, second, "ann")
    lines = measure_audit(job)
    assert any("guess in sight" in line for line in lines)
    (recall,) = ask(
        job,
        "select recall from model_quality "
        "where axis = 'themes' and label = 'waiting' and channel is null and language is null",
    )[0]
    right, old, new = ask(job, """
        select count(*) filter (item_id like 'iwait%'), count(*) filter (item_id not like 'inew%'),
            count(*) filter (item_id like 'inew%') from label_strata where stratum = 'audit'
    """)[0]  # fmt: skip
    assert recall == pytest.approx(2 * right / (2 * old + 4 * new), abs=1e-4)


def test_without_a_labelled_audit_nothing_is_measured(job):
    path = sheet(job, "s.csv", teach=5)
    label(path, {}, themes="staff")
    import_sheet(job, path, "ann")
    with pytest.raises(CheckFailed, match="no audit segment that clf-1 read is labelled yet"):
        measure_audit(job)
    assert ask(job, "select count(*) from model_quality") == [(0,)]


def test_only_a_verdict_that_counts_is_doubted_for_a_guess_in_sight(job):
    seen, hidden = sheet(job, "seen.csv", audit=36), sheet(job, "hidden.csv", audit=36, guess=False)
    label(seen, {0: {"polarity": "negative"}}, themes="price", touchpoint=NONE)
    import_sheet(job, seen, "ann")
    assert any(line.startswith("36 of them were labelled with the model's guess") for line in measure_audit(job))
    label(hidden, {}, themes="staff", touchpoint=NONE)
    import_sheet(job, hidden, "bob")
    # of the first one the polarity still is what somebody said who saw the guess
    assert measure_audit(job)[-1].startswith("1 of them were labelled with the model's guess in sight")
    label(hidden, {}, polarity="positive")
    import_sheet(job, hidden, "bob")
    assert not any("guess" in line for line in measure_audit(job))


def published(job) -> tuple[list[str], list[dict[str, object]]]:
    """Notes of a publication, and what it withholds."""
    report = RunReport("r")
    publish_tables(job, report)
    withheld = "select model, label from model_quality where is_withheld and channel = 'all' and language = 'all'"
    return report.notes, read(job.settings.published / "current" / "insights.duckdb", withheld)


def read_by(job, model: str, taken: str = "span_end"):
    """Another model reads everything, as the one before except that segments end at ``taken``."""
    with job.store() as con:
        con.execute(f"insert into segments select * replace ('{model}' as model, {taken} as span_end) from segments "
                    f"where model = '{MODEL}'")  # fmt: skip
        con.execute(f"insert into tags select * replace ('{model}' as model) from tags where model = '{MODEL}'")
        con.execute(f"insert into taggings select * replace ('{model}' as model, now() as tagged_at) from taggings "
                    f"where model = '{MODEL}'")  # fmt: skip


def test_publishing_measures_what_the_audit_has_not_judged(job):
    path = sheet(job, "s.csv", audit=36, guess=False)
    label(path, {}, themes="price")  # of 36 the model read ten so: F1 0.43
    import_sheet(job, path, "ann")
    with job.store() as con:  # tried once and never published
        fill(con, {"model_quality": [{"model": "trial", "label": "waiting", "f1": 0.1}]})

    assert published(job) == (
        ["measured before publishing: 36 audited segments of 36 customers, clf-1, cars-1, 2 labels"],
        [{"model": "clf-1", "label": "price"}],
    )
    assert published(job) == ([], [{"model": "clf-1", "label": "price"}])

    read_by(job, "clf-2", "span_end - 1")  # no label fits what it read
    (note,), withheld = published(job)
    assert note.startswith("Price: measured too low with an earlier model and unmeasured with clf-2, so no longer")
    assert withheld == []
    with job.store() as con:
        assert no_longer_withheld(con, "clf-2", TAXONOMY) == ["Price"]  # until somebody measures it
        fill(con, {"model_quality": [{"model": "clf-2", "label": "price", "f1": 0.9, "support": 20}]})
        assert no_longer_withheld(con, "clf-2", TAXONOMY) == []


def test_the_audit_is_measured_anew_after_labels_and_readings(job):
    def is_waiting(model: str) -> bool:
        with job.store() as con:
            return is_audit_unmeasured(con, model, TAXONOMY.id)

    path = sheet(job, "s.csv", audit=4, teach=2)
    label(path, {n: {"themes": "staff"} for n, row in enumerate(rows_of(path)) if row["stratum"] == "teach"})
    import_sheet(job, path, "ann")
    assert not is_waiting("clf-1")  # what teaches does not measure
    for said in ("price", "staff"):
        label(path, {}, themes=said)
        import_sheet(job, path, "ann")
        assert is_waiting("clf-1")
        measure_audit(job)
        assert not is_waiting("clf-1")
    assert not is_waiting("clf-2")
    read_by(job, "clf-2")
    assert is_waiting("clf-2")


def test_a_coder_spelt_otherwise_is_the_same_person(job):
    path = sheet(job, "s.csv", teach=4)
    label(path, {}, themes="staff", touchpoint="delivery")
    import_sheet(job, path, "Bert")
    again = import_sheet(job, path, "bert")
    assert "0 new, 0 changed, 4 known already" in again[0]
    assert ask(job, "select distinct coder from labels") == [("Bert",)]


def test_labels_on_one_axis_teach_that_axis(job, tmp_path):
    path = sheet(job, "s.csv", teach=6)
    label(path, {0: {"themes": "", "touchpoint": "delivery"}}, themes="staff", touchpoint="")
    import_sheet(job, path, "ann")
    with job.store() as con:
        judged = training_rows(con, TAXONOMY.id)
    assert sorted((themes, places) for _, themes, places in judged if themes is None) == [(None, ["delivery"])]
    assert [places for _, themes, places in judged if themes == ["staff"]] == [None] * 5
    facts = train_from_store(job.taxonomy, job, tmp_path / "model")["held_out"]
    assert (facts["themes"]["unused_rows"], facts["touchpoint"]["unused_rows"]) == (5, 1)


def test_labels_of_another_edition_are_named(job, tmp_path):
    path = sheet(job, "s.csv", teach=4)
    label(path, {}, themes="staff", touchpoint="delivery")
    import_sheet(job, path, "ann")
    later = tmp_path / "later.yaml"
    later.write_text(FRAME.replace('edition: "1"', 'edition: "2"'), encoding="utf-8")
    with pytest.raises(ConfigError, match="no label may teach cars-2.*Labels were given under cars-1"):
        train_from_store(later, job, tmp_path / "model")


def test_training_from_the_store(job, tmp_path):
    frame = job.taxonomy
    with pytest.raises(ConfigError, match="no label may teach cars-1"):
        train_from_store(frame, job, tmp_path / "model")
    path = sheet(job, "s.csv", teach=5)
    label(path, {}, themes="staff", touchpoint="delivery")
    import_sheet(job, path, "ann")
    told_facts = train_from_store(frame, job, tmp_path / "model")
    assert told_facts["labels of the store"] == 5
    assert (tmp_path / "model" / "manifest.json").exists()
    assert not list(job.settings.home.glob(".labels-*"))
    empty = open_job(replace(job.settings, home=tmp_path / "none"), make_key=False)
    with pytest.raises(ConfigError, match="there is no store yet"):
        train_from_store(frame, empty, tmp_path / "model")


def test_the_commands(job, tmp_path):
    run, settings = CliRunner(), job.settings
    where = ["--sources", settings.sources, "--home", settings.home, "--taxonomy", settings.taxonomy]

    def voc(*arguments: object):
        return run.invoke(app, [str(each) for each in (*arguments, *where)])

    path = tmp_path / "sheet.xlsx"
    done = voc("label", "export", path, "--audit", 4, "--teach", 3, "--hide-guess", "--seed", 7)
    assert done.output == f"{path}: 4 audit and 3 teach segments\n"
    label(path, {}, themes_1="staff", touchpoint=NONE)
    assert "7 new" in voc("label", "import", path, "--coder", "ann").output
    assert "F1" in voc("label", "quality").output
    refused = run.invoke(app, ["train", "--taxonomy", "automotive", "--output", "x", "--from-store", "--labelled", "y"])
    assert isinstance(refused.exception, VocError)
    assert "give --labelled or --from-store, not both" in str(refused.exception)
