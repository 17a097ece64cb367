"""An address -> one run: ids, prefixes, names, commits, ``@``, ``@~2``, ``digits@``, ``resnet18@3``."""

from __future__ import annotations

import re

from gittrack import git
from gittrack.core.errors import AmbiguousRun, NoSuchRun, did_you_mean
from gittrack.core.run import annotation_log, commit_message
from gittrack.read.runs import reader
from gittrack.read.runs.reader import Raw

# Compiled when first needed: a listing resolves nothing.
_LATEST = r"(?P<experiment>[^@]*)@(?:~(?P<back>[0-9]+))?"
_HEX = r"[0-9a-f-]+"


def resolve(repo: git.Repo, address: str, among: list[Raw] | None = None) -> Raw:
    """Return the run that ``address`` means, with its body; ``among`` are other runs than those listed.

    An address is a full id (``<experiment>/<id>`` too), a unique prefix of an id or of its 8 hex digits, a
    name, a run commit's id, ``@`` (the latest), ``@~2`` (two before it), ``<experiment>@``, or
    ``<model>@<version or stage>``.  Raises NoSuchRun with near matches, AmbiguousRun with the candidates.
    """
    latest = re.fullmatch(_LATEST, address)
    if latest is not None and among is None:
        return _latest(repo, address, latest["experiment"] or None, int(latest["back"] or 0))
    raws = reader.names(repo) if among is None else among
    held = _of_model(repo, address, raws) if "@" in address else None
    if isinstance(held, Raw):
        return held
    found = [raw for raw in raws if address in (raw.id, raw.id[16:], f"{raw.experiment}/{raw.id}")]
    if not found:  # a name is meant before the beginning of an id: runs are called "1" and "bad"
        raws = reader.bodies(repo, raws)
        found = [raw for raw in raws if _name(raw) == address]
    if not found and re.fullmatch(_HEX, address):
        found = [raw for raw in raws if _matches(raw, address)]
    if len(found) == 1:
        return reader.bodies(repo, found)[0]
    if found:
        raise _ambiguous(repo, address, found)
    raise held or _none(address, raws, " in the trash" if among is not None else "")


def _of_model(repo: git.Repo, address: str, raws: list[Raw]) -> Raw | NoSuchRun | None:
    """Return the run of a version of a model, ``resnet18@3``; None where there is no such model.

    One that has no such version or stage is an error only where no run bears that name.
    """
    from gittrack.read.registry import models, versions  # noqa: PLC0415 - most addresses name no model

    try:
        version = models.at(repo, address)
    except versions.NoSuchModel as error:
        return NoSuchRun(error.message, error.hint)
    if version is None:
        return None
    listed = [raw for raw in raws if raw.commit == version.commit]
    return reader.bodies(repo, listed)[0] if listed else versions.run_of(repo, version)


def named(repo: git.Repo, name: str) -> list[Raw]:
    """Return the runs that bear a name, archived ones left aside."""
    return [
        raw
        for raw in reader.whole(repo)
        if _name(raw) == name and not annotation_log.is_archived(raw.said)
    ]


def _matches(raw: Raw, address: str) -> bool:
    short = raw.id[16:]
    commit = raw.commit or ""
    return (
        raw.id.startswith(address)
        or short.startswith(address)
        or (len(address) >= 7 and commit.startswith(address))
    )


def _latest(repo: git.Repo, address: str, experiment: str | None, back: int) -> Raw:
    raws = reader.names(repo, experiment)
    if back < len(raws):
        return reader.bodies(repo, [raws[back]])[0]
    where = f" in {experiment!r}" if experiment else ""
    counted = "no runs" if not raws else f"only {len(raws)} runs"
    hint = "record one: git track run -- COMMAND" if not raws else "see: git track ls"
    if experiment and not raws:
        known = {raw.experiment for raw in reader.names(repo)}
        hint = did_you_mean(experiment, known, hint)
    raise NoSuchRun(f"there is no run {address!r}: there are {counted}{where}", hint)


def _name(raw: Raw) -> str | None:
    if raw.info is not None:
        return raw.info.name
    renamed = [
        op["name"] for op in raw.said if op.get("op") == annotation_log.NAME and "name" in op
    ]
    if renamed:
        return str(renamed[-1]) or None
    try:
        found = commit_message.find(raw.body, "name") if raw.body else None
    except ValueError:
        return None
    return found if isinstance(found, str) else None


def _ambiguous(repo: git.Repo, address: str, found: list[Raw]) -> AmbiguousRun:
    shown = [
        f"{raw.id} ({', '.join(filter(None, (raw.experiment, _name(raw))))})"
        for raw in reader.bodies(repo, found[:5])
    ]
    more = f" and {len(found) - 5} more" if len(found) > 5 else ""
    return AmbiguousRun(
        f"{address!r} is {len(found)} runs: {', '.join(shown)}{more}",
        "give more of the id, or EXPERIMENT/ID",
    )


def _none(address: str, raws: list[Raw], where: str) -> NoSuchRun:
    if not raws and not where:
        return NoSuchRun(
            f"there is no run {address!r}: no runs are recorded here",
            "record one: git track run -- COMMAND",
        )
    known = [name for name in map(_name, raws) if name]
    known += [raw.id for raw in raws] + [raw.id[16:] for raw in raws]
    return NoSuchRun(
        f"there is no run {address!r}{where}",
        did_you_mean(
            address, known, f"see what there is: git track {'restore' if where else 'ls'}"
        ),
    )


def check_experiment(repo: git.Repo, experiment: str | None) -> None:
    """Raise NoSuchRun with near names for an experiment that was found to have no runs."""
    if experiment is None:
        return
    known = sorted({raw.experiment for raw in reader.names(repo)})
    hint = "there are: " + ", ".join(known[:5]) if known else "nothing is recorded here yet"
    raise NoSuchRun(
        f"there are no runs of the experiment {experiment!r}",
        did_you_mean(experiment, known, hint),
    )
