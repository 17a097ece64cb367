"""Rows as a data frame of pandas, column by column: the rows are read once and not kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from gittrack.show.data import flat


def of_rows(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Return the frame that ``pandas.DataFrame`` makes of a list of rows, without such a list.

    Every name and text is one that UTF-8 has, as in `flat.utf8`; equal ones are examined once.

    Parameters
    ----------
    rows : iterable of dict
        {column: value} of each run, as `flat.row` returns it.
    """
    columns: dict[str, list[Any]] = {}
    texts: dict[str, str] = {}
    missing, count = [np.nan], 0
    for row in rows:
        if not columns.keys() >= row.keys():
            row = flat.utf8(row)
            columns |= {name: missing * count for name in row if name not in columns}
        for name, value in row.items():
            kind = type(value)
            if kind is str:
                value = texts.get(value) or texts.setdefault(value, flat.utf8_value(value))
            elif kind is list or kind is dict:
                value = flat.utf8_value(value)
            columns[name].append(value)
        count += 1
        if len(row) < len(columns):
            for name in columns.keys() - row.keys():
                columns[name] += missing
    frame: dict[str, Any] = {}
    for name in flat.columns([columns]):
        values = pd.Series(np.fromiter(columns.pop(name), dtype=object, count=count), dtype=object)
        frame[name] = values.infer_objects()
    return pd.DataFrame(frame, columns=list(frame), index=range(count))
