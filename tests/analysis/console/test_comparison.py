"""Two consoles compared: numbers as numbers, streams apart, times left out and results never."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittrack.analysis.console import comparison as console
from gittrack.analysis.console.masks import COUNTED, mask
from gittrack.analysis.console.streams import PrintedOutput
from gittrack.analysis.span import Span

SPAN = Span(1_760_000_000.0, 1_760_000_060.0)  # 2025-10-09, 08:53:20 to 08:54:20 in UTC


def printed(text, streams=(), **more):
    return PrintedOutput(text, streams, SPAN, **more)


def compare(a, b, rtol=1e-5, atol=1e-8):
    """Return the comparison of two consoles, which may be given as text."""
    pair = [printed(item) if isinstance(item, str) else item for item in (a, b)]
    return console.compare(*pair, rtol=rtol, atol=atol)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (
            "iter 0: loss 10.9, time 1188.46ms, mfu -100.00%",
            "iter 0: loss 10.9, time 9.1ms, mfu 2.00%",
        ),
        ("{'time': 0.0735, 'logloss': 0.5}", "{'time': 1.5, 'logloss': 0.5}"),
        ("Finished Squared Error in: 0.152", "Finished Squared Error in: 0.2"),
        ("the overhead was 0.000192 seconds.", "the overhead was 0.000023 seconds."),
        ("it ran 1.5 s. Next: loss 1", "it ran 2.5 s. Next: loss 1"),
        ("[08:53:21] WARNING: x", "[10:54:02] WARNING: x"),
        ("2025-10-09 08:53:21,123 INFO loss 1", "2025-10-09 08:54:01,9 INFO loss 1"),
        ("Date: Thu, 09 Oct 2025", "Date: Fri, 10 Oct 2025"),
        (
            "no-name-97bb7349-2bb1-4d5c-9d0c-0f3d6a9c1f11",
            "no-name-17bb7349-1bb1-4d5c-8d0c-0f3d6a9c1f12",
        ),
        ("<obj at 0x7f00aabbccdd>", "<obj at 0x7faaaabbccdd>"),
        (
            "100%|####| 3/3 [00:01<00:00,  9.8it/s, loss=0.3]",
            "100%|###| 3/3 [00:02<00:00, 1.1s/it, loss=0.3]",
        ),
        (
            "a: 30%|#  | 3/9 [00:01<00:03, 2it/s]loss 1",
            "a: 60%|## | 6/9 [00:01<00:01, ?it/s]loss 1",
        ),
        ("3/3 [===] - 0s 1ms/step - loss: 0.3", "3/3 [===] - 1s 13ms/step - loss: 0.3"),
        ("at 1760000001.5 pid 12", "at 1760000031.25 pid 3456"),
        ("SPS: 1234", "SPS: 99"),
        ("\x1b[1mdone\x1b[0m", "done"),
        ("/tmp/gittrack-0123456789abcdef/tree/t.py:1: Warning", "/home/me/p/t.py:1: Warning"),
    ],
)
def test_time_place_and_chance_are_left_out(a, b):
    first = printed(a, folders=("/home/me/p",))
    second = printed(b, folders=("/home/me/p",))
    for pair in ((first, second), (second, first)):
        assert compare(*pair).differing == ()


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("time 3.2 accuracy 0.5", "time 3.4 accuracy 0.6"),
        ("eta: 0.1", "eta: 0.3"),
        ("time 3", "time 4"),
        ("predicted duration 3000 s", "predicted duration 4000 s"),
        ("best date 2020-01-01", "best date 2020-01-02"),
        ("at 12:00 noon", "at 13:00 noon"),
        ("mean 0.31 min 0.2", "mean 0.32 min 0.2"),
        ("accuracy 0.93 s 0.1", "accuracy 0.92 s 0.1"),
        ("checksum 0xdeadbeef", "checksum 0xdeadbeff"),
        ("elapsed: 3.2 s", "remaining: 3.2 s"),
        (
            "100%|##| 3/3 [00:01<00:00, 1it/s, loss=0.3]",
            "100%|##| 3/3 [00:01<00:00, 1it/s, loss=0.4]",
        ),
        ("37%|# | 37/99 [00:01<00:02, 3it/s]", "41%|# | 41/99 [00:01<00:02, 3it/s]"),
        ("timeseries 0.5", "timeseries 0.6"),
        ("nan", "0.5"),
        ("1 2", "1"),
        ("0.0", "-0.0"),
    ],
)
def test_what_may_be_a_result_is_compared(a, b):
    for pair in ((a, b), (b, a)):
        result = compare(*pair)
        assert [(line.number, line.a, line.b) for line in result.differing] == [(1, *pair)]


_TIMES = st.sampled_from(
    [
        "time {}s",
        "elapsed: {} ",
        "took {} s",
        "[08:53:2{0:.0f}]",
        "{}ms/step",
        "eta: {}s",
        "({} sec)",
    ]
)
_LABELS = st.sampled_from(
    ["loss", "acc=", "val_f1: ", "eta:", "score", "p", "time step", "R2", "min"]
)
_SEPARATORS = st.sampled_from([" ", ", ", " | ", "; ", " - ", "\t"])


@given(_TIMES, _LABELS, _SEPARATORS, st.integers(1, 8), st.integers(1, 8), st.booleans())
def test_a_time_beside_a_result_never_hides_it(time, label, separator, x, y, is_first):
    def line(seconds, result):
        parts = [time.format(seconds / 4), f"{label} 0.{result}"]
        return separator.join(parts if is_first else parts[::-1])

    assert compare(line(x, 5), line(y, 5)).differing == ()
    assert compare(line(x, 5), line(y, 6)).differing != ()


def test_numbers_are_compared_as_numbers():
    result = compare("loss 0.5 acc 1\n", "loss 0.500000001 acc 1\n")
    assert (result.close, result.lines, result.numbers) == (True, 1, 2)
    assert not compare("loss 0.5\nx 1\n", "loss 0.500000001\nx 2\n").close
    assert not compare("1\n", "inf\n", rtol=1e9).close


def test_what_is_counted():
    result = compare("loss 1 2\ntook 1.5 s\n\ndone\n", "loss 1 2\ntook 2.5 s\n\ndone\n")
    assert (result.lines, result.numbers, result.masked) == (2, 2, 1)
    assert result.examples == ((2, "took 1.5 s", "took 2.5 s"),)


def test_a_missing_line_is_a_difference():
    (pair,) = compare("a\nb\n", "a\n").differing
    assert pair == (2, "b", None)


@given(
    st.lists(st.tuples(st.sampled_from((1, 2)), st.sampled_from("abc")), max_size=12), st.randoms()
)
def test_the_order_of_streams_among_each_other_does_not_matter(lines, random):
    one, two = ([text for stream, text in lines if stream == number] for number in (1, 2))
    order = [stream for stream, _ in lines]
    random.shuffle(order)
    rest = {1: iter(one), 2: iter(two)}
    other = "".join(f"{next(rest[stream])}\n" for stream in order)
    text = "".join(f"{line}\n" for _, line in lines)
    apart = [printed(text, [(s, 1) for s, _ in lines]), printed(other, [(s, 1) for s in order])]
    assert compare(*apart).differing == ()
    for known in apart:
        assert compare(known, other).differing == ()
        assert compare(text, known).differing == ()
        if lines:
            assert compare(known, other + "d\n").differing != ()


def test_a_console_that_was_cut_limits():
    text = "loss 1\n[... 12 bytes left out ...]\nloss 2\n"
    result = compare(text, text)
    assert result.differing == ()
    assert "track.maxLogSize" in result.limits[0]


@pytest.mark.parametrize(
    ("label", "is_time"),
    [
        *((label, True) for label in ("time", "training time", "total_time", "[step 3] wall time")),
        *((label, False) for label in ("median survival time", "half-life time", "response time")),
    ],
)
def test_a_time_without_a_unit_may_be_a_result(label, is_time):
    result = compare(f"{label}: 3.25\n", f"{label}: 2.75\n")
    assert (result.masked, len(result.differing)) == ((1, 0) if is_time else (0, 1))


PARTS = st.sampled_from(
    (
        *("loss 0.5", "took 1.25 s", "took 9999999 s", "9.5 s", "10.5 s", "2025-10-09", " ", "x"),
        *("2025-10-09 08:53:21", "2024-01-01", "time: 3", "time: 3.5", "08:53:22", "pid 12"),
        *("pid 345", "é 7ms", "eta 0:01"),
    )
)
LINES = st.lists(PARTS, min_size=1, max_size=5).map(" ".join)


@given(LINES, LINES)
def test_the_short_way_to_equal_lines_has_the_result_of_the_masks(a, b):
    """Lines of known shapes are compared around their masked values; others are masked first."""
    (text, marks), (other, _) = mask(a, SPAN), mask(b, SPAN)
    result = compare(f"{a}\n", f"{b}\n")
    if a != b and text == other:
        assert (result.differing, result.masked) == ((), 1 if marks else 0)
        assert result.numbers == len(COUNTED.findall(text))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("checksum 12345678901234567890", "checksum 12345678901234567891"),
        ("id 9007199254740993", "id 9007199254740992"),
        ("correct 1000000 of 2000000", "correct 1000001 of 2000000"),
        ("user 007", "user 7"),
        ("best {'b', 'a'}", "best {'a', 'b'}"),
        ("acc \u0660.\u0665", "acc \u0660.\u0666"),
        ("n 1,234,567", "n 1,234,568"),
        ("time_step 12 reward 3.5", "time_step 13 reward 3.5"),
        ("took 5 steps", "took 6 steps"),
        ("took 0.5 wins", "took 0.6 wins"),
        ("level done in 12", "level done in 13"),
        ("for 2025-10-09 23:00:00", "for 2025-10-09 22:00:00"),
        ("x nan", "x -nan"),
        ("survival time: 3.5 h", "survival time: 3.9 h"),
        ("12345678901234567890.5", "12345678901234567999.5e3"),
    ],
)
def test_results_that_look_like_something_else_differ(a, b):
    result = compare(f"{a}\n", f"{b}\n")
    assert result.differing
    assert not result.close


@pytest.mark.parametrize(("a", "b"), [("x -0.0", "x 0.0"), ("x 1e3", "x 1000"), ("x 5.", "x 5.0")])
def test_a_number_that_is_written_otherwise_is_close(a, b):
    result = compare(f"{a}\n", f"{b}\n")
    assert (len(result.differing), result.close) == (1, True)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("latency 3.5ms", "latency 3.7ms"),
        ("best day 2025-10-09", "best day 2025-10-10"),
        ("peak at noon 08:53:22", "peak at noon 08:53:41"),
        ("best pid: 3", "best pid: 7"),
        ("elapsed 3", "elapsed 4"),
        ("seed 1760000001", "seed 1760000031"),
        ("throughput 30 samples/s", "throughput 35 samples/s"),
        ("finished with accuracy in 0.5", "finished with accuracy in 0.6"),
    ],
)
def test_a_masked_value_that_may_be_a_result_is_named(a, b):
    lines = [
        f"2025-10-09 08:53:{second} start\n[08:53:{second}] {text}\n"
        for second, text in (("21", a), ("22", b))
    ]
    result = compare(*lines)
    assert (result.differing, result.masked) == ((), 2)
    assert [(pair.number, pair.a[11:]) for pair in result.doubtful] == [(2, a)]


def test_of_each_form_of_lines_the_first_that_differs_is_named():
    text = "step 1 took 9.5 s\nstep 12 took {} s\nstep 3 took {} s\nfit in: {} s\n"
    result = compare(text.format(1.5, 2.5, 3.5), text.format(1.5, 12.5, 3.6))
    assert [pair.number for pair in result.doubtful] == [3, 4]
    assert compare("08:53:21 a\n", "08:53:22 a\n").doubtful == ()


def test_the_folder_of_a_rerun_in_front_and_behind_other_text_is_no_difference():
    first = 'open("/tmp/gittrack-abcdefgh/tree/x") dir=/tmp/gittrack-abcdefgh/tree'
    assert not compare(first, first.replace("abcdefgh", "12345678")).differing
    assert compare(first, first.replace("dir=", "cwd=")).differing


def test_a_long_line_with_many_slashes_is_read_once():
    line = "/a" * 200_000
    assert compare(f"/gittrack-x {line}", f"/gittrack-x {line}/").differing
