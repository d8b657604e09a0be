"""Fits the head of the critical flags: ``python -m vocanalytics.tagging.critical_training [FOLDER]``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vocanalytics.resources import models_dir, taxonomies_dir
from vocanalytics.tagging.critical import REASONS, critical_flags, edition
from vocanalytics.tagging.critical_head import CriticalHead, view
from vocanalytics.tagging.encoder import Encoder
from vocanalytics.tagging.encoder_rows import DANGEROUS, judges_alarm, ordinary_rows, own_polarity
from vocanalytics.tagging.heads import Floats
from vocanalytics.tagging.kernel import MOST_ROWS, Kernel, fit_kernel
from vocanalytics.tagging.reference import empty_talk, ordinary, read
from vocanalytics.taxonomy import Label, load_taxonomy

NOISE = 0.004  # of ordinary sentences the head may flag without a rule
KEPT = 0.98  # of critical sentences a rule found
DOUBT = 0.2  # no rule is overruled by a head less sure than this of the opposite
TAUGHT_CALM = frozenset({"concepts", "own_examples", "own_coded"})
_SEED = 20261122
Bools = NDArray[np.bool_]


def examples() -> tuple[list[str], list[str]]:
    """Sentences and what each is an example of: a reason, ``near_misses``, ``ordinary``, ``background`` or ``taught``.

    Background was not written for this; what is taught is background that the network was shown as calm.
    """
    rows = [(text, kind) for kind, texts in read("critical_examples.yaml").items() for text in texts]
    taught = {row.text for row in (*ordinary_rows(), *own_polarity()) if row.source in TAUGHT_CALM}
    spare = sorted({*ordinary(), *empty_talk(), *_of_frames(), *taught} - {text for text, _ in rows})
    # the few that speak of danger are left out
    calm = [text for text, found in zip(spare, critical_flags(spare), strict=True) if not found]
    rows += [(text, "taught" if text in taught else "background") for text in calm]
    return [text for text, _ in rows], [kind for _, kind in rows]


def _of_frames() -> set[str]:
    """Examples of the shipped frames' labels, without those labels that may speak of danger."""
    labels: list[Label] = []
    for path in sorted(taxonomies_dir().glob("*.yaml")):
        frame = load_taxonomy(path)
        labels += [*frame.themes]
        labels += [*frame.touchpoints]
    dangerous = {text for label in labels if label.id in DANGEROUS for text in label.examples}
    return {text for label in labels for text in label.examples} - dangerous


def fit_head(encoder: Encoder) -> CriticalHead:
    """Fit on the package's own sentences; cuts are chosen on sentences each fit was kept from."""
    texts, kinds = examples()
    heard = [{flag.reason: flag for flag in found} for found in critical_flags(texts)]
    seen, given = view(encoder, texts, heard), np.array(kinds)
    # the network has learned from the others and is surer of them than of new ones
    judged = np.array([kind == "background" or judges_alarm(text) for text, kind in zip(texts, kinds, strict=True)])
    ruled = {reason: np.array([reason in rules for rules in heard]) for reason in REASONS}
    known = _known(given)
    target = np.stack([given == reason for reason in REASONS], axis=1).astype(np.float32)
    kernel, held_out = fit_kernel(seen.at(known), target[known])
    sure = kernel.verdicts(seen.embedding, seen.words)
    sure[known] = held_out
    settled = [_settled(reason, sure[:, k], given, ruled[reason], judged) for k, reason in enumerate(REASONS)]
    alone, doubted, figures = zip(*settled, strict=True)
    return CriticalHead(
        kernel=Kernel.stored(kernel.arrays()),  # as it will be read, so that both are of one edition
        alone=np.array(alone, dtype=np.float32),
        doubted=np.array(doubted, dtype=np.float32),
        rules=edition(),
        encoder=encoder.edition,
        facts={"sentences": len(texts), "known": len(known), "held_out": dict(zip(REASONS, figures, strict=True))},
    )


def _known(kinds: NDArray[np.str_]) -> NDArray[np.intp]:
    """All that was written for this, and as much of the calm as fits."""
    calm = np.isin(kinds, ("background", "taught"))
    room = max(MOST_ROWS - int((~calm).sum()), 0)
    drawn = np.random.default_rng(_SEED).permutation(np.flatnonzero(calm))[:room]
    return np.sort(np.concatenate([np.flatnonzero(~calm), drawn]))


