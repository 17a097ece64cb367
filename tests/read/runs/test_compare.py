"""What differs between recorded runs, with their files and their code."""

from __future__ import annotations

import pytest
import run_values
from helpers import git as run_git

from gittrack.analysis.differences import Change, CodeChange, DiffRow
from gittrack.core.run.commit_message import MISSING
from gittrack.core.run.run_info import Metric
from gittrack.read.runs import compare
from gittrack.read.runs.record import RunRecord


def record(repo, number: int = 1, **values) -> RunRecord:
    return RunRecord(repo, run_values.commit(repo, number, **values))


def tree(**files: str) -> str:
    """Commit files without a parent, and return the commit."""
    for name, text in files.items():
        with open(name, "w") as file:
            file.write(text)
        run_git(".", "update-index", "--add", name)
    return run_git(".", "commit-tree", "-m", "code", run_git(".", "write-tree"))


def test_equal_runs_have_no_difference(empty_repo):
    values = {"params": {"lr": 0.1}, "metrics": {"acc": 0.5}, "contents": {"env": {"a": 1}}}
    a, b = (record(empty_repo, number, **values) for number in (1, 2))
    result = compare.diff(empty_repo, a, b)
    assert result[2:] == ([], [], [], [], [], CodeChange(None, None, "", ""), [], ("inputs",))
    assert (result.a, result.b) == (a.info, b.info)


def reader(repo, number: int, salt: str = "s", processes: int = 1, **names: str) -> RunRecord:
    env = {"read_files": {"salt": salt, "names": names}, "start_hook": {"processes": processes}}
    return record(repo, number, contents={"env": env})


def test_files_that_runs_read_are_compared_as_inputs(empty_repo):
    a, b = (reader(empty_repo, 1, data="1", same="3"), reader(empty_repo, 2, data="2", same="3"))
    result = compare.diff(empty_repo, a, b)
    assert (result.inputs, result.unrecorded) == ([Change("data (read)", "1", "2")], ())
    table = compare.table([a, b, a])
    assert table.sections["inputs"] == [DiffRow("data (read)", ("1", "2", "1"))]
    assert "inputs" in compare.table([a, reader(empty_repo, 3, data="1", same="3")]).equal


def test_a_file_that_only_one_run_read_is_a_difference_unless_it_may_be_temporary(empty_repo):
    a = reader(empty_repo, 1, **{"v1": "1", "/tmp/x1": "9", "m.pyc.1": "9", "standard input": "9"})
    b = reader(empty_repo, 2, v2="2")
    changes = [Change("v1 (read)", "1", MISSING), Change("v2 (read)", MISSING, "2")]
    assert compare.diff(empty_repo, a, b).inputs == changes
    many = reader(empty_repo, 3, **{str(number): "1" for number in range(500)})
    result = compare.diff(empty_repo, a, many)  # which did not record all that it read
    assert (result.inputs, result.unrecorded) == ([], ("inputs",))


@pytest.mark.parametrize("values", [{"salt": "key of another repository"}, {"processes": 0}])
def test_inputs_that_cannot_be_compared_are_not_called_equal(empty_repo, values):
    a, b = reader(empty_repo, 1, data="1"), reader(empty_repo, 2, data="1", **values)
    result = compare.diff(empty_repo, a, b)
    assert (result.inputs, result.unrecorded) == ([], ("inputs",))
    assert "inputs" not in compare.table([a, b]).equal


def test_every_section_has_its_differences(empty_repo):
    data = {"path": "data.csv", "kind": "file", "size": 3, "sha256": "0" * 64}
    a = record(
        empty_repo,
        params={"m": {"d": 1}, "x": 1},
        metrics={"acc": 0.5},
        seed=1,
        contents={
            "env": {"python": {"version": "3.10"}, "variable_digests": {"A": "1"}},
            "inputs": [data],
        },
    )
    b = record(
        empty_repo,
        2,
        params={"m": {"d": 2}},
        metrics={"acc": 0.75},
        seed=2,
        contents={
            "env": {"python": {"version": "3.12"}, "variable_digests": {"A": "2"}},
            "inputs": [{**data, "sha256": "1" * 64}],
        },
    )
    result = compare.diff(empty_repo, a, b)
    assert result.params == [Change("m.d", 1, 2), Change("x", 1, MISSING)]
    assert [(change.name, change.delta, change.percent) for change in result.metrics] == [
        ("acc", 0.25, 50.0)
    ]
    assert result.run == [Change("seed", 1, 2)]
    assert result.env == [
        Change("python.version", "3.10", "3.12")
    ]  # digests are no values to print
    assert result.inputs == [Change("data.csv", "0" * 64, "1" * 64)]


def test_the_code_is_compared_with_its_uncommitted_changes(empty_repo):
    first, second = tree(a="1\n"), tree(a="2\n", b="x\n")
    a = record(empty_repo, code={"commit": first})
    b = record(empty_repo, 2, code={"commit": first, "snapshot": second})
    change = compare.code_change(empty_repo, a, b)
    assert (change.a, change.b, change.problem) == (first, second, None)
    assert change.stat == "2 files changed, 2 insertions(+), 1 deletion(-)"
    assert "-1\n+2\n" in change.patch
    assert compare.stat(empty_repo, a, b).splitlines()[-1].strip() == change.stat
    assert compare.code_change(empty_repo, a, a) == CodeChange(first, first, "", "")
    assert compare.stat(empty_repo, a, a) == "the same code\n"


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        (None, "one of the runs has no commit"),
        ({"commit": "f" * 40}, "the commit ffffffffffff is not in this repository"),
    ],
)
def test_code_that_is_not_here_is_a_problem_and_no_error(empty_repo, code, problem):
    a = record(empty_repo, code={"commit": tree(a="1\n")})
    b = record(empty_repo, 2, code=code)
    change = compare.code_change(empty_repo, a, b)
    assert (change.patch, change.stat) == ("", "")
    assert change.problem.startswith(problem)
    assert compare.stat(empty_repo, a, b) == "their code cannot be compared here\n"


def test_a_table_of_several_runs_has_only_what_differs(empty_repo):
    runs = [
        record(
            empty_repo,
            number,
            params={"lr": lr, "same": 1},
            metrics={"acc": Metric(0.5, 0.1, number, 1, 2)},
            seed=None if number == 2 else 7,
        )
        for number, lr in ((1, 0.1), (2, 0.2), (3, 0.1))
    ]
    result = compare.table(runs)
    assert result.runs == tuple(run.info for run in runs)
    assert {name: rows for name, rows in result.sections.items() if rows} == {
        "params": [DiffRow("lr", (0.1, 0.2, 0.1))],
        "run": [DiffRow("seed", (7, MISSING, 7))],
    }
