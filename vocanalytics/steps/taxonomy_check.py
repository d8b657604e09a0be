"""``voc taxonomy check``: what is wrong with a coding frame, told so that it can be mended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from vocanalytics.errors import ConfigError
from vocanalytics.resources import resolve_taxonomy
from vocanalytics.taxonomy import Taxonomy, load_taxonomy

if TYPE_CHECKING:
    from vocanalytics.tagging.frame_check import AxisReport, Finding
    from vocanalytics.tagging.frame_preview import Preview

TOP = 5  # findings of a kind that are shown
_WIDE = 50
_WAY_OUT = {
    "overlap": ("definitions alike", "merge the two labels, or say in `exclude` which id the other part belongs to"),
    "shared_phrase": ("phrase of two labels", "keep it where it is always right"),
    "phrase": ("phrases that fire on examples of others", "make them longer, or drop those that are mostly wrong"),
    "twin": ("examples of two labels alike", "keep each where it belongs; a theme may share one on purpose"),
    "stray": ("examples nearer to another label", "move them, or add two like them so that they are not alone"),
    "bare": ("labels with a name only", "write one line of `about`"),
    "none": ("labels without examples", "they live on their definition; add 8 sentences as customers write them"),
    "few": ("labels with fewer than 8 examples", "add examples, of different wording rather than many"),
    "thin": ("labels with fewer than 25 examples", "enough to start; label rows with `voc label export`"),
}
_COUNTED = ("none", "few", "thin", "bare")  # kinds told in one line


@dataclass(frozen=True, slots=True)
class Checked:
    """``exit_code`` is 1 when something must be fixed (severity ``fail``), else 0, whatever is advised."""

    taxonomy: Taxonomy
    axes: Mapping[str, AxisReport]

    @property
    def findings(self) -> list[Finding]:
        return [finding for report in self.axes.values() for finding in report.findings]

    @property
    def exit_code(self) -> int:
        return int(any(finding.severity == "fail" for finding in self.findings))

    def as_json(self) -> dict[str, Any]:
        """Everything, nothing cut short."""
        axes = {axis: asdict(report) for axis, report in self.axes.items()}
        return {"taxonomy": self.taxonomy.id, "exit_code": self.exit_code, "axes": axes}

    def lines(self, top: int = TOP) -> list[str]:
        """The report for a person: of each kind the ``top`` worst."""
        head = [f"{r.label_count} {_AXES[axis]} ({r.example_count:,} examples)" for axis, r in self.axes.items()]
        lines = [f"{self.taxonomy.id}: {', '.join(head)}"]
        order = list(_WAY_OUT)
        ranked = sorted(self.findings, key=lambda f: (f.severity, order.index(f.kind)))
        for (severity, kind), group in groupby(ranked, key=lambda f: (f.severity, f.kind)):
            lines += ["", *_told(severity, kind, list(group), top)]
        lines += ["", "Each example judged by all the others and the definitions, before any customer is read:"]
        for axis, report in self.axes.items():
            lines += _previewed(axis, report, self.taxonomy, top)
        return [*lines, "", self._verdict()]

    def _verdict(self) -> str:
        counts = Counter(finding.severity for finding in self.findings)
        if not self.findings:
            return "nothing found"
        return f"{counts['fail']:,} to fix (FAIL), {counts['warn']:,} pieces of advice (warn)"


_AXES = {"touchpoint": "touchpoints", "themes": "themes"}


def check_taxonomy(name_or_path: str, top: int = TOP) -> Checked:
    """Load a frame and look it over with the shipped encoder.

    Raises
    ------
    ConfigError
        ``top`` is no count.
    TaxonomyError
        The frame cannot be found or read, or contradicts itself.
    """
    if top < 1:
        raise ConfigError(f"--top counts findings, so it is at least 1; got {top}. Nothing was checked.")
    frame = load_taxonomy(resolve_taxonomy(name_or_path))
    from vocanalytics.tagging.encoder import Encoder
    from vocanalytics.tagging.frame_check import check_frame

    return Checked(frame, check_frame(frame, Encoder.load().embed))


def _told(severity: str, kind: str, findings: Sequence[Finding], top: int) -> Iterator[str]:
    title, way_out = _WAY_OUT[kind]
    word = "FAIL" if severity == "fail" else "warn"
    yield f"{word}  {title} ({len(findings):,}): {way_out}"
    if kind in _COUNTED:
        for axis, group in groupby(findings, key=lambda f: f.axis):
            yield f"  {axis:<11}{_listed([_counted(finding) for finding in group], top * 2)}"
        return
    worst = sorted(findings, key=_weight)[:top]
    yield from (f"  {finding.axis:<11}{_SHOWN[kind](finding)}" for finding in worst)
    if len(findings) > top:
        yield f"  and {len(findings) - top:,} more (--top {len(findings)}, or --json)"


def _weight(finding: Finding) -> float:
    return -(finding.similarity or (finding.count or 0) - (finding.own_count or 0))


def _counted(finding: Finding) -> str:
    return f"{finding.label} {finding.count}" if finding.count else finding.label


def _pair(finding: Finding) -> str:
    return (
        f"{finding.label} / {finding.other}  {finding.similarity:.2f}  {short(finding.text)} | "
        f"{short(finding.other_text)}"
    )


def _phrase(finding: Finding) -> str:
    times = f"{finding.count} of others, {finding.own_count} of its own"
    return f'"{finding.text}" of {finding.label}: {times}; {finding.other}: {short(finding.other_text)}'


def _stray(finding: Finding) -> str:
    near = f"{finding.other} by {finding.similarity:.2f}, as {short(finding.other_text)}"
    return f"{finding.label}: {short(finding.text)} is nearer to {near}"


def _shared(finding: Finding) -> str:
    return f'"{finding.text}" of {finding.label} and {finding.other}'


_SHOWN = {"overlap": _pair, "twin": _pair, "phrase": _phrase, "stray": _stray, "shared_phrase": _shared}


def _previewed(axis: str, report: AxisReport, frame: Taxonomy, top: int) -> Iterator[str]:
    told = report.preview
    if told is None:
        yield f"  {axis}: no preview without two labels of two examples each. Definitions most alike:"
        pairs = [f"{pair.label} / {pair.other} {pair.similarity:.2f}" for pair in report.closest]
        yield f"    {', '.join(pairs) or 'only one label'}"
        return
    yield f"  {axis}: {told.right_share:.0%} of {told.example_count:,} right, macro F1 {told.macro_f1:.2f}"
    worst = [f"{one.label} as {one.taken_for} {one.count} of {one.example_count}" for one in told.confusions]
    if worst:
        yield f"    taken for another   {_listed(worst, top)}"
    yield f"    lowest F1           {_listed(_lowest(told), top)}"
    under = sum(one.f1 < bars(frame, axis)[one.label] for one in told.labels)
    if under:
        yield f"    {under} of {len(told.labels)} under their min_f1, which binds where it is measured on labelled rows"


def _lowest(told: Preview) -> list[str]:
    return [f"{one.label} {one.f1:.2f}" for one in told.labels]


def bars(frame: Taxonomy, axis: str) -> dict[str, float]:
    """The ``min_f1`` of each label."""
    labels = frame.touchpoints if axis == "touchpoint" else frame.themes
    return {label.id: frame.min_f1 if label.min_f1 is None else label.min_f1 for label in labels}


def _listed(parts: Sequence[str], top: int) -> str:
    more = f" and {len(parts) - top:,} more" if len(parts) > top else ""
    return ", ".join(parts[:top]) + more


def short(text: str) -> str:
    """A wording that fits a line.

    >>> short("x" * 100)[-2:]
    '…"'
    """
    return f'"{text}"' if len(text) <= _WIDE else f'"{text[: _WIDE - 1]}…"'
