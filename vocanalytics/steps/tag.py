"""Classify every text the current (model, taxonomy) pair has not read yet."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vocanalytics.steps.compare import compare_waiting
from vocanalytics.steps.flag import flag_waiting
from vocanalytics.steps.job import Job
from vocanalytics.warehouse.connection import Connection
from vocanalytics.warehouse.corrections import apply_corrections
from vocanalytics.warehouse.encodings import StoredEncodings
from vocanalytics.warehouse.tagging import store, waiting

if TYPE_CHECKING:
    from vocanalytics.tagging.tagger import Tagger

logger = logging.getLogger(__name__)

BATCH_ITEMS = 2_000


@dataclass(frozen=True, slots=True)
class TagReport:
    item_count: int
    segment_count: int
    tag_count: int
    model: str
    taxonomy: str


def tag_waiting(con: Connection, tagger: Tagger) -> TagReport:
    """Tag what waits, batch by batch; each batch is committed whole, so a run that dies resumes."""
    model, taxonomy = tagger.model, tagger.taxonomy.id
    items = segments = tags = 0
    while (batch := waiting(con, model, taxonomy, BATCH_ITEMS)).num_rows:
        columns = batch.to_pydict()
        frame = tagger.tag(
            columns["verbatim"],
            channel=columns["channel"],
            question=columns["question"],
            context_touchpoint=columns["context_touchpoint"],
            ids=columns["item_id"],
        )
        added = store(con, frame.drop(columns="verbatim"), batch, model, taxonomy)
        items, segments, tags = items + batch.num_rows, segments + added[0], tags + added[1]
        logger.info("tagged %s items", f"{items:,}")
    return TagReport(items, segments, tags, model, taxonomy)


def tag_items(job: Job) -> TagReport:
    """Tag whatever waits in the store with the declared taxonomy, correct what people said of it, look for alerts
    and for other brands."""
    from vocanalytics.tagging.tagger import Tagger

    models = (job.settings.themes_model, job.settings.polarity_model)
    with job.store() as con:
        tagger = Tagger.load(job.taxonomy, *models, memory=StoredEncodings(con))
        report = tag_waiting(con, tagger)
        flag_waiting(con)
        compare_waiting(con, tagger.taxonomy.competitors)
        apply_corrections(con, tagger.model, tagger.taxonomy)
        return report
