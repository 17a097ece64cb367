"""Find the run of an address: an id, prefix, name, commit, ``@``, ``@~2``, ``digits@``, ``resnet18@3``."""

from __future__ import annotations

import time

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import AmbiguousRun, NoSuchRun, did_you_mean
from gittrack.core.run.run_info import RunInfo, from_iso
from gittrack.core.standard.collections import Sequence
from gittrack.core.standard.later import re
from gittrack.read.runs import reader
from gittrack.read.runs.reader import Raw
from gittrack.read.runs.selection import name_of
from gittrack.read.runs.source import Request, Source
from gittrack.read.runs.sources import source_of, trash_of

# Compiled when first needed: a listing does not resolve an address.
_SIMILAR = 2_000  # so many of the newest runs are searched for a similar address
_LATEST = r"(?P<experiment>[^@]*)@(?:~(?P<back>[0-9]+))?"


def resolve(repo: git.Repo, address: str, *, trashed: bool = False, fetch: bool = True) -> Raw:
    """Return the run of an address, with its body.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    address : str
        A full id (also ``<experiment>/<id>``), a unique prefix of an id or of its 8 hex digits, a name,
        ``<user>/<name>`` or ``<user>@<host>/<name>`` for a name that several people gave, the id of a run
        commit, ``@`` (the latest run), ``@~2`` (the run two before it), ``<experiment>@``, or
        ``<model>@<version or stage>``.
    trashed : bool, default False
        Whether to search in the trash instead.
    fetch : bool, default True
        Whether git may fetch the annotations that a partial clone left out.

    Raises
    ------
    NoSuchRun
        If no run has the address; the error has similar addresses.
    AmbiguousRun
        If several runs have it; the error describes them.
    """
    repo = repo.fetching() if fetch else repo
    latest = re.fullmatch(_LATEST, address)
    if latest is not None and not trashed:
        return _latest(repo, address, latest["experiment"] or None, int(latest["back"] or 0))
    source = trash_of(repo) if trashed else source_of(repo)
    of_model = _of_model(repo, address, source) if "@" in address else None
    if isinstance(of_model, Raw):
        return of_model
    runs = source.find(address)
    if len(runs) == 1:
        return runs[0]
    if runs:
        raise _ambiguous(repo, address, runs)
    raise of_model or _none(source, address, trashed)


def _of_model(repo: git.Repo, address: str, source: Source) -> Raw | NoSuchRun | None:
    """Return the run of a version of a model, ``resnet18@3``; None if there is no such model.

    If the model does not have the version or stage, return the error, because a run may have that name.
    """
    from gittrack.read.registry import models, versions  # noqa: PLC0415 - most addresses name no model

    try:
        version = models.version_at(repo, address)
    except versions.NoSuchModel as error:
        return NoSuchRun(error.message, error.hint)
    if version is None:
        return None
    runs = source.of_commit(version.commit)
    return runs[0] if runs else versions.run_of(repo, version)


def named(repo: git.Repo, name: str) -> list[Raw]:
    """Return the runs that have a name, without archived ones."""
    return source_of(repo.fetching()).named(name)


def bearers(repo: git.Repo, raw: Raw, name: str) -> list[str]:
    """Return the ids of the other runs that a name would not tell from a run, not even with its owner.

    A name is unique among the runs of one user on one host; ``USER/NAME`` tells those of others apart.
    """
    info, others = _with_name(repo, raw, name)
    return [other.id for other in others if not owned_name(info, [other])]


def same_name_of_others(repo: git.Repo, raw: Raw, name: str) -> str:
    """Return how to type a name that a run and runs of others have; empty if nobody else has it."""
    info, others = _with_name(repo, raw, name)
    if not others:
        return ""
    who = others[0].user or others[0].host or others[0].id
    return f"{name} is also the name of a run of {who}: type {owned_name(info, others)}"


def _with_name(repo: git.Repo, raw: Raw, name: str) -> tuple[RunInfo, list[RunInfo]]:
    """Return what a run would be with a name, and the other runs that have it."""
    info = reader.decode(repo, raw)._replace(name=name)
    return info, [reader.decode(repo, other) for other in named(repo, name) if other.id != raw.id]


