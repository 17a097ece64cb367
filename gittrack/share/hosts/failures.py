"""Failures of a remote in one sentence each, made from what git and the host print."""

from __future__ import annotations

from gittrack.git import GitError

_MOST_CHARACTERS = 200
_REMOTE = "remote:"
_NOISE = ("hint:", "warning:", _REMOTE, "Please make sure", "and the repository exists", "To ")
_DECLINED = "error: hook declined to update"  # git's own line, which says no more than the reason
_AGAIN = "do it again: it completes what is missing"
# (what is wrong, what to do, parts of git's message): the first row with a part that occurs counts.
_CUT = (
    *("early EOF", "unexpected disconnect", "hung up unexpectedly", "RPC failed"),
    *("Connection reset", "Broken pipe", "unexpected EOF", "transfer closed"),
)
_KINDS = (
    (
        "{} has ids of another kind than this repository (SHA-1 or SHA-256)",
        "make a repository there with the --object-format of this one: git rev-parse --show-object-format",
        ("repository's hash algorithm", "mismatched algorithms"),
    ),
    (
        "{} did not accept the login",
        "log in once with git: git ls-remote {}",
        (
            *("Authentication failed", "could not read Username", "could not read Password"),
            *("terminal prompts disabled", "Permission denied (", "Host key verification failed"),
            *("unable to get password", "returned error: 401", "returned error: 403"),
        ),
    ),
    (
        "{} has no repository at this URL",
        "see the URL: git remote -v",
        ("does not appear to be a git repository", "not found", "does not exist", "not a git repo"),
    ),
    (
        "{} does not allow this",
        "ask its owner for access; see the URL: git remote -v",
        # GitHub, GitLab, Gitea and Forgejo, Gitolite, git daemon: each over ssh or its own protocol.
        ("denied to", "not allowed to", "not authorized to", "DENIED by", "access denied or"),
    ),
    ("the connection to {} was cut", _AGAIN, _CUT),
    (
        "{} cannot be reached",
        _AGAIN,
        (
            *("Could not resolve", "Connection refused", "Failed to connect", "Couldn't connect"),
            *("timed out", "No route to host", "Network is unreachable", "Could not read from"),
        ),
    ),
    (
        "nothing was sent to {}",
        "a pre-push hook of this repository may have refused it: git config core.hooksPath",
        ("failed to push some refs",),
    ),
)


def failure(remote: str, err: bytes) -> GitError:
    """Return the error for a call of git to a remote that failed.

    Parameters
    ----------
    remote : str
        The name of the remote.
    err : bytes
        The standard error of git.
    """
    text, words = err.decode(errors="replace"), host_words(err)
    detail = _shortened(f"{first_line(err)} ({words})" if words else first_line(err))
    for sentence, hint, parts in _KINDS:
        if any(part in text for part in parts):
            return GitError(f"{sentence.format(remote)}: {detail}", hint.format(remote))
    return GitError(f"{remote}: {detail}", "see what git prints: git ls-remote " + remote)


def was_cut(err: bytes) -> bool:
    """Return whether a connection ended in the middle, so that smaller parts may arrive."""
    text = err.decode(errors="replace")
    return any(part in text for part in _CUT) and "fsck error" not in text


def write_error(err: bytes) -> str:
    """Return why git could not write on this side; empty if it printed no such reason."""
    lines = err.decode(errors="replace").splitlines()
    ours = [line for line in lines if not line.startswith(_REMOTE)]
    return next((word for word in _WRITE_ERRORS if any(word in line for line in ours)), "")


_WRITE_ERRORS = ("No space left on device", "Disk quota exceeded", "Read-only file system")


def was_too_large(err: bytes) -> bool:
    """Return whether a host refused a whole push because of its size."""
    return b"exceeds maximum allowed" in err


def first_line(err: bytes) -> str:
    """Return the first line of git's own message."""
    lines = _lines(err)
    plain = [line for line in lines if line and not line.startswith(_NOISE)]
    line = plain[0] if plain else "git printed no reason"
    return line.removeprefix("fatal: ").removeprefix("error: ").rstrip(".:")


def refusal(reason: str, err: bytes) -> str:
    """Return why a remote refused a ref: git's reason and the words of the host."""
    words = host_words(err)
    return _shortened(f"{reason}: {words}" if words else reason)


def host_words(err: bytes) -> str:
    """Return what the host itself printed, in one line; empty if it printed nothing."""
    lines = _lines(err)
    words = [line.removeprefix(_REMOTE).strip() for line in lines if line.startswith(_REMOTE)]
    words += [
        line.removeprefix("error: ") for line in lines if line.startswith("error: remote unpack")
    ]
    words = [word for word in words if word and not word.startswith(_DECLINED)]
    return _shortened(" ".join(dict.fromkeys(words)))


def _lines(err: bytes) -> list[str]:
    """Return what git and the host printed, without passwords in URLs."""
    from gittrack.core.secrets import redact_url  # noqa: PLC0415 - 1 ms that a push of nothing spares

    return [line.strip() for line in redact_url(err.decode(errors="replace")).splitlines()]


def _shortened(text: str) -> str:
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}..."
