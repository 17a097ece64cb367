"""git track diff of more than two runs, report, and what exists: params, metrics, experiments."""

import json

import pytest
from helpers import git, look, masked, record, run_cli

import gittrack
from gittrack.cli.commands import log

pytestmark = pytest.mark.usefixtures("project")


@pytest.fixture
def three(project):
    record("a", {"acc": 0.5, "loss": 1}, config={"lr": 0.1, "same": 0}, tags=["x"])
    record("b", {"acc": 0.6, "loss": 1}, config={"lr": 0.2, "same": 0})
    with open("train.py", "a") as file:
        file.write("# changed\n")
    record("c", {"acc": 0.4}, config={"lr": 0.1, "same": 0, "new": "text"}, experiment="digits")


def test_a_table_of_what_differs(three):
    done = look("diff", "a", "b", "c")
    states = [gittrack.get(name).info.code.state[:12] for name in "abc"]
    assert (done.code, done.err) == (0, "")
    assert masked(done.out) == masked(
        "params  a  b  c\n"
        "lr  0.1  0.2  0.1\n"
        "new  -  -  text\n"
        "\n"
        "metrics  a  b  c\n"
        "acc  0.5  0.6  0.4\n"
        "loss  1  1  -\n"
        "\n"
        "command, seed and tags  a  b  c\n"
        'tags  ["x"]  -  -\n'
        "\n"
        "code  a  b  c\n"
        f"code  {states[0]}  {states[1]}  {states[2]}\n"
        "\n"
        "equal: environment and packages\n"
        "not recorded: inputs (git track run --input FILE)\n"
    )


def test_one_section_and_other_formats(three):
    assert look("diff", "a", "b", "c", "--params", "--md").out.startswith("### params\n\n| params")
    found = json.loads(look("diff", "a", "b", "c", "--metrics", "--json").out)
    ids = {name: gittrack.get(name).id for name in "abc"}
    assert found["runs"] == list(ids.values())
    assert found["metrics"]["loss"] == {ids["a"]: 1, ids["b"]: 1}


def test_one_run_alone(three):
    done = look("diff", "a")
    assert (done.code, done.err.startswith("error: diff needs at least two runs")) == (2, True)


def test_a_report_for_a_pull_request(three):
    done = look("report", "a", "b", "c", "--md")
    assert (done.code, done.err) == (0, "")
    told = masked(done.out)
    assert (
        "| metric  |  a |  b |  c |" in told.replace("   ", "  ").replace("  ", "  ") or "▲" in told
    )
    assert "0.6 ▲ +0.1 (+20.0 %)" in told
    assert "0.4 ▼ -0.1 (-20.0 %)" in told
    assert "1 = " in told
    assert "### Code: a to b\n\n```\nthe same code\n```\n" in done.out
    assert " train.py | 1 +\n" in done.out
    assert "Equal: inputs, environment and packages.\n" in done.out


def test_a_report_of_one_run(three):
    done = look("report", "a")
    assert (done.code, "acc" in done.out) == (0, True)


def test_what_params_there_are(three):
    assert masked(look("params").out) == (
        "PARAM  RUNS  DISTINCT  VALUES\nlr  3  2  0.1, 0.2\nnew  1  1  text\nsame  3  1  0\n"
    )
    for n in range(8):
        record(None, config={"many": n})
    assert "many      8         8  0 to 7\n" in look("params").out
    found = {row["name"]: row for row in json.loads(look("params", "--json").out)}
    assert (found["lr"]["min"], found["lr"]["max"], found["lr"]["runs"]) == (0.1, 0.2, 3)
    assert look("params", "-w", "lr > 0.15", "--csv").out == (
        "param,runs,distinct,min,max\nlr,1,1,0.2,0.2\nsame,1,1,0,0\n"
    )


def test_what_metrics_and_experiments_there_are(three):
    assert masked(look("metrics").out) == (
        "METRIC  RUNS  DISTINCT  VALUES\nacc  3  3  0.4 to 0.6\nloss  2  1  1\n"
    )
    assert masked(look("experiments").out) == (
        "EXPERIMENT  RUNS  LATEST  STATUSES\ndigits  1  AGE  1 finished\ndefault  2  AGE  2 finished\n"
    )
    assert json.loads(look("experiments", "--json").out)[0]["statuses"] == {"finished": 1}


def test_nothing_there():
    for verb in ("params", "metrics", "experiments", "log"):
        done = look(verb)
        assert (done.code, done.out, done.err) == (
            0,
            "",
            "no runs are recorded here yet; record one: git track run -- COMMAND\n",
        )


def test_the_lab_notebook(three):
    record("last", {"acc": 0.1}, {"acc": 0.9}, note="first line\nsecond", tags=["good"])
    run_cli("run", "-n", "broken", "--", "sh", "-c", "exit 3")
    done = look("log", "-n", "2")
    assert (done.code, done.err) == (0, "")
    first, second, more = done.out.split("\n\n")
    code = gittrack.get("last").info.code.state[:8]
    assert masked(first).splitlines() == [
        "SHORT  broken  default  failed (exit code 3) in TIME  AGE",
        "    lr=0.003  model.hidden=64",
        "    sh -c 'exit 3'  code SHORT*",
    ]
    assert [line.strip() for line in second.splitlines()[1:5]] == [
        *("first line", "second", "[good]", "acc  0.9  ▁█  0.1 to 0.9"),
    ]
    assert second.endswith(f"  code {code}*")
    assert more == "3 more: add -n 5\n"
    assert git(".", "status", "--short") == " M train.py"


def test_the_lab_notebook_reads_some_runs_at_a_time_and_no_long_series(three, monkeypatch):
    record("last", {"acc": 0.1}, {"acc": 0.9})
    whole = look("log").out
    assert "▁█" in whole
    for limit in ("_POINTS", "_BLOCK"):
        monkeypatch.setattr(log, limit, 1)
        assert look("log").out == whole
    monkeypatch.setattr(log, "MAX_SERIES", 30)  # bytes
    assert "▁█" not in look("log").out


def test_code_of_several_runs_has_no_patch_in_markdown():
    ids = [record() for _ in range(3)]
    done = look("diff", *ids, "--code", "--md")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: --code and --md do not go together\nhint: ")
