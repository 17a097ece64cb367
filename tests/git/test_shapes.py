"""Repositories of every shape: a run is recorded, or one clear sentence says why not."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import DATE, Done, git, python, repo, run_cli, start

import gittrack
from gittrack.core import layout
from gittrack.git import find as git_of
from gittrack.git import refs

SCRIPT = """
import gittrack
with gittrack.init(config={"alpha": 0.1}) as run:
    run.log({"loss": 1.0})
"""

OTHER_BYTES = "a checkout gives other bytes (line endings or a filter)"


def record(place: Path, warning: str = "", **env: str) -> gittrack.RunRecord:
    """Record a run through the API and one with the launcher; list, show and compare them."""
    assert python(SCRIPT, place, env) == (0, "", f"{warning}\n" if warning else "")
    done = run_cli("run", "--", "echo", "hello", cwd=place, env=env)
    assert (done.code, done.out) == (0, "hello\n"), done.err
    assert re.findall("warning: (.*)", done.err) == ([warning] if warning else [])
    assert run_cli("ls", cwd=place, env=env).out.count("finished") == 2
    assert run_cli("show", "@", cwd=place, env=env).code == 0
    assert run_cli("diff", "@~1", "@", cwd=place, env=env).code == 0
    assert run_cli("doctor", cwd=place, env=env).code == 0
    assert git(place, "fsck", "--no-dangling") == ""
    runs = gittrack.runs(repo=place)
    assert [run.status for run in runs] == ["finished", "finished"]
    assert runs[0].code == runs[1].code
    return runs[0]


def parents(place: Path, run: gittrack.RunRecord) -> list[str]:
    return git(place, "log", "-1", "--format=%P", run.ref).split()


def test_no_commit_yet():
    place = Path("new")
    place.mkdir()
    git(place, "init", "-q")
    run = record(place)
    assert parents(place, run) == []
    assert not run.code.dirty


def test_no_commit_yet_but_files():
    place = Path("new")
    place.mkdir()
    git(place, "init", "-q")
    (place / "train.py").write_text("print(1)\n")
    run = record(place)
    (snapshot,) = parents(place, run)
    assert git(place, "ls-tree", "--name-only", snapshot) == "train.py"
    assert git(place, "log", "-1", "--format=%P", snapshot) == ""


def test_detached_head():
    place = repo("git checkout -q --detach")
    run = record(place)
    assert run.code.branch is None
    assert parents(place, run) == [git(place, "rev-parse", "HEAD")]


def test_subfolder():
    place = repo("mkdir -p a/b && echo new > a/b/new.txt")
    run = record(place / "a" / "b")
    assert git(place, "ls-tree", "-r", "--name-only", run.code.snapshot, "a/").endswith("new.txt")
    assert git(place, "show", f"{run.ref}:run.yaml").count("cwd: a/b") == 1


def test_linked_worktree():
    place = repo("git worktree add -q ../linked -b side && echo 1 >> ../linked/train.py")
    run = record(Path("linked"))
    assert run.code.branch == "side"
    assert gittrack.runs(repo=place)[0].id == run.id
    assert git(place, "status", "--porcelain") == ""


@pytest.mark.parametrize("launched", [False, True])
def test_a_worktree_that_is_removed_in_mid_run(launched):
    place = repo("git worktree add -q ../linked && echo 1 >> ../linked/train.py")
    wait = "import sys; print('ready', flush=True); sys.stdin.readline()"
    code = SCRIPT.replace("    run.log", f"    {wait}\n    run.log")
    argv = [sys.executable, "-c", code]
    command = [sys.executable, "-m", "gittrack", "run", "--", *argv] if launched else argv
    process = start(*command, cwd="linked")
    assert process.stdout.readline() == "ready\n", process.communicate()
    git(place, "worktree", "remove", "--force", "../linked")
    _, err = process.communicate("on\n")
    assert process.returncode == 0, err
    (run,) = gittrack.runs(repo=place)
    assert (run.status, run.metrics["loss"].last) == ("finished", 1.0)
    assert git(place, "fsck", "--no-dangling") == ""


def test_submodule():
    repo(path="library")
    outer = repo("git -c protocol.file.allow=always submodule --quiet add ../library lib", "outer")
    run = record(outer / "lib")
    assert parents(outer / "lib", run) == [git(outer / "lib", "rev-parse", "HEAD")]
    assert gittrack.runs(repo=outer) == []


def test_changes_in_a_submodule_are_noted():
    repo(path="library")
    outer = repo(
        "git -c protocol.file.allow=always submodule --quiet add ../library lib; git commit -qm sub;"
        "echo 1 >> lib/train.py",
        "outer",
    )
    run = record(outer)
    assert run.diff["inexact"] == ["lib is a repository of its own; only its commit is recorded"]


def test_shallow_clone():
    repo("for i in 1 2 3; do git commit -q --allow-empty -m $i; done", "origin")
    git(".", "clone", "-q", "--depth=1", f"file://{Path('origin').absolute()}", "clone")
    place = Path("clone")
    run = record(place)
    assert parents(place, run) == [git(place, "rev-parse", "HEAD")]


def test_partial_clone_offline():
    origin = repo("echo two > two.txt; git add .; git commit -qm two; git rm -q two.txt; git commit -qm 3",
                  "origin")  # fmt: skip
    git(origin, "config", "uploadpack.allowFilter", "true")
    git(".", "clone", "-q", "--filter=blob:none", f"file://{origin}", "clone")
    origin.rename("away")
    place = Path("clone")
    (place / "train.py").write_text("changed\n")
    (place / "two.txt").write_text("two\n")  # a blob that the clone knows of, but does not have
    assert python(SCRIPT, place) == (0, "", "")
    assert run_cli("ls", cwd=place).code == 0
    assert run_cli("show", "@", cwd=place).code == 0
    (run,) = gittrack.runs(repo=place)
    assert git(place, "show", f"{run.code.snapshot}:train.py") == "changed"
    assert git(place, "show", f"{run.code.snapshot}:two.txt") == "two"


def test_shared_clone():
    repo(path="origin")
    git(".", "clone", "-q", "--shared", "origin", "clone")
    place = Path("clone")
    (place / "train.py").write_text("changed\n")
    run = record(place)
    assert git(place, "show", f"{run.code.snapshot}:train.py") == "changed"


def test_sha256():
    place = Path("repo")
    place.mkdir()
    git(place, "init", "-q", "--object-format=sha256")
    (place / "train.py").write_text("print(1)\n")
    git(place, "add", ".")
    git(place, "commit", "-qm", "one")
    (place / "train.py").write_text("print(2)\n")
    run = record(place)
    assert len(run.info.commit) == 64
    assert parents(place, run) == [run.code.snapshot]


CONFLICT = """
git checkout -qb side; echo side > train.py; git commit -qam side
git checkout -q main; echo main > train.py; git commit -qam main
git {} side 2>/dev/null >&2 || true
"""


@pytest.mark.parametrize("verb", ["merge", "rebase", "cherry-pick"])
def test_conflict(verb):
    place = repo(CONFLICT.format(verb))
    before = git(place, "status", "--porcelain=v2")
    assert before.startswith("u ")
    run = record(place)
    assert git(place, "status", "--porcelain=v2") == before
    assert "<<<<<<<" in git(place, "show", f"{run.code.snapshot}:train.py")


@pytest.mark.parametrize("damage", [b"", b"DIRC\0\0", b"\0" * 500])
def test_corrupt_index(damage):
    place = repo("echo changed > train.py; echo new > new.txt")
    index = place / ".git/index"
    index.write_bytes(damage)
    assert python(SCRIPT, place) == (0, "", "")
    assert index.read_bytes() == damage
    (run,) = gittrack.runs(repo=place)
    files = git(place, "ls-tree", "--name-only", run.code.snapshot).split()
    assert files == ["new.txt", "params.yaml", "train.py"]
    assert git(place, "show", f"{run.code.snapshot}:train.py") == "changed"


def test_a_file_that_is_no_longer_tracked():
    place = repo("git rm -q --cached train.py; echo SECRET=1 > .env; git add -f .env; git commit -qm env;"
                 "git rm -q --cached .env")  # fmt: skip
    done = python(SCRIPT, place)
    assert done.code == 0, done.err
    (run,) = gittrack.runs(repo=place)
    assert git(place, "ls-tree", "--name-only", run.code.snapshot).split() == [
        "params.yaml",
        "train.py",
    ]


def test_missing_index():
    place = repo("rm .git/index")
    run = record(place)
    assert not run.code.dirty
    assert not (place / ".git/index").exists()


@pytest.mark.parametrize("more", ["", "--sparse-index"])
def test_sparse_checkout(more):
    place = repo(
        "mkdir in out; echo 1 > in/a; echo 1 > out/b; git add .; git commit -qm more;"
        f"git sparse-checkout set --cone {more} in; echo 2 > in/a"
    )
    run = record(place)
    assert [item["path"] for item in run.diff["files"]] == ["in/a"]
    assert git(place, "show", f"{run.code.snapshot}:out/b") == "1"


def test_a_clean_sparse_checkout_is_clean():
    place = repo(
        "mkdir in out; echo 1 > in/a; echo 1 > out/b; git add .; git commit -qm more;"
        "git sparse-checkout set --cone in"
    )
    assert not record(place).code.dirty


@pytest.mark.parametrize("setting", ["true", "input"])
def test_autocrlf(setting):
    place = repo(f"git config core.autocrlf {setting}; printf 'a\\r\\nb\\r\\n' > train.py")
    # With `true`, a checkout gives CRLF also to params.yaml; with `input`, LF to train.py.
    name = {"true": "params.yaml", "input": "train.py"}[setting]
    run = record(place, f"{OTHER_BYTES}: {name}")
    assert git(place, "cat-file", "-p", f"{run.code.snapshot}:train.py") == "a\nb"


def test_autocrlf_with_a_clean_tree():
    place = repo(
        "printf 'a\\r\\nb\\r\\n' > crlf.txt; git add .; git commit -qm crlf;"
        "git config core.autocrlf true; touch crlf.txt"
    )
    assert not record(place, f"{OTHER_BYTES}: params.yaml, train.py").code.dirty


def test_a_repository_shared_by_a_group():
    """What we make in it is as open to the others as what git makes."""
    place = Path("shared")
    place.mkdir()
    git(place, "init", "-q", "--shared=group")
    (place / "train.py").write_text("print(1)\n")
    record(place)
    made = [*(place / ".git/gittrack").rglob("*"), *(place / ".git/objects").glob("??")]
    closed = [path for path in made if path.is_dir() and not path.stat().st_mode & stat.S_IWGRP]
    assert len(made) > 10
    assert closed == []
    assert (place / ".git/gittrack/cache/git-version").stat().st_mode & stat.S_IWGRP
    with gittrack.init(repo=place) as run:
        journal = place / ".git/gittrack/live" / run.id
        assert journal.stat().st_mode & stat.S_IWGRP
        assert (journal / "events.jsonl").stat().st_mode & stat.S_IWGRP
        assert (journal / "lock").stat().st_mode & stat.S_IWGRP


def test_a_user_whose_name_would_break_the_commit():
    place = repo()
    git(place, "config", "user.name", "")
    bare = {"GIT_CONFIG_GLOBAL": "/dev/null", "USER": "Eve <e@x>\nparent 0000"}
    run = record(place, **bare)
    assert git(place, "log", "-1", "--format=%an", run.ref) == "Eve e@xparent 0000"


def test_no_name():
    place = repo()
    Path(os.environ["GIT_CONFIG_GLOBAL"]).write_text("")
    run = record(place, EMAIL="", USER="ada")
    assert git(place, "log", "-1", "--format=%an", run.ref) == "ada"


@pytest.mark.parametrize("name", ["a:b", "a b", 'a"b', "caf\u00e9", "-x"])
def test_odd_folder_names(name):
    place = repo("echo changed > train.py", Path(name).absolute())
    run = record(place)
    assert git(place, "show", f"{run.code.snapshot}:train.py") == "changed"


def test_symlinked_folder():
    place = repo("echo changed > train.py")
    Path("link").symlink_to(place)
    assert record(Path("link")).code.dirty


def test_inside_a_hook():
    place = repo()
    hook = place / ".git/hooks/post-commit"
    code = "import gittrack; gittrack.init().finish()"
    hook.write_text(
        f"#!/bin/sh\n'{sys.executable}' -c '{code}'\n'{sys.executable}' -m gittrack ls\n"
    )
    hook.chmod(0o755)
    git(place, "commit", "-q", "--allow-empty", "-m", "run it")
    (run,) = gittrack.runs(repo=place)
    assert parents(place, run) == [git(place, "rev-parse", "HEAD")]
    assert git(place, "status", "--porcelain") == ""


def test_git_dir_of_another_repository_in_the_environment():
    other = repo(path="other")
    place = repo()
    run = record(place, GIT_DIR=str(other / ".git"), GIT_INDEX_FILE=str(other / ".git/index"))
    assert run.commit
    assert gittrack.runs(repo=other) == []


def test_bare():
    origin = repo()
    assert python(SCRIPT, origin).code == 0
    git(".", "clone", "-q", "--mirror", "repo", "bare")
    bare = Path("bare")
    assert run_cli("ls", cwd=bare).out.count("finished") == 1
    assert run_cli("show", "@", cwd=bare).code == 0
    done = run_cli("run", "--", "touch", "begun", cwd=bare)
    assert done == Done(
        1,
        "",
        "error: runs cannot be recorded in a bare repository\n"
        "hint: work in a clone that has a worktree\n",
    )
    assert not (bare / "begun").exists()
    assert "TrackError: runs cannot be recorded in a bare repository" in python(SCRIPT, bare).err


@pytest.mark.parametrize(
    "argv", [["run", "--", "true"], ["ls"], ["show", "@"], ["recover"], ["doctor"]]
)
def test_outside_any_repository(argv):
    done = run_cli(*argv)
    assert done == Done(
        1, "", "error: this is not inside a git repository\nhint: make one here: git init\n"
    )


def test_outside_any_repository_in_python():
    assert "NotARepository: this is not inside a git repository" in python(SCRIPT).err


def test_refs_of_others_are_ignored():
    place = repo()
    for ref in (
        "refs/exps/a/b",
        "refs/runs2/x",
        "refs/runs/x",
        "refs/runs/exp/not-an-id",
        "refs/runs/y/z/1",
    ):
        git(place, "update-ref", ref, "HEAD")
    git(place, "symbolic-ref", "refs/runs/HEAD", "refs/heads/main")
    record(place)
    git(place, "symbolic-ref", "refs/runs/dangling", "refs/heads/nowhere")
    done = run_cli("ls", "--json", cwd=place)
    assert (done.code, done.out.count('"id"'), done.err) == (0, 2, "")


@pytest.fixture
def read_only():
    """Two runs in a repository that its reader cannot write; yields what to put before a command."""
    place = repo()
    assert python(SCRIPT * 2, place).code == 0
    unshare = ["unshare", "--mount", "sh", "-c"]
    bind = f"mount --bind '{place}' '{place}' && mount -o remount,ro,bind '{place}' && cd '{place}' && "
    probe = subprocess.run([*unshare, bind + "true"], capture_output=True, check=False)
    if shutil.which("unshare") is None or probe.returncode:
        pytest.skip("no right to mount")
    return lambda command: subprocess.run(
        [*unshare, bind + command], capture_output=True, text=True, check=False
    )


def test_a_repository_that_is_mounted_read_only(read_only):
    track = f"'{sys.executable}' -m gittrack"
    shown = read_only(f"{track} ls && {track} show @ && {track} diff @ @~1 && {track} doctor")
    assert (shown.returncode, shown.stderr) == (0, "")
    done = read_only(f"{track} run -- touch /dev/null/x")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 2
    assert "error: the run cannot be recorded in" in done.stderr
    assert "Read-only file system" in done.stderr


CHANGES = [
    ("register", "m", "@"),
    ("promote", "m@1", "production"),
    ("demote", "m@1"),
    ("deprecate", "m@1"),
    ("rm", "m@1", "--force"),
]


def test_a_registry_that_is_mounted_read_only(read_only):
    """One error for every change, as `git track run` says it; the stage ref is doctor's to tell."""
    place = Path("repo").absolute()
    for words in (("register", "m", "@~1"), ("promote", "m@1", "staging")):
        assert run_cli("model", *words, cwd=place).code == 0
    git(place, "update-ref", "refs/models/m/staging", "HEAD")
    track = f"'{sys.executable}' -m gittrack"
    for words in CHANGES:
        done = read_only(f"{track} model {' '.join(words)}")
        assert (done.returncode, done.stdout, done.stderr) == (
            1,
            "",
            f"error: the model m cannot be changed in {place}/.git: Read-only file system\n"
            "hint: make the repository writable and see that its disk has room\n",
        )
    (place / ".git/refs/models/m/staging").write_text("")
    done = read_only(f"{track} doctor")
    assert (done.returncode, done.stderr) == (1, "")
    assert "not repaired (Read-only file system" in done.stdout


