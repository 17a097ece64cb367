"""record/ending/end_status: the end of a run from what a caller passes, or from an exception."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittrack.core.errors import TrackError
from gittrack.record.ending.end_status import EndStatus, from_arguments, from_exception


@pytest.mark.parametrize(
    ("arguments", "end"),
    [
        ((None, None, None), EndStatus("finished", 0)),
        ((None, 0, None), EndStatus("finished", 0)),
        ((None, 3, None), EndStatus("failed", 3)),
        ((None, None, "SIGTERM"), EndStatus("killed", None, "SIGTERM")),
        ((None, 143, "SIGTERM"), EndStatus("killed", 143, "SIGTERM")),
        ((0, None, None), EndStatus("finished", 0)),
        ((7, None, None), EndStatus("failed", 7)),
        ((-9, None, None), EndStatus("failed", -9)),
        (("failed", None, None), EndStatus("failed")),
        (("crashed", None, None), EndStatus("crashed")),
        (("finished", None, None), EndStatus("finished", 0)),
        (("finished", 5, None), EndStatus("finished", 5)),
        (("killed", None, ""), EndStatus("killed")),
    ],
)
def test_arguments_describe_the_end(arguments: tuple[Any, Any, Any], end: EndStatus) -> None:
    assert from_arguments(*arguments) == end


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("done", None, None), "a run cannot end as 'done'"),
        (("running", None, None), "a run cannot end as 'running'"),
        (({"loss": 1}, None, None), "a run cannot end as {'loss': 1}"),
        ((1, 0, None), "a run cannot end as 1"),
        ((None, True, None), "the exit code is True"),
        ((True, None, None), "the exit code is True"),
        ((None, "1", None), "the exit code is '1'"),
        ((None, 0.5, None), "the exit code is 0.5"),
        ((None, 2**32, None), "the exit code is 4294967296"),
        ((None, -(2**31) - 1, None), "the exit code is -2147483649"),
    ],
)
def test_other_arguments_are_refused(arguments: tuple[Any, Any, Any], message: str) -> None:
    with pytest.raises(TrackError) as error:
        from_arguments(*arguments)
    assert error.value.message == message
    assert error.value.hint


@given(st.integers(-(2**31), 2**32 - 1))
def test_every_exit_code_of_a_system_is_stored_as_it_is(code: int) -> None:
    end = from_arguments(None, code, None)
    assert end == EndStatus("failed" if code else "finished", code)


@pytest.mark.parametrize(
    ("error", "end"),
    [
        (SystemExit(), EndStatus("finished", 0)),
        (SystemExit(0), EndStatus("finished", 0)),
        (SystemExit(3), EndStatus("failed", 3)),
        (SystemExit(256), EndStatus("finished", 0)),
        (SystemExit(-1), EndStatus("failed", 255)),
        (SystemExit("no data"), EndStatus("failed", 1)),
        (KeyboardInterrupt(), EndStatus("killed", None, "SIGINT")),
        (ValueError("x"), EndStatus("failed", 1)),
        (MemoryError(), EndStatus("failed", 1)),
    ],
)
def test_an_exception_is_an_end(error: BaseException, end: EndStatus) -> None:
    assert from_exception(error) == end
