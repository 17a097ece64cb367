"""Which large content runs need: artifacts in the store, and changed files of the code under Git LFS."""

from __future__ import annotations

from gittrack import git
from gittrack.core import layout, yaml_read
from gittrack.core.errors import TrackError
from gittrack.core.run import commit_message
from gittrack.core.standard.collections import Sequence
from gittrack.disk import lfs_pointer
from gittrack.disk.lfs_pointer import Pointer


def of_commits(repo: git.Repo, commits: Sequence[str]) -> dict[str, tuple[Pointer, ...]]:
    """Return {commit: contents} of the run commits that have content in a store.

    Entries without a valid digest and size are left out; `git track doctor` names them.
    """
    texts = git.read_objects(repo, [f"{commit}:{layout.OUTPUTS}" for commit in commits])
    needs = {commit: _in_store(text) for commit, text in zip(commits, texts, strict=True)}
    return {commit: contents for commit, contents in needs.items() if contents}


def _in_store(text: bytes | None) -> tuple[Pointer, ...]:
    if text is None or b"store" not in text:
        return ()
    try:
        entries = yaml_read.load_stored(text, layout.OUTPUTS)["outputs"]
        items = [item for item in entries if item.get("where") == "store"]
    except (TrackError, ValueError, TypeError, KeyError, AttributeError):
        return ()
    return tuple(dict.fromkeys(filter(None, map(lfs_pointer.of_entry, items))))


def of_runs(repo: git.Repo, commits: Sequence[str]) -> list[Pointer]:
    """Return the contents that runs need: of their artifacts, and of uncommitted files under Git LFS."""
    questions = [name for commit in commits for name in (f"{commit}:{layout.OUTPUTS}", commit)]
    answers = list(git.read_objects(repo, questions))
    artifacts = [content for text in answers[::2] for content in _in_store(text)]
    return list(dict.fromkeys([*artifacts, *_of_changed_code(repo, answers[1::2])]))


def _of_changed_code(repo: git.Repo, bodies: Sequence[bytes | None]) -> list[Pointer]:
    """Return the contents of uncommitted files under Git LFS that were the code of runs."""
    values = (commit_message.find(body or b"", "code.snapshot") for body in bodies)
    snapshots = [value for value in values if isinstance(value, str)]
    names = [f"{snapshot}:.gitattributes" for snapshot in snapshots]
    attributes = git.read_objects(repo, names)
    chosen = [
        snapshot
        for snapshot, text in zip(snapshots, attributes, strict=True)
        if b"filter=lfs" in (text or b"")
    ]
    if not chosen:
        return []
    feed = "".join(f"{snapshot}\n" for snapshot in chosen).encode()
    changes = repo.read("diff-tree", "--stdin", "-r", "-z", "--root", "--no-commit-id", feed=feed)
    lines = (part.split() for part in changes.split(b"\0") if part.startswith(b":"))
    oids = dict.fromkeys(words[3].decode() for words in lines if words[1].startswith(b"100"))
    return _pointers(repo, list(oids))


def of_code(repo: git.Repo, commit: str) -> list[Pointer]:
    """Return the contents of all files under Git LFS in the code of a commit."""
    [attributes] = git.read_objects(repo, [f"{commit}:.gitattributes"])
    if b"filter=lfs" not in (attributes or b""):
        return []
    listing = repo.read("ls-tree", "-r", "-z", "--full-tree", commit)
    lines = (line.split(maxsplit=3) for line in listing.split(b"\0")[:-1])
    return _pointers(repo, [words[2].decode() for words in lines if words[1] == b"blob"])


def _pointers(repo: git.Repo, oids: Sequence[str]) -> list[Pointer]:
    """Return the contents that those blobs name which are pointers."""
    sizes = zip(oids, git.sizes(repo, oids), strict=True)
    small = [oid for oid, size in sizes if size is not None and size <= lfs_pointer.MOST_BYTES]
    pointers = (lfs_pointer.parse(data or b"") for data in git.read_objects(repo, small))
    return list(dict.fromkeys(filter(None, pointers)))
