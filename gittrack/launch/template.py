"""Fill in the fields of a command line, such as ``{params}`` and ``{args}``."""

from __future__ import annotations

from gittrack.core.run import commit_message
from gittrack.core.scalars import flow_text, scalar_text
from gittrack.core.standard import json
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.core.standard.later import re
from gittrack.core.standard.typing import Any

_FIELD = r"\{\{|\{(params|args|overrides|pairs|flags|args_json|args_json_file)\}"


def fill(argv: Sequence[str], params: Mapping[str, Any], path: str) -> list[str]:
    """Return a command line with its fields filled in; ``{{`` becomes ``{``.

    ``{params}`` is the path of the resolved configuration, ``{args}`` is ``--lr 0.003 --batch-size 64``,
    ``{overrides}`` is ``lr=0.003 batch_size=64``, ``{pairs}`` is ``--lr=0.003 --batch_size=64``, ``{flags}``
    the same with true as a bare flag and false left out.  ``{args_json}`` is the configuration as JSON,
    ``{args_json_file}`` the path of a file with it, see `json_path`.  A field that is a
    separate word becomes one word for each value; inside a word it is quoted for a shell.
    """
    if not any("{" in word for word in argv):
        return list(argv)
    import shlex  # noqa: PLC0415 - few commands have a field

    words = {
        "params": [path],
        "args": options(params),
        "overrides": overrides(params),
        "pairs": pairs(params),
        "flags": flags(params),
        "args_json": [json_text(params)],
        "args_json_file": [json_path(path)],
    }
    result: list[str] = []
    for word in argv:
        whole = re.fullmatch(_FIELD, word)
        if whole is not None and whole[1] is not None:
            result.extend(words[whole[1]])
        else:
            result.append(re.sub(_FIELD, lambda m: shlex.join(words[m[1]]) if m[1] else "{", word))
    return result


def passes_params(argv: Sequence[str]) -> bool:
    """Return whether a command line has a field, or names the variable with the path of the params."""
    words = [word for word in argv if "{" in word]
    fields = (m[1] for word in words for m in re.finditer(_FIELD, word))
    return any(fields) or any("GITTRACK_PARAMS" in word for word in argv)


def json_path(path: str) -> str:
    """Return the path of the configuration as JSON, next to the YAML file ``path``."""
    return f"{path.removesuffix('.yaml')}.json"


def json_text(params: Mapping[str, Any]) -> str:
    """Return the configuration as JSON."""
    return json.dumps(params)


def has_json_file(argv: Sequence[str]) -> bool:
    """Return whether a command line uses the file of `json_path`."""
    words = [word for word in argv if "{args_json_file}" in word]
    return any(m[1] == "args_json_file" for word in words for m in re.finditer(_FIELD, word))


def options(params: Mapping[str, Any]) -> list[str]:
    """Return params as options: true is a bare flag, false and null are left out, a list is several words."""
    words: list[str] = []
    for key, value in _named(params):
        if value is None or value is False:
            continue
        words.append("--" + key.replace("_", "-"))
        if isinstance(value, list):
            words.extend(_word(item) for item in value)
        elif value is not True:
            words.append(_word(value))
    return words


def overrides(params: Mapping[str, Any]) -> list[str]:
    """Return params as Hydra's overrides, ``key=value`` each."""
    return [f"{key}={_hydra(value)}" for key, value in _named(params)]


def pairs(params: Mapping[str, Any]) -> list[str]:
    """Return params in the form of W&B's sweeps: one word each, with ``True`` and ``None`` of Python."""
    return [f"--{key}={_python(value)}" for key, value in _named(params)]


def flags(params: Mapping[str, Any]) -> list[str]:
    """Return params as `pairs`, but true as a bare flag and false left out."""
    return [
        f"--{key}" if value is True else f"--{key}={_python(value)}"
        for key, value in _named(params)
        if value is not False
    ]


def _named(params: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return (key, value) of each param, sorted; the parts of a key are joined by dots, without quotes."""
    leaves = ((".".join(parts), leaf) for parts, leaf in commit_message.flatten(params))
    return sorted(leaves, key=lambda item: item[0])


def _python(value: Any) -> str:
    return str(value) if value is None or isinstance(value, bool) else _word(value)


def _word(value: Any) -> str:
    if isinstance(value, float):
        return repr(value)
    return value if isinstance(value, str) else flow_text(value)


def _hydra(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return flow_text(value).replace(", ", ",").replace(": ", ":")
    if isinstance(value, str):
        plain = re.fullmatch(r"[A-Za-z_/][\w./@-]*", value) and scalar_text(value) == value
        return value if plain else "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return repr(value) if isinstance(value, float) else flow_text(value)
