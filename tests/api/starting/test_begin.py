"""What decides how a run begins, before anything is recorded."""

from __future__ import annotations

import sys

import pytest

from gittrack.api.starting import begin
from gittrack.api.starting.options import BeginOptions
from gittrack.core.errors import TrackError
from gittrack.record import session


@pytest.mark.parametrize(
    ("mode", "variable", "off"),
    [
        (None, None, False),
        ("online", None, False),
        ("disabled", None, True),
        (None, "disabled", True),
        (None, "", False),
        ("online", "disabled", False),  # the argument counts more than the variable
        ("", "disabled", True),
    ],
)
def test_recording_is_on_unless_it_is_turned_off(monkeypatch, mode, variable, off):
    if variable is not None:
        monkeypatch.setenv("GITTRACK_MODE", variable)
    assert begin.is_off(mode) is off


@pytest.mark.parametrize("mode", ["off", "Disabled", 5, ["online"]])
def test_an_unknown_mode_is_refused(mode):
    with pytest.raises(TrackError, match="there is no mode") as caught:
        begin.is_off(mode)
    assert caught.value.hint == "it is 'online' or 'disabled'"


@pytest.mark.parametrize(
    ("choice", "problem"),
    [
        (BeginOptions(reinit="always"), "there is no reinit 'always'"),
        (BeginOptions(reinit=True), "there is no reinit True"),
        (BeginOptions(strict=1), "strict is 1"),
        (BeginOptions(strict="yes"), "strict is 'yes'"),
        (BeginOptions(resume=5), "resume"),
        (BeginOptions(mode="off"), "there is no mode 'off'"),
    ],
)
def test_a_wrong_option_is_refused_before_anything_is_recorded(project, choice, problem):
    with pytest.raises(TrackError, match=problem):
        begin.begin(session.RunRequest(), choice)
    assert not (project / ".git" / "gittrack").exists()


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (["/usr/bin/python3.12", "train.py", "--lr", "1"], ["python", "train.py", "--lr", "1"]),
        (["python", "-m", "train"], ["python", "-m", "train"]),
        (["/opt/tool", "x"], ["/opt/tool", "x"]),
        ([], [""]),
    ],
)
def test_the_command_of_a_script_is_what_a_person_would_type(monkeypatch, argv, expected):
    monkeypatch.setattr(sys, "orig_argv", argv)
    assert begin.command() == expected


def test_without_recording_a_run_takes_every_call(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # no repository
    run = begin.begin(session.RunRequest(params={"lr": 0.1}), BeginOptions(mode="disabled"))
    run.log({"loss": 1.0})
    run.finish()
    assert (run.disabled, run.config["lr"]) == (True, 0.1)
