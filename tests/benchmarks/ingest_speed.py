"""How fast and in how much memory feeds come in: rows per second of a first and of an unchanged run.

.venv/bin/python tests/benchmarks/ingest_speed.py                 the app reviews of tests/real/services.yaml
.venv/bin/python tests/benchmarks/ingest_speed.py --gigabytes 2   a generated CSV of that size; prints peak memory

Needs VOC_DATA_LIBRARY. Elapsed seconds, masking, names and language included; models are loaded in the first run.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import resource
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from vocanalytics.config import Settings
from vocanalytics.steps.daily import run_ingest
from vocanalytics.steps.job import Job, open_job

ROOT = Path(__file__).parents[2]
REVIEWS = Path(os.environ.get("VOC_DATA_LIBRARY", "../shared/data")) / "uber_play_reviews" / "reviews.csv"
BIG = """
taxonomy: general
sources:
  - name: big
    channel: review
    format: csv
    path: big.csv
    identity: [date, stars, text, payload]
    submitted: {column: date, formats: "%Y-%m-%d"}
    questions: [{id: text, column: text}]
    scores: [{id: stars, column: stars, scale: stars_1_5}]
"""


def big_job(folder: Path, gigabytes: float) -> Job:
    """Real short texts, each in a row of 3 kB, as exports with many columns are."""
    chance = random.Random(3)
    with REVIEWS.open(encoding="utf-8", newline="") as file:
        texts = [row["content"] for row in csv.DictReader(file)]
    with (folder / "big.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["date", "stars", "text", "payload"])
        for n in range(int(gigabytes * 1e9 / 3_000)):
            day = f"2026-{chance.randint(1, 9):02}-{chance.randint(1, 28):02}"
            writer.writerow([day, chance.randint(1, 5), chance.choice(texts), f"{n}{'lorem ipsum ' * 240}"])
    (folder / "sources.yaml").write_text(BIG, encoding="utf-8")
    return open_job(settings(folder / "sources.yaml", folder))


def reviews_job(folder: Path) -> Job:
    job = open_job(settings(ROOT / "tests" / "real" / "services.yaml", folder))
    only = tuple(source for source in job.declaration.sources if source.name == "uber_reviews")
    return replace(job, declaration=job.declaration.model_copy(update={"sources": only}))


def settings(sources: Path, folder: Path) -> Settings:
    return Settings(sources=sources, home=folder / "home", key_file=folder / "home" / ".key")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float)
    arguments = parser.parse_args()
    os.environ.setdefault("VOC_DATA_LIBRARY", "../shared/data")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        job = big_job(folder, arguments.gigabytes) if arguments.gigabytes else reviews_job(folder)
        for run in ("first", "unchanged"):
            started, worked = time.perf_counter(), time.process_time()
            report = run_ingest(job)
            elapsed, worked = time.perf_counter() - started, time.process_time() - worked
            rows = sum(file.row_count for file in report.files)
            print(
                f"{run:<10}{rows:>10,} rows{elapsed:>8.1f} s{rows / elapsed:>10,.0f} rows/s  (processor {worked:.1f} s)"
            )
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")


if __name__ == "__main__":
    main()
