"""Sounds and videos: arrays become WAV and animated PNG files without a further library."""

from __future__ import annotations

import io
import os
import wave
from typing import Any

from gittrack.core.errors import TrackError
from gittrack.record.media import png
from gittrack.record.media.image import to_pixels
from gittrack.record.media.medium import Encoded, Medium, array_of, read_file


class Audio(Medium):
    """A sound, for ``run.log({"speech": gittrack.Audio(samples, sample_rate=16000)})``.

    Parameters
    ----------
    data : array or path
        Samples of shape (samples,) or (samples, channels): floats from -1 to 1, or integers of 16 bits.  They
        are stored as WAV with 16 bits.  A file is copied as it is.
    sample_rate : int, optional
        Samples per second; an array needs it.
    caption : str, optional
        A line of text about the sound.
    """

    type = "audio"

    def __init__(
        self, data: Any, sample_rate: int | None = None, caption: str | None = None
    ) -> None:
        super().__init__(caption)
        self.data = data
        self.sample_rate = sample_rate

    def encode(self) -> Encoded:
        """Return the sound as a file."""
        if isinstance(self.data, (str, os.PathLike)):
            content, ending = read_file(self.data, "sound")
            return Encoded(content, ending or ".wav")
        if not self.sample_rate:
            raise TrackError("a sound has no sample rate", "pass sample_rate=16000")
        samples = _sixteen_bits(array_of(self.data))
        rate, count = int(self.sample_rate), samples.shape[0]
        buffer = io.BytesIO()
        with wave.open(buffer, "wb") as file:
            file.setnchannels(samples.shape[1])
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes(samples.astype("<i2").tobytes())
        facts = {"sample_rate": rate, "seconds": round(count / rate, 3)}
        return Encoded(buffer.getvalue(), ".wav", facts)


def _sixteen_bits(samples: Any) -> Any:
    import numpy as np  # noqa: PLC0415 - the array has imported it

    if samples.ndim == 1:
        samples = samples[:, None]
    if samples.ndim != 2 or samples.shape[1] > 64 or samples.dtype.kind not in "iuf":
        raise TrackError(
            f"an array of shape {samples.shape} is not a sound",
            "pass (samples,) or (samples, channels)",
        )
    if samples.dtype.kind == "f":
        samples = np.nan_to_num(np.clip(samples, -1.0, 1.0)) * 32767
    return np.clip(samples, -32768, 32767).astype(np.int16)


class Video(Medium):
    """A video, for ``run.log({"rollout": gittrack.Video(frames, fps=8)})``.

    Parameters
    ----------
    data : array or path
        Frames of shape (frames, height, width, channels), or (frames, channels, height, width) as in torch.
        They are stored as an animated PNG, which browsers play.  A file is copied as it is.
    fps : float, default 4
        Frames per second, of an array.
    caption : str, optional
        A line of text about the video.
    """

    type = "video"

    def __init__(self, data: Any, fps: float = 4, caption: str | None = None) -> None:
        super().__init__(caption)
        self.data = data
        self.fps = fps

    def encode(self) -> Encoded:
        """Return the video as a file."""
        if isinstance(self.data, (str, os.PathLike)):
            content, ending = read_file(self.data, "video")
            return Encoded(content, ending or ".mp4")
        array = array_of(self.data)
        if array.ndim == 5:  # a batch of videos, side by side
            array = array.reshape(-1, *array.shape[2:])
        frames, scaled = to_pixels(array, frames=True)
        count, height, width = frames.shape[:3]
        facts = {"frames": count, "width": width, "height": height, "fps": self.fps, **scaled}
        return Encoded(png.encode_animation(frames, float(self.fps or 4)), ".png", facts)
