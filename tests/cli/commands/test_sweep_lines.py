"""A plain listing, in which all trials of a sweep are one line."""

from __future__ import annotations

from run_values import NO_REPO, raw, run_id

from gittrack.cli.commands import _sweep_lines


def trial(number: int, sweep: str = "s1", **facts):
    return raw(number, sweep={"id": sweep, "trial": str(number)}, **facts)


def lines(*runs, most: int = 20):
    infos, members = _sweep_lines.lines(NO_REPO, runs, most)
    return [(info.id, info.status) for info in infos], [int(run.id[-8:], 16) for run in members]


def test_runs_without_a_sweep_are_lines_of_their_own():
    assert lines(raw(2), raw(1)) == ([(run_id(2), "finished"), (run_id(1), "finished")], [2, 1])
    assert lines() == ([], [])


def test_a_sweep_is_where_its_first_trial_is_and_has_all_of_them():
    runs = [raw(5), trial(4), raw(3), trial(2), trial(1, "s2")]
    assert lines(*runs) == (
        [
            (run_id(5), "finished"),
            ("s1", "sweep: 2 trials"),
            (run_id(3), "finished"),
            ("s2", "sweep: 1 trial"),
        ],
        [5, 4, 2, 3, 1],
    )


def test_what_did_not_finish_is_counted_running_ones_first():
    runs = [
        trial(5, status="killed"),
        trial(4, status="failed"),
        trial(3, status="running"),
        trial(2),
        trial(1, status="failed"),
    ]
    assert lines(*runs)[0] == [("s1", "sweep: 5 trials, 1 running, 2 failed, 1 killed")]


def test_a_limit_counts_lines_and_not_runs():
    runs = [trial(4), trial(3), raw(2), raw(1)]
    assert lines(*runs, most=2) == ([("s1", "sweep: 2 trials"), (run_id(2), "finished")], [4, 3, 2])


def test_a_sweep_started_when_its_first_trial_did():
    infos, _ = _sweep_lines.lines(NO_REPO, [trial(9), trial(3)], 20)
    assert infos[0].started == "2026-03-01T00:03:00.000Z"


def test_runs_of_one_id_in_two_experiments_are_two_lines():
    assert len(lines(raw(1, experiment="a"), raw(1, experiment="b"))[0]) == 2


def test_the_line_of_a_sweep_has_the_params_that_all_its_trials_share():
    def shared(*runs):
        return _sweep_lines.lines(NO_REPO, runs, 20)[0][0].params

    first = trial(2, params={"lr": 0.1, "m": {"d": 2}, "same": 1})
    second = trial(1, params={"lr": 0.2, "m": {"d": 2}, "same": 1})
    assert shared(first, second) == {"m": {"d": 2}, "same": 1}
    assert shared(first) == {"lr": 0.1, "m": {"d": 2}, "same": 1}
    assert shared(first, trial(1)) == {}
    damaged = second._replace(body=second.body.replace(b"params.same: 1", b"params.same: ["))
    assert shared(damaged) == {}