def _settled(
    reason: str, sure: Floats, kinds: NDArray[np.str_], ruled: Bools, judged: Bools
) -> tuple[float, float, dict[str, Any]]:
    # who was hurt was mostly in danger: neither for nor against
    rows = judged & ~((kinds == "fire_or_injury") & (reason == "safety"))
    sure, kinds, ruled, due = sure[rows], kinds[rows], ruled[rows], kinds[rows] == reason
    alone, doubted = cuts(sure, due, ruled, np.isin(kinds, ("ordinary", "background")))
    flagged = np.where(ruled, sure >= doubted, sure >= alone)
    figures = {
        "examples": int(due.sum()),
        "recall": round(float(flagged[due].mean()), 3),
        "recall_of_rules": round(float(ruled[due].mean()), 3),
        "near_misses_flagged": round(float(flagged[kinds == "near_misses"].mean()), 3),
        "near_misses_flagged_by_rules": round(float(ruled[kinds == "near_misses"].mean()), 3),
        "ordinary_flagged": round(float(flagged[np.isin(kinds, ("ordinary", "background"))].mean()), 4),
    }
    return alone, doubted, figures


def cuts(sure: Floats, due: Bools, ruled: Bools, harmless: Bools) -> tuple[float, float]:
    """From where the head flags alone, and below where it overrules a rule.

    >>> sure, due = np.array([0.9, 0.8, 0.4, 0.3, 0.1]), np.array([True, True, True, False, False])
    >>> alone, doubted = cuts(sure, due, np.array([False, False, True, False, False]), ~due)
    >>> round(alone, 2), round(doubted, 2)
    (0.1, 0.2)
    """
    return _quantile(sure[harmless & ~ruled], 1 - NOISE), min(_quantile(sure[due & ruled], 1 - KEPT), DOUBT)


def _quantile(values: Floats, share: float) -> float:
    return float(np.quantile(values, share, method="lower")) if len(values) else 0.0


_CARD = """\
# Head of the critical flags

Weighs what the encoder says of a segment (its likeness to known sentences, polarity, emotion, intent) together with
which rules of `vocanalytics/tagging/critical_cues.yaml` fired in it (`vocanalytics/tagging/kernel.py`). Knows {known:,}
and was tried on all {sentences:,} sentences written for this package
(`vocanalytics/tagging/critical_examples.yaml`, ordinary talk, examples of the shipped frames, coded sentences); no
customer text. Licence: Apache-2.0. Made by
`python -m vocanalytics.tagging.critical_training`; to be made again when encoder or rules change (`manifest.json` has
their digests), until then the rules flag alone.

A rule stands unless the head gives its reason less than {doubt} and less than {kept:.0%} of the sentences a rule found
rightly have. Without a rule the head flags from the verdict that {noise:.2%} of ordinary sentences reach.
Each sentence judged without itself, those the network has not learned alarm from; real text is harder:

| Reason | Examples | Recall | of the rules alone | Near misses flagged | by the rules alone | Ordinary talk flagged |
| --- | --- | --- | --- | --- | --- | --- |
{rows}

English; German in outline only. A flag asks for a look, it is no finding, and what is not flagged was not found
harmless.
"""


def card(head: CriticalHead) -> str:
    """The model card, figures from the fit."""
    rows = "\n".join(
        f"| {reason} | {' | '.join(str(figure) for figure in figures.values())} |"
        for reason, figures in head.facts["held_out"].items()
    )
    return _CARD.format(
        sentences=head.facts["sentences"], known=head.facts["known"], doubt=DOUBT, kept=KEPT, noise=NOISE, rows=rows
    )


def main(arguments: Sequence[str]) -> None:
    folder = Path(arguments[0]) if arguments else models_dir() / "critical"
    head = fit_head(Encoder.load())
    head.save(folder)
    (folder / "README.md").write_text(card(head), encoding="utf-8")
    sys.stdout.write(card(head))


if __name__ == "__main__":
    main(sys.argv[1:])
