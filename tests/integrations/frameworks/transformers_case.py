"""transformers for the contract: a tiny model from a configuration, one step an epoch."""

import tempfile
import warnings

import torch
import transformers
from contract import latest, new_runs

from gittrack.integrations.transformers import GittrackCallback

warnings.simplefilter("ignore")
transformers.logging.set_verbosity_error()
PARAMS = {"learning_rate": 0.01, "num_train_epochs": 5}
SERIES = "train/loss"
FIRST_STEP = 1
MODEL = "model/best/config.json"
BEST = {}
CALLBACK = GittrackCallback


class Failing(transformers.TrainerCallback):
    def __init__(self, at):
        self.at = at

    def on_step_begin(self, args, state, control, **kwargs):
        if state.global_step == self.at:
            raise OSError("the disk is gone")


def trainer_of(folder, rounds, *callbacks):
    config = transformers.BertConfig(
        vocab_size=10,
        hidden_size=4,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=4,
    )
    arguments = transformers.TrainingArguments(
        folder,
        num_train_epochs=rounds,
        learning_rate=0.01,
        logging_steps=1,
        eval_strategy="epoch",
        save_strategy="epoch",
        load_best_model_at_end=True,
        report_to=[],
        disable_tqdm=True,
        use_cpu=True,
    )
    item = {"input_ids": torch.tensor([1, 2]), "labels": torch.tensor(1)}
    return transformers.Trainer(
        transformers.BertForSequenceClassification(config),
        arguments,
        train_dataset=[item] * 2,
        eval_dataset=[item],
        callbacks=list(callbacks),
    )


def train(rounds, fail_at=None, resume=None, **options):
    with tempfile.TemporaryDirectory() as temporary:
        folder = resume or temporary
        trainer = trainer_of(folder, rounds, GittrackCallback(**options), Failing(fail_at))
        checkpoint = transformers.trainer_utils.get_last_checkpoint(folder)
        trainer.train(resume_from_checkpoint=checkpoint)


def check_an_evaluation_alone_is_a_finished_run(case):
    with new_runs(2), tempfile.TemporaryDirectory() as folder:
        trainer_of(folder, 1, GittrackCallback()).evaluate()
        train(1)  # which ends the earlier one
    assert [run.status for run in latest(2)] == ["finished", "finished"]


CHECKS = (check_an_evaluation_alone_is_a_finished_run,)
