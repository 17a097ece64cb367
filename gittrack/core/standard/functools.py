"""`functools.cache`, `functools.lru_cache` and `functools.partial`, without `collections`."""

from __future__ import annotations

from gittrack.core.standard.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from functools import cache as cache
    from functools import lru_cache as lru_cache
    from functools import partial as partial
else:
    try:
        from _functools import _lru_cache_wrapper, partial  # what `functools` takes them from
    except ImportError:  # not CPython
        from functools import cache, lru_cache, partial
    else:

        def lru_cache(maxsize):
            """Return a decorator that keeps the last ``maxsize`` results of a function."""

            def decorate(function):
                cached = _lru_cache_wrapper(function, maxsize, False, lambda *counts: counts)
                cached.__wrapped__, cached.__doc__ = function, function.__doc__
                cached.__name__, cached.__qualname__ = function.__name__, function.__qualname__
                cached.__module__ = function.__module__
                return cached

            return decorate

        cache = lru_cache(None)
