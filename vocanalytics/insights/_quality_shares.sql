-- _quality_shares: the share of each label as the model tells it, and corrected by what the audit found.
--
-- Grain     one row per axis, label, channel (and `all`), language (and `all`) with 50 judged audit segments or more
-- Reads     _audit, _quality_population
-- Caveats   The difference estimator of survey sampling (Saerndal, Swensson and Wretman 1992, chapter 6), which is
--           prediction-powered inference for a share (Angelopoulos et al. 2023). Missed minus wrongly given is a
--           trinomial's net score, so its bounds are those of one (Rocks 2016).

with

judged as (

    select row_no, channel, language, respondent, weight, unnest([
        {'axis': 'themes', 'gold': themes, 'found': found_themes},
        {'axis': 'touchpoint', 'gold': touchpoints, 'found': found_touchpoints},
        {'axis': 'polarity', 'gold': polarities, 'found': found_polarities}
    ], recursive := true)
    from _audit

),

of_respondents as (

    select axis, coalesce(channel, 'all') as channel, coalesce(language, 'all') as language, respondent,
        count(*) as n, sum(weight) as w
    from judged where gold is not null
    group by grouping sets ((axis, respondent), (axis, channel, respondent), (axis, language, respondent))

),

bases as (

    select axis, channel, language, sum(n)::bigint as row_count, sum(w) as w, sum(w) ^ 2 / sum(w ^ 2) as effective
    from of_respondents
    group by all
    having sum(n) >= 50

),

verdicts as (

    select axis, channel, language, weight, label, list_contains(gold, label) as is_gold, list_contains(found, label) as is_found
    from (select *, unnest(list_distinct(gold || found)) as label from judged where gold is not null)

),

differences as (

    select
        axis, label, coalesce(channel, 'all') as channel, coalesce(language, 'all') as language,
        coalesce(sum(weight) filter (is_gold and not is_found), 0) as missed,
        coalesce(sum(weight) filter (is_found and not is_gold), 0) as wrong,
        count(*) filter (is_gold) as support
    from verdicts
    group by grouping sets ((axis, label), (axis, label, channel), (axis, label, language))

)

select
    axis, label, channel, language, row_count, coalesce(support, 0) as support, coalesce(share, 0) as predicted,
    at_most(at_least(predicted + coalesce(missed - wrong, 0) / w, 0.0), 1.0) as corrected,
    at_most(at_least(predicted + net_low(coalesce(missed, 0) / w, coalesce(wrong, 0) / w, effective) / 100, 0.0), 1.0) as low,
    at_most(at_least(predicted + net_high(coalesce(missed, 0) / w, coalesce(wrong, 0) / w, effective) / 100, 0.0), 1.0) as high
from (from differences full join _quality_population using (axis, label, channel, language))
inner join bases using (axis, channel, language)
