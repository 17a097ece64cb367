"""Settings: git configuration under ``track.``, as frozen values with their defaults."""

from __future__ import annotations

from gittrack.core.errors import TrackError, near
from gittrack.core.standard.collections import Mapping
from gittrack.core.standard.later import re
from gittrack.core.standard.typing import NamedTuple

ADOPT_AFTER_SECONDS = 24 * 3600.0
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


class Settings(NamedTuple):
    """The settings of ``git config track.<name>``; sizes in bytes (git's configuration: 1k, 5m, 1g)."""

    experiment: str = "default"
    max_file_size: int = 10 << 20
    max_snapshot_size: int = 100 << 20
    max_snapshot_files: int = 5000
    max_artifact_size: int = 50 << 20
    max_store_size: int = 20 << 30
    max_media_size: int = 200 << 20
    max_log_size: int = 4 << 20
    pack_refs: int = 100
    fold: int = 5000  # runs; 0: never
    env: tuple[str, ...] = ()
    remote: str | None = None
    sign: bool = False
    system: float = 15.0  # seconds between two samples of the machine; 0: none
    auto: bool = False  # whether unmodified programs are recorded
    push: bool = False
    live: float | None = None  # seconds
    show_untracked: bool = True  # whether git lists new files: git's own status.showUntrackedFiles


_NO = ("no", "false", "off", "0")
# {name: (default, meaning)}; docs/reference/settings.md is generated from it.
DESCRIPTIONS: dict[str, tuple[str, str]] = {
    "experiment": ("default", "the experiment of runs that do not name one"),
    "maxFileSize": ("10m", "an uncommitted file over this size is not captured"),
    "maxSnapshotSize": ("100m", "the total size of the files that a snapshot captures"),
    "maxSnapshotFiles": (
        "5000",
        "if there are more new files, those in the folders with the most files are not captured",
    ),
    "maxArtifactSize": (
        "50m",
        "a larger artifact goes to the store in this repository, and a Git LFS pointer into git",
    ),
    "maxStoreSize": (
        "20g",
        "an artifact that would make the store larger is recorded by its digest only; 0: all of them",
    ),
    "maxMediaSize": (
        "200m",
        "images, tables and other media that would make their total in a run larger are left out",
    ),
    "store": (
        "",
        "the folder or URL (`s3://`, ...) to which `push` sends large files; empty: Git LFS of the remote",
    ),
    "maxLogSize": (
        "4m",
        "of console output over this size, the first quarter and the end are recorded",
    ),
    "packRefs": ("100", "how many loose run refs are packed, in the background; 0: never"),
    "fold": (
        "5000",
        "if there are more runs than this, all but the newest are folded, in the background; 0: never",
    ),
    "env": ("", "more environment variables to record, separated by spaces or commas"),
    "volatile": (
        "time times seconds secs sec elapsed duration runtime memory rss per_s per_sec per_second "
        "sps fps",
        "metrics whose last words are these are left out of a verdict, which names them; "
        "a pattern with `*` must match the whole name",
    ),
    "link": (
        "",
        "more paths to link into the worktree of a rerun or an isolated trial, such as `.venv`",
    ),
    "remote": ("", "the remote of `push` and `pull`; empty: origin, or the only remote"),
    "push": ("never", "`auto`: each run is pushed in the background when it ends"),
    "live": ("", "how often the state of a run is pushed while it goes on, such as `30s`"),
    "auto": ("false", "whether `git track run` works as with `--auto`"),
    "scrape": (
        "",
        "a regular expression whose named groups `run --scrape` takes from printed lines",
    ),
    "system": (
        "15s",
        "how often the use of processor, memory, disk, network and GPU is recorded, if psutil is "
        "installed; `0`: never",
    ),
    "sign": ("false", "whether run commits and registry tags are signed"),
    "adoptAfter": (
        "24h",
        "a run of another host is committed here if nothing was logged for this time",
    ),
    "stages": ("", "the only stages that models may have, separated by spaces or commas"),
    "goal.<metric>": ("", "`min` or `max`: which direction of this metric is better"),
    "gate.<stage>": ("", "a query that must hold for each version that is promoted to that stage"),
}
_OF_SAMPLE_HOOKS = (
    *("inputs", "minDisk", "gpuWait", "testCommand", "lockFile"),
    *("pushTo", "summary", "bestMetric", "bestMin", "bestCommand"),
)


def unknown(config: Mapping[str, str]) -> list[str]:
    """Return a warning for each setting under ``track.`` that does not exist and so has no effect."""
    settings = {name.lower(): f"track.{name}" for name in (*DESCRIPTIONS, *_OF_SAMPLE_HOOKS)}
    names = (key.removeprefix("track.") for key in config if key.startswith("track."))
    warnings = []
    for name in names:
        if name not in settings and not name.startswith(("gate.", "goal.")):
            similar = [settings[word] for word in near(name, settings)]
            list_of_all = "docs/reference/settings.md lists them"
            hint = f"did you mean {' or '.join(similar)}?" if similar else list_of_all
            warnings.append(f"there is no setting track.{name}: {hint}")
    return warnings


def words(config: Mapping[str, str], key: str) -> tuple[str, ...]:
    """Return the words of a setting, separated by spaces or commas; none if it is not set."""
    return tuple(config.get(key, "").replace(",", " ").split())


