"""LightGBM for the contract: a booster of stumps, stopped early by nobody, with names for its data."""

import lightgbm
import numpy

from gittrack.integrations.lightgbm import GittrackCallback

PARAMS = {"objective": "binary", "num_leaves": 2, "min_data_in_leaf": 1}
SERIES = "valid_0/binary_logloss"
MODEL = "model/best.txt"
BEST = {"best_iteration": 0}  # of the data that is not trained on, whose labels are the opposite
CALLBACK = GittrackCallback
X = numpy.linspace(0, 1, 40).reshape(20, 2)
Y = (numpy.arange(20) > 9).astype(int)


def train(rounds, fail_at=None, **options):
    data = lightgbm.Dataset(X, Y)

    def failing(env):
        if env.iteration == fail_at:
            raise OSError("the disk is gone")

    failing.before_iteration = True
    callbacks = [lightgbm.early_stopping(50, verbose=False), GittrackCallback(**options), failing]
    params = {**PARAMS, "verbose": -1}
    sets = {"mine": data, "valid_0": data.create_valid(X, 1 - Y)}
    return lightgbm.train(
        params,
        data,
        rounds,
        valid_sets=[*sets.values()],
        valid_names=[*sets],
        callbacks=callbacks,
    )
