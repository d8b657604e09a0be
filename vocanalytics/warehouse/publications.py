"""Publication folders on disk: sealing one, pointing the links at it, clearing away what is old or half done."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vocanalytics.errors import ConfigError

KEPT = 3
DATABASES = ("insights.duckdb", "insights_shareable.duckdb")


def seal(building: Path, manifest: Mapping[str, Any]) -> None:
    """Write the manifest, make every file read-only and get all of it onto the disk."""
    files = sorted(path for path in building.rglob("*") if path.is_file())
    told = {**manifest, "files": {str(path.relative_to(building)): _sha256(path) for path in files}}
    path = building / "manifest.json"
    path.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    for file in [*files, path]:
        # a reader who opens read-write would lock the others out
        file.chmod(file.stat().st_mode & ~0o222)
        sync(file)
    sync(building / "parquet")
    sync(building)


def current(folder: Path) -> dict[str, Any] | None:
    """The manifest of the current publication, None where there is none or its files are not what it says."""
    with contextlib.suppress(OSError, ValueError, KeyError):
        home = folder / "current"
        manifest: dict[str, Any] = json.loads((home / "manifest.json").read_text(encoding="utf-8"))
        if all(_sha256(home / name) == digest for name, digest in manifest["files"].items()):
            return manifest
    return None


def link(folder: Path, publication: str) -> None:
    _point(folder / "current", Path(publication))
    for name in DATABASES:
        _point(folder.parent / name, Path(folder.name) / "current" / name)
    sync(folder.parent)


def _point(path: Path, target: Path) -> None:
    """Make ``path`` lead to ``target`` in one step: a reader sees the old or the new, never neither."""
    if path.is_symlink() and path.readlink() == target:
        return
    waiting = path.with_name(path.name + ".building")
    waiting.unlink(missing_ok=True)
    waiting.symlink_to(target)
    waiting.replace(path)
    sync(path.parent)


def require_free(folder: Path) -> None:
    for path in (folder / "current", *(folder.parent / name for name in DATABASES)):
        if path.exists() and not path.is_symlink():
            raise ConfigError(
                f"{path} is not a link made by publishing. Move it away and publish again; it was not touched and "
                "nothing was published."
            )


def sweep(folder: Path) -> None:
    """Remove what a killed run left behind."""
    for path in folder.glob("*.building"):
        if path.is_symlink():
            path.unlink()
        else:
            shutil.rmtree(path)


def prune(folder: Path) -> None:
    """Keep the newest publications, and the current one in any case. A reader who has an older one open keeps it."""
    standing = (folder / "current").resolve()
    made = sorted(
        (path.parent for path in folder.glob("*/manifest.json") if not path.parent.is_symlink()), reverse=True
    )
    for path in made[KEPT:]:
        if path.resolve() != standing:
            shutil.rmtree(path, ignore_errors=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
