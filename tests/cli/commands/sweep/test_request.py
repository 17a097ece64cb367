"""What the options of a new sweep ask for."""

from __future__ import annotations

import argparse

import pytest

from gittrack.cli.commands.sweep import _request, _running
from gittrack.core.errors import TrackError
from gittrack.sweeping.jobs import RunOptions

LR = ("-S", "lr=0.1,0.01")
METRIC = ("-m", "loss")


def parsed(
    *words: str, file: str | None = None, command=("python", "train.py")
) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    _request.add_options(parser)
    _running.add_options(parser)
    args = parser.parse_args(words)
    others = {
        "file": file,
        "command": command,
        "timeout": None,
        "retries": None,
        "no_verify": False,
    }
    return argparse.Namespace(**vars(args), **others)


def content(*words: str) -> dict:
    return _request.request(parsed(*words)).content


def test_params_and_a_metric_are_a_grid():
    request = _request.request(parsed(*LR, *METRIC, "--max", "--name", "s", "--input", "data"))
    assert request.content == {
        **{"method": "grid", "metric": {"name": "loss", "goal": "maximize"}},
        "parameters": {"lr": {"values": [0.1, 0.01]}},
    }
    assert (request.command, request.name, request.inputs) == (
        ("python", "train.py"),
        "s",
        ("data",),
    )
    assert (request.source, request.verify) == ("the command line", True)


def test_the_goal_may_be_left_to_the_name_of_the_metric():
    assert content(*LR, *METRIC)["metric"] == {"name": "loss"}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--random", "20"), {"method": "random", "configs": 20}),
        (
            ("--halving", "--resource", "epochs=1,81"),
            {"method": "halving", "resource": {"name": "epochs", "min": 1, "max": 81}},
        ),
        (
            ("--halving", "--resource", "epochs=1,81,4"),
            {"method": "halving", "resource": {"name": "epochs", "min": 1, "max": 81, "eta": 4}},
        ),
        (("-n", "5", "--seed", "7"), {"method": "grid", "run_cap": 5, "seed": 7}),
    ],
)
def test_options_of_the_method(words, expected):
    file = content(*LR, *METRIC, *words)
    assert {key: file[key] for key in expected} == expected


def test_a_timeout_and_retries_are_of_each_trial():
    args = parsed(*LR, *METRIC)
    args.timeout, args.retries = 60.0, 0
    assert _request.request(args).content["trial"] == {"timeout": 60.0, "retries": 0}


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ((), "there is nothing to try"),
        (LR, "the sweep has no metric"),
        ((*LR, *METRIC, "--random", "3", "--halving"), "are two methods"),
        ((*LR, *METRIC, "--resource", "epochs"), "is not NAME=MIN,MAX"),
        ((*LR, *METRIC, "--resource", "=1,2"), "is not NAME=MIN,MAX"),
        ((*LR, *METRIC, "--resource", "epochs=1"), "is not NAME=MIN,MAX"),
        ((*LR, *METRIC, "--resource", "epochs=1,2,3,4"), "is not NAME=MIN,MAX"),
        ((*LR, *METRIC, "--resource", "epochs=1,²"), "is not NAME=MIN,MAX"),
        ((*LR, *METRIC, "--resource", "epochs=1,-2"), "is not NAME=MIN,MAX"),
    ],
)
def test_what_does_not_describe_a_sweep_is_refused(words, problem):
    with pytest.raises(TrackError, match=problem):
        content(*words)


def test_a_file_is_read_as_it_is_and_some_options_override_it(tmp_path):
    path = tmp_path / "sweep.yaml"
    path.write_text("method: grid\n")
    request = _request.request(parsed("-n", "5", file=str(path)))
    assert (request.content, request.text, request.source) == (None, b"method: grid\n", str(path))
    assert request.overrides == {"run_cap": 5}


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (LR, "write them into the file, or leave them out"),
        (("--random", "3"), "write them into the file, or leave them out"),
        (METRIC, "write them into the file: metric:"),
        (("--max",), "write them into the file: metric:"),
    ],
)
def test_options_that_a_file_replaces_are_refused(tmp_path, words, hint):
    (tmp_path / "sweep.yaml").write_text("")
    with pytest.raises(TrackError, match="cannot be combined with a sweep file") as caught:
        _request.request(parsed(*words, file="sweep.yaml"))
    assert caught.value.hint.startswith(hint)


@pytest.mark.parametrize(
    ("path", "reason"), [("none.yaml", "No such file"), (".", "Is a directory")]
)
def test_a_file_that_cannot_be_read(path, reason):
    with pytest.raises(TrackError, match=f"the sweep file {path} cannot be read: {reason}"):
        _request.request(parsed(file=path))


@pytest.mark.parametrize(
    ("words", "options"),
    [
        ((), RunOptions(1, (), False)),
        (("-j", "4"), RunOptions(4, (), False)),
        (("--gpus", "0, 1,"), RunOptions(2, ("0", "1"), False)),  # one trial a GPU
        (("--gpus", "0,1", "-j", "1", "--isolate"), RunOptions(1, ("0", "1"), True)),
    ],
)
def test_how_trials_are_run(words, options):
    assert _running.run_options(parsed(*words)) == options


def test_gpus_must_be_named():
    with pytest.raises(TrackError, match="--gpus names no GPU"):
        _running.run_options(parsed("--gpus", " , "))
