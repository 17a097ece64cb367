"""Complete a command line, from the argument parsers of the verbs and from the runs of the repository.

The scripts of ``git track completion`` call ``git-track __complete -- WORDS...``. The last word is the one
that the user is typing. Each line of the answer is a candidate, a tab, and what the candidate means. The
candidate ``:files`` stands for the names of files.
"""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli import main
from gittrack.core.run import commit_message, facts
from gittrack.core.run.run_info import RunInfo
from gittrack.core.standard.collections import Callable, Iterable, Iterator, Sequence
from gittrack.read.registry.models import Registry
from gittrack.read.runs import reader, resolve
from gittrack.read.runs.record import RunRecord
from gittrack.read.runs.source import Request
from gittrack.read.runs.sources import source_of
from gittrack.show.terminal.columns import short_id
from gittrack.sweeping import stored

Candidate = tuple[str, str]
FILES: Candidate = (":files", "")
_NEWEST = 300  # more runs are not read, because a user waits for the answer


def candidates(words: Sequence[str]) -> list[Candidate]:
    """Return the completions of a command line.

    Parameters
    ----------
    words : sequence of str
        The words after ``git track``. The last one is incomplete and may be empty.

    Returns
    -------
    list of (str, str)
        Each candidate for the last word, and what it means (may be empty).
    """
    *before, current = words or [""]
    if not before:
        return _beginning(main.VERBS.items(), current)
    if before[0] in main.NESTED and len(before) == 1 and not current.startswith("-"):
        verbs = _beginning(main.inner_verbs(before[0]).items(), current)
        return [*verbs, FILES] if before[0] in main.DEFAULTS else verbs
    if before[0] in main.NESTED and len(before) > 1 and before[1] in main.inner_verbs(before[0]):
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
        candidates = _values(options[name], before, value)
        return [(f"{name}={word}", meaning) for word, meaning in candidates if word != FILES[0]]
    expecting = options.get(before[-1])
    if expecting is not None and expecting.nargs != 0:
        return _values(expecting, before, current)
    if current.startswith("-") and not (before[0] == "tag" and len(before) > 1):
        described = ((name, action.help or "") for name, action in options.items())
        return _beginning(described, current)
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
    positionals = [action for action in parser._actions if not action.option_strings]
    for action in positionals:
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
    candidates = (_OF_MODELS if before[0].startswith("model ") else _KINDS).get(kind)
    if candidates is None:
        return []
    if kind == "A,B":
        head, comma, last = current.rpartition(",")
        return [
            (f"{head}{comma}{word}", meaning) for word, meaning in _beginning(candidates(), last)
        ]
    return [FILES] if candidates is _files else _beginning(candidates(), current)


def _beginning(candidates: Iterable[Candidate], current: str) -> list[Candidate]:
    """Return the candidates that begin with ``current``, except those that could steer a terminal."""
    return [
        (word, " ".join(meaning.split()))
        for word, meaning in candidates
        if word.startswith(current) and word.isprintable()
    ]


def _recent() -> list[RunInfo]:
    repo = git.find()
    runs = source_of(repo).select(Request(limit=_NEWEST)).runs
    return [reader.decode(repo, raw) for raw in runs]


def _runs() -> Iterator[Candidate]:
    infos = _recent()
    for info in infos:
        state = f"{info.experiment} {info.status}"
        if info.name:
            same = [other for other in infos if other.name == info.name]
            unique = info.name if len(same) == 1 else resolve.owned_name(info, infos)
            if unique:
                yield unique, f"{short_id(info.id)} {state}"
        yield short_id(info.id), f"{info.name or ''} {state}"
    yield from _versions()


def _sweeps() -> Iterator[Candidate]:
    repo = git.find()
    yield "@", "the latest sweep"
    for sweep in stored.readable(repo, stored.list_refs(repo)[:_NEWEST]):
        search = f"{sweep.facts['method']} {sweep.facts.get('metric') or ''}"
        if sweep.name:
            yield sweep.name, f"{short_id(sweep.id)} {search}"
        yield short_id(sweep.id), f"{sweep.name or ''} {search}"


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
    listed = ((fact.name, fact.text.replace("`", "")) for fact in facts.LISTED.values())
    return [*_metrics(), *_params(), *listed]


def _files_of(address: str) -> list[Candidate]:
    repo = git.find()
    paths = RunRecord(repo, resolve.resolve(repo, address, fetch=False), fetch=False).files()
    return [(path.removeprefix("artifacts/"), "file") for path in paths]


def _models() -> Iterator[Candidate]:
    for model in Registry(git.find()).every():
        yield model.name, "model"


def _versions() -> Iterator[Candidate]:
    for model in Registry(git.find()).every():
        for version in reversed(model.versions):
            yield f"{model.name}@{version.short}", "version"
        for stage, version in model.stages.items():
            yield f"{model.name}@{stage}", version.short


def _stages() -> Iterator[Candidate]:
    used = {stage for model in Registry(git.find()).every() for stage in model.stages}
    yield from ((stage, "stage") for stage in sorted({"production", "staging", *used}))


# The candidates by the metavar of an option or argument; any other metavar is free text.
_KINDS: dict[str, Callable[[], Iterable[Candidate]]] = {
    "RUN": _runs,
    "EXPERIMENT": _experiments,
    "SWEEP": _sweeps,
    "METRIC": _metrics,
    "PARAM": _params,
    "KEY": _keys,
    "A,B": _keys,
    **dict.fromkeys(
        ("KEY=VALUE", "KEY=VALUES"), lambda: ((f"{name}=", meaning) for name, meaning in _params())
    ),
    "TAG": _tags,
    **dict.fromkeys(("FILE", "PATH", "DEST", "DIR", "COMMAND"), _files),
}
# The same for the verbs of git track model.
_OF_MODELS: dict[str, Callable[[], Iterable[Candidate]]] = {
    "NAME": _models,
    "NAME@VERSION": _versions,
    "NAME[@VERSION|@STAGE]": lambda: [*_models(), *_versions()],
    "STAGE": _stages,
    "RUN": _runs,
    "DIR": _files,
}
