"""``wandb.init`` and its arguments, the config, and the variables."""

from __future__ import annotations

import argparse
import copy
import pickle
import sys
from types import ModuleType

import helpers
import pytest

import gittrack
from gittrack.integrations.wandb import session, settings

EVERY = {
    "entity": "me",
    "dir": "/tmp",
    "config_exclude_keys": ["a"],
    "config_include_keys": ["b"],
    "force": True,
    "resume_from": "x",
    "fork_from": "y",
    "tensorboard": True,
    "sync_tensorboard": True,
    "monitor_gym": True,
    "anonymous": "must",
    "magic": True,
}


def test_every_keyword_is_taken_and_those_without_meaning_print_once(wandb, caplog):
    for _ in range(2):
        run = wandb.init(
            project="my project!",
            name="first",
            id="abc",
            config={"lr": 0.1, "model": {"depth": 2}},
            tags=["a"],
            notes="hello",
            group="g",
            job_type="train",
            save_code=True,
            mode="online",
            resume="allow",
            reinit=True,
            allow_val_change=False,
            settings=wandb.Settings(start_method="thread"),
            **EVERY,
        )
    run.finish()
    record = gittrack.get(run.gittrack.id)
    assert (record.experiment, record.name, record.group) == ("my-project", "first", "g")
    assert (record.note, record.tags) == ("hello", ("a", "job_type=train", "id=abc"))
    assert record.params == {"lr": 0.1, "model": {"depth": 2}}
    lines = [entry.getMessage() for entry in caplog.records]
    writers = {"tensorboard", "sync_tensorboard"}
    assert all(sum(f"({name}=" in line for line in lines) == 1 for name in EVERY.keys() - writers)
    assert sum("import SummaryWriter before wandb.init" in line for line in lines) == 1


def test_what_a_summary_writer_writes_is_recorded_until_the_run_ends(wandb, monkeypatch):
    class SummaryWriter:
        def add_scalar(self, tag, scalar_value, global_step=None):
            return scalar_value

    module = ModuleType("tensorboardX")
    module.SummaryWriter = SummaryWriter
    monkeypatch.setitem(sys.modules, "tensorboardX", module)
    run = wandb.init(sync_tensorboard=True)
    assert SummaryWriter().add_scalar("loss", 0.5, 3) == 0.5
    run.finish()
    assert SummaryWriter().add_scalar("loss", 0.4, 4) == 0.4
    (record,) = gittrack.runs()
    assert record.history("loss").steps.tolist() == [3]


def test_the_config_changes_only_if_that_is_allowed(wandb):
    run = wandb.init(config=argparse.Namespace(lr=0.1, model={"depth": 2}))
    assert (run.config.lr, wandb.config["model"]["depth"]) == (0.1, 2)
    assert dict(**wandb.config) == {"lr": 0.1, "model": {"depth": 2}}
    assert copy.deepcopy(wandb.config) == pickle.loads(pickle.dumps(run.config)) == run.config
    wandb.config.epochs = 3
    wandb.config.update({"lr": 0.1}, seed=1)
    wandb.config.setdefaults({"lr": 9, "batch": 4})
    with pytest.raises(wandb.errors.WandbConfigError, match=r"cannot change it to 0\.5"):
        wandb.config.lr = 0.5
    wandb.config.update({"lr": 0.5}, allow_val_change=True)
    with pytest.raises(AttributeError, match="no 'missing'"):
        print(wandb.config.missing)
    assert wandb.config.get("missing", 7) == 7
    wandb.finish()
    expected = {"lr": 0.5, "model": {"depth": 2}, "epochs": 3, "seed": 1, "batch": 4}
    assert gittrack.get(run.gittrack.id).params == expected


def test_a_value_of_the_sweep_stays_and_its_neighbours_change(wandb):
    session.begin_trial({"optimizer": {"lr": 0.1}}, "s", None)
    run = wandb.init(config={"optimizer": {"lr": 1, "decay": 1}})
    run.config.update({"optimizer": {"lr": 2, "decay": 3, "name": "sgd"}}, allow_val_change=True)
    expected = {"lr": 0.1, "decay": 3, "name": "sgd"}
    assert run.config.as_dict() == {"optimizer": expected}


