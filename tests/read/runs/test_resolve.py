"""The run that an address means, and what an error proposes."""

from __future__ import annotations

import pytest
import run_values
from helpers import git as run_git
from run_values import run_id

from gittrack.core import layout
from gittrack.core.errors import AmbiguousRun, NoSuchRun
from gittrack.models import promote, register
from gittrack.read.runs import resolve


def number(run) -> int:
    return int(run.id[-8:], 16)


@pytest.fixture
def repo(empty_repo):
    """Five runs: names, experiments, and two of one name."""
    facts = (
        *({"name": "base"}, {"name": "wide", "experiment": "cifar"}),
        *[{"name": "twice"}] * 2,
        {},
    )
    for n, more in enumerate(facts, 1):
        run_values.commit(empty_repo, n, user="ada", host=f"gpu{n}", **more)
    return empty_repo


def resolved(repo, *addresses: str) -> list[int]:
    return [number(resolve.resolve(repo, address)) for address in addresses]


def test_an_id_its_digits_its_experiment_its_name_or_its_commit(repo):
    commit = resolve.resolve(repo, run_id(2)).commit
    addresses = (run_id(2), "00000002", f"cifar/{run_id(2)}", "wide", commit, commit[:10])
    assert resolved(repo, *addresses) == [2] * 6


def test_the_latest_runs_count_back(repo):
    assert resolved(repo, "@", "@~1", "@~4", "cifar@", "default@~3") == [5, 4, 1, 2, 1]


WITHOUT_A_RUN = (
    ("@~5", "there is no run '@~5': there are only 5 runs", "see: git track ls"),
    ("cifar@~1", "there are only 1 runs in 'cifar'", "see: git track ls"),
    ("cifra@", "there are no runs in 'cifra'", "did you mean cifar?"),
    ("bas", "there is no run 'bas'", "did you mean base?"),
    ("zzzz", "there is no run 'zzzz'", "see what there is: git track ls"),
    ("n00000002", "there is no run", "see what there is: git track ls"),  # no beginning of an id
    (f"cifar/{run_id(1)}", "there is no run", "did you mean"),
)


def test_an_address_without_a_run_has_a_proposal(repo):
    for address, problem, hint in WITHOUT_A_RUN:
        with pytest.raises(NoSuchRun) as caught:
            resolve.resolve(repo, address)
        assert problem in caught.value.message
        assert caught.value.hint.startswith(hint)


def test_without_any_run_the_error_says_how_to_begin(empty_repo):
    for address, problem in (("base", "no runs are recorded here"), ("@", "there are no runs")):
        with pytest.raises(NoSuchRun, match=problem) as caught:
            resolve.resolve(empty_repo, address)
        assert caught.value.hint == "record one: git track run -- COMMAND"


def test_an_address_of_several_runs_describes_them(repo):
    with pytest.raises(AmbiguousRun) as caught:
        resolve.resolve(repo, "twice")
    assert caught.value.message.startswith(
        f"'twice' is 2 runs: {run_id(4)} (default, twice, ada@gpu4, "
    )
    assert caught.value.hint == (
        "say whose it is: ada@gpu4/twice or ada@gpu3/twice; or give more of the id, or EXPERIMENT/ID"
    )
    with pytest.raises(AmbiguousRun, match="'202603' is 5 runs"):
        resolve.resolve(repo, "202603")


def test_of_many_runs_five_are_described(empty_repo):
    for n in range(1, 8):
        run_values.commit(empty_repo, n, name="same")
    with pytest.raises(AmbiguousRun, match=r"is 7 runs: .* and 2 more"):
        resolve.resolve(empty_repo, "same")


def test_the_name_comes_before_a_prefix(empty_repo):
    run_values.commit(empty_repo, 1)
    run_values.commit(empty_repo, 2, name="2026")
    assert resolved(empty_repo, "2026") == [2]


# --- Models ---------------------------------------------------------------------------------------


def test_a_version_of_a_model_is_its_run_even_without_its_ref(repo):
    run = resolve.resolve(repo, "base")
    register.register(repo, "net", run)
    promote.promote(repo, "net@1", "qa")
    assert resolved(repo, "net@1", "net@qa", "net@latest") == [1, 1, 1]
    run_git(".", "update-ref", "-d", run.ref)
    assert resolved(repo, "net@1") == [1]


def test_a_model_without_that_version_is_an_error_about_the_model(repo):
    register.register(repo, "net", resolve.resolve(repo, "base"))
    with pytest.raises(NoSuchRun, match="net has no version v7") as caught:
        resolve.resolve(repo, "net@7")
    assert caught.value.hint.startswith("did you mean v1")


def test_a_run_may_have_a_name_that_looks_like_a_version(repo):
    register.register(repo, "net", resolve.resolve(repo, "base"))
    run_values.commit(repo, 9, name="net@7")
    assert resolved(repo, "net@7") == [9]


# --- The trash ------------------------------------------------------------------------------------


def test_a_run_in_the_trash_is_found_there_only(repo):
    run = resolve.resolve(repo, "base")
    run_git(".", "update-ref", layout.trash_ref("default", run.id), run.commit)
    run_git(".", "update-ref", "-d", run.ref)
    assert number(resolve.resolve(repo, "base", trashed=True)) == 1
    with pytest.raises(NoSuchRun):
        resolve.resolve(repo, "base")
    with pytest.raises(NoSuchRun, match="there is no run 'wide' in the trash") as caught:
        resolve.resolve(repo, "wide", trashed=True)
    assert caught.value.hint == "see what there is: git track restore"


# --- Names and experiments ------------------------------------------------------------------------


def test_all_runs_of_a_name(repo):
    assert [number(run) for run in resolve.named(repo, "twice")] == [4, 3]
    assert resolve.named(repo, "none") == []


def test_an_experiment_without_runs(repo):
    resolve.check_experiment(repo, None)
    with pytest.raises(NoSuchRun, match="no runs of the experiment 'cifer'") as caught:
        resolve.check_experiment(repo, "cifer")
    assert caught.value.hint == "did you mean cifar?"
    with pytest.raises(NoSuchRun) as caught:
        resolve.check_experiment(repo, "zzz")
    assert caught.value.hint == "there are: cifar, default"
