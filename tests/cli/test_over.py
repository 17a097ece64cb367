"""git track top METRIC --over PARAM: groups of runs instead of runs."""

import csv
import io
import json

import pytest
from helpers import masked, record, run_cli

pytestmark = pytest.mark.usefixtures("project")


@pytest.fixture
def seeds(project):
    for lr, base in ((0.1, 0.90), (0.2, 0.80)):
        for seed in range(3):
            config = {"lr": lr, "hidden": 4, "seed": seed}
            record(None, {"acc": base + seed / 100, "loss": 10 - base + seed}, config=config)


def test_mean_deviation_and_a_sentence(seeds):
    done = run_cli("top", "acc", "--over", "seed", "--max")
    assert (done.code, done.err) == (0, "")
    assert masked(done.out) == (
        "all: hidden=4\n\n"
        "#  acc (mean ± std)  n  lr  RUNS\n"
        "1  0.91 ± 0.01  3  0.1  SHORT SHORT SHORT\n"
        "2  0.81 ± 0.01  3  0.2  SHORT SHORT SHORT\n"
        "\n"
        "1 is 10 points better across 3 seeds than 2 (95 % interval 8.67 to 11.3, bootstrap; n = 3 and 3): "
        "more than noise\n"
        "  SHORT SHORT SHORT against SHORT SHORT SHORT\n"
    )


def test_less_can_be_better(seeds):
    done = run_cli("top", "loss", "--over", "seed", "--min")
    assert "1 is 0.1 better across 3 seeds than 2" in done.out
    assert "no more than noise" in done.out


def test_one_run_is_not_enough(seeds):
    record(None, {"acc": 0.99}, config={"lr": 9, "hidden": 4, "seed": 0})
    done = run_cli("top", "acc", "--over", "seed")
    assert "whether 1 is better than 2 cannot be said: 1 has a single run (n = 1 and 3)" in done.out


def test_over_several_params(seeds):
    done = run_cli("top", "acc", "--over", "seed", "lr", "--csv")
    (row,) = csv.DictReader(io.StringIO(done.out))
    assert (row["n"], row["hidden"], len(row["runs"].split())) == ("6", "4", 6)


def test_as_json_with_a_query(seeds):
    found = json.loads(run_cli("top", "acc", "--over", "seed", "-w", "lr < 0.15", "--json").out)
    assert found["over"] == ["seed"]
    assert [(group["n"], group["params"]) for group in found["groups"]] == [
        (3, {"hidden": 4, "lr": 0.1})
    ]
    assert found["difference"] is None


def test_a_mistyped_param(seeds):
    done = run_cli("top", "acc", "--over", "sed")
    assert (done.code, done.err) == (
        *(1,),
        "error: no run has the param 'sed'\nhint: did you mean seed?\n",
    )


def test_code_that_changed_within_a_group_is_told(seeds):
    with open("train.py", "a") as file:
        file.write("# changed\n")
    record(None, {"acc": 0.9}, config={"lr": 0.1, "hidden": 4, "seed": 7})
    assert "made with more than one code state: 1\n" in run_cli("top", "acc", "--over", "seed").out
