"""Build the insight tables and put them in readers' reach."""

from __future__ import annotations

from vocanalytics.errors import CheckFailed
from vocanalytics.sources.invitations import invitations
from vocanalytics.sources.population import never_told
from vocanalytics.steps.job import PUBLISH_MEMORY, Job
from vocanalytics.steps.report import RunReport
from vocanalytics.taxonomy import Taxonomy, load_taxonomy
from vocanalytics.warehouse.categories import told_categories
from vocanalytics.warehouse.connection import Connection, scalars
from vocanalytics.warehouse.quality import is_audit_unmeasured, no_longer_withheld


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

    frame, events, population = load_taxonomy(job.taxonomy), job.events(), job.population()
    report.notes += events.left_out + population.left_out
    with job.store(PUBLISH_MEMORY) as con:
        report.notes += never_told(population, told_categories(con, population.places), MOST_MISSING)
        model = report.tagged.model if report.tagged else newest_model(con)
        report.notes += _measured(con, model, frame)
        published = publish(
            con,
            folder=job.settings.published,
            taxonomy=frame,
            model=model,
            functions=FUNCTIONS,
            min_base=job.min_base,
            min_cell=job.min_cell,
            as_of=None,
            events=events.kept,
            exposures=job.exposures(),
            population=population.kept,
            invitations=invitations(job.declaration.sources),
            run_id=report.run_id,
        )
        report.notes += _told_again(con, model, frame)
    report.published, report.published_unchanged = published.id, published.unchanged
    report.published_rows = dict(published.rows)


def _measured(con: Connection, model: str, frame: Taxonomy) -> list[str]:
    """Measure a pair that the labelled audit has not judged yet: what reads badly is withheld from its first day."""
    if not is_audit_unmeasured(con, model, frame.id):
        return []
    from vocanalytics.steps.label_quality import measure_before_publishing

    return measure_before_publishing(con, model, frame)


def _told_again(con: Connection, model: str, frame: Taxonomy) -> list[str]:
    if not (names := no_longer_withheld(con, model, frame)):
        return []
    return [
        f"{', '.join(names)}: measured too low with an earlier model and unmeasured with {model}, so no longer "
        "withheld; label some of the audit (`voc label export`, `import`) or run `voc evaluate --store`"
    ]


def newest_model(con: Connection) -> str:
    """The model that tagged last."""
    found = scalars(con, "select model from taggings order by tagged_at desc limit 1")
    if not found:
        raise CheckFailed("nothing has been tagged yet; run `voc run` first. Nothing was published.")
    return str(found[0])
