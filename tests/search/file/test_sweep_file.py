"""Sweep files: W&B's and ours, what they mean, and what is said of mistakes."""

from __future__ import annotations

import contextlib
import copy
import json

import pytest
from helpers import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from gittrack.core import yaml_read
from gittrack.core.errors import TrackError
from gittrack.search.file import sweep_file
from gittrack.search.plan import EarlyTerminate, Resource, SamplerOptions
from gittrack.search.strategies import methods

SAMPLES = sorted((ROOT / "templates" / "sweeps").glob("*.yaml"))
SCHEMA = json.loads((ROOT / "templates" / "sweeps" / "sweep.schema.json").read_text())
FILE = """
program: train.py
method: random
metric: {name: loss, goal: minimize}
parameters: {lr: {min: 0.0, max: 1.0}}
run_cap: 10
"""


def load(text):
    return yaml_read.load(text.encode(), "sweep.yaml")


def read(text):
    return sweep_file.read(load(text), "sweep.yaml")


def valid(file):
    jsonschema = pytest.importorskip("jsonschema")
    return jsonschema.Draft202012Validator(SCHEMA).is_valid(file)


def changed(**more):
    """The file with keys replaced; None takes one out."""
    file = {**load(FILE), **more}
    return {key: value for key, value in file.items() if value is not None}


WANDB = """
program: train.py
name: sweepdemo
project: first-steps
method: random
run_cap: 8
metric:
  goal: minimize
  name: validation_loss
parameters:
  learning_rate: {min: 0.0001, max: 0.1}
  batch_size: {values: [16, 32, 64]}
  epochs: {value: 5}
  optimizer:
    parameters:
      name: {values: [adam, sgd], probabilities: [0.7, 0.3], distribution: categorical_w_probabilities}
      momentum: {distribution: q_uniform, min: 0, max: 1, q: 0.1}
  layers: {min: 1, max: 3}
  dropout: {min: 0, max: 1}
early_terminate: {type: hyperband, s: 2, eta: 3, max_iter: 27, strict: true}
command:
  - ${env}
  - ${interpreter}
  - ${program}
  - "--data=x"
  - ${args}
"""


def test_a_file_of_wandb():
    plan = read(WANDB)
    assert plan.command == ("python", "train.py", "--data=x", "{pairs}")
    assert {name: one.text() for name, one in plan.space.items()} == {
        "learning_rate": "uniform(0.0001,0.1)",
        "batch_size": "choice(16,32,64)",
        "epochs": "5",
        "optimizer.name": "choice(adam,sgd)",
        "optimizer.momentum": "quniform(0,1,0.1)",
        "layers": "randint(1,3)",
        "dropout": "randint(0,1)",
    }
    assert plan.early_terminate == EarlyTerminate("hyperband", (3, 9), 3)
    assert (plan.name, plan.metric, plan.goal) == ("sweepdemo", "validation_loss", "minimize")
    assert (plan.run_cap, plan.configs, plan.seed) == (8, 8, 0)
    assert plan.remarks == (
        "project is a key of W&B and has no effect here",
        "dropout is 0 or 1, because its min and max are whole numbers; for all numbers between, "
        "write min: 0.0",
    )


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"value": [1, 2]}, "[1, 2]"),
        ({"values": [1]}, "1"),
        ({"distribution": "constant", "value": None}, "null"),
        ({"distribution": "categorical", "values": ["a", "b"]}, "choice(a,b)"),
        ({"distribution": "int_uniform", "min": 1, "max": 1e3}, "randint(1,1000)"),
        ({"min": 1, "max": 9, "step": 2}, "randint(1,9,2)"),
        ({"min": 1, "max": 2.5}, "uniform(1,2.5)"),
        ({"min": 1, "max": 2, "step": 0.5}, "uniform(1,2,0.5)"),
        ({"distribution": "uniform", "min": 1, "max": 2}, "uniform(1,2)"),
        ({"distribution": "q_uniform", "min": 1, "max": 8}, "quniform(1,8,1)"),
        ({"distribution": "log_uniform_values", "min": 1, "max": 2}, "loguniform(1,2)"),
        ({"distribution": "inv_log_uniform_values", "min": 1, "max": 2}, "loguniform(1,2)"),
        (
            {"distribution": "q_log_uniform_values", "min": 1, "max": 8, "q": 2},
            "qloguniform(1,8,2)",
        ),
        ({"distribution": "log_uniform", "min": 0, "max": 1}, "loguniform(1.0,2.71828182846)"),
        (
            {"distribution": "inv_log_uniform", "min": 0, "max": 1},
            "loguniform(0.367879441171,1.0)",
        ),
        (
            {"distribution": "q_log_uniform", "min": 0, "max": 2, "q": 2},
            "qloguniform(1.0,7.38905609893,2)",
        ),
        ({"distribution": "normal"}, "normal(0.0,1.0)"),
        ({"mu": 1, "sigma": 2}, "normal(1,2)"),
        ({"distribution": "q_normal", "mu": 1}, "qnormal(1,1.0,1)"),
        ({"distribution": "log_normal", "sigma": 2}, "lognormal(0.0,2)"),
        ({"distribution": "q_log_normal", "q": 0.5}, "qlognormal(0.0,1.0,0.5)"),
    ],
)
def test_every_distribution(given, text):
    file = changed(parameters={"p": given})
    assert sweep_file.read(file).space["p"].text() == text
    assert valid(file)


