"""What the README promises is true."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import yaml
from typer.main import get_command
from workspace import ROOT

from vocanalytics.cli import app

README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(after: str) -> list[str]:
    """The lines of the first fenced block after a text."""
    fenced = README.split(after, 1)[1].split("```", 2)[1]
    return fenced.split("\n", 1)[1].rstrip().split("\n")


def timeless(line: str) -> str:
    line = re.sub(r"\d{8}T\d{6}-\d+", "ID", line)
    line = re.sub(r"\S+/digests/", "DIGESTS/", line)
    return re.sub(r"voc-[0-9a-f]+", "MODEL", line).rstrip()


def test_the_output_shown_is_the_output_printed(sample_run):
    shown = [timeless(line) for line in block("<!-- output of make run -->")]
    printed = [timeless(line) for line in sample_run.report.lines()]
    assert shown == printed


def test_every_command_named_exists():
    commands = get_command(app)
    known = set(commands.commands) | {f"sources {name}" for name in commands.commands["sources"].commands}
    named = set(re.findall(r"`?\bvoc (sources \w+|\w+)", README))
    assert named <= known, named - known


def test_every_make_target_named_exists():
    targets = set(re.findall(r"^([a-z][\w-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert set(re.findall(r"`make ([\w-]+)", README)) <= targets


def test_every_file_linked_is_there():
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target


def test_every_example_declaration_loads(tmp_path):
    from vocanalytics.sources import load_declaration

    (tmp_path / "sources.yaml").write_text("\n".join(block("<!-- a feed -->")), encoding="utf-8")
    declaration = load_declaration(tmp_path / "sources.yaml")
    assert declaration.sources


def test_the_example_theme_has_the_keys_of_the_frame():
    (theme,) = yaml.safe_load("\n".join(block("<!-- a theme -->")))
    frame = yaml.safe_load((ROOT / "data" / "taxonomies" / "automotive.yaml").read_text(encoding="utf-8"))
    assert set(theme) <= set(frame["themes"][0])


def test_nothing_of_this_machine_is_in_the_repository():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in listed.stdout.splitlines():
        path = Path(ROOT / name)
        if path.suffix in (".py", ".md", ".yaml", ".toml", ".txt", ".sql", ".j2") and path.name != "test_readme.py":
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"(?<!\w)/(?:root|work|home/\w+)/|\bfile:///|pypi\.org|/opt/", text), name
