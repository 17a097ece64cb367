"""git track diff: only what differs."""

import json

import pytest
from helpers import ROOT, git, look, masked, on_terminal, record, run_cli

import gittrack

pytestmark = pytest.mark.usefixtures("project")


@pytest.fixture
def pair():
    """Two runs that differ in everything but the environment."""
    for name, value, line in (("a", 1, "one"), ("b", 2, "two")):
        with open("train.py", "w") as file:
            file.write(f"print('{line}')\n")
        with open("data", "w") as file:
            file.write(line)
        with gittrack.init(name=name, config={"lr": 0.1 * value, "same": 0, name: None}) as run:
            run.log({"acc": 0.5 * value, "same": 1, name: 7})
            run.log_input("data")
    return gittrack.get("a"), gittrack.get("b")


def test_everything_that_differs(pair):
    done = look("diff", "a", "b")
    a, b = (run.info.code.snapshot[:12] for run in pair)
    assert (done.code, done.err) == (0, "")
    digests = [run.inputs[0]["sha256"] for run in pair]
    assert masked(done.out) == masked(
        f"""\
A = {pair[0].id}  default  a  finished
B = {pair[1].id}  default  b  finished

params
  param  A a  B b
  a  null  (none)
  b  (none)  null
  lr  0.1  0.2

metrics
  metric  A a  B b  change
  a  7  -
  acc  0.5  1  +0.5  +100.0 %
  b  -  7

inputs
  input  A a  B b
  data  {digests[0]}  {digests[1]}

code
  2 files changed, 2 insertions(+), 2 deletions(-)  (git diff {a} {b})
"""
        + git(".", "diff", "--no-renames", a, b)
        + "\n\nequal: command, seed and tags, environment and packages\n"
    )


def test_the_code_is_a_real_diff_that_can_be_had_by_hand(pair):
    snapshots = [run.info.code.snapshot for run in pair]
    patch = git(".", "diff", "--no-renames", *snapshots) + "\n"
    assert gittrack.diff("a", "b").code.patch == patch
    assert "-print('one')\n+print('two')\n" in patch
    assert look("diff", "--code", "a", "b").out.endswith(patch)


def test_params_by_hand(pair):
    shown = git(".", "diff", pair[0].ref, pair[1].ref, "--", "params.yaml")
    assert shown.endswith("\n-a: null\n-lr: 0.1\n+b: null\n+lr: 0.2\n same: 0")


def test_equal_runs_are_said_to_be_equal_in_one_line():
    ids = [record(config={"lr": 1}) for _ in "ab"]
    assert look("diff", *ids).out == (
        f"A = {ids[0]}  default  finished\nB = {ids[1]}  default  finished\n\n"
        "equal: params, metrics, command, seed and tags, environment and packages, code\n"
        "not recorded: inputs (git track run --input FILE)\n"
    )


@pytest.mark.parametrize("section", ["params", "metrics", "inputs", "code"])
def test_one_section(pair, section):
    lines = look("diff", f"--{section}", "a", "b").out.splitlines()
    assert lines[3] == section
    titles = {"params", "metrics", "inputs", "code", "environment and packages"}
    assert titles & set(lines) == {section}


def test_a_section_that_is_equal(pair):
    assert look("diff", "--env", "a", "b").out.endswith("\n\nequal: environment and packages\n")


def test_packages_that_differ():
    run_cli("run", "-n", "sh", "--", "true")
    record("python")
    shown = look("diff", "--env", "sh", "python").out
    assert "environment and packages\n" in shown
    assert "packages.numpy" in shown


def test_json(pair):
    found = json.loads(look("diff", "a", "b", "--json").out)
    assert (found["a"], found["b"]) == (pair[0].id, pair[1].id)
    assert found["params"] == [
        {"name": "a", "a": None, "b": None, "only_in": "a"},
        {"name": "b", "a": None, "b": None, "only_in": "b"},
        {"name": "lr", "a": 0.1, "b": 0.2, "only_in": None},
    ]
    acc = next(item for item in found["metrics"] if item["name"] == "acc")
    assert (acc["delta"], acc["percent"], acc["a"]["last"]) == (0.5, 100.0, 0.5)
    assert found["env"] == []
    assert found["inputs"][0]["name"] == "data"
    assert found["code"]["patch"].startswith("diff --git")
    assert set(json.loads(look("diff", "a", "b", "--json", "--params").out)) == {
        "a",
        "b",
        "params",
    }


def test_markdown(pair):
    shown = look("diff", "a", "b", "--md", "--params", "--code").out
    assert "### params\n\n| param   | A a    | B b    |\n" in shown
    assert "\n\n```diff\ndiff --git a/data b/data\n" in shown


def test_a_metric_that_is_equal_but_for_its_points():
    record("a", {"m": 1})
    record("b", {"m": 1}, {"m": 1})
    shown = masked(look("diff", "--metrics", "a", "b").out)
    assert shown.endswith("\n  metric  A a  B b  change\n  m  1  1  points 1 -> 2\n")


def test_no_such_run():
    record("a")
    done = look("diff", "a", "nope")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("error: there is no run 'nope'\n")


def test_a_repositorys_own_diff_programs_do_not_run(pair):
    git(".", "config", "diff.external", "touch ran; false")
    git(".", "config", "diff.x.textconv", "touch ran; cat")
    with open(".gitattributes", "w") as file:
        file.write("* diff=x\n")
    assert "print('two')" in look("diff", "a", "b").out
    assert "ran" not in git(".", "status", "--porcelain")


def test_what_was_run_and_said_differs():
    run_cli("run", "-n", "a", "--seed", "1", "-t", "x", "--", "sh", "-c", "exit 0")
    run_cli("run", "-n", "b", "--seed", "2", "-m", "why", "--", "sh", "-c", "exit 3")
    assert masked(look("diff", "a", "b", "--run").out).split("\n\n")[1] == (
        "command, seed and tags\n"
        "  fact  A a  B b\n"
        "  status  finished  failed\n"
        "  tags  x  (none)\n"
        "  note  (none)  why\n"
        "  seed  1  2\n"
        "  command  sh -c 'exit 0'  sh -c 'exit 3'\n"
        "  exit_code  0  3\n"
    )
    found = json.loads(look("diff", "a", "b", "--json").out)["run"]
    assert {"name": "seed", "a": 1, "b": 2, "only_in": None} in found


def test_colours_only_on_a_terminal(pair, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("TERM", "xterm")
    shown, code = on_terminal("diff", "a", "b", "--code")
    assert code == 0
    assert "\x1b[32m+print('two')\x1b[m" in shown
    assert "\x1b" not in look("diff", "a", "b").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in on_terminal("diff", "a", "b", "--code")[0]
