"""The lines on stderr at the beginning and the end of a script's run."""

from __future__ import annotations

import io
import logging
import sys
import types
from types import SimpleNamespace

import pytest
from run_values import info, run_id

from gittrack.api import messages


def run(**values) -> SimpleNamespace:
    """Return what these functions read of a run."""
    return SimpleNamespace(
        **{
            "id": run_id(1),
            "name": None,
            "experiment": "default",
            "published": None,
            "_media": None,
            **values,
        }
    )


def ended(**facts) -> SimpleNamespace:
    return run(published=SimpleNamespace(info=info(1, **facts)))


def test_the_beginning_says_how_to_see_the_run(capsys):
    messages.print_begin(run(name="a\x1b", experiment="cifar"))
    assert capsys.readouterr().err == (
        "gittrack: recording run 00000001 a\\x1b of cifar; see it with: git track show 00000001\n"
    )


def test_the_end_has_the_result(capsys):
    messages.print_end(ended(metrics={"acc": 0.5}))
    assert capsys.readouterr().err == "gittrack: run 00000001 finished in 2.0 s  acc=0.5\n"


def test_a_run_without_values_gets_a_hint(capsys):
    messages.print_end(ended())
    assert capsys.readouterr().err.splitlines()[1].startswith("gittrack: it has neither params nor")


def test_a_run_that_could_not_be_committed_has_its_own_warning(capsys):
    messages.print_end(run())
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        ([("lr",)], "lr, which"),
        ([("m", "d"), ("weight decay",)], 'm.d, "weight decay", which'),
        ([(name,) for name in "abcde"], "a, b, c and 2 more, which"),
    ],
)
def test_values_that_the_launcher_overrides_are_named(paths, names):
    assert messages.overridden(paths).startswith(f"git track run sets {names} overrides init(")


def test_a_program_can_turn_the_lines_off(capsys):
    logger = logging.getLogger("gittrack")
    before = logger.level
    try:
        logger.setLevel(logging.ERROR)
        messages.show("line")
        assert capsys.readouterr().err == ""
    finally:
        logger.setLevel(before)


def test_a_line_does_not_wait_for_a_thread_that_imports_logging(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "logging", types.ModuleType("logging"))
    messages.show("line")
    assert capsys.readouterr().err == "gittrack: line\n"


def closed() -> io.StringIO:
    stream = io.StringIO()
    stream.close()
    return stream


class Full(io.StringIO):
    """A stream on a full disk."""

    def write(self, text: str) -> int:
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize("stream", [None, closed(), Full()])
def test_a_broken_stderr_ends_no_training(monkeypatch, stream):
    monkeypatch.setattr(sys, "stderr", stream)
    messages.show("line")