def test_names_are_dotted_and_quoted_like_everywhere():
    groups = {"a": {"parameters": {"b.c": {"value": 1}, "weight decay": {"value": 2}}}}
    assert list(sweep_file.read(changed(parameters=groups)).space) == ["a.b.c", 'a."weight decay"']


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"methode": 1}, "the sweep file has the unknown key 'methode'. did you mean method?"),
        ({"method": None}, "the sweep has no method. write one of grid, random"),
        ({"method": "randon"}, "there is no method 'randon'. did you mean random"),
        (
            {"metric": None, "method": "optuna"},
            "metric is missing. write: metric: {name: val_loss, goal: minimize}",
        ),
        ({"metric": None, "early_terminate": {"type": "median"}}, "metric is missing. write: met"),
        ({"metric": "loss"}, "metric is 'loss', which is not a mapping. write: metric: {name"),
        ({"metric": {"nam": "x"}}, "metric has the unknown key 'nam'. did you mean name?"),
        ({"metric": {"name": "x", "goal": "max"}}, "the goal of x is 'max'. write minimize or"),
        ({"metric": {"name": "x", "target": "y"}}, "the target of x is 'y'. write a number"),
        ({"run_cap": 0}, "run_cap is 0. write a whole number, 1 or more"),
        ({"run_cap": True}, "run_cap is True. write a whole number, 1 or more"),
        ({"run_cap": None}, "the number of trials is missing, and method random would never end"),
        (
            {"run_cap": None, "method": "bayes"},
            "the number of trials is missing, and method optuna would",
        ),
        ({"seed": -1}, "seed is -1. write a whole number, 0 or more"),
        ({"seeds": 0}, "seeds is 0. write a number (up to 1,000) or a list of seeds"),
        ({"seeds": [1, 1]}, "seeds contains a duplicate. leave it out"),
        ({"seeds": 11}, "the sweep takes 11 runs, and run_cap is 10. raise run_cap to 11"),
        ({"configs": 11}, "the sweep takes 11 runs, and run_cap is 10. raise run_cap to 11"),
        ({"resource": {}}, "method random takes no resource. leave resource out"),
        ({"sampler": "tpe"}, "method random has no sampler. write method: optuna"),
        ({"method": "optuna", "sampler": "tp"}, "there is no sampler 'tp'. did you mean tpe"),
        ({"name": 3}, "name is 3, which is not text. put the value of name in quotes"),
        ({"trial": {"timeout": "x"}}, "the timeout is 'x'. write seconds, or 90s, 30min, 2h"),
        ({"trial": {"timeout": -1}}, "the timeout is -1. write seconds"),
        ({"trial": {"retrys": 1}}, "trial has the unknown key 'retrys'. did you mean retries?"),
        ({"trial": {"retries": -1}}, "retries is -1. write a whole number, 0 or more"),
        ({"program": 3}, "program is 3. write the path of a script: program: train.py"),
        ({"command": "python x"}, "command is not a list of words. write: command: [python, train"),
        ({"command": []}, "command is empty. write: command: [python, train.py, '{args}']"),
        ({"command": ["${arg}"]}, "command has the unknown macro ${arg}. did you mean args"),
        (
            {"command": ["${envvar:X}"]},
            "${envvar:X} is not supported. let a shell expand it: [sh, -c",
        ),
        ({"command": ["x${env}"]}, "${env} must be a separate word. make it a separate item"),
        (
            {"command": ["${program}"], "program": None},
            "command has ${program}, but the file has no program. write program: train.py",
        ),
        (
            {"early_terminate": {"type": "hyper"}},
            "early_terminate has the unknown type 'hyper'. did",
        ),
        (
            {"early_terminate": {"type": "hyperband"}},
            "early_terminate does not say when to compare trials. write",
        ),
        (
            {"early_terminate": {"type": "hyperband", "min_iter": 8, "max_iter": 3}},
            "min_iter 8 is above max_iter 3. swap them",
        ),
        (
            {"early_terminate": {"type": "hyperband", "max_iter": 2, "s": 3}},
            "max_iter 2 is less than eta 3. raise max_iter, or write min_iter",
        ),
    ],
)
def test_mistakes_at_the_top(change, said):
    with pytest.raises(TrackError) as caught:
        sweep_file.read(changed(**change))
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"lr": 0.1},
            "the param lr: 0.1 does not describe the values of a param. write {value: 0.1}",
        ),
        (
            {"lr": [1]},
            "the param lr: [1] does not describe the values of a param. write {values: [1]}",
        ),
        ({"lr": {}}, "the param lr: it has no values. write value, values, or min and max"),
        ({"lr": {"min": 1}}, "the param lr: it has no max. write value, values, or min and max"),
        ({"lr": {"min": 2, "max": 1}}, "the param lr: min 2 is above max 1. swap them"),
        ({"lr": {"vales": [1]}}, "the param lr: its description has the unknown key 'vales'. did"),
        ({"lr": {"values": []}}, "the param lr: a choice of no values. give it at least one"),
        (
            {"lr": {"values": 3}},
            "the param lr: values is 3, which is not a list. write values: [...]",
        ),
        (
            {"lr": {"values": [1], "min": 3}},
            "the param lr: categorical takes no min. it takes values",
        ),
        (
            {"lr": {"distribution": "log_uniform", "min": -5, "max": 1000}},
            "the param lr: the bound 1000 is an exponent of e, and too large. for the bounds",
        ),
        (
            {"lr": {"distribution": "log_uniform_values", "min": 0, "max": 1}},
            "the param lr: the logarithm of 0 does not exist. min must be above 0",
        ),
        (
            {"lr": {"distribution": "unifrom"}},
            "the param lr: there is no distribution 'unifrom'. did",
        ),
        ({"lr": {"distribution": "beta"}}, "the param lr: there is no distribution 'beta'. use"),
        ({"lr": {"distribution": "uniform"}}, "the param lr: uniform needs min. it takes min, max"),
        ({}, "parameters has no params. write: parameters: {lr: {values: [0.1, 0.01]}}"),
        ([1], "parameters is [1], which is not a mapping. write: parameters: {lr"),
        (
            {"a": {"parameters": {}, "value": 1}},
            "a has both parameters and value. make it either",
        ),
        ({"a.b": {"value": 1}, "a": {"parameters": {"b": {"value": 1}}}}, "the param a.b is descr"),
        (
            {"a": {"value": {"b": 2}}, "a.b": {"value": 1}},
            "a is a param and a group that holds a.b. rename",
        ),
    ],
)
def test_mistakes_in_params(given, said):
    with pytest.raises(TrackError) as caught:
        sweep_file.read(changed(parameters=given))
    assert str(caught.value).startswith(said)


