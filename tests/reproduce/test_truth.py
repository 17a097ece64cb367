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
    "hash seed": ("hash('a') % 1000003 / 1.0", True),
    "module": ("helper.FACTOR", True),
    "tracked file": ("float(open('table.csv').read())", True),
    "chance": ("random.SystemRandom().random()", False),
    "variable": ("float(os.environ.get('SCALE', '0'))", False),  # it is changed before the rerun
}
RESULTS = {
    "metric": "run.log({'loss': %s})",
    "artifact": "open('model.txt', 'w').write(repr(%s)); run.log_artifact('model.txt')",
    "last value": "run.summary['acc'] = %s",
}
programs = st.dictionaries(
    st.sampled_from(sorted(RESULTS)), st.sampled_from(sorted(SOURCES)), min_size=1
)


def check(program):
    """Record the program, change the user's tree and a variable, reproduce, and compare with the truth."""
    body = [f"    {RESULTS[result] % SOURCES[source][0]}\n" for result, source in program.items()]
    text = "import os, random, gittrack, helper\nwith gittrack.init() as run:\n" + "".join(body)
    with tempfile.TemporaryDirectory() as folder:
        repo(path=folder)
        files = {"train.py": text, "helper.py": "FACTOR = 2.0\n", "table.csv": "3.0\n"}
        for name, content in {**files, ".gitignore": "model.txt\n__pycache__\n"}.items():
            Path(folder, name).write_text(content)
        git(folder, "add", ".")
        git(folder, "commit", "-qm", "program")
        words = ("run", "-n", "a", "--seed", "3", "--", sys.executable, "train.py")
        assert run_cli(*words, cwd=folder, env={"SCALE": "1"}).code == 0
        Path(folder, "helper.py").write_text("FACTOR = 77.0\n")
        Path(folder, "table.csv").write_text("78.0\n")
        done = run_cli("reproduce", "a", cwd=folder, env={"SCALE": "2"})
    is_same = all(SOURCES[source][1] for source in program.values())
    assert done.out.split()[0] == ("EXACT" if is_same else "DIFFERENT"), done.out + done.err + text


@settings(max_examples=8)
@given(programs)
def test_the_verdict_is_the_truth(program):
    check(program)


@pytest.mark.slow
@settings(max_examples=int(os.environ.get("GITTRACK_EXAMPLES", "200")))
@given(programs)
def test_the_verdict_is_the_truth_for_many_programs(program):
    check(program)
