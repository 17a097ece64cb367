"""What prints once: arguments without a meaning here, and names that have something better here."""

from __future__ import annotations

from typing import Any

from gittrack.core.standard.collections import Mapping
from gittrack.record.active import warning

_printed: set[str] = set()


def print_once(text: str) -> None:
    """Print a line the first time."""
    if text not in _printed:
        _printed.add(text)
        warning.warn([text])


def ignore(call: str, arguments: Mapping[str, Any], hints: Mapping[str, str] = {}) -> None:
    """Print once for each argument that is set that it has no meaning here.

    Parameters
    ----------
    call : str
        The function, such as ``wandb.init`` or ``mlflow.start_run``.
    arguments : mapping of str to object
        The arguments; those that are None or False are not set.
    hints : mapping of str to str
        What to use instead, for some of the arguments.
    """
    for name, value in arguments.items():
        if value is not None and value is not False:
            hint = f"; {hints[name]}" if name in hints else ""
            print_once(f"{call}({name}=...) has no meaning in gittrack and is ignored{hint}")


def print_error(text: str) -> None:
    """Print the traceback of a function of the user."""
    warning.warn([text.rstrip()])


class Nothing:
    """Stands for what is not supported: every attribute and every call returns it again."""

    def __call__(self, *args: Any, **kwargs: Any) -> Nothing:
        """Return the object itself."""
        return self

    def __getattr__(self, name: str) -> Nothing:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __iter__(self) -> Any:
        return iter(())

    def __bool__(self) -> bool:
        return False

    def __enter__(self) -> Nothing:
        return self

    def __exit__(self, *error: object) -> None:
        return None
