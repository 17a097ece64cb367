"""Keras for the contract, with the smallest backend that can train: JAX."""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy

from gittrack.integrations.keras import GittrackCallback

PARAMS = {"epochs": 5, "loss": "mse"}
SERIES = "loss"
MODEL = "model/best.keras"
BEST = {"best_iteration": 3}  # the last one that is validated
X = numpy.linspace(0, 1, 40).reshape(20, 2)
Y = X.sum(axis=1)


class Failing(keras.callbacks.Callback):
    def __init__(self, at):
        super().__init__()
        self.at = at

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == self.at:
            raise OSError("the disk is gone")


def train(rounds, fail_at=None, **options):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.01), "mse")
    model.fit(
        X,
        Y,
        epochs=rounds,
        verbose=0,
        validation_data=(X, Y),
        validation_freq=2,
        callbacks=[GittrackCallback(**options), Failing(fail_at)],
    )
