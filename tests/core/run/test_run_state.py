"""core/run/run_state: the sum of a journal's operations costs one pass, however many they are."""

from __future__ import annotations

import sys

import pytest

from gittrack.core.run import events

KINDS = {
    "artifacts": lambda n: events.line("output", values={"path": f"d/{n}", "where": "git"}),
    "inputs": lambda n: events.line("input", values={"path": f"d/{n}", "sha256": "0" * 64}),
    "tags": lambda n: events.line("tags", add=[f"t{n}"]),
    "summary": lambda n: events.line("summary", values={f"s{n}": n}),
    "params": lambda n: events.line("params", values={f"p{n}": n}),
    "notes": lambda n: events.line("note", text=f"line {n}"),
}
START = {
    **{"id": "20260301-000000-0000001c", "experiment": "e", "status": "running"},
    "started": "2026-03-01T00:00:00.000Z",
}


def journal(kind: str, count: int) -> bytes:
    return events.line("start", values=START) + b"".join(map(KINDS[kind], range(count)))


def operations(work) -> int:
    """Return how many operations of the interpreter some work takes: the same number every time."""
    count = 0

    def trace(frame, event, argument):
        nonlocal count
        frame.f_trace_opcodes = True
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    # Python 3.12 looks only here whether any frame wants its operations traced.
    sys._getframe().f_trace_opcodes = True
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("kind", KINDS)
def test_ten_times_as_many_operations_take_ten_times_as_long(kind):
    few, many = (journal(kind, count) for count in (40, 400))
    cost = [operations(lambda data=data: events.decode(data, START["id"])) for data in (few, many)]
    assert cost[1] < 11 * cost[0]


def test_a_decoder_takes_a_journal_in_pieces():
    data = b"".join(journal(kind, 3) if n == 0 else KINDS[kind](n) for n, kind in enumerate(KINDS))
    decoder = events.Decoder(START["id"])
    for line in data.splitlines(keepends=True):
        decoder.feed(line)
        decoder.state()
    assert decoder.state() == events.decode(data, START["id"])


def test_a_state_does_not_change_with_the_journal():
    decoder = events.Decoder(START["id"])
    decoder.feed(journal("params", 1) + events.line("params", values={"m": {"a": 1}}))
    before = decoder.state()
    decoder.feed(events.line("params", values={"m": {"b": 2}, "p9": 9}))
    assert before.params == {"p0": 0, "m": {"a": 1}}
    assert decoder.state().params == {"p0": 0, "m": {"a": 1, "b": 2}, "p9": 9}


def test_tags_and_notes_that_a_fact_replaces():
    more = (
        events.line("tags", add=["a", "b"], remove=["a"]),
        events.line("note", text="one"),
        events.line("facts", values={"tags": ["c"], "note": "two"}),
        events.line("tags", add=["d"], remove=["c"]),
        events.line("note", text="three"),
    )
    facts = events.decode(journal("params", 0) + b"".join(more), START["id"]).facts
    assert (facts["tags"], facts["note"]) == (["d"], "two\nthree")
