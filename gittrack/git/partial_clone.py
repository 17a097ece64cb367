"""What to do about objects that a partial clone left out."""

from __future__ import annotations

# The command that completes a partial clone, quoted for a shell.
COMPLETE = (
    "git fetch --refetch --no-filter --no-prune --no-tags --refmap= origin"
    " '+refs/heads/*:refs/remotes/origin/*' 'refs/tags/*:refs/tags/*'"
    " 'refs/runs/*:refs/runs/*' '+refs/notes/runs*:refs/notes/origin/runs*'"
)


def missing_object_error(line: str, text: str) -> tuple[str, str]:
    """Return the message and the hint for an object that was left out and that git did not fetch.

    Parameters
    ----------
    line : str
        The first line of git's error.
    text : str
        The whole error of git.
    """
    object_id = text.rpartition("could not fetch ")[2].partition(" ")[0][:12]
    problem = f"this partial clone left out the object {object_id}"
    if "lazy fetching disabled" in text:
        hint = f"a verb about one run fetches it: git track show RUN; all objects: {COMPLETE}"
        return f"git: {problem}", hint
    reason = line.removeprefix("fatal: ").removeprefix("error: ")
    return (
        f"git: {problem}, and the remote that has it does not answer: {reason}",
        f"try again when the remote can be reached; or fetch all objects: {COMPLETE}",
    )
