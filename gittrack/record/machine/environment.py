"""What a result can depend on besides code and data: Python, packages, machine.

As a script (``python environment.py CACHE NAME...``) it prints the facts of its interpreter as JSON, so that
the launcher can ask the interpreter of a command while the command runs.  The script imports NumPy to see
which kernels it chooses; the folder CACHE keeps the answer for each environment.
Standard library only, and nothing newer than Python 3.7.
"""

from __future__ import annotations

import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:  # annotations are never evaluated, and the imports take 5 ms
    from collections.abc import Iterable, Mapping
    from typing import Any

_NOTHING: Mapping[str, Any] = {}
THREADS = (
    *("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS"),
    *("VECLIB_MAXIMUM_THREADS", "BLIS_NUM_THREADS"),
)
_KERNELS = (
    "OPENBLAS_CORETYPE",
    "MKL_CBWR",
    "MKL_ENABLE_INSTRUCTIONS",
    "NPY_DISABLE_CPU_FEATURES",
    "ATEN_CPU_CAPABILITY",
    "ONEDNN_MAX_CPU_ISA",
)
# Variables that change the bits of a result; a rerun gets the recorded values.
CONTROLS = (
    *THREADS,
    *_KERNELS,
    *("PYTHONHASHSEED", "CUBLAS_WORKSPACE_CONFIG", "NVIDIA_TF32_OVERRIDE", "XLA_FLAGS"),
    *("TF_DETERMINISTIC_OPS", "TF_ENABLE_ONEDNN_OPTS", "JAX_ENABLE_X64"),
)
VARIABLES = (
    *CONTROLS,
    *("CUDA_VISIBLE_DEVICES", "JAX_PLATFORMS", "CONDA_DEFAULT_ENV", "WORLD_SIZE"),
    "PYTORCH_CUDA_ALLOC_CONF",
)


def capture(more: Iterable[str] = (), arithmetic: Mapping[str, Any] = _NOTHING) -> dict[str, Any]:
    """Return the facts of this interpreter and machine.

    Parameters
    ----------
    more
        Names of further variables to record.
    arithmetic
        The facts of `numerics.capture`.
    """
    return {"python": python(), "packages": packages(sys.path), **of_machine(more, arithmetic)}


def of_machine(
    more: Iterable[str] = (), arithmetic: Mapping[str, Any] = _NOTHING
) -> dict[str, Any]:
    """Return what `capture` returns, without the facts of this interpreter."""
    facts: dict[str, Any] = {"platform": machine(), "cpu": cpu()}
    gpu = nvidia()
    if gpu:
        facts["gpu"] = gpu
    facts.update(arithmetic)
    variables = {k: os.environ[k] for k in (*VARIABLES, *more) if k in os.environ}
    if variables:
        facts["variables"] = variables
    return facts


def python() -> dict[str, str]:
    """Return version and implementation of the interpreter, and its hash seed (the order of sets)."""
    version = ".".join(map(str, sys.version_info[:3]))
    seed = "" if sys.flags.ignore_environment else os.environ.get("PYTHONHASHSEED", "")
    return {
        "version": version,
        "implementation": sys.implementation.name,
        "hash_seed": seed or "random",
    }


def packages(path: Iterable[str]) -> dict[str, str]:
    """Return {name: version} of the packages on ``path``, from the names of their folders.

    No metadata file is opened, because ``<name>-<version>.dist-info`` (PEP 376, 427) has both: 200
    packages take 1 ms, and 100 ms with importlib.metadata.
    """
    folders = [_packages_in(folder or ".") for folder in reversed([*path])]  # the first one counts
    ids = tuple(map(id, folders))
    answer = _last_packages.get(ids)
    if answer is None:
        versions: dict[str, str] = {}
        for folder in folders:
            versions.update(folder)
        answer = (dict(sorted(versions.items())), folders)
        _last_packages.clear()
        _last_packages[ids] = answer
    return dict(answer[0])


# The last answer of `packages` and the packages of its folders, by the ids of these objects.
_last_packages: dict[tuple[int, ...], tuple[dict[str, str], list[dict[str, str]]]] = {}
_no_packages: dict[str, str] = {}
# The packages of folders as they were listed: {(device, inode): (time of the last change, packages)}.
_listed: dict[tuple[int, int], tuple[int, dict[str, str]]] = {}
_SETTLED_NS = 2_000_000_000  # a folder that changed later may change again without another time


