"""git track sweep show: what each parameter explains, and the search in pictures."""

import json
from pathlib import Path

import pytest
from helpers import ROOT, git, run_cli

pytestmark = pytest.mark.usefixtures("project")


@pytest.fixture(autouse=True)
def searched(project):
    """A grid of six trials whose loss is x, whatever y is."""
    Path("empty.yaml").write_text("{}\n")
    Path(".gitignore").write_text("made*\n")
    git(".", "add", ".")
    git(".", "commit", "-qm", "base")
    trial = """echo "{\\"loss\\": $2}" >> "$GITTRACK_METRICS" """
    command = ("--", "sh", "-c", trial, "sh", "{args}")
    done = run_cli(
        "sweep", "-p", "empty.yaml", "-S", "x=1,2,3", "-S", "y=0,1", "-m", "loss", *command
    )
    assert done.code == 0, done.err
    return done


def test_what_each_parameter_explains(searched):
    told = (
        "\nwhat each parameter explains, alone:\n"
        "  x  100 %  rank correlation -1.00, less is better (100 to 100 %)\n"
        "  y      -  no more than chance explains\n"
        "  (of 6 configurations only: take it as a hint)\n"
    )
    assert told in searched.out
    assert told in run_cli("sweep", "show", "@").out
    found = json.loads(run_cli("sweep", "show", "@", "--json").out)["importance"]
    assert [(one["name"], one["share"]) for one in found] == [("x", 1.0), ("y", None)]


def test_pictures_and_what_cannot_be_drawn():
    pytest.importorskip("matplotlib")
    for name, start in (("made.html", b"<!DOCTYPE"), ("made.png", b"\x89PNG")):
        done = run_cli("sweep", "show", "@", "--plot", name)
        assert (done.code, done.out, done.err) == (0, "", f"drew 6 trials into {name}\n")
        assert Path(name).read_bytes().startswith(start)
    for library in ("optuna", "matplotlib"):  # as if they were not installed
        Path(f"made/{library}").mkdir(parents=True)
        Path(f"made/{library}/__init__.py").write_text("raise ImportError\n")
    bare = {"PYTHONPATH": f"{Path('made').resolve()}:{ROOT}"}
    for argv, hint in (
        (["--fanova"], "pip install 'gittrack[optuna]' scikit-learn"),
        (["--plot", "made.png"], "pip install 'gittrack[plot]'"),
        (["--plot", "made.gif"], "use a file name that ends in .html or .png"),
    ):
        done = run_cli("sweep", "show", "@", *argv, env=bare)
        assert (done.code, done.out) == (1, "")
        assert done.err.endswith(f"hint: {hint}\n")
