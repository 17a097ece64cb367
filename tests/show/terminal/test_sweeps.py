"""show/sweeps: a sweep as text."""

from gittrack.analysis.sweep_ranking import average_seeds
from gittrack.analysis.sweep_view import Axis, Importance, SweepView, TrialView
from gittrack.show.terminal import importances, sweeps, table


def view(*trials, best=None, goal="minimize"):
    return SweepView(
        "s", None, "halving", "loss", goal, (Axis("x"),), trials, best, resource="epochs"
    )


def trial(key, score, budget=None, status="finished", order=0):
    return TrialView(key, int(key), {"x": int(key)}, status, score, order, budget=budget)


def test_the_budget_table_has_both_costs():
    rows = [(0, 0, 9, 1, 9, 9), (0, 1, 3, 3, 9, 6), (0, 2, 1, 9, 9, 6)]
    assert sweeps.budget(rows, "epochs", "resume").splitlines() == [
        "RUNG  TRIALS  EPOCHS EACH  RESTART  RESUME",
        "   0       9            1        9       9",
        "   1       3            3        9       6",
        "   2       1            9        9       6",
        "13 trials; epochs in all: 27 if each rung trains anew (restart), "
        "21 if it goes on from the rung before (resume); mode: resume",
    ]
    assert sweeps.budget([(0, 0, 1, None, None, None)], None, None) == "1 trial\n"


def test_the_leaderboard_has_the_highest_rung_first_and_what_does_not_count_last():
    nan = float("nan")
    found = view(
        trial("0", 0.1, 1), trial("1", 0.5, 3), trial("2", nan, 3), trial("3", None, 3, "failed")
    )
    assert [one.key for one in sweeps.ranking(found)] == ["1", "2", "3", "0"]
    shown = table.render(sweeps.leaderboard(found)).splitlines()
    assert shown[0].split() == ["#", "TRIAL", "RUN", "loss", "epochs", "x"]
    assert [line.split()[2] for line in shown[1:]] == ["0.5", "nan", "failed", "0.1"]
    assert [
        one.key for one in sweeps.ranking(view(trial("0", 1.0), trial("1", 2.0), goal="maximize"))
    ] == ["1", "0"]


def test_under_seeds_the_mean_ranks():
    scores = {
        "0.s0": 0.0,
        "0.s1": 10.0,
        "1.s0": 4.0,
        "1.s1": 4.0,
        "2.s0": 1.0,
        "3.s0": 1.0,
        "3.s1": None,
    }
    found = view(
        *(
            TrialView(
                key, int(key[0]), {"x": int(key[0])}, "finished", score, number, seed=int(key[-1])
            )
            for number, (key, score) in enumerate(scores.items())
        ),
        best="1.s0",
    )
    shown = table.render(sweeps.leaderboard(average_seeds(found))).splitlines()
    assert shown[0].split()[3:] == ["loss", "(mean", "of", "2)", "x"]
    assert [line.split()[1:3] for line in shown[1:]] == [["1", "4"], ["0", "5"], ["3", "finished"]]
    assert sweeps.listing([found], 0.0).rows[0][7] == "4"
    assert [one.key for one in sweeps.ranking(found)][:4] == ["1.s0", "1.s1", "0.s0", "0.s1"]


def test_the_list_has_numbers_for_programs():
    found = view(trial("0", 0.5, 1), best="0")._replace(size=2, started="2026-01-02T03:04:05.000Z")
    shown = table.render(sweeps.listing([found], 0.0, exact=True), "csv").split()
    assert shown == [
        "id,name,method,state,trials,size,failed,metric,best,started,time,gpu_hours,running,pending",
        "s,-,halving,done,1,2,0,loss,0.5,2026-01-02T03:04:05.000Z,0,,0,0",
    ]
    assert "1/2" in table.render(sweeps.listing([found], 0.0))


def test_costs_are_those_of_ended_and_running_trials_and_of_the_rest():
    hour = 3600.0
    ended = [trial(str(key), 0.5)._replace(duration=hour, gpus=2.0) for key in range(2)]
    running = trial("2", None, status="running", order=None)._replace(duration=hour / 2, gpus=2.0)
    sweep = view(*ended, running)._replace(
        size=5, state="running", pending={"3": "job 7_1 pending"}
    )
    assert sweeps.cost_line(sweep) == (
        "time of trials: 2 h 30 min so far, about 2 h 30 min to go (1 h 0 min a trial); "
        "GPU hours: 5.00 so far, about 5.00 to go\n"
    )
    assert sweeps.headline(sweep).endswith("running: 2 of 5 done, 1 running, 1 pending\n")
    assert sweeps.jsonable(sweep)["costs"] == {
        **{"spent": 2.5 * hour, "planned": 5 * hour, "mean": hour},
        **{"gpu_spent": 5 * hour, "gpu_planned": 10 * hour, "running": 1, "pending": 1},
    }
    without = [one._replace(gpus=None) for one in ended]
    assert (
        sweeps.cost_line(view(*without)) == "time of trials: 2 h 0 min so far (1 h 0 min a trial)\n"
    )
    assert sweeps.cost_line(view()) == ""
    row = sweeps.listing([sweep], 0.0, exact=True).rows[0]
    assert row[-4:] == ["9000.0", "5.0", "1", "1"]


def test_jobs_that_wait_are_counted():
    hosts = {"0 1": "gpu3", "1 1": "job 7_1 pending", "2 1": "job 7_2 pending", "3 1": ""}
    assert sweeps.hosts_line(hosts) == (
        "where: 2 jobs pending: trial 1, 2; gpu3: trial 0; not started: trial 3\n"
    )


def test_tables_fit_a_terminal_and_say_what_they_left_out():
    names = [f"a_rather_long_param_{n}" for n in range(5)]
    axes, params = tuple(map(Axis, names)), dict.fromkeys(names, 1)
    found = view(trial("0", 0.5)._replace(params=params), best="0")
    found = found._replace(axes=axes, name="n" * 40, metric="a_rather_long_metric")
    made = sweeps.leaderboard(found, width=80)
    assert made.heads == ["#", "TRIAL", "RUN", "a_rather_long_metric", *names[:1]]
    assert made.left_out == names[1:]
    whole = sweeps.leaderboard(found)
    assert (list(whole.heads[4:]), list(whole.left_out)) == (names, [])
    listed = sweeps.listing([found], 0.0, width=80)
    assert max(map(len, table.render(listed).splitlines())) <= 80
    assert listed.left_out == ["method", "started", "time"]
    assert sweeps.listing([found], 0.0, width=20).heads == ["ID", "NAME", "STATE", "TRIALS", "BEST"]
    whole = sweeps.listing([found], 0.0)
    assert (whole.rows[0][1], list(whole.left_out)) == ("n" * 40, [])


def test_names_of_important_params_are_cut_to_the_terminal():
    found = [Importance("x" * 50, 1.0, "rank correlation", 30, 0.5)]
    lines = importances.page(found, 60).splitlines()
    assert lines[1] == f"  {'x' * 11}…  100 %  rank correlation +0.50, more is better"
    assert f"  {'x' * 39}…  " in importances.page(found)
