"""Where every figure comes from: the queries behind a page, ready for ``voc sql``."""

from __future__ import annotations

from vocanalytics.digest.reading import Published


def queries(published: Published) -> list[tuple[str, str]]:
    """Section -> query; a figure's row is the one that bears its labels."""
    if published.period is None:
        return []
    period = published.period
    mine = f"period_kind = '{period.kind}' and period_on = '{period.first}'"
    days = f"submitted_on between '{period.first}' and '{period.last}'"
    both = f"{mine} and source = 'all'"
    return [
        ("Critical alerts", f"select reason, count(*) as items from alerts where {days} group by reason"),
        ("What hurts most, what has changed", f"from pain_points where {both} order by priority_rank"),
        ("By source, score gaps", f"from pain_points where {mine} and source <> 'all' order by touchpoint, theme"),
        ("The journey", f"from touchpoint_scorecard where {both}"),
        ("Why figures moved", f"from movement where {mine} and touchpoint = 'all'"),
        ("What goes with the score", "from drivers where not do_not_rank order by source, level, driver_rank"),
        ("What they score", f"from score_trends where {mine}"),
        ("Who is hit most", "from group_contrasts where source = 'all' and state = 'more_negative'"),
        ("Spikes", f"from spikes where is_spike and period_on <= '{period.last}' order by period_on desc"),
        (
            "What customers praise",
            "select touchpoint_label, theme_label, count(distinct item_id) filter (polarity = 'positive') as positive "
            f"from mentions where is_counted and {days} group by all order by positive desc",
        ),
        ("What this rests on", f"from source_coverage where {days} order by source, submitted_on"),
    ]
