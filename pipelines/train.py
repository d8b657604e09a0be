"""Fit the taxonomy heads anew, by hand, when the coding frame or the labels changed."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, task

from pipelines.shown import show_training
from vocanalytics.resources import resolve_taxonomy
from vocanalytics.steps.train import train_encoder, train_heads


@task(name="fit the taxonomy heads", persist_result=False)
def fit(taxonomy: Path, labelled: Path | None, output: Path, beta: float) -> dict[str, object]:
    return train_heads(taxonomy, labelled, output, beta)


@flow(name="train")
def train(
    taxonomy: str = "automotive", labelled: str | None = None, output: str | None = None, beta: float = 1.0
) -> str:
    """Returns the folder of the fitted heads. A ``beta`` below 1 gives fewer and surer themes."""
    path = resolve_taxonomy(taxonomy)
    folder = Path(output or f"models/themes-{path.stem}")
    show_training(fit(path, Path(labelled) if labelled else None, folder, beta), folder)
    return str(folder)


@task(name="tune the network, fit its heads", persist_result=False)
def tune(library: Path, output: Path, weights: Path | None) -> dict[str, object]:
    return train_encoder(library, output, weights)


@flow(name="train the encoder")
def encoder(library: str, output: str = "models/encoder", weights: str | None = None) -> str:
    """Three hours on two cores, two minutes with tuned ``weights``; needs the ``train`` extra. Returns the folder."""
    show_training(tune(Path(library), Path(output), Path(weights) if weights else None), Path(output))
    return output
