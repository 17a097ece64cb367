"""Arguments of the Python API: converted, or refused by one clear error before anything is written."""

import os
from pathlib import Path

import numpy as np
import pytest
from helpers import python

import gittrack

pytestmark = pytest.mark.usefixtures("project")


@pytest.mark.parametrize("seed", ["7", " 7 ", 7.0, np.int64(7), 7])
def test_a_seed_is_a_whole_number(seed):
    with gittrack.init(seed=seed) as run:
        pass
    assert gittrack.get(run.id).seed == 7


def test_tags_of_a_mapping_keep_their_values():
    with gittrack.init(tags={"hypothesis": "x", "try": 2}) as run:
        pass
    assert gittrack.get(run.id).tags == ("hypothesis=x", "try=2")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"seed": "x"}, "the seed is 'x', not a whole number"),
        ({"seed": 1.5}, "the seed is 1.5, not a whole number"),
        ({"seed": True}, "the seed is True, not a whole number"),
        ({"resume": True}, "resume is True, not text"),
        ({"resume": 5}, "resume is 5, not text"),
        ({"tags": 5}, "tags is 5"),
        ({"tags": {"": ""}}, None),
        ({"mode": 3}, "there is no mode 3"),
        ({"experiment": 3}, "the experiment is 3, not text"),
        ({"name": 3}, "the name of a run is 3, not text"),
        ({"note": [1]}, "the note is [1] (list), not text"),
        ({"group": ["a"]}, "the group is ['a'] (list), not text"),
        ({"strict": "yes"}, "strict is 'yes'"),
        ({"config": 5}, "the config is a int, not a mapping"),
    ],
)
def test_of_init(words, message):
    if message is None:
        gittrack.init(**words).finish()
        return
    with pytest.raises(gittrack.TrackError) as caught:
        gittrack.init(**words)
    assert caught.value.message.startswith(message)
    assert caught.value.hint
    assert not os.path.exists(".git/gittrack/live") or not os.listdir(".git/gittrack/live")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda run: run.log(None), "the metrics are None, not a mapping"),
        (lambda run: run.log("a"), "the metrics are 'a', not a mapping"),
        (lambda run: run.log([1]), "the metrics are [1], not a mapping"),
        (lambda run: run.log_artifact(None), "the artifact is None, not a path"),
        (
            lambda run: run.log_artifact("train.py", name=5),
            "the name of the artifact is 5, not text",
        ),
        (lambda run: run.log_input(None), "the input is None, not a path"),
        (lambda run: run.define_metric(3), "the name of a metric is 3, not text"),
        (lambda run: run.define_metric("a", goal="up"), "the goal is 'up'"),
        (lambda run: run.define_metric("a", goal=["min"]), "the goal is ['min']"),
        (lambda run: run.define_metric("a", summary=3), "the summary is 3"),
        (lambda run: gittrack.get(None), "the run is None, not text"),
        (lambda run: gittrack.diff(None, "@"), "the run is None, not text"),
        (lambda run: gittrack.get(run.id).history(None), "the name of a metric is None, not text"),
        (lambda run: gittrack.get(run.id).read(None), "the file is None, not a path"),
        (lambda run: gittrack.get(run.id).content(5), "the file is 5, not a path"),
        (lambda run: gittrack.get(run.id).artifact(None), "the name of the artifact is None"),
        (lambda run: gittrack.runs().top(None), "the metric is None, not text"),
        (lambda run: run.summary.update(5), "the final values are 5, not a mapping"),
        (lambda run: gittrack.runs(where=1), "where is 1, not text"),
        (lambda run: gittrack.runs(experiment=1), "the experiment is 1, not text"),
        (lambda run: gittrack.runs(sort=1), "sort is 1, not text"),
        (lambda run: gittrack.runs(limit=""), "the limit is '', not a whole number"),
        (lambda run: gittrack.runs(limit=-1), "the limit is -1"),
        (lambda run: gittrack.registry().get(None), "the model is None, not text"),
        (lambda run: gittrack.registry().versions(None), "the model is None, not text"),
        (lambda run: gittrack.registry().history(5), "the model is 5, not text"),
        (lambda run: gittrack.registry().register(None, run.id), "the model is None, not text"),
        (lambda run: gittrack.registry().register("m", None), "the run is None, not text"),
        (lambda run: gittrack.registry().promote("m", 1, []), "the stage is [], not text"),
        (lambda run: gittrack.registry().deprecate("m", None), "the version is None"),
    ],
)
def test_of_other_calls(call, message):
    with gittrack.init() as run:
        events = Path(f".git/gittrack/live/{run.id}/events.jsonl")
        before = events.read_bytes()
        with pytest.raises(gittrack.TrackError) as caught:
            call(run)
        assert events.read_bytes() == before
    assert caught.value.message.startswith(message)
    assert gittrack.get(run.id).status == "finished"


