"""Lightning for the contract: a linear model, one step an epoch."""

import logging
import tempfile
import warnings

import lightning.pytorch as pl
import torch

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


class Failing(pl.Callback):
    def __init__(self, at):
        self.at = at

    def on_train_epoch_start(self, trainer, module):
        if trainer.current_epoch == self.at:
            raise OSError("the disk is gone")


def train(rounds, fail_at=None, **options):
    logger = GittrackLogger(**options)
    with tempfile.TemporaryDirectory() as folder:
        trainer = pl.Trainer(
            max_epochs=rounds,
            logger=logger,
            default_root_dir=folder,
            accelerator="cpu",
            log_every_n_steps=1,
            enable_progress_bar=False,
            enable_model_summary=False,
            callbacks=[Failing(fail_at), GittrackStop(logger)],
        )
        trainer.fit(Model(), torch.utils.data.DataLoader(DATA, batch_size=4))
