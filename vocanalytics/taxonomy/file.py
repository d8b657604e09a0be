"""Reads a taxonomy file strictly: every key known, every id sound, every reference kept."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml

from vocanalytics.errors import TaxonomyError
from vocanalytics.taxonomy import MODES, PHASES, Competitor, Stage, Taxonomy, Theme, Touchpoint

_ID = re.compile(r"[a-z0-9][a-z0-9_-]*")
_TOP = ("name", "edition", "min_f1", "stages", "touchpoints", "themes", "replaced_by", "competitors")
_LISTS = ("include", "exclude", "phrases", "examples")
_STAGE = ("id", "label", "phase", "about")
_LABEL = ("id", "label", "about", *_LISTS, "min_f1")
_THEME = (*_LABEL, "only_alone")
_COMPETITOR = ("label", "phrases", "ordinary_word")
_TOUCHPOINT = (*_LABEL, "stage", "owner", "mode")
_MAX_BYTES = 20_000_000
Built = TypeVar("Built")


class _StrictLoader(yaml.SafeLoader):
    """YAML lets a later key silently replace an earlier one; a coding frame must not."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"key {key!r} stands twice", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


def read_yaml(path: Path) -> object:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise TaxonomyError(
                f"{path.name}: larger than {_MAX_BYTES:,} bytes, not a coding frame. Nothing was loaded."
            )
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_StrictLoader)  # noqa: S506 (a SafeLoader)
    except OSError as error:
        raise TaxonomyError(f"{path.name}: cannot be read ({error.strerror}). Nothing was loaded.") from error
    except (yaml.YAMLError, UnicodeDecodeError, TypeError) as error:
        raise TaxonomyError(
            f"{path.name}: not a YAML file in UTF-8 ({_first_line(error)}). Nothing was loaded."
        ) from error


