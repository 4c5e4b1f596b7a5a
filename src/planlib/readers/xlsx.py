"""Reads Excel workbooks (.xlsx, .xlsm): values through python-calamine, fills and struck-out text by a pass of its own."""

from __future__ import annotations

import gc
import io
import re
import zipfile
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from planlib.errors import InputError
from planlib.readers.cells import BY_RULE, HIDDEN, NOT_TEXT, column_of, listed, parts, show, text_of
from planlib.readers.grid import Document, Grid, letters
from planlib.readers.package import open_package, parse_xml
from planlib.readers.rules import Area, apply_rules, area_of, read_rules
from planlib.readers.xlsx_cells import Cells, cells_of
from planlib.readers.xlsx_styles import Styles, read_styles, rich_strings, runs_of, without_prefix
from planlib.settings import Limits

_EMPTY_CELL = re.compile(rb"""<(?:\w+:)?c\s(?:[^<>"']|"[^"<>]*"|'[^'<>]*')*/>""")
_ERROR = re.compile(rb'<c r="([A-Z]{1,3}\d{1,7})"(?: s="\d+")? t="e"')
_INLINE = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"(?: s="\d+")? t="inlineStr"\s*>\s*<is>((?:[^<]++|<(?!/?is>))*+)</is>')
# How many different texts a part says that it holds: calamine makes room for so many at once.
_TEXTS = re.compile(rb"<(?:[^\s<>/:]+:)?sst(?=[\s/>])([^<>]*)>")
_COUNT = re.compile(rb"""\suniqueCount\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_HIDDEN_ROW = re.compile(rb"""<row\s[^<>]*\bhidden\s*=\s*["'](?:1|true)["']""")
_SHOWN = (float, date, datetime)  # values that a number format bears on
_BEYOND = 1000  # rows below the last text to which a merged cell may reach

Place = tuple[int, int]


class _Sheet(NamedTuple):
    """What one sheet says beside its values."""

    cells: Cells
    inline: dict[Place, bytes]
    errors: list[str]
    hidden_rows: int
    frame: bytes  # all but its cells


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
        One grid a sheet; dates as ISO text, but a month or year alone where no more is shown; whole numbers without a
        decimal point, percentages as shown.

    Raises
    ------
    InputError
        If it is not a workbook, is protected by a password, or spans too many cells.
    """
    # Looking for cycles among some million small tuples costs a seventh of the time.
    watched = gc.isenabled()
    gc.disable()
    try:
        return _read(path, data, limits)
    finally:
        if watched:
            gc.enable()


def _read(path: Path, data: bytes, limits: Limits) -> Document:
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    with open_package(path, data, limits) as archive:
        styles, strings, looks, notes = _look(path, archive, limits)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        shown = [sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible]
        read_sheets = []
        for name in shown:
            if name not in looks:  # nor is it known then how far it reaches
                raise InputError(f"{path.name}: sheet '{name}' is missing or damaged; save it again as .xlsx")
            sheet = book.get_sheet_by_name(name)
            read_sheets.append((name, sheet.to_python(skip_empty_area=False)))
    except (InputError, MemoryError):
        raise
    except Exception as error:  # calamine raises its own, zip and XML errors under several unrelated types
        raise _unreadable(path, error) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # Rust's own, which is no Exception
            raise
        raise _unreadable(path, error) from None
    notes = [("sheet-hidden", sheet.name, f"sheet '{sheet.name}' is hidden and was not read")
             for sheet in sheets if sheet.name not in shown] + notes  # fmt: skip
    grids = []
    for name, values in read_sheets:
        grid, said = _grid(path, name, values, looks[name], styles, strings)
        grids.append(grid)
        notes += said
    errors = [address for name in shown for address in looks[name].errors]
    if errors:
        message = f"{len(errors)} cells show an error of Excel's ({listed(errors)}) and are read as blank"
        notes.append(("characters-not-read", "", message))
    decided = (("sheets", ", ".join(shown), "all that are not hidden"),)
    return Document("Excel workbook", tuple(grids), decided, tuple(notes))


def _unreadable(path: Path, error: BaseException) -> InputError:
    words = " ".join(str(error).split())
    return InputError(f"{path.name}: is not a readable Excel workbook ({words}); save it again as .xlsx")


def _look(path: Path, archive: zipfile.ZipFile, limits: Limits) -> tuple[
    Styles, Mapping[int, bytes], dict[str, _Sheet], list[tuple[str, str, str]]
]:  # fmt: skip
    """Look at every part once; refuse a workbook that would exhaust memory.

    One value in XFD1048576 makes calamine abort the process, which Python cannot catch.
    """
    parts_of = {info.filename.replace("\\", "/").lower(): info for info in archive.infolist()}

    def part(name: str) -> bytes:
        return archive.read(parts_of[name]) if name in parts_of else b""

    names = _sheet_names(path, part)
    styles = read_styles(path, part("xl/styles.xml"), part("xl/theme/theme1.xml"))
    strings = rich_strings(part("xl/sharedstrings.xml"))
    looks: dict[str, _Sheet] = {}
    notes = []
    cells = 0
    for name, info in parts_of.items():
        xml = archive.read(info)
        _check_counts(path, xml)
        if b"sheetData" in xml:
            sheet = _look_at_sheet(xml, styles.cells, strings)
            if cells + sheet.cells.height * sheet.cells.width > limits.cells:
                # Cells that have a format alone do not count: calamine makes none of them.
                full = _look_at_sheet(_EMPTY_CELL.sub(b"", xml), (), ()).cells
                sheet = sheet._replace(cells=sheet.cells._replace(height=full.height, width=full.width))
            height, width = sheet.cells[:2]
            cells += height * width * max(len(names.get(name, ())), 1)  # it is read as often as it is named
            if cells > limits.cells:
                raise InputError(
                    f"{path.name}: a sheet reaches row {height:,} and column {width:,}: more than "
                    f"{limits.cells:,} cells; delete what stands far below or to the right, or raise [limits] cells"
                )
            if name in names:
                looks |= dict.fromkeys(names[name], sheet)
        elif re.fullmatch(r"xl/comments\d*\.xml|xl/comments/.*\.xml", name) and (count := xml.count(b"<comment ")):
            notes.append((NOT_TEXT, "", f"{count} comments on cells ({info.filename}) were not read"))
        elif name.startswith("xl/drawings/") and (count := len(re.findall(rb"<(?:\w+:)?txBody[\s>]", xml))):
            notes.append((NOT_TEXT, "", f"the text of {count} shapes ({info.filename}) was not read"))
    return styles, strings, looks, notes


def _check_counts(path: Path, xml: bytes) -> None:
    """Refuse shared texts that claim to be more than there is room for: calamine would abort the process."""
    for attributes in _TEXTS.findall(xml) if b"uniqueCount" in xml else ():
        counts = [first or second for first, second in _COUNT.findall(attributes)]
        # An odd quotation mark: the tag was cut short by a > in quotation marks, and a count may stand behind it.
        odd = (attributes.count(b'"') + attributes.count(b"'")) % 2
        if odd or any(not re.fullmatch(rb"\d{1,9}", count) or int(count) > max(len(xml), 1000) for count in counts):
            raise InputError(f"{path.name}: its list of texts is damaged; save it again as .xlsx")


def _sheet_names(path: Path, part: Any) -> dict[str, list[str]]:
    """Part to the names of the sheets that it holds."""
    book, relations = part("xl/workbook.xml"), part("xl/_rels/workbook.xml.rels")
    if not book or not relations:
        raise _unreadable(path, ValueError("it lacks its list of sheets"))
    targets = {}
    for each in parse_xml(path, "xl/_rels/workbook.xml.rels", relations):
        target = str(each.get("Target", "")).replace("\\", "/")
        target = target[1:] if target.startswith("/") else str(PurePosixPath("xl") / target)
        targets[each.get("Id")] = target.lower()
    names: dict[str, list[str]] = {}
    for sheet in parse_xml(path, "xl/workbook.xml", book).iterfind("{*}sheets/{*}sheet"):
        identity = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), None)
        if identity in targets:
            names.setdefault(targets[identity], []).append(sheet.get("name", ""))
    return names


def _look_at_sheet(xml: bytes, styles: Collection[int], strings: Collection[int]) -> _Sheet:
    xml = without_prefix(xml, b"worksheet")
    start, end = _body(xml)
    cells, rows = cells_of(xml[start:end], styles, strings)
    inline = {}
    if b"<is>" in rows:
        inline = {(int(row) - 1, column_of(column.decode())): text
                  for column, row, text in _INLINE.findall(rows) if b"<r>" in text}  # fmt: skip
    errors = [address.decode() for address in _ERROR.findall(rows)] if b't="e"' in rows else []
    hidden = len(_HIDDEN_ROW.findall(rows)) if b"hidden" in rows else 0
    return _Sheet(cells, inline, errors, hidden, xml[:start] + xml[end:])


def _body(xml: bytes) -> tuple[int, int]:
    """Where the rows begin and end."""
    start = xml.find(b">", xml.find(b"<sheetData")) + 1
    end = xml.rfind(b"</sheetData")
    return (start, end) if end >= start else (start, start if xml[start - 2 : start] == b"/>" else len(xml))


def _grid(
    path: Path, name: str, values: list[list[Any]], sheet: _Sheet, styles: Styles, strings: Mapping[int, bytes],
) -> tuple[Grid, list[tuple[str, str, str]]]:  # fmt: skip
    rows = _texts(values)
    fills: dict[Place, str] = {}
    struck: dict[Place, tuple[str, ...]] = {}
    marks: dict[Place, str] = {}
    _dress(rows, values, sheet, styles, strings, fills, struck, marks)
    frame = parse_xml(path, f"sheet '{name}'", sheet.frame)
    unknown = apply_rules(read_rules(frame, styles.rules), values, fills)
    spans, covered = _spans(rows, [area for each in frame.iter("{*}mergeCell") if (area := area_of(each.get("ref", "")))])
    notes = []
    if unknown:
        message = (
            f"sheet '{name}': colours that rules give were not worked out and count as none ({listed(unknown, 3)})"
        )
        notes.append((BY_RULE, name, message))
    if covered:
        message = f"sheet '{name}': merged cells cover text that is not shown and was not read ({listed(covered)})"
        notes.append((NOT_TEXT, name, message))
    columns = sum(_hidden_columns(each) for each in frame.iter("{*}col"))
    hidden = [f"{number} {what}" for number, what in ((sheet.hidden_rows, "rows"), (columns, "columns")) if number]
    if hidden:
        notes.append((HIDDEN, name, f"sheet '{name}': {' and '.join(hidden)} are hidden, and were read"))
    if any(each.get("type") == "iconSet" for each in frame.iter("{*}cfRule")):
        notes.append((BY_RULE, name, f"sheet '{name}': icons that rules give were not read"))
    places = [f"row {index + 1}" for index in range(len(rows))]
    return Grid(name, rows, places, True, fills, struck, spans, marks), notes


class _Memo(dict[Any, Any]):
    """Works out each value once."""

    def __init__(self, work: Callable[[Any], Any]) -> None:
        self._work = work

    def __missing__(self, value: Any) -> Any:
        self[value] = made = self._work(value)
        return made


def _texts(values: list[list[Any]]) -> list[list[str]]:
    known = _Memo(text_of)
    known_truths = {True: "TRUE", False: "FALSE"}  # which are equal to one and nought
    return [[known[value] if value.__class__ is not bool else known_truths[value] for value in row] for row in values]


def _dress(
    rows: list[list[str]], values: list[list[Any]], sheet: _Sheet, styles: Styles, strings: Mapping[int, bytes],
    fills: dict[Place, str], struck: dict[Place, tuple[str, ...]], marks: dict[Place, str],
) -> None:  # fmt: skip
    """Take out of the texts what is struck out, show numbers as they are formatted, and set down the fills."""
    height, width = len(rows), len(rows[0]) if rows else 0
    fill_of = {number: style.fill for number, style in styles.cells.items() if style.fill}
    fills.update({
        (row, column): fill_of[number]
        for row, column, number in zip(sheet.cells.row, sheet.cells.column, sheet.cells.style, strict=True)
        if number in fill_of and row < height and column < width  # others are formatted, beyond all text
    })  # fmt: skip
    shown = {number: (style.struck, _Memo(partial(show, style.code)))
             for number, style in styles.cells.items() if style.struck or style.code}  # fmt: skip
    for row, column, number, string in zip(*sheet.cells[2:], strict=True):
        if not (number in shown or string in strings) or row >= height or column >= width:
            continue
        out, texts = shown.get(number, (False, None))
        if string in strings:
            _take_out(rows, struck, marks, row, column, strings[string], out)
            continue
        if texts is not None and (value := values[row][column]).__class__ in _SHOWN and (text := texts[value]):
            rows[row][column] = text
        if out and rows[row][column]:
            struck[row, column] = (rows[row][column],)
            rows[row][column] = ""
    for (row, column), written in sheet.inline.items():
        if row < height and column < width:
            _take_out(rows, struck, marks, row, column, written, (row, column) in struck)


def _take_out(
    rows: list[list[str]], struck: dict[Place, tuple[str, ...]], marks: dict[Place, str], row: int, column: int,
    string: bytes, out: bool,
) -> None:  # fmt: skip
    text, gone, mark = parts(runs_of(string, out))
    if gone or mark:
        rows[row][column] = text
        struck.pop((row, column), None)
        if gone:
            struck[row, column] = gone
        if mark:
            marks[row, column] = mark


def _spans(rows: list[list[str]], merged: Iterable[Area]) -> tuple[dict[Place, tuple[int, int]], list[str]]:
    """Merged cells, as far as the sheet reaches, and where they cover text, which is blanked."""
    spans, covered = {}, []
    height, width = len(rows), len(rows[0]) if rows else 0
    room = height * width
    for top, left, bottom, right in merged:
        if top > height + _BEYOND or (top, left) == (bottom, right):
            continue
        room -= max(0, min(bottom + 1, height) - top) * max(0, min(right + 1, width) - left)
        if room < 0:
            break  # they overlap, as none does that was not tampered with; to go on could take for ever
        spans[top, left] = (min(bottom, height + _BEYOND) - top + 1, right - left + 1)
        for row in range(top, min(bottom + 1, height)):
            for column in range(left + (row == top), min(right + 1, width)):
                if rows[row][column]:
                    covered.append(f"{letters(column)}{row + 1}: {rows[row][column]}")
                    rows[row][column] = ""
    return spans, covered


def _hidden_columns(element: Any) -> int:
    if element.get("hidden") not in ("1", "true"):
        return 0
    first, last = element.get("min", ""), element.get("max", "")
    counted = all(each.isdecimal() and len(each) < 9 for each in (first, last))
    return int(last) - int(first) + 1 if counted else 1
