"""The command line: one verb, one file in `commands`; and the one boundary where errors become text."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError, did_you_mean
from gittrack.core.fast_typing import TYPE_CHECKING, Any, NoReturn
from gittrack.git import refs
from gittrack.version import __version__

if TYPE_CHECKING:  # it needs argparse, for which git need not wait: see _look_ahead
    from gittrack.cli import parsing

# Verbs by task: what each does.  Each has its file, commands/<verb>.py, imported only when it is asked for.
_TASKS = {
    "record runs": {
        "run": "run a command and record it as a run",
        "init": "scaffold params.yaml, settings and .gitignore lines (optional)",
        "demo": "see it work on a small real project",
    },
    "find and compare": {
        "ls": "list runs, newest first, live ones too",
        "top": "the leaderboard of a metric",
        "show": "everything about one run",
        "diff": "what differs between runs",
        "log": "the lab notebook: a paragraph for each run",
        "plot": "a chart of a metric in the terminal",
        "report": "a comparison to paste into a pull request",
        "params": "the params that runs have, with their ranges",
        "metrics": "the metrics that runs have logged, with their ranges",
        "experiments": "the experiments, with their runs",
    },
    "search": {
        "sweep": "try many configurations, every trial a run: grid, random, halving",
    },
    "reproduce": {
        "reproduce": "run a run again from its commit: is it the same?",
        "verify": "the same verdict between recorded runs",
        "repeat": "run a run again under other seeds",
        "hooks": "hooks around a run: what may refuse it, what hears of it",
        "checkout": "a worktree at the code and params of a run",
    },
    "take out": {
        "files": "the files of a run",
        "cat": "print a file of a run",
        "get": "bring a file or an artifact of a run here",
        "export": "runs as CSV, JSON Lines or Parquet",
    },
    "release": {
        "model": "the model registry: versions, stages, gates, history",
    },
    "keep in order": {
        "tag": "add tags to a run, or take them away",
        "note": "add a remark to a run",
        "rename": "give a run another name",
        "archive": "leave runs out of listings",
        "rm": "move runs to the trash",
        "restore": "bring runs back from the trash",
        "gc": "remove for good what has been in the trash for long",
    },
    "look after": {
        "recover": "commit runs whose process vanished",
        "doctor": "look for damage and say what to do",
        "completion": "a completion script for bash, zsh or fish",
    },
}
_HIDDEN = {
    "__complete": "complete",
    "__manpage": "manpage",
    "__facts": "facts",
}  # for programs: see commands/_hidden.py
NESTED = ("model", "sweep")  # verbs with verbs of their own
DEFAULTS = ("sweep",)  # those that do something without a further verb, too
_COMMANDS = ("sweep", "sweep resume")  # whose command line ends with ``-- COMMAND...``
# These begin with a look at the registry.
_LOOK_AT_MODELS = tuple(
    f"model {verb}" for verb in ("ls", "show", "history", "get", "diff", "promote")
)
_LONG = ("run", "reproduce", "repeat", "sweep", "demo")
GROUPS = {task: tuple(verbs) for task, verbs in _TASKS.items()}
VERBS = {verb: about for verbs in _TASKS.values() for verb, about in verbs.items()}


def _module(name: str) -> Any:
    """Import a module by its name; `importlib` would import `warnings` too, a millisecond."""
    __import__(name)
    return sys.modules[name]


def _file(verb: str) -> str:
    return f"gittrack.cli.commands.{verb.replace(' ', '.')}"


def parser(verb: str) -> parsing.Parser:
    """Return the parser of one verb, such as ``ls`` or ``model ls``."""
    found: parsing.Parser = _module("gittrack.cli.parsing").parser(verb, _module(_file(verb)))
    return found


def inner(verb: str) -> dict[str, str]:
    """Return the verbs below a verb, each with what it does."""
    found: dict[str, str] = _module(_file(verb)).VERBS
    return found


def overview() -> str:
    """Return what ``git track -h`` prints."""
    lines = "\n".join(
        f"{task}\n" + "".join(f"  {verb:<11} {VERBS[verb]}\n" for verb in verbs)
        for task, verbs in GROUPS.items()
    )
    return (
        "usage: git track VERB ...\n\nML experiment tracking that is nothing but git: a run is a commit.\n\n"
        f"{lines}\n"
        "A RUN is a full id, a unique prefix of it or of its 8 hex digits, a name, a run commit,\n"
        "@ (the latest), @~2 (two before it), EXPERIMENT@, MODEL@VERSION or MODEL@STAGE.\n"
        "More on each: git track VERB -h\n"
    )


def script() -> NoReturn:
    """Be the program ``git-track``: run, and leave without taking the interpreter apart piece by piece."""
    code = main()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:  # whoever read it has gone
            code = code or 1
    os._exit(code)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status; no traceback reaches the user."""
    given = sys.argv[1:] if argv is None else argv
    # Arguments are UTF-8, whatever the locale is taken for; other bytes travel as lone surrogates.
    words = [os.fsencode(word).decode("utf-8", "surrogateescape") for word in given]
    try:
        return _dispatch(words)
    except TrackError as error:
        return _report(error.message, error.hint, error.code)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except OSError as error:
        name = f" ({error.filename})" if error.filename else ""
        hint = "check that path and its permissions; if it is the repository's: git track doctor"
        return _report(
            f"{error.strerror or error}{name}", hint if name else "see: git track doctor", 1
        )
    except Exception:  # noqa: BLE001 - the one boundary; it keeps the traceback in a file
        return _report_bug()
    finally:
        git.drop_ahead()


