"""A grid of cells: what every reader makes of a file, whatever its format."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Line:
    """A paragraph, heading or list item that stands outside the tables.

    Attributes
    ----------
    text : str
        Without what is struck out in it.
    place : str
        "paragraph 12", "page 3, line 4".
    level : int
        1 to 6 for a heading, 0 for any other line.
    label : str
        What stands in bold before a colon at its beginning ("Responsible" of "**Responsible**: the Director"), as part
        of `text`; blank where there is none.
    struck : tuple of str
        Struck-out runs.
    """

    text: str
    place: str
    level: int = 0
    label: str = ""
    struck: tuple[str, ...] = ()


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
    columns_lettered : bool
        Cells are named as in a spreadsheet.
    fills, struck, spans, notes : mapping
        Sparse, by (row, column) from 0: fill as ``#RRGGBB``; struck-out runs of text, which stand in `rows` no longer;
        (rows, columns) that a merged cell covers, whose other cells are blank in `rows`; footnote marks.
    before : tuple of Line
        What stands between the table before and this one. Lines behind the last table are those of a last grid without
        rows. A sheet has none: all its text stands in cells.
    edges : tuple of float
        Left edges of the columns on a printed page, in points; empty where there is no page.
    doubtful : set of (row, column)
        Cells whose text the page may cut off.
    cell_places : mapping of (row, column) to str
        Where cells come from that were put into rows by us (`planlib.rearrange`); the first row of such a grid is made.
    """

    name: str
    rows: Sequence[Sequence[str]]
    places: Sequence[str]
    columns_lettered: bool = False
    fills: Mapping[tuple[int, int], str] = field(default_factory=dict)
    struck: Mapping[tuple[int, int], tuple[str, ...]] = field(default_factory=dict)
    spans: Mapping[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    notes: Mapping[tuple[int, int], str] = field(default_factory=dict)
    before: tuple[Line, ...] = ()
    edges: tuple[float, ...] = ()
    doubtful: frozenset[tuple[int, int]] = frozenset()
    cell_places: Mapping[tuple[int, int], str] = field(default_factory=dict)

    @property
    def made(self) -> bool:
        """Whether its first row is no row of the source."""
        return bool(self.cell_places)

    def place(self, row: int, column: int | None = None) -> str:
        """Where a row, or one cell of it, stands: ``Sheet1!B5``, ``line 12, column 3``."""
        if column is not None and (row, column) in self.cell_places:
            return self.cell_places[row, column]
        if self.columns_lettered and not self.made:
            cell = f"{letters(column)}{row + 1}" if column is not None else self.places[row]
            return f"{self.name}!{cell}" if column is not None else f"{self.name}, {cell}"
        where = self.places[row] if column is None else f"{self.places[row]}, column {column + 1}"
        return f"{self.name}, {where}" if self.name else where


def row_place(place: str) -> str:
    """The place of the row that a place names: of a row itself, or of one of its cells.

    Parameters
    ----------
    place : str
        As `Grid.place` gives it, with or without a column.

    Returns
    -------
    str

    Examples
    --------
    >>> row_place("Plan!C5"), row_place("line 12, column 3"), row_place("line 12")
    ('Plan, row 5', 'line 12', 'line 12')
    """
    lettered = re.fullmatch(r"(.+)!\$?[A-Za-z]{1,3}\$?(\d+)", place.strip(), re.DOTALL)
    if lettered:
        return f"{lettered[1]}, row {lettered[2]}"
    return re.sub(r", column \d+$", "", place.strip())


def letters(column: int) -> str:
    """Spreadsheet letters of a column counted from 0."""
    text, number = "", column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


@dataclass(frozen=True)
class Document:
    """A file as read.

    Attributes
    ----------
    format : str
    grids : tuple of Grid
    decided : tuple of (what, value, why)
        What the reader decided about the file.
    notes : tuple of (finding code, place, message)
        What was not read, and why.
    """

    format: str
    grids: tuple[Grid, ...]
    decided: tuple[tuple[str, str, str], ...] = ()
    notes: tuple[tuple[str, str, str], ...] = ()
