"""The start hook: what each Python of a command seeds and reports, and what it leaves alone."""

from __future__ import annotations

import os
import subprocess
import sys
import venv

import pytest

from gittrack.launch import start_hook

DRAWS = """
import random, numpy as np
print(random.random(), np.random.rand(), np.random.default_rng().random(), np.random.RandomState().rand())
"""


def run_python(journal, code, seed=7, argv=(), **more):
    """Run a snippet in a Python with the hook; return what it printed."""
    env = {k: v for k, v in os.environ.items() if k not in ("GITTRACK_SEED", "PYTHONPATH")}
    env.update({"GITTRACK_SEED": str(seed)} if seed is not None else {}, **more)
    env = start_hook.variables(env, journal)
    words = argv or [sys.executable, "-c", code]
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_seed_reaches_libraries_of_a_program_that_nobody_edited(tmp_path):
    pytest.importorskip("numpy")
    draws = run_python(tmp_path, DRAWS)
    assert draws == run_python(tmp_path, DRAWS) != run_python(tmp_path, DRAWS, seed=8)
    facts = start_hook.facts(tmp_path, {start_hook.REPORTS_VARIABLE: "on"})
    assert facts["start_hook"] == {
        "seeded": ["numpy", "random"],
        "processes": 3,
        "imported": ["numpy"],
    }


def test_generators_without_a_seed_are_independent(tmp_path):
    pytest.importorskip("numpy")
    code = "import numpy as np\nfor _ in range(3): print(np.random.default_rng().random())"
    assert len(set(run_python(tmp_path, code).split())) == 3


def test_without_a_seed_nothing_is_seeded(tmp_path):
    assert run_python(tmp_path, "import random; print(random.random())", seed=None) != run_python(
        tmp_path, "import random; print(random.random())", seed=None
    )
    facts = start_hook.facts(tmp_path, {start_hook.REPORTS_VARIABLE: "on"})
    assert facts["start_hook"]["seeded"] == []


def test_a_seed_of_the_program_counts(tmp_path):
    code = "import random; random.seed(3); print(random.random())"
    assert run_python(tmp_path, code) == run_python(tmp_path, code, seed=8)


def test_forked_processes_draw_other_numbers_and_the_same_ones_again(tmp_path):
    code = """
import os, random, sys
for _ in range(2):
    if os.fork() == 0:
        print(random.random(), flush=True)
        os._exit(0)
    os.wait()
"""
    draws = run_python(tmp_path, code)
    assert len(set(draws.split())) == 2
    assert draws == run_python(tmp_path, code)


def test_spawned_workers_are_not_seeded_alike(tmp_path):
    program = tmp_path / "p.py"
    program.write_text("""
import multiprocessing, random
def draw(_): return random.random()
if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(2, maxtasksperchild=1) as pool:
        print(*pool.map(draw, range(2), chunksize=1))
""")
    words = [sys.executable, str(program)]
    assert len(set(run_python(tmp_path, "", argv=words).split())) == 2
    facts = start_hook.facts(tmp_path, {start_hook.REPORTS_VARIABLE: "on"})
    assert facts["start_hook"]["unseeded_workers"]


def test_a_sitecustomize_of_the_user_runs_and_the_path_is_as_without_the_hook(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text("import builtins\nbuiltins.MINE = 5\n")
    code = "import sys, sitecustomize; print(MINE, sitecustomize.__file__, sys.path[1])"
    out = run_python(tmp_path, code, PYTHONPATH=str(folder))
    assert out.split() == ["5", str(folder / "sitecustomize.py"), str(folder)]
    code = "import sys; print(any('hook' in entry for entry in sys.path))"
    assert run_python(tmp_path, code) == "False\n"


def test_a_module_keeps_its_own_loader(tmp_path):
    code = "import random; print(type(random.__loader__).__name__, type(random.__spec__.loader).__name__)"
    assert run_python(tmp_path, code) == "SourceFileLoader SourceFileLoader\n"


def test_python_packages_and_loaded_files_are_known_behind_a_shell(tmp_path):
    (tmp_path / "mine.py").write_text("")
    argv = ["sh", "-c", f"cd {tmp_path}; {sys.executable} -c 'import mine, json'"]
    run_python(tmp_path, "", argv=argv)
    (report,) = start_hook.reports(tmp_path)
    assert (report["files"], report["all_files"]) == ([str(tmp_path / "mine.py")], True)
    facts = start_hook.facts(tmp_path, {start_hook.REPORTS_VARIABLE: "on", "PYTHONHASHSEED": "4"})
    assert facts["python"]["version"] == ".".join(map(str, sys.version_info[:3]))
    assert facts["python"]["hash_seed"] == "4"
    assert "pytest" in facts["packages"]


def test_a_folder_of_reports_that_is_gone_changes_nothing(tmp_path):
    code = "import os, shutil; shutil.rmtree(os.environ['GITTRACK_HOOK_REPORTS']); print(1)"
    assert run_python(tmp_path, code) == "1\n"
    assert start_hook.reports(tmp_path) == []


def test_damaged_reports_are_left_out(tmp_path):
    run_python(tmp_path, "pass")
    (tmp_path / "processes" / "1").write_text("{'executable': ")
    (tmp_path / "processes" / "2").write_text("[1]")
    assert len(start_hook.reports(tmp_path)) == 1


def test_the_variables_of_a_run_inside_a_run_name_the_hook_once(tmp_path):
    env = start_hook.variables({"PYTHONPATH": f"/a{os.pathsep}"}, tmp_path)
    assert start_hook.variables(env, tmp_path) == env
    assert env["PYTHONPATH"].split(os.pathsep) == [start_hook.FOLDER, "/a", ""]
    assert start_hook.without_hook(env) == {"PYTHONPATH": f"/a{os.pathsep}"}
    assert start_hook.without_hook(start_hook.variables({}, tmp_path)) == {}


def test_what_a_pth_file_imports_is_not_of_the_program(tmp_path):
    """Such as `_distutils_hack`, which setuptools imports at the start of every Python."""
    venv.create(tmp_path / "venv", symlinks=True)
    [packages] = (tmp_path / "venv/lib").glob("python3*/site-packages")
    for name in ("early.py", "late.py"):
        (packages / name).touch()
    (packages / "early.pth").write_text("import early\n")
    journal = tmp_path / "journal"
    journal.mkdir()
    run_python(journal, "", argv=[str(tmp_path / "venv/bin/python"), "-c", "import late"])
    facts = start_hook.facts(journal, {start_hook.REPORTS_VARIABLE: "on"})
    assert facts["start_hook"]["imported"] == ["late"]
