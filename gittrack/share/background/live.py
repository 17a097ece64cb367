"""Show a run while it goes on: push its state in an interval if something changed, and remove it at the end.

The state is a commit without parents that looks like the commit of an ended run.  Its objects are not kept in
the repository, but in a folder that is deleted at the end.
"""

from __future__ import annotations

import os
import shutil
import time
from contextlib import nullcontext
from pathlib import Path

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.run import run_info, series
from gittrack.core.standard.collections import Callable
from gittrack.core.standard.contextlib import AbstractContextManager
from gittrack.disk import folders, lock
from gittrack.git import objects
from gittrack.read.runs import live, live_elsewhere
from gittrack.record.machine.author import author
from gittrack.record.publish import logs, tree
from gittrack.share import remotes, transport
from gittrack.share.background import automatic, waiting

_LARGEST_SERIES = 8 << 20  # bytes; of a larger series only the end is sent
_LARGEST_LOG = 64 << 10
_FILES = (layout.EVENTS, layout.SERIES, layout.POINTS, layout.LOG_HEAD, *layout.LOG_TAIL)


class Sender:
    """Pushes the states of one run.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    journal : Path
        The folder of the journal of the run.
    interval : float
        Seconds between two looks at the journal.

    Raises
    ------
    TrackError
        If there is no remote, or if nobody agreed yet that runs go there.
    FileNotFoundError, ValueError
        If the run has ended, or if its journal is damaged.
    """

    def __init__(self, repo: git.Repo, journal: Path, interval: float) -> None:
        self.repo, self.journal, self.interval = repo, journal, interval
        self.remote = remotes.route(repo, automatic.check_consent(repo))
        facts, _, _ = live.current(journal, alive=True)
        self.ref = f"{layout.LIVE_RUNS}{facts['experiment']}/{journal.name}"
        self.author = author(git.parse_config(repo.config().output()))
        self.folder = f"{layout.home(repo.common_dir)}/shown/{journal.name}"
        self._mark: tuple[object, ...] = ()
        self._sent = float("-inf")  # when a state was pushed last
        self._number = 0

    def send_if_changed(self, now: float) -> bool:
        """Push the state if something changed, or if none was pushed for long; return whether it was pushed.

        Raises
        ------
        TrackError
            If the remote cannot be reached or refuses it; the next call tries again.
        """
        mark = tuple(_stamp(self.journal / name) for name in _FILES)
        is_due = now - self._sent >= live_elsewhere.silence(self.interval)
        if mark == self._mark and not is_due:
            return False
        self.send(alive=True)
        self._mark, self._sent = mark, now
        return True

    def send(self, *, alive: bool) -> None:
        """Push the state; ``alive`` is whether the process that records the run is alive."""
        self._number += 1
        stores = [f"{self.folder}/{number}" for number in (self._number, self._number - 1)]
        commit = self._write(objects.Store(stores[0], self.repo.hash_name, flush=False), alive)
        existing = [store for store in stores if os.path.isdir(store)]
        refspec = f"+{commit}:{self.ref}"
        updates = transport.push(
            self.repo, self.remote, [refspec], unattended=True, alternates=existing
        )
        # The last state stays: git sends the next one as a difference to it.
        shutil.rmtree(f"{self.folder}/{self._number - 1}", ignore_errors=True)
        for update in updates:
            if not update.accepted:
                raise TrackError(f"{self.remote.name} refused {self.ref}: {update.reason}")

    def _write(self, store: objects.Store, alive: bool) -> str:
        """Write the state as a commit and return its id."""
        facts, params, metrics = live.current(self.journal, alive=alive)
        facts |= {"seen": run_info.iso(time.time()), "live_interval": self.interval}
        facts = {key: value for key, value in facts.items() if value not in (None, [], "")}
        lines = live.series_lines(self.journal, _LARGEST_SERIES)
        points = [line for line in lines if line != series.HEADER]
        contents = tree.RunContents(
            facts,
            params=params,
            metrics=metrics,
            series="".join((series.HEADER, *points)).encode("utf-8", "surrogatepass"),
            log=logs.assemble(self.journal)[-_LARGEST_LOG:],
        )
        folders.make(store.folder)
        message = tree.message(facts, params, metrics)
        return store.commit(tree.write(store, contents), [], self.author, time.time(), message)

    def remove(self) -> None:
        """Delete the state on the remote."""
        transport.push(self.repo, self.remote, [f":{self.ref}"], unattended=True)

    def close(self) -> None:
        """Delete the objects of the states here."""
        shutil.rmtree(self.folder, ignore_errors=True)


def follow(
    repo: git.Repo,
    journal: Path,
    interval: float,
    *,
    wait: Callable[[float], object] = time.sleep,
    limit: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> None:
    """Push the state of a run until it ends.

    If the process that records the run dies, its last state stays on the remote, as that of a crashed run,
    until the run is committed and pushed.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    journal : Path
        The folder of the journal of the run.
    interval : float
        Seconds between two states.
    wait : callable
        Waits for so many seconds.
    limit : callable
        Returns a context that ends what is done in it after some time, by a TrackError.

    Raises
    ------
    TrackError
        If there is no remote, or if nobody agreed yet that runs go there.
    """
    try:
        sender = Sender(repo, journal, interval)
    except FileNotFoundError:  # the run has ended already
        return
    except TrackError as error:
        waiting.note_failure(repo, f"{_WHAT}: {error}")
        raise

    def attempt(step: Callable[[], object]) -> None:
        """Do one step; what fails is noted, and the next step tries again."""
        try:
            with limit():
                step()
        except FileNotFoundError:  # the run has ended meanwhile
            return
        except (TrackError, OSError, ValueError) as error:
            waiting.note_failure(repo, f"{_WHAT}: {error}")

    try:
        while lock.is_held(journal / layout.LOCK):
            attempt(lambda: sender.send_if_changed(time.monotonic()))
            wait(interval)
        if journal.exists():
            attempt(lambda: sender.send(alive=False))
        if not journal.exists():
            attempt(sender.remove)
    finally:
        sender.close()


_WHAT = "the state of a run that goes on"


def sentence(repo: git.Repo, interval: float) -> str:
    """Return who can see a run while it goes on, for its user."""
    try:
        name = automatic.check_consent(repo)
    except TrackError as error:
        return f"others do not see the run while it goes on: {error.message}; {error.hint}"
    return f"others see the run on {name}, every {interval:g} s; they type: git track pull"


def _stamp(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except FileNotFoundError:
        return (0, 0)
    return (status.st_size, status.st_mtime_ns)
