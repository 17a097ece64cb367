"""XGBoost for the contract: a booster of stumps."""

import numpy
import xgboost
from contract import latest

from gittrack.integrations.xgboost import GittrackCallback

PARAMS = {"objective": "binary:logistic", "learning_rate": 0.5, "max_depth": 1}
SERIES = "valid/logloss"
MODEL = "model/best.ubj"
BEST = {"best_iteration": 4}
X = numpy.linspace(0, 1, 40).reshape(20, 2)
Y = (numpy.arange(20) > 9).astype(int)


class Failing(xgboost.callback.TrainingCallback):
    def __init__(self, at):
        super().__init__()
        self.at = at

    def before_iteration(self, model, epoch, evals_log):
        if epoch == self.at:
            raise OSError("the disk is gone")
        return False


def train(rounds, fail_at=None, early_stopping=50, **options):
    data = xgboost.DMatrix(X, Y)
    return xgboost.train(
        PARAMS,
        data,
        rounds,
        evals=[(data, "valid")],
        early_stopping_rounds=early_stopping,
        verbose_eval=False,
        callbacks=[GittrackCallback(**options), *([] if fail_at is None else [Failing(fail_at)])],
    )


def check_without_early_stopping_there_is_a_best_iteration(case):
    train(3, early_stopping=None)
    (run,) = latest()
    scores = run.history(SERIES).values.tolist()
    assert (run.metrics["best_iteration"].last, run.metrics["best_score"].last) == (2, scores[2])


CHECKS = (check_without_early_stopping_there_is_a_best_iteration,)
