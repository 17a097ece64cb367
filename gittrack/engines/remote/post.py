"""Messages over a git remote: a document for each sender, as a commit that a ref names.

    refs/gittrack/sweeps/<sweep>/to/<n>                what the process of the sweep tells its workers
    refs/gittrack/sweeps/<sweep>/from/<worker>/<n>     what a worker tells the process
    refs/gittrack/sweeps/<sweep>/stop/<request>        what `git track sweep stop` asks for: finish, or now

A new document of a sender replaces the last one: it gets the next number, and the last number is deleted.  So
each ref is made once, and of two senders that make the same number one is refused.  The next number with the
same document shows that its sender lives.  The commits have no parents, and are kept in a repository of their
own, which is deleted at the end.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

from gittrack import git
from gittrack.core.standard.collections import Iterable, Mapping, Sequence
from gittrack.git import objects, refs
from gittrack.record.machine.author import author
from gittrack.share import transport
from gittrack.share.hosts import failures, limits
from gittrack.share.transport import Route

NAMESPACE = "refs/gittrack/sweeps/"
TO, FROM, STOP = "to", "from", "stop"
BEAT_SECONDS = 15.0  # between two numbers of a sender of which nothing changed
_PUSH_SECONDS = 0.5  # between two pushes of messages
_MOST_SHARE = 0.05  # of the time, for looking
_SHORTEST_LOOK, _LONGEST_LOOK = 0.5, 15.0
_MOST_FETCHES = 2000  # before the repository of the messages is made anew
_SUBJECT = b"messages of a sweep"

Document = Mapping[str, Any]


class Post:
    """The messages of one sweep on a remote.

    Parameters
    ----------
    repo : git.Repo
        The repository whose remote it is; its configuration counts, such as credentials.
    route : Route
        The remote.
    url : str
        Where the remote is.
    sweep_id : str
        The sweep.
    folder : Path
        A folder for the repository of the messages; it is deleted by `close`.

    Attributes
    ----------
    shortest_gap : float
        Seconds between two pushes at least.
    """

    def __init__(self, repo: git.Repo, route: Route, url: str, sweep_id: str, folder: Path) -> None:
        self.user_repo, self.route, self.folder = repo, route, folder
        self.prefix = f"{NAMESPACE}{sweep_id}/"
        self.shortest_gap = max(limits.seconds_between_pushes(url), _PUSH_SECONDS)
        self.author = author(git.parse_config(repo.config().output()))
        self.fetches, self.next_look = 0, 0.0
        self.repo = self._new_repository()

    def _new_repository(self) -> git.Repo:
        """Make a bare repository with the configuration of the user's."""
        shutil.rmtree(self.folder, ignore_errors=True)
        path, hash_name = str(self.folder), self.user_repo.hash_name
        words = ["init", "--quiet", "--bare", "--template=", f"--object-format={hash_name}", path]
        git.Call(words).output()
        source = f"{self.user_repo.common_dir}/config".replace("\\", "\\\\").replace('"', '\\"')
        with open(self.folder / "config", "a", encoding="utf-8", errors="surrogateescape") as file:
            file.write(f'[include]\n\tpath = "{source}"\n')
            file.write("[core]\n\tbare = true\n\thooksPath = /dev/null\n")
        return git.Repo(path, path, path, self.user_repo.work_tree, "", hash_name)

    def fetch(self, *kinds: str) -> dict[str, str]:
        """Return the messages that the remote has now: {name: commit}.

        Raises GitError if the remote cannot be reached.
        """
        self.fetches += 1
        if self.fetches % _MOST_FETCHES == 0:
            self.repo = self._new_repository()
        start = time.monotonic()
        patterns = [f"{self.prefix}{kind}/*" for kind in kinds]
        refspecs = [f"+{pattern}:{pattern}" for pattern in patterns]
        try:
            answer = transport.fetch(self.repo, self.route, refspecs, unattended=True, removes=True)
        finally:
            now = time.monotonic()
            pause = min(max((now - start) / _MOST_SHARE, _SHORTEST_LOOK), _LONGEST_LOOK)
            self.next_look = now + pause
        if answer.code != 0:
            raise failures.failure(self.route.name, answer.err)
        existing = refs.now(self.repo, *(f"{self.prefix}{kind}/" for kind in kinds))
        return {ref.name.removeprefix(self.prefix): ref.oid for ref in existing if ref.oid}

    def read(self, commits: Sequence[str]) -> list[Document]:
        """Return the documents of commits; {} for what is not a document."""
        return [_parsed(content) for content in git.read_objects(self.repo, commits)]

    def write(self, document: Document) -> str:
        """Write a document; return its commit."""
        store = self._store()
        text = f"{_SUBJECT.decode()}\n\n{json.dumps(document)}\n"
        return store.commit(store.tree([]), [], self.author, time.time(), text)

    def has(self, commit: str) -> bool:
        """Return whether a commit can be pushed: the repository may have been made anew since."""
        return bool(commit) and os.path.exists(self._store().path(commit))

    def _store(self) -> objects.Store:
        return objects.Store(f"{self.folder}/objects", self.repo.hash_name, flush=False)

    def push(self, new: Mapping[str, str], old: Iterable[str] = ()) -> str:
        """Make and delete messages, {name: commit} and names; return why a new one was refused, else "".

        Without new ones, it is why one cannot be deleted.

        Raises GitError if the remote cannot be reached.
        """
        refspecs = [f"{commit}:{self.prefix}{name}" for name, commit in new.items()]
        refspecs += [f":{self.prefix}{name}" for name in dict.fromkeys(old)]
        if not refspecs:
            return ""
        leases = {f"{self.prefix}{name}": "" for name in new}
        updates = transport.push(self.repo, self.route, refspecs, leases=leases, unattended=True)
        reasons = (update.reason for update in updates if update.ref in leases or not new)
        return next(filter(None, reasons), "")

    def close(self) -> None:
        """Delete the messages here."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _parsed(content: bytes | None) -> Document:
    try:
        document = json.loads((content or b"").partition(b"\n\n")[2].partition(b"\n\n")[2])
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def latest(names: Iterable[str], kind: str) -> tuple[int, str]:
    """Return the largest number among the names of one sender, ``kind``, and that name; (0, "") for none."""
    numbered = [
        (int(number), name)
        for name in names
        if (number := name.removeprefix(f"{kind}/")) != name and number.isdecimal()
    ]
    return max(numbered, default=(0, ""))


class DocumentSender:
    """Makes the documents of one sender known.

    Parameters
    ----------
    post : Post
        The messages of the sweep.
    kind : str
        The name of the sender, such as ``to`` and ``from/<worker>``.
    number : int
        The largest number that exists.
    """

    def __init__(self, post: Post, kind: str, number: int = 0) -> None:
        self.post, self.kind, self.number = post, kind, number
        self.document: Document = {}
        self.commit, self.pushed = "", float("-inf")
        self.commits: set[str] = set()  # that this sender tried to push
        self.obsolete: list[str] = []  # names to delete by the next push

    def is_due(self, *, urgent: bool) -> bool:
        """Return whether a document should be pushed now; at once if it is ``urgent``, but not too often."""
        gap = self.post.shortest_gap if urgent else BEAT_SECONDS
        return time.monotonic() - self.pushed >= gap

    def push(self, document: Document) -> bool:
        """Push a document under the next number; return False if another sender made this number.

        Raises GitError if the remote cannot be reached or refuses it; the next call tries again.
        """
        if document != self.document or not self.post.has(self.commit):
            self.document, self.commit = dict(document), self.post.write(document)
            self.commits.add(self.commit)
        self.pushed = time.monotonic()
        name = f"{self.kind}/{self.number + 1}"
        refusal = self.post.push({name: self.commit}, self.obsolete)
        if not refusal:
            self._advance(name)
            return True
        existing = self.post.fetch(self.kind).get(name)
        if existing is None:
            raise git.GitError(f"{self.post.route.name} refused a message: {refusal}", "")
        if existing not in self.commits:
            return False
        self._advance(name)  # an earlier push arrived, but not its answer
        return existing == self.commit or self.push(document)

    def made_the_last(self, names: Mapping[str, str]) -> bool:
        """Return whether no other sender made a later document; ``names`` are those on the remote."""
        number, name = latest(names, self.kind)
        return number <= self.number or names[name] in self.commits

    def _advance(self, name: str) -> None:
        self.number += 1
        self.obsolete, self.commits = [name], {self.commit}
