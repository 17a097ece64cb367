"""Benchmarks, by hand: ``python tests/benchmarks/bench.py [NAME ...]``; see `PARTS` for the names.

``all``, the default, leaves out what takes minutes: ``long``, ``folding``, ``unfolded`` and ``artifacts``.
Ours and theirs run in turns, so that a noisy machine is noisy for both; what counts is the ratio.
"""

from __future__ import annotations

import importlib
import logging
import os
import sys
import tempfile
from pathlib import Path

import measure

PARTS = {
    "logging": "log_points",
    "startfinish": "start_finish",
    "writers": "writers",
    "searching": "search",
    "listing": "listing",
    "importing": "importing",
    "integrations": "integrations",
    "refs": "refs",
    "folding": "folding",
    "unfolded": "unfolded",
    "reproducing": "reproducing",
    "sweeping": "sweeping",
    "registry": "registry",
    "limits": "limits",
    "large": "large_artifact",
    "engines": "engines",
    "sharing": "sharing",
    "long": "long_run",
    "artifacts": "many_artifacts",
}


def main(words: list[str]) -> int:
    """Run the parts that are named; 1 where a bar was missed, 2 where there is no such part."""
    names = (
        [name for name in PARTS if name not in ("long", "folding", "unfolded", "artifacts")]
        if words in ([], ["all"])
        else words
    )
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        print(f"no such part: {unknown[0]}; there are: {', '.join(PARTS)}, all", file=sys.stderr)
        return 2
    missed = 0
    logging.getLogger("gittrack").setLevel(logging.ERROR)  # two lines on stderr for each run
    with tempfile.TemporaryDirectory(prefix="gittrack-bench-") as folder:
        seal(Path(folder))
        for name in names:
            scratch = Path(folder) / name
            scratch.mkdir()
            found = list(importlib.import_module(PARTS[name]).rows(scratch))
            measure.show(name, found)
            missed += sum(1 for row in found if row.over)
    return 1 if missed else 0


def seal(folder: Path) -> None:
    """Keep the user's own configuration and environment out of the measurement.

    Byte code is cached as after any installation, but in the scratch folder.
    """
    for name in list(os.environ):
        if name.startswith(("GIT_", "GITTRACK_", "PYTHON")):
            del os.environ[name]
    config = folder / "gitconfig"
    config.write_text("[user]\n\tname = A B\n\temail = a@b.c\n")
    os.environ.update(HOME=str(folder), PYTHONPYCACHEPREFIX=str(folder / "bytecode"))
    os.environ.update(GIT_CONFIG_GLOBAL=str(config), GIT_CONFIG_NOSYSTEM="1")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
