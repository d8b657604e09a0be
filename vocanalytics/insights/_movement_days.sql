-- _movement_days: items of a day by how they feel, overall and where they mention a touchpoint.
--
-- Grain     one row per day, arrival, source, touchpoint (and `all`)
-- Reads     feedback, _items, _places, _movement_arrivals

with

felt as (

    select _items.submission_no, feedback.source, feedback.submitted_on, 'all' as touchpoint, item_polarity as polarity
    from feedback inner join _items using (item_id)
    where feedback.is_counted and feedback.submitted_on <= $as_of
    union all
    select submission_no, source, submitted_on, place, polarity from _places where level = 'touchpoint'

)

select
    submitted_on, arrival_no, source, touchpoint, count(*) as n,
    count(*) filter (polarity = 'positive') as up, count(*) filter (polarity = 'negative') as down
from felt
inner join _movement_arrivals using (submission_no)
group by all
