"""The names of `typing` that runs and listings use, without importing it.

Both `typing.NamedTuple` and `collections.namedtuple` compile code for every class, which takes 0.1 ms a
class: 9 of the 90 ms of ``git track run``.  Type checkers see the real names.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any as Any
    from typing import BinaryIO as BinaryIO
    from typing import NamedTuple as NamedTuple
    from typing import NoReturn as NoReturn
    from typing import Protocol as Protocol
    from typing import TextIO as TextIO
else:
    try:
        from _collections import _tuplegetter as _field_at
    except ImportError:  # not CPython
        from operator import itemgetter

        def _field_at(index, doc):
            return property(itemgetter(index), doc=doc)

    Any = BinaryIO = NoReturn = TextIO = None  # used in annotations only, which are never evaluated

    _FEW = 100  # more than there are facts of a run
    _counts = {}  # the number of values of each class that has no constructor

    def _constructor(owner):
        """Compile the constructor of a class from its fields."""
        names = ", ".join(owner._fields)
        comma = "," if names else ""
        source = f"lambda _cls{comma} {names}: _new(_cls, ({names}{comma}))"
        # `eval` of text lets Python forget that a KeyboardInterrupt ends it; of code it does not.
        code = compile(source, "<named tuple>", "eval")
        constructor = eval(code, {"_new": tuple.__new__, "__builtins__": {}})
        constructor.__name__ = "__new__"
        constructor.__qualname__ = f"{owner.__qualname__}.__new__"
        constructor.__defaults__ = tuple(owner._field_defaults.values())
        return constructor

    class _Tuple(tuple):
        """What all named tuples share."""

        __slots__ = ()

        def __new__(cls, /, *values, **named):
            """Make one of the first values of a class; after that, the class gets a constructor.

            Most classes of an import get few values or none.  Compiling a constructor takes as long as
            making 30 of them, and the first one of a process as long as making 400: Python makes its
            130 classes of syntax trees.
            """
            owner = next(base for base in cls.__mro__ if "_fields" in vars(base))
            count = _counts[owner] = _counts.get(owner, 0) + 1
            if count <= _FEW:
                fields = owner._fields
                by_position = dict(zip(fields, values, strict=False))
                full = {**owner._field_defaults, **by_position, **named}
                # If a value is missing, unknown or double, the constructor raises the error.
                is_once = len(by_position) == len(values) and by_position.keys().isdisjoint(named)
                if is_once and full.keys() == set(fields):
                    return tuple.__new__(cls, [full[field] for field in fields])
            constructor = owner.__new__ = _constructor(owner)
            return constructor(cls, *values, **named)

        @classmethod
        def _make(cls, values):
            record = tuple.__new__(cls, values)
            if len(record) != len(cls._fields):
                raise TypeError(f"Expected {len(cls._fields)} arguments, got {len(record)}")
            return record

        def _replace(self, /, **named):
            changed = self._make(map(named.pop, self._fields, self))
            if named:
                raise ValueError(f"Got unexpected field names: {list(named)!r}")
            return changed

        __replace__ = _replace  # for `copy.replace` of Python 3.13

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def __getnewargs__(self):
            return tuple(self)

        def __repr__(self):
            values = ", ".join(f"{name}={value!r}" for name, value in self._asdict().items())
            return f"{type(self).__name__}({values})"

    class _Fields(type):
        """Turns a class whose body lists fields into a named tuple with the methods of the body."""

        def __new__(cls, name, bases, body):
            if not bases:
                return super().__new__(cls, name, bases, body)
            fields = tuple(body.get("__annotations__", ()))
            body["_field_defaults"] = {field: body[field] for field in fields if field in body}
            body["_fields"] = body["__match_args__"] = fields
            body["__slots__"] = ()
            for index, field in enumerate(fields):
                body[field] = _field_at(index, None)
            return type(name, (_Tuple,), body)

    class NamedTuple(metaclass=_Fields):
        """`typing.NamedTuple`, for classes without other bases."""

    class Protocol:
        """`typing.Protocol`, which is not checked at run time."""
