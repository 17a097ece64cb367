"""``parameters`` of a sweep file: groups, defaults of W&B, and what is refused."""

import pytest

from gittrack.core.errors import TrackError
from gittrack.search.distributions import Choice, Integers, Normal, Uniform
from gittrack.search.file import parameters


def one(description):
    space, _ = parameters.read({"x": description})
    return space["x"]


@pytest.mark.parametrize(
    ("description", "distribution"),
    [
        ({"value": 3}, Choice((3,))),
        ({"values": [1, "a"]}, Choice((1, "a"))),
        ({"min": 1, "max": 4}, Integers(1, 4)),
        ({"min": 1, "max": 4, "step": 2}, Integers(1, 4, 2)),
        ({"min": 1, "max": 4, "step": 0.5}, Uniform(1, 4, step=0.5)),
        ({"min": 0.0, "max": 4}, Uniform(0.0, 4)),
        ({"mu": 1.0}, Normal(1.0, 1.0)),
    ],
)
def test_the_distribution_if_none_is_named(description, distribution):
    assert one(description) == distribution


@pytest.mark.parametrize(
    ("kind", "distribution"),
    [
        ("log_uniform_values", Uniform(1, 8, log=True)),
        ("inv_log_uniform_values", Uniform(1, 8, log=True)),
        ("q_log_uniform_values", Uniform(1, 8, log=True, q=1)),
        ("q_uniform", Uniform(1, 8, q=1)),
        ("uniform", Uniform(1, 8)),
    ],
)
def test_named_distributions(kind, distribution):
    assert one({"distribution": kind, "min": 1, "max": 8}) == distribution


def test_bounds_that_are_exponents_are_converted_and_reported():
    space, remarks = parameters.read({"lr": {"distribution": "log_uniform", "min": -2, "max": 0}})
    assert (space["lr"].low, space["lr"].high) == (0.135335283237, 1.0)
    assert remarks == (
        "lr is from 0.135335283237 to 1.0: the bounds of log_uniform are exponents of e "
        "(for the bounds themselves, write log_uniform_values)",
    )
    inverse = one({"distribution": "inv_log_uniform", "min": 0, "max": 2})
    assert (inverse.low, inverse.high) == (0.135335283237, 1.0)


def test_whole_bounds_0_and_1_may_mean_all_numbers_between():
    _, remarks = parameters.read({"p": {"min": 0, "max": 1}})
    assert remarks == (
        "p is 0 or 1, because its min and max are whole numbers; for all numbers between, "
        "write min: 0.0",
    )
    for description in (
        {"min": 0.0, "max": 1},
        {"min": 0, "max": 2},
        {"min": 0, "max": 1, "step": 1},
    ):
        assert parameters.read({"p": description})[1] == ()


def test_groups_become_dotted_names_in_the_order_of_the_file():
    space, _ = parameters.read(
        {
            "b": {"value": 1},
            "model": {
                "parameters": {"layers": {"value": 2}, "opt": {"parameters": {"lr": {"value": 3}}}}
            },
            "a.c": {"value": 4},
        }
    )
    assert list(space) == ["b", "model.layers", "model.opt.lr", "a.c"]


def test_a_whole_float_is_a_whole_number():
    assert one({"distribution": "int_uniform", "min": 1e2, "max": 1e3}) == Integers(100, 1000)


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (None, "parameters is missing"),
        ([], "parameters is [], which is not a mapping"),
        ({}, "parameters has no params"),
        ({"g": {"parameters": {}}}, "the group g has no params"),
        ({"g": {"parameters": {"a": {"value": 1}}, "value": 1}}, "g has both parameters and value"),
        (
            {"a.b": {"value": 1}, "a": {"parameters": {"b": {"value": 2}}}},
            "the param a.b is described twice",
        ),
        (
            {"a": {"value": {"b": 1}}, "a.b": {"value": 2}},
            "a is a param and a group that holds a.b",
        ),
        ({"x": 3}, "the param x: 3 does not describe the values of a param"),
        ({"x": {}}, "the param x: it has no values"),
        ({"x": {"min": 1}}, "the param x: it has no max"),
        ({"x": {"max": 1}}, "the param x: it has no min"),
        ({"x": {"valu": 1}}, "the param x: its description has the unknown key 'valu'"),
        ({"x": {"values": []}}, "the param x: a choice of no values"),
        ({"x": {"values": 3}}, "the param x: values is 3, which is not a list"),
        ({"x": {"distribution": 3}}, "the param x: distribution is 3, which is not a name"),
        ({"x": {"distribution": "beta"}}, "the param x: there is no distribution 'beta'"),
        ({"x": {"distribution": "normal", "min": 1}}, "the param x: normal takes no min"),
        ({"x": {"distribution": "uniform", "min": 1}}, "the param x: uniform needs max"),
        (
            {"x": {"distribution": "log_uniform", "min": 1, "max": 900}},
            "the param x: the bound 900 is an exponent of e, and too large",
        ),
    ],
)
def test_mistakes(value, problem):
    with pytest.raises(TrackError) as caught:
        parameters.read(value)
    assert caught.value.message == problem
