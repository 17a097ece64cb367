"""transformers: ``Trainer(..., callbacks=[GittrackCallback()])``."""

from __future__ import annotations

import os
from typing import Any

import transformers

from gittrack.core.standard.collections import Iterator, Mapping
from gittrack.integrations.base import resumption, versions
from gittrack.integrations.base.training import Training
from gittrack.record.run import Run

_NAME = "transformers"
# Values of `on_log` that are about the whole training.
_FINAL = ("train_runtime", "train_loss", "total_flos")
_FINAL_ENDS = ("_per_second",)


class GittrackCallback(transformers.TrainerCallback):
    """Records a training: arguments, model configuration, metrics by global step, checkpoints.

    Only the first process of the world records.  The id of the run is kept in ``output_dir``: a training
    that continues from a checkpoint continues its run.  Each trial of a hyperparameter search is a run.  The
    run goes on after ``train``, because ``evaluate`` and ``predict`` may follow.

    Parameters
    ----------
    run : gittrack.Run, optional
        The run.  Default: the active run, else a run of its own.
    log_model : {'best', 'last', 'all'}, optional
        Which checkpoints are kept as artifacts.  Default: none.
    strict : bool, default False
        Whether an error of the recording ends the training.
    **init
        Keywords of `gittrack.init`.
    """

    def __init__(
        self,
        run: Run | None = None,
        *,
        log_model: str | None = None,
        strict: bool = False,
        **init: Any,
    ) -> None:
        versions.check(_NAME, transformers.__version__)
        self.training = Training(
            _NAME, run, log_model=log_model, strict=strict, ends="later", **init
        )
        self._step: int | None = None  # the last one at which the sweep was asked
        self._is_training = False  # or else `evaluate` or `predict` logs

    @classmethod
    def of(cls, training: Training) -> GittrackCallback:
        """Return the callback that records by ``training``."""
        result = cls(strict=training.guard.strict)
        result.training = training
        return result

    def on_train_begin(
        self, args: Any, state: Any, control: Any, model: Any = None, **kwargs: Any
    ) -> None:
        """Begin the run, or continue the run of the checkpoint."""
        if not state.is_world_process_zero:
            return
        if state.is_hyper_param_search:
            self.training.close()
        self.training.guard.attempt(self._choose_folder, args, state)
        self._is_training = True
        self.training.begin()
        self.training.guard.attempt(self._add_params, args, model)

    def _choose_folder(self, args: Any, state: Any) -> None:
        """Keep the id of the run in ``output_dir``; that of an earlier training needs a checkpoint."""
        if not state.global_step:
            resumption.forget(args.output_dir)
        self.training.resume = args.output_dir

    def _add_params(self, args: Any, model: Any) -> None:
        params = dict(_plain(args.to_sanitized_dict()))
        config = getattr(model, "config", None)
        if config is not None and hasattr(config, "to_dict"):
            params["model"] = dict(_plain(config.to_dict()))
        if hasattr(model, "num_parameters"):
            params["parameters"] = model.num_parameters()
        adapters = getattr(model, "peft_config", None)
        if isinstance(adapters, Mapping):
            params["peft"] = {name: dict(_plain(peft.to_dict())) for name, peft in adapters.items()}
        self.training.add_params(params)

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **kwargs: Any) -> None:
        """Record metrics at the global step; stop the training if the sweep says so."""
        if not state.is_world_process_zero or not logs:
            return
        self.training.begin()
        final = {name: value for name, value in logs.items() if _is_final(name)}
        self.training.summary(final)
        rest = {name: value for name, value in logs.items() if name not in final}
        metrics = {section(name): value for name, value in rest.items() if _is_number(value)}
        self.training.log(metrics, state.global_step)
        is_new_step, self._step = state.global_step != self._step, state.global_step
        if not self._is_training:
            self.training.end()
        elif is_new_step and self.training.should_stop():
            control.should_training_stop = True

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Keep the checkpoint, if all are asked for."""
        if state.is_world_process_zero and self.training.log_model == "all":
            name = f"checkpoint-{state.global_step}"
            self.training.keep_folder(os.path.join(args.output_dir, name), name)

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Record the best step and score, and keep the checkpoint that is asked for."""
        if not state.is_world_process_zero:
            return
        if state.best_metric is not None:
            best = {"best_iteration": getattr(state, "best_global_step", None)}
            self.training.summary({**best, "best_score": state.best_metric})
        folders = {
            "best": state.best_model_checkpoint,
            "last": os.path.join(args.output_dir, f"checkpoint-{state.global_step}"),
        }
        folder = folders.get(self.training.log_model or "")
        if folder and os.path.isdir(folder):
            self.training.keep_folder(folder, str(self.training.log_model))
        self._is_training = False
        self.training.end()


def section(name: str) -> str:
    """Return the name of a metric: ``eval_loss`` is ``eval/loss``, ``loss`` is ``train/loss``."""
    for prefix in ("eval_", "test_"):
        if name.startswith(prefix):
            return f"{prefix[:-1]}/{name.removeprefix(prefix)}"
    return f"train/{name}"


def _is_final(name: str) -> bool:
    return name in _FINAL or (name.startswith("train_") and name.endswith(_FINAL_ENDS))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _plain(config: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what is set; tokens and empty values are left out."""
    for key, value in config.items():
        if value is not None and value not in ("", [], {}) and "token" not in key:
            yield key, value
