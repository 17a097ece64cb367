"""A sealed environment: no test sees the machine's own git configuration, time zone or launcher."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis.configuration import set_hypothesis_home_dir

HERE = Path(__file__).parent
# `import helpers` and `import gittrack` work however pytest is started.
for folder in (HERE, HERE.parent):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

# Repeatable, and nothing written into the checkout.
set_hypothesis_home_dir(Path(tempfile.gettempdir()) / "gittrack-hypothesis")
hypothesis.settings.register_profile(
    "gittrack", deadline=None, derandomize=True, database=None, max_examples=50
)
hypothesis.settings.load_profile("gittrack")

# A shell's `&` and nohup have their children ignore signals, and theirs; tests that send them would wait.
for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT):
    if signal.getsignal(number) is signal.SIG_IGN:
        usual = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
        signal.signal(number, usual)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the exhaustive tests an hour each, because hundreds of processes take minutes."""
    for item in items:
        if item.get_closest_marker("slow") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(3600))


GIT_CONFIG = """\
[user]
    name = Ada Lovelace
    email = ada@example.org
[init]
    defaultBranch = main
"""
# What a launcher, a git hook or the user's shell may have set.
STRAY = ("GIT_", "GITTRACK_")
STRAY_NAMES = (
    *("RANK", "LOCAL_RANK", "WORLD_SIZE", "SLURM_PROCID", "SLURM_JOB_ID"),
    *("OMPI_COMM_WORLD_RANK", "PMI_RANK", "JSM_NAMESPACE_RANK"),
    *("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "VISUAL", "PAGER", "LESS"),
)


@pytest.fixture
def own_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for all that a test writes; of a short path, since `multiprocessing` makes sockets."""
    return Path(tempfile.mkdtemp(prefix="t", dir=tmp_path_factory.getbasetemp()))


@pytest.fixture
def tmp_path(own_folder: Path) -> Path:
    """An empty folder; what lies beside it, at `../name`, belongs to the same test.

    pytest's own fixture of this name reads all folders of earlier tests and puts these side by side.
    """
    folder = own_folder / "work"
    folder.mkdir()
    return folder


@pytest.fixture
def scratch(own_folder: Path) -> Path:
    """A folder for temporary files."""
    folder = own_folder / "t"
    folder.mkdir()
    return folder


@pytest.fixture(autouse=True)
def sealed(tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the test an empty folder as the current one, and a home of its own; returns the home."""
    home = tmp_path.parent / "home"  # apart, so that ls in the test stays empty
    home.mkdir()
    config = home / "gitconfig"
    config.write_text(GIT_CONFIG)
    for name in list(os.environ):
        if name.startswith(STRAY) or name in STRAY_NAMES:
            monkeypatch.delenv(name)
    for name, value in {
        "HOME": str(home),
        "TMPDIR": str(scratch),
        "XDG_CONFIG_HOME": str(home / "xdg"),
        "XDG_STATE_HOME": str(home / "state"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": str(config),
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
        "EDITOR": "false",
        "COLUMNS": "200",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    monkeypatch.chdir(tmp_path)
    return home


@pytest.fixture
def project(sealed: Path) -> Path:
    """Make the current folder a repository with train.py and params.yaml; see `helpers.repo`."""
    import helpers

    return helpers.repo(path=".")


@pytest.fixture
def empty_repo(sealed: Path) -> Any:
    """The current folder as a repository without a commit, for runs from values; see `run_values`."""
    import helpers

    from gittrack import git

    helpers.git(".", "init", "-q", "--template=")
    return git.find()
