"""The versions of frameworks with which the integrations were tested."""

from __future__ import annotations

import re
from typing import NamedTuple

from gittrack.record.active import warning


class Tested(NamedTuple):
    """The oldest and the newest version of a framework that passed the contract suite."""

    oldest: str
    newest: str


TESTED: dict[str, Tested] = {
    "scikit-learn": Tested("1.4", "1.9"),
    "XGBoost": Tested("2.1", "3.2"),
    "LightGBM": Tested("4.1", "4.7"),
    "Optuna": Tested("4.0", "5.0"),
    "Keras": Tested("3.4", "3.15"),
    "Lightning": Tested("2.6", "2.6"),
    "transformers": Tested("5.24", "5.24"),
    "accelerate": Tested("1.15", "1.15"),
    "CatBoost": Tested("1.2", "1.2"),
    "fastai": Tested("2.8", "2.8"),
    "Ignite": Tested("0.5", "0.5"),
    "Ultralytics": Tested("8.4", "8.4"),
}
_warned: set[str] = set()


def check(framework: str, version: str) -> None:
    """Warn once if the version of a framework is older or newer than the tested ones.

    Parameters
    ----------
    framework : str
        The name of the framework, a key of ``TESTED``.
    version : str
        The version that is installed.
    """
    tested = TESTED[framework]
    release = parts(version)
    older = release < parts(tested.oldest)
    newer = release[: len(parts(tested.newest))] > parts(tested.newest)
    if (older or newer) and framework not in _warned:
        _warned.add(framework)
        warning.warn(
            [
                f"{framework} {version} is {'older' if older else 'newer'} than the versions with which "
                f"the integration was tested: {tested.oldest} to {tested.newest}"
            ]
        )


def parts(version: str) -> tuple[int, ...]:
    """Return the numbers at the beginning of a version: ``3.2.0rc1`` is (3, 2, 0)."""
    match = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(map(int, match[0].split("."))) if match else ()
