"""List the files and artifacts of a run with their sizes.

Files that are not in this repository are listed too, with the reason and what to do.
"""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.options import add_formats, add_run
from gittrack.cli.output import print_result
from gittrack.core import layout
from gittrack.core.standard.collections import Mapping
from gittrack.read.files.artifacts import Absent, Item
from gittrack.read.runs import resolve
from gittrack.read.runs.record import RunRecord
from gittrack.show.data import jsonable
from gittrack.show.terminal import text
from gittrack.show.terminal.columns import short_id


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track files``."""
    add_run(parser)
    add_formats(parser, "json")


def run(args: argparse.Namespace) -> int:
    """List the files."""
    repo = git.find()
    record = RunRecord(repo, resolve.resolve(repo, args.run))
    items = {f"{layout.ARTIFACTS}/{item['path']}": item for item in record.outputs}
    sizes = {path: item.get("size", 0) for path, item in items.items()} | record.files()
    sizes = dict(sorted(sizes.items()))
    missing = record.missing
    if args.style == "json":
        print_result(jsonable.dump([_facts(path, sizes[path], items, missing) for path in sizes]))
        return 0
    rows = [
        [
            text.size(size),
            text.escape(path),
            text.escape(_location(items.get(path), missing.get(path))),
        ]
        for path, size in sizes.items()
    ]
    lines = "".join(f"{line.rstrip()}\n" for line in text.columns(rows, [True, False, False]))
    print_result(f"{lines}show one: git track cat {short_id(record.id)} PATH\n")
    return 0


def _location(item: Item | None, absent: Absent | None) -> str:
    """Return why an artifact is not in git (it is missing, or in the store); empty if it is in git."""
    if absent is not None:
        return f"not here: {absent.why}; {absent.remedy}"
    return "in the store" if item is not None and item.get("where") != "git" else ""


def _facts(
    path: str, size: int, items: Mapping[str, Item], missing: Mapping[str, Absent]
) -> dict[str, object]:
    absent = missing.get(path)
    storage = items[path].get("where") if path in items else "git"
    reason = absent.why if absent else None
    return {"path": path, "size": size, "where": storage, "here": not absent, "reason": reason}
