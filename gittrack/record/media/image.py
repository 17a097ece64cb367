"""Images: arrays become PNG files without a further library; other objects need Pillow or Matplotlib."""

from __future__ import annotations

import io
import os
from typing import Any

from gittrack.core.errors import TrackError
from gittrack.record.media import png
from gittrack.record.media.medium import Encoded, Medium, array_of, read_file

_SIGNATURES = {
    png.SIGNATURE: ".png",
    b"\xff\xd8\xff": ".jpg",
    b"GIF8": ".gif",
    b"RIFF": ".webp",
    b"BM": ".bmp",
}
_ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".svg", ".tif", ".tiff")


class Image(Medium):
    """An image, for ``run.log({"confusion": gittrack.Image(array)}, step=3)``.

    Parameters
    ----------
    data : array, path, bytes, PIL.Image.Image or matplotlib.figure.Figure
        An array of NumPy, torch, TensorFlow or JAX is grey (height, width), or has 1 (grey), 2 (grey and
        alpha), 3 (RGB) or 4 (RGBA) channels, last, or first as in torch.  Integers from 0 to 255 and booleans
        are stored exactly.  Floats from 0 to 1 are multiplied by 255.  Other values are scaled from their
        smallest to 0 and from their largest to 255, and ``scaled_from`` in the index has the two.  A file is
        copied as it is.
    caption : str, optional
        A line of text below the image.

    Notes
    -----
    Arrays need no extra; an image of PIL brings Pillow along.
    """

    type = "image"

    def __init__(self, data: Any, caption: str | None = None) -> None:
        super().__init__(caption)
        self.data = data

    def encode(self) -> Encoded:
        """Return the image as a file."""
        data = self.data
        if isinstance(data, (str, os.PathLike)):
            content, ending = read_file(data, "image")
            return Encoded(content, _checked(ending or _ending(content)))
        if isinstance(data, (bytes, bytearray)):
            return Encoded(bytes(data), _ending(bytes(data)))
        if callable(getattr(data, "savefig", None)):  # a figure, or the module matplotlib.pyplot
            return Encoded(figure_png(data), ".png")
        if type(data).__module__.startswith("PIL.") and callable(getattr(data, "save", None)):
            return _of_pillow(data)
        pixels, scaled = to_pixels(array_of(data))
        height, width = pixels.shape[:2]
        facts = {"width": width, "height": height, **scaled}
        return Encoded(png.encode(pixels), ".png", facts)


def _checked(ending: str) -> str:
    if ending not in _ENDINGS:
        raise TrackError(
            f"a file {ending or 'without an ending'} is not an image",
            f"pass an array, an object of Pillow, or a file such as {', '.join(_ENDINGS[:4])}",
        )
    return ending


def _ending(content: bytes) -> str:
    for signature, ending in _SIGNATURES.items():
        if content.startswith(signature):
            return ending
    raise TrackError("these bytes are not an image", "pass the content of a PNG or JPEG file")


def _of_pillow(image: Any) -> Encoded:
    buffer = io.BytesIO()
    known_modes = ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")
    (image if image.mode in known_modes else image.convert("RGB")).save(buffer, format="PNG")
    return Encoded(buffer.getvalue(), ".png", {"width": image.width, "height": image.height})


def figure_png(figure: Any) -> bytes:
    """Return a figure of Matplotlib as a PNG file without the date and the version."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def to_pixels(array: Any, *, frames: bool = False) -> tuple[Any, dict[str, Any]]:
    """Return an array as uint8 with the channels last, and how its values were scaled.

    Parameters
    ----------
    array : numpy.ndarray
        See `Image`.
    frames : bool, default False
        Whether the first axis counts images.

    Raises
    ------
    TrackError
        If the array has another shape or type, or values that are not finite.
    """
    axes = array.ndim - int(frames)
    if axes == 2:
        array = array[..., None]
    elif axes == 3 and array.shape[-1] not in (1, 2, 3, 4) and array.shape[-3] in (1, 3, 4):
        array = array.swapaxes(-3, -2).swapaxes(-2, -1)  # channels first
    if axes not in (2, 3) or array.shape[-1] not in (1, 2, 3, 4) or 0 in array.shape:
        raise TrackError(
            f"an array of shape {array.shape} is not an image",
            "pass (height, width), or (height, width, channels) with 1 to 4 channels",
        )
    return _to_bytes(array)


def _to_bytes(array: Any) -> tuple[Any, dict[str, Any]]:
    import numpy as np  # noqa: PLC0415 - the array has imported it

    kind = array.dtype.kind
    if array.dtype == np.uint8:
        return array, {}
    if kind == "b":
        return array.astype(np.uint8) * np.uint8(255), {}
    if kind not in "uif":
        raise TrackError(f"an array of {array.dtype} is not an image", "pass numbers")
    if kind == "f" and not np.isfinite(array).all():
        raise TrackError("the image has values that are not finite", "use numpy.nan_to_num first")
    low, high = float(array.min()), float(array.max())
    if kind in "ui" and low >= 0 and high <= 255:
        return array.astype(np.uint8), {}
    if kind == "f" and low >= 0 and high <= 1:
        return (array * 255.0 + 0.5).astype(np.uint8), {}
    span = (high - low) or 1.0
    scaled = (array.astype(np.float64) - low) * (255.0 / span) + 0.5
    return scaled.astype(np.uint8), {"scaled_from": [low, high]}
