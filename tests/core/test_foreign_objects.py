"""Configurations made of objects of other libraries."""

import pytest

from gittrack.core import values
from gittrack.core.errors import TrackError


def stored(config):
    """Return the plain form of a configuration and the names that are stored as text."""
    names = []
    return values.config_dict(config, names), names


def test_omegaconf():
    create = pytest.importorskip("omegaconf").OmegaConf.create
    config = create({"layers": [64, [1]], "lr": "${model.lr}", "model": {"lr": 0.1, "data": "???"}})
    plain = {"layers": [64, [1]], "lr": 0.1, "model": {"lr": 0.1, "data": "???"}}
    assert stored(config) == (plain, [])
    assert stored({"layers": config.layers, "model": config.model}) == (
        {"layers": plain["layers"], "model": plain["model"]},
        [],
    )
    with pytest.raises(TrackError, match="'model' cannot be read: InterpolationKeyError"):
        values.config_dict({"model": create({"lr": "${nowhere}"})})


def test_pydantic():
    pydantic = pytest.importorskip("pydantic")

    class Inner(pydantic.BaseModel):
        size: int = 1

    class Model(pydantic.BaseModel):
        lr: float
        inner: Inner = Inner()

    assert stored(Model(lr=0.1)) == ({"lr": 0.1, "inner": {"size": 1}}, [])


def test_attrs():
    attrs = pytest.importorskip("attrs")

    @attrs.define
    class Model:
        lr: float
        inner: object = None

    assert stored({"m": Model(0.1, Model(0.2))}) == (
        {"m": {"lr": 0.1, "inner": {"lr": 0.2, "inner": None}}},
        [],
    )


def test_estimators():
    linear = pytest.importorskip("sklearn.linear_model")
    pipeline = pytest.importorskip("sklearn.pipeline")
    model = pipeline.make_pipeline(linear.LogisticRegression(C=2))
    plain, names = stored(model.get_params(deep=True))
    assert plain["logisticregression__C"] == 2
    assert plain["logisticregression"] == "LogisticRegression(C=2)"
    assert sorted(names) == ["logisticregression", "steps.0.1"]
