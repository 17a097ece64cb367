"""The libraries that compute in this process: which BLAS, with which kernels and how many threads.

Only libraries that are already loaded are asked, by the functions that they export for this.
Standard library only, and nothing newer than Python 3.7: see `environment`.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:  # annotations are never evaluated, and the import takes 2 ms
    from typing import Any

_LIBRARIES = r"openblas|mkl_rt|libblis|libgomp|libiomp|libomp\b|vcomp"
_WORDS = ("blas", "mkl", "blis", "omp")  # one of them is in each such name
_SPELLINGS = [
    (before, after) for before in ("", "scipy_", "cython_") for after in ("", "64_", "_64")
]
_KINDS = (("openblas", "openblas"), ("mkl_rt", "mkl"), ("blis", "blis"))


def capture() -> dict[str, Any]:
    """Return the facts ``blas``, ``threads``, ``numpy`` and ``torch``, without the empty ones."""
    answers = [(_kind(path), _query_library(path, _kind(path))) for path in _loaded()]
    torch = _torch()
    threads = {
        kind: _common_value([a["threads"] for k, a in answers if k == kind and "threads" in a])
        for kind, _ in answers
    }
    if torch and "threads" in torch:
        threads["torch"] = torch.pop("threads")
    core = _common_value([answer["core"] for _, answer in answers if "core" in answer])
    facts = {
        "blas": {**_numpy_blas(), **({"core": core} if core else {})},
        "threads": {kind: count for kind, count in sorted(threads.items()) if count is not None},
        "numpy": _numpy(),
        "torch": torch,
    }
    return {key: value for key, value in facts.items() if value}


def _kind(path: str) -> str:
    """Return the kind of a library, by the name of its file."""
    name = os.path.basename(path).lower()
    return next((kind for mark, kind in _KINDS if mark in name), "openmp")


def _common_value(values: list[Any]) -> Any:
    """Return the value if all are equal, None if there is none, else the sorted list of them."""
    different = sorted(set(values))
    return different[0] if len(different) == 1 else different or None


def _loaded() -> list[str]:
    """Return the shared libraries for linear algebra and threads that this process has loaded."""
    try:
        with open("/proc/self/maps", "rb") as file:
            text = os.fsdecode(file.read())
    except OSError:  # not Linux
        return []
    if not any(word in text for word in _WORDS):  # 50 times faster than the pattern
        return []
    import re  # noqa: PLC0415 - few programs have loaded such a library

    paths = {line[line.index("/") :] for line in text.split("\n") if "/" in line}
    return sorted(path for path in paths if re.search(_LIBRARIES, os.path.basename(path)))


def _query_library(path: str, kind: str) -> dict[str, Any]:
    """Return the threads of one library, and the kernels that it chose for this processor."""
    import ctypes  # noqa: PLC0415 - only if there is a library to ask

    try:
        library = ctypes.CDLL(path)
    except OSError:  # the file was replaced
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
    """Return the SIMD kernels that NumPy uses on this processor, without those that were disabled."""
    names = ("numpy._core._multiarray_umath", "numpy.core._multiarray_umath")
    module = next((sys.modules[name] for name in names if name in sys.modules), None)
    features = getattr(module, "__cpu_features__", {})
    chosen = [name for name in getattr(module, "__cpu_dispatch__", ()) if features.get(name)]
    return {"simd": chosen} if chosen else {}


def _torch() -> dict[str, Any]:
    """Return threads, kernels, CUDA and cuDNN of torch, and whether it is set to be deterministic."""
    torch: Any = sys.modules.get("torch")
    if torch is None:
        return {}
    import contextlib  # noqa: PLC0415 - torch has imported it

    facts: dict[str, Any] = {}
    # If torch is half imported or has other names in this version, facts are left out.
    with contextlib.suppress(AttributeError, RuntimeError):
        facts["threads"] = torch.get_num_threads()
        facts["deterministic"] = bool(torch.are_deterministic_algorithms_enabled())
        facts["simd"] = str(torch.backends.cpu.get_cpu_capability())
        if torch.version.cuda and torch.cuda.is_initialized():
            facts["cuda"] = str(torch.version.cuda)
            facts["cudnn"] = torch.backends.cudnn.version()
    return {key: value for key, value in facts.items() if value is not None}
