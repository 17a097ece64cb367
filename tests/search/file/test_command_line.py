"""Spaces on the command line, and what is said of mistakes."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittrack.core.errors import TrackError
from gittrack.search.file import command_line, parameters


def text(*specs):
    space, _ = parameters.read(command_line.parameters(specs))
    return {name: one.text() for name, one in space.items()}


@pytest.mark.parametrize(
    ("spec", "same"),
    [
        ("lr=0.1,0.01", "choice(0.1,0.01)"),
        ("lr=1e-3", "0.001"),
        ("hidden=range(16,129,16)", "choice(16,32,48,64,80,96,112,128)"),
        ("n=range(3)", "choice(0,1,2)"),
        ("n=range(3,0,-1)", "choice(3,2,1)"),
        ("dropout=uniform(0,0.5)", "uniform(0,0.5)"),
        ("dropout=uniform(0, 1, 0.25)", "uniform(0,1,0.25)"),
        ("lr=loguniform(1e-5,1e-1)", "loguniform(1.0e-05,0.1)"),
        ("lr=log_uniform(1e-5,1e-1)", "loguniform(1.0e-05,0.1)"),
        ("opt=choice(adam,sgd)", "choice(adam,sgd)"),
        ("opt=choice(adam)", "adam"),
        ("n=randint(1,9)", "randint(1,9)"),
        ("n=randint(1,9,2)", "randint(1,9,2)"),
        ("x=normal(0,1)", "normal(0,1)"),
        ("x=lognormal(0,1)", "lognormal(0,1)"),
        ("x=quniform(0,9,3)", "quniform(0,9,3)"),
        ("x=qloguniform(1,9,3)", "qloguniform(1,9,3)"),
        ("flag=true,false", "choice(true,false)"),
        ("sizes=[1, 2],[3]", "choice([1, 2],[3])"),
        ("text='a,b',c d", 'choice("a,b","c d")'),
        ('text="uniform(0,1)"', '"uniform(0,1)"'),
        ("name=''", '""'),
    ],
)
def test_what_can_be_written(spec, same):
    assert list(text(spec).values()) == [same]


def test_order_and_dotted_names():
    assert text("model.lr=1,2", "a=3") == {"model.lr": "choice(1,2)", "a": "3"}


@given(st.text("uniformchoceragl(),[]{}'\"1e-. \n:#&*\0", max_size=12) | st.text(max_size=6))
def test_nonsense_is_an_error_of_ours_or_works(values):
    for form in ("{}", "uniform({})", "range({})", "choice({})", "randint(1,{})"):
        with contextlib.suppress(TrackError):
            assert list(text("a=" + form.format(values))) == ["a"]


@pytest.mark.parametrize(
    ("specs", "said"),
    [
        (["lr"], "-S lr is not KEY=VALUES. write, for example: -S lr=0.1,0.01"),
        (["lr="], "-S lr= is not KEY=VALUES. write, for example: -S lr=0.1,0.01"),
        (["=1"], "-S =1 is not KEY=VALUES. write, for example: -S lr=0.1,0.01"),
        (["lr=1", "lr=2"], "-S lr is given twice. write all values in one: lr=A,B"),
        (["lr=1,,2"], "-S lr has an empty value. write '' in quotes for the empty text"),
        (
            ["lr=unifrom(0,1)"],
            "-S lr: unifrom(...) is not a distribution. did you mean uniform or quniform or loguniform?; "
            "put quotes around a value like this",
        ),
        (
            ["lr=uniform(0)"],
            "-S lr: uniform has 1 value. write uniform(MIN,MAX) or uniform(MIN,MAX,STEP)",
        ),
        (["lr=loguniform()"], "-S lr: loguniform has no values. write loguniform(MIN,MAX)"),
        (
            ["n=range(1,2,3,4)"],
            "-S n: range has 4 values. write range(START,END,STEP), the end not",
        ),
        (["n=range(0.5)"], "-S n: range takes whole numbers. use uniform(MIN,MAX,STEP)"),
        (
            ["n=range(4,1)"],
            "-S n: range has no values. its end is not included: range(1,4) is 1,2,3",
        ),
        (["n=range(1,4,0)"], "-S n: range has a step of 0. give it another step"),
        (["n=range(1000000)"], "-S n: range has 1,000,000 values. use randint(MIN,MAX)"),
        (["n=[1,2"], "-S n: ] is missing at the end. close it"),
        (["n='a"], "-S n: ' is missing at the end. close it"),
        (["n=uniform(2,1)"], "the param n: min 2 is above max 1. swap them"),
        (
            ["n=loguniform(0,1)"],
            "the param n: the logarithm of 0 does not exist. min must be above",
        ),
        (["n=uniform(a,b)"], "the param n: min is 'a', which is not a number. write a number"),
        (
            ["n=randint(0,1.5)"],
            "the param n: 1.5 is not a whole number. use uniform for numbers with",
        ),
    ],
)
def test_mistakes(specs, said):
    with pytest.raises(TrackError) as caught:
        text(*specs)
    assert str(caught.value).startswith(said)
