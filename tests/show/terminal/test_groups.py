"""Groups of runs as a leaderboard, and the sentence about the first two."""

from __future__ import annotations

import pytest
from run_values import info

from gittrack.analysis import groups as analysis
from gittrack.analysis.groups import CONSTANT, DIVERGED, FEW, HUGE, Comparison, Refusal
from gittrack.show.terminal import groups


def group(lr: float, *accuracies: float, status: str = "finished", start: int = 1, **facts) -> list:
    """Return runs of one configuration with the seeds 1, 2, ..."""
    return [
        info(
            start + seed,
            params={"lr": lr, "same": 1},
            metrics={"acc": acc},
            seed=seed,
            status=status,
            **facts,
        )
        for seed, acc in enumerate(accuracies, 1)
    ]


def grouped(*runs, smallest: bool = False):
    flat = [run for part in runs for run in part]
    return analysis.group_runs(
        flat, ["seed"], lambda run: run.metrics["acc"].last, smallest=smallest
    )


GOOD = group(0.1, 0.9, 0.92, 0.94)
BAD = group(0.2, 0.5, 0.52, 0.54, start=10)


# --- The table ------------------------------------------------------------------------------------


def test_a_line_for_each_group_with_mean_deviation_and_what_differs():
    table = groups.table(grouped(GOOD, BAD), "acc")
    assert table.heads == ["#", "acc (mean ± std)", "n", "lr", "RUNS"]
    assert table.rows == [
        ["1", "0.92 ± 0.02", "3", "0.1", "00000002 00000003 00000004"],
        ["2", "0.52 ± 0.02", "3", "0.2", "0000000b 0000000c 0000000d"],
    ]
    assert table.right == [True, True, True, True, False]


def test_a_single_run_has_no_deviation_and_unfinished_runs_are_counted():
    table = groups.table(grouped(group(0.1, 0.9), group(0.1, 0.1, status="failed", start=5)), "acc")
    assert table.rows[0][1:3] == ["0.9", "1 of 2"]


def test_for_programs_all_is_exact():
    table = groups.table(grouped(GOOD, BAD), "acc", exact=True)
    assert table.heads == ["rank", "mean", "std", "n", "of", "lr", "same", "runs"]
    assert table.rows[0][3:7] == ["3", "3", "0.1", "1"]
    assert table.rows[0][7].split() == [run.id for run in GOOD]


def test_of_many_runs_five_are_named():
    table = groups.table(grouped(group(0.1, *[0.9] * 7)), "acc")
    assert table.rows[0][-1].endswith("00000006 …")


def test_other_parts_of_the_configuration_are_columns_if_they_differ():
    table = groups.table(grouped(GOOD, group(0.1, 0.5, start=20, experiment="b")), "acc")
    assert table.heads[3] == "EXPERIMENT"
    assert [row[3] for row in table.rows] == ["default", "b"]
    table = groups.table(grouped(GOOD, group(0.1, 0.5, start=20, command=["sh", "x"])), "acc")
    assert [row[3] for row in table.rows] == ["-", "sh x"]


def test_params_that_all_groups_share_are_named_once():
    assert groups.constants(grouped(GOOD, BAD)) == {"same": 1}
    assert groups.constants(grouped(GOOD)) == {}


# --- The sentence ---------------------------------------------------------------------------------


def verdict(comparison, *runs, smallest: bool = False, over=("seed",)) -> str:
    return groups.verdict(grouped(*runs, smallest=smallest), comparison, over, smallest=smallest)


def test_a_difference_of_shares_is_in_points_and_names_the_runs():
    comparison = Comparison(0.4, 0.3, 0.5, paired=True)
    assert verdict(comparison, GOOD, BAD) == (
        "1 is 40 points better across 3 seeds than 2 (95 % interval 30 to 50, paired t; "
        "n = 3 and 3): more than noise\n"
        "  00000002 00000003 00000004 against 0000000b 0000000c 0000000d\n"
    )


def test_a_smaller_mean_is_better_without_points_and_with_the_interval_turned():
    low, high = group(0.1, 1.0, 2.0, 3.0), group(0.2, 5.0, 6.0, 8.0, start=10)
    sentence = verdict(Comparison(-4.0, -9.0, 1.0), low, high, smallest=True)
    assert sentence.startswith(
        "1 is 4 better across 3 seeds than 2 (95 % interval -1 to 9, Welch's t; n = 3 and 3): "
        "no more than noise\n"
    )


def test_the_correction_for_many_groups_is_named():
    sentence = verdict(Comparison(0.4, 0.3, 0.5, among=5), GOOD, BAD)
    assert "Welch's t, corrected for the best of 5;" in sentence


def test_groups_of_different_size_have_no_common_number_of_seeds():
    sentence = verdict(Comparison(0.4, 0.3, 0.5), GOOD, BAD[:2])
    assert sentence.startswith("1 is 40 points better across seed than 2 ")
    assert "n = 3 and 2" in sentence


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        (Refusal(FEW, (2,)), "2 has fewer than 3 runs that count"),
        (Refusal(FEW, (1, 2)), "1 and 2 have fewer than 3 runs that count"),
        (Refusal(CONSTANT, (1,)), "all values of 1 are equal: does the seed reach the script?"),
        (Refusal(DIVERGED, (1, 2)), "runs ended with NaN or infinity: 0 of 3 of 1, 0 of 3 of 2"),
        (Refusal(HUGE, (1, 2)), "the values are too large"),
    ],
)
def test_a_refusal_says_why(refusal, reason):
    assert verdict(refusal, GOOD, BAD) == (
        f"whether 1 is better than 2 cannot be said: {reason} (n = 3 and 3)\n"
    )


def test_a_single_group_is_not_compared():
    assert verdict(None, GOOD) == ""


# --- JSON -----------------------------------------------------------------------------------------


def test_json_has_the_groups_and_the_claim_or_its_absence():
    ranked = grouped(GOOD, BAD)
    whole = groups.jsonable(ranked, Comparison(0.4, 0.3, 0.5), ["seed"])
    assert whole["groups"][0]["values"] == [0.9, 0.92, 0.94]
    assert whole["groups"][0]["params"] == {"lr": 0.1, "same": 1}
    assert whole["difference"] == {
        **{"value": 0.4, "interval": [0.3, 0.5], "confidence": 0.95, "method": "Welch's t"},
        **{"among": 2, "more_than_noise": True},
    }
    refused = groups.jsonable(ranked, Refusal(FEW, (1,)), ["seed"])
    assert (refused["difference"], refused["no_claim"]) == (None, FEW)
