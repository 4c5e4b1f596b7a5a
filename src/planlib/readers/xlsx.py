"""Reads Excel workbooks (.xlsx, .xlsm) through python-calamine, after a look at how large they claim to be."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from planlib.errors import InputError
from planlib.readers.grid import Document, Grid
from planlib.settings import Limits

# Where a cell or a row says that it stands, in whichever quotation marks.
_ADDRESS = re.compile(rb"""\sr\s*=\s*["']\$?([A-Za-z]{0,3})\$?(\d{1,7})["']""")
_ERROR = re.compile(rb"""<(?:\w+:)?c\s(?=[^>]*\bt\s*=\s*["']e["'])[^>]*?\br\s*=\s*["']([A-Za-z]{1,3}\d{1,7})["']""")
_CELL, _PREFIXED_CELL = re.compile(rb"<c[\s/>]"), re.compile(rb"<\w+:c[\s/>]")
_ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")
_NO_SHEET = ("xl/sharedStrings.xml", "xl/styles.xml", "xl/media/", "xl/theme/")
_EXPANSION = 200  # how many times larger than its archive a part may be
_SMALL = 1 << 24  # bytes that a part may always have


def read(path: Path, data: bytes, limits: Limits) -> Document:
    """Read every sheet that is shown.

    Parameters
    ----------
    path : Path
        For messages.
    data : bytes
        The file.
    limits : Limits
        How many cells all sheets may span together, and how much they may unpack to.

    Returns
    -------
    Document
        One grid a sheet; dates as ISO text, whole numbers without a decimal point.

    Raises
    ------
    InputError
        If it is not a workbook, is protected by a password, or spans too many cells.
    """
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    errors = _look_first(path, data, limits)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        shown = [sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible]
        grids = tuple(_grid(book.get_sheet_by_name(name), name) for name in shown)
    except Exception as error:  # calamine raises its own, zip and XML errors under several unrelated types
        raise _unreadable(path, error) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # Rust's own, which is no Exception
            raise
        raise _unreadable(path, error) from None
    decided = [("sheets", ", ".join(shown), "all that are not hidden")]
    notes = [("sheet-hidden", sheet.name, f"sheet '{sheet.name}' is hidden and was not read")
             for sheet in sheets if sheet.name not in shown]  # fmt: skip
    if errors:
        listed = ", ".join(errors[:5]) + (" and others" if len(errors) > 5 else "")
        message = f"{len(errors)} cells show an error of Excel's ({listed}) and are read as blank"
        notes.append(("characters-not-read", "", message))
    return Document("Excel workbook", grids, tuple(decided), tuple(notes))


def _unreadable(path: Path, error: BaseException) -> InputError:
    return InputError(f"{path.name}: is not a readable Excel workbook ({error}); save it again as .xlsx")


def _look_first(path: Path, data: bytes, limits: Limits) -> list[str]:
    """Addresses of cells that show an error; refuses a workbook that would exhaust memory.

    One value in XFD1048576 makes calamine abort the process, which Python cannot catch.
    """
    cells = 0
    errors: list[str] = []
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            unpacked = sum(part.file_size for part in parts)
            bomb = [part for part in parts if part.file_size > max(_SMALL, _EXPANSION * len(data))]
            if bomb or unpacked > limits.mebibytes << 20:
                raise InputError(f"{path.name}: unpacks from {len(data):,} to {unpacked:,} bytes; not opened")
            for part in parts:
                if part.filename.endswith(".xml") and not part.filename.startswith(_NO_SHEET):
                    xml = archive.read(part)
                    rows, columns = _extent(xml)
                    cells += rows * columns
                    if b'"e"' in xml or b"'e'" in xml:
                        errors += [found.decode("ascii") for found in _ERROR.findall(xml)]
                    if cells > limits.cells:
                        raise InputError(
                            f"{path.name}: a sheet reaches row {rows:,} and column {columns:,}: more than "
                            f"{limits.cells:,} cells; delete what stands far below or to the right, "
                            "or raise [limits] cells"
                        )
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError):
        raise InputError(f"{path.name}: is cut off or damaged; save it again as .xlsx") from None
    except (RuntimeError, NotImplementedError, ValueError) as error:  # a password or an unknown compression
        raise _unreadable(path, error) from None
    return errors


def _extent(xml: bytes) -> tuple[int, int]:
    """The last row and column that any address names, or that cells without one come to."""
    found = _ADDRESS.findall(xml)
    rows = max((int(digits) for digits in {digits for _, digits in found}), default=0)
    columns = max((_column(letters) for letters in {letters for letters, _ in found}), default=0)
    cell = _PREFIXED_CELL if b":row" in xml else _CELL
    if len(cell.findall(xml)) > sum(bool(letters) for letters, _ in found):
        parts = _ROW.split(xml)
        rows = max(rows, len(parts) - 1)
        columns = max(columns, *(len(cell.findall(part)) for part in parts))
    return rows, columns


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _grid(sheet: Any, name: str) -> Grid:
    rows = [[_text(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    spans = {
        (top, left): (bottom - top + 1, right - left + 1)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
    }
    return Grid(name, rows, [f"row {index + 1}" for index in range(len(rows))], columns_lettered=True, spans=spans)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value.replace("_x000D_", "").strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        # Excel keeps and shows fifteen figures.
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return "" if value is None else str(value)
