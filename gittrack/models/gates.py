"""What must hold before a version may be promoted: allowed stages, queries, a sound run, the user's hook."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from gittrack import git
from gittrack.analysis import verdict
from gittrack.core import settings
from gittrack.core.errors import NoSuchRun, TrackError, did_you_mean
from gittrack.core.fast_typing import Any
from gittrack.core.registry import model_state
from gittrack.core.registry.model_state import Model, Version
from gittrack.core.run.run_info import RunInfo
from gittrack.read.registry import moved_tags, version_artifacts, versions
from gittrack.read.runs import reader
from gittrack.read.runs.reader import Raw
from gittrack.record import hooks


class Refused(TrackError):
    """A gate, a rule or a hook does not let the version pass."""


def check_stage(config: Mapping[str, str], stage: str) -> None:
    """Raise TrackError where ``track.stages`` lists the stages and this is none of them."""
    if stage in model_state.DERIVED:
        raise TrackError(
            f"{stage} is said of versions that are in no stage",
            "take it out of its stages: git track model demote NAME@VERSION",
        )
    allowed = settings.words(config, "track.stages")
    if allowed and stage not in allowed:
        raise TrackError(
            f"there is no stage {stage!r} here",
            did_you_mean(stage, allowed, f"track.stages allows: {', '.join(allowed)}"),
        )


def check(
    repo: git.Repo,
    config: Mapping[str, str],
    model: Model,
    version: Version,
    stage: str,
    *,
    require: str | None,
    force: bool,
) -> dict[str, Any]:
    """Return what the promotion should record: the gates that were passed, and what was forced.

    Raises Refused with the values that failed, QueryError for a query that cannot be understood.
    """
    configured = config.get(f"track.gate.{stage.lower()}", "")
    try:
        raw = versions.run_of(repo, version)
    except NoSuchRun:  # a commit of the code, which GTO registered
        if not (configured or require or stage == model_state.PRODUCTION):
            return {}
        raise
    if require:
        failed = _failed(repo, raw, require)
        if failed:
            raise _refusal(version, stage, failed, "")
    unmet = (
        [f"track.gate.{stage}: {text}" for text in _failed(repo, raw, configured)]
        if configured
        else []
    )
    if unmet and not force:
        raise _refusal(
            version, stage, [text.partition(": ")[2] for text in unmet], f"track.gate.{stage}"
        )
    unsound = list(_missing(repo, version, raw))
    if stage == model_state.PRODUCTION:
        unsound += _moved(repo, model, version, raw)
        unsound += _unsound(repo, reader.decode(repo, raw))
    if unsound and not force:
        raise Refused(
            f"{version.model} {version.short} cannot go to {stage}: {'; '.join(text for text, _ in unsound)}",
            f"{unsound[0][1]}; or promote it all the same: --force",
        )
    passed = [gate for gate in (configured if not unmet else "", require) if gate]
    forced = [*(text for text, _ in unsound), *unmet]
    return {"gate": " and ".join(passed) or None, "forced": forced}


def _refusal(version: Version, stage: str, failed: list[str], setting: str) -> Refused:
    where_from = f" ({setting})" if setting else ""
    hint = "see: git track model show " + f"{version.model}@{version.short}"
    if setting:
        hint += "; or promote it all the same: --force"
    if any("verdict" in text for text in failed):
        hint = f"reproduce it first: git track reproduce {version.model}@{version.short}"
    if any(f"verdict is {verdict.UNKNOWN!r}" in text for text in failed):
        hint = (
            "its run has nothing to compare: register one that logs a metric or keeps an --output"
        )
    return Refused(
        f"{version.model} {version.short} does not pass the gate of {stage}{where_from}: {'; '.join(failed)}",
        hint,
    )


def _failed(repo: git.Repo, raw: Raw, query: str) -> list[str]:
    """Return the parts of a query that do not hold, each with the values that it met."""
    from gittrack.models import verdicts  # noqa: PLC0415 - most promotions pass no gate
    from gittrack.read.runs import filters  # noqa: PLC0415

    more = {"verdict": lambda: verdicts.best(repo, raw)}
    return filters.unmet(repo, raw, query, more)


def _missing(repo: git.Repo, version: Version, raw: Raw) -> Iterator[tuple[str, str]]:
    """Tell which artifacts of the version are not in this repository."""
    for absent in version_artifacts.missing(repo, version, raw):
        yield f"its artifact {absent.path} is not here: {absent.why}", absent.remedy


def _moved(repo: git.Repo, model: Model, version: Version, raw: Raw) -> Iterator[tuple[str, str]]:
    """Tell where the tag of the version does not name what it was made for."""
    moved = moved_tags.with_run(repo, model, version, raw.body).moved
    if version.event is not None and version.event.tag in {move.tag for move in moved}:
        look = f"see: git track model show {version.model}@{version.short}"
        yield "its tag was moved to another commit", look


def _unsound(repo: git.Repo, info: RunInfo) -> list[tuple[str, str]]:
    """Return why a run is nothing to put into production, each with what can be done."""
    reasons = []
    if not info.finished:
        reasons.append((f"its run is {info.status}, not finished", "register a finished run"))
    if info.code.commit is None and info.code.snapshot is None:
        reasons.append(("its code is not committed", "commit the code and run it again"))
    elif info.code.snapshot and not _is_committed(repo, info.code.snapshot):
        reasons.append(
            ("its code is committed nowhere but in its own snapshot", "commit it to a branch")
        )
    return reasons


def _is_committed(repo: git.Repo, snapshot: str) -> bool:
    """Say whether a commit of a branch or a tag, of the registry's none, has the very tree that ran."""
    tree = repo.read("rev-parse", "--verify", f"{snapshot}^{{tree}}").decode().strip()
    head = git.resolve(repo, "HEAD")
    ours = ("--exclude=*@*", "--exclude=*#*", "--tags")
    revisions = ("--branches", "--remotes", *ours, *([head] if head else []))
    trees = repo.read("rev-list", "--format=%T", *revisions, "--")
    return tree in trees.decode().split("\n")


def ask_hook(
    repo: git.Repo, config: Mapping[str, str], model: Model, version: Version, stage: str, why: str
) -> str:
    """Run the user's ``pre-promote`` hook, if there is one; return what it said.  Raises Refused."""
    hooks_folder = hooks.folder(repo, config)
    if not hooks.is_there(hooks_folder, hooks.PROMOTE):
        return ""
    holder = model.stages.get(stage)
    variables = {
        "GITTRACK_MODEL": model.name,
        "GITTRACK_VERSION": version.number,
        "GITTRACK_STAGE": stage,
        "GITTRACK_FROM": version.stage,
        "GITTRACK_REPLACES": holder.number if holder else "",
        "GITTRACK_COMMIT": version.commit,
        "GITTRACK_RUN": str(version.facts.get("run") or ""),
        "GITTRACK_METRICS": json.dumps(version.facts.get("metrics") or {}),
        "GITTRACK_WHY": why,
    }
    code, output = hooks.started(repo, hooks_folder, hooks.PROMOTE, variables, {})
    if code != 0:
        answer = output.strip() or f"it ended with {code}"
        raise Refused(
            f"the pre-promote hook refused {model.name} {version.short} for {stage}: {answer}",
            "make it content, or take it out of git's hooks folder",
        )
    return output
