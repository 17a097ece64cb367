"""sweeping/find: an address means one sweep, and a mistake is answered with a near one."""

from __future__ import annotations

import pytest
from helpers import git

from gittrack.core import layout
from gittrack.core.errors import Damaged, TrackError
from gittrack.sweeping import find, stored

IDS = ("20260101-000000-aaaa1111", "20260102-000000-aaaa2222", "20260103-000000-bbbb3333")


class TestFind:
    @pytest.fixture(autouse=True)
    def three(self, create):
        create(IDS[0], name="first")
        create(IDS[1], name="twice")
        create(IDS[2], name="twice")

    @pytest.mark.parametrize(
        ("address", "index"),
        [
            ("@", 2),
            (IDS[0], 0),
            ("aaaa1111", 0),
            ("aaaa2", 1),
            ("b", 2),
            ("20260102", 1),
            ("first", 0),
        ],
    )
    def test_an_address_means_one_sweep(self, repo, address, index):
        assert find.find(repo, address).id == IDS[index]

    @pytest.mark.parametrize("address", ["aaaa", "2026", "twice"])
    def test_an_address_of_several_sweeps_is_refused(self, repo, address):
        with pytest.raises(TrackError, match=f"'{address}' matches . sweeps.*give more of the id"):
            find.find(repo, address)

    @pytest.mark.parametrize(
        ("address", "hint"), [("frist", "did you mean first"), ("@~1", "sweep ls")]
    )
    def test_an_unknown_address_is_answered_with_a_near_one(self, repo, address, hint):
        with pytest.raises(TrackError, match=f"there is no sweep '{address}'.*{hint}"):
            find.find(repo, address)

    def test_a_damaged_sweep_does_not_hide_the_others(self, repo):
        git(".", "update-ref", layout.sweep_ref(IDS[1]), "HEAD")
        refs = stored.list_refs(repo)
        assert [sweep.id for sweep in stored.readable(repo, refs)] == [IDS[2], IDS[0]]
        assert find.find(repo, "first").id == IDS[0]
        with pytest.raises(Damaged):
            find.find(repo, IDS[1])


def test_without_sweeps_the_error_says_how_to_start_one(repo):
    with pytest.raises(TrackError, match=r"none was started here.*git track sweep -h"):
        find.find(repo, "x")
