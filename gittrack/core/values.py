"""Convert the values of users to plain Python values, exactly; errors name the key."""

from __future__ import annotations

import os
import sys

from gittrack.core import foreign_objects, layout
from gittrack.core.errors import TrackError
from gittrack.core.nested import MAX_DEPTH
from gittrack.core.scalars import quote
from gittrack.core.standard.collections import Mapping, Set
from gittrack.core.standard.typing import Any

MAX_LEAVES = 100_000
MAX_TEXT = 10 << 20
MAX_KEY = 500
_HUGE = 10**4300  # Python cannot print or read a longer integer


def check_name(name: object, kind: str) -> str:
    """Return ``name`` as plain text if it can be the name of a ``kind``: a metric, param, tag or run.

    A name has 1 to 500 characters and no NUL.  Raises TrackError for other names.
    """
    if not isinstance(name, str):
        raise TrackError(f"the name of a {kind} is {_text(name)}, not text", "use a string")
    if not name or "\0" in name or len(name) > MAX_KEY:
        problem = "empty" if not name else "longer than 500 characters"
        problem = "a name with a NUL character" if "\0" in name else problem
        raise TrackError(f"the name of a {kind} is {problem}", "use a short word")
    if len(name) > 160 and len(quote(name)) > 1000:  # the longest key that YAML reads on one line
        problem = "longer than 1000 characters when its control characters are escaped"
        raise TrackError(f"the name of a {kind} is {problem}", "use a short word")
    return str.__str__(name)  # `str` of a member of an enumeration is another text


def check_run_name(name: object) -> str:
    """Return ``name`` if it can be the name of a run.

    Raises TrackError for a name that `check_name` refuses, or that could be the address of another run.
    """
    run_name = check_name(name, "run")
    if "@" in run_name or layout.is_id(run_name[-24:]):
        raise TrackError(
            f"{run_name!r} cannot be the name of a run: it looks like an address",
            "use a name without '@' that is not a run id",
        )
    return run_name


def check_text(text: object, kind: str) -> str:
    """Return ``text`` if it can be the ``kind`` of a run: no NUL, at most 10 << 20 characters."""
    if not isinstance(text, str):
        raise TrackError(
            f"the {kind} is {short_text(text)}, not text", f"pass the {kind} as a string"
        )
    if "\0" in text:
        raise TrackError(f"the {kind} has a NUL character", "remove it")
    if len(text) > MAX_TEXT:
        raise TrackError(
            f"the {kind} has more than {MAX_TEXT >> 20} million characters", "shorten it"
        )
    return str.__str__(text)


def check_path(path: object, kind: str) -> str:
    """Return a path as text.  Raises TrackError for an object that is not a path."""
    if not isinstance(path, (str, bytes, os.PathLike)):
        raise TrackError(f"the {kind} is {_text(path):.40}, not a path", "pass a file or folder")
    return os.fsdecode(path)


def config_dict(config: Any, as_text: list[str] | None = None) -> dict[str, Any]:
    """Return a user's configuration as a nested dict of plain values.

    Parameters
    ----------
    config : object
        A mapping (OmegaConf's too), an argparse namespace, a dataclass, a model of pydantic or attrs, or an
        object with ``.to_dict()``.
    as_text : list of str, optional
        The names of the params whose values are stored as text, because they have no plain form, are
        appended to it.

    Raises
    ------
    TrackError
        If a value cannot be stored; the error names its key.
    """
    value = _readable(config, "config")
    if value is None:
        raise TrackError(
            f"the config is a {type(config).__name__}, not a mapping",
            "pass a dict, a namespace, a dataclass or something with .to_dict()",
        )
    return _Plain([] if as_text is None else as_text).mapping(value, ())


def _readable(value: Any, name: str) -> Mapping[Any, Any] | None:
    """Return the mapping of an object.  Raises TrackError if the code of the object raises any error."""
    try:
        return foreign_objects.mapping_of(value)
    except TrackError:
        raise
    except Exception as error:
        raise TrackError(
            f"{name} cannot be read: {type(error).__name__}: {error}",
            "give it a value, or leave it out",
        ) from error


def plain(value: Any, name: str) -> Any:
    """Return one value as a plain Python value; errors name it ``name``."""
    return _Plain(None).value(value, (name,))


