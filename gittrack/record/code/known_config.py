"""Git's configuration: git is asked once for several runs of a process, as long as no file of it changes."""

from __future__ import annotations

import time

from gittrack import git
from gittrack.core.standard.collections import Mapping
from gittrack.core.standard.types import MappingProxyType
from gittrack.git.files import config_files
from gittrack.git.files.config_files import ConfigStamp

_SETTLED_NS = 2_000_000_000  # a file that changed later may change again without another time
_configs: dict[str, tuple[ConfigStamp, Mapping[str, str]]] = {}


class ConfigReading:
    """Starts to read the configuration of a repository; `result` waits for it.

    Attributes
    ----------
    stamp : ConfigStamp
        The state of its files before it was read.
    """

    def __init__(self, repo: git.Repo) -> None:
        self._common_dir = repo.common_dir
        self.stamp = config_files.stamp(repo.common_dir)
        earlier = _configs.get(repo.common_dir)
        is_same = earlier is not None and earlier[0] == self.stamp
        self._config: Mapping[str, str] = earlier[1] if earlier is not None else {}
        self._call = None if is_same else repo.config()

    def result(self) -> Mapping[str, str]:
        """Return the configuration.  Raises GitError if git cannot read it."""
        if self._call is not None:
            # The call may have begun ahead of time, before the stamp was taken.
            began_ns = time.time_ns() - int((time.monotonic() - self._call.began) * 1e9)
            self._config = MappingProxyType(git.parse_config(self._call.output()))
            is_settled = self.stamp.latest() < began_ns - _SETTLED_NS
            if is_settled and config_files.are_all(self._config):
                _configs[self._common_dir] = (self.stamp, self._config)
        return self._config
