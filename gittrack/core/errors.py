"""The errors of the library: one sentence on what is wrong, one on what to do."""

from __future__ import annotations

from collections.abc import Iterable


class TrackError(Exception):
    """Something the user can act on.

    ``message`` says what is wrong, ``hint`` what to do about it, ``code`` is the exit status that
    the command line ends with.
    """

    def __init__(self, message: str, hint: str = "", *, code: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code

    def __str__(self) -> str:
        return f"{self.message}. {self.hint}" if self.hint else self.message


class NotARepository(TrackError):
    """The folder is not inside a git repository."""


class NoSuchRun(TrackError):
    """No run answers to the address that was given."""


class AmbiguousRun(TrackError):
    """More than one run answers to the address that was given."""


class Damaged(TrackError):
    """What is stored for a run cannot be read back."""


class NewerFormat(TrackError):
    """What is stored for a run was written by a later gittrack, and is left unchanged."""


class OnAnotherHost(TrackError):
    """The process of a journal may be alive on another host, whose locks are not seen here."""


class NotANumber(TrackError):
    """A metric was given something that is not a number."""


def unwritable(what: str, place: str, why: str) -> TrackError:
    """Return the error for a repository that cannot be written, such as a read-only one or a full disk."""
    return TrackError(
        f"{what} in {place}: {why}", "make the repository writable and see that its disk has room"
    )


def near(word: str, known: Iterable[str]) -> list[str]:
    """Return the known words nearest to ``word``, at most three, the nearest first."""
    import difflib  # noqa: PLC0415 - only a mistake needs it

    return difflib.get_close_matches(word, list(known), n=3, cutoff=0.5)


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return a hint that names the known words nearest to ``word``, or ``otherwise``."""
    found = near(word, known)
    return f"did you mean {' or '.join(found)}?" if found else otherwise
