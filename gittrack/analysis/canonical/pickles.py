"""The content of a pickle, read without loading code: equal objects have equal content.

Two pickles of one object differ if a text in it is one object twice or two equal objects.  So the opcodes are
followed on a stack of plain nodes, and texts, numbers and bytes count by their values.  Nothing is imported
and nothing is called.  joblib writes the bytes of an array behind the opcodes of its wrapper.

Notes
-----
The opcodes are those of Lib/pickletools.py; the wrapper is that of joblib/numpy_pickle.py.
"""

from __future__ import annotations

import hashlib
import io
import pickletools
import re
import struct
from typing import Any

from gittrack.analysis.canonical.tables import Omissions
from gittrack.analysis.volatile import is_volatile
from gittrack.core.standard.collections import Callable, Iterator

LIMIT = 16 << 20  # bytes; a larger pickle is compared by its bytes
MOST_OPCODES = 100_000  # about half a second
_MOST_PARTS = 1000  # of a value that may be a time
_WRAPPER = "joblib.numpy_pickle NumpyArrayWrapper"
_DTYPE = re.compile(r"[<>|=]?[a-zA-Z](\d+)")
_ATOMS = frozenset(
    (
        *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"),
        *("STRING", "BINSTRING", "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8"),
        *("UNICODE", "SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "BYTEARRAY8"),
        *("GLOBAL", "PERSID", "EXT1", "EXT2", "EXT4"),
    )
)
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_EMPTY = {"EMPTY_LIST": "list", "EMPTY_DICT": "dict", "EMPTY_SET": "set", "EMPTY_TUPLE": "tuple"}
_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_MEMOIZES = ("PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE")


class _Node:
    """A container or object: its kind, and its parts in their order."""

    __slots__ = ("kind", "parts")

    def __init__(self, kind: str, *parts: Any) -> None:
        self.kind, self.parts = kind, list(parts)


class _Unknown(Exception):
    """An opcode, or a use of the stack, that is not followed."""


def content(data: bytes, omissions: Omissions) -> bytes | None:
    """Return the digest of the objects in pickles, one after the other; None if they cannot be followed.

    Numbers and arrays are left out that are times of the run under a name such as ``refit_time_``.
    """
    if len(data) > LIMIT:
        return None
    stream = io.BytesIO(data)
    total, size = hashlib.sha256(), 0
    try:
        while stream.tell() < len(data):
            for count, part in enumerate(_serialized(_Machine(stream).run(), omissions)):
                size += len(part)
                if count > 4 * MOST_OPCODES or size > 4 * LIMIT:
                    raise _Unknown("the same value in many places")
                total.update(part)
    except (_Unknown, ValueError, IndexError, KeyError, RecursionError, AttributeError, TypeError):
        return None
    return total.digest()


class _Machine:
    """Follows the opcodes of one pickle."""

    def __init__(self, stream: io.BytesIO) -> None:
        self.stream = stream
        self.stack: list[Any] = []
        self.marks: list[int] = []
        self.memo: dict[int, Any] = {}

    def run(self) -> Any:
        """Return the object of the pickle; the stream is then behind its last opcode."""
        for count, (opcode, argument, _) in enumerate(pickletools.genops(self.stream)):
            if count > MOST_OPCODES:
                raise _Unknown("too many opcodes")
            if opcode.name == "STOP":
                return self.stack.pop()
            self._step(opcode.name, argument)
        raise _Unknown("no end")

    def _step(self, name: str, argument: Any) -> None:
        if name in _ATOMS:
            kind = "global" if name == "GLOBAL" else "persid" if name == "PERSID" else ""
            self.stack.append(_Node(kind, argument) if kind else argument)
        elif name in _CONSTANTS:
            self.stack.append(_CONSTANTS[name])
        elif name in _EMPTY:
            self.stack.append(_Node(_EMPTY[name]))
        elif name in _TUPLES:
            self._gather("tuple", len(self.stack) - _TUPLES[name])
        elif name in _MEMOIZES:
            self.memo[len(self.memo) if argument is None else argument] = self.stack[-1]
        elif name in ("GET", "BINGET", "LONG_BINGET"):
            self.stack.append(self.memo[argument])
        elif name == "MARK":
            self.marks.append(len(self.stack))
        elif name in ("PROTO", "FRAME"):
            pass
        else:
            action = _ACTIONS.get(name)
            if action is None:
                raise _Unknown(name)
            action(self)

    def _gather(self, kind: str, start: int) -> None:
        parts = self.stack[start:]
        del self.stack[start:]
        self.stack.append(_Node(kind, *parts))

    def since_mark(self, kind: str) -> None:
        """Replace what is above the last mark by a node with these parts."""
        self._gather(kind, self.marks.pop())

    def extend(self) -> None:
        """Add what is above the last mark to the container below it."""
        start = self.marks.pop()
        parts = self.stack[start:]
        del self.stack[start:]
        self.stack[-1].parts += parts

    def append(self, count: int) -> None:
        """Add the last values to the container below them."""
        parts = self.stack[-count:]
        del self.stack[-count:]
        self.stack[-1].parts += parts

    def combine(self, kind: str, count: int) -> None:
        """Replace the last values by a node with these parts."""
        self._gather(kind, len(self.stack) - count)

    def build(self) -> None:
        """Give the last object but one its state; the array of joblib's wrapper follows in the stream."""
        state = self.stack.pop()
        owner = self.stack[-1]
        if not isinstance(owner, _Node):
            raise _Unknown("a state of no object")
        owner.parts.append(_Node("state", state))
        if owner.parts and _name_of(owner.parts[0]) == _WRAPPER:
            owner.parts.append(
                self._array(dict(zip(state.parts[::2], state.parts[1::2], strict=True)))
            )

    def _array(self, state: dict[str, Any]) -> bytes:
        """Return the bytes of an array that joblib has written behind its wrapper."""
        match = _DTYPE.fullmatch(str(state["dtype"].parts[1].parts[0]))
        if match is None or match[0].lstrip("<>|=")[0] == "O":
            raise _Unknown("an array of objects")
        size = int(match[1]) * (4 if match[0].lstrip("<>|=")[0] == "U" else 1)
        for length in state["shape"].parts:
            size *= length
        if state.get("numpy_array_alignment_bytes") is not None:
            padding = self.stream.read(1)
            self.stream.read(padding[0])
        data = self.stream.read(size)
        if len(data) != size:
            raise _Unknown("an incomplete array")
        return data


_ACTIONS: dict[str, Callable[[_Machine], Any]] = {
    "POP": lambda machine: machine.stack.pop(),
    "DUP": lambda machine: machine.stack.append(machine.stack[-1]),
    "POP_MARK": lambda machine: machine.stack.__delitem__(slice(machine.marks.pop(), None)),
    "TUPLE": lambda machine: machine.since_mark("tuple"),
    "LIST": lambda machine: machine.since_mark("list"),
    "DICT": lambda machine: machine.since_mark("dict"),
    "FROZENSET": lambda machine: machine.since_mark("frozenset"),
    "OBJ": lambda machine: machine.since_mark("object"),
    "APPEND": lambda machine: machine.append(1),
    "SETITEM": lambda machine: machine.append(2),
    "APPENDS": lambda machine: machine.extend(),
    "SETITEMS": lambda machine: machine.extend(),
    "ADDITEMS": lambda machine: machine.extend(),
    "STACK_GLOBAL": lambda machine: machine.combine("global", 2),
    "REDUCE": lambda machine: machine.combine("call", 2),
    "NEWOBJ": lambda machine: machine.combine("new", 2),
    "NEWOBJ_EX": lambda machine: machine.combine("new", 3),
    "BINPERSID": lambda machine: machine.combine("persid", 1),
    "BUILD": lambda machine: machine.build(),
}


def _name_of(value: Any) -> str:
    """Return ``module name`` of a global; empty for anything else."""
    is_global = isinstance(value, _Node) and value.kind == "global"
    return " ".join(map(str, value.parts)) if is_global else ""


def _serialized(root: Any, omissions: Omissions) -> Iterator[bytes]:
    """Yield an unambiguous text of an object; a node that occurs again is a reference to its number.

    Tuples count by their values, as texts do.  Numbers that are times of the run are left out.
    """
    numbers: dict[int, int] = {}
    waiting = [(root, False)]  # an object, and whether it is a time
    while waiting:
        value, is_time = waiting.pop()
        if not isinstance(value, _Node):
            yield (
                b"time"
                if is_time and isinstance(value, (float, bytes, bytearray))
                else _atom(value)
            )
            continue
        name = _name_of(value)
        if name:
            yield b"global %d:%s" % (len(name), name.encode(errors="backslashreplace"))
        elif id(value) in numbers and value.parts and value.kind != "tuple":
            yield b"again %d;" % numbers[id(value)]
        else:
            numbers[id(value)] = len(numbers)
            yield b"%s %d;" % (value.kind.encode(), len(value.parts))
            waiting += reversed(_parts(value, is_time, omissions))


def _atom(value: Any) -> bytes:
    data = value if isinstance(value, bytes) else repr(value).encode(errors="backslashreplace")
    return b"%s %d:%s" % (type(value).__name__.encode(), len(data), data)


def _parts(node: _Node, is_time: bool, omissions: Omissions) -> list[tuple[Any, bool]]:
    """Return the parts of a node, each with whether it is a time: by the keys of a dict, or as the node."""
    parts = [(part, is_time) for part in node.parts]
    if node.kind == "dict" and not is_time:
        for n in range(1, len(parts), 2):
            key, value = node.parts[n - 1], node.parts[n]
            if isinstance(key, str) and is_volatile(key) and _is_time(key, value, omissions):
                parts[n] = (value, True)
    return parts


def _is_time(name: str, value: Any, omissions: Omissions) -> bool:
    """Return whether a number, or all numbers of an array, are times of the run; the name is remembered."""
    floats: list[float] = []
    waiting = [value]
    seen: set[int] = set()
    while waiting and len(seen) < _MOST_PARTS:
        part = waiting.pop()
        omissions.parts_left -= _size(part)
        if omissions.parts_left < 0:
            return False
        if isinstance(part, _Node):
            if id(part) not in seen and not _name_of(part):
                seen.add(id(part))
                waiting += part.parts
        elif isinstance(part, (bytes, bytearray)) and len(part) >= 8:
            floats += struct.unpack(f"<{len(part) // 8}d", part[: len(part) // 8 * 8])
        elif isinstance(part, float):
            floats.append(part)
    return not waiting and omissions.are_times(name, set(floats))


def _size(part: Any) -> int:
    """Return how many values a part of a value has."""
    if isinstance(part, _Node):
        return 1 + len(part.parts)
    return 1 + len(part) // 8 if isinstance(part, (bytes, bytearray)) else 1
