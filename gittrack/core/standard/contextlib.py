"""`contextlib.suppress` and `contextlib.contextmanager`, without `functools` and `collections`."""

from __future__ import annotations

from gittrack.core.standard.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextlib import AbstractContextManager as AbstractContextManager
    from contextlib import closing as closing
    from contextlib import contextmanager as contextmanager
    from contextlib import suppress as suppress
else:
    AbstractContextManager = None  # used in annotations only, which are never evaluated

    class suppress:
        """A block that ends silently at errors of the given classes."""

        __slots__ = ("_kinds",)

        def __init__(self, *kinds):
            self._kinds = kinds

        def __enter__(self):
            return None

        def __exit__(self, kind, error, trace):
            return kind is not None and issubclass(kind, self._kinds)

    class closing:
        """A block that closes an object at its end."""

        __slots__ = ("_thing",)

        def __init__(self, thing):
            self._thing = thing

        def __enter__(self):
            return self._thing

        def __exit__(self, kind, error, trace):
            self._thing.close()

    class _Block:
        """A block around which a generator runs."""

        __slots__ = ("_generator",)

        def __init__(self, generator):
            self._generator = generator

        def __enter__(self):
            for value in self._generator:
                return value
            raise RuntimeError("generator didn't yield")

        def __exit__(self, kind, error, trace):
            if kind is None:
                for _ in self._generator:
                    raise RuntimeError("generator didn't stop")
                return False
            try:
                self._generator.throw(error)
            except StopIteration as stop:
                return stop is not error
            except BaseException as raised:
                # Python turns a StopIteration that leaves a generator into a RuntimeError.
                is_turned = isinstance(raised, RuntimeError) and raised.__cause__ is error
                if raised is not error and not (is_turned and isinstance(error, StopIteration)):
                    raise
                error.__traceback__ = trace
                return False
            raise RuntimeError("generator didn't stop after throw()")

    def contextmanager(function):
        """Return a function whose calls are blocks around which the generator of ``function`` runs."""

        def block(*arguments, **named):
            return _Block(function(*arguments, **named))

        block.__wrapped__ = function
        block.__name__, block.__qualname__ = function.__name__, function.__qualname__
        block.__module__, block.__doc__ = function.__module__, function.__doc__
        return block
