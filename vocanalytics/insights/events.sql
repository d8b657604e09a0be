-- events: what the company did, or what happened to it, as it wrote it down in events.yaml.
--
-- Grain     one row per event
-- Reads     declared_events
-- For       whoever looks at a change and asks what else happened then
-- Caveats   Written by hand and only as complete as that. Nothing is computed from it, nothing suppressed by it.

select
    id as event_id,
    label as event_label,
    kind as event_kind,
    starts_on,
    coalesce(ends_on, starts_on) as ends_on,
    touchpoints,
    sources,
    about
from declared_events
