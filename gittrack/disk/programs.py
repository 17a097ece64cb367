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


def _can_run(path: str) -> bool:
    return os.access(path, os.X_OK) and not os.path.isdir(path)
