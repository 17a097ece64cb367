"""Every name that gittrack writes: refs, run ids, files of a run, folders.  Format beside parse."""

from __future__ import annotations

import os
import re
import time

from gittrack.core import paths
from gittrack.core.errors import TrackError

FORMAT = 1
RUNS = "refs/runs/"
TRASH = "refs/trash/runs/"
NOTES = "refs/notes/runs"
SWEEPS = "refs/sweeps/"
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
LOG = "log.txt"
ARTIFACTS = "artifacts"

# Files in the tree of a sweep commit.
SWEEP = "sweep.yaml"
PLAN = "plan.yaml"

# Folders below <git common dir>.
HOME = "gittrack"
LIVE = "live"
REMOVING = ".gone-"  # begins the name of a folder that is being removed
CACHE = "cache"
SWEEP_FOLDERS = "sweeps"
TREES = "trees"
STORE = "store"

# The locks in the working directory of a sweep (see sweeping/workdir.py).
SWEEP_OWNER = "owner"
SWEEP_TRIALS = "trials"

# Files of a journal besides SERIES and ARTIFACTS (see core/events.py and record/journal.py).
EVENTS = "events.jsonl"
LOCK = "lock"
JOINED = "joined"  # made and locked by the script whose run is the one of the launcher
WORKERS = "workers"  # made by the first worker process that prints why it records nothing
POINTS = "metrics.jsonl"
POINT_TIMES = "metrics.times"
LOG_HEAD = "log.txt"
LOG_TAIL = ("log.tail.0", "log.tail.1")
LOG_FRAME = "log.frame"
OBJECTS = "objects"

_ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{8}")
_COMPONENT = r"[A-Za-z0-9][A-Za-z0-9._-]*"


def new_id(now: float) -> str:
    """Return a run id for the moment ``now`` (seconds since 1970): UTC date, time, 8 hex digits.

    Of these, three are the 4096th parts of the second, so that ids sort as runs were started, and
    five are random.  A clock before 1970 or beyond year 9999 is pinned to that range, so that ids
    stay well formed.
    """
    pinned = min(max(now, 0.0), 253402300799.0)
    moment = time.strftime("%Y%m%d-%H%M%S", time.gmtime(pinned))
    return f"{moment}-{int(pinned % 1 * 4096):03x}{os.urandom(3).hex()[1:]}"


def is_id(text: str) -> bool:
    """Say whether ``text`` is a full run id."""
    return _ID.fullmatch(text) is not None


def check_experiment(name: str) -> str:
    """Return ``name`` if it can name an experiment, else raise TrackError.

    Components are ``[A-Za-z0-9][A-Za-z0-9._-]*`` joined by ``/``; what git refuses in a ref
    (``..``, a trailing ``.`` or ``.lock``) and what would look like a run id is refused.
    """
    if not isinstance(name, str):
        raise TrackError(f"the experiment is {name!r:.40}, not text", "pass its name as a string")
    for part in name.split("/"):
        bad = ".." in part or part.endswith((".", ".lock")) or is_id(part)
        if bad or not re.fullmatch(_COMPONENT, part):
            raise TrackError(
                f"{name!r} cannot be the name of an experiment",
                "use letters, digits, '.', '_' and '-', with '/' between the parts",
            )
    if len(name) > 200:
        raise TrackError("the name of the experiment is longer than 200 characters", "shorten it")
    return name


def experiment_slug(name: str) -> str:
    """Return the name under which an experiment is stored: white space becomes ``-``.

    Raises TrackError if the result cannot name an experiment.
    """
    spaced = isinstance(name, str) and any(character.isspace() for character in name)
    return check_experiment("-".join(name.split()) if spaced else name)


def run_ref(experiment: str, run_id: str) -> str:
    """Return the ref of a run."""
    return f"{RUNS}{experiment}/{run_id}"


def trash_ref(experiment: str, run_id: str) -> str:
    """Return the ref of a run that was moved to the trash."""
    return f"{TRASH}{experiment}/{run_id}"


def parse_run_ref(ref: str, place: str = RUNS) -> tuple[str, str] | None:
    """Return (experiment, id) of a run's ref below ``place``, or None where the ref is somebody else's."""
    if not ref.startswith(place):
        return None
    experiment, run_id = ref[len(place) : -25], ref[-24:]
    whole = experiment and ref[-25] == "/" and _ID.fullmatch(run_id)
    return (experiment, run_id) if whole else None


def check_artifact_name(name: str) -> str:
    """Return the artifact's path within the run, normalised, or raise TrackError.

    Refused: what `paths.fault` names, and parts of more than 255 bytes.
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
    """Return the id of a sweep's ref, or None where the ref is somebody else's."""
    found = ref.removeprefix(SWEEPS)
    return found if found != ref and is_id(found) else None


def sweeps_dir(common_dir: str) -> str:
    """Return the folder that holds those of sweeps."""
    return f"{common_dir}/{HOME}/{SWEEP_FOLDERS}"


def trees_dir(common_dir: str) -> str:
    """Return the folder with a record of each disposable worktree."""
    return f"{common_dir}/{HOME}/{TREES}"


def sweep_dir(common_dir: str, sweep_id: str) -> str:
    """Return the folder for what a sweep needs while it is going on."""
    return f"{sweeps_dir(common_dir)}/{sweep_id}"


def home_of_journal(folder: str) -> str:
    """Return gittrack's own folder in the repository of a run's journal."""
    return os.path.dirname(os.path.dirname(folder))


def cache_dir(common_dir: str) -> str:
    """Return the folder for what can be computed again."""
    return f"{common_dir}/{HOME}/{CACHE}"


def store_dir(common_dir: str) -> str:
    """Return the folder for content that is too large for git."""
    return f"{common_dir}/{HOME}/{STORE}"
