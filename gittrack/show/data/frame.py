"""Rows as a data frame of pandas, column by column: the rows are read once and not kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from gittrack.show.data import flat


def of_rows(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Return the frame that ``pandas.DataFrame`` makes of a list of rows, without such a list.

    Parameters
    ----------
    rows : iterable of dict
        {column: value} of each run, as `flat.row` returns it.
    """
    columns: dict[str, list[Any]] = {}
    texts: dict[str, str] = {}
    count = 0
    for row in rows:
        for name, value in row.items():
            column = columns.setdefault(name, [])
            column += [np.nan] * (count - len(column))
            column.append(texts.setdefault(value, value) if type(value) is str else value)
        count += 1
    frame: dict[str, Any] = {}
    for name in flat.columns([columns]):
        column = columns.pop(name)
        column += [np.nan] * (count - len(column))
        values = pd.Series(np.fromiter(column, dtype=object, count=count), dtype=object)
        frame[name] = values.infer_objects()
    return pd.DataFrame(frame, columns=list(frame), index=range(count))
