"""Queries: what they mean, what they refuse, and that nothing in them is ever run."""

import contextlib

import pytest
from helpers import texts
from hypothesis import given
from hypothesis import strategies as st

from gittrack.core.query import durations, expression
from gittrack.core.query.grammar import QueryError
from gittrack.core.run.commit_message import MISSING

RUN = {
    "lr": 0.01,
    "val_accuracy": 0.97,
    "loss": float("nan"),
    "opt": "adam",
    "layers": 3,
    "use_bn": True,
    "nothing": None,
    "tags": ["baseline", "paper"],
    "status": "finished",
    "started": "2026-02-03T10:00:00.000Z",
    "age": 3 * 86400,
    "duration": 90.0,
    "params.model.hidden": 64,
    "params.weight decay": 0.1,
    "metrics.a/b": 1,
}


def bind(name):
    key = ".".join(filter(None, (name.kind, *name.parts)))
    return lambda run: run.get(key, MISSING)


def holds(text):
    return expression.compiled(text, bind)(RUN)


@pytest.mark.parametrize(
    "text",
    [
        "lr == 0.01",
        "lr < 0.1 and val_accuracy >= 0.97",
        "lr > 1 or layers == 3",
        "not lr > 1",
        "0.001 < lr < 0.1",
        "-lr < 0",
        "lr * 100 + 1 == layers - 1",
        "layers / 2 == 1.5",
        'opt == "adam"',
        'opt in ("adam", "sgd")',
        '"ada" in opt',
        '"baseline" in tags and "x" not in tags',
        "use_bn",
        "use_bn == True",
        "layers",
        "nothing == None",
        "params.model.hidden == 64",
        'params["weight decay"] == 0.1',
        'metrics["a/b"] == 1',
        "has(lr) and not has(other)",
        'like(opt, "a?am")',
        'like(tags, "base*")',
        'started > "2026-01"',
        'started >= "2026-02"',
        'started <= "2026-02-03"',
        'not started > "2026-02-03"',
        'not started < "2026-02-03"',
        'started in ["2026-02-03", "2025"]',
        'started not in ["2026-02-04"]',
        'started == "2026-02-03"',
        'started != "2026-02-04"',
        'started < "2026-02-03T12:00+01:00"',
        'age < "7d" and age >= "72h"',
        'duration == "1min30s"',
        "  lr == 0.01\n  and layers == 3",
    ],
)
def test_true(text):
    assert holds(text)


@pytest.mark.parametrize(
    "text",
    [
        "other > 1",  # a missing value: false, whichever comparison it is
        "other < 1",
        "other == 1",
        "other != 1",
        "other",
        "other + 1 > 0",
        "loss > 0",  # NaN
        "loss <= 0",
        "opt > 1",  # a text and a number
        "1 < opt",
        "use_bn == 1",  # true is not 1, as everywhere in gittrack
        "lr in opt",
        '"x" in tags',
        "lr / 0 > 0",
        "opt * 3 == 1",
        'like(lr, "*")',
        'started > "2026-03"',
        'age < "1h"',
    ],
)
def test_false(text):
    assert not holds(text)


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("", 1, "empty"),
        ("lr >", 4, "cannot be understood"),
        ("lr = 1", 1, "cannot be understood"),
        ("(lr > 1", 1, "never closed"),
        ("lr > 1 and __import__('os')", 12, "no function '__import__'"),
        ("lr.__class__.__mro__()", 1, "cannot be called"),
        ("lambda: 1", 1, "lambda"),
        ("lr if lr else 1", 1, "if ... else"),
        ("[x for x in tags]", 1, "listcomp"),
        ('f"{lr}" == opt', 1, "f-string"),
        ("lr ** 2 > 1", 1, "calculation"),
        ("lr is None", 1, "'is'"),
        ("~layers", 1, "~"),
        ("lr > 1j", 6, "1j"),
        ("tags[0] == 1", 1, "not a name"),
        ("params == 1", 1, "params alone"),
        ("params[opt] == 1", 1, "not a name"),
        ("has(lr, opt)", 1, "has needs 1"),
        ("has(x=lr)", 1, "no function"),
        ("1", 1, "not a condition"),
        ("lr, opt", 1, "not a condition"),
        ('age < "a week"', 7, "not a duration"),
        ('"yesterday" < started', 1, "not a date"),
        ('opt == "é" and started > "x"', 26, "not a date"),
        ("(" * 300 + "lr" + ")" * 300, 1, "nested"),
        ("lr\0", 1, ""),
        ("x" * 20_000, 1, "longer"),
    ],
)
def test_an_error_names_its_column(text, column, words):
    with pytest.raises(QueryError) as caught:
        holds(text)
    assert words in caught.value.message
    if column > 1:
        assert caught.value.column == column


def test_a_query_that_is_not_at_its_end():
    with pytest.raises(QueryError, match="something is missing at the end"):
        holds("lr > 1 and")


def test_an_error_shows_the_place():
    with pytest.raises(QueryError) as caught:
        holds("lr > 1 && opt")
    assert str(caught.value) == (
        "in the query, column 9: this cannot be understood\n"
        "  lr > 1 && opt\n"
        "          ^. write 'and' instead of '&&'"
    )


@given(texts | st.text("lrptags()[]<>=!&|.,'\"0123456789 anodr+-*/\n\\#:{}", max_size=40))
def test_any_text_is_a_query_or_a_query_error(text):
    with contextlib.suppress(QueryError):
        assert holds(text) in (True, False)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("5min", 300), ("5 m", 300), ("1h30min", 5400), ("7d", 604800), ("0.5d", 43200)],
)
def test_spans(text, seconds):
    assert durations.seconds(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        *("20260101", "2026-W01", "2026-13", "2026-02-30", "2026-1-1", "2026-02-01T25:00"),
        *("0000", "0001-01-01T00:00:00+23:00", "2026-02-01T10:00+25:00", "", "2026-02-01T"),
    ],
)
def test_what_is_not_a_date_is_refused_by_every_comparison(text):
    for operation in ("<", "<=", ">", ">=", "==", "!="):
        with pytest.raises(QueryError, match="is not a date"):
            holds(f'started {operation} "{text}"')


@pytest.mark.parametrize("value", [1, 1.0, "1"])
@pytest.mark.parametrize("literal", ["1", "1.0", '"1"'])
def test_one_notion_of_equal_numbers(value, literal):
    for query in ("x == {}", "x <= {}", "x >= {}", "not x < {}", "not x != {}", "x in [{}]"):
        assert expression.compiled(query.format(literal), lambda name: lambda subject: value)(None)


def test_a_float32_is_what_it_was_written_as():
    for query in ("x == 0.1", "x <= 0.1", "not x > 0.1"):
        assert expression.compiled(query, lambda name: lambda subject: 0.10000000149011612)(None)
