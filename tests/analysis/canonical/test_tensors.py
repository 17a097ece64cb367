"""Safetensors and Parquet are compared without what their writers add."""

from __future__ import annotations

import hashlib
import io
import json

import pytest

from gittrack.analysis.canonical.content import content, digest
from gittrack.analysis.span import Span

SPAN = Span(1795867200.0, 1795867260.0)


def safetensors(tensors, **metadata) -> bytes:
    """Return a file with named tensors of four bytes, in their order."""
    header, body = ({"__metadata__": metadata} if metadata else {}), b""
    for name, data in tensors:
        place = [len(body), len(body) + len(data)]
        header[name] = {"dtype": "F32", "shape": [1], "data_offsets": place}
        body += data
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + body


W, B = ("w", b"1234"), ("b", b"5678")


def test_the_order_of_tensors_does_not_count():
    first = digest(safetensors([W, B]), "m.safetensors")
    assert first == digest(safetensors([B, W]), "m.safetensors")
    assert first != digest(safetensors([W, ("b", b"5679")]), "m.safetensors")
    assert first != digest(safetensors([W, ("c", b"5678")]), "m.safetensors")


def test_a_time_in_the_metadata_is_left_out_and_named():
    files = [
        content(safetensors([W], saved=moment, format="pt"), "m.safetensors", SPAN)
        for moment in ("2026-11-28 12:00:01", "2026-11-28 12:00:02")
    ]
    assert files[0] == files[1]
    assert files[0].left_out == ("saved",)
    assert files[0] != content(safetensors([W], saved="x", format="pt"), "m.safetensors", SPAN)


def test_the_library_of_safetensors():
    numpy = pytest.importorskip("safetensors.numpy")
    np = pytest.importorskip("numpy")
    file = numpy.save({"w": np.arange(3.0)}, metadata={"saved": "2026-11-28 12:00:01"})
    again = numpy.save({"w": np.arange(3.0)}, metadata={"saved": "2026-11-28 12:00:09"})
    other = numpy.save({"w": np.arange(3.0) + 1e-12}, metadata={"saved": "2026-11-28 12:00:01"})
    digests = [content(data, "m.safetensors", SPAN).digest for data in (file, again, other)]
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize("name", ["m.safetensors", "m.parquet"])
@pytest.mark.parametrize("data", [b"", b"PAR1", b"\xff" * 40, b"PAR1" + b"\xff" * 9 + b"PAR1"])
def test_damaged_files_are_compared_by_their_bytes(name, data):
    assert digest(data, name) == digest(data, "other.bin")


def test_parquet_files_are_compared_without_their_writer_and_times():
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")

    def saved(value, moment):
        table = pa.table({"x": [1, 2], "y": [0.5, value]})
        target = io.BytesIO()
        note = {"run": json.dumps({"saved": moment})}
        parquet.write_table(table.replace_schema_metadata(note), target)
        return content(target.getvalue(), "t.parquet", SPAN)

    first = saved(0.25, "2026-11-28 12:00:01")
    assert first == saved(0.25, "2026-11-28 12:00:09")
    assert first.left_out == ("saved",)
    assert first.digest != saved(0.125, "2026-11-28 12:00:01").digest
    assert first.digest != saved(0.25, "another").digest


def with_offsets(body: bytes, *offsets: list[int]) -> bytes:
    """Return a safetensors file whose tensors have these offsets."""
    header = {
        f"t{n}": {"dtype": "U8", "shape": [1], "data_offsets": pair}
        for n, pair in enumerate(offsets)
    }
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + body


@pytest.mark.parametrize("offsets", [[[0, 2]], [[0, 1], [2, 4]], [[2, 4]]])
def test_bytes_that_no_tensor_has_are_compared(offsets):
    first, second = (with_offsets(body, *offsets) for body in (b"abcd", b"aXcY"))
    assert digest(first, "m.safetensors") != digest(second, "m.safetensors")


def test_tensors_that_share_their_bytes_are_not_read_again_and_again():
    data = with_offsets(bytes(1 << 24), *[[0, 1 << 24]] * 5000)
    assert digest(data, "m.safetensors") == hashlib.sha256(data).hexdigest()


def test_a_list_in_parquet_that_is_longer_than_the_file_ends():
    footer = b"\x19\xf1" + b"\xff" * 8 + b"\x7f\0"
    data = b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1"
    assert digest(data, "t.parquet") == hashlib.sha256(data).hexdigest()
