"""Repositories with very many runs: all have refs, or as automatic folding leaves them."""

from __future__ import annotations

import pickle
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import repos
from measure import git

from gittrack import git as git_layer
from gittrack.core import layout
from gittrack.core.run import run_info
from gittrack.folding import building
from gittrack.folding.archive import Archive
from gittrack.folding.building import Member
from gittrack.git import objects, refs

WITH_REFS = 1_000  # the newest runs, which are not folded
INTERVAL = 30.0  # seconds between the starts of two runs
LAST = 1.79e9  # seconds since 1970, when the last one started
NAME = "baseline"  # of the oldest run
_BUILD = "refs/build"
_MODELS = 5_000


def make(path: Path, count: int, *, folded: bool, with_refs: int = WITH_REFS) -> Path:
    """Make a repository with ``count`` runs.

    Parameters
    ----------
    path : Path
        The folder to make.
    count : int
        The number of runs.
    folded : bool
        Whether all but the newest ``with_refs`` runs are in chained archives, and have no refs.
    with_refs : int, default 1,000
        The number of runs that are not folded.
    """
    repos.small(path)
    add(path, count, folded=count - with_refs if folded else 0)
    return path


def with_metrics(path: Path, count: int, metrics: int) -> Path:
    """Record runs with very many metrics: their messages leave these out, and files have them."""
    repos.small(path)
    script = f"""
import random, gittrack
for number in range({count}):
    with gittrack.init("digits", config={{"lr": random.random(), "seed": number}}) as run:
        run.log({{f"m{{metric}}": random.random() for metric in range({metrics})}})
"""
    quiet = subprocess.DEVNULL
    subprocess.run([sys.executable, "-c", script], cwd=path, check=True, stdout=quiet, stderr=quiet)
    git(path, "pack-refs", "--all")
    return path


def add(path: Path, count: int, *, folded: int = 0, start: float | None = None) -> None:
    """Add runs to a repository, of which the first ones are folded; git packs the refs of the others."""
    head = git(path, "rev-parse", "HEAD")
    first = LAST - INTERVAL * count if start is None else start
    with tempfile.TemporaryFile() as spool, tempfile.TemporaryDirectory() as folder:
        marks = Path(folder) / "marks"
        call = ["git", "fast-import", "--quiet", "--force", f"--export-marks={marks}"]
        importing = subprocess.Popen(call, cwd=path, stdin=subprocess.PIPE)
        assert importing.stdin is not None
        importing.stdin.writelines(_commits(head, first, count, spool))
        importing.stdin.close()
        assert importing.wait() == 0
        spool.seek(0)
        _give_refs(path, _members(spool, marks), folded)
    git(path, "update-ref", "-d", _BUILD)
    git(path, "repack", "-d", "-q")


def _commits(head: str, first: float, count: int, spool: BinaryIO) -> Iterator[bytes]:
    """Yield what git imports; the runs go to ``spool``, too, a thousand at a time."""
    written: list[Member] = []
    for number, (started, ref, text) in enumerate(_runs(head, first, count), 1):
        parsed = layout.parse_run_ref(ref)
        assert parsed is not None
        who = b"committer A B <a@b.c> %d +0000\n" % started
        data = b"data %d\n%s\n" % (len(text), text)
        yield b"commit %s\nmark :%d\n%s%sfrom %s\n" % (
            *(_BUILD.encode(), number, who, data),
            head.encode(),
        )
        written.append(Member(parsed[1], parsed[0], "", int(started), text))
        if len(written) == building.MOST_PARENTS or number == count:
            pickle.dump(written, spool)
            written = []


def _runs(head: str, first: float, count: int) -> Iterator[tuple[float, str, bytes]]:
    """Yield the start, the ref and the message of each run.

    Only some thousand messages are made, which takes long; the runs differ from these in the id, the times
    and the value of a metric.  The first one has a name.
    """
    dice = random.Random(first)
    models = [repos.run(dice, first, head) for _ in range(min(count, _MODELS))]
    times = [run_info.iso(first + later).encode() for later in (0, repos.DURATION)]
    for number in range(count):
        ref, message = models[number % _MODELS]
        started = first + INTERVAL * (number + 1)
        run_id = (
            time.strftime("%Y%m%d-%H%M%S-", time.gmtime(started)) + f"{dice.getrandbits(32):08x}"
        )
        text = message.encode().replace(ref[-24:].encode(), run_id.encode())
        for before, later in zip(times, (0, repos.DURATION), strict=True):
            text = text.replace(before, run_info.iso(started + later).encode())
        value = text.partition(b'metrics.m0: {"count": 20, "last": ')[2].partition(b",")[0]
        text = text.replace(value, repr(dice.random()).encode())
        if number == 0:
            text = text.replace(b"\nparams.", b"\nname: %s\nparams." % NAME.encode(), 1)
        yield started, ref[:-24] + run_id, text


def _members(spool: BinaryIO, marks: Path) -> Iterator[list[Member]]:
    """Yield the runs with the ids that git gave their commits, a thousand at a time."""
    oids = dict(line.split() for line in marks.read_bytes().splitlines())
    number = 0
    while number < len(oids):
        part = pickle.load(spool)
        names = (oids[b":%d" % (number + at)].decode() for at in range(1, len(part) + 1))
        yield [member._replace(commit=oid) for member, oid in zip(part, names, strict=True)]
        number += len(part)


def _give_refs(path: Path, parts: Iterator[list[Member]], folded: int) -> None:
    """Put the first runs into archives, and give the others refs."""
    repo = git_layer.find(path)
    store = objects.Store(git_layer.object_store_path(repo), repo.hash_name, flush=False)
    archive: Archive | None = None
    lines, number = [], 0
    for part in parts:
        if number < folded:
            archive = building.add(store, archive, part)
        else:
            lines += [f"create {layout.run_ref(m.experiment, m.id)} {m.commit}\n" for m in part]
        number += len(part)
    if archive is not None:
        refs.update(repo, layout.ARCHIVE, archive.commit, None, "fold")
    git(path, "update-ref", "--stdin", feed="".join(lines).encode())
    git(path, "pack-refs", "--all")
