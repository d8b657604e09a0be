"""The card of a folder that ``voc train`` wrote: what the heads learned from, and how far to believe them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vocanalytics.tagging.themes import AXES, ThemesModel

_MEASURED = {
    "examples": "each example of the frame, judged without itself (leave-one-out)",
    "labelled": "each labelled text as a whole, judged without itself (leave-one-out)",
}
_UNMEASURED = "Names and descriptions only: nothing was measured. Try it with `voc evaluate` on texts coded by people."


def card(model: ThemesModel) -> str:
    """Markdown; the figures are those of the manifest."""
    told = [
        f"# Theme and touchpoint heads for `{model.facts['taxonomy']}`",
        "",
        f"Made by `voc train` with beta {model.facts['beta']:g} for the taxonomy with digest {model.taxonomy[:12]} and "
        f"the encoder with digest {model.encoder[:12]}; with any other they are refused. Held-out figures: thresholds "
        "were chosen on the same verdicts, so texts of another origin will come out lower.",
        "",
        "The folder keeps the embedding of every text it learned from, up to 12,000 an axis. The words are not in it, "
        "but something of what they said could be worked out: keep it as you keep the texts, and fit it again where "
        "a text must be forgotten.",
    ]
    for axis in AXES:
        told += ["", f"## {axis.capitalize()}", "", *_axis(model.facts["held_out"][axis])]
    return "\n".join(told) + "\n"


def _axis(figures: Mapping[str, Any]) -> Iterator[str]:
    if rows := figures.get("unused_rows"):
        yield f"{rows:,} labelled texts did not teach more than the taxonomy itself says and were left out."
        yield ""
    if figures["mode"] not in _MEASURED:
        yield _UNMEASURED
        return
    yield (
        f"{figures['rows']:,} texts; {_MEASURED[figures['mode']]}. Micro F1 {figures['micro_f1']:.3f}, precision "
        f"{figures['precision']:.3f}, recall {figures['recall']:.3f}, tagged from {figures['threshold']:.2f} on."
    )
    yield ""
    yield "| Label | Precision | Recall | F1 | Support |"
    yield "| --- | --- | --- | --- | --- |"
    for label, told in figures["labels"].items():
        shares = " | ".join(f"{told[name]:.3f}" for name in ("precision", "recall", "f1"))
        yield f"| {label} | {shares} | {told['support']:,} |"
