"""Seeded changes: no verdict is wrong, and the true cause is among the first two reasons."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from reproduce.causes.seeded_changes import CHANGES, Outcome, score, try_change

IN_THE_SUITE = (
    *(
        "a seed",
        "nested param",
        "flag sh",
        "threads sh",
        "SCALE 1-None python3",
        "file config.json",
    ),
    *("file outside make reproduce", "package bash verify"),
)
SAMPLE = [change for change in CHANGES if change.name in IN_THE_SUITE]


def outcome(change, root) -> Outcome:
    if change.after.affinity and len(os.sched_getaffinity(0)) < 2:
        pytest.skip("there is one processor")
    try:
        return try_change(change, root)
    except AssertionError as error:
        return Outcome(change, "no verdict", (), str(error))


@pytest.mark.parametrize("change", SAMPLE, ids=lambda change: change.name)
def test_the_true_cause_is_among_the_first_two_reasons(change, tmp_path):
    tried = outcome(change, tmp_path)
    assert tried.verdict == "DIFFERENT", tried.output
    assert tried.is_named, tried.output


@pytest.mark.slow
def test_the_score_of_all_changes(tmp_path, capsys):
    assert len(CHANGES) == len({change.name for change in CHANGES}) >= 60
    folders = [tmp_path / str(number) for number in range(len(CHANGES))]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        outcomes = list(pool.map(outcome, CHANGES, folders))
    with capsys.disabled():
        print("\n" + score(outcomes))
    assert all(tried.verdict == "DIFFERENT" for tried in outcomes)
    assert sum(tried.is_named for tried in outcomes) >= 0.95 * len(outcomes)
