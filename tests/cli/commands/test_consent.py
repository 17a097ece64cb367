"""The question before a command from another machine runs for the first time."""

from __future__ import annotations

import io
import sys

import pytest
import run_values

from gittrack.cli.commands import _consent
from gittrack.core.errors import TrackError
from gittrack.disk import trust
from gittrack.read.runs.record import RunRecord
from gittrack.sweeping.stored import Sweep

COMMIT = "0123456789abcdef" + "0" * 24
SWEEP = Sweep(
    "20260301-000000-0000001c",
    COMMIT,
    b"",
    {"command": ["sh", "-c", "rm \x1b"], "cwd": "su\x1bb", "code": {"commit": "c" * 40}},
)


class Terminal(io.StringIO):
    """What a person types at a terminal."""

    def isatty(self) -> bool:
        return True


def type_in(monkeypatch, text: str) -> Terminal:
    """Let a person answer; returns what the terminal shows."""
    screen = Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal(text))
    monkeypatch.setattr(sys, "stderr", screen)
    return screen


def test_a_sweep_of_this_machine_is_not_asked_about(capsys):
    trust.remember(COMMIT)
    _consent.check_sweep(SWEEP, None)
    assert capsys.readouterr().err == ""


def test_without_a_terminal_the_command_is_shown_and_refused(capsys):
    with pytest.raises(TrackError, match="there is no terminal to ask") as caught:
        _consent.check_sweep(SWEEP, None)
    assert caught.value.code == 3
    assert caught.value.hint == f"read it, then: git track sweep resume 0000001c --trust {COMMIT}"
    assert capsys.readouterr().err == (
        "the sweep 20260301-000000-0000001c was not started on this machine; it would execute:\n"
        "  command  ['sh', '-c', 'rm \\x1b']\n"
        "  folder   su\\x1bb\n"
        f"  code     {'c' * 40}\n"
    )


def test_the_commit_of_the_option_is_trusted_from_then_on():
    with pytest.raises(TrackError):
        _consent.check_sweep(SWEEP, "f" * 40)  # another commit
    _consent.check_sweep(SWEEP, COMMIT)
    assert trust.is_trusted(COMMIT)
    assert not trust.is_trusted("f" * 40)


def test_the_first_eight_digits_are_the_answer(monkeypatch):
    screen = type_in(monkeypatch, f"{COMMIT[:8]}\n")
    _consent.check_sweep(SWEEP, None)
    assert f"type the first 8 characters of {COMMIT} to run it: " in screen.getvalue()
    assert trust.is_trusted(COMMIT)


@pytest.mark.parametrize("answer", ["", "y\n", "yes\n", COMMIT[:7] + "\n", COMMIT + "\n"])
def test_any_other_answer_refuses(monkeypatch, answer):
    type_in(monkeypatch, answer)
    with pytest.raises(TrackError, match="the command is not trusted") as caught:
        _consent.check_sweep(SWEEP, None)
    assert caught.value.code == 3
    assert not trust.is_trusted(COMMIT)


def test_a_list_that_cannot_be_written_is_a_warning_and_the_answer_counts(capsys):
    trust.list_path().parent.mkdir(parents=True)
    trust.list_path().mkdir()  # a folder at the path of the list
    _consent.check_sweep(SWEEP, COMMIT)
    assert (
        "cannot be written (Is a directory), so you will be asked again" in capsys.readouterr().err
    )


def test_of_a_run_all_that_it_would_do_is_shown(empty_repo, capsys):
    data = {"path": "data.csv", "kind": "file", "size": 3, "sha256": "0" * 64}
    run = run_values.commit(
        empty_repo,
        command=["python", "train.py"],
        output_paths=["out"],
        contents={"inputs": [data]},
    )
    with pytest.raises(TrackError) as caught:
        _consent.check(empty_repo, RunRecord(empty_repo, run), None, ("cache",))
    assert f"git track reproduce 00000001 --trust {run.commit}" in caught.value.hint
    rows = dict(line.split(maxsplit=1) for line in capsys.readouterr().err.splitlines()[1:])
    assert (rows["commit"], rows["command"]) == (run.commit, "['python', 'train.py']")
    assert (rows["data"], rows["keeps"], rows["link"]) == ("data.csv", "out", "cache")
