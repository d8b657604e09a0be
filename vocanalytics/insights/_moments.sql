-- _moments: moments of truth, the three touchpoints whose mention goes most with a source's main score.
--
-- Grain     one row per source (and `all`, of any source), touchpoint
-- Reads     drivers, _main_questions
-- Caveats   Only what drivers ranks: too few customers, or an order that chance could turn, make none.

with

ranked as (

    select
        source, place as touchpoint,
        row_number() over (partition by source order by min(driver_rank), max(mention_count) desc, place) as nth
    from drivers
    inner join _main_questions using (source)
    where level = 'touchpoint' and driver_rank is not null
        and drivers.question_id = main.question_id and drivers.score_scale = main.score_scale
    group by source, place

)

select source, touchpoint from ranked where nth <= 3
union
select 'all', touchpoint from ranked where nth <= 3
