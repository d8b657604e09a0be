"""How long a day takes that adds to a large store: generated feedback of two years, then one file more.

.venv/bin/python tests/benchmarks/daily_increment.py [ITEMS] [--new 10000] [--steps]

The day's texts are pairs of the coding frame's own examples, few and short enough that the network hardly counts; the
rest is what `voc run` does: reading, masking, tagging, alerts, other brands, publishing, with the store's own limits.
"""

from __future__ import annotations

import argparse
import csv
import logging
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import publishing_speed

from vocanalytics import Tagger
from vocanalytics.config import Settings
from vocanalytics.steps.daily import ingest_one
from vocanalytics.steps.feeds import finish_ingest
from vocanalytics.steps.job import Job, open_job
from vocanalytics.steps.publish import publish_tables
from vocanalytics.steps.report import RunReport
from vocanalytics.steps.tag import tag_items
from vocanalytics.tagging.critical_head import shipped
from vocanalytics.text.comparisons import BrandReader

FEED = """
taxonomy: automotive
sources:
  - name: source_1
    channel: survey
    format: csv
    path: day.csv
    key: id
    customer: who
    submitted: {column: on, formats: "%Y-%m-%d"}
    questions: [{id: q, column: said}]
    scores: [{id: q_nps, column: nps, scale: nps_0_10}]
    dimensions: {outlet: outlet, model: model}
"""


@contextmanager
def told(step: str, seconds: dict[str, float]) -> Iterator[None]:
    started, busy = time.perf_counter(), time.process_time()
    yield
    seconds[step] = time.perf_counter() - started
    print(f"{step}: {seconds[step]:.2f} s, {time.process_time() - busy:.2f} s on the processor", flush=True)


def fill(job: Job, tagger: Tagger, items: int) -> None:
    """A store in which everything was read by the models as they are now."""
    publishing_speed.MODEL = tagger.model
    head = shipped(tagger.encoder)
    assert head is not None
    brands = BrandReader(tagger.taxonomy.competitors).edition
    with job.store("3GB") as con:
        publishing_speed.generate(con, items, tagger.taxonomy)
        con.execute("insert into flaggings select item_id, revision, ? from feedback_items", [head.edition])
        con.execute("insert into comparisons select item_id, revision, ?, [] from feedback_items", [brands])


def write_day(job: Job, tagger: Tagger, rows: int) -> None:
    """One more day of one source, after all there is."""
    with job.store() as con:
        last = con.execute("select max(submitted_on) from submissions").fetchall()[0][0]
    day, chance = last + timedelta(days=1), random.Random(1)
    frame = tagger.taxonomy
    said = sorted({text for label in (*frame.themes, *frame.touchpoints) for text in label.examples})
    with (job.settings.home / "day.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["id", "who", "on", "said", "nps", "outlet", "model"])
        for n in range(rows):
            text = " ".join(chance.sample(said, 2))
            out.writerow([n, chance.randrange(rows), day, text, chance.randrange(11), f"o{n % 300}", f"m{n % 7}"])


def main() -> None:
    parser = argparse.ArgumentParser(description="How long a day takes that adds to a large store.")
    parser.add_argument("items", type=int, nargs="?", default=100_000)
    parser.add_argument("--new", type=int, default=10_000)
    parser.add_argument("--steps", action="store_true", help="tell the seconds of every step of publishing")
    given = parser.parse_args()
    if given.steps:
        logging.basicConfig(format="%(message)s")
        logging.getLogger("vocanalytics.warehouse").setLevel(logging.DEBUG)
    home = Path(tempfile.mkdtemp())
    try:
        (home / "sources.yaml").write_text(FEED, encoding="utf-8")
        job = open_job(Settings(sources=home / "sources.yaml", home=home, key_file=home / ".key"))
        tagger = Tagger.load(job.taxonomy)
        fill(job, tagger, given.items)
        before = RunReport("daily")
        seconds: dict[str, float] = {}
        with told(f"first publishing of {given.items:,} items", seconds):
            publish_tables(job, before)
        write_day(job, tagger, given.new)
        report = RunReport("daily")
        with told(f"reading {given.new:,} more", seconds):
            ingest_one(job, "source_1", report)
            finish_ingest(job, report)
        with told("tagging", seconds):
            report.tagged = tag_items(job)
        with told("publishing", seconds):
            publish_tables(job, report)
        assert report.tagged.item_count == given.new, report
        print(f"the day: {sum(list(seconds.values())[1:]):.1f} s")
    finally:
        shutil.rmtree(home)


if __name__ == "__main__":
    main()
