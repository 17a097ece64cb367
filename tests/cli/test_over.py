"""git track top METRIC --over PARAM: groups of runs instead of runs."""

import csv
import io
import json
from pathlib import Path

import pytest
from helpers import look, masked, record

import gittrack

pytestmark = pytest.mark.usefixtures("project")


@pytest.fixture
def seeds(project):
    for lr, base in ((0.1, 0.90), (0.2, 0.80)):
        for seed in range(3):
            config = {"lr": lr, "hidden": 4, "seed": seed}
            record(None, {"acc": base + seed / 100, "loss": 10 - base + seed}, config=config)


def test_mean_deviation_and_a_sentence(seeds):
    done = look("top", "acc", "--over", "seed", "--max")
    assert (done.code, done.err) == (0, "")
    assert masked(done.out) == (
        "all: hidden=4\n\n"
        "#  acc (mean ± std)  n  lr  RUNS\n"
        "1  0.91 ± 0.01  3  0.1  SHORT SHORT SHORT\n"
        "2  0.81 ± 0.01  3  0.2  SHORT SHORT SHORT\n"
        "\n"
        "1 is 10 points better across 3 seeds than 2 (95 % interval 7.73 to 12.3, Welch's t; n = 3 and 3): "
        "more than noise\n"
        "  SHORT SHORT SHORT against SHORT SHORT SHORT\n"
    )


def test_less_can_be_better(seeds):
    done = look("top", "loss", "--over", "seed", "--min")
    assert "1 is 0.1 better across 3 seeds than 2" in done.out
    assert "no more than noise" in done.out


def test_one_run_is_not_enough(seeds):
    record(None, {"acc": 0.99}, config={"lr": 9, "hidden": 4, "seed": 0})
    done = look("top", "acc", "--over", "seed")
    assert (
        "whether 1 is better than 2 cannot be said: 1 has fewer than 3 runs that count (n = 1 and 3)"
        in done.out
    )


def test_over_several_params(seeds):
    done = look("top", "acc", "--over", "seed", "lr", "--csv")
    (row,) = csv.DictReader(io.StringIO(done.out))
    assert (row["n"], row["hidden"], len(row["runs"].split())) == ("6", "4", 6)


def test_as_json_with_a_query(seeds):
    found = json.loads(look("top", "acc", "--over", "seed", "-w", "lr < 0.15", "--json").out)
    assert found["over"] == ["seed"]
    assert [(group["n"], group["params"]) for group in found["groups"]] == [
        (3, {"hidden": 4, "lr": 0.1})
    ]
    assert found["difference"] is None


def test_a_mistyped_param(seeds):
    done = look("top", "acc", "--over", "sed")
    assert (done.code, done.err) == (
        *(1,),
        "error: no run has the param 'sed'\nhint: did you mean seed?\n",
    )


def test_code_that_changed_within_a_group_is_told(seeds):
    with open("train.py", "a") as file:
        file.write("# changed\n")
    record(None, {"acc": 0.9}, config={"lr": 0.1, "hidden": 4, "seed": 7})
    assert "made with more than one code state: 1\n" in look("top", "acc", "--over", "seed").out


def test_groups_of_different_scripts_experiments_and_data_stay_apart(project):
    for name, scores in (("a", (0.9, 0.91, 0.905)), ("b", (0.5, 0.51, 0.505))):
        Path(f"{name}.sh").write_text('echo "{\\"acc\\": $1}" >> $GITTRACK_METRICS\n')
        for seed, score in enumerate(scores):
            words = (
                "run",
                "-S",
                "lr=0.1",
                "--seed",
                str(seed),
                "--",
                "sh",
                f"{name}.sh",
                str(score),
            )
            assert look(*words).code == 0
    out = look("top", "acc", "--over", "seed").out
    assert "COMMAND" in out
    assert [line.split()[1] for line in out.splitlines() if "sh a.sh" in line] != []


def test_survivors_do_not_win_and_failed_runs_are_counted(project):
    for seed in range(5):
        record(None, {"acc": 0.95 if seed < 2 else float("nan")}, config={"lr": 1}, seed=seed)
        record(None, {"acc": 0.93 + seed / 1000}, config={"lr": 2}, seed=seed)
    run = gittrack.init(config={"lr": 2}, seed=9)
    run.log({"acc": 0.1})
    run.finish("failed")
    out = look("top", "acc", "--over", "seed").out
    first, second = (line.split() for line in out.splitlines()[1:3])
    assert first[4:7] == ["5", "of", "6"]
    assert second[4:7] == ["2", "of", "5"]
    assert (
        "whether 1 is better than 2 cannot be said: runs ended with NaN or infinity: 3 of 5 of 2"
    ) in out
    assert "left out, because they ended with NaN or infinity: 3\n" in out
    assert "left out, because they did not finish: 1\n" in out


def test_a_script_that_ignores_its_seed_is_asked_about_it(project):
    for seed in range(3):
        record(None, {"acc": 0.7}, config={"lr": 1}, seed=seed)
        record(None, {"acc": 0.6 + seed / 100}, config={"lr": 2}, seed=seed)
    out = look("top", "acc", "--over", "seed").out
    assert "all values of 1 are equal: does the seed reach the script?" in out


def test_equal_seeds_are_compared_in_pairs_and_the_best_of_several_is_corrected(project):
    for lr, gain in ((1, 0.0), (2, 0.02), (3, 0.1)):
        for seed in range(4):
            acc = 0.5 + seed / 10 + gain + (seed % 2) * gain / 10
            record(None, {"acc": acc}, config={"lr": lr}, seed=seed)
    out = look("top", "acc", "--over", "seed").out
    assert "paired t, corrected for the best of 3; n = 4 and 4): more than noise" in out
    found = json.loads(look("top", "acc", "--over", "seed", "--json").out)
    assert found["difference"]["method"] == "paired t"
    assert found["difference"]["among"] == 3
    assert found["no_claim"] is None


def test_values_near_the_largest_float_do_not_stop_the_leaderboard(project):
    for seed in range(2):
        record(None, {"acc": 1.7e308}, config={"lr": 1}, seed=seed)
        record(None, {"acc": -1.7e308}, config={"lr": 2}, seed=seed)
    assert look("top", "acc", "--over", "seed").code == 0
