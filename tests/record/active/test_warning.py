"""record/active/warning: warnings go through the logging of the program."""

from __future__ import annotations

from gittrack.record.active import warning


def test_warnings_are_logged_as_they_are(caplog):
    warning.warn(["100% full", "second"])
    assert caplog.messages == ["100% full", "second"]
