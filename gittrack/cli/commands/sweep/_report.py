"""What is printed when a sweep ends: the leaderboard, the best trial, and the next step."""

from __future__ import annotations

import shlex
from typing import Any

from gittrack import git
from gittrack.analysis.sweep_ranking import average_seeds
from gittrack.analysis.sweep_view import SweepView
from gittrack.cli.commands.sweep import _search
from gittrack.cli.output import hidden_columns_line, print_result
from gittrack.cli.output import table_width as width
from gittrack.core import layout, yaml_read
from gittrack.core.run import commit_message
from gittrack.core.scalars import flow_text
from gittrack.core.standard.collections import Mapping
from gittrack.show.terminal import sweeps, table, text
from gittrack.show.terminal.columns import short_id
from gittrack.sweeping import state
from gittrack.sweeping.prepare import PreparedSweep
from gittrack.sweeping.stored import Sweep
from gittrack.sweeping.view import current_view

_FEW = 10  # lines of the leaderboard


def report(
    repo: git.Repo, sweep: Sweep, prepared: PreparedSweep, *, done: bool, seconds: float
) -> bool:
    """Print the result of a sweep after a process ran it; return whether it is a success."""
    current = current_view(repo, sweep, prepared)
    lines = [sweeps.headline(current).rstrip("\n") + f"  in {text.duration(seconds)}\n"]
    lines += leaderboard(current, _FEW)
    if done:
        lines.append(_search.lines(current))
        lines += _best(repo, sweep, prepared, current)
    print_result("".join(lines))
    return current.best is not None or current.metric is None


def leaderboard(sweep_view: SweepView, limit: int) -> list[str]:
    """Return the best ``limit`` trials as text, or [] if no trial has ended."""
    averaged = average_seeds(sweep_view)
    if not averaged.ended:
        return []
    more = len(averaged.ended) - limit
    again = f"git track sweep show {short_id(averaged.id)}"
    rest = f"{more} more: {again} -n {len(averaged.ended)}\n"
    board = sweeps.leaderboard(averaged, limit, width=width())
    missing_columns = hidden_columns_line(board.left_out, f"{again} --csv")
    unread = _unread_line(sweep_view)
    return ["\n", table.render(board), missing_columns, rest if more > 0 else "", unread]


def _unread_line(sweep_view: SweepView) -> str:
    """Return a line about trials whose command did not read the params that the table has, or nothing."""
    names = sorted({name for trial in sweep_view.trials for name in trial.unread})
    if not names:
        return ""
    count = sum(1 for trial in sweep_view.trials if trial.unread)
    return (
        f"{count} of {len(sweep_view.trials)} trials did not read their params, so they used other values "
        f"than the table has: {text.escape(', '.join(names))}\n"
    )


def _best(repo: git.Repo, sweep: Sweep, prepared: PreparedSweep, current: SweepView) -> list[str]:
    """Return the best trial as a command, and the next steps, as text."""
    best = next((trial for trial in current.trials if trial.key == current.best), None)
    if best is None:
        runs = f"git track ls -w 'group == \"{current.id}\"'"
        if current.metric is None:
            return [f"\nits runs:  {runs}\n"]
        return [f"\nno trial has a score by {text.escape(current.metric)}; its runs:  {runs}\n"]
    folder = sweep.facts.get("cwd") or "."
    elsewhere = folder != (repo.prefix.rstrip("/") or ".")
    location = f" (in the folder {text.escape(folder)} of the repository)" if elsewhere else ""
    again = f"git track repeat {short_id(best.run)} --seeds 5"
    if best.seed is not None:
        metric = shlex.quote(current.metric or "")
        side = " --min" if current.goal == "minimize" else ""
        again = f"git track top {metric}{side} --over seed -w 'group == \"{current.id}\"'"
    return [
        f"\nthe best, trial {best.key}, as a command{location}:\n",
        f"  {text.escape(command(sweep, prepared, best.params, best.seed))}\n",
        f"is it better, or only lucky?  {again}\n",
        f"the search in pictures:  git track sweep show {short_id(sweep.id)} --plot sweep.html\n",
    ]


def command(
    sweep: Sweep, prepared: PreparedSweep, params: Mapping[str, Any], seed: int | None
) -> str:
    """Return the command line that runs one configuration again."""
    files = [str(name) for name in sweep.facts.get("files") or ()]
    words = ["git", "track", "run"]
    if sweep.facts["experiment"] != layout.DEFAULT_EXPERIMENT:
        words += ["-e", str(sweep.facts["experiment"])]
    for name in files:
        words += ["-p", name]
    for kind in ("input", "output"):
        for path in sweep.facts.get(f"{kind}s") or ():
            words += [f"--{kind}", str(path)]
    if seed is not None and "seed" in {**prepared.base, **params}:
        params = {**params, "seed": seed}
    for name, value in params.items():
        new = "+" if prepared.base and state.value_at(prepared.base, name) is None else ""
        plain = isinstance(value, str) and _is_plain(value)
        words += ["-S", f"{new}{name}={value if plain else flow_text(value)}"]
    if seed is not None:
        words += ["--seed", str(seed)]
    return shlex.join([*words, "--", *prepared.plan.command])


def _is_plain(value: str) -> bool:
    """Return whether YAML reads a text without quotes as the same text; 1e3 would be a number."""
    return (
        commit_message.key_text(value) == value
        and yaml_read.load(value.encode(), "a param") == value
    )
