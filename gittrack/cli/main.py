"""The command line: find the verb, run its module in `commands`, and turn errors into text."""

from __future__ import annotations

import errno
import gc
import os
import sys

from gittrack import git
from gittrack.cli import plain_arguments
from gittrack.core import layout
from gittrack.core.errors import TrackError, did_you_mean
from gittrack.core.standard.collections import Sequence
from gittrack.core.standard.importlib import import_module
from gittrack.core.standard.typing import TYPE_CHECKING, Any, NoReturn
from gittrack.git import refs
from gittrack.git.files import repository
from gittrack.version import __version__

if TYPE_CHECKING:  # parsing imports argparse; git starts before that, see _look_ahead
    from gittrack.cli import parsing

# What each verb does, by task. A verb has its module commands/<verb>.py, which is imported only if needed.
_TASKS = {
    "record runs": {
        "run": "run a command and record it as a run",
        "init": "write params.yaml, settings and .gitignore lines (optional)",
        "demo": "try it on a small real project",
    },
    "find and compare": {
        "ls": "list runs, newest first, running ones too",
        "top": "show the leaderboard of a metric",
        "show": "show everything about one run",
        "diff": "show what differs between runs",
        "log": "the lab notebook: one paragraph for each run",
        "plot": "draw a chart of a metric in the terminal",
        "watch": "watch runs in the terminal while they go on",
        "ui": "show the page: runs and curves in a browser, or as one file",
        "report": "write a comparison to paste into a pull request",
        "params": "list the params of runs, with their ranges",
        "metrics": "list the metrics of runs, with their ranges",
        "experiments": "list the experiments, with their numbers of runs",
    },
    "search": {
        "sweep": "try many configurations; each trial is a run",
        "worker": "join a sweep on many machines: run its trials here",
    },
    "reproduce": {
        "reproduce": "run a run again from its commit and compare the results",
        "verify": "compare recorded runs: EXACT, CLOSE or DIFFERENT",
        "repeat": "run a run again with other seeds",
        "hooks": "install or run the hooks before and after runs",
        "checkout": "make a worktree with the code and params of a run",
    },
    "get files and data": {
        "files": "list the files of a run",
        "cat": "print a file of a run",
        "get": "copy a file or an artifact of a run to this folder",
        "export": "write runs as CSV, JSON Lines or Parquet",
    },
    "share": {
        "remote": "the remote that runs go to, and what it has",
        "push": "send runs to a git remote; others pull them",
        "pull": "bring the runs of a git remote here",
    },
    "release": {
        "model": "the model registry: versions, stages, gates, history",
    },
    "organize": {
        "tag": "add tags to a run, or remove them",
        "note": "add a note to a run",
        "rename": "give a run another name",
        "archive": "hide runs from listings",
        "rm": "move runs to the trash",
        "restore": "take runs back from the trash",
        "gc": "delete old runs in the trash, and leftovers",
    },
    "maintain": {
        "recover": "commit the runs of processes that died",
        "doctor": "find damage and print what to do",
        "completion": "print a completion script for bash, zsh or fish",
    },
}
_HIDDEN = {
    f"__{verb}": verb
    for verb in ("complete", "manpage", "facts", "push", "live", "fold", "worker", "job", "run_job")
}  # for programs: see commands/_hidden.py
NESTED = ("model", "sweep")  # verbs that have verbs below them
DEFAULTS = ("sweep",)  # nested verbs that also work without a verb below them
_WITH_COMMAND = ("sweep", "sweep resume")  # the command line ends with ``-- COMMAND...``
# Verbs that first read the registry.
_LOOK_AT_MODELS = tuple(
    f"model {verb}" for verb in ("ls", "show", "history", "get", "diff", "promote")
)
_SHARE = ("push", "pull")  # they mostly have nothing to do
_LONG_LIVED = ("run", "reproduce", "repeat", "sweep", "worker", "demo", "ui", "watch")
GROUPS = {task: tuple(verbs) for task, verbs in _TASKS.items()}
# Verbs whose lines are read without argparse if possible.
PLAIN = ("run", *GROUPS["find and compare"], *_SHARE, "sweep ls", "sweep show")
VERBS = {verb: about for verbs in _TASKS.values() for verb, about in verbs.items()}


def _command(verb: str) -> Any:
    """Import the module of a verb, such as ``ls`` or ``model ls``."""
    return import_module(f"gittrack.cli.commands.{verb.replace(' ', '.')}")


def parser(verb: str) -> parsing.Parser:
    """Return the argument parser of a verb.

    Parameters
    ----------
    verb : str
        The verb as a user types it: ``ls``, or ``model ls`` for a nested one.
    """
    from gittrack.cli import parsing  # noqa: PLC0415 - git starts before argparse is imported

    return parsing.parser(verb, _command(verb))


def inner_verbs(verb: str) -> dict[str, str]:
    """Return the verbs below a nested verb, each with what it does."""
    verbs: dict[str, str] = _command(verb).VERBS
    return verbs


def overview() -> str:
    """Return what ``git track -h`` prints."""
    lines = "\n".join(
        f"{task}\n" + "".join(f"  {verb:<11} {VERBS[verb]}\n" for verb in verbs)
        for task, verbs in GROUPS.items()
    )
    return (
        "usage: git track VERB ...\n\nML experiment tracking that is nothing but git: a run is a commit.\n\n"
        f"{lines}\n"
        "A RUN is a full id, a unique prefix of the id or of its last 8 hex digits, a name,\n"
        "USER/NAME, a run commit, @ (the latest run), @~2 (two runs earlier), EXPERIMENT@,\n"
        "MODEL@VERSION or MODEL@STAGE.\n"
        "Help for one verb: git track VERB -h\n"
    )


