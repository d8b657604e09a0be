"""The pages of one period: the company's and one per owner of touchpoints."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from markupsafe import Markup

from vocanalytics.digest import changes, charts, coverage, journey, scores, selection, words
from vocanalytics.digest.mail import as_mail
from vocanalytics.digest.quotes import Quoting
from vocanalytics.digest.reading import Published, Row
from vocanalytics.digest.render import html_page, markdown_page, plain_page
from vocanalytics.digest.summary import WHOLE, in_short
from vocanalytics.taxonomy import Taxonomy

RESERVED = "company"
MOST_SCORE_CHARTS = 6
UNCHANGED = (
    "Nothing that can be told from chance, or too little feedback to compare. That is not proof that all is steady."
)


@dataclass(frozen=True, slots=True)
class Line:
    series: scores.Series
    picture: Markup


@dataclass(frozen=True, slots=True)
class Page:
    """What a template shows; every text in it is raw and made harmless there."""

    title: str
    owner: str  # empty on the company's page
    period: str
    bases: str
    in_short: list[str]
    changes: list[changes.Change]
    unchanged: str  # what stands there when there is none
    pain_points: list[selection.PainPoint]
    places: list[Row]
    praise: list[selection.Praise]
    series: list[scores.Series]
    sources: list[coverage.SourceLine]
    caveats: list[str]
    footer: list[tuple[str, str]]
    owners: dict[str, str] = field(default_factory=dict)  # team -> its file
    maps: list[Markup] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


def build_pages(published: Published, taxonomy: Taxonomy) -> dict[str, bytes]:
    """File name -> content. The same tables give the same bytes.

    Raises
    ------
    CheckFailed
        A quote is not what the customer wrote.
    """
    files = owner_files(point.owner for point in taxonomy.touchpoints)
    company = page_of(published, taxonomy, files=files)
    html = html_page(company)
    mail = as_mail(company.title, plain_page(company), html_page(company, in_mail=True), html)
    teams = {name: html_page(page_of(published, taxonomy, owner)).encode() for owner, name in files.items()}
    # the page people open comes last, so that what it links to is there
    return {**teams, "company.md": markdown_page(company).encode(), "company.eml": mail, "company.html": html.encode()}


def owner_files(owners: Iterable[str]) -> dict[str, str]:
    """
    >>> owner_files(["Customer Care", "Company", "customer care!"])
    {'Company': 'company-2.html', 'Customer Care': 'customer-care.html', 'customer care!': 'customer-care-2.html'}
    """
    taken, files = {RESERVED}, {}
    for owner in sorted(set(owners)):
        slug = re.sub(r"[^a-z0-9]+", "-", owner.lower()).strip("-")[:60] or "team"
        number, free = 2, slug
        while free in taken:
            free, number = f"{slug}-{number}", number + 1
        taken.add(free)
        files[owner] = f"{free}.html"
    return files


def page_of(published: Published, taxonomy: Taxonomy, owner: str = "", files: dict[str, str] | None = None) -> Page:
    """The company's page, or an owner's: what concerns the touchpoints it owns."""

    def mine(row: Row) -> bool:
        return not owner or row["owner"] == owner

    quoting = Quoting(published.feedback)
    pains = selection.pain_points(published, quoting, mine)
    praise = selection.praised(published, quoting, mine)
    if owner:  # who reads of nothing but its own need not be told whose it is
        pains, praise = [replace(pain, owner="") for pain in pains], [replace(one, owner="") for one in praise]
    changed, series = changes.changes(published, mine), [] if owner else scores.series(published)
    heard = bool(coverage.counted_items(published))
    stops = journey.stops(published.touchpoints, _order(taxonomy), published.publication.min_cell)
    sorest, comparable = selection.sorest(published, mine), changes.comparable(published, mine)
    short = in_short(pains, sorest, changed, praise, series, comparable=comparable, whole=_is_whole(published))
    drawn = not owner and any(stop.count for stop in stops)
    return Page(
        title=f"{owner or 'Voice of the customer'}: {_when(published)}",
        owner=owner,
        period=_when(published),
        bases=_bases(published),
        in_short=short if heard else [],
        changes=changed,
        unchanged=WHOLE if _is_whole(published) else UNCHANGED,
        pain_points=pains,
        places=[row for row in _places(published, taxonomy) if mine(row)],
        praise=praise,
        series=series,
        sources=coverage.source_lines(published),
        caveats=coverage.caveats(published),
        footer=_footer(published),
        owners=files or {},
        maps=[charts.journey_map(stops, wide=True), charts.journey_map(stops, wide=False)] if drawn else [],
        lines=_lines(series),
    )


def _lines(series: list[scores.Series]) -> list[Line]:
    drawn = [(one, charts.score_line(one)) for one in [s for s in series if s.now][:MOST_SCORE_CHARTS]]
    return [Line(one, picture) for one, picture in drawn if picture is not None]


def _order(taxonomy: Taxonomy) -> list[tuple[str, str, str]]:
    return [
        (point.id, point.label, stage.label)
        for stage in taxonomy.stages
        for point in taxonomy.touchpoints
        if point.stage == stage.id
    ]


def _places(published: Published, taxonomy: Taxonomy) -> list[Row]:
    """Touchpoints that were mentioned, in journey order, worded."""
    order = {id_: number for number, (id_, _, _) in enumerate(_order(taxonomy))}
    rows = [r for r in published.touchpoints if r["source"] == selection.ALL and r["mention_item_count"]]
    rows.sort(key=lambda row: (order.get(row["touchpoint"], len(order)), row["touchpoint"]))
    return [_place(row) for row in rows]


def _place(row: Row) -> dict[str, Any]:
    return {
        "owner": row["owner"],
        "stage": row["stage_label"] or "",
        "touchpoint": selection.place(row),
        "mentions": f"{row['mention_item_count']:,}",
        "positive": f"{row['positive_item_count']:,}",
        "negative": f"{row['negative_item_count']:,}",
        "net": words.signed(row["net_sentiment"]),
        "bounds": f"{words.signed(row['net_sentiment_low'])} to {words.signed(row['net_sentiment_high'])}",
        "state": {"better": "better", "worse": "worse", "no_clear_change": "no clear change"}.get(
            row["state"], "too few to compare"
        ),
    }


def _is_whole(published: Published) -> bool:
    return published.period is not None and published.period.kind == "all"


def _when(published: Published) -> str:
    if published.period is None:
        return "no feedback yet"
    return words.span(published.period.first, published.period.last)


def _bases(published: Published) -> str:
    if published.period is None:
        return "No feedback has been published for any period yet."
    kind, heard = words.KINDS.get(published.period.kind, published.period.kind), coverage.heard_sources(published)
    sources = f"from {words.listed(heard)}" if heard else "from no source"
    counted = words.many(coverage.counted_items(published), "feedback item")
    return f"{kind.capitalize()}; {counted} with text {sources}, spam and copies left out."


def _footer(published: Published) -> list[tuple[str, str]]:
    edition = published.edition
    return [
        ("Publication", published.publication.id),
        ("Data up to", published.publication.as_of or "no data"),
        ("Model", edition["model"] or "none"),
        ("Taxonomy", edition["taxonomy"] or "none"),
        ("Masking of personal data", edition["masking"] or "none"),
    ]
