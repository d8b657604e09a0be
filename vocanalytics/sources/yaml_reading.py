"""YAML without its surprises: no doubled keys, and yes/no/on/off stay the words people wrote."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from vocanalytics.errors import ConfigError


class _Loader(yaml.SafeLoader):
    pass


# YAML 1.1 would turn `map: {yes: 5, no: 1}` into {True: 5, False: 1}, which no cell of a file ever matches
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in known if tag != "tag:yaml.org,2002:bool"]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false|True|False)$"), list("tfTF"))


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [key.value for key, _ in node.value]
    for key in keys:
        if keys.count(key) > 1:
            raise yaml.MarkedYAMLError(problem=f"key {key!r} is given twice", problem_mark=node.start_mark)
    return yaml.SafeLoader.construct_mapping(loader, node, deep=True)


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read_yaml(path: Path, what: str = "a sources.yaml", keys: str = "the keys taxonomy and sources") -> dict[str, Any]:
    """The mapping a YAML file holds. Raises ConfigError when it cannot be read or holds something else."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else error.strerror
        raise ConfigError(f"{path}: cannot be read: {reason}. Expected {what}; nothing was read.") from None
    try:
        given = yaml.load(text, Loader=_Loader)  # noqa: S506 a SafeLoader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(f"{path}: line {line}: {error.problem}. Nothing was read.") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: not YAML: {error}. Nothing was read.") from None
    if not isinstance(given, dict):
        raise ConfigError(f"{path}: expected a mapping with {keys}. Nothing was read.")
    return given
