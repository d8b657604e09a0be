"""Learning an axis from rows coded by people.

People code whole texts; we classify segments. A frame with examples can tell which segments a label of a text is
about, so that "love the car, but nobody called" does not teach that calls are about cars. A frame of names and
descriptions cannot: its scorer learns from whole texts and is tried on the segments of texts it has not seen.
The combiner then learns from the segment that speaks most for a label, and thresholds are chosen on whole texts,
the union of their segments, because that is what was coded.
"""

from __future__ import annotations

import difflib
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vocanalytics.errors import SourceError, TaxonomyError
from vocanalytics.tagging.axis_fitting import (
    Rows,
    best_cut,
    by_label,
    example_rows,
    f_score,
    fit_axis,
    fit_combiner,
    none_below,
    own_cuts,
    ridge,
)
from vocanalytics.tagging.borrowing import Bank
from vocanalytics.tagging.evidence import COLUMNS, Embed, Evidence, as_texts
from vocanalytics.tagging.heads import Floats
from vocanalytics.tagging.kernel import Parts, fit_kernel
from vocanalytics.tagging.themes import Axis, combine
from vocanalytics.taxonomy import Label, Taxonomy
from vocanalytics.text.segments import segment_many

if TYPE_CHECKING:
    import pandas as pd

logger = logging.getLogger(__name__)
FEWEST_ROWS = 24  # eight each of three labels; fewer do harm as often as good
ENOUGH_ROWS = 50  # fewer teach only where, held out, they do clearly better than the frame alone
_MARGIN = 0.05  # of F1, because the cut was chosen on the same rows
_SHARE_OF_BEST = 0.6  # a segment this close to the likeliest one shares its label
_SHOWN_ROWS = 5
_ALL = range(len(COLUMNS))


Ids = frozenset[str]


@dataclass(frozen=True, slots=True)
class Labelled:
    """Coded texts; ``None`` on an axis nobody judged."""

    texts: Sequence[str]
    themes: Sequence[Ids | None]
    touchpoint: Sequence[Ids | None]

    def of(self, axis: str) -> tuple[list[str], list[frozenset[str]]]:
        """The texts coded on an axis, with their labels."""
        coded = self.themes if axis == "themes" else self.touchpoint
        pairs = [(text, labels) for text, labels in zip(self.texts, coded, strict=True) if labels is not None]
        return [text for text, _ in pairs], [labels for _, labels in pairs]

    def once_each(self, where: str) -> Labelled:
        """Each wording once, or texts would be tried on a fit that has seen them; blank ones left out.

        Where people coded a text in several ways, ids that half of them or more gave it count.

        Raises
        ------
        SourceError
            No row has a text.
        """
        places: dict[str, list[int]] = {}
        for place, text in enumerate(self.texts):
            if text.strip():
                places.setdefault(" ".join(text.casefold().split()), []).append(place)
        if not places:
            raise SourceError(f"{where}: expected labelled rows, found none with a text. Nothing was fitted.")
        if blank := len(self.texts) - sum(map(len, places.values())):
            logger.warning("%s: %s row(s) without a text are left out", where, f"{blank:,}")
        groups = [*places.values()]
        unlike = sum(len({(self.themes[i], self.touchpoint[i]) for i in group}) > 1 for group in groups)
        if unlike:
            logger.warning(
                "%s: %s text(s) are coded in more than one way; what half of their rows say counts",
                where,
                f"{unlike:,}",
            )
        return Labelled(
            [self.texts[group[0]] for group in groups],
            [_agreed([self.themes[i] for i in group]) for group in groups],
            [_agreed([self.touchpoint[i] for i in group]) for group in groups],
        )


def _agreed(given: Sequence[Ids | None]) -> Ids | None:
    judged = [ids for ids in given if ids is not None]
    counts = Counter(one for ids in judged for one in ids)
    return frozenset(one for one, count in counts.items() if 2 * count >= len(judged)) if judged else None


