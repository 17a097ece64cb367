"""git track top: the leaderboard."""

import csv
import io
import json

import pytest
from helpers import git, look, masked, record

import gittrack

pytestmark = pytest.mark.usefixtures("project")


def names(*argv):
    return "".join(run["name"] for run in json.loads(look("top", *argv, "--json").out))


def test_best_first_with_what_differs_and_what_is_constant():
    record("a", {"acc": 0.5}, config={"lr": 0.1, "hidden": 64, "model": {"act": "relu"}})
    record("b", {"acc": 0.9}, config={"lr": 0.2, "hidden": 64, "model": {"act": "relu"}})
    record("c", {"acc": 0.7}, config={"lr": 0.3, "hidden": 64, "model": {"act": "relu"}})
    done = look("top", "acc")
    assert (done.code, done.err) == (0, "")
    assert masked(done.out) == (
        "all: hidden=64  model.act=relu\n"
        "\n"
        "#  ID  NAME  acc  lr  STARTED\n"
        "1  SHORT  b  0.9  0.2  AGE\n"
        "2  SHORT  c  0.7  0.3  AGE\n"
        "3  SHORT  a  0.5  0.1  AGE\n"
        "the largest is first, because the name has the word 'acc'; for the smallest: add --min\n"
    )


def test_the_last_value_counts_or_the_best_seen():
    record("a", {"acc": 0.9}, {"acc": 0.1})
    record("b", {"acc": 0.2}, {"acc": 0.5})
    assert names("acc") == "ba"
    assert names("acc.max") == "ab"
    assert names("acc.min") == "ba"
    assert names("acc", "--min") == "ab"
    assert names("acc.min", "--min") == "ab"
    assert names("acc.max", "--max") == "ab"


def test_what_cannot_be_ranked_is_last_and_counted():
    record("n", {"acc": float("nan")})
    record("w", {"loss": 1})
    record("a", {"acc": 0.1})
    record("i", {"acc": float("-inf")})
    record("j", {"acc": float("inf")})
    done = look("top", "acc")
    assert masked(done.out) == (
        "#  ID  NAME  acc  STARTED\n"
        "1  SHORT  a  0.1  AGE\n"
        "   SHORT  j  inf  AGE\n"
        "   SHORT  i  -inf  AGE\n"
        "   SHORT  n  nan  AGE\n"
        "   SHORT  w  -  AGE\n"
        "last, because they cannot be ranked: 2 have acc = infinity, 1 have acc = NaN, "
        "1 do not have acc\n"
    )
    assert names("acc", "--min") == "aijnw"


def test_ten_unless_told_and_the_rest_is_counted():
    for number in range(12):
        record(chr(97 + number), {"acc": number})
    assert len(names("acc")) == 10
    assert names("acc", "-n", "2") == "lk"
    assert "\n10 more: add -n 12\n" in look("top", "acc", "-n", "2").out


def test_of_one_experiment():
    record("a", {"acc": 1}, experiment="x")
    record("b", {"acc": 2}, experiment="y")
    assert names("acc", "-e", "x") == "a"
    assert "EXPERIMENT" in look("top", "acc").out


def test_a_failed_run_says_so():
    record("a", {"acc": 1})
    with pytest.raises(ZeroDivisionError), gittrack.init(name="b") as run:
        run.log({"acc": 1 / 0})
    assert masked(look("top", "acc").out).splitlines()[0] == "#  ID  NAME  STATUS  acc  STARTED"


def test_a_change_of_the_code_is_a_column():
    record("a", {"acc": 1})
    with open("train.py", "a") as file:
        file.write("# changed\n")
    record("b", {"acc": 2})
    rows = masked(look("top", "acc", "--max").out).splitlines()
    assert rows == [
        "#  ID  NAME  acc  CODE  STARTED",
        "1  SHORT  b  2  SHORT*  AGE",
        "2  SHORT  a  1  SHORT  AGE",
    ]


def test_no_metric_of_that_name():
    record("a", {"val_accuracy": 1, "loss": 2})
    assert look("top", "val_acc") == (
        1,
        "",
        "error: no run has the metric 'val_acc'\nhint: did you mean val_accuracy?\n",
    )
    assert look("top", "xyz").err == (
        "error: no run has the metric 'xyz'\nhint: there are: loss, val_accuracy\n"
    )


def test_no_run_at_all():
    assert look("top", "acc").err == (
        "error: no run has the metric 'acc'\nhint: no run has logged a metric\n"
    )


def test_a_metric_whose_name_is_more_than_a_word():
    record("a", {"val acc.top-5 (é)": 1, "a.max": 7, "-x": 3})
    assert names("val acc.top-5 (é)") == "a"
    assert names("a.max") == "a"
    assert names("metrics.a.max.last") == "a"
    assert json.loads(look("top", "--json", "--", "-x").out)[0]["name"] == "a"


