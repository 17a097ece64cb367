"""The model registry as JSON, whose keys are stable."""

from __future__ import annotations

import json

import pytest
from run_values import AUTHOR, event, model

from gittrack.core.registry.model_state import GOOD, UNSIGNED, Signature
from gittrack.show.data import model_json

FACTS = {
    **{"run": "20260301-000000-00000001", "experiment": "cifar", "name": "base", "why": "first"},
    **{"metrics": {"acc": 0.5}, "artifacts": [{"path": "w.bin"}], "at": "2026-03-01T00:00:00.000Z"},
}
MODEL = model(
    event("m@v1.0.0", "c1", **FACTS),
    event("m@v1.2.0", "c2"),
    event("m#production#1", "c1", version="v1.0.0", **{"from": "staging", "replaces": "v0.1.0"}),
    event("m#qa#2", "c9", forced=["its code is not committed"]),
)
SIGNATURES = {"m@v1.0.0": Signature(GOOD, "by Ada"), "m@v1.2.0": Signature(UNSIGNED)}


def test_a_version_has_the_facts_of_its_tag():
    whole = model_json.version(MODEL.versions[1], SIGNATURES)
    assert whole == {
        **{"model": "m", "version": 1, "tag": "m@v1.0.0", "commit": "c1", "stage": "production"},
        **{"stages": ["production"], "deprecated": False, "run": FACTS["run"], "name": "base"},
        **{"experiment": "cifar", "fingerprint": None, "recipe": None, "metrics": {"acc": 0.5}},
        **{"artifacts": [{"path": "w.bin"}], "at": FACTS["at"], "by": AUTHOR, "why": "first"},
        "signature": GOOD,
    }


def test_a_commit_that_is_no_version_has_the_same_keys():
    unnamed, named = MODEL.versions[0], MODEL.versions[2]
    whole = model_json.version(unnamed, SIGNATURES)
    assert whole.keys() == model_json.version(named, SIGNATURES).keys()
    assert (whole["version"], whole["tag"], whole["signature"], whole["by"]) == (
        "c9",
        None,
        None,
        None,
    )
    assert model_json.version(named, {})["signature"] is None


def test_a_model_has_its_stages_and_all_versions():
    whole = model_json.model(MODEL, SIGNATURES)
    assert (whole["latest"]["version"], whole["stages"]) == ("1.2.0", {"production": 1, "qa": "c9"})
    assert (whole["versions"], whole["deprecated"], whole["conflicts"]) == ([1, "1.2.0"], False, [])
    json.dumps(whole)


@pytest.mark.parametrize(
    ("position", "expected"),
    [
        (0, {"number": None, "event": "register", "version": 1, "stage": None, "why": "first"}),
        (
            2,
            {"number": 1, "event": "promote", "version": 1, "from": "staging", "replaces": "0.1.0"},
        ),
        (3, {"number": 2, "version": "c9", "forced": ["its code is not committed"], "why": None}),
    ],
)
def test_an_event(position, expected):
    whole = model_json.event(MODEL, MODEL.events[position])
    assert {key: whole[key] for key in expected} == expected


def test_an_event_of_a_deleted_version_has_the_version_of_its_message():
    gone = model(event("m#qa#1", "c5", version="v5.0.0"), event("m#qa!#2", "c5", version="v5.0.0"))
    assert model_json.event(gone, gone.events[1])["version"] == 5
    odd = model(
        event("m#qa#1", "c5", version="nonsense", replaces=7), event("m#qa!#2", "c5", version=5)
    )
    assert model_json.event(odd, odd.events[1])["version"] is None
    assert model_json.event(odd, odd.events[0])["replaces"] is None


def test_the_page_of_a_version_has_its_own_events():
    whole = model_json.page_json(MODEL, MODEL.versions[1], SIGNATURES, Signature(UNSIGNED))
    assert [entry["event"] for entry in whole["history"]] == ["register", "promote"]
    assert (whole["run_signature"], whole["moved"]) == (UNSIGNED, [])
