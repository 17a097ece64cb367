"""CatBoost for the contract: stumps."""

import catboost
import numpy

from gittrack.integrations.catboost import fitting

PARAMS = {"iterations": 5, "depth": 1}
SERIES = "validation/Logloss"
MODEL = "model/model.cbm"
BEST = {"best_iteration": 4}
RESUMES = False
X = numpy.linspace(0, 1, 40).reshape(20, 2)
Y = (numpy.arange(20) > 9).astype(int)


class Failing:
    def __init__(self, at):
        self.at = at

    def after_iteration(self, info):
        if self.at is not None and info.iteration == self.at + 1:
            raise OSError("the disk is gone")
        return True


def train(rounds, fail_at=None, **options):
    model = catboost.CatBoostClassifier(
        iterations=rounds, depth=1, verbose=False, allow_writing_files=False
    )
    with fitting(model, **options):
        model.fit(X, Y, eval_set=(X, Y), callbacks=[Failing(fail_at)])
