"""Read plain command lines, such as ``ls -n 20``, without `argparse`.

The import of argparse and the parser of a verb take 3 of the 30 ms of a listing.  A verb declares its
options as before, by ``arguments(parser)``.  If every word is an option that is written out, the value of
one, or a positional argument, then the words are read here; for anything else (help, errors, abbreviated
names, values that begin with a dash) the answer is None, and argparse reads the same declarations.
"""

from __future__ import annotations

from gittrack.core.standard.collections import Callable, Mapping, Sequence
from gittrack.core.standard.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import ModuleType

REST = "..."  # the value of argparse.REMAINDER: the words of a command
_SWITCHES = {"store_true": (False, True), "store_false": (True, False)}


class _NotPlain(Exception):
    """Argparse has to read the words."""


class PlainArguments:
    """The values of the arguments of a verb as attributes, like `argparse.Namespace`."""


class _Argument:
    """A declared argument; ``group`` is the number of the group whose members exclude each other."""

    def __init__(self, dest: str, details: Mapping[str, Any], group: int | None) -> None:
        self.dest = dest
        self.action: str = details.get("action", "store")
        self.nargs: str | None = details.get("nargs")
        self.type: Callable[[str], Any] | None = details.get("type")
        self.choices: Sequence[str] | None = details.get("choices")
        self.group = group
        off, on = _SWITCHES.get(self.action, (None, None))
        self.const = details.get("const", on)
        self.default = details.get("default", off)


class _Declarations:
    """Takes the place of a parser in ``arguments(parser)``: collects what a verb declares."""

    def __init__(self) -> None:
        self.options: dict[str, _Argument] = {}
        self.positionals: list[_Argument] = []
        self.defaults: dict[str, Any] = {}
        self._groups = 0

    def add_argument(self, *names: str, group: int | None = None, **details: Any) -> None:
        """Collect one argument, as `argparse.ArgumentParser.add_argument` does."""
        is_option = names[0].startswith("-")
        long = next((name for name in names if name.startswith("--")), names[0])
        dest = details.get("dest") or (long.lstrip("-").replace("-", "_") if is_option else long)
        argument = _Argument(dest, details, group)
        if argument.type is not None and isinstance(argument.default, str):
            raise _NotPlain  # argparse converts it
        self.defaults.setdefault(dest, argument.default)
        if is_option:
            self.options.update(dict.fromkeys(names, argument))
        else:
            self.positionals.append(argument)

    def add_mutually_exclusive_group(self) -> _Group:
        """Return a group of options of which a user may give one."""
        self._groups += 1
        return _Group(self, self._groups)

    def takes_command(self) -> bool:
        """Return whether the words end with a command, whose options are not the options of the verb."""
        return [argument.nargs for argument in self.positionals] == [REST]

    def set_defaults(self, **defaults: Any) -> None:
        """Set the values of arguments that are not given."""
        self.defaults.update(defaults)


class _Group:
    def __init__(self, declarations: _Declarations, number: int) -> None:
        self._declarations, self._number = declarations, number

    def add_argument(self, *names: str, **details: Any) -> None:
        self._declarations.add_argument(*names, group=self._number, **details)


def read(module: ModuleType, words: Sequence[str]) -> Any:
    """Return the arguments of a verb, or None if argparse has to read them.

    Parameters
    ----------
    module : module
        The module of the verb; its ``arguments(parser)`` declares the options.
    words : sequence of str
        The words after the verb.

    Returns
    -------
    PlainArguments or None
        The same values as from argparse.
    """
    declared = _Declarations()
    try:
        module.arguments(declared)
        values = {**declared.defaults, **_values(declared, list(words))}
    except _NotPlain:
        return None
    arguments = PlainArguments()
    arguments.__dict__.update(values)
    return arguments


def _values(declared: _Declarations, words: list[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    groups: dict[int, str] = {}
    positionals: list[str] = []
    end_of_positionals = None
    command = declared.positionals[-1] if declared.takes_command() else None
    while words:
        word = words.pop(0)
        if command and (word == "--" or not word.startswith("-")):
            return {**values, command.dest: [word, *words]}
        if not word.startswith("-"):
            if end_of_positionals is not None:  # argparse matches each series of them on its own
                raise _NotPlain
            positionals.append(word)
            continue
        if positionals:
            end_of_positionals = word
        name, value = _split(word)
        argument = declared.options.get(name)
        if argument is None:
            raise _NotPlain
        if argument.group is not None and groups.setdefault(argument.group, name) != name:
            raise _NotPlain
        option = _option_value(argument, value, words)
        if argument.action == "append":
            option = [*(values.get(argument.dest) or argument.default or ()), option]
        values[argument.dest] = option
    return {**values, **_positional_values(declared.positionals, positionals)}


def _split(word: str) -> tuple[str, str | None]:
    """Return the name of an option and its value, if the word has one: ``--sort=loss`` or ``-n20``."""
    if word.startswith("--"):
        name, equals, value = word.partition("=")
        return name, value if equals else None
    if word[2:3] == "=":
        raise _NotPlain
    return word[:2], word[2:] or None


def _option_value(argument: _Argument, value: str | None, words: list[str]) -> Any:
    if argument.action in (*_SWITCHES, "store_const"):
        if value is not None:
            raise _NotPlain
        return argument.const
    if argument.action not in ("store", "append") or argument.nargs is not None:
        raise _NotPlain
    if value is None:
        if not words or words[0].startswith("-"):
            raise _NotPlain
        value = words.pop(0)
    return _converted(argument, value)


def _positional_values(arguments: Sequence[_Argument], words: list[str]) -> dict[str, Any]:
    """Return the values of the positional arguments, of which only the last may have any number of words."""
    values: dict[str, Any] = {}
    for index, argument in enumerate(arguments):
        last = index == len(arguments) - 1
        if argument.nargs is None and words:
            values[argument.dest] = _converted(argument, words.pop(0))
        elif argument.nargs in ("*", "+") and words and last:
            values[argument.dest] = [_converted(argument, word) for word in words]
            words = []
        elif argument.nargs == "*" and last:
            values[argument.dest] = [] if argument.default is None else argument.default
        elif argument.nargs == "?" and last:
            if words:
                values[argument.dest] = _converted(argument, words.pop(0))
        else:
            raise _NotPlain
    if words:
        raise _NotPlain
    return values


def _converted(argument: _Argument, word: str) -> Any:
    if argument.choices is not None and word not in argument.choices:
        raise _NotPlain
    if argument.type is None:
        return word
    try:
        return argument.type(word)
    except Exception as error:
        raise _NotPlain from error


_DASHED = {
    "ls": "--sort",
    "sweep": "--sbatch",
    "run": "--sbatch",
}  # options whose values begin with a dash


def join_dashed_value(verb: str, words: list[str]) -> list[str]:
    """Make ``--sort -loss`` one word, because argparse refuses values that begin with a dash."""
    option = _DASHED.get(verb, "")
    end = words.index("--") if "--" in words else len(words)
    if verb == "run" and "--" not in words:  # the option may be one of the command
        return words
    index = words.index(option) if option in words else end
    if index >= end - 1:
        return words
    return [*words[:index], f"{option}={words[index + 1]}", *words[index + 2 :]]
