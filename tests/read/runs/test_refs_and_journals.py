"""The newest runs are those of a full listing, also beside live runs, removed ones and foreign refs."""

from __future__ import annotations

import pytest
from helpers import git as run_git

import gittrack
from gittrack import git
from gittrack.cli.main import main
from gittrack.core import layout
from gittrack.read.runs import listing, selection
from gittrack.read.runs.refs_and_journals import newest
from gittrack.read.runs.source import Request

REQUESTS = (
    Request(limit=3),
    Request(limit=100),
    Request(limit=0),
    Request(limit=2, offset=1),
    Request(limit=3, archived=False),
    Request("cifar", limit=3, archived=False),
    Request("cifar/resnet", limit=3),
)


def without_times(answer: selection.Selection) -> selection.Selection:
    """Return the answer without the decoded live runs, whose duration grows."""
    return answer._replace(runs=[raw._replace(info=None) for raw in answer.runs])


def full(repo: git.Repo, request: Request) -> selection.Selection:
    return selection.select(repo, listing.list_runs(repo, request.experiment), request)


@pytest.fixture
def recorded(project):
    """Runs of three experiments, of which one is archived, and one that goes on."""
    for experiment in ("cifar", "cifar/resnet", "digits", "cifar"):
        gittrack.init(experiment=experiment, config={"lr": 0.1}).finish()
    run_id = gittrack.runs()[2].id
    for words in (("archive", run_id), ("tag", run_id, "+old")):
        assert main(words) == 0
    running = gittrack.init(experiment="cifar")
    yield git.find()
    running.finish()


def test_the_runs_and_the_counts_of_a_full_listing(recorded):
    for request in REQUESTS:
        assert without_times(newest(recorded, request)) == without_times(full(recorded, request))
    # An id in several experiments: the name of a ref of "cifar-10" is before that of one of "cifar".
    ref, commit = run_git(
        ".", "for-each-ref", "--format=%(refname) %(objectname)", "refs/runs"
    ).split()[:2]
    run_id = ref[-24:]
    for experiment in ("aaa", "cifar-10", "cifar", "zzz"):
        run_git(".", "update-ref", layout.run_ref(experiment, run_id), commit)
    for limit in range(1, 10):
        request = Request(limit=limit, offset=limit % 3)
        assert without_times(newest(recorded, request)) == without_times(full(recorded, request))
    every = newest(recorded, Request())
    every = every._replace(runs=list(every.runs))
    assert without_times(every) == without_times(full(recorded, Request()))


def test_a_ref_of_another_kind_or_without_a_value_needs_the_full_listing(recorded):
    for name in ("refs/runs/notes", "refs/runs/20260101-000000-0123abcd"):
        run_git(".", "update-ref", name, "HEAD")
        assert newest(recorded, Request(limit=3)) is None
        assert len(full(recorded, Request(limit=100)).runs) == 5
        run_git(".", "update-ref", "-d", name)
    assert newest(recorded, Request(limit=3)) is not None
    path = f"{recorded.common_dir}/refs/runs/digits/20260101-000000-0123abcd"
    with open(path, "w"):
        pass
    assert newest(recorded, Request(limit=3)) is None
    assert full(recorded, Request(limit=100)).damaged == 1


def test_a_resumed_run_needs_the_full_listing(project):
    run = gittrack.init(experiment="cifar")
    run.finish("failed")
    resumed = gittrack.init(resume=run.id)
    assert newest(git.find(), Request(limit=3)) is None
    assert [raw.info.status for raw in full(git.find(), Request(limit=3)).runs] == ["running"]
    resumed.finish()
