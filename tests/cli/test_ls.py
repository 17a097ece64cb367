"""git track ls: the newest runs, live and crashed ones too."""

import csv
import io
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import ROOT, git, listed, look, masked, on_terminal, python, record, repo, run_cli

from gittrack.cli.commands import _sweep_lines
from gittrack.core.run import commit_message, facts
from gittrack.git import find
from gittrack.read.runs.reader import Raw

pytestmark = pytest.mark.usefixtures("project")


def test_nothing_is_recorded_yet():
    assert look("ls") == (
        0,
        "",
        "no runs are recorded here yet; record one: git track run -- COMMAND\n",
    )
    assert json.loads(look("ls", "--json").out) == []


def test_newest_first_with_what_differs():
    record("slow", {"acc": 0.5}, {"acc": 0.61}, config={"lr": 0.001, "hidden": 64})
    record("fast", {"acc": 0.9123456}, config={"lr": 0.1, "hidden": 64}, tags=["best", "x"])
    done = look("ls")
    assert (done.code, done.err) == (0, "")
    assert masked(done.out) == (
        "ID  NAME  STATUS  STARTED  TIME  acc  lr  TAGS\n"
        "SHORT  fast  finished  AGE  TIME  0.91235  0.1  best, x\n"
        "SHORT  slow  finished  AGE  TIME  0.61  0.001\n"
    )


def test_columns_stand_below_their_heads_numbers_to_the_right():
    record("a", {"acc": 0.5}, config={"lr": 10})
    record("a longer name", {"acc": 12345.0}, config={"lr": 0.001})
    done = look("ls", "--columns", "name,acc,lr,status")
    assert done.out == (
        "NAME             acc     lr  STATUS\n"
        "a longer name  12345  0.001  finished\n"
        "a                0.5     10  finished\n"
    )


def test_any_fact_can_be_a_column():
    record("a", {"acc": 0.5}, {"acc": 0.25}, config={"m": {"n": 1}}, seed=3, note="why", group="g")
    names = "name,params.m.n,metrics.acc.max,acc.min,seed,note,group,branch,exit_code"
    assert masked(look("ls", "--columns", names).out) == (
        "NAME  m.n  acc.max  acc.min  SEED  NOTE  GROUP  BRANCH  EXIT\n"
        "a  1  0.5  0.25  3  why  g  main  0\n"
    )


def test_a_param_that_is_called_like_a_metric_says_so():
    for lr in (1, 2):
        record(None, {"lr": 0.5}, config={"lr": lr})
    assert masked(look("ls").out).splitlines()[0] == "ID  STATUS  STARTED  TIME  lr  params.lr"
    assert look("ls", "--csv").out.splitlines()[0].endswith(",lr,params.lr,tags")


def test_all_params_on_demand():
    record("a", config={"x": 1, "y": {"z": "text"}})
    assert masked(look("ls").out).splitlines()[0] == "ID  NAME  STATUS  STARTED  TIME"
    assert masked(look("ls", "--all-params").out).splitlines()[0].endswith("TIME  x  y.z")


def test_the_experiment_is_shown_where_there_are_several_and_can_be_chosen():
    record("a", experiment="cifar/resnet")
    record("b", experiment="cifar")
    record("c", experiment="digits")
    assert masked(look("ls").out).splitlines()[1] == "SHORT  digits  c  finished  AGE  TIME"
    assert [run["name"] for run in listed("-e", "cifar")] == ["b", "a"]
    done = look("ls", "-e", "cifra")
    assert (done.code, done.err) == (
        1,
        "error: there are no runs of the experiment 'cifra'\nhint: did you mean cifar?\n",
    )


def test_more_than_fit_are_counted():
    for name in "abc":
        record(name)
    done = look("ls", "-n", "2", "--columns", "name")
    assert done.out == "NAME\nc\nb\n1 more: add -n 3\n"


def test_twenty_unless_told():
    for _ in range(21):
        record(mode="online")
    done = look("ls", "--columns", "status")
    assert done.out == "STATUS\n" + 20 * "finished\n" + "1 more: add -n 21\n"


