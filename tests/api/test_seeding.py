"""seed_everything and generator: the same numbers again, and nothing imported only to be seeded."""

import pytest
from helpers import python

import gittrack

DRAW = """
import random, sys
import gittrack
%s
late = gittrack.seed_everything(7)
%s
import numpy
print(random.random(), numpy.random.rand(), len(late))
"""


@pytest.mark.parametrize(
    ("before", "after"), [("", ""), ("import numpy", ""), ("", "import numpy.linalg")]
)
def test_the_same_numbers_again_whenever_the_library_is_imported(before, after):
    env = {"PYTHONHASHSEED": "7"}
    first = python(DRAW % (before, after), env=env)
    assert (first.code, first.err) == (0, "")
    assert first.out == python(DRAW % ("", ""), env=env).out
    assert first.out.endswith(" 0\n")


def test_nothing_is_imported_only_to_be_seeded():
    code = "import sys, gittrack; gittrack.seed_everything(1); print('numpy' in sys.modules)"
    assert python(code, env={"PYTHONHASHSEED": "1"}).out == "False\n"


def test_what_is_too_late_is_told():
    done = python(
        "import gittrack; print(len(gittrack.seed_everything(5)))", env={"PYTHONHASHSEED": "0"}
    )
    assert done.out == "1\n"
    assert "start with PYTHONHASHSEED=5, or with git track run --seed 5" in done.err


@pytest.mark.usefixtures("project")
def test_under_the_launcher_nothing_is_too_late():
    import sys

    from helpers import run_cli

    code = "import os, gittrack; print(gittrack.seed_everything(int(os.environ['GITTRACK_SEED'])))"
    done = run_cli("run", "--seed", "5", "--", sys.executable, "-c", code)
    assert done.out == "[]\n"


@pytest.mark.parametrize("wrong", [-1, 1.5, "7", None, True])
def test_what_is_no_seed(wrong):
    with pytest.raises(ValueError, match="a seed is a whole number"):
        gittrack.seed_everything(wrong)


def test_generators_have_streams_of_their_own():
    code = (
        "import gittrack\ngittrack.seed_everything(3)\n"
        "a, b = gittrack.generator('data'), gittrack.generator('init')\n"
        "%s\n"
        "print(a.random(3).tolist(), b.random(3).tolist())"
    )
    env = {"PYTHONHASHSEED": "3"}
    plain = python(code % "", env=env)
    a, b = plain.out.split("] [")
    assert a.strip("[") != b.strip("]\n")
    more = python(code % "a.random(100); a = gittrack.generator('data')", env=env)
    assert more.out == plain.out
    seeded = python(
        "import gittrack; print(gittrack.generator('data').random(3).tolist())",
        env={"GITTRACK_SEED": "3"},
    )
    assert seeded.out.strip("[]\n") == a.strip("[")


def test_torch_is_seeded_and_deterministic():
    pytest.importorskip("torch")
    code = (
        "import gittrack; gittrack.seed_everything(1); import torch\n"
        "print(torch.rand(2), torch.are_deterministic_algorithms_enabled())"
    )
    env = {"PYTHONHASHSEED": "1"}
    assert python(code, env=env).out == python(code, env=env).out
    assert "True" in python(code, env=env).out


def test_threads_are_set_for_what_is_loaded_later_and_told_of_what_was_loaded():
    code = "import gittrack, os\n%sprint(gittrack.seed_everything(1, threads=1))\n"
    code += "print(os.environ['OMP_NUM_THREADS'])"
    env = {"PYTHONHASHSEED": "1"}
    assert python(code % "", env=env).out == "[]\n1\n"
    late = python(code % "import numpy\n", env={**env, "OMP_NUM_THREADS": "2"})
    if "has 2" in late.out:  # OpenBLAS, MKL, ... say so
        assert "start with OMP_NUM_THREADS=1, or with git track run --threads 1" in late.err


@pytest.mark.parametrize("wrong", [0, -1, True, "2"])
def test_what_is_no_number_of_threads(wrong):
    with pytest.raises(ValueError, match="threads is a whole number above 0"):
        gittrack.seed_everything(1, threads=wrong)


@pytest.mark.slow
def test_keys_for_jax():
    pytest.importorskip("jax")
    code = (
        "import gittrack; gittrack.seed_everything(1); import jax, os\n"
        "print(*(jax.random.uniform(gittrack.jax_key(name)) for name in 'ab'), os.environ['XLA_FLAGS'])"
    )
    env = {"PYTHONHASHSEED": "1"}
    a, b, flags = python(code, env=env).out.split()
    assert (a != b, flags) == (True, "--xla_gpu_deterministic_ops=true")
    assert python(code, env=env).out.split() == [a, b, flags]
