"""The resolved configuration of a run: files, later ones over earlier ones, and ``-S`` on top."""

from __future__ import annotations

import os
import stat

from gittrack.core import layout, nested, values
from gittrack.core.errors import TrackError, did_you_mean
from gittrack.core.run import commit_message
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.core.standard.pathlib import Path
from gittrack.core.standard.typing import Any, NamedTuple

_ABSENT = object()
_DESCRIPTORS = ("/dev/fd/", "/proc/", "/dev/stdin")


def resolve(files: Sequence[str], overrides: Sequence[str]) -> dict[str, Any]:
    """Return the configuration of a command.

    Parameters
    ----------
    files
        YAML or JSON files, a later item over an earlier one; default: params.yaml, if it exists.
    overrides
        ``KEY=VALUE`` changes a key of the files, ``+KEY=VALUE`` adds one.

    Raises
    ------
    TrackError
        For a file that is missing or broken, and for a key that the files do not have.
    """
    chosen = files_of(files)
    config: dict[str, Any] = {}
    for name in chosen:
        config = nested.merge(config, _load(name))
    return _override_all(config, overrides, strict=bool(chosen))


def files_of(files: Sequence[str]) -> list[str]:
    """Return the files of a configuration: params.yaml, if it exists, unless there are others."""
    return list(files) or [name for name in (layout.PARAMS,) if Path(name).is_file()]


def override(config: Mapping[str, Any], overrides: Sequence[str]) -> dict[str, Any]:
    """Return a configuration with ``KEY=VALUE`` overrides.  Raises TrackError for an unknown key."""
    return _override_all(config, overrides, strict=True)


def pick(config: Mapping[str, Any], overrides: Sequence[str]) -> dict[str, Any]:
    """Return the part of a resolved configuration that the overrides name."""
    part: dict[str, Any] = {}
    for parts in sorted(
        map(commit_message.parts, names(overrides)), key=len
    ):  # a group before values in it
        part = nested.set_path(part, parts, nested.at_path(config, parts))
    return part


def names(overrides: Sequence[str]) -> list[str]:
    """Return the dotted names of the params that the overrides set."""
    return [text.partition("=")[0].removeprefix("+") for text in overrides]


def _load(name: str) -> dict[str, Any]:
    from gittrack.core import yaml_read  # noqa: PLC0415 - many commands have no configuration

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


class _Override(NamedTuple):
    """A word of ``-S``: its text, the parts of its key, whether the key is new, and the value."""

    text: str
    parts: tuple[str, ...]
    is_new: bool
    value: Any


def _override_all(
    config: Mapping[str, Any], texts: Sequence[str], *, strict: bool
) -> dict[str, Any]:
    """Return a configuration with overrides; the choice of a group comes before the values in it."""
    overrides = [_parse(text) for text in texts]
    groups = [item for item in overrides if _is_group(item, overrides)]
    result = dict(config)
    for override in (*groups, *(item for item in overrides if item not in groups)):
        if strict and not override.is_new:
            _check_key((config, result), override)
        result = values.config_dict(nested.set_path(result, override.parts, override.value))
    return result


def _is_group(override: _Override, others: Sequence[_Override]) -> bool:
    """Return whether an override chooses a group, of which another one changes a value."""
    parts, length = override.parts, len(override.parts)
    return not isinstance(override.value, dict) and any(
        len(other.parts) > length and other.parts[:length] == parts for other in others
    )


def _parse(text: str) -> _Override:
    key, equals, value = text.partition("=")
    parts = commit_message.parts(key.removeprefix("+")) if equals else ()
    if not equals or not all(parts):
        raise TrackError(f"-S {text} is not KEY=VALUE", "write it like this: -S lr=1e-3")
    from gittrack.core import yaml_read  # noqa: PLC0415 - many commands have no configuration

    parsed = yaml_read.load(value.encode(), f"-S {key}")
    return _Override(text, parts, key.startswith("+"), parsed)


def _check_key(configs: Sequence[Mapping[str, Any]], override: _Override) -> None:
    """Raise TrackError if no configuration has a key."""
    parts = override.parts
    if any(nested.at_path(config, parts, _ABSENT) is not _ABSENT for config in configs):
        return
    keys, name = commit_message.dotted(configs[-1]), commit_message.join_key(parts)
    near = did_you_mean(name, keys, f"it has: {', '.join(keys)};" if keys else "")
    add = f"add a new one with: -S +{override.text}"
    raise TrackError(f"the configuration has no key {name!r}", f"{near} {add}".lstrip())
