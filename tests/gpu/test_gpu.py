"""What needs a GPU: ``pytest -n0 tests/gpu`` on a machine that has one; skipped elsewhere."""

import subprocess
import sys

import pytest

import gittrack


def has_gpu():
    try:
        import pynvml

        pynvml.nvmlInit()
        return pynvml.nvmlDeviceGetCount() > 0
    except Exception:  # noqa: BLE001 - of the driver
        return False


pytestmark = pytest.mark.skipif(not has_gpu(), reason="no GPU")
TRAIN = """
import torch, time
print(torch.rand(3, device="cuda").tolist())
end = time.monotonic() + 5
square = torch.rand(4096, 4096, device="cuda")
while time.monotonic() < end:
    square = square @ square / square.norm()
torch.cuda.synchronize()
"""


def test_the_metrics_of_a_gpu(project):
    from gittrack.record.machine.usage.sampler import Gpus

    sample = Gpus().sample(1.0)
    assert {"gpu.0.utilization", "gpu.0.memory", "gpu_seconds"} <= set(sample)
    assert sample["gpu.0.memory"] > 0


def test_a_training_on_cuda_is_seeded_and_measured(project):
    pytest.importorskip("torch")
    (project / "train.py").write_text(TRAIN)
    command = [
        sys.executable,
        "-m",
        "gittrack",
        "run",
        "--seed",
        "7",
        "--",
        sys.executable,
        "train.py",
    ]
    subprocess.run(["git", "config", "track.system", "1s"], check=True)
    logs = []
    for _ in range(2):
        subprocess.run(command, check=True)
        run = gittrack.runs(sort="-started")[0]
        logs.append(run.log)
        assert run.metrics["system/gpu_seconds"].last > 0
        assert run.history("system/gpu.0.utilization").values.max() > 0
    assert logs[0] == logs[1]
