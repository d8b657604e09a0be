-- _stretches: days that always count together, in the same periods and comparisons. What is many is added up over them
-- first.
--
-- Grain     one row per day; stretch_no stands for all days of its kind
-- Reads     _days

with

told as (

    select submitted_on, list_sort(list((period_no, is_prior))) as periods from _days group by submitted_on

)

select submitted_on, dense_rank() over (order by periods)::integer as stretch_no from told
