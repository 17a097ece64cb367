"""git track export: for spreadsheets and data frames."""

import csv
import io
import json
import math
import zlib
from pathlib import Path

import pytest
import run_values
from helpers import git, look, record

import gittrack
from gittrack.core.run import series
from gittrack.core.run.run_info import Metric
from gittrack.git import find as git_of

pytestmark = pytest.mark.usefixtures("project")


def rows(*argv):
    done = look("export", *argv)
    assert (done.code, done.err) == (0, "")
    return list(csv.DictReader(io.StringIO(done.out)))


def lines(*argv):
    done = look("export", "--format", "json", *argv)
    assert (done.code, done.err) == (0, "")
    return [json.loads(line) for line in done.out.splitlines()]


@pytest.fixture
def two(project):
    record("a", {"acc": 0.5}, {"acc": 0.25}, config={"lr": 0.1, "model": {"hidden": 4}}, tags=["x"])
    record("b", {"acc": math.nan, "loss": -0.5}, config={"lr": "auto"}, note="second")


def test_a_row_for_each_run(two):
    found = rows()
    assert [row["name"] for row in found] == ["b", "a"]
    assert (found[1]["params.lr"], found[1]["params.model.hidden"]) == ("0.1", "4")
    parts = (found[1][f"metrics.acc{part}"] for part in ("", ".min", ".max"))
    assert list(parts) == ["0.25", "0.25", "0.5"]
    assert (found[0]["metrics.acc"], found[0]["metrics.loss"]) == ("nan", "-0.5")
    assert (found[0]["note"], found[0]["params.model.hidden"]) == ("second", "")


def test_a_line_of_json_for_each_run(two):
    found = lines("-w", 'name == "a"')
    (shown,) = (run for run in json.loads(look("ls", "--json").out) if run["name"] == "a")
    assert found == [shown]
    assert lines()[0]["metrics"]["acc"]["last"] == "NaN"


def test_every_point(two):
    run_id = gittrack.get("a").id
    found = rows("--history", "-w", 'name == "a"')
    assert [(row["run"], row["metric"], row["step"], row["value"]) for row in found] == [
        (run_id, "acc", "0", "0.5"),
        (run_id, "acc", "1", "0.25"),
    ]
    assert [(p["step"], p["value"]) for p in lines("--history") if p["run"] == run_id] == [
        (0, 0.5),
        (1, 0.25),
    ]


def test_points_of_many_runs_need_few_processes(empty_repo, tmp_path, monkeypatch):
    points = f"{series.HEADER}0,acc,0.5,1.0\n".encode()
    for number in range(9):
        run_values.commit(empty_repo, number, contents={"series": points})
    trace = tmp_path / "trace"
    monkeypatch.setenv("GIT_TRACE2", str(trace))
    assert len(rows("--history")) == 9
    assert trace.read_text().count(" start ") < 9


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_no_cell_is_a_formula(evil):
    record("a", {"m": -1.5}, config={"text": evil, evil: 1, "number": -2}, note=evil)
    (row,) = rows()
    assert row["params.text"] == f"'{evil}"
    assert row["note"] == f"'{evil}"
    assert (row["params.number"], row["metrics.m"]) == ("-2", "-1.5")
    assert not any(name[:1] in "=+-@\t\r\n" for name in row)


def test_into_a_file(two):
    assert look("export", "-o", "runs.csv").out == ""
    with open("runs.csv") as file:
        assert len(list(csv.DictReader(file))) == 2
    assert look("export", "-o", "no/where").err == (
        "error: no/where cannot be written: No such file or directory\nhint: check the path\n"
    )


def test_nothing_to_export():
    assert look("export", "--format", "json").out == ""
    assert look("export", "--history").out == "run,metric,step,value,time\n"


def test_parquet_without_pyarrow_says_what_to_install(two):
    code = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "from gittrack.cli.main import main; sys.exit(main(['export', '--format', 'parquet', '-o', 'x']))"
    )
    from helpers import python

    assert python(code).err == (
        "error: Parquet needs pyarrow, which is not installed\n"
        "hint: pip install 'gittrack[parquet]'\n"
    )
    assert git(".", "status", "--short") == ""


def test_parquet(two):
    parquet = pytest.importorskip("pyarrow.parquet")
    assert look("export", "--format", "parquet", "-o", "runs.parquet").code == 0
    table = parquet.read_table("runs.parquet").to_pydict()
    assert table["name"] == ["b", "a"]
    assert table["params.lr"] == ["auto", "0.1"]  # values of several types: text
    assert table["params.model.hidden"] == [None, 4]
    assert table["metrics.acc"][1] == 0.25
    assert math.isnan(table["metrics.acc"][0])
    assert look("export", "--format", "parquet", "--history", "-o", "points.parquet").code == 0
    points = parquet.read_table("points.parquet").to_pydict()
    assert sorted(points) == ["metric", "run", "step", "time", "value"]
    assert len(points["run"]) == 4


