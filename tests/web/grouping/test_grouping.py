"""Groups that the server makes are those that the page makes of the same runs, with the same numbers."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from typing import Any

import pytest
import run_values

from gittrack import git
from gittrack.read.runs import reader
from gittrack.read.runs.reader import Raw
from gittrack.web import assets
from gittrack.web.application import encoded
from gittrack.web.grouping import numbers
from gittrack.web.grouping.grouped import group_runs
from gittrack.web.views import runs

COLUMNS = ["metrics.loss", "metrics.acc", "status", "name", "tags", "params.lr", "params.opt"]
GROUPS = (
    *(["params.lr"], ["params.opt"], ["status", "params.layers"], ["metrics.acc"], ["branch"]),
    *(["-seed"], ["-seed", "-lr"], ['params."n\\u003a1"']),
)
SCRIPTS = assets.FOLDER / "js"
needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
SINGLE = 0.10000000149011612  # 0.1 that was a float32
NAN, INFINITE = float("nan"), float("inf")


def varied() -> list[Raw]:
    """Return runs that count and runs that do not, with equal values in several forms."""
    every = []
    for n in range(24):
        lr = [0.1, SINGLE, "0.1", 0.30000000000000004, 1, 1.0, "1", True, NAN, None][n % 10]
        params = {
            **{"lr": lr, "seed": n % 3, "opt": ["sgd", "adam", "1e-05", 1e-05][n % 4]},
            **{"layers": [[1, 2], ["1", 2], "[1, 2]"][n % 3], "n:1": n % 2, "deep": {"k": n % 2}},
        }
        loss = [0.1, 0.1, NAN, 0.7, INFINITE, 1e-300, 1e30, 3][n % 8]
        metrics = {"loss": loss, **({"acc": n // 2 / 8} if n % 5 else {})}
        command = [
            "python3",
            "train.py",
            f"--lr={n}",
            "--seed",
            str(n),
            *(["-v"] if n > 18 else []),
        ]
        more: dict[str, Any] = {"name": f"run {n // 2}", "tags": ["a"] if n % 7 == 0 else None}
        more |= {"status": "failed"} if n % 6 == 5 else {}
        more |= {"reproduces": run_values.run_id(n - 10)} if n in (12, 13) else {}
        every.append(
            run_values.raw(n, params=params, metrics=metrics, command=command, cwd=".", **more)
        )
    return every


def by_page(document: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """Return the groups of js/grouping.js for each of `GROUPS`, with the cells of some columns."""
    code = f"""
    import {{ groupsOf, keyOf, spread }} from "{SCRIPTS}/grouping.js";
    import {{ valueAt }} from "{SCRIPTS}/sort.js";
    const [runs, every, names] = JSON.parse(process.argv[1]);
    const columns = names.map((name) => runs.columns.find((column) => column.name === name));
    const different = (column, rows) => new Set(rows.map((row) => keyOf(valueAt(column, row)))).size;
    const isMetric = (column) => column.group === "metric";
    const cell = (column, rows) => isMetric(column) ? spread(runs, column, rows) : different(column, rows);
    const groups = (by) => groupsOf(runs, runs.keys.map((_, row) => row), by);
    const cells = ({{ rows }}) => ({{ rows, cells: columns.map((column) => cell(column, rows)) }});
    console.log(JSON.stringify(every.map((by) => groups(by).map(cells))));
    """
    argv = ["node", "--input-type=module", "-e", code, json.dumps([document, GROUPS, COLUMNS])]
    return json.loads(subprocess.run(argv, capture_output=True, text=True, check=True).stdout)


@needs_node
def test_the_groups_and_their_numbers_are_those_of_the_page(empty_repo):
    indexed = run_values.indexed(varied())
    infos = [reader.decode(empty_repo, raw) for raw in indexed]
    document = json.loads(encoded(runs.columns_of(empty_repo, infos)))
    for by, expected in zip(GROUPS, by_page(document), strict=True):
        for raws in (indexed, list(indexed)):
            assert_groups(empty_repo, raws, by, expected)


def assert_groups(repo: git.Repo, raws: Sequence[Raw], by: list[str], expected: list) -> None:
    grouped = group_runs(repo, raws, by)
    rows = [group["rows"] for group in expected]
    assert [group.members for group in grouped.groups] == rows, by
    states = numbers.states_of(repo, grouped)
    for place, column in enumerate(numbers.cells(repo, grouped, grouped.groups, COLUMNS, states)):
        shown = [group["cells"][place] for group in expected]
        if "different" in column:
            assert column["different"] == shown, column["name"]
            continue
        for part in ("n", "diverged"):
            assert column[part] == [cell[part] for cell in shown]
        for part in ("mean", "deviation"):
            near = [cell[part] and pytest.approx(cell[part], rel=1e-12) for cell in shown]
            assert column[part] == near, (by, column["name"], part)


def test_a_column_that_no_run_has_is_empty(empty_repo):
    grouped = group_runs(empty_repo, varied(), ["status"])
    states = numbers.states_of(empty_repo, grouped)
    (column,) = numbers.cells(empty_repo, grouped, grouped.groups, ["nothing"], states)
    assert column == {"name": "nothing", "value": [None, None], "different": [1, 1]}