@pytest.mark.parametrize(
    ("options", "order"),
    [
        ((), "cba"),
        (("--reverse",), "abc"),
        (("--sort", "started"), "abc"),
        (("--sort", "acc"), "bca"),
        (("--sort", "-acc"), "cba"),
        (("--sort", "acc", "--reverse"), "cba"),
        (("--sort", "metrics.acc.max"), "bca"),
        (("--sort", "lr"), "abc"),
        (("--sort", "-params.lr"), "cba"),
        (("--sort", "name"), "abc"),
    ],
)
def test_sorting_puts_runs_without_the_key_last(options, order):
    record("a", config={"lr": 1})
    record("b", {"acc": 0.1}, config={"lr": 2})
    record("c", {"acc": 0.2}, config={"lr": "text"})
    assert "".join(run["name"] for run in listed(*options)) == order


def test_sorting_by_what_no_run_has():
    record("a", {"accuracy": 1})
    done = look("ls", "--sort", "acuracy")
    assert (done.code, done.err) == (
        1,
        "error: no run has anything called 'acuracy'\nhint: did you mean accuracy?\n",
    )


def test_csv():
    record("a, b", {"acc": 0.5}, config={"text": 'say "hi"'})
    record("c", config={"text": "x"})
    rows = list(csv.DictReader(io.StringIO(look("ls", "--csv").out)))
    assert [(row["name"], row["acc"], row["text"]) for row in rows] == [
        ("c", "", "x"),
        ("a, b", "0.5", 'say "hi"'),
    ]


def test_markdown():
    record("a|b", {"acc": 0.5})
    done = look("ls", "--columns", "name,acc", "--md")
    assert done.out == "| NAME   |   acc |\n|:-------|------:|\n| a\\|b   |   0.5 |\n"


def test_a_run_that_is_going_on_and_one_that_crashed():
    script = """
import os, signal, sys, gittrack
run = gittrack.init(name=sys.argv[1])
run.log({"loss": 0.25}, step=7)
print("ready", flush=True)
sys.stdin.read()
"""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", script, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for name in ("crashed", "running")
    ]
    for process in processes:
        assert process.stdout.readline() == b"ready\n"
    processes[0].send_signal(signal.SIGKILL)
    processes[0].wait()
    found = {run["name"]: run for run in listed()}
    shown = look("ls", "--sort", "name", "--columns", "name,status,loss").out
    for process in processes:
        process.communicate()
    assert {name: run["status"] for name, run in found.items()} == {
        "running": "running",
        "crashed": "crashed",
    }
    assert {run["metrics"]["loss"]["last"] for run in found.values()} == {0.25}
    assert shown == "NAME     STATUS   loss\ncrashed  crashed  0.25\nrunning  running  0.25\n"


def test_damaged_runs_are_counted_and_the_others_listed():
    record("good")
    git(".", "update-ref", "refs/runs/x/20260101-000000-00000000", "HEAD")
    done = look("ls", "--columns", "name,status")
    assert done.code == 1
    assert done.out == "NAME  STATUS\ngood  finished\n-     damaged\n"
    assert done.err == "warning: 1 of 2 runs are damaged; see: git track doctor\n"


def test_refs_of_other_software_are_none_of_our_business():
    record("a")
    for ref in ("refs/runs/x", "refs/exps/a", "refs/runs2/d/20260101-000000-00000000"):
        git(".", "update-ref", ref, "HEAD")
    assert [run["name"] for run in listed()] == ["a"]


def test_it_starts_a_handful_of_processes_whatever_the_number_of_runs(tmp_path):
    for _ in range(5):
        record()
    trace = tmp_path / "trace"
    run_cli("ls", env={"GIT_TRACE2": str(trace)})
    assert trace.read_text().count(" start ") <= 4


def test_from_a_subfolder_a_linked_work_tree_and_a_bare_clone(tmp_path):
    record("a")
    git(".", "worktree", "add", "-q", "../tree")
    git(".", "clone", "-q", "--mirror", ".", str(tmp_path / "bare.git"))
    (tmp_path / "sub").mkdir()
    for folder in ("../tree", "sub", "bare.git"):
        assert [run["name"] for run in listed(cwd=folder)] == ["a"]


