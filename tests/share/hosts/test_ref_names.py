"""Names of refs on hosts that take only branches and tags."""

from __future__ import annotations

import pytest

from gittrack.share.hosts.ref_names import BRANCHES, RefNames, detect, listed

DIRECT, AS_BRANCHES = RefNames(), RefNames(as_branches=True)


@pytest.mark.parametrize(
    ("ref", "branch"),
    [
        ("refs/runs/a/1", f"{BRANCHES}runs/a/1"),
        ("refs/runs/*", f"{BRANCHES}runs/*"),
        ("refs/notes/runs", f"{BRANCHES}notes/runs"),
        ("refs/models/net/prod", f"{BRANCHES}models/net/prod"),
        ("refs/tags/net@v1", "refs/tags/net@v1"),
        ("refs/heads/main", "refs/heads/main"),
    ],
)
def test_each_ref_has_one_name_on_the_host(ref, branch):
    assert AS_BRANCHES.on_host(ref) == branch
    assert AS_BRANCHES.here(branch) == ref
    assert DIRECT.on_host(ref) == DIRECT.here(ref) == ref


@pytest.mark.parametrize(
    ("refspec", "fetched", "pushed"),
    [
        ("refs/runs/a", f"{BRANCHES}runs/a", f"refs/runs/a:{BRANCHES}runs/a"),
        ("refs/runs/a:refs/x/a", f"{BRANCHES}runs/a:refs/x/a", "refs/runs/a:" + f"{BRANCHES}x/a"),
        ("+refs/notes/runs:refs/notes/o", f"+{BRANCHES}notes/runs:refs/notes/o", None),
        (":refs/runs/a", None, f":{BRANCHES}runs/a"),
        ("+1234:refs/live/a", None, f"+1234:{BRANCHES}live/a"),
    ],
)
def test_the_side_of_the_host_is_renamed_in_refspecs(refspec, fetched, pushed):
    assert fetched in (None, AS_BRANCHES.fetched(refspec))
    assert pushed in (None, AS_BRANCHES.pushed(refspec))
    assert DIRECT.fetched(refspec) == DIRECT.pushed(refspec) == refspec


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], DIRECT),
        (["refs/runs/a/1"], DIRECT),
        ([f"{BRANCHES}runs/a/1"], AS_BRANCHES),
        ([f"{BRANCHES}runs/a/1", "refs/runs/a/1"], DIRECT),
        ([f"{BRANCHES}notes/runs"], DIRECT),
    ],
)
def test_a_host_shows_by_its_runs_how_it_names_refs(names, expected):
    assert detect(names) == expected


OID = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    "name",
    [
        *("refs/runs/../../heads/main", "refs/sweeps/a:refs/heads/main", "refs/runs/a\x1b[31m"),
        *(
            "refs/runs/a b",
            "refs/runs//a",
            "refs/runs/.a",
            "refs/runs/a.lock",
            "refs/runs/a.lock/b",
        ),
        *("refs/runs/a/", "refs/runs/a.", "refs/runs/*", "refs/runs/a@{1}", "refs/runs/^a", "HEAD"),
        *("../refs/runs/a", "", "refs/runs/a\\b", "refs/runs/a\rb"),
    ],
)
def test_names_that_no_ref_can_have_are_left_out(name):
    assert listed(f"{OID}\t{name}\n{OID}\trefs/runs/a/1\n") == {"refs/runs/a/1": OID}


@pytest.mark.parametrize("oid", ["", "-x", "+refs/heads/a:refs/heads/main", OID[:-1], OID.upper()])
def test_ids_that_are_none_are_left_out(oid):
    assert listed(f"{oid}\trefs/runs/a\nno tab\n") == {}
