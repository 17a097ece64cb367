"""The working directory of a sweep: one owner, one order of endings, and requests to stop."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from helpers import ROOT

from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.sweeping import workdir

SWEEP = "20260101-000000-0a1b2c3d"


def enter(on_wait=lambda: None):
    return workdir.enter(".git", SWEEP, on_wait)


def elsewhere(code):
    """Run Python in a process that holds nothing of ours."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    script = f"from gittrack.sweeping import workdir\n{code}"
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True)
    return done.stdout.strip(), done.stderr


def test_only_one_process_runs_a_sweep():
    entered = enter()
    assert workdir.is_busy(".git", SWEEP)
    _, err = elsewhere(f"workdir.enter('.git', {SWEEP!r}, lambda: None)")
    assert f"the sweep {SWEEP} is already running" in err
    workdir.leave(entered)
    assert not workdir.is_busy(".git", SWEEP)


def test_a_sweep_that_was_left_can_be_entered_again():
    workdir.leave(enter())
    entered = enter(on_wait=pytest.fail)
    assert entered.folder == Path(layout.sweep_dir(".git", SWEEP))
    workdir.leave(entered)


def test_what_an_earlier_process_left_has_no_meaning():
    entered = enter()
    workdir.take_order(entered.folder, "0 1")
    workdir.end_trials(entered.folder)
    workdir.ask_to_stop(".git", SWEEP, workdir.NOW)
    os.close(entered.owner)  # as if killed: nothing is cleaned up
    os.close(entered.trials)
    again = enter()
    assert workdir.orders(again.folder) == []
    assert not workdir.is_ending(again.folder)
    assert workdir.stop_request(again.folder) is None
    workdir.leave(again)


def test_the_trials_of_a_dead_process_are_waited_for():
    entered = enter()
    os.close(entered.owner)  # the process died, and its trial holds the other lock
    waits = []

    def end_the_trial():
        waits.append(True)
        os.close(entered.trials)

    workdir.leave(enter(on_wait=end_the_trial))
    assert waits == [True]


@pytest.mark.parametrize("request_", [workdir.FINISH, workdir.NOW])
def test_a_request_to_stop_reaches_the_owner(request_):
    entered = enter()
    assert workdir.stop_request(entered.folder) is None
    elsewhere(f"workdir.ask_to_stop('.git', {SWEEP!r}, {request_!r})")
    assert workdir.stop_request(entered.folder) == request_
    assert sorted(os.listdir(entered.folder)) == ["owner", "stop", "trials"]
    workdir.leave(entered)


def test_a_sweep_that_nobody_runs_cannot_be_asked_to_stop():
    with pytest.raises(TrackError, match="is not running in this repository"):
        workdir.ask_to_stop(".git", SWEEP, workdir.NOW)


def test_trials_end_on_request():
    entered = enter()
    assert not workdir.is_ending(entered.folder)
    workdir.end_trials(entered.folder)
    assert workdir.is_ending(entered.folder)
    workdir.leave(entered)
    assert not workdir.is_ending(entered.folder)


def test_orders_are_the_numbers_of_lines(tmp_path):
    assert workdir.orders(tmp_path) == []
    assert [workdir.take_order(tmp_path, f"{key} 1") for key in (5, 3, 4)] == [0, 1, 2]
    assert workdir.orders(tmp_path) == ["5 1", "3 1", "4 1"]


def test_every_trial_gets_an_order_of_its_own_however_many_end_at_once(tmp_path):
    marks = [f"{key} 1" for key in range(200)]
    with ThreadPoolExecutor(8) as threads:
        orders = list(threads.map(lambda mark: workdir.take_order(tmp_path, mark), marks))
    assert sorted(orders) == list(range(200))
    written = workdir.orders(tmp_path)
    assert [written[order] for order in orders] == marks


def test_a_line_that_a_full_disk_cuts_gives_no_number_twice(tmp_path, monkeypatch):
    write = os.write
    assert workdir.take_order(tmp_path, "7 1") == 0
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda handle, data: write(handle, data[:2]))
        with pytest.raises(OSError, match="No space left"):
            workdir.take_order(tmp_path, "8 1")
    assert workdir.take_order(tmp_path, "9 1") == 1
