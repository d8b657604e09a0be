"""Sentences this package brings along: ordinary customer talk that belongs to no coding frame in particular."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@cache
def read(name: str) -> Any:
    return yaml.safe_load((files("vocanalytics.tagging") / name).read_text(encoding="utf-8"))


@cache
def ordinary() -> tuple[str, ...]:
    """What customers say about anything at all; the yardstick for how close a text is to a label."""
    content = read("intent_examples.yaml")
    return tuple(dict.fromkeys(text for group in content["intent"].values() for text in group))


@cache
def empty_talk() -> tuple[str, ...]:
    """Sentences no theme or touchpoint applies to."""
    return tuple(dict.fromkeys((*read("intent_examples.yaml")["intent"]["none"], *read("empty_talk.yaml"))))