HALVING = {"method": "halving", "resource": {"name": "epochs", "max": 81}, "run_cap": None}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"resource": None}, "method halving: the resource is missing. write: resource: {name"),
        ({"resource": {"max": 1}}, "the resource has no name. name the param that sets it"),
        (
            {"resource": {"name": "e"}},
            "the resource has no max. write the amount for the last rung",
        ),
        ({"resource": {"name": "e", "max": 1, "eta": 1}}, "the eta of the resource is 1. write a"),
        ({"resource": {"name": "e", "max": 1.5}}, "the max of the resource is 1.5. write a whole"),
        ({"resource": {"name": "e", "max": 1, "min": 3}}, "the min 3 of the resource is above its"),
        (
            {"resource": {"name": "e", "max": 1, "mode": "x"}},
            "the mode of the resource is 'x'. write",
        ),
        (
            {"resource": {"name": "lr", "max": 1}},
            "lr is searched, and lr is the resource. leave it",
        ),
        (
            {"metric": {"name": "score"}},
            "it is not known which direction of score is better: nothing says which direction is better. add",
        ),
        (
            {"metric": {"name": "a", "goal": "maximize", "target": 1}},
            "method halving takes no target",
        ),
        ({"early_terminate": {"type": "median"}}, "method halving stops trials itself. leave"),
        (
            {"configs": 27, "run_cap": 40},
            "method halving takes up to 41 runs, and run_cap is 40. rai",
        ),
        (
            {"method": "hyperband", "configs": 3},
            "hyperband takes the number of configurations from",
        ),
        (
            {"method": "hyperband", "run_cap": 9},
            "method hyperband takes up to 206 runs, and run_cap",
        ),
    ],
)
def test_mistakes_of_halving(change, said):
    with pytest.raises(TrackError) as caught:
        sweep_file.read(changed(**{**HALVING, **change}))
    assert str(caught.value).startswith(said)


