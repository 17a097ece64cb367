"""Runs that several launchers of one machine deliver at the same time go to the remote by one push.

Each launcher adds a request to a folder of their clone and waits for its lock.  Who gets the lock pushes all
requests that are there and writes an answer for each; who gets it later finds its answer.  A request of a
process that was killed goes with the next push.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from gittrack import git
from gittrack.core import layout
from gittrack.core.standard.collections import Mapping
from gittrack.disk import folders, lock
from gittrack.share import transport
from gittrack.share.transport import Route

_LOCK, _PUSHED, _ANSWER = "lock", "pushed", ".answer"


class GroupedPush:
    """Makes refs on a remote that must not exist there.

    Parameters
    ----------
    repo : git.Repo
        The clone.
    route : Route
        The remote.
    gap : float
        Seconds between two pushes at least, of all processes that use the clone.
    """

    def __init__(self, repo: git.Repo, route: Route, gap: float) -> None:
        self.repo, self.route, self.gap = repo, route, gap
        self.folder = Path(layout.home(repo.common_dir), "outbox")

    def push(self, commits: Mapping[str, str]) -> bool:
        """Make refs, {ref: commit}; return whether the remote has all of them with these commits now.

        Raises GitError if the remote cannot be reached, or refuses a ref that it does not have.
        """
        folders.make(str(self.folder))
        request = self.folder / os.urandom(8).hex()
        answer = Path(f"{request}{_ANSWER}")
        _write(request, dict(commits))
        try:
            with lock.holding(str(self.folder / _LOCK)):
                if not answer.exists():
                    self._push_requests(request)
            values = json.loads(answer.read_text())
        finally:
            request.unlink(missing_ok=True)
            answer.unlink(missing_ok=True)
        if values["problem"]:
            raise git.GitError(values["problem"], "")
        return bool(values["accepted"])

    def _push_requests(self, own: Path) -> None:
        """Push a request and the others that wait, unless they name the same refs; write their answers."""
        self._wait()
        requests = {own: json.loads(own.read_text())}
        commits = dict(requests[own])
        for path in sorted(self.folder.iterdir()):
            refs = _read(path) if path.suffix == "" and len(path.name) == len(own.name) else {}
            if refs and not refs.keys() & commits.keys():
                requests[path] = refs
                commits |= refs
        updates = transport.push(
            *(self.repo, self.route, [f"{commit}:{ref}" for ref, commit in commits.items()]),
            leases=dict.fromkeys(commits, ""),
            unattended=True,
        )
        reasons = {update.ref: update.reason for update in updates if not update.accepted}
        current = {}
        if reasons:
            current = transport.remote_refs(self.repo, self.route, *reasons, unattended=True)
        for path, refs in requests.items():
            missing = [ref for ref in refs if ref in reasons and ref not in current]
            problem = f"the remote refused {missing[0]}: {reasons[missing[0]]}" if missing else ""
            has_all = all(ref not in reasons or current.get(ref) == refs[ref] for ref in refs)
            _write(Path(f"{path}{_ANSWER}"), {"problem": problem, "accepted": has_all})
            path.unlink(missing_ok=True)

    def _wait(self) -> None:
        """Wait until the next push may begin, and note that it does."""
        path = self.folder / _PUSHED
        age = time.time() - path.stat().st_mtime if path.exists() else self.gap
        time.sleep(min(max(self.gap - age, 0.0), self.gap))
        path.touch()


def _write(path: Path, values: Mapping[str, Any]) -> None:
    incoming = path.with_name(f".{path.name}")
    incoming.write_text(json.dumps(values))
    incoming.replace(path)


def _read(path: Path) -> dict[str, str]:
    """Return the refs of a request; {} if its process has just taken it back."""
    try:
        values: dict[str, str] = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return values
