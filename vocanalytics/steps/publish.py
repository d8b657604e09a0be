"""Build the insight tables and put them in readers' reach."""

from __future__ import annotations

from vocanalytics.errors import CheckFailed
from vocanalytics.sources.population import never_told
from vocanalytics.steps.job import PUBLISH_MEMORY, Job
from vocanalytics.steps.report import RunReport
from vocanalytics.taxonomy import load_taxonomy
from vocanalytics.warehouse.categories import told_categories
from vocanalytics.warehouse.connection import Connection, scalars


def publish_tables(job: Job, report: RunReport) -> None:
    """Publish with the pair the run tagged with, or with the newest complete one.

    Raises
    ------
    CheckFailed
        A table broke its contract; the publication before still stands.
    """
    from vocanalytics.statistics import FUNCTIONS
    from vocanalytics.statistics.raking import MOST_MISSING
    from vocanalytics.warehouse.publishing import publish

    events, population = job.events(), job.population()
    report.notes += events.left_out + population.left_out
    with job.store(PUBLISH_MEMORY) as con:
        report.notes += never_told(population, told_categories(con, population.places), MOST_MISSING)
        published = publish(
            con,
            folder=job.settings.published,
            taxonomy=load_taxonomy(job.taxonomy),
            model=report.tagged.model if report.tagged else newest_model(con),
            functions=FUNCTIONS,
            min_base=job.min_base,
            min_cell=job.min_cell,
            as_of=None,
            events=events.kept,
            exposures=job.exposures(),
            population=population.kept,
            run_id=report.run_id,
        )
    report.published, report.published_unchanged = published.id, published.unchanged
    report.published_rows = dict(published.rows)


def newest_model(con: Connection) -> str:
    """The model that tagged last."""
    found = scalars(con, "select model from taggings order by tagged_at desc limit 1")
    if not found:
        raise CheckFailed("nothing has been tagged yet; run `voc run` first. Nothing was published.")
    return str(found[0])
