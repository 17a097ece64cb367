"""What users hand over -> plain Python values, exactly, or an error that names the key."""

from __future__ import annotations

import datetime
import enum
import math
import os
from collections.abc import Mapping
from typing import Any

from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.nested import MAX_DEPTH
from gittrack.core.scalars import quote

MAX_LEAVES = 100_000
MAX_TEXT = 10 << 20
MAX_KEY = 500
_HUGE = 10**4300  # Python neither prints nor reads a longer integer
MOST = 10**299  # readers take a metric and its step up to 10**300: room to count on from here


def check_name(name: object, what: str) -> str:
    """Return ``name`` if it can name a metric, param, tag or run: 1 to 500 characters, no NUL."""
    if not isinstance(name, str):
        raise TrackError(f"the name of a {what} is {name!r}, not text", "use a string")
    if not name or "\0" in name or len(name) > MAX_KEY:
        problem = "empty" if not name else "longer than 500 characters"
        problem = "a name with a NUL character" if "\0" in name else problem
        raise TrackError(f"the name of a {what} is {problem}", "use a short word")
    if len(name) > 160 and len(quote(name)) > 1000:  # YAML reads no longer key on one line
        problem = "longer than 1000 characters when its control characters are escaped"
        raise TrackError(f"the name of a {what} is {problem}", "use a short word")
    return name


def check_run_name(name: object) -> str:
    """Return ``name`` if it can name a run: as `check_name`, and nothing that addresses another one."""
    found = check_name(name, "run")
    if "@" in found or layout.is_id(found[-24:]):
        raise TrackError(
            f"{found!r} cannot be the name of a run: it looks like an address",
            "use a name without '@' that is no run id",
        )
    return found


def check_text(text: object, what: str) -> str:
    """Return ``text`` if it can be the ``what`` of a run: text without NUL of at most 10 MiB characters."""
    if not isinstance(text, str):
        raise TrackError(f"the {what} is {_short(text)}, not text", f"pass the {what} as a string")
    if "\0" in text:
        raise TrackError(f"the {what} has a NUL character", "remove it")
    if len(text) > MAX_TEXT:
        raise TrackError(
            f"the {what} has more than {MAX_TEXT >> 20} million characters", "shorten it"
        )
    return str.__str__(text)


def config_dict(config: Any) -> dict[str, Any]:
    """Return a user's configuration as a nested dict of plain values.

    Takes mappings (OmegaConf's too), argparse namespaces, dataclasses and objects with
    ``.to_dict()``.  Raises TrackError naming the key of what cannot be stored.
    """
    value = _mapping_of(config)
    if value is None:
        raise TrackError(
            f"the config is a {type(config).__name__}, not a mapping",
            "pass a dict, a namespace, a dataclass or something with .to_dict()",
        )
    return _Plain().mapping(value, ())


def plain(value: Any, name: str) -> Any:
    """Return one value as plain Python; ``name`` is what an error calls it."""
    return _Plain().value(value, (name,))


def number(value: Any, name: str) -> int | float:
    """Return the value of the metric ``name`` as an int or float, exactly.

    Takes Python, NumPy and torch scalars and arrays of one element.  Raises TrackError otherwise.
    """
    if type(value) is float:
        return value
    if isinstance(value, int) and -MOST < value < MOST:
        return int(value)
    if isinstance(value, float):  # a subclass: np.float64
        return float(value)
    item = getattr(value, "item", None)
    if (item is not None and getattr(value, "size", 1) in (1, item)) or _one_element(value):
        found = item() if item is not None else value
        if type(found) in (int, float, bool):
            return number(found, name)
        value = found
    try:
        as_float = float(value) if not isinstance(value, (str, bytes)) else None
    except (TypeError, ValueError, OverflowError):  # OverflowError: an int beyond all floats
        as_float = None
    if as_float is not None and (value == as_float or math.isnan(as_float)):
        return as_float
    raise TrackError(
        f"the metric {name!r} is {_short(value)}, not a number that a float holds exactly",
        "log a number; text belongs into params, notes or tags",
    )


def _one_element(value: Any) -> bool:
    count = getattr(value, "numel", None)
    return count is not None and callable(count) and count() == 1


def _short(value: object) -> str:
    huge = isinstance(value, int) and abs(value) >= _HUGE
    text = "an integer of more than 4,300 digits" if huge else repr(value)
    text = text if len(text) <= 60 else text[:57] + "..."
    return f"{text} ({type(value).__name__})"


