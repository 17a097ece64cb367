"""record/ending/exit_code: a script that returned ended with 0, and one that requested a code with that."""

from __future__ import annotations

import contextlib
import sys
import threading
from types import FrameType

import pytest

from gittrack.record.ending import exit_code, exit_functions
from gittrack.record.ending.exit_code import ExitWatch


@pytest.fixture(autouse=True)
def nothing_requested(monkeypatch):
    monkeypatch.setattr(exit_functions, "_REQUESTED", [])


def watch_of(frame: FrameType | None) -> ExitWatch:
    """Return a watch of a frame, without changing `sys.exit` of this process."""
    watch = object.__new__(ExitWatch)
    watch.frame = frame
    return watch


def ended(code: str) -> FrameType:
    """Run the body of a script and return its frame, which has ended."""
    frames: list[FrameType] = []
    with contextlib.suppress(SystemExit, ZeroDivisionError):
        exec(compile(code, "script", "exec"), {"here": lambda: frames.append(sys._getframe(1))})
    return frames[0]


@pytest.mark.parametrize(
    "code",
    [
        "here()",
        "here()\nx = 1",
        "here()\nif 0: raise SystemExit(3)",
        "here()\ntry:\n    raise SystemExit(3)\nexcept SystemExit:\n    pass",
    ],
)
def test_a_script_that_reached_its_end_has_returned(code):
    assert watch_of(ended(code)).has_returned()


@pytest.mark.parametrize(
    "code",
    [
        "here()\nraise SystemExit",
        "here()\nraise SystemExit(0)",
        "here()\ndef main():\n    raise SystemExit(3)\nmain()",
        "here()\nimport sys\nsys.exit()",
        "here()\n1 / 0",
    ],
)
def test_a_script_that_an_exception_ended_has_not(code):
    assert not watch_of(ended(code)).has_returned()


def test_a_script_that_runs_has_not_returned():
    assert not watch_of(sys._getframe()).has_returned()


def test_a_frame_that_has_not_begun_has_not_returned():
    def numbers():
        yield 1

    assert not watch_of(numbers().gi_frame).has_returned()


def test_in_another_thread_only_a_request_says_that_the_program_failed():
    watch = watch_of(None)
    assert watch.has_returned()
    exit_functions.record(3)
    assert not watch.has_returned()
    assert watch.requested_code == 3


def test_the_outermost_frame_is_the_first_of_the_main_thread():
    frame = exit_code._outermost()
    assert frame is not None
    assert frame.f_back is None
    seen = [frame]
    thread = threading.Thread(target=lambda: seen.append(exit_code._outermost()))
    thread.start()
    thread.join()
    assert seen == [frame, None]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="sys.monitoring is new in Python 3.12")
def test_the_code_of_an_exception_that_leaves_the_outermost_frame_is_recorded():
    codes: list[object] = []
    script = compile("try:\n    raise SystemExit(4)\nfinally:\n    pass", "script", "exec")
    exit_code._on_unwinding(script, codes.append)
    with pytest.raises(SystemExit):
        exec(script, {})
    assert codes == [4]
