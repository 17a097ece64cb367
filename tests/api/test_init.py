"""gittrack.init: what a run is, how it begins, and every way it can end."""

import os
import signal
import subprocess
import sys

import pytest
from helpers import git, listed, python, record, run_cli

import gittrack

pytestmark = pytest.mark.usefixtures("project")


def test_what_is_said_about_a_run():
    with gittrack.init(
        "digits/mlp", name="first", tags=["a", "b", "a"], note="why", group="G", seed=7
    ) as run:
        run.add_tags("c", "a")
        run.note("and more")
        assert (run.experiment, run.name, run.seed, run.status) == (
            "digits/mlp",
            "first",
            7,
            "running",
        )
    found = gittrack.get(run.id)
    assert (found.experiment, found.name, found.seed) == ("digits/mlp", "first", 7)
    assert (found.tags, found.note, found.group) == (("a", "b", "c"), "why\nand more", "G")
    assert (found.status, found.exit_code, found.signal) == ("finished", 0, None)


def test_the_configs_seed_is_the_seed():
    with gittrack.init(config={"seed": 11}):
        pass
    assert gittrack.get("@").seed == 11


def test_another_repository(tmp_path):
    git(tmp_path, "init", "-q", "other")
    with gittrack.init(repo="other"):
        pass
    assert len(gittrack.runs(repo="other")) == 1
    assert gittrack.runs() == []


def test_outside_a_repository(tmp_path):
    with pytest.raises(gittrack.NotARepository):
        gittrack.init(repo="/")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"experiment": "a b:"}, "'a-b:' cannot be the name of an experiment"),
        ({"experiment": " "}, "'' cannot be the name of an experiment"),
        ({"experiment": "../x"}, "'../x' cannot be the name of an experiment"),
        ({"name": ""}, "the name of a run is empty"),
        ({"tags": "baseline"}, "tags is the text 'baseline'"),
        ({"tags": [""]}, "the name of a tag is empty"),
        ({"tags": [1]}, "the name of a tag is 1, not text"),
        ({"note": "a\0b"}, "the note has a NUL character"),
        ({"group": "a\0b"}, "the group has a NUL character"),
        ({"mode": "offline"}, "there is no mode 'offline'"),
        ({"resume": "nope"}, "there is no run 'nope'"),
    ],
)
def test_what_cannot_be_is_an_error_before_any_training(words, message):
    with pytest.raises(gittrack.TrackError) as caught:
        gittrack.init(**words)
    assert caught.value.message.startswith(message)
    assert gittrack.runs() == []
    assert not os.path.exists(".git/gittrack/live") or not os.listdir(".git/gittrack/live")


