"""Sweeps as text and JSON: the budget table, the leaderboard, the list of sweeps."""

from __future__ import annotations

from collections import Counter

from gittrack.analysis.sweep_ranking import average_seeds, best_first
from gittrack.analysis.sweep_view import SweepCosts, SweepView, TrialView, costs_of
from gittrack.core.run.run_info import from_iso
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.core.standard.typing import Any, NamedTuple
from gittrack.show.terminal import text
from gittrack.show.terminal.columns import short_id
from gittrack.show.terminal.table import Table, fit_columns, render

# Bracket, rung, trials, resource of each trial, total cost by mode restart, and by mode resume.
BudgetRow = tuple[int, int, int, "int | None", "int | None", "int | None"]
_CUT = 24  # letters of a name on a terminal


class Counts(NamedTuple):
    """The number of ended, failed and running trials of a sweep."""

    done: int
    failed: int
    running: int


def counts(view: SweepView) -> Counts:
    """Return the numbers of trials: ``done`` have ended, and include ``failed``."""
    ended = view.ended
    failed = sum(1 for trial in ended if trial.status not in ("finished", "stopped"))
    running = sum(1 for trial in view.trials if trial.order is None and trial.status == "running")
    return Counts(len(ended), failed, running)


def budget(
    rows: Sequence[BudgetRow], resource: str | None, mode: str | None, *, about: bool = False
) -> str:
    """Return the budget table; for a method without a resource, only the number of trials.

    Parameters
    ----------
    rows : sequence of BudgetRow
        A row for each rung.
    resource : str or None
        The name of the resource.
    mode : str or None
        ``restart`` or ``resume``.
    about : bool
        Whether the numbers are estimates, because the method decides while it runs.
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
    board = render(Table(["BRACKET", *heads] if brackets else heads, cells, [True] * 6))
    total = [sum(row[position] or 0 for row in rows) for position in (4, 5)]
    costs = {"restart": f"{roughly}{total[0]:,} if each rung trains anew (restart)"}
    costs["resume"] = f"{roughly}{total[1]:,} if it goes on from the rung before (resume)"
    chosen = f"; mode: {mode}" if mode else ""
    return (
        f"{board}{roughly}{trials:,} trials; {text.escape(resource)} in all: "
        f"{costs['restart']}, {costs['resume']}{chosen}\n"
    )


def ranking(view: SweepView) -> list[TrialView]:
    """Return the ended trials, best first: by budget, then by score; trials of one configuration together."""

    def rank(trial: TrialView) -> tuple[int, bool, float, int, str]:
        return -(trial.budget or 0), *best_first(trial.score, view.goal), trial.config, trial.key

    folded = average_seeds(view)
    if folded is not view:  # several seeds
        ranks = {trial.key: number for number, trial in enumerate(ranking(folded))}
        return sorted(
            view.ended,
            key=lambda trial: (ranks.get(trial.key.rpartition(".s")[0], len(ranks)), trial.seed),
        )
    ordered = sorted(view.ended, key=rank)
    best = [trial for trial in ordered if trial.key == view.best]
    return [*best, *(trial for trial in ordered if trial.key != view.best)]


def leaderboard(
    view: SweepView, limit: int | None = 10, *, exact: bool = False, width: int | None = None
) -> Table:
    """Return the table of the ended trials, best first; columns are left out to fit ``width``."""
    show = text.plain if exact else text.value
    names = [axis.name for axis in view.axes]
    budgeted = any(trial.budget is not None for trial in view.trials)
    seeded = any(trial.seed is not None for trial in view.trials)
    rows = []
    trials = ranking(view)[:limit]
    scores = (
        [show(trial.score) for trial in trials]
        if exact
        else text.distinct_numbers([trial.score for trial in trials])
    )
    for number, (trial, score) in enumerate(zip(trials, scores, strict=True), 1):
        row = [str(number), trial.key, trial.run if exact else short_id(trial.run)]
        row += [trial.status if trial.score is None else score]
        row += [show(trial.budget)] if budgeted else []
        row += [show(trial.seed)] if seeded else []
        rows.append([*row, *(show(trial.params.get(name)) for name in names)])
    first = ["#", "TRIAL", "RUN"]
    heads = [*(["rank", "trial", "run"] if exact else first), text.escape(view.metric or "score")]
    heads += [text.escape(view.resource or "budget")] if budgeted else []
    heads += ["seed" if exact else "SEED"] if seeded else []
    right = [True, False, False, *[True] * (len(heads) - 3 + len(names))]
    places = dict(enumerate(names, len(heads)))
    yielding = dict(reversed(places.items()))
    return fit_columns(Table([*heads, *map(text.escape, names)], rows, right), yielding, width)


def objective(method: str, metric: str | None, goal: str) -> str:
    """Return the method and the objective of a sweep: ``grid, minimize loss``."""
    return method if metric is None else f"{method}, {goal} {text.escape(metric)}"


def headline(view: SweepView) -> str:
    """Return the line about a sweep: its id, its objective, its state and its numbers of trials."""
    count = counts(view)
    name = f" {text.escape(view.name)}" if view.name else ""
    size = f" of {view.size:,}" if view.size is not None else ""
    parts = [f"{count.done:,}{size} done"]
    parts += [f"{count.failed:,} failed"] if count.failed else []
    parts += [f"{count.running:,} running"] if count.running else []
    parts += [f"{len(view.pending):,} pending"] if view.pending else []
    return (
        f"sweep {short_id(view.id)}{name}  {objective(view.method, view.metric, view.goal)}"
        f"  {view.state}: {', '.join(parts)}\n"
    )


def running_line(view: SweepView, now: float) -> str:
    """Return a line about the running trials; empty if no trial is running.

    Parameters
    ----------
    view : SweepView
        The sweep.
    now : float
        The time, in seconds since 1970.
    """
    running = [trial for trial in view.trials if trial.order is None and trial.status == "running"]
    descriptions = [f"{trial.key} ({', '.join(_progress(view, trial, now))})" for trial in running]
    return f"running: {', '.join(descriptions)}\n" if descriptions else ""


def _progress(view: SweepView, trial: TrialView, now: float) -> list[str]:
    """Return what is known of a running trial: its run, its time, its metric now, and where it was seen."""
    parts = [f"run {short_id(trial.run)}", text.duration(trial.duration)]
    if trial.current is not None:
        parts.append(f"{text.escape(view.metric or '')}={text.value(trial.current)}")
    if trial.seen is not None:
        try:
            age = text.age(now - from_iso(trial.seen))
        except ValueError:
            return parts
        parts.append(f"on {text.escape(trial.host or 'another machine')}, seen {age}")
    return parts


def hosts_line(hosts: Mapping[str, str]) -> str:
    """Return a line about where trials run; empty if no engine runs any.

    Parameters
    ----------
    hosts : mapping
        {mark of an attempt, such as ``7 1``: host, or the state of its job}.
    """
    states = Counter(_state_of_job(host) for host in hosts.values())
    groups: dict[str, list[str]] = {}
    for mark, host in hosts.items():
        state = _state_of_job(host)
        name = f"{states[state]} jobs {state}" if state and states[state] > 1 else host
        groups.setdefault(name or "not started", []).append(mark.partition(" ")[0])
    parts = [
        f"{text.escape(name)}: trial {', '.join(keys[:4])}{_more(keys[4:])}"
        for name, keys in groups.items()
    ]
    return f"where: {'; '.join(sorted(parts))}\n" if parts else ""


def _state_of_job(host: str) -> str:
    """Return the state of a job of a cluster that has not begun, such as ``pending``; else an empty text."""
    return host.rpartition(" ")[2] if host.startswith("job ") else ""


def _more(rest: Sequence[str]) -> str:
    return f" and {len(rest)} more" if rest else ""


def cost_line(view: SweepView) -> str:
    """Return a line about the time that the trials took, and what the rest takes if it is like them."""
    costs = costs_of(view)
    if costs.mean is None:
        return ""
    rest = _rest(costs.spent, costs.planned)
    to_go = f", about {text.duration(rest)} to go" if rest else ""
    line = f"time of trials: {text.duration(costs.spent)} so far{to_go}"
    line += f" ({text.duration(costs.mean)} a trial)"
    if costs.gpu_spent is not None:
        rest = _rest(costs.gpu_spent, costs.gpu_planned)
        to_go = f", about {_hours(rest)} to go" if rest else ""
        line += f"; GPU hours: {_hours(costs.gpu_spent)} so far{to_go}"
    return f"{line}\n"


def _rest(spent: float, planned: float | None) -> float:
    return 0.0 if planned is None else max(0.0, planned - spent)


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:,.2f}" if seconds < 36_000 else f"{seconds / 3600:,.0f}"


def listing(
    views: Sequence[SweepView], now: float, *, exact: bool = False, width: int | None = None
) -> Table:
    """Return the table of sweeps.

    Parameters
    ----------
    views : sequence of SweepView
        The sweeps, in order.
    now : float
        In seconds since 1970; for ages.
    exact : bool
        Whether the table is for programs: the final number of trials has its own column.
    width : int, optional
        The width of the terminal; columns are left out to fit.
    """
    rows = []
    cut = _CUT if width and not exact else 10_000
    for view in views:
        count = counts(view)
        mean = average_seeds(view)
        best = next((trial.score for trial in mean.trials if trial.key == mean.best), None)
        size = "" if view.size is None else str(view.size)
        done = [str(count.done), size] if exact else [f"{count.done}{size and '/'}{size}"]
        age = text.age(now - from_iso(view.started)) if view.started else "-"
        costs = costs_of(view)
        name, metric = (
            text.shorten(text.escape(word or "-"), cut) for word in (view.name, view.metric)
        )
        rows.append(
            [
                *(view.id if exact else short_id(view.id), name),
                *(view.method, view.state, *done, str(count.failed)),
                *(metric, text.plain(best) if exact else text.value(best)),
                (view.started or "") if exact else age,
                *_cost_cells(costs, exact=exact),
            ]
        )
    trials = ["TRIALS", "SIZE"] if exact else ["TRIALS"]
    heads = ["ID", "NAME", "METHOD", "STATE", *trials, "FAILED", "METRIC", "BEST", "STARTED"]
    heads += ["TIME", "GPU_HOURS", "RUNNING", "PENDING"] if exact else ["TIME"]
    right = [False, False, False, False, True, True, False, True]
    if exact:
        return Table([head.lower() for head in heads], rows, right)
    yielding = {
        heads.index(name): name.lower()
        for name in ("TIME", "METHOD", "STARTED", "FAILED", "METRIC")
    }
    return fit_columns(Table(heads, rows, right), yielding, width)


def _cost_cells(costs: SweepCosts, *, exact: bool) -> list[str]:
    """Return what the trials of a sweep took so far; for programs in seconds, and with more columns."""
    if not exact:
        return [text.duration(costs.spent) if costs.spent else "-"]
    gpu_hours = None if costs.gpu_spent is None else costs.gpu_spent / 3600
    numbers = (costs.spent, gpu_hours, costs.running, costs.pending)
    return ["" if number is None else text.plain(number) for number in numbers]


def jsonable(view: SweepView) -> dict[str, Any]:
    """Return a sweep as a mapping for JSON."""
    record = view._asdict()
    record["axes"] = [axis._asdict() for axis in view.axes]
    record["trials"] = [trial._asdict() for trial in view.trials]
    record["costs"] = costs_of(view)._asdict()
    return record
