"""What running text has in common, whether of Word or of a web page: runs to cells and lines, cells to a grid."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from planlib.errors import InputError
from planlib.readers.grid import Document, Grid, Line
from planlib.settings import Limits

# Not seen in print, or (the last) our own sign for where something struck out stood.
_GONE = "\x1f"
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff" + _GONE)) | {ord("\u2028"): "\n", ord("\u2029"): "\n"}
_ONE_MARK = r"[\[(]?(?:\d{1,3}|[*†‡§¶#]{1,3}|[a-z]|[ivx]{2,4})[\])]?"
_MARK = re.compile(rf"{_ONE_MARK}(?:(?:\s*[,;]\s*|\s+){_ONE_MARK})*")
_UNIT = re.compile(r"(?:^|[\s\d/])[kcm]?m$|\bft$")  # square and cubic metres are no footnotes
_LONGEST_LABEL = 120
_CORRECTED_WITHIN_A_WORD = 3  # characters: what is longer and struck out was a word of its own
_SHOWN = 200  # characters of a text that was not read


class Run(NamedTuple):
    """Neighbouring characters of one look; a line break is a line feed."""

    text: str
    struck: bool = False
    bold: bool = False
    raised: bool = False
    fill: str = ""
    note: str = ""  # of a footnote mark: the mark and, where known, what it says; such a run has no text


class Piece(NamedTuple):
    """What the runs of a cell or line come to."""

    text: str
    struck: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    fill: str = ""
    label: str = ""


class Cell(NamedTuple):
    """A cell where its table has it, before columns that no cell begins are taken out."""

    row: int
    column: int
    height: int
    width: int
    piece: Piece
    fill: str = ""


def tidy(text: str) -> str:
    """Text as a person sees it: single spaces, no blank lines, nothing invisible."""
    text = text.translate(_UNSEEN)
    if "\n" not in text:
        return " ".join(text.split())
    return "\n".join(line for part in text.split("\n") if (line := " ".join(part.split())))


def compose(runs: Sequence[Run]) -> Piece:
    """Put runs together: what counts, what is struck out, which footnotes, the fill behind all of it, the label.

    Parameters
    ----------
    runs : sequence of Run
        Of one cell or one line, in order.

    Returns
    -------
    Piece

    Examples
    --------
    >>> compose([Run("31 March", struck=True), Run(" 30 June"), Run("1", raised=True)])
    Piece(text='30 June', struck=('31 March',), notes=('1',), fill='', label='')
    """
    if len(runs) == 1 and not (runs[0].struck or runs[0].bold or runs[0].raised or runs[0].note):
        text = tidy(runs[0].text)
        return Piece(text, fill=runs[0].fill if text else "")
    text, struck, notes = "", [], []
    for (is_struck, raised), group in groupby(_joined(runs), lambda run: (run.struck, run.raised)):
        same = list(group)
        notes += [run.note for run in same if run.note]
        words = "".join(run.text for run in same).translate(_UNSEEN)
        if is_struck:
            struck += [gone] if (gone := tidy(words)) else []
            text += _in_place_of(words)
        elif raised and _is_mark(words.strip(), text):
            notes.append(words.strip())
        else:
            text += words
    text = tidy(re.sub(rf"(?<=\w){_GONE}+(?=\w)", " ", text))
    seen = {run.fill for run in runs if not run.struck and run.text.strip()}
    return Piece(text, tuple(struck), tuple(dict.fromkeys(notes)), seen.pop() if len(seen) == 1 else "",
                 _label(runs, text))  # fmt: skip


def _joined(runs: Sequence[Run]) -> list[Run]:
    """The runs, where white space between two that are struck out is struck out too."""
    out: list[Run] = []
    blank: list[Run] = []
    for run in runs:
        if not run.struck and not run.note and not run.text.strip():
            blank.append(run)
            continue
        between = run.struck and bool(out) and out[-1].struck and not run.raised and not out[-1].raised
        out += [space._replace(struck=True, raised=False) if between else space._replace(raised=False)
                for space in blank]  # fmt: skip
        blank = []
        out.append(run._replace(raised=False) if run.struck else run)
    return out


def _in_place_of(words: str) -> str:
    """What stays where words are struck out: their line break, or a space unless a letter was corrected in a word."""
    if "\n" in words:
        return "\n"
    if any(each.isspace() for each in words):
        return " " if words[:1].isspace() or words[-1:].isspace() else _GONE
    return _GONE if len(words) > _CORRECTED_WITHIN_A_WORD else ""


def _is_mark(words: str, before: str) -> bool:
    """Whether raised characters are a footnote's mark, not part of an ordinal or of m2."""
    if not _MARK.fullmatch(words):
        return False
    ordinal = words in ("e", "o") and before[-1:].isdigit()
    return not ordinal and not (words in ("2", "3") and _UNIT.search(before[-8:]))


def _label(runs: Sequence[Run], text: str) -> str:
    """What stands in bold before a colon at the beginning of a text."""
    bold = ""
    for run in runs:
        if run.struck or run.note or (run.raised and not run.bold):
            continue
        if not run.bold and run.text.strip():
            break
        bold += run.text
    lead = tidy(bold)
    if not lead or not text.startswith(lead):
        return ""
    label, colon, _ = lead.partition(":")
    if not colon and not text[len(lead) :].lstrip().startswith(":"):
        return ""
    label = label.strip()
    return label if "\n" not in label and len(label) <= _LONGEST_LABEL else ""


