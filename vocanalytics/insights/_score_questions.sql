-- _score_questions: what customers are asked to score.
--
-- Grain     one row per source, question, scale; question_no stands for the three where rows are many
-- Reads     _score_counts

select row_number() over (order by source, question_id, score_scale)::integer as question_no, source, question_id, score_scale
from (select distinct source, question_id, score_scale from _score_counts)
