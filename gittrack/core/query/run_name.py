"""The name of a run in a query: equal to ``NAME``, ``USER/NAME`` and ``USER@HOST/NAME``."""

from __future__ import annotations


class RunName(str):
    """A name with its owner.

    Parameters
    ----------
    name : str
        The name.
    user, host : object
        The user and the host of the run, if they are text.
    """

    __slots__ = ("spellings",)

    spellings: frozenset[str]

    def __new__(cls, name: str, user: object, host: object) -> RunName:
        """Return a text that has more spellings than one."""
        run_name = super().__new__(cls, name)
        owners = [user, f"{user}@{host}"] if isinstance(user, str) else []
        run_name.spellings = frozenset((name, *(f"{owner}/{name}" for owner in owners)))
        return run_name
