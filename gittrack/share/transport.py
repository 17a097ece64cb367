"""Calls that reach a remote: list its refs, fetch and push by explicit refspecs.

They are talking calls: git uses the user's ssh, credentials, proxies and prompts.  A fetch never prunes and
never overwrites, whatever the configuration says, and leaves the configuration as it is.
"""

from __future__ import annotations

import os

from gittrack.core.standard.collections import Callable, Mapping, Sequence
from gittrack.core.standard.typing import NamedTuple
from gittrack.git import Answer, Call, Repo
from gittrack.git.config import UNATTENDED
from gittrack.share.hosts import failures
from gittrack.share.hosts.failures import failure
from gittrack.share.hosts.ref_names import RefNames, listed

_CAREFUL = (
    *("-c", "fetch.prune=false", "-c", "fetch.pruneTags=false", "-c", "fetch.fsckObjects=true"),
    *("-c", "fetch.recurseSubmodules=false", "-c", "maintenance.auto=false", "-c", "gc.auto=0"),
)
_EXPLICIT = (
    *("--no-prune", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head"),
    *("--no-auto-maintenance", "--refmap=", "--quiet"),
)
_WHOLE = (
    "--no-filter",
)  # a run has few files, and all are read: it comes whole into a partial clone, too
_ONLY = {
    "commits": ("--filter=tree:0", "--depth=1"),
    "trees": ("--filter=blob:none", "--depth=1"),
    "files": ("--no-filter", "--depth=1"),
}
# With protocol 2, a host first tells what it can do, and lists its refs if asked again.  `git ls-remote` asks
# for all refs whatever its patterns are, so that protocol spares nothing and costs one more request.
_AT_ONCE = ("-c", "protocol.version=0")
# Refspecs of one push; git takes them as arguments, whose total size the system limits.
MOST_REFSPECS = 10_000


class Route(NamedTuple):
    """How to reach a remote.

    Parameters
    ----------
    name : str
        The name of the remote, or its URL.
    names : RefNames
        How refs are named there.  The refs of all functions here are named as in this repository.
    """

    name: str
    names: RefNames = RefNames()


class Update(NamedTuple):
    """What became of one ref of a push.

    Parameters
    ----------
    ref : str
        The ref on the remote.
    accepted : bool
        Whether the remote has the value now.
    reason : str
        Why the remote or git refused it; empty if it was accepted.
    """

    ref: str
    accepted: bool
    reason: str = ""


def list_refs(repo: Repo, remote: Route, *patterns: str, unattended: bool = False) -> bytes:
    """Return the refs of a remote as git lists them, with their names on the host.

    Parameters
    ----------
    repo : Repo
        The repository.
    remote : Route
        The remote.
    *patterns : str
        Patterns of ``git ls-remote``, such as ``refs/runs/*``.
    unattended : bool, default False
        Whether nobody can answer a prompt.

    Raises
    ------
    GitError
        If the remote cannot be reached, with git's message.
    """
    names = [remote.names.on_host(pattern) for pattern in patterns]
    argv = [*_AT_ONCE, "ls-remote", "--refs", "--quiet", "--", remote.name, *names]
    answer = _talk(repo, argv, unattended).wait()
    if answer.code != 0:
        raise failure(remote.name, answer.err)
    return answer.out


def remote_refs(
    repo: Repo, remote: Route, *patterns: str, unattended: bool = False
) -> dict[str, str]:
    """Return {ref: id} of a remote; the parameters and errors are those of `list_refs`."""
    output = list_refs(repo, remote, *patterns, unattended=unattended)
    here = remote.names.here
    return {here(name): oid for name, oid in listed(os.fsdecode(output)).items()}


def fetch(
    repo: Repo,
    remote: Route,
    refspecs: Sequence[str],
    *,
    unattended: bool = False,
    removes: bool = False,
    only: str = "",
    continues: str | None = None,
) -> Answer:
    """Fetch refs; each fails alone.

    Compare the refs afterwards: the exit status says only that one of them was refused.  With ``removes``,
    refs that the patterns of the refspecs match here, and that the remote does not have, are deleted here.
    With ``only="commits"``, their files and earlier commits stay there, if the host can leave them out; with
    ``only="trees"``, the names of their files come, too, and with ``only="files"`` only earlier commits stay
    there.  The repository is a partial or shallow clone afterwards.
    ``continues`` is the commit here that the fetched one mostly continues: git names only this one to the
    remote.  Else it names the newest commits here, and stops at those that the fetched one has, too: then an
    archive comes with all of its runs again.
    """
    if not refspecs:
        return Answer(0, b"", b"")
    feed = os.fsencode("".join(f"{remote.names.fetched(refspec)}\n" for refspec in refspecs))
    options = [*_EXPLICIT, *(("--prune",) if removes else ())]
    options += _ONLY.get(only, _WHOLE)
    options += [f"--negotiation-tip={continues}"] if continues else []
    argv = [*_CAREFUL, "fetch", *options, "--stdin", remote.name]
    return _talk(repo, argv, unattended, feed).wait()


def push(
    repo: Repo,
    remote: Route,
    refspecs: Sequence[str],
    *,
    atomic: bool = False,
    leases: Mapping[str, str] | None = None,
    compact: Callable[[Sequence[str]], Sequence[str]] = list,
    unattended: bool = False,
    alternates: Sequence[str] = (),
) -> list[Update]:
    """Push refs and return what became of each; a remote with several URLs answers more than once.

    Parameters
    ----------
    repo : Repo
        The repository.
    remote : Route
        The remote.
    refspecs : sequence of str
        What to push; a name alone pushes the ref to the same name.
    atomic : bool, default False
        Whether the remote takes all refs or none.
    leases : mapping of str to str, optional
        {ref: id that it must have on the remote; empty if it must not exist} of refs that need not move
        forward.
    compact : callable, optional
        Returns the refspecs for a part of the refs that are given; see `cover`.
    unattended : bool, default False
        Whether nobody can answer a prompt.  The ``pre-push`` hook does not run then.
    alternates : sequence of str, optional
        Folders of git objects besides those of the repository.

    Raises
    ------
    GitError
        If the remote cannot be reached, or if it failed before it answered for the refs.
    """
    options = [*(("--atomic",) if atomic else ()), *(("--no-verify",) if unattended else ())]
    names = remote.names
    options += [
        f"--force-with-lease={names.on_host(ref)}:{oid}" for ref, oid in (leases or {}).items()
    ]
    # A mirror sends all of its refs by itself, forced, and deletes others.
    mirror = () if "=" in remote.name else ("-c", f"remote.{remote.name}.mirror=false")
    argv = [*mirror, "push", "--porcelain", "--no-follow-tags", "--recurse-submodules=no", *options]
    updates: list[Update] = []
    step = len(refspecs) if atomic or compact is not list else MOST_REFSPECS
    parts = [list(refspecs[start : start + step]) for start in range(0, len(refspecs), step or 1)]
    while parts:
        part = parts.pop(0)
        pushed = [names.pushed(refspec) for refspec in compact(part)]
        words = [*argv, "--", remote.name, *pushed]
        answer = _talk(repo, words, unattended, alternates=alternates).wait()
        results = [
            update._replace(ref=names.here(update.ref))
            for update in _updates(os.fsdecode(answer.out), answer.err)
        ]
        has_failed = answer.code != 0 and all(update.accepted for update in results)
        can_split = len(part) > 1 and not atomic
        if can_split and (
            (has_failed and failures.was_cut(answer.err)) or failures.was_too_large(answer.err)
        ):
            # A host or a proxy may limit the size of one push: smaller ones can pass.
            parts[:0] = [part[: len(part) // 2], part[len(part) // 2 :]]
        elif has_failed:
            raise failure(remote.name, answer.err)
        else:
            updates += results
    return updates


def push_one(repo: Repo, remote: Route, refspec: str, *, unattended: bool = False) -> Update:
    """Push one ref; it is accepted if every URL of the remote accepts it."""
    updates = push(repo, remote, [refspec], unattended=unattended)
    refused = [update for update in updates if not update.accepted]
    return (refused or updates or [Update(refspec, accepted=True)])[0]


def _updates(output: str, err: bytes) -> list[Update]:
    """Return the results that ``git push --porcelain`` printed: ``flag TAB from:to TAB summary (reason)``."""
    updates = []
    for line in output.split("\n"):
        flag, _, rest = line.partition("\t")
        names, separator, summary = rest.partition("\t")
        if not separator or len(flag) != 1:
            continue
        reason = summary.partition("(")[2].removesuffix(")") or summary
        accepted = flag != "!"
        reason = "" if accepted else failures.refusal(reason, err)
        updates.append(Update(names.rpartition(":")[2], accepted, reason))
    return updates


def _talk(
    repo: Repo,
    args: Sequence[str],
    unattended: bool,
    feed: bytes | None = None,
    alternates: Sequence[str] = (),
) -> Call:
    """Start a call with the user's hooks and prompts; without prompts if ``unattended``."""
    # Large files go before the runs; the hook of Git LFS need not look for them.
    env = {"GIT_LFS_SKIP_PUSH": "1", **(UNATTENDED if unattended else {})}
    if alternates:
        env["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = os.pathsep.join(alternates)
    folder = repo.work_tree or repo.common_dir
    argv = ["--git-dir", repo.git_dir, "--no-pager", *args]
    return Call(argv, cwd=folder, env=env, feed=feed, talking=True)
