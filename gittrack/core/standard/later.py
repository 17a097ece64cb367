"""Modules of the standard library that few runs need, imported when one of their names is first used."""

from __future__ import annotations

from gittrack.core.standard.typing import TYPE_CHECKING

if TYPE_CHECKING:
    import collections as collections
    import datetime as datetime
    import json as json
    import re as re
    import tempfile as tempfile
else:

    class _Later:
        """Stands for a module that is not imported yet."""

        def __init__(self, name):
            self.__name__ = name

        def __getattr__(self, name):
            return getattr(__import__(self.__name__), name)

    collections, datetime, json = map(_Later, ("collections", "datetime", "json"))
    re, tempfile = map(_Later, ("re", "tempfile"))
