"""A name that several people gave their runs is still an address, with its user."""

from __future__ import annotations

import pytest
from helpers import look, run_cli

from gittrack.core.errors import AmbiguousRun, NoSuchRun
from gittrack.core.run.run_info import RunInfo
from gittrack.read.runs import reader, resolve
from gittrack.tidy import trash


@pytest.fixture
def baselines(team, monkeypatch):
    """Ann's and Bob's runs with the name baseline, in Cid's clone."""
    ann, bob, cid = team
    ids = {}
    for clone, user in ((ann, "ann"), (bob, "bob")):
        for variable in ("LOGNAME", "USER", "LNAME", "USERNAME"):
            monkeypatch.setenv(variable, user)
        ids[user] = clone.record("baseline")
        clone.push()
    cid.pull()
    cid.enter()
    return cid, ids


def test_the_user_tells_runs_of_one_name_apart(baselines):
    cid, ids = baselines
    for user, run_id in ids.items():
        assert resolve.resolve(cid.repo, f"{user}/baseline").id == run_id
    [raw] = [raw for raw in cid.raws() if raw.id == ids["ann"]]
    host = reader.decode(cid.repo, raw).host
    assert resolve.resolve(cid.repo, f"ann@{host}/baseline").id == raw.id
    with pytest.raises(NoSuchRun):
        resolve.resolve(cid.repo, "cid/baseline")


def test_the_error_shows_whose_they_are_and_what_to_type(baselines):
    cid, _ = baselines
    with pytest.raises(AmbiguousRun, match=r"bob@.* seconds old.*ann@.* seconds old") as caught:
        resolve.resolve(cid.repo, "baseline")
    assert "say whose it is: bob/baseline or ann/baseline" in caught.value.hint


def test_verbs_queries_and_completion_take_it(baselines):
    cid, ids = baselines
    assert ids["ann"] in look("show", "ann/baseline").out
    assert look("diff", "ann/baseline", "bob/baseline").code == 0
    assert look("note", "ann/baseline", "hers").code == 0
    assert look("model", "register", "net", "ann/baseline").code == 0
    listing = look("ls", "--json", "-w", "name == 'baseline' and user == 'ann'").out
    assert (ids["ann"] in listing, ids["bob"] in listing) == (True, False)
    assert look("ls", "--json", "-w", "name == 'ann/baseline'").out == listing
    assert look("ls", "--json", "-w", "like(name, 'ann@*/base*')").out == listing
    words = look("__complete", "show", "ann").out
    assert "ann/baseline" in words
    assert "\nbaseline\t" not in look("__complete", "show", "").out
    trash.remove(cid.repo, [resolve.resolve(cid.repo, "bob/baseline")])
    assert resolve.resolve(cid.repo, "bob/baseline", trashed=True).id == ids["bob"]


def test_a_new_run_with_the_name_of_others_says_how_to_type_it(baselines):
    cid, _ = baselines
    done = run_cli("run", "-n", "baseline", "--", "true", cwd=cid.folder, env={"USER": "cid"})
    assert "warning: baseline is also the name of a run of bob: type cid/baseline" in done.err


def test_a_run_can_be_renamed_to_a_name_that_only_others_have(baselines, monkeypatch):
    cid, _ = baselines
    for variable in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(variable, "cid")
    for name in ("first", "second"):
        cid.record(name)
    done = look("rename", "first", "baseline")
    assert done.out.endswith("-> baseline\n")
    assert "is also the name of a run of bob: type cid/baseline" in done.err
    again = look("rename", "second", "baseline")
    assert (again.code, "is the name of the run" in again.err) == (1, True)


def test_the_host_tells_them_apart_if_the_user_does_not():
    here, elsewhere = (
        RunInfo(i, "e", "finished", name="a", user="u", host=h) for i, h in ("1x", "2y")
    )
    assert resolve.owned_name(here, [here, elsewhere]) == "u@x/a"
    assert resolve.owned_name(here, [here, here._replace(id="3")]) == ""
