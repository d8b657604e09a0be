"""What a run leaves to look at in Prefect: artifacts with counts and links."""

from __future__ import annotations

from pathlib import Path

from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact

from vocanalytics.steps.ingest import COUNTS
from vocanalytics.steps.report import RunReport


def show_ingest(report: RunReport) -> None:
    create_table_artifact(
        key="ingested-files",
        table=[
            {"source": f.source, "file": f.file_name, "state": f.state, "rows": f.row_count}
            | {name: f.counts[name] for name in COUNTS}
            | {"reason": f.reason or ""}
            for f in report.files
        ],
        description=f"Files read in run {report.run_id}; rows = {' + '.join(COUNTS)}",
    )
    if report.failures:
        create_markdown_artifact(
            key="failed-sources", markdown="\n".join(f"- {failure}" for failure in report.failures)
        )


def show_published(report: RunReport) -> None:
    create_table_artifact(
        key="published-tables",
        table=[{"table": name, "rows": rows} for name, rows in report.published_rows.items()],
        description=f"Publication {report.published}" + (", unchanged" if report.published_unchanged else ""),
    )


def show_digests(paths: list[Path]) -> None:
    for path in paths:
        if path.name == "company.html":
            create_link_artifact(
                key="company-digest", link=path.resolve().as_uri(), link_text=f"Digest {path.parent.name}"
            )


def show_training(quality: dict[str, object], folder: Path) -> None:
    rows = "\n".join(f"| {name} | {value} |" for name, value in quality.items() if not isinstance(value, dict | list))
    create_markdown_artifact(key="trained-heads", markdown=f"`{folder}`\n\n| | |\n| --- | --- |\n{rows}\n")
