"""What tests share: real repositories, real processes, and values that break naive code."""

from __future__ import annotations

import codecs
import contextlib
import fcntl
import gc
import io
import json
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import fork_server
from hypothesis import strategies as st

import gittrack
from gittrack.cli import main

ROOT = Path(__file__).parent.parent
DATE = "2026-01-02T03:04:05Z"
CONTENT = """
cat > train.py <<'END'
print("training")
END
cat > params.yaml <<'END'
lr: 0.003
model:
  hidden: 64
END
git add . && git commit -qm 'first commit'
"""


class Done(NamedTuple):
    """How a process ended."""

    code: int
    out: str
    err: str


def repo(script: str = "", path: Path | str | None = None) -> Path:
    """Make a repository (default: ./repo) with train.py and params.yaml in one commit.

    The shell snippet ``script`` is then run in it.  Commits get one fixed date, so that their ids
    are the same in every run of the tests.
    """
    folder = Path(path or "repo").absolute()
    if folder.exists() and any(folder.iterdir()):
        _make_repo(folder, CONTENT + script)
        return folder
    # A copy of a repository that was made once takes a third of the time.
    global_config = Path(os.environ["GIT_CONFIG_GLOBAL"]).read_text()
    shutil.copytree(_original(global_config), folder, symlinks=True, dirs_exist_ok=True)
    git(folder, "update-index", "-q", "--refresh")
    if script:
        _succeed(["sh", "-e", "-c", script], folder)
    return folder


@lru_cache
def _original(_global_config: str) -> Path:
    """Make the repository that `repo` copies, with what the global configuration says."""
    folder = Path(tempfile.mkdtemp(prefix="original-")) / "repo"  # with the usual permissions
    _make_repo(folder, CONTENT)
    return folder


