"""A sweep as its readers see it: the trials that ended, in the order in which they did."""

from __future__ import annotations

from gittrack.analysis.sweep_view import SweepView, TrialView


def view(*orders: int | None) -> SweepView:
    trials = tuple(
        TrialView(str(n), n, {}, "running" if order is None else "finished", order=order)
        for n, order in enumerate(orders)
    )
    return SweepView("s", None, "grid", "loss", "minimize", (), trials)


def test_trials_that_ended_are_in_the_order_of_their_end():
    assert [trial.key for trial in view(2, None, 0, 1).ended] == ["2", "3", "0"]


def test_a_sweep_may_have_no_trial_that_ended():
    assert view().ended == view(None).ended == ()
