"""The names of `typing` that listings use, without importing it.

The import takes 6 of the 50 ms of ``git track ls``, because `typing.NamedTuple` compiles the annotation of
every field.  Type checkers see the real names.
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
    from collections import namedtuple

    Any = BinaryIO = NoReturn = TextIO = None  # used in annotations only, which are never evaluated

    class _Fields(type):
        """Turns a class whose body lists fields into a named tuple with the methods of the body."""

        def __new__(cls, name, bases, body):
            if not bases:
                return super().__new__(cls, name, bases, body)
            fields = body.get("__annotations__", {})
            defaults = [body[field] for field in fields if field in body]
            tuple_class = namedtuple(name, fields, defaults=defaults, module=body["__module__"])
            for key, value in body.items():
                if key not in tuple_class._field_defaults and key not in (
                    "__module__",
                    "__qualname__",
                ):
                    setattr(tuple_class, key, value)
            return tuple_class

    class NamedTuple(metaclass=_Fields):
        """`typing.NamedTuple`, for classes without other bases."""

    class Protocol:
        """`typing.Protocol`, which is not checked at run time."""
