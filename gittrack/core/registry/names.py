"""Names of the model registry: tags in GTO's grammar, versions, addresses, stage refs.

===========================  ===============================================
``resnet18@v3.0.0``          the version was registered
``resnet18@v3.0.0!#9``       the version was deprecated
``resnet18#production#7``    the version at that commit was promoted
``resnet18#production!#8``   and demoted
``resnet18@deprecated``      the whole model was deprecated
===========================  ===============================================

The number at the end counts the events of a model and decides their order.  A name may start with a folder,
``vision:resnet18``, which is written ``vision=resnet18`` in tags and refs (GTO 1.10, ``gto/constants.py``).
"""

from __future__ import annotations

import re

from gittrack.core.errors import TrackError
from gittrack.core.standard import functools
from gittrack.core.standard.typing import NamedTuple

TAGS = "refs/tags/"
STAGES = "refs/models/"
REMOTES = "refs/remotes/"
PLACES = (TAGS, STAGES, f"{REMOTES}*/tags/**")
REGISTER, DEREGISTER = "register", "deprecate"
PROMOTE, DEMOTE = "promote", "demote"
DEPRECATE = "deprecate model"
KINDS = (REGISTER, DEREGISTER, PROMOTE, DEMOTE, DEPRECATE)

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_INNER = _LETTERS | set("-_/")
_FOLDER = _LETTERS | set("-_./")
_DIGITS = frozenset("0123456789")
# The expression of semver.org; the build is not captured, because it does not change the order.
_SEMVER = (
    r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)"
    r"(?:-((?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*))*))?"
    r"(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?"
)
_LONGEST = 100
_LATEST = ("latest", "greatest")


class Mark(NamedTuple):
    """The parsed name of a tag: an event of a model; ``number`` is 0 if the name has none."""

    model: str
    kind: str
    version: str = ""
    stage: str = ""
    number: int = 0


class Address(NamedTuple):
    """A model and a ``version``, a ``stage``, or neither; ``latest`` if the address says ``@latest``."""

    model: str
    version: str = ""
    stage: str = ""
    latest: bool = False

    @property
    def is_bare(self) -> bool:
        """Whether the address is only the name of a model."""
        return not (self.version or self.stage or self.latest)


def parse_tag(tag: str) -> Mark | None:
    """Return the parsed name of a tag, or None if it is not a tag of the registry."""
    end = _end(tag)
    model, rest = _from_ref(tag[:end]), tag[end + 1 :]
    if end == len(tag) or model is None:
        return None
    word, counted, digits = rest.partition("#")
    if counted and not (digits and _DIGITS.issuperset(digits) and len(digits) < 16):
        return None
    number = int(digits or 0)
    cancelled = word.endswith("!")
    word = word[:-1] if cancelled else word
    if tag[end] == "#":
        kind = DEMOTE if cancelled else PROMOTE
        return Mark(model, kind, "", word, number) if _is_word(word) else None
    if word == "deprecated" and not cancelled:
        return Mark(model, DEPRECATE, number=number)
    if word[:1] == "v" and is_semver(word[1:]):
        return Mark(model, DEREGISTER if cancelled else REGISTER, word, "", number)
    return None


def model_of(tag: str) -> str:
    """Return the model of a tag if it is a tag of the registry; the rest of the name is not checked."""
    return tag[: _end(tag)].replace("=", ":")


def _end(tag: str) -> int:
    """Return the index at which the name of the model ends in a tag."""
    at, hashed = tag.find("@"), tag.find("#")
    if at < 0 or -1 < hashed < at:
        at = hashed
    return at if at >= 0 else len(tag)


def format_tag(mark: Mark) -> str:
    """Return the name of the tag for a mark: the inverse of `parse_tag`."""
    cancel = "!" if mark.kind in (DEREGISTER, DEMOTE) else ""
    word = f"#{mark.stage}" if mark.stage else f"@{mark.version or 'deprecated'}"
    return f"{_to_ref(mark.model)}{word}{cancel}" + (f"#{mark.number}" if mark.number else "")


def stage_ref(model: str, stage: str) -> str:
    """Return the ref that points to the version in a stage."""
    return f"{STAGES}{_to_ref(model)}/{stage}"


def _to_ref(model: str) -> str:
    return model.replace(":", "=")


@functools.cache
def _from_ref(text: str) -> str | None:
    folder, equals, name = text.rpartition("=")
    if not _is_word(name) or (equals and not (folder and _FOLDER.issuperset(folder))):
        return None
    return text.replace("=", ":")


@functools.cache
def _is_word(text: str) -> bool:
    """Return whether a text can name a model or a stage: letters and digits, with ``-_/`` between them."""
    if not text or text[0] not in _LETTERS or text[-1] not in _LETTERS:
        return False
    return _INNER.issuperset(text)


