"""`importlib.import_module` and `importlib.util.find_spec`, for absolute names, without `warnings`."""

from __future__ import annotations

from gittrack.core.standard.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib import import_module as import_module
    from importlib.util import find_spec as find_spec
else:
    import sys

    def import_module(name):
        """Import a module and return it."""
        __import__(name)
        return sys.modules[name]

    def find_spec(name):
        """Return how a top-level module that is not imported yet would be found; None if it would not."""
        finders = (finder for finder in sys.meta_path if hasattr(finder, "find_spec"))
        return next(filter(None, (finder.find_spec(name, None) for finder in finders)), None)
