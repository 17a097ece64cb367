"""Make files read-only for one command: a mount namespace, if Linux allows one without privileges.

The files themselves are not changed: other processes can write them, and no kill leaves them read-only.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from gittrack.core.standard.collections import Sequence
from gittrack.core.standard.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import ctypes

_NEW_MOUNTS, _NEW_USER = 0x20000, 0x10000000  # CLONE_NEWNS, CLONE_NEWUSER
_BIND, _RECURSIVE, _PRIVATE = 0x1000, 0x4000, 1 << 18  # MS_BIND, MS_REC, MS_PRIVATE
_MOUNT_SETATTR = 442  # the number of the system call since Linux 5.12, on all machines
_THIS_FOLDER, _AT_RECURSIVE, _READ_ONLY = (
    -100,
    0x8000,
    1,
)  # AT_FDCWD, AT_RECURSIVE, MOUNT_ATTR_RDONLY


class View(NamedTuple):
    """What a command sees read-only.

    Attributes
    ----------
    read_only
        Files and folders, with everything below them.
    writable
        Folders below them that stay writable.
    """

    read_only: tuple[str, ...] = ()
    writable: tuple[str, ...] = ()


def preload() -> None:
    """Import what `enter` needs, for processes that are forked later."""
    import ctypes  # noqa: F401, PLC0415 - only a command in a worktree needs it


def works(view: View) -> bool:
    """Return whether a process can enter a view here; a child process tries it."""
    if not hasattr(os, "pidfd_open"):  # not Linux
        return False
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            enter(view)
            code = 0
        except OSError:
            code = 1
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def aliases(path: str, mounts: str | None = None) -> list[str]:
    """Return the other paths of a folder, or of parts of it, that bind mounts make.

    Parameters
    ----------
    path
        The folder, without symbolic links.
    mounts
        The content of ``/proc/self/mountinfo``; None reads it.
    """
    if mounts is None:
        try:
            mounts = Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape")
        except OSError:  # not Linux
            return []
    rows = [[_unescaped(word) for word in line.split(" ")[2:5]] for line in mounts.splitlines()]
    holding = [row for row in rows if f"{path}/".startswith(f"{row[2].rstrip('/')}/")]
    if not holding:
        return []
    device, root, point = max(reversed(holding), key=lambda row: len(row[2]))
    inner = f"{root.rstrip('/')}{path[len(point.rstrip('/')) :]}"
    result = []
    for other_device, other_root, other_point in rows:
        top = other_root.rstrip("/")
        if other_device == device and f"{inner}/".startswith(f"{top}/"):
            result.append(f"{other_point.rstrip('/')}{inner[len(top) :]}")
        elif other_device == device and other_root.startswith(f"{inner}/"):
            result.append(other_point)
    return [name for name in dict.fromkeys(result) if not f"{name}/".startswith(f"{path}/")]


def _unescaped(word: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), word)


def enter(view: View) -> None:
    """Make the files of a view read-only for this process and those that it starts.

    Raises OSError if the system does not allow it.
    """
    import ctypes  # noqa: PLC0415 - only a command in a worktree needs it

    libc = ctypes.CDLL(None, use_errno=True)
    _unshare(libc)
    _check(libc.mount(b"none", b"/", None, _RECURSIVE | _PRIVATE, None))
    writable = [path for path in view.writable if os.path.isdir(path)]
    _bind(libc, writable, _BIND)
    _bind(libc, view.read_only, _BIND | _RECURSIVE)
    for path in view.read_only:
        _set_attributes(libc, path, (_READ_ONLY, 0), _AT_RECURSIVE)
    for path in writable:
        _set_attributes(libc, path, (0, _READ_ONLY), 0)


def _unshare(libc: ctypes.CDLL) -> None:
    """Get mounts of its own; only the administrator needs no namespace of users for that."""
    user, group = os.geteuid(), os.getegid()
    if libc.unshare(_NEW_MOUNTS) == 0:
        return
    _check(libc.unshare(_NEW_USER | _NEW_MOUNTS))
    for name, line in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        handle = os.open(f"/proc/self/{name}", os.O_WRONLY)
        os.write(handle, line.encode())
        os.close(handle)


def _bind(libc: ctypes.CDLL, paths: Sequence[str], flags: int) -> None:
    for path in paths:
        name = os.fsencode(path)
        _check(libc.mount(name, name, None, flags, None))


def _set_attributes(libc: ctypes.CDLL, path: str, change: tuple[int, int], flags: int) -> None:
    """Set and clear attributes of a mount; ``change`` is (to set, to clear)."""
    import ctypes  # noqa: PLC0415 - only a command in a worktree needs it

    attributes = (ctypes.c_uint64 * 4)(*change, 0, 0)
    _check(
        libc.syscall(
            _MOUNT_SETATTR,
            _THIS_FOLDER,
            os.fsencode(path),
            flags,
            attributes,
            ctypes.sizeof(attributes),
        )
    )


def _check(result: int) -> None:
    if result != 0:
        import ctypes  # noqa: PLC0415 - only a command in a worktree needs it

        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
