"""The repository of a run that a script records: that of the script."""

import sys
from pathlib import Path

import pytest
from helpers import git, repo, start

import gittrack

CODE = "import gittrack\nwith gittrack.init({}) as run:\n    run.log({{'a': 1}})\n"


@pytest.fixture
def ours(tmp_path):
    """The repository of the script."""
    place = repo("mkdir pkg", path=tmp_path / "ours")
    (place / "pkg" / "train.py").write_text(CODE.format(""))
    return place


def run_script(script, cwd):
    process = start(sys.executable, str(script), cwd=cwd)
    _, err = process.communicate()
    assert process.returncode == 0, err
    return err


def test_of_the_script_and_not_of_the_current_folder(ours, tmp_path):
    here = repo(path=tmp_path / "here")
    err = run_script(ours / "pkg" / "train.py", here)
    (run,) = gittrack.runs(repo=ours)
    assert run.code.snapshot is not None
    assert gittrack.runs(repo=here) == []
    assert f"gittrack: the repository is that of the script, {ours} (not {here}, " in err


def test_of_the_script_outside_of_any(ours, tmp_path):
    err = run_script(ours / "pkg" / "train.py", tmp_path)
    assert len(gittrack.runs(repo=ours)) == 1
    assert f"that of the script, {ours} (the current folder is in none)" in err


def test_inside_the_scripts_own_there_is_no_line(ours):
    assert "the repository is" not in run_script(ours / "pkg" / "train.py", ours / "pkg")
    assert len(gittrack.runs(repo=ours)) == 1


def test_that_repo_names_overrides_it(ours, tmp_path):
    here = repo(path=tmp_path / "here")
    (ours / "pkg" / "train.py").write_text(CODE.format("repo='.'"))
    assert "the repository is" not in run_script(ours / "pkg" / "train.py", here)
    assert (len(gittrack.runs(repo=ours)), len(gittrack.runs(repo=here))) == (0, 1)


def test_of_a_script_in_no_repository_is_that_of_the_current_folder(tmp_path):
    here = repo(path=tmp_path / "here")
    (tmp_path / "train.py").write_text(CODE.format(""))
    run_script(tmp_path / "train.py", here)
    assert len(gittrack.runs(repo=here)) == 1


def test_of_a_script_in_a_submodule_is_the_superproject(ours, tmp_path):
    git(ours, "add", ".")
    git(ours, "commit", "-qm", "script")
    here = repo(path=tmp_path / "here")
    git(here, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(ours), "sub")
    run_script(here / "sub" / "pkg" / "train.py", here)
    assert len(gittrack.runs(repo=here)) == 1


def test_of_what_is_read_is_the_same(ours, tmp_path):
    run_script(ours / "pkg" / "train.py", ours)
    script = ours / "pkg" / "read.py"
    script.write_text("import gittrack\nassert len(gittrack.runs()) == 1 and gittrack.get('@')\n")
    err = run_script(script, tmp_path)
    assert err.count("the repository is that of the script") == 1


@pytest.mark.parametrize("repo", [True, 1, ["."]])
def test_that_is_no_path(repo):
    for call in (gittrack.runs, gittrack.init, gittrack.registry):
        with pytest.raises(gittrack.TrackError, match=r"repo is .*, not a path"):
            call(repo=repo)
    assert not Path(".git").exists()
