"""Read objects up to a size, so that a huge object of somebody else does not fill the memory."""

from __future__ import annotations

from collections.abc import Sequence

from gittrack import git


def objects(repo: git.Repo, oids: Sequence[str], most: int) -> list[bytes | None]:
    """Return the content of each commit; None if it is missing or has more than ``most`` bytes.

    Git fails if a commit needs more memory; blobs have no limit, because git streams them.  Only after a
    failure the sizes are read, so ordinary listings pay nothing.
    """
    try:
        return list(git.read_objects(repo, oids, most=most))
    except git.GitError:
        feed = ("\n".join(oids) + "\n").encode()
        check = ("cat-file", "--batch-check=%(objectsize)")
        sizes = repo.read("--no-replace-objects", *check, feed=feed).split(b"\n")
        pairs = zip(oids, sizes, strict=False)  # the last line break is followed by nothing
        fitting = [size.isdigit() and int(size) <= most for _, size in pairs]
        small_ids = [oid for oid, fits in zip(oids, fitting, strict=True) if fits]
        contents = git.read_objects(repo, small_ids)
        return [next(contents) if fits else None for fits in fitting]
