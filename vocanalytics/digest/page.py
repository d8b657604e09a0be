"""What a page says, before any format."""

from __future__ import annotations

from dataclasses import dataclass, field

from vocanalytics.digest import (
    alerts,
    changes,
    charts,
    coverage,
    drivers,
    events,
    groups,
    moving,
    scores,
    selection,
    signs,
    summary,
)
from vocanalytics.digest import spikes as peaks
from vocanalytics.digest.quotes import Quote
from vocanalytics.digest.reading import Row

MAP = "journey-map"


@dataclass(frozen=True, slots=True)
class Line:
    series: scores.Series
    name: str  # of the picture, in a mail
    picture: charts.Picture


@dataclass(frozen=True, slots=True)
class Weighed:
    """What goes with one source's score, and the picture of it where there is one."""

    group: drivers.Drivers
    name: str  # of the picture, in a mail
    picture: charts.Picture | None


@dataclass(frozen=True, slots=True)
class Page:
    """What a template shows; every text in it is raw and made harmless there."""

    title: str
    owner: str  # empty on the company's page
    period: str
    bases: str
    alerts: alerts.Alerts
    changes: list[changes.Change]
    early_signs: list[signs.EarlySign]
    unchanged: str  # what stands there when there is none
    is_compared: bool  # whether there is anything earlier
    pain_points: list[selection.PainPoint]
    places: list[Row]
    moved: list[moving.Moved]
    groups: list[groups.Group]
    groups_compared: bool  # whether groups of this kind of period are compared at all
    spikes: list[peaks.Spike]
    spikes_about: str
    spikes_judged: int
    praise: list[selection.Praise]
    sources: list[coverage.SourceLine]
    caveats: list[str]
    footer: list[tuple[str, str]]
    quotes: list[Quote]  # every one on the page
    in_short: list[summary.Sentence] = field(default_factory=list)  # empty where nothing was heard
    # the company's page only
    drivers: list[Weighed] = field(default_factory=list)
    untold_drivers: str = ""  # what nothing can be shown of
    events: list[events.Event] = field(default_factory=list)
    has_moments: bool = False
    series: list[scores.Series] = field(default_factory=list)
    weighted_about: str = ""  # what weighted scores are, where the page has any
    owners: dict[str, str] = field(default_factory=dict)  # team -> its file
    maps: dict[str, charts.Picture] = field(default_factory=dict)  # by shape
    lines: list[Line] = field(default_factory=list)
    queries: list[tuple[str, str]] = field(default_factory=list)

    def pictures(self) -> dict[str, bytes]:
        """PNG by the name a mail gives it."""
        drawn = [(MAP, self.maps["wide"])] if self.maps else []
        drawn += [(line.name, line.picture) for line in self.lines]
        drawn += [(weighed.name, weighed.picture) for weighed in self.drivers if weighed.picture]
        return {name: picture.png() for name, picture in drawn}
