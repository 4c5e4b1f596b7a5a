"""A grid of cells: what every reader makes of a file, whatever its format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Grid:
    """One sheet or table as text, with what else its cells carry.

    Attributes
    ----------
    name : str
        Sheet name or heading; empty where the format has none.
    rows : sequence of sequence of str
        Text of each cell, blank as ``""``. Rows may differ in length.
    places : sequence of str
        Name of each row ("row 5", "line 12"), as long as `rows`.
    fills, struck, spans, notes : mapping
        Sparse, by (row, column) from 0: fill as ``#RRGGBB``; struck-out runs of text, which stand in `rows` no longer;
        (rows, columns) that a merged cell covers; footnote marks.
    """

    name: str
    rows: Sequence[Sequence[str]]
    places: Sequence[str]
    columns_lettered: bool = False
    fills: Mapping[tuple[int, int], str] = field(default_factory=dict)
    struck: Mapping[tuple[int, int], tuple[str, ...]] = field(default_factory=dict)
    spans: Mapping[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    notes: Mapping[tuple[int, int], str] = field(default_factory=dict)

    def place(self, row: int, column: int | None = None) -> str:
        """Where a row, or one cell of it, stands: ``Sheet1!B5``, ``line 12, column 3``."""
        if self.columns_lettered:
            cell = f"{letters(column)}{row + 1}" if column is not None else self.places[row]
            return f"{self.name}!{cell}" if column is not None else f"{self.name}, {cell}"
        where = self.places[row] if column is None else f"{self.places[row]}, column {column + 1}"
        return f"{self.name}, {where}" if self.name else where


def letters(column: int) -> str:
    """Spreadsheet letters of a column counted from 0."""
    text, number = "", column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


@dataclass(frozen=True)
class Document:
    """A file as read: its grids, and what the reader decided about it."""

    format: str
    grids: tuple[Grid, ...]
    decided: tuple[tuple[str, str, str], ...] = ()
