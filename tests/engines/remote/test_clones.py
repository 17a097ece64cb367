"""engines/remote/clones: an old clone is removed, unless something in it is used or was not delivered."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gittrack.core import layout
from gittrack.disk import lock
from gittrack.engines.remote import clones

RUN = "20260101-000000-aaaa1111"


@pytest.fixture
def clone(tmp_path) -> Path:
    """A clone that was not used for years."""
    folder = tmp_path / "clones" / "c0ffee"
    Path(layout.trees_dir(str(folder))).mkdir(parents=True)
    (folder / "HEAD").touch()
    with lock.holding(f"{folder}.lock"):
        os.utime(f"{folder}.lock", (0, 0))
    return folder


def removed(clone: Path) -> bool:
    return clones.remove_unused(str(clone.parent)) == [str(clone)] and not clone.exists()


def test_an_old_clone_is_removed(clone):
    assert removed(clone)


def test_a_clone_in_use_stays(clone):
    with lock.holding(f"{clone}.lock"):
        assert not removed(clone)
        clones.note_use(str(clone))
    assert not removed(clone)


def test_a_clone_in_which_a_trial_works_stays(clone):
    handle = lock.acquire(Path(layout.trees_dir(str(clone)), "gittrack-1"))
    assert not removed(clone)
    os.close(handle)
    assert removed(clone)


def test_a_clone_with_a_journal_stays(clone):
    Path(layout.live_dir(str(clone)), RUN).mkdir(parents=True)
    assert not removed(clone)


def test_a_clone_with_a_run_that_was_not_delivered_stays(clone):
    with clones.undelivered(str(clone), RUN):
        assert not removed(clone)

    def deliver() -> None:
        with clones.undelivered(str(clone), RUN):
            raise ConnectionError

    with pytest.raises(ConnectionError):
        deliver()
    assert not removed(clone)
    with clones.undelivered(str(clone), RUN):  # by a later attempt
        pass
    assert removed(clone)
