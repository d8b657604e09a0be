"""Which categories survey responses tell of who gave them."""

from __future__ import annotations

from collections.abc import Iterable

from vocanalytics.warehouse.connection import Connection

Place = tuple[str, str]  # source, dimension

# a response's category as _raked_profiles.sql reads it: what it tells of itself before what is known of its customer
_TOLD = """
with

wanted as (

    select unnest($sources::varchar[]) as source, unnest($dimensions::varchar[]) as dimension

),

answers as (

    select
        source, dimension,
        coalesce(
            nullif(trim(dimensions[dimension]), ''),
            case dimension when 'region' then trim(region) when 'loyalty_tier' then trim(loyalty_tier) end
        ) as value
    from submissions
    inner join wanted using (source)
    left join customers using (customer_id)
    where channel = 'survey'

)

select source, dimension, nullif(value, '') as category, count(*) as response_count
from answers
group by all
order by response_count desc, category
"""


def told_categories(con: Connection, places: Iterable[Place]) -> dict[Place, dict[str, int]]:
    """(source, dimension) -> category -> responses that ever told it, the most frequent first.

    Empty where responses are there and none tells the dimension; a source without responses is not in it.
    """
    wanted = sorted(set(places))
    found: dict[Place, dict[str, int]] = {}
    columns = {"sources": [source for source, _ in wanted], "dimensions": [dimension for _, dimension in wanted]}
    for source, dimension, category, count in con.execute(_TOLD, columns).fetchall():
        told = found.setdefault((source, dimension), {})
        if category is not None:
            told[category] = count
    return found
