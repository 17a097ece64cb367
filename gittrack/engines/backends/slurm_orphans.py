"""Jobs of Slurm whose sweep has no process any more: they are taken out of the queue.

A job that never began leaves no message, so this module writes for it that it has left: `git track gc` keeps
the folder of a sweep as long as a job in it may begin.
"""

from __future__ import annotations

from pathlib import Path

from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.engines import channel
from gittrack.engines.backends import slurm_commands


def cancel_waiting(folder: Path) -> int:
    """Cancel the jobs of a sweep that did not begin; return how many.

    Parameters
    ----------
    folder : Path
        The working directory of the sweep.

    Raises
    ------
    TrackError
        If there are such jobs, and Slurm cannot be called here.
    """
    waiting = {
        f"{job.read_text()}_{task.parent.name}": task.parent
        for job in folder.glob(layout.SWEEP_JOBS)
        for task in job.parent.glob(f"[0-9]*/{layout.WORKER_TASKS}")
        if not task.with_name(layout.WORKER_REPORTS).exists()
    }
    if not waiting:
        return 0
    slurm_commands.check_installed()
    states = slurm_commands.states()
    if states is None:
        raise TrackError("squeue does not answer", "try it again, so that no job begins later")
    queued = [name for name in waiting if states.get(name) == "PENDING"]
    if queued:
        slurm_commands.call(["scancel", "--state=PENDING", *queued])
    for name, element in waiting.items():
        if name in queued or name not in states:
            with open(element / layout.WORKER_REPORTS, "ab") as file:
                file.write(channel.encode({"left": True}))
    return len(queued)