def _dispatch(words: list[str]) -> int:
    if not words or words[0] in ("-h", "--help", "help"):
        print(overview(), end="")
        return 0 if words else 2
    if words[0] in ("-V", "--version", "version"):
        print(f"gittrack {__version__}")
        return 0
    verb = words[0]
    if verb in _HIDDEN:
        hidden = _module("gittrack.cli.commands._hidden")
        found: int = getattr(hidden, _HIDDEN[verb])(words[1:])
        return found
    if verb not in _LONG:  # a short life: what is garbage goes with it
        gc.disable()
    if verb not in VERBS:
        hint = did_you_mean(verb, VERBS, "see: git track -h")
        return _report(f"there is no verb {verb!r}", hint, 2)
    if verb in NESTED and (place := _inner_verb(verb, words)):
        verb, words = f"{verb} {words[place]}", [*words[:place], *words[place + 1 :]]
    _look_ahead(verb, words)
    given = _joined(words[1:]) if verb == "ls" else words[1:]
    at = given.index("--") if verb in _COMMANDS and "--" in given else len(given)
    args = parser(verb).parse_args(given[:at])
    if given[at:]:  # among optional arguments, argparse would not find where the command begins
        args.command = given[at + 1 :]
    module = _module(_file(verb))
    code: int = module.run(args)
    sys.stdout.flush()
    return code


def _inner_verb(verb: str, words: list[str]) -> int:
    """Return where in ``words`` the verb below ``verb`` is; 0 if there is none.

    Raises TrackError for an unknown one.  The verbs in ``DEFAULTS`` take options before it, too.
    """
    known = inner(verb)
    if verb in DEFAULTS:
        end = words.index("--") if "--" in words else len(words)
        are_options = _module("gittrack.cli.parsing").are_options
        places = (place for place in range(1, end) if words[place] in known)
        return next(
            (at for at in places if are_options(parser(f"{verb} {words[at]}"), words[1:at])), 0
        )
    if not words[1:] or words[1].startswith("-"):
        return 0
    if words[1] not in known:
        hint = did_you_mean(words[1], known, f"see: git track {verb} -h")
        raise TrackError(f"there is no verb '{verb} {words[1]}'", hint, code=2)
    return 1


def _look_ahead(verb: str, words: list[str]) -> None:
    """Let git begin with what the verb will most probably ask for, before all else is imported."""
    try:
        folder = os.getcwd()
    except FileNotFoundError:  # the verb says so
        return
    if verb in ("ls", "top") and not {"-e", "--experiment"} & set(words):
        refs.look_ahead(folder, layout.RUNS, layout.NOTES)
    if verb in _LOOK_AT_MODELS:
        names = _module("gittrack.core.registry.names")
        refs.look_ahead(folder, *names.PLACES)
    if verb in (*GROUPS["find and compare"], *_LOOK_AT_MODELS):
        git.look_ahead(folder)


def _joined(words: list[str]) -> list[str]:
    """Make ``--sort -loss`` one word: argparse takes no value that begins with a dash."""
    if "--sort" not in words[:-1]:
        return words
    at = words.index("--sort")
    return [*words[:at], f"--sort={words[at + 1]}", *words[at + 2 :]]


def _report(message: str, hint: str, code: int) -> int:
    printable = f"error: {message}\n" + (f"hint: {hint}\n" if hint else "")
    clean = "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in printable)
    sys.stderr.write(clean.encode(errors="backslashreplace").decode())
    return code


def _report_bug() -> int:
    """Keep the traceback of what must be a bug of ours in a file, and say where."""
    import tempfile  # noqa: PLC0415 - must never be needed
    import traceback  # noqa: PLC0415

    with tempfile.NamedTemporaryFile("w", prefix="gittrack-", suffix=".txt", delete=False) as file:
        traceback.print_exc(file=file)
    kind = sys.exc_info()[0]
    name = kind.__name__ if kind else "error"
    return _report(f"gittrack has a bug ({name})", f"please report it with {file.name}", 1)
