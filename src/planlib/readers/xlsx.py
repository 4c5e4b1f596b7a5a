"""Reads Excel workbooks (.xlsx, .xlsm): values through python-calamine, fills and struck-out text by a pass of its own."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from planlib.errors import InputError
from planlib.readers.cells import BY_RULE, HIDDEN, NOT_TEXT, listed, parts, show, text_of, tidy
from planlib.readers.grid import Document, Grid, letters
from planlib.readers.package import open_package, parse_xml
from planlib.readers.xlsx_rules import apply_rules, column_of, read_rules
from planlib.readers.xlsx_styles import Style, Styles, read_styles, rich_strings, runs_of, without_prefix
from planlib.settings import Limits

# A cell as nearly every program writes it: address, number of its style, and the number of its text.
_CELL = re.compile(
    rb'<c r="([A-Z]{1,3})(\d{1,7})"(?: s="(\d{1,6})")?(?: t="s">\s*<v>(\d{1,9})<|(?: t="\w+")?/?>)', re.ASCII
)
_FULL_CELL = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"[^<>]*(?<!/)>')
_ROW_OR_CELL = re.compile(rb"<(row|c)(?=[\s/>])([^<>]*?)(/?)>")
_ATTRIBUTE = re.compile(rb"""\s(r|s|t)\s*=\s*["']([^"'<>]*)["']""")
_ERROR = re.compile(rb'<c r="([A-Z]{1,3}\d{1,7})"(?: s="\d+")? t="e"')
_INLINE = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"(?: s="\d+")? t="inlineStr"\s*>\s*<is>(.*?)</is>', re.DOTALL)
_HIDDEN_ROW = re.compile(rb"""<row\s[^<>]*\bhidden\s*=\s*["'](?:1|true)["']""")
_CHUNK = 1 << 22  # bytes whose cells are looked at together

Place = tuple[int, int]


class _Sheet(NamedTuple):
    """What one sheet says beside its values."""

    rows: int
    columns: int
    cells: list[tuple[bytes, bytes, bytes, bytes]]  # column, row, style and string of those that say anything
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
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    with open_package(path, data, limits) as archive:
        styles, strings, looks, notes = _look(path, archive, limits)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        shown = [sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible]
        values = {}
        for name in shown:
            sheet = book.get_sheet_by_name(name)
            values[name] = (sheet.to_python(skip_empty_area=False), sheet.merged_cell_ranges or ())
    except Exception as error:  # calamine raises its own, zip and XML errors under several unrelated types
        raise _unreadable(path, error) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # Rust's own, which is no Exception
            raise
        raise _unreadable(path, error) from None
    notes = [("sheet-hidden", sheet.name, f"sheet '{sheet.name}' is hidden and was not read")
             for sheet in sheets if sheet.name not in shown] + notes  # fmt: skip
    grids = []
    for name in shown:
        if name not in looks:
            raise InputError(f"{path.name}: sheet '{name}' is missing or damaged; save it again as .xlsx")
        grid, said = _grid(path, name, *values.pop(name), looks[name], styles, strings)
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
    Styles, Mapping[bytes, bytes], dict[str, _Sheet], list[tuple[str, str, str]]
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
    telling = {b"%d" % number for number in styles.cells} | ({b""} if 0 in styles.cells else set())
    looks: dict[str, _Sheet] = {}
    notes = []
    cells = 0
    for name, info in parts_of.items():
        xml = archive.read(info)
        if b"sheetData" in xml:
            sheet = _look_at_sheet(xml, telling, strings.keys() if name in names else ())
            if cells + sheet.rows * sheet.columns > limits.cells:  # cells that have a format alone do not count
                sheet = sheet._replace(**_extent(_FULL_CELL.findall(_regular(xml))))
            cells += sheet.rows * sheet.columns
            if cells > limits.cells:
                raise InputError(
                    f"{path.name}: a sheet reaches row {sheet.rows:,} and column {sheet.columns:,}: more than "
                    f"{limits.cells:,} cells; delete what stands far below or to the right, or raise [limits] cells"
                )
            if name in names:
                looks |= dict.fromkeys(names[name], sheet)
        elif re.fullmatch(r"xl/comments\d*\.xml|xl/comments/.*\.xml", name) and (count := xml.count(b"<comment ")):
            notes.append((NOT_TEXT, "", f"{count} comments on cells ({info.filename}) were not read"))
        elif name.startswith("xl/drawings/") and (count := len(re.findall(rb"<(?:\w+:)?txBody[\s>]", xml))):
            notes.append((NOT_TEXT, "", f"the text of {count} shapes ({info.filename}) was not read"))
    return styles, strings, looks, notes


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


def _look_at_sheet(xml: bytes, telling: Any, rich: Any) -> _Sheet:
    xml = _regular(xml)
    start, end = _body(xml)
    rows = columns = 0
    cells = []
    at = start
    while at < end:
        to = xml.find(b"<row", at + _CHUNK, end)
        to = end if to < 0 else to
        found = _CELL.findall(xml, at, to)
        extent = _extent(found)
        rows, columns = max(rows, extent["rows"]), max(columns, extent["columns"])
        cells += [cell for cell in found if cell[2] in telling or cell[3] in rich]
        at = to
    inline = {}
    if b"<is>" in xml:
        inline = {(int(row) - 1, column_of(column.decode())): text
                  for column, row, text in _INLINE.findall(xml, start, end) if b"<r>" in text}  # fmt: skip
    errors = [found.decode() for found in _ERROR.findall(xml, start, end)] if b't="e"' in xml else []
    hidden = len(_HIDDEN_ROW.findall(xml, start, end)) if b"hidden" in xml else 0
    return _Sheet(rows, columns, cells, inline, errors, hidden, xml[:start] + xml[end:])


def _body(xml: bytes) -> tuple[int, int]:
    """Where the rows begin and end."""
    start = xml.find(b">", xml.find(b"<sheetData")) + 1
    end = xml.rfind(b"</sheetData")
    return (start, end) if end >= start else (start, start if xml[start - 2 : start] == b"/>" else len(xml))


def _extent(cells: list[Any]) -> dict[str, int]:
    return {
        "rows": max((int(digits) for digits in {cell[1] for cell in cells}), default=0),
        "columns": max((column_of(name.decode()) + 1 for name in {cell[0] for cell in cells}), default=0),
    }


def _regular(xml: bytes) -> bytes:
    """A sheet whose cells are written as most programs do: no prefix, and every one with its address first."""
    xml = without_prefix(xml, b"worksheet")
    start, end = _body(xml)
    # Nothing else within the rows begins with <c, but for the fonts of texts written in place.
    if xml.count(b"<c") - xml.count(b"<c", 0, start) - xml.count(b"<c", end) == sum(1 for _ in _CELL.finditer(xml)):
        return xml
    row = column = 0

    def rewritten(found: re.Match[bytes]) -> bytes:
        nonlocal row, column
        said = dict(_ATTRIBUTE.findall(found[2]))
        address = re.fullmatch(rb"\$?([A-Za-z]{0,3})\$?(\d{1,7})", said.get(b"r", b""))
        if found[1] == b"row":
            row, column = int(address[2]) if address else row + 1, 0
            return found[0]
        if address and address[1]:
            name, digits = address[1].upper(), address[2]
            column = column_of(name.decode()) + 1
        else:
            column += 1
            name, digits = letters(min(column, 16384) - 1).encode(), b"%d" % row
        rest = b"".join(b' %s="%s"' % (key, said[key]) for key in (b"s", b"t") if key in said)
        return b'<c r="%s%s"%s%s>' % (name, digits, rest, found[3])

    return xml[:start] + _ROW_OR_CELL.sub(rewritten, xml[start:end]) + xml[end:]


def _grid(
    path: Path, name: str, values: list[list[Any]], merged: Any, sheet: _Sheet, styles: Styles,
    strings: Mapping[bytes, bytes],
) -> tuple[Grid, list[tuple[str, str, str]]]:  # fmt: skip
    rows = _texts(values)
    fills: dict[Place, str] = {}
    struck: dict[Place, tuple[str, ...]] = {}
    marks: dict[Place, str] = {}
    _dress(rows, values, sheet, styles, strings, fills, struck, marks)
    frame = parse_xml(path, f"sheet '{name}'", sheet.frame)
    unknown = apply_rules(read_rules(frame, styles.rules), values, fills)
    spans, covered = _spans(rows, merged)
    notes = []
    if unknown:
        message = f"sheet '{name}': colours that rules give were not worked out and count as none ({listed(unknown, 3)})"
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


def _texts(values: list[list[Any]]) -> list[list[str]]:
    """Text of every value; one that comes often is worked out once."""
    known: dict[str, str] = {}

    def text(value: Any) -> str:
        if type(value) is not str:
            return text_of(value)
        if value not in known:
            known[value] = tidy(value)
        return known[value]

    return [[text(value) for value in row] for row in values]


def _dress(
    rows: list[list[str]], values: list[list[Any]], sheet: _Sheet, styles: Styles, strings: Mapping[bytes, bytes],
    fills: dict[Place, str], struck: dict[Place, tuple[str, ...]], marks: dict[Place, str],
) -> None:  # fmt: skip
    """Take out of the texts what is struck out, show numbers as they are formatted, and set down the fills."""
    plain = Style(None, False, "")
    by_name = {b"%d" % number: style for number, style in styles.cells.items()}
    by_name[b""] = styles.cells.get(0, plain)
    height, width = len(rows), len(rows[0]) if rows else 0
    columns = {name: column_of(name.decode()) for name in {cell[0] for cell in sheet.cells}}
    shown: dict[tuple[bytes, float], str | None] = {}
    for letter, digits, number, string in sheet.cells:
        row, column = int(digits) - 1, columns[letter]
        if row >= height or column >= width:
            continue  # formatted, beyond all text
        fill, out, code = by_name.get(number, plain)
        if fill:
            fills[row, column] = fill
        if string:
            if string in strings:
                _take_out(rows, struck, marks, row, column, strings[string], out)
                continue
        elif code:
            value = values[row][column]
            if type(value) is float:
                key = (number, value)
                if key not in shown:
                    shown[key] = show(code, value)
                rows[row][column] = shown[key] or rows[row][column]
            elif isinstance(value, date):
                rows[row][column] = show(code, value) or rows[row][column]
        if out and rows[row][column]:
            struck[row, column] = (rows[row][column],)
            rows[row][column] = ""
    for (row, column), text in sheet.inline.items():
        if row < height and column < width:
            out = (row, column) in struck
            _take_out(rows, struck, marks, row, column, text, out)


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


def _spans(rows: list[list[str]], merged: Any) -> tuple[dict[Place, tuple[int, int]], list[str]]:
    """Merged cells, as far as the sheet reaches, and where they cover text, which is blanked."""
    spans, covered = {}, []
    height, width = len(rows), len(rows[0]) if rows else 0
    for (top, left), (bottom, right) in merged:
        size = (min(bottom, height - 1) - top + 1, min(right, width - 1) - left + 1)
        if min(size) < 1 or size == (1, 1):
            continue
        spans[top, left] = size
        for row in range(top, top + size[0]):
            for column in range(left + (row == top), left + size[1]):
                if rows[row][column]:
                    covered.append(f"{letters(column)}{row + 1}: {rows[row][column]}")
                    rows[row][column] = ""
    return spans, covered


def _hidden_columns(element: Any) -> int:
    if element.get("hidden") not in ("1", "true"):
        return 0
    first, last = element.get("min", ""), element.get("max", "")
    return int(last) - int(first) + 1 if first.isdecimal() and last.isdecimal() and len(last) < 9 else 1
