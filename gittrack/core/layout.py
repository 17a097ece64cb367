"""Every name that gittrack writes: refs, run ids, files of a run, folders.

The function that parses a name stands beside the function that formats it.
"""

from __future__ import annotations

import os
import time

from gittrack.core import paths
from gittrack.core.errors import TrackError

FORMAT = 1
RUNS = "refs/runs/"
TRASH = "refs/trash/runs/"
NOTES = "refs/notes/runs"
SWEEPS = "refs/sweeps/"
RESULTS = f"{SWEEPS}results/"
ARCHIVE = (
    "refs/archive/runs"  # the last one of the commits that keep runs without a ref of their own
)
LIVE_RUNS = "refs/live/"  # on a remote: the latest state of each run that goes on somewhere
TRACKING = "refs/gittrack/remotes/"  # here: what was fetched of LIVE_RUNS, below <remote>/live/
# What a push or a pull reads, besides models.
SHARED = (RUNS, SWEEPS, ARCHIVE, "refs/notes/", TRASH, TRACKING)
DEFAULT_EXPERIMENT = "default"

# Files in the tree of a run commit.
RUN = "run.yaml"
PARAMS = "params.yaml"
METRICS = "metrics.yaml"
SERIES = "metrics.csv"
DIFF = "diff.yaml"
ENV = "env.yaml"
INPUTS = "inputs.yaml"
OUTPUTS = "outputs.yaml"
WRITTEN = "written.yaml"
LOG = "log.txt"
STREAMS = "streams.csv"  # which consecutive lines of LOG came from which stream: stream,lines
ARTIFACTS = "artifacts"
LOCKS = "locks"  # the lock files of packages, by their paths

# Files in the tree of a sweep commit.
SWEEP = "sweep.yaml"
PLAN = "plan.yaml"

# Folders below <git common dir>.
HOME = "gittrack"
LIVE = "live"
REMOVING = ".gone-"  # the prefix of the name of a folder that is being removed
CACHE = "cache"
SWEEP_FOLDERS = "sweeps"
TREES = "trees"
STORE = "store"
WAITING = "waiting"  # a file for each run that is to be pushed in the background

# The locks in the working directory of a sweep (see sweeping/workdir.py).
SWEEP_OWNER = "owner"
SWEEP_TRIALS = "trials"

# The locks of the workers of a sweep, below that directory (see engines/channel.py).
WORKER_ALIVE = "alive"
WORKER_TASKS, WORKER_REPORTS = "to-worker", "from-worker"
SWEEP_JOBS = "engine/*/job"  # the number of a job array of Slurm, beside a folder for each element
SWEEP_WORKERS = (f"workers/*/{WORKER_ALIVE}", f"engine/*/*/{WORKER_ALIVE}")

# Files of a journal besides SERIES and ARTIFACTS (see core/events.py and record/journal.py).
EVENTS = "events.jsonl"
LOCK = "lock"
JOINED = "joined"  # created and locked by the script that records into the run of its launcher
WORKERS = "workers"  # created by the first worker process that prints why it records nothing
POINTS = "metrics.jsonl"
POINT_TIMES = "metrics.times"
LOG_HEAD = "log.txt"
LOG_TAIL = ("log.tail.0", "log.tail.1")
LOG_FRAME = "log.frame"
OBJECTS = "objects"

ID = "[0-9]{8}-[0-9]{6}-[0-9a-f]{8}"  # the pattern of the id of a run


def new_id(now: float) -> str:
    """Return a new run id: date and time in UTC, and 8 hex digits.

    The first three digits are the fraction of the second in units of 1/4096, so that ids sort by the start
    of the runs.  The other five are random.  A time outside of the years 1970 to 9999 is moved to the limit
    of that range, so that ids stay well formed.

    Parameters
    ----------
    now : float
        The time, in seconds since 1970.
    """
    pinned = min(max(now, 0.0), 253402300799.0)
    moment = time.strftime("%Y%m%d-%H%M%S", time.gmtime(pinned))
    return f"{moment}-{int(pinned % 1 * 4096):03x}{os.urandom(3).hex()[1:]}"


def is_id(text: str) -> bool:
    """Return whether ``text`` is a full run id."""
    if len(text) != 24 or text[8] != "-" or text[15] != "-":
        return False
    digits, hexadecimal = text[:8] + text[9:15], text[16:]
    return not (digits.strip("0123456789") or hexadecimal.strip("0123456789abcdef"))


def check_experiment(name: str) -> str:
    """Return ``name`` if it can be the name of an experiment, else raise TrackError.

    The parts are ``[A-Za-z0-9][A-Za-z0-9._-]*``, joined by ``/``.  A part must not look like a run id, and
    must not have what git refuses in a ref: ``..``, or ``.`` or ``.lock`` at the end.
    """
    if not isinstance(name, str):
        raise TrackError(f"the experiment is {name!r:.40}, not text", "pass its name as a string")
    for part in name.split("/"):
        bad = ".." in part or part.endswith((".", ".lock")) or is_id(part)
        letters = part.replace(".", "").replace("_", "").replace("-", "")
        if bad or not (part[:1].isalnum() and letters.isalnum() and part.isascii()):
            raise TrackError(
                f"{name!r} cannot be the name of an experiment",
                "use letters, digits, '.', '_' and '-', with '/' between the parts",
            )
    if len(name) > 200:
        raise TrackError("the name of the experiment is longer than 200 characters", "shorten it")
    return name


