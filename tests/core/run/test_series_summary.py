"""core/run/series_summary: the same summary, whether it is made point by point or kept while logging."""

from helpers import floats, ints
from hypothesis import given
from hypothesis import strategies as st

from gittrack.core.run.run_info import Metric
from gittrack.core.run.series_summary import LoggedValues, SeriesSummary

values = st.lists(floats | ints | st.sampled_from([float("nan"), -0.0, 0, 0.0, 1, 1.0, 2**60 + 1]))


def pointwise(numbers, summary=None):
    summary = summary or SeriesSummary()
    for step, value in enumerate(numbers):
        summary.add(step, value)
    return repr(summary.metric())


@given(values, values)
def test_many_values_at_once_are_the_same_as_one_after_the_other(first, second):
    summary = SeriesSummary()
    for part, end in ((first, len(first)), (second, len(first) + len(second))):
        if part:
            summary.extend(part, end - 1)
    assert repr(summary.metric()) == pointwise(first + second)


@given(values, values)
def test_a_summary_is_continued_from_its_value(first, second):
    whole = SeriesSummary()
    pointwise(first, whole)
    assert pointwise(second, SeriesSummary.of(whole.metric())) == pointwise(second, whole)


def test_values_that_were_added_last_can_be_removed():
    logged = LoggedValues(lambda name: f",{name},")
    for name, value in (("loss", 0.5), ("acc", 1), ("lr", 0.1)):
        cell, numbers = logged[name]
        assert cell == f",{name},"
        numbers.append(value)
    assert logged.remove([(0, "loss", 0.5, 0.0)])
    logged["loss"][1].append(7.0)
    logged.fold({"loss": 3, "acc": 0, "lr": 0})
    metrics = logged.metrics()
    assert list(metrics) == ["acc", "lr", "loss"]  # the order of the lines
    assert metrics["loss"] == Metric(7.0, 7.0, 7.0, 3, 1)
    logged["loss"][1].append(8.0)
    assert not logged.remove([(0, "loss", 9.0, 0.0)])
