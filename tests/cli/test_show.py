"""git track show: everything about one run."""

import json
import os
import re
import shlex
import sys

import pytest
from helpers import git, look, masked, record, run_cli

import gittrack

pytestmark = pytest.mark.usefixtures("project")


def test_a_page():
    host = os.uname().nodename
    with open("train.py", "a") as file:
        file.write("# changed\n")
    words = ("-n", "first", "-t", "a", "-m", "why", "-g", "G", "--seed", "7", "--output", "model")
    script = """echo '{"step": 3, "loss": 0.5}' >> $GITTRACK_METRICS; printf 12345 > model"""
    run_cli(
        *("run", *words, "--input", "params.yaml", "--", "sh", "-c", script), env={"USER": "ada"}
    )
    done = look("show", "first")
    page, _, rest = masked(done.out).partition("environment\n")
    assert (done.code, done.err) == (0, "")
    assert page.replace(git(".", "rev-parse", "--short=12", "HEAD"), "HEAD").splitlines() == [
        "run  ID",
        "experiment  default",
        "name  first",
        "status  finished (exit code 0)",
        "started  ISO  (AGE)",
        "duration  TIME",
        f"command  {shlex.join(['sh', '-c', script])}",
        "code  HASH on main, with uncommitted changes (HASH)",
        "tags  a",
        "group  G",
        "note  why",
        "seed  7",
        "config  HASH",
        "recipe  HASH",
        f"memory  {page.split('memory  ')[1].splitlines()[0]}",
        f"by  ada@{host}",
        "",
        "params",
        "  lr  0.003",
        "  model.hidden  64",
        "",
        "metrics",
        "        last  min  max  step  points",
        "  loss  0.5  0.5  0.5  3  1",
        "",
        "inputs",
        "  params.yaml  30 B  HASH",
        "",
        "artifacts",
        "  model  5 B  HASH",
        "",
        "uncommitted changes",
        "  train.py  modified  +1 -0",
        "",
    ]
    ref = gittrack.get("first").ref
    assert rest.endswith(
        f"\nby hand\n  git show {ref}:run.yaml\n  git ls-tree -r {ref}\n".replace(ref[-24:], "ID")
    )
    git(".", "show", f"{ref}:run.yaml")  # and so it is


def test_json():
    run_id = record("a", {"acc": 0.5}, config={"lr": 0.1})
    done = look("show", "a", "--json")
    found = json.loads(done.out)
    assert (found["id"], found["params"], found["metrics"]["acc"]["last"]) == (
        run_id,
        {"lr": 0.1},
        0.5,
    )
    assert found["env"]["python"]["version"] == ".".join(map(str, sys.version_info[:3]))
    assert (found["inputs"], found["outputs"], found["diff"]) == ([], [], {})


class TestAddresses:
    @pytest.fixture(autouse=True)
    def _runs(self, project):
        self.ids = [record(name, experiment="x/y" if name == "b" else None) for name in "abc"]

    def name(self, address):
        return gittrack.get(address).name

    def test_all_of_them(self):
        first = self.ids[0]
        assert self.name(first) == "a"
        assert self.name(first[16:]) == "a"
        assert self.name(gittrack.get(first).info.commit) == "a"
        assert self.name(gittrack.get(first).info.commit[:10]) == "a"
        assert self.name("b") == "b"  # although ids may begin with it
        assert [self.name(a) for a in ("@", "@~1", "@~2", "x/y@", "default@~1")] == list("cbaba")

    def test_no_such_run(self):
        done = look("show", "zzz")
        assert (done.code, done.out, done.err) == (
            1,
            "",
            "error: there is no run 'zzz'\nhint: see what there is: git track ls\n",
        )

    def test_near_matches(self):
        record("baseline")
        assert look("show", "basline").err == (
            "error: there is no run 'basline'\nhint: did you mean baseline?\n"
        )

    def test_an_ambiguous_address_lists_the_candidates(self):
        done = look("show", self.ids[0][:6])
        info = gittrack.get(self.ids[0]).info
        told = masked(done.err).replace(f"{info.user}@{info.host}", "me@here")
        assert (done.code, re.sub(r"\d+ \w+ old", "AGE", told)) == (
            1,
            f"error: '{self.ids[0][:6]}' is 3 runs: ID (default, c, me@here, AGE), "
            "ID (x/y, b, me@here, AGE), ID (default, a, me@here, AGE)\n"
            "hint: give more of the id, or EXPERIMENT/ID\n",
        )

    def test_two_runs_of_one_name(self):
        record("a")
        assert look("show", "a").err.startswith("error: 'a' is 2 runs: ")

    def test_fewer_runs_than_asked_for(self):
        assert look("show", "@~3").err == (
            "error: there is no run '@~3': there are only 3 runs\nhint: see: git track ls\n"
        )
        assert look("show", "x/z@").err == (
            "error: there is no run 'x/z@': there are no runs in 'x/z'\nhint: did you mean x/y?\n"
        )

    @pytest.mark.parametrize(
        "address", ["--upload-pack=x", "HEAD", "main", "../x", "", "a\nb", "^@"]
    )
    def test_what_git_would_take_for_something_else_is_no_run(self, address):
        done = look("show", "--", address)
        assert done.code == 1
        assert done.err.startswith("error: ")


def test_nothing_is_recorded():
    assert look("show", "@").err == (
        "error: there is no run '@': there are no runs\nhint: record one: git track run -- COMMAND\n"
    )


def test_a_damaged_run_is_shown_as_far_as_it_goes():
    git(".", "update-ref", "refs/runs/x/20260101-000000-00000000", "HEAD")
    done = look("show", "@")
    assert done.code == 1
    assert "status      damaged\nproblem     its commit has no body\n" in done.out
    assert json.loads(look("show", "@", "--json").out)["status"] == "damaged"


def test_a_note_of_several_lines_is_shown_as_lines():
    record("a", note="first\nsecond \x1b[31m")
    shown = look("show", "a").out
    assert "note        first\n            second \\x1b[31m\n" in shown


def test_the_page_of_a_failed_run_ends_with_the_end_of_its_log():
    for code in (3, 0):
        run_cli("run", "--", "sh", "-c", f"echo 'out of memory'; exit {code}")
    assert look("show", "@~1").out.endswith("  out of memory\n")
    assert "out of memory\n" not in look("show", "@").out.splitlines()[-1]
