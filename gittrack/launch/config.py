"""The resolved configuration of a run: files, later ones over earlier ones, and ``-S`` on top."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gittrack.core import layout, nested, values, yaml_read
from gittrack.core.errors import TrackError, did_you_mean
from gittrack.core.run import commit_message

_ABSENT = object()
_DESCRIPTORS = ("/dev/fd/", "/proc/", "/dev/stdin")


def resolve(files: Sequence[str], overrides: Sequence[str]) -> dict[str, Any]:
    """Return the configuration of a command.

    Parameters
    ----------
    files
        YAML or JSON files, a later one over an earlier one; default: params.yaml, if it exists.
    overrides
        ``KEY=VALUE`` changes a key of the files, ``+KEY=VALUE`` adds one.

    Raises
    ------
    TrackError
        For a file that is missing or broken, and for a key that the files do not have.
    """
    chosen = list(files) or [name for name in (layout.PARAMS,) if Path(name).is_file()]
    config: dict[str, Any] = {}
    for name in chosen:
        config = nested.merge(config, _load(name))
    for text in overrides:
        config = _override(config, text, strict=bool(chosen))
    return config


def override(config: Mapping[str, Any], overrides: Sequence[str]) -> dict[str, Any]:
    """Return a configuration with ``KEY=VALUE`` overrides.  Raises TrackError for an unknown key."""
    result = dict(config)
    for text in overrides:
        result = _override(result, text, strict=True)
    return result


def pick(config: Mapping[str, Any], overrides: Sequence[str]) -> dict[str, Any]:
    """Return the part of a resolved configuration that the overrides name."""
    part: dict[str, Any] = {}
    for text in overrides:
        parts = commit_message.parts(text.partition("=")[0].removeprefix("+"))
        part = nested.set_path(part, parts, nested.at_path(config, parts))
    return part


def _load(name: str) -> dict[str, Any]:
    try:
        # The pipe of `-p <(command)` has a writer; a named pipe may have none, and reading would not end.
        named_pipe = stat.S_ISFIFO(os.stat(name).st_mode) and not name.startswith(_DESCRIPTORS)
        if named_pipe:
            raise TrackError(
                f"the configuration {name} is a named pipe",
                "write it into a file, or use -p <(COMMAND)",
            )
        with open(name, "rb") as file:
            data = file.read(yaml_read.MAX_BYTES + 1)
    except OSError as error:
        raise TrackError(
            f"the configuration {name} cannot be read: {error.strerror}", "check the path"
        )
    content = yaml_read.load(data, name)
    if content is not None and not isinstance(content, dict):
        raise TrackError(f"{name} is not a mapping of names to values", "write 'name: value' lines")
    return values.config_dict(content or {})


def _override(config: dict[str, Any], text: str, *, strict: bool) -> dict[str, Any]:
    key, equals, value = text.partition("=")
    new = key.startswith("+")
    parts = commit_message.parts(key.removeprefix("+")) if equals else ()
    if not equals or not all(parts):
        raise TrackError(f"-S {text} is not KEY=VALUE", "write it like this: -S lr=1e-3")
    keys = commit_message.dotted(config)
    if strict and not new and nested.at_path(config, parts, _ABSENT) is _ABSENT:
        name = commit_message.join_key(parts)
        near = did_you_mean(name, keys, f"it has: {', '.join(keys)};" if keys else "")
        add = f"add a new one with: -S +{text}"
        raise TrackError(f"the configuration has no key {name!r}", f"{near} {add}".lstrip())
    parsed = yaml_read.load(value.encode(), f"-S {key}")
    return values.config_dict(nested.set_path(config, parts, parsed))
