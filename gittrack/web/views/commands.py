"""How to get the content of a view by ``git track``, and by plain git."""

from __future__ import annotations

import shlex
from typing import Any

from gittrack.core import layout
from gittrack.core.standard.collections import Sequence
from gittrack.web.params import Params

USUAL_ROWS = 20  # that ``git track ls`` prints without -n

_CONTENT = "%(refname)%0a%(contents:body)"
# Params, metrics and facts of all runs.
BODIES = shlex.join(["git", "for-each-ref", f"--format={_CONTENT}", layout.RUNS])


def command(what: str, track: str, plain: str) -> dict[str, str]:
    """Return one way to the content of a view."""
    return {"what": what, "track": track, "git": plain}


def selection(params: Params, where: str = "") -> list[str]:
    """Return the options that select the runs of a request; ``where`` overrides its query."""
    experiment, where = params.text("experiment"), where or params.text("where")
    keys = params.many("run")
    if keys:
        ids = ", ".join(f'"{key.rpartition("/")[2]}"' for key in keys)
        where = f"({where}) and id in ({ids})" if where else f"id in ({ids})"
    words = ["-e", experiment] if experiment else []
    words += ["-w", where] if where else []
    return words + (["--archived"] if keys or params.flag("archived") else [])


def listing(params: Params, total: int) -> list[dict[str, Any]]:
    """Return the commands that list the runs of a request, all ``total`` of them."""
    experiment = params.text("experiment")
    order = next(iter(params.many("sort")), "")  # the most important key; ls sorts by one
    words = ["git", "track", "ls", *selection(params), *(["--sort", order] if order else [])]
    words += ["-n", str(total)] if total > USUAL_ROWS else []
    prefix = f"{layout.RUNS}{experiment}" if experiment else layout.RUNS
    refs = [f"{layout.RUNS}{key}" for key in params.many("run")] or [prefix]
    plain = ["git", "for-each-ref", "--sort=-refname", f"--format={_CONTENT}", *refs]
    return [command("the runs", shlex.join(words), shlex.join(plain))]


def series(keys: Sequence[str], metrics: Sequence[str]) -> list[dict[str, Any]]:
    """Return the commands that show the points of runs."""
    few = [shlex.quote(key) for key in keys[:8]]
    plots = [
        command(
            f"the curves of {name}", f"git track plot {shlex.quote(name)} {' '.join(few)}", plain
        )
        for name in metrics[:8]
        for plain in [_of_commit(keys[0], layout.SERIES)]
        if keys
    ]
    return plots


def _of_commit(key: str, path: str) -> str:
    """Return how plain git prints a file of a run."""
    return shlex.join(["git", "show", f"{layout.RUNS}{key}:{path}"])