class TestEnd:
    def ended(self, code, **more):
        """How a script that logs a point and then runs ``code`` ends, and what is recorded."""
        start = "import gittrack, os, sys, signal\nrun = gittrack.init()\nrun.log({'a': 1})\n"
        done = python(start + code, **more)
        (run,) = gittrack.runs()
        assert run.metrics["a"].count == 1
        return done, (run.status, run.exit_code, run.signal)

    @pytest.mark.parametrize(
        ("code", "exit_code", "end"),
        [
            ("", 0, ("finished", 0, None)),
            ("run.finish()", 0, ("finished", 0, None)),
            ("gittrack.finish()", 0, ("finished", 0, None)),
            ("gittrack.finish(); gittrack.finish(); sys.exit(3)", 3, ("finished", 0, None)),
            ("sys.exit()", 0, ("finished", 0, None)),
            ("sys.exit(3)", 3, ("failed", 3, None)),
            ("sys.exit('no')", 1, ("failed", 1, None)),
            ("from sys import exit as leave; leave(4)", 4, ("failed", 4, None)),
            ("1 / 0", 1, ("failed", 1, None)),
            ("raise KeyboardInterrupt", -signal.SIGINT, ("killed", None, "SIGINT")),
            ("os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM, ("killed", None, "SIGTERM")),
            ("os.kill(os.getpid(), signal.SIGINT)", -signal.SIGINT, ("killed", None, "SIGINT")),
            ("os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL, ("crashed", None, None)),
            ("os._exit(0)", 0, ("crashed", None, None)),
        ],
    )
    def test_of_the_process(self, code, exit_code, end):
        done, found = self.ended(code)
        assert (done.code, found) == (exit_code, end), done.err

    @pytest.mark.parametrize(
        ("code", "exit_code", "end"),
        [
            ("pass", 0, ("finished", 0, None)),
            ("1 / 0", 1, ("failed", 1, None)),
            ("sys.exit(3)", 3, ("failed", 3, None)),
            ("sys.exit(0)", 0, ("finished", 0, None)),
            ("raise KeyboardInterrupt", -signal.SIGINT, ("killed", None, "SIGINT")),
        ],
    )
    def test_of_a_with_block(self, code, exit_code, end):
        done, found = self.ended(f"with run:\n    {code}")
        assert (done.code, found) == (exit_code, end), done.err

    def test_the_traceback_of_the_user_is_shown_as_ever(self):
        done, _ = self.ended("1 / 0")
        assert done.err.startswith("Traceback (most recent call last):\n")
        assert done.err.endswith("ZeroDivisionError: division by zero\n")

    def test_a_handler_of_the_user_stays(self):
        code = "signal.signal(signal.SIGTERM, lambda *_: sys.exit(9))\n"
        done = python(
            "import gittrack, os, signal, sys\n"
            + code
            + "gittrack.init(); os.kill(os.getpid(), signal.SIGTERM)"
        )
        assert done.code == 9
        run = gittrack.get("@")
        assert (run.status, run.exit_code) == ("failed", 9)

    def test_a_forked_child_ends_nothing(self):
        done, found = self.ended(
            "pid = os.fork()\n"
            "if pid == 0:\n    run.log({'a': 2}); sys.exit(7)\n"
            "os.waitpid(pid, 0); run.log({'b': 3})"
        )
        assert (done.code, found) == (0, ("finished", 0, None))
        assert gittrack.get("@").metrics["b"].last == 3

    @pytest.mark.parametrize("log", ["run.log", "gittrack.log", "run.summary.update"])
    def test_forked_children_that_log_are_silent_and_say_so_once(self, log):
        done, _ = self.ended(
            "for child in range(2):\n"
            f"    if os.fork() == 0:\n        {log}({{'child': 2}}); {log}({{'child': 3}}); os._exit(0)\n"
            "    os.wait()"
        )
        run = gittrack.get("@")
        line = f"a forked process records nothing, its parent process records {run.id}"
        assert (done.err.count(line), "child" in run.metrics) == (1, False)


def test_two_runs_at_a_time_are_two_runs():
    with gittrack.init(name="outer") as outer:
        with gittrack.init(name="inner") as inner:
            inner.log({"a": 1})
            gittrack.log({"b": 2})  # the one that was started last
        gittrack.log({"c": 3})
    assert set(gittrack.get(inner.id).metrics) == {"a", "b"}
    assert set(gittrack.get(outer.id).metrics) == {"c"}


def test_the_scripts_command_line_is_captured():
    with open("train.py", "w") as file:
        file.write("import gittrack; gittrack.init()\n")
    env = {**os.environ, "PYTHONPATH": os.path.dirname(os.path.dirname(gittrack.__file__))}
    subprocess.run(
        [sys.executable, "-u", "train.py", "--lr", "1", "--api-key", "x"], env=env, check=True
    )
    assert gittrack.get("@").command == (
        "python",
        "-u",
        "train.py",
        "--lr",
        "1",
        "--api-key",
        "***",
    )


class TestSilent:
    @pytest.mark.parametrize("name", ["RANK", "LOCAL_RANK", "SLURM_PROCID", "PMI_RANK"])
    def test_a_rank_other_than_zero(self, monkeypatch, name):
        monkeypatch.setenv(name, "1")
        self.check(gittrack.init(config={"lr": 1}))
        gittrack.log({"a": 1})
        monkeypatch.setenv(name, "0")
        with gittrack.init():
            pass
        assert len(gittrack.runs()) == 1

    def test_disabled(self, monkeypatch):
        self.check(gittrack.init(config={"lr": 1}, mode="disabled"))
        monkeypatch.setenv("GITTRACK_MODE", "disabled")
        self.check(gittrack.init(config={"lr": 1}))
        gittrack.log({"a": 1})
        gittrack.finish()
        monkeypatch.chdir("/")
        self.check(gittrack.init(config={"lr": 1}))  # not even a repository is needed

    def check(self, run):
        with run:
            run.log({"a": 1})
            run.log_metric("a", 2, step=3)
            run.log_metrics({"a": 2})
            run.log_params({"b": 2})
            run.log_param("c", 3)
            run.log_artifact("no such file")
            run.log_input("no such file")
            run.add_tags("x")
            run.note("y")
            run.summary["z"] = 1
            assert run.config.to_dict() == {"lr": 1, "b": 2, "c": 3}
            assert run.config.lr == 1
        if os.path.isdir(".git"):
            assert gittrack.runs() == []


def test_without_a_run_the_module_says_so():
    with pytest.raises(gittrack.TrackError, match="no run is active"):
        gittrack.log({"a": 1})
    gittrack.finish()


def test_an_experiment_may_have_spaces_in_its_name():
    with gittrack.init("my first  exp/part two", name="one") as run:
        pass
    assert run.experiment == "my-first-exp/part-two"
    assert "experiment_name: my first  exp/part two" in git(
        ".", "show", f"{gittrack.get('one').commit}:run.yaml"
    ).replace('"', "")
    assert run_cli("run", "-e", "my first exp/part two", "--", "true").code == 0
    assert len(gittrack.runs("my first exp/part two")) == 2
    assert gittrack.get("my first exp/part two@").experiment == "my-first-exp/part-two"
    assert run_cli("ls", "-e", "my first exp", "--json").out.count('"id"') == 2
    assert run_cli("doctor").code == 0


def test_the_name_of_an_experiment_as_given_is_a_fact():
    record(experiment="my first exp")
    record(experiment="digits")
    assert gittrack.get("my first exp@").info.more["experiment_name"] == "my first exp"
    assert [found["experiment_name"] for found in listed()] == [None, "my first exp"]
    assert [found["experiment"] for found in listed("-w", 'experiment_name == "my first exp"')] == [
        "my-first-exp"
    ]
    assert "my first exp" in run_cli("ls", "--columns", "experiment_name").out
    assert "experiment_name  my first exp\n" in run_cli("show", "my first exp@").out
    assert "experiment_name" not in run_cli("show", "digits@").out
