"""sweeping/isolation/trial_worktrees: trials share a worktree, and see nothing of each other."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from helpers import git as run_git
from helpers import repo as make_repo
from helpers import run_cli

from gittrack import git
from gittrack.git import temporary_worktree
from gittrack.sweeping.isolation.trial_worktrees import TrialWorktrees

RUN = "20260101-000000-aaaa1111"


@pytest.fixture
def trees(project):
    trees = TrialWorktrees()
    yield trees
    trees.close()


@pytest.fixture
def use(trees, project):
    """Run a trial in a worktree; return the worktree's folder."""

    def use(work=lambda folder: None, run_id: str | None = RUN, links: tuple[str, ...] = ()):
        repo, commit = git.find(), run_git(".", "rev-parse", "HEAD").strip()
        with trees.use(repo, commit, links, ".") as tree:
            work(Path(tree.code.folder))
            tree.run_id = run_id
        return tree.code.folder

    return use


def test_the_next_trial_gets_the_same_worktree_without_new_files(use):
    def write(folder: Path) -> None:
        assert sorted(os.listdir(folder)) == [".git", "params.yaml", "train.py"]
        assert sorted(os.listdir(folder.parent)) == ["tree"]
        (folder / "out").mkdir()
        (folder / "out" / "model.bin").write_bytes(b"weights")
        (folder.parent / "data").write_text("beside the tree")

    first = use(write)
    assert sorted(os.listdir(first)) == [".git", "params.yaml", "train.py"], (
        "large files go at once"
    )
    assert use(write) == use(write) == first


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "train.py").write_text("other"),
        lambda folder: (folder / "train.py").unlink(),
        lambda folder: run_git(folder, "commit", "--allow-empty", "-qm", "moved"),
        lambda folder: run_git(folder, "rm", "-q", "--cached", "train.py"),
    ],
)
def test_a_trial_that_changes_code_leaves_nothing_to_the_next_one(use, change):
    first = use(change)
    second = use()
    assert first != second
    assert not os.path.exists(first)
    assert run_git(second, "status", "--porcelain") == ""


def test_a_trial_that_moves_a_submodule_leaves_nothing_to_the_next_one(use):
    make_repo("touch a; git add .; git commit -qm inner", "../inner")
    run_git(".", "-c", "protocol.file.allow=always", "submodule", "-q", "add", "../inner", "lib")
    run_git(".", "commit", "-qm", "with a module")
    head = run_git("lib", "rev-parse", "HEAD")
    first = use(lambda folder: run_git(folder / "lib", "commit", "--allow-empty", "-qm", "moved"))
    second = use(lambda folder: (folder / "lib" / "new").touch())
    assert first != second
    assert run_git(f"{second}/lib", "rev-parse", "HEAD") == head
    assert use() == second


def test_a_trial_that_leaves_a_process_keeps_its_worktree_to_itself(use):
    marked = {**os.environ, "GITTRACK_RUN": RUN}
    with subprocess.Popen(["sleep", "60"], env=marked) as process:
        first = use()
        second = use()
        process.kill()
    assert first != second
    assert use() == second


def test_a_trial_whose_end_is_not_known_leaves_no_worktree(use, trees):
    folder = use(run_id=None)
    assert not os.path.exists(folder)
    assert trees.current is None


def test_data_that_the_user_replaced_is_brought_again(use, project):
    Path(".gitignore").write_text("data\n")
    Path("data").write_text("old")
    first = use(links=("data",))
    Path("data").write_text("newer")
    contents = []
    second = use(lambda folder: contents.append((folder / "data").read_text()), links=("data",))
    assert contents == ["newer"]
    assert first != second


def test_a_file_that_the_user_replaced_in_a_data_folder_is_brought_again(use, project):
    Path(".gitignore").write_text("data\n")
    Path("data", "part").mkdir(parents=True)
    Path("data", "part", "x").write_text("older")
    first = use(links=("data",))
    assert use(links=("data",)) == first
    Path("data", "part", "x").write_text("newer")
    contents = []
    use(lambda folder: contents.append((folder / "data/part/x").read_text()), links=("data",))
    assert contents == ["newer"]


def test_the_trials_of_a_launcher_are_isolated_and_their_worktree_goes_with_it(project):
    script = 'ls -A .. . | tr "\\n" " "; git status --short; echo x > left; echo x > ../left'
    options = ("-S", "x=range(3)", "-m", "loss", "--isolate")
    run_cli("sweep", *options, "--", "sh", "-c", script)
    refs = run_git(".", "for-each-ref", "--format=%(refname)", "refs/runs").split()
    assert len(refs) == 3
    assert len({run_git(".", "show", f"{ref}:log.txt") for ref in refs}) == 1
    assert temporary_worktree.leftovers(git.find()) == []
    assert os.listdir(".git/gittrack/trees") == []
    assert "\n" not in run_git(".", "worktree", "list")