def _latest(repo: git.Repo, address: str, experiment: str | None, back: int) -> Raw:
    experiment = layout.experiment_slug(experiment) if experiment else None
    source = source_of(repo)
    answer = source.select(Request(experiment, offset=back, limit=1))
    if answer.runs:
        return answer.runs[0]
    inside = f" in {experiment!r}" if experiment else ""
    counted = f"only {answer.total} runs" if answer.total else "no runs"
    hint = "see: git track ls" if answer.total else "record one: git track run -- COMMAND"
    if experiment and not answer.total:
        hint = did_you_mean(experiment, source.experiments(), hint)
    raise NoSuchRun(f"there is no run {address!r}: there are {counted}{inside}", hint)


def _ambiguous(repo: git.Repo, address: str, runs: list[Raw]) -> AmbiguousRun:
    infos = [reader.decode(repo, raw) for raw in runs]
    more = f" and {len(runs) - 5} more" if len(runs) > 5 else ""
    owned = [owned_name(info, infos) for info in infos if info.name == address.rpartition("/")[2]]
    hint = f"say whose it is: {' or '.join(owned[:3])}; or " if all(owned) and owned else ""
    return AmbiguousRun(
        f"{address!r} is {len(runs)} runs: {', '.join(map(_described, infos[:5]))}{more}",
        f"{hint}give more of the id, or EXPERIMENT/ID",
    )


def owned_name(info: RunInfo, others: Sequence[RunInfo]) -> str:
    """Return the name of a run with its user, and with its host if needed; empty if that is not unique.

    Parameters
    ----------
    info : RunInfo
        A run that has a name.
    others : sequence of RunInfo
        The runs from which the name must tell it; the run itself may be among them.
    """
    same = [other for other in others if other.name == info.name and other.id != info.id]
    if all(other.user != info.user for other in same) and info.user:
        return f"{info.user}/{info.name}"
    if all((other.user, other.host) != (info.user, info.host) for other in same) and info.host:
        return f"{info.user}@{info.host}/{info.name}"
    return ""


def _described(info: RunInfo) -> str:
    """Return the id of a run, its experiment, name, user and age, to tell it from runs of the same name."""
    who = "@".join(filter(None, (info.user, info.host)))
    words = (info.experiment, info.name, who, _age(info.started))
    return f"{info.id} ({', '.join(filter(None, words))})"


def _age(started: str | None) -> str | None:
    try:
        seconds = time.time() - from_iso(started or "")
    except ValueError:
        return None
    sizes = (("days", 86400), ("hours", 3600), ("minutes", 60), ("seconds", 1))
    unit, size = next((pair for pair in sizes if seconds >= 2 * pair[1]), sizes[-1])
    return f"{seconds / size:.0f} {unit} old"


def _none(source: Source, address: str, trashed: bool) -> NoSuchRun:
    newest = source.select(Request(limit=_SIMILAR, summaries=False))
    if not newest.total and not trashed:
        return NoSuchRun(
            f"there is no run {address!r}: no runs are recorded here",
            "record one: git track run -- COMMAND",
        )
    named = source.select(Request(query="has(name)", limit=_SIMILAR))
    candidates = [name for name in map(name_of, named.runs) if name]
    if re.fullmatch("(.*/)?[0-9a-f-]+", address):
        candidates += [raw.id for raw in newest.runs] + [raw.id[16:] for raw in newest.runs]
    hint = f"see what there is: git track {'restore' if trashed else 'ls'}"
    return NoSuchRun(
        f"there is no run {address!r}{' in the trash' if trashed else ''}",
        did_you_mean(address, candidates, hint),
    )


def check_experiment(repo: git.Repo, experiment: str | None) -> None:
    """Raise NoSuchRun, with similar names, for an experiment without runs."""
    if experiment is None:
        return
    names = source_of(repo).experiments()
    hint = "there are: " + ", ".join(names[:5]) if names else "nothing is recorded here yet"
    raise NoSuchRun(
        f"there are no runs of the experiment {experiment!r}",
        did_you_mean(experiment, names, hint),
    )