def test_how_many_configurations_halving_begins_with():
    assert sweep_file.read(changed(**HALVING)).configs == 81
    assert sweep_file.read(changed(**{**HALVING, "run_cap": 41})).configs == 27
    assert sweep_file.read(changed(**{**HALVING, "run_cap": 82, "seeds": 2})).configs == 27
    assert sweep_file.read(changed(**{**HALVING, "configs": 5})).configs == 5
    assert sweep_file.read(changed(**{**HALVING, "method": "hyperband"})).configs == 143
    assert sweep_file.read(changed(**HALVING)).resource == Resource("epochs", 1, 81, 3, "restart")


def test_grids():
    file = changed(
        method="grid", parameters={"a": {"values": [1, 2, 1]}, "b": {"min": 1, "max": 5}}
    )
    plan = sweep_file.read(file)
    assert (plan.configs, plan.remarks) == (10, ("a has 1 twice; it is tried once",))
    assert methods.strategy(plan).size == 10
    with pytest.raises(TrackError) as caught:
        sweep_file.read({**file, "run_cap": 9})
    assert str(caught.value) == (
        "the grid has 10 combinations, and run_cap is 9. "
        "raise run_cap, leave values out, or use method: random"
    )
    with pytest.raises(TrackError, match="10 combinations under 2 seeds each, and run_cap is 10"):
        sweep_file.read({**file, "seeds": [3, 4]})
    with pytest.raises(
        TrackError, match=r"lr is uniform\(0.0,1.0\), whose values cannot be counted"
    ):
        sweep_file.read(changed(method="grid"))


