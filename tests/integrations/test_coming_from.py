"""Each line of docs/coming-from/ runs as it stands there."""

from __future__ import annotations

import re
import shlex

import helpers
import numpy as np
import pytest

import gittrack

FOLDER = helpers.ROOT / "docs" / "coming-from"
PAGES = {path.stem: path.read_text() for path in sorted(FOLDER.glob("*.md"))}
VARIABLE = re.compile(r"[A-Z_]+=\w+")
HEAD = "| what you type there | what you type here |\n|---|---|\n"


def lines(page: str) -> list[str]:
    """Return the code in the second column of the table of a page."""
    table = page.partition(HEAD)[2].partition("\n\n")[0]
    cells = [row.strip("| ").rpartition(" | ")[2] for row in table.splitlines()]
    return [code for cell in cells for code in re.findall(r"`([^`]+)`", cell)]


def ends(code: str) -> int:
    """Run a command of git track in this process, and return its exit status."""
    try:
        return helpers.look(*shlex.split(code)[2:]).code
    except SystemExit as end:  # of -h
        return int(end.code or 0)


def test_there_is_a_page_for_each_tool():
    assert set(PAGES) == {"dvc", "mlflow", "sacred", "tensorboard", "wandb"}
    assert all(len(lines(page)) >= 14 for page in PAGES.values())


SLOW = ("dvc", "mlflow", "sacred")  # their lines start commands


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] * (name in SLOW)) for name in PAGES]
)
def test_each_line_runs(project, name):
    figures = pytest.importorskip("matplotlib.figure")
    for loss in (0.3, 0.2):
        helpers.record(None, {"loss": loss}, {"loss": loss / 2}, config={"lr": loss})
    names = {
        "gittrack": gittrack,
        "array": np.zeros((4, 4)),
        "frames": np.zeros((2, 4, 4, 3), np.uint8),
        "figure": figures.Figure(figsize=(1, 1)),
        "labels": [0, 1],
        "scores": [0.2, 0.8],
    }
    for code in lines(PAGES[name]):
        if code.startswith("git track run "):  # it starts a command, so it is a process of its own
            done = helpers.run_cli(*shlex.split(code)[2:])
            assert done.code == 0, (code, done.err)
        elif code.startswith("git track "):
            assert ends(code) == 0, code
        elif not VARIABLE.fullmatch(code) and code != "log":
            exec(code, names)
    run = names.get("run")
    assert run is None or run.status == "finished"
