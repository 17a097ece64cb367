"""What differs between the environments of two runs: packages, variables, machine, files that they read."""

from __future__ import annotations

from gittrack.analysis.differences import Change, RunDiff
from gittrack.core.run.commit_message import MISSING
from gittrack.core.standard.collections import Iterator, Mapping
from gittrack.launch import start_hook
from gittrack.read.runs.record import RunRecord
from gittrack.record.evidence import read_files as files
from gittrack.record.machine import environment, variable_digests
from gittrack.reproduce.causes import reason as kinds
from gittrack.reproduce.causes.reason import Reason
from gittrack.reproduce.causes.unrecorded import keyed_digests_of

# Modules whose package has another name; a package that is not named here is only listed later.
_OTHER_NAMES = {
    **{"sklearn": "scikit-learn", "skimage": "scikit-image", "PIL": "pillow", "yaml": "pyyaml"},
    **{"cv2": "opencv-python", "dateutil": "python-dateutil", "bs4": "beautifulsoup4"},
    **{"xgboost": "xgboost-cpu", "faiss": "faiss-cpu", "umap": "umap-learn", "hydra": "hydra-core"},
}
_INSTALLERS = ("pip", "setuptools", "wheel", "uv", "poetry", "distribute", "virtualenv")
_NEVER_THE_REASON = ("variables.CONDA_DEFAULT_ENV", "platform.release", "start_hook")


def reasons(difference: RunDiff, a: RunRecord, b: RunRecord) -> list[Reason]:
    """Return what differs in the environment: packages that the runs imported first, installers last."""
    imported = _imported(a, b)
    changes = [c for c in difference.env if not c.name.startswith(_NEVER_THE_REASON)]
    has_counts = any(change.name.startswith("threads.") for change in changes)
    rows = []
    for change in changes:
        section, _, name = change.name.partition(".")
        if section == "variables" and has_counts and name in environment.THREADS:
            continue  # the libraries report the count that the variable has set
        rows.append(_environment_reason(change, section, name))
    return sorted(
        (row for row in rows if row is not None),
        key=lambda row: _package_rank(row.name, imported) if row.kind == kinds.PACKAGE else 0,
    )


def _imported(*runs: RunRecord) -> set[str]:
    """Return the names of the modules that the runs imported from packages, as names of packages."""
    hooks = [run.env.get(start_hook.FACT) for run in runs]
    names = [
        str(n) for hook in hooks if isinstance(hook, Mapping) for n in hook.get("imported", ())
    ]
    plain = {name.replace("_", "-").lower() for name in names}
    return plain | {_OTHER_NAMES[name] for name in names if name in _OTHER_NAMES}


def _package_rank(name: str, imported: set[str]) -> int:
    return 0 if name in imported else 2 if name in _INSTALLERS else 1


def _environment_reason(change: Change, section: str, name: str) -> Reason | None:
    values = (_value_or_none(change.a), _value_or_none(change.b))
    if change.name in ("python.hash_seed", "variables.PYTHONHASHSEED"):
        return Reason(kinds.HASH_SEED, "", *values) if section == "python" else None
    if change.name == "cpu.usable":
        return Reason(kinds.CORES, "", *values)
    by_section: Mapping[str, str] = {
        "packages": kinds.PACKAGE,
        "python": kinds.INTERPRETER,
        "threads": kinds.THREADS,
        "variables": kinds.THREADS if name in environment.THREADS else kinds.VARIABLE,
        "platform": kinds.MACHINE,
        "cpu": kinds.MACHINE,
        "gpu": kinds.MACHINE,
    }
    kind = by_section.get(section, kinds.LIBRARY)
    return Reason(kind, change.name if kind in (kinds.MACHINE, kinds.LIBRARY) else name, *values)


def variables(a: RunRecord, b: RunRecord) -> Iterator[Reason]:
    """Return the variables whose digests differ."""
    recorded = {*(a.env.get("variables") or ()), *(b.env.get("variables") or ())}
    for name, before, _ in _differing_digests(a, b, variable_digests.FACT):
        if name in recorded:
            continue
        if before is None:
            yield Reason(kinds.VARIABLE, name, "none", "set")
        else:
            yield Reason(kinds.SECRET, name)


def read_files(a: RunRecord, b: RunRecord) -> Iterator[Reason]:
    """Return the files that both runs read, with different content; inputs are compared as such."""
    for name, before, after in _differing_digests(a, b, files.FACT):
        if before is not None and after is not None:
            yield Reason(kinds.READ, name)


def _differing_digests(
    a: RunRecord, b: RunRecord, fact: str
) -> Iterator[tuple[str, str | None, str | None]]:
    """Yield (name, digest, digest) of what differs; nothing if the runs have different keys."""
    first, second = keyed_digests_of(a, fact), keyed_digests_of(b, fact)
    if first is None or second is None or first["salt"] != second["salt"]:
        return
    before, after = first["names"], second["names"]
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            yield name, before.get(name), after.get(name)


def _value_or_none(value: object) -> object:
    return "none" if value is MISSING else value
