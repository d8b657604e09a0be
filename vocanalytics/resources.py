"""Where the files that travel with the package are: in a checkout at its root, in a wheel inside the package."""

from __future__ import annotations

import difflib
from pathlib import Path

from vocanalytics.errors import TaxonomyError

_PACKAGE = Path(__file__).resolve().parent
_BUNDLED = _PACKAGE / "_bundled"


def models_dir() -> Path:
    """Folder of trained artefacts, one subfolder each."""
    return _first_folder(_PACKAGE.parent / "models", _BUNDLED / "models")


def taxonomies_dir() -> Path:
    """Folder of the coding frames that ship with the package.

    >>> taxonomies_dir().name
    'taxonomies'
    """
    return _first_folder(_PACKAGE.parent / "data" / "taxonomies", _BUNDLED / "taxonomies")


def resolve_taxonomy(name_or_path: str | Path) -> Path:
    """A file as given, or a shipped frame by its name.

    >>> resolve_taxonomy("automotive").name
    'automotive.yaml'

    Raises
    ------
    TaxonomyError
        If it is neither; names the shipped frames and the nearest one.
    """
    given = Path(name_or_path)
    if given.is_file():
        return given
    shipped = {path.stem: path for path in sorted(taxonomies_dir().glob("*.yaml"))}
    if str(name_or_path) in shipped:
        return shipped[str(name_or_path)]
    near = difflib.get_close_matches(given.stem, shipped, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise TaxonomyError(
        f"taxonomy {str(name_or_path)!r}: no such file, and no frame of that name ships with the package "
        f"({', '.join(shipped) or 'none'}).{hint} Nothing was loaded."
    )


def _first_folder(*candidates: Path) -> Path:
    # a stray `models` folder beside an installed package is not a checkout
    checkout, bundled = candidates
    if (_PACKAGE.parent / "pyproject.toml").is_file() or not bundled.is_dir():
        return checkout
    return bundled
