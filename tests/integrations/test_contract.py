"""Every integration keeps the contract of `contract.py`, with the framework that is installed."""

import importlib.util
import sys
from pathlib import Path

import pytest
from helpers import ROOT, start

HERE = Path(__file__).parent
# In one process, because most of them import scikit-learn.
LIGHT = ("xgboost", "sklearn", "lightgbm", "optuna")
HEAVY = (
    "keras",
    "lightning",
    "transformers",
    "accelerate",
    "catboost",
    "ignite",
    "fastai",
    "ultralytics",
)


def keeps(project, *frameworks, brief=False):
    # Not as a script, whose repository would be the one that is recorded.
    begin = f"import sys; sys.path.insert(0, {str(HERE)!r}); import contract"
    code = f"{begin}; contract.main(sys.argv[1:], {brief})"
    # One thread each: threads that wait for each other would keep both cores of a small machine busy.
    env = {"OMP_NUM_THREADS": "1"}
    process = start(sys.executable, "-W", "ignore", "-c", code, *frameworks, cwd=project, env=env)
    out, err = process.communicate()
    assert process.returncode == 0, err
    assert [line.partition(":")[0] for line in out.splitlines()] == list(frameworks)


def test_light_frameworks_keep_the_contract(project):
    installed = [name for name in LIGHT if importlib.util.find_spec(name)]
    if not installed:
        pytest.skip("none of them is installed")
    keeps(project, *installed, brief=True)


@pytest.mark.slow
@pytest.mark.parametrize("framework", [*LIGHT, *HEAVY])
def test_a_framework_keeps_the_contract(project, framework):
    if not importlib.util.find_spec(framework):
        pytest.skip("it is not installed")
    keeps(project, framework)


def test_every_integration_has_a_case():
    folder = ROOT / "gittrack" / "integrations"
    modules = {path.stem for path in folder.glob("*.py")}
    cases = {path.stem.removesuffix("_case") for path in (HERE / "frameworks").glob("*_case.py")}
    assert cases == {*LIGHT, *HEAVY}
    # Tested with an object in its shape, because it is not a framework.
    assert modules - cases - {"__init__"} == {"tensorboard"}
