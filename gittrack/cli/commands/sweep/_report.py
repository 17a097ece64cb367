"""What is printed of a sweep when it ends: the leaderboard, the best, and the next step."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from gittrack import git
from gittrack.analysis.sweep_ranking import average_seeds
from gittrack.analysis.sweep_view import SweepView
from gittrack.cli.commands.sweep import _search
from gittrack.cli.output import hidden_columns_line, print_result
from gittrack.cli.output import table_width as width
from gittrack.core import layout, yaml_read
from gittrack.core.run import commit_message
from gittrack.core.run.run_info import RunInfo
from gittrack.core.scalars import flow_text
from gittrack.show.terminal import sweeps, table, text
from gittrack.show.terminal.columns import short_id
from gittrack.sweeping import prepare, state, view, workdir
from gittrack.sweeping.stored import Sweep


def seen(
    repo: git.Repo, sweep: Sweep, found: prepare.Opened, runs: Sequence[RunInfo] | None = None
) -> SweepView:
    """Return the sweep as its runs, or those that are known already, show it now."""
    busy = workdir.is_busy(repo.common_dir, sweep.id)
    return view.view(sweep, found, state.runs(repo, sweep.id) if runs is None else runs, busy=busy)


def report(
    repo: git.Repo, sweep: Sweep, found: prepare.Opened, *, done: bool, seconds: float
) -> bool:
    """Print how a sweep stands at the end of a process that ran it; say if it is a success."""
    shown = seen(repo, sweep, found)
    told = [sweeps.headline(shown).rstrip("\n") + f"  in {text.duration(seconds)}\n"]
    told += leaderboard(shown, 10)
    if done:
        told.append(_search.lines(shown))
        told += _best(repo, sweep, found, shown)
    print_result("".join(told))
    return shown.best is not None or shown.metric is None


def leaderboard(shown: SweepView, limit: int) -> list[str]:
    """Return the leaderboard as text, nothing where no trial has ended."""
    shown = average_seeds(shown)
    if not shown.ended:
        return []
    more = len(shown.ended) - limit
    again = f"git track sweep show {short_id(shown.id)}"
    rest = f"{more} more: {again} -n {len(shown.ended)}\n"
    made = sweeps.leaderboard(shown, limit, width=width())
    cut = hidden_columns_line(made.left_out, f"{again} --csv")
    return ["\n", table.render(made), cut, rest if more > 0 else ""]


def _best(repo: git.Repo, sweep: Sweep, found: prepare.Opened, shown: SweepView) -> list[str]:
    best = next((one for one in shown.trials if one.key == shown.best), None)
    if best is None:
        runs = f"git track ls -w 'group == \"{shown.id}\"'"
        if shown.metric is None:
            return [f"\nits runs:  {runs}\n"]
        return [f"\nno trial has a score by {text.escape(shown.metric)}; its runs:  {runs}\n"]
    folder = sweep.facts.get("cwd") or "."
    elsewhere = folder != (repo.prefix.rstrip("/") or ".")
    where = f" (in the folder {text.escape(folder)} of the repository)" if elsewhere else ""
    again = f"git track repeat {short_id(best.run)} --seeds 5"
    if best.seed is not None:
        metric = shlex.quote(shown.metric or "")
        side = " --min" if shown.goal == "minimize" else ""
        again = f"git track top {metric}{side} --over seed -w 'group == \"{shown.id}\"'"
    return [
        f"\nthe best, trial {best.key}, as a command{where}:\n",
        f"  {text.escape(command(sweep, found, best.params, best.seed))}\n",
        f"is it better, or luckier?  {again}\n",
        f"the search in pictures:  git track sweep show {short_id(sweep.id)} --plot sweep.html\n",
    ]


def command(
    sweep: Sweep, found: prepare.Opened, params: Mapping[str, Any], seed: int | None
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
    if seed is not None and "seed" in {**found.base, **params}:
        params = {**params, "seed": seed}
    for name, value in params.items():
        new = "+" if found.base and state.value_at(found.base, name) is None else ""
        written = value if isinstance(value, str) and _plain(value) else flow_text(value)
        words += ["-S", f"{new}{name}={written}"]
    if seed is not None:
        words += ["--seed", str(seed)]
    return shlex.join([*words, "--", *found.plan.command])


def _plain(value: str) -> bool:
    """Say whether a text is itself without quotes: 1e3 would be a number."""
    return (
        commit_message.key_text(value) == value
        and yaml_read.load(value.encode(), "a param") == value
    )