@pytest.fixture
def stranger():
    """Returns a function that runs `git track` as a user who may look at a repository, but not write.

    It is root without its powers, in a repository of somebody else's: any other user could not
    read pytest's folders, nor perhaps this Python.
    """
    powerless = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--"]
    probe = [*powerless, "test", "-r", "/"]
    if os.getuid() != 0 or not shutil.which("setpriv") or subprocess.run(probe).returncode:
        pytest.skip("only root can be somebody else")

    def track(place: Path, *argv: str, trust: str = "*") -> Done:
        safe = (
            "env",
            "GIT_CONFIG_COUNT=1",
            "GIT_CONFIG_KEY_0=safe.directory",
            f"GIT_CONFIG_VALUE_0={trust}",
        )
        process = start(*powerless, *safe, sys.executable, "-m", "gittrack", *argv, cwd=place)
        out, err = process.communicate()
        return Done(process.returncode, out, err)

    return track


def give_away(place: Path) -> None:
    for path in (place, *place.rglob("*")):
        os.chown(path, 65534, 65534, follow_symlinks=False)


def test_a_repository_that_others_may_only_read(stranger):
    place = repo("git config --global safe.directory '*'")
    assert python(SCRIPT * 2, place).code == 0
    code = "import sys, gittrack; run = gittrack.init(); print(1, flush=True); sys.stdin.read()"
    process = start(sys.executable, "-c", code, cwd=place)
    process.stdout.readline()
    give_away(place)
    done = stranger(place, "ls", "--json")
    assert (done.code, done.err) == (0, "")
    assert [run["status"] for run in json.loads(done.out)] == ["running", "finished", "finished"]
    process.kill()
    process.communicate()
    # The run is dead now, but is not this user's to commit; nor does it hide what else is wrong.
    assert stranger(place, "ls").code == 0
    done = stranger(place, "recover")
    assert (done.code, done.err.count("error: ")) == (1, 1)
    done = stranger(place, "run", "--", "touch", "/dev/null/x")
    assert done.code == 1
    assert done.err.count("error: ") == 1
    assert "error: the run cannot be recorded in" in done.err
    assert "Permission denied" in done.err
    assert run_cli("recover", cwd=place).code == 0


