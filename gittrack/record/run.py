"""A live run: the object that training code uses."""

from __future__ import annotations

from gittrack.core import values
from gittrack.core.errors import NotANumber, TrackError
from gittrack.core.run import events
from gittrack.core.run.run_info import Metric
from gittrack.core.standard.collections import Mapping
from gittrack.core.standard.typing import Any
from gittrack.record.active import params as run_params
from gittrack.record.run_files import RunFiles


class Run(RunFiles):
    """A run that is being recorded.  `gittrack.init` returns it; it is also a context manager.

    A run commits itself at its end.  A run that joined the run of ``git track run`` only writes into its
    journal, which the launcher commits.

    Attributes
    ----------
    id, experiment, status : str
        ``status`` is ``running``, then how the run ended.
    config : Config
        The params, read-only: ``run.config["lr"]`` or ``run.config.lr``.
    summary : Summary
        Final values: ``run.summary["test_accuracy"] = 0.97`` becomes the last value of the metric.
    """

    def continue_from(self, metrics: Mapping[str, Metric]) -> None:
        """Continue the steps and the summaries of metrics; for runs that are continued.

        Parameters
        ----------
        metrics : mapping of str to Metric
            The summaries of the points that the journal has already.
        """
        self._points.continue_from(metrics)

    def log(self, metrics: Mapping[str, Any], step: float | None = None) -> None:
        """Record a point of each metric, and media; on return they survive a SIGKILL.

        Parameters
        ----------
        metrics : mapping of str to number or medium
            Media are `gittrack.Image`, `Figure`, `Histogram`, `Table`, `Text`, `Audio`, `Video`, `Html`, or a
            list of them; figures of Matplotlib and Plotly, images of Pillow and tables of pandas are taken
            as they are.  Other values are left out: a warning names the first of each name, and the number
            of all is printed at the end.  In a run of ``init(strict=True)`` such a value is an error, and
            no number of the call is recorded.
        step : float, optional
            The step.  Default: the next whole number of each metric, from 0; media get the step of the
            numbers in the same call.

        Raises
        ------
        TrackError
            If the run has ended, or ``metrics`` is not a mapping.
        """
        if self.disabled and self._is_silent():
            return
        try:
            self._points.log(metrics, step)
        except NotANumber:
            from gittrack.record.active import mixed_values  # noqa: PLC0415 - most calls have numbers only

            mixed_values.log_mixed(self, metrics, step)
        except AttributeError:
            if isinstance(metrics, Mapping):
                raise
            raise TrackError(
                f"the metrics are {metrics!r:.40}, not a mapping", 'pass them as {"loss": 0.5}'
            ) from None

    log_metrics = log

    def log_metric(self, name: str, value: Any, step: float | None = None) -> None:
        """Record one point of one metric.

        Parameters
        ----------
        name : str
            The metric.
        value : number
            The value; see `log`.
        step : float, optional
            The step.  Default: the next whole number of the metric, from 0.
        """
        self.log({name: value}, step)

    def define_metric(
        self,
        name: str,
        *,
        goal: str | None = None,
        step_metric: str | None = None,
        summary: str | None = None,
    ) -> None:
        """Define properties of a metric.

        Parameters
        ----------
        name : str
            The metric.
        goal : {'min', 'max'}, optional
            Which values are better; rankings of runs use it.
        step_metric : str, optional
            The metric that is the horizontal axis of this one.
        summary : str, optional
            Which value stands for the series, such as ``min``, ``max``, ``last`` or ``best``.

        Raises
        ------
        TrackError
            If a value is of another type, or the goal is unknown.
        """
        if self._is_silent():
            return
        properties = {"goal": _goal(goal), "step_metric": step_metric, "summary": summary}
        changes = {
            key: values.check_text(value, key)
            for key, value in properties.items()
            if value is not None
        }
        with self._lock:
            definitions = self._journal.state().facts.get("metric_definitions") or {}
            definition = {**definitions.get(values.check_name(name, "metric"), {}), **changes}
            definitions = {**definitions, name: definition}
            self._append(events.FACTS, values={"metric_definitions": definitions})

    def log_params(self, params: Any, *, allow_change: bool = False) -> None:
        """Add params.

        Parameters
        ----------
        params : mapping, namespace, dataclass or object with ``.to_dict()``
            The params, nested.
        allow_change : bool, default False
            Whether a param that has another value already gets the new one.

        Raises
        ------
        TrackError
            If a param has another value already; it names both.
        """
        if self._is_silent():
            return
        as_text: list[str] = []
        new = values.config_dict(params, as_text)
        run_params.warn_stored_as_text(as_text)
        with self._lock:
            error = run_params.log_params(self._journal, new, allow_change=allow_change)
            self._warn_unwritten(error)
            self.config = self.config.with_params(new)

    def log_param(self, name: str, value: Any) -> None:
        """Add one param.

        Parameters
        ----------
        name : str
            The name.
        value : object
            The value; see `log_params`.
        """
        self.log_params({name: value})

    def should_stop(self) -> bool:
        """Return whether this trial of a sweep should end early, by ``early_terminate`` of the sweep.

        Call it after the metric was logged: ``if run.should_stop(): break``.  False in a run that is not a
        trial, or whose sweep has no such rule.  If the rule cannot be applied, such as on a full disk, a
        warning says so once, and the trial goes on.
        """
        if self.disabled or self._session is not None:
            return False
        if self._rule is None:
            from gittrack.record.active import stopping  # noqa: PLC0415 - used by trials of a sweep only

            self._rule = stopping.TrialRule(self._journal, self._warn)
        return self._rule.should_stop()

    def add_tags(self, *tags: str) -> None:
        """Add tags to the run.

        Parameters
        ----------
        *tags : str
            The tags.
        """
        if not self._is_silent():
            self._append(events.TAGS, add=[values.check_name(tag, "tag") for tag in tags])

    def note(self, text: str) -> None:
        """Add a paragraph to the note of the run.

        Parameters
        ----------
        text : str
            The text.
        """
        if (
            not self._is_silent()
            and text is not None
            and (clean := values.check_text(text, "note"))
        ):
            self._append(events.NOTE, text=clean)


def _goal(goal: Any) -> str | None:
    """Return ``min`` or ``max``; W&B's ``minimize`` and ``maximize`` are accepted too."""
    goals = {"min": "min", "max": "max", "minimize": "min", "maximize": "max"}
    if goal is None:
        return None
    if not isinstance(goal, str) or goal not in goals:
        raise TrackError(f"the goal is {goal!r:.40}", "pass 'min' or 'max'")
    return goals[goal]
