"""Create a ref without a process, in a repository in which git would only write a file.

The file gets its name when its content is on the disk, and only if there is none of that name.  So a kill
leaves no lock behind, and git can look at refs and pack them at any time.
"""

from __future__ import annotations

import errno
import os

from gittrack.core import layout
from gittrack.core.standard.collections import Mapping
from gittrack.core.standard.typing import NamedTuple
from gittrack.git.files import config_files, packed_refs

HOOK = "reference-transaction"
_SIGNS = dict.fromkeys(map(ord, "._-"))
_ATTEMPTS = 5  # git may remove an empty folder of refs at any time


class PlainRefs(NamedTuple):
    """A repository whose refs are files, and in which a new ref calls nothing else.

    Attributes
    ----------
    common_dir : str
        The common folder of git.
    hook : str
        The path of the hook that git would call.
    scratch : str
        A folder for the file before it has its name.
    configured : ConfigStamp
        The state of the files with the settings of git.
    drafted : str, optional
        The id for which the file is on the disk already.
    """

    common_dir: str
    hook: str
    scratch: str
    configured: config_files.ConfigStamp
    drafted: str | None = None

    @property
    def draft_path(self) -> str:
        """The path of the file before it has its name."""
        return os.path.join(self.scratch, "new-ref")

    def draft(self, oid: str) -> PlainRefs:
        """Write the file of a ref to an object, which the caller flushes before it calls `create`.

        Nothing is drafted if it cannot be written; then `create` writes it, or git.
        """
        try:
            os.close(_write(self.draft_path, f"{oid}\n"))
        except OSError:
            return self
        return self._replace(drafted=oid)

    def create(self, ref: str, oid: str) -> bool:
        """Create a ref, durably.

        Returns
        -------
        bool
            False if nothing was done, and git has to do it: it runs the hook, waits for others, or tells what
            is wrong.
        """
        if os.path.lexists(self.hook) or config_files.stamp(self.common_dir) != self.configured:
            return False
        if not ref.startswith(layout.RUNS) or not all(map(_is_plain, ref.split("/"))):
            return False  # git keeps a reflog of branches and notes
        path, content = os.path.join(self.common_dir, ref), self.draft_path
        try:
            if self.drafted != oid:
                _flush(_write(content, f"{oid}\n"))
            if os.path.lexists(f"{path}.lock") or _is_in_the_way(self.common_dir, ref):
                return False
            _link(content, path)
            os.unlink(content)
        except OSError:
            return False
        return True


def plain_refs(
    common_dir: str, config: Mapping[str, str], scratch: str, configured: config_files.ConfigStamp
) -> PlainRefs | None:
    """Return the refs of a repository if `PlainRefs.create` may write them, else None.

    Parameters
    ----------
    common_dir : str
        The common folder of git.
    config : mapping of str to str
        The whole configuration of git, as it is now.
    scratch : str
        A folder on the same disk, which the caller removes.
    configured : ConfigStamp
        The state of the files of the configuration when it was read.
    """
    hooks = os.path.expanduser(config.get("core.hookspath") or f"{common_dir}/hooks")
    shared = config.get("core.sharedrepository", "umask").lower()
    logged = config.get("core.logallrefupdates", "true").lower()
    is_unusual = shared not in ("umask", "false", "0") or logged == "always"
    has_hooks = not os.path.isabs(hooks) or any(key.startswith("hook.") for key in config)
    if is_unusual or has_hooks or not config_files.are_all(config):
        return None
    return PlainRefs(common_dir, os.path.join(hooks, HOOK), scratch, configured)


def _is_plain(part: str) -> bool:
    """Return whether a part of the name of a ref has only letters, digits and a few signs between them."""
    is_word = part.isascii() and part.translate(_SIGNS).isalnum()
    return (
        is_word
        and part[0] not in ".-"
        and part[-1] != "."
        and not part.endswith(".lock")
        and ".." not in part
    )


def _write(path: str, text: str) -> int:
    """Write a new file and return its descriptor.

    Raises OSError, also if there is such a file: it may be a ref by another name.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        if os.write(handle, text.encode("ascii")) != len(text):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)
    except OSError:
        os.close(handle)
        raise
    return handle


def _flush(handle: int) -> None:
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _link(content: str, path: str) -> None:
    """Give a file the name of a ref.  Raises OSError if there is such a file, or a ref is in the way."""
    for attempt in range(_ATTEMPTS):
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            os.link(content, path)
            return
        except FileNotFoundError:
            if attempt == _ATTEMPTS - 1:
                raise


def _is_in_the_way(common_dir: str, ref: str) -> bool:
    """Return whether ``packed-refs`` has the ref, or one above or below it."""
    parts = ref.split("/")
    names = ["/".join(parts[:end]) for end in range(2, len(parts) + 1)]
    return packed_refs.exists_any(common_dir, names, f"{ref}/")
