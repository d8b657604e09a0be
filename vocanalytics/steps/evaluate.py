"""``voc evaluate``: tags against a gold file."""

from __future__ import annotations

import hashlib
import json
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from vocanalytics.config import Settings
from vocanalytics.errors import ConfigError, SourceError
from vocanalytics.steps.job import Job, open_job
from vocanalytics.steps.stateless import texts_of
from vocanalytics.steps.table_files import replacing
from vocanalytics.steps.table_reading import read_batches
from vocanalytics.warehouse.connection import hold

_OPTIONAL = ("touchpoint", "polarity", "channel", "question", "language")
_REMEDY = "A gold file has the columns text and themes; rename the ones it has. Nothing was measured."


def evaluate_file(
    gold: Path, output: Path, settings: Settings, *, store: bool = False, declared: bool = False
) -> dict[str, Any]:
    """Measure and write the report; ``store`` also writes the ``model_quality`` ledger of the warehouse.

    ``declared``, and ``store``, take the frame that the feeds declare unless the settings name one.

    Raises
    ------
    ConfigError
        The output cannot be written, or would replace the gold file.
    SourceError
        The gold file cannot be read, lacks a column, or names a channel there is not.
    TaxonomyError
        It holds ids the frame does not have.
    """
    if gold.resolve() == output.resolve():
        raise ConfigError(f"{output}: the report would replace the gold file. Name another; nothing was measured.")
    job = open_job(settings, make_key=store) if store or declared else None
    if job:
        settings = replace(settings, taxonomy=str(job.taxonomy))
    with hold(settings.home) if store else nullcontext(), replacing(output) as partial:
        report = _measured(gold, settings)
        partial.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    if job and store:
        _store(report, job)
    return report


def _measured(gold: Path, settings: Settings) -> dict[str, Any]:
    import pandas as pd

    batches = read_batches(gold, ["text", "themes"], _REMEDY, _OPTIONAL)
    frame = pd.concat(batches, ignore_index=True)
    if frame.empty:
        raise SourceError(f"{gold}: expected labelled rows, found none. Nothing was measured.")

    from vocanalytics.resources import resolve_taxonomy
    from vocanalytics.tagging.evaluation import check_gold, evaluate
    from vocanalytics.tagging.tagger import DEFAULT_TAXONOMY, Tagger
    from vocanalytics.taxonomy import load_taxonomy
    from vocanalytics.text.privacy import Masker

    frame["text"] = texts_of(frame["text"])
    check_gold(frame, load_taxonomy(resolve_taxonomy(settings.taxonomy or DEFAULT_TAXONOMY)), str(gold))
    frame["text"] = [masked.text for masked in Masker().mask(frame["text"].tolist())]
    tagger = Tagger.load(settings.taxonomy, settings.themes_model, settings.polarity_model)
    report = evaluate(frame, tagger, str(gold))
    return report | {"gold": f"{gold.name} {hashlib.sha256(gold.read_bytes()).hexdigest()[:8]}"}


def _store(report: dict[str, Any], job: Job) -> None:
    from vocanalytics.warehouse.quality import store_quality

    with job.store() as con:
        store_quality(con, report)