def sign(config: Mapping[str, str]) -> bool:
    """Return whether run commits and registry tags are signed.

    Raises TrackError if the setting is not a boolean.
    """
    return _boolean(config, "sign")


def auto(config: Mapping[str, str]) -> bool:
    """Return whether ``git track run`` records frameworks and arguments of unmodified programs.

    Raises TrackError if the setting is not a boolean.
    """
    return _boolean(config, "auto")


def system_seconds(config: Mapping[str, str]) -> float:
    """Return the seconds between two samples of the use of the machine; 0 for none.

    Raises TrackError if the setting is not a number of seconds.
    """
    if "track.system" not in config:
        return Settings().system
    text = config["track.system"].strip().lower()
    match = re.fullmatch(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)s?", text)
    if text in _NO:
        return 0.0
    if match is None:
        raise TrackError(
            f"the setting track.system is {text!r}, which is not a number of seconds",
            "set it: git config track.system 15s (or 0 for never)",
        )
    return float(match[1])


def _boolean(config: Mapping[str, str], name: str) -> bool:
    text = config.get(f"track.{name}", "").strip().lower()
    if text not in ("", "true", "yes", "on", "1", "false", "no", "off", "0"):
        raise TrackError(
            f"the setting track.{name} is {text!r}, which is neither true nor false",
            f"set it: git config track.{name} true",
        )
    return text in ("true", "yes", "on", "1")


def pushes(config: Mapping[str, str]) -> bool:
    """Return whether runs are pushed when they end.

    Raises TrackError if the setting is neither ``auto`` nor ``never``.
    """
    text = config.get("track.push", "").strip().lower()
    if text not in ("", "auto", "never"):
        raise TrackError(
            f"the setting track.push is {text!r}, which is neither auto nor never",
            "set it: git config track.push auto",
        )
    return text == "auto"


SHORTEST_INTERVAL = 5.0


def live_interval(text: str) -> float | None:
    """Return the seconds between two states of a live run that are pushed; None for an empty text.

    Raises TrackError if the text is not a duration of 5 seconds or more.
    """
    if not text.strip():
        return None
    from gittrack.core.query import durations  # noqa: PLC0415 - most runs are not shown live

    try:
        interval = durations.seconds(text.strip())
    except ValueError:
        interval = 0.0
    if interval < SHORTEST_INTERVAL:
        raise TrackError(
            f"the interval of live runs is {text!r}, which is not a duration of at least 5s",
            "write 30s or 2min: git config track.live 30s",
        )
    return interval


def adopt_after(config: Mapping[str, str]) -> float:
    """Return the seconds without a write after which the journal of another host counts as abandoned.

    Raises TrackError if the setting is not a duration such as ``36h`` or ``7d``.
    """
    text = config.get("track.adoptafter")
    if text is None:
        return ADOPT_AFTER_SECONDS
    match = re.fullmatch(r"([0-9]{1,9})([hd])", text.strip().lower())
    if match is None:
        raise TrackError(
            f"the setting track.adoptAfter is {text!r}, which is not a duration",
            "set it like this: git config track.adoptAfter 36h",
        )
    return int(match[1]) * (3600.0 if match[2] == "h" else 86400.0)


def parse_size(key: str, text: str) -> int:
    """Return the number of a setting such as ``10m``.

    Raises
    ------
    TrackError
        If it is not a size; the error names the setting.
    """
    match = re.fullmatch(r"([0-9]{1,15})([kmg]?)", text.strip().lower())
    if match is None:
        raise TrackError(
            f"the setting {key} is {text!r}, which is not a size",
            f"set it like this: git config {key} 10m",
        )
    return int(match[1]) * _UNITS[match[2]]


def from_config(config: Mapping[str, str]) -> Settings:
    """Return the settings in git's configuration.

    Parameters
    ----------
    config : mapping
        {key in lower case: value}.

    Raises
    ------
    TrackError
        If a value cannot be used; the error names the setting.
    """

    def size(key: str, default: int) -> int:
        text = config.get(f"track.{key.lower()}")
        if text is None:
            return default
        return parse_size(f"track.{key}", text)

    default = Settings()
    if "track.experiment" in config and not config["track.experiment"]:
        raise TrackError(
            "the setting track.experiment is empty", "set it: git config track.experiment NAME"
        )
    remote = config.get("remote.origin.url") or next(
        (v for k, v in config.items() if k.startswith("remote.") and k.endswith(".url")), None
    )
    return Settings(
        experiment=config.get("track.experiment", default.experiment),
        max_file_size=size("maxFileSize", default.max_file_size),
        max_snapshot_size=size("maxSnapshotSize", default.max_snapshot_size),
        max_snapshot_files=size("maxSnapshotFiles", default.max_snapshot_files),
        max_artifact_size=size("maxArtifactSize", default.max_artifact_size),
        max_store_size=size("maxStoreSize", default.max_store_size),
        max_media_size=size("maxMediaSize", default.max_media_size),
        max_log_size=size("maxLogSize", default.max_log_size),
        pack_refs=size("packRefs", default.pack_refs),
        fold=size("fold", default.fold),
        env=words(config, "track.env"),
        remote=remote,
        sign=sign(config),
        auto=auto(config),
        system=system_seconds(config),
        push=pushes(config),
        live=live_interval(config.get("track.live", "")),
        show_untracked=config.get("status.showuntrackedfiles", "").lower() not in _NO,
    )
