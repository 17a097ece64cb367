"""What every integration promises, checked in a process that imports the framework once.

`main` is called in a repository.  A module of `frameworks/` trains a small model with the integration, the
same way for each check.  It says by constants what its framework cannot do.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import logging
import os
import pickle
import sys
import tempfile
from pathlib import Path

import gittrack
from gittrack.record.run import Run

sys.path.insert(0, str(Path(__file__).parent / "frameworks"))

ROUNDS = 5


def latest(count=1):
    """Return the newest runs, newest first."""
    return list(gittrack.runs(sort="-started", limit=count))


def files_of(run):
    return {item.name for item in run.commit.tree}


@contextlib.contextmanager
def replaced(owner, name, value):
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


@contextlib.contextmanager
def new_runs(count):
    """Check that the block records so many runs."""
    before = len(gittrack.runs())
    yield
    gittrack.finish()
    assert len(gittrack.runs()) - before == count, f"{len(gittrack.runs()) - before} new runs"


def fail(case, **options):
    """Train with an exception in the middle, which the script catches."""
    try:
        case.train(ROUNDS, fail_at=3, **options)
    except Exception as error:  # noqa: BLE001 - of the framework
        return error
    raise AssertionError("the training has not failed")


def check_a_training_is_a_run_with_params_series_best_and_model(case):
    with new_runs(1):
        case.train(ROUNDS, log_model="best", experiment="contract", tags=["small"])
    (run,) = latest()
    assert (run.status, run.experiment, run.tags) == ("finished", "contract", ("small",))
    assert {key: run.params[key] for key in case.PARAMS} == case.PARAMS
    first = getattr(case, "FIRST_STEP", 0)
    steps = run.history(case.SERIES).steps.tolist()
    assert steps == [*range(first, first + ROUNDS)], steps
    assert {key: run.metrics[key].last for key in case.BEST} == case.BEST
    assert case.MODEL is None or run.artifact(case.MODEL).exists()


def check_the_active_run_is_used_and_goes_on(case):
    with new_runs(1), gittrack.init(config={"mine": 1}) as run:
        case.train(ROUNDS)
        run.log({"after": 1.0})
    (run,) = latest()
    assert {"after", case.SERIES} <= set(run.metrics)
    assert run.params["mine"] == 1
    assert "artifacts" not in files_of(run)  # unless log_model asks for one


def check_a_value_of_the_run_stays(case):
    key, value = list(case.PARAMS.items())[-1]
    with gittrack.init(config={key: "mine"}):
        case.train(ROUNDS)
    (run,) = latest()
    assert run.params[key] == "mine"
    assert value in [inner.get(key) for inner in run.params.values() if isinstance(inner, dict)]


def check_an_exception_fails_the_run_and_the_next_training_is_another(case):
    with new_runs(2):
        fail(case)
        case.train(ROUNDS)
    after, failed = latest(2)
    assert (failed.status, after.status) == ("failed", "finished")
    if getattr(case, "KEEPS_POINTS", True):
        assert len(failed.history(case.SERIES).steps) == 3


def check_a_crashed_training_continues_its_run(case):
    if not getattr(case, "RESUMES", True):
        return
    with tempfile.TemporaryDirectory() as folder, new_runs(2):
        fail(case, resume=folder)
        case.train(ROUNDS, resume=folder)
        case.train(ROUNDS, resume=folder)  # that one has finished
    after, resumed = latest(2)
    assert (resumed.status, resumed.info.resumed) == ("finished", 1)
    assert (after.status, after.info.resumed) == ("finished", 0)


def check_a_rank_records_nothing(case):
    os.environ["RANK"] = "1"
    with new_runs(0):
        case.train(ROUNDS)
    del os.environ["RANK"]


def check_a_sweep_stops_it_early(case):
    if not getattr(case, "STOPS", True):
        return
    answers = iter([False, True, *[True] * 10])
    with new_runs(1), replaced(Run, "should_stop", lambda run: next(answers)):
        case.train(ROUNDS)
    (run,) = latest()
    assert run.status == "finished"
    assert len(run.history(case.SERIES).steps) == 2


def check_an_error_of_the_recording_ends_no_training(case):
    def broken(run, *_):
        raise RuntimeError("no room")

    logger, lines = logging.getLogger("gittrack"), io.StringIO()
    handler = logging.StreamHandler(lines)
    logger.addHandler(handler)
    with replaced(Run, "log", broken):
        case.train(ROUNDS)
        gittrack.finish()
        failure = None
        try:
            case.train(ROUNDS, strict=True)
        except Exception as error:  # noqa: BLE001 - of the framework
            failure = error
        gittrack.finish()
    logger.removeHandler(handler)
    assert "the training goes on: RuntimeError: no room" in lines.getvalue(), lines.getvalue()
    assert " calls of the " in lines.getvalue(), lines.getvalue()
    assert "no room" in str(failure), failure


def check_what_a_worker_gets_can_be_pickled(case):
    callback = getattr(case, "CALLBACK", None)
    if callback is not None:
        pickle.loads(pickle.dumps(callback()))


# What depends on the framework; the other checks are about what all integrations share.
OF_THE_FRAMEWORK = (
    check_a_training_is_a_run_with_params_series_best_and_model,
    check_an_exception_fails_the_run_and_the_next_training_is_another,
    check_a_sweep_stops_it_early,
)


def main(names, brief=False):
    """Check frameworks; ``brief`` checks of all but the first only what depends on the framework."""
    every = [value for name, value in globals().items() if name.startswith("check_")]
    for name in names:
        common = OF_THE_FRAMEWORK if brief and name != names[0] else every
        case = importlib.import_module(f"{name}_case")
        own = getattr(case, "check", None)
        checks = common if own is None else [lambda case: case.check()]
        checks = [*checks, *getattr(case, "CHECKS", ())]
        for check in checks:
            try:
                check(case)
            except Exception:
                print(f"{name}: {check.__name__}", file=sys.stderr)
                raise
        print(f"{name}: {len(checks)} checks")