def test_csv_and_markdown_keep_the_count_out_of_the_table():
    record("a", {"acc": 0.5}, config={"lr": 1})
    record("b", config={"lr": 2})
    done = look("top", "acc", "--csv")
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert [(row["rank"], row["name"], row["acc"], row["lr"]) for row in rows] == [
        ("1", "a", "0.5", "1"),
        ("", "b", "", "2"),
    ]
    assert done.err == "last, because they cannot be ranked: 1 do not have acc\n"
    assert look("top", "acc", "--md").out.startswith("|   # | ID       | NAME   |   acc |")


def test_a_param_is_no_metric():
    record("a", {"acc": 0.5}, config={"lr": 1})
    assert look("top", "lr").err == (
        "error: 'lr' is a param, not a metric\nhint: sort by it: git track ls --sort lr\n"
    )


@pytest.mark.parametrize("metric", ["val_loss", "test/RMSE", "dev-wer", "ppl", "val_loss.min"])
def test_a_name_that_everybody_knows_decides_which_is_first(metric):
    for name, value in (("a", 1.0), ("b", 2.0)):
        record(name, {metric.removesuffix(".min"): value})
    assert names(metric) == "ab"
    assert names(metric, "--max") == "ba"
    (line,) = look("top", metric).out.splitlines()[3:]
    assert line.startswith("the smallest is first, because the name has the word ")
    assert line.endswith("; for the largest: add --max")
    for style in ("--json", "--csv", "--md"):
        assert look("top", metric, style).err == line + "\n"
        assert look("top", metric, "--min", style).err == ""


@pytest.mark.parametrize("metric", ["lossless", "samples_per_second", "score", "neg_loss"])
def test_the_largest_is_first_if_nobody_knows(metric):
    for name, value in (("a", 1.0), ("b", 2.0)):
        record(name, {metric: value})
    assert names(metric) == "ba"
    assert look("top", metric).out.endswith(
        "the largest is first, because nothing says which direction is better; "
        "for the smallest: add --min\n"
    )


def test_a_setting_overrides_the_name_and_an_option_overrides_both():
    for name, value in (("a", 1.0), ("b", 2.0)):
        record(name, {"val_acc": value})
    git(".", "config", "track.goal.val-acc", "min")
    assert names("val_acc") == names("val_acc.max") == "ab"
    assert look("top", "val_acc").out.endswith(
        "the smallest is first, because track.goal.val-acc says so\n"
    )
    assert names("val_acc", "--max") == "ba"
    git(".", "config", "track.goal.val-acc", "best")
    assert look("top", "val_acc").err == (
        "error: the setting track.goal.val-acc is 'best', which is neither min nor max\n"
        "hint: set it: git config track.goal.val-acc max\n"
    )


def test_a_single_run_has_no_direction_and_groups_have_one():
    record(None, {"loss": 1.0}, config={"lr": 1}, seed=1)
    assert "is first" not in look("top", "loss").out
    record(None, {"loss": 2.0}, config={"lr": 2}, seed=2)
    line = (
        "the smallest is first, because the name has the word 'loss'; for the largest: add --max\n"
    )
    assert look("top", "loss", "--over", "seed").out.endswith(line)
    assert "is first" not in look("top", "loss", "--over", "seed", "--min").out


def test_the_leaderboard_has_the_digits_that_tell_neighbours_apart():
    for number, acc in enumerate((0.912341, 0.912344, 0.912339)):
        record(None, {"acc": acc}, config={"lr": 0.1 + number / 1e7})
    rows = [line.split() for line in look("top", "acc").out.splitlines()[1:4]]
    assert [row[2] for row in rows] == ["0.912344", "0.912341", "0.912339"]
    assert len({row[3] for row in rows}) == 3


def test_what_the_runs_define_decides_and_a_contradiction_does_not():
    for name, value in (("a", 1.0), ("b", 2.0)):
        with gittrack.init(name=name) as run:
            run.define_metric("val.score", goal="minimize")
            run.log({"val.score": value})
    assert names("val.score") == "ab"
    assert look("top", "val.score").out.endswith(
        "the smallest is first, because the runs define it\n"
    )
    assert [run.name for run in gittrack.runs().top("val.score")] == ["a", "b"]
    with gittrack.init(name="c") as run:
        run.define_metric("val.score", goal="maximize")
        run.log({"val.score": 3.0})
    assert names("val.score") == "cba"
    assert "because some runs define min and others max" in look("top", "val.score").out
    refused = look("gc", "--keep-best", "1", "--by", "val.score")
    assert (refused.code, "it is not known" in refused.err) == (2, True)
