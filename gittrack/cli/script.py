"""A function that trains, as a script of its own: configured, seeded, recorded.

::

    @gittrack.main
    def train(config, run):
        ...
        return {"test_accuracy": accuracy}

    if __name__ == "__main__":
        train()

``python train.py --config experiment.json -S lr=0.1`` and the same after ``git track run --`` record the
same run.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from gittrack.api import begin, launched, seeding
from gittrack.cli.parsing import Parser
from gittrack.core import layout, nested, values
from gittrack.core.errors import TrackError
from gittrack.core.run.fingerprint import fingerprint
from gittrack.launch import config as configuration
from gittrack.launch.launcher import EXPLICIT_VARIABLE
from gittrack.record import session
from gittrack.record.run import Run

Train = Callable[[dict[str, Any], Run], Mapping[str, Any] | None]
_SEED = 42


class Setup(NamedTuple):
    """What a script is to do: the resolved configuration, the file that it came from, the seed."""

    config: dict[str, Any]
    file: str | None
    seed: int


def main(train: Train) -> Script:
    """Turn ``train(config, run)``, which returns metrics or nothing, into a script; also a decorator.

    Called without arguments the result reads the command line: ``--config FILE`` (JSON or YAML; otherwise
    params.yaml, if there is one) and ``-S KEY=VALUE``.  The seed is that of ``git track run --seed``, of the
    key ``seed`` in the configuration, or 42.  The configuration's file is kept as an artifact, and what is
    returned as final metrics.  Called with ``(config, run)`` it is the function itself.
    """
    return Script(train)


class Script:
    """What `main` makes of a function."""

    def __init__(self, train: Train) -> None:
        self.train = train
        functools.update_wrapper(self, train)

    def __call__(self, *args: Any, **kwargs: Any) -> Mapping[str, Any] | None:
        """Train with what is on the command line; with arguments, be the function itself."""
        if args or kwargs:
            return self.train(*args, **kwargs)
        return self.run(sys.argv[1:])

    def run(self, argv: Sequence[str]) -> Mapping[str, Any] | None:
        """Train with the options ``argv``, recorded; return the metrics.

        Raises SystemExit, with an error said, where the configuration or the repository will not do.
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
        _say(_heading(setup))
        with active:
            metrics = self.train(dict(setup.config), active)
            with _errors():
                _keep(active, metrics, getattr(self.train, "__name__", "the function"))
        return metrics


def _arguments(about: str | None, argv: Sequence[str]) -> argparse.Namespace:
    name = os.path.basename(sys.argv[0] or "train.py")
    parser = Parser(prog=name, description=(about or "").partition("\n")[0] or None)
    parser.add_argument("--config", metavar="FILE", help="the configuration, JSON or YAML")
    parser.add_argument(
        "-S",
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="override; +KEY=VALUE adds",
    )
    return parser.parse_args(list(argv))


@contextlib.contextmanager
def _errors() -> Iterator[None]:
    """End the process with an error and a hint in the place of a traceback."""
    try:
        yield
    except TrackError as error:
        _say(f"error: {error.message}" + (f"\nhint: {error.hint}" if error.hint else ""))
        raise SystemExit(error.code) from error


def _say(text: str) -> None:
    if text:
        sys.stderr.write(text + "\n")


def _setup(args: argparse.Namespace) -> Setup:
    """Return what to train with: the file, over it ``-S``, and over that what ``git track run`` was told."""
    given, seed = _given()
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
    config = nested.merge(config, given)
    if seed is not None and "seed" in config and "seed" not in given:
        config["seed"] = seed
    if seed is None:
        seed = _seed_of(config)
    return Setup(config, file, seed)


def _seed_of(config: Mapping[str, Any]) -> int:
    own = config.get("seed")
    if own is None:
        return _SEED
    if isinstance(own, bool) or not isinstance(own, int) or own < 0:
        raise TrackError(
            f"the seed of the configuration is {own!r}", "give a whole number from 0 on, or none"
        )
    return own


def _given() -> tuple[dict[str, Any], int | None]:
    """Return the params and the seed that the launcher was told, but for those it took from params.yaml."""
    if launched.journal_folder() is None:
        return {}, None
    path = os.environ.get(EXPLICIT_VARIABLE)
    if path:
        told = json.loads(Path(path).read_bytes())
        return told["params"], told["seed"]
    seed = os.environ.get("GITTRACK_SEED", "")
    return launched.params(), int(seed) if seed.isdigit() else None


def _begin(setup: Setup) -> Run:
    """Begin the run, or join that of the launcher, which does not know of our configuration yet."""
    request = session.Request(
        params=values.config_dict(setup.config), seed=setup.seed, command=begin.command()
    )
    return begin.begin(request, begin.Choice(resolved=True))


def _heading(setup: Setup) -> str:
    file = f"config {setup.file}  " if setup.file else ""
    return f"{file}fingerprint {fingerprint(setup.config)}  seed {setup.seed}"


def _keep(run: Run, metrics: Mapping[str, Any] | None, name: str) -> None:
    if metrics is None:
        return
    if not isinstance(metrics, Mapping):
        raise TrackError(
            f"{name} returned {type(metrics).__name__}, not a mapping of metrics",
            'return one like this: {"val_accuracy": 0.97}',
        )
    run.summary.update(metrics)
