"""The schemas of the YAML files of a run, and of a sweep."""

from __future__ import annotations

import pytest

from gittrack.core import layout
from gittrack.core.run import facts, schemas


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        (layout.RUN, [], "run.yaml is [], not a mapping"),
        (layout.RUN, {"id": 1}, "run.yaml: id is 1"),
        (layout.RUN, {"seed": True}, "run.yaml: seed is True"),
        (layout.RUN, {"code": {"dirty": 1}}, "run.yaml: code: dirty is 1"),
        (layout.RUN, {"sweep": {"trial": "1"}}, "run.yaml: sweep has no id"),
        (layout.RUN, {"tags": "good"}, "run.yaml: tags is 'good', not a list"),
        (layout.RUN, {"tags": ["good", 1]}, "run.yaml: tags[1] is 1"),
        (layout.INPUTS, {"inputs": [{"size": 1}]}, "inputs.yaml: inputs[0] has no path"),
        (layout.OUTPUTS, {"outputs": [{"path": "a", "size": "1"}]}, "outputs.yaml: outputs[0]: size is '1'"),
        (layout.ENV, {"cpu": 1}, "env.yaml: cpu is 1, not a mapping"),
        (layout.PLAN, {}, "plan.yaml has no id"),
    ],
)  # fmt: skip
def test_the_problem_names_its_path(name, value, problem):
    assert schemas.problem(name, value) == problem


@pytest.mark.parametrize("name", schemas.SHAPES)
def test_unknown_keys_and_null_are_accepted(name):
    assert schemas.problem(name, {"of a later version": [1, {}]}) is None
    shape = schemas.SHAPES[name]
    optional = {key: None for key in shape if not key.endswith("!")}
    assert schemas.problem(name, optional) is None


def test_every_stored_fact_has_a_type_in_run_yaml():
    shape = schemas.SHAPES[layout.RUN]
    for key, kind in facts.STORED.items():
        if facts.TYPES[kind] is not dict:
            part, _, name = key.rpartition(".")
            names = {field.removesuffix("!") for field in (shape[part] if part else shape)}
            assert name in names
