"""`signal`, with numbers for its constants, because `enum` takes longer to import than a tenth of a run.

The numbers are equal to the constants.  `signal.Signals`, which names a signal, is only in the real module.
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
