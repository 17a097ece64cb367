"""W&B's media: its signatures, and gittrack's files."""

from __future__ import annotations

from typing import Any

from gittrack.core.standard.collections import Iterator, Sequence
from gittrack.integrations.wandb import notices
from gittrack.record.media.figure import Figure
from gittrack.record.media.image import Image
from gittrack.record.media.medium import Encoded
from gittrack.record.media.sound import Audio, Video
from gittrack.record.media.table import Histogram, Table
from gittrack.record.media.text import Html


class WandbImage(Image):
    """``wandb.Image(data_or_path, mode, caption, ...)``; see `gittrack.Image`."""

    def __init__(
        self,
        data_or_path: Any,
        mode: str | None = None,
        caption: str | None = None,
        grouping: int | None = None,
        classes: Any = None,
        boxes: Any = None,
        masks: Any = None,
        file_type: str | None = None,
        normalize: bool = True,
    ) -> None:
        drawn = {"classes": classes, "boxes": boxes, "masks": masks}
        hints = dict.fromkeys(drawn, "draw them into the image")
        notices.ignore(
            "wandb.Image", {**drawn, "grouping": grouping, "file_type": file_type}, hints
        )
        data = data_or_path.data if isinstance(data_or_path, Image) else data_or_path
        super().__init__(data, caption)
        self.mode = mode

    @property
    def image(self) -> Any:
        """What the image was made from."""
        return self.data


class WandbHistogram(Histogram):
    """``wandb.Histogram(sequence, np_histogram, num_bins)``; see `gittrack.Histogram`."""

    def __init__(self, sequence: Any = None, np_histogram: Any = None, num_bins: int = 64) -> None:
        super().__init__(sequence, num_bins, np_histogram=np_histogram)


class WandbTable(Table):
    """``wandb.Table(columns, data, ...)``; see `gittrack.Table`."""

    def __init__(
        self,
        columns: Sequence[Any] | None = None,
        data: Any = None,
        rows: Any = None,
        dataframe: Any = None,
        dtype: Any = None,
        optional: Any = True,
        allow_mixed_types: bool = False,
        log_mode: str | None = None,
    ) -> None:
        cells = next((part for part in (dataframe, data, rows) if part is not None), None)
        default = ["Input", "Output", "Expected"] if columns is None and cells is None else None
        super().__init__(cells, default if columns is None else columns)

    def add_data(self, *data: Any) -> None:
        """Add a row."""
        self.add_row(*data)

    def add_column(self, name: str, data: Any, optional: bool = False) -> None:
        """Add a column."""
        self.columns.append(str(name))
        self.data = self.data or [[] for _ in data]
        for row, cell in zip(self.data, data, strict=True):
            row.append(cell)

    def get_column(self, name: str, convert_to: str | None = None) -> Any:
        """Return the cells of a column; as an array of NumPy with ``convert_to="numpy"``."""
        number = self.columns.index(str(name))
        cells = [row[number] for row in self.data]
        if convert_to != "numpy":
            return cells
        import numpy  # noqa: PLC0415 - only this conversion needs it

        return numpy.array(cells)

    def get_dataframe(self) -> Any:
        """Return the table as a DataFrame of pandas."""
        import pandas  # noqa: PLC0415 - only this conversion needs it

        return pandas.DataFrame(self.data, columns=self.columns)

    def get_index(self) -> list[int]:
        """Return the numbers of the rows."""
        return list(range(len(self.data)))

    def iterrows(self) -> Iterator[tuple[int, list[Any]]]:
        """Yield (number, row)."""
        return iter(enumerate(self.data))


class WandbHtml(Html):
    """``wandb.Html(data, inject)``; see `gittrack.Html`."""

    def __init__(self, data: Any, inject: bool = True, data_is_not_path: bool = False) -> None:
        super().__init__(data)


class WandbAudio(Audio):
    """``wandb.Audio(data_or_path, sample_rate, caption)``; see `gittrack.Audio`."""

    def __init__(
        self, data_or_path: Any, sample_rate: int | None = None, caption: str | None = None
    ) -> None:
        super().__init__(data_or_path, sample_rate, caption)


class WandbVideo(Video):
    """``wandb.Video(data_or_path, caption, fps, format)``; see `gittrack.Video`."""

    def __init__(
        self,
        data_or_path: Any,
        caption: str | None = None,
        fps: float | None = None,
        format: str | None = None,
    ) -> None:
        super().__init__(data_or_path, fps or 4, caption)


class WandbPlotly(Figure):
    """``wandb.Plotly(figure)``; see `gittrack.Figure`."""

    def __init__(self, val: Any) -> None:
        super().__init__(val)


class Chart(WandbTable):
    """A chart of ``wandb.plot``: its table is stored, and what it draws is in the index.

    Parameters
    ----------
    kind : str
        The function of ``wandb.plot``.
    title : str, optional
        The title.
    columns, data
        The table.
    """

    def __init__(self, kind: str, title: str | None, columns: Sequence[Any], data: Any) -> None:
        super().__init__(columns, data)
        self.kind, self.title = kind, title

    def encode(self) -> Encoded:
        """Return the table as a CSV file."""
        encoded = super().encode()
        title = {"title": self.title} if self.title else {}
        return encoded._replace(facts={**encoded.facts, "chart": self.kind, **title})
