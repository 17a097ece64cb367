"""``mlflow.sklearn.log_model`` and its kind: a model as an artifact, in the format of the framework."""

from __future__ import annotations

import importlib
import pickle
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from gittrack.api import records
from gittrack.core.standard.collections import Callable
from gittrack.integrations.base import notices
from gittrack.integrations.mlflow import autologging, recording, registry, session


class ModelInfo(NamedTuple):
    """A model that was logged: its address, its path and its run."""

    model_uri: str
    artifact_path: str
    run_id: str

    @property
    def model_id(self) -> str:
        """The address."""
        return self.model_uri


def _pickle(model: Any, path: Path) -> None:
    path.write_bytes(pickle.dumps(model))


def _unpickle(path: Path) -> Any:
    return pickle.loads(path.read_bytes())


def _load_xgboost(path: Path) -> Any:
    booster = importlib.import_module("xgboost").Booster()
    booster.load_model(path)
    return booster


def _save_torch(model: Any, path: Path) -> None:
    torch = importlib.import_module("torch")
    is_script = isinstance(model, torch.jit.ScriptModule)  # which cannot be pickled
    (torch.jit.save if is_script else torch.save)(model, path)


class _Format(NamedTuple):
    """How a framework writes and reads models."""

    file: str
    save: Callable[[Any, Path], Any]
    load: Callable[[Path], Any]


_FORMATS = {
    "sklearn": _Format("model.pkl", _pickle, _unpickle),
    "xgboost": _Format("model.ubj", lambda model, path: model.save_model(path), _load_xgboost),
    "lightgbm": _Format(
        "model.txt",
        lambda model, path: getattr(model, "booster_", model).save_model(path),
        lambda path: importlib.import_module("lightgbm").Booster(model_file=str(path)),
    ),
    "catboost": _Format("model.pkl", _pickle, _unpickle),
    "keras": _Format(
        "model.keras",
        lambda model, path: model.save(path),
        lambda path: importlib.import_module("keras").models.load_model(path),
    ),
    "pytorch": _Format(
        "model.pth",
        _save_torch,
        lambda path: importlib.import_module("torch").load(path, weights_only=False),
    ),
}
_FORMATS["tensorflow"] = _FORMATS["keras"]


class Flavor:
    """The functions of a module such as ``mlflow.sklearn``."""

    def __init__(self, framework: str) -> None:
        self.framework = framework
        self._format = _FORMATS[framework]

    def log_model(
        self,
        model: Any,
        artifact_path: str | None = None,
        *args: Any,
        name: str | None = None,
        registered_model_name: str | None = None,
        **more: Any,
    ) -> ModelInfo:
        """Store a model as an artifact of the active run, and register it if a name is given."""
        folder = str(name or artifact_path or "model")
        active = session.current()
        active.guard.attempt(self._log, model, folder)
        run_id = active.gittrack.id
        uri = f"runs:/{run_id}/{folder}"
        if registered_model_name:
            active.guard.attempt(registry.register_model, uri, registered_model_name)
        return ModelInfo(uri, folder, run_id)

    def _log(self, model: Any, folder: str) -> None:
        with tempfile.TemporaryDirectory(prefix="gittrack-model-") as temporary:
            path = Path(temporary, self._format.file)
            self._format.save(model, path)
            recording.log_artifact(path, folder)

    def save_model(self, model: Any, path: Any, **more: Any) -> None:
        """Write a model into a folder."""
        Path(path).mkdir(parents=True, exist_ok=True)
        self._format.save(model, Path(path, self._format.file))

    def load_model(self, model_uri: str, **more: Any) -> Any:
        """Read a model again, from ``runs:/RUN_ID/path``, ``models:/NAME/VERSION`` or a folder.

        A pickle runs code when it is read: load only models of people whom you trust.
        """
        return self._format.load(folder_of(model_uri) / self._format.file)

    def autolog(self, **more: Any) -> None:
        """Record the trainings of the framework from now on."""
        autologging.autolog(self.framework, **more)


def folder_of(model_uri: str) -> Path:
    """Return the folder of a model."""
    kind, _, rest = str(model_uri).partition(":/")
    parts = rest.strip("/").split("/")
    if kind == "runs":
        return records.get(parts[0]).artifact("/".join(parts[1:]) or "model")
    if kind == "models":
        name, _, alias = parts[0].partition("@")  # models:/NAME@ALIAS
        version = (alias or "".join(parts[1:2]) or "latest").lower()
        record = records.get(f"{registry.model_name(name)}@{version}")
        files = {form.file for form in _FORMATS.values()}
        paths = [str(item["path"]).rpartition("/") for item in record.outputs]
        folders = [folder for folder, _, file in paths if file in files]
        if not folders:
            raise session.MlflowException(f"{model_uri} has no model", "log it with log_model")
        return record.artifact(folders[0])
    return Path(model_uri)


class PythonFunction:
    """``mlflow.pyfunc``: a model with ``predict``, loaded from the formats above."""

    PythonModel = object

    def load_model(self, model_uri: str, **more: Any) -> Any:
        """Read a model in the format that its folder shows."""
        folder = folder_of(model_uri)
        for form in _FORMATS.values():
            if (folder / form.file).exists():
                return form.load(folder / form.file)
        raise session.MlflowException(f"there is no model in {folder}", "log it with log_model")

    def log_model(self, *args: Any, **more: Any) -> None:
        """Print once what to use."""
        notices.print_once(
            "mlflow.pyfunc.log_model records nothing here; instead: run.log_artifact(folder)"
        )
