"""Reads Excel workbooks (.xlsx, .xlsm) through python-calamine, after a look at how large they claim to be."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from planlib.errors import InputError
from planlib.readers.grid import Document, Grid

_CELL = re.compile(rb'<(?:\w+:)?c\s[^>]*?r="([A-Z]{1,3})(\d{1,7})"')
_EXPANSION = 200  # how many times larger than its archive a sheet may be


def read(path: Path, data: bytes, *, cells: int) -> Document:
    """Read every sheet that is shown.

    Parameters
    ----------
    path : Path
        For messages.
    data : bytes
        The file.
    cells : int
        How many cells one sheet may span.

    Returns
    -------
    Document
        One grid a sheet; dates as ISO text, whole numbers without a decimal point.

    Raises
    ------
    InputError
        If it is not a workbook, is protected by a password, or spans too many cells.
    """
    from python_calamine import CalamineWorkbook, SheetVisibleEnum

    _look_first(path, data, cells)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [sheet for sheet in book.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
        grids = tuple(_grid(book.get_sheet_by_name(sheet.name), sheet.name) for sheet in sheets)
    except InputError:
        raise
    except Exception as error:  # calamine raises its own, zip and XML errors under several unrelated types
        raise InputError(f"{path.name}: is not a readable Excel workbook ({error}); save it again as .xlsx") from None
    hidden = [sheet.name for sheet in book.sheets_metadata if sheet.visible != SheetVisibleEnum.Visible]
    decided = [("sheets", ", ".join(sheet.name for sheet in sheets), "all that are not hidden")]
    if hidden:
        decided.append(("hidden sheets", ", ".join(hidden), "not read"))
    return Document("Excel workbook", grids, tuple(decided))


def _look_first(path: Path, data: bytes, cells: int) -> None:
    """Refuse a workbook that would exhaust memory: one value in XFD1048576 makes calamine abort the process."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for part in archive.infolist():
                if part.file_size > max(1 << 24, _EXPANSION * len(data)):
                    raise InputError(f"{path.name}: {part.filename} unpacks to {part.file_size:,} bytes; not opened")
                if re.fullmatch(r"xl/worksheets/[^/]+\.xml", part.filename):
                    rows, columns = _extent(archive.read(part))
                    if rows * columns > cells:
                        raise InputError(
                            f"{path.name}: a sheet reaches row {rows:,} and column {columns:,}, which is more than "
                            f"{cells:,} cells; delete what stands far below or to the right, or raise [limits] cells"
                        )
    except zipfile.BadZipFile:
        raise InputError(f"{path.name}: is not a whole Excel workbook; save it again as .xlsx") from None


def _extent(xml: bytes) -> tuple[int, int]:
    rows = columns = 0
    for found in _CELL.finditer(xml):
        number = 0
        for letter in found[1]:
            number = number * 26 + letter - 64
        rows, columns = max(rows, int(found[2])), max(columns, number)
    return rows, columns


def _grid(sheet: Any, name: str) -> Grid:
    rows = [[_text(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    spans = {}
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        spans[(top, left)] = (bottom - top + 1, right - left + 1)
    return Grid(name, rows, [f"row {index + 1}" for index in range(len(rows))], columns_lettered=True, spans=spans)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value.replace("_x000D_", "").strip()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return "" if value is None else str(value)