def test_a_repository_of_somebody_else_is_for_its_user_to_trust(stranger):
    place = repo()
    give_away(place)
    done = stranger(place, "ls", trust="")
    assert done.code == 1
    assert "error: git: detected dubious ownership" in done.err


def test_commits_of_fixed_dates(monkeypatch):
    place = repo("echo changed > train.py")
    first = record(place)
    told = git(place, "log", "-1", "--format=%cI %aI", first.code.snapshot)
    assert told.replace("+00:00", "Z").split() == [DATE, DATE]  # git writes Z from 2.45 on


def test_refs_with_odd_line_separators_in_their_names():
    """U+2028 is a line break to str.splitlines, and a character like any other to git."""
    place = repo()
    run = record(place)
    git(place, "update-ref", "refs/runs/odd\u2028name", run.info.commit)
    assert run_cli("ls", cwd=place).out.count("finished") == 2
    assert run_cli("doctor", cwd=place).code == 0


@pytest.fixture
def tables():
    """A repository whose refs are kept in tables."""
    Path("repo").mkdir()
    if start("git", "init", "-q", "--ref-format=reftable", cwd="repo").wait():
        pytest.skip("git has no reftable")
    return repo()


def test_refs_in_tables(tables):
    assert parents(tables, record(tables)) == [git(tables, "rev-parse", "HEAD")]
    (ref, *_) = refs.below(git_of(tables), layout.RUNS)
    other = gittrack.get("@~1", repo=tables).id
    assert refs.exists(git_of(tables), ref.name)
    assert not refs.exists(git_of(tables), ref.name[:-1])
    for argv in (
        ("tag", "@", "+good"),
        ("note", "@", "kept"),
        ("rm", other),
        ("restore", other),
        ("rm", other),
        ("gc", "--older-than", "0d"),
        ("reproduce", "@"),
        ("model", "register", "m", "@"),
        ("model", "promote", "m@v1", "production"),
        ("doctor",),
    ):
        done = run_cli(*argv, cwd=tables)
        assert done.code == 0, (argv, done.err)


