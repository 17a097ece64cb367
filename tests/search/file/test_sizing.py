"""How many configurations a plan tries, and when that is more than ``run_cap`` allows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittrack.core.errors import TrackError
from gittrack.search.distributions import Choice, Uniform
from gittrack.search.file import sizing
from gittrack.search.plan import Resource, SweepPlan
from gittrack.search.strategies import methods

SPACE = {"x": Choice((1, 2, 3)), "y": Choice((1, 1.0, 2))}
EPOCHS = Resource("epochs", 1, 9)


def plan(method, **fields):
    space = SPACE if method == "grid" else {"x": Uniform(0.0, 1.0)}
    return SweepPlan(None, ("true",), method, "loss", "minimize", space, **fields)


def size(method, **fields):
    return sizing.with_size(plan(method, **fields)).configs


def refused(method, **fields):
    with pytest.raises(TrackError) as caught:
        sizing.with_size(plan(method, **fields))
    return caught.value.message


def test_a_grid_counts_its_combinations_without_duplicates():
    sized = sizing.with_size(plan("grid"))
    assert sized.configs == 6
    assert sized.remarks == ("y has 1.0 twice; it is tried once",)


def test_the_cap_of_a_grid_counts_seeds():
    assert size("grid", run_cap=6) == 6
    assert refused("grid", run_cap=5) == "the grid has 6 combinations, and run_cap is 5"
    assert "under 2 seeds each" in refused("grid", run_cap=11, seeds=(0, 1))
    assert refused("grid", configs=3) == "a grid tries every combination"


def test_a_search_without_end_needs_a_number():
    assert size("random", run_cap=10) == 10
    assert size("random", configs=4) == 4
    assert size("random", run_cap=10, seeds=(0, 1, 2)) == 3
    assert "would never end" in refused("random")
    assert refused("random", configs=4, run_cap=7, seeds=(0, 1)) == (
        "the sweep takes 8 runs, and run_cap is 7"
    )


def test_halving_without_a_number_has_one_trial_in_the_last_rung():
    assert size("halving", resource=EPOCHS) == 9
    assert size("halving", resource=EPOCHS, configs=4) == 4
    assert size("halving", resource=EPOCHS, run_cap=13) == 9
    assert size("halving", resource=EPOCHS, run_cap=12) < 9


def test_hyperband_takes_its_number_from_the_resource():
    sized = sizing.with_size(plan("hyperband", resource=EPOCHS))
    assert sized.configs == 9 + 5 + 3
    assert "begins with 9, 5, 3 configurations" in sized.remarks[0]
    assert "takes the number" in refused("hyperband", resource=EPOCHS, configs=3)
    assert "and run_cap is 3" in refused("hyperband", resource=EPOCHS, run_cap=3)


def test_asha_says_how_many_trials_it_can_take():
    sized = sizing.with_size(plan("asha", resource=EPOCHS, configs=5))
    assert sized.remarks[-1].endswith("at most 15")
    capped = sizing.with_size(plan("asha", resource=EPOCHS, configs=5, run_cap=9))
    assert capped.remarks[-1].endswith("at most 9")


@pytest.mark.parametrize("name", ["x", "x.y"])
def test_the_resource_is_not_searched(name):
    message = refused("halving", resource=EPOCHS._replace(name=name))
    assert message == f"x is searched, and {name} is the resource"


@given(
    st.sampled_from(["random", "halving", "asha"]),
    st.integers(1, 60),
    st.integers(0, 3),
)
def test_a_sweep_never_takes_more_runs_than_its_cap(method, cap, seeds):
    resource = EPOCHS if method in methods.WITH_RESOURCE else None
    wanted = plan(method, run_cap=cap, seeds=tuple(range(seeds)), resource=resource)
    try:
        sized = sizing.with_size(wanted)
    except TrackError:
        return  # not even one configuration fits
    table = methods.strategy(sized).table()
    if method != "asha":
        assert sum(rung.trials for rung in table) <= cap
    assert sized.configs >= 1
