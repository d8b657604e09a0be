-- _stretch_periods: which periods a stretch of days counts in, and which it is compared against.
--
-- Grain     one row per stretch_no, period, is_prior
-- Reads     _stretches, _days

select distinct stretch_no, period_no, is_prior from _stretches inner join _days using (submitted_on)
