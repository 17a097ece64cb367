"""The verdict between recorded runs: what weakens it, and what it rests on."""

from __future__ import annotations

import os
import sys

import pytest
from helpers import record, repo, run_cli

import gittrack
from gittrack.reproduce import evidence


def judge(first, second):
    """Return the verdict on two runs of the current repository, given by their ids."""
    return evidence.judge(gittrack.get(first), gittrack.get(second))


@pytest.fixture
def project(monkeypatch):
    """The current folder is a repository."""
    folder = repo()
    monkeypatch.chdir(folder)
    return folder


def with_nested_repository(project):
    """Give the work tree a repository whose content no snapshot can have."""
    (project / "train.py").write_text("print(2)\n")
    repo(path=project / "nested")


def test_inexact_code_of_either_run_caps_the_verdict(project):
    clean = record(None, {"loss": 0.5})
    with_nested_repository(project)
    inexact = record(None, {"loss": 0.5})
    for pair in ((clean, inexact), (inexact, clean), (inexact, inexact)):
        verdict = judge(*pair)
        assert verdict.level == "UNKNOWN"
        assert verdict.limits == (
            "nested/ is a repository of its own; only its commit is recorded",
        )
    assert judge(clean, clean).level == "EXACT"


def test_inexact_code_does_not_hide_a_difference(project):
    first = record(None, {"loss": 0.5})
    with_nested_repository(project)
    assert judge(first, record(None, {"loss": 0.75})).level == "DIFFERENT"


def printing(code, *options):
    """Record a run of a program that only prints; return its id."""
    done = run_cli("run", *options, "--", sys.executable, "-c", code)
    assert done.code == 0, done.err
    return gittrack.get("@").id


def test_a_program_that_only_prints_is_judged_by_what_it_prints(project):
    first = printing(
        "import time; print('loss', 0.5); print('took %.9f s' % (time.perf_counter() % 1))"
    )
    again = run_cli("reproduce", first)
    assert (again.code, again.out.split()[0]) == (0, "EXACT"), again.out
    verdict = judge(first, gittrack.get("@").id)
    assert (verdict.level, verdict.evidence) == ("EXACT", ("console",))
    assert (verdict.console.numbers, verdict.console.masked) == (1, 1)
    assert judge(first, printing("print('loss', 0.25)")).level == "DIFFERENT"
    assert judge(printing("print(0.5)"), printing("print(0.5 + 1e-9)")).level == "CLOSE"


def test_equal_outputs_with_other_printed_numbers_are_not_exact(project):
    (project / ".gitignore").write_text("config\n")
    code = "import sys; open('config', 'w').write('lr'); print('accuracy', {})"
    runs = [printing(code.format(number), "--output", "config") for number in (0.5, 0.75)]
    verdict = judge(*runs)
    assert (verdict.level, verdict.artifacts, verdict.artifact_count) == ("DIFFERENT", (), 1)


def test_an_output_that_the_run_did_not_write_is_no_evidence(project):
    (project / ".gitignore").write_text("model.txt\n")
    (project / "model.txt").write_text("old")
    os.utime(project / "model.txt", (1, 1))
    runs = [printing("pass", "--output", "model.txt") for _ in range(2)]
    verdict = judge(*runs)
    assert (verdict.level, verdict.evidence) == ("UNKNOWN", ())
    assert verdict.unwritten == ("model.txt",)


def run_twice(project, code, *options):
    """Record a program, reproduce it, and return the verdict and the page."""
    (project / ".gitignore").write_text("out*\n")
    (project / "program.py").write_text(f"import os, random, sys\n{code}\n")
    done = run_cli("run", "-n", "first", *options, "--", sys.executable, "program.py")
    assert done.code == 0, done.err
    page = run_cli("reproduce", "first").out
    return judge(gittrack.get("first").id, gittrack.get("@").id), page


ONLY_ONE = "name = 'out_b' if 'GITTRACK_REPRODUCES' in os.environ else 'out_a'\nopen(name, 'w')"
LINK = "os.makedirs('out', exist_ok=True); os.symlink({!r}, 'out/link')\nopen('out/link', 'w')"
WRITES_RANDOM = ".write(str(random.SystemRandom().random())); print('accuracy', 0.5)"


def test_an_artifact_that_only_one_run_has_is_named_so(project):
    options = ("--output", "out_a", "--output", "out_b")
    verdict, page = run_twice(project, f"{ONLY_ONE}.write('1')", *options)
    assert (verdict.level, verdict.lone_artifacts) == ("DIFFERENT", {"out_a": 1, "out_b": 2})
    assert "artifact out_a: only the first run has it" in page
    assert "artifact out_b: only the second run has it" in page


def test_an_output_behind_a_link_that_leads_outside_is_never_exact(project, tmp_path):
    code = LINK.format(str(tmp_path / "outside")) + WRITES_RANDOM
    code += "; open('out/model', 'w').write('same')"
    verdict, page = run_twice(project, code, "--output", "out")
    assert (verdict.level, verdict.unknown, verdict.artifact_count) == ("UNKNOWN", ("out/link",), 1)
    assert "nothing shows whether its content is the same" in page


@pytest.mark.parametrize("content", ["os.urandom(5000)", "bytes(5000)"])
def test_an_oversized_output_is_compared_by_its_digest(project, content):
    """Nothing has its content, but equal digests mean equal content."""
    for name in ("maxArtifactSize", "maxStoreSize"):
        run_cli("init"), os.system(f"git config track.{name} 1k")
    code = f"open('out', 'wb').write({content}); print('accuracy', 0.5)"
    verdict, _ = run_twice(project, code, "--output", "out")
    assert verdict.level == ("EXACT" if content == "bytes(5000)" else "DIFFERENT")


@pytest.mark.parametrize("values", [("3.5", "inf"), ("inf", "3.5"), ("nan", "3.5"), ("3.5", "nan")])
def test_a_run_that_diverges_is_different_in_both_directions(project, values):
    first, second = (record(None, {"loss": float(value)}) for value in values)
    assert judge(first, second).level == "DIFFERENT"
    printed = [printing(f"print('loss', {value!r})") for value in values]
    assert judge(*printed).level == "DIFFERENT"


SEARCH = """
import time
folder = time.strftime('out/%Y%m%d-%H%M%S')
os.makedirs(folder)
table = f'mean_fit_time,score\\n{time.perf_counter() % 1},0.5\\n'
for name in (f'{folder}/search.csv', 'out-search.csv'):
    open(name, 'w').write(table)
"""


def test_outputs_named_by_the_clock_are_paired_and_what_is_left_out_of_them_is_named(project):
    verdict, page = run_twice(project, SEARCH, "--output", "out")
    assert (verdict.level, verdict.evidence) == ("EXACT", ("artifacts", "written")), page
    assert set(verdict.left_out_of.values()) == {("mean_fit_time",)}
    assert "left out of out-search.csv, as times of the run: mean_fit_time\n" in page


def test_no_output_at_all_claims_nothing(project):
    verdict, page = run_twice(project, "pass")
    assert (verdict.level, verdict.evidence) == ("UNKNOWN", ())
    assert page.startswith("UNKNOWN  there is nothing to compare")
