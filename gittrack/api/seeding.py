"""Seeds for everything that draws random numbers, and independent generators.

A library that is not imported yet is seeded when the program imports it: nothing is imported only to be
seeded.
"""

from __future__ import annotations

import hashlib
import importlib.abc
import importlib.machinery
import logging
import os
import random
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from gittrack.core.standard.collections import Callable, Mapping, Sequence
from gittrack.record.machine import environment, numerics

if TYPE_CHECKING:
    import numpy as np

_log = logging.getLogger("gittrack")
_HASHSEED, _CUBLAS = "PYTHONHASHSEED", "CUBLAS_WORKSPACE_CONFIG"
_XLA = "xla_gpu_deterministic_ops"
_seeds: list[int] = []


def seed_everything(seed: int = 42, *, threads: int | None = None) -> list[str]:
    """Seed Python's `random`, NumPy's global state, torch and TensorFlow.

    A library that is imported later is seeded when it is imported.  Torch then uses deterministic algorithms
    on all devices, and so does XLA, on which JAX runs.  JAX has no global state: see `jax_key`.

    Parameters
    ----------
    seed : int, default 42
        The seed, 0 or more.
    threads : int, optional
        The number of threads that add numbers up.  Default: what the libraries choose.

    Returns
    -------
    list of str
        What must be set before the process starts and was not (``PYTHONHASHSEED``,
        ``CUBLAS_WORKSPACE_CONFIG``, threads); it is logged as a warning too.  ``git track run --seed N
        --threads N`` sets it.

    Raises
    ------
    ValueError
        If ``seed`` is not a whole number from 0 on, or ``threads`` is not one from 1 on.
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise ValueError(f"a seed is a whole number from 0 on, not {seed!r}")
    whole = isinstance(threads, int) and not isinstance(threads, bool)
    if threads is not None and not (whole and threads > 0):
        raise ValueError(f"threads is a whole number above 0, not {threads!r}")
    _seeds[:] = [seed]
    if threads is not None:
        os.environ.update(
            dict.fromkeys(environment.THREADS, str(threads))
        )  # for what is loaded later
    random.seed(seed)
    for name, plant in _SEEDERS.items():
        if name in sys.modules:
            plant(sys.modules[name], seed)
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
    remarks = _too_late(seed) + _too_many(threads)
    for remark in remarks:
        _log.warning("%s", remark)
    return remarks


def generator(name: str = "") -> np.random.Generator:
    """Return a random generator that depends only on the seed of the run and on a name.

    Parameters
    ----------
    name : str, default ''
        The name of the stream.  The streams of two names are independent, so that more draws from one do not
        change the other.

    Returns
    -------
    numpy.random.Generator

    Notes
    -----
    The first 128 bits of the SHA-256 of the name go into NumPy's SeedSequence (after M. E. O'Neill's
    seed_seq) beside the seed.  The seed is that of `seed_everything`, else that of ``git track run
    --seed``, else 0.
    """
    import numpy as np  # noqa: PLC0415 - only a generator needs it

    words = hashlib.sha256(name.encode()).digest()
    numbers = [int.from_bytes(words[i : i + 4], "big") for i in range(0, 16, 4)]
    return np.random.default_rng(np.random.SeedSequence([_seed(), *numbers]))


def jax_key(name: str = "") -> Any:
    """Return a key of JAX that depends only on the seed of the run and on a name.

    Parameters
    ----------
    name : str, default ''
        The name of the stream; see `generator`.

    Returns
    -------
    jax.Array
        A ``jax.random.key``.
    """
    import jax  # noqa: PLC0415 - only a key needs it

    return jax.random.key(int(generator(name).integers(2**32)))


def _seed() -> int:
    if _seeds:
        return _seeds[0]
    text = os.environ.get("GITTRACK_SEED", "0")
    return int(text) if text.isdecimal() else 0


def _too_late(seed: int) -> list[str]:
    """Return what must be set before the process starts, and is not."""
    remarks = []
    if os.environ.get(_HASHSEED) != str(seed % 2**32):
        remarks.append(
            f"the order of sets of strings is not controlled: start with {_HASHSEED}={seed % 2**32}, "
            f"or with git track run --seed {seed}"
        )
    cuda = getattr(sys.modules.get("torch"), "cuda", None)
    if cuda is not None and cuda.is_available() and _CUBLAS not in os.environ:
        remarks.append(f"cuBLAS may add in any order: start with {_CUBLAS}=:4096:8")
    return remarks


def _too_many(threads: int | None) -> list[str]:
    """Return which libraries chose another number of threads before."""
    if threads is None:
        return []
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(threads)
    counts = numerics.capture().get("threads", {})
    wrong = [f"{name} has {count}" for name, count in counts.items() if count != threads]
    start = f"start with OMP_NUM_THREADS={threads}, or with git track run --threads {threads}"
    return [f"threads were chosen already ({', '.join(wrong)}): {start}"] if wrong else []


def _numpy(module: Any, seed: int) -> None:
    module.random.seed(seed % 2**32)


def _torch(module: Any, seed: int) -> None:
    module.manual_seed(seed)  # of all devices
    module.use_deterministic_algorithms(True, warn_only=True)
    if getattr(module.backends, "cudnn", None) is not None:
        module.backends.cudnn.benchmark = False
        module.backends.cudnn.deterministic = True


def _tensorflow(module: Any, seed: int) -> None:
    module.random.set_seed(seed)
    module.config.experimental.enable_op_determinism()


def _jax(module: Any, seed: int) -> None:
    flags = os.environ.get("XLA_FLAGS", "")
    if _XLA not in flags:  # read when the first array is made
        os.environ["XLA_FLAGS"] = f"{flags} --{_XLA}=true".strip()


_SEEDERS: Mapping[str, Callable[[Any, int], None]] = {
    "numpy": _numpy,
    "torch": _torch,
    "tensorflow": _tensorflow,
    "jax": _jax,
}


class _Finder(importlib.abc.MetaPathFinder):
    """Seeds a library as soon as the program has imported it."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return the spec that the other finders have, with a loader that seeds afterwards."""
        if name not in _SEEDERS:
            return None
        for finder in sys.meta_path:
            find = getattr(finder, "find_spec", None)
            spec = find(name, path, target) if find and finder is not self else None
            if spec is not None and spec.loader is not None:
                spec.loader = _Loader(spec.loader, _SEEDERS[name])
                return spec  # type: ignore[no-any-return]
        return None


class _Loader(importlib.abc.Loader):
    """A loader that seeds the module after it was loaded."""

    def __init__(self, inner: Any, plant: Callable[[Any, int], None]) -> None:
        self.inner, self.plant = inner, plant

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        """Return the module that the inner loader makes."""
        return self.inner.create_module(spec)  # type: ignore[no-any-return]

    def exec_module(self, module: ModuleType) -> None:
        """Load the module, then seed it."""
        self.inner.exec_module(module)
        if _seeds:
            self.plant(module, _seeds[0])
