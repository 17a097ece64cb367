"""What prints once: arguments without a meaning here, and names that have something better here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gittrack.core.errors import TrackError, did_you_mean
from gittrack.record import session

_printed: set[str] = set()


class WandbError(TrackError):
    """An error of a call that W&B refuses too, such as ``log`` before ``init``."""


class WandbUsageError(WandbError):
    """A call with arguments that exclude each other."""


class WandbConfigError(WandbUsageError):
    """A value of the config would change."""


def print_once(text: str) -> None:
    """Print a line the first time."""
    if text not in _printed:
        _printed.add(text)
        session.warn([text])


def ignore(call: str, arguments: Mapping[str, Any], hints: Mapping[str, str] = {}) -> None:
    """Print once for each argument that is set that it has no meaning here.

    Parameters
    ----------
    call : str
        The function, such as ``wandb.init``.
    arguments : mapping of str to object
        The arguments; those that are None or False are not set.
    hints : mapping of str to str
        What to use instead, for some of the arguments.
    """
    for name, value in arguments.items():
        if value is not None and value is not False:
            hint = f"; {hints[name]}" if name in hints else ""
            print_once(f"{call}({name}=...) has no meaning in gittrack and is ignored{hint}")


def print_error(text: str) -> None:
    """Print the traceback of a function of the user."""
    session.warn([text.rstrip()])


class Nothing:
    """Stands for what is not supported: every attribute and every call returns it again."""

    def __call__(self, *args: Any, **kwargs: Any) -> Nothing:
        """Return the object itself."""
        return self

    def __getattr__(self, name: str) -> Nothing:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __iter__(self) -> Any:
        return iter(())

    def __bool__(self) -> bool:
        return False

    def __enter__(self) -> Nothing:
        return self

    def __exit__(self, *error: object) -> None:
        return None


# {name: what to use instead}
INSTEAD = {
    "login": "nothing to log in to: runs are commits of this repository",
    "sync": "git track push shares runs with a remote",
    "controller": "git track sweep run FILE",
    "launch": "git track run -- COMMAND",
    "launch_add": "git track run -- COMMAND",
    "Object3D": "run.log_artifact(path)",
    "Molecule": "run.log_artifact(path)",
    "Graph": "gittrack.Text or gittrack.Figure",
    "Bokeh": "gittrack.Html(bokeh.embed.file_html(...))",
    "Classes": "a column of gittrack.Table",
    "JoinedTable": "pandas.merge and gittrack.Table",
    "PartitionedTable": "run.log_artifact(folder)",
    "box3d": "gittrack.Figure",
    "Trace": "gittrack.Text",
    "profiler": "run.log_artifact(folder of the profile)",
    "gym": "gittrack.Video(frames)",
    "tensorboard": "gittrack.integrations.tensorboard",
    "unwatch": "nothing: there is no watch to end",
    "teardown": "run.finish()",
    "setup": "gittrack.init()",
    "termlog": "print",
    "termwarn": "print",
    "termerror": "print",
    "attach": "gittrack.init() in the process that trains",
    "require": "nothing to require",
    "ensure_configured": "nothing to configure",
}


def unsupported(name: str) -> Nothing:
    """Return what stands for a name of W&B that is not supported; print once what to use."""
    print_once(f"wandb.{name} does nothing here; instead: {INSTEAD[name]}")
    return Nothing()


def unknown(name: str, names: list[str]) -> AttributeError:
    """Return the error for a name that neither W&B nor gittrack has."""
    hint = did_you_mean(name, names, "see docs/coming-from/wandb.md")
    return AttributeError(f"gittrack.integrations.wandb has no {name!r}: {hint}")
