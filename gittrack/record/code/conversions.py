"""Files of which a checkout gives other bytes than those that ran: line endings, and filters such as Git LFS.

Git compares files after its conversions.  So a file may have uncommitted bytes although git says that it is
unchanged, and a rerun from the commit would get other bytes.  Only repositories that configure a conversion
pay for this check.
"""

from __future__ import annotations

import os

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Iterator, Mapping, Sequence
from gittrack.core.standard.typing import NamedTuple
from gittrack.disk import folders
from gittrack.git.files import attributes
from gittrack.record.code.capture import Captured
from gittrack.record.code.index import list_item

_ATTRIBUTES = ("text", "eol", "crlf", "filter", "ident", "working-tree-encoding")
_OFF = ("unspecified", "unset")
_FALSE = ("false", "no", "off", "0")
_MOST_BYTES = 64 << 20  # of all files to compare
_MOST_NAMES = 5


class _File(NamedTuple):
    """A file of the tree: its path, the id and size of its blob, and its attributes."""

    path: str
    oid: str
    size: int
    attributes: Mapping[str, str]


def check(repo: git.Repo, objects: str, config: Mapping[str, str], captured: Captured) -> Captured:
    """Return the code with a sentence under ``inexact``, and a warning, if a checkout gives other bytes.

    Parameters
    ----------
    repo
        The repository.
    objects
        The folder with the objects of the snapshot.
    config
        The configuration of git.
    captured
        The code that is about to run.
    """
    try:
        sentences = _sentences(repo, objects, config, captured)
    except (TrackError, OSError) as error:
        sentences = [f"line endings and filters could not be checked: {error}"]
    if not sentences:
        return captured
    diff = captured.diff or {"base": captured.code.commit}
    diff = {**diff, "inexact": [*diff.get("inexact", ()), *sentences]}
    return captured._replace(diff=diff, warnings=(*captured.warnings, *sentences))


def _sentences(
    repo: git.Repo, objects: str, config: Mapping[str, str], captured: Captured
) -> list[str]:
    """Return the sentences on files of which a checkout gives other bytes; the parameters are `check`'s."""
    if captured.tree is None or not _is_configured(repo, config, captured.tracked):
        return []
    env = {"GIT_ALTERNATE_OBJECT_DIRECTORIES": list_item(objects)}
    files = _files(repo, captured.tree, env)
    dirty = {item["path"] for item in captured.diff.get("files", ())}
    of_lfs = {f.path: f.oid for f in files if f.path in dirty and _driver(f, config) == "lfs"}
    exact: set[str] = set()
    if of_lfs:
        from gittrack.record.code import lfs_files  # noqa: PLC0415 - few repositories use Git LFS

        exact = lfs_files.keep(repo, of_lfs, config, env)
    filtered = [
        f.path for f in files if f.path in dirty and f.path not in exact and _driver(f, config)
    ]
    suspects = [f for f in files if f.path not in filtered and _is_suspect(repo, f, config)]
    compared, skipped = _within_limit(suspects)
    checked_out = _checked_out(repo, compared, env)
    other = [
        file.path
        for file, content in zip(compared, checked_out, strict=True)
        if content != folders.content(os.path.join(repo.work_tree or "", file.path))
    ]
    return [
        *_sentence("the changed content passes a filter, so what is recorded may differ", filtered),
        *_sentence("a checkout gives other bytes (line endings or a filter)", other),
        *_sentence("too large to compare with a checkout", skipped),
    ]


def _is_configured(repo: git.Repo, config: Mapping[str, str], tracked: bytes) -> bool:
    """Return whether git may convert any file of the work tree; ``tracked`` is of ``git ls-files -v -z``."""
    if config.get("core.autocrlf", "false").lower() not in _FALSE:
        return True
    if attributes.convert_everywhere(repo.common_dir, config):
        return True
    paths = [os.path.join(repo.work_tree or "", ".gitattributes")]
    if b"/.gitattributes\0" in tracked:
        entries = (entry[2:] for entry in os.fsdecode(tracked).split("\0"))
        below = [path for path in entries if path.endswith("/.gitattributes")]
        paths += [os.path.join(repo.work_tree or "", path) for path in below]
    return attributes.convert(paths)