@dataclass
class Flow:
    """What has been read of a document so far, in its order.

    Attributes
    ----------
    path : Path
        For messages.
    limits : Limits
    grids, lines : list
        Tables, and the lines since the last of them.
    unread : dict
        By kind ("hidden text"), what was not read and where.
    cells, paragraphs, tables : int
        That all tables span together; lines that were counted, and tables, so far.
    row : int or None
        Of the table that is being read.
    """

    path: Path
    limits: Limits
    grids: list[Grid] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    unread: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    cells: int = 0
    paragraphs: int = 0
    tables: int = 0
    row: int | None = None

    def write(self, runs: Iterable[Run], level: int = 0, prefix: str = "", place: str = "") -> None:
        """Add what stands outside the tables: a line for each line of it.

        Parameters
        ----------
        runs : iterable of Run
        level : int
            Of a heading.
        prefix : str
            The number that a list gives to it; left out before a label.
        place : str
            Where it stands; by default it is counted.
        """
        for line in _lines(runs):
            piece = compose(line)
            if not (piece.text or piece.struck or piece.notes):
                continue
            self.paragraphs += not place
            text = piece.text if piece.label or not prefix else f"{prefix} {piece.text}"
            text = " ".join([text, *(f"[{note.partition(':')[0]}]" for note in piece.notes)]).strip()
            where = place or f"paragraph {self.paragraphs}"
            self.lines.append(Line(text, where, level, piece.label, piece.struck))
            prefix = ""

    def lay(self, cells: Sequence[Cell], rows: int, places: Sequence[str] = ()) -> None:
        """Add a table; a column in which no cell begins is none.

        Parameters
        ----------
        cells : sequence of Cell
        rows : int
            How many rows the table has.
        places : sequence of str
            Names of its rows; by default they are counted.

        Raises
        ------
        InputError
            If all tables together span too many cells.
        """
        starts = sorted({cell.column for cell in cells})
        self.claim(rows * len(starts))
        texts = [[""] * len(starts) for _ in range(rows)]
        named = list(places) or [self._place(row) for row in range(rows)]
        grid = Grid("", texts, named, fills={}, struck={}, spans={}, notes={}, before=tuple(self.lines))
        for cell in cells:
            column = bisect_left(starts, cell.column)
            at, piece = (cell.row, column), cell.piece
            height = min(cell.height, rows - cell.row)
            width = bisect_left(starts, cell.column + cell.width) - column
            texts[cell.row][column] = piece.text
            for value, into in ((piece.fill or cell.fill, grid.fills), (piece.struck, grid.struck),
                                ("; ".join(piece.notes), grid.notes)):  # fmt: skip
                if value:
                    into[at] = value  # type: ignore[index]
            if height > 1 or width > 1:
                grid.spans[at] = (height, width)  # type: ignore[index]
        self.grids.append(grid)
        self.lines, self.row = [], None
        self.tables += 1

    def _place(self, row: int) -> str:
        return f"table {self.tables + 1}, row {row + 1}"

    def claim(self, cells: int) -> None:
        """Count cells before they are made; raises InputError if there are too many."""
        self.check(cells)
        self.cells += cells

    def check(self, cells: int) -> None:
        """See whether there is room for as many cells more; raises InputError if not."""
        if self.cells + cells > self.limits.cells:
            raise InputError(
                f"{self.path.name}: its tables span more than {self.limits.cells:,} cells; split the document, or raise "
                "[limits] cells"
            )

    def leave(self, kind: str, text: str, place: str = "") -> None:
        """Remember what is not read, if it is anything; by default it stands in the row or line that is being read."""
        if text := " ".join(tidy(text).split()):
            place = place or (f"paragraph {self.paragraphs + 1}" if self.row is None else self._place(self.row))
            self.unread.setdefault(kind, []).append((place, text))

    def document(self, kind: str, *, decided: Sequence[tuple[str, str, str]] = (),
                 notes: Sequence[tuple[str, str, str]] = ()) -> Document:  # fmt: skip
        """Everything read; what stands behind the last table is a grid without rows."""
        if self.lines or not self.grids:
            self.grids.append(Grid("", [], [], before=tuple(self.lines)))
            self.lines = []
        left = []
        for what, texts in self.unread.items():
            code = "characters-not-read" if what.startswith("hidden") else "text-not-read"
            for place, text in texts:
                shown = text if len(text) <= _SHOWN else text[:_SHOWN] + " …"
                left.append((code, place, f"{what} was not read: {shown}"))
        return Document(kind, tuple(self.grids), tuple(decided), (*notes, *left))


def _lines(runs: Iterable[Run]) -> list[list[Run]]:
    """Runs of each line."""
    lines: list[list[Run]] = [[]]
    for run in runs:
        first, *others = run.text.replace("\u2028", "\n").split("\n")
        lines[-1].append(run if not others else run._replace(text=first))
        lines += [[run._replace(text=text, note="")] for text in others]
    return lines


def is_beside(cells: Sequence[tuple[bool, bool]]) -> bool:
    """Whether a cell of a row holds a table and another one text.

    Parameters
    ----------
    cells : sequence of (bool, bool)
        Of each cell whether it holds a table, and whether it holds text.
    """
    texts = sum(text for _, text in cells)
    return any(table and texts > text for table, text in cells)


def is_layout(rows: int, columns: int, beside: bool, inner_rows: int, inner_columns: int) -> bool:
    """Whether a table that holds another only puts it in its place on the page, so that each is read by itself.

    Parameters
    ----------
    rows, columns : int
        Of the outer table.
    beside : bool
        Text stands in another cell of the row that holds the inner table.
    inner_rows, inner_columns : int
        Of the largest table within.
    """
    return columns == 1 or not beside or (inner_rows > max(rows, 2) and inner_columns > 2)