def check_model(name: str) -> str:
    """Return ``name`` if a model can have it, else raise TrackError.

    Names that GTO allows but git refuses in a ref are refused too.
    """
    if not isinstance(name, str):
        raise TrackError(f"the model is {name!r}, not text", "pass its name as a string")
    folder, colon, last = name.rpartition(":")
    sound = _is_word(last) and (not colon or (bool(folder) and _FOLDER.issuperset(folder)))
    if not sound or not _is_ref(_to_ref(name)) or len(name) > _LONGEST:
        raise TrackError(
            f"{name!r} cannot be the name of a model",
            "use letters, digits, '-' and '_', with '/' between the parts",
        )
    return name


def check_stage(name: str) -> str:
    """Return ``name`` if a stage can have it, else raise TrackError."""
    if not isinstance(name, str):
        raise TrackError(f"the stage is {name!r}, not text", "pass its name as a string")
    if not _is_word(name) or not _is_ref(name) or len(name) > _LONGEST:
        raise TrackError(
            f"{name!r} cannot be the name of a stage",
            "use letters, digits, '-', '_' and '/', such as staging or production",
        )
    return name


def check_new_stage(name: str) -> str:
    """Return ``name`` if a new stage can have it; a name that reads as a version in an address is refused."""
    check_stage(name)
    if _plain(name) or name in (*_LATEST, "deprecated", "created"):
        raise TrackError(
            f"a stage cannot be called {name!r}, which would read as a version",
            "use a name such as staging or production",
        )
    return name


def _is_ref(text: str) -> bool:
    bad = any(
        part == "" or part.startswith(".") or part.endswith((".", ".lock"))
        for part in text.split("/")
    )
    return not bad and ".." not in text


def is_semver(text: str) -> bool:
    """Return whether a text is a semantic version, without a ``v`` (semver.org 2.0.0)."""
    if len(text) > _LONGEST:
        return False
    parts = text.split(".")
    if len(parts) == 3 and all(
        _DIGITS.issuperset(p) and p and (p == "0" or p[0] != "0") for p in parts
    ):
        return True
    return re.fullmatch(_SEMVER, text) is not None


def check_version(word: str) -> str:
    """Return ``v3.0.0`` for ``3``, ``v3``, ``3.0.0`` and the like, else raise TrackError."""
    bare = word.removeprefix("v")
    if bare.isascii() and bare.isdigit() and (bare == "0" or bare[0] != "0"):
        bare = f"{bare}.0.0"
    if not is_semver(bare) or len(bare) > _LONGEST:
        raise TrackError(
            f"{word!r} is not a version", "versions look like 3, v3, 3.1.0 or 3.1.0-rc.1"
        )
    return f"v{bare}"


def short(version: str) -> str:
    """Return ``v3`` for ``v3.0.0``, and any other version as it is."""
    major, dot, rest = version.partition(".")
    return major if dot and rest == "0.0" else version


def plain(version: str) -> int | str:
    """Return the name of a version for programs: 3 for ``v3.0.0``, else ``1.2.0``."""
    word = short(version).removeprefix("v")
    return int(word) if word.isdigit() else word


def order(version: str) -> tuple[int, int, int, bool, tuple[tuple[bool, int, str], ...]]:
    """Return the sort key of a version: the precedence of semver.org, section 11."""
    match = re.fullmatch(_SEMVER, version.removeprefix("v"))
    if match is None:
        return (-1, 0, 0, False, ())
    early = tuple(
        (not part.isdigit(), int(part) if part.isdigit() else 0, part)
        for part in (match[4] or "").split(".")
        if part
    )
    return (int(match[1]), int(match[2]), int(match[3]), not early, early)


def parse_address(text: str) -> Address:
    """Parse ``NAME``, ``NAME@3``, ``NAME@production`` or ``NAME@latest``.

    ``NAME#production``, the notation of GTO, is accepted too.  Raises TrackError for any other text.
    """
    name, sign, word = text.partition("#" if "#" in text and "@" not in text else "@")
    check_model(name)
    if not sign:
        return Address(name)
    if word in _LATEST and sign == "@":
        return Address(name, latest=True)
    versionlike = word[:1].isdigit() or (word[:1] == "v" and word[1:2].isdigit())
    if sign == "@" and versionlike and not (_is_word(word) and not _plain(word)):
        return Address(name, version=check_version(word))
    if not _is_word(word) or not _is_ref(word):
        raise TrackError(
            f"{word!r} is neither a version nor a stage",
            f"write {name}@3, {name}@v3.0.0, {name}@production or {name}@latest",
        )
    return Address(name, stage=word)


def _plain(word: str) -> bool:
    return _DIGITS.issuperset(word.removeprefix("v"))


def is_address(text: str) -> bool:
    """Return whether a text can be the address of a version, such as ``resnet18@production``."""
    name, sign, word = text.partition("@")
    return bool(sign and word) and not word.startswith("~") and _is_word(name.rpartition(":")[2])
