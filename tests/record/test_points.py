"""record/points: the journal is synced on a timer, and never by the thread that logs."""

from __future__ import annotations

import os
import threading

import gittrack


def test_events_and_points_are_synced_by_a_thread_of_their_own(project, monkeypatch):
    synced, done = [], threading.Event()

    def fdatasync(fd):
        synced.append((fd, threading.current_thread() is threading.main_thread()))
        if len(synced) == 2:
            done.set()

    monkeypatch.setattr(os, "fdatasync", fdatasync)
    with gittrack.init() as run:
        run.log({"loss": 1.0})
        assert synced == []
        run._points._sync_at = 0.0  # ten seconds later
        run.log({"loss": 0.5})
        assert done.wait(60)
        files = (run._journal.series.fd, run._journal.events.fd)
        assert sorted(synced) == sorted((fd, False) for fd in files)
