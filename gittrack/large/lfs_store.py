"""Large content at a remote that speaks Git LFS; the program ``git lfs`` moves it.

The program runs in a repository of its own, which includes the configuration of the user's repository.  It
has neither files nor branches, so that no ``.lfsconfig`` of a run or of a branch redirects the content.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from pathlib import Path
from threading import Thread

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import Damaged, TrackError
from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Iterator, Mapping, Sequence
from gittrack.disk import content_store, copies, folders, lfs_pointer
from gittrack.disk.content_store import INCOMING, ContentStore
from gittrack.disk.lfs_pointer import Pointer
from gittrack.git.config import UNATTENDED
from gittrack.large import lfs_limits, receiving
from gittrack.large.receiving import Progress
from gittrack.large.transfer import Failures

_TOO_LARGE = "file too large"  # what Go prints above the limit of the system
_NO_ERROR = ("hint:", "Uploading", "Downloading", "fetch:", "error: failed to")
_END = "end\n"
_OLD_SECONDS = 86400.0
_FETCHED = "refs/heads/fetched"
_ECHO = re.compile(r": \[\d+\].*")  # the message of a server once more, with its status


class LfsStore:
    """The Git LFS server of a remote.

    Parameters
    ----------
    repo : Repo
        The repository.
    remote : str
        The name of the remote.
    address : str
        Its URL, without a password.
    unattended : bool
        Whether nobody can answer a prompt.
    server : str, optional
        The URL of the server, if neither the remote nor git's configuration says it.
    """

    def __init__(
        self,
        repo: git.Repo,
        remote: str,
        address: str,
        *,
        unattended: bool,
        server: str | None = None,
    ) -> None:
        self.name, self.address = remote, f"lfs {address}"
        self._repo, self._unattended, self._server = repo, unattended, server

    def _check_installed(self) -> None:
        if git.Call(["lfs", "version"]).wait().code != 0:
            hint = "install git-lfs, or choose a store: git config track.store FOLDER"
            raise TrackError(f"{self.name} needs git lfs, which is not installed", hint)

    def send(self, files: Mapping[Pointer, Path], progress: Progress) -> Failures:
        """Send files that the remote lacks; return the reason for each that was not sent.

        Raises TrackError if ``git lfs`` is not installed.
        """
        self._check_installed()
        here = ContentStore.of(self._repo.common_dir)
        failures: Failures = {}
        for content, path in files.items():
            try:
                if not content_store.is_sound(path):
                    failures[content] = f"the content of {path} has changed"
                _lend(here, content, path)
            except OSError as error:
                failures[content] = str(error.strerror or error)
        contents = [content for content in files if content not in failures]
        with self._private_repository() as private:
            for start in range(0, len(contents), lfs_limits.AT_ONCE):
                failures |= self._push(
                    private, contents[start : start + lfs_limits.AT_ONCE], progress
                )
        return failures

    def _push(self, private: str, contents: Sequence[Pointer], progress: Progress) -> Failures:
        """Push contents; without those that the remote refuses by name, the others are pushed again."""
        if not contents:
            return {}
        ids = [content.digest for content in contents]
        counted = _Counted(progress)
        answer = self._lfs(private, counted, "push", "--object-id", self.name, *ids)
        if answer.code == 0:
            counted.complete(contents)
            return {}
        named = self._named(answer, contents)
        rest = [content for content in contents if content not in named]
        if not named:
            return dict.fromkeys(contents, self._reason(answer))
        return named | self._push(private, rest, progress)

    def bring(
        self, contents: Sequence[Pointer], here: ContentStore, progress: Progress
    ) -> Failures:
        """Bring contents into the store of this repository; return the reasons of those that did not come.

        Raises TrackError if ``git lfs`` is not installed.
        """
        self._check_installed()
        failures: Failures = {}
        with self._private_repository() as private:
            for part in lfs_limits.groups(contents):
                _import(private, part)
                counted = _Counted(progress)
                largest = part[-1].size + lfs_limits.SLACK
                fetch = ("fetch", self.name, _FETCHED)
                answer = self._lfs(private, counted, *fetch, largest=largest)
                counted.complete(part)
                named = self._named(answer, part)
                lfs_limits.remove_incomplete(Path(self._repo.common_dir, "lfs"), part)
                for content in part:
                    path = here.lfs_path(content.digest)
                    try:
                        if path is not None and path.is_file():
                            receiving.adopt(here, content, path)
                        else:
                            failures[content] = named.get(content) or self._reason(answer)
                    except Damaged as error:
                        failures[content] = error.message
                    except OSError as error:
                        failures[content] = str(error.strerror or error)
        return failures

    def _named(self, answer: git.Answer, contents: Sequence[Pointer]) -> Failures:
        """Return the contents that the program names in its errors, with the reason."""
        named: Failures = {}
        for line in _lines(answer):
            for content in contents:
                if content.digest not in line:
                    continue
                if "[404]" in line:
                    named[content] = f"{self.name} does not have it"
                elif _TOO_LARGE in line:
                    named[content] = "the server sent more than the size of the file"
                elif line.startswith("expected OID"):
                    named[content] = f"the content that came is not {content.digest[:12]}"
                else:
                    named[content] = _ECHO.sub("", line.replace(f"[{content.digest}] ", ""))
        return named

    def _reason(self, answer: git.Answer) -> str:
        """Return the error of the program in one line."""
        lines = [line for line in _lines(answer) if not line.startswith(_NO_ERROR)]
        text = lines[0] if lines else f"the exit status is {answer.code}"
        is_ignored = self._server is None and self._repo.work_tree is not None
        if is_ignored and os.path.exists(f"{self._repo.work_tree}/.lfsconfig"):
            text += (
                "; .lfsconfig counts when it is committed on your branch: git config lfs.url URL"
            )
        return f"git lfs: {text}"

    def _lfs(
        self, private: str, progress: Progress, *args: str, largest: int | None = None
    ) -> git.Answer:
        with _progress_file(private, progress) as path:
            env = {**(UNATTENDED if self._unattended else {}), "GIT_LFS_PROGRESS": path}
            empty = os.path.join(private, "empty")
            folder = ("--git-dir", private, "--work-tree", empty)
            words = [*folder, "lfs", *args]
            return git.Call(words, cwd=empty, env=env, talking=True, largest=largest).wait()

    @contextlib.contextmanager
    def _private_repository(self) -> Iterator[str]:
        home = layout.home(self._repo.common_dir)
        folders.make(home)
        for old in Path(home).glob("lfs-*"):  # of a process that was killed
            if time.time() - old.stat().st_mtime > _OLD_SECONDS:
                shutil.rmtree(old, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix="lfs-", dir=home) as private:
            for name in ("objects", "refs", "empty"):
                os.mkdir(os.path.join(private, name))
            Path(private, "HEAD").write_text("ref: refs/heads/none\n", encoding="ascii")
            lines = (
                *("[include]", f"path = {_quoted(f'{self._repo.common_dir}/config')}"),
                *("[core]", "repositoryformatversion = 0", "bare = false"),
                f"worktree = {_quoted(f'{private}/empty')}",
                *("[lfs]", f"storage = {_quoted(f'{self._repo.common_dir}/lfs')}"),
                *("fetchinclude =", "fetchexclude =", "fetchrecentalways = false"),
                *((f"url = {_quoted(self._server)}",) if self._server else ()),
            )
            text = "".join(f"{line}\n" for line in lines)
            Path(private, "config").write_bytes(os.fsencode(text))
            yield private


class _Counted:
    """Passes on what the program reports, and in the end what it left out."""

    def __init__(self, progress: Progress) -> None:
        self.progress, self.number = progress, 0

    def __call__(self, number: int) -> None:
        self.number += number
        self.progress(number)

    def complete(self, contents: Sequence[Pointer]) -> None:
        self(sum(content.size for content in contents) - self.number)


def _lend(here: ContentStore, content: Pointer, source: Path) -> None:
    """Let Git LFS have content: by a hard link, or by a copy if the file system has none.  Raises OSError."""
    path = here.lfs_path(content.digest)
    assert path is not None
    if path.exists():
        return
    folders.make(str(path.parent))
    try:
        os.link(source, path)
    except OSError:
        incoming = path.with_name(f"{INCOMING}{os.getpid()}")
        copies.copy_file(str(source), str(incoming))
        incoming.replace(path)


def _import(private: str, contents: Sequence[Pointer]) -> None:
    """Make a commit in a private repository whose files are the pointers of contents."""
    lines = [f"commit {_FETCHED}", "committer gittrack <gittrack> 0 +0000", "data 0", "deleteall"]
    for number, content in enumerate(contents):
        data = lfs_pointer.text(content).decode()
        lines += [f"M 100644 inline {number}", f"data {len(data)}", data]
    feed = "\n".join(lines).encode()
    git.Call(["--git-dir", private, "fast-import", "--quiet", "--force"], feed=feed).output()


@contextlib.contextmanager
def _progress_file(private: str, progress: Progress) -> Iterator[str]:
    """Make a named pipe into which the program writes its progress, and count the bytes."""
    path = os.path.join(private, "progress")
    os.mkfifo(path)
    counted: dict[str, int] = {}

    # Open for both: the program can open and close it as often as it likes, and the end is a line of ours.
    handle = os.open(path, os.O_RDWR)

    def count() -> None:
        with open(handle, encoding="utf-8", errors="replace", closefd=False) as lines:
            for line in iter(lines.readline, _END):
                words = line.split(
                    maxsplit=3
                )  # direction, number of the file, bytes of the file, name
                done = words[2].partition("/")[0] if len(words) == 4 else ""
                if done.isdigit():
                    progress(int(done) - counted.get(words[3], 0))
                    counted[words[3]] = int(done)

    reader = Thread(target=count, daemon=True)
    reader.start()
    try:
        yield path
    finally:
        os.write(handle, _END.encode())
        reader.join()
        os.close(handle)
        os.unlink(path)


def _lines(answer: git.Answer) -> list[str]:
    text = (answer.err + b"\n" + answer.out).decode(errors="replace")
    return [line.strip() for line in text.splitlines() if line.strip()]


def _quoted(path: str) -> str:
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'
