"""Verbatims in, tags out: one row per segment and theme."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from vocanalytics.resources import models_dir, resolve_taxonomy
from vocanalytics.tagging.artifacts import MANIFEST, digest_of
from vocanalytics.tagging.encoder import Encoder, Encoding, PerText, check_texts, one_each
from vocanalytics.tagging.features import EDITION as FEATURES
from vocanalytics.tagging.memory import Memory
from vocanalytics.tagging.readings import POLARITIES, Place, emotion, mood, places
from vocanalytics.tagging.themes import Judgement, ThemesModel, fit_themes
from vocanalytics.taxonomy import Taxonomy, check_touchpoint, load_taxonomy
from vocanalytics.text.segments import EDITION as SEGMENTER
from vocanalytics.text.segments import segment_many

EDITION = "tagger-3"
DEFAULT_TAXONOMY = "automotive"
COLUMNS = {
    "item_id": None,
    "verbatim": "object",  # repeated for every segment: references, where "str" would copy a long text each time
    "segment": "str",
    "start": "Int64",
    "end": "Int64",
    "outcome": "str",
    "theme": "str",
    "theme_confidence": "float64",
    "touchpoint_outcome": "str",
    "touchpoint": "str",
    "touchpoint_confidence": "float64",
    "touchpoint_source": "str",
    "stage": "str",
    "polarity": "str",
    "polarity_score": "float64",
    "polarity_confidence": "float64",
    "emotion": "str",
    "intent": "str",
    "item_polarity": "str",
    "item_polarity_score": "float64",
    "model": "str",
    "taxonomy": "str",
}
Row = dict[str, Any]
EachText = str | Iterable[str | None] | None


class Tagger:
    """Segments verbatims and says of each idea where, about what and with which feeling it was written.

    >>> tags = Tagger.load().tag(["Great car, but the dealer never called back."])
    >>> tags[["segment", "polarity"]].drop_duplicates().values.tolist()
    [['Great car', 'positive'], ['but the dealer never called back.', 'negative']]
    """

    def __init__(self, taxonomy: Taxonomy, encoder: Encoder, themes: ThemesModel) -> None:
        self.taxonomy = taxonomy
        self.encoder = encoder
        self._only_alone = {theme.id for theme in taxonomy.themes if theme.only_alone}
        self._themes = themes.axes["themes"]
        self._touchpoints = themes.axes["touchpoint"]
        editions = "|".join((encoder.edition, themes.digest, SEGMENTER, FEATURES, EDITION))
        self.model: str = f"voc-{digest_of(editions)[:8]}"

    @classmethod
    def load(
        cls,
        taxonomy: str | Path | None = None,
        themes_model: str | Path | None = None,
        polarity_model: str | Path | None = None,
        memory: Memory | None = None,
    ) -> Tagger:
        """A tagger for a frame: a shipped name or a file, by default ``automotive``.

        Uses ``themes_model`` if given, else the shipped heads if they were fitted for exactly this frame,
        else fits heads now, which takes some seconds. ``polarity_model`` is a folder with a text classifier of
        your own (``hf`` extra); ``memory`` spares reading the same text in the next run.

        Raises
        ------
        TaxonomyError
            If the frame cannot be found or contradicts itself.
        ModelError
            If ``themes_model`` was altered or fitted for another frame or encoder.
        """
        frame = load_taxonomy(resolve_taxonomy(taxonomy or DEFAULT_TAXONOMY))
        encoder = Encoder.load(memory=memory, polarity_model=polarity_model)
        if themes_model is not None:
            folder = Path(themes_model)
            return cls(frame, encoder, ThemesModel.load(folder).check(frame, encoder, folder.name))
        return cls(frame, encoder, _shipped(frame, encoder) or fit_themes(frame, encoder))

    def tag(
        self,
        texts: Iterable[str],
        channel: EachText = None,
        question: EachText = None,
        context_touchpoint: EachText = None,
        ids: Iterable[Any] | None = None,
    ) -> pd.DataFrame:
        """Tags of masked texts, in their order; every text has at least one row.

        Parameters
        ----------
        texts : iterable of str
            Verbatims, personal data already masked: nothing is masked here. Half a surrogate pair becomes a ``?``.
        channel, question, context_touchpoint : str or iterable, optional
            One for all texts or one per text. ``context_touchpoint`` is what a survey was sent about; segments
            that name no touchpoint belong there.
        ids : iterable, optional
            Becomes ``item_id``; the row number from 0 without it.

        Returns
        -------
        pandas.DataFrame
            Per segment a row per theme, or one with a null theme. A text without letters or digits is one
            segment to which nothing applies; a blank text has one row without a segment.

        Raises
        ------
        TypeError, ValueError
            If a text is not a str, or lengths differ.
        TaxonomyError
            If a ``context_touchpoint`` is not in the frame.
        """
        said: list[str] = _listed(texts)
        check_texts(said)
        names = list(range(len(said))) if ids is None else list(ids)
        if len(names) != len(said):
            raise ValueError(f"ids must be one per text; found {len(names)} for {len(said)} texts. Nothing was read.")
        contexts = one_each(_listed(context_touchpoint), len(said), "context_touchpoint")
        for name in set(contexts) - {None}:
            check_touchpoint(self.taxonomy, str(name))
        rows: list[Row] = []
        for i, item in enumerate(self._read(said, _listed(channel), _listed(question))):
            rows += self._rows(names[i], said[i], contexts[i], item)
        return _frame(rows)

    def _read(self, texts: Sequence[str], channel: PerText, question: PerText) -> Iterator[_Item]:
        channels, questions = one_each(channel, len(texts), "channel"), one_each(question, len(texts), "question")
        spans = segment_many(texts)
        owner = [i for i, group in enumerate(spans) for _ in group]
        segments = [texts[i][start:end] for i, group in enumerate(spans) for start, end in group]
        encoding = self.encoder.encode(segments, [channels[i] for i in owner], [questions[i] for i in owner])
        axes = [axis.judge(encoding.embedding, segments) for axis in (self._themes, self._touchpoints)]
        first = 0
        for group in spans:
            yield _Item(group, encoding, axes[0], axes[1], range(first, first + len(group)))
            first += len(group)

    def _rows(self, name: Any, verbatim: str, context: str | None, item: _Item) -> list[Row]:
        felt = mood(item.encoding.polarity[list(item.rows)], [end - start for start, end in item.spans])
        shared = {
            "item_id": name,
            "verbatim": verbatim,
            "item_polarity": felt.polarity,
            "item_polarity_score": felt.score,
            "model": self.model,
            "taxonomy": self.taxonomy.id,
        }
        if not item.spans:
            return [shared | {"outcome": "none_applies", "touchpoint_outcome": "none_applies"}]
        own = [_place(item.touchpoints, row) for row in item.rows]
        worded = [_has_words(verbatim[start:end]) for start, end in item.spans]
        settled = places(own, context) if any(worded) else own
        rows = []
        for span, row, place in zip(item.spans, item.rows, settled, strict=True):
            idea = shared | {"segment": verbatim[slice(*span)], "start": span[0], "end": span[1]}
            idea |= _feeling(item.encoding, row) | self._where(place)
            rows += [idea | tag for tag in _tags(item.themes, row)]
        return self._without_verdicts_at_large(rows)

    def _without_verdicts_at_large(self, rows: list[Row]) -> list[Row]:
        """Themes that are `only_alone` give way to any other theme of the text."""
        if {row["theme"] for row in rows} - {None} <= self._only_alone:
            return rows
        specific = [row for row in rows if row["theme"] not in self._only_alone]
        kept = {row["start"] for row in specific}
        silenced = {row["start"]: row for row in rows if row["start"] not in kept}
        nothing = {"outcome": "none_applies", "theme": None, "theme_confidence": None}
        return sorted([*specific, *(row | nothing for row in silenced.values())], key=lambda row: int(row["start"]))

    def _where(self, place: Place) -> Row:
        return {
            "touchpoint_outcome": place.outcome,
            "touchpoint": place.touchpoint,
            "touchpoint_confidence": place.confidence,
            "touchpoint_source": place.source,
            "stage": self.taxonomy.stage_of.get(place.touchpoint or ""),
        }


@dataclass(frozen=True, slots=True)
class _Item:
    """One text's spans, and which rows of the shared arrays are theirs."""

    spans: Sequence[tuple[int, int]]
    encoding: Encoding
    themes: Judgement
    touchpoints: Judgement
    rows: range


