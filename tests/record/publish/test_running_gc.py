"""Which garbage collections a run waits for: those of its own repository, as far as one can know."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from helpers import git, repo

from gittrack.record.publish import running_gc

NOBODY, OTHER = 65534, 54321
SHELL: list[Path] = []
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be several users")


@pytest.fixture
def home():
    """A repository of the user `NOBODY`, below a folder that everybody can pass."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    folder.chmod(0o755)
    repo(path=folder / "ours")
    for path in (folder, *folder.rglob("*")):
        os.lchown(path, NOBODY, NOBODY)
    yield folder / "ours" / ".git"
    shutil.rmtree(folder)


@pytest.fixture(scope="module", autouse=True)
def shell():
    """A shell whose program is called git, which every user may run."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    folder.chmod(0o755)
    SHELL[:] = [shutil.copy(os.path.realpath("/bin/sh"), folder / "git")]
    yield
    shutil.rmtree(folder)


def git_that_waits(*words: str, user: int, cwd: Path, **env: str) -> subprocess.Popen[str]:
    """Start what looks like a git with these words, of a user, in a folder; it ends with its input."""
    process = subprocess.Popen(
        ["git", "-c", "echo; read line", *words],
        executable=SHELL[0],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=cwd,
        env={**os.environ, **env},
        user=user,
        group=user,
        extra_groups=[],
    )
    assert process.stdout is not None
    assert process.stdout.readline()
    return process


def at_work(home: Path) -> set[str]:
    """Return what the user `NOBODY` sees at work in a repository."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        os.write(write, " ".join(running_gc.processes(str(home))).encode())
        os._exit(0)
    os.close(write)
    os.waitpid(pid, 0)
    with open(read) as answer:
        return set(answer.read().split())


def test_threads_share_a_look_that_began_after_they_asked(monkeypatch):
    monkeypatch.setattr(running_gc, "_all_processes", list)
    look = running_gc._Look()
    look._last = (time.monotonic() + 1000, frozenset("7"))  # of a thread that looks right now
    assert look.collectors() == {"7"}
    look._last = (time.monotonic(), frozenset("7"))
    assert look.collectors() == set()


def test_only_threads_of_the_kernel_are_left_out():
    for pid in running_gc._kernel_threads():
        facts = Path(f"/proc/{pid}/stat")
        if facts.exists():
            assert int(facts.read_text().rpartition(")")[2].split()[6]) & running_gc._KERNEL_THREAD
    assert str(os.getpid()) in running_gc._all_processes()


def test_a_thread_that_did_not_survive_a_fork_stops_nobody(monkeypatch):
    monkeypatch.setattr(running_gc, "_PATIENCE_SECONDS", 0.001)
    look = running_gc._Look()
    look._lock.acquire()
    assert look.collectors() == set(filter(running_gc._collects, running_gc._all_processes()))


@root_only
@pytest.mark.parametrize(
    ("words", "user"),
    [(["gc"], 0), (["gc", "--auto"], OTHER), (["repack", "-adq"], OTHER), (["prune"], OTHER)],
)
def test_nobody_waits_for_another_user_in_another_repository(home, tmp_path, words, user):
    with git_that_waits(*words, user=user, cwd=Path("/")) as process:
        assert str(process.pid) not in at_work(home)
        process.communicate("\n")


@root_only
def test_a_repack_of_root_may_be_in_our_repository(home):
    with git_that_waits("repack", user=0, cwd=home) as process:
        assert str(process.pid) in at_work(home)
        process.communicate("\n")


@root_only
def test_a_gc_of_root_in_our_repository_is_named_by_gc_pid(home):
    with git_that_waits("gc", user=0, cwd=home) as process:
        (home / "gc.pid").write_text(f"{process.pid} {os.uname().nodename}")
        assert str(process.pid) in at_work(home)
        process.communicate("\n")


@root_only
def test_a_repack_of_a_user_of_our_group_may_be_in_our_repository(home):
    os.chown(home / "objects", NOBODY, OTHER)
    (home / "objects").chmod(0o775)
    with git_that_waits("repack", user=OTHER, cwd=home) as process:
        assert str(process.pid) in at_work(home)
        process.communicate("\n")


def test_only_the_verb_of_a_git_counts(project):
    with git_that_waits("log", "--", "gc", user=os.geteuid(), cwd=project) as process:
        assert str(process.pid) not in running_gc.processes(str(project / ".git"))
        process.communicate("\n")


def test_another_program_with_the_arguments_of_git_does_not_count(project, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "SHELL", ["/bin/sh"])
    with git_that_waits("repack", user=os.geteuid(), cwd=project) as process:
        assert str(process.pid) not in running_gc.processes(str(project / ".git"))
        process.communicate("\n")


def test_a_repack_in_our_repository_is_waited_for(project):
    git(project, "status")
    with git_that_waits("repack", user=os.geteuid(), cwd=project) as process:
        assert str(process.pid) in running_gc.processes(str(project / ".git"))
        process.communicate("\n")


@pytest.mark.parametrize("is_ours", [True, False])
def test_a_repack_in_a_linked_worktree_is_one_in_its_repository(project, tmp_path, is_ours):
    other = repo(path=tmp_path / "other")
    git(project if is_ours else other, "worktree", "add", "-q", str(tmp_path / "linked"))
    (tmp_path / "linked/sub").mkdir()
    git_dir = Path(git(tmp_path / "linked", "rev-parse", "--absolute-git-dir"))
    for cwd in (tmp_path / "linked", tmp_path / "linked/sub", git_dir):
        with git_that_waits("repack", user=os.geteuid(), cwd=cwd) as process:
            assert (str(process.pid) in running_gc.processes(str(project / ".git"))) == is_ours
            process.communicate("\n")


@pytest.mark.parametrize(
    ("words", "env", "is_seen"),
    [
        ([], {"GIT_DIR": "{other}/.git"}, False),
        (["--git-dir={other}/.git"], {}, False),
        (["--git-dir", "{other}/.git"], {}, False),
        ([], {"GIT_DIR": "{ours}/.git"}, True),
        (["--git-dir", "{ours}/.git"], {"GIT_DIR": "{other}/.git"}, True),
        (["--git-dir=.git"], {}, False),
        (["--git-dir=.git"], {"GIT_WORK_TREE": ".."}, True),  # git has changed its folder since
        ([], {"GIT_DIR": "../gone"}, True),
        ([], {"GIT_DIR": "{other}/.git", "GIT_OBJECT_DIRECTORY": "{ours}/.git/objects"}, True),
        ([], {"GIT_DIR": "{other}/gone"}, True),
    ],
)
def test_a_repack_that_names_its_repository(project, tmp_path, words, env, is_seen):
    folders = {"ours": project, "other": repo(path=tmp_path / "other")}
    words = [word.format(**folders) for word in words]
    env = {name: value.format(**folders) for name, value in env.items()}
    user = os.geteuid()
    with git_that_waits(*words, "repack", user=user, cwd=folders["other"], **env) as process:
        assert (str(process.pid) in running_gc.processes(str(project / ".git"))) == is_seen
        process.communicate("\n")


def test_what_a_push_starts_in_another_repository_is_not_waited_for(project, tmp_path):
    git(project, "init", "-q", "--bare", str(tmp_path / "server.git"))
    server, user = tmp_path / "server.git", os.geteuid()
    with git_that_waits("maintenance", "run", user=user, cwd=server, GIT_DIR=".") as process:
        assert str(process.pid) not in running_gc.processes(str(project / ".git"))
        assert str(process.pid) in running_gc.processes(str(server))
        process.communicate("\n")
