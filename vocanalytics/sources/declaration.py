"""sources.yaml: which feeds there are and how to read them.

    taxonomy: automotive
    sources:
      - name: dealer_reviews
        channel: review
        format: csv
        path: sample/reviews.csv
        ...

Paths are relative to the folder of the declaring file and may hold ${VARIABLES} and wildcards.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, PrivateAttr, ValidationError, field_validator, model_validator

from vocanalytics.errors import ConfigError, SourceError
from vocanalytics.records import Channel
from vocanalytics.sources.complaints import config_error
from vocanalytics.sources.invitations import Invited, checked_invitations
from vocanalytics.sources.settings import (
    DELIMITED,
    Column,
    Condition,
    DateSetting,
    DimensionSetting,
    Format,
    PatternedColumn,
    Question,
    ScoreColumn,
    Settings,
    Slug,
    Touchpoint,
    checked_zone,
)
from vocanalytics.sources.yaml_reading import read_yaml

# formats that know their own columns, with the channel they carry
OWN_CHANNEL: dict[str, Channel] = {
    "qualtrics": "survey",
    "surveymonkey": "survey",
    "google_play": "review",
    "app_store": "review",
    "x": "social",
    "reddit": "social",
}
KNOWS_ITS_DATES = ("qualtrics", "surveymonkey", "google_play", "app_store", "x", "reddit")
KNOWS_ITS_TEXTS = ("google_play", "app_store", "x", "reddit")


def _header(given: Any) -> Any:
    return tuple(given) if isinstance(given, list) else given


class Source(Settings):
    """One feed. ``files()`` says which files it is made of; `read` turns one of them into rows."""

    name: Slug
    channel: Channel
    format: Format
    path: str
    encoding: str | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    quoting: str = Field(default="standard", pattern="^(standard|none)$")
    unescape: bool = False  # undo \uXXXX, \" and quotes around a whole cell, where quoting is none
    double_encoded: bool = False  # UTF-8 taken for cp1252 and encoded again: "GrÃ¶ÃŸe"
    header: Annotated[bool | tuple[Column, ...], BeforeValidator(_header)] = True
    optional: tuple[Column, ...] = ()  # columns some files or rows lack; read as blank
    sheet: str | None = None
    key: Column | None = None
    identity: tuple[Column, ...] = ()
    customer: PatternedColumn | None = None
    shared_customers: bool = False  # its customer ids mean the same people as in the customer file
    personal: tuple[Column, ...] = ()
    submitted: DateSetting | None = None
    updated: DateSetting | None = None
    zone: str | None = None
    language: Annotated[str, Field(pattern="^[a-z]{2}$")] | None = None
    language_column: Column | None = None
    context_touchpoint: Touchpoint | None = None
    questions: tuple[Question, ...] = ()
    scores: tuple[ScoreColumn, ...] = ()
    dimensions: dict[Slug, DimensionSetting] = Field(default_factory=dict)
    keep_where: tuple[Condition, ...] = ()
    invited_count: Invited | None = None  # over the whole history, or by month

    _folder: Path = PrivateAttr(default=Path())
    _zone = field_validator("zone")(checked_zone)
    _invited = field_validator("invited_count", mode="before")(checked_invitations)

    @model_validator(mode="before")
    @classmethod
    def _own_channel(cls, given: Any) -> Any:
        if isinstance(given, dict) and "channel" not in given and given.get("format") in OWN_CHANNEL:
            return {**given, "channel": OWN_CHANNEL[given["format"]]}
        return given

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, encoding: str | None) -> str | None:
        if encoding is not None:
            try:
                "".encode(encoding)
            except LookupError:
                raise ValueError(f"{encoding!r} is no encoding Python knows; expected one such as utf-8") from None
        return encoding

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.submitted is None and self.format not in KNOWS_ITS_DATES:
            raise ValueError(f"submitted is missing; a {self.format} feed must say which column holds its date")
        if not (self.questions or self.scores or self.format in KNOWS_ITS_TEXTS):
            raise ValueError("neither questions nor scores are declared, so there is nothing to read")
        for label, ids in (("question", self.questions), ("score", self.scores)):
            if len({one.id for one in ids}) < len(ids):
                raise ValueError(f"two of its {label}s have the same id")
        self._only_for("sheet", ("xlsx",))
        for name in ("encoding", "delimiter", "quoting", "unescape", "double_encoded"):
            self._only_for(name, (*DELIMITED, "jsonl", "reddit") if name == "encoding" else DELIMITED)
        self._only_for("header", ("csv", "tsv", "xlsx"))
        return self

    def _only_for(self, name: str, formats: tuple[str, ...]) -> None:
        if name in self.model_fields_set and self.format not in formats:
            raise ValueError(f"{name} has no meaning for a {self.format} feed, only for {', '.join(formats)}")

    def files(self) -> list[Path]:
        """The files of this feed, sorted; its suffix may be in capitals. Raises SourceError when there is none."""
        literal = self._folder / self.path
        if os.path.exists(literal):  # noqa: PTH110 Path.exists raises where the folder may not be entered
            return [literal]
        pattern = self.path if Path(self.path).is_absolute() else f"{glob.escape(str(self._folder))}/{self.path}"
        found = sorted(Path(name) for name in glob.glob(_any_case(pattern), recursive=True))  # noqa: PTH207 absolute
        if not found:
            raise SourceError(
                f"{self.name}: no file matches {self._folder / self.path}. Expected at least one {self.format} file; "
                "check the path in sources.yaml and that its folder may be read. Nothing of this source was loaded."
            )
        return found

    def name_of(self, path: Path) -> str:
        """What a file is called in reports and ledgers: its path from where the pattern's wildcards begin."""
        pattern = str(self._folder / self.path)
        root = path.parent if pattern == str(path) else Path(re.split(r"[*?\[]", pattern, maxsplit=1)[0] + "x").parent
        inside = path.relative_to(root) if path.is_relative_to(root) else Path(path.name)
        return f"{root.name}/{inside}"

    def columns(self) -> tuple[str, ...]:
        """Every column the declaration maps, sorted by name, so that reordering it changes no identity."""
        return tuple(sorted(set(self._mapped())))

    def _mapped(self) -> Iterator[str]:
        single = (self.key, self.language_column, *self.identity, *self.personal)
        places = (self.customer, self.submitted, self.updated, self.context_touchpoint, *self.dimensions.values())
        yield from (name for name in single if name)
        yield from (place.column for place in places if place and place.column)
        yield from (score.column for score in self.scores)
        yield from (condition.column for condition in self.keep_where)
        for question in self.questions:
            yield from question.columns
            if question.question_text_column:
                yield question.question_text_column


