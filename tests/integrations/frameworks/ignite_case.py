"""Ignite for the contract: an engine whose output is a loss."""

from ignite.engine import Engine

from gittrack.integrations.ignite import attach

PARAMS = {"epochs": 5, "epoch_length": 1}
SERIES = "train/loss"
FIRST_STEP = 1
MODEL = None
BEST = {}
RESUMES = False


def train(rounds, fail_at=None, log_model=None, **options):
    def step(engine, batch):
        if engine.state.iteration - 1 == fail_at:
            raise OSError("the disk is gone")
        return 1 / engine.state.iteration

    trainer = Engine(step)
    attach(trainer, **options)
    trainer.run([0], max_epochs=rounds)
