"""core/standard/contextlib: blocks that behave as those of `contextlib`."""

import contextlib
import io

import pytest

from gittrack.core.standard import contextlib as ours

BOTH = pytest.mark.parametrize("module", [ours, contextlib])


@BOTH
def test_a_block_suppresses_the_errors_that_it_names(module):
    with module.suppress(OSError, ValueError):
        raise FileNotFoundError
    with module.suppress():
        pass
    with pytest.raises(KeyError), module.suppress(OSError):
        raise KeyError


@BOTH
def test_a_block_closes_an_object(module):
    file = io.StringIO("text")
    with pytest.raises(KeyError), module.closing(file) as opened:
        raise KeyError(opened.read())
    assert file.closed


@BOTH
@pytest.mark.parametrize("kind", [None, ValueError, StopIteration, RuntimeError, KeyboardInterrupt])
def test_a_generator_runs_around_a_block(module, kind):
    events = []

    @module.contextmanager
    def around(name):
        """Note the begin and the end."""
        events.append(f"begin {name}")
        try:
            yield name.upper()
        finally:
            events.append("end")

    def use():
        with around("a") as value:
            events.append(value)
            if kind is not None:
                raise kind("x")

    if kind is None:
        use()
    else:
        with pytest.raises(kind, match="x"):
            use()
    assert events == ["begin a", "A", "end"]
    assert (around.__name__, around.__doc__) == ("around", "Note the begin and the end.")


@BOTH
def test_a_generator_may_swallow_or_change_an_error(module):
    @module.contextmanager
    def swallows():
        try:
            yield
        except ValueError:
            return

    @module.contextmanager
    def changes():
        try:
            yield
        except (ValueError, StopIteration) as error:
            raise KeyError("changed") from error

    with swallows():
        raise ValueError
    for kind in (ValueError, StopIteration):
        with pytest.raises(KeyError, match="changed") as caught, changes():
            raise kind("first")
        assert str(caught.value.__cause__) == "first"


@BOTH
def test_a_generator_that_yields_not_once_is_an_error(module):
    @module.contextmanager
    def never():
        yield from ()

    @module.contextmanager
    def goes_on():
        with contextlib.suppress(ValueError):
            yield
        yield

    for manager in (never, goes_on):
        with pytest.raises(RuntimeError, match="generator didn't"), manager():
            pass
    with pytest.raises(RuntimeError, match="generator didn't"), goes_on():
        raise ValueError