def _any_case(pattern: str) -> str:
    """The pattern for .csv and .CSV alike: Windows writes either, and the other one must not stay unread.

    >>> _any_case("exports/reviews_*.csv")
    'exports/reviews_*.[cC][sS][vV]'
    """
    start, suffix = re.fullmatch(r"(.*?)((?:\.[A-Za-z0-9]+)?)", pattern, re.DOTALL).groups()  # type: ignore[union-attr]
    return start + "".join(f"[{letter.lower()}{letter.upper()}]" if letter.isalpha() else letter for letter in suffix)


class CustomersTable(Settings):
    """A file of what is known about customers. ``columns`` maps region, tenure_years, loyalty_tier, left_on, others."""

    path: str
    key: Column
    columns: dict[Slug, Column] = Field(default_factory=dict)
    formats: tuple[str, ...] = ("iso",)  # of left_on
    _folder: Path = PrivateAttr(default=Path())


class Declaration(Settings):
    """A whole sources.yaml."""

    taxonomy: str
    min_base: Annotated[int, Field(ge=1)] = 30
    min_cell: Annotated[int, Field(ge=1)] = 5
    customers: CustomersTable | None = None
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        names = [source.name for source in self.sources]
        if double := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"source name {', '.join(double)} is used twice; names identify submissions")
        return self


def load_declaration(path: Path, environ: Mapping[str, str] | None = None) -> Declaration:
    """Read and check a sources.yaml. Nothing it points to is opened.

    Raises ConfigError naming file, source and field; UnknownKey for a key nobody reads.
    """
    path = Path(path)
    given = read_yaml(path)
    _expand(path, given, os.environ if environ is None else environ)
    try:
        declared = Declaration.model_validate(given)
    except ValidationError as error:
        raise config_error(path, given, error, Declaration) from None
    for place in (*declared.sources, declared.customers):
        if place is not None:
            place._folder = path.parent.absolute()
    return declared


def _expand(path: Path, given: dict[str, Any], environ: Mapping[str, str]) -> None:
    sources = given.get("sources")
    for entry in (given.get("customers"), *(sources if isinstance(sources, list) else ())):
        if isinstance(entry, dict) and isinstance(entry.get("path"), str):
            entry["path"] = re.sub(r"\$\{(\w+)\}", lambda found: _variable(path, found[1], environ), entry["path"])
    taxonomy = given.get("taxonomy")
    if isinstance(taxonomy, str) and ("/" in taxonomy or taxonomy.endswith((".yaml", ".yml"))):
        given["taxonomy"] = str(path.parent.absolute() / taxonomy)


def _variable(path: Path, name: str, environ: Mapping[str, str]) -> str:
    if name not in environ:
        raise ConfigError(f"{path}: a path uses ${{{name}}}, which is not set. Set it to a folder; nothing was read.")
    return str(Path(environ[name]).absolute())  # as a shell would read it, not relative to the declaring file
