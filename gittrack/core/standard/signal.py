"""`signal`, with numbers for its constants, because `enum` takes longer to import than a tenth of a run.

The numbers are equal to the constants.  `name_of` stands for `signal.Signals`, because a handler of signals
must import nothing: it may interrupt an import of the same module, or run when no file can be opened.
"""

from __future__ import annotations

from gittrack.core.standard.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from signal import *
else:
    try:
        from _signal import *  # what `signal` takes its functions from
    except ImportError:  # not CPython
        from signal import *


def name_of(number: int) -> str:
    """Return the name of a signal; ``SIG`` and the number if it has no name."""
    names = (
        name
        for name, value in globals().items()
        if name.startswith("SIG") and not name.startswith("SIG_") and value == number
    )
    return min(names, default=f"SIG{number}")  # the name that `signal.Signals` prefers
