"""``wandb.config`` and ``wandb.summary``."""

from __future__ import annotations

from typing import Any

from gittrack.core import nested, values
from gittrack.core.standard.collections import Callable, Iterator, Mapping
from gittrack.integrations.wandb import notices
from gittrack.record.active.config import Config
from gittrack.record.run import Run


class WandbConfig(Mapping[str, Any]):
    """The config of a run: a value can be added, and changes only with ``allow_val_change=True``.

    Parameters
    ----------
    run : Run
        The run.
    locked : mapping
        The values of the sweep or of the command line, which the program cannot change.
    """

    def __init__(self, run: Run, locked: Mapping[str, Any] = {}, *, changes: bool = False) -> None:
        object.__setattr__(self, "_run", run)
        object.__setattr__(self, "_locked", locked)
        object.__setattr__(self, "_changes", changes)

    def __reduce__(self) -> tuple[type[Config], tuple[dict[str, Any]]]:
        return Config, (self.as_dict(),)  # the run stays in this process

    def as_dict(self) -> dict[str, Any]:
        """Return the config as a dict."""
        return dict(self._run.config.to_dict())

    def update(self, config: Any = None, allow_val_change: bool | None = None, **more: Any) -> None:
        """Add values, which may be those of a namespace or an object.

        Parameters
        ----------
        config : mapping or object, optional
            The values.
        allow_val_change : bool, optional
            Whether a value that exists may change.
        **more
            Further values.

        Raises
        ------
        WandbConfigError
            If a value would change.
        """
        new = {**(values.config_dict(config) if config is not None else {}), **more}
        self._add(new, bool(self._changes if allow_val_change is None else allow_val_change))

    def setdefaults(self, defaults: Any) -> None:
        """Add the values that do not exist."""
        self._add(nested.absent(self.as_dict(), values.config_dict(defaults)), False)

    def _add(self, new: Mapping[str, Any], changes: bool) -> None:
        plain = values.config_dict(new, [])
        present, locked = self.as_dict(), nested.conflicts(self._locked, plain)
        for path in nested.conflicts(present, plain):
            name = ".".join(path)
            if path in locked:
                notices.print_once(f"the sweep sets {name}, which overrides the program")
                plain = nested.without(plain, path)
            elif not changes:
                before, after = nested.at_keys(present, path), nested.at_keys(plain, path)
                raise notices.WandbConfigError(
                    f"the config has {name} = {before!r:.60} and cannot change it to {after!r:.60}",
                    "pass allow_val_change=True to config.update",
                )
        if plain:
            self._run.log_params(plain, allow_change=changes)

    def __getitem__(self, key: str) -> Any:
        return self._run.config.to_dict()[key]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"the config has no {name!r}") from None

    def __setitem__(self, key: str, value: Any) -> None:
        self._add({str(key): value}, bool(self._changes))

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def __iter__(self) -> Iterator[str]:
        return iter(self._run.config.to_dict())

    def __len__(self) -> int:
        return len(self._run.config)

    def __repr__(self) -> str:
        return repr(self.as_dict())


class WandbSummary(dict[str, Any]):
    """The last value of everything that was logged, and what is set here.

    Parameters
    ----------
    store : callable
        Records values that are set.
    """

    def __init__(self, store: Callable[[Mapping[str, Any]], None]) -> None:
        super().__init__()
        object.__setattr__(self, "_store", store)

    def __setitem__(self, key: str, value: Any) -> None:
        self.update({key: value})

    def update(self, *args: Any, **more: Any) -> None:
        """Set several values."""
        new = dict(*args, **more)
        super().update(new)
        self._store(new)

    def remember(self, logged: Mapping[str, Any]) -> None:
        """Note the last values of what was logged, which are recorded already."""
        super().update(logged)

    def __getattr__(self, name: str) -> Any:
        if name in self:
            return self[name]
        raise AttributeError(f"the summary has no {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value


class BeforeInit:
    """``wandb.config`` and ``wandb.summary`` before ``wandb.init``: every use is an error."""

    def __init__(self, name: str) -> None:
        object.__setattr__(self, "_name", name)

    def _error(self, *args: object) -> Any:
        raise notices.WandbError(f"wandb.{self._name} has no run yet", "call wandb.init() first")

    __getitem__ = __setitem__ = __setattr__ = _error

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._error()
