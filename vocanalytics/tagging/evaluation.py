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

FEWEST_IN_PART = 20  # texts of a channel or language before it gets figures of its own, as in the audit
_Z = 1.959963984540054  # normal quantile of 0.975
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
        ``polarity`` (of the whole text, ``mixed`` allowed), ``channel``, ``language``, ``question``. A text
        without polarity is left out of that axis.
    tagger : Tagger

    Returns
    -------
    dict
        ``model``, ``taxonomy``, ``texts`` and, per axis (``themes``, ``touchpoint``, ``polarity``, and ``joint``:
        theme at touchpoint), ``texts``, ``micro_f1``, ``macro_f1`` (over labels that occur), ``abstained_share``
        and ``labels``: id -> ``precision``, ``recall``, ``f1``, ``f1_interval`` (95 %), ``support``. What has no
        case is None: the recall of a label nobody gave, every figure of one the tagger did not give either. Where
        nobody gave any label of an axis, ``texts`` is 0 and all its figures are None. ``parts``, where there are
        any: the same axes for each ``channel`` and ``language`` of 20 texts or more.

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
    tags = tags.assign(item_id=tags["item_id"].astype(int))
    report = {"model": tagger.model, "taxonomy": tagger.taxonomy.id} | _measured(gold, tags, tagger)
    parts = [
        {"channel": None, "language": None, column: value} | _measured(rows, tags, tagger)
        for column in ("channel", "language") if column in gold.columns
        for value, rows in gold.groupby(gold[column].str.strip())
        if value and len(rows) >= FEWEST_IN_PART
    ]  # fmt: skip
    return report | ({"parts": parts} if parts else {})


def _measured(rows: pd.DataFrame, tags: pd.DataFrame, tagger: Tagger) -> dict[str, Any]:
    """Figures of some of the rows; an item's id is its row's label."""
    place = {number: position for position, number in enumerate(rows.index)}
    own = tags[tags["item_id"].isin(rows.index)]
    own = own.assign(item_id=own["item_id"].map(place))
    axes = _axes(rows.reset_index(drop=True), own, tagger)
    return {"texts": len(rows)} | {axis: measure(answers) for axis, answers in axes.items()}


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
    given, told, both = gold.sum(axis=0), found.sum(axis=0), (gold * found).sum(axis=0)
    is_judged = bool(given.any())  # else every F1 is 0 or undefined, whatever the tagger does
    f1 = [_ratio(2 * one, sum_) for one, sum_ in zip(both, given + told, strict=True)]
    occurring = [value for value, count in zip(f1, given, strict=True) if value is not None and count]
    return {
        "texts": len(answers.gold) if is_judged else 0,
        "micro_f1": _rounded(_ratio(2 * both.sum(), (given + told).sum())) if is_judged else None,
        "macro_f1": _rounded(float(np.mean(occurring))) if is_judged else None,
        "abstained_share": _rounded(float(answers.abstained.mean())) if is_judged else None,
        "labels": {
            label: {
                "precision": _rounded(_ratio(both[k], told[k])) if is_judged else None,
                "recall": _rounded(_ratio(both[k], given[k])),
                "f1": _rounded(f1[k]) if is_judged else None,
                "f1_interval": _interval(both[k], given[k] + told[k] - both[k]) if is_judged else [None, None],
                "support": int(given[k]),
            }
            for k, label in enumerate(answers.labels)
        },
    }


def _matrix(sets: Sets, labels: Sequence[str]) -> NDArray[np.float64]:
    return np.array([[label in held for label in labels] for held in sets], dtype=float).reshape(len(sets), len(labels))


def _ratio(part: float, whole: float) -> float | None:
    return float(part / whole) if whole else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _interval(both: float, either: float) -> list[float | None]:
    """95 % bounds of an F1, as the audit's: Wilson's for the share of texts with the label by both among those with
    it by either, of which F1 is a function (Hand, Christen and Kirielle, Machine Learning 110, 2021)."""
    if not either:
        return [None, None]
    share = both / either
    centre = share + _Z**2 / (2 * either)
    reach = _Z * np.sqrt(share * (1 - share) / either + (_Z / (2 * either)) ** 2)
    bounds = np.clip(np.array([centre - reach, centre + reach]) / (1 + _Z**2 / either), 0, 1)
    return [round(float(2 * bound / (1 + bound)), 4) for bound in bounds]