def test_hyperband_says_that_the_papers_table_differs():
    assert sweep_file.read(changed(**{**HALVING, "method": "hyperband"})).remarks == (
        "hyperband begins with 81, 34, 15, 8, 5 configurations, by the formula of Algorithm 1 in its "
        "paper; Table 1 there does not follow it",
    )


def test_early_terminate():
    def rule(**given):
        return sweep_file.read(changed(early_terminate=given)).early_terminate

    assert rule(type="hyperband", min_iter=2, max_iter=20).rungs == (2, 6, 18)
    assert rule(type="hyperband", max_iter=10, s=9).rungs == (1, 3)  # as W&B does
    assert rule(type="hyperband", min_iter=1, eta=2).rungs[:5] == (1, 2, 4, 8, 16)
    assert rule(type="median", min_iter=5, min_trials=2) == EarlyTerminate("median", (), 3, 5, 2)


@pytest.mark.parametrize(
    ("keys", "rungs", "remarks"),
    [
        (
            {"min_iter": 3, "s": 2, "max_iter": 27},
            (3, 9),
            ("early_terminate: min_iter has no effect beside max_iter and s, as with W&B",),
        ),
        (
            {"min_iter": 3, "s": 2},
            (3, 9, 27),
            ("early_terminate: s has no effect beside min_iter, as with W&B",),
        ),
    ],
)
def test_min_iter_beside_s(keys, rungs, remarks):
    file = changed(early_terminate={"type": "hyperband", **keys})
    plan = sweep_file.read(file)
    assert plan.early_terminate.rungs[:3] == rungs
    assert plan.remarks == remarks
    assert valid(file)


def test_a_rule_that_is_not_strict():
    file = changed(early_terminate={"type": "hyperband", "min_iter": 3, "strict": False})
    assert not sweep_file.read(file).early_terminate.strict
    assert valid(file)


def test_bayes_is_optunas_tpe():
    file = changed(method="bayes")
    plan = sweep_file.read(file)
    assert (plan.method, plan.optuna) == ("optuna", SamplerOptions("tpe"))
    assert plan.remarks == ("method bayes runs Optuna's TPE, not W&B's Gaussian process",)
    assert valid(file)
    assert valid({**file, "sampler": "gp"})


@pytest.mark.parametrize("method", ["random", "grid", "sobol"])
def test_a_method_that_does_not_learn_needs_no_metric(method):
    file = changed(method=method, metric=None, parameters={"lr": {"values": [1, 2]}})
    plan = sweep_file.read(file)
    assert plan.metric is None
    assert plan.remarks == ("without a metric, the trials are run and not ranked",)
    assert valid(file)


def test_numbers_as_wandb_writes_them():
    plan = read(FILE.replace("{min: 0.0, max: 1.0}", "{min: !!float 1e-5, max: !!float 1}"))
    assert plan.space["lr"].text() == "uniform(1.0e-05,1.0)"


def test_the_range_that_exponents_come_to_is_printed():
    lr = {"distribution": "log_uniform", "min": -9.21, "max": -4.6}
    assert sweep_file.read(changed(parameters={"lr": lr})).remarks == (
        "lr is from 0.000100034042991 to 0.0100518357446: the bounds of log_uniform are exponents of e "
        "(for the bounds themselves, write log_uniform_values)",
    )


def test_asha_says_that_its_number_of_trials_is_not_known():
    file = changed(**{**HALVING, "method": "asha", "configs": 9})
    assert sweep_file.read(file).remarks == (
        "asha promotes trials before a rung is full, so their number is known only at the end: at most 45",
    )


