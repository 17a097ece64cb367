"""The names of `types` that annotations have, and the class of read-only mappings."""

from __future__ import annotations

from gittrack.core.standard.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import CodeType as CodeType
    from types import FrameType as FrameType
    from types import MappingProxyType as MappingProxyType
    from types import TracebackType as TracebackType
else:
    CodeType = FrameType = TracebackType = (
        None  # used in annotations only, which are never evaluated
    )
    MappingProxyType = type(type.__dict__)
