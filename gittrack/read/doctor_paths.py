"""Find runs with dangerous paths, which leave the folder of a run: in their trees or in outputs.yaml."""

from __future__ import annotations

from gittrack.core import layout, paths
from gittrack.core.errors import TrackError
from gittrack.core.standard import functools
from gittrack.core.standard.collections import Iterator, Mapping, Sequence
from gittrack.read import doctor_items
from gittrack.read.doctor_objects import CheckedTree, RunObjects
from gittrack.read.runs.reader import Raw

# Most runs have artifacts with the same names.
_fault = functools.lru_cache(maxsize=1024)(paths.fault)


def faults(objects: RunObjects, raws: Sequence[Raw]) -> Iterator[tuple[Raw, str]]:
    """Yield (run, what is wrong) for each run with a path that `restore.write` refuses."""
    for raw in raws:
        root = objects.roots.get(str(raw.commit))
        why = _in_tree(objects.trees, root) if root else None
        data = objects.file(raw.commit, layout.OUTPUTS)
        why = why or (_in_outputs(data) if data else None)
        if why:
            yield raw, why


def _in_tree(trees: Mapping[str, CheckedTree], root: str) -> str | None:
    """Return what is wrong below a tree; each folder is checked once, even if it has several parents."""
    waiting, seen = [("", root, 0)], {root}
    while waiting:
        prefix, oid, depth = waiting.pop()
        tree = trees.get(oid)
        if tree is None:
            return f"its tree is more than {depth} folders deep"
        if tree.wrong is not None:
            return f"its tree has the path {prefix + tree.wrong!r}"
        for name, inner in tree.folders.items():
            if inner not in seen:
                seen.add(inner)
                waiting.append((f"{prefix}{name}/", inner, depth + 1))
    return None


def _in_outputs(data: bytes) -> str | None:
    try:
        items = doctor_items.load(data, layout.OUTPUTS)["outputs"]
        for item in items:
            path, link = item["path"], item.get("link")
            why = _fault(path)
            if why:
                return f"outputs.yaml has the path {path!r}, which {why}"
            why = None if link is None else paths.link_fault(path, link)
            if why:
                return f"outputs.yaml has the link {path!r} to {link!r}, which {why}"
    except (TrackError, ValueError, TypeError, KeyError, AttributeError):
        return None  # reported as damage
    return None
