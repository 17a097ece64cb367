"""Text and pages of HTML."""

from __future__ import annotations

import json
import os
from typing import Any

from gittrack.core import values
from gittrack.record.media.medium import Encoded, Medium, read_file


class Text(Medium):
    """Text, for ``run.log({"sample": gittrack.Text("once upon a time")}, step=3)``.

    Parameters
    ----------
    text : str or object
        Text is stored as it is; lists, mappings and other plain values as JSON.
    caption : str, optional
        A line of text about it.
    """

    type = "text"

    def __init__(self, text: Any, caption: str | None = None) -> None:
        super().__init__(caption)
        self.text = text

    def encode(self) -> Encoded:
        """Return the text as a file."""
        if isinstance(self.text, str):
            return Encoded(self.text.encode("utf-8", "surrogatepass"), ".txt")
        plain = values.plain(self.text, "text")
        return Encoded(json.dumps(plain, ensure_ascii=False, indent=1).encode(), ".json")


class Html(Medium):
    """A page of HTML, which the page of runs shows in a frame without scripts.

    Parameters
    ----------
    data : str, path or file
        The HTML; the path of a file that ends in ``.html``; or an open file.
    caption : str, optional
        A line of text about it.
    """

    type = "html"

    def __init__(self, data: Any, caption: str | None = None) -> None:
        super().__init__(caption)
        self.data = data

    def encode(self) -> Encoded:
        """Return the page as a file."""
        data = self.data
        is_path = isinstance(data, os.PathLike) or (
            isinstance(data, str) and "<" not in data and data.lower().endswith((".html", ".htm"))
        )
        if is_path:
            return Encoded(read_file(data, "page")[0], ".html")
        content = data.read() if callable(getattr(data, "read", None)) else data
        return Encoded(content if isinstance(content, bytes) else str(content).encode(), ".html")
