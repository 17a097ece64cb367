"""Turn a training function into a script that is configured, seeded and recorded.

::

    @gittrack.main
    def train(config, run):
        ...
        return {"test_accuracy": accuracy}

    if __name__ == "__main__":
        train()

``python train.py --config experiment.json -S lr=0.1`` records the same run with and without
``git track run --`` before it.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import sys
from pathlib import Path
from typing import Any, NamedTuple

from gittrack.api import seeding
from gittrack.api.starting import begin, launched
from gittrack.api.starting.options import BeginOptions
from gittrack.cli.parsing import Parser
from gittrack.core import layout, nested, values
from gittrack.core.errors import TrackError
from gittrack.core.run.fingerprint import fingerprint
from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Callable, Iterator, Mapping, Sequence
from gittrack.launch import config as configuration
from gittrack.launch.launcher import EXPLICIT_VARIABLE
from gittrack.record import session
from gittrack.record.run import Run

Train = Callable[[dict[str, Any], Run], Mapping[str, Any] | None]
_SEED = 42


class Setup(NamedTuple):
    """What a script trains with: the resolved configuration, the file that it came from, and the seed."""

    config: dict[str, Any]
    file: str | None
    seed: int


def main(train: Train) -> Script:
    """Turn a function that trains into a script: configured, seeded and recorded.  Also a decorator.

    Called without arguments, the result reads the command line: ``--config FILE`` (JSON or YAML; default
    params.yaml, if there is one) and ``-S KEY=VALUE``.  The seed is that of ``git track run --seed``, else
    the key ``seed`` in the configuration, else 42.  The file of the configuration becomes an artifact.
    Called with ``(config, run)``, the result is the function itself.

    Parameters
    ----------
    train : callable
        A function ``train(config, run)``, of a dict and a `Run`, that returns a mapping of final metrics or
        None.

    Returns
    -------
    Script
        A callable that trains; it returns what ``train`` returns.
    """
    return Script(train)


class Script:
    """A training function that reads its own command line."""

    def __init__(self, train: Train) -> None:
        self.train = train
        functools.update_wrapper(self, train)

    def __call__(self, *args: Any, **kwargs: Any) -> Mapping[str, Any] | None:
        """Train as the command line says; with arguments, only call the function."""
        if args or kwargs:
            return self.train(*args, **kwargs)
        return self.run(sys.argv[1:])

    def run(self, argv: Sequence[str]) -> Mapping[str, Any] | None:
        """Train and record the run.

        Parameters
        ----------
        argv : sequence of str
            The options: ``--config FILE`` and ``-S KEY=VALUE``.

        Returns
        -------
        mapping of str to float, or None
            The metrics that the function returned.

        Raises
        ------
        SystemExit
            After an error is printed, if the configuration or the repository cannot be used.
        """
        args = _arguments(self.train.__doc__, argv)
        with _errors():
            setup = _setup(args)
            seeding.seed_everything(setup.seed)
            active = _begin(setup)
            if setup.file:
                active.log_input(setup.file)
                active.log_artifact(setup.file)
        if active.disabled:
            return self.train(dict(setup.config), active)
        _print_note(_heading(setup))
        with active:
            metrics = self.train(dict(setup.config), active)
            with _errors():
                _record(active, metrics, getattr(self.train, "__name__", "the function"))
        return metrics


def _arguments(about: str | None, argv: Sequence[str]) -> argparse.Namespace:
    name = os.path.basename(sys.argv[0] or "train.py")
    parser = Parser(prog=name, description=(about or "").partition("\n")[0] or None)
    parser.add_argument("--config", metavar="FILE", help="the configuration file, JSON or YAML")
    parser.add_argument(
        "-S",
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change a value; +KEY=VALUE adds one",
    )
    return parser.parse_args(list(argv))


@contextlib.contextmanager
def _errors() -> Iterator[None]:
    """End the process with an error and a hint instead of a traceback."""
    try:
        yield
    except TrackError as error:
        _print_note(f"error: {error.message}" + (f"\nhint: {error.hint}" if error.hint else ""))
        raise SystemExit(error.code) from error


def _print_note(text: str) -> None:
    if text:
        sys.stderr.write(text + "\n")


def _setup(args: argparse.Namespace) -> Setup:
    """Return the setup. ``-S`` overrides the file, and options of ``git track run`` override both."""
    launched_params, seed = _launcher_options()
    file = args.config
    if file is None and launched.journal_folder() is None and Path(layout.PARAMS).is_file():
        file = layout.PARAMS
    if file is not None:
        config = configuration.resolve([file], args.set)
    else:
        config = configuration.override(
            launched.params() if launched.journal_folder() else {}, args.set
        )
        file = layout.PARAMS if config and Path(layout.PARAMS).is_file() else None
    config = nested.merge(config, launched_params)
    if seed is not None and "seed" in config and "seed" not in launched_params:
        config["seed"] = seed
    if seed is None:
        seed = _seed_of(config)
    return Setup(config, file, seed)


def _seed_of(config: Mapping[str, Any]) -> int:
    seed = config.get("seed")
    if seed is None:
        return _SEED
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise TrackError(
            f"the seed of the configuration is {seed!r}",
            "set a whole number of at least 0, or remove it",
        )
    return seed


def _launcher_options() -> tuple[dict[str, Any], int | None]:
    """Return the params and the seed from the options of ``git track run``, without params.yaml."""
    if launched.journal_folder() is None:
        return {}, None
    path = os.environ.get(EXPLICIT_VARIABLE)
    if path:
        options = json.loads(Path(path).read_bytes())
        return options["params"], options["seed"]
    seed = os.environ.get("GITTRACK_SEED", "")
    return launched.params(), int(seed) if seed.isdecimal() else None


def _begin(setup: Setup) -> Run:
    """Start a run, or join the run of the launcher, which does not know the configuration yet."""
    request = session.RunRequest(
        params=values.config_dict(setup.config), seed=setup.seed, command=begin.command()
    )
    return begin.begin(request, BeginOptions(resolved=True))


def _heading(setup: Setup) -> str:
    file = f"config {setup.file}  " if setup.file else ""
    return f"{file}fingerprint {fingerprint(setup.config)}  seed {setup.seed}"


def _record(run: Run, metrics: Mapping[str, Any] | None, name: str) -> None:
    if metrics is None:
        return
    if not isinstance(metrics, Mapping):
        raise TrackError(
            f"{name} returned {type(metrics).__name__}, not a mapping of metrics",
            'return a mapping such as {"val_accuracy": 0.97}',
        )
    run.summary.update(metrics)
