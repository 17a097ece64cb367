"""Register a run as a version of a model: an annotated tag on the run commit."""

from __future__ import annotations

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError, did_you_mean
from gittrack.core.registry import names
from gittrack.core.registry.model_state import Model, Version
from gittrack.core.registry.names import REGISTER, Mark
from gittrack.core.run.run_info import DAMAGED, RUNNING, RunInfo
from gittrack.core.standard.collections import Sequence
from gittrack.core.standard.typing import Any
from gittrack.disk import restore
from gittrack.models import ledger
from gittrack.models.ledger import Draft, RegistryChange
from gittrack.read.registry.models import Registry
from gittrack.read.runs import reader
from gittrack.read.runs.reader import Raw

_MOST_METRICS = 1000


def register(
    repo: git.Repo,
    name: str,
    raw: Raw,
    *,
    version: str | None = None,
    artifacts: Sequence[str] = (),
    why: str = "",
) -> tuple[Model, Version]:
    """Register a run as a version of a model.

    Parameters
    ----------
    repo
        The repository.
    name
        The model; it need not exist.
    raw
        The run.  A run whose version was deprecated gets that version again.
    version
        The version, such as ``1.2.0``; None for the next whole number.
    artifacts
        The artifacts that belong to the model: paths of files or folders of the run.  None stands for all.
    why
        The reason, which the tag records.

    Returns
    -------
    tuple
        The model after the change, and the new version.

    Raises
    ------
    TrackError
        If the run is not committed or has no such artifact, if it is a version of the model already, or if
        the version is in use.
    """
    names.check_model(name)
    requested = None if version is None else names.check_version(version)
    info = _committed(repo, raw)
    facts = _facts(repo, raw, info, artifacts)

    def decide(state: Registry, model: Model | None) -> RegistryChange:
        if model is None:
            _check_case(state, name)
        number = _number(model, name, str(raw.commit), requested)
        again = model is not None and any(
            candidate.number == number for candidate in model.versions
        )
        mark = Mark(name, REGISTER, number)
        tag_facts = {"model": name, "version": number, **facts, "why": why}
        summary = ("register", f"{name} {names.short(number)}")
        return RegistryChange([Draft(mark, str(raw.commit), summary, tag_facts, counted=again)])

    model, events = ledger.change(repo, name, decide, f"gittrack: register {name}")
    registered = next(
        candidate for candidate in model.versions if candidate.number == events[0].mark.version
    )
    return model, registered


def _check_case(state: Registry, name: str) -> None:
    """Raise TrackError if the name of a new model differs from another one only in capital letters."""
    alike = [
        other for other in state.tags.models() if other != name and other.lower() == name.lower()
    ]
    if alike:
        raise TrackError(
            f"{name} and the model {alike[0]} differ only in capital letters",
            f"write {alike[0]}, or choose another name",
        )


def _committed(repo: git.Repo, raw: Raw) -> RunInfo:
    info = reader.decode(repo, raw)
    if raw.commit is None:
        hint = (
            "wait until the run ends"
            if info.status == RUNNING
            else "commit the run: git track recover"
        )
        raise TrackError(f"the run {info.id} is {info.status}, not committed yet", hint)
    if info.status == DAMAGED:
        raise TrackError(f"the run {info.id} is damaged: {info.problem}", "see: git track doctor")
    return info


def _number(model: Model | None, name: str, commit: str, requested: str | None) -> str:
    """Return the version that a commit gets.  Raises TrackError if it cannot get one."""
    if model is None:
        return requested or "v1.0.0"
    if model.deprecated:
        tag = next(e.tag for e in model.events if e.mark.kind == names.DEPRECATE)
        raise TrackError(
            f"the model {name} is deprecated", f"undo the deprecation: git tag -d {tag}"
        )
    same = [
        candidate for candidate in model.versions if candidate.commit == commit and candidate.number
    ]
    current = [candidate for candidate in same if not candidate.deprecated]
    if current:
        short = current[0].short
        raise TrackError(
            f"this run is {name} {short} already", f"see: git track model show {name}@{short}"
        )
    if same and requested in (None, same[-1].number):
        return same[-1].number
    by_number = {candidate.number: candidate for candidate in model.versions}
    if requested in by_number:
        short = names.short(str(requested))
        hint = "omit --version for the next number, or choose another version"
        raise TrackError(f"{name} has a version {short} already", hint)
    # A number is not used again while an event of a stage mentions it.
    mentioned = [str(event.text.facts.get("version") or "") for event in model.events]
    highest = max(names.order(number)[0] for number in (*by_number, *mentioned, "v0.0.0"))
    return requested or f"v{highest + 1}.0.0"


def _facts(repo: git.Repo, raw: Raw, info: RunInfo, artifacts: Sequence[str]) -> dict[str, Any]:
    outputs = reader.load_yaml(repo.fetching(), raw, layout.OUTPUTS) or {}
    items = {item["path"]: item for item in outputs.get("outputs", [])}
    paths = list(items) if not artifacts else []
    for name in artifacts:
        chosen = restore.select(items, name)
        if not chosen:
            available = ", ".join(list(items)[:8]) or "none"
            raise TrackError(
                f"the run {info.id} has no artifact {name!r}",
                did_you_mean(name, items, f"it has: {available}"),
            )
        paths += chosen
    lines = [
        {key: items[path][key] for key in ("path", "sha256", "size") if key in items[path]}
        for path in dict.fromkeys(paths)
    ]
    few = len(info.metrics) <= _MOST_METRICS
    return {
        "run": info.id,
        "experiment": info.experiment,
        "name": info.name,
        "status": info.status,
        "fingerprint": info.fingerprint,
        "recipe": info.recipe,
        "metrics": {key: metric.last for key, metric in info.metrics.items()} if few else {},
        "artifacts": lines,
    }
