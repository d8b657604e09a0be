"""A learned second opinion on critical flags: it hears what the rules have no words for and doubts what they heard.

Judges unit by unit (a segment each), on all the encoder says of it and on which rules fired there. A rule stands unless
the head is nearly sure of the opposite; without a rule the head must be sure itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vocanalytics.errors import ModelError
from vocanalytics.resources import models_dir
from vocanalytics.tagging.artifacts import MANIFEST, Manifest, digest_of, read_manifest, write_manifest
from vocanalytics.tagging.critical import LONGEST_SPAN, REASONS, Flag, critical_flags, edition
from vocanalytics.tagging.cues import Span
from vocanalytics.tagging.encoder import Encoder
from vocanalytics.tagging.heads import Floats
from vocanalytics.tagging.kernel import Kernel, Texts

_PLAIN = 0.9  # confidence of a rule that is no hint
_FELT = 0.125  # weight of a log odds beside the numbers of a vector of unit length
Heard = Mapping[str, Flag]  # reason -> what a rule found in one unit


@dataclass(frozen=True, slots=True)
class CriticalHead:
    """One verdict a reason, columns in the order of `REASONS`: by likeness to sentences known to be critical or not."""

    kernel: Kernel  # its words are what `view` tells of a unit beside its embedding
    alone: Floats  # (reasons,): verdict from which a unit is flagged without a rule
    doubted: Floats  # (reasons,): verdict below which a rule is not believed
    rules: str  # edition of the rules it was fitted beside
    encoder: str  # edition
    facts: Mapping[str, Any]

    @property
    def edition(self) -> str:
        """Name of rules and head together; flags of another edition are out of date."""
        learned = b"".join(np.ascontiguousarray(a).tobytes() for a in self._arrays().values())
        return f"critical-{digest_of(edition().encode() + self.encoder.encode() + learned)[:8]}"

    def flags(self, texts: Sequence[str], spans: Sequence[Sequence[Span]], encoder: Encoder) -> list[tuple[Flag, ...]]:
        """For each text its reasons for alarm, at most one flag a reason, in the order of `REASONS`.

        Parameters
        ----------
        texts : sequence of str
            Verbatims, masked.
        spans : sequence
            For each text the units to judge, start and end (exclusive) in characters; without any, the whole text.
        encoder : Encoder
            The one the head was fitted on.

        Returns
        -------
        list of tuple of Flag
            ``confidence`` (0 to 1) ranks what to read first and is no measured probability.
        """
        units = [list(own) or [(0, len(text))] for text, own in zip(texts, spans, strict=True)]
        heard = list(_heard(texts, units))
        said = [text[start:end] for text, own in zip(texts, units, strict=True) for start, end in own]
        sure = self.verdicts(view(encoder, said, [rules for text in heard for rules in text]))
        found, first = [], 0
        for text, own, rules in zip(texts, units, heard, strict=True):
            found.append(self._settled(text, own, rules, sure[first : first + len(own)]))
            first += len(own)
        return found

    def verdicts(self, seen: Texts) -> Floats:
        """From 0 (not critical) to 1, shape (n, reasons), for what `view` returned of n units."""
        return self.kernel.verdicts(seen.embedding, seen.words).clip(0, 1)

    def _settled(self, text: str, units: Sequence[Span], heard: Sequence[Heard], sure: Floats) -> tuple[Flag, ...]:
        flags = []
        for k, reason in enumerate(REASONS):
            cuts = np.array([self.doubted[k] if reason in rules else self.alone[k] for rules in heard])
            passed = np.where(sure[:, k] >= cuts, sure[:, k], -1.0)
            best = int(passed.argmax())
            if passed[best] >= 0 and (quoted := _quoted(text, units[best], heard[best].get(reason))):
                flags.append(Flag(reason, *quoted, round(float(passed[best]), 2)))
        return tuple(flags)

    def _arrays(self) -> dict[str, NDArray[Any]]:
        return {"alone": self.alone, "doubted": self.doubted, **self.kernel.arrays()}

    def save(self, folder: Path) -> Manifest:
        folder.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(folder / "head.npz", **self._arrays())  # type: ignore[arg-type]
        facts = dict(self.facts) | {"rules_edition": self.rules, "encoder_edition": self.encoder}
        return write_manifest(folder, "critical", facts)

    @classmethod
    def load(cls, folder: Path) -> CriticalHead:
        manifest = read_manifest(folder, "critical")
        facts = dict(manifest.facts)
        rules, encoder = str(facts.pop("rules_edition", "")), str(facts.pop("encoder_edition", ""))
        arrays = manifest.arrays("head.npz")
        return cls(Kernel.stored(arrays), arrays["alone"], arrays["doubted"], rules=rules, encoder=encoder, facts=facts)

    def check(self, encoder: Encoder, name: str) -> CriticalHead:
        """Itself, if it was fitted on this encoder and beside these rules.

        Raises
        ------
        ModelError
            It was not.
        """
        for what, own, given in (("encoder", self.encoder, encoder.edition), ("rules", self.rules, edition())):
            if own != given:
                raise ModelError(
                    f"{name}: fitted for other {what} ({own[:17]}, not {given[:17]} as used now). Run `python -m "
                    "vocanalytics.tagging.critical_training` again. Nothing was loaded."
                )
        return self


def shipped(encoder: Encoder) -> CriticalHead | None:
    """The head that ships; None where it was fitted on another encoder or beside other rules, which then flag alone."""
    folder = models_dir() / "critical"
    if not (folder / MANIFEST).is_file():
        return None
    head = CriticalHead.load(folder)
    return head if (head.encoder, head.rules) == (encoder.edition, edition()) else None


def view(encoder: Encoder, units: Sequence[str], heard: Sequence[Heard]) -> Texts:
    """What the head sees of each unit: its embedding and, beside it, how it feels and which rules fired."""
    from scipy.sparse import csr_matrix

    said = encoder.encode(units)
    felt = np.hstack([said.polarity, said.emotion, said.intent, said.effort[:, None]]).clip(0.01, 0.99)
    beside = np.hstack([said.feeling, _FELT * np.log(felt / (1 - felt)), _columns(heard)])
    return Texts(said.embedding, csr_matrix(beside, dtype=np.float32))


def _columns(heard: Sequence[Heard]) -> Floats:
    """Two columns a reason: a rule found plain wording, a rule found a hint."""
    found = np.zeros((len(heard), 2 * len(REASONS)), dtype=np.float32)
    for row, rules in enumerate(heard):
        for reason, flag in rules.items():
            found[row, 2 * REASONS.index(reason) + (flag.confidence < _PLAIN)] = 1
    return found


def _heard(texts: Sequence[str], units: Sequence[Sequence[Span]]) -> Iterator[list[dict[str, Flag]]]:
    """What the rules find in each unit; what they find only in the whole text counts where most of it stands."""
    said = [text[start:end] for text, own in zip(texts, units, strict=True) for start, end in own]
    flagged = iter(critical_flags(said))
    for own, whole in zip(units, critical_flags(texts), strict=True):
        heard = [{flag.reason: _moved(flag, start) for flag in next(flagged)} for start, _ in own]
        for flag in whole:
            if not any(flag.reason in rules for rules in heard):
                shared = [min(flag.end, end) - max(flag.start, start) for start, end in own]
                heard[int(np.argmax(shared))][flag.reason] = flag
        yield heard


def _moved(flag: Flag, by: int) -> Flag:
    return Flag(flag.reason, flag.start + by, flag.end + by, flag.confidence)


def _quoted(text: str, unit: Span, flag: Flag | None) -> Span | None:
    """The words to show: those of the rule, else the unit, cut at a word where it is long."""
    start, end = (flag.start, flag.end) if flag else unit
    if end - start > LONGEST_SPAN:
        end = start + len(text[start : start + LONGEST_SPAN].rpartition(" ")[0] or text[start : start + LONGEST_SPAN])
    inside = text[start:end]
    start, end = start + len(inside) - len(inside.lstrip()), end - (len(inside) - len(inside.rstrip()))
    return (start, end) if start < end else None
