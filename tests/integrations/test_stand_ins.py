"""Integrations whose frameworks are stood in for by objects of their shape."""

import sys
from types import ModuleType, SimpleNamespace

import pytest

import gittrack


class Model:
    """What Ultralytics calls: the functions that were added for an event."""

    def __init__(self):
        self.functions = {}

    def add_callback(self, event, function):
        self.functions[event] = function


def test_ultralytics(project, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ultralytics", package := ModuleType("ultralytics"))
    package.__version__ = "8.4.0"
    monkeypatch.delitem(sys.modules, "gittrack.integrations.ultralytics", raising=False)
    from gittrack.integrations.ultralytics import add_to

    model, weights = Model(), tmp_path / "best.pt"
    weights.write_text("weights")
    add_to(model, log_model="best", experiment="boxes")
    trainer = SimpleNamespace(
        args=SimpleNamespace(lr0=0.01, epochs=2),
        label_loss_items=lambda losses, prefix: {f"{prefix}/box_loss": losses},
        metrics={"metrics/mAP50(B)": 0.5},
        lr={"lr/pg0": 0.01},
        best=weights,
        last=tmp_path / "last.pt",
        fitness=0.5,
    )
    model.functions["on_pretrain_routine_start"](trainer)
    for trainer.epoch in range(2):
        trainer.tloss = 1 / (trainer.epoch + 1)
        model.functions["on_train_epoch_end"](trainer)
        model.functions["on_fit_epoch_end"](trainer)
    model.functions["on_fit_epoch_end"](trainer)  # the last validation, of the best weights
    model.functions["on_train_end"](trainer)
    (run,) = gittrack.runs(experiment="boxes")
    assert (run.status, run.params) == ("finished", {"lr0": 0.01, "epochs": 2})
    assert run.history("train/box_loss").values.tolist() == [1.0, 0.5]
    assert run.history("metrics/mAP50(B)").steps.tolist() == [0, 1]
    assert (run.metrics["best_iteration"].last, run.metrics["best_score"].last) == (0, 0.5)
    assert run.metrics["best/metrics/mAP50(B)"].last == 0.5
    assert run.artifact("model/best.pt").read_text() == "weights"


def test_fastai(project, monkeypatch):
    core, package = ModuleType("fastai.callback.core"), ModuleType("fastai")
    core.Callback, core.CancelFitException = object, StopIteration
    package.__version__ = "2.8.0"
    for name, module in {
        "fastai": package,
        "fastai.callback": package,
        core.__name__: core,
        "torch": ModuleType("torch"),
    }.items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.delitem(sys.modules, "gittrack.integrations.fastai", raising=False)
    from gittrack.integrations.fastai import GittrackCallback

    callback = GittrackCallback(experiment="pets")
    names = ["epoch", "train_loss", "valid_loss", "time"]
    optimizer = SimpleNamespace(hypers=[{"lr": 0.1}])
    callback.learn = SimpleNamespace(
        **dict.fromkeys(("loss_func", "model"), print),
        **{"n_epoch": 2, "opt": optimizer, "dls": SimpleNamespace(bs=4), "cbs": []},
        recorder=SimpleNamespace(metric_names=names),
    )
    callback.before_fit()
    callback.before_train()
    for callback.learn.epoch, loss in enumerate((0.5, 0.25)):
        callback.learn.recorder.log = [callback.learn.epoch, loss, loss * 2, "00:01"]
        callback.after_epoch()
    monkeypatch.setattr(type(callback.training), "should_stop", lambda self: True)
    with pytest.raises(StopIteration):
        callback.after_epoch()
    callback.after_fit()
    (run,) = gittrack.runs(experiment="pets")
    assert (run.params["epochs"], run.params["learning_rate"]) == (2, 0.1)
    assert run.history("valid_loss").values.tolist()[:2] == [1.0, 0.5]
    assert (run.metrics["best_iteration"].last, run.metrics["best_score"].last) == (1, 0.5)


def test_a_summary_writer_goes_on_and_is_recorded(project):
    from gittrack.integrations import tensorboard

    written = []

    class SummaryWriter:
        def add_scalar(self, tag, scalar_value, global_step=None, walltime=None):
            written.append((tag, scalar_value, global_step))

        def add_scalars(self, main_tag, tag_scalar_dict, global_step=None):
            written.append(main_tag)

        def add_hparams(self, hparam_dict, metric_dict):
            written.append(hparam_dict)

    training = tensorboard.record(experiment="board")
    tensorboard.listen(SummaryWriter, training)
    tensorboard.listen(SummaryWriter, training)  # again: nothing is recorded twice
    writer = SummaryWriter()
    writer.add_scalar("loss", 0.5, 3)
    writer.add_scalar(tag="loss", scalar_value=0.25, global_step=4)
    writer.add_scalar("loss", "no number", 5)
    writer.add_scalars("acc", {"train": 1, "test": 0.5}, 4)
    writer.add_hparams({"lr": 0.1}, {"hparam/acc": 0.5})
    training.close()
    assert written[:3] == [("loss", 0.5, 3), ("loss", 0.25, 4), ("loss", "no number", 5)]
    (run,) = gittrack.runs(experiment="board")
    assert run.history("loss").steps.tolist() == [3, 4]
    assert run.history("acc/test").steps.tolist() == [4]
    assert (run.params, run.metrics["hparam/acc"].last) == ({"lr": 0.1}, 0.5)
