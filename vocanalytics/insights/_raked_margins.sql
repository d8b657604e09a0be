-- _raked_margins: what part of the people a survey goes to each category holds, as the company declared it.
--
-- Grain     one row per source, dimension, value; dimension_no and category_no count from 0 within what is above them
-- Reads     declared_population

select
    source, dimension, value,
    share / sum(share) over (partition by source, dimension) as share,
    dense_rank() over (partition by source order by dimension) - 1 as dimension_no,
    row_number() over (partition by source, dimension order by value) - 1 as category_no
from declared_population
