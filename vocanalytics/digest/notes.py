"""What is behind a pain point, one sentence each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from vocanalytics.digest import words
from vocanalytics.digest.reading import ALL, Published

Row = dict[str, Any]

STATES = {
    "new": "new", "growing": "growing", "easing": "easing", "no_clear_change": "without clear change",
    "not_heard": "not heard",
}  # fmt: skip


def behind(rows: Sequence[Row], published: Published) -> list[list[str]]:
    """Of each: sources, scores, groups, rate, place in the order, state before, audit, what could not be told.

    What holds of several is said once: that none is audited not at all here, and of a touchpoint at its first.
    """
    is_any_audited = any(row["audited_precision_pct"] is not None for row in rows)
    told: set[str] = set()
    found = []
    for row in rows:
        is_first = row["touchpoint"] not in told
        told.add(row["touchpoint"])
        found.append(
            [
                *_by_source(row, published),
                *gaps(row, published),
                *_groups(row),
                *_rate(row),
                *_place_in_order(row),
                *_before_that(row, published),
                *(_audited(row) if is_any_audited else ()),
                *_mixed(row),
                *(_unsure(row) if is_first else ()),
            ]
        )
    return found


def _by_source(row: Row, published: Published) -> Iterable[str]:
    parts = [
        f"{words.plain(one['source'])} "
        + words.share(one["negative_item_count"], one["item_count"], one["negative_share_pct"])
        for one in _same_cell(row, published)
        if one["negative_item_count"]
    ]
    if parts:
        yield f"By source: {'; '.join(parts)}."


def gaps(row: Row, published: Published) -> Iterable[str]:
    """How the score goes with it, for the sources that ask for one: an association."""
    unclear = []
    for one in _same_cell(row, published):
        if one["score_gap"] is None:
            continue
        gap, low, high = one["score_gap"], one["score_gap_low"], one["score_gap_high"]
        who = f"{words.plain(one['source'])}, {words.SCALES.get(one['score_scale'], one['score_scale'])}"
        base = words.many(one["score_gap_response_count"], "response")
        bounds = "no interval" if low is None else words.interval(low, high, 1)
        # on the bounds as they are shown: "-1.2 to 0.0" would not look clear to anybody
        if low is not None and round(low, 1) <= 0 <= round(high, 1):
            unclear.append(f"{who} ({base}, {bounds})")
        else:
            yield f"{who}: customers who complain of it {words.score_gap(gap)} than the others ({base}, {bounds})."
    if unclear:
        yield f"No clear difference in score between those who complain of it and the others: {'; '.join(unclear)}."


def _groups(row: Row) -> Iterable[str]:
    for group in row["over_represented_groups"] or ():
        yield (
            f"{words.plain(group['dimension'])} {group['value']} is heard here {group['lift']:.1f} times as often as "
            f"its share of the feedback would have it ({words.many(group['negative_item_count'], 'item')})."
        )


def _rate(row: Row) -> Iterable[str]:
    if row["rate_per_1000"] is not None:
        low, high, unit = row["rate_per_1000_low"], row["rate_per_1000_high"], row["exposure_unit"]
        yield (
            f"{row['rate_per_1000']:.1f} written complaints per 1,000 {unit} ({words.INTERVAL}{low:.1f} to {high:.1f}; "
            f"{row['exposure_count']:,} {unit})."
        )


def _place_in_order(row: Row) -> Iterable[str]:
    low, high = row["priority_rank_low"], row["priority_rank_high"]
    if row["priority_rank"] and low is not None:
        if low < high:
            yield f"Its place in the order is not certain: by chance alone it could be any from {low} to {high}."
        else:
            yield "Its place in the order would be the same in nearly every other sample."


def _before_that(row: Row, published: Published) -> Iterable[str]:
    then = published.states_before.get((row["touchpoint"], row["theme"]))
    if then in STATES:
        yield f"The digest of the period before told it as {STATES[then]}."


def _audited(row: Row) -> Iterable[str]:
    if row["audited_precision_pct"] is None:
        yield "Not audited: nobody has checked how often the classifier is right here."
        return
    where = "here" if row["audited_scope"] == "touchpoint_and_theme" else "with this theme, anywhere"
    bounds = words.share_interval(row["audited_precision_pct_low"], row["audited_precision_pct_high"])
    yield (
        f"Audit: people agree with {words.percent(row['audited_precision_pct'])} of "
        f"{words.many(row['audited_row_count'], 'segment')} that the classifier put {where} ({bounds})."
    )


def _mixed(row: Row) -> Iterable[str]:
    if count := row["mixed_item_count"]:
        both = "praises and criticises" if count == 1 else "praise and criticise"
        yield f"{words.many(count, 'item')} both {both} it; not in the figure above."


def _unsure(row: Row) -> Iterable[str]:
    if count := row["abstained_item_count"]:
        yield (
            f"{words.many(count, 'item')} say{'s' if count == 1 else ''} something negative at this touchpoint that "
            "could not be given a theme; some of it may belong here, or to another theme of the touchpoint."
        )


def _same_cell(row: Row, published: Published) -> list[Row]:
    cell = (row["touchpoint"], row["theme"])
    found = [r for r in published.pain_points if r["source"] != ALL and (r["touchpoint"], r["theme"]) == cell]
    return sorted(found, key=lambda r: (-r["negative_item_count"], r["source"]))
