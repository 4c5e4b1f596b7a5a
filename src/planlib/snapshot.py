"""One snapshot as it was read, and the same as a cache holds it: tables as plain lists, nothing that can be executed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from planlib import account, schema
from planlib.normalise import Finding

Record = dict[str, Any]


@dataclass(frozen=True)
class Snapshot:
    """Everything of one snapshot, as it is once the snapshots before it were read: later ones change nothing of it.

    Attributes
    ----------
    day : date
    ledger, matches : DataFrame
        Its rows of schema.LEDGER and schema.MATCHES.
    findings : tuple of four lists
        Of its files, of its parts together, of the snapshot as such, of its history.
    extras, sources, corrections : list of dict
    headers : list of dict
        Of each file: canonical name to the source's own headers.
    orders : mapping of str to bool
        Canonical date column to whether the month comes first, as this and earlier snapshots show.
    actions : DataFrame or None
        Its rows before they were matched to actions (schema.LEDGER without what history adds); None where not loaded.
    cells : DataFrame or None
        What every cell was taken for, in the form of `planlib.account.cells`; None where not made or not loaded.
    """

    day: date
    ledger: pd.DataFrame
    matches: pd.DataFrame
    findings: tuple[list[Finding], list[Finding], list[Finding], list[Finding]]
    extras: list[Record]
    sources: list[Record]
    corrections: list[Record]
    headers: list[dict[str, tuple[str, ...]]]
    orders: Mapping[str, bool]
    actions: pd.DataFrame | None = None
    cells: pd.DataFrame | None = None


_TABLES = {"ledger": schema.LEDGER, "matches": schema.MATCHES}
_ROWS = ("extras", "sources", "corrections")


def to_entry(snapshot: Snapshot) -> Record:
    """The snapshot but for its actions and cells, as JSON has it."""
    return {
        **{name: _lists_of(getattr(snapshot, name), columns) for name, columns in _TABLES.items()},
        "findings": [_plain(rows) for rows in snapshot.findings],
        **{name: _plain(getattr(snapshot, name)) for name in _ROWS},
        "headers": snapshot.headers, "orders": dict(snapshot.orders),
    }  # fmt: skip


def from_entry(day: date, entry: Mapping[str, Any]) -> Snapshot:
    """The snapshot that `to_entry` was given, but for its actions and cells."""
    return Snapshot(
        day, **{name: _table_of(entry[name], columns) for name, columns in _TABLES.items()},
        findings=tuple(_dated(each) for each in entry["findings"]),  # type: ignore[arg-type]
        **{name: _dated(entry[name]) for name in _ROWS},
        headers=[{name: tuple(texts) for name, texts in each.items()} for each in entry["headers"]], orders=entry["orders"],
    )  # fmt: skip


def actions_entry(snapshot: Snapshot) -> Record | None:
    """The rows before they were matched, as JSON has them."""
    return None if snapshot.actions is None else _lists_of(snapshot.actions, schema.LEDGER)


def actions_of(entry: Mapping[str, Any]) -> pd.DataFrame:
    """The rows that `actions_entry` was given."""
    return _table_of(entry, schema.LEDGER)


def cells_entry(snapshot: Snapshot) -> Record | None:
    """The account of every cell, as JSON has it."""
    made = snapshot.cells
    if made is None:
        return None
    plain = made.assign(as_of=made["as_of"].dt.strftime("%Y-%m-%d"), names=[sorted(names) for names in made["names"]])
    return {name: plain[name].astype(object).where(plain[name].notna(), None).tolist() for name in plain.columns}


def cells_of(entry: Mapping[str, Any]) -> pd.DataFrame:
    """The account that `cells_entry` was given."""
    if not entry["as_of"]:
        return account.none()
    made = pd.DataFrame(dict(entry))
    return made.assign(as_of=pd.to_datetime(made["as_of"]).astype(schema.DATE), names=[tuple(each) for each in made["names"]])


def _lists_of(table: pd.DataFrame, columns: Sequence[schema.Column]) -> dict[str, list[Any]]:
    """The columns of a table as plain lists; a date as text, what is missing as None (a date as NaT)."""
    made: dict[str, list[Any]] = {}
    for column in columns:
        values = table[column.name]
        if column.dtype == schema.DATE:
            made[column.name] = np.datetime_as_string(values.to_numpy("datetime64[s]"), unit="s").tolist()
        else:
            made[column.name] = [None if missing else value for value, missing in zip(values.tolist(), values.isna(), strict=True)]
    return made


def _table_of(lists: Mapping[str, list[Any]], columns: Sequence[schema.Column]) -> pd.DataFrame:
    return pd.DataFrame({
        column.name: pd.Series(np.array(lists[column.name], dtype="datetime64[s]"))
        if column.dtype == schema.DATE else pd.array(lists[column.name], dtype=column.dtype)
        for column in columns
    })  # fmt: skip


def _plain(rows: Iterable[Mapping[str, Any]]) -> list[Record]:
    """Rows whose only dates stand in ``as_of``, as JSON has them."""
    return [
        {name: f"{pd.Timestamp(value):%Y-%m-%d}" if name == "as_of" else value for name, value in row.items()} for row in rows
    ]


def _dated(rows: Iterable[Mapping[str, Any]]) -> list[Record]:
    return [
        {name: pd.Timestamp(date.fromisoformat(value)) if name == "as_of" else value for name, value in row.items()}
        for row in rows
    ]
