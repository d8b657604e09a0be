"""What a run did, in numbers a person can check."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from vocanalytics.errors import RunFailed
from vocanalytics.steps.ingest import COUNTS, FileReport
from vocanalytics.steps.tag import TagReport
from vocanalytics.warehouse.building import STANDS

NOTHING_STANDS = "Nothing has been published yet."
PERHAPS_STANDS = "Whatever was published before still stands."


@dataclass(slots=True)
class RunReport:
    run_id: str
    files: list[FileReport] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)  # what broke, each a whole sentence
    notes: list[str] = field(default_factory=list)  # what broke nothing, but somebody should know
    standing: bool | None = None  # whether there was a publication before this run; None where nobody looked
    customers_changed: int = 0
    copies_changed: int = 0
    tagged: TagReport | None = None
    published: str = ""
    published_rows: dict[str, int] = field(default_factory=dict)
    published_unchanged: bool = False
    digests: list[Path] = field(default_factory=list)

    @property
    def changed(self) -> int:
        """Rows that came or changed; 0 says the run found nothing new."""
        tagged = self.tagged.item_count if self.tagged else 0
        return sum(file.changed for file in self.files) + self.customers_changed + self.copies_changed + tagged

    def note(self, file: FileReport) -> None:
        self.files.append(file)
        if file.state == "failed":
            self.failures.append(file.reason or f"{file.file_name}: failed")

    def conclude(self) -> list[str]:
        """The summary, or `RunFailed` with it if anything failed."""
        if self.failures:
            raise RunFailed("\n".join(self.lines()))
        return self.lines()

    def lines(self) -> list[str]:
        """The summary a run ends with."""
        return [*self._ingested(), *self._tagged(), *self._published(), *self._noted(), *self._failed()]

    def _ingested(self) -> list[str]:
        if not self.files:
            return []
        head = f"{'file':<42}{'rows':>9}" + "".join(f"{name:>13}" for name in COUNTS)
        lines = ["Ingested", f"  {head}"]
        for file in self.files:
            counts = "".join(f"{file.counts[name]:>13,}" for name in COUNTS)
            lines.append(f"  {file.file_name[-41:]:<42}{file.row_count:>9,}{counts}")
            lines += [f"    quarantined {n:,}: {code}" for code, n in sorted(file.quarantined.items())]
        return lines

    def _tagged(self) -> list[str]:
        if self.tagged is None:
            return []
        t = self.tagged
        return [
            f"Tagged     {t.item_count:,} items, {t.segment_count:,} segments, {t.tag_count:,} theme tags"
            f" ({t.model}, {t.taxonomy})"
        ]

    def _published(self) -> list[str]:
        if not self.published:
            return []
        if self.published_unchanged:
            lines = [f"Published  nothing: {self.published} is up to date"]
        else:
            lines = [f"Published  {self.published}"]
            lines += [f"  {table:<42}{count:>9,}" for table, count in self.published_rows.items()]
        lines += [f"Digest     {path}" for path in self.digests if path.name == "company.html"]
        if not self.changed and self.published_unchanged:
            lines.append("Changed    0 rows")
        return lines

    def _noted(self) -> list[str]:
        return [f"NOTE       {note}" for note in self.notes]

    def _failed(self) -> list[str]:
        # who builds tables does not know whether any were published before
        stands = STANDS if self.standing else NOTHING_STANDS if self.standing is False else PERHAPS_STANDS
        return [f"FAILED     {failure.replace(STANDS, stands)}" for failure in self.failures]
