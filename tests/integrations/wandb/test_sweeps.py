"""``wandb.sweep`` and ``wandb.agent``: each call of the function is a run."""

from __future__ import annotations

import pytest

import gittrack

GRID = {
    "method": "grid",
    "metric": {"name": "loss", "goal": "minimize"},
    "parameters": {"x": {"values": [1, 2, 3]}, "model": {"parameters": {"d": {"value": 4}}}},
}


def test_an_agent_calls_the_function_for_each_configuration(wandb):
    def train():
        wandb.init(config={"x": 9, "y": 5})
        wandb.log({"loss": wandb.config.x**2})
        assert wandb.config.model == {"d": 4}

    wandb.agent(wandb.sweep(GRID, project="grid"), function=train)
    runs = gittrack.runs("grid")
    assert sorted(run.params["x"] for run in runs) == [1, 2, 3]
    assert {run.params["y"] for run in runs} == {5}
    assert len({run.group for run in runs}) == 1
    assert runs.top("loss", smallest=True)[0].params["x"] == 1
    assert wandb.run is None


def test_the_number_of_calls_is_limited_and_a_failed_call_is_a_failed_run(wandb, caplog):
    calls = []

    def train():
        with wandb.init() as run:
            calls.append(run.config["x"])
            if len(calls) == 2:
                raise ValueError("diverged")
            run.log({"loss": 1.0})

    sweep_id = wandb.sweep(
        {**GRID, "method": "random", "parameters": {"x": {"min": 0.0, "max": 1.0}}}
    )
    wandb.agent(f"me/p/{sweep_id}", train, count=3)
    assert len(set(calls)) == 3
    assert sorted(run.status for run in gittrack.runs()) == ["failed", "finished", "finished"]
    assert "ValueError: diverged" in caplog.text


@pytest.mark.slow
def test_a_bayes_search_learns_from_runs_that_the_function_finished(wandb):
    pytest.importorskip("optuna")

    def train():
        run = wandb.init()
        run.log({"loss": run.config.x})
        run.finish()

    content = {
        **GRID,
        "method": "bayes",
        "parameters": {"x": {"min": 0.0, "max": 1.0}},
        "run_cap": 2,
    }
    wandb.agent(wandb.sweep(content), train)
    assert len(gittrack.runs()) == 2


def test_a_function_that_always_fails_ends_the_sweep(wandb):
    def train():
        raise ValueError("no data")

    with pytest.raises(wandb.Error, match="first 3 calls"):
        wandb.agent(wandb.sweep({**GRID, "parameters": {"x": {"values": list(range(9))}}}), train)


def test_a_program_is_for_the_command_line(wandb):
    with pytest.raises(wandb.Error, match="git track sweep run"):
        wandb.agent("abc123")
    with pytest.raises(gittrack.TrackError, match="no method"):
        wandb.sweep({"method": "annealing", "parameters": {"x": {"values": [1]}}})
