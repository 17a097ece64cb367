"""Settings of remotes that lose runs or models, and those that lose nothing."""

from __future__ import annotations

import shlex

import pytest
from helpers import git as run_git

from gittrack.core import layout
from gittrack.read import refspecs

SAFE = "refs/runs/*:refs/runs/*"


def risks(repo, *settings: str) -> list[str]:
    """Return the problems of a repository with these settings, ``key value``, after the key."""
    for setting in settings:
        key, _, value = setting.partition(" ")
        run_git(".", "config", "--add", key, value)
    return [risk.problem for risk in refspecs.risks(repo)]


@pytest.mark.parametrize(
    "settings",
    [
        (),
        ("remote.o.fetch +refs/heads/*:refs/remotes/o/*",),
        ("remote.o.fetch +refs/heads/*:refs/remotes/o/*", "fetch.prune true"),
        ("remote.o.push refs/runs/*:refs/runs/*",),
        (f"remote.o.push {layout.NOTES}",),
        ("remote.o.fetch refs/runs/*:refs/remotes/o/runs/*", "remote.o.prune true"),
        ("remote.o.fetch +refs/tags/*:refs/tags/*",),  # there are no models
        ("remote.o.mirror false",),
        ("remote.o.mirror ",),  # an empty value is false
        (f"remote.o.fetch +{SAFE}", "remote.o.fetch ^refs/runs/*"),
    ],
)
def test_settings_that_lose_nothing(empty_repo, settings):
    assert risks(empty_repo, *settings) == []


@pytest.mark.parametrize(
    ("settings", "effect"),
    [
        ((f"remote.o.fetch +{SAFE}",), "git fetch overwrites runs with those of the remote"),
        ((f"remote.o.fetch {SAFE}",), "git fetch --prune deletes runs that were not pushed"),
        (
            (f"remote.o.fetch {SAFE}", "fetch.prune true"),
            "git fetch deletes runs that were not pushed, because pruning is on",
        ),
        (
            (f"remote.o.fetch +{SAFE}", "remote.o.prune true"),
            "git fetch deletes runs that were not pushed, because pruning is on",
        ),
        (
            (f"remote.o.fetch +{SAFE}", "remote.o.prune false", "fetch.prune true"),
            "git fetch overwrites runs with those of the remote",  # the remote decides
        ),
        ((f"remote.o.push +{SAFE}",), "git push overwrites runs on the remote"),
        (("remote.o.push :refs/models/*",), "git push deletes models on the remote"),
        (
            (f"remote.o.push +{layout.NOTES}",),
            "git push overwrites annotations on the remote",
        ),
        (
            ("remote.o.fetch +refs/*:refs/*",),
            "git fetch overwrites runs, sweeps, the trash, models, annotations, folded runs with"
            " those of the remote",
        ),
        (
            ("remote.o.mirror true",),
            "git push deletes refs on the remote that others pushed and you did not fetch",
        ),
    ],
)
def test_settings_that_lose_something_and_what(empty_repo, settings, effect):
    problems = risks(empty_repo, *settings)
    assert [problem.partition(": ")[2] for problem in problems] == [effect]


def test_a_mirror_without_a_work_tree_is_a_backup(empty_repo):
    settings = ("remote.o.fetch +refs/*:refs/*", "remote.o.mirror true")
    assert len(risks(empty_repo, *settings)) == 2
    assert refspecs.risks(empty_repo._replace(work_tree=None)) == []


@pytest.mark.parametrize(
    ("settings", "count"),
    [
        (("remote.o.fetch +refs/tags/*:refs/tags/*",), 1),
        (("remote.o.fetch refs/tags/*:refs/tags/*",), 0),
        (("remote.o.prunetags true",), 0),  # only with pruning
        (("remote.o.prunetags true", "remote.o.prune true"), 1),
        (("fetch.prunetags true", "remote.o.prune true"), 1),
        (("fetch.prunetags true", "remote.o.prunetags false", "remote.o.prune true"), 0),
    ],
)
def test_tags_matter_if_there_are_models(empty_repo, settings, count):
    tree = run_git(".", "write-tree")
    run_git(".", "update-ref", "refs/tags/v1.0", tree)
    assert risks(empty_repo, *settings) == []
    run_git(".", "update-ref", "refs/tags/m@v1.0.0", tree)
    problems = risks(empty_repo)
    assert len(problems) == count
    assert all("tags of models" in problem for problem in problems)


def test_several_remotes_are_examined_apart(empty_repo):
    problems = risks(
        empty_repo, f"remote.a.fetch {SAFE}", f"remote.b.fetch {SAFE}", "remote.b.prune true"
    )
    assert [problem.split(":")[-1].strip() for problem in problems] == [
        "git fetch --prune deletes runs that were not pushed",
        "git fetch deletes runs that were not pushed, because pruning is on",
    ]


def test_the_remedy_is_a_command_that_removes_this_line_only(empty_repo):
    run_git(".", "config", "--add", "remote.my o.fetch", "+refs/heads/*:refs/remotes/o/*")
    run_git(".", "config", "--add", "remote.my o.fetch", f"+{SAFE}")
    [risk] = refspecs.risks(empty_repo)
    command = risk.remedy.removeprefix("remove it: ").partition(";")[0]
    run_git(".", *shlex.split(command)[1:])
    assert refspecs.risks(empty_repo) == []
    assert run_git(".", "config", "--get-all", "remote.my o.fetch").startswith("+refs/heads/*")


def test_a_setting_that_is_in_no_file_says_where_it_comes_from(empty_repo, monkeypatch):
    for name, value in {"COUNT": "1", "KEY_0": "remote.o.fetch", "VALUE_0": f"+{SAFE}"}.items():
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    [risk] = refspecs.risks(empty_repo)
    assert risk.remedy.startswith("remove this setting; it comes from: command line")
