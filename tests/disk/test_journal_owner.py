"""A run has crashed if no process holds its lock, and none can be alive on another host."""

from __future__ import annotations

import json
import os
import time

import pytest

from gittrack.core import layout
from gittrack.disk import journal_owner, lock, this_machine

ELSEWHERE = {"host": "another", "boot": "00000000-aaaa", "pid": 7}
HOUR = 3600.0


@pytest.fixture
def journal(tmp_path):
    """A journal of another host that was last written ten hours ago."""
    (tmp_path / layout.EVENTS).write_text(json.dumps({"process": ELSEWHERE}) + "\n{}\n")
    (tmp_path / layout.SERIES).touch()
    for path in tmp_path.iterdir():
        os.utime(path, (time.time() - 10 * HOUR,) * 2)
    return tmp_path


def never():
    raise AssertionError("the setting was read")


def test_an_owner_that_holds_the_lock_is_alive(journal):
    handle = lock.acquire(journal / layout.LOCK)
    assert journal_owner.is_alive(journal, never)
    os.close(handle)


def test_an_owner_of_this_machine_without_the_lock_is_dead(journal):
    (journal / layout.EVENTS).write_text(json.dumps({"process": this_machine.process()}) + "\n")
    assert not journal_owner.is_alive(journal, never)


@pytest.mark.parametrize(("patience", "alive"), [(9 * HOUR, False), (11 * HOUR, True)])
def test_an_owner_on_another_host_is_alive_while_it_writes(journal, patience, alive):
    assert journal_owner.is_alive(journal, lambda: patience) is alive
    assert journal_owner.other_host(journal, lambda: patience) == ("another" if alive else None)


@pytest.mark.parametrize("name", [layout.SERIES, layout.POINTS, layout.LOG_HEAD, *layout.LOG_TAIL])
def test_every_file_that_grows_is_a_sign_of_life(journal, name):
    (journal / name).write_text("more\n")
    assert journal_owner.is_alive(journal, lambda: HOUR)
