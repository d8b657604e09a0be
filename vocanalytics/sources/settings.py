"""What a source may say about itself in sources.yaml, piece by piece.

Every model is closed: a key nobody reads is an error, because a misspelt setting that is silently
ignored is worse than none. `declaration` puts the pieces together and words the errors.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from vocanalytics.records import SCALES

Format = Literal[
    "csv",
    "tsv",
    "xlsx",
    "jsonl",
    "parquet",
    "qualtrics",
    "surveymonkey",
    "google_play",
    "app_store",
    "x",
    "reddit",
]
DELIMITED = ("csv", "tsv", "qualtrics", "surveymonkey", "google_play")
NAMED_DATES = ("iso", "epoch_s", "epoch_ms")
# CSAT, CES and NPS are answered by picking one number; averages of them are not an answer
WHOLE_NUMBER_SCALES = ("nps_0_10", "csat_1_5", "ces_1_7")


def tidy(name: object) -> str:
    """A column name without the stray spaces, no-break spaces and byte order marks exports leave in it.

    >>> tidy(" Star\\u00a0Rating ")
    'Star Rating'
    """
    return " ".join(str(name).replace("\ufeff", "").split())


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str | int) else value


def _column_shorthand(value: Any) -> Any:
    return {"column": value} if isinstance(value, str | int) else value


Column = Annotated[str, BeforeValidator(tidy), Field(min_length=1)]
Raw = Annotated[str, BeforeValidator(lambda value: str(value).strip())]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
QuestionId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
RawList = Annotated[tuple[Raw, ...], BeforeValidator(_listed)]


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def checked_pattern(pattern: str | None) -> str | None:
    """The pattern itself; ValueError when it is not a regular expression."""
    if pattern is not None:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
    return pattern


def checked_zone(zone: str | None) -> str | None:
    """The zone itself; ValueError when the time zone database does not know it."""
    if zone is not None:
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"{zone!r} is no time zone; expected a name such as Europe/London or UTC") from None
    return zone


class Patterned(Settings):
    """A column, or the part of its cells that a regular expression finds (group 1 if it has one)."""

    column: Column
    pattern: str | None = None

    _pattern = field_validator("pattern")(checked_pattern)


class DateColumn(Patterned):
    """Where a moment is written and how.

    ``formats`` are strptime formats or `iso`, `epoch_s`, `epoch_ms`; `%-d`, `%-m` mean written without a
    leading zero and `%0d`, `%0m` always with two digits, which tells mixed exports apart. A text that two of
    the formats read as different moments is rejected, not guessed.
    """

    formats: Annotated[tuple[str, ...], BeforeValidator(_listed), Field(min_length=1)] = ("iso",)
    from_: Literal["snowflake"] | None = Field(default=None, alias="from")
    date_only: bool = False

    @field_validator("formats")
    @classmethod
    def _complete(cls, formats: tuple[str, ...]) -> tuple[str, ...]:
        for one in formats:
            found = set(re.findall(r"%[-0]?([A-Za-z])", one))
            whole = found & {"Y", "y"} and found & {"m", "b", "B"} and "d" in found
            if one not in NAMED_DATES and not (whole or found & {"c", "x"}):
                raise ValueError(
                    f"{one!r} names no full date; expected {', '.join(NAMED_DATES)} or a strptime format "
                    "with year, month and day"
                )
        return formats


class Question(Settings):
    """An open question: one column, or several whose cells are joined by line breaks (title, body)."""

    id: QuestionId
    columns: Annotated[tuple[Column, ...], BeforeValidator(_listed), Field(min_length=1)]
    text: str | None = None
    question_text_column: Column | None = None
    missing: RawList = ()  # cells that mean nobody answered, such as "Did not answer"

    @model_validator(mode="before")
    @classmethod
    def _one_column(cls, given: Any) -> Any:
        if isinstance(given, dict) and "column" in given and "columns" not in given:
            given = {**given, "columns": given["column"]}
            del given["column"]
        return given


class ScoreColumn(Settings):
    """A column of numbers customers gave. ``map`` turns what the file says into a value on ``scale``."""

    id: QuestionId
    column: Column
    scale: str
    map: dict[Raw, float] | None = None
    missing: RawList = ()
    text: str | None = None
    easy_end: Literal["high", "low"] | None = None  # ces only; values are turned so that 7 is easy

    @model_validator(mode="after")
    def _on_scale(self) -> Self:
        if self.scale not in SCALES:
            raise ValueError(f"scale {self.scale!r} is unknown; expected one of {', '.join(SCALES)}")
        low, high = SCALES[self.scale]
        if off := [raw for raw, value in (self.map or {}).items() if not low <= value <= high]:
            raise ValueError(f"map sends {', '.join(off)} outside {self.scale} ({low:g} to {high:g})")
        if self.scale.startswith("ces") != (self.easy_end is not None):
            raise ValueError("easy_end (high or low) belongs to a ces scale, which cannot do without it")
        return self


class Dimension(Settings):
    """A fact about the submission to split figures by; a cell that is blank or does not match gives none."""

    column: Column | None = None
    pattern: str | None = None
    file_pattern: str | None = None  # searched in the file's name
    value: Raw | None = None
    map: dict[Raw, Raw] | None = None

    _pattern = field_validator("pattern", "file_pattern")(checked_pattern)

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if sum(origin is not None for origin in (self.column, self.file_pattern, self.value)) != 1:
            raise ValueError("expected exactly one of column, file_pattern, value")
        if self.column is None and (self.pattern or self.map):
            raise ValueError("pattern and map work on a column")
        return self


class Touchpoint(Settings):
    """Where a survey was triggered: one touchpoint id for all, or a column of them."""

    column: Column | None = None
    map: dict[Raw, Raw] | None = None
    value: Raw | None = None

    @model_validator(mode="before")
    @classmethod
    def _fixed(cls, given: Any) -> Any:
        return {"value": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if (self.column is None) == (self.value is None):
            raise ValueError("expected a touchpoint id or {column, map}")
        return self


class Condition(Settings):
    """Rows that break it are filtered: counted, not loaded. Comparison ignores case and outer spaces."""

    column: Column
    equals: Raw | None = None
    not_equals: Raw | None = None
    in_: RawList | None = Field(default=None, alias="in")
    not_in: RawList | None = None
    matches: str | None = None
    filled: bool | None = None
    code: Slug = "not_kept"

    _pattern = field_validator("matches")(checked_pattern)

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        tests = (self.equals, self.not_equals, self.in_, self.not_in, self.matches, self.filled)
        if sum(test is not None for test in tests) != 1:
            raise ValueError("expected exactly one of equals, not_equals, in, not_in, matches, filled")
        return self


PatternedColumn = Annotated[Patterned, BeforeValidator(_column_shorthand)]
DateSetting = Annotated[DateColumn, BeforeValidator(_column_shorthand)]
DimensionSetting = Annotated[Dimension, BeforeValidator(_column_shorthand)]