def _place(judged: Judgement, row: int) -> Place:
    outcome = str(judged.outcomes[row])
    if outcome != "tagged":
        return Place(outcome)
    # a segment happened in one place: the likeliest of those that pass
    best = int(np.where(judged.passed[row], judged.probabilities[row], -1).argmax())
    return Place(outcome, judged.ids[best], _rounded(judged.probabilities[row, best]), "text")


def _tags(judged: Judgement, row: int) -> list[Row]:
    outcome = {"outcome": str(judged.outcomes[row])}
    found = np.flatnonzero(judged.passed[row])
    tags = [
        outcome | {"theme": judged.ids[k], "theme_confidence": _rounded(judged.probabilities[row, k])}
        for k in sorted(found, key=lambda k: -judged.probabilities[row, k])
    ]
    return tags or [outcome | {"theme": None, "theme_confidence": None}]


def _feeling(encoding: Encoding, row: int) -> Row:
    polarity = encoding.polarity[row]
    return {
        "polarity": POLARITIES[int(polarity.argmax())],
        "polarity_score": _rounded(polarity[2] - polarity[0]),
        "polarity_confidence": _rounded(polarity.max()),
        "emotion": emotion(encoding.emotion[row], encoding.labels["emotion"]),
        "intent": encoding.labels["intent"][int(encoding.intent[row].argmax())],
    }


def _listed(given: Any) -> Any:
    """By position, whatever the index of a Series says; one text stays one."""
    return _whole(given) if given is None or isinstance(given, str) else [_whole(entry) for entry in given]


def _whole(entry: Any) -> Any:
    """A text without half surrogate pairs, which no UTF-8 reader takes; as long as it was, so offsets hold."""
    return entry.encode("utf-8", "replace").decode("utf-8") if isinstance(entry, str) else entry


def _rounded(value: Any) -> float:
    return round(float(value), 4)


def _has_words(text: str) -> bool:
    return any(character.isalnum() for character in text)


def _shipped(taxonomy: Taxonomy, encoder: Encoder) -> ThemesModel | None:
    """The heads that ship for this frame, unless the frame was edited since."""
    folder = models_dir() / f"themes-{taxonomy.name}"
    if not (folder / MANIFEST).is_file():
        return None
    model = ThemesModel.load(folder)
    return model if (model.taxonomy, model.encoder) == (taxonomy.digest, encoder.digest) else None


def _frame(rows: list[Row]) -> pd.DataFrame:
    columns = {
        name: pd.Series([row.get(name) for row in rows], dtype=kind or "object") for name, kind in COLUMNS.items()
    }
    if columns["item_id"].notna().all():  # else 7 would become 7.0
        columns["item_id"] = columns["item_id"].infer_objects()
    return pd.DataFrame(columns)
