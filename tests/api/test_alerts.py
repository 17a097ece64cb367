"""`gittrack.alert`, `save`, `config` and `summary`: what belongs to the active run."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

import gittrack


def test_the_active_run_is_at_hand(project, capfd):
    Path("a.pt").write_text("weights")
    with gittrack.init(config={"lr": 0.1}) as run:
        assert gittrack.config.lr == 0.1
        run.log_params({"epochs": 3})
        assert gittrack.config["epochs"] == 3
        gittrack.summary["best"] = 0.9
        assert gittrack.save("*.pt") == ["a.pt"]
        gittrack.alert("diverged", "the loss is NaN", level="WARN")
        with pytest.raises(gittrack.TrackError, match="no file matches"):
            gittrack.save("*.onnx")
    record = gittrack.get(run.id)
    assert (record.metrics["best"].last, record.note) == (0.9, "warn: diverged: the loss is NaN")
    assert record.read("artifacts/a.pt") == b"weights"
    assert "gittrack: warn: diverged: the loss is NaN" in capfd.readouterr().err


@pytest.mark.parametrize(
    "use",
    [
        lambda: gittrack.config,
        lambda: gittrack.summary,
        lambda: gittrack.alert("a"),
        lambda: gittrack.save("train.py"),
    ],
)
def test_without_a_run_it_is_an_error_unless_recording_is_off(project, monkeypatch, use):
    with contextlib.suppress(gittrack.TrackError):  # of another test
        gittrack.finish()
    with pytest.raises(gittrack.TrackError, match="no run is active"):
        use()
    monkeypatch.setenv("GITTRACK_MODE", "disabled")
    use()


def test_short_names_of_modules():
    assert gittrack.wandb.init.__module__.startswith("gittrack.integrations.wandb")
