"""What does the arithmetic in this process: which BLAS, on which kernels, with how many threads.

The libraries that are loaded are asked, by the functions that they export for it.  Nothing is loaded or
imported here.  Standard library only, and nothing newer than Python 3.7: see `environment`.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from typing import Any

_LIBRARIES = re.compile(r"openblas|mkl_rt|libblis|libgomp|libiomp|libomp\b|vcomp")
_SPELLINGS = [
    (before, after) for before in ("", "scipy_", "cython_") for after in ("", "64_", "_64")
]
_KINDS = (("openblas", "openblas"), ("mkl_rt", "mkl"), ("blis", "blis"))


def capture() -> dict[str, Any]:
    """Return the facts called ``blas``, ``threads``, ``numpy`` and ``torch``, those that there are."""
    told = [(_kind(path), _ask(path, _kind(path))) for path in _loaded()]
    torch = _torch()
    threads = {
        kind: _one([a["threads"] for k, a in told if k == kind and "threads" in a])
        for kind, _ in told
    }
    if torch and "threads" in torch:
        threads["torch"] = torch.pop("threads")
    core = _one([answer["core"] for _, answer in told if "core" in answer])
    facts = {
        "blas": {**_numpy_blas(), **({"core": core} if core else {})},
        "threads": {kind: count for kind, count in sorted(threads.items()) if count is not None},
        "numpy": _numpy(),
        "torch": torch,
    }
    return {key: value for key, value in facts.items() if value}


def _kind(path: str) -> str:
    name = os.path.basename(path).lower()
    return next((kind for mark, kind in _KINDS if mark in name), "openmp")


def _one(values: list[Any]) -> Any:
    """Return the value that all are, None for none, else those that there are."""
    kinds = sorted(set(values))
    return kinds[0] if len(kinds) == 1 else kinds or None


def _loaded() -> list[str]:
    """Return the shared libraries for linear algebra and threads that this process has loaded."""
    try:
        with open("/proc/self/maps", "rb") as file:
            lines = os.fsdecode(file.read()).split("\n")
    except OSError:  # no Linux
        return []
    paths = {line[line.index("/") :] for line in lines if "/" in line}
    return sorted(path for path in paths if _LIBRARIES.search(os.path.basename(path)))


def _ask(path: str, kind: str) -> dict[str, Any]:
    """Return threads, and the kernels that were chosen for this processor, of one library."""
    import ctypes  # noqa: PLC0415 - only where there is a library to ask

    try:
        library = ctypes.CDLL(path)
    except OSError:  # it was replaced on disk since
        return {}

    def call(names: list[str], answer: Any, *args: Any) -> Any:
        for name in names:
            function = getattr(library, name, None)
            if function is not None:
                function.restype = answer
                return function(*args)
        return None

    if kind == "openblas":
        cores = [f"{before}openblas_get_corename{after}" for before, after in _SPELLINGS]
        counts = [f"{before}openblas_get_num_threads{after}" for before, after in _SPELLINGS]
        answers = {"core": call(cores, ctypes.c_char_p), "threads": call(counts, ctypes.c_int)}
    elif kind == "mkl":
        text = ctypes.create_string_buffer(200)
        call(["mkl_get_version_string", "MKL_Get_Version_String"], None, text, 200)
        answers = {"core": text.value, "threads": call(["MKL_Get_Max_Threads"], ctypes.c_int)}
    elif kind == "blis":
        arch = call(["bli_arch_query_id"], ctypes.c_int)
        name = call(["bli_arch_string"], ctypes.c_char_p, arch) if arch is not None else None
        answers = {"core": name, "threads": call(["bli_thread_get_num_threads"], ctypes.c_int)}
    else:
        answers = {"threads": call(["omp_get_max_threads"], ctypes.c_int)}
    plain = {
        k: v.decode("ascii", "replace") if isinstance(v, bytes) else v for k, v in answers.items()
    }
    return {key: value for key, value in plain.items() if value}


def _numpy_blas() -> dict[str, str]:
    """Return name and version of the BLAS that NumPy was built with."""
    config = getattr(sys.modules.get("numpy.__config__"), "CONFIG", None)
    if not isinstance(config, dict):
        return {}
    blas = config.get("Build Dependencies", {}).get("blas", {})
    return {key: str(blas[key]) for key in ("name", "version") if blas.get(key)}


def _numpy() -> dict[str, Any]:
    """Return the SIMD kernels that NumPy has chosen for this processor, and not been told to leave out."""
    names = ("numpy._core._multiarray_umath", "numpy.core._multiarray_umath")
    module = next((sys.modules[name] for name in names if name in sys.modules), None)
    features = getattr(module, "__cpu_features__", {})
    chosen = [name for name in getattr(module, "__cpu_dispatch__", ()) if features.get(name)]
    return {"simd": chosen} if chosen else {}


def _torch() -> dict[str, Any]:
    """Return threads, kernels, CUDA and cuDNN of torch, and whether it was told to be deterministic."""
    torch: Any = sys.modules.get("torch")
    facts: dict[str, Any] = {}
    # Half imported, or of a version that has other names: then less is told.
    with contextlib.suppress(AttributeError, RuntimeError):
        facts["threads"] = torch.get_num_threads()
        facts["deterministic"] = bool(torch.are_deterministic_algorithms_enabled())
        facts["simd"] = str(torch.backends.cpu.get_cpu_capability())
        if torch.version.cuda and torch.cuda.is_initialized():
            facts["cuda"] = str(torch.version.cuda)
            facts["cudnn"] = torch.backends.cudnn.version()
    return {key: value for key, value in facts.items() if value is not None}
