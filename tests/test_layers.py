"""The house: arrows point one way, heavy packages have one door, rooms stay small."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LIBRARY = sorted((ROOT / "vocanalytics").rglob("*.py"))
FLOWS = sorted((ROOT / "pipelines").rglob("*.py"))

GROUND = {"records", "errors", "config", "taxonomy", "resources", "keys"}
SIBLINGS = {"sources", "text", "tagging", "statistics", "warehouse", "digest", "insights"}
MAY_IMPORT = {
    **{room: GROUND for room in GROUND},
    **{room: GROUND for room in SIBLINGS},
    # a tag is said of a segment: the one arrow between siblings, so that `Tagger` works on its own
    "tagging": GROUND | {"text"},
    "steps": GROUND | SIBLINGS,
    "cli": GROUND | {"steps", "text", "cli"},
}
DOORS = {
    "duckdb": {"warehouse"},
    "spacy": {"text"},
    "sklearn": {"tagging"},
    "onnxruntime": {"tagging"},
    "transformers": {"tagging"},
    "torch": {"tagging"},
    "altair": {"digest"},
    "jinja2": {"digest"},
    "openpyxl": {"sources", "steps"},
    "typer": {"cli"},
    "prefect": set(),
    "pipelines": set(),
}
LONGEST_MODULE = 300
LONGEST_FUNCTION = 40
LONGEST_QUERY = 80


def room(path: Path) -> str:
    inside = path.relative_to(ROOT / "vocanalytics").parts
    return inside[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def ours(path: Path) -> set[str]:
    return {name.split(".")[1] for name in imports(path) if name.startswith("vocanalytics.")}


@pytest.mark.parametrize("path", LIBRARY, ids=lambda p: str(p.relative_to(ROOT)))
def test_arrows_point_one_way(path):
    here = room(path)
    if here in ("__init__", "__main__"):
        return
    known = {p.name.removesuffix(".py") for p in (ROOT / "vocanalytics").iterdir()}
    assert (ours(path) & known) - {here} <= MAY_IMPORT[here] - {here}


@pytest.mark.parametrize("package", DOORS)
def test_each_package_has_its_own_door(package):
    users = {room(path) for path in LIBRARY if package in {name.split(".")[0] for name in imports(path)}}
    assert users <= DOORS[package]


@pytest.mark.parametrize("path", FLOWS, ids=lambda p: p.name)
def test_flows_say_when_and_nothing_else(path):
    assert ours(path) <= {"steps", "config", "errors", "resources", "warehouse"}
    outside = {name.split(".")[0] for name in imports(path)} & {"duckdb", "pandas", "spacy", "sklearn", "pyarrow"}
    assert not outside


def test_rooms_stay_small():
    sizes = {str(p.relative_to(ROOT)): len(p.read_text(encoding="utf-8").splitlines()) for p in LIBRARY + FLOWS}
    long = {name: size for name, size in sizes.items() if size > LONGEST_MODULE}
    assert not long


def test_functions_stay_small():
    long = {}
    for path in LIBRARY + FLOWS:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                if body and (size := body[-1].end_lineno - body[0].lineno + 1) > LONGEST_FUNCTION:
                    long[f"{path.relative_to(ROOT)}:{node.name}"] = size
    assert not long


def test_queries_stay_small():
    queries = sorted((ROOT / "vocanalytics" / "insights").rglob("*.sql"))
    assert queries
    assert not {p.name: n for p in queries if (n := len(p.read_text().splitlines())) > LONGEST_QUERY}
