"""``voc evaluate``: tags against a gold file."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from vocanalytics.config import Settings
from vocanalytics.errors import SourceError
from vocanalytics.steps.job import open_job
from vocanalytics.steps.stateless import read_batches


def evaluate_file(gold: Path, output: Path, settings: Settings, *, store: bool = False) -> dict[str, Any]:
    """Measure and write the report; ``store`` also writes the ``model_quality`` ledger of the warehouse."""
    import pandas as pd

    from vocanalytics.tagging.evaluation import evaluate
    from vocanalytics.tagging.tagger import Tagger
    from vocanalytics.text.privacy import Masker

    frame = pd.concat(read_batches(gold, ["text", "themes"]), ignore_index=True)
    if frame.empty:
        raise SourceError(f"{gold}: expected labelled rows, found none. Nothing was measured.")
    frame["text"] = [masked.text for masked in Masker().mask(frame["text"].fillna("").astype(str).tolist())]
    tagger = Tagger.load(taxonomy=settings.taxonomy, themes_model=settings.themes_model)
    report: dict[str, Any] = evaluate(frame, tagger)
    report["gold"] = f"{gold.name} {hashlib.sha256(gold.read_bytes()).hexdigest()[:8]}"
    partial = output.with_name(f".{output.name}.{os.getpid()}")
    partial.parent.mkdir(parents=True, exist_ok=True)
    partial.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    partial.replace(output)
    if store:
        _store(report, settings)
    return report


def _store(report: dict[str, Any], settings: Settings) -> None:
    from vocanalytics.warehouse.quality import store_quality

    with open_job(settings).store() as con:
        store_quality(con, report)