def _files(repo: git.Repo, tree: str, env: Mapping[str, str]) -> list[_File]:
    """Return the files of a tree, with their attributes in the work tree."""
    listing = repo.call("ls-tree", "-r", "-l", "-z", "--full-tree", tree, env=env).output()
    entries = []
    for line in os.fsdecode(listing).split("\0")[:-1]:
        words, _, path = line.partition("\t")
        mode, _, oid, size = words.split()
        if mode.startswith("100") and size.isdigit():
            entries.append((path, oid, int(size)))
    feed = os.fsencode("".join(f"{path}\0" for path, _, _ in entries))
    answer = repo.call("check-attr", "-z", "--stdin", *_ATTRIBUTES, feed=feed).output()
    fields = os.fsdecode(answer).split("\0")
    by_path: dict[str, dict[str, str]] = {}
    for path, name, value in zip(fields[::3], fields[1::3], fields[2::3], strict=False):
        by_path.setdefault(path, {})[name] = value
    return [_File(*entry, by_path.get(entry[0], {})) for entry in entries]


def _driver(file: _File, config: Mapping[str, str]) -> str:
    """Return the name of the filter of a file; empty if it has none that is configured."""
    name = file.attributes.get("filter", "unset")
    keys = (f"filter.{name}.{key}" for key in ("clean", "smudge", "process"))
    return name if name not in _OFF and any(config.get(key) for key in keys) else ""


def _is_suspect(repo: git.Repo, file: _File, config: Mapping[str, str]) -> bool:
    """Return whether a checkout could give other bytes; sizes decide where no content can be longer."""
    try:
        size = os.lstat(os.path.join(repo.work_tree or "", file.path)).st_size
    except OSError:  # deleted, or never checked out
        return False
    driver = _driver(file, config)
    if driver == "lfs":  # an unchanged file is the one that its pointer names
        return False
    if driver or file.attributes.get("ident", "unset") not in _OFF:
        return True
    if file.attributes.get("working-tree-encoding", "unset") not in _OFF:
        return True
    is_binary = file.attributes.get("text") == "unset" and "eol" not in file.attributes
    crlf = file.attributes.get("eol") == "crlf" or (
        file.attributes.get("text") != "unset" and (_converts_to_crlf(config))
    )
    return not is_binary and (crlf or size != file.size)


def _converts_to_crlf(config: Mapping[str, str]) -> bool:
    """Return whether a checkout writes the line ending of Windows into every text file."""
    autocrlf = config.get("core.autocrlf", "false").lower()
    return autocrlf not in (*_FALSE, "input") or config.get("core.eol", "").lower() == "crlf"


def _within_limit(files: Sequence[_File]) -> tuple[list[_File], list[str]]:
    """Return the files to compare, the small ones first, and the paths of the others."""
    compared, skipped, total = [], [], 0
    for file in sorted(files, key=lambda file: file.size):
        total += file.size
        if total <= _MOST_BYTES:
            compared.append(file)
        else:
            skipped.append(file.path)
    return compared, skipped


def _checked_out(repo: git.Repo, files: Sequence[_File], env: Mapping[str, str]) -> Iterator[bytes]:
    """Yield the bytes that a checkout of each file gives.

    Git prints the size of the blob, not of what it prints.  So the name of an object that does not exist
    follows each file, and git's answer to that name shows where the content ends.
    """
    mark = os.urandom(16).hex()
    lines = [f"{file.oid} {file.path}\n{mark}{n}\n" for n, file in enumerate(files)]
    feed = os.fsencode("".join(lines))
    out = (
        repo.call("cat-file", "--batch", "--filters", feed=feed, env=env).output() if files else b""
    )
    for number in range(len(files)):
        content, _, out = out.partition(f"\n{mark}{number} missing\n".encode())
        yield content.partition(b"\n")[2]  # after the line with the id, the type and the size


def _sentence(problem: str, paths: Sequence[str]) -> Iterator[str]:
    if paths:
        more = len(paths) - _MOST_NAMES
        names = ", ".join(sorted(paths)[:_MOST_NAMES])
        yield f"{problem}: {names}{f' and {more} more' if more > 0 else ''}"
