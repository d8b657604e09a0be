"""How a pain point got its place, from published rows, as lines of text."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from vocanalytics.digest import words
from vocanalytics.digest.inert import for_text
from vocanalytics.digest.reading import ALL, Period, Publication

Row = dict[str, Any]

WIDTH = 112
TOUCHPOINTS = {
    "text": "touchpoint from its own words",
    "neighbour": "touchpoint from the sentence beside it",
    "context": "touchpoint from what triggered the survey",
}


def explanation(row: Row, others: Iterable[Row], said: Iterable[Row], period: Period, pub: Publication) -> list[str]:
    """
    Parameters
    ----------
    row : dict
        The row of ``pain_points``.
    others : iterable of dict
        The same cell and period of other sources, or of all.
    said : iterable of dict
        Rows of ``mentions`` behind it, best evidence first.
    """
    parts: tuple[tuple[str, Callable[[], Iterator[str]]], ...] = (
        ("Place in the order", lambda: _order(row)),
        ("Bases", lambda: _bases(row)),
        ("Test against before", lambda: _test(row, pub)),
        ("Scores", lambda: _scores(row)),
        ("Checked by people", lambda: _audit(row)),
        ("Groups heard here more often than elsewhere", lambda: _groups(row)),
        ("Other sources", lambda: _others(others)),
        ("Segments behind it", lambda: _segments(said)),
    )
    lines = [
        f"{words.at(row['theme_label'], row['touchpoint_label'])}, owner {row['owner'] or 'nobody'}",
        f"{words.KINDS.get(period.kind, period.kind)}, {words.span(period.first, period.last)}; "
        f"{_source(row['source'])}; publication {pub.id}, {row['model']}, {row['taxonomy']}",
    ]
    for head, told in parts:
        lines += ["", head, *(wrapped for line in told() for wrapped in _wrapped(line))]
    return [str(for_text(line)).replace(words.NBSP, " ") for line in lines]


def _wrapped(line: str) -> list[str]:
    return textwrap.wrap(line, WIDTH, initial_indent="  ", subsequent_indent="    ")


def _source(name: str) -> str:
    return "all sources" if name == ALL else words.plain(name)


def _order(row: Row) -> Iterator[str]:
    if row["priority_rank"] is None:
        yield "No rank: too few negative items (priority_rank is null under min_cell)."
    else:
        yield f"Rank {row['priority_rank']} of the source and period; {_range(row)}."
    yield (
        f"priority {row['priority']:.2f} = negative_share_pct {row['negative_share_pct']:.2f} "
        f"x severity {row['severity']:.3f}"
    )
    yield _severity(row)
    yield (
        f"Drawn towards the mean of all cells, for ranks of thin ones: shrunken_share_pct "
        f"{row['shrunken_share_pct']:.2f}"
    )


def _range(row: Row) -> str:
    low, high = row["priority_rank_low"], row["priority_rank_high"]
    return f"had chance fallen otherwise {low} to {high} (middle 95 % of 400 draws)"


def _severity(row: Row) -> str:
    if row["source"] == ALL:
        return (
            "Severity is that of the sources with scores, weighted by their negative items; where none of them "
            "mentions it, the mean of the others in the period; 1 only where nothing scored has a gap."
        )
    if row["score_question_id"] is None:
        return (
            "Severity is borrowed, the mean of the sources with scores, or 1 where none has a gap: there is no main "
            "score here, so the order is that of the shares."
        )
    if row["score_gap"] is None:
        return (
            "Severity is borrowed, the mean of the source and period, or of more where those have no gap: too few "
            "scores on one side for a gap of its own."
        )
    return (
        f"Severity: the score gap of {words.signed(row['score_gap'], 2)} below 0 as a share of the width of "
        f"{words.SCALES.get(row['score_scale'], row['score_scale'])}, 0 where the gap is not below 0."
    )


def _bases(row: Row) -> Iterator[str]:
    share = words.share(row["negative_item_count"], row["item_count"], row["negative_share_pct"])
    bounds = words.share_interval(row["negative_share_pct_low"], row["negative_share_pct_high"])
    yield f"Negative: {share} ({bounds}), by {words.many(row['negative_customer_count'], 'customer')}"
    yield (
        f"Base: {words.many(row['item_count'], 'item')} with text by {words.many(row['customer_count'], 'customer')}, "
        f"worth {row['effective_item_count']:,.0f} after allowing for repeated answers"
        f"{'; too thin to conclude from' if row['is_thin'] else ''}"
    )
    yield (
        f"Mentioned in {words.many(row['mention_item_count'], 'item')}, of which {row['mixed_item_count']:,} both "
        f"praise and criticise; might still belong here: {row['abstained_item_count']:,} without a theme, "
        f"{row['unplaced_item_count']:,} without a touchpoint"
    )
    if row["touchpoint_from_text_share_pct"] is not None:
        yield f"{words.percent(row['touchpoint_from_text_share_pct'])} of these name the touchpoint in their own words"
    if row["rate_per_1000"] is not None:
        yield (
            f"{row['rate_per_1000']:.2f} per 1,000 {row['exposure_unit']} "
            f"({words.INTERVAL}{row['rate_per_1000_low']:.2f} to {row['rate_per_1000_high']:.2f})"
        )


def _test(row: Row, pub: Publication) -> Iterator[str]:
    if row["prior_on"] is None:
        yield "Nothing earlier to compare with."
        return
    when = words.span(row["prior_on"], row["prior_until_on"])
    if row["prior_negative_share_pct"] is None:
        yield f"{when}: no feedback."
    else:
        count, base = row["prior_negative_item_count"], row["prior_item_count"]
        yield f"{when}: {words.share(count, base, row['prior_negative_share_pct'])}"
        bounds = words.interval(row["change_points_low"], row["change_points_high"], 1)
        yield f"Change: {words.signed(row['change_points'], 1)} points ({bounds})"
    if row["state"] is None:
        yield f"Not tested: under {pub.min_base} items, now or before, so no state."
        return
    if row["p_value"] is None:
        yield f"Not tested: too little was heard. State {_state(row['state'])}"
        return
    yield (
        f"p {words.probability(row['p_value'])}, q {words.probability(row['q_value'])} (Benjamini-Hochberg over all "
        "cells of the period and source; under 0.05 is a change)"
    )
    yield (
        f"State: {_state(row['state'])}. This period alone says: {_state(row['state_seen'])}; a change is told once "
        "two periods in a row say it."
    )


def _state(state: str) -> str:
    return state.replace("_", " ")


def _scores(row: Row) -> Iterator[str]:
    if row["score_gap"] is None:
        yield "No score gap here: scores are never pooled over sources, or too few gave one. See other sources."
        return
    scale = words.SCALES.get(row["score_scale"], row["score_scale"])
    bounds = "" if row["score_gap_low"] is None else words.interval(row["score_gap_low"], row["score_gap_high"], 1)
    base = words.many(row["score_gap_response_count"], "response")
    yield (
        f"Customers who complain of it {words.score_gap(row['score_gap'])} than the others "
        f"({scale}; {', '.join(part for part in (base, bounds) if part)}). An association, not a cause."
    )


def _audit(row: Row) -> Iterator[str]:
    if row["audited_precision_pct"] is None:
        yield "Nobody has checked how often the classifier is right here (`voc label export`)."
        return
    bounds = words.share_interval(row["audited_precision_pct_low"], row["audited_precision_pct_high"])
    yield (
        f"People agree with {words.percent(row['audited_precision_pct'])} of "
        f"{words.many(row['audited_row_count'], 'audited segment')} ({bounds}; {_state(row['audited_scope'])})"
    )


def _groups(row: Row) -> Iterator[str]:
    for group in row["over_represented_groups"] or ():
        yield (
            f"{words.plain(group['dimension'])} {group['value']}: "
            f"{words.many(group['negative_item_count'], 'item')}, {group['lift']:.2f} times what its share would give"
        )
    if not row["over_represented_groups"]:
        yield "None that can be told from the rest (looked for in the latest complete period and the whole history)."


def _others(rows: Iterable[Row]) -> Iterator[str]:
    told = [_other(row) for row in rows]
    yield from told or ["No other source has it in this period."]


def _other(row: Row) -> str:
    share = words.share(row["negative_item_count"], row["item_count"], row["negative_share_pct"])
    gap = "" if row["score_gap"] is None else f"; complainers {words.score_gap(row['score_gap'])}"
    rank = "no rank" if row["priority_rank"] is None else f"rank {row['priority_rank']}"
    return f"{_source(row['source'])}: {share}, {rank}{gap}; {_state(row['state'] or 'not compared')}"


def _segments(rows: Iterable[Row]) -> Iterator[str]:
    empty = True
    for row in rows:
        empty = False
        yield f"“{row['quote']}” ({words.plain(row['source'])}, {words.day(row['submitted_on'])})"
        yield f"  {_reasons(row)}"
    if empty:
        yield "None in this period."


def _reasons(row: Mapping[str, Any]) -> str:
    found = [
        f"theme {row['theme_confidence']:.2f}",
        f"{TOUCHPOINTS.get(row['touchpoint_source'], 'touchpoint not told')}"
        + (f" {row['touchpoint_confidence']:.2f}" if row["touchpoint_confidence"] is not None else ""),
        f"{row['polarity']} {row['polarity_confidence']:.2f}",
        *(row[name] for name in ("emotion", "intent") if row[name]),
    ]
    return f"{', '.join(found)}; item {row['item_id']} {row['span_start']} to {row['span_end']}"
