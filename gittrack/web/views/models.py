"""Models: the list, and one model with its versions and its history."""

from __future__ import annotations

import shlex
from typing import Any

from gittrack import git
from gittrack.read.registry.models import Registry
from gittrack.read.registry.signatures import of_versions
from gittrack.read.runs.source import Request
from gittrack.read.runs.sources import source_of
from gittrack.show.data import model_json
from gittrack.web.params import Params
from gittrack.web.views import commands, runs


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
    keys = {
        raw.commit: runs.key(raw) for raw in source_of(repo).select(Request(summaries=False)).runs
    }
    plain = shlex.join(["git", "tag", "--list", "-n", f"{name}@*", f"{name}#*"])
    return {
        "model": model_json.model(state, signatures),
        "versions": [
            {**model_json.version(version, signatures), "key": keys.get(version.commit)}
            for version in newest
        ],
        "history": [model_json.event(state, event) for event in state.events],
        "commands": [
            commands.command("its history", f"git track model history {shlex.quote(name)}", plain)
        ],
    }
