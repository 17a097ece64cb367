"""The arguments of ``wandb.init``, ``wandb.Settings`` and the ``WANDB_*`` variables, in gittrack's terms."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from gittrack.core import layout, yaml_read
from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Mapping
from gittrack.integrations.wandb import notices

_MODES = {"online": "online", "offline": "online", "dryrun": "online", "run": "online"}
_MODES |= {"disabled": "disabled", "shared": "online"}
_WITHOUT_MEANING = {
    "monitor_gym": "log gittrack.Video(frames)",
    "magic": "gittrack.integrations has callbacks of frameworks",
    "fork_from": "resume='must' continues a run that stopped",
    "resume_from": "resume='must' continues a run that stopped",
}


class WandbSettings(dict[str, Any]):
    """``wandb.Settings(mode="disabled")``: the keywords; those that ``init`` has are used."""

    def __init__(self, **keywords: Any) -> None:
        super().__init__(keywords)

    def __getattr__(self, name: str) -> Any:
        return self.get(name)


def variable(name: str) -> str | None:
    """Return a ``WANDB_*`` variable; None if it is empty."""
    return os.environ.get(f"WANDB_{name}") or None


def completed(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of ``init``; what is not set comes from the settings, then from variables."""
    settings = dict(arguments.get("settings") or {})
    variables = {
        "project": variable("PROJECT"),
        "name": variable("NAME"),
        "notes": variable("NOTES"),
        "group": variable("RUN_GROUP"),
        "job_type": variable("JOB_TYPE"),
        "id": variable("RUN_ID"),
        "resume": variable("RESUME"),
        "mode": variable("MODE"),
        "tags": [tag for tag in (variable("TAGS") or "").split(",") if tag] or None,
    }
    values = dict(arguments)
    for name, value in variables.items():
        keys = (name, f"run_{name}")
        options = (values.get(name), *(settings.get(key) for key in keys), value)
        values[name] = next((option for option in options if option is not None), None)
    if (variable("DISABLED") or "").lower() in ("true", "1"):
        values["mode"] = "disabled"
    return values


def ignore_rest(arguments: Mapping[str, Any]) -> None:
    """Print once for each argument that has no meaning here."""
    names = (
        *("entity", "dir", "save_code", "config_exclude_keys", "config_include_keys", "anonymous"),
        *("force", *_WITHOUT_MEANING),
    )
    quiet = {"save_code": True}  # code is always recorded
    notices.ignore(
        "wandb.init",
        {name: arguments.get(name) for name in names if name not in quiet},
        _WITHOUT_MEANING,
    )


def mode(value: str | None) -> str | None:
    """Return the mode of `gittrack.init`.  Raises WandbUsageError for an unknown one."""
    if value is None:
        return None
    if value not in _MODES:
        raise notices.WandbUsageError(f"there is no mode {value!r}", "use online or disabled")
    return _MODES[value]


def experiment(project: str | None) -> str | None:
    """Return the name of a project as that of an experiment."""
    if not project:
        return None
    try:
        return layout.experiment_slug(str(project))
    except TrackError:
        parts = re.split(r"[/\\]+", str(project))
        clean = (re.sub(r"[^A-Za-z0-9._-]+", "-", part).strip("-._") for part in parts)
        return layout.check_experiment("/".join(part for part in clean if part) or "default")


def run_name(name: Any) -> str | None:
    """Return a name that a run can have: one that does not look like an address."""
    if name is None:
        return None
    text = str(name).replace("@", "-at-")[:500]
    return f"run-{text}" if layout.is_id(text[-24:]) else text or None


def config(value: Any) -> Any:
    """Return the config: a mapping or object as it is; text is the path of a YAML file."""
    if not isinstance(value, (str, os.PathLike)):
        return _defaults() if value is None else value
    return _from_file(Path(value))


def _defaults() -> Any:
    """Return what ``WANDB_CONFIG_PATHS`` or ``config-defaults.yaml`` holds; None without them."""
    paths = [Path(path) for path in (variable("CONFIG_PATHS") or "").split(",") if path]
    paths = [path for path in paths or [Path("config-defaults.yaml")] if path.is_file()]
    values: dict[str, Any] = {}
    for path in paths:
        values |= _from_file(path)
    return values or None


def _from_file(path: Path) -> dict[str, Any]:
    try:
        content = yaml_read.load(path.read_bytes(), str(path))
    except OSError as error:
        raise notices.WandbError(f"cannot read {path}: {error.strerror}", "check the path")
    items = content.items() if isinstance(content, dict) else ()
    return {
        key: value["value"] if isinstance(value, dict) and "value" in value else value
        for key, value in items
        if key != "wandb_version"
    }
