"""Drawn programs: a verdict is never EXACT if the results differ, never DIFFERENT if they are equal."""

import os
import sys
import tempfile
from pathlib import Path

import pytest
from helpers import git, repo, run_cli
from hypothesis import given, settings
from hypothesis import strategies as st

SOURCES = {  # what a value comes from -> (expression, is the same in a rerun)
    "constant": ("1.5", True),
    "seed": ("random.Random(os.environ['GITTRACK_SEED']).random()", True),
    "library": ("random.random()", True),  # the start hook seeds it
    "hash seed": ("hash('a') % 1000003 / 1.0", True),
    "module": ("helper.FACTOR", True),
    "module of a package": ("package.inner.FACTOR", True),
    "tracked file": ("float(open('table.csv').read())", True),
    "input": ("float(open('data/numbers.txt').read())", True),
    "chance": ("random.SystemRandom().random()", False),
    "clock": ("time.time_ns() % 1000003 / 1.0", False),
    "variable": ("float(os.environ.get('SCALE', '0'))", False),  # it is changed before the rerun
    "file outside": ("float(open(os.environ['OUTSIDE']).read())", False),  # it is changed, too
}
RESULTS = {  # where a value goes; a verdict knows of a file without --output that it differs, not how
    "metric": "run.log({'loss': %s})",
    "artifact": "open('model.txt', 'w').write(repr(%s)); run.log_artifact('model.txt')",
    "last value": "run.summary['acc'] = %s",
    "print": "print('accuracy', %s)",
    "print to stderr": "print('%%.17g is the score' %% %s, file=sys.stderr)",
    "line of a log": "print(time.strftime('%%Y-%%m-%%d %%H:%%M:%%S'), 'INFO loss', %s, 'in 0.1 s')",
    "table": "open('out.csv', 'w').write('fit_time,score\\n%%s,%%s\\n' %% (time.perf_counter() %% 1, %s))",
    "pickle": "pickle.dump({'weight': %s}, open('out.pkl', 'wb'))",
}
FILES = {
    "helper.py": "FACTOR = 2.0\n",
    "package/inner.py": "FACTOR = 4.0\n",
    "table.csv": "3.0\n",
    "data/numbers.txt": "5.0\n",
    ".gitignore": "model.txt\n__pycache__\ndata\nout.*\n",
}
HEAD = "import os, pickle, random, sys, time, gittrack, helper, package.inner\nwith gittrack.init() as run:\n"
programs = st.dictionaries(
    st.sampled_from(sorted(RESULTS)), st.sampled_from(sorted(SOURCES)), min_size=1
)


def write(folder, files):
    for name, content in files.items():
        Path(folder, name).parent.mkdir(exist_ok=True)
        Path(folder, name).write_text(content)


def truth(program):
    """Return the verdict that is right for a program."""
    apart = {result for result, source in program.items() if not SOURCES[source][1]}
    if not apart:
        return "EXACT"
    return "UNKNOWN" if apart <= {"table", "pickle"} else "DIFFERENT"


def check(program):
    """Record the program, change the user's tree and a variable, reproduce, and compare with the truth."""
    body = [
        f"    {RESULTS[result] % f'({SOURCES[source][0]})'}\n" for result, source in program.items()
    ]
    with tempfile.TemporaryDirectory() as top:
        folder, outside = str(repo(path=f"{top}/project")), Path(top, "outside.txt")
        write(folder, {**FILES, "train.py": HEAD + "".join(body)})
        outside.write_text("6.0\n")
        git(folder, "add", ".")
        git(folder, "commit", "-qm", "program")
        options = ("-n", "a", "--seed", "3", "--input", "data")
        variables = {"SCALE": "1", "OUTSIDE": str(outside)}
        words = ("run", *options, "--", sys.executable, "train.py")
        assert run_cli(*words, cwd=folder, env=variables).code == 0
        changed = {name: f"FACTOR = {77.0}\n" for name in FILES if name.endswith(".py")}
        write(folder, {**changed, "table.csv": "78.0\n"})
        outside.write_text("79.0\n")
        done = run_cli("reproduce", "a", cwd=folder, env={**variables, "SCALE": "2"})
    assert done.out.split()[0] == truth(program), done.out + done.err + "".join(body)


@settings(max_examples=6)
@given(programs)
def test_the_verdict_is_the_truth(program):
    check(program)


@pytest.mark.slow
@settings(max_examples=int(os.environ.get("GITTRACK_EXAMPLES", "200")))
@given(programs)
def test_the_verdict_is_the_truth_for_many_programs(program):
    check(program)
