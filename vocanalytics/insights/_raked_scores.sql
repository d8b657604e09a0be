-- _raked_scores: the figure a score question is quoted by, as if its answers were made up like the population.
--
-- Grain     one row per score_no that could be raked
-- Reads     _raked, _raked_cells, _raked_margins, _score_counts
-- Caveats   effective: the design effect of weights (Kish 1965) times that of customers who answer repeatedly, as if one
--           had nothing to do with the other.

with

weighed as (

    select score_no, source, sum(n) as answers, sum(weight * n) ^ 2 / sum(weight ^ 2 * n) as kish,
        sum(weight * up) / answers as up, sum(weight * down) / answers as down, sum(weight * top) / answers as top,
        sum(weight * total) / answers as mean,
        variance_of(answers, sum(weight * total), sum(weight * squares)) as variance
    from _raked_cells
    inner join _raked using (score_no, profile_no)
    where weight is not null
    group by score_no, source

),

named as (

    select source, string_agg(distinct dimension, ', ' order by dimension) as dimensions
    from _raked_margins
    group by source

)

select
    score_no, dimensions, kish * counts.effective / counts.n as effective,
    score_point(score_scale, weighed.up, weighed.down, weighed.top, weighed.mean) as headline,
    score_low(
        score_scale, weighed.up, weighed.down, weighed.top, weighed.mean, weighed.variance, kish * counts.effective / counts.n
    ) as headline_low,
    score_high(
        score_scale, weighed.up, weighed.down, weighed.top, weighed.mean, weighed.variance, kish * counts.effective / counts.n
    ) as headline_high
from weighed
inner join _score_counts as counts using (score_no)
inner join named on named.source = weighed.source
