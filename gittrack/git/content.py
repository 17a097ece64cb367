"""Objects in git: their content, which are missing, and the difference of two trees."""

from __future__ import annotations

from gittrack.core.standard.collections import Callable, Generator, Iterable, Iterator, Sequence
from gittrack.git.process import Call, GitError, LeftOut, Repo, failure


def read_objects(
    repo: Repo, names: Iterable[str], *, most: int | None = None
) -> Iterator[bytes | None]:
    """Return an iterator over the content of each object, in order; None for a missing one.

    All objects cost one process, which begins at once and is waited for when the first content is needed.
    Replacements of `git replace` are ignored.

    Parameters
    ----------
    repo
        The repository.
    names
        Ids, or ``id:path``.
    most
        The memory in bytes that git may use for one object; None for no limit.

    Raises
    ------
    GitError
        If an object needs more memory, or if git cannot read it.
    """
    questions = [name if "\n" not in name else _id_of(repo, name) for name in names]
    if not questions:
        return iter(())
    feed = ("\n".join(questions) + "\n").encode(errors="surrogateescape")
    read = ("--no-replace-objects", "cat-file", "--batch", "--buffer")
    limit = {} if most is None else {"GIT_ALLOC_LIMIT": str(most)}
    return _contents(repo.call(*read, feed=feed, env=limit, shared=True), len(questions))


def readable_objects(repo: Repo, names: Sequence[str]) -> list[bytes | None]:
    """Return the content of each object as `read_objects`, None also for one that is damaged.

    Git stops at a damaged object, which is searched by halves.  Raises LeftOut.
    """
    try:
        return list(read_objects(repo, names))
    except LeftOut:
        raise
    except GitError:
        half = len(names) // 2
        if not half:
            return [None]
        return readable_objects(repo, names[:half]) + readable_objects(repo, names[half:])


def _contents(call: Call, count: int) -> Iterator[bytes | None]:
    out = call.output()
    at = 0
    for _ in range(count):
        end = out.index(b"\n", at)
        words = out[at:end].rsplit(b" ", 2)
        if words[-1] in (b"missing", b"ambiguous") or not words[-1].isdigit():
            at = end + 1
            yield None
        else:
            size = int(words[-1])
            yield out[end + 1 : end + 1 + size]
            at = end + size + 2


def blob_parts(repo: Repo, name: str, size: int = 1 << 16) -> Generator[bytes, None, None]:
    """Yield the content of a blob, ``id:path``, in parts, so that a large one takes little memory.

    Raises GitError if it is missing.  If the caller closes the iterator, git ends before the last part.
    """
    stream = ("-c", "core.bigFileThreshold=8m", "--no-replace-objects", "cat-file", "blob", name)
    call = repo.call(*stream, shared=True, piped=True)
    try:
        yield from call.child.parts(size)
        answer = call.wait()
    finally:
        call.child.end()
    if answer.code != 0:
        raise failure(call.args, answer)


def read_small_objects(repo: Repo, oids: Sequence[str], most: int) -> list[bytes | None]:
    """Return the content of each commit; None if it is missing, damaged, or has more than ``most`` bytes.

    Git fails if a commit is damaged or needs more memory; blobs have no limit, because git streams them.
    Only after a failure the sizes are read, so ordinary listings pay nothing.
    """
    return begin_small_objects(repo, oids, most)()


def begin_small_objects(
    repo: Repo, oids: Sequence[str], most: int
) -> Callable[[], list[bytes | None]]:
    """Let git begin to read commits; the function that is returned waits for `read_small_objects`."""
    reading = read_objects(repo, oids, most=most)
    return lambda: _small_objects(repo, oids, most, reading)


def _small_objects(
    repo: Repo, oids: Sequence[str], most: int, reading: Iterator[bytes | None]
) -> list[bytes | None]:
    try:
        return list(reading)
    except GitError:
        feed = ("\n".join(oids) + "\n").encode()
        check = ("cat-file", "--batch-check=%(objectsize)")
        sizes = repo.read("--no-replace-objects", *check, feed=feed).split(b"\n")
        pairs = zip(oids, sizes, strict=False)  # the last line break is followed by nothing
        fitting = [size.isdigit() and int(size) <= most for _, size in pairs]
        small_ids = [oid for oid, fits in zip(oids, fitting, strict=True) if fits]
        contents = iter(readable_objects(repo, small_ids))
        return [next(contents) if fits else None for fits in fitting]


def _id_of(repo: Repo, name: str) -> str:
    """Return the id for an ``id:path`` with a line break, which git accepts on stdin only since 2.38."""
    args = ("rev-parse", "--verify", "--quiet", "--end-of-options", name)
    return repo.call(*args, shared=True).wait().out.decode().strip() or "0" * 40


def diff(repo: Repo, before: str, after: str, *options: str) -> bytes:
    """Return ``git diff`` of two commits or trees, given by full id; no helper program runs."""
    plain = ("--no-ext-diff", "--no-textconv", "--no-color", "--no-renames")
    return repo.read("diff", *plain, *options, "--end-of-options", before, after, "--")


def sizes(repo: Repo, names: Sequence[str]) -> list[int | None]:
    """Return the bytes of each object, an id or ``id:path``; None for a missing one.  One process."""
    if not names:
        return []
    feed = ("\n".join(names) + "\n").encode(errors="surrogateescape")
    lines = repo.read("cat-file", "--batch-check=%(objectsize)", feed=feed).split(b"\n")
    return [int(line) if line.isdigit() else None for line in lines[: len(names)]]


def exist(repo: Repo, names: Sequence[str]) -> list[bool]:
    """Return for each object, an id or ``id:path``, whether it is in the repository; from one process."""
    if not names:
        return []
    questions = [name if "\n" not in name else _id_of(repo, name) for name in names]
    feed = ("\n".join(questions) + "\n").encode(errors="surrogateescape")
    out = repo.read("cat-file", "--batch-check", feed=feed)
    return [not line.endswith(b" missing") for line in out.split(b"\n")[:-1]]


def missing_objects(repo: Repo, oids: Sequence[str]) -> list[str]:
    """Return the ids that are not in any object store of the repository."""
    if not oids:
        return []
    out = repo.read("cat-file", "--batch-check", feed=("\n".join(oids) + "\n").encode())
    return [line.split()[0] for line in out.decode().splitlines() if line.endswith(" missing")]
