"""How long publishing and the digest take: generated feedback of two years, five sources, two and a half tags an item.

.venv/bin/python tests/benchmarks/publishing_speed.py [ITEMS] [--threads 2] [--memory 3GB] [--steps]

``--memory`` is DuckDB's limit; numpy and the interpreter come on top, and the peak of the process is printed.
Real feedback is easier: here every item has a score, nearly every place and theme is heard in every period (521,000
rows of pain_points at a million items), four out of five items are of customers who write again, and one attribute
has 300 values.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).parents[1]))
from filled_store import MODEL, empty_store

from vocanalytics.digest.files import build_pages
from vocanalytics.digest.reading import Publication, read_published
from vocanalytics.resources import resolve_taxonomy
from vocanalytics.statistics import FUNCTIONS
from vocanalytics.taxonomy import Taxonomy, load_taxonomy
from vocanalytics.warehouse.publishing import publish
from vocanalytics.warehouse.reading import asking

WORDS = "the service desk never called back and I waited two hours for a simple part at the dealer again last week"


def generate(con: duckdb.DuckDBPyConnection, items: int, taxonomy: Taxonomy) -> None:
    """Skewed like real feedback: a few themes and touchpoints take most mentions; a third of customers return."""
    names = {"points": [t.id for t in taxonomy.touchpoints], "themes": [t.id for t in taxonomy.themes]}
    for name, ids in names.items():
        con.execute(
            f"create temp table {name} as select unnest(?::varchar[]) as id, generate_subscripts(?, 1) as no",
            [ids, ids],
        )
    con.execute("select setseed(0.5)")
    con.execute(f"""
        insert into submissions
        select 's' || i, 'source_' || (i % 5), ['review', 'survey', 'social', 'survey', 'contact'][i % 5 + 1],
            'c' || (hash(i) % {items * 2 // 3}), '2024-06-01'::date + (random() * 730)::int, null, null,
            case when i % 5 in (1, 3) then (select id from points where no = 1 + i % 25) end,
            map {{'outlet': 'o' || (i % 300), 'model': 'm' || (i % 7)}}, 1, 'd', 'm1', 'f', now(), now()
        from range({items}) as t (i)
    """)
    con.execute(f"""
        insert into feedback_items
        select 'i' || i, 's' || i, 1, 'q', null, repeat('{WORDS} ', 3) || i, 'text', 'en', 1.0, 60, 0,
            't' || i, null, false
        from range({items}) as t (i)
    """)
    con.execute(
        "insert into scores select 's' || i, 'q_nps', null, 'nps_0_10', (random() * 10)::int "
        f"from range({items}) as t (i)"
    )
    con.execute(f"""
        insert into segments
        select 'i' || i, 1, '{MODEL}', '{taxonomy.id}', j, j * 60, j * 60 + 55, 'tagged',
            case when p.id is null then 'abstained' else 'tagged' end, p.id, 0.8, 'text', null,
            ['negative', 'positive', 'neutral'][1 + (random() * 2.99)::int % 3], 0.1, random(), null, null
        from (
            select i, j, (random() ^ 2 * 34)::int as no from range({items}) as t (i), range(2) as s (j)
        ) left join points as p using (no)
    """)
    con.execute(f"""
        insert into tags
        select distinct item_id, 1, '{MODEL}', '{taxonomy.id}', segment_no, themes.id, 0.8
        from (
            -- each touchpoint has its own few usual themes
            select item_id, segment_no, 1 + (coalesce(points.no, 0) * 7 + (random() ^ 4 * 31 + k)::int) % 31 as no
            from segments left join points on points.id = segments.touchpoint, range(2) as r (k)
            where k = 0 or hash(item_id, segment_no) % 4 = 0
        ) inner join themes using (no)
    """)
    con.execute(
        f"insert into taggings select item_id, 1, '{MODEL}', '{taxonomy.id}', 'negative', -0.5, now() "
        "from feedback_items"
    )


def digest(folder: Path, taxonomy: Taxonomy) -> dict[str, bytes]:
    """Every page of the last four weeks, the company's and its teams', as `voc digest` writes them."""
    told = Publication("bench", as_of="", min_base=30, min_cell=5)
    with asking(folder / "insights.duckdb") as ask:
        published = read_published(ask, told, None)
    return build_pages(published, taxonomy, lambda text: hashlib.sha256(text.encode()).hexdigest())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="How long publishing takes.")
    parser.add_argument("items", type=int, nargs="?", default=100_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", default="3GB")
    parser.add_argument("--steps", action="store_true", help="tell the seconds of every step")
    told = parser.parse_args()
    if told.steps:
        logging.basicConfig(format="%(message)s")
        logging.getLogger("vocanalytics.warehouse").setLevel(logging.DEBUG)
    return told


def main() -> None:
    told = _arguments()
    items = told.items
    taxonomy = load_taxonomy(resolve_taxonomy("automotive"))
    home = Path(tempfile.mkdtemp())
    try:
        store = home / "warehouse.duckdb"
        with empty_store(store) as con:
            con.execute("set preserve_insertion_order = false")
            generate(con, items, taxonomy)
        with duckdb.connect(str(store)) as con:  # opened anew, as the product does to publish
            con.execute("set preserve_insertion_order = false")
            con.execute(f"set memory_limit = '{told.memory}'")
            con.execute(f"set threads = {told.threads}")
            tags = con.execute("select count(*) from tags").fetchall()[0][0]
            for title in ("first", "unchanged"):
                started, busy = time.perf_counter(), time.process_time()
                published = publish(
                    con, folder=home / "published", taxonomy=taxonomy, model=MODEL, functions=FUNCTIONS,
                    min_base=30, min_cell=5, as_of=None, run_id="bench",
                )  # fmt: skip
                wall, cpu = time.perf_counter() - started, time.process_time() - busy
                print(f"{title}: {items:,} items, {tags:,} tags, {wall:.2f} s, of which {cpu:.2f} s on the processor")
            started = time.perf_counter()
            pages = digest(published.folder, taxonomy)
            print(f"digest: {len(pages)} pages, {time.perf_counter() - started:.2f} s")
        size = sum(path.stat().st_size for path in published.folder.rglob("*") if path.is_file())
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"rows {dict(published.rows)}; {size / 1e6:.0f} MB; peak {peak:.0f} MB")
    finally:
        shutil.rmtree(home)


if __name__ == "__main__":
    main()
