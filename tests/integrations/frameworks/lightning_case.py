"""Lightning for the contract: a linear model, one step an epoch."""

import logging
import tempfile
import warnings

import lightning
import lightning.pytorch as pl
import torch
from contract import latest, new_runs

from gittrack.integrations.lightning import GittrackLogger, GittrackStop

warnings.simplefilter("ignore")
logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
PARAMS = {"rate": 0.1}
SERIES = "loss"
MODEL = "model/best.ckpt"
BEST = {}
CALLBACK = GittrackLogger
DATA = torch.utils.data.TensorDataset(torch.ones(4, 2), torch.ones(4, 1))


class Model(pl.LightningModule):
    def __init__(self, rate=0.1):
        super().__init__()
        self.save_hyperparameters()
        self.layer = torch.nn.Linear(2, 1)

    def training_step(self, batch, index):
        loss = torch.nn.functional.mse_loss(self.layer(batch[0]), batch[1])
        self.log("loss", loss, on_step=False, on_epoch=True)
        return loss

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), self.hparams.rate)

    def test_step(self, batch, index):
        self.log("test_loss", torch.nn.functional.mse_loss(self.layer(batch[0]), batch[1]))


class Failing(pl.Callback):
    def __init__(self, at):
        self.at = at

    def on_train_epoch_start(self, trainer, module):
        if trainer.current_epoch == self.at:
            raise OSError("the disk is gone")


def trainer_of(logger, folder, rounds, *callbacks):
    return pl.Trainer(
        max_epochs=rounds,
        logger=logger,
        default_root_dir=folder,
        accelerator="cpu",
        log_every_n_steps=1,
        enable_progress_bar=False,
        enable_model_summary=False,
        callbacks=list(callbacks),
    )


def train(rounds, fail_at=None, **options):
    logger = GittrackLogger(**options)
    with tempfile.TemporaryDirectory() as folder:
        trainer = trainer_of(logger, folder, rounds, Failing(fail_at), GittrackStop(logger))
        trainer.fit(Model(), torch.utils.data.DataLoader(DATA, batch_size=4))


def check_a_test_after_fit_is_part_of_the_run(case):
    loader = torch.utils.data.DataLoader(DATA, batch_size=4)
    with new_runs(1), tempfile.TemporaryDirectory() as folder:
        trainer, model = trainer_of(GittrackLogger(), folder, 2), Model()
        trainer.fit(model, loader)
        trainer.test(model, loader, verbose=False)
    assert {"loss", "test_loss"} <= set(latest()[0].metrics)


def check_a_loop_of_fabric_is_a_run(case):
    with new_runs(2):
        fabric = lightning.Fabric(loggers=[GittrackLogger()], accelerator="cpu")
        fabric.log("loss", 0.5, step=1)
        train(1)  # which ends the earlier one
    assert [run.status for run in latest(2)] == ["finished", "finished"]


CHECKS = (check_a_test_after_fit_is_part_of_the_run, check_a_loop_of_fabric_is_a_run)
