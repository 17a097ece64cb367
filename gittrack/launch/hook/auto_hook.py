"""``git track run --auto``: what is done after an unmodified program has imported a module.

Parsers of arguments write their values down, without gittrack; a framework gets the listeners of
`gittrack.integrations.auto`.  Standard library only, as `sitecustomize`, which imports this file.
"""
# mypy: ignore-errors
# ruff: noqa: PLC0415

import os
import sys

_ARGUMENTS = "GITTRACK_ARGUMENTS"  # the file for the values of arguments
_OPTIONS = " options"  # beside the values: {name of a value: its options}; they can tell a secret
_LISTENERS = (
    *("xgboost", "lightgbm", "keras", "lightning.pytorch", "pytorch_lightning"),
    *("transformers.trainer", "sklearn.base", "sklearn.metrics", "optuna", "wandb"),
    *("torch.utils.tensorboard", "tensorboardX"),
)


def functions():
    """Return {module: function that is called with it after its import}."""
    parsers = {
        "argparse": _listen_to_argparse,
        "click.core": _listen_to_click,
        "absl.app": _listen_to_absl,
        "hydra.core.utils": _listen_to_hydra,
    }
    return {**parsers, **dict.fromkeys(_LISTENERS, _listen)}


def _listen(module):
    """Let the program's own gittrack listen to a framework."""
    try:
        from gittrack.integrations.auto import listeners
    except ImportError:  # not installed for this interpreter
        write(lambda: {"": "no gittrack"})
        return
    listeners.install(module)


# --- Arguments ----------------------------------------------------------------------------------


def _listen_to_argparse(module):
    depth = [0]  # a parser calls itself, for subcommands and intermixed arguments
    parsers = []  # of one command line

    def listened(original):
        def parse(self, args=None, namespace=None, *more, **others):
            depth[0] += 1
            parsers.append(self)
            try:
                result = original(self, args, namespace, *more, **others)
            finally:
                depth[0] -= 1
                used = parsers[:]
                if not depth[0]:
                    parsers.clear()
            if not depth[0]:
                write(lambda: _of_command_line(used, args, result[0]))
            return result

        return parse

    parser = module.ArgumentParser
    for name in ("parse_known_args", "parse_known_intermixed_args"):
        setattr(parser, name, listened(getattr(parser, name)))


def _of_command_line(parsers, args, namespace):
    """Return the values of a namespace, if the words of the command line were parsed."""
    values = getattr(namespace, "__dict__", None)
    if not values or (args is not None and list(args) != sys.argv[1:]):
        return {}
    actions = [action for parser in parsers for action in parser._actions]
    options = {item.dest: item.option_strings for item in actions}
    is_of_hydra = "--hydra-help" in options.get(
        "hydra_help", ()
    )  # the program's own come by `run_job`
    return {} if is_of_hydra else {**values, _OPTIONS: options}


def _listen_to_click(module):
    original = module.Command.invoke

    def values(ctx):
        declared = ctx.command.params
        hidden = {item.name for item in declared if getattr(item, "hide_input", False)}
        visible = {name: "***" if name in hidden else item for name, item in ctx.params.items()}
        return {**visible, _OPTIONS: {item.name: item.opts for item in declared}} if visible else {}

    def invoke(self, ctx):
        write(lambda: values(ctx))
        return original(self, ctx)

    module.Command.invoke = invoke


def _listen_to_absl(module):
    original = module._run_main

    def values():
        own = module.flags.FLAGS.get_key_flags_for_module(sys.argv[0])
        return {flag.name: flag.value for flag in own}

    def _run_main(main, args):
        write(values)
        return original(main, args)

    module._run_main = _run_main


def _listen_to_hydra(module):
    original = module.run_job

    def values(positional, named):
        config = named.get("config") or next(
            (item for item in positional if type(item).__name__ == "DictConfig"), None
        )
        if config is None:
            return {}
        from omegaconf import OmegaConf

        items = OmegaConf.to_container(config, resolve=False).items()
        return {key: item for key, item in items if key != "hydra"}

    def run_job(*positional, **named):
        write(lambda: values(positional, named))
        return original(*positional, **named)

    module.run_job = run_job


def write(function):
    """Append the values that a function returns as a literal of Python; no error reaches the program."""
    try:
        path = os.environ.get(_ARGUMENTS)
        values = function() if path else None
        if values:
            line = repr({str(key): plain(value) for key, value in values.items()}) + "\n"
            with open(path, "ab", buffering=0) as file:
                file.write(line.encode("utf-8", "surrogateescape"))
    except Exception:
        if os.environ.get("GITTRACK_HOOK_DEBUG"):
            raise


def plain(value, depth=0):
    """Return a value as a literal of Python can have it; of anything else its text."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)  # of an enum or a subclass too, whose repr is no literal
    if isinstance(value, float):
        return float(value) if value - value == 0 else str(float(value))
    if isinstance(value, dict) and depth < 8:
        return {str(key): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)) and depth < 8:
        return [plain(item, depth + 1) for item in value]
    if callable(value):
        return getattr(value, "__name__", type(value).__name__)
    return str(value)[:1000]
