"""What a company's own taxonomy gets at every level of effort, beside TF-IDF on the same split.

    python tests/benchmarks/own_taxonomy.py LIBRARY [--levels names,8,32,all,nhs] [--train "600,685,..."] [--base]

FABSA: aspects as themes, taught on some organisations and measured on the others, micro F1; joint = aspect and
its polarity. NHS: themes with at least
100 rows, a fixed fifth held out, macro F1. Nothing is tuned here: everything goes through `Tagger` and `evaluate`.
Organisations differ in how hard they are, so ``--base`` (needs the `train` extra) gives what all-MiniLM-L6-v2 as it is
gets on the very same rows: cosine to the descriptions at the threshold that is best there, or a linear head.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import yaml

from vocanalytics import Tagger
from vocanalytics.tagging.axis_fitting import f_score
from vocanalytics.tagging.evaluation import evaluate
from vocanalytics.tagging.heads import Floats
from vocanalytics.tagging.network import DIMENSIONS, Network
from vocanalytics.tagging.training import train_themes

TAUGHT = "600,685,616,727,8756,1134"  # six organisations; dev are the two left out (1,537 reviews)
NHS_ROWS = 100
SIGNS = {"-1": "negative", "0": "neutral", "1": "positive"}
ASPECTS = {
    "account-management_account-access": ("Account access", "Logging in, verification, blocked or locked accounts."),
    "company-brand_competitor": ("Competitors", "Comparison with other companies."),
    "company-brand_general-satisfaction": ("General satisfaction", "Overall opinion of the company, good or bad."),
    "company-brand_reviews": ("Reviews", "What other people's reviews and ratings of the company say."),
    "logistics-rides_speed": ("Speed", "How fast or late a delivery, ride, transfer or payment is."),
    "online-experience_app-website": ("App and website", "How well the app or the website works."),
    "purchase-booking-experience_ease-of-use": ("Ease of use", "How easy it is to use, buy or book."),
    "staff-support_attitude-of-staff": ("Attitude of staff", "How friendly and helpful staff and support are."),
    "staff-support_email": ("Email", "Contact and support by email."),
    "staff-support_phone": ("Phone", "Contact and support by telephone."),
    "value_discounts-promotions": ("Discounts and promotions", "Discounts, promo codes, vouchers and offers."),
    "value_price-value-for-money": ("Price and value for money", "Prices, fees and what one gets for the money."),
}


@dataclass(frozen=True, slots=True)
class Coded:
    texts: list[str]
    labels: list[frozenset[str]]
    felt: list[frozenset[str]] = field(default_factory=list)  # label@polarity, where coded

    def at(self, rows: Sequence[int]) -> Coded:
        felt = [self.felt[i] for i in rows] if self.felt else []
        return Coded([self.texts[i] for i in rows], [self.labels[i] for i in rows], felt)

    def frame(self) -> pd.DataFrame:
        return pd.DataFrame({"text": self.texts, "themes": [";".join(sorted(found)) for found in self.labels]})


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def fabsa(library: Path, organisations: set[str]) -> tuple[Coded, Coded]:
    rows = table(library / "fabsa" / "reviews.csv")
    labels = [frozenset("_".join(one.split(".")[:2]) for one in row["labels"].split(";")) for row in rows]
    felt = [frozenset(map(_felt, row["labels"].split(";"))) for row in rows]
    everything = Coded([row["text"] for row in rows], labels, felt)
    taught = [i for i, row in enumerate(rows) if row["org_index"] in organisations]
    return everything.at(taught), everything.at(sorted(set(range(len(rows))) - set(taught)))


def _felt(coded: str) -> str:
    area, aspect, sign = coded.split(".")
    return f"{area}_{aspect}@{SIGNS[sign]}"


def joint_f1(tagger: Tagger, judged: Coded) -> float:
    """Micro F1 of aspect and polarity together, over the segments of a text."""
    tags = tagger.tag(judged.texts).dropna(subset=["theme"])
    found: list[set[str]] = [set() for _ in judged.texts]
    for row in tags.itertuples():
        found[int(str(row.item_id))].add(f"{row.theme}@{row.polarity}")
    right = sum(len(a & b) for a, b in zip(found, judged.felt, strict=True))
    return 2 * right / sum(len(a) + len(b) for a, b in zip(found, judged.felt, strict=True))


def nhs(library: Path) -> tuple[Coded, Coded, list[str]]:
    rows = [r for r in table(library / "nhs_fft" / "v6_themes_NEAS.csv") if r["FFT answer"].strip()]
    columns = list(rows[0])
    themes = [c for c in columns[columns.index("Comment sentiment") + 1 :] if c != "Labelling not possible"]
    labels = [frozenset(c for c in themes if row[c].strip()) for row in rows]
    count = Counter(c for found in labels for c in found)
    kept = [c for c in themes if count[c] >= NHS_ROWS]
    coded = Coded([r["FFT answer"] for r in rows], [found & set(kept) for found in labels])
    held = [int(hashlib.sha256(text.encode()).hexdigest(), 16) % 5 == 0 for text in coded.texts]
    return (
        coded.at([i for i, out in enumerate(held) if not out]),
        coded.at([i for i, out in enumerate(held) if out]),
        kept,
    )


def few(rows: Coded, shots: int, seed: int = 1) -> Coded:
    """About ``shots`` rows a label: as a company would pick examples, each label gets that many of its own."""
    chance = np.random.default_rng(seed)
    chosen: set[int] = set()
    for label in sorted(frozenset().union(*rows.labels)):
        having = [i for i, found in enumerate(rows.labels) if label in found]
        chosen |= set(map(int, chance.permutation(having)[:shots]))
    return rows.at(sorted(chosen))


def tagged(frame: Path, rows: Coded | None, judged: Coded, scratch: Path) -> tuple[dict[str, float], float]:
    started, model = time.perf_counter(), None
    if rows:
        model = scratch / f"model{len(rows.texts)}"
        train_themes(frame, rows.frame(), model)
    tagger = Tagger.load(frame, model)
    seconds = time.perf_counter() - started
    figures = evaluate(judged.frame(), tagger)["themes"]
    return figures | ({"joint_f1": joint_f1(tagger, judged)} if judged.felt else {}), seconds


def tf_idf(rows: Coded, judged: Coded, *, margin: bool) -> tuple[float, float]:
    """The usual recipe: words and pairs, one-against-rest logistic regression (or a linear SVM)."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import f1_score
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MultiLabelBinarizer
    from sklearn.svm import LinearSVC

    names = MultiLabelBinarizer().fit(rows.labels)
    model = LinearSVC(class_weight="balanced") if margin else LogisticRegression(C=10, class_weight="balanced")
    recipe = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), OneVsRestClassifier(model))
    recipe.fit(rows.texts, names.transform(rows.labels))
    target = names.transform([found & set(names.classes_) for found in judged.labels])
    guess = recipe.predict(judged.texts)
    return tuple(float(f1_score(target, guess, average=kind, zero_division=0)) for kind in ("micro", "macro"))  # type: ignore[return-value]


