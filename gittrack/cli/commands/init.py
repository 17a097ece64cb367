"""Write a params.yaml, commented settings and .gitignore lines; gittrack works without them, too."""

from __future__ import annotations

import argparse
from pathlib import Path

from gittrack import git
from gittrack.cli.output import print_note, print_result
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.disk import folders
from gittrack.disk.files import bundled
from gittrack.git import project
from gittrack.read import refspecs
from gittrack.show.terminal import text

# The file is in the git directory. A file of the work tree could come from anybody's commit, and git
# configuration can name programs that git runs.
SETTINGS = f"{layout.HOME}/config"


def arguments(parser: argparse.ArgumentParser) -> None:
    """``git track init`` takes no options."""


def run(args: argparse.Namespace) -> int:
    """Write the files that do not exist; existing ones are kept."""
    repo = git.find()
    if repo.work_tree is None:
        raise TrackError(
            "this is a bare repository", "run git track init in a clone with a work tree"
        )
    root = Path(repo.work_tree)
    settings = Path(repo.common_dir, SETTINGS)
    folders.make(str(settings.parent))
    for path, source in ((root / "params.yaml", "params.yaml"), (settings, "settings")):
        _write(path, bundled("templates", "init", source).read_text())
    _add_lines(root / ".gitignore", bundled("templates", "init", "gitignore").read_text())
    project.include_config(repo, SETTINGS)
    print_result(f"settings  edit {settings}, or use: git config track.<name> <value>\n")
    for risk in refspecs.risks(repo):
        print_note(f"warning: {text.escape(risk.problem)}\n  {text.escape(risk.remedy)}")
    print_result("\nnext: git track run -- python train.py\n")
    return 0


def _write(path: Path, content: str) -> None:
    if path.exists():
        print_result(f"kept      {path.name}\n")
        return
    path.write_text(content)
    print_result(f"wrote     {path.name}\n")


def _add_lines(path: Path, content: str) -> None:
    before = path.read_text() if path.exists() else ""
    existing = set(before.splitlines())
    new = [line for line in content.splitlines() if line not in existing]
    if not new:
        print_result(f"kept      {path.name}\n")
        return
    gap = "" if not before or before.endswith("\n") else "\n"
    path.write_text(before + gap + "\n".join(new) + "\n")
    print_result(f"added to  {path.name}: {len(new)} lines\n")
