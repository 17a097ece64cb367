"""Which direction of a metric is better: an option, a setting, the runs, or the name."""

import pytest

from gittrack.analysis.direction import MAX, MIN, direction, goal_of_name, require_known
from gittrack.core.errors import TrackError

SMALL = (
    *("loss", "val_loss", "trainLoss", "valLoss", "test/RMSE", "dev-wer", "ppl", "log_loss"),
    *("cross_entropy", "crossEntropy", "mean_squared_error", "FID", "train_loss_epoch"),
)
LARGE = (
    *("accuracy", "val_acc", "testAcc", "acc@1", "top-5", "F1Score", "f1_macro", "roc_auc"),
    *("AUROC", "mAP", "mAP50", "mIoU", "bleu-4", "eval/rougeL", "rouge1", "recall@10", "R2"),
    *("r2_score", "mean_reward", "exact_match", "val/log_likelihood", "val.precision"),
)
UNCLEAR = (
    *("score", "lossless", "samples_per_second", "accuracy_loss", "neg_mean_squared_error"),
    *("loss_weight", "acc_std", "accelerate", "mapping", "", "é", "accuracy.step"),
)


@pytest.mark.parametrize("name", SMALL)
def test_names_of_which_the_smallest_is_best(name):
    assert goal_of_name(name)[0] == MIN


@pytest.mark.parametrize("name", LARGE)
def test_names_of_which_the_largest_is_best(name):
    assert goal_of_name(name)[0] == MAX


@pytest.mark.parametrize("name", UNCLEAR)
def test_names_that_say_nothing(name):
    found = direction(name)
    assert (found.goal, found.smallest, found.assumed) == (None, False, True)
    with pytest.raises(TrackError, match="add --min or --max"):
        require_known(found)


def test_an_option_comes_before_a_setting_before_the_runs_before_the_name():
    config = {"track.goal.val-loss": "max"}
    everything = {"config": config, "defined": {"max"}}
    assert direction("val_loss", option="min", **everything).reason == "--min says so"
    assert direction("val_loss", **everything).reason == "track.goal.val-loss says so"
    assert direction("val_loss", defined={"maximize"}) == ("val_loss", MAX, "runs", "")
    assert direction("val_loss") == ("val_loss", MIN, "name", "loss")


def test_runs_that_disagree_decide_nothing():
    found = direction("val_loss", defined={"min", "max"})
    assert (found.goal, found.source) == (None, "conflict")


def test_a_part_of_a_metric_has_its_direction():
    for name in ("loss.min", "loss.max", "metrics.loss", "metrics.loss.last"):
        assert direction(name) == ("loss", MIN, "name", "loss")
