"""Sweeps: the list, and one sweep with what its page and its replay need."""

from __future__ import annotations

from typing import Any

from gittrack import git
from gittrack.analysis import importance
from gittrack.analysis.sweep_ranking import average_seeds, has_score, relative_ranks
from gittrack.analysis.sweep_view import SweepView
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.show.terminal import sweeps
from gittrack.show.terminal.columns import short_id
from gittrack.sweeping import find, prepare, state, stored, workdir
from gittrack.sweeping.view import current_view
from gittrack.web.params import Params
from gittrack.web.views import commands


def view(repo: git.Repo, params: Params) -> dict[str, Any]:
    """Return the document ``sweeps``; those that cannot be read are in ``problems``."""
    readable = stored.readable(repo, stored.list_refs(repo))
    runs = state.by_sweep(repo, elsewhere=True)
    views: list[dict[str, Any]] = []
    problems: list[dict[str, str]] = []
    for sweep in readable:
        try:
            current = current_view(
                repo, sweep, prepare.prepare_again(sweep), runs.get(sweep.id, [])
            )
        except TrackError as error:
            problems.append({"sweep": sweep.id, "message": error.message})
            continue
        views.append({**sweeps.jsonable(current), "experiment": sweep.facts["experiment"]})
    ways = [
        commands.command("the sweeps", "git track sweep ls", f"git for-each-ref {layout.SWEEPS}")
    ]
    return {"sweeps": views, "problems": problems, "commands": ways}


def sweep(repo: git.Repo, params: Params) -> dict[str, Any]:
    """Return the document ``sweep``."""
    stored_sweep = find.find(repo, params.required("sweep"))
    current = current_view(repo, stored_sweep, prepare.prepare_again(stored_sweep))
    hosts = workdir.hosts_of(repo.common_dir, current.id) if current.state == "running" else {}
    lines = [*sweeps.cost_line(current).splitlines(), *sweeps.hosts_line(hosts).splitlines()]
    experiment = stored_sweep.facts["experiment"]
    return {**document(current), "progress": lines, "experiment": experiment}


def document(current: SweepView) -> dict[str, Any]:
    """Return a sweep with its importance, the best score so far, and the rank of each trial."""
    weights = importance.of_sweep(current)
    short = short_id(current.id)
    ways = [
        commands.command(
            "this sweep",
            f"git track sweep show {short}",
            f"git show {layout.SWEEPS}{current.id}:plan.yaml",
        ),
        commands.command(
            "its runs",
            f"git track ls -w 'sweep.id == \"{current.id}\"'",
            f"git log --no-walk --grep='^sweep.id: .*{current.id}' --glob={layout.RUNS}",
        ),
    ]
    return {
        **sweeps.jsonable(current),
        "importance": [weight._asdict() for weight in weights],
        "ranks": relative_ranks(current.ended, current.goal),
        "best_so_far": best_so_far(average_seeds(current)),
        "baselines": [],
        "commands": ways,
    }


def best_so_far(current: SweepView) -> list[float | None]:
    """Return, for each trial that has ended, the best score up to it; None before the first score."""
    choose = max if current.goal == "maximize" else min
    best: float | None = None
    scores: list[float | None] = []
    for trial in current.ended:
        if trial.score is not None and has_score(trial):
            best = trial.score if best is None else choose(best, trial.score)
        scores.append(best)
    return scores