def test_a_reader_that_has_seen_enough():
    for _ in range(3):
        record()
    line = f"{sys.executable} -m gittrack ls | true"
    assert python(f"import os; os.system({line!r})").err == ""


def test_the_repository_can_be_read_only(tmp_path):
    path = repo(path=tmp_path / "r")
    run_cli("run", "-n", "a", "--", "true", cwd=path)
    before = sorted(str(p) for p in path.rglob("*"))
    for verb in (["ls"], ["show", "@"], ["top", "m"], ["diff", "@", "@"]):
        run_cli(*verb, cwd=path)
    assert sorted(str(p) for p in path.rglob("*")) == before  # looking writes nothing


def test_a_column_that_nobody_has_is_an_error():
    record("a", {"acc": 0.5}, config={"lr": 1})
    done = look("ls", "--columns", "name,ac")
    assert (done.code, done.out, done.err) == (
        *(1, ""),
        "error: no run has anything called 'ac'\nhint: did you mean acc?\n",
    )
    assert look("ls", "--columns", "params.lr,metrics.acc.max,acc.min").code == 0


def test_it_fits_the_terminal_and_says_what_it_left_out(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("NO_COLOR", "1")
    for n in range(2):
        config = {f"a_rather_long_param_{i}": i + n for i in range(9)}
        record(f"run{n}", {"acc": n}, config=config)
    shown, code = on_terminal("ls", columns=80)
    assert code == 0
    assert max(map(len, shown.splitlines()[:3])) <= 80
    assert "not shown: status, a_rather_long_param_1" in shown
    piped = look("ls").out
    assert piped.splitlines()[0].count("a_rather_long_param_") == 6
    assert "not shown: a_rather_long_param_6, a_rather_long_param_7, a_rather" in piped
    shown, _ = on_terminal("top", "acc", columns=60)
    assert max(map(len, shown.splitlines()[:3])) <= 60
    assert shown.splitlines()[0].endswith(" acc  a_rather_long_param_0")  # rather than STARTED
    assert "--columns" not in shown  # top has no such option
    look("tag", "run0", "+a-tag-that-is-longer-than-what-is-left")
    shown, _ = on_terminal("ls", columns=70)
    assert shown.splitlines()[0].split()[-2:] == ["TIME", "acc"]  # a metric tells more than a tag


def test_markdown_is_whole_on_a_terminal_too():
    record("a", {"a_rather_long_name": 1.0}, config={"another_rather_long_name": 1})
    record("b", {"a_rather_long_name": 2.0}, config={"another_rather_long_name": 2})
    shown, _ = on_terminal("ls", "--md", columns=40)
    heads = shown.splitlines()[0].split()
    assert {"a_rather_long_name", "another_rather_long_name"} <= set(heads)


def test_columns_beside_all_params():
    record("a")
    done = look("ls", "--columns", "id", "--all-params")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: --columns and --all-params do not go together\nhint: ")


@pytest.mark.parametrize(
    "options",
    [("--columns", "id", "--json"), ("--all-params", "--json"), ("--all-params", "--csv")],
)
def test_options_that_have_no_effect_are_refused(options):
    record("a")
    done = look("ls", *options)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"error: {options[0]} and {options[-1]} do not go together\nhint: ")


@pytest.fixture
def trial():
    """A run that is a trial of a sweep, and one that is none."""
    Path("empty.yaml").write_text("{}\n")
    argv = ("-p", "empty.yaml", "-S", "x=1,2", "-m", "loss", "--", "true")
    assert run_cli("sweep", *argv).code == 1  # nothing has a score
    record("none", note="no trial")


