"""core/trials: what a run says about the sweep that it is a trial of."""

import pytest

from gittrack.core.run.run_info import from_facts as run_from_facts
from gittrack.core.run.trials import TrialFacts, from_facts

WHOLE = TrialFacts("20260227-143022-a1b2c3d4", "7.b2.r1", 7, 1, 2, 27, 3, "7.b2.r0", 2, 9, 11)
RUN = {"id": "x", "experiment": "e", "status": "finished"}


def test_there_and_back():
    assert from_facts(WHOLE.to_dict()) == WHOLE
    assert run_from_facts({**RUN, "sweep": WHOLE.to_dict()}, {}, {}).sweep == WHOLE
    assert run_from_facts(RUN, {}, {}).sweep is None


def test_what_is_not_known_is_left_out_and_what_is_new_is_ignored():
    least = {"id": "s", "trial": "0", "of a later version": [1]}
    found = from_facts(least)
    assert found == TrialFacts("s", "0")
    assert set(found.to_dict()) == {"id", "trial", "config", "rung", "bracket", "attempt", "known"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"trial": "0"},
        {"id": "s"},
        {"id": "s", "trial": "../x"},
        {"id": "s", "trial": "0", "after": "--help"},
        {"id": "s", "trial": "0", "order": "1"},
        {"id": "s", "trial": "0", "order": True},
        {"id": "s", "trial": "0", "interrupted": 1},
    ],
)
def test_of_another_shape_it_is_damage(wrong):
    with pytest.raises(ValueError, match=r"its sweep"):
        run_from_facts({**RUN, "sweep": wrong}, {}, {})