class TestMetricsThatAreNoNumbers:
    def test_are_left_out_and_the_others_stay(self):
        code = (
            "import gittrack\nrun = gittrack.init()\n"
            "for step in range(3):\n"
            "    run.log({'loss': step, 'auc': None, 'text': 'a'}, step=step)\n"
            "run.log({'loss': 9}, step='x')\n"
            "run.log_metric('auc', 0.5)\n"
        )
        done = python(code)
        assert done.code == 0
        run = gittrack.get("@")
        assert run.history("loss").steps.tolist() == [0, 1, 2, 3]
        assert run.metrics["auc"].count == 1
        said = [line.partition(",")[0] for line in done.err.splitlines()]
        assert said == [
            "the metric 'auc' is None (NoneType)",
            "the metric 'text' is 'a' (str)",
            "the metric 'step' is 'x' (str)",
            "left out in sum: 3 of metric 'auc'",
        ]

    def test_are_an_error_of_a_strict_run(self):
        with gittrack.init(strict=True) as run:
            with pytest.raises(gittrack.TrackError, match="the metric 'auc' is None"):
                run.log({"loss": 1, "auc": None})
            run.log({"acc": 1})
        assert set(gittrack.get(run.id).metrics) == {"acc"}


class TestFinalValuesThatAreNotNumbers:
    def test_are_left_out_with_one_warning_and_the_others_stay(self):
        code = (
            "import gittrack\nrun = gittrack.init()\n"
            "run.summary['auc'] = None\n"
            "run.summary['auc'] = 'x'\n"
            "run.summary.update({'acc': 0.9, 'text': 'a', '': 1})\n"
            "print('auc' in run.summary, run.summary['acc'])\n"
            "run.finish({'loss': 0.5, 'best': [1, 2]})\n"
        )
        done = python(code)
        assert (done.code, done.out) == (0, "False 0.9\n")
        run = gittrack.get("@")
        assert run.status == "finished"
        assert {name: metric.last for name, metric in run.metrics.items()} == {
            "acc": 0.9,
            "loss": 0.5,
        }
        assert [line.partition(",")[0] for line in done.err.splitlines()] == [
            "the metric 'auc' is None (NoneType)",
            "the metric 'text' is 'a' (str)",
            "the name of a metric is empty: it is left out",
            "the metric 'best' is [1",
            "left out in sum: 2 of metric 'auc'",
        ]

    def test_are_an_error_of_a_strict_run_which_goes_on(self):
        with gittrack.init(strict=True) as run:
            with pytest.raises(gittrack.TrackError, match="the metric 'auc' is None"):
                run.summary.update({"acc": 1, "auc": None})
            with pytest.raises(gittrack.TrackError, match="the metric 'auc' is 'x'"):
                run.finish({"auc": "x"})
            assert run.status == "running"
            run.log({"loss": 1})
        assert set(gittrack.get(run.id).metrics) == {"loss"}


def test_what_is_known_about_a_metric_is_recorded():
    with gittrack.init() as run:
        run.define_metric("loss", goal="minimize", step_metric="epoch")
        run.define_metric("acc", goal="max", summary="best")
        run.define_metric("loss", summary="last")
        run.log({"loss": 1, "acc": 0.5})
    assert gittrack.get(run.id).info.metric_definitions == {
        "loss": {"goal": "min", "step_metric": "epoch", "summary": "last"},
        "acc": {"goal": "max", "summary": "best"},
    }


def test_a_disabled_run_silences_the_module_until_it_ends():
    code = (
        "import gittrack\nrun = gittrack.init(mode='disabled')\n"
        "gittrack.log({'a': 1})\nrun.define_metric('a', goal='min')\ngittrack.finish()\n"
        "try:\n    gittrack.log({'a': 1})\nexcept gittrack.TrackError as error:\n    print(error.message)\n"
    )
    assert python(code) == (0, "no run is active\n", "")
    assert gittrack.runs() == []
