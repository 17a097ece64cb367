"""Changes that alter the result of a program, each with its true cause.

``pytest -m slow tests/reproduce/causes/test_true_cause.py`` tries all and prints the score.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from helpers import ROOT, Done, git, run_cli

PROGRAM = """\
import hashlib, os, random, sys
def content(path):
    try:
        return open(path, "rb").read()
    except OSError:
        return None
def number(value):
    return int(hashlib.sha256(repr(value).encode()).hexdigest()[:6], 16)
print("loss", number({expression}))
"""
PYTHON = (sys.executable, "main.py")
SHELL = ("sh", "-c", f"{sys.executable} main.py")
ENV = ("env", sys.executable, "main.py")
MAKE = ("make", "-s", "train")
BASH = ("bash", "run.sh")
FILES = {
    "helper.py": "FACTOR = 1\n",
    "tool/__init__.py": "",
    "tool/layer.py": "SIZE = 1\n",
    "run.sh": f"{sys.executable} main.py\n",
    "Makefile": f"train:\n\t{sys.executable} main.py\n",
    "config.json": "1\n",
    "settings.yaml": "size: 1\n",
    "table.csv": "1\n2\n",
    "blob.bin": "\0\1\2",
    "labels": "1\n",
    "README.md": "1\n",
    "sub/.keep": "",
    ".gitignore": "data\n__pycache__\n.env\n*.local\n",
    "data/rows.txt": "1\n",
    "data/more.txt": "1\n",
    ".env": "1\n",
    "size.local": "1\n",
}
NOISE = {"HARMLESS": "2"}  # differs in every second run
NOISE_FILES = {"README.md": "another text\n"}


class Setup(NamedTuple):
    """How a run is recorded.

    ``OUTSIDE`` in the command, the variables and the program stands for a folder outside the repository.
    ``outside`` are files in it, ``home`` files in the home folder; None deletes a file.
    ``packages`` are installed into the folder on PYTHONPATH: {name: version}.
    """

    options: Sequence[str] = ()
    command: Sequence[str] = PYTHON
    env: Mapping[str, str] = {}
    files: Mapping[str, str | None] = {}
    outside: Mapping[str, str | None] = {}
    home: Mapping[str, str | None] = {}
    packages: Mapping[str, str] = {}
    folder: str = "."
    affinity: set[int] | None = None


class Change(NamedTuple):
    """A change between two runs.

    Attributes
    ----------
    name
        What is changed.
    cause
        The beginning of the reason that is true.
    expression
        What the program prints: it depends on nothing else.
    before, after
        The two runs.
    verb
        ``verify`` compares two recorded runs; ``reproduce`` makes the second one.
    """

    name: str
    cause: str
    expression: str
    before: Setup = Setup()
    after: Setup = Setup()
    verb: str = "verify"


class Outcome(NamedTuple):
    """What git track says about a change: its verdict and the first two reasons."""

    change: Change
    verdict: str
    reasons: Sequence[str]
    output: str

    @property
    def is_named(self) -> bool:
        """Whether the true cause is among the first two reasons."""
        return any(reason.startswith(self.change.cause) for reason in self.reasons)


def words(*more: str, command: Sequence[str] = PYTHON) -> Sequence[str]:
    if command[:2] == SHELL[:2]:
        return (*SHELL[:2], " ".join((SHELL[2], *more)))
    return (*command, *more)


def of_options(name: str, cause: str, expression: str, a: str, b: str, **more: str) -> Change:
    """Return a change of the options of git track run."""
    return Change(name, cause, expression, Setup(a.split()), Setup(b.split()), **more)


def of_command(name: str, expression: str, a: Sequence[str], b: Sequence[str]) -> Change:
    """Return a change of the command."""
    return Change(name, "command", expression, Setup(command=a), Setup(command=b))


def of_variable(
    name: str, a: str | None, b: str | None, command: Sequence[str] = PYTHON, verb: str = "verify"
) -> Change:
    """Return a change of an environment variable; None: it is not set."""
    setups = [Setup((), command, {} if v is None else {name: v}) for v in (a, b)]
    return Change(
        f"{name} {a}-{b} {os.path.basename(command[0])}",
        "variable",
        f"os.environ.get({name!r})",
        *setups,
        verb,
    )


def of_file(
    path: str, kind: str, expression: str = "", after: str | None = "2\n", **more: object
) -> Change:
    """Return a change of a file of the repository."""
    expression = expression or f"content({path!r})"
    setup = Setup(files={path: after})._replace(**{k: v for k, v in more.items() if k != "verb"})
    before = Setup(setup.options, setup.command)
    return Change(f"file {path}", f"{kind}: {path}", expression, before, setup)


PACKAGE = "__import__('scale').VERSION"


def of_package(command: Sequence[str] = PYTHON, verb: str = "verify") -> Change:
    """Return an upgrade of a package that the program imports, beside one of pip."""
    name = f"package {os.path.basename(command[0])} {verb}"
    versions = [{"pip": v, "attrs-like": v, "scale": v, "zlib-like": v} for v in ("1.0", "2.0")]
    setups = [Setup(command=command, packages=packages) for packages in versions]
    return Change(name, "package: scale: 1.0 -> 2.0", PACKAGE, *setups, verb)


RANDOM, HASH = "random.random()", "hash('a')"
ARGUMENTS = "sys.argv[1:]"
PARAM = "content(os.environ['GITTRACK_PARAMS'])"


CHANGES = (
    of_options("seed", "seed: 1 -> 2", RANDOM, "--seed 1", "--seed 2"),
    of_options("seed of hashes", "seed: 3 -> 4", HASH, "--seed 3", "--seed 4"),
    of_options("a seed", "seed: none -> 2", RANDOM, "", "--seed 2"),
    Change("seed sh", "seed", RANDOM, Setup(("--seed", "1"), SHELL), Setup(("--seed", "2"), SHELL)),
    Change("hash seed", "hash seed", HASH),
    Change("hash seed make", "hash seed", HASH, Setup(command=MAKE), Setup(command=MAKE)),
    Change(
        *("hash seed given", "hash seed: 1 -> 2", HASH),
        *(Setup(env={"PYTHONHASHSEED": n}) for n in ("1", "2")),
    ),
    of_options("param", "param: lr: 0.1 -> 0.5", PARAM, "-S lr=0.1", "-S lr=0.5"),
    of_options("nested param", "param: model.hidden", PARAM, "-S +model.hidden=8", ""),
    of_options("a param", "param: extra", PARAM, "", "-S +extra=1"),
    of_options("tiny param", "param: lr", PARAM, "-S lr=1e-9", "-S lr=2e-9"),
    Change("param file", "param: lr", PARAM, after=Setup(files={"params.yaml": "lr: 9.0\n"})),
    of_command("flag", ARGUMENTS, PYTHON, words("--fast")),
    of_command("flag removed", ARGUMENTS, words("--fast"), PYTHON),
    of_command("flag value", ARGUMENTS, words("--lr", "1"), words("--lr", "2")),
    of_command("flag with =", ARGUMENTS, words("--lr=1"), words("--lr=2")),
    of_command("flag sh", ARGUMENTS, SHELL, words("--lr 3", command=SHELL)),
    of_command("flag env", ARGUMENTS, ENV, words("-q", command=ENV)),
    of_command("wrapper", "os.environ.get('SCALE')", PYTHON, ("env", "SCALE=2", *PYTHON)),
    of_command("wrapper sh", "os.environ.get('SCALE')", SHELL, ("sh", "-c", f"SCALE=2 {SHELL[2]}")),
    of_command("make variable", "os.environ.get('LR')", MAKE, (*MAKE, "LR=2")),
    of_command("python -O", "__debug__", PYTHON, (sys.executable, "-O", "main.py")),
    of_command(
        "env threads",
        "os.environ.get('OMP_NUM_THREADS')",
        ENV,
        ("env", "OMP_NUM_THREADS=3", *PYTHON),
    ),
    of_options("threads", "threads", "os.environ['OMP_NUM_THREADS']", "--threads 1", "--threads 2"),
    Change(
        *("threads sh", "threads", "os.environ['MKL_NUM_THREADS']"),
        *(Setup(("--threads", n), SHELL) for n in ("1", "2")),
    ),
    Change(
        *("thread variable", "threads", "os.environ['OMP_NUM_THREADS']"),
        *(Setup(command=BASH, env={"OMP_NUM_THREADS": n}) for n in ("1", "2")),
    ),
    of_variable("SCALE", "1", "2"),
    of_variable("SCALE", None, "2"),
    of_variable("SCALE", "1", None, verb="reproduce"),
    of_variable("SCALE", "1", "2", SHELL),
    of_variable("SCALE", "1", "2", MAKE),
    of_variable("STYLE", "1", "2", BASH),
    of_variable("WT_DECAY", "1", "2", verb="reproduce"),
    of_variable("ATEN_CPU_CAPABILITY", "default", "avx2"),
    of_file("main.py", "code", "1", PROGRAM.format(expression="22")),
    of_file("helper.py", "code", "__import__('helper').FACTOR", "FACTOR = 22\n"),
    of_file("tool/layer.py", "code", "__import__('tool.layer').layer.SIZE", "SIZE = 22\n"),
    of_file("new.py", "code", "os.path.exists('new.py')"),
    of_file("run.sh", "code", ARGUMENTS, f"{sys.executable} main.py 3\n", command=BASH),
    of_file("Makefile", "code", ARGUMENTS, f"train:\n\t{sys.executable} main.py 3\n", command=MAKE),
    of_file("config.json", "code"),
    of_file("settings.yaml", "code"),
    of_file("labels", "code"),
    of_file("table.csv", "tracked data"),
    of_file("blob.bin", "tracked data", after="\0\1\3"),
    of_file("data/rows.txt", "input", options=("--input", "data/rows.txt")),
    Change(
        *("input folder", "input: data", "content('data/more.txt')", Setup(("--input", "data"))),
        Setup(("--input", "data"), files={"data/more.txt": "2\n"}),
    ),
    of_file(".env", "file that it read"),
    of_file("size.local", "file that it read", command=SHELL),
    Change(
        *("ignored file in a rerun", "file that it read: size.local", "content('size.local')"),
        verb="reproduce",
    ),
    *(
        Change(
            *(
                f"file outside {title} {verb}",
                "file that it read",
                "content('OUTSIDE/x')",
            ),
            Setup(command=command, outside={"x": "1"}),
            Setup(command=command, outside={"x": after}),
            verb,
        )
        for title, command, after, verb in (
            ("python", PYTHON, "2", "verify"),
            ("make", MAKE, "2", "reproduce"),
            ("bash", BASH, None, "reproduce"),
        )
    ),
    Change(
        *("named file", "file that it read", "content(sys.argv[1])"),
        *(Setup(command=words("OUTSIDE/x"), outside={"x": n}) for n in ("1", "2")),
    ),
    Change(
        *(
            "file in the home folder",
            "file that it read: ~/",
            "content(os.path.expanduser('~/.rc'))",
        ),
        *(Setup(home={".rc": n}) for n in ("1", "2")),
    ),
    Change(
        *("module outside", "file that it read", "__import__('beside').X"),
        *(
            Setup(outside={"lib/beside.py": f"X = {n}\n"}, env={"PYTHONPATH": "OUTSIDE/lib"})
            for n in (1, 22)
        ),
    ),
    of_package(),
    of_package(SHELL, "reproduce"),
    of_package(MAKE),
    of_package(BASH),
    of_package(ENV, "reproduce"),
    Change(
        *("usable processors", "usable processors: ", "len(os.sched_getaffinity(0))"),
        Setup(),
        Setup(affinity={0}),
    ),
)


def try_change(change: Change, root: Path) -> Outcome:
    """Record the two runs of a change in a new repository below ``root``, and compare them."""
    (root / "outside").mkdir(parents=True)
    repository = root / "repo"
    repository.mkdir()
    program = PROGRAM.format(expression=change.expression.replace("OUTSIDE", str(root / "outside")))
    _write(repository, {"main.py": program, "params.yaml": "lr: 0.1\n", **FILES})
    git(repository, "init", "-q")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "program")
    _apply(change.before, root)
    _succeed(_git_track(change.before, root, "run", "-n", "a"))
    _apply(change.after, root)
    _write(repository, NOISE_FILES)
    after = change.after._replace(env={**NOISE, **change.after.env})
    if change.verb == "verify":
        _succeed(_git_track(after, root, "run", "-n", "b"))
        done = _git_track(after._replace(command=()), root, "verify", "a", "b", "--json")
    else:
        done = _git_track(after._replace(command=()), root, "reproduce", "a", "--json")
    assert done.out, done.err
    judged = json.loads(done.out)
    return Outcome(change, judged["verdict"], judged["differences"][:2], done.out + done.err)


def _apply(setup: Setup, root: Path) -> None:
    _write(root / "repo", setup.files)
    _write(root / "outside", setup.outside)
    _write(Path.home(), setup.home)
    packages = root / "lib" / "site-packages"
    shutil.rmtree(packages, ignore_errors=True)
    for name, version in setup.packages.items():
        _write(packages, {f"{name.replace('-', '_')}-{version}.dist-info/METADATA": ""})
        _write(packages, {f"{name.replace('-', '_')}.py": f"VERSION = {version}\n"})


def _write(folder: Path, files: Mapping[str, str | None]) -> None:
    for name, text in files.items():
        path = folder / name
        if text is None:
            path.unlink(missing_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


def _git_track(setup: Setup, root: Path, *words: str) -> Done:
    path = [str(root / "lib" / "site-packages"), setup.env.get("PYTHONPATH", ""), str(ROOT)]
    env = {
        **setup.env,
        "PYTHONPATH": os.pathsep.join(filter(None, path)),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    values = {name: value.replace("OUTSIDE", str(root / "outside")) for name, value in env.items()}
    command = [word.replace("OUTSIDE", str(root / "outside")) for word in setup.command]
    options = [*setup.options, "--", *command] if setup.command else []
    usual = os.sched_getaffinity(0)
    os.sched_setaffinity(0, setup.affinity or usual)
    try:
        return run_cli(*words, *options, cwd=root / "repo" / setup.folder, env=values)
    finally:
        os.sched_setaffinity(0, usual)


def _succeed(done: Done) -> None:
    assert done.code == 0, done.err


def score(outcomes: Sequence[Outcome]) -> str:
    """Return the score as text: a line for each miss, then the counts."""
    misses = [o for o in outcomes if o.verdict != "DIFFERENT" or not o.is_named]
    lines = [
        f"{o.change.name}: {o.verdict}; {list(o.reasons)}, not {o.change.cause}" for o in misses
    ]
    named = sum(outcome.is_named for outcome in outcomes)
    wrong = sum(outcome.verdict != "DIFFERENT" for outcome in outcomes)
    total = len(outcomes)
    lines.append(f"the true cause is named: {named} of {total}; wrong verdicts: {wrong} of {total}")
    return "\n".join(lines)
