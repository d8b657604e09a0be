"""From what pydantic found to an error that names file, source and field."""

from __future__ import annotations

import types
import typing
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from vocanalytics.errors import ConfigError, UnknownKey

Location = tuple[int | str, ...]


def config_error(path: Path, given: dict[str, Any], error: ValidationError, root: type[BaseModel]) -> ConfigError:
    """The first complaint, unknown keys first: they usually cause the others."""
    complaints = sorted(error.errors(include_url=False), key=lambda one: one["type"] != "extra_forbidden")
    first, more = complaints[0], len(complaints) - 1
    location: Location = first["loc"]
    if first["type"] == "extra_forbidden":
        where = _where(path, given, location[:-1])
        return UnknownKey(where, str(location[-1]), _known_keys(root, location[:-1]))
    message = str(first["msg"]).removeprefix("Value error, ")
    rest = f" ({more} more problem(s) after this one.)" if more else ""
    return ConfigError(f"{_where(path, given, location)}: {message}. Nothing was read.{rest}")


def _where(path: Path, given: dict[str, Any], location: Location) -> str:
    """``sources.yaml: source 'dealer_reviews': scores 1: scale``; list entries count from 1."""
    parts, rest = [str(path)], list(location)
    if len(rest) >= 2 and rest[0] == "sources" and isinstance(rest[1], int):
        entry = given["sources"][rest[1]]
        name = entry.get("name") if isinstance(entry, dict) else None
        parts.append(f"source {name!r}" if name else f"source number {rest[1] + 1}")
        rest = rest[2:]
    field = ""
    for step in rest:
        field += f" {step + 1}" if isinstance(step, int) else f"{'.' if field else ''}{step}"
    return ": ".join([*parts, field] if field else parts)


def _known_keys(root: type[BaseModel], location: Location) -> list[str]:
    """The keys allowed where ``location`` points: list positions and free dictionary keys name no field."""
    model = root
    for step in location:
        named = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
        inner = _model_in(named[step]) if isinstance(step, str) and step in named else None
        model = inner or model
    known = [field.alias or name for name, field in model.model_fields.items()]
    return [*known, "column"] if "columns" in known and "missing" in known else known


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if typing.get_origin(annotation) in (None, types.NoneType):
        return None
    return next((model for part in typing.get_args(annotation) if (model := _model_in(part))), None)
