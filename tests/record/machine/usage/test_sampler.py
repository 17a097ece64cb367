"""Samples of what a tree of processes uses."""

import subprocess
import sys
from types import SimpleNamespace

import pytest

pytest.importorskip("psutil")

from gittrack.record.machine.usage.sampler import Gpus, Sampler


def test_a_sample_of_this_process_and_of_its_children():
    moments = iter([0.0, 2.0, 4.0])
    sampler = Sampler(includes_itself=True, clock=lambda: next(moments))
    sum(number * number for number in range(300_000))
    alone = sampler.sample()
    assert {"system/cpu", "system/memory", "system/disk", "system/network"} <= set(alone)
    assert alone["system/cpu"] > 0
    # A child that has begun holds memory of its own.
    code = "import sys; held = bytearray(60 << 20); print(len(held), flush=True); sys.stdin.read()"
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    child.stdout.readline()
    both = sampler.sample()
    child.communicate()
    assert both["system/memory"] > alone["system/memory"] + 50


def test_only_what_was_started():
    code = "from gittrack.record.machine.usage.sampler import Sampler\n"
    code += "print(Sampler(includes_itself=False)._uses())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "{}\n"


class Nvml:
    """In the shape of pynvml: one GPU that does not tell its power."""

    NVMLError = OSError
    nvmlDeviceGetUtilizationRates = staticmethod(lambda handle: SimpleNamespace(gpu=50))
    nvmlDeviceGetMemoryInfo = staticmethod(lambda handle: SimpleNamespace(used=3 << 20))
    nvmlDeviceGetTemperature = staticmethod(lambda handle, kind: 40)

    @staticmethod
    def nvmlDeviceGetPowerUsage(handle):
        raise OSError("not supported")


def test_a_gpu_and_the_time_that_it_has_computed():
    gpus = Gpus()
    gpus._nvml, gpus._handles = Nvml, ["first"]
    gpus.sample(10.0)
    assert gpus.sample(10.0) == {
        "gpu.0.utilization": 50.0,
        "gpu.0.memory": 3.0,
        "gpu.0.temperature": 40.0,
        "gpu_seconds": 10.0,
    }
