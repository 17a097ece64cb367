"""How to get the content of a view by ``git track``, and by plain git."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Any

from gittrack.core import layout
from gittrack.web.params import Params

USUAL_ROWS = 20  # that ``git track ls`` prints without -n


def command(what: str, track: str, plain: str) -> dict[str, str]:
    """Return one way to the content of a view."""
    return {"what": what, "track": track, "git": plain}


def listing(params: Params, total: int) -> list[dict[str, Any]]:
    """Return the commands that list the runs of a request, all ``total`` of them."""
    experiment, where = params.text("experiment"), params.text("where")
    order = next(iter(params.many("sort")), "")  # the most important key; ls sorts by one
    words = ["git", "track", "ls"]
    words += ["-e", experiment] if experiment else []
    words += ["-w", where] if where else []
    words += ["--sort", order] if order else []
    words += ["--archived"] if params.flag("archived") else []
    words += ["-n", str(total)] if total > USUAL_ROWS else []
    prefix = f"{layout.RUNS}{experiment}" if experiment else layout.RUNS
    content = "%(refname)%0a%(contents:body)"
    plain = ["git", "for-each-ref", "--sort=-refname", f"--format={content}", prefix]
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
