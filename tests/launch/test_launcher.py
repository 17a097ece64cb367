"""launch/launcher: what is checked before a command runs, and the environment that it gets."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.run import events
from gittrack.core.settings import Settings
from gittrack.launch import launcher, start_hook
from gittrack.launch.command_plan import CommandPlan, Controller, ExplicitParams
from gittrack.launch.process import CommandEnd
from gittrack.record import session
from gittrack.record.artifacts import LIMITS


class TestCheckCommand:
    @pytest.mark.parametrize("words", [["sh"], ["/bin/sh"], ["./run.sh", "--flag"]])
    def test_a_command_that_can_be_executed_is_fine(self, words):
        Path("run.sh").touch(mode=0o755)
        launcher.check_command(words)

    @pytest.mark.parametrize(
        ("words", "code", "message", "hint"),
        [
            ([], 2, "no command is given", "write it after --"),
            (["no-such-tool"], 127, "'no-such-tool' was not found", "spelling and PATH"),
            (["./missing.sh"], 127, "'./missing.sh' was not found", "spelling and PATH"),
            (["./plain.sh"], 126, "./plain.sh is not executable", "chmod +x ./plain.sh"),
            (["./folder"], 126, "./folder is not executable", "is it a folder?"),
            (["plain.sh"], 127, "'plain.sh' was not found", "spelling and PATH"),
        ],
    )
    def test_another_one_is_refused_with_the_code_of_a_shell(self, words, code, message, hint):
        Path("plain.sh").touch(mode=0o644)
        Path("folder").mkdir()
        with pytest.raises(TrackError) as caught:
            launcher.check_command(words)
        assert caught.value.code == code
        assert message in caught.value.message
        assert hint in caught.value.hint


class TestBeforeAnythingRuns:
    NOWHERE = git.Repo("/nowhere", "/nowhere", "/nowhere", "/nowhere", "", "sha1")

    def refused(self, **plan: Any) -> TrackError:
        request = session.RunRequest(command=("true",))
        with pytest.raises(TrackError) as caught:
            launcher.launch(self.NOWHERE, CommandPlan(request, **plan), pytest.fail)
        return caught.value

    def test_two_outputs_of_one_name_are_refused(self):
        error = self.refused(outputs=("/a/model.bin", "/b/model.bin"))
        assert error.message == "two outputs would both be called model.bin"

    def test_an_output_inside_of_git_is_refused(self):
        assert "cannot be the name of an artifact" in self.refused(outputs=(".git/config",)).message

    def test_an_input_that_is_missing_is_refused(self):
        assert "missing.csv does not exist" in self.refused(inputs=("missing.csv",)).message

    def test_the_command_that_will_be_executed_is_checked(self):
        error = self.refused(redirect=lambda word: f"/worktree/{word}")
        assert error.message == "the command '/worktree/true' was not found"


class TestEnvironment:
    @pytest.fixture
    def run(self, tmp_path):
        """What `environment_of` uses of a session."""
        book = SimpleNamespace(id="20260101-000000-00000001", folder=tmp_path)
        repo = SimpleNamespace(work_tree="/tree")
        return SimpleNamespace(journal=book, repo=repo, settings=Settings())

    def env(self, run, seed: int | None = None, **plan: Any) -> dict[str, str]:
        request = session.RunRequest(command=("true",), seed=seed, experiment="mnist")
        return launcher.environment_of(run, CommandPlan(request, hook=False, **plan))

    def test_the_run_and_its_files_are_named(self, run, tmp_path):
        env = self.env(run)
        assert env["GITTRACK_RUN"] == run.journal.id
        assert env["GITTRACK_JOURNAL"] == str(tmp_path)
        assert env["GITTRACK_PARAMS"] == str(tmp_path / layout.PARAMS)
        assert env["GITTRACK_METRICS"] == str(tmp_path / layout.POINTS)
        assert (env["GITTRACK_ROOT"], env["GITTRACK_EXPERIMENT"]) == ("/tree", "mnist")
        assert env["PATH"] == os.environ["PATH"]

    def test_every_documented_variable_is_set(self, run):
        assert set(launcher.environment_names()) <= set(self.env(run, seed=1))

    def test_the_limits_of_artifacts_reach_the_script(self, run):
        run.settings = Settings(max_artifact_size=5, max_store_size=7, max_media_size=9)
        assert self.env(run)[LIMITS] == "5 7 9"

    def test_a_seed_seeds_what_must_be_seeded_before_the_start(self, run):
        env = self.env(run, seed=2**32 + 3)
        assert env["GITTRACK_SEED"] == str(2**32 + 3)
        assert env["PYTHONHASHSEED"] == "3"
        assert env["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8"

    def test_a_seed_of_a_run_around_this_one_is_not_inherited(self, run, monkeypatch):
        monkeypatch.setenv("GITTRACK_SEED", "99")
        assert "GITTRACK_SEED" not in self.env(run)

    def test_without_a_seed_python_gets_a_hash_seed_that_can_be_recorded(self, run, monkeypatch):
        monkeypatch.delenv("PYTHONHASHSEED", raising=False)
        seeds = {self.env(run)["PYTHONHASHSEED"] for _ in range(3)}
        assert len(seeds) > 1
        assert all(0 <= int(seed) < 2**32 for seed in seeds)

    def test_a_hash_seed_of_the_user_stays(self, run, monkeypatch):
        monkeypatch.setenv("PYTHONHASHSEED", "7")
        assert self.env(run)["PYTHONHASHSEED"] == "7"
        assert self.env(run, seed=1, controls={"PYTHONHASHSEED": "5"})["PYTHONHASHSEED"] == "5"

    def test_controls_set_and_remove_variables(self, run, monkeypatch):
        monkeypatch.setenv("OMP_NUM_THREADS", "4")
        monkeypatch.setenv("KEPT", "yes")
        env = self.env(run, controls={"OMP_NUM_THREADS": None, "MISSING": None, "NEW": "1"})
        assert "OMP_NUM_THREADS" not in env
        assert (env["NEW"], env["KEPT"]) == ("1", "yes")

    def test_variables_of_the_plan_come_last(self, run):
        assert self.env(run, controls={"X": "1"}, env={"X": "2"})["X"] == "2"

    def test_params_of_the_command_line_are_in_a_file(self, run, tmp_path, monkeypatch):
        monkeypatch.setenv(launcher.EXPLICIT_VARIABLE, "/of/a/run/around/this")
        assert launcher.EXPLICIT_VARIABLE not in self.env(run)
        env = self.env(run, explicit=ExplicitParams({"lr": 1}, None))
        assert Path(env[launcher.EXPLICIT_VARIABLE]).parent == tmp_path

    def test_the_hook_is_in_the_path_of_python_only_if_it_is_on(self, run):
        assert start_hook.REPORTS_VARIABLE not in self.env(run)
        request = session.RunRequest(command=("true",))
        env = launcher.environment_of(run, CommandPlan(request))
        assert env["PYTHONPATH"].split(os.pathsep)[0] == start_hook.FOLDER


class TestFactsOfEnd:
    class Sweep(Controller):
        def facts_of_end(self, state, facts):
            return {"sweep": {"id": state.facts["id"], "status": facts["status"]}}

    def facts(self, end: CommandEnd, controller: Controller) -> dict[str, Any]:
        state = events.JournalState({"id": "r"}, {}, {}, {}, [], [])
        run = SimpleNamespace(journal=SimpleNamespace(state=lambda: state))
        plan = CommandPlan(session.RunRequest(), controller=controller)
        return dict(launcher._facts_of_end(run, plan, end))

    @pytest.mark.parametrize(
        ("end", "facts"),
        [
            (CommandEnd(0, None, 5), {"status": "finished", "exit_code": 0}),
            (CommandEnd(2, None, 5), {"status": "failed", "exit_code": 2}),
            (CommandEnd(None, "SIGKILL", 5), {"status": "killed", "signal": "SIGKILL"}),
            (
                CommandEnd(143, "SIGTERM", 5),
                {"status": "killed", "exit_code": 143, "signal": "SIGTERM"},
            ),
            (CommandEnd(0, None, 5, ended=True), {"status": "killed", "exit_code": 0}),
        ],
    )
    def test_the_end_of_the_command_is_that_of_the_run(self, end, facts):
        assert self.facts(end, Controller()) == {**facts, "peak_memory": 5}

    def test_a_controller_adds_facts(self):
        facts = self.facts(CommandEnd(0, None, 5), self.Sweep())
        assert facts["sweep"] == {"id": "r", "status": "finished"}


def test_a_controller_changes_nothing_by_default():
    controller = Controller()
    state = events.JournalState({}, {}, {}, {}, [], [])
    assert controller.existing_run("recipe") is None
    assert controller.reason_to_end() is None
    assert controller.facts_of_end(state, {"status": "failed"}) == {}
