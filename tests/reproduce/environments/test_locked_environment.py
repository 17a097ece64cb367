"""reproduce/environments: the environment of a run is made again from the lock file that it kept."""

import os
import sys
from pathlib import Path

import pytest
from helpers import git, repo, run_cli

import gittrack
from gittrack.reproduce.environments import locked_environment
from gittrack.reproduce.rerun_worktree import Impossible

# What `uv venv` and `uv pip install` do, without the network: the requirement becomes a module.
UV = f"""#!/bin/sh
set -e
echo "uv $*" >> "$UV_CALLS"
test ! -e .venv || echo ".venv is there" >> "$UV_CALLS"
for folder; do :; done
case "$1 $2" in
"venv -q") {sys.executable} -m venv --without-pip "$folder" ;;
"pip install")
    test "$(cat "$folder")" != broken || {{ echo 'no such package'; exit 1; }}
    echo "VERSION = '$(cat "$folder")'" > \\
        "$(dirname "$4")/../lib/python3.{sys.version_info[1]}/site-packages/dep.py" ;;
esac
"""


class Kept:
    """A run that kept lock files."""

    def __init__(self, *paths):
        self.paths = paths

    def files(self):
        return {f"locks/{path}": 1 for path in (*self.paths, "other")}

    def read(self, name):
        return name.encode()


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (("requirements.txt", "uv.lock"), "uv.lock"),
        (("environment.yml", "conda-lock.yml"), "conda-lock.yml"),
        (("uv.lock", "sub/uv.lock"), "sub/uv.lock"),
        (("requirements-dev.txt", "requirements.txt"), "requirements.txt"),
        (("requirements-cpu.txt",), "requirements-cpu.txt"),
    ],
)
def test_the_strictest_lock_file_nearest_to_the_command_is_chosen(paths, expected):
    chosen = locked_environment.choose(Kept(*paths))
    assert (chosen.path, chosen.content) == (expected, f"locks/{expected}".encode())


@pytest.mark.parametrize(
    ("paths", "reason"),
    [
        ((), "no lock file was recorded with it"),
        (
            ("requirements-a.txt", "requirements-b.txt"),
            "it is not clear which file has its packages",
        ),
    ],
)
def test_nothing_is_guessed(paths, reason):
    with pytest.raises(Impossible, match=reason):
        locked_environment.choose(Kept(*paths))


def test_an_interpreter_outside_the_project_is_replaced():
    environment = locked_environment.MadeEnvironment("/made", {})
    pairs = locked_environment.interpreter(environment, ["/opt/x/bin/python3.11", "/opt/python"])
    assert pairs == [("/opt/x/bin/python3.11", "/made/bin/python")]
    assert locked_environment.interpreter(environment, ["python", "t.py"]) == []
    assert locked_environment.interpreter(environment, ["/bin/sh", "-c", "x"]) == []


def test_the_lock_file_of_the_run_is_used_not_the_users_version(tmp_path):
    code, users = tmp_path / "code", tmp_path / "users.txt"
    code.mkdir()
    users.write_bytes(b"dep==2")
    chosen = locked_environment.LockFile("requirements.txt", "pip", b"dep==1")
    os.symlink(users, code / "requirements.txt")
    path = Path(locked_environment._written(str(code), chosen))
    assert (path.read_bytes(), users.read_bytes()) == (b"dep==1", b"dep==2")
    path.write_bytes(b"https://me:s3cr3t@h/x")  # tracked: the run kept it without the secret
    kept = chosen._replace(content=b"https://***@h/x")
    assert Path(locked_environment._written(str(code), kept)).read_bytes().endswith(b"s3cr3t@h/x")
    os.symlink(tmp_path, code / "out")
    with pytest.raises(Impossible, match="leads out of its code"):
        locked_environment._written(str(code), chosen._replace(path="out/requirements.txt"))


@pytest.fixture
def project(sealed, monkeypatch):
    """A project whose environment ``.venv`` is of pip, and a program that prints a version of it."""
    repo("rm params.yaml", path=".")
    Path("train.py").write_text("import dep, pkg; print(dep.VERSION, pkg.NAME)\n")
    for path, text in (
        ("requirements.txt", "dep==1"),
        ("pyproject.toml", ""),
        (".gitignore", "requirements.txt\n.venv/\n__pycache__\n"),
        ("src/pkg.py", "NAME = 'pkg'\n"),
        (".venv/pyvenv.cfg", ""),
        (".venv/dep.py", "VERSION = 'dep==1'\n"),
        ("../tools/uv", UV),
    ):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text)
    os.chmod("../tools/uv", 0o755)
    os.makedirs(".venv/bin")
    os.symlink(sys.executable, ".venv/bin/python")
    git(".", "add", ".")
    git(".", "commit", "-qm", "project")
    monkeypatch.setenv("UV_CALLS", os.path.abspath("../calls"))
    monkeypatch.setenv("PYTHONPATH", f"{os.getcwd()}/.venv:{os.getcwd()}/src")
    done = run_cli("run", "-n", "first", "--", ".venv/bin/python", "train.py")
    assert (done.code, done.out) == (0, "dep==1 pkg\n")
    Path(".venv/dep.py").unlink()
    Path("requirements.txt").unlink()
    monkeypatch.setenv("PATH", f"{os.path.abspath('../tools')}:{os.environ['PATH']}")


def test_a_rerun_uses_the_environment_that_was_made(project):
    assert run_cli("reproduce", "first").out.startswith("FAILED")
    done = run_cli("reproduce", "first", "--env")
    assert (done.code, done.out.split()[0]) == (0, "EXACT"), done.out + done.err
    assert "the environment is made from requirements.txt by pip: " in done.err
    assert os.listdir(".venv") == ["bin", "pyvenv.cfg"] or not Path(".venv/lib").exists()
    assert git(".", "status", "--short") == ""
    assert gittrack.get("@").code.state == gittrack.get("first").code.state
    calls = Path("../calls").read_text()
    assert ".venv is there" not in calls  # a tool must not install into the user's environment
    done = run_cli("reproduce", "first", "--env")
    assert "the environment of requirements.txt is used again: " in done.err
    assert (done.code, Path("../calls").read_text()) == (0, calls)


def test_an_environment_that_cannot_be_made_is_not_run(project):
    Path("requirements.txt").write_text("broken")
    assert run_cli("run", "-n", "broken", "--", "true").code == 0
    done = run_cli("reproduce", "broken", "--env")
    assert (done.code, done.out.splitlines()[0]) == (
        3,
        "NOT RUN  its environment cannot be made: uv pip install: no such package",
    )


@pytest.mark.parametrize(
    ("name", "tool"),
    [
        pytest.param("poetry.lock", "poetry", marks=pytest.mark.slow),
        ("pixi.lock", "pixi"),
        ("environment.yml", "conda"),
    ],
)
def test_a_tool_that_is_missing_is_named_with_what_to_type(project, monkeypatch, name, tool):
    Path(name).write_text("x")
    assert run_cli("run", "-n", "other", "--", "true").code == 0
    monkeypatch.setenv("PATH", os.pathsep.join(["/usr/bin", "/bin"]))
    done = run_cli("reproduce", "other", "--env")
    first, hint = done.out.splitlines()[:2]
    assert first == f"NOT RUN  {tool} is not installed, which makes its environment"
    assert "or leave out --env" in hint