def _first_line(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or type(error).__name__
    return f"{problem}, line {mark.line + 1}" if mark else str(problem)


def parse(content: object, where: str) -> Taxonomy:
    top = _mapping(content, where, _TOP)
    taxonomy = Taxonomy(
        name=_id(_text(top, "name", where), where),
        edition=_text(top, "edition", where),
        min_f1=_share(top.get("min_f1", 0.5), f"{where}: min_f1"),
        stages=_each(top, "stages", where, _stage),
        touchpoints=_each(top, "touchpoints", where, _touchpoint),
        themes=_each(top, "themes", where, _theme),
        replaced_by=_retired(top.get("replaced_by") or {}, where),
        competitors=_each(top, "competitors", where, _competitor),
    )
    _check_spellings(taxonomy, where)
    _check_references(taxonomy, where)
    return taxonomy


def _stage(entry: object, where: str) -> Stage:
    fields = _mapping(entry, where, _STAGE)
    phase = _choice(_text(fields, "phase", where, known=PHASES), PHASES, f"{where}: phase")
    return Stage(phase=phase, **_named(fields, where))


def _theme(entry: object, where: str) -> Theme:
    fields = _mapping(entry, where, _THEME)
    return Theme(only_alone=_flag(fields, "only_alone", where), **_named(fields, where), **_described(fields, where))


def _touchpoint(entry: object, where: str) -> Touchpoint:
    fields = _mapping(entry, where, _TOUCHPOINT)
    return Touchpoint(
        stage=_text(fields, "stage", where),
        owner=_text(fields, "owner", where, "unassigned"),
        mode=_choice(_text(fields, "mode", where, "reactive"), MODES, f"{where}: mode"),
        **_named(fields, where),
        **_described(fields, where),
    )


def _competitor(entry: object, where: str) -> Competitor:
    fields = {"label": entry} if isinstance(entry, str) else _mapping(entry, where, _COMPETITOR)
    label = _text(fields, "label", where)
    if not label:
        raise TaxonomyError(f"{where}: label is blank; name the brand. Nothing was loaded.")
    phrases = _texts(fields.get("phrases"), f"{where}: phrases")
    return Competitor(label, phrases, _flag(fields, "ordinary_word", where))


def _flag(fields: Mapping[str, Any], key: str, where: str) -> bool:
    value = fields.get(key, False)
    if not isinstance(value, bool):
        raise TaxonomyError(f"{where}: {key} must be true or false; found {value!r}. Nothing was loaded.")
    return value


def _check_spellings(taxonomy: Taxonomy, where: str) -> None:
    owners: dict[str, str] = {}
    for brand in taxonomy.competitors:
        for spelling in sorted({text.casefold() for text in (brand.label, *brand.phrases)}):
            if spelling in owners:
                raise TaxonomyError(
                    f"{where}: competitors {owners[spelling]!r} and {brand.label!r} share the spelling {spelling!r}; "
                    "leave it to one of them. Nothing was loaded."
                )
            owners[spelling] = brand.label


def _named(fields: Mapping[str, Any], where: str) -> dict[str, Any]:
    identity = _id(_text(fields, "id", where), where)
    readable = identity.replace("_", " ").replace("-", " ").capitalize()
    return {
        "id": identity,
        "label": _text(fields, "label", where, readable),
        "about": _text(fields, "about", where, ""),
    }


def _described(fields: Mapping[str, Any], where: str) -> dict[str, Any]:
    lists = {key: _texts(fields.get(key), f"{where}: {key}") for key in _LISTS}
    min_f1 = fields.get("min_f1")
    return {**lists, "min_f1": None if min_f1 is None else _share(min_f1, f"{where}: min_f1")}


def _each(top: Mapping[str, Any], key: str, where: str, build: Callable[[object, str], Built]) -> tuple[Built, ...]:
    entries = top.get(key) or []
    if not isinstance(entries, list):
        raise TaxonomyError(f"{where}: {key} must be a list; found {type(entries).__name__}. Nothing was loaded.")
    _check_unique([entry["id"] for entry in entries if isinstance(entry, Mapping) and "id" in entry], f"{where}: {key}")
    return tuple(build(entry, f"{where}: {key}[{i}]") for i, entry in enumerate(entries))


def _check_unique(ids: list[object], where: str) -> None:
    for i, name in enumerate(ids):
        if ids.index(name) != i:
            raise TaxonomyError(
                f"{where} has the id {name!r} twice, at {ids.index(name)} and {i} (counted from 0). "
                "Give one of them another id. Nothing was loaded."
            )


def _check_references(taxonomy: Taxonomy, where: str) -> None:
    if not (taxonomy.touchpoints or taxonomy.themes):
        raise TaxonomyError(f"{where}: needs at least one theme or touchpoint; found none. Nothing was loaded.")
    stages = [stage.id for stage in taxonomy.stages]
    for point in taxonomy.touchpoints:
        if point.stage not in stages:
            near = _nearest(point.stage, stages)
            raise TaxonomyError(f"{where}: touchpoint {point.id!r} names an unknown stage {point.stage!r}; {near}")
    labels: tuple[Stage | Touchpoint | Theme, ...] = (*taxonomy.stages, *taxonomy.touchpoints, *taxonomy.themes)
    live = {label.id for label in labels}
    for old, new in taxonomy.replaced_by:
        if old in live:
            raise TaxonomyError(
                f"{where}: id {old!r} is in use and in replaced_by; a retired id is never used again. "
                "Choose a new id for the label. Nothing was loaded."
            )
        if new is not None and new not in live:
            raise TaxonomyError(f"{where}: replaced_by of {old!r} names an unknown id {new!r}; {_nearest(new, live)}")


def _retired(content: object, where: str) -> tuple[tuple[str, str | None], ...]:
    if not isinstance(content, Mapping):
        raise TaxonomyError(f"{where}: replaced_by must map old ids to new ones. Nothing was loaded.")
    return tuple((_id(str(old), where), None if new is None else str(new)) for old, new in content.items())


def _mapping(content: object, where: str, known: Iterable[str]) -> Mapping[str, Any]:
    if not isinstance(content, Mapping):
        raise TaxonomyError(f"{where}: must map keys to values; found {type(content).__name__}. Nothing was loaded.")
    for key in content:
        if key not in known:
            raise TaxonomyError(f"{where}: unknown key {str(key)!r}; {_nearest(str(key), known)}")
    return content


def _text(
    fields: Mapping[str, Any], key: str, where: str, default: str | None = None, known: Sequence[str] = ()
) -> str:
    value = fields.get(key, default)
    if value is None and default is not None:
        return default
    if value is None:
        choice = f"; give one of {', '.join(known)}" if known else ""
        raise TaxonomyError(f"{where}: {key} is missing{choice}. Nothing was loaded.")
    if not isinstance(value, str):
        # an unquoted 2026.10 arrives as the number 2026.1, an unquoted `no` as False
        raise TaxonomyError(
            f"{where}: {key} must be text; found the {type(value).__name__} {value!r}. Put it in quotes. "
            "Nothing was loaded."
        )
    return value.strip()


def _texts(value: object, where: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(entry, str) and entry.strip() for entry in value):
        raise TaxonomyError(f"{where} must be a list of non-empty texts. Nothing was loaded.")
    return tuple(entry.strip() for entry in value)


def _id(value: str, where: str) -> str:
    if not _ID.fullmatch(value):
        raise TaxonomyError(
            f"{where}: bad id {value!r}; use lower-case letters, digits, '_' and '-', a letter or digit first. "
            "Nothing was loaded."
        )
    return value


def _share(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise TaxonomyError(f"{where} must be a number from 0 to 1; found {value!r}. Nothing was loaded.")
    return float(value)


def _choice(value: str, allowed: Iterable[str], where: str) -> str:
    if value not in allowed:
        raise TaxonomyError(f"{where} is {value!r}; {_nearest(value, allowed)}")
    return value


def _nearest(value: str, known: Iterable[str]) -> str:
    options = sorted(known)
    near = difflib.get_close_matches(value, options, n=1, cutoff=0.0)
    guess = f"did you mean {near[0]!r}? " if near else ""
    return f"{guess}Known: {', '.join(options) or 'none'}. Nothing was loaded."
