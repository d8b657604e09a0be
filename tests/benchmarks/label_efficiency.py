"""What choosing the segments people label gains against labelling at random, on FABSA.

    python tests/benchmarks/label_efficiency.py LIBRARY [--chart FILE.png] [--seeds 5] [--pool 1500] [--short]

Twenty reviews are labelled to begin with, then forty at a time. One curve lets `voc label export` choose its "teach
most" stratum, the other draws at random from the same reviews; both are fitted by the function `voc train` uses and
measured on organisations nobody labelled. A chosen segment stands for its review, because FABSA codes whole reviews;
with ``--short`` only reviews of one segment are labelled, so that what was chosen is what is labelled.
Vectors are kept in the folder for temporary files, so a second run reads nothing twice.
"""

from __future__ import annotations

import argparse
import pickle
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from own_taxonomy import ASPECTS, TAUGHT, Coded, fabsa, write_frame

from vocanalytics import Encoder, Tagger
from vocanalytics.keys import passing_key
from vocanalytics.tagging.labelled import coded
from vocanalytics.tagging.themes import ThemesModel, fit_themes
from vocanalytics.taxonomy import Taxonomy, load_taxonomy
from vocanalytics.text.segments import segment_many
from vocanalytics.warehouse.connection import Connection, connect, transaction
from vocanalytics.warehouse.label_draws import draw
from vocanalytics.warehouse.tagging import store, waiting

FIRST, BATCH, LAST = 20, 40, 400
KEPT = Path(tempfile.gettempdir()) / "label_efficiency.pickle"
Choose = Callable[["Bench", ThemesModel, Sequence[int], int, int], list[int]]


class Kept:
    """Vectors in a file, for the encoder's memory."""

    def __init__(self) -> None:
        self._vectors: dict[tuple[str, str], bytes] = pickle.loads(KEPT.read_bytes()) if KEPT.exists() else {}

    def known(self, network: str, texts: Sequence[str]) -> Mapping[str, bytes]:
        return {text: self._vectors[network, text] for text in texts if (network, text) in self._vectors}

    def keep(self, network: str, vectors: Mapping[str, bytes]) -> None:
        self._vectors |= {(network, text): vector for text, vector in vectors.items()}

    def save(self) -> None:
        KEPT.write_bytes(pickle.dumps(self._vectors))


@dataclass(frozen=True, slots=True)
class Judged:
    """Held-out reviews, cut into segments and read once."""

    segments: list[str]
    owner: np.ndarray
    embedding: np.ndarray
    target: np.ndarray  # (reviews, labels)

    @classmethod
    def of(cls, rows: Coded, encoder: Encoder, ids: Sequence[str]) -> Judged:
        spans = segment_many(rows.texts)
        pairs = [(text[a:b], i) for i, text in enumerate(rows.texts) for a, b in spans[i]]
        target = np.array([[name in found for name in ids] for found in rows.labels])
        segments = [segment for segment, _ in pairs]
        return cls(segments, np.array([i for _, i in pairs]), encoder.embed(segments), target)

    def micro_f1(self, model: ThemesModel) -> float:
        found = np.zeros_like(self.target)
        np.logical_or.at(found, self.owner, model.axes["themes"].judge(self.embedding, self.segments).passed)
        return 2 * float((found & self.target).sum()) / max(float(found.sum() + self.target.sum()), 1)


@dataclass(frozen=True, slots=True)
class Bench:
    frame: Taxonomy
    encoder: Encoder
    pool: Coded
    judged: Judged

    def fit(self, rows: Sequence[int]) -> ThemesModel:
        """As `voc train --labelled` does."""
        return fit_themes(self.frame, self.encoder, coded(self.pool.at(rows).frame(), self.frame, "pool"))


def at_random(bench: Bench, model: ThemesModel, left: Sequence[int], count: int, seed: int) -> list[int]:
    return list(map(int, np.random.default_rng(seed).choice(left, count, replace=False)))


def teach_most(bench: Bench, model: ThemesModel, left: Sequence[int], count: int, seed: int) -> list[int]:
    """What the product would put on a sheet, out of a store that holds the reviews nobody labelled yet."""
    tagger = Tagger(bench.frame, bench.encoder, model)
    with tempfile.TemporaryDirectory() as folder, connect(Path(folder) / "s.duckdb", key=passing_key()) as con:
        fill(con, [bench.pool.texts[i] for i in left], left)
        batch = waiting(con, tagger.model, bench.frame.id, len(left))
        tags = tagger.tag(batch["verbatim"].to_pylist(), ids=batch["item_id"].to_pylist())
        store(con, tags.drop(columns="verbatim"), batch, tagger.model, bench.frame.id)
        with transaction(con):
            drawn = draw(con, tagger.model, bench.frame, audit=0, teach=count, seed=seed)
    return [int(one.segment_key.split("-")[0]) for one in drawn]