def coded(frame: pd.DataFrame, taxonomy: Taxonomy, where: str) -> Labelled:
    """Rows with columns ``text``, ``themes`` and maybe ``touchpoint``; ``where`` names them in errors.

    Raises
    ------
    TaxonomyError
        They use an id the frame does not have.
    """
    frame = frame.fillna("").astype(str)
    themes = [split_ids(cell) for cell in frame["themes"]]
    if "touchpoint" in frame.columns:
        touchpoints: list[Ids | None] = [split_ids(cell) for cell in frame["touchpoint"]]
    else:
        touchpoints = [None] * len(frame)
    check_ids(themes, [theme.id for theme in taxonomy.themes], f"{where}: themes", taxonomy.id)
    points = [labels or frozenset() for labels in touchpoints]
    check_ids(points, [point.id for point in taxonomy.touchpoints], f"{where}: touchpoint", taxonomy.id)
    return Labelled(frame["text"].tolist(), themes, touchpoints)


def split_ids(cell: str) -> frozenset[str]:
    """
    >>> sorted(split_ids("fees; honesty;"))
    ['fees', 'honesty']
    """
    return frozenset(part.strip() for part in cell.split(";")) - {""}


def check_ids(
    rows: Sequence[frozenset[str]], known: Sequence[str], where: str, frame: str, state: str = "Nothing was read."
) -> None:
    """Refuse rows with ids that are not known: by their numbers, because a shifted cell may hold anything.

    Raises
    ------
    TaxonomyError
        Names the rows (1 = first below the header) and the known ids nearest to what they hold.
    """
    unknown = [ids - set(known) for ids in rows]
    bad = [number for number, ids in enumerate(unknown, 1) if ids]
    if not bad:
        return
    near = [difflib.get_close_matches(one, known, n=1) for one in sorted(frozenset().union(*unknown))]
    meant = list(dict.fromkeys(match[0] for match in near if match))[:_SHOWN_ROWS]
    raise TaxonomyError(
        f"{where}: expected ids of {frame}, found others in {rows_in_words(bad)}. "
        f"{'Nearest: ' if meant else 'It has: '}{', '.join(meant or known) or 'none'}. "
        f"Correct the file or name the taxonomy it was coded with. {state}"
    )


def rows_in_words(bad: Sequence[int]) -> str:
    """
    >>> rows_in_words([2, 5])
    '2 row(s): 2, 5 (1 = first below the header)'
    """
    shown = ", ".join(f"{number:,}" for number in bad[:_SHOWN_ROWS]) + (", ..." if len(bad) > _SHOWN_ROWS else "")
    return f"{len(bad):,} row(s): {shown} (1 = first below the header)"


def fit_labelled(
    labels: Sequence[Label],
    embed: Embed,
    zero_shot: Mapping[str, Any],
    bank: Bank | None,
    texts: Sequence[str],
    coded: Sequence[frozenset[str]],
    beta: float,
) -> tuple[Axis, dict[str, Any]]:
    """An axis from a frame and coded texts, with held-out figures over whole texts.

    Rows that do not teach are left out; ``unused_rows`` among the figures says how many.
    """
    first, figures = fit_axis(labels, embed, zero_shot, bank, beta)
    if not labels or not texts:
        return first, figures
    given = np.array([[label.id in found for label in labels] for found in coded], dtype=np.float32)
    unused = figures | {"unused_rows": len(texts)}
    if len(texts) < FEWEST_ROWS or not given.any() or given.all():  # all or none: nothing to tell apart
        return first, unused
    taught, measured = _taught(first, figures["mode"], labels, embed, texts, given, beta)
    margin = _MARGIN if len(texts) < ENOUGH_ROWS else 0.0
    if measured["micro_f1"] < _as_it_stands(first, embed, texts, given) + margin:
        return first, unused
    return taught, measured


def _as_it_stands(axis: Axis, embed: Embed, texts: Sequence[str], given: Floats) -> float:
    """Micro F1 of an axis on rows it has not seen."""
    segments, owner = _segments(texts)
    passed = axis.judge(embed(segments), segments).passed.astype(np.float32)
    return f_score(_by_text(passed, owner, len(texts)) > 0, given)


