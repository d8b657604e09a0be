"""What the pages of one period say: the company's and one per owner of touchpoints."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from vocanalytics.digest import (
    alerts,
    changes,
    charts,
    coverage,
    drivers,
    events,
    groups,
    journey,
    moving,
    origin,
    scores,
    selection,
    signs,
    spikes,
    words,
)
from vocanalytics.digest.page import Line, Page, Weighed
from vocanalytics.digest.quotes import Quoting
from vocanalytics.digest.reading import ALL, Published, Row
from vocanalytics.digest.summary import Sentence, Told, in_short, unchanged
from vocanalytics.taxonomy import Taxonomy

MOST_SCORE_CHARTS = 6
STATES = {"better": "▲ better", "worse": "▼ worse", "no_clear_change": "not clear"}
SHAPES = ("wide", "middle", "narrow")  # of the journey map


def page_of(published: Published, taxonomy: Taxonomy, owner: str = "", files: dict[str, str] | None = None) -> Page:
    """The company's page, or an owner's: what concerns the touchpoints it owns."""

    def mine(row: Row) -> bool:
        return not owner or row["owner"] == owner

    quoting = Quoting(published.feedback)
    pains = selection.pain_points(published, quoting, mine)
    changed = changes.changes(published, quoting, mine)
    early = signs.early_signs(published, quoting, mine)
    praise = selection.praised(published, quoting, mine)
    peaks = spikes.spikes(published, mine)
    compared = _is_compared(published)
    page = Page(
        title=f"{owner or 'Voice of the customer'}: {_when(published)}",
        owner=owner,
        period=_when(published),
        bases=_bases(published),
        alerts=alerts.alerts(published, _owned(taxonomy, owner) if owner else None),
        changes=changed,
        early_signs=early,
        unchanged=unchanged(
            is_whole=_is_whole(published), is_compared=compared, is_comparable=changes.comparable(published, mine)
        ),
        is_compared=compared,
        # who reads of nothing but its own need not be told whose it is
        pain_points=[replace(pain, owner="") for pain in pains] if owner else pains,
        places=[row for row in _places(published, taxonomy) if mine(row)],
        moved=moving.moved(published, mine, company=not owner),
        groups=groups.groups(published, mine),
        groups_compared=bool(published.period and published.period.kind in ("four_weeks", "all")),
        spikes=peaks,
        spikes_about=spikes.about(peaks),
        spikes_judged=published.spikes_judged,
        praise=[replace(one, owner="") for one in praise] if owner else praise,
        sources=coverage.source_lines(published),
        caveats=coverage.caveats(published),
        footer=_footer(published),
        quotes=quoting.given,
    )
    if not owner:
        page = _of_company(page, published, taxonomy, files or {})
    return replace(page, in_short=_short(page, published, mine)) if coverage.counted_items(published) else page


def _of_company(page: Page, published: Published, taxonomy: Taxonomy, files: dict[str, str]) -> Page:
    """With what concerns no single team: pictures, scores and what goes with them, events."""
    happened, series = events.events(published), scores.series(published)
    fewest, flagged = published.publication.min_cell, events.at_touchpoints(happened)
    moments = drivers.moments(published)
    stops = journey.stops(published.touchpoints, _order(taxonomy), fewest, moments, flagged)
    heard = any(stop.count for stop in stops)
    goes_with = drivers.drivers(published)
    is_weighted = any(one.weighted for one in series)
    return replace(
        page,
        drivers=_weighed([group for group in goes_with if group.lines]),
        untold_drivers=drivers.untold(goes_with),
        events=happened,
        has_moments=any(stop.is_moment for stop in stops),
        series=series,
        weighted_about=scores.ABOUT_WEIGHTED if is_weighted else "",
        caveats=coverage.caveats(published, is_weighted=is_weighted),
        owners=files,
        maps={shape: charts.journey_map(stops, shape) for shape in SHAPES} if heard else {},
        lines=_lines(series, happened),
        queries=origin.queries(published),
    )


def _short(page: Page, published: Published, mine: selection.Mine) -> list[Sentence]:
    whole = _is_whole(published)
    told = Told(
        pains=page.pain_points,
        sorest=selection.sorest(published, mine),
        changes=page.changes,
        signs=page.early_signs,
        groups=[group for group in page.groups if (whole or group.when == groups.NOW) and not group.is_small],
        praise=page.praise,
        series=page.series,
        moved=page.moved,
        compared=origin.changed_count(published, page.owner),
        unchanged=page.unchanged,
        is_whole=whole,
    )
    return in_short(told)


def _lines(series: list[scores.Series], happened: list[events.Event]) -> list[Line]:
    shown = [one for one in series if one.now][:MOST_SCORE_CHARTS]
    drawn = [(one, charts.score_line(one, events.of_source(happened, one.feed))) for one in shown]
    return [Line(one, f"score-{n}", drawing) for n, (one, drawing) in enumerate(drawn, start=1) if drawing is not None]


def _weighed(found: list[drivers.Drivers]) -> list[Weighed]:
    return [Weighed(one, f"drivers-{number}", charts.driver_map(one)) for number, one in enumerate(found, start=1)]


def _owned(taxonomy: Taxonomy, owner: str) -> set[str]:
    return {point.id for point in taxonomy.touchpoints if point.owner == owner}


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
    rows = [r for r in published.touchpoints if r["source"] == ALL and r["mention_item_count"]]
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
        "before": f"{words.signed(row['prior_net_sentiment'])} ({row['prior_mention_item_count']:,})"
        if row["prior_mention_item_count"]
        else "not heard",
        "state": STATES.get(row["state"], "too few"),
    }


def _is_compared(published: Published) -> bool:
    """Whether anything at all was heard in what the period is compared with."""
    heard = [row["prior_item_count"] for row in published.pain_points if row["source"] == ALL]
    heard += [row["prior_mention_item_count"] for row in published.touchpoints if row["source"] == ALL]
    # items that nothing could be made of, and scores, were heard too
    heard += [row["prior_base_count"] for row in published.movement]
    return not _is_whole(published) and any(heard)


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
