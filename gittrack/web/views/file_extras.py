"""What a page that is one file holds only if its sender asks: code, consoles, environments, artifacts."""

from __future__ import annotations

import hashlib
from itertools import combinations, islice
from typing import Any

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.run.run_info import DAMAGED
from gittrack.core.standard.collections import Collection, Iterator, Sequence
from gittrack.read.runs.reader import Raw
from gittrack.read.runs.record import RunRecord
from gittrack.web import artifacts
from gittrack.web.views import compare, log, previews, runs

CODE, LOG, ENV, FILES = "code", "log", "env", "files"
PARTS = (CODE, LOG, ENV, FILES)
_LONGEST_LOG = 200_000  # bytes of the end of a console
_MOST_PAIRS, _MOST_CODE = (
    200,
    1 << 20,
)  # states of the code that are compared; characters of all patches
_LARGEST_FILE, _MOST_CONTENT = 256 << 10, 4 << 20  # bytes of an artifact, and of all
_PREVIEWS = ("image", "table", "text", "audio")  # the previews that need nothing but the content


def documents(repo: git.Repo, raws: Sequence[Raw], parts: Collection[str]) -> dict[str, Any]:
    """Return the further documents of a file.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    raws : sequence of Raw
        The runs in the file.
    parts : collection of str
        Of `PARTS`: which are asked for.
    """
    every = [RunRecord(repo, raw, fetch=False) for raw in raws] if parts else []
    records = [record for record in every if record.info.status != DAMAGED]
    extras: dict[str, Any] = {}
    if LOG in parts:
        extras["log"] = {runs.key(item.info): log.whole(item, _LONGEST_LOG) for item in records}
    if ENV in parts:
        extras["env"] = {runs.key(item.info): item.env for item in records}
    if CODE in parts:
        extras["code"] = dict(_patches(repo, records))
    if FILES in parts:
        outputs = {runs.key(item.info): previews.outputs(item) for item in records}
        extras["outputs"] = {key: items for key, items in outputs.items() if items}
        extras["contents"] = dict(_contents(records))
    return extras


def _patches(repo: git.Repo, records: Sequence[RunRecord]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the difference of each two states of the code; the page turns it for the other direction.

    The pairs with the first run come first.  A patch for which there is no room is left out.
    """
    states = {record.info.code.state: record for record in records if record.info.code.state}
    room = _MOST_CODE
    for before, after in islice(combinations(states, 2), _MOST_PAIRS):
        patch = compare.patch(repo, (states[before], states[after]))
        if len(patch["patch"]) <= room:
            room -= len(patch["patch"])
            yield f"{before} {after}", patch


def _contents(records: Sequence[RunRecord]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the content of small artifacts by their SHA-256; those of the first runs come first."""
    room = _MOST_CONTENT
    seen = set()
    for record in records:
        for item in previews.outputs(record):
            oid, size = item["oid"], item.get("size")
            if not isinstance(size, int) or size > min(_LARGEST_FILE, room):
                continue
            if oid is None or oid in seen or item["preview"] not in _PREVIEWS:
                continue
            try:
                data, whole = record.part(f"{layout.ARTIFACTS}/{item['path']}", 0, size)
            except TrackError:  # it is not here; the page says that it is missing
                continue
            if whole != size or hashlib.sha256(data).hexdigest() != oid:
                continue  # what a run says about its artifacts may be wrong
            seen.add(oid)
            room -= len(data)
            yield oid, {"kind": artifacts.kind_of(str(item["path"]), data), "data": data}
