"""Samples at regular times, and where they are left out."""

import threading

import pytest

pytest.importorskip("psutil")

import gittrack
from gittrack.analysis import differences, volatile
from gittrack.core import settings
from gittrack.core.errors import TrackError
from gittrack.core.run.run_info import headline
from gittrack.record.machine.usage import periodic
from gittrack.record.machine.usage.periodic import SamplingThread, Ticks
from gittrack.show.terminal import detail, runs


def test_a_thread_samples_until_it_is_stopped():
    samples, enough = [], threading.Event()

    def log(metrics, step):
        samples.append((metrics, step))
        if len(samples) == 2:
            enough.set()

    thread = SamplingThread(log, 0.001)
    assert enough.wait(60)
    thread.stop()
    assert samples[0][0]["system/memory"] > 0
    assert samples[0][1] == 0  # whole seconds since the beginning


def test_a_run_that_has_ended_ends_its_thread(project):
    ended = threading.Event()

    def log(metrics, step):
        ended.set()
        raise TrackError("the run is finished", "start another one")

    SamplingThread(log, 0.001)
    assert ended.wait(60)


def test_the_loop_of_a_launcher(monkeypatch):
    samples = []
    ticks = Ticks(lambda metrics, step: samples.append(metrics), 0.0001)
    while not samples:
        ticks.tick()
    assert set(samples[0]) >= {"system/cpu", "system/memory"}
    never = Ticks(lambda metrics, step: samples.append(metrics), 0.0)
    never.tick()
    assert never._sampler is None


def test_an_error_of_psutil_ends_the_samples_and_nothing_else(monkeypatch):
    import psutil

    def process():  # as in a container without /proc
        raise psutil.NoSuchProcess(1)

    monkeypatch.setattr(psutil, "Process", process)
    (running := threading.Lock()).acquire()
    periodic._sample_until_free(running, lambda metrics, step: None, 0.001)  # it returns
    ticks = Ticks(lambda metrics, step: None, 0.0001)
    while ticks._interval:
        ticks.tick()


@pytest.mark.parametrize(
    ("text", "seconds"), [(None, 15.0), ("2.5s", 2.5), ("60", 60.0), ("0", 0.0), ("off", 0.0)]
)
def test_the_setting(text, seconds):
    assert settings.system_seconds({} if text is None else {"track.system": text}) == seconds


def test_a_setting_that_is_no_duration():
    with pytest.raises(TrackError, match=r"the setting track\.system is 'often'"):
        settings.system_seconds({"track.system": "often"})


def test_where_the_metrics_of_the_machine_are_left_out_and_where_not(project):
    for cpu in (50.0, 90.0):
        with gittrack.init() as run:
            run.log({"loss": 0.5, "system/cpu": cpu, "system/memory": 2048.0})
            run.log({"system/gpu_seconds": 35.0})
    second, first = gittrack.runs(sort="-started")
    info = second.info
    assert headline(info.metrics) == ["loss"]
    names = runs.default_names([info, first.info])
    assert "metrics.loss" in names
    assert not [name for name in names if "system" in name]
    assert [
        change.name for change in differences.metric_changes(first.metrics, second.metrics)
    ] == []
    assert volatile.is_volatile("system/cpu", ("nothing",))
    page = detail._facts(info, 0.0)
    assert "cpu 90 % of a core, memory 2,048 MiB at most; GPU time 35 s" in page
    assert second.history("system/cpu").values.tolist() == [90.0]
