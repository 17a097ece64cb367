"""Merge the annotations of a remote with ours, in both directions; no line is ever lost.

The notes of a remote are fetched to ``refs/notes/<remote>/runs``, which only mirrors the remote.  Git merges
them line by line (``cat_sort_uniq``).  What is pushed is the merged notes, without force: if somebody else
pushed in between, the remote refuses them, and the next round merges again.
"""

from __future__ import annotations

from gittrack import git
from gittrack.core import layout
from gittrack.git import notes, refs
from gittrack.share import transport
from gittrack.share.hosts.failures import failure
from gittrack.share.remotes import Remote

_ROUNDS = 5


def tracking_ref(remote: str) -> str:
    """Return the ref here that has the annotations of a remote."""
    return f"refs/notes/{remote}/runs"


def receive(repo: git.Repo, remote: Remote, *, unattended: bool = False) -> None:
    """Fetch the annotations of a remote and merge them into ours.

    Raises
    ------
    TrackError
        If git cannot fetch or merge them.
    """
    if layout.NOTES not in remote.refs:
        return
    tracking = tracking_ref(remote.name)
    oid = remote.refs[layout.NOTES]
    if notes.tip(repo, tracking) != oid:
        refspec = f"+{layout.NOTES}:{tracking}"
        answer = transport.fetch(repo, remote.route, [refspec], unattended=unattended)
        if answer.code != 0:
            raise failure(remote.name, answer.err)
    _merge(repo, tracking)


def differs(repo: git.Repo, remote: Remote) -> bool:
    """Return whether there are annotations here that the remote lacks, after they were received."""
    ours = notes.tip(repo, layout.NOTES)
    return ours is not None and ours != remote.refs.get(layout.NOTES)


def _merge(repo: git.Repo, tracking: str) -> None:
    """Merge the notes of a tracking ref into ours, or begin ours with them."""
    for _ in range(_ROUNDS):
        ours, theirs = notes.tip(repo, layout.NOTES), notes.tip(repo, tracking)
        if theirs is None or ours == theirs:
            return
        try:
            if ours is None:
                refs.update(repo, layout.NOTES, theirs, None, "gittrack: pull")
            else:
                repo.fetching().read("notes", f"--ref={layout.NOTES}", *_MERGE, tracking)
            return
        except git.GitError:  # another process annotated a run meanwhile
            if notes.tip(repo, layout.NOTES) == ours:
                raise
            refs.back_off()


_MERGE = ("merge", "--quiet", "-s", "cat_sort_uniq")


def send(repo: git.Repo, remote: Remote, *, unattended: bool = False) -> transport.Update | None:
    """Push our annotations, merged with those of the remote.

    Returns
    -------
    transport.Update or None
        What became of them; None if there was nothing to send.

    Raises
    ------
    TrackError
        If the remote cannot be reached.
    """
    for _ in range(_ROUNDS):
        ours = notes.tip(repo, layout.NOTES)
        if ours is None or ours == remote.refs.get(layout.NOTES):
            return None
        update = transport.push_one(repo, remote.route, layout.NOTES, unattended=unattended)
        if update.accepted:
            return update
        state = transport.remote_refs(repo, remote.route, layout.NOTES, unattended=unattended)
        if state.get(layout.NOTES) == remote.refs.get(layout.NOTES):  # not somebody else's push
            return update
        remote = remote._replace(refs={**remote.refs, **state})
        receive(repo, remote, unattended=unattended)
    return update._replace(reason="others push annotations all the time; push again")
