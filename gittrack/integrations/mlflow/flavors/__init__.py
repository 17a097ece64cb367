"""``mlflow.sklearn`` and its kind: models of a framework as artifacts."""
