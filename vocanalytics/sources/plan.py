"""A source's declaration compiled for one file: cells in, exactly one row out.

Everything that can be looked up once (column numbers, parsers, patterns) is, because `row` runs for
every row of every file again on each unchanged re-run.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from vocanalytics.errors import SourceError
from vocanalytics.records import Accepted, Answer, Filtered, Rejected, Row, Score, Submission
from vocanalytics.sources.dates import FIRST_PLAUSIBLE_DAY, Unreadable, date_parser
from vocanalytics.sources.declaration import Source
from vocanalytics.sources.picking import condition, dimension, language_code, picker, touchpoint
from vocanalytics.sources.scores import score_parser
from vocanalytics.sources.settings import Question
from vocanalytics.sources.tables import Cells, Table, damage, hashable

Answering = Callable[[Cells], Answer | None]


class Plan:
    """How to turn the cells of one file's table into rows. ``source`` already has the format's defaults."""

    def __init__(self, source: Source, table: Table, path: Path) -> None:
        if source.submitted is None:
            raise SourceError(
                f"{source.name}: {path}: no column of the usual names holds the date. Declare `submitted`; the file "
                f"has: {', '.join(table.columns[:40])}."
            )
        at = {name: number for number, name in enumerate(table.columns)}
        self.name, self.channel = source.name, source.channel
        self.width, self.doubt = len(table.columns), table.doubt
        self.lacking = table.lacking
        self.narrowest = _narrowest(table.columns, source.optional)
        self.used = [at[name] for name in source.columns()]
        self.conditions = [(at[one.column], condition(one), one.code) for one in source.keep_where]
        self.submitted, self.parse_date = _date(source, source.submitted, at)
        self.updated, self.parse_update = _date(source, source.updated, at)
        self.key = at[source.key] if source.key else None
        self.identity = [at[name] for name in source.identity] or self.used
        # a feed that says both has rows without a key; a feed with a key only must always have it
        self.key_may_lack = bool(source.identity)
        self.customer = picker(source.customer, at)
        self.personal = [at[name] for name in source.personal]
        self.language = source.language
        self.language_at = at[source.language_column] if source.language_column else None
        self.touchpoint = touchpoint(source.context_touchpoint, at)
        self.answers = [_answering(one, at, table.question_texts) for one in source.questions]
        self.scores = [
            (at[one.column], score_parser(one), one.id, one.text or table.question_texts.get(one.column), one.scale)
            for one in source.scores
        ]
        self.dimensions = [(name, dimension(one, at, path)) for name, one in source.dimensions.items()]

    def row(self, position: int, cells: Cells) -> Row:
        if len(cells) != self.width or self.lacking:
            fitted = self._fitted(cells)
            if fitted is None:
                reason = f"{len(cells)} cells where {self.width} were expected"
                return self._rejected(position, cells, "columns", reason)
            cells = fitted
        for column, keep, code in self.conditions:
            if not keep(cells[column]):
                return Filtered(position, code)
        if self.doubt.raised and (code_ := damage(cells[column] for column in self.used)):
            reason = "a NUL character" if code_ == "nul" else "bytes that are not text in the file's encoding"
            return self._rejected(position, cells, code_, f"{reason} in a mapped column")
        return self._submission(position, cells)

    def _submission(self, position: int, cells: Cells) -> Row:
        moment = self.parse_date(cells[self.submitted])
        if isinstance(moment, Unreadable):
            if not any(str(cell).strip() for cell in cells):
                return Filtered(position, "blank")
            return self._rejected(position, cells, moment.code, moment.expected)
        update = None if self.updated is None else self._update(cells)
        if isinstance(update, Unreadable):
            return self._rejected(position, cells, update.code, update.expected)
        key = None if self.key is None else str(cells[self.key]).strip()
        if key is not None and (fault := self._key_fault(key)):
            return self._rejected(position, cells, *fault)
        scores = []
        for column, parse, question_id, text, scale in self.scores:
            score = parse(cells[column])
            if isinstance(score, Unreadable):
                return self._rejected(position, cells, score.code, score.expected)
            if score is not None:
                scores.append(Score(question_id, text, scale, score))
        return Accepted(
            position,
            Submission(
                source=self.name,
                channel=self.channel,
                key=key or None,
                identity=() if key else tuple([str(cells[column]) for column in self.identity]),
                submitted_on=moment.on,
                submitted_at=moment.at,
                updated_at=update,
                customer=self.customer(cells),
                personal=tuple([text for column in self.personal if (text := str(cells[column]).strip())]),
                language=self.language
                or (language_code(cells[self.language_at]) if self.language_at is not None else None),
                context_touchpoint=self.touchpoint(cells),
                answers=tuple([answer for answering in self.answers if (answer := answering(cells))]),
                scores=tuple(scores),
                dimensions=tuple([(name, value) for name, pick in self.dimensions if (value := pick(cells))]),
            ),
        )

    def _update(self, cells: Cells) -> datetime | Unreadable | None:
        cell = cells[self.updated]
        if not str(cell).strip():
            return None
        moment = self.parse_update(cell)
        if isinstance(moment, Unreadable):
            return moment
        return moment.at or datetime(moment.on.year, moment.on.month, moment.on.day, tzinfo=UTC)

    def _key_fault(self, key: str) -> tuple[str, str] | None:
        if not key:
            return None if self.key_may_lack else ("missing_key", "the key column is blank")
        if "E+" in key and re.fullmatch(r"\d([.,]\d+)?E\+\d+", key):
            return "rounded_key", "the key column holds a number a spreadsheet has rounded, such as 1.2E+17"
        return None

    def _fitted(self, cells: Cells) -> Cells | None:
        """The cells cut or filled to the table's width where that loses nothing, else None."""
        most = self.width - self.lacking
        if len(cells) < self.narrowest or any(str(cell).strip() for cell in cells[most:]):
            return None
        return [*cells[:most], *[""] * (self.width - min(len(cells), most))]

    def _rejected(self, position: int, cells: Cells, code: str, reason: str) -> Rejected:
        return Rejected(position, code, reason, hashable("\x1f".join(map(str, cells))))


def _date(source: Source, setting: Any, at: dict[str, int]) -> tuple[Any, Callable[[Any], Any]]:
    if setting is None:
        return None, lambda _: None
    return at[setting.column], date_parser(setting, source.zone, FIRST_PLAUSIBLE_DAY)


def _narrowest(columns: tuple[str, ...], optional: tuple[str, ...]) -> int:
    width = len(columns)
    while width and columns[width - 1] in optional:
        width -= 1
    return width


def _answering(question: Question, at: dict[str, int], texts: dict[str, str]) -> Answering:
    columns = [at[name] for name in question.columns]
    missing = {raw.casefold() for raw in question.missing}
    fixed = question.text or next((texts[name] for name in question.columns if texts.get(name)), None)
    asked_at = at[question.question_text_column] if question.question_text_column else None

    def answering(cells: Cells) -> Answer | None:
        if len(columns) == 1:
            text = str(cells[columns[0]]).strip()
        else:
            text = "\n".join([part for column in columns if (part := str(cells[column]).strip())])
        if not text or (missing and text.casefold() in missing):
            return None
        asked = fixed if asked_at is None else str(cells[asked_at]).strip() or fixed
        return Answer(question.id, asked, text)

    return answering
