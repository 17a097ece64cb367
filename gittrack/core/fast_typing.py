"""The names of `typing` that listings use, without importing it.

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

    class _Tuple(tuple):
        """What all named tuples share."""

        __slots__ = ()

        def __new__(cls, /, *values, **named):
            """Make the first value of a class, and give the class a constructor with its fields.

            Most classes of an import never get a value, and compiling costs as much as the class itself.
            """
            owner = next(base for base in cls.__mro__ if "_fields" in vars(base))
            names = ", ".join(owner._fields)
            comma = "," if names else ""
            source = f"lambda _cls{comma} {names}: _new(_cls, ({names}{comma}))"
            # `eval` of text lets Python forget that a KeyboardInterrupt ends it; of code it does not.
            code = compile(source, "<named tuple>", "eval")
            constructor = eval(code, {"_new": tuple.__new__, "__builtins__": {}})
            constructor.__name__ = "__new__"
            constructor.__qualname__ = f"{owner.__qualname__}.__new__"
            constructor.__defaults__ = tuple(owner._field_defaults.values())
            owner.__new__ = constructor
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
