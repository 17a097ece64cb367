"""fastai for the contract: a linear model, one step an epoch."""

import warnings

import torch
from contract import latest, new_runs
from fastai.callback.core import Callback
from fastai.callback.schedule import fit_one_cycle  # noqa: F401 - a method of Learner
from fastai.data.core import DataLoaders
from fastai.learner import Learner

import gittrack
from gittrack.integrations.fastai import GittrackCallback

warnings.simplefilter("ignore")
PARAMS = {"learning_rate": 0.01, "batch_size": 4, "model": "Linear", "epochs": 5}
SERIES = "train_loss"
MODEL = "model/best.pkl"
BEST = {"best_iteration": 4}
RESUMES = False  # fastai has no checkpoints of a training, only of weights
CALLBACK = GittrackCallback


class Data(list):
    """Items that a learner can leave out when it is exported, as the data sets of fastai."""

    def new_empty(self):
        return Data()


class Failing(Callback):
    def __init__(self, at):
        self.at = at

    def before_epoch(self):
        if self.epoch == self.at:
            raise OSError("the disk is gone")


def learner_of(*callbacks):
    torch.manual_seed(0)
    data = Data([(torch.ones(2), torch.ones(1))] * 4)
    loaders = DataLoaders.from_dsets(data, data, bs=4, device="cpu", num_workers=0)
    loss = torch.nn.functional.mse_loss
    return Learner(loaders, torch.nn.Linear(2, 1), loss_func=loss, cbs=list(callbacks))


def train(rounds, fail_at=None, **options):
    learner = learner_of(GittrackCallback(**options), Failing(fail_at))
    with learner.no_bar(), learner.no_logging():
        learner.fit(rounds, 0.01)


def check_what_is_no_training_records_nothing(case):
    learner = learner_of(GittrackCallback())
    with new_runs(0), learner.no_bar(), learner.no_logging():
        learner.create_opt()
        learner.validate()
        learner.get_preds()


def check_trainings_in_one_run_follow_each_other(case):
    learner = learner_of(GittrackCallback())
    with new_runs(1), gittrack.init(), learner.no_bar(), learner.no_logging():
        learner.fit(2, 0.01)
        learner.fit_one_cycle(3, 0.1)
    (run,) = latest()
    assert run.history("valid_loss").steps.tolist() == [0, 1, 2, 3, 4]
    assert run.history("learning_rate").values[0] == 0.01


CHECKS = (check_what_is_no_training_records_nothing, check_trainings_in_one_run_follow_each_other)
