"""The verdict between two runs: bits, tolerance, where they part."""

import math

import pytest

from gittrack.analysis import verdict
from gittrack.analysis.verdict import CLOSE, DIFFERENT, EXACT, UNKNOWN

A = {"loss": [(0, 1.0), (1, 0.5)], "acc": [(0, 0.1), (1, 0.9)]}


def with_loss(*values):
    return {**A, "loss": list(enumerate(values))}


@pytest.mark.parametrize(
    ("other", "level", "step", "largest"),
    [
        (with_loss(1.0, 0.5), EXACT, None, None),
        (with_loss(1.0, 0.5 + 1e-9), CLOSE, 1, 1e-9),
        (with_loss(1.0 + 1e-9, 0.5 + 1e-8), CLOSE, 0, 1e-8),
        (with_loss(1.0, 0.6), DIFFERENT, 1, 0.1),
        (with_loss(1.0, math.nan), DIFFERENT, 1, math.inf),
        (with_loss(1.0), DIFFERENT, 1, math.inf),
        (with_loss(1.0, 0.5, 0.25), DIFFERENT, 2, math.inf),
        ({**A, "loss": [(0, 1.0), (2, 0.5)]}, DIFFERENT, 1, math.inf),
        ({**A, "loss": [(1, 0.5), (0, 1.0)]}, DIFFERENT, 0, math.inf),
        ({"acc": A["acc"]}, DIFFERENT, None, math.inf),
    ],
)
def test_series(other, level, step, largest):
    found = verdict.compare_series(A, other, [])
    assert found.level == level
    assert verdict.compare_series(other, A, []).level == level
    if level != EXACT:
        (one,) = found.divergences
        assert (one.metric, one.step) == ("loss", step)
        assert one.largest == pytest.approx(largest)


def test_nan_is_nan_and_minus_zero_is_not_zero():
    nan = {"m": [(0, math.nan)]}
    assert verdict.compare_series(nan, nan, []).level == EXACT
    found = verdict.compare_series({"m": [(0, 0.0)]}, {"m": [(0, -0.0)]}, [])
    assert found.level == CLOSE


def test_equal_numbers_and_other_weights_are_different():
    found = verdict.compare_series(A, A, ["model.npz"])
    assert (found.level, found.artifacts, found.divergences) == (DIFFERENT, ("model.npz",), ())


def test_tolerances():
    other = with_loss(1.0, 0.6)
    assert verdict.compare_series(A, other, [], rtol=0.2).level == CLOSE
    assert verdict.compare_series(A, other, [], atol=0.2).level == CLOSE
    assert (
        verdict.compare_series(A, with_loss(1.0, 0.5 + 1e-9), [], rtol=0, atol=0).level == DIFFERENT
    )


def test_times_are_left_out_and_named():
    found = verdict.compare_series(
        {**A, "epoch_time": [(0, 1.0)], "Images_per_s": [(0, 2.0)]},
        {**A, "epoch_time": [(0, 3.0)]},
        [],
    )
    assert (found.level, found.left_out) == (EXACT, ("Images_per_s", "epoch_time"))
    alone, apart = (omission.divergence for omission in found.omitted)
    assert (alone.step, apart.step, apart.largest) == (None, 0, 2.0)
    assert found.evidence == ("metrics",)


def test_where_there_is_nothing_to_compare_nobody_knows():
    assert verdict.compare_series({}, {}, []) == verdict.Verdict(
        UNKNOWN, "there is nothing to compare: the run has neither metrics nor artifacts"
    )
    times = {"epoch_time": [(0, 1.0)]}
    found = verdict.compare_series(times, {"epoch_time": [(0, 2.0)]}, [])
    assert (found.level, found.left_out) == (UNKNOWN, ("epoch_time",))
    assert found.reason.endswith("no artifacts, and no metrics but those that are left out")
    assert verdict.compare_series(times, times, [], volatile=("x",)).level == EXACT
    assert verdict.compare_series({}, {}, [], artifact_count=1).level == EXACT
    assert verdict.compare_series({}, A, []).level == DIFFERENT
    assert verdict.compare_series({}, {}, ["model.npz"], artifact_count=1).level == DIFFERENT


def test_the_order_of_verdicts():
    proven = {level: verdict.ORDER.index(level) for level in verdict.ORDER}
    assert proven[EXACT] < proven[CLOSE] < proven[UNKNOWN] < proven[DIFFERENT]
    assert all(
        verdict.ORDER.index(level) <= verdict.ORDER.index(DIFFERENT)
        for level in verdict.LEVELS["none"]
    )


def test_what_is_good_enough():
    assert verdict.Verdict(CLOSE).meets("close")
    assert not verdict.Verdict(CLOSE).meets("exact")
    assert verdict.Verdict(DIFFERENT).meets("none")
    unknown = verdict.Verdict(UNKNOWN)
    assert [unknown.meets(asked) for asked in ("exact", "close", "none")] == [False, False, True]
    assert not verdict.Verdict(verdict.FAILED).meets("none")


@pytest.mark.parametrize(
    "pair", [(2.0, math.inf), (2.0, -math.inf), (math.inf, -math.inf), (1.0, math.nan)]
)
def test_a_diverged_run_is_close_to_no_other(pair):
    for x, y in (pair, pair[::-1]):
        assert verdict.compare_series({"m": [(0, x)]}, {"m": [(0, y)]}, ()).level == DIFFERENT
        assert (
            verdict.compare_series({"m": [(0, x)]}, {"m": [(0, y)]}, (), rtol=1e9).level
            == DIFFERENT
        )


@pytest.mark.parametrize(
    ("level", "limited"),
    [(EXACT, UNKNOWN), (CLOSE, UNKNOWN), (UNKNOWN, UNKNOWN), (DIFFERENT, DIFFERENT)],
)
def test_equal_results_of_unknown_code_prove_nothing(level, limited):
    verdict_on_results = verdict.Verdict(level)
    assert verdict_on_results.limited([]) == verdict_on_results
    capped = verdict_on_results.limited(["lib is not recorded", "lib is not recorded"])
    assert (capped.level, capped.limits) == (limited, ("lib is not recorded",))
    assert not capped.has_nothing_to_compare
