"""What listings take from `typing`, without importing it.

That import, and its `NamedTuple`, which compiles the annotation of every field, were 6 of the 50 ms that
``git track ls`` takes.  Type checkers see the real things.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any as Any
    from typing import NamedTuple as NamedTuple
    from typing import NoReturn as NoReturn
    from typing import Protocol as Protocol
    from typing import TextIO as TextIO
else:
    from collections import namedtuple

    Any = NoReturn = TextIO = None  # they stand in annotations only, which nobody evaluates

    class _Fields(type):
        """Makes a class whose body lists fields into a named tuple with the methods of the body."""

        def __new__(cls, name, bases, body):
            if not bases:
                return super().__new__(cls, name, bases, body)
            fields = body.get("__annotations__", {})
            defaults = [body[field] for field in fields if field in body]
            made = namedtuple(name, fields, defaults=defaults, module=body["__module__"])
            for key, value in body.items():
                if key not in made._field_defaults and key not in ("__module__", "__qualname__"):
                    setattr(made, key, value)
            return made

    class NamedTuple(metaclass=_Fields):
        """`typing.NamedTuple`, for classes without other bases."""

    class Protocol:
        """`typing.Protocol`, which nobody checks at run time."""
