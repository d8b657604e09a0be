"""What is asked of the published tables for a digest; reading.py does the asking."""

from __future__ import annotations

PERIODS = """
select
    period_kind, period_on, max(period_until_on) as period_until_on, bool_and(is_complete) as is_complete,
    coalesce(max(item_count) filter (where source = 'all'), 0) as item_count
from (
    select period_kind, period_on, period_until_on, is_complete, source, item_count from journey_scorecard
    union all by name select period_kind, period_on, period_until_on, is_complete, source, item_count from pain_points
    union all by name select period_kind, period_on, period_until_on, is_complete from score_trends
)
group by all order by period_on
"""
# quotes only where they are shown: over all sources
PAIN_POINTS = """
select * replace (case when source = 'all' then quotes end as quotes) from pain_points
where period_kind = ? and period_on = ? order by source, touchpoint, theme
"""
IN_PERIOD = "from {} where period_kind = ? and period_on = ?"
SCORES = "select * from score_trends where period_kind = ? and period_on <= ? order by source, is_main desc, period_on"
COVERAGE = """
select
    source, any_value(channel) as channel, max(quarantined_row_count) as quarantined_row_count,
    min(submitted_on) as first_on, max(submitted_on) as last_on, count(*) as day_count,
    {sums}
from source_coverage group by source order by source
"""
SUMMED = (
    "submission_count", "item_count", "no_content_item_count", "spam_item_count", "duplicate_item_count",
    "counted_item_count", "tagged_item_count", "none_applies_item_count", "abstained_item_count",
    "other_language_item_count",
)  # fmt: skip
LANGUAGES = """
select source, coalesce(language, '?') as language, count(*) as item_count
from feedback where is_counted and submitted_on between ? and ? group by all order by item_count desc, language
"""
# Each item once per cell, of one polarity only where it has no other there, as pain_points counts the negative ones.
CELLS = """
with cells as (
    select
        item_id, touchpoint, theme, any_value(touchpoint_label) as touchpoint_label,
        any_value(theme_label) as theme_label, any_value(submitted_on) as submitted_on,
        bool_or(polarity = 'negative') as is_negative, bool_or(polarity = 'positive') as is_positive,
        arg_min(
            {'item_id': item_id, 'span_start': span_start, 'span_end': span_end, 'quote': quote},
            (length(quote) not between 40 and 240, -polarity_confidence, segment_no)
        ) filter (where polarity <> 'neutral') as evidence
    from mentions
    where touchpoint is not null and theme is not null and is_counted and submitted_on between ? and ?
    group by item_id, touchpoint, theme
    having is_negative <> is_positive
)

select
    touchpoint, theme, any_value(touchpoint_label) as touchpoint_label, any_value(theme_label) as theme_label,
    count(*) filter (where is_positive) as positive_item_count,
    count(*) filter (where is_negative) as negative_item_count,
    (list(evidence order by length(evidence.quote) not between 40 and 240, submitted_on desc, item_id)
        filter (where is_positive))[:6] as quotes,
    (list(evidence order by length(evidence.quote) not between 40 and 240, submitted_on desc, item_id)
        filter (where is_negative))[:6] as complaints,
    any_value(owner) as owner
from cells left join (select distinct touchpoint, owner from touchpoint_scorecard) using (touchpoint)
group by touchpoint, theme
order by positive_item_count desc, touchpoint, theme
"""
# the period before, of the same kind: what was told of a cell then
STATES_BEFORE = """
select touchpoint, theme, state from pain_points
where period_kind = $1 and source = 'all' and period_on = (
    select max(period_on) from pain_points where period_kind = $1 and period_on < $2
)
"""
ALERTS = """
select item_id, reason, source, submitted_on, touchpoint, touchpoint_label from alerts
where submitted_on >= ? order by submitted_on, item_id, reason
"""
DRIVERS = (
    "from drivers order by source, question_id, level, driver_rank nulls last, mention_count desc, place, polarity"
)
CONTRASTS = """
select * from group_contrasts
where source = 'all' and state = 'more_negative' and (period_kind = 'all' or (period_kind = ? and period_on = ?))
order by period_kind = 'all', difference_points desc, dimension, group_value, touchpoint, theme
"""
SPIKES = """
select * from spikes where is_spike and period_until_on >= ? and period_on <= ?
order by period_on desc, q_value, source, touchpoint, theme
"""
JUDGED = "select count(*) as n from spikes where p_value is not null and period_until_on >= ? and period_on <= ?"
EVENTS = "select * from events where ends_on >= ? and starts_on <= ? order by starts_on, event_id"
QUALITY = "select * from model_quality where is_current and channel = 'all' and language = 'all' order by all"
WORDS = """
select item_id, source, submitted_on, verbatim from feedback
where item_id in (select unnest(?::varchar[]))
"""
# what other kinds of period that hold the last day say on their own: the quarter so far, the last week
WINDOWS = """
select * from pain_points
where source = 'all' and period_kind <> $1 and $2 between period_on and period_until_on
    and state_seen in ('new', 'growing', 'easing')
order by q_value, period_kind, touchpoint, theme
"""
