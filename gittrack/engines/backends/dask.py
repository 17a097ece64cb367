"""The engine ``dask``: tasks go through a Dask scheduler, or through a cluster on this machine, to try it.

Dask sends pickles and asks nobody who they are, so a cluster on this machine listens on the loopback only.
For others: TLS, see docs/engines.md.
"""

from __future__ import annotations

import os
import time
from concurrent import futures
from typing import Any

import distributed

from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Mapping
from gittrack.engines import run_task, shared_repository
from gittrack.engines.executor import Context, LiveState, WorkerLost
from gittrack.engines.task import Location, Task

_LOST_SECONDS = 45.0
_CONNECT_SECONDS = 20
_LOOK_SECONDS = 2.0
Report = Mapping[str, Any]
_dask: Any = distributed  # its functions have types in part only


def make(context: Context) -> DaskEngine:
    """Connect to the scheduler, or start a cluster on this machine."""
    return DaskEngine(context)


class DaskEngine:
    """Runs tasks on the workers of a Dask scheduler; see `executor.Executor`."""

    def __init__(self, context: Context) -> None:
        values = context.options.values
        address = values.get("scheduler")
        self.topic = f"gittrack-{context.sweep}"
        self.cluster: Any = None
        try:
            if address is None:
                self.cluster = _local_cluster(context.options.jobs or os.cpu_count() or 1)
            self.client: Any = _dask.Client(
                address or self.cluster, timeout=_CONNECT_SECONDS, set_as_default=False
            )
        except (
            OSError,
            ValueError,
            TypeError,
            TimeoutError,
        ) as error:  # TypeError: TLS without keys
            raise TrackError(
                f"the Dask scheduler {address} cannot be reached: {error}",
                "check the address: tcp://head:8786, or tls://head:8786 with distributed.comm.tls configured",
            ) from error
        self.wanted, self.threads, self.next_look = context.options.jobs, 0, 0.0
        self.resources = values.get("resources") or {}
        self.executor = self.client.get_executor(
            pure=False, retries=0, resources=self.resources or None
        )
        self.tasks: dict[str, tuple[Any, futures.Future[Report]]] = {}  # by mark
        self.beats: dict[str, tuple[float, str]] = {}  # {mark: (time, host)}
        self.states: dict[str, Mapping[str, Any]] = {}  # what running trials have, by mark
        self.client.subscribe_topic(self.topic, self._note)

    @property
    def places(self) -> int:
        """How many tasks run at once."""
        if time.monotonic() >= self.next_look:
            self.next_look = time.monotonic() + _LOOK_SECONDS
            workers = self.client.scheduler_info(n_workers=-1)["workers"].values()
            self.threads = sum(worker["nthreads"] for worker in workers)
        return min(self.wanted, self.threads) if self.wanted else self.threads

    def _note(self, event: Any) -> None:
        """Note that a task is running; called in the thread of the client."""
        _, message = event
        mark = str(message["mark"])
        self.beats[mark] = time.monotonic(), str(message["host"])
        if message.get("live"):
            self.states[mark] = message["live"]

    def submit(self, task: Task) -> futures.Future[Report]:
        """Give a task to the scheduler."""
        future: futures.Future[Report] = futures.Future()
        inner = self.executor.submit(run_and_show, task.to_json(), task.mark, self.topic)
        self.tasks[task.mark] = inner, future
        return future

    def wait(self, timeout: float) -> None:
        """Wait until a task ended, at most so many seconds."""
        if not self.tasks:
            time.sleep(timeout)
        else:
            inner = [pair[0] for pair in self.tasks.values()]
            futures.wait(inner, timeout, futures.FIRST_COMPLETED)
        for mark, (ended, future) in list(self.tasks.items()):
            if ended.done():
                del self.tasks[mark]
                _copy(ended, future)
            elif self._is_silent(mark):
                del self.tasks[mark]
                host = self.beats.pop(mark)[1]
                ended.cancel()
                future.set_exception(
                    WorkerLost(f"the worker on {host} was silent for {_LOST_SECONDS:.0f} s")
                )
        if self.client.status not in ("running", "newly-created"):
            raise TrackError(
                "the Dask scheduler is gone", "start it again; what was delivered counts"
            )

    def sees(self, location: Location, sweep_id: str) -> bool:
        """Return whether a worker shares the file system; also if there is no worker yet."""
        question = self.client.submit(shared_repository.is_here, location, sweep_id, pure=False)
        try:
            return bool(question.result(timeout=_CONNECT_SECONDS))
        except TimeoutError:
            question.cancel()
            return True

    def _is_silent(self, mark: str) -> bool:
        last = self.beats.get(mark)
        return last is not None and time.monotonic() - last[0] > _LOST_SECONDS

    def end_running(self) -> None:
        """Ask all workers to end their trials: cancelling a future of Dask leaves its function running."""
        self.client.run(run_task.end_all, on_error="ignore")

    def adopt(self, key: str) -> futures.Future[Report] | None:
        """Return None: tasks of an earlier process end by delivering their results."""
        return None

    def where(self) -> Mapping[str, str]:
        """Return {mark of a running attempt: host}."""
        return {mark: self.beats[mark][1] if mark in self.beats else "" for mark in self.tasks}

    def live(self) -> Mapping[str, LiveState]:
        """Return what running trials have now, as their workers sent it."""
        return {
            mark: LiveState(self.states[mark], self.beats[mark][0])
            for mark in self.tasks
            if mark in self.states and mark in self.beats
        }

    def close(self) -> None:
        """Leave the scheduler, and end the cluster on this machine."""
        self.client.close(timeout=5)
        if self.cluster is not None:
            self.cluster.close(timeout=10)


def run_and_show(text: str, mark: str, topic: str) -> Report:
    """At a worker: run a task, and show the process of the sweep that it is running."""
    worker = _dask.get_worker()

    def beat(host: str, message: Mapping[str, Any]) -> None:
        live = (message.get("live") or {}).get(mark)
        worker.log_event(topic, {"mark": mark, "host": host, "live": live})

    return run_task.run_task(text, beat)


def _copy(ended: Any, future: futures.Future[Report]) -> None:
    """Complete a future as another one ended."""
    try:
        future.set_result(ended.result())
    except (_dask.KilledWorker, _dask.client.FutureCancelledError) as error:
        future.set_exception(WorkerLost(f"its Dask worker is gone ({type(error).__name__})"))
    except futures.CancelledError:
        future.set_exception(WorkerLost("Dask cancelled it, because its scheduler is gone"))
    except WorkerLost as error:
        future.set_exception(error)
    except ImportError as error:
        future.set_exception(TrackError(str(error), "install the same gittrack on all workers"))


def _local_cluster(places: int) -> Any:
    """Start a cluster in threads of this process, which no other machine reaches; trials are processes."""
    return _dask.LocalCluster(
        processes=False,
        n_workers=1,
        threads_per_worker=places,
        dashboard_address="127.0.0.1:0",
        silence_logs=40,
    )
