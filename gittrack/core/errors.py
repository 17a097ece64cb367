"""The errors of the library: one sentence on what is wrong, one on what to do."""

from __future__ import annotations

from gittrack.core.standard.collections import Iterable


class TrackError(Exception):
    """An error that the user can act on.

    Parameters
    ----------
    message : str
        What is wrong, in one sentence.
    hint : str, default ""
        What to do about it.
    code : int, default 1
        The exit status of the command line.
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
    """No run has the given address."""


class AmbiguousRun(TrackError):
    """More than one run has the given address."""


class Damaged(TrackError):
    """The stored data of a run cannot be read."""


class NewerFormat(TrackError):
    """A later version of gittrack wrote the stored data of a run; they are left unchanged."""


class OnAnotherHost(TrackError):
    """The process of a journal may be alive on another host, whose locks are not visible here."""


class NotANumber(TrackError):
    """The value of a metric is not a number."""


def unwritable(failure: str, path: str, reason: str) -> TrackError:
    """Return the error for a repository that cannot be written, such as a read-only one or a full disk.

    Parameters
    ----------
    failure : str
        What does not work, such as ``the run cannot be recorded``.
    path : str
        Where.
    reason : str
        The message of the operating system.
    """
    return TrackError(
        f"{failure} in {path}: {reason}",
        "make the repository writable and see that its disk has room",
    )


def near(word: str, candidates: Iterable[str]) -> list[str]:
    """Return the candidates most similar to ``word``, each once: at most three, the nearest first.

    A candidate that is clearly less similar than the nearest one is left out.
    """
    import difflib  # noqa: PLC0415 - only a mistake needs it

    matches = difflib.get_close_matches(word, list(dict.fromkeys(candidates)), n=3, cutoff=0.5)
    ratios = [difflib.SequenceMatcher(None, match, word).ratio() for match in matches]
    return [m for m, ratio in zip(matches, ratios, strict=True) if ratio >= ratios[0] - 0.2]


def did_you_mean(word: str, candidates: Iterable[str], otherwise: str = "") -> str:
    """Return a hint that names the candidates nearest to ``word``; ``otherwise`` if none is near."""
    similar = near(word, candidates)
    return f"did you mean {' or '.join(similar)}?" if similar else otherwise