def test_what_a_query_knows_is_a_column_and_a_key_to_sort_by(trial):
    for name in facts.LISTED:
        done = look("ls", "--columns", f"id,{name}", "--sort", name)
        assert (done.code, done.err, len(done.out.splitlines())) == (0, "", 4), name
        exact = look("ls", "--columns", name, "--csv", "-w", f"has({name})")
        assert name in (exact.out.splitlines() or [name])[0]
    shown = look("ls", "--columns", "sweep.trial,sweep.id,name", "--sort", "-sweep.order").out
    lines = [line.split() for line in shown.splitlines()]
    assert lines[0] == ["SWEEP.TRIAL", "SWEEP.ID", "NAME"]
    assert [line[0] for line in lines[1:]] == ["1", "0", "-"]
    (sweep,) = json.loads(run_cli("sweep", "ls", "--json").out)
    assert lines[1][1] == sweep["id"][16:]
    exact = look("ls", "--csv", "--columns", "sweep.id,code.dirty", "--sort", "sweep.order").out
    assert exact.splitlines()[1] == f"{sweep['id']},true"


def test_by_age_the_youngest_is_first():
    for name in "abc":
        record(name)
    assert [run["name"] for run in listed("--sort", "age")] == ["c", "b", "a"]
    assert [run["name"] for run in listed("--sort", "-age")] == ["a", "b", "c"]


@pytest.mark.parametrize("option", ["--columns", "--sort"])
def test_a_fact_that_is_mistyped(trial, option):
    done = look("ls", option, "sweep.oder")
    assert done.err == (
        "error: no run has anything called 'sweep.oder'\n"
        "hint: did you mean sweep.order or sweep.id or sweep.after?\n"
    )


def test_the_line_of_a_sweep_has_the_params_that_are_equal_in_its_trials(project):
    def trial(lr):
        facts = {"status": "finished", "sweep": {"id": "s", "trial": str(lr)}}
        body = commit_message.encode(facts, {"lr": lr, "model": {"depth": 3}}, {})
        return Raw(f"id-{lr}", "default", "ref", "commit", f"\n{body}\n".encode())

    (line,), runs = _sweep_lines.lines(find(), [trial(lr) for lr in (0.1, 0.2, 0.3)], 20)
    assert (line.params, len(runs)) == ({"model": {"depth": 3}}, 3)


def test_a_sweep_is_one_line(project):
    Path("empty.yaml").write_text("{}\n")
    record("before")
    options = ("-p", "empty.yaml", "-S", "x=1,2,3", "-m", "loss", "-n", "3")
    script = """echo "{\\"loss\\": 1}" >> "$GITTRACK_METRICS"; test $2 != 2"""
    assert run_cli("sweep", *options, "--", "sh", "-c", script, "sh", "{args}").code == 0
    record("after")
    (sweep,) = json.loads(run_cli("sweep", "ls", "--json").out)
    done = look("ls", "-n", "2")
    lines = masked(done.out).splitlines()
    assert [line.split("  ")[:3] for line in lines[1:3]] == [
        ["SHORT", "after", "finished"],
        ["SHORT", "-", "sweep: 3 trials, 1 failed"],
    ]
    assert done.out.splitlines()[2].split()[0] == sweep["id"][16:]
    assert lines[3:] == [
        "1 more: add -n 5",
        "each sweep is one line; for its trials: add --sort -started",
    ]
    assert "sweep: 3 trials" in look("ls", "--md").out
    for more in (("--sort", "-started"), ("-w", "has(x)"), ("--csv",), ("--columns", "id,x")):
        assert "sweep: " not in look("ls", *more).out
    assert len(listed()) == 5
    assert len(look("top", "loss", "--csv").out.splitlines()) == 6


def test_at_80_columns_what_is_equal_goes_first_and_names_are_shortened(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("NO_COLOR", "1")
    for n in range(2):
        name = f"{n}-a-name-of-a-run-that-is-long-xxxx"
        record(name, {"same": 1, "accuracy": n}, config={"learning_rate": n})
    shown, _ = on_terminal("ls", columns=80)
    lines = shown.replace("\r\n", "\n").splitlines()
    assert lines[0].split() == ["ID", "NAME", "STARTED", "TIME", "accuracy", "learning_rate"]
    assert all(len(line) <= 80 for line in lines[:3])
    assert "1-a-name-of-a-run" in lines[1]
    assert "…" in lines[1]
    assert lines[3].startswith("not shown: status, same")
    wide, _ = on_terminal("ls", columns=200)
    assert "-xxxx " in wide
    assert "same" in wide
