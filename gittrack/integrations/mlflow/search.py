"""``mlflow.search_runs`` and other reading."""

from __future__ import annotations

from typing import Any

from gittrack.api import records
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.integrations.mlflow import entities, filters, session


def views(
    experiments: Sequence[str | None],
    filter_string: str = "",
    order_by: Sequence[str] | None = None,
) -> list[entities.RunView]:
    """Return the runs of experiments that fulfil a filter; None means all experiments."""
    chosen: dict[str, entities.RunView] = {}
    fits = filters.holds(filter_string)
    for experiment in experiments:
        for record in records.runs(experiment):
            if experiment is None or record.experiment == experiment:
                run = entities.view(record)
                if fits(run):
                    chosen[run.info.run_id] = run
    runs = list(chosen.values())
    for key in reversed([order_by] if isinstance(order_by, str) else list(order_by or ())):
        name, _, direction = key.strip().rpartition(" ")
        if direction.upper() not in ("ASC", "DESC"):
            name = key.strip()
        values = {run.info.run_id: filters.value_of(run, name.strip()) for run in runs}
        values = {
            run_id: None if value != value else value for run_id, value in values.items()
        }  # NaN
        runs = _sorted(runs, values, is_down=direction.upper() == "DESC")
    return runs


def _sorted(
    runs: Sequence[entities.RunView], values: Mapping[str, Any], *, is_down: bool
) -> list[entities.RunView]:
    """Return the runs sorted by a value of each; those without a value, or with NaN, come last."""
    ranked = sorted(runs, key=lambda run: _rank(values[run.info.run_id]), reverse=is_down)
    return sorted(ranked, key=lambda run: values[run.info.run_id] is None)


def _rank(value: Any) -> tuple[float, str]:
    is_number = isinstance(value, (int, float))
    return (float(value), "") if is_number else (0.0, str(value or ""))


def search_runs(
    experiment_ids: Sequence[Any] | None = None,
    filter_string: str = "",
    run_view_type: Any = None,
    max_results: int = 100_000,
    order_by: Sequence[str] | None = None,
    output_format: str = "pandas",
    search_all_experiments: bool = False,
    experiment_names: Sequence[str] | None = None,
) -> Any:
    """Return runs as a DataFrame, or as a list with ``output_format="list"``.

    Parameters
    ----------
    experiment_ids, experiment_names : sequence of str, optional
        The experiments.  Default: that of `set_experiment`, else ``default``.
    filter_string : str
        Comparisons with ``and`` between them, such as ``metrics.acc > 0.9 and params.model = 'tree'``.
    run_view_type
        Without meaning.
    max_results : int
        At most this many runs.
    order_by : sequence of str, optional
        Such as ``["metrics.acc DESC"]``.  Default: the newest run is first.
    output_format : {'pandas', 'list'}
        The type of the result.
    search_all_experiments : bool, default False
        Whether all experiments are searched if none is named.
    """
    names = [session.clean_name(name) for name in (experiment_names or experiment_ids or ())]
    experiments: list[str | None] = [name or layout.DEFAULT_EXPERIMENT for name in names]
    if not experiments:
        own = session.experiment() or layout.DEFAULT_EXPERIMENT
        experiments = [None] if search_all_experiments else [own]
    runs = views(experiments, filter_string, order_by)[:max_results]
    return runs if output_format == "list" else to_pandas(runs)


def to_pandas(runs: Sequence[entities.RunView]) -> Any:
    """Return runs as a DataFrame with MLflow's columns."""
    try:
        import pandas  # noqa: PLC0415 - optional
    except ImportError:
        raise TrackError("pandas is not installed", "pip install pandas") from None
    rows = [
        {
            "run_id": run.info.run_id,
            "experiment_id": run.info.experiment_id,
            "status": run.info.status,
            "artifact_uri": run.info.artifact_uri,
            "start_time": pandas.to_datetime(run.info.start_time, unit="ms", utc=True),
            "end_time": pandas.to_datetime(run.info.end_time, unit="ms", utc=True),
            **{f"metrics.{name}": value for name, value in run.data.metrics.items()},
            **{f"params.{name}": value for name, value in run.data.params.items()},
            **{f"tags.{name}": value for name, value in run.data.tags.items()},
        }
        for run in runs
    ]
    columns = ["run_id", "experiment_id", "status", "artifact_uri", "start_time", "end_time"]
    return pandas.DataFrame(rows) if rows else pandas.DataFrame(columns=columns)


def get_run(run_id: str) -> entities.RunView:
    """Return a run by its id."""
    return entities.recorded(run_id)


def get_experiment(experiment_id: str) -> entities.ExperimentView:
    """Return an experiment by its name, which is its id."""
    return entities.ExperimentView(session.clean_name(experiment_id) or layout.DEFAULT_EXPERIMENT)


def get_experiment_by_name(name: str) -> entities.ExperimentView | None:
    """Return an experiment; None if no run is in it."""
    experiment = session.clean_name(name) or layout.DEFAULT_EXPERIMENT
    return entities.ExperimentView(experiment) if len(records.runs(experiment, limit=1)) else None


def create_experiment(name: str, artifact_location: Any = None, tags: Any = None) -> str:
    """Return the id of an experiment, which its first run makes."""
    return session.clean_name(name) or layout.DEFAULT_EXPERIMENT


def search_experiments(*args: Any, **more: Any) -> list[entities.ExperimentView]:
    """Return the experiments that have runs."""
    names = dict.fromkeys(record.experiment for record in records.runs())
    return [entities.ExperimentView(name) for name in names]
