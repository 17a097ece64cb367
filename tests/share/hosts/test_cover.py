"""Few refspecs that name many refs, as git reads them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittrack.share.hosts import cover as covering
from gittrack.share.hosts.cover import cover


def matched(refspecs: list[str], here: dict[str, str]) -> set[str]:
    """Return the refs that git would push: a star matches slashes, too, and ``^`` excludes."""
    names = set()
    for ref in here:
        patterns = [refspec.partition(":")[0] for refspec in refspecs if refspec[0] != "^"]
        regexes = [re.escape(pattern).replace(r"\*", ".*") for pattern in patterns]
        if any(re.fullmatch(regex, ref) for regex in regexes) and f"^{ref}" not in refspecs:
            names.add(ref)
    return names


def runs(experiment: str, count: int) -> dict[str, str]:
    return {f"refs/runs/{experiment}/{number}": "new" for number in range(count)}


def test_few_refs_are_named_one_by_one():
    assert cover(["refs/runs/a/1"], runs("a", 1000), {}) == ["refs/runs/a/1"]
    assert cover([], runs("a", 3), {}) == []


def test_all_refs_are_one_pattern_and_a_few_others_are_excluded():
    here = {**runs("a", 500), "refs/runs/b/private": "new"}
    assert cover(list(here), here, {}) == ["refs/runs/*:refs/runs/*"]
    assert cover(list(runs("a", 500)), here, {}) == [
        "refs/runs/*:refs/runs/*",
        "^refs/runs/b/private",
    ]


def test_what_the_remote_has_need_not_be_excluded():
    here, theirs = {**runs("a", 500), **runs("b", 500)}, runs("b", 500)
    assert cover(list(runs("a", 500)), here, theirs) == ["refs/runs/*:refs/runs/*"]


def test_an_experiment_is_one_pattern_if_many_others_stay():
    here = {**runs("a", 500), **runs("b", 500)}
    assert cover(list(runs("a", 500)), here, {}) == ["refs/runs/a/*:refs/runs/a/*"]


names = st.sampled_from([f"refs/{kind}/{path}" for kind in ("runs", "sweeps")
                         for path in ("1", "2", "a/1", "a/2", "a/b/1", "a/b/2", "c/1")])  # fmt: skip


@given(here=st.sets(names), chosen=st.sets(names), theirs=st.sets(names))
def test_exactly_the_chosen_refs_are_sent(here, chosen, theirs):
    chosen &= here
    values, remote = dict.fromkeys(here, "x"), dict.fromkeys(theirs, "x")
    for few in (0, 2, 100):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(covering, "_FEW", few)
            sent = matched(cover(sorted(chosen), values, remote), values)
        assert sent - (sent & theirs) == chosen - theirs
        assert chosen <= sent
