"""scikit-learn for the contract: a small network, whose loss is a series."""

import warnings

import numpy
from sklearn.neural_network import MLPClassifier

from gittrack.integrations.sklearn import fitting

PARAMS = {"model": "MLPClassifier", "hidden_layer_sizes": [2], "max_iter": 5}
SERIES = "loss"
MODEL = "model/model.pkl"
BEST = {"iterations": 5}
STOPS = RESUMES = KEEPS_POINTS = False  # a fit is recorded when it has ended
X = numpy.linspace(0, 1, 40).reshape(20, 2)
Y = (numpy.arange(20) > 9).astype(int)


def train(rounds, fail_at=None, **options):
    model = MLPClassifier((2,), max_iter=rounds, random_state=0)
    with fitting(model, **options), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(X if fail_at is None else "no data", Y)
