"""The JSON of a run: keys and types that other people's scripts depend on."""

import json
import re

import pytest
from helpers import record, run_cli

import gittrack

pytestmark = pytest.mark.usefixtures("project")

TEXT, NUMBER, MAYBE_TEXT, MAYBE_INT = str, (int, float), (str, type(None)), (int, type(None))
MAYBE = (int, float, type(None))
RUN = {
    **{"id": TEXT, "experiment": TEXT, "name": MAYBE_TEXT, "status": TEXT, "started": TEXT},
    **{"ended": MAYBE_TEXT, "duration": NUMBER, "params": dict, "metrics": dict, "tags": list},
    **{"note": MAYBE_TEXT, "group": MAYBE_TEXT, "seed": MAYBE_INT, "command": list},
    **{"exit_code": MAYBE_INT, "fingerprint": MAYBE_TEXT, "recipe": MAYBE_TEXT},
    **{"commit": MAYBE_TEXT, "ref": MAYBE_TEXT, "code": dict, "user": TEXT, "host": TEXT},
    **{"sweep": (dict, type(None))},
}
METRIC = {"last": NUMBER, "min": NUMBER, "max": NUMBER, "step": NUMBER, "count": int}
CODE = {"commit": MAYBE_TEXT, "branch": MAYBE_TEXT, "dirty": bool, "snapshot": MAYBE_TEXT}
DETAIL = {"env": dict, "inputs": list, "outputs": list, "diff": dict}
ISO = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


def check(found, keys):
    """Every promised key is there, with the promised type; there may be others."""
    assert {key for key in keys if key not in found} == set()
    assert {key for key, kind in keys.items() if not isinstance(found[key], kind)} == set()


def check_run(found):
    check(found, RUN)
    check(found["code"], CODE)
    for metric in found["metrics"].values():
        check(metric, METRIC)
        assert set(metric) == set(METRIC)


@pytest.fixture
def states():
    """A run in each state: bare, complete, failed, going on."""
    record()
    with open("train.py", "a") as file:
        file.write("# changed\n")
    record(
        "full",
        {"acc": 0.5},
        config={"lr": 0.1},
        tags=["t"],
        note="n",
        group="g",
        seed=1,
        experiment="x/y",
    )
    run_cli("run", "--input", "params.yaml", "--output", "train.py", "--", "sh", "-c", "exit 3")
    with gittrack.init() as run:
        run.log({"acc": 0.25})
        yield


@pytest.mark.parametrize(
    "argv", [("ls",), ("top", "acc"), ("ls", "-e", "x"), ("top", "acc.max", "--min")]
)
def test_lists(states, argv):
    done = run_cli(*argv, "--json")
    runs = json.loads(done.out)
    assert len(runs) == (1 if "-e" in argv else 4)
    for run in runs:
        check_run(run)


@pytest.mark.parametrize("back", range(4))
def test_show(states, back):
    found = json.loads(run_cli("show", f"@~{back}", "--json").out)
    check_run(found)
    check(found, DETAIL)


def test_times_are_iso_8601(states):
    found = json.loads(run_cli("show", "full", "--json").out)
    assert re.fullmatch(ISO, found["started"])
    assert re.fullmatch(ISO, found["ended"])


def test_inputs_outputs_and_diff(states):
    found = json.loads(run_cli("show", "@~1", "--json").out)
    check(found["inputs"][0], {"path": TEXT, "kind": TEXT, "size": int, "sha256": TEXT})
    check(found["outputs"][0], {"path": TEXT, "size": int, "sha256": TEXT, "where": TEXT})
    check(found["diff"], {"base": TEXT, "snapshot": TEXT, "files": list})
    check(
        found["diff"]["files"][0],
        {"path": TEXT, "status": TEXT, "added": int, "removed": int, "patch": TEXT},
    )


def test_numbers_that_json_lacks_are_words():
    record("a", {"nan": float("nan"), "up": float("inf"), "down": float("-inf")})
    found = json.loads(run_cli("show", "a", "--json").out, parse_constant=pytest.fail)
    assert {name: metric["last"] for name, metric in found["metrics"].items()} == {
        "nan": "NaN",
        "up": "Infinity",
        "down": "-Infinity",
    }


def test_models_versions_and_events():
    gittrack.registry().register("m", record("r"))
    gittrack.registry().promote("m", 1, "staging")
    version = {
        **{"model": TEXT, "version": (int, str), "tag": TEXT, "commit": TEXT, "stage": TEXT},
        **{"stages": list, "deprecated": bool, "run": TEXT, "metrics": dict, "artifacts": list},
        **{"at": TEXT, "by": TEXT, "why": MAYBE_TEXT, "signature": TEXT},
    }
    found = {
        words: json.loads(run_cli("model", *words, "--json").out)
        for words in (("ls",), ("ls", "m"), ("show", "m"), ("history", "m"))
    }
    kinds = {"model": TEXT, "latest": dict, "stages": dict, "versions": list, "conflicts": list}
    check(found["ls",][0], {**kinds, "moved": list})
    for one in (*found["ls", "m"], found["show", "m"], found["ls",][0]["latest"]):
        check(one, version)
    check(found["show", "m"], {"run_signature": TEXT, "history": list, "moved": list})
    event = {
        **{"number": MAYBE_INT, "event": TEXT, "version": (int, str), "stage": MAYBE_TEXT},
        **{"tag": TEXT, "replaces": (int, str, type(None))},
    }
    for one in found["history", "m"]:
        check(one, {**event, "at": TEXT, "by": TEXT, "forced": list, "commit": TEXT})


def test_sweeps_and_their_trials():
    trial = """echo "{\\"loss\\": $2}" >> "$GITTRACK_METRICS" """
    options = ("-S", "lr=0.1,0.2", "-m", "loss", "-n", "2")
    assert run_cli("sweep", *options, "--", "sh", "-c", trial, "sh", "{args}").code == 0
    listed = json.loads(run_cli("sweep", "ls", "--json").out)
    shown = json.loads(run_cli("sweep", "show", "@", "--json").out)
    for found in (*listed, shown):
        check(
            found,
            {
                **{"id": TEXT, "name": MAYBE_TEXT, "method": TEXT, "metric": TEXT, "goal": TEXT},
                **{"axes": list, "trials": list, "best": MAYBE_TEXT, "size": MAYBE_INT},
                **{"state": TEXT, "resource": MAYBE_TEXT, "started": TEXT},
            },
        )
        check(
            found["axes"][0],
            {
                **{"name": TEXT, "kind": TEXT, "log": bool, "low": MAYBE, "high": MAYBE},
                "values": list,
            },
        )
        check(
            found["trials"][0],
            {
                **{"key": TEXT, "config": int, "params": dict, "status": TEXT, "score": MAYBE},
                **{"order": MAYBE_INT, "rung": int, "bracket": int, "budget": MAYBE_INT},
                **{"seed": MAYBE_INT, "run": TEXT, "duration": NUMBER},
            },
        )
    weight = {"name": TEXT, "share": MAYBE, "method": TEXT, "trials": int, "why": TEXT}
    check(shown["importance"][0], {**weight, "correlation": MAYBE})
    run = json.loads(run_cli("show", shown["trials"][0]["run"], "--json").out)
    facts = {"id": TEXT, "trial": TEXT, "config": int, "attempt": int, "known": int, "order": int}
    check(run["sweep"], {**facts, "interrupted": bool, "stopped": MAYBE, "why": MAYBE_TEXT})
