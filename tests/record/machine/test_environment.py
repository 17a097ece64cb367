"""env.yaml: what the bits of a result depend on, from inside the process and from beside it."""

import os
import sys
from pathlib import Path

import pytest
from helpers import python, run_cli

import gittrack
from gittrack.record.machine import environment, numerics

pytestmark = pytest.mark.usefixtures("project")
ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="asks /proc")


def env_of(code, *options, **variables):
    done = run_cli("run", *options, "--", sys.executable, "-c", code, env=variables)
    assert done.code == 0, done.err
    return gittrack.get("@").env


@ON_LINUX
def test_what_computes_is_recorded_for_any_python():
    """A command that never imports gittrack is looked at from beside it, once per environment."""
    env = env_of("pass", "--threads", "1", "--seed", "7")
    assert env["python"]["hash_seed"] == "7"
    assert env["cpu"]["usable"] == len(os.sched_getaffinity(0))
    assert env["blas"]["name"]
    cached = list(Path(".git/gittrack/cache/environment").iterdir())
    assert len(cached) == 1
    assert env_of("pass", "--threads", "1", "--seed", "8")["blas"] == env["blas"]
    assert list(Path(".git/gittrack/cache/environment").iterdir()) == cached
    if "openblas" in env["blas"]["name"]:
        assert env["threads"]["openblas"] == 1
        assert env["blas"]["core"]
        assert env_of("pass", "--threads", "2")["threads"]["openblas"] == min(2, os.cpu_count())


@ON_LINUX
def test_what_the_script_itself_sees_stands():
    code = (
        "import os; os.environ.update(OPENBLAS_NUM_THREADS='1', MKL_NUM_THREADS='1')\n"
        "import numpy, gittrack; gittrack.init().finish()"
    )
    env = env_of(code, OPENBLAS_NUM_THREADS="2", MKL_NUM_THREADS="2")
    assert env["variables"]["OPENBLAS_NUM_THREADS"] == "1"
    assert set(env.get("threads", {"none": 1}).values()) == {1}
    assert env["numpy"]["simd"]


def test_a_folder_of_packages_is_listed_again_only_after_a_change(tmp_path):
    (tmp_path / "torch_geometric-2.5.0.dist-info").mkdir()
    os.utime(tmp_path, (1, 1))
    assert environment.packages([str(tmp_path)]) == {"torch-geometric": "2.5.0"}
    (tmp_path / "numpy-2.1.0.dist-info").mkdir()
    os.utime(tmp_path, (1, 1))  # as if nothing had changed
    assert environment.packages([str(tmp_path)]) == {"torch-geometric": "2.5.0"}
    os.utime(tmp_path)
    assert environment.packages([str(tmp_path)]) == {"numpy": "2.1.0", "torch-geometric": "2.5.0"}
    (tmp_path / "scipy-1.15.0.dist-info").mkdir()  # perhaps in the same tick of the clock
    assert "scipy" in environment.packages([str(tmp_path)])


def test_nothing_is_loaded_to_be_asked():
    code = "from gittrack.record.machine import numerics as n; import sys; "
    code += "print(n.capture(), 'numpy' in sys.modules)"
    assert python(code).out == "{} False\n"


def test_the_launcher_chooses_a_hash_seed_and_a_rerun_gets_it_back(monkeypatch):
    monkeypatch.delenv("PYTHONHASHSEED", raising=False)
    first = env_of("pass")["python"]["hash_seed"]
    assert env_of("pass")["python"]["hash_seed"] != first
    run_cli("reproduce", "@~1")
    assert gittrack.get("@").env["python"]["hash_seed"] == first


def test_a_command_behind_a_shell_has_python_packages_and_a_hash_seed(monkeypatch):
    monkeypatch.delenv("PYTHONHASHSEED", raising=False)
    assert (
        run_cli("run", "--seed", "3", "--", "sh", "-c", f"{sys.executable} -c 'import random'").code
        == 0
    )
    env = gittrack.get("@").env
    assert env["python"]["hash_seed"] == env["variables"]["PYTHONHASHSEED"] == "3"
    assert env["start_hook"] == {"seeded": ["random"], "processes": 1, "imported": []}
    assert "pytest" in env["packages"]


def test_libraries_that_disagree_are_both_reported():
    assert numerics._common_value([1, 1]) == 1
    assert numerics._common_value([2, 1]) == [1, 2]
    assert numerics._common_value([]) is None
