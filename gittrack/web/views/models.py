"""Models: the list, and one model with its versions and its history."""

from __future__ import annotations

import shlex
from typing import Any

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.core.registry.model_state import Version
from gittrack.core.standard.collections import Mapping
from gittrack.read.registry.models import Registry
from gittrack.read.registry.signatures import of_versions
from gittrack.read.runs import filters
from gittrack.read.runs.reader import Raw
from gittrack.read.runs.source import Request
from gittrack.read.runs.sources import source_of
from gittrack.show.data import model_json
from gittrack.web.params import Params
from gittrack.web.views import commands, runs

_GATE = "track.gate."  # and a stage, in the configuration
_MOST_JUDGED = 50  # versions, the newest


def view(repo: git.Repo, params: Params) -> dict[str, Any]:
    """Return the document ``models``."""
    models = Registry(repo).overview()
    latest = [model.latest for model in models if model.latest]
    signatures = of_versions(repo, latest)
    ways = [commands.command("the models", "git track model ls", "git tag --list '*@*' '*#*'")]
    return {"models": [model_json.model(model, signatures) for model in models], "commands": ways}


def model(repo: git.Repo, params: Params) -> dict[str, Any]:
    """Return the document ``model``."""
    name = params.required("model")
    state = Registry(repo).model(name)
    newest = list(reversed(state.versions))
    signatures = of_versions(repo, newest)
    raws = {raw.commit: raw for raw in source_of(repo).select(Request()).runs}
    gates = gates_of(repo)
    plain = shlex.join(["git", "tag", "--list", "-n", f"{name}@*", f"{name}#*"])
    return {
        "model": model_json.model(state, signatures),
        "versions": [
            {
                **model_json.version(version, signatures),
                "key": runs.key(raws[version.commit]) if version.commit in raws else None,
                "gates": _judged(repo, version, raws, gates) if number < _MOST_JUDGED else {},
            }
            for number, version in enumerate(newest)
        ],
        "gates": [{"stage": stage, "query": query} for stage, query in gates.items()],
        "history": [model_json.event(state, event) for event in state.events],
        "commands": [
            commands.command("its versions", f"git track model ls {shlex.quote(name)}", plain),
            commands.command(
                "its history",
                f"git track model history {shlex.quote(name)}",
                shlex.join(["git", "for-each-ref", "--sort=creatordate", *_patterns(name)]),
            ),
        ],
    }


def _patterns(name: str) -> list[str]:
    """Return the patterns of the tags of a model, for ``git for-each-ref``."""
    return [f"refs/tags/{name}@*", f"refs/tags/{name}#*"]


def gates_of(repo: git.Repo) -> dict[str, str]:
    """Return {stage: query} of the gates in the configuration."""
    config = git.parse_config(repo.config().output())
    return {
        name.removeprefix(_GATE): query
        for name, query in sorted(config.items())
        if name.startswith(_GATE) and query.strip()
    }


def _judged(
    repo: git.Repo, version: Version, raws: Mapping[str | None, Raw], gates: Mapping[str, str]
) -> dict[str, list[str]]:
    """Return {stage: conditions of its gate that the run of a version does not meet, with the values}."""
    raw = raws.get(version.commit)
    if raw is None:
        return {}
    unmet = {}
    for stage, query in gates.items():
        try:
            unmet[stage] = filters.unmet_conditions(repo, raw, query)
        except TrackError as error:
            unmet[stage] = [error.message]
    return unmet