def _taught(
    first: Axis, mode: str, labels: Sequence[Label], embed: Embed, texts: Sequence[str], given: Floats, beta: float
) -> tuple[Axis, dict[str, Any]]:
    segments, owner = _segments(texts)
    embedding, examples = embed(segments), _others(example_rows(labels, embed), texts)
    target = None
    if mode == "examples":
        target = _share_out(first.judge(embedding, segments).probabilities, given, owner)
        taught = _joined(Rows(segments, embedding, target), examples)
        scorer, held_out = fit_kernel(as_texts(taught.embedding, taught.texts), taught.target)
        held_out = held_out[: len(segments)]
    else:
        taught = _joined(Rows(texts, embed(texts), given), examples)
        parts = Parts(as_texts(embedding, segments), owner)
        scorer, held_out = fit_kernel(as_texts(taught.embedding, taught.texts), taught.target, parts)
    # coded rows are no examples: likeness to them would be known only for the rows themselves
    lent = first.evidence.lent
    evidence = replace(Evidence.gather(labels, embed), scorer=scorer, lendable=ridge(taught), lent=lent)
    columns = evidence.columns(embedding, segments, own=True, scores=held_out)
    weights = _combiner(columns, owner, given) if target is None else fit_combiner(columns, target, _ALL)
    likely = _by_text(combine(columns, weights), owner, len(texts))
    cut, figures = best_cut(likely, given, beta)
    axis = Axis(evidence, weights, own_cuts(likely, given, cut, beta), none_below(likely, given, cut))
    measured = by_label(axis.ids, likely >= axis.thresholds, given)
    return axis, {"mode": "labelled", "rows": len(texts), **figures, "labels": measured}


def _others(examples: Rows, texts: Sequence[str]) -> Rows:
    """The examples that are none of the texts, which would else be tried on a fit that has seen them."""
    said = {text.casefold().strip() for text in texts}
    kept = [i for i, text in enumerate(examples.texts) if text.casefold().strip() not in said]
    return Rows([examples.texts[i] for i in kept], examples.embedding[kept], examples.target[kept])


def _segments(texts: Sequence[str]) -> tuple[list[str], NDArray[np.intp]]:
    spans = segment_many(texts)
    segments = [texts[i][start:end] for i, group in enumerate(spans) for start, end in group]
    return segments, np.repeat(np.arange(len(texts)), [len(group) for group in spans])


def _share_out(likely: Floats, given: Floats, owner: NDArray[np.intp]) -> Floats:
    """Labels per segment: those of its text for which it is, or nearly is, the likeliest segment."""
    best = _by_text(likely, owner, len(given))[owner]
    shared: Floats = given[owner] * (likely >= _SHARE_OF_BEST * best)
    return shared


def _combiner(columns: Floats, owner: NDArray[np.intp], given: Floats) -> Floats:
    """Weights fitted on the segment of each text that speaks most for a label: first by each column, then by all."""
    strongest = np.zeros((*given.shape, len(COLUMNS)), dtype=np.float32)
    for c in _ALL:
        strongest[:, :, c] = _by_text(columns[:, :, c], owner, len(given))
    likely = combine(columns, fit_combiner(strongest, given, _ALL))
    part, label = np.nonzero(likely == _by_text(likely, owner, len(given))[owner])
    strongest[owner[part], label] = columns[part, label]
    return fit_combiner(strongest, given, _ALL)


def _by_text(values: Floats, owner: NDArray[np.intp], count: int) -> Floats:
    """The largest value among a text's segments, shape (count, k)."""
    whole = np.full((count, values.shape[1]), -np.inf, dtype=np.float32)
    np.maximum.at(whole, owner, values)
    whole[np.isinf(whole)] = 0  # a blank text
    return whole


def _joined(rows: Rows, examples: Rows) -> Rows:
    return Rows(
        [*rows.texts, *examples.texts],
        np.vstack([rows.embedding, examples.embedding]),
        np.vstack([rows.target, examples.target]),
    )
