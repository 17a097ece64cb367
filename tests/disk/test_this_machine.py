"""A process of another machine counts as alive until its files were not written for a while."""

from __future__ import annotations

import time

import pytest

from gittrack.disk import this_machine

ELSEWHERE = {"host": "another", "boot": "00000000-aaaa", "pid": 7}


def test_a_process_of_this_boot_shows_its_locks():
    assert not this_machine.may_live_elsewhere(this_machine.process(), time.time(), lambda: 60.0)


@pytest.mark.parametrize(("idle", "alive"), [(0.0, True), (30.0, True), (61.0, False)])
def test_another_host_is_alive_while_it_writes(idle, alive):
    assert this_machine.may_live_elsewhere(ELSEWHERE, time.time() - idle, lambda: 60.0) is alive


def test_this_host_before_its_last_start_is_dead():
    before = {**this_machine.process(), "boot": "00000000-aaaa"}
    assert not this_machine.may_live_elsewhere(before, 1.0, lambda: float("inf"))


@pytest.mark.parametrize("process", [None, "x", {}, {"host": 7}, {"pid": 3}])
def test_what_is_not_a_process_is_not_alive(process):
    assert not this_machine.may_live_elsewhere(process, time.time(), lambda: 60.0)
