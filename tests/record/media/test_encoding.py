"""The file that each medium becomes, read back by other libraries where there are any."""

from __future__ import annotations

import csv
import io
import json
import wave

import numpy as np
import pytest

import gittrack
from gittrack.core.errors import TrackError

PIXELS = np.arange(24, dtype=np.uint8).reshape(4, 6)


def opened(data: bytes):
    PIL = pytest.importorskip("PIL.Image")
    return PIL.open(io.BytesIO(data))


@pytest.mark.parametrize(
    ("array", "mode", "facts"),
    [
        (PIXELS, "L", {}),
        (PIXELS[..., None], "L", {}),
        (np.stack([PIXELS] * 2, -1), "LA", {}),
        (np.stack([PIXELS] * 3, -1), "RGB", {}),
        (np.stack([PIXELS] * 3), "RGB", {}),  # channels first, as in torch
        (np.stack([PIXELS] * 4, -1), "RGBA", {}),
        (PIXELS.astype(int), "L", {}),
        (PIXELS / 255.0, "L", {}),
        (PIXELS.tolist(), "L", {}),
    ],
)
def test_an_array_is_stored_exactly(array, mode, facts):
    encoded = gittrack.Image(array).encode()
    image = opened(encoded.content)
    assert (image.mode, image.size, encoded.ending) == (mode, (6, 4), ".png")
    pixels = np.asarray(image)
    assert (pixels if pixels.ndim == 2 else pixels[..., 0]).tolist() == PIXELS.tolist()
    assert encoded.facts == {"width": 6, "height": 4, **facts}


def test_other_values_are_scaled_and_the_index_says_so():
    encoded = gittrack.Image(np.array([[-1.0, 0.0, 1.0]])).encode()
    assert np.asarray(opened(encoded.content)).tolist() == [[0, 128, 255]]
    assert encoded.facts["scaled_from"] == [-1.0, 1.0]
    assert np.asarray(opened(gittrack.Image(np.array([[True, False]])).encode().content)).max()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (np.zeros((2, 2, 7)), "is not an image"),
        (np.zeros((0, 2)), "is not an image"),
        (np.array([[np.nan]]), "not finite"),
        (np.array([["a"]]), "is not an image"),
        (b"no image", "are not an image"),
        ("train.py", "cannot be read"),
    ],
)
def test_what_is_not_an_image_is_refused(data, message):
    with pytest.raises(TrackError, match=message):
        gittrack.Image(data).encode()


def test_a_file_and_an_image_of_pillow_are_images(tmp_path):
    content = gittrack.Image(PIXELS).encode().content
    (tmp_path / "a.png").write_bytes(content)
    assert gittrack.Image(tmp_path / "a.png").encode().content == content
    assert gittrack.Image(content).encode().ending == ".png"
    again = gittrack.Image(opened(content)).encode()
    assert np.asarray(opened(again.content)).tolist() == PIXELS.tolist()


def test_a_video_is_an_animated_png():
    frames = np.stack([PIXELS, 255 - PIXELS])[..., None].repeat(3, -1)
    encoded = gittrack.Video(frames, fps=8).encode()
    image = opened(encoded.content)
    assert (image.n_frames, image.size, image.info["duration"]) == (2, (6, 4), 125)
    image.seek(1)
    assert np.asarray(image.convert("RGB"))[..., 0].tolist() == (255 - PIXELS).tolist()
    assert encoded.facts == {"frames": 2, "width": 6, "height": 4, "fps": 8}
    channels_first = np.moveaxis(frames, -1, 1)
    assert gittrack.Video(channels_first, fps=8).encode().content == encoded.content


def test_a_sound_is_a_wav_file():
    encoded = gittrack.Audio(np.array([0.0, 1.0, -1.0, 2.0]), sample_rate=8000).encode()
    with wave.open(io.BytesIO(encoded.content)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        samples = np.frombuffer(file.readframes(4), "<i2").tolist()
    assert samples == [0, 32767, -32767, 32767]
    with pytest.raises(TrackError, match="no sample rate"):
        gittrack.Audio(np.zeros(3)).encode()


def rows(table: gittrack.Table):
    return list(csv.reader(io.StringIO(table.encode().content.decode())))


@pytest.mark.parametrize(
    "data",
    [
        [{"x": 1, "y": "a,b"}, {"x": 2.5, "y": None}],
        {"x": [1, 2.5], "y": ["a,b", None]},
        gittrack.Table([[1, "a,b"], [2.5, None]], columns=["x", "y"]),
    ],
)
def test_a_table_is_made_of_rows_mappings_or_columns(data):
    assert rows(gittrack.Table(data)) == [["x", "y"], ["1", "a,b"], ["2.5", ""]]


def test_a_table_takes_arrays_and_grows():
    table = gittrack.Table(np.eye(2, dtype=int))
    table.add_row(5, "a\nb")
    assert rows(table) == [["0", "1"], ["1", "0"], ["0", "1"], ["5", "a\nb"]]
    with pytest.raises(TrackError, match="different lengths"):
        gittrack.Table({"a": [1], "b": []})
    with pytest.raises(TrackError, match="is not a table"):
        gittrack.Table("text")


def test_a_data_frame_is_a_table():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"x": [1, 2], "y": ["a", "b"]})
    assert rows(gittrack.Table(frame)) == [["x", "y"], ["1", "a"], ["2", "b"]]


def test_an_image_in_a_table_is_a_file_beside_it():
    encoded = gittrack.Table([[1, gittrack.Image(PIXELS)]], columns=["n", "image"]).encode()
    assert encoded.content == b"n,image\n1,r0c1.png\n"
    assert encoded.parts == [("r0c1.png", gittrack.Image(PIXELS).encode().content)]


def test_a_histogram_counts_what_is_finite():
    encoded = gittrack.Histogram([0.0, 1.0, 1.0, np.nan, np.inf], bins=2).encode()
    assert encoded.content == b"from,to,count\n0.0,0.5,1\n0.5,1.0,2\n"
    assert (encoded.facts["count"], encoded.facts["not_finite"]) == (3, 2)
    given = gittrack.Histogram(np_histogram=([1, 2], [0.0, 0.5, 1.0])).encode()
    assert given.content == encoded.content
    assert gittrack.Histogram([]).encode().facts == {"count": 0}
    with pytest.raises(TrackError, match="edges"):
        gittrack.Histogram(np_histogram=([1], [0.0])).encode()


def test_text_and_html_are_stored_as_they_are(tmp_path):
    assert gittrack.Text("größe").encode()[:2] == ("größe".encode(), ".txt")
    assert json.loads(gittrack.Text({"a": [1, None]}).encode().content) == {"a": [1, None]}
    (tmp_path / "a.html").write_text("<p>")
    for data in ("<p>", tmp_path / "a.html", io.StringIO("<p>")):
        assert gittrack.Html(data).encode()[:2] == (b"<p>", ".html")


def test_figures_of_matplotlib_and_plotly():
    matplotlib = pytest.importorskip("matplotlib.figure")
    figure = matplotlib.Figure(figsize=(1, 1), dpi=50)
    axes = figure.subplots()
    encoded = gittrack.Figure(figure).encode()
    assert opened(encoded.content).size == (50, 50)
    assert gittrack.Figure(axes).encode() == encoded

    class Plotly:
        def to_json(self):
            return '{"data": []}'

    assert gittrack.Figure(Plotly()).encode()[:2] == (b'{"data": []}', ".plotly.json")
    with pytest.raises(TrackError, match="is not a figure"):
        gittrack.Figure(3).encode()