def _make_repo(folder: Path, script: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q")
    _succeed(["sh", "-e", "-c", script], folder)


def git(path: Path | str, *args: str) -> str:
    """Run git in a folder and return its standard output without the last line break."""
    return _succeed(["git", *args], path).removesuffix("\n")


def run_cli(
    *argv: str,
    cwd: Path | str | None = None,
    env: Mapping[str, str] | None = None,
    stdin: str | None = None,
) -> Done:
    """Run ``git-track`` with these arguments as a process of its own; see `fork_server`."""
    variables = _environment(env)
    text = (stdin or "").encode()
    if not fork_server.can_run(variables, text):
        return _run([sys.executable, "-m", "gittrack", *argv], cwd, env, stdin)
    folder = os.path.abspath(cwd or ".")
    code, *texts = fork_server.run(argv, folder, variables, text)
    return Done(code, *(_decoded(text) for text in texts))


def recover(cwd: Path | str | None = None) -> Done:
    """Run ``git-track recover`` when the last process of each killed run has ended.

    A launcher that is killed leaves a process that ends those of the run; it holds the lock so long.
    """
    for path in Path(cwd or ".").glob(".git/gittrack/live/*/lock"):
        with open(path, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
    return run_cli("recover", cwd=cwd)


def look(*argv: str) -> Done:
    """Say what ``git-track`` says to these arguments, in this process: for looks by the dozen."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main.main(argv)
    gc.enable()  # the command line needs no collector in its short life; we do
    out.flush(), err.flush()
    return Done(code, *(file.buffer.getvalue().decode() for file in (out, err)))


def python(code: str, cwd: Path | str | None = None, env: Mapping[str, str] | None = None) -> Done:
    """Run a snippet of Python that can import gittrack; see `without_begin_and_end`."""
    done = _run([sys.executable, "-c", code], cwd, env, None)
    return done._replace(err=without_begin_and_end(done.err))


def without_begin_and_end(err: str) -> str:
    """Return what is on stderr besides the lines that `gittrack.init` prints about its run."""
    return re.sub(
        r"(?m)^gittrack: (?:(?:recording )?run [0-9a-f]{8} |it has neither ).*\n", "", err
    )


def record(name: str | None = None, *points: Mapping[str, Any], **more: Any) -> str:
    """Record a run in the current folder's repository and return its id; see `gittrack.init`."""
    with gittrack.init(name=name, **more) as run:
        for point in points:
            run.log(point)
    return run.id


def recorded(place: Path, code: str) -> Path:
    """Make a repository, with who commits in it, and run a snippet of Python in it that records runs."""
    place.mkdir()
    for args in (("init", "-q"), ("config", "user.name", "Ada"), ("config", "user.email", "a@b")):
        git(place, *args)
    done = python(code, place)
    assert done.code == 0, done.err
    return place


def listed(*argv: str, cwd: Path | str | None = None) -> list[dict[str, Any]]:
    """Return what ``git track ls --json`` says, newest run first."""
    words = ("ls", "-n", "1000", *argv, "--json")
    done = look(*words) if cwd is None else run_cli(*words, cwd=cwd)
    assert done.code == 0, done.err
    return json.loads(done.out)


def model(*words: str, code: int = 0) -> str:
    """Do ``git track model`` in this process; return what it prints, failing what it says on stderr."""
    done = look("model", *words)
    assert done.code == code, done.out + done.err
    return done.out if code == 0 else done.err


def masked(text: str) -> str:
    """Return output with what differs from run to run replaced, and columns two spaces apart.

    A run id becomes ID (its 8 hex digits SHORT), a commit or digest HASH, an age AGE, a duration
    TIME.
    """
    for pattern, word in (
        (r"\b\d{8}-\d{6}-[0-9a-f]{8}\b", "ID"),
        (r"\b(?:[0-9a-f]{40}|[0-9a-f]{12})\b", "HASH"),
        (r"\b[0-9a-f]{8}\b", "SHORT"),
        (r"\b\d{4}-\d\d-\d\dT[\d:.]+Z", "ISO"),
        (r"just now|\b\d+ (?:s|min|h|d|y) ago", "AGE"),
        (r"\b[\d.e-]+ s\b", "TIME"),
        (r"(?<=\S)  +", "  "),
    ):
        text = re.sub(pattern, word, text)
    return text


def on_terminal(*argv: str, lines: int = 1000, columns: int = 80) -> tuple[str, int]:
    """Run ``git-track`` on a pseudo-terminal; return all that it shows, and its exit code."""
    return Terminal(sys.executable, "-m", "gittrack", *argv, lines=lines, columns=columns).end()


# A handler of a signal that came just before `signal.pause` or `input` would run only after it.  A wait for
# `signals` ends at once then.
SIGNALS = """
import os, signal
signals, wake = os.pipe()
os.set_blocking(wake, False)
signal.set_wakeup_fd(wake)
"""


class Terminal:
    """A command on a pseudo-terminal of its own, of so many lines and columns where that matters."""

    def __init__(self, *argv, lines=0, columns=0):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                if columns:
                    size = struct.pack("HHHH", lines, columns, 0, 0)
                    fcntl.ioctl(0, termios.TIOCSWINSZ, size)
                os.execvp(argv[0], argv)
            finally:
                os._exit(127)
        self.seen = ""
        self.decode = codecs.getincrementaldecoder(
            "utf-8"
        )().decode  # a read may end inside a character

    def type(self, text):
        os.write(self.fd, text.encode())

    def until(self, text):
        while text not in self.seen:
            self.seen += self.decode(os.read(self.fd, 65536))

    def end(self):
        """Everything that was shown, once the command has ended, and its exit code."""
        while True:
            try:
                data = os.read(self.fd, 65536)
            except OSError:  # how Linux says that the other side is closed
                data = b""
            if not data:
                break
            self.seen += self.decode(data)
        os.close(self.fd)
        return self.seen, os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def start(
    *argv: str,
    cwd: Path | str | None = None,
    env: Mapping[str, str] | None = None,
    start_new_session: bool = False,
) -> subprocess.Popen[str]:
    """Start a process that can import gittrack and return at once; its output comes on pipes."""
    return subprocess.Popen(
        argv,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=start_new_session,
    )


def _run(
    argv: list[str],
    cwd: Path | str | None,
    env: Mapping[str, str] | None,
    stdin: str | None,
) -> Done:
    done = subprocess.run(
        argv,
        cwd=cwd,
        env=_environment(env),
        input=(stdin or "").encode(),
        capture_output=True,
        check=False,
    )
    return Done(done.returncode, _decoded(done.stdout), _decoded(done.stderr))


def _environment(env: Mapping[str, str] | None) -> dict[str, str]:
    search = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": search, **(env or {})}


def _decoded(text: bytes) -> str:
    return text.decode(errors="surrogateescape")


def _succeed(argv: list[str], cwd: Path | str) -> str:
    done = _run(argv, cwd, {"GIT_AUTHOR_DATE": DATE, "GIT_COMMITTER_DATE": DATE}, None)
    assert done.code == 0, f"{argv} ended with {done.code}\n{done.out}{done.err}"
    return done.out


# Strings that look like something else to one reader or another, and that hide or break lines.
NASTY_TEXT = (
    *("", " ", " a", "a ", "a  b", "-", "- a", "?", "? a", ":", "a: b", "a:", "#", "a #b"),
    *("&a", "*a"),
    *("no", "Yes", "ON", "y", "true", "False", "null", "Null", "~", "nan", ".nan", ".inf", "-.Inf"),
    *("inf", "NaN", "Infinity", "undefined", "=", "<<", "!!python/object:x", "!t", "%TAG"),
    *("@a", "`a"),
    *("1", "-1", "+1", "012", "0o17", "0x1F", "0b1", "1_000", "1e5", "1e-5", "1.0e-05", ".5", "5."),
    *("1:30", "190:20:30", "2024-01-01", "2024-01-01T00:00:00Z", "---", "...", "{}", "[]"),
    *("{a", "|"),
    *(">", "'", '"', "\\", "\\n", "a\\", "'a'", '"a"', "a,b", "a\tb", "\t", "a\n", "\n"),
    *("\na", "a\n\n"),
    *("a\n b\n", " a\nb", "a\n  \n", "a\n\tb", "a\r", "a\r\nb", "#a\nb"),
    *("---\na", "a\n...\nb\n\n\n"),
    *("a\u0085b", "a\u2028b", "a\u2029b", "\ufeffa", "a\ufeff", "\x1b[31m", "\x01", "\x7f", "\x9b"),
    *("\u202eabc", "a\u200bb", "\u2066", "\ud800", "\udcff", "caf\u00e9"),
    *("cafe\u0301", "\U0001f600"),
    *("\U0001f468\u200d\U0001f469", "\ufffe", "\uffff", "\U0010ffff", "\xa0", "\xad", "x" * 300),
)
NASTY_FLOATS = (
    *(float("nan"), float("inf"), float("-inf"), 0.0, -0.0, 5e-324, -5e-324, 1e-5, 1e16, 1e22),
    *(1.7976931348623157e308, 2.2250738585072014e-308, 0.1, 1 / 3, 123456789.0, 1e100, 100000.0),
)
NASTY_INTS = (0, -1, 2**31, 2**53 + 1, 2**63, -(2**63) - 1, 2**64, 2**200, -(2**200))

_any_char = st.characters(exclude_characters="\0", exclude_categories=())
texts = st.sampled_from(NASTY_TEXT) | st.text(_any_char, max_size=12).map(
    # Two surrogates that make a pair are one character to JSON.
    lambda text: text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
)
floats = st.sampled_from(NASTY_FLOATS) | st.floats()
ints = st.sampled_from(NASTY_INTS) | st.integers()
scalars = st.none() | st.booleans() | ints | floats | texts
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
configs = st.dictionaries(texts, values, max_size=5)


def exact(value: Any) -> Any:
    """Return what compares equal only for the same plain value: NaN, -0.0 and types included."""
    if isinstance(value, dict):
        return {key: exact(item) for key, item in value.items()}
    if isinstance(value, list):
        return [exact(item) for item in value]
    return type(value), repr(value)
