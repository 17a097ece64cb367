"""record/hooks: the folder, the variables and the results of hooks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.record import hooks


@pytest.fixture
def here(project) -> git.Repo:
    return git.find()


def install(name: str, script: str) -> str:
    folder = Path("my-hooks").absolute()
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)
    return str(folder)


def test_the_folder_is_that_of_git_or_of_core_hookspath(here, sealed):
    assert hooks.folder(here, {}) == f"{here.common_dir}/hooks"
    assert hooks.folder(here, {"core.hookspath": "mine"}) == f"{here.work_tree}/mine"
    assert hooks.folder(here, {"core.hookspath": "mine"}, "/own") == "/own/mine"
    assert hooks.folder(here, {"core.hookspath": "~/mine"}) == f"{sealed}/mine"


def test_a_hook_that_is_not_executable_is_not_installed():
    folder = install(hooks.PRE, "exit 0")
    assert hooks.is_installed(folder, hooks.PRE)
    Path(folder, hooks.PRE).chmod(0o644)
    assert not hooks.is_installed(folder, hooks.PRE)
    assert not hooks.is_installed(folder, hooks.POST)


def test_variables_are_text_or_json_and_leave_out_what_is_unknown():
    env = hooks.variables({"name": "a b", "seed": 7, "tags": ["x"], "group": None}, ["sh"], {})
    assert env == {
        "GITTRACK_NAME": "a b",
        "GITTRACK_SEED": "7",
        "GITTRACK_TAGS": '["x"]',
        "GITTRACK_COMMAND": '["sh"]',
    }
    assert len(hooks.variables({}, [], {"lr": 0.1})["GITTRACK_FINGERPRINT"]) == 12


def test_a_pre_run_hook_reads_the_params_and_its_output_is_returned(here):
    folder = install(hooks.PRE, 'cat "$GITTRACK_PARAMS"; echo "$GITTRACK_COMMAND"')
    env = hooks.variables({}, ["python", "a b.py"], {"lr": 0.1})
    first, second = hooks.run_pre(here, folder, env, {"lr": 0.1}).splitlines()
    assert first == "lr: 0.1"
    assert json.loads(second) == ["python", "a b.py"]


@pytest.mark.parametrize(
    ("script", "reason"), [("echo not today; exit 3", "not today"), ("exit 3", "it ended with 3")]
)
def test_a_pre_run_hook_refuses_with_its_output_as_the_reason(here, script, reason):
    with pytest.raises(TrackError) as caught:
        hooks.run_pre(here, install(hooks.PRE, script), {}, {})
    assert caught.value.message == f"the pre-run hook refused the run: {reason}"
    assert caught.value.hint == "to run without the hook: --no-verify"


def test_a_post_run_hook_that_fails_is_reported_and_raises_nothing(here):
    folder = install(hooks.POST, "echo pushed; exit 4")
    assert hooks.run_post(here, folder, {}, {}) == "pushed\nthe post-run hook ended with 4\n"
