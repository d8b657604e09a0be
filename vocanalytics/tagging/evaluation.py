"""Tags against what people coded: precision, recall and F1 per label, with intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vocanalytics.errors import MissingColumns, SourceError, as_names
from vocanalytics.records import CHANNELS
from vocanalytics.tagging.labelled import check_ids, rows_in_words, split_ids
from vocanalytics.tagging.tagger import Tagger
from vocanalytics.taxonomy import Taxonomy

RESAMPLES = 500
_SEED = 20261121
ITEM_POLARITIES = ("negative", "neutral", "positive", "mixed")
Sets = list[frozenset[str]]


@dataclass(frozen=True, slots=True)
class Answers:
    """What people and the tagger said of the texts that people coded on an axis."""

    labels: Sequence[str]
    gold: Sets
    found: Sets
    abstained: NDArray[np.bool_]  # texts of which the tagger said nothing because it was not sure


def evaluate(gold: pd.DataFrame, tagger: Tagger, where: str = "gold file") -> dict[str, Any]:
    """Measure a tagger on coded texts; a text's tags are the union over its segments.

    Parameters
    ----------
    gold : pandas.DataFrame
        Columns ``text`` and ``themes`` (ids joined by ``;``, may be empty), optionally ``touchpoint``,
        ``polarity`` (of the whole text, ``mixed`` allowed), ``channel``, ``question``. A text without polarity
        is left out of that axis.
    tagger : Tagger

    Returns
    -------
    dict
        ``model``, ``taxonomy``, ``texts`` and, per axis (``themes``, ``touchpoint``, ``polarity``, and ``joint``:
        theme at touchpoint), ``texts``, ``micro_f1``, ``macro_f1`` (over labels that occur), ``abstained_share``
        and ``labels``: id -> ``precision``, ``recall``, ``f1``, ``f1_interval`` (95 %, bootstrap over texts),
        ``support``. Precision or recall without a case is 0.

    where : str
        What the rows are called in errors.

    Raises
    ------
    MissingColumns, SourceError, TaxonomyError
        As `check_gold`.
    """
    check_gold(gold, tagger.taxonomy, where)
    gold = gold.fillna("").astype(str).reset_index(drop=True)
    optional = {name: _given(gold[name]) for name in ("channel", "question") if name in gold.columns}
    tags = tagger.tag(gold["text"].tolist(), **optional)
    report: dict[str, Any] = {"model": tagger.model, "taxonomy": tagger.taxonomy.id, "texts": len(gold)}
    for axis, answers in _axes(gold, tags, tagger).items():
        report[axis] = measure(answers)
    return report


def check_gold(gold: pd.DataFrame, taxonomy: Taxonomy, where: str) -> None:
    """Whether coded rows can be measured against, before any text is read.

    Raises
    ------
    MissingColumns
        If ``text`` or ``themes`` is missing.
    SourceError
        If a channel or polarity is none we know.
    TaxonomyError
        If rows use an id the frame does not have.
    """
    if missing := {"text", "themes"} - set(gold.columns):
        remedy = "A gold file has the columns text and themes. Nothing was measured."
        raise MissingColumns(where, missing, as_names(gold.columns), remedy)
    state = "Nothing was measured."
    ids = {"themes": [t.id for t in taxonomy.themes], "touchpoint": [p.id for p in taxonomy.touchpoints]}
    for axis, known in ids.items():
        if axis in gold.columns:
            coded = [split_ids(cell) for cell in gold[axis].fillna("").astype(str)]
            check_ids(coded, known, f"{where}: {axis}", taxonomy.id, state)
    for column, words in (("polarity", ITEM_POLARITIES), ("channel", CHANNELS)):
        if column in gold.columns:
            cells = gold[column].fillna("").astype(str)
            if bad := [number for number, cell in enumerate(cells, 1) if cell.strip() not in ("", *words)]:
                raise SourceError(
                    f"{where}: {column}: expected {', '.join(words)} or a blank, found something else in "
                    f"{rows_in_words(bad)}. Correct the file. {state}"
                )


def _given(cells: pd.Series[str]) -> list[str | None]:
    return [cell.strip() or None for cell in cells]


def _axes(gold: pd.DataFrame, tags: pd.DataFrame, tagger: Tagger) -> dict[str, Answers]:
    themes, points = [t.id for t in tagger.taxonomy.themes], [t.id for t in tagger.taxonomy.touchpoints]
    count = len(gold)
    unsure = _unsure(tags, "outcome", count)
    axes = {"themes": _answers(themes, gold["themes"], _found(tags, count, lambda r: [r.theme]), unsure)}
    if "touchpoint" in gold.columns:
        found = _found(tags, count, lambda r: [r.touchpoint])
        not_sure = _unsure(tags, "touchpoint_outcome", count)
        axes["touchpoint"] = _answers(points, gold["touchpoint"], found, not_sure)
        both = [";".join(sorted(_pairs(row.themes, row.touchpoint))) for row in gold.itertuples()]
        pairs = _found(tags, count, lambda r: list(_pairs(r.theme, r.touchpoint)) if _both(r) else [])
        known = sorted(set().union(*map(split_ids, both), *pairs))
        axes["joint"] = _answers(known, pd.Series(both, dtype=str), pairs, unsure | not_sure)
    if "polarity" in gold.columns:
        gold["polarity"] = gold["polarity"].str.strip()
        coded = (gold["polarity"] != "").to_numpy()
        said = _found(tags, count, lambda r: [r.item_polarity])
        kept = [found for found, keep in zip(said, coded, strict=True) if keep]
        none = np.zeros(int(coded.sum()), dtype=bool)
        axes["polarity"] = _answers(ITEM_POLARITIES, gold["polarity"][coded], kept, none)
    return axes


def _answers(labels: Sequence[str], cells: pd.Series[str], found: Sets, abstained: NDArray[np.bool_]) -> Answers:
    coded = [split_ids(cell) for cell in cells]
    return Answers(labels, coded, found, abstained & np.array([not tags for tags in found], dtype=bool))


def _found(tags: pd.DataFrame, count: int, labels_of: Callable[[Any], Sequence[Any]]) -> Sets:
    found: list[set[str]] = [set() for _ in range(count)]
    for row in tags.itertuples():
        found[int(str(row.item_id))] |= {label for label in labels_of(row) if isinstance(label, str)}
    return [frozenset(labels) for labels in found]


def _both(row: Any) -> bool:
    return isinstance(row.theme, str) and isinstance(row.touchpoint, str)


def _pairs(themes: Any, touchpoint: Any) -> frozenset[str]:
    return frozenset(f"{t}@{p}" for t in split_ids(str(themes)) for p in split_ids(str(touchpoint)))


def _unsure(tags: pd.DataFrame, column: str, count: int) -> NDArray[np.bool_]:
    items = tags.loc[tags[column] == "abstained", "item_id"].to_numpy(dtype=int)
    return np.isin(np.arange(count), items)


def measure(answers: Answers) -> dict[str, Any]:
    """Figures of one axis."""
    gold, found = (_matrix(sets, answers.labels) for sets in (answers.gold, answers.found))
    counts = np.stack([gold * found, (1 - gold) * found, gold * (1 - found)])  # right, wrong, missed: (3, n, k)
    total = counts.sum(axis=1)
    intervals = _intervals(counts)
    occurs = total[0] + total[2] > 0
    f1 = _f1(total)
    return {
        "texts": len(answers.gold),
        "micro_f1": round(float(_f1(total.sum(axis=1))), 4),
        "macro_f1": round(float(f1[occurs].mean()), 4) if occurs.any() else 0.0,
        "abstained_share": round(float(answers.abstained.mean()), 4) if len(answers.gold) else 0.0,
        "labels": {
            label: {
                "precision": _ratio(total[0, k], total[0, k] + total[1, k]),
                "recall": _ratio(total[0, k], total[0, k] + total[2, k]),
                "f1": round(float(f1[k]), 4),
                "f1_interval": [round(float(bound), 4) for bound in intervals[:, k]],
                "support": int(total[0, k] + total[2, k]),
            }
            for k, label in enumerate(answers.labels)
        },
    }


def _matrix(sets: Sets, labels: Sequence[str]) -> NDArray[np.float64]:
    return np.array([[label in held for label in labels] for held in sets], dtype=float).reshape(len(sets), len(labels))


def _f1(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    right, wrong, missed = counts
    f1: NDArray[np.float64] = 2 * right / np.maximum(2 * right + wrong + missed, 1e-12)
    return f1


def _ratio(part: float, whole: float) -> float:
    return round(float(part / whole), 4) if whole else 0.0


def _intervals(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Percentile bootstrap over texts, shape (2, k)."""
    texts = counts.shape[1]
    if not texts:
        return np.zeros((2, counts.shape[2]))
    draws = np.random.default_rng(_SEED).multinomial(texts, np.full(texts, 1 / texts), size=RESAMPLES).astype(float)
    resampled = np.stack([draws @ kind for kind in counts])
    interval: NDArray[np.float64] = np.percentile(_f1(resampled), [2.5, 97.5], axis=0)
    return interval
