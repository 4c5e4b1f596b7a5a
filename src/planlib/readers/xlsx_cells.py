"""Finds the cells of an Excel sheet that have a format or a text that says anything, as quickly as the values are read.

A sheet of 100,000 rows has a million cells. To make Python objects of each would cost three times what calamine takes
for all values, so their addresses and the numbers of their styles are worked out in arrays of bytes.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, NamedTuple

from planlib.readers.cells import column_of
from planlib.readers.grid import letters

_ROW_OR_CELL = re.compile(rb"<(row|c)(?=[\s/>])([^<>]*?)(/?)>")
_ATTRIBUTE = re.compile(rb"""\s(r|s|t)\s*=\s*["']([^"'<>]*)["']""")
_PREFIX = re.compile(rb"<(/?)[^\s<>/:]+:(?=(?:row|c|v|f|is|t|r|rPr)[\s/>])")
_CHUNK = 1 << 21  # bytes that are looked at together
_TAIL = 64  # more than the longest beginning of a cell
_LOWER, _UPPER, _DIGITS = (ord("a"), 26), (ord("A"), 26), (ord("0"), 10)


class Cells(NamedTuple):
    """Cells that say more than their value, and how far all cells reach.

    Attributes
    ----------
    height, width : int
        The last row and column of any cell, counted from 1.
    row, column, style, string : list of int
        Of each cell that says anything, from 0; `string` is -1 where its text is not a shared one.
    """

    height: int
    width: int
    row: list[int]
    column: list[int]
    style: list[int]
    string: list[int]


def cells_of(xml: bytes, styles: Collection[int], strings: Collection[int]) -> tuple[Cells, bytes]:
    """Look at the rows of a sheet.

    Parameters
    ----------
    xml : bytes
        What stands within ``sheetData``, without prefixes.
    styles, strings : collection of int
        Numbers of the styles and the shared strings that say anything.

    Returns
    -------
    Cells
    bytes
        The rows, written as most programs do if they were not.
    """
    if b":c" in xml:
        xml = _PREFIX.sub(rb"<\1", xml)
    found, regular, _ = _cells_of(xml, styles, strings)
    if not regular:
        xml = _rewritten(xml)
        found, _, lost = _cells_of(xml, styles, strings)
        if lost:  # a cell whose address cannot be told may stand anywhere
            found = found._replace(height=1 << 20, width=1 << 14)
    return found, xml


def _cells_of(xml: bytes, styles: Collection[int], strings: Collection[int]) -> tuple[Cells, bool, bool]:
    """The cells, whether all are written as most programs do, and whether any has no address."""
    import numpy as np

    telling = [_table(np, styles), _table(np, strings)]
    found = Cells(0, 0, [], [], [], [])
    regular, lost = True, False
    start = 0
    while start < len(xml):
        end = xml.find(b"<row", start + _CHUNK)
        end = len(xml) if end < 0 else end
        page = np.frombuffer(xml[start:end] + bytes(_TAIL), np.uint8)
        row, column, style, string, well, placed = _parse(np, page)
        regular = regular and bool(well.all())
        lost = lost or not bool(placed.all())
        if len(row):
            found = found._replace(
                height=max(found.height, int(row.max()) + 1), width=max(found.width, int(column.max()) + 1)
            )
            which = (
                telling[0][np.minimum(style, len(telling[0]) - 1)] | telling[1][np.minimum(string, len(telling[1]) - 1)]
            )
            which &= (row >= 0) & (column >= 0)
            for kept, values in zip(found[2:], (row, column, style, string), strict=True):
                kept.extend(values[which].tolist())
        start = end
    return found, regular, lost


def _table(np: Any, numbers: Collection[int]) -> Any:
    """Which numbers are among these; the last entry, which also serves for -1 and all that are greater, is False."""
    table = np.zeros(max(numbers, default=0) + 2, bool)
    table[list(numbers)] = True
    return table


def _parse(np: Any, page: Any) -> tuple[Any, Any, Any, Any, Any, Any]:
    """Row, column, style and string of every cell of a page, whether it is written as most programs do, and has an address."""

    def follows(at: Any, text: bytes) -> Any:
        same = page[at] == text[0]
        for offset, byte in enumerate(text[1:], 1):
            same &= page[at + offset] == byte
        return same

    def number(at: Any, alphabet: tuple[int, int], most: int, first: int) -> tuple[Any, Any]:
        value, going = np.zeros(len(at), np.int64), np.ones(len(at), bool)
        for _ in range(most):
            digit = page[at] - np.uint8(alphabet[0])
            going &= digit < alphabet[1]
            value[going] = value[going] * alphabet[1] + digit[going] + first
            at = at + going
        return value, at

    begins = np.flatnonzero((page[:-1] == ord("<")) & (page[1:] == ord("c")))
    well = follows(begins, b'<c r="')
    column, at = number(begins + 6, _UPPER, 3, 1)
    row, at = number(at, _DIGITS, 7, 0)
    well &= (page[at] == ord('"')) & (row > 0) & (column > 0)
    row[~well], column[~well] = 0, 0
    # Nothing else within the rows begins with <c, but for the fonts of texts written in place (<color>, <charset>).
    placed = well | ((page[begins + 2] >= ord("a")) & (page[begins + 2] <= ord("z")))
    at = at + 1
    styled = follows(at, b' s="')
    style, behind = number(at + 4, _DIGITS, 6, 0)
    style[~styled] = 0
    well &= ~styled | (page[behind] == ord('"'))
    at = np.where(styled, behind + 1, at)
    typed = follows(at, b' t="')
    shared = typed & follows(at + 4, b's"><v>')
    string, behind = number(at + 10, _DIGITS, 9, 0)
    string[~shared] = -1
    well &= ~shared | (page[behind] == ord("<"))
    _, behind = number(at + 4, _LOWER, 9, 0)  # s, str, b, e, n, d; inlineStr has a capital
    inline = follows(at + 4, b'inlineStr"')
    behind = np.where(inline, at + 13, behind)
    closed, opened = page[behind + 1] == ord("/"), page[behind + 1] == ord(">")
    opened &= ~follows(at + 4, b's"') | shared  # a shared text's number follows at once
    ends = (page[behind] == ord('"')) & (closed | opened)
    well &= np.where(typed, ends, (page[at] == ord(">")) | (page[at] == ord("/")))
    return row - 1, column - 1, style, string, well, placed


def _rewritten(rows: bytes) -> bytes:
    """Rows whose cells are written as most programs do, every one with its address first."""
    row = column = 0

    def rewritten(found: re.Match[bytes]) -> bytes:
        nonlocal row, column
        if (found[2].count(b'"') + found[2].count(b"'")) % 2:
            return found[0]  # cut short by a > within quotation marks: its address may stand behind
        said = dict(_ATTRIBUTE.findall(found[2]))
        address = re.fullmatch(rb"\$?([A-Za-z]{0,3})\$?(\d{1,7})", said.get(b"r", b""))
        if found[1] == b"row":
            row, column = int(address[2]) if address else 1 << 20 if said.get(b"r") else row + 1, 0
            return found[0]
        if said.get(b"r") and not (address and address[1]):
            return found[0]  # an address that is none, or beyond all sheets: calamine makes room up to it
        if address and address[1]:
            name, digits = address[1].upper(), address[2]
            column = column_of(name.decode()) + 1
        else:
            column += 1
            name, digits = letters(min(column, 16384) - 1).encode(), b"%d" % row
        rest = b"".join(b' %s="%s"' % (key, said[key]) for key in (b"s", b"t") if key in said)
        return b'<c r="%s%s"%s%s>' % (name, digits, rest, found[3])

    return re.sub(rb">\s+<v>", b"><v>", _ROW_OR_CELL.sub(rewritten, rows))
