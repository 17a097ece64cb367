"""Rows as a data frame of pandas, column by column: the rows are read once and not kept."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from gittrack.core.run import run_info
from gittrack.core.run.commit_message import MISSING
from gittrack.core.standard.collections import Iterable, Mapping
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
            columns[name].append(_utf8(value, texts))
        count += 1
        if len(row) < len(columns):
            for name in columns.keys() - row.keys():
                columns[name] += missing
    names = flat.columns([columns])
    frame = {name: _series(columns.pop(name)) for name in names}
    return pd.DataFrame(frame, columns=names, index=range(count))


def of_columns(
    stored: dict[str, list[Any]], count: int, rows: Mapping[int, dict[str, Any]]
) -> pd.DataFrame:
    """Return the frame that `of_rows` makes of runs, most of which are given as columns.

    Parameters
    ----------
    stored : dict
        {column: value of each run}: facts, ``params.x`` and so on; `MISSING` for a run without one.  A column
        is removed when it is in the frame.
    count : int
        The number of runs.
    rows : mapping
        {number: row} of the other runs, as `flat.row` returns it.
    """
    texts: dict[str, str] = {}
    columns: dict[str, pd.Series] = {}
    usual = flat.row(run_info.RunInfo("", "", ""))  # what a run has that says nothing else
    extra = {name: np.nan for row in rows.values() for name in row}
    for name, instead in (dict.fromkeys(stored, np.nan) | extra | usual).items():
        values = [
            instead if value is MISSING or (value is None and name in usual) else value
            for value in stored.pop(name, ())
        ] or [instead] * count
        for number, row in rows.items():
            values[number] = row.get(name, np.nan)
        columns[flat.utf8_value(name)] = _series([_utf8(value, texts) for value in values])
    names = flat.columns([{**usual, **columns}])
    return pd.DataFrame(columns, columns=names, index=range(count))


def _utf8(value: Any, texts: dict[str, str]) -> Any:
    """Return a value that UTF-8 has; equal texts are examined once."""
    kind = type(value)
    if kind is str:
        return texts.get(value) or texts.setdefault(value, flat.utf8_value(value))
    if kind is list or kind is dict or kind is tuple:
        return flat.utf8_value(list(value) if kind is tuple else value)
    return value


def _series(values: list[Any]) -> pd.Series:
    """Return a column with the type that pandas infers."""
    array = np.fromiter(values, dtype=object, count=len(values))
    return pd.Series(array, dtype=object).infer_objects()
