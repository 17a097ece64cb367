"""record/ending/exit_functions: the exit code that a program requests is known before it ends."""

from typing import Any

import pytest
from helpers import python

from gittrack.record.ending.exit_functions import exit_status

RECORDED = "from gittrack.record.ending import exit_functions as e\n"


@pytest.mark.parametrize(
    ("code", "status"),
    [
        *((None, 0), (0, 0), (1, 1), (255, 255), (256, 0), (-1, 255), (True, 1), (False, 0)),
        *(("", 1), ("text", 1), (1.0, 1), ([], 1)),
    ],
)
def test_exit_status_is_the_one_of_the_system(code: Any, status: int) -> None:
    assert exit_status(code) == status


@pytest.mark.parametrize("call", ["sys.exit(7)", "exit(7)", "quit(7)", "sys.exit(263)"])
def test_each_exit_function_records_its_code(call: str) -> None:
    code = f"""import sys
{RECORDED}e.listen()
try:
    {call}
except SystemExit as error:
    print(e.requested_code(), type(error).__name__)"""
    assert python(code).out == "7 SystemExit\n"


def test_without_a_request_there_is_no_code_and_the_last_request_counts() -> None:
    code = f"""{RECORDED}print(e.requested_code())
e.record(3); e.record(None)
print(e.requested_code())"""
    assert python(code).out == "None\n0\n"


def test_a_request_in_another_thread_ends_only_that_thread() -> None:
    code = f"""import sys, threading
{RECORDED}e.listen()
thread = threading.Thread(target=sys.exit, args=(4,)); thread.start(); thread.join()
print(e.requested_code())"""
    assert python(code).out == "None\n"


def test_a_function_that_was_imported_before_is_wrapped_and_a_second_call_changes_nothing() -> None:
    code = """import sys
from sys import exit
import gittrack.record.ending.exit_functions as e
e.listen()
first = sys.exit
e.listen()
print(exit is sys.exit is first, repr(exit))"""
    assert python(code).out == "True <built-in function exit>\n"