def test_before_init_everything_says_what_to_do(wandb):
    assert wandb.run is None
    for use in (
        lambda: wandb.log({"loss": 1}),
        lambda: wandb.config.lr,
        lambda: wandb.summary["loss"],
        lambda: wandb.save("a"),
    ):
        with pytest.raises(wandb.Error, match=r"call wandb\.init\(\) first"):
            use()
    wandb.finish()


def test_a_second_init_returns_the_active_run_unless_reinit(wandb):
    first = wandb.init(config={"lr": 1})
    assert wandb.init(config={"lr": 2}) is first
    assert wandb.config.lr == 2
    second = wandb.init(reinit=True)
    assert (second is first, first.gittrack.status, wandb.run) == (False, "finished", second)


def test_variables_and_files_complete_the_arguments(wandb, monkeypatch, tmp_path):
    for name, value in {
        "PROJECT": "from env",
        "NAME": "n@1",
        "TAGS": "a,b",
        "NOTES": "x",
        "RUN_GROUP": "g",
        "JOB_TYPE": "eval",
    }.items():
        monkeypatch.setenv(f"WANDB_{name}", value)
    (tmp_path / "config-defaults.yaml").write_text("lr:\n  desc: rate\n  value: 0.3\nseed: 1\n")
    run = wandb.init()
    assert (run.project, run.name, run.config.as_dict()) == (
        "from-env",
        "n@1",
        {"lr": 0.3, "seed": 1},
    )
    run.finish()
    record = gittrack.get("@")
    assert (record.name, record.tags, record.note) == ("n-at-1", ("a", "b", "job_type=eval"), "x")
    monkeypatch.setenv("WANDB_MODE", "disabled")
    off = wandb.init(project="off")
    off.log({"loss": 1})
    assert (off.disabled, off.config.as_dict()) == (True, {"lr": 0.3, "seed": 1})
    off.finish()
    assert len(gittrack.runs()) == 1


@pytest.mark.parametrize(
    ("project", "experiment"),
    [
        (None, None),
        ("a/b", "a/b"),
        ("ä b!", "b"),
        ("../x", "x"),
        ("!!", "default"),
        ("v1.2", "v1.2"),
    ],
)
def test_every_project_is_an_experiment(project, experiment):
    assert settings.experiment(project) == experiment


def test_an_unknown_mode_is_refused(wandb):
    with pytest.raises(wandb.UsageError, match="no mode 'fast'"):
        wandb.init(mode="fast")


def test_a_run_that_stopped_is_resumed_by_its_id(wandb):
    code = """
import os, gittrack.integrations.wandb as wandb
import pickle
run = wandb.init(project="p", id="abc", config={"lr": 1})
run.log({"loss": 1.0})
os.kill(os.getpid(), 9)
"""
    helpers.python(code)
    run = wandb.init(project="p", id="abc", resume="must", config={"lr": 2, "new": 3})
    assert (run.resumed, run.config.as_dict()) == (True, {"lr": 1, "new": 3})
    run.log({"loss": 0.5}, step=1)
    run.finish()
    assert gittrack.get("@").metrics["loss"].count == 2
    again = wandb.init(project="p", id="abc", resume="allow")
    assert (again.resumed, again.gittrack.id == run.gittrack.id) == (False, False)
    again.finish()
    with pytest.raises(wandb.UsageError, match="no run has the id other"):
        wandb.init(project="p", id="other", resume="must")


def test_values_of_the_launcher_override_the_program(project):
    script = (
        "import gittrack.integrations.wandb as wandb\n"
        "wandb.init(config={'lr': 1, 'b': 2})\n"
        "wandb.config.update({'lr': 3, 'b': 2})\n"
        "wandb.log({'lr seen': wandb.config.lr, 'words': 'hello'})\n"
    )
    done = helpers.run_cli("run", "-S", "lr=7", "--", "python", "-c", script)
    assert done.code == 0, done.err
    record = gittrack.get("@")
    assert (record.params["lr"], record.metrics["lr seen"].last) == (7, 7)
    assert record.read(record.media["words"][0]["path"]) == b"hello"
