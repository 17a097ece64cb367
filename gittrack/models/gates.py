"""The conditions of a promotion: allowed stages, queries, a sound run, the user's hook."""

from __future__ import annotations

import json

from gittrack import git
from gittrack.analysis import verdict
from gittrack.core import settings
from gittrack.core.errors import NoSuchRun, TrackError, did_you_mean
from gittrack.core.registry import model_state
from gittrack.core.registry.model_state import Model, Version
from gittrack.core.run.run_info import RunInfo
from gittrack.core.standard.collections import Iterator, Mapping
from gittrack.core.standard.typing import Any
from gittrack.read.registry import moved_tags, version_artifacts, versions
from gittrack.read.runs import reader
from gittrack.read.runs.reader import Raw
from gittrack.record import hooks


class PromotionRefused(TrackError):
    """A gate, a rule or a hook refuses the version."""


def check_stage(config: Mapping[str, str], stage: str) -> None:
    """Raise TrackError if ``track.stages`` lists the allowed stages and this is not one of them."""
    if stage in model_state.DERIVED:
        raise TrackError(
            f"{stage} is the name for versions that are not in any stage",
            "remove the version from its stages: git track model demote NAME@VERSION",
        )
    allowed = settings.words(config, "track.stages")
    if allowed and stage not in allowed:
        raise TrackError(
            f"the stage {stage!r} is not allowed in this repository",
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
    """Check a version for a stage; return the facts that the promotion records.

    Parameters
    ----------
    repo, config
        The repository and its configuration; ``track.gate.STAGE`` is the configured query.
    model, version, stage
        The model, its version, and the stage that the version is promoted to.
    require
        A query of this promotion, which `force` does not skip; None for no query.
    force
        Whether the configured gate and the rules for sound runs may fail.

    Returns
    -------
    dict
        ``gate``, the queries that were passed, and ``forced``, the conditions that failed.

    Raises
    ------
    PromotionRefused
        With the values that failed.
    QueryError
        If a query cannot be parsed.
    NoSuchRun
        If the commit of the version is not a run and a condition needs one.
    """
    configured = config.get(f"track.gate.{stage.lower()}", "")
    try:
        raw = versions.run_of(repo, version)
    except NoSuchRun:  # GTO registers commits of code, which have no run
        if not (configured or require or stage == model_state.PRODUCTION):
            return {}
        raise
    failed = _failed(repo, raw, require) if require else []
    if failed:
        raise _refusal(version, stage, failed, "")
    unmet = _failed(repo, raw, configured) if configured else []
    if unmet and not force:
        raise _refusal(version, stage, unmet, f"track.gate.{stage}")
    unsound = _all_reasons(repo, model, version, stage, raw)
    if unsound and not force:
        raise _unsound_refusal(version, stage, unsound)
    passed = [gate for gate in ("" if unmet else configured, require) if gate]
    forced = [text for text, _ in unsound] + [f"track.gate.{stage}: {text}" for text in unmet]
    return {"gate": " and ".join(passed) or None, "forced": forced}


def _unsound_refusal(
    version: Version, stage: str, unsound: list[tuple[str, str]]
) -> PromotionRefused:
    problems = "; ".join(problem for problem, _ in unsound)
    return PromotionRefused(
        f"{version.model} {version.short} cannot go to {stage}: {problems}",
        f"{unsound[0][1]}; or skip these checks: --force",
    )


def _all_reasons(
    repo: git.Repo, model: Model, version: Version, stage: str, raw: Raw
) -> list[tuple[str, str]]:
    """Return (problem, remedy) for each reason against a stage that ``force`` can skip."""
    reasons = list(_missing(repo, version, raw))
    if stage == model_state.PRODUCTION:
        reasons += _moved(repo, model, version, raw)
        reasons += _unsound(repo, reader.decode(repo, raw))
    return reasons


def _refusal(version: Version, stage: str, failed: list[str], setting: str) -> PromotionRefused:
    source = f" ({setting})" if setting else ""
    hint = "see: git track model show " + f"{version.model}@{version.short}"
    if setting:
        hint += "; or skip this gate: --force"
    if any("verdict" in text for text in failed):
        hint = f"reproduce it first: git track reproduce {version.model}@{version.short}"
    if failed and all('(verdict.evidence is ["' in text for text in failed):
        hint = "verdicts rest on what is compared: git track run --output PATH keeps more"
    if any(f"verdict is {verdict.UNKNOWN!r}" in text for text in failed):
        hint = f"see what is missing: git track reproduce {version.model}@{version.short}"
    return PromotionRefused(
        f"{version.model} {version.short} does not pass the gate of {stage}{source}: {'; '.join(failed)}",
        hint,
    )


def _failed(repo: git.Repo, raw: Raw, query: str) -> list[str]:
    """Return the conditions of a query that fail, each with the actual value."""
    from gittrack.models import verdicts  # noqa: PLC0415 - most promotions pass no gate
    from gittrack.read.runs import filters  # noqa: PLC0415

    return filters.unmet_conditions(repo, raw, query, verdicts.names(repo, raw))


def _missing(repo: git.Repo, version: Version, raw: Raw) -> Iterator[tuple[str, str]]:
    """Yield (problem, remedy) for each artifact of the version that is not in this repository."""
    for absent in version_artifacts.missing_artifacts(repo, version, raw, bring=True):
        yield f"its artifact {absent.path} is not here: {absent.why}", absent.remedy


def _moved(repo: git.Repo, model: Model, version: Version, raw: Raw) -> Iterator[tuple[str, str]]:
    """Yield (problem, remedy) if the tag of the version was moved to another commit."""
    moved = moved_tags.with_moved_version(repo, model, version, raw.body).moved
    if version.event is not None and version.event.tag in {move.tag for move in moved}:
        look = f"see: git track model show {version.model}@{version.short}"
        yield "its tag was moved to another commit", look


def _unsound(repo: git.Repo, info: RunInfo) -> list[tuple[str, str]]:
    """Return (problem, remedy) for each reason why a run cannot go to production."""
    reasons = []
    if not info.finished:
        reasons.append((f"its run is {info.status}, not finished", "register a finished run"))
    if info.code.commit is None and info.code.snapshot is None:
        reasons.append(("its code is not committed", "commit the code and run it again"))
    elif info.code.snapshot and not _is_committed(repo, info.code.snapshot):
        reasons.append(
            ("its code is committed only in its own snapshot", "commit the code to a branch")
        )
    return reasons


def _is_committed(repo: git.Repo, snapshot: str) -> bool:
    """Return whether a branch, or a tag that is not the registry's, has a commit with the same tree."""
    tree = repo.read("rev-parse", "--verify", f"{snapshot}^{{tree}}").decode().strip()
    head = git.resolve(repo, "HEAD")
    ours = ("--exclude=*@*", "--exclude=*#*", "--tags")
    revisions = ("--branches", "--remotes", *ours, *([head] if head else []))
    trees = repo.read("rev-list", "--format=%T", *revisions, "--")
    return tree in trees.decode().split("\n")


def ask_hook(
    repo: git.Repo, config: Mapping[str, str], model: Model, version: Version, stage: str, why: str
) -> str:
    """Run the user's ``pre-promote`` hook, if it exists, and return its output.

    Raises PromotionRefused if the hook fails.
    """
    hooks_folder = hooks.folder(repo, config)
    if not hooks.is_installed(hooks_folder, hooks.PROMOTE):
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
    code, output = hooks.run_hook(repo, hooks_folder, hooks.PROMOTE, variables, {})
    if code != 0:
        answer = output.strip() or f"its exit status is {code}"
        raise PromotionRefused(
            f"the pre-promote hook refused {model.name} {version.short} for {stage}: {answer}",
            "fix what the hook reports, or remove the hook from git's hooks folder",
        )
    return output