def _packages_in(folder: str) -> dict[str, str]:
    """Return the packages in a folder, which is listed again only if its time has changed."""
    try:
        status = os.stat(folder)
        key, changed = (status.st_dev, status.st_ino), status.st_mtime_ns
        if key in _listed and _listed[key][0] == changed:
            return _listed[key][1]
        names = os.listdir(folder)
    except OSError:  # sys.path can also name zip files and deleted folders
        return _no_packages
    versions: dict[str, str] = {}
    for name in names:
        stem, dot, kind = name.rpartition(".")
        if dot and kind in ("dist-info", "egg-info") and "-" in stem:
            package, version = stem.split("-")[:2]
            versions.setdefault(package.replace("_", "-").lower(), version)
    if changed < time.time_ns() - _SETTLED_NS:
        _listed[key] = (changed, versions)
    return versions


def machine() -> dict[str, Any]:
    """Return system, release, architecture and C library."""
    name = os.uname()
    facts: dict[str, Any] = {
        "system": name.sysname,
        "release": name.release,
        "machine": name.machine,
    }
    try:
        facts["libc"] = os.confstr("CS_GNU_LIBC_VERSION")
    except (ValueError, OSError, AttributeError):  # not glibc
        return facts
    return facts


def cpu() -> dict[str, Any]:
    """Return model, count and SIMD level of the processor; ``usable``: how many this process may use."""
    facts: dict[str, Any] = {"count": os.cpu_count()}
    if hasattr(os, "sched_getaffinity"):
        facts["usable"] = len(os.sched_getaffinity(0))
    if not _processor:
        _processor.append(_model())
    return {**facts, **_processor[0]}


_processor: list[dict[str, Any]] = []  # what was read of the processor, which stays the same


def _model() -> dict[str, Any]:
    """Return model and SIMD level of the processor."""
    facts: dict[str, Any] = {}
    try:
        with open("/proc/cpuinfo", "rb") as file:
            text = file.read(8192).decode("utf-8", "replace")
    except OSError:
        return facts
    lines = {
        key.strip(): value.strip()
        for key, _, value in (line.partition(":") for line in text.split("\n\n")[0].splitlines())
    }
    if "model name" in lines:
        facts["model"] = lines["model name"]
    flags = set(lines.get("flags", lines.get("Features", "")).split())
    levels = ("sse4_2", "avx", "avx2", "fma", "avx512f", "amx_tile", "asimd", "sve")
    facts["simd"] = [flag for flag in levels if flag in flags]
    return facts


def nvidia() -> dict[str, Any] | None:
    """Return driver and model names of NVIDIA GPUs, from /proc, without a process or a library."""
    base = "/proc/driver/nvidia"
    try:
        with open(base + "/version", "rb") as file:
            driver = file.readline().decode("utf-8", "replace").split("Module")[-1].split()[0]
        models = []
        for card in sorted(os.listdir(base + "/gpus")):
            with open(base + "/gpus/" + card + "/information", "rb") as file:
                first = file.readline().decode("utf-8", "replace")
            models.append(first.partition(":")[2].strip())
    except (OSError, IndexError):
        return None
    return {"driver": driver, "models": models}


def _arithmetic(facts: dict[str, Any], cache: str) -> dict[str, Any]:
    """Return the libraries and kernels that NumPy uses here; determined once per environment."""
    import contextlib  # noqa: PLC0415 - only the script needs these
    import hashlib  # noqa: PLC0415
    import json  # noqa: PLC0415

    # The facts that NumPy's choice depends on; the hash seed, which differs from run to run, is not one.
    fixed = {name: facts[name] for name in ("packages", "platform", "cpu")}
    chosen = {name: os.environ.get(name) for name in (*THREADS, *_KERNELS)}
    key = json.dumps([sys.version, sys.path, fixed, chosen], sort_keys=True).encode()
    path = os.path.join(cache, "environment", hashlib.sha256(key).hexdigest()[:24] + ".json")
    with contextlib.suppress(OSError, ValueError), open(path, "rb") as file:
        return dict(json.load(file))
    with contextlib.suppress(ImportError):
        __import__("numpy")
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "numerics.py")
    names: dict[str, Any] = {}
    with open(source, encoding="utf-8") as file:  # gittrack cannot be imported here
        exec(compile(file.read(), source, "exec"), names)
    arithmetic: dict[str, Any] = names["capture"]()
    temporary = f"{path}.{os.getpid()}"
    with contextlib.suppress(OSError):  # only a cache: the next run determines it again
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(temporary, "w", encoding="utf-8") as file:
            json.dump(arithmetic, file)
        os.replace(temporary, path)
    return arithmetic


def _main(cache: str, more: Iterable[str]) -> None:
    import json  # noqa: PLC0415 - only the script needs it

    own_folder = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [folder for folder in sys.path if folder != own_folder]
    facts = capture(more)
    if "numpy" in facts["packages"]:
        facts = {**facts, **_arithmetic(facts, cache)}
    json.dump(facts, sys.stdout)


if __name__ == "__main__":
    _main(sys.argv[1], sys.argv[2:])