def fill(con: Connection, texts: Sequence[str], names: Sequence[int]) -> None:
    con.register("given", pa.table({"name": list(map(str, names)), "verbatim": list(texts)}))
    con.execute("""
        insert into submissions by name
        select
            name as submission_id, 'fabsa' as source, 'review' as channel, date '2026-01-01' as submitted_on,
            map {} as dimensions, 1 as revision, '' as content_digest, '' as masking, '' as file_name,
            now() as first_ingested_at, now() as ingested_at
        from given
    """)
    con.execute("""
        insert into feedback_items by name
        select
            name as item_id, name as submission_id, 1 as revision, 'review' as question_id, verbatim,
            'text' as content, 'en' as language, 1 as word_count, 0 as masked_count
        from given
    """)
    con.unregister("given")


def curve(bench: Bench, choose: Choose, start: Sequence[int], left: Sequence[int], seed: int) -> dict[int, float]:
    """Micro F1 by number of labelled reviews."""
    rows, left, found = list(start), list(left), {}
    model = bench.fit(rows)
    while True:
        found[len(rows)] = bench.judged.micro_f1(model)
        if len(rows) >= LAST:
            return found
        chosen = choose(bench, model, left, min(BATCH, LAST - len(rows)), seed + len(rows))
        rows, left = rows + chosen, sorted(set(left) - set(chosen))
        model = bench.fit(rows)


def curves(bench: Bench, arms: Mapping[str, Choose], seeds: int, pool: int) -> pd.DataFrame:
    rows = []
    for seed in range(seeds):
        order = np.random.default_rng(seed).permutation(len(bench.pool.texts))[:pool]
        start, left = list(map(int, order[:FIRST])), sorted(map(int, order[FIRST:]))
        for name, choose in arms.items():
            started = time.perf_counter()
            found = curve(bench, choose, start, left, 1000 * seed)
            rows += [{"seed": seed, "choice": name, "labelled reviews": n, "micro F1": f} for n, f in found.items()]
            told = "  ".join(f"{n}: {f:.3f}" for n, f in found.items())
            print(f"seed {seed} {name:<12}{told}   ({time.perf_counter() - started:.0f} s)", flush=True)
    return pd.DataFrame(rows)


def summary(found: pd.DataFrame) -> pd.DataFrame:
    """Mean over seeds with its 95 % interval (Student's t)."""
    from scipy.stats import t

    by = found.groupby(["choice", "labelled reviews"])["micro F1"]
    told = by.agg(["mean", "sem", "count"]).reset_index()
    reach = told["sem"].fillna(0) * t.ppf(0.975, (told["count"] - 1).clip(lower=1))
    return told.assign(low=told["mean"] - reach, high=told["mean"] + reach)


def gains(found: pd.DataFrame, one: str, other: str) -> None:
    """The paired difference: both start from the same twenty reviews."""
    from scipy.stats import t

    wide = found.pivot_table(index="seed", columns=["choice", "labelled reviews"], values="micro F1")
    difference = wide[one] - wide[other]
    several = difference.drop(columns=FIRST)
    for name, values in [*((str(n), difference[n]) for n in several.columns), ("mean of curve", several.mean(axis=1))]:
        reach = t.ppf(0.975, max(len(values) - 1, 1)) * values.sem() if len(values) > 1 else float("nan")
        print(f"{one} less {other}, {name:<14}{values.mean():+.3f} +- {reach:.3f}")


def chart(told: pd.DataFrame, target: Path) -> None:
    import altair as alt

    base = alt.Chart(told).encode(alt.X("labelled reviews"), color="choice")
    line = base.mark_line(point=True).encode(alt.Y("mean", title="micro F1").scale(zero=False))
    band = base.mark_area(opacity=0.2).encode(alt.Y("low", title="micro F1").scale(zero=False), y2="high")
    title = "FABSA, organisations nobody labelled: mean of seeds and its 95 % interval"
    (band + line).properties(width=560, height=320, title=title).save(target)


def prepared(library: Path, folder: Path, *, short: bool = False) -> Bench:
    memory = Kept()
    encoder = Encoder.load(memory=memory)
    pool, held = fabsa(library, set(TAUGHT.split(",")))
    if short:
        pool = pool.at([i for i, spans in enumerate(segment_many(pool.texts)) if len(spans) == 1])
    frame = load_taxonomy(write_frame(folder / "aspects.yaml", ASPECTS))
    encoder.embed([text[a:b] for text in pool.texts for a, b in segment_many([text])[0]])
    judged = Judged.of(held, encoder, list(ASPECTS))
    memory.save()
    return Bench(frame, encoder, pool, judged)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("library", type=Path)
    parser.add_argument("--chart", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--pool", type=int, default=1500)
    parser.add_argument("--short", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = prepared(given.library, Path(folder), short=given.short)
        found = curves(bench, {"at random": at_random, "teach most": teach_most}, given.seeds, given.pool)
    told = summary(found)
    print(told.pivot(index="labelled reviews", columns="choice", values="mean").round(3).to_string())
    gains(found, "teach most", "at random")
    if given.chart:
        chart(told, given.chart)


if __name__ == "__main__":
    main()
