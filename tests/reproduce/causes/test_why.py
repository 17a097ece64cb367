"""The cause of a difference is proved by reruns with one suspect put back as it was."""

import sys
import zipfile
from pathlib import Path

import pytest
from helpers import git, run_cli

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
    assert "DIFFERENT  variable: SCALE: 3 -> 2" in done.out


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


@pytest.mark.slow
def test_a_package_that_cannot_be_installed_does_not_end_the_search(project, tmp_path):
    pytest.importorskip("pip")
    Path("train.py").write_text(
        "import os, gittrack, scale\nwith gittrack.init() as run:\n"
        "    run.log({'loss': int(os.environ['SCALE'])})\n"
    )
    git(".", "commit", "-qam", "use scale")
    folder = tmp_path.parent / "wheels"
    old, new = (wheel(folder, version) for version in ("1.0", "2.0"))
    train(PYTHONPATH=old, SCALE="1")
    env = {"PYTHONPATH": new, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path), "SCALE": "2"}
    done = reproduce("--why", "--network", **env)
    assert "not possible  package: scale: 1.0 -> 2.0: pip cannot install scale==1.0" in done.out
    assert "the cause is proved: variable: SCALE: 1 -> 2" in done.out, done.out + done.err


CONFIGURED = """
import sys
import gittrack, helper
with gittrack.init(config=gittrack.params()) as run:
    run.log({"loss": PARTS})
"""
CHANGES = {
    "param": ("gittrack.params()['lr']", "param: lr: 0.003 -> 0.5"),
    "flag": ("len(sys.argv)", "command: none -> --fast"),
    "code": ("helper.FACTOR", "code: helper.py"),
    "data": ("float(open('table.csv').read())", "tracked data: table.csv"),
    "seed": ("__import__('random').random()", "seed: 1 -> 2"),
}


def record(name, *words, options=()):
    done = run_cli("run", "-n", name, *options, "--", sys.executable, "train.py", *words)
    assert done.code == 0, done.err


@pytest.mark.parametrize(
    "kind",
    [pytest.param(kind, marks=pytest.mark.slow) if kind != "data" else kind for kind in CHANGES],
)  # data is the last suspect, so that the others are put back before it
def test_between_two_runs_each_kind_is_proved_although_all_differ(project, kind):
    expression, cause = CHANGES[kind]
    Path("train.py").write_text(CONFIGURED.replace("PARTS", expression))
    Path("helper.py").write_text("FACTOR = 1\n")
    Path("table.csv").write_text("1\n")
    git(".", "add", ".")
    git(".", "commit", "-qm", "configured")
    record("a", options=("--seed", "1"))
    Path("helper.py").write_text("FACTOR = 22\n")
    Path("table.csv").write_text("33\n")
    record("b", "--fast", options=("--seed", "2", "-S", "lr=0.5"))
    done = run_cli("verify", "a", "b", "--why")
    assert done.out.rstrip().endswith(f"the cause is proved: {cause}"), done.out + done.err
    assert git(".", "worktree", "list").count("\n") == 0


@pytest.mark.slow
def test_files_that_only_work_together_are_put_back_together(project):
    Path("train.py").write_text(CONFIGURED.replace("PARTS", "helper.factor(1)"))
    Path("helper.py").write_text("def factor(n): return n\n")
    git(".", "add", ".")
    git(".", "commit", "-qm", "configured")
    record("a")
    Path("train.py").write_text(CONFIGURED.replace("PARTS", "helper.factor_of(1, 2)"))
    Path("helper.py").write_text("def factor_of(n, m): return n + m\n")
    record("b")
    done = run_cli("verify", "a", "b", "--why")
    assert "FAILED  code: helper.py" in done.out
    assert "the cause is proved: tracked data: all 2 changed files, code too" in done.out, done.err


def test_why_compares_two_runs(project):
    record("a")
    assert run_cli("verify", "a", "a", "a", "--why").code == 2
    assert "nothing to do" in run_cli("verify", "a", "a", "--why").out
