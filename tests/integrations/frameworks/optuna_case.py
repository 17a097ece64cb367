"""Optuna for the contract: the trials of a study, whose values are a series of the run around it."""

import optuna

import gittrack
from gittrack.integrations.optuna import GittrackCallback

optuna.logging.set_verbosity(optuna.logging.ERROR)
CALLBACK = GittrackCallback


def train(rounds, **options):
    study = optuna.create_study(
        study_name="curve", direction="maximize", sampler=optuna.samplers.RandomSampler(seed=1)
    )

    def objective(trial):
        x = trial.suggest_float("x", 0, 1)
        trial.report(x / 2, 0)
        trial.report(x, 1)
        if trial.number == 1:
            raise optuna.TrialPruned
        if trial.number == 2:
            raise OSError("the disk is gone")
        return x

    callback = GittrackCallback("score", **options)
    study.optimize(objective, rounds, callbacks=[callback], catch=(OSError,))
    return study


def check():
    """What is special of a study: many runs."""
    with gittrack.init(name="study") as run:
        study = train(4, tags=["small"])
    outer = gittrack.get(run.id)
    trials = {int(run.params["trial"]): run for run in gittrack.runs(where='group == "curve"')}
    assert [trials[number].status for number in range(4)] == [
        *("finished", "finished", "failed", "finished")
    ]
    assert [trials[number].tags for number in range(2)] == [("small",), ("small", "pruned")]
    assert trials[0].history("intermediate/score").steps.tolist() == [0, 1]
    assert trials[3].metrics["score"].last == trials[3].params["x"]
    assert trials[0].info.parent == run.id
    assert outer.history("score").steps.tolist() == [0, 3]
    assert outer.metrics["best_score"].last == study.best_value