@pytest.fixture
def damaged(two):
    """Three runs more: one without its series, one with half a line in it, and one that is sound."""
    lost, torn = record("lost", {"acc": 1.0}), record("torn", {"acc": 0.125}, {"acc": 2.0})
    record("c", {"acc": 3.0})
    oid = git(".", "rev-parse", f"refs/runs/default/{lost}:metrics.csv")
    Path(".git/objects", oid[:2], oid[2:]).unlink()
    oid = git(".", "rev-parse", f"refs/runs/default/{torn}:metrics.csv")
    content = git(".", "cat-file", "blob", oid).encode()[:-6] + b"\n"
    place = Path(".git/objects", oid[:2], oid[2:])
    place.chmod(0o644)
    place.write_bytes(zlib.compress(b"blob %d\0%b" % (len(content), content)))
    return lost, torn


@pytest.mark.parametrize("style", ["csv", "json", "parquet"])
def test_points_that_are_lost_do_not_keep_the_others_back(damaged, style):
    if style == "parquet":
        pytest.importorskip("pyarrow")
    lost, torn = damaged
    done = look("export", "--history", "--format", style, "-o", "points")
    assert (done.code, done.out) == (1, "")
    assert done.err.splitlines() == [
        f"warning: left out: metrics.csv of {torn} is damaged: line 3 is not 'step,name,value,time'",
        f"warning: left out: metrics.csv of the run {lost} is missing",
        "warning: 2 of 5 runs are damaged; see: git track doctor",
    ]
    found = read(style, Path("points"))
    assert set(found) == {gittrack.get(name).id for name in "abc"}  # and no half of a series
    assert len(found) == 5


def read(style, path):
    """Return the run of each point in a file."""
    if style == "json":
        return [json.loads(line)["run"] for line in path.read_text().splitlines()]
    if style == "csv":
        return [row["run"] for row in csv.DictReader(io.StringIO(path.read_text()))]
    return pytest.importorskip("pyarrow.parquet").read_table(path).to_pydict()["run"]


def test_points_of_a_run_that_is_going_on_with_a_line_that_is_none(project):
    with gittrack.init(name="live") as run:
        run.log({"acc": 0.5})
        with open(f".git/gittrack/live/{run.id}/metrics.csv", "a") as file:
            file.write("rubbish\n")
        done = look("export", "--history")
    assert (done.code, done.out) == (1, "run,metric,step,value,time\n")
    assert f"left out: metrics.csv of {run.id} is damaged" in done.err


def test_a_long_series_is_exported_drawn_compared_and_read_in_parts():
    with gittrack.init(name="long") as run:
        for step in range(28_000):
            run.log({"loss": 1 / (step + 1), "n": step, "rate": 0.1}, step=step)
    long = gittrack.get("long")
    assert len(long.read("metrics.csv")) > series.FEW
    found = rows("--history")
    assert len(found) == 84_000
    assert (found[-2]["metric"], found[-2]["step"], found[-2]["value"]) == ("n", "27999", "27999")
    assert float(found[-3]["value"]) == 1 / 28_000
    history = long.history("n")
    assert (history.values.dtype, history.values.tolist()) == (
        history.steps.dtype,
        [*range(28_000)],
    )
    assert long.history("loss").values.tolist() == [1 / (step + 1) for step in range(28_000)]
    assert "n" in look("plot", "n", "--smooth", "0.9").out
    assert "EXACT" in look("verify", "@", "@").out


def test_a_damaged_line_of_a_long_series_has_its_number():
    lines = "".join(series.line("loss", 0.1, step, 0.5) for step in range(120_000))
    data = f"{series.HEADER}{lines}1,loss,x,0\n".encode()
    metrics = {"loss": Metric(0.1, 0.1, 0.1, 119_999, 120_000)}
    raw = run_values.commit(git_of("."), 1, metrics=metrics, contents={"series": data})
    assert len(data) > series.FEW
    problem = f"metrics.csv of {raw.id} is damaged: line 120002 is not 'step,name,value,time'"
    for argv in (("export", "--history"), ("plot", "loss"), ("verify", "@", "@")):
        done = look(*argv)
        assert (done.code != 0, problem in done.err) == (True, True)