def base_network(scratch: Path) -> Network:
    """all-MiniLM-L6-v2 as it is."""
    from vocanalytics.tagging.encoder_rows import sentences
    from vocanalytics.tagging.export import export_network, weights_folder

    export_network(weights_folder(), scratch / "base", sentences())
    return Network(scratch / "base" / "encoder.onnx", scratch / "base" / "tokenizer.json")


def base_f1(base: Network, rows: Coded | None, judged: Coded) -> float:
    """Micro F1 of the base embedding of whole texts: cosine to descriptions, or a linear head where rows teach."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier

    seen = base.read(judged.texts)[:, :DIMENSIONS]
    target = _indicators(judged)
    if rows is None:
        likeness = seen @ base.read([about for _, about in ASPECTS.values()])[:, :DIMENSIONS].T
        return max(f_score(likeness >= cut, target) for cut in np.linspace(0, 0.8, 81))
    head = OneVsRestClassifier(LogisticRegression(C=10, class_weight="balanced", max_iter=500))
    return f_score(head.fit(base.read(rows.texts)[:, :DIMENSIONS], _indicators(rows)).predict(seen) > 0, target)


def _indicators(coded: Coded) -> Floats:
    return np.array([[key in found for key in ASPECTS] for found in coded.labels], dtype=np.float32)


def write_frame(path: Path, labels: dict[str, tuple[str, str]]) -> Path:
    themes = [{"id": key, "label": name, "about": about} for key, (name, about) in labels.items()]
    path.write_text(yaml.safe_dump({"name": path.stem, "edition": "1", "themes": themes}), encoding="utf-8")
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("library", type=Path)
    parser.add_argument("--levels", default="names,8,32,all,nhs")
    parser.add_argument("--train", default=TAUGHT)
    parser.add_argument("--base", action="store_true")
    given = parser.parse_args()
    taught, judged = fabsa(given.library, set(given.train.split(",")))
    with TemporaryDirectory() as folder:
        frame = write_frame(Path(folder) / "aspects.yaml", ASPECTS)
        base = base_network(Path(folder)) if given.base else None
        for level in given.levels.split(","):
            if level == "nhs":
                continue
            rows = None if level == "names" else taught if level == "all" else few(taught, int(level))
            found, seconds = tagged(frame, rows, judged, Path(folder))
            beside = "" if rows is None else f"   TF-IDF {tf_idf(rows, judged, margin=False)[0]:.3f}"
            beside += f"   base {base_f1(base, rows, judged):.3f}" if base else ""
            figures = f"micro F1 {found['micro_f1']:.3f} joint {found['joint_f1']:.3f}{beside}"
            print(f"FABSA {level:<6} {figures}   ({seconds:.0f} s)", flush=True)
        if "nhs" in given.levels:
            rows, judged, kept = nhs(given.library)
            ids = {name: f"t{k}" for k, name in enumerate(kept)}
            rows, judged = (Coded(c.texts, [frozenset(ids[n] for n in f) for f in c.labels]) for c in (rows, judged))
            frame = write_frame(Path(folder) / "nhs.yaml", {ids[name]: (name, "") for name in kept})
            found, seconds = tagged(frame, rows, judged, Path(folder))
            beside = f"{tf_idf(rows, judged, margin=True)[1]:.3f}"
            print(
                f"NHS {len(kept)} themes: macro F1 {found['macro_f1']:.3f}   TF-IDF + SVC {beside}   ({seconds:.0f} s)"
            )


if __name__ == "__main__":
    main()