def short_text(value: object) -> str:
    """Return a value as text for an error: at most 60 characters, and its type."""
    text = _text(value)
    text = text if len(text) <= 60 else text[:57] + "..."
    return f"{text} ({type(value).__name__})"


def _text(value: object) -> str:
    huge = isinstance(value, int) and abs(value) >= _HUGE
    return "an integer of more than 4,300 digits" if huge else repr(value)


class _Plain:
    """One pass over a configuration; it counts the values, so that an endless one is refused early."""

    def __init__(self, as_text: list[str] | None) -> None:
        self.leaves = 0
        self.as_text = as_text  # None: a value that has only a text form is refused

    def mapping(self, value: Mapping[Any, Any], path: tuple[str, ...]) -> dict[str, Any]:
        if len(path) >= MAX_DEPTH:
            raise TrackError(
                f"the config is nested more than {MAX_DEPTH} levels deep at {'.'.join(path[:3])}...",
                "flatten it",
            )
        result: dict[str, Any] = {}
        for key, item in value.items():
            name = check_name(self.key(key, path), "param")
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
        if foreign_objects.is_member(value):
            return self.value(value.value, path)
        if isinstance(value, os.PathLike):
            return self.text(os.fsdecode(os.fspath(value)), path)
        datetime = sys.modules.get("datetime")  # without it there is no such value
        if datetime and isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
            return value.isoformat()
        if isinstance(value, Set):
            return sorted((self.value(item, path) for item in value), key=_rank)
        if isinstance(value, float) or (isinstance(value, int) and -_HUGE < value < _HUGE):
            return float(value) if isinstance(value, float) else int(value)
        return self.foreign(value, path)

    def foreign(self, value: Any, path: tuple[str, ...]) -> Any:
        """Return the plain form of an object of another type than the values of Python."""
        name = f"the param {'.'.join(path)!r}"
        nested = _readable(value, name)
        if nested is not None:
            return self.mapping(nested, path)
        items = foreign_objects.list_of(value)
        if items is not None:
            return self.sequence(items, path)
        if callable(getattr(value, "tolist", None)) and not isinstance(value, type):
            plain_form = value.tolist()  # NumPy and torch, scalars and arrays
            if isinstance(plain_form, list):
                return self.sequence(plain_form, path)
            if type(plain_form) is not type(value):  # np.longdouble has no plain form
                return self.value(plain_form, path)
        if isinstance(value, int):
            raise TrackError(f"{name} is {short_text(value)}, which cannot be stored", "pass text")
        return self.text_of(value, path)

    def text_of(self, value: Any, path: tuple[str, ...]) -> str:
        if self.as_text is None:
            raise TrackError(
                f"the param {'.'.join(path)!r} is {short_text(value)}, which cannot be stored",
                "pass text, a number, a list or a mapping",
            )
        self.as_text.append(".".join(path))
        try:
            return self.text(foreign_objects.text_of(value), path)
        except TypeError as error:
            message = f"the param {'.'.join(path)!r} cannot be stored: {error}"
            raise TrackError(message, "pass text, a number, a list or a mapping") from error

    def key(self, key: Any, path: tuple[str, ...]) -> str:
        """Return a key as JSON writes it (true, null, 1), or the text of an object that JSON cannot write."""
        plain = key if isinstance(key, str) else foreign_objects.key_of(key)
        if isinstance(plain, str):
            return str.__str__(plain)
        if plain is None or isinstance(plain, bool):
            return {None: "null", True: "true", False: "false"}[plain]
        if isinstance(plain, int) and -_HUGE < plain < _HUGE:
            return int.__repr__(plain)
        if isinstance(plain, float):
            return float.__repr__(plain)
        if isinstance(plain, int):
            return check_name(plain, "param")
        return self.text_of(plain, (*path, foreign_objects.text_of(plain)))

    def sequence(self, value: list[Any], path: tuple[str, ...]) -> list[Any]:
        if len(path) >= MAX_DEPTH:
            raise TrackError(f"a list is nested more than {MAX_DEPTH} levels deep", "flatten it")
        return [self.value(item, (*path, str(index))) for index, item in enumerate(value)]


def _rank(value: Any) -> tuple[str, Any]:
    return str(type(value)), repr(value) if isinstance(value, list) else value
