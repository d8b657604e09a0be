"""Model folders: a manifest that names every file with its SHA-256, and a loader that believes nothing else.

Arrays are `.npz` without pickles, so opening a model folder runs no code from it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vocanalytics.errors import ModelError

_FORMATS = {"themes": 2, "critical": 2}  # of each kind; 1 unless it changed
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a model folder says about itself. ``digest`` covers the files and ``facts``."""

    folder: Path
    kind: str  # encoder, themes
    files: Mapping[str, str]  # name -> SHA-256, hexadecimal
    facts: Mapping[str, Any]

    @property
    def digest(self) -> str:
        content = {"kind": self.kind, "files": dict(self.files), "facts": dict(self.facts)}
        return digest_of(json.dumps(content, sort_keys=True))

    def arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """The arrays of one `.npz` file of the folder."""
        with np.load(self.folder / self._known(name), allow_pickle=False) as stored:
            return {key: stored[key] for key in stored.files}

    def path(self, name: str) -> Path:
        return self.folder / self._known(name)

    def _known(self, name: str) -> str:
        if name not in self.files:
            raise ModelError(f"{self.folder.name}: the manifest lists no {name}. Train the model again.")
        return name


def digest_of(content: str | bytes) -> str:
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def claim_folder(folder: Path, kind: str) -> None:
    """Make the folder of a model; nothing of anybody else's is written over.

    Raises
    ------
    ModelError
        If it cannot be made, or holds something that is no model of this kind.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        empty = not any(folder.iterdir())
    except OSError as error:
        raise ModelError(
            f"{folder}: expected a folder to write the model to, but it cannot be made ({error.strerror}). Name "
            "another. Nothing was fitted."
        ) from error
    if not empty and (not (folder / MANIFEST).is_file() or _read_json(folder).get("kind") != kind):
        raise ModelError(
            f"{folder}: expected a new or empty folder, or one with a {kind} model to replace; found other files. "
            "Name another. Nothing was fitted."
        )


def write_manifest(folder: Path, kind: str, facts: Mapping[str, Any]) -> Manifest:
    """Sign every file of the folder except the model card, which people edit."""
    signed = sorted(p for p in folder.iterdir() if p.is_file() and p.name not in (MANIFEST, "README.md"))
    files = {path.name: digest_of(path.read_bytes()) for path in signed}
    content = {"format": _FORMATS.get(kind, 1), "kind": kind, "files": files, "facts": facts}
    (folder / MANIFEST).write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return read_manifest(folder, kind)


def read_manifest(folder: Path, kind: str) -> Manifest:
    """The manifest of a folder whose files are exactly those it was made of.

    Raises
    ------
    ModelError
        If the folder or a file is absent, was altered, or is of another kind or format.
    """
    content, known = _read_json(folder), _FORMATS.get(kind, 1)
    if content.get("format") != known or content.get("kind") != kind:
        raise ModelError(
            f"{folder.name}: expected a {kind} model of format {known}, found {content.get('kind')!r} of format "
            f"{content.get('format')!r}. Train it again with this edition. Nothing was loaded."
        )
    manifest = Manifest(folder, kind, dict(content.get("files", {})), dict(content.get("facts", {})))
    for name, expected in manifest.files.items():
        _verify(folder, name, expected)
    return manifest


def _read_json(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelError(
            f"{folder.name}: no {MANIFEST} there, so it is not a model folder. Nothing was loaded."
        ) from error
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{folder.name}: {MANIFEST} cannot be read. Restore the folder. Nothing was loaded."
        ) from error
    if not isinstance(content, dict):
        raise ModelError(f"{folder.name}: {MANIFEST} holds no mapping. Restore the folder. Nothing was loaded.")
    return content


def _verify(folder: Path, name: str, expected: str) -> None:
    if Path(name).name != name:
        raise ModelError(f"{folder.name}: the manifest names {name!r}, outside the folder. Nothing was loaded.")
    try:
        found = digest_of((folder / name).read_bytes())
    except OSError as error:
        raise ModelError(f"{folder.name}: {name} is missing. Restore the folder. Nothing was loaded.") from error
    if found != expected:
        raise ModelError(
            f"{folder.name}: {name} is not the file the manifest was written for (SHA-256 {found[:12]}, expected "
            f"{expected[:12]}). Restore it or train again. Nothing was loaded."
        )
