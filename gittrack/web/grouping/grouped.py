"""Which runs a group has.  The groups are those of ``js/grouping.js``, which groups what a page holds."""

from __future__ import annotations

from hashlib import sha256
from typing import Any, NamedTuple

from gittrack import git
from gittrack.analysis import groups
from gittrack.core.standard.collections import Hashable, Iterator, Sequence
from gittrack.read.index.bulk import run_values
from gittrack.read.runs.blocks import LazyRuns
from gittrack.read.runs.reader import Raw
from gittrack.web.grouping.keys import keys_of

# What runs of one configuration share, besides their params and command.
_FACTS = ("experiment", "cwd")


class RunGroup(NamedTuple):
    """A group of runs.

    Parameters
    ----------
    key : tuple
        What its runs share.
    members : list of int
        The numbers of its runs, in their order.
    first : int
        How many runs are in the groups before it.
    """

    key: tuple[Hashable, ...]
    members: list[int]
    first: int

    @property
    def name(self) -> str:
        """A name that the group has as long as the columns are the same."""
        return sha256(repr(self.key).encode()).hexdigest()[:12]


class GroupedRuns(NamedTuple):
    """Runs in groups, which are in the order of their first runs.

    Parameters
    ----------
    runs : sequence of Raw
        All runs, in the order in which they were before they were grouped.
    groups : list of RunGroup
        The groups.
    by : dict
        {column: value of each run}, for the names of the groups.
    """

    runs: Sequence[Raw]
    groups: list[RunGroup]
    by: dict[str, list[Any]]

    def rows(self, offset: int, limit: int) -> list[Raw]:
        """Return some runs in the order of the groups."""
        numbers: list[int] = []
        for group in self.groups:
            if group.first + len(group.members) > offset and len(numbers) < limit:
                start = max(0, offset - group.first)
                numbers += group.members[start : start + limit - len(numbers)]
        return only(self.runs, numbers)


def only(runs: Sequence[Raw], numbers: Sequence[int]) -> list[Raw]:
    """Return the runs with some numbers."""
    if isinstance(runs, LazyRuns):
        return list(runs.only([runs.items[number] for number in numbers]))
    return [runs[number] for number in numbers]


def group_runs(repo: git.Repo, runs: Sequence[Raw], names: Sequence[str]) -> GroupedRuns:
    """Return runs in groups.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    runs : sequence of Raw
        The runs.
    names : sequence of str
        The columns whose values the runs of a group share.  ``-NAME``: all params except NAME, and
        experiment, folder and command.
    """
    left_out = [name[1:] for name in names if name.startswith("-")]
    columns = [name for name in names if not name.startswith("-")]
    if left_out:
        others = {*left_out, *(f"params.{name}" for name in left_out)}
        params = [f"params.{name}" for name in run_values.params_of(repo, runs)]
        columns = [name for name in (*_FACTS, *params) if name not in others]
    values = run_values.of_runs(repo, runs, [*columns, *(["command"] if left_out else [])])
    keys = {name: keys_of(values[name]) for name in columns}
    if left_out:
        keys = {name: column for name, column in keys.items() if len(set(column)) > 1}
        parts = [*keys.values(), list(_commands(values, left_out))]
    else:
        parts = list(keys.values())
    members: dict[tuple[Hashable, ...], list[int]] = {}
    for number, key in enumerate(zip(*parts, strict=True) if parts else [()] * len(runs)):
        members.setdefault(key, []).append(number)
    return GroupedRuns(runs, list(_placed(members)), {name: values[name] for name in keys})


def _placed(members: dict[tuple[Hashable, ...], list[int]]) -> Iterator[RunGroup]:
    first = 0
    for key, numbers in members.items():
        yield RunGroup(key, numbers, first)
        first += len(numbers)


def _commands(values: dict[str, list[Any]], left_out: Sequence[str]) -> Iterator[Hashable]:
    """Yield the command of each run without its interpreter and without options that carry a param."""
    names = [name for name in values if name.startswith("params.")]
    by_option = {name.removeprefix("params.").replace("_", "-"): name for name in names}
    results: dict[Hashable, tuple[str, ...]] = {}
    for row, command in enumerate(values["command"]):
        words = tuple(map(str, command or ()))
        options = (word.lstrip("-+").partition("=")[0].replace("_", "-") for word in words)
        carried = [by_option[option] for option in options if option in by_option]
        present = (*(name for name in carried if values[name][row] is not None),)
        if (words, present) not in results:
            params = [name.removeprefix("params.") for name in present]
            results[words, present] = groups.command_without(words, ["seed", *params, *left_out])
        yield results[words, present]
