"""Convert objects of other libraries in a configuration to a mapping, a list, a number or text.

An object is recognized by its attributes and methods, so that none of the libraries is imported.
"""

from __future__ import annotations

import os
import sys

from gittrack.core.standard.collections import Mapping, Sequence, ValuesView
from gittrack.core.standard.later import re
from gittrack.core.standard.typing import Any

_MOST_TEXT = 10_000  # characters of the text that represents an object
_ADDRESS = " at 0x[0-9A-Fa-f]+"


def mapping_of(value: Any) -> Mapping[Any, Any] | None:
    """Return the mapping that an object is or can be converted to; None for other objects.

    Takes mappings, OmegaConf, dataclasses, pydantic, attrs, argparse and objects with ``.to_dict()``.
    """
    if isinstance(value, type):
        return None
    if type(value).__module__.startswith("omegaconf."):
        value = sys.modules["omegaconf"].OmegaConf.to_container(value, resolve=True)
    if isinstance(value, Mapping):
        return value
    fields = _fields(value)
    if fields is not None:  # a field that was declared and never set has no value
        return {name: getattr(value, name) for name in fields if hasattr(value, name)}
    for name in ("to_dict", "model_dump"):
        method = getattr(value, name, None)
        if callable(method):
            result = method()
            return result if isinstance(result, Mapping) else None
    if hasattr(kind := type(value), "__fields__") and hasattr(kind, "parse_obj"):  # pydantic 1
        return dict(value.dict())
    if type(value).__name__ in ("Namespace", "SimpleNamespace"):
        return dict(vars(value))
    if hasattr(value, "keys") and hasattr(value, "__getitem__"):
        return {key: value[key] for key in value.keys()}  # noqa: SIM118 - not a Mapping
    return None


def _fields(value: Any) -> list[str] | None:
    """Return the names of the fields of a dataclass, an attrs class or a msgspec struct."""
    kind = type(value)
    if hasattr(kind, "__dataclass_fields__"):
        import dataclasses  # noqa: PLC0415 - 10 ms; a program with a dataclass has imported it

        return [field.name for field in dataclasses.fields(value)]
    if hasattr(kind, "__attrs_attrs__"):
        return [field.name for field in kind.__attrs_attrs__]
    names = getattr(kind, "__struct_fields__", None)
    return list(names) if names else None


def list_of(value: Any) -> list[Any] | None:
    """Return a sequence as a list; None for text, bytes and objects that are not a sequence."""
    if isinstance(value, (str, bytes, bytearray, memoryview)):
        return None
    if type(value).__module__.startswith("omegaconf."):
        container = sys.modules["omegaconf"].OmegaConf.to_container(value, resolve=True)
        return container if isinstance(container, list) else None
    if isinstance(value, (Sequence, ValuesView)):
        return list(value)
    return None


def is_masked(value: Any) -> bool:
    """Return whether an object is the masked value of NumPy, whose ``item()`` is 0.0."""
    if type(value).__name__ not in ("MaskedConstant", "MaskedArray", "mvoid"):
        return False
    return bool(value.size == 1 and value.mask.all())


def is_member(value: Any) -> bool:
    """Return whether a value is a member of an enumeration."""
    enum = sys.modules.get("enum")  # without it there is no such value
    return enum is not None and isinstance(value, enum.Enum)


def key_of(key: Any) -> Any:
    """Return a key of a mapping as text, number or None; other objects unchanged."""
    if isinstance(key, os.PathLike):
        return os.fsdecode(key)
    if is_member(key):
        return key.value
    plain = getattr(key, "tolist", None)
    return plain() if callable(plain) and not isinstance(key, type) else key


def text_of(value: Any) -> str:
    """Return a text that represents an object: the same text in every process.

    Functions and classes are named with their module.  Bytes are decoded, or written in hexadecimal digits if
    they are not text.  Other objects are their ``str()`` without memory addresses.
    """
    name = getattr(value, "__qualname__", None)
    if isinstance(name, str):
        return f"{getattr(value, '__module__', None) or 'builtins'}.{name}"
    if isinstance(value, (bytes, bytearray)):
        try:
            text = value.decode()
        except UnicodeDecodeError:
            text = value.hex()
        return (value.hex() if "\0" in text else text)[:_MOST_TEXT]
    try:
        text = str(value)
    except Exception as error:
        raise TypeError(f"its str() fails with {type(error).__name__}: {error}") from error
    return re.sub(_ADDRESS, "", text).replace("\0", "")[:_MOST_TEXT]
