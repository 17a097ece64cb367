"""The errors of W&B, and its names that have something better here."""

from __future__ import annotations

from gittrack.core.errors import TrackError, did_you_mean
from gittrack.integrations.base.notices import Nothing, ignore, print_error, print_once

__all__ = ["Nothing", "ignore", "print_error", "print_once"]


class WandbError(TrackError):
    """An error of a call that W&B refuses too, such as ``log`` before ``init``."""


class WandbUsageError(WandbError):
    """A call with arguments that exclude each other."""


class WandbConfigError(WandbUsageError):
    """A value of the config would change."""


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
    "plots": "wandb.plot",
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
