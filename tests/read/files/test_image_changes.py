"""How two images differ, in the formats that can be decoded."""

from __future__ import annotations

import io

import numpy as np
import pytest

from gittrack.read.files.image_changes import compare
from gittrack.record.media import png
from gittrack.record.media.image import Image


def encoded(pixels):
    return Image(np.array(pixels, np.uint8)).encode().content


def test_pixels_and_channels_are_compared():
    grey = encoded([[0, 10], [20, 30]])
    change = compare(grey, encoded([[0, 10], [20, 60]]))
    assert change[:5] == ((2, 2), (2, 2), 1, 7.5, 30)
    assert change.previews[0][0] == ((0, 0, 0), (10, 10, 10))
    colours = encoded([[[0, 0, 0], [10, 10, 10]], [[20, 20, 20], [30, 30, 30]]])
    assert compare(grey, colours).pixels == 0
    assert compare(grey, encoded([[0, 10, 5]])).pixels is None
    opaque, clear = encoded([[[9, 9, 9, 255]]]), encoded([[[9, 9, 9, 0]]])
    change = compare(opaque, clear)
    assert (change.pixels, change.largest, change.previews[1]) == (1, 255, (((255,) * 3,),))


def test_a_preview_has_few_pixels():
    wide = encoded(np.zeros((10, 1000)))
    (rows, _) = compare(wide, wide).previews
    assert (len(rows), len(rows[0])) == (1, 34)


@pytest.mark.parametrize("content", [b"", b"no image", png.SIGNATURE, encoded([[1]])[:40]])
def test_what_cannot_be_decoded_is_not_compared(content):
    assert compare(content, encoded([[1]])) is None


def test_other_formats_need_pillow():
    pillow = pytest.importorskip("PIL.Image")
    buffer = io.BytesIO()
    pillow.fromarray(np.arange(64, dtype=np.uint8).reshape(8, 8)).save(buffer, "JPEG", quality=100)
    change = compare(buffer.getvalue(), encoded(np.arange(64).reshape(8, 8)))
    assert change.largest < 10
