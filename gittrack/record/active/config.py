"""The config and the summary of a live run: ``run.config`` and ``run.summary``."""

from __future__ import annotations

from gittrack.core import nested
from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Callable, Iterator, Mapping
from gittrack.core.standard.typing import Any


def _read_only(name: str) -> TrackError:
    return TrackError(
        "the config of a run is read-only", f"run.log_params({{{name!r}: ...}}) adds a param"
    )


class Config(Mapping[str, Any]):
    """The params of a run, read-only: ``run.config["lr"]`` or ``run.config.lr``, also for nested params."""

    _values: Mapping[str, Any]
    _on_read: Callable[[], object] | None

    def __init__(
        self, values: Mapping[str, Any], on_read: Callable[[], object] | None = None
    ) -> None:
        object.__setattr__(self, "_values", values)
        object.__setattr__(self, "_on_read", on_read)

    def _read(self) -> Mapping[str, Any]:
        """Return the params, and note that the program has read them."""
        on_read = self._on_read
        if on_read is not None:
            object.__setattr__(self, "_on_read", None)
            on_read()
        return self._values

    def __reduce__(self) -> tuple[type[Config], tuple[Mapping[str, Any]]]:
        return Config, (self._read(),)  # the usual way asks `__getattr__` before there are values

    def __setattr__(self, name: str, value: Any) -> None:
        raise _read_only(name)

    def __setitem__(self, name: str, value: Any) -> None:
        raise _read_only(name)

    def __getitem__(self, key: str) -> Any:
        value = self._read()[key]
        return Config(value) if isinstance(value, dict) else value

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"the config has no {name!r}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Config({dict(self._values)!r})"

    def to_dict(self) -> dict[str, Any]:
        """Return the params as plain nested dicts."""
        return dict(self._read())

    def watched(self, on_read: Callable[[], object]) -> Config:
        """Return the config; its first use calls ``on_read``."""
        return Config(self._values, on_read)

    def with_params(self, new: Mapping[str, Any]) -> Config:
        """Return the config with further params, which override those that it has."""
        return Config(nested.merge(self._values, new), self._on_read)


class Summary:
    """Final values of metrics: ``run.summary["test_accuracy"] = 0.97`` sets the last value of the metric."""

    def __init__(self, store: Callable[[Mapping[str, Any]], dict[str, Any]]) -> None:
        self._store = store
        self._values: dict[str, Any] = {}

    def __setitem__(self, name: str, value: Any) -> None:
        self.update({name: value})

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def get(self, name: str, default: Any = None) -> Any:
        """Return the final value of a metric that was set here, or ``default``."""
        return self._values.get(name, default)

    def update(self, values: Mapping[str, Any]) -> None:
        """Set several final values."""
        if not isinstance(values, Mapping):
            raise TrackError(
                f"the final values are {values!r:.40}, not a mapping", 'pass them as {"loss": 0.5}'
            )
        self._values.update(self._store(values))

    def __repr__(self) -> str:
        return f"Summary({self._values!r})"