def experiment_slug(name: str) -> str:
    """Return the name under which an experiment is stored: white space becomes ``-``.

    Raises TrackError if the result cannot be the name of an experiment.
    """
    spaced = isinstance(name, str) and any(character.isspace() for character in name)
    return check_experiment("-".join(name.split()) if spaced else name)


def run_ref(experiment: str, run_id: str) -> str:
    """Return the ref of a run."""
    return f"{RUNS}{experiment}/{run_id}"


def trash_ref(experiment: str, run_id: str) -> str:
    """Return the ref of a run that was moved to the trash."""
    return f"{TRASH}{experiment}/{run_id}"


def parse_run_ref(ref: str, prefix: str = RUNS) -> tuple[str, str] | None:
    """Return (experiment, id) of the ref of a run below ``prefix``; None for other refs."""
    if not ref.startswith(prefix):
        return None
    experiment, run_id = ref[len(prefix) : -25], ref[-24:]
    is_complete = experiment and ref[-25] == "/" and is_id(run_id)
    return (experiment, run_id) if is_complete else None


def tracking_ref(remote: str, live_ref: str) -> str:
    """Return the ref here that has what a remote has at a ref below `LIVE_RUNS`."""
    return f"{TRACKING}{remote}/live/{live_ref.removeprefix(LIVE_RUNS)}"


def parse_tracking_ref(ref: str) -> tuple[str, str, str] | None:
    """Return (remote, experiment, id) of a ref of a live run of another machine; None for other refs."""
    remote, _, rest = ref.removeprefix(TRACKING).partition("/live/")
    parsed = parse_run_ref(LIVE_RUNS + rest, LIVE_RUNS)
    return (remote, *parsed) if parsed and remote and ref.startswith(TRACKING) else None


def check_artifact_name(name: str) -> str:
    """Return the normalised path of an artifact within its run.

    Raises
    ------
    TrackError
        If the path is absolute or has a fault (see `paths.fault`), or if a part has more than 255 bytes.
    """
    if not isinstance(name, str):
        raise TrackError(f"the name of the artifact is {name!r}, not text", "pass it as a string")
    parts = [part for part in name.replace(os.sep, "/").split("/") if part not in ("", ".")]
    absolute = name.startswith("/")
    if absolute or paths.fault("/".join(parts)):
        raise TrackError(
            f"{name!r} cannot be the name of an artifact",
            "give a relative path without '..' and '.git'",
        )
    if any(len(os.fsencode(part)) > 255 for part in parts):
        raise TrackError(
            f"the artifact name {name[:60]!r}... has a part of more than 255 bytes", "shorten it"
        )
    return "/".join(parts)


def home(common_dir: str) -> str:
    """Return gittrack's own folder in a repository."""
    return f"{common_dir}/{HOME}"


def live_dir(common_dir: str) -> str:
    """Return the folder that holds the journals of runs that are not committed yet."""
    return f"{common_dir}/{HOME}/{LIVE}"


def set_aside_dir(common_dir: str) -> str:
    """Return the folder for journals that could not be read."""
    return f"{common_dir}/{HOME}/set-aside"


def sweep_ref(sweep_id: str) -> str:
    """Return the ref of a sweep."""
    return f"{SWEEPS}{sweep_id}"


def parse_sweep_ref(ref: str) -> str | None:
    """Return the id in the ref of a sweep; None for other refs."""
    sweep_id = ref.removeprefix(SWEEPS)
    return sweep_id if sweep_id != ref and is_id(sweep_id) else None


def result_ref(sweep_id: str, trial: str) -> str:
    """Return the ref of the result of a trial that ran elsewhere; ``trial`` is its key."""
    return f"{RESULTS}{sweep_id}/{trial}"


def attempts_prefix(sweep_id: str) -> str:
    """Return the prefix of the refs of attempts that were ended from outside, on a remote."""
    return f"{SWEEPS}attempts/{sweep_id}/"


def attempt_ref(sweep_id: str, trial: str, run_id: str) -> str:
    """Return the ref of an attempt of a trial that was ended from outside; ``trial`` is its key."""
    return f"{attempts_prefix(sweep_id)}{trial}/{run_id}"


def sweeps_dir(common_dir: str) -> str:
    """Return the folder that holds the working directories of sweeps."""
    return f"{common_dir}/{HOME}/{SWEEP_FOLDERS}"


def trees_dir(common_dir: str) -> str:
    """Return the folder with a record of each temporary worktree."""
    return f"{common_dir}/{HOME}/{TREES}"


def sweep_dir(common_dir: str, sweep_id: str) -> str:
    """Return the working directory of a sweep."""
    return f"{sweeps_dir(common_dir)}/{sweep_id}"


def home_of_journal(folder: str) -> str:
    """Return gittrack's own folder in the repository of a run's journal."""
    return os.path.dirname(os.path.dirname(folder))


def cache_dir(common_dir: str) -> str:
    """Return the folder for data that can be computed again."""
    return f"{common_dir}/{HOME}/{CACHE}"


def store_dir(common_dir: str) -> str:
    """Return the folder for content that is too large for git."""
    return f"{common_dir}/{HOME}/{STORE}"


def lfs_objects_dir(common_dir: str) -> str:
    """Return the folder in which Git LFS looks for content, if ``lfs.storage`` is not set."""
    return f"{common_dir}/lfs/objects"


def waiting_dir(common_dir: str) -> str:
    """Return the folder that has a file for each run that is to be pushed in the background."""
    return f"{common_dir}/{HOME}/{WAITING}"


def pulled_path(common_dir: str) -> str:
    """Return the file that lists the run commits that came from a remote, one on each line."""
    return f"{common_dir}/{HOME}/pulled"
