"""A live run whose journal another host committed and removed.

The owner of the run has written events and series again.  The other files of the journal are in the commit
of that host, and the commit of the whole run continues that commit.
"""

from __future__ import annotations

import os

from gittrack import git
from gittrack.core import layout
from gittrack.core.run import events
from gittrack.core.standard.typing import Any
from gittrack.disk import restore as restoring
from gittrack.folding import visible
from gittrack.git import refs
from gittrack.record.journal import Journal
from gittrack.record.machine import lock_files


def restore(repo: git.Repo, book: Journal) -> dict[str, Any]:
    """Write the files of the earlier commit into the journal again; return the fact ``resumes``.

    These are artifacts, patches and lock files.
    """
    state = book.state()
    ref = layout.run_ref(state.facts["experiment"], book.id)
    commit = next((oid for name, oid in refs.below(repo, ref) if name == ref), None)
    commit = commit or visible.commits_of(repo, [ref]).get(ref)  # it may be folded already
    paths = [item["path"] for item in state.outputs if item.get("where") == "git"]
    names = [layout.DIFF, *(f"{layout.ARTIFACTS}/{path}" for path in paths)]
    contents = git.read_objects(repo, [f"{commit}:{name}" for name in names]) if commit else ()
    stored = dict(zip(names, contents, strict=False))
    patches = stored.get(layout.DIFF)
    if patches is not None:
        (book.folder / layout.DIFF).write_bytes(patches)
    for item in state.outputs:
        data = stored.get(f"{layout.ARTIFACTS}/{item['path']}")
        if item.get("where") != "git" or (book.folder / layout.ARTIFACTS / item["path"]).exists():
            continue
        if data is None:
            book.append(events.OUTPUT, values={**item, "where": "left out"})
        else:
            restoring.write(book.folder / layout.ARTIFACTS, item["path"], data, item)
    if commit:
        _restore_locks(repo, book, commit)
    return {"resumes": commit} if commit else {}


def _restore_locks(repo: git.Repo, book: Journal, commit: str) -> None:
    """Write the lock files again, and add them to the facts of the environment."""
    listing = ("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit, "--", layout.LOCKS)
    paths = os.fsdecode(repo.read(*listing)).split("\0")[:-1]
    contents = git.read_objects(repo, [f"{commit}:{path}" for path in paths])
    for path, data in zip(paths, contents, strict=True):
        if data is not None and not (book.folder / path).exists():
            restoring.write(book.folder, path, data, {})
    if paths:
        book.append(events.ENV, values=lock_files.facts(book.folder))
