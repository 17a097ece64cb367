"""core/standard: the modules that only pass on the names of the standard library."""

import collections
import collections.abc
import functools
import importlib.util
import signal
import types

import pytest

from gittrack.core.standard import collections as our_collections
from gittrack.core.standard import functools as our_functools
from gittrack.core.standard import importlib as our_importlib
from gittrack.core.standard import later
from gittrack.core.standard import signal as our_signal
from gittrack.core.standard import types as our_types


def test_names_are_those_of_the_real_modules():
    for name in collections.abc.__all__:
        assert getattr(our_collections, name) is getattr(collections.abc, name)
    assert our_collections.deque is collections.deque
    assert our_functools.partial is functools.partial
    assert our_types.MappingProxyType is types.MappingProxyType
    assert later.re.compile("a") == __import__("re").compile("a")


def test_signals_have_the_numbers_of_the_real_constants():
    for member in (*signal.Signals, *signal.Handlers, *signal.Sigmasks):
        assert getattr(our_signal, member.name) == member
    assert our_signal.getsignal(signal.SIGINT) == signal.getsignal(signal.SIGINT)
    for member in signal.Signals:
        assert our_signal.name_of(member.value) == member.name
    assert [our_signal.name_of(number) for number in (0, 63, 99)] == ["SIG0", "SIG63", "SIG99"]


def test_results_are_kept():
    calls = []

    @our_functools.cache
    def double(number):
        """Return twice a number."""
        calls.append(number)
        return 2 * number

    @our_functools.lru_cache(maxsize=1)
    def triple(number):
        calls.append(number)
        return 3 * number

    assert [double(1), double(1), triple(1), triple(2), triple(1)] == [2, 2, 3, 6, 3]
    assert calls == [1, 1, 2, 1]
    assert (double.__name__, double.__doc__) == ("double", "Return twice a number.")
    double.cache_clear()
    assert (double(1), calls[-1], len(calls)) == (2, 1, 5)


def test_modules_are_imported_and_searched_by_name():
    assert our_importlib.import_module("gittrack.core.errors").TrackError
    with pytest.raises(ModuleNotFoundError):
        our_importlib.import_module("gittrack.no_such_module")
    for name in ("numpy", "no_such_module"):
        is_there = importlib.util.find_spec(name) is not None
        assert (our_importlib.find_spec(name) is not None) is is_there
