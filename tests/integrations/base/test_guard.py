"""An error of an integration is printed once, counted, and raised only in strict mode."""

import pytest

from gittrack.integrations.base.guard import ErrorGuard, explain


def broken(*_):
    raise ValueError("no room\nsecond line")


def test_the_first_error_is_printed_and_the_others_are_counted(caplog):
    guard = ErrorGuard("XGBoost")
    assert [guard.attempt(broken, default=7) for _ in range(3)] == [7, 7, 7]
    guard.report()
    guard.report()
    assert caplog.messages == [
        "the XGBoost integration failed, the training goes on: ValueError: no room",
        "3 calls of the XGBoost integration failed and recorded nothing",
    ]


def test_a_call_that_works_returns_its_result(caplog):
    assert ErrorGuard("XGBoost").attempt(max, 1, 2) == 2
    assert caplog.messages == []


def test_strict_raises():
    with pytest.raises(ValueError, match="no room"):
        ErrorGuard("XGBoost", strict=True).attempt(broken)


def test_ctrl_c_is_no_error_of_an_integration():
    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ErrorGuard("XGBoost").attempt(interrupted)


def test_an_error_without_a_message_is_its_kind():
    assert explain(OSError()) == "OSError"
