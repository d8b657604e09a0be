"""``voc taxonomy try``: one text through the whole reading, with the reasons."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from vocanalytics.config import Settings
from vocanalytics.errors import ConfigError
from vocanalytics.records import CHANNELS
from vocanalytics.steps.door import storable
from vocanalytics.steps.taxonomy_check import short

if TYPE_CHECKING:
    import pandas as pd

    from vocanalytics.tagging.reasons import AxisReason, Explained

_OUTCOMES = {"tagged": "tagged", "none_applies": "none applies", "abstained": "abstained"}


def try_text(
    text: str,
    *,
    settings: Settings,
    channel: str | None = None,
    question: str | None = None,
    context: str | None = None,
) -> list[str]:
    """Lines that show the masked text, its segments, what is said of each, and why.

    Raises
    ------
    ConfigError
        A blank text or an unknown channel.
    TaxonomyError, ModelError
        As `Tagger.load` and `Tagger.tag` do.
    """
    if channel is not None and channel not in CHANNELS:
        raise ConfigError(f"channel: expected one of {', '.join(CHANNELS)}, found {channel!r}. Nothing was read.")
    if not text.strip():
        raise ConfigError("expected a text to try, found none. Put it in quotes, or - and pipe it in.")
    from vocanalytics.tagging.reasons import explain
    from vocanalytics.tagging.tagger import Tagger
    from vocanalytics.text.privacy import Masker

    masked = Masker().mask([storable(text.strip())])[0].text
    tagger = Tagger.load(settings.taxonomy, settings.themes_model, settings.polarity_model)
    return list(_told(masked, explain(tagger, masked, channel, question, context)))


def _told(masked: str, explained: Explained) -> Iterator[str]:
    whole = explained.tags.iloc[0]
    yield f'"{masked}"'
    yield f"{whole.item_polarity} overall ({whole.item_polarity_score:+.2f}); {whole.taxonomy}, {whole.model}"
    groups = explained.tags.groupby(["start", "end"], sort=True)
    for number, ((_, rows), why) in enumerate(zip(groups, explained.reasons, strict=True), 1):
        first = rows.iloc[0]
        yield ""
        yield f"{number}  {first.segment}"
        yield f"   touchpoint  {_place(first)}"
        yield from _because(why.touchpoint)
        yield f"   themes      {_themes(rows)}"
        yield from _because(why.themes)
        yield f"   feeling     {_feeling(first)}"


def _place(row: pd.Series[Any]) -> str:
    if row.touchpoint_outcome != "tagged":
        return _OUTCOMES[row.touchpoint_outcome]
    sure = "" if row.touchpoint_source == "context" else f" {row.touchpoint_confidence:.2f}"
    return f"{row.touchpoint}{sure} (from {row.touchpoint_source}; stage {row.stage})"


def _themes(rows: pd.DataFrame) -> str:
    first = rows.iloc[0]
    if first.outcome != "tagged":
        return _OUTCOMES[first.outcome]
    return ", ".join(f"{row.theme} {row.theme_confidence:.2f}" for row in rows.itertuples())


def _feeling(row: pd.Series[Any]) -> str:
    emotion = row.emotion if isinstance(row.emotion, str) else "no emotion"
    return f"{row.polarity} {row.polarity_confidence:.2f}, {emotion}, intent {row.intent}"


def _because(why: AxisReason) -> Iterator[str]:
    if not why.candidates:
        yield "     why         the frame has no label on this axis"
        return
    yield f"     considered  {'; '.join(_considered(c.label, c.confidence, c.margin) for c in why.candidates)}"
    if why.outcome != "tagged":
        best, low = why.candidates[0].confidence, why.none_below
        sides = f"{low - best:.2f} below" if why.outcome == "none_applies" else f"{best - low:.2f} above"
        yield f"     {_OUTCOMES[why.outcome]:<11} {sides} {low:.2f}, under which it is sure that nothing applies"
    if why.phrases:
        said = [f'"{phrase}" says {label}' for label, phrase in why.phrases]
        yield f"     wording     {'; '.join(said)}"
    for number, near in enumerate(why.nearest):
        yield f"     {'' if number else 'like':<11} {near.similarity:.2f} {near.label}: {short(near.text)}"


def _considered(label: str, confidence: float, margin: float) -> str:
    side = f"{margin:.2f} over" if margin >= 0 else f"{-margin:.2f} under"
    return f"{label} {confidence:.2f} ({side} its threshold)"