def test_the_rest():
    file = changed(
        method="optuna",
        sampler={"name": "tpe", "n_startup_trials": 5},
        seeds=[3, 5],
        trial={"timeout": "1h30min", "retries": 2},
        command=[
            *("${program}", "{args}", "${args_no_boolean_flags}", "a=${args_no_hyphens}"),
            *("${args_json}", "${args_json_file}"),
        ],
        program="a{b.py",
    )
    plan = sweep_file.read(file)
    assert plan.optuna == SamplerOptions("tpe", {"n_startup_trials": 5})
    assert (plan.seeds, plan.timeout, plan.retries, plan.configs) == ((3, 5), 5400, 2, 5)
    assert plan.command == (
        *("a{{b.py", "{args}", "{flags}", "a={overrides}", "{args_json}", "{args_json_file}"),
    )
    assert sweep_file.read(changed(program=None)).command == ()


def places(value, path=()):
    """The paths of all values in a file."""
    yield path
    pairs = value.items() if isinstance(value, dict) else ()
    for key, inner in pairs:
        yield from places(inner, (*path, key))


ALL = [load(path.read_text()) for path in SAMPLES] + [load(WANDB)]
odd = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
odd = st.sampled_from([0, -1, 1e400, 10**400, 5e-324, "nan", [], {}, [[]]]) | odd
odd = odd | st.lists(odd, max_size=2) | st.dictionaries(st.text(max_size=3), odd, max_size=2)


@given(st.data())
@settings(max_examples=100)
def test_nonsense_anywhere_is_an_error_of_ours_or_works(data):
    file = copy.deepcopy(data.draw(st.sampled_from(ALL)))
    *way, last = data.draw(st.sampled_from([path for path in places(file) if path]))
    inner = file
    for key in way:
        inner = inner[key]
    inner[last] = data.draw(odd)
    with contextlib.suppress(TrackError):
        plan = sweep_file.read(file)
        if plan.method not in ("sobol", "optuna"):
            methods.strategy(plan).ask((), (), 2)
        assert inner[last] is None or valid(file)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_samples(path):
    file = load(path.read_text())
    assert valid(file)
    plan = sweep_file.read(file)
    assert plan.method == path.stem
    assert len(plan.remarks) == (plan.method in ("hyperband", "asha"))
    if plan.method not in ("sobol", "optuna"):
        assert methods.strategy(plan).ask((), (), 3)


def test_there_is_a_sample_of_every_method_and_the_schema_knows_them():
    assert sorted(methods.METHODS) == [path.stem for path in SAMPLES]
    assert SCHEMA["properties"]["method"]["enum"] == [*methods.METHODS, sweep_file.BAYES]
    known = {*sweep_file.KEYS, *sweep_file.IGNORED}
    assert SCHEMA["properties"].keys() == known


@pytest.mark.parametrize(
    "change",
    [
        *(
            {"methode": 1},
            {"method": "bayes", "metric": None},
            {"method": None},
            {"metric": {"nam": 1}},
        ),
        *({"run_cap": 0}, {"run_cap": None}, {"seeds": [1, 1]}, {"resource": {}}),
        *({"sampler": "tpe"}, {"parameters": {}}, {"parameters": {"lr": 0.1}}),
        *({"parameters": {"lr": one}} for one in ({}, {"min": 1}, {"vales": []}, {"values": []})),
        {"parameters": {"lr": {"distribution": "log_uniform", "min": -5, "max": 1000}}},
        {"parameters": {"lr": {"distribution": "log_uniform_values", "min": 0, "max": 1}}},
        {"parameters": {"lr": {"values": [1], "min": 3}}},
        *({"trial": {"timeout": "x"}}, {"early_terminate": {"type": "hyperband"}}, {"command": []}),
        {**HALVING, "resource": None},
        {**HALVING, "method": "hyperband", "configs": 3},
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(change):
    file = changed(**change)
    with pytest.raises(TrackError):
        sweep_file.read(file)
    assert not valid(file)


def test_the_schema_takes_wandbs_file():
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert valid(load(WANDB))
    assert valid(changed(**HALVING))