def script() -> NoReturn:
    """Run the program ``git-track`` and end the process, without the slow shutdown of the interpreter."""
    code = main()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:  # the reader of the pipe has ended
            code = code or 1
    os._exit(code)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; no traceback reaches the user.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments after the name of the program. Default: those of the process.

    Returns
    -------
    int
        The exit status.
    """
    arguments = sys.argv[1:] if argv is None else argv
    # Arguments are UTF-8 in every locale; bytes that are not UTF-8 become lone surrogates.
    words = [os.fsencode(word).decode("utf-8", "surrogateescape") for word in arguments]
    try:
        return _dispatch(words)
    except TrackError as error:
        return _report(error.message, error.hint, error.code)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output has ended
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except OSError as error:
        name = f" ({error.filename})" if error.filename else ""
        hint = "check the path and its permissions; for a path inside .git: git track doctor"
        if not name:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
            hint = "make room where the output goes" if full else "see: git track doctor"
        return _report(f"{error.strerror or error}{name}", hint, 1)
    except Exception:  # noqa: BLE001 - the one boundary; it writes the traceback to a file
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
        hidden_code: int = getattr(_command("_hidden"), _HIDDEN[verb])(words[1:])
        return hidden_code
    gc.disable()  # most processes end before garbage matters
    if verb not in VERBS:
        hint = did_you_mean(verb, VERBS, "see: git track -h")
        return _report(f"there is no verb {verb!r}", hint, 2)
    if verb in NESTED and (index := _inner_verb(verb, words)):
        verb, words = f"{verb} {words[index]}", [*words[:index], *words[index + 1 :]]
    _look_ahead(verb, words)
    arguments = plain_arguments.join_dashed_value(words[0], words[1:])
    end = arguments.index("--") if verb in _WITH_COMMAND and "--" in arguments else len(arguments)
    args = _plain(verb, arguments) or parser(verb).parse_args(arguments[:end])
    if arguments[end:]:  # argparse cannot tell the command from optional arguments
        args.command = arguments[end + 1 :]
    command = _command(verb)
    if verb in _LONG_LIVED:
        gc.freeze()  # the modules stay
        gc.enable()
    code: int = command.run(args)
    sys.stdout.flush()
    return code


def _plain(verb: str, words: list[str]) -> Any:
    """Return the arguments of a verb that mostly only looks, if its command line is plain, else None."""
    if verb not in PLAIN:
        return None
    return plain_arguments.read(_command(verb), words)


def _inner_verb(verb: str, words: list[str]) -> int:
    """Return the index in ``words`` of the verb below ``verb``; 0 if there is none.

    Raises TrackError if the verb below is unknown. A verb in ``DEFAULTS`` may have options before it.
    """
    inner = inner_verbs(verb)
    if words[1:] and words[1] in inner:
        return 1
    if verb in DEFAULTS:
        from gittrack.cli import parsing  # noqa: PLC0415 - git starts before argparse is imported

        end = words.index("--") if "--" in words else len(words)
        for index in range(1, end):
            if words[index] in inner and parsing.are_options(
                parser(f"{verb} {words[index]}"), words[1:index]
            ):
                return index
        return 0
    if not words[1:] or words[1].startswith("-"):
        return 0
    hint = did_you_mean(words[1], inner, f"see: git track {verb} -h")
    raise TrackError(f"there is no verb '{verb} {words[1]}'", hint, code=2)


def _look_ahead(verb: str, words: list[str]) -> None:
    """Start the git processes that the verb needs, before the other modules are imported."""
    try:
        folder = os.getcwd()
    except FileNotFoundError:  # the verb reports that
        return
    # The index lists the refs.
    has_index = os.path.exists(f"{layout.cache_dir(f'{folder}/.git')}/index")
    if verb in ("ls", "top") and not has_index and not {"-e", "--experiment"} & set(words):
        refs.look_ahead(folder, layout.RUNS, layout.NOTES, layout.TRACKING, layout.ARCHIVE)
    if verb in _LOOK_AT_MODELS:
        from gittrack.core.registry import names  # noqa: PLC0415 - for a few verbs only

        refs.look_ahead(folder, *names.PLACES)
    if verb in (*PLAIN, *_LOOK_AT_MODELS):
        needs_goal = verb == "top" and not {"--min", "--max"} & set(words)
        git.look_ahead(folder, config=needs_goal or verb in ("run", *_SHARE))
    if verb == "run" and repository.locate(folder):  # otherwise finding it takes a process
        from gittrack.record.code import status_call  # noqa: PLC0415 - for one verb only

        status_call.look_ahead(git.find(folder))


def _report(message: str, hint: str, code: int) -> int:
    printable = f"error: {message}\n" + (f"hint: {hint}\n" if hint else "")
    clean = "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in printable)
    sys.stderr.write(clean.encode(errors="backslashreplace").decode())
    return code


def _report_bug() -> int:
    """Write the traceback of an unexpected error to a file, and print the path."""
    import tempfile  # noqa: PLC0415 - needed only if gittrack has a bug
    import traceback  # noqa: PLC0415

    with tempfile.NamedTemporaryFile("w", prefix="gittrack-", suffix=".txt", delete=False) as file:
        traceback.print_exc(file=file)
    kind = sys.exc_info()[0]
    name = kind.__name__ if kind else "error"
    return _report(f"gittrack has a bug ({name})", f"please report it with {file.name}", 1)
