"""Sweeps as text and JSON: the budget table, the leaderboard, the list of sweeps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from gittrack.analysis.sweep_ranking import average_seeds, best_first
from gittrack.analysis.sweep_view import SweepView, TrialView
from gittrack.core.run.run_info import from_iso
from gittrack.show.terminal import text
from gittrack.show.terminal.columns import short_id
from gittrack.show.terminal.table import Table, fit_columns, render

# Bracket, rung, trials, resource for each, and what they cost in all: trained anew, or going on.
BudgetRow = tuple[int, int, int, "int | None", "int | None", "int | None"]
_CUT = 24  # letters of a name on a terminal


class Counts(NamedTuple):
    """How many trials of a sweep there are of each kind."""

    done: int
    failed: int
    running: int


def counts(view: SweepView) -> Counts:
    """Count the trials: ``done`` have ended and count, ``failed`` among them."""
    ended = view.ended
    failed = sum(1 for one in ended if one.status not in ("finished", "stopped"))
    running = sum(1 for one in view.trials if one.order is None and one.status == "running")
    return Counts(len(ended), failed, running)


def budget(
    rows: Sequence[BudgetRow], resource: str | None, mode: str | None, *, about: bool = False
) -> str:
    """Return the budget table; of a method without a resource only the number of trials.

    ``about`` says that it is not known before how many trials there will be.
    """
    trials = sum(row[2] for row in rows)
    roughly = "about " if about else ""
    if resource is None or not any(row[3] is not None for row in rows):
        return f"{trials:,} {'trial' if trials == 1 else 'trials'}\n"
    brackets = len({row[0] for row in rows}) > 1
    cells = [
        [
            *([str(row[0])] if brackets else []),
            str(row[1]),
            f"{row[2]:,}",
            *(f"{n:,}" if n is not None else "-" for n in row[3:]),
        ]
        for row in rows
    ]
    name = text.escape(resource).upper()
    heads = ["RUNG", "TRIALS", f"{name} EACH", "RESTART", "RESUME"]
    made = render(Table(["BRACKET", *heads] if brackets else heads, cells, [True] * 6))
    total = [sum(row[at] or 0 for row in rows) for at in (4, 5)]
    costs = {"restart": f"{roughly}{total[0]:,} if each rung trains anew (restart)"}
    costs["resume"] = f"{roughly}{total[1]:,} if it goes on from the rung before (resume)"
    chosen = f"; mode: {mode}" if mode else ""
    return (
        f"{made}{roughly}{trials:,} trials; {text.escape(resource)} in all: "
        f"{costs['restart']}, {costs['resume']}{chosen}\n"
    )


def ranking(view: SweepView) -> list[TrialView]:
    """Return the trials that ended, best first: the highest rung before all, then the score."""

    def rank(one: TrialView) -> tuple[int, bool, float, int, str]:
        return -(one.budget or 0), *best_first(one.score, view.goal), one.config, one.key

    folded = average_seeds(view)
    if folded is not view:  # those of one configuration together
        places = {one.key: place for place, one in enumerate(ranking(folded))}
        return sorted(
            view.ended,
            key=lambda one: (places.get(one.key.rpartition(".s")[0], len(places)), one.seed),
        )
    ordered = sorted(view.ended, key=rank)
    best = [one for one in ordered if one.key == view.best]
    return [*best, *(one for one in ordered if one.key != view.best)]


def leaderboard(
    view: SweepView, limit: int | None = 10, *, exact: bool = False, width: int | None = None
) -> Table:
    """Return the trials that ended as a table, best first, to fit a terminal of ``width``."""
    show = text.plain if exact else text.value
    names = [axis.name for axis in view.axes]
    budgeted = any(one.budget is not None for one in view.trials)
    seeded = any(one.seed is not None for one in view.trials)
    rows = []
    shown = ranking(view)[:limit]
    scores = (
        [show(one.score) for one in shown]
        if exact
        else text.distinct_numbers([t.score for t in shown])
    )
    for number, (one, score) in enumerate(zip(shown, scores, strict=True), 1):
        row = [str(number), one.key, one.run if exact else short_id(one.run)]
        row += [one.status if one.score is None else score]
        row += [show(one.budget)] if budgeted else []
        row += [show(one.seed)] if seeded else []
        rows.append([*row, *(show(one.params.get(name)) for name in names)])
    first = ["#", "TRIAL", "RUN"]
    heads = [*(["rank", "trial", "run"] if exact else first), text.escape(view.metric or "score")]
    heads += [text.escape(view.resource or "budget")] if budgeted else []
    heads += ["seed" if exact else "SEED"] if seeded else []
    right = [True, False, False, *[True] * (len(heads) - 3 + len(names))]
    places = dict(enumerate(names, len(heads)))
    yielding = dict(reversed(places.items()))
    return fit_columns(Table([*heads, *map(text.escape, names)], rows, right), yielding, width)


def objective(method: str, metric: str | None, goal: str) -> str:
    """Return how a sweep searches, and for what: ``grid, minimize loss``."""
    return method if metric is None else f"{method}, {goal} {text.escape(metric)}"


def headline(view: SweepView) -> str:
    """Return what a sweep is and where it stands, in a line or two."""
    found = counts(view)
    name = f" {text.escape(view.name)}" if view.name else ""
    size = f" of {view.size:,}" if view.size is not None else ""
    parts = [f"{found.done:,}{size} done"]
    parts += [f"{found.failed:,} failed"] if found.failed else []
    parts += [f"{found.running:,} running"] if found.running else []
    return (
        f"sweep {short_id(view.id)}{name}  {objective(view.method, view.metric, view.goal)}"
        f"  {view.state}: {', '.join(parts)}\n"
    )


def running_line(view: SweepView) -> str:
    """Return a line on the trials that are running, nothing where none is."""
    found = [one for one in view.trials if one.order is None and one.status == "running"]
    told = [f"{one.key} (run {short_id(one.run)}, {text.duration(one.duration)})" for one in found]
    return f"running: {', '.join(told)}\n" if told else ""


def listing(
    views: Sequence[SweepView], now: float, *, exact: bool = False, width: int | None = None
) -> Table:
    """Return the table of sweeps; ``exact`` for programs, with how many trials there will be apart.

    ``width`` is that of the terminal that it has to fit into.
    """
    rows = []
    cut = _CUT if width and not exact else 10_000
    for view in views:
        found = counts(view)
        mean = average_seeds(view)
        best = next((one.score for one in mean.trials if one.key == mean.best), None)
        size = "" if view.size is None else str(view.size)
        done = [str(found.done), size] if exact else [f"{found.done}{size and '/'}{size}"]
        age = text.age(now - from_iso(view.started)) if view.started else "-"
        name, metric = (
            text.shorten(text.escape(word or "-"), cut) for word in (view.name, view.metric)
        )
        rows.append(
            [
                *(view.id if exact else short_id(view.id), name),
                *(view.method, view.state, *done, str(found.failed)),
                *(metric, text.plain(best) if exact else text.value(best)),
                (view.started or "") if exact else age,
            ]
        )
    trials = ["TRIALS", "SIZE"] if exact else ["TRIALS"]
    heads = ["ID", "NAME", "METHOD", "STATE", *trials, "FAILED", "METRIC", "BEST", "STARTED"]
    right = [False, False, False, False, True, True, False, True]
    if exact:
        return Table([head.lower() for head in heads], rows, right)
    yielding = {
        heads.index(name): name.lower() for name in ("METHOD", "STARTED", "FAILED", "METRIC")
    }
    return fit_columns(Table(heads, rows, right), yielding, width)


def jsonable(view: SweepView) -> dict[str, Any]:
    """Return a sweep as JSON knows it."""
    found = view._asdict()
    found["axes"] = [axis._asdict() for axis in view.axes]
    found["trials"] = [one._asdict() for one in view.trials]
    return found
