"""The process on a worker's machine that runs tasks: it forks launchers, and never runs a trial itself.

It ends its trials (SIGTERM, and SIGKILL two seconds later) if the process of the sweep asks for that, if the
connection to that process breaks, or if it gets a signal, such as from a cluster that needs the machine.
"""

from __future__ import annotations

import os
import select
import signal
import time
from typing import Any

from gittrack.core.errors import TrackError
from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Container, Sequence
from gittrack.disk import this_machine
from gittrack.engines import shared_repository, worker_folder
from gittrack.engines import task as tasks
from gittrack.engines.channel import UNREADABLE, MessageChannel, Pace
from gittrack.engines.sweep_work import SweepWork
from gittrack.engines.task import Location, Task
from gittrack.sweeping.endings import EndedTrial
from gittrack.sweeping.trial import TrialReport
from gittrack.version import __version__

BEAT_SECONDS = 5.0
_TICK_SECONDS = 0.2
_ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Agent:
    """Runs the tasks that come over a channel.

    Parameters
    ----------
    channel : MessageChannel
        Leads to the process of the sweep.
    places : int
        How many trials this machine runs at once, as it announces.
    gpus : sequence of str, optional
        The GPUs to assign to trials, one each.
    trusted : container of str, optional
        The commits of sweeps whose commands may run; None: the other side is the user's own process, and is
        trusted.
    ends_with : str, default "connection"
        When `serve` returns: ``connection``: if the channel is closed; ``task``: after one task.
    """

    def __init__(
        self,
        channel: MessageChannel,
        places: int,
        gpus: Sequence[str] = (),
        trusted: Container[str] | None = None,
        *,
        ends_with: str = "connection",
    ) -> None:
        self.channel, self.places, self.gpus, self.trusted = channel, places, gpus, trusted
        self.ends_with = ends_with
        self.folder = worker_folder.make()
        self.work: dict[tuple[str, str], SweepWork] = {}
        self.pace = Pace(_TICK_SECONDS)
        self.signalled, self.leaving = 0, False
        self.next_beat = 0.0

    def serve(self) -> int:
        """Run tasks until the other side is gone or a signal came; return the exit status."""
        for number in _ENDING:
            signal.signal(number, self._note)
        self._send(
            {
                "hello": {
                    "host": os.uname().nodename,
                    "process": this_machine.process(),
                    "places": self.places,
                    "version": __version__,
                    "protocol": tasks.PROTOCOL,
                }
            }
        )
        try:
            while not self._is_over():
                self._step()
        finally:
            self._end_all()
            for work in self.work.values():
                work.close()
            self._send({"left": True})
            self.channel.close()
            worker_folder.remove(self.folder)
        return 128 + self.signalled if self.signalled else 0

    def _is_over(self) -> bool:
        stays = self.channel.is_open and not self.leaving and not self.signalled
        return not stays and not self._running()

    def _running(self) -> list[str]:
        return [mark for work in self.work.values() for mark in work.running]

    def _step(self) -> None:
        """Wait a moment for messages and ended trials, and handle them."""
        handles = [handle for work in self.work.values() for handle in work.handles]
        incoming = self.channel.handles
        with contextlib.suppress(InterruptedError):
            pause = _TICK_SECONDS if incoming else self.pace.seconds()
            select.select([*incoming, *handles], [], [], pause)
        for message in self.channel.receive():
            self.pace.note()
            self._take(message)
        if self.signalled or not self.channel.is_open:
            self._end_all()
        for work in self.work.values():
            for ended in work.wait():
                self._report(work, ended)
        now = time.monotonic()
        if now >= self.next_beat:
            self.next_beat = now + BEAT_SECONDS
            self._beat()

    def _beat(self) -> None:
        message: dict[str, Any] = {"running": self._running()}
        states = [live for work in self.work.values() if (live := work.live()) is not None]
        if states:
            message["live"] = {mark: values for live in states for mark, values in live.items()}
        self._send(message)
        for work in self.work.values():
            if work.meeting.is_ending():
                work.end()

    def _take(self, message: Any) -> None:
        if "task" in message:
            self._start(message["task"])
        elif "look" in message:
            values, sweep_id = message["look"]
            self._send({"sees": shared_repository.is_here(Location(**values), sweep_id)})
        elif message.get("end"):
            self._end_all()
        elif message.get("bye"):
            self.leaving = True

    def _start(self, text: str) -> None:
        try:
            task = tasks.from_json(text)
        except TrackError as error:
            self._send({"problem": [error.message, error.hint]})
            return
        except UNREADABLE as error:
            hint = "install the same version of gittrack on all machines"
            self._send({"problem": [f"a task cannot be read: {error}", hint]})
            return
        self.leaving = self.leaving or self.ends_with == "task"
        try:
            self._check_trust(task)
            key = task.location.token, task.commit
            if key not in self.work:
                folder = self.folder.path / str(len(self.work))
                self.work[key] = SweepWork(task, folder, self.gpus)
            self.work[key].start(task)
            self.next_beat = 0.0  # the next process of the sweep must know of the trial
        except (TrackError, OSError, *UNREADABLE) as error:
            problem = (
                (error.message, error.hint) if isinstance(error, TrackError) else (str(error), "")
            )
            self._send_report(task.mark, TrialReport(problem=problem))

    def _check_trust(self, task: Task) -> None:
        if self.trusted is not None and task.commit not in self.trusted:
            raise TrackError(
                f"the worker on {os.uname().nodename} was not asked to trust the code {task.commit[:12]}",
                f"join again there: git track worker {task.sweep[16:]} --trust {task.commit}",
            )

    def _end_all(self) -> None:
        for work in self.work.values():
            work.end()

    def _report(self, work: SweepWork, ended: EndedTrial) -> None:
        self._send_report(ended.job.mark, ended.report)

    def _send_report(self, mark: str, report: TrialReport) -> None:
        self.pace.note()  # the next task comes soon
        info = report.info
        run = None
        if info is not None and info.sweep is not None:
            run = {
                **{"id": info.id, "experiment": info.experiment, "status": info.status},
                **{"commit": info.commit, "ref": info.ref, "exit_code": info.exit_code},
                **{"signal": info.signal, "sweep": info.sweep.to_dict()},
            }
        values = report._replace(info=None)._asdict()
        self._send({"report": {**values, "mark": mark, "run": run, "host": os.uname().nodename}})

    def _send(self, message: Any) -> None:
        try:
            self.channel.send(message)
        except OSError:  # the process of the sweep is gone; what was delivered is in git
            self.leaving = True

    def _note(self, number: int, frame: object) -> None:
        self.signalled = number
