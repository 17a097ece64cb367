"""``%load_ext gittrack`` in a notebook: ``%track ls``, ``%track top val_loss``."""

from __future__ import annotations

import contextlib
import gc
import io
import shlex
from typing import Any

from gittrack.api.notebooks import display
from gittrack.cli import main

# They need a terminal, or signals, or do not end.
_OF_A_TERMINAL = ("run", "sweep", "ui", "watch", "reproduce", "repeat", "verify", "demo")


def load_ipython_extension(shell: Any) -> None:
    """Add ``%track`` to a notebook, and let it show live runs, series and differences.

    Parameters
    ----------
    shell : IPython.core.interactiveshell.InteractiveShell
        The shell.
    """
    display.register(shell)
    shell.register_magic_function(track, "line", "track")


def track(line: str) -> None:
    """Run a verb of ``git track`` in this process and print its result.

    Parameters
    ----------
    line : str
        The verb and its options: ``ls -n 5``.
    """
    words = shlex.split(line)
    if words and words[0] in _OF_A_TERMINAL:
        print(f"{words[0]} needs a terminal; in a notebook: !git track {line}")
        return
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        main.main(words)
    gc.enable()  # the command line turns it off in its short life
    for stream in (out, err):
        stream.flush()
        text = stream.buffer.getvalue().decode("utf-8", "replace")
        if text:
            print(text, end="")
