"""Which large content runs need: what their lines of outputs.yaml place in the store."""

from __future__ import annotations

from collections.abc import Sequence

from gittrack import git
from gittrack.core import layout, yaml_read
from gittrack.core.errors import TrackError
from gittrack.disk import lfs_pointer
from gittrack.disk.lfs_pointer import Pointer


def of_commits(repo: git.Repo, commits: Sequence[str]) -> dict[str, tuple[Pointer, ...]]:
    """Return {commit: contents} of the run commits that have content in a store.

    Entries without a valid digest and size are left out; `git track doctor` names them.
    """
    texts = git.read_objects(repo, [f"{commit}:{layout.OUTPUTS}" for commit in commits])
    needs = {
        commit: _in_store(text)
        for commit, text in zip(commits, texts, strict=True)
        if text is not None and b"store" in text
    }
    return {commit: contents for commit, contents in needs.items() if contents}


def _in_store(text: bytes) -> tuple[Pointer, ...]:
    try:
        entries = yaml_read.load_stored(text, layout.OUTPUTS)["outputs"]
        items = [item for item in entries if item.get("where") == "store"]
    except (TrackError, ValueError, TypeError, KeyError, AttributeError):
        return ()
    return tuple(dict.fromkeys(filter(None, map(lfs_pointer.of_entry, items))))
