"""The quality ledger: what was measured, on which gold set, with which models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vocanalytics.taxonomy import Label, Taxonomy
from vocanalytics.warehouse.connection import Connection, scalars
from vocanalytics.warehouse.corrections import Figure, store_figures

AXES = ("themes", "touchpoint", "polarity", "joint")

_NEWS = """
    select max(greatest(labels.imported_at, taggings.tagged_at))
    from labels
    inner join taggings using (item_id, revision, taxonomy)
    semi join (from label_strata where stratum = 'audit') as audit
        using (item_id, revision, span_start, span_end, taxonomy)
    where labels.taxonomy = $taxonomy and taggings.model = $model
"""
_MEASURED = """
    select max(measured_at) from model_quality where model = $model and taxonomy = $taxonomy and gold like 'audit %'
"""
# what decides whether a label is withheld, see vocanalytics/insights/_withheld.sql
_FORMER = """
    with deciding as (
        select * from model_quality
        where channel is null and language is null and f1 is not null and support >= 20
    )
    select axis, label, arg_max(f1, {'measured_at': measured_at, 'support': support})
    from deciding semi join publications using (model, taxonomy)
    where (axis, label) not in (
        select (axis, label) from deciding where model = $model and taxonomy = $taxonomy
    )
    group by axis, label
    order by axis, label
"""


def store_quality(con: Connection, report: Mapping[str, Any]) -> int:
    """Append a report of ``voc evaluate``; returns the rows written. A label without a case is left out."""
    figures = [figure for part in (report, *report.get("parts", ())) for figure in _figures(part)]
    store_figures(con, figures, report["gold"], report["model"], report["taxonomy"])
    return len(figures)


def _figures(part: Mapping[str, Any]) -> Iterator[Figure]:
    for axis in AXES:
        for label, one in part.get(axis, {}).get("labels", {}).items():
            if one["f1"] is not None:
                told = (one["precision"], one["recall"], one["f1"], *one["f1_interval"], one["support"])
                yield Figure(axis, label, part.get("channel"), part.get("language"), *told)


def is_audit_unmeasured(con: Connection, model: str, taxonomy: str) -> bool:
    """Whether audit segments were labelled, or read by this pair, after it was last measured on the audit."""
    pair = {"model": model, "taxonomy": taxonomy}
    (news,), (measured,) = scalars(con, _NEWS, pair), scalars(con, _MEASURED, pair)
    return news is not None and (measured is None or measured < news)


def no_longer_withheld(con: Connection, model: str, taxonomy: Taxonomy) -> list[str]:
    """Names of labels that a published pair read below their bar, and of which this pair's reading is not known.

    They are told again, because only what measured too low is withheld.
    """
    axes: dict[str, Sequence[Label]] = {"themes": taxonomy.themes, "touchpoint": taxonomy.touchpoints}
    known = {(axis, label.id): label for axis, labels in axes.items() for label in labels}
    former = con.execute(_FORMER, {"model": model, "taxonomy": taxonomy.id}).fetchall()
    named = [(known[axis, label], f1) for axis, label, f1 in former if (axis, label) in known]
    return [label.label for label, f1 in named if f1 < (taxonomy.min_f1 if label.min_f1 is None else label.min_f1)]
