"""Templates and hooks are found from a checkout, an editable install and a wheel."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml
from helpers import ROOT

from gittrack.git import process
from gittrack.web import assets

FIND = """
import sys
from gittrack.disk.files import bundled
for parts in (("templates", "demo", "train.py"), ("templates", "init", "params.yaml"), ("hooks",)):
    print(bundled(*parts))
"""


def found(interpreter, **env):
    """Where an interpreter finds the files, started in a folder of no meaning."""
    clean = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run(
        [interpreter, "-c", FIND], env={**clean, **env}, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


EXPECTED = ["templates/demo/train.py", "templates/init/params.yaml", "hooks"]


def test_from_a_checkout():
    assert found(sys.executable, PYTHONPATH=str(ROOT)) == [str(ROOT / name) for name in EXPECTED]


def test_from_the_installation_that_the_tests_run_in():
    paths = found(sys.executable)
    assert [Path(path).exists() for path in paths] == [True] * 3
    assert all(path.endswith(name) for path, name in zip(paths, EXPECTED, strict=True))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel of this checkout, built from a copy, so that nothing is written into it."""
    pytest.importorskip(
        "hatchling", reason="a wheel is built without the network where hatchling is there"
    )
    copy, out = tmp_path_factory.mktemp("source") / "gittrack", tmp_path_factory.mktemp("wheel")
    ignored = shutil.ignore_patterns(".*", "__pycache__", "tests")
    shutil.copytree(ROOT, copy, ignore=ignored)
    argv = [
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(out),
        str(copy),
    ]
    env = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    subprocess.run([sys.executable, *argv], check=True, env=env)
    return next(out.glob("gittrack-*.whl"))


def test_from_a_wheel(wheel, tmp_path):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", "venv"], check=True)
    interpreter = str(tmp_path / "venv/bin/python")
    purelib = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = subprocess.run(
        [interpreter, "-c", purelib], capture_output=True, text=True, check=True
    ).stdout.strip()
    zipfile.ZipFile(wheel).extractall(site)  # what installing a pure wheel does
    base = os.path.join(site, "gittrack", "_files")
    assert found(interpreter) == [os.path.join(base, name) for name in EXPECTED]


def test_what_is_in_the_wheel(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert not [name for name in names if "__pycache__" in name or name.startswith("tests")]
    assert {"gittrack/cli/main.py", "gittrack/_files/templates/demo/data/digits.csv.gz"} <= set(
        names
    )
    page = {f"gittrack/web/static/{name}" for name in ("index.html", *assets.files())}
    assert page <= set(names)
    shared = {name.partition(".data/data/")[2] for name in names if ".data/data/" in name}
    assert shared == {
        "share/man/man1/git-track.1",
        "share/bash-completion/completions/git-track",
        "share/zsh/site-functions/_git-track",
        "share/fish/vendor_conf.d/git-track.fish",
    }
    scripts = next(name for name in names if name.endswith("entry_points.txt"))
    assert b"git-track = gittrack.cli.main:script" in zipfile.ZipFile(wheel).read(scripts)


def test_the_workflow_runs_the_oldest_and_the_newest_versions():
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
    matrix = workflow["jobs"]["checks"]["strategy"]["matrix"]
    oldest_git = ".".join(map(str, process.OLDEST))
    assert 'requires-python = ">=3.10"' in (ROOT / "pyproject.toml").read_text()
    assert matrix["python"] == ["3.10", "3.11", "3.12", "3.13"]
    assert matrix["git"] == ["newest"]
    assert {row["git"] for row in matrix["include"]} == {f"{oldest_git}.0"}
    assert {"3.10", "3.13"} == {row["python"] for row in matrix["include"]}
    assert f"It needs Python 3.10, git {oldest_git}" in (ROOT / "README.md").read_text()


@pytest.mark.parametrize(
    "path",
    [ROOT / ".pre-commit-config.yaml", *(ROOT / ".github").rglob("*.yml")],
    ids=lambda path: path.name,
)
def test_the_files_for_the_host_can_be_read(path):
    assert yaml.safe_load(path.read_text())
