-- _place_answers: main scores of those asked about a place, and of those whose own words name it.
--
-- Grain     one row per submission, level, place, is_asked
-- Reads     _scores, _places, taxonomy_touchpoints
-- Caveats   Two groups, never averaged: asked (the survey's trigger) and mention (their own words). Who is asked and
--           names it is in both.

with

asked as (

    select _scores.*, place.level, place.place
    from _scores
    inner join taxonomy_touchpoints as points on points.touchpoint = _scores.context_touchpoint,
        unnest([{'level': 'touchpoint', 'place': points.touchpoint}, {'level': 'stage', 'place': points.stage}]) as u (place)
    where is_main

),

mentioned as (

    select _scores.*, level, place
    from (select distinct submission_no, level, place from _places where is_from_text) as said
    inner join _scores using (submission_no)
    where is_main

)

select source, submitted_on, level, place, true as is_asked, score_scale, score, respondent, apart from asked
union all
select source, submitted_on, level, place, false, score_scale, score, respondent, apart from mentioned
