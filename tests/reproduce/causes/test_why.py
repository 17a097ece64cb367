"""The cause of a difference is proved by reruns with one suspect put back as it was."""

import sys
import zipfile
from pathlib import Path

import pytest
from helpers import git, run_cli

from gittrack.reproduce.causes import reason as kinds
from gittrack.reproduce.causes import why
from gittrack.reproduce.causes.reason import Reason

TRAIN = """
import os, random  # SystemRandom: --seed reaches the usual generator
import gittrack
with gittrack.init() as run:
    if os.environ.get("CHANCE"):
        run.log({"acc": random.SystemRandom().random()})
    run.log({"loss": float(os.environ.get("SCALE", "1")) + len(os.environ.get("OTHER", ""))})
"""


@pytest.fixture
def project(project):
    Path("train.py").write_text(TRAIN)
    git(".", "commit", "-qam", "train")
    git(".", "config", "track.env", "SCALE OTHER HARMLESS CHANCE")
    return project


def train(**variables):
    done = run_cli("run", "-n", "a", "--seed", "1", "--", sys.executable, "train.py", env=variables)
    assert done.code == 0, done.err


def reproduce(*words, **variables):
    return run_cli("reproduce", "a", *words, env=variables)


def test_a_variable_is_proved_and_not_its_neighbour(project):
    train(SCALE="3", HARMLESS="1")
    done = reproduce("--why", SCALE="2", HARMLESS="2")
    assert done.code == 3, done.err
    assert "plan: at most 3 reruns" in done.out
    assert done.out.rstrip().endswith("the cause is proved: variable: SCALE: 3 -> 2")


def test_two_causes_are_not_called_one(project):
    train(SCALE="3", OTHER="abc")
    done = reproduce("--why", SCALE="2", OTHER="abcd1")
    assert "no suspect alone is the cause" in done.out


def test_a_program_that_is_not_deterministic_has_no_proved_cause(project):
    train(CHANCE="1", SCALE="3")
    done = reproduce("--why", CHANCE="1", SCALE="2")
    assert "the program itself is not deterministic here" in done.out
    assert "proved" not in done.out


def test_nothing_to_do_and_no_time(project):
    train(SCALE="3")
    assert "nothing to do, because the verdict is EXACT" in reproduce("--why", SCALE="3").out
    done = reproduce("--why", "--budget", "0.001s", SCALE="2")
    assert "the time of --budget is over: no cause is proved" in done.out


@pytest.mark.parametrize(
    "words",
    [
        ("--network",),
        ("--budget", "1h"),
        ("--why", "-S", "a=1"),
        ("--why", "--json"),
        ("--why", "--budget", "soon"),
    ],
)
def test_options_that_do_not_fit_together(project, words):
    train(SCALE="3")
    assert reproduce(*words).code == 2


def test_what_can_be_put_back():
    rows = [
        Reason(kinds.PACKAGE, "numpy", "2.4.6", "2.3.5"),
        Reason(kinds.PACKAGE, "new", "none", "1.0"),
        Reason(kinds.THREADS, "blas", 1, 2),
        Reason(kinds.VARIABLE, "SCALE", "none", "2"),
        Reason(kinds.MACHINE, "cpu.model", "a", "b"),
    ]
    package, new, threads, variable, machine = why.suspects(rows, network=True)
    assert (package.requirement, package.obstacle) == ("numpy==2.4.6", "")
    assert (new.obstacle, machine.obstacle) == (
        "the original did not have it",
        "it cannot be put back here",
    )
    assert threads.variables["OMP_NUM_THREADS"] == "1"
    assert variable.variables == {"SCALE": None}
    assert why.suspects(rows, network=False)[0].obstacle == "it needs the network: --network"


def wheel(folder, version):
    """Make a wheel of the package scale and unpack it, as pip would install it."""
    Path(folder).mkdir(exist_ok=True)
    info = f"scale-{version}.dist-info"
    path = Path(folder, f"scale-{version}-py3-none-any.whl")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("scale.py", f"SCALE = {version}\n")
        archive.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: scale\nVersion: {version}\n"
        )
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(f"{folder}/site-{version}")
    return str(Path(folder, f"site-{version}").absolute())


def test_a_package_is_put_back_in_a_folder_of_its_own(project, tmp_path):
    pytest.importorskip("pip")
    Path("train.py").write_text(
        "import gittrack, scale\nwith gittrack.init() as run:\n    run.log({'loss': scale.SCALE})\n"
    )
    git(".", "commit", "-qam", "use scale")
    old, new = (wheel(tmp_path.parent / "wheels", version) for version in ("1.0", "2.0"))
    train(PYTHONPATH=old)
    env = {"PYTHONPATH": new, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(Path(old).parent)}
    without = reproduce("--why", **env)
    assert "not tried: package: scale: 1.0 -> 2.0: it needs the network: --network" in without.out
    done = reproduce("--why", "--network", **env)
    assert "put back: package: scale: 1.0 -> 2.0 (network: pip install scale==1.0)" in done.out
    assert "the cause is proved: package: scale: 1.0 -> 2.0" in done.out, done.out + done.err
