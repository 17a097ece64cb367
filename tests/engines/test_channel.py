"""Messages between the process of a sweep and a worker: whole lines, in order, from a dead writer too."""

import os
import resource
import socket
import threading

import pytest

from gittrack.disk import lock
from gittrack.engines import channel
from gittrack.engines.channel import ALIVE, Files, Lines, Pace, Pipes


def test_lines_come_whole_and_others_are_ignored():
    lines = Lines()
    assert lines.feed(b'Welcome to login1!\n[1]\n{"bye": tr') == []
    assert lines.feed(b'ue}\n{"end": true}\n{"ru') == [{"bye": True}, {"end": True}]
    assert lines.feed(b'nning": []}\n') == [{"running": []}]


def test_pipes_carry_messages_until_the_other_side_is_gone():
    (one_in, two_out), (two_in, one_out) = os.pipe(), os.pipe()
    one, two = Pipes(one_in, one_out), Pipes(two_in, two_out)
    assert one.receive() == []
    two.send({"text": "é" * 100})
    two.send({"running": ["1 1"]})
    assert one.receive() == [{"text": "é" * 100}, {"running": ["1 1"]}]
    two.close()
    assert one.is_open
    assert one.receive() == []
    assert not one.is_open
    with pytest.raises(BrokenPipeError):
        one.send({"bye": True})
    one.close()


def test_a_message_that_is_longer_than_the_buffer_of_a_socket_arrives():
    ours, theirs = socket.socketpair()
    one, two = Pipes(ours.fileno(), ours.fileno()), Pipes(theirs.fileno(), theirs.fileno())
    message = {"text": "x" * 2_000_000}
    sender = threading.Thread(target=one.send, args=(message,))
    sender.start()
    received = []
    while not received:
        received = two.receive()
    sender.join()
    assert received == [message]


def test_a_message_that_the_disk_has_no_room_for_is_an_error(tmp_path):
    sweep = Files(tmp_path, at_worker=False)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, limits[1]))
    try:
        with pytest.raises(OSError, match="No space left"):
            sweep.send({"task": "longer than that"})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_files_carry_messages_and_show_whether_the_worker_lives(tmp_path):
    worker, sweep = Files(tmp_path, at_worker=True), Files(tmp_path, at_worker=False)
    assert sweep.receive() == worker.receive() == []
    sweep.send({"task": "a"})
    worker.send({"running": []})
    sweep.send({"bye": True})
    assert worker.receive() == [{"task": "a"}, {"bye": True}]
    assert sweep.receive() == [{"running": []}]
    assert Files(tmp_path, at_worker=False).receive() == [{"running": []}]  # for a resume
    assert lock.is_held(tmp_path / ALIVE)
    worker.close()
    assert not lock.is_held(tmp_path / ALIVE)


def test_one_looks_often_after_a_message_and_seldom_for_many_channels(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(channel.time, "monotonic", lambda: now[0])
    pace = Pace(0.5)
    assert pace.seconds() == 0.02
    now[0] += 1.0
    assert pace.seconds() == 0.1
    assert pace.seconds(50) == 0.2, "each channel costs a look"
    now[0] += 60.0
    assert pace.seconds() == 0.5
    pace.note()
    assert pace.seconds() == 0.02
