"""engines/backends/gpus: what options of sbatch and of Dask ask for."""

import pytest

from gittrack.engines.backends import gpus
from gittrack.engines.executor import EngineOptions


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ([], 0),
        (["--time=2:00:00", "--gres=gpu"], 1),
        (["--gres=gpu:2"], 2),
        (["--gres", "gpu:a100:4"], 4),
        (["--gres=gpu:a100"], 1),
        (["--gres=gpu:a100:1,gpu:v100:2,license:3"], 3),
        (["--gres=gpu:2(S:0-1)"], 2),
        (["--gres=license:3"], 0),
        (["--gpus=3"], 3),
        (["--gpus-per-task=h100:2"], 2),
        (["-G", "2"], 2),
    ],
)
def test_options_of_sbatch(words, count):
    assert gpus.requested(EngineOptions("slurm", values={"sbatch": words})) == count


def test_resources_of_dask():
    options = EngineOptions("dask", values={"resources": {"GPU": 2.0, "memory": 8.0}})
    assert gpus.requested(options) == 2
