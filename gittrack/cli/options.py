"""The options that several verbs share, and the rules for their values."""

from __future__ import annotations

from gittrack.core.errors import TrackError
from gittrack.core.standard.typing import TYPE_CHECKING

if TYPE_CHECKING:  # a plain command line is read without it
    import argparse

_FORMATS = {"json": "JSON, a stable format", "csv": "CSV", "md": "Markdown"}


def add_formats(parser: argparse.ArgumentParser, *styles: str) -> None:
    """Add one option for each output format, of which a user may give one.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        The parser of the verb. Afterwards ``args.style`` is the chosen format, ``"text"`` by default.
    *styles : str
        The formats that the verb has: ``"json"``, ``"csv"``, ``"md"``.
    """
    group = parser.add_mutually_exclusive_group()
    for style in styles:
        group.add_argument(
            f"--{style}",
            dest="style",
            action="store_const",
            const=style,
            help=f"print {_FORMATS[style]}",
        )
    parser.set_defaults(style="text")


def add_experiment(parser: argparse.ArgumentParser) -> None:
    """Add ``-e EXPERIMENT``."""
    parser.add_argument(
        "-e", "--experiment", help="only runs of this experiment and of those below it"
    )


def add_where(parser: argparse.ArgumentParser) -> None:
    """Add ``-w QUERY``."""
    parser.add_argument(
        "-w",
        "--where",
        metavar="QUERY",
        help='only runs that match: "val_accuracy > 0.9 and lr < 0.1"',
    )


def add_archived(parser: argparse.ArgumentParser) -> None:
    """Add ``--archived``."""
    parser.add_argument("--archived", action="store_true", help="include archived runs")


def add_goal(parser: argparse.ArgumentParser) -> None:
    """Add ``--min`` and ``--max``; ``args.goal`` is ``min``, ``max``, or None if neither is given."""
    group = parser.add_mutually_exclusive_group()
    for goal, best in (("min", "smallest"), ("max", "largest")):
        group.add_argument(
            f"--{goal}",
            dest="goal",
            action="store_const",
            const=goal,
            help=f"the {best} value is the best",
        )


def add_run(parser: argparse.ArgumentParser) -> None:
    """Add the positional argument RUN."""
    parser.add_argument(
        "run", metavar="RUN", help="id, prefix, name, commit, @, @~2 or EXPERIMENT@"
    )


def add_sharing(parser: argparse.ArgumentParser) -> None:
    """Add ``--push`` and ``--live``, which share the run."""
    add = parser.add_argument
    add(
        "--push",
        action="store_true",
        help="push the run in the background when it ends (track.push auto)",
    )
    add(
        "--live",
        metavar="30s",
        type=interval,
        help="let others see the run while it goes on: push its state this often (track.live)",
    )


def add_engine(parser: argparse.ArgumentParser) -> None:
    """Add the options that run one command on another machine."""
    add = parser.add_argument
    add(
        "--engine",
        metavar="slurm",
        help="run it as a job of a Slurm cluster, with the code as it is now",
    )
    add("--sbatch", metavar="OPTIONS", help="options of sbatch: '--partition=gpu --gres=gpu:1'")
    add("--detach", action="store_true", help="with --engine: do not wait for the end of the run")
    add("--program", metavar="PATH", help="with --engine: git-track on the other machine")


def interval(text: str) -> float:
    """Return the seconds of a duration such as ``30s``; the type of an option of argparse."""
    from gittrack.core import settings  # noqa: PLC0415 - few verbs have such an option

    try:
        return settings.live_interval(text or "0s") or 0.0
    except TrackError as error:
        from argparse import ArgumentTypeError  # noqa: PLC0415 - for an error only

        raise ArgumentTypeError(error.message) from None


def positive(text: str) -> int:
    """Return a count of at least 1; the type of an option of argparse."""
    if not text.isdecimal() or int(text) < 1:
        from argparse import ArgumentTypeError  # noqa: PLC0415 - for an error only

        raise ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def check_exclusive(hint: str, *options: tuple[str, object]) -> None:
    """Refuse two options that cannot be combined.

    Parameters
    ----------
    hint : str
        What the user can do instead.
    *options : tuple of (str, object)
        How each option is written, and a value that is true if the user gave it.

    Raises
    ------
    TrackError
        If the user gave more than one of the options.
    """
    names = [name for name, is_given in options if is_given]
    if len(names) > 1:
        raise TrackError(f"{names[0]} and {names[1]} do not go together", hint, code=2)