def _mapping_of(value: Any) -> Mapping[Any, Any] | None:
    if isinstance(value, Mapping):
        return value
    if isinstance(value, type):
        return None
    if hasattr(type(value), "__dataclass_fields__"):
        import dataclasses  # noqa: PLC0415 - 10 ms that only those pay who use it anyway

        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    to_dict = getattr(value, "to_dict", None)
    if callable(to_dict):
        result = to_dict()
        return result if isinstance(result, Mapping) else None
    if type(value).__name__ in ("Namespace", "SimpleNamespace"):
        return dict(vars(value))
    if hasattr(value, "keys") and hasattr(value, "__getitem__"):
        return {key: value[key] for key in value.keys()}  # noqa: SIM118 - not a Mapping
    return None


class _Plain:
    """One pass over a configuration; counts leaves so that a runaway one is refused early."""

    def __init__(self) -> None:
        self.leaves = 0

    def mapping(self, value: Mapping[Any, Any], path: tuple[str, ...]) -> dict[str, Any]:
        if len(path) >= MAX_DEPTH:
            raise TrackError(
                f"the config is nested more than {MAX_DEPTH} levels deep at {'.'.join(path[:3])}...",
                "flatten it",
            )
        result: dict[str, Any] = {}
        for key, item in value.items():
            name = check_name(_key(key), "param")
            if name in result:
                raise TrackError(
                    f"the config has the key {name!r} twice, as text and as {type(key).__name__}",
                    "rename one of them",
                )
            result[name] = self.value(item, (*path, name))
        return result

    def value(self, value: Any, path: tuple[str, ...]) -> Any:
        self.leaves += 1
        if self.leaves > MAX_LEAVES:
            raise TrackError(
                f"the config has more than {MAX_LEAVES:,} values",
                "log data with run.log_artifact or run.log_input",
            )
        if value is None or type(value) in (bool, float):
            return value
        if type(value) is int and -_HUGE < value < _HUGE:
            return value
        if isinstance(value, str):
            return self.text(value, path)
        return self.other(value, path)

    def text(self, value: str, path: tuple[str, ...]) -> str:
        name = ".".join(path)
        if "\0" in value:
            raise TrackError(f"the value of {name!r} has a NUL character", "remove it")
        if len(value) > MAX_TEXT:
            raise TrackError(
                f"the value of {name!r} has more than {MAX_TEXT >> 20} million characters",
                "log it with run.log_artifact",
            )
        return str.__str__(value)  # str() of a member of a text enumeration is its name

    def other(self, value: Any, path: tuple[str, ...]) -> Any:
        if isinstance(value, enum.Enum):
            return self.value(value.value, path)
        if isinstance(value, os.PathLike):
            return self.text(os.fsdecode(os.fspath(value)), path)
        if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
            return value.isoformat()
        if isinstance(value, (set, frozenset)):
            return sorted((self.value(item, path) for item in value), key=_rank)
        if isinstance(value, (list, tuple)):
            return self.sequence(list(value), path)
        nested = _mapping_of(value)
        if nested is not None:
            return self.mapping(nested, path)
        if isinstance(value, float) or (isinstance(value, int) and -_HUGE < value < _HUGE):
            return float(value) if isinstance(value, float) else int(value)
        if callable(getattr(value, "tolist", None)):  # NumPy and torch, scalars and arrays
            listed = value.tolist()
            if isinstance(listed, list):
                return self.sequence(listed, path)
            if type(listed) is not type(value):  # np.longdouble has no plain form
                return self.value(listed, path)
        raise TrackError(
            f"the param {'.'.join(path)!r} is {_short(value)}, which cannot be stored",
            "pass text, a number, a list or a mapping",
        )

    def sequence(self, value: list[Any], path: tuple[str, ...]) -> list[Any]:
        if len(path) >= MAX_DEPTH:
            raise TrackError(f"a list is nested more than {MAX_DEPTH} levels deep", "flatten it")
        return [self.value(item, (*path, str(index))) for index, item in enumerate(value)]


def _rank(value: Any) -> tuple[str, Any]:
    return str(type(value)), repr(value) if isinstance(value, list) else value


def _key(key: Any) -> Any:
    """Return a key as JSON writes it: true, null, 1."""
    if isinstance(key, str):
        return str.__str__(key)
    if key is None or isinstance(key, bool):
        return {None: "null", True: "true", False: "false"}[key]
    if isinstance(key, int):
        return int.__repr__(key) if -_HUGE < key < _HUGE else key
    return float.__repr__(key) if isinstance(key, float) else key
