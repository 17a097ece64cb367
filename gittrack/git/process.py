"""The only module that starts git.

Each call is an argument list; text from outside is an operand after ``--``, or is passed on stdin.

A *looking* call has no prompts, no network, and runs no other program: hooks, pagers, external diffs and
the file system monitor of the repository are off.  A *talking* call may reach a remote, with the user's
credentials and prompts.  Looking is the default.
"""

from __future__ import annotations

import os
import time
from _thread import get_ident  # not from `threading`, whose import takes 3 ms

from gittrack.core.errors import NotARepository, TrackError
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.core.standard.typing import TYPE_CHECKING, NamedTuple
from gittrack.git import spawn
from gittrack.git.files import repository

if TYPE_CHECKING:
    import git as gitpython

    from gittrack.git.files.new_ref import PlainRefs

OLDEST = (2, 36)

# Variables that direct a call to another repository; git sets them for hooks, so the user may mean another.
_REDIRECTING = (
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX"),
    *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE"),
    *("GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS", "GIT_QUARANTINE_PATH", "GIT_SHALLOW_FILE"),
    *("GIT_GRAFT_FILE", "GIT_REPLACE_REF_BASE", "GIT_CONFIG", "GIT_LITERAL_PATHSPECS"),
    *("GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS"),
)
_QUIET = {"GIT_OPTIONAL_LOCKS": "0", "GIT_ADVICE": "0", "LC_ALL": "C.UTF-8"}
_LOOKING = {**_QUIET, "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"}
LOOKING = ("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "--no-pager")


class GitError(TrackError):
    """Git refused or failed; the message is the one of git."""


class LeftOut(GitError):
    """A partial clone left out an object, and git did not fetch it."""


class Answer(NamedTuple):
    """The exit status and the output of a git process that has ended."""

    code: int
    out: bytes
    err: bytes


def _environment(more: Mapping[str, str], *, talking: bool = False) -> dict[str, str]:
    names = [name for name in os.environ if name not in _REDIRECTING]
    ours = {n: v for n in names if (v := os.environ.get(n)) is not None}  # threads may change it
    return {**ours, **(_QUIET if talking else _LOOKING), **more}


class Call:
    """A running git process; several can run at the same time.

    Parameters
    ----------
    args, cwd
        The arguments after ``git``, and the folder to run in; None for the current one.
    env
        Additional environment variables.
    feed
        The bytes for stdin, a piped call whose output is the input, or an open file, which is closed here.
    piped
        Whether the output goes to another call.
    talking
        Whether the call may prompt and use the network.
    largest
        The size in bytes of the largest file that git and its helpers can write.
    """

    def __init__(
        self,
        args: Sequence[str],
        *,
        cwd: str | None = None,
        env: Mapping[str, str] | None = None,
        feed: bytes | Call | int | None = None,
        piped: bool = False,
        talking: bool = False,
        largest: int | None = None,
    ) -> None:
        self.args, self.began = args, time.monotonic()
        argv = ["git", *(("-C", cwd) if cwd is not None else ()), *args]
        if largest is not None:
            argv = spawn.limited(argv, largest)
        try:
            source = feed.child if isinstance(feed, Call) else feed
            self.child: spawn.Child = spawn.Child(
                argv, _environment(env or {}, talking=talking), source, piped=piped
            )
        except FileNotFoundError as error:
            raise TrackError("git is not installed", "install git 2.36 or later") from error

    def wait(self) -> Answer:
        """Wait for the end of the process and return its exit status and output, each time the same."""
        return Answer(*self.child.wait())

    def output(self) -> bytes:
        """Wait for the end and return the standard output.  Raises GitError if git failed."""
        answer = self.wait()
        if answer.code != 0:
            raise failure(self.args, answer)
        return answer.out


def failure(args: Sequence[str], answer: Answer) -> TrackError:
    """Return the error for a git process that failed, with the message of git."""
    text = answer.err.decode(errors="replace").strip()
    lines = [line for line in text.splitlines() if not line.startswith("hint:")]
    if "promisor remote" in text:
        from gittrack.git import partial_clone  # noqa: PLC0415 - only partial clones need it

        return LeftOut(*partial_clone.missing_object_error(lines[0], text))
    if "not a git repository" in text:
        return NotARepository("this is not inside a git repository", "make one here: git init")
    if (old := too_old()) is not None:
        return old
    verb = next((word for word in args if not word.startswith("-") and "=" not in word), "")
    lines = [line for line in lines if not line.startswith("warning:")] or lines
    message = (lines or [f"the exit status of git {verb} is {answer.code}"])[0]
    rest = " ".join(line.strip() for line in lines[1:])
    return GitError(f"git: {message.removeprefix('fatal: ').removeprefix('error: ')}", rest)


def installed_version() -> tuple[int, ...]:
    """Return the version of the git on PATH.  Raises GitError if it does not run."""
    answer = Call(["version"]).wait()
    if answer.code != 0:  # not `failure`, which asks for the version
        reason = answer.err.decode(errors="replace").strip().partition("\n")[0]
        text = reason or f"the exit status of git version is {answer.code}"
        raise GitError(f"git does not run: {text}", "check it: git version")
    words = answer.out.decode(errors="replace").split()
    numbers = words[2].split(".")[:3] if len(words) > 2 else []
    return tuple(int(n) for n in numbers if n.isdigit())


def too_old() -> TrackError | None:
    """Return the error if the git on PATH is older than 2.36, else None."""
    installed = installed_version()
    if installed >= OLDEST:
        return None
    text = ".".join(map(str, installed))
    return TrackError(f"git {text} is too old", "install git 2.36 or later")


class Repo(NamedTuple):
    """A repository, which git located from the folder ``start``.

    ``prefix`` is the path of ``start`` below ``work_tree``, which is None in a bare repository.
    """

    start: str
    git_dir: str
    common_dir: str
    work_tree: str | None
    prefix: str
    hash_name: str
    fetches: bool = False  # whether calls may fetch what a partial clone left out
    plain_refs: PlainRefs | None = None  # how to create refs without a process, if that is known

    def fetching(self) -> Repo:
        """Return the repository for reading one run: its calls fetch objects that a partial clone left out.

        They are talking calls without hooks: the user's credentials and prompts work.
        """
        return self._replace(fetches=True)

    def call(
        self,
        *args: str,
        feed: bytes | Call | int | None = None,
        env: Mapping[str, str] | None = None,
        shared: bool = False,
        piped: bool = False,
    ) -> Call:
        """Start git in this repository, without its hooks and helper programs.

        Parameters
        ----------
        *args
            The arguments of git.
        feed, env, piped
            See `Call`.
        shared
            Whether to use the common repository instead of this work tree, which may be deleted when a run
            ends.
        """
        if shared or self.work_tree is None:
            options = ["--git-dir", self.common_dir if shared else self.git_dir]
            cwd = self.common_dir
        else:
            options = ["--git-dir", self.git_dir, "--work-tree", self.work_tree]
            cwd = self.work_tree
        words = [*options, *LOOKING, *args]
        return Call(words, cwd=cwd, env=env, feed=feed, piped=piped, talking=self.fetches)

    def read(self, *args: str, feed: bytes | None = None, shared: bool = True) -> bytes:
        """Run git and return its standard output.  Raises GitError if git failed."""
        return self.call(*args, feed=feed, shared=shared).output()

    def config(self) -> Call:
        """Start a call that lists the whole configuration; see `parse_config`."""
        # Without the settings of looking calls, which would be listed too.
        call = take_ahead(self.start, CONFIG)
        return call or Call(["--git-dir", self.git_dir, *CONFIG], cwd=self.work_tree)

    def gitpython(self) -> gitpython.Repo:
        """Return GitPython's view of the repository."""
        import git as gitpython  # noqa: PLC0415 - 100 ms that a listing does not need

        return gitpython.Repo(self.common_dir)


_LOCATE = (
    *("rev-parse", "--path-format=absolute", "--git-dir", "--git-common-dir"),
    *("--is-bare-repository", "--show-object-format", "--show-prefix", "--show-toplevel"),
)
CONFIG = ("config", "--list", "-z", "--includes")
# Calls that the command line started ahead of time: {(thread, folder, question): call}.
_AHEAD: dict[tuple[object, ...], Call] = {}


def keep_ahead(folder: str, question: Sequence[str], call: Call) -> None:
    """Keep a call that was started ahead of time, for `take_ahead` with the same folder and question."""
    _AHEAD[(get_ident(), folder, *question)] = call


def take_ahead(folder: str, question: Sequence[str]) -> Call | None:
    """Return the call that `keep_ahead` got, at most once; None without such a call."""
    return _AHEAD.pop((get_ident(), folder, *question), None)


def drop_ahead() -> None:
    """End the calls that were started ahead of time and not used."""
    for key in [key for key in _AHEAD if key[0] == get_ident()]:
        del _AHEAD[key]


def look_ahead(folder: str, *, config: bool = False) -> None:
    """Start the call of `find`, and of `Repo.config`, while modules are still being imported."""
    if repository.locate(folder) is None:
        keep_ahead(folder, _LOCATE, Call(_LOCATE, cwd=folder))
    if config:
        keep_ahead(folder, CONFIG, Call(CONFIG, cwd=folder))


def find(path: str | os.PathLike[str] | None = None) -> Repo:
    """Return the repository that contains ``path`` (default: the current folder).

    Raises NotARepository if there is none, and GitError with git's message if git refuses to use it.
    """
    start = os.path.abspath(path or os.curdir)
    if located := repository.locate(start):
        return Repo(start, located.git_dir, *located, "sha1")
    return find_by_git(start)


def find_by_git(start: str) -> Repo:
    """Return the same as `find`, always from git."""
    answer = (take_ahead(start, _LOCATE) or Call(_LOCATE, cwd=start)).wait()
    lines = os.fsdecode(answer.out).split("\n")
    if len(lines) < 5 or not lines[0].startswith("/"):
        raise failure(_LOCATE, answer)
    if len(lines) > 7 or lines[2] not in ("true", "false"):  # git separates answers by line breaks
        problem = "the path of this repository or folder has a line break"
        raise TrackError(problem, "move it to a folder whose name has none")
    git_dir, common_dir, bare, hash_name, prefix = lines[:5]
    top = lines[5] if bare == "false" and answer.code == 0 and len(lines) > 5 else None
    return Repo(start, git_dir, common_dir, top, prefix, hash_name)


def resolve(repo: Repo, name: str) -> str | None:
    """Return the full id of the commit that ``name`` means, or None."""
    if name.startswith("-") or "\0" in name or "\n" in name:
        return None
    args = ("rev-parse", "--verify", "--quiet", "--end-of-options", name + "^{commit}")
    answer = repo.call(*args, shared=False).wait()
    return answer.out.decode().strip() if answer.code == 0 else None


def object_store_path(repo: Repo) -> str:
    """Return the folder of the repository's loose objects."""
    return os.path.join(repo.common_dir, "objects")


def detach(args: Sequence[str], program: str = "git") -> None:
    """Start git, or another program that may talk, without waiting; it continues when this process ends."""
    spawn.detached([program, *args], _environment({}, talking=program != "git"))
