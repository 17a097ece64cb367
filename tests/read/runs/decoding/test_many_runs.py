"""Many runs that are decoded together are those that are decoded one after the other."""

from __future__ import annotations

import pytest
import run_values
from hypothesis import given, settings
from hypothesis import strategies as st
from run_values import NO_REPO, run_id

from gittrack.core.run import annotation_log
from gittrack.core.run.run_info import Metric
from gittrack.read.runs import reader
from gittrack.read.runs.decoding import many_runs
from gittrack.read.runs.reader import Raw

NUMBERS = st.floats() | st.integers(-(10**20), 10**20)
VALUES = st.none() | st.booleans() | NUMBERS | st.text(max_size=4) | st.lists(st.integers())
PARAMS = VALUES | st.dictionaries(st.sampled_from(["k", "x y"]), VALUES, max_size=2)
NAMES = st.sampled_from(["lr", "a b", "x.y", "n:1", "truncated", "code", "sweep", "params", ""])
METRICS = st.builds(
    Metric, st.floats(), st.floats(), st.floats(), st.none() | NUMBERS, st.integers(0)
)
MOMENTS = st.sampled_from(
    [f"2026-03-0{day}T10:20:3{day}.000Z" for day in range(1, 6)]
    + ["2026-02-30T00:00:00.000Z", "2026-03-01T24:00:00.000Z", "1960-03-01T00:00:00.000Z", "x"]
)
TRIAL = {
    **{"id": st.just(run_id(1)) | st.none(), "trial": st.sampled_from(["0", "7.s1", "-", 5])},
    **{"config": st.integers(0, 9), "order": st.none() | st.integers(0, 9) | st.text(max_size=1)},
    **{"stopped": NUMBERS, "interrupted": st.booleans(), "gpus": NUMBERS, "later": VALUES},
}
FACTS = {
    **{"name": st.text(max_size=3), "started": MOMENTS, "ended": MOMENTS},
    **{"gittrack": st.sampled_from(["word", "true", "a: b", "null", "12"])},
    **{"status": st.sampled_from(["finished", "failed", 7]), "format": st.sampled_from([1, 1, 2])},
    **{"tags": st.lists(st.text(max_size=3), max_size=2) | st.just("no list"), "later": VALUES},
    **{"seed": st.integers() | st.booleans(), "duration_s": NUMBERS, "commit": st.just("no id")},
    **{"changed": st.lists(st.text(max_size=3), max_size=2), "output_paths": st.just(["a"])},
    "code": st.fixed_dictionaries(
        {}, optional={"branch": st.none() | st.text(max_size=3), "dirty": VALUES, "tree": VALUES}
    ),
    "sweep": st.fixed_dictionaries({}, optional=TRIAL),
    "metric_definitions": st.just({"loss": {"goal": "min"}}) | st.just(3),
}
CONTENTS = st.tuples(
    st.dictionaries(NAMES, PARAMS, max_size=3),
    st.dictionaries(NAMES, METRICS, max_size=2),
    st.fixed_dictionaries({}, optional=FACTS),
)
LINES = ["", "no key", "format: 2", 'params.a: {"', "params.a.b: 1", "metrics.m: {kind: image}"]


def assert_same(raws: list[Raw]) -> None:
    decoded = many_runs.decoded(NO_REPO, raws)
    # Texts, because NaN is not equal to NaN, and 1 is equal to true.
    assert list(map(repr, decoded)) == [repr(reader.decode(NO_REPO, raw)) for raw in raws]


def with_line(raw: Raw, line: str) -> Raw:
    return raw._replace(body=(raw.body or b"") + f"{line}\n".encode())


@pytest.fixture(autouse=True, scope="module")
def all_are_many():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(many_runs, "_MANY", 1)
        patch.setattr(many_runs, "_FEW", 1)
        yield


@settings(max_examples=60)
@given(contents=st.lists(CONTENTS, min_size=1, max_size=3), line=st.sampled_from(LINES))
def test_runs_of_any_content(contents, line):
    raws = [
        run_values.raw(number, params=params, metrics=metrics, **facts)
        for number, (params, metrics, facts) in enumerate([*contents, *contents])
    ]
    assert_same([*raws, with_line(raws[0], line)])


def trial(number: int, **facts) -> Raw:
    sweep = {"id": run_id(0), "trial": f"{number}", "config": number, **facts}
    return run_values.raw(number, params={"x": [number]}, metrics={"loss": number / 3}, sweep=sweep)


def test_a_run_with_a_wrong_value_is_decoded_by_itself(monkeypatch):
    raws = [trial(number) for number in range(9)]
    raws[4] = trial(4, config="four")
    raws[5] = raws[5]._replace(folded=True)
    raws[6] = raws[6]._replace(
        annotations=annotation_log.parse(annotation_log.line("note", "A", 0.0, text="good"))
    )
    assert_same(raws)
    one_by_one, decode = [], reader.decode
    monkeypatch.setattr(
        reader, "decode", lambda repo, raw: one_by_one.append(raw) or decode(repo, raw)
    )
    infos = many_runs.decoded(NO_REPO, raws)
    assert one_by_one == [raws[4], raws[6]]
    assert (infos[4].status, infos[5].ref, infos[6].note) == ("damaged", None, "good")


def test_a_fact_whose_key_is_quoted_is_checked():
    assert_same([with_line(trial(number), 'code."commit": "--all"') for number in range(2)])


def test_no_two_runs_share_a_value_that_can_change():
    first, second = many_runs.decoded(
        NO_REPO, [run_values.raw(n, params={"a": [1]}, changed=["b"]) for n in range(2)]
    )
    first.params["a"].append(2)
    first.more["changed"].append("c")
    assert (second.params, second.more) == ({"a": [1]}, {"changed": ["b"]})


def test_damaged_runs_are_counted_block_by_block(monkeypatch):
    monkeypatch.setattr(many_runs, "_BLOCK", 2)
    raws = [*(trial(number) for number in range(4)), trial(4, config="four")]
    raws.append(run_values.raw(5, format=2))
    damage = many_runs.DamageCount()
    assert [info.id for info in damage.decoded(NO_REPO, raws)] == [raw.id for raw in raws]
    assert (damage.damaged, damage.all, damage.newer) == (1, 1, [run_id(5)])
