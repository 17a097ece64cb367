"""Nested mappings of plain values: get, set, merge, compare.  A change returns a new value."""

from __future__ import annotations

from gittrack.core.standard.collections import Mapping
from gittrack.core.standard.typing import Any

_CONTAINERS = (dict, list)
MAX_DEPTH = 64  # levels of a configuration, and of every value that is read


def check_depth(value: Any, most: int = MAX_DEPTH) -> None:
    """Raise ValueError if mappings and lists are nested in ``value`` more than ``most`` levels deep."""
    level = [value] if value and isinstance(value, _CONTAINERS) else []
    depth = 0
    while level:
        if depth == most:
            raise ValueError(f"nested more than {most} levels deep")
        depth += 1
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, _CONTAINERS) and inner
        ]


def set_path(config: Mapping[str, Any], parts: tuple[str, ...], value: Any) -> dict[str, Any]:
    """Return ``config`` with the value at ``parts`` replaced or added.

    A value that stands where a mapping is needed is kept: ``db`` and ``db.timeout`` are two keys then, as for
    Hydra, where ``db=mysql`` chooses a group of values and ``db.timeout=10`` changes one of them.
    """
    head, rest = parts[0], parts[1:]
    if not rest:
        return {**config, head: value}
    inner = config.get(head)
    if inner is not None and not isinstance(inner, Mapping):
        return {**config, ".".join(parts): value}
    return {**config, head: set_path(inner or {}, rest, value)}


def at_path(config: Mapping[str, Any], parts: tuple[str, ...], absent: Any = None) -> Any:
    """Return the value (or mapping) at ``parts``, also if `set_path` kept a value; ``absent`` if none."""
    node: Any = config
    for position, part in enumerate(parts):
        if not isinstance(node, Mapping):
            return absent
        rest = ".".join(parts[position:])
        if rest in node and not isinstance(node.get(part), Mapping):
            return node[rest]
        if part not in node:
            return absent
        node = node[part]
    return node


def at_keys(config: Mapping[str, Any], keys: tuple[str, ...]) -> Any:
    """Return the value at a path that `conflicts` returned."""
    value: Any = config
    for key in keys:
        value = value[key]
    return value


def merge(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``first`` with the values of ``second`` added, which override those of ``first``.

    If both have a mapping under a key, these are merged too.
    """
    result = dict(first)
    for key, item in second.items():
        old = result.get(key)
        both = isinstance(old, Mapping) and isinstance(item, Mapping)
        result[key] = merge(old, item) if both else item  # type: ignore[arg-type]
    return result


def absent(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of ``second`` for which ``first`` has no value, in inner mappings too."""
    result: dict[str, Any] = {}
    for key, item in second.items():
        if key not in first:
            result[key] = item
        elif isinstance(first[key], Mapping) and isinstance(item, Mapping):
            inner = absent(first[key], item)
            if inner:
                result[key] = inner
    return result


def without(config: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    """Return ``config`` without the value at a path that `conflicts` returned."""
    rest = {key: value for key, value in config.items() if key != keys[0]}
    return {**rest, keys[0]: without(config[keys[0]], keys[1:])} if keys[1:] else rest


def conflicts(
    first: Mapping[str, Any], second: Mapping[str, Any], path: tuple[str, ...] = ()
) -> list[tuple[str, ...]]:
    """Return the paths at which both mappings have a value and the values differ."""
    result: list[tuple[str, ...]] = []
    for key, item in second.items():
        if key not in first or same(first[key], item):
            continue
        both = isinstance(first[key], Mapping) and isinstance(item, Mapping)
        result += conflicts(first[key], item, (*path, key)) if both else [(*path, key)]
    return result


def same(a: Any, b: Any) -> bool:
    """Return whether two plain values are the same: NaN is NaN, 1 is 1.0, but True is not 1."""
    if isinstance(a, float) and isinstance(b, float):
        return a == b or (a != a and b != b)
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return isinstance(a, bool) == isinstance(b, bool) and a == b
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and bool(a == b)
