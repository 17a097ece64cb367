"""record/ending/process_end: how the process ends is how its runs end, and each finds its own run."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from helpers import python

import gittrack
from gittrack.record import journal
from gittrack.record.active import current
from gittrack.record.active.disabled import DisabledRun
from gittrack.record.active.recording import Recording
from gittrack.record.ending import process_end
from gittrack.record.machine import environment, numerics


@pytest.fixture(autouse=True)
def state(monkeypatch) -> process_end._ProcessEnd:
    """The state of a process without runs, which changes no hook of this process."""
    monkeypatch.setattr(environment, "capture", lambda *args: {})
    monkeypatch.setattr(numerics, "capture", dict)
    monkeypatch.delenv(process_end.RECORDING, raising=False)
    fresh = process_end._ProcessEnd()
    fresh.installed = True
    monkeypatch.setattr(process_end, "_PROCESS_END", fresh)
    yield fresh
    for run in fresh.runs:
        run.finish()
    os.environ.pop(process_end.RECORDING, None)


@pytest.fixture
def begin(new_journal, tmp_path) -> Callable[[], Recording]:
    """Begin a run that this process watches."""

    def make() -> Recording:
        run = Recording(journal.join(new_journal().folder), None, str(tmp_path))
        process_end.watch(run)
        return run

    return make


def in_thread(function):
    results = []
    thread = threading.Thread(target=lambda: results.append(function()))
    thread.start()
    thread.join()
    return results[0]


class TestLatest:
    def test_the_latest_run_is_meant_and_then_the_one_before(self, begin):
        assert process_end.latest() is None
        first, second = begin(), begin()
        assert process_end.latest() is second
        second.finish()
        assert process_end.latest() is first
        first.finish()
        assert process_end.latest() is None

    def test_a_run_of_this_thread_comes_before_a_later_one_of_another(self, begin):
        mine = begin()
        other = in_thread(begin)
        assert process_end.latest() is mine
        assert in_thread(process_end.latest) is other, "no run belongs to this thread"

    def test_a_run_whose_block_is_around_the_caller_counts_as_its_own(self, begin):
        first, later = in_thread(begin), in_thread(begin)
        assert process_end.latest() is later
        current.enter(first.id)
        assert process_end.latest() is first
        current.leave(first.id)
        assert process_end.latest() is later

    def test_the_innermost_block_is_the_enclosing_one(self, begin):
        assert process_end.enclosing() is None
        with begin() as outer:
            with begin() as inner:
                assert process_end.enclosing() is inner
            assert process_end.enclosing() is outer
            outer.finish()
            assert process_end.enclosing() is None

    def test_runs_without_a_block_are_those_of_this_thread(self, begin):
        mine = begin()
        in_thread(begin)
        with begin():
            assert process_end.without_block() == [mine]
        mine.finish()
        assert process_end.without_block() == []


class TestEnvironment:
    def test_children_learn_the_lock_of_the_latest_run(self, begin):
        first, second = begin(), begin()
        assert os.environ[process_end.RECORDING] == str(second.live_lock)
        second.finish()
        assert os.environ[process_end.RECORDING] == str(first.live_lock)
        first.finish()
        assert process_end.RECORDING not in os.environ

    def test_after_the_runs_the_one_of_the_parent_is_named_again(self, begin, state):
        state.above = "/parent/lock"
        assert process_end.recording_above() == "/parent/lock"
        begin().finish()
        assert os.environ[process_end.RECORDING] == "/parent/lock"

    def test_a_disabled_run_is_not_named(self, state):
        run = DisabledRun({})
        process_end.watch(run)
        assert process_end.RECORDING not in os.environ
        assert process_end.latest() is run


class TestEnd:
    def watch(self, *, returned: bool, code: int | None = None) -> SimpleNamespace:
        return SimpleNamespace(has_returned=lambda: returned, requested_code=code)

    @pytest.mark.parametrize(
        ("returned", "code", "facts"),
        [
            (True, None, {"status": "finished", "exit_code": 0}),
            (True, 3, {"status": "finished", "exit_code": 0}),
            (False, 0, {"status": "finished", "exit_code": 0}),
            (False, 3, {"status": "failed", "exit_code": 3}),
        ],
    )
    def test_the_exit_code_of_the_process_is_that_of_its_runs(self, state, returned, code, facts):
        state.exit_watch = self.watch(returned=returned, code=code)
        assert state.end_facts() == facts

    def test_an_exit_code_that_nobody_knows_is_printed(self, state, caplog):
        state.exit_watch = self.watch(returned=False)
        assert state.end_facts() == {"status": "failed", "exit_code": None}
        assert "whose code this Python version does not make known" in caplog.text

    @pytest.mark.parametrize(
        ("error", "facts"),
        [
            (ZeroDivisionError(), {"status": "failed", "exit_code": 1}),
            (KeyboardInterrupt(), {"status": "killed", "signal": "SIGINT"}),
        ],
    )
    def test_an_exception_that_nobody_handles_is_the_end(self, state, error, facts):
        seen = []
        state.hook = lambda *args: seen.append(args)
        state.on_exception(type(error), error, None)
        assert state.end_facts() == facts
        assert seen == [(type(error), error, None)], "the hook of the program is called"

    def test_a_subclass_of_an_interrupt_is_an_interrupt(self, state):
        class Stop(KeyboardInterrupt):
            pass

        state.hook = lambda *args: None
        state.on_exception(Stop, Stop(), None)
        assert state.end_facts()["status"] == "killed"

    def test_all_live_runs_end_at_the_exit(self, begin, state):
        runs = [begin(), begin()]
        runs[0].finish("failed")
        state.exit_watch = self.watch(returned=True)
        state.at_exit()
        assert [run.status for run in runs] == ["failed", "finished"]

    def test_a_signal_ends_the_runs_and_then_the_process(self, begin, state, monkeypatch):
        sent = []
        monkeypatch.setattr(process_end.signal, "signal", lambda *args: sent.append(args))
        monkeypatch.setattr(os, "kill", lambda *args: sent.append(args))
        run = begin()
        state.on_signal(signal.SIGTERM, None)
        assert run.status == "killed"
        assert sent[-2:] == [(signal.SIGTERM, signal.SIG_DFL), (os.getpid(), signal.SIGTERM)]


class TestFork:
    def test_a_forked_child_has_no_runs_of_its_own(self, begin, state):
        run = begin()
        state.in_child()
        assert process_end.in_forked_child()
        assert state.runs == []
        assert process_end.latest() is run, "it prints that it records nothing"
        assert run.disabled
        assert run.status == "running"

    def test_without_a_live_run_a_child_may_record(self, begin, state):
        begin().finish()
        state.in_child()
        assert not process_end.in_forked_child()

    def test_a_daemon_owns_the_run_again(self, begin, state):
        run = begin()
        state.in_child()
        state.reclaimed(run)
        assert not process_end.in_forked_child()
        assert state.runs == [run]
        assert state.inherited == []

    def test_a_child_of_a_child_stays_forked(self, begin, state):
        first, second = begin(), begin()
        state.in_child()
        state.reclaimed(first)
        assert process_end.in_forked_child()
        assert state.inherited == [second]


class TestWorker:
    @pytest.fixture
    def finalizers(self, monkeypatch) -> list[Callable[[], None]]:
        """What multiprocessing calls at the end of this process, which is a worker."""
        calls: list[Callable[[], None]] = []
        workers = SimpleNamespace(parent_process=lambda: object())
        util = SimpleNamespace(Finalize=lambda obj, call, exitpriority: calls.append(call))
        monkeypatch.setitem(sys.modules, "multiprocessing.process", workers)
        monkeypatch.setitem(sys.modules, "multiprocessing.util", util)
        return calls

    def test_a_worker_finishes_its_runs_without_atexit(self, begin, finalizers):
        runs = [begin(), begin()]
        assert len(finalizers) == 1, "registered once"
        finalizers[0]()
        assert [run.status for run in runs] == ["finished", "finished"]

    def test_the_exception_that_ends_a_worker_is_the_end_of_its_runs(self, begin, finalizers):
        run = begin()
        try:
            raise ZeroDivisionError
        except ZeroDivisionError:
            finalizers[0]()
        assert run.status == "failed"

    def test_the_main_process_registers_nothing(self, begin, finalizers, monkeypatch):
        workers = SimpleNamespace(parent_process=lambda: None)
        monkeypatch.setitem(sys.modules, "multiprocessing.process", workers)
        begin()
        assert finalizers == []


def test_a_signal_is_handled_only_in_the_process_of_a_live_run(project) -> None:
    """The handler in Python made a pool whose workers waited for a lock hang for ever."""
    done = python(
        "import os, signal, gittrack\n"
        "def is_default(): return signal.getsignal(signal.SIGTERM) is signal.SIG_DFL\n"
        "before, run = is_default(), gittrack.init()\n"
        "live, (answer, question) = is_default(), os.pipe()\n"
        "if os.fork() == 0:\n"
        "    forked = is_default()\n"
        "    own = gittrack.init(); is_own = not is_default(); own.finish()\n"
        "    os.write(question, f'{forked} {is_default()}'.encode()); os._exit(0)\n"
        "os.wait(); run.finish()\n"
        "print(before, live, os.read(answer, 99).decode(), is_default())\n"
    )
    assert (done.code, done.out) == (0, "True False True True True\n")


def test_the_handler_of_a_signal_imports_nothing(project) -> None:
    """It may interrupt an import of the same module, or run when no file can be opened."""
    done = python(
        "import os, sys, gittrack\n"
        "run = gittrack.init(); sys.modules.update(signal=None, enum=None)\n"
        "os.kill(os.getpid(), 15)\n"
    )
    (run,) = gittrack.runs()
    assert (done.code, run.status, run.signal) == (-signal.SIGTERM, "killed", "SIGTERM")
