"""sweeping/isolation/gpus: variables say how many GPUs a trial can see, else its engine does."""

import pytest

from gittrack.record.session import RunRequest
from gittrack.sweeping.isolation import gpus

REQUEST = RunRequest(sweep={"id": "s", "trial": "7"})


@pytest.mark.parametrize(
    ("env", "requested", "count"),
    [
        ({"CUDA_VISIBLE_DEVICES": "0,3"}, 1.0, 2.0),
        ({"CUDA_VISIBLE_DEVICES": "GPU-8932f937"}, 0.0, 1.0),
        ({"NVIDIA_VISIBLE_DEVICES": "all"}, 4.0, 4.0),
        ({"NVIDIA_VISIBLE_DEVICES": "1"}, 0.0, 1.0),
        ({}, 2.0, 2.0),
        ({}, 0.0, None),
        ({"CUDA_VISIBLE_DEVICES": ""}, 2.0, None),
        ({"CUDA_VISIBLE_DEVICES": "NoDevFiles"}, 0.0, None),
    ],
)
def test_the_number_of_gpus_is_in_the_run(env, requested, count, monkeypatch):
    for name in gpus._VARIABLES:
        monkeypatch.delenv(name, raising=False)
    sweep = gpus.with_count(REQUEST, env, requested).sweep
    assert sweep.get("gpus") == count
    assert {key: sweep[key] for key in ("id", "trial")} == REQUEST.sweep


def test_a_run_that_is_no_trial_has_no_count():
    request = RunRequest()
    assert gpus.with_count(request, {"CUDA_VISIBLE_DEVICES": "0"}, 1.0) == request