def test_many_end_at_once_where_refs_are_in_tables(tables):
    """Every change of a ref takes one lock there, and git does not wait for it."""
    code = "import sys, gittrack; run = gittrack.init(); print(1, flush=True); sys.stdin.read()"
    processes = [start(sys.executable, "-c", code, cwd=tables) for _ in range(12)]
    for process in processes:
        process.stdout.readline()
    for process in processes:
        process.stdin.close()
    assert [(process.wait(), process.stderr.read()) for process in processes] == [(0, "")] * 12
    assert [run.status for run in gittrack.runs(repo=tables)] == ["finished"] * 12


def test_the_doctor_explains_a_lock_of_tables(tables):
    lock = tables / ".git/reftable/tables.list.lock"
    lock.touch()
    os.utime(lock, (1e9, 1e9))
    done = run_cli("doctor", cwd=tables)
    assert f"{lock} is" in done.out
    assert "committed by git track recover once it is gone" in done.out


def test_a_call_that_is_given_up_leaves_no_process():
    place = repo()
    code = (
        "import gc, os, time\n"
        "from gittrack import git\n"
        "call = git.find().call('cat-file', '--batch', feed=git.find().call('log', piped=True))\n"
        "del call; gc.collect()\n"
        "try: os.waitpid(-1, os.WNOHANG); print('left')\n"
        "except ChildProcessError: print('none')\n"
    )
    assert python(code, place) == (0, "none\n", "")


def test_a_registry_of_which_only_the_refs_cannot_be_written(stranger):
    """Then it is git that is refused, which says so in words of its own."""
    place = repo()
    assert python(SCRIPT, place).code == 0
    give_away(place)
    for folder in (place / ".git/gittrack", place / ".git/objects"):
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o777)
    done = stranger(place, "model", "register", "m", "@")
    assert done == Done(
        1,
        "",
        f"error: the model m cannot be changed in {place}/.git: Permission denied\n"
        "hint: make the repository writable and see that its disk has room\n",
    )
