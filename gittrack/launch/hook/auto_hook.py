"""``git track run --auto``: what is done after an unmodified program has imported a module.

Parsers of arguments write their values down, without gittrack; a framework gets the listeners of
`gittrack.integrations.auto`.  Standard library only, as `sitecustomize`, which imports this file.
"""
# mypy: ignore-errors
# ruff: noqa: PLC0415

import os
import sys

_ARGUMENTS = "GITTRACK_ARGUMENTS"  # the file for the values of arguments
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
        write({"": "no gittrack"})
        return
    listeners.install(module)


# --- Arguments ----------------------------------------------------------------------------------


def _listen_to_argparse(module):
    parser = module.ArgumentParser
    original, depth = parser.parse_known_args, [0]

    def parse_known_args(self, args=None, namespace=None, *more, **others):
        depth[0] += 1
        try:
            result = original(self, args, namespace, *more, **others)
        finally:
            depth[0] -= 1
        if not depth[0] and (args is None or list(args) == sys.argv[1:]):
            write(vars(result[0]))
        return result

    parser.parse_known_args = parse_known_args


def _listen_to_click(module):
    original = module.Command.invoke

    def invoke(self, ctx):
        write(ctx.params)
        return original(self, ctx)

    module.Command.invoke = invoke


def _listen_to_absl(module):
    original = module._run_main

    def _run_main(main, args):
        flags = module.flags.FLAGS
        own = flags.get_key_flags_for_module(sys.argv[0])
        write({flag.name: flag.value for flag in own})
        return original(main, args)

    module._run_main = _run_main


def _listen_to_hydra(module):
    original = module.run_job

    def run_job(*positional, **named):
        config = named.get("config") or next(
            (item for item in positional if type(item).__name__ == "DictConfig"), None
        )
        if config is not None:
            from omegaconf import OmegaConf

            values = OmegaConf.to_container(config, resolve=False)
            write({key: item for key, item in values.items() if key != "hydra"})
        return original(*positional, **named)

    module.run_job = run_job


def write(values):
    """Append values as a literal of Python; an error never reaches the program."""
    try:
        path = os.environ.get(_ARGUMENTS)
        if path and values:
            line = repr({str(key): plain(value) for key, value in values.items()}) + "\n"
            with open(path, "ab", buffering=0) as file:
                file.write(line.encode("utf-8", "surrogateescape"))
    except Exception:
        if os.environ.get("GITTRACK_HOOK_DEBUG"):
            raise


def plain(value, depth=0):
    """Return a value as a literal of Python can have it; of anything else its text."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return value if value - value == 0 else str(value)
    if isinstance(value, dict) and depth < 8:
        return {str(key): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)) and depth < 8:
        return [plain(item, depth + 1) for item in value]
    if callable(value):
        return getattr(value, "__name__", type(value).__name__)
    return str(value)[:1000]
