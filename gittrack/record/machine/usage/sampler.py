"""Samples of what a tree of processes uses, as metrics ``system/...``.

Needs the extra ``gittrack[system]``: psutil, and nvidia-ml-py for GPUs.  Without psutil there are no samples.
"""

from __future__ import annotations

import time

from gittrack.core.run.run_info import SYSTEM
from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Callable
from gittrack.core.standard.typing import Any, NamedTuple

_MIB = float(1 << 20)
_MOST_GPUS = 16


class _Use(NamedTuple):
    """What one process has used so far."""

    cpu_seconds: float
    io_bytes: float
    memory: float


def preload() -> None:
    """Import psutil, for processes that are forked later."""
    import psutil  # noqa: F401, PLC0415


class Sampler:
    """Reads counters; each sample is about the time since the one before it.

    Parameters
    ----------
    includes_itself : bool
        Whether the calling process belongs to the run, or only the processes that it has started.
    clock : callable, default time.monotonic
        Returns seconds.
    """

    def __init__(
        self, *, includes_itself: bool, clock: Callable[[], float] = time.monotonic
    ) -> None:
        import psutil  # noqa: PLC0415

        self._psutil: Any = psutil
        self._includes_itself = includes_itself
        self._clock = clock
        self._at = clock()
        self._before = self._uses()
        self._network = self._network_bytes()
        self._gpus = Gpus()

    def sample(self) -> dict[str, float]:
        """Return the metrics of the time since the last sample.

        Returns
        -------
        dict of str to float
            ``system/cpu`` in percent of one core, ``system/memory`` in MiB (the sum of the processes),
            ``system/disk`` and ``system/network`` in MiB per second (the network of the whole host), and for
            each GPU ``utilization`` in percent, ``memory`` in MiB, ``power`` in watts, ``temperature`` in
            degrees Celsius; ``system/gpu_seconds`` is the time that all GPUs have computed so far.
        """
        now, uses, network = self._clock(), self._uses(), self._network_bytes()
        seconds = max(now - self._at, 1e-3)
        cpu = io = 0.0
        for pid, use in uses.items():
            earlier = self._before.get(pid, _Use(0.0, 0.0, 0.0))
            cpu += max(0.0, use.cpu_seconds - earlier.cpu_seconds)
            io += max(0.0, use.io_bytes - earlier.io_bytes)
        metrics = {
            "cpu": 100.0 * cpu / seconds,
            "memory": sum(use.memory for use in uses.values()) / _MIB,
            "disk": io / seconds / _MIB,
            "network": max(0.0, network - self._network) / seconds / _MIB,
            **self._gpus.sample(seconds),
        }
        self._at, self._before, self._network = now, uses, network
        return {f"{SYSTEM}{name}": round(value, 3) for name, value in metrics.items()}

    def _uses(self) -> dict[int, _Use]:
        process = self._psutil.Process()
        processes = [process] if self._includes_itself else []
        with contextlib.suppress(self._psutil.Error, OSError):
            processes += process.children(recursive=True)
        uses = {}
        for member in processes:
            with contextlib.suppress(self._psutil.Error, OSError):
                uses[member.pid] = self._use(member)
        return uses

    def _use(self, process: Any) -> _Use:
        with process.oneshot():
            times = process.cpu_times()
            memory = process.memory_info().rss
            io = 0.0
            with contextlib.suppress(self._psutil.Error, OSError, AttributeError):
                counters = process.io_counters()
                io = float(counters.read_bytes + counters.write_bytes)
        return _Use(times.user + times.system, io, float(memory))

    def _network_bytes(self) -> float:
        with contextlib.suppress(self._psutil.Error, OSError):
            cards = self._psutil.net_io_counters(pernic=True)
            return float(
                sum(c.bytes_sent + c.bytes_recv for name, c in cards.items() if name != "lo")
            )
        return 0.0


class Gpus:
    """The GPUs of NVIDIA, if there are any and nvidia-ml-py is installed."""

    def __init__(self) -> None:
        self._nvml: Any = None
        self._handles: list[Any] = []
        self.seconds = 0.0
        with contextlib.suppress(ImportError):
            import pynvml  # noqa: PLC0415

            with contextlib.suppress(pynvml.NVMLError):
                pynvml.nvmlInit()
                count = min(pynvml.nvmlDeviceGetCount(), _MOST_GPUS)
                self._handles = [pynvml.nvmlDeviceGetHandleByIndex(n) for n in range(count)]
                self._nvml = pynvml

    def sample(self, seconds: float) -> dict[str, float]:
        """Return the metrics of each GPU; what a GPU does not tell is left out."""
        if self._nvml is None:
            return {}
        metrics = {}
        for number, handle in enumerate(self._handles):
            for name, read in self._readers(handle).items():
                with contextlib.suppress(self._nvml.NVMLError):
                    metrics[f"gpu.{number}.{name}"] = float(read())
            busy = metrics.get(f"gpu.{number}.utilization", 0.0)
            self.seconds += seconds * busy / 100.0
        return {**metrics, "gpu_seconds": self.seconds} if self._handles else {}

    def _readers(self, handle: Any) -> dict[str, Callable[[], float]]:
        nvml = self._nvml
        return {
            "utilization": lambda: nvml.nvmlDeviceGetUtilizationRates(handle).gpu,
            "memory": lambda: nvml.nvmlDeviceGetMemoryInfo(handle).used / _MIB,
            "power": lambda: nvml.nvmlDeviceGetPowerUsage(handle) / 1000.0,
            "temperature": lambda: nvml.nvmlDeviceGetTemperature(handle, 0),
        }
