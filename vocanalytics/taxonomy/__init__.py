"""The coding frame: ordered journey stages, touchpoints that belong to one stage each, and themes.

    Taxonomy
      ├─ Stage       ordered; in one of four phases
      ├─ Touchpoint  where customer and company meet
      └─ Theme       what an idea is about; independent of touchpoints

A label's name and ``about`` line are enough to tag with; phrases, examples and labelled rows make it better.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

from vocanalytics.errors import TaxonomyError

PHASES = ("awareness", "consideration", "purchase", "post_purchase")
MODES = ("proactive", "reactive")


@dataclass(frozen=True, slots=True)
class Stage:
    id: str
    label: str
    phase: str  # one of PHASES
    about: str = ""


@dataclass(frozen=True, slots=True)
class Touchpoint:
    """Where customer and company meet. ``owner`` is the team whose digest gets its findings."""

    id: str
    label: str
    stage: str
    owner: str = "unassigned"
    mode: str = "reactive"  # one of MODES
    about: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    min_f1: float | None = None  # None: the taxonomy's


@dataclass(frozen=True, slots=True)
class Theme:
    id: str
    label: str
    about: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    min_f1: float | None = None
    only_alone: bool = False  # a verdict at large: given only where the text names no other theme


Label = Touchpoint | Theme


@dataclass(frozen=True, slots=True)
class Competitor:
    """A brand customers may compare with; the own one may be among them. ``label`` itself is a spelling, too."""

    label: str
    phrases: tuple[str, ...] = ()  # other spellings
    ordinary_word: bool = False  # "Seat": counts only with a capital letter, inside a sentence


@dataclass(frozen=True)
class Taxonomy:
    """A checked coding frame.

    Equal labels give an equal ``digest``, whatever the file looked like. Competitors are not in it: no head learns
    from them, so a longer list must not make a trained model unfit.
    """

    name: str
    edition: str
    min_f1: float
    stages: tuple[Stage, ...]
    touchpoints: tuple[Touchpoint, ...]
    themes: tuple[Theme, ...]
    replaced_by: tuple[tuple[str, str | None], ...] = ()  # retired id -> its successor, None = dropped
    competitors: tuple[Competitor, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.name}-{self.edition}"

    @cached_property
    def digest(self) -> str:
        content = asdict(self)
        del content["competitors"]
        return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()

    @cached_property
    def stage_of(self) -> dict[str, str]:
        """Touchpoint id -> stage id."""
        return {point.id: point.stage for point in self.touchpoints}


def load_taxonomy(path: str | Path) -> Taxonomy:
    """Read and check a coding frame.

    >>> from vocanalytics.resources import resolve_taxonomy
    >>> load_taxonomy(resolve_taxonomy("automotive")).stages[0].id
    'discover'

    Raises
    ------
    TaxonomyError
        If the file cannot be read or says something that cannot be acted on; names the place.
    """
    from vocanalytics.taxonomy.file import parse, read_yaml

    path = Path(path)
    return parse(read_yaml(path), path.name)


def label_texts(label: Label) -> Iterator[str]:
    """What a label says about itself without examples: name, about line, what it includes."""
    yield label.label
    if label.about:
        yield label.about
    yield from label.include


def check_touchpoint(taxonomy: Taxonomy, touchpoint: str) -> str:
    """The id itself, where the frame has it."""
    if touchpoint not in taxonomy.stage_of:
        raise TaxonomyError(
            f"{taxonomy.id} has no touchpoint {touchpoint!r}; it has {', '.join(taxonomy.stage_of) or 'none'}. "
            "Nothing was tagged."
        )
    return touchpoint
