"""What can come next on a command line, told by the argument parsers themselves and by the runs there are.

The scripts of ``git track completion`` ask with ``git-track __complete -- WORDS...``, the last word being the
one that is typed.  An answer is a candidate a line, a tab, and what it is; ``:files`` stands for files.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence

from gittrack import git
from gittrack.cli import main
from gittrack.core.run import commit_message, facts
from gittrack.core.run.run_info import RunInfo
from gittrack.read.registry.models import Registry
from gittrack.read.runs import reader, resolve
from gittrack.read.runs.record import RunRecord
from gittrack.read.runs.source import Request
from gittrack.read.runs.sources import source_of
from gittrack.show.terminal.columns import short_id
from gittrack.sweeping import find, stored

Candidate = tuple[str, str]
FILES: Candidate = (":files", "")
_NEWEST = 300  # runs that are looked at: an answer must come at once


def candidates(words: Sequence[str]) -> list[Candidate]:
    """Return what the last of the words can become; those before it are taken as they are."""
    *before, current = words or [""]
    if not before:
        return _beginning(main.VERBS.items(), current)
    if before[0] in main.NESTED and len(before) == 1 and not current.startswith("-"):
        verbs = _beginning(main.inner(before[0]).items(), current)
        return [*verbs, FILES] if before[0] in main.DEFAULTS else verbs
    if before[0] in main.NESTED and len(before) > 1 and before[1] in main.inner(before[0]):
        before = [f"{before[0]} {before[1]}", *before[2:]]
    elif before[0] not in main.VERBS:
        return []
    parser = main.parser(before[0])
    if "--" in before[1:] and before[0] in ("run", "sweep", "sweep resume"):
        return [FILES]
    return _of_verb(parser, before, current)


def _of_verb(
    parser: argparse.ArgumentParser, before: Sequence[str], current: str
) -> list[Candidate]:
    options = {name: action for action in parser._actions for name in action.option_strings}
    name, equals, value = current.partition("=")
    if equals and name in options and options[name].nargs != 0:
        found = _values(options[name], before, value)
        return [(f"{name}={word}", told) for word, told in found if word != FILES[0]]
    expecting = options.get(before[-1])
    if expecting is not None and expecting.nargs != 0:
        return _values(expecting, before, current)
    if current.startswith("-") and not (before[0] == "tag" and len(before) > 1):
        shown = ((name, action.help or "") for name, action in options.items())
        return _beginning(shown, current)
    action = _positional(parser, options, before[1:])
    return _values(action, before, current) if action is not None else []


def _positional(
    parser: argparse.ArgumentParser, options: dict[str, argparse.Action], words: Sequence[str]
) -> argparse.Action | None:
    """Return the positional argument that comes after ``words``."""
    count, skip = 0, False
    for word in words:
        if skip:
            skip = False
        elif word in options:
            skip = options[word].nargs != 0
        else:
            count += 1
    places = [action for action in parser._actions if not action.option_strings]
    for action in places:
        if action.nargs in ("+", "*", argparse.REMAINDER) or count == 0:
            return action
        count -= 1
    return None


def _values(action: argparse.Action, before: Sequence[str], current: str) -> list[Candidate]:
    if action.choices:
        return _beginning(((str(choice), "") for choice in action.choices), current)
    kind = action.metavar if isinstance(action.metavar, str) else (action.dest or "").upper()
    if before[0] in ("cat", "get") and kind == "PATH":
        return _beginning(_files_of(before[1]), current)
    find = (_OF_MODELS if before[0].startswith("model ") else _KINDS).get(kind)
    if find is None:
        return []
    if kind == "A,B":
        done, comma, last = current.rpartition(",")
        return [(f"{done}{comma}{word}", told) for word, told in _beginning(find(), last)]
    return [FILES] if find is _files else _beginning(find(), current)


def _beginning(found: Iterable[Candidate], current: str) -> list[Candidate]:
    """Return those that begin with what is typed; names that could steer a terminal are not offered."""
    return [
        (word, " ".join(told.split()))
        for word, told in found
        if word.startswith(current) and word.isprintable()
    ]


def _recent() -> list[RunInfo]:
    repo = git.find()
    runs = source_of(repo).select(Request(limit=_NEWEST)).runs
    return [reader.decode(repo, raw) for raw in runs]


def _runs() -> Iterator[Candidate]:
    infos = _recent()
    for info in infos:
        told = f"{info.experiment} {info.status}"
        if info.name:
            yield info.name, f"{short_id(info.id)} {told}"
        yield short_id(info.id), f"{info.name or ''} {told}"
    yield from _versions()


def _sweeps() -> Iterator[Candidate]:
    repo = git.find()
    yield "@", "the latest"
    for sweep in find.readable(repo, stored.list_refs(repo)[:_NEWEST]):
        told = f"{sweep.facts['method']} {sweep.facts.get('metric') or ''}"
        if sweep.name:
            yield sweep.name, f"{short_id(sweep.id)} {told}"
        yield short_id(sweep.id), f"{sweep.name or ''} {told}"


def _experiments() -> list[Candidate]:
    return [(name, "experiment") for name in source_of(git.find()).experiments()]


def _metrics() -> list[Candidate]:
    names = sorted({name for info in _recent() for name in info.metrics})
    return [(name, "metric") for name in names]


def _params() -> list[Candidate]:
    names = sorted({name for info in _recent() for name in commit_message.dotted(info.params)})
    return [(name, "param") for name in names]


def _tags() -> list[Candidate]:
    names = sorted({tag for info in _recent() for tag in info.tags})
    return [(f"{sign}{name}", "tag") for name in names for sign in "+-"]


def _files() -> list[Candidate]:
    return [FILES]


def _keys() -> list[Candidate]:
    known = ((fact.name, fact.text.replace("`", "")) for fact in facts.LISTED.values())
    return [*_metrics(), *_params(), *known]


def _files_of(address: str) -> list[Candidate]:
    repo = git.find()
    paths = RunRecord(repo, resolve.resolve(repo, address), fetch=False).files()
    return [(path.removeprefix("artifacts/"), "file") for path in paths]


def _models() -> Iterator[Candidate]:
    for model in Registry(git.find()).every():
        yield model.name, "model"


def _versions() -> Iterator[Candidate]:
    for model in Registry(git.find()).every():
        for version in reversed(model.versions):
            yield f"{model.name}@{version.short}", "version"
        for stage, held in model.stages.items():
            yield f"{model.name}@{stage}", held.short


def _stages() -> Iterator[Candidate]:
    there = {stage for model in Registry(git.find()).every() for stage in model.stages}
    yield from ((stage, "stage") for stage in sorted({"production", "staging", *there}))


# What the metavar of an option or argument stands for; others are free text.
_KINDS: dict[str, Callable[[], Iterable[Candidate]]] = {
    "RUN": _runs,
    "EXPERIMENT": _experiments,
    "SWEEP": _sweeps,
    "METRIC": _metrics,
    "PARAM": _params,
    "KEY": _keys,
    "A,B": _keys,
    **dict.fromkeys(
        ("KEY=VALUE", "KEY=VALUES"), lambda: ((f"{name}=", told) for name, told in _params())
    ),
    "TAG": _tags,
    **dict.fromkeys(("FILE", "PATH", "DEST", "DIR", "COMMAND"), _files),
}
# In the verbs of git track model.
_OF_MODELS: dict[str, Callable[[], Iterable[Candidate]]] = {
    "NAME": _models,
    "NAME@VERSION": _versions,
    "NAME[@VERSION|@STAGE]": lambda: [*_models(), *_versions()],
    "STAGE": _stages,
    "RUN": _runs,
    "DIR": _files,
}
