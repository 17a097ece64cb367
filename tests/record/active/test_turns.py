"""record/active/turns: threads begin and end runs one after the other, and none waits for long."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import gittrack
from gittrack.record.active import turns


def test_a_thread_waits_for_its_turn(monkeypatch):
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 60.0)
    inside = []

    def work(number: int) -> int:
        with turns.turn():
            inside.append(number)
            most = len(inside)
            with turns.turn():  # it has its turn already
                inside.remove(number)
        return most

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(work, range(100))) == {1}


def test_a_run_begins_while_a_hook_of_another_one_goes_on(project, monkeypatch):
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0.01)
    os.mkfifo("goes-on")
    hook = Path(".git/hooks/pre-run")
    hook.write_text('#!/bin/sh\n[ "$GITTRACK_NAME" = slow ] && cat goes-on\nexit 0\n')
    hook.chmod(0o755)
    thread = threading.Thread(target=lambda: gittrack.init(name="slow").finish())
    thread.start()
    with open("goes-on", "w"):  # opened when the hook has opened it, too
        gittrack.init(name="fast", reinit="create_new").finish()
        assert [run.name for run in gittrack.runs()] == ["fast"]
    thread.join()
    assert {run.name for run in gittrack.runs()} == {"fast", "slow"}


def test_a_forked_process_does_not_wait_for_a_thread_of_its_parent(monkeypatch):
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 60.0)
    has_turn, may_end = threading.Event(), threading.Event()

    def hold() -> None:
        with turns.turn():
            has_turn.set()
            may_end.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    has_turn.wait()
    pid = os.fork()
    if pid == 0:
        with turns.turn():
            os._exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
    may_end.set()
    thread.join()
