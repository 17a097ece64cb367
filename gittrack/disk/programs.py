"""Programs: where a command line finds them."""

from __future__ import annotations

import os


def which(program: str, path: str | None = None) -> str | None:
    """Return the file that a command line means by ``program``; None if there is none.

    The same as `shutil.which`, whose module takes 2 ms to import because it knows archives.

    Parameters
    ----------
    program : str
        The name of a program, or its path.
    path : str, optional
        The folders to search, as in PATH.  Default: PATH, or the folders of the system without one.
    """
    if os.path.dirname(program):
        return program if _can_run(program) else None
    folders = os.environ.get("PATH", os.confstr("CS_PATH")) if path is None else path
    files = (os.path.join(folder, program) for folder in folders.split(":")) if folders else ()
    return next(filter(_can_run, files), None)


_paths: dict[tuple[str, str], str] = {}


def remembered(program: str) -> str | None:
    """Return the same as `which`, which looks into each folder of PATH, once for each PATH of this process.

    The file may have been removed meanwhile.
    """
    key = (program, os.environ.get("PATH", ""))
    if key not in _paths:
        path = which(program)
        if path is None or not os.path.isabs(path):  # it depends on the current folder
            return path
        _paths[key] = path
    return _paths[key]


def _can_run(path: str) -> bool:
    return os.access(path, os.X_OK) and not os.path.isdir(path)
