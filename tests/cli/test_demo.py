"""git track demo: the main job on real data, in a project of its own."""

import hashlib
import json
from pathlib import Path

import pytest
from helpers import git, listed, run_cli

from gittrack.cli.commands import demo


def test_a_folder_with_files_in_it_is_refused(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("x")
    assert run_cli("demo", "mine") == (
        1,
        "",
        "error: mine exists and is not empty\nhint: name a new folder: git track demo DIR\n",
    )


def test_a_folder_that_cannot_be_made():
    assert run_cli("demo", "/dev/null/x").err == (
        "error: Not a directory (/dev/null/x)\n"
        "hint: check the path and its permissions; for a path inside .git: git track doctor\n"
    )


def test_the_project_is_a_repository_of_its_own_that_can_be_worked_in(tmp_path):
    git(".", "init", "-q")  # even inside another one
    (tmp_path / "d").mkdir()
    plan = demo.scaffold(tmp_path / "d")
    assert len(plan) == 6
    assert [trial["name"] for trial in plan if "edit" in trial] == ["label-smoothing"]
    assert git("d", "rev-parse", "--show-toplevel") == str(tmp_path / "d")
    assert git("d", "status", "--porcelain") == ""
    assert git("d", "log", "--format=%s") == "A small classifier of digits"
    done = run_cli("run", "-S", "epochs=2", "--", "python", "train.py", cwd="d")
    assert done.code == 0, done.err
    (run,) = listed(cwd="d")
    assert (run["params"]["epochs"], run["metrics"]["val_accuracy"]["count"]) == (2, 2)
    assert git("d", "status", "--porcelain") == ""
    assert listed() == []


def test_the_whole_demo_where_git_knows_no_name_yet(sealed):
    # Without samples of the machine, which are lines of the page if a slow machine takes 15 s for a run.
    (sealed / "gitconfig").write_text("[user]\n    useConfigOnly = true\n[track]\n    system = 0\n")
    done = run_cli("demo")
    assert done.code == 0, done.err
    commands = [line for line in done.out.splitlines() if line.startswith("$ ")]
    assert len((done.out + done.err).splitlines()) <= 60
    assert all(Path("gittrack-demo", f"{name}.html").exists() for name in ("runs", "search"))
    assert commands[0] == "$ git track run -n baseline -- python train.py  # The defaults."
    assert len([line for line in commands if line.startswith("$ git track run ")]) == 6
    assert commands[-8:] == [
        "$ git track top val_accuracy --max -n 3",
        "$ git track diff wide-fast label-smoothing --code",
        "$ git track reproduce label-smoothing",
        "$ git commit -qam 'Smooth the labels'",
        "$ git track model register digits-mlp label-smoothing -m 'the best of six'",
        "$ git track model promote digits-mlp@1 production"
        """ --require 'val_accuracy > 0.95 and verdict == "EXACT"'""",
        "$ git track model get digits-mlp@production -o deployed",
        "$ git track ui --file runs.html",
    ]
    deployed = Path("gittrack-demo/deployed/model.npz").read_bytes()
    assert hashlib.sha256(deployed).hexdigest() in git(
        "gittrack-demo", "tag", "-n20", "digits-mlp@v1.0.0"
    )
    assert git("gittrack-demo", "status", "--porcelain") == ""
    top = run_cli("top", "val_accuracy", "--json", cwd="gittrack-demo")
    assert "\nEXACT  the same: " in done.out
    best, second, *_ = (run for run in json.loads(top.out) if run["reproduces"] is None)
    assert best["metrics"]["val_accuracy"]["last"] > 0.95
    assert {best["name"], second["name"]} == {"label-smoothing", "wide-fast"}
    assert "label smoothing" in done.out.partition("$ git track diff")[2]


@pytest.mark.parametrize("word", ["CC BY 4.0", "Alpaydin"])
def test_the_data_has_its_source_and_licence_stated(tmp_path, word):
    demo.scaffold(tmp_path / "d")
    assert word in (tmp_path / "d" / "data" / "README.md").read_text()
