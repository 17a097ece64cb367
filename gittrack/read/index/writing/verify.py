"""Compare the index with the commits: another program may have written to it."""

from __future__ import annotations

import os

from gittrack import git
from gittrack.read.index import completion, store
from gittrack.read.index.chunk import ODD, STARTS, DamagedIndex, Extent, RunChunk
from gittrack.read.index.writing import encoder
from gittrack.read.runs import reader


def differing(repo: git.Repo) -> list[str]:
    """Return the ids of the runs of which the index differs from their commits.

    Runs that git has no more are not compared, and neither are values of files that could not be read when
    the index was written, or cannot be read now.  A file with a wrong checksum counts as no index.
    """
    index = store.load(repo.common_dir)
    try:
        pairs = zip(index.chunks, index.manifest.extents, strict=True) if index else ()
        return [run_id for chunk, extent in pairs for run_id in _differing(repo, chunk, extent)]
    except DamagedIndex:
        store.forget(repo.common_dir)
        return []


def _differing(repo: git.Repo, chunk: RunChunk, extent: Extent) -> list[str]:
    """Return the runs of a chunk that differ: what its runs would be written as now is what it has to be."""
    records = chunk.raws(range(chunk.rows))
    with_bodies = all(raw.body is not None for raw in records)
    runs = reader.bodies(repo, [raw._replace(body=None) for raw in records])
    wrong = [
        raw.id
        for raw, record in zip(runs, records, strict=True)
        if with_bodies and raw.body and raw.body != record.body
    ]
    if wrong or not all(raw.body for raw in runs):
        return wrong
    start = memoryview(chunk.content(STARTS)).cast("q")[0]
    odd = set(memoryview(chunk.content(ODD)).cast("q").tolist())
    bodies = completion.complete(repo, runs)
    if not odd.union(bodies).issuperset(completion.truncated_rows(runs)):
        return []  # a file of a run cannot be read any more
    complete = {row: body for row, body in bodies.items() if row not in odd}
    content, right = encoder.encoded(runs, start, with_bodies=with_bodies, complete=complete)
    stored = os.pread(chunk.handle, extent.start + extent.size - start, start)
    return [] if (content, right) == (stored, extent) else [runs[0].id]
