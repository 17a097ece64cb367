"""A request becomes a plan, and every mistake that can be known is reported before a trial runs."""

from pathlib import Path

import pytest

from gittrack.core.errors import TrackError
from gittrack.core.secrets import HIDDEN
from gittrack.sweeping import prepare
from gittrack.sweeping.prepare import SweepRequest
from gittrack.sweeping.stored import Sweep

CONTENT = {
    "method": "grid",
    "metric": {"name": "loss", "goal": "minimize"},
    "parameters": {"lr": {"values": [0.1, 0.01]}},
}
FILE = b"""\
name: from the file
program: train.py
method: random
metric: {name: loss, goal: minimize}
parameters: {lr: {min: 0.0, max: 1.0}}
run_cap: 5
"""
pytestmark = pytest.mark.usefixtures("project")


def request(**fields):
    return SweepRequest(**{"content": CONTENT, "command": ("true",), **fields})


def stored(prepared, wanted, **more):
    """Return the sweep as it is read again from its commit."""
    facts = prepare.plan_facts(wanted, prepared, "default", "2026-01-01T00:00:00Z", "")
    return Sweep("20260101-000000-0a1b2c3d", "c" * 40, wanted.file, {**facts, **more})


def test_the_command_line_overrides_the_file():
    from_file = prepare.prepare(SweepRequest(text=FILE))
    assert (from_file.plan.name, from_file.plan.command) == (
        "from the file",
        ("python", "train.py", "{pairs}"),
    )
    options = {"name": "mine", "command": ("true",), "overrides": {"run_cap": 2, "seed": 9}}
    plan = prepare.prepare(SweepRequest(text=FILE, **options)).plan
    assert (plan.name, plan.command, plan.run_cap, plan.seed) == ("mine", ("true",), 2, 9)


def test_params_lie_over_those_of_the_file():
    prepared = prepare.prepare(request())
    assert prepared.base["lr"] == 0.003  # of params.yaml
    assert (prepared.names, prepared.resource) == (("lr",), None)


def test_a_param_that_the_base_does_not_have_is_mentioned():
    content = {**CONTENT, "parameters": {"lrr": {"values": [1]}, "unheard_of": {"values": [1]}}}
    remarks = prepare.prepare(request(content=content)).remarks
    assert "'lrr' is a new param; did you mean lr?" in remarks
    assert "new params, which the base does not have: unheard_of" in remarks


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"command": ()}, "the sweep has no command"),
        ({"command": ("python", "gone.py")}, "the program gone.py does not exist"),
        ({"command": ("no-such-program",)}, "no-such-program"),
        ({"inputs": ("gone.csv",)}, "the input gone.csv does not exist"),
        ({"files": ("gone.yaml",)}, "gone.yaml"),
        ({"content": {**CONTENT, "method": "gird"}}, "there is no method 'gird'"),
        ({"text": b"method: [", "source": "s.yaml"}, "s.yaml"),
    ],
)
def test_mistakes(fields, problem):
    with pytest.raises(TrackError) as caught:
        prepare.prepare(request(**fields))
    assert problem in caught.value.message


@pytest.mark.parametrize("command", [("python", "-c", "pass"), ("python", "{script}"), ("python",)])
def test_only_a_script_of_python_must_exist(command):
    content = {**CONTENT, "parameters": {"script": {"values": ["train.py"]}}}
    assert prepare.prepare(request(content=content, command=command)).plan.command == command


def test_a_sweep_is_prepared_again_as_it_was():
    wanted = request(overrides={"run_cap": 2}, name="n")
    first = prepare.prepare(wanted)
    again = prepare.prepare_again(stored(first, wanted))
    assert again.plan == first.plan
    assert again.base == first.base


def test_the_goal_stays_although_the_configuration_changes():
    content = {**CONTENT, "metric": {"name": "score"}}
    wanted = request(content=content, config={"track.goal.score": "max"})
    first = prepare.prepare(wanted)
    assert prepare.prepare_again(stored(first, wanted)).plan.goal == "maximize"


def test_a_hidden_secret_must_be_given_again():
    wanted = request()
    sweep = stored(prepare.prepare(wanted), wanted, command=["true", f"--token={HIDDEN}"])
    with pytest.raises(TrackError, match=r"holds a secret.*sweep resume 0a1b2c3d -- COMMAND"):
        prepare.check_command(sweep, prepare.prepare_again(sweep))
    replaced = prepare.prepare_again(sweep, ("true", "--token=x"))
    prepare.check_command(sweep, replaced)


def test_the_plan_has_what_a_clone_needs_and_nothing_empty():
    wanted = request(inputs=("train.py",), verify=False)
    facts = prepare.plan_facts(
        wanted, prepare.prepare(wanted), "e", "2026-01-01T00:00:00Z", "sub/folder/"
    )
    assert (facts["cwd"], facts["experiment"], facts["verify"]) == ("sub/folder", "e", False)
    assert facts["space"] == {"lr": "choice(0.1,0.01)"}
    assert facts["size"] == 2
    assert None not in facts.values()
    assert Path(facts["inputs"][0]).exists()
