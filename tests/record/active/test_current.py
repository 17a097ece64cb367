"""record/active/current: a run belongs to the threads and tasks that are inside of its block."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Iterator

import pytest

from gittrack.record.active import current


@pytest.fixture(autouse=True)
def outside() -> Iterator[None]:
    """Begin without blocks, and leave none behind."""
    token = current._OPEN.set(())
    yield
    current._OPEN.reset(token)


def in_thread(function):
    """Call a function in a new thread and return its result."""
    results = []
    thread = threading.Thread(target=lambda: results.append(function()))
    thread.start()
    thread.join()
    return results[0]


def test_the_innermost_block_is_the_last():
    assert current.enclosing() == ()
    current.enter("a")
    current.enter("b")
    assert current.enclosing() == ("a", "b")
    current.leave("b")
    assert current.enclosing() == ("a",)


def test_blocks_may_end_in_any_order():
    for run_id in "abc":
        current.enter(run_id)
    current.leave("a")
    assert current.enclosing() == ("b", "c")


def test_a_block_that_never_began_can_end():
    current.enter("a")
    current.leave("b")
    assert current.enclosing() == ("a",)


def test_another_thread_is_in_no_block():
    current.enter("a")
    assert in_thread(current.enclosing) == ()


def test_a_context_that_was_copied_keeps_its_blocks():
    current.enter("a")
    context = contextvars.copy_context()
    current.leave("a")
    assert context.run(current.enclosing) == ("a",)
    assert in_thread(lambda: context.run(current.enclosing)) == ("a",)


def test_tasks_inherit_the_blocks_in_which_they_start_and_keep_their_own():
    async def train(run_id: str) -> tuple[str, ...]:
        current.enter(run_id)
        await asyncio.sleep(0)  # the other task enters its block
        return current.enclosing()

    async def main() -> list[tuple[str, ...]]:
        current.enter("outer")
        return await asyncio.gather(train("a"), train("b"))

    assert asyncio.run(main()) == [("outer", "a"), ("outer", "b")]


def test_the_owner_is_the_thread_without_a_task():
    assert current.owner() is threading.current_thread()
    assert in_thread(lambda: current.owner() is threading.current_thread())


def test_the_owner_is_the_task_inside_of_one():
    async def owner() -> bool:
        return current.owner() is asyncio.current_task()

    assert asyncio.run(owner())


def test_a_callback_of_a_loop_belongs_to_the_thread():
    async def main() -> object:
        result = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(lambda: result.set_result(current.owner()))
        return await result

    assert asyncio.run(main()) is threading.current_thread()
