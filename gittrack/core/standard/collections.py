"""The names of `collections.abc`, and `deque`, without the rest of `collections`."""

from __future__ import annotations

from gittrack.core.standard.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections import deque as deque
    from collections.abc import *
else:
    from _collections_abc import *  # what `collections.abc` is

    try:
        from _collections import deque  # what `collections` takes it from
    except ImportError:  # not CPython
        from collections import deque
