"""``mlflow.sklearn``."""

from __future__ import annotations

from gittrack.integrations.mlflow.saving import Flavor

_flavor = Flavor("sklearn")
log_model, save_model, load_model = _flavor.log_model, _flavor.save_model, _flavor.load_model
autolog = _flavor.autolog
