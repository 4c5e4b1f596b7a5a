"""Reads old Excel workbooks (.xls) through xlrd, and tells what an old Office file is."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from planlib.errors import InputError
from planlib.readers.cells import BY_RULE, HIDDEN, NOT_TEXT, Run, colour, is_date, listed, parts, show, text_of, tidy
from planlib.readers.grid import Document, Grid, letters
from planlib.readers.rules import Area, Rule, apply_rules, cell_is, has_text
from planlib.settings import Limits

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# The stream by which each kind is known.
_KINDS = {
    "Workbook": "workbook", "Book": "workbook", "WordDocument": "Word document", "EncryptedPackage": "encrypted",
    "PowerPoint Document": "presentation", "__properties_version1.0": "message", "VisioDocument": "drawing",
}  # fmt: skip
_MOST = 128 << 20  # bytes; Excel 97 cannot fill more by far
_BOUNDSHEET, _BEGIN, _AREAS, _RULE = 0x85, 0x809, 0x1B0, 0x1B1  # records that say where rules stand, and which
_COMPARISONS = {1: "between", 2: "notBetween", 3: "equal", 4: "notEqual", 5: "greaterThan", 6: "lessThan",
                7: "greaterThanOrEqual", 8: "lessThanOrEqual"}  # fmt: skip
# NOT(ISERROR(SEARCH("text", a cell))) as Excel compiles it.
_SEARCH = re.compile(
    rb"(\x17..+)[\x2c\x4c\x6c].{4}[\x22\x42\x62]\x02\x52\0[\x21\x41\x61]\x03\0[\x21\x41\x61]\x26\0", re.DOTALL
)
_NUMBER, _DATE, _TRUTH, _ERROR = 2, 3, 4, 5  # xlrd's types of cells

_NAMED = 50  # areas of a rule that a note may name: thousands of rules can share a thousand areas

Place = tuple[int, int]


def kind_of_ole(data: bytes) -> str:
    """Tell what an old Office file holds.

    Parameters
    ----------
    data : bytes
        A file that begins with `MAGIC`.

    Returns
    -------
    str
        "workbook", "Word document", "encrypted" (.xlsx or .docx with a password), "presentation", "message", "drawing";
        empty if none of these. Of a document within another the outer one counts, whose stream is listed first.
    """
    found = []
    for name, kind in _KINDS.items():
        wanted = name.encode("utf-16-le")
        at = data.find(wanted + b"\0\0")
        # An entry of the directory is 128 bytes: the name, and at byte 64 its length with the closing zero.
        while at >= 0 and (at % 128 or data[at + 64 : at + 66] != struct.pack("<H", len(wanted) + 2)):
            at = data.find(wanted + b"\0\0", at + 1)
        if at >= 0:
            found.append((kind != "encrypted", at, kind))
    return min(found)[2] if found else ""


def read(path: Path, data: bytes, limits: Limits) -> Document:
    """Read every sheet that is shown.

    Parameters
    ----------
    path : Path
        For messages.
    data : bytes
        The file.
    limits : Limits
        How many cells all sheets may hold together.

    Returns
    -------
    Document
        One grid a sheet, as `planlib.readers.xlsx.read` gives it.

    Raises
    ------
    InputError
        If it is not a workbook, is protected by a password, or is too large.
    """
    if len(data) > min(_MOST, limits.mebibytes << 20):
        raise InputError(f"{path.name}: has {len(data):,} bytes, more than an .xls of a plan can; save it as .xlsx")
    kind = kind_of_ole(data)
    if kind == "encrypted":
        raise InputError(f"{path.name}: is protected by a password; open it, remove the password and save it again")
    if kind != "workbook" and data.startswith(MAGIC):
        raise InputError(f"{path.name}: is an old Office file ({kind or 'of no known kind'}) and not a workbook; "
                         "save it as .docx, .xlsx or .csv")  # fmt: skip
    try:
        return _read(path, data, limits)
    except (InputError, MemoryError):
        raise
    except Exception as error:  # xlrd lets out whatever a damaged record leads to, from IndexError to AssertionError
        words = " ".join(str(error).split()) or type(error).__name__
        if "encrypted" in words or "password" in words:
            words = "is protected by a password; open it, remove the password and save it again"
            raise InputError(f"{path.name}: {words}") from None
        raise InputError(f"{path.name}: is not a readable Excel workbook ({words}); save it again as .xlsx") from None


def _read(path: Path, data: bytes, limits: Limits) -> Document:
    import xlrd

    book = xlrd.open_workbook(file_contents=data, logfile=io.StringIO(), formatting_info=True, on_demand=True,
                              ragged_rows=True)  # fmt: skip
    rules = _rules(book)
    names = book.sheet_names()
    notes, grids, errors = [], [], []
    cells = 0
    for number, name in enumerate(names):
        sheet = book.sheet_by_index(number)
        if sheet.visibility:
            notes.append(("sheet-hidden", name, f"sheet '{name}' is hidden and was not read"))
        else:
            cells += sum(map(sheet.row_len, range(sheet.nrows)))
            if cells > limits.cells:
                raise InputError(f"{path.name}: has more than {limits.cells:,} cells; delete what stands far below or to "
                                 "the right, or raise [limits] cells")  # fmt: skip
            grid, said, wrong = _grid(book, sheet, rules.get(number, []))
            grids.append(grid)
            notes += said
            errors += wrong
        book.unload_sheet(number)
    if errors:
        message = f"{len(errors)} cells show an error of Excel's ({listed(errors)}) and are read as blank"
        notes.append(("characters-not-read", "", message))
    decided = (("sheets", ", ".join(grid.name for grid in grids), "all that are not hidden"),)
    return Document("Excel 97 workbook", tuple(grids), decided, tuple(notes))


def _grid(book: Any, sheet: Any, rules: list[Rule]) -> tuple[
    Grid, list[tuple[str, str, str]], list[str]
]:  # fmt: skip
    rows: list[list[str]] = []
    fills: dict[Place, str] = {}
    struck: dict[Place, tuple[str, ...]] = {}
    marks: dict[Place, str] = {}
    errors = []
    styles: dict[int, tuple[str | None, bool, str]] = {}
    for row in range(sheet.nrows):
        texts = []
        for column, (kind, value) in enumerate(zip(sheet.row_types(row), sheet.row_values(row), strict=True)):
            number = sheet.cell_xf_index(row, column)
            if number not in styles:
                styles[number] = _style(book, number)
            fill, out, code = styles[number]
            if fill:
                fills[row, column] = fill
            if kind == _ERROR:
                errors.append(f"{letters(column)}{row + 1}")
            runs = sheet.rich_text_runlist_map.get((row, column))
            if runs and isinstance(value, str):
                text, gone, mark = parts(_runs(book, value, runs, out))
            else:
                text, gone, mark = _text(book, kind, value, code), (), ""
                if out and text:
                    text, gone = "", (text,)
            if gone:
                struck[row, column] = gone
            if mark:
                marks[row, column] = mark
            texts.append(text)
        rows.append(texts)
    notes = _hidden(sheet)
    spans, covered = _spans(rows, sheet.merged_cells)
    if covered:
        message = (
            f"sheet '{sheet.name}': merged cells cover text that is not shown and was not read ({listed(covered)})"
        )
        notes.append((NOT_TEXT, sheet.name, message))
    width = max(map(len, rows), default=0)
    values = [sheet.row_values(row) + [""] * (width - len(rows[row])) for row in range(sheet.nrows)] if rules else []
    if unknown := apply_rules(rules, values, fills):
        message = f"sheet '{sheet.name}': colours that rules give were not worked out and count as none ({listed(unknown, 3)})"
        notes.append((BY_RULE, sheet.name, message))
    places = [f"row {index + 1}" for index in range(len(rows))]
    return Grid(sheet.name, rows, places, True, fills, struck, spans, marks), notes, errors


def _style(book: Any, number: int) -> tuple[str | None, bool, str]:
    """Fill, whether struck out, and number format of a style."""
    style = book.xf_list[number]
    fill = None
    if style.background.fill_pattern == 1:
        parts_of = book.colour_map.get(style.background.pattern_colour_index)
        fill = colour("".join(f"{part:02X}" for part in parts_of)) if parts_of else None
    form = book.format_map.get(style.format_key)
    return fill, bool(book.font_list[style.font_index].struck_out), form.format_str if form else ""


def _text(book: Any, kind: int, value: Any, code: str) -> str:
    if kind == _ERROR:
        return ""
    if kind == _TRUTH:
        return "TRUE" if value else "FALSE"
    if kind in (_NUMBER, _DATE):
        made = _day(value, book.datemode, code) if is_date(code) else value
        shown = show(code, made)
        return text_of(made) if shown is None else shown
    return tidy(value)


def _day(value: float, mode: int, code: str) -> Any:
    """The day or time of a serial number; the number itself where there is none."""
    from xlrd.xldate import XLDateError, xldate_as_datetime

    if "[h" in code.lower():
        return timedelta(days=value)
    try:
        made = xldate_as_datetime(value, mode) if value >= 0 else value
    except (XLDateError, OverflowError, ValueError):
        return value
    if isinstance(made, float):
        return made
    return made.time() if value < 1 else made.date() if float(value).is_integer() else made


def _runs(book: Any, text: str, starts: list[tuple[int, int]], struck: bool) -> Iterator[Run]:
    """Runs of a text whose fonts begin at the places given; before the first, in the cell's own."""
    yield Run(text[: starts[0][0]], struck)
    for (start, font), (end, _) in zip(starts, [*starts[1:], (len(text), 0)], strict=True):
        if font < len(book.font_list):
            yield Run(text[start:end], bool(book.font_list[font].struck_out), book.font_list[font].escapement == 1)
        else:
            yield Run(text[start:end], struck)


def _spans(rows: list[list[str]], merged: list[tuple[int, int, int, int]]) -> tuple[dict[Place, Place], list[str]]:
    """Merged cells, and where they cover text, which is blanked."""
    spans, covered = {}, []
    room = 256 * len(rows)
    for top, bottom, left, right in merged:
        room -= max(0, min(bottom, len(rows)) - top) * (right - left)
        if room < 0:
            break  # they overlap, as none does that was not tampered with; to go on could take for ever
        if (bottom - top, right - left) != (1, 1) and top < len(rows):
            spans[top, left] = (bottom - top, right - left)
            for row in range(top, min(bottom, len(rows))):
                for column in range(left + (row == top), min(right, len(rows[row]))):
                    if rows[row][column]:
                        covered.append(f"{letters(column)}{row + 1}: {rows[row][column]}")
                        rows[row][column] = ""
    return spans, covered


def _hidden(sheet: Any) -> list[tuple[str, str, str]]:
    """Notes on what is hidden, and on comments."""
    rows = sum(bool(each.hidden) for each in sheet.rowinfo_map.values())
    columns = sum(bool(each.hidden) for each in sheet.colinfo_map.values())
    hidden = [f"{number} {what}" for number, what in ((rows, "rows"), (columns, "columns")) if number]
    notes = []
    if hidden:
        message = f"sheet '{sheet.name}': {' and '.join(hidden)} are hidden, and were read"
        notes.append((HIDDEN, sheet.name, message))
    if sheet.cell_note_map:
        message = f"sheet '{sheet.name}': {len(sheet.cell_note_map)} comments on cells were not read"
        notes.append((NOT_TEXT, sheet.name, message))
    return notes


def _rules(book: Any) -> dict[int, list[Rule]]:
    """Rules that bear on fills, by the number of the sheet; xlrd passes them over."""
    stream = bytes(book.mem[book.base : book.base + book.stream_len])
    starts: dict[int, int] = {}  # where each sheet begins; the first that names a place has it
    sheets = 0
    rules: dict[int, list[Rule]] = {}
    areas: list[Area] = []
    sheet, at = -1, 0
    while at + 4 <= len(stream):
        code, size = struct.unpack_from("<HH", stream, at)
        body = stream[at + 4 : at + 4 + size]
        if code == _BOUNDSHEET and size >= 4:
            starts.setdefault(struct.unpack_from("<i", body)[0], sheets)
            sheets += 1
        elif code == _BEGIN and at in starts:
            sheet = starts[at]
        elif code == _AREAS and size >= 14:
            number = min(struct.unpack_from("<H", body, 12)[0], (size - 14) // 8)
            corners = [struct.unpack_from("<4H", body, 14 + 8 * each) for each in range(number)]
            areas = [(top, left, bottom, right) for top, bottom, left, right in corners]
        elif code == _RULE and size >= 12 and areas:
            fill = _rule_fill(book, body)
            if fill is not None:
                where = ", ".join(f"{letters(left)}{top + 1}:{letters(right)}{bottom + 1}"
                                  for top, left, bottom, right in areas[:_NAMED])  # fmt: skip
                where += " and others" if len(areas) > _NAMED else ""
                rules.setdefault(sheet, []).append(Rule(0, areas, _test(body), fill, True, where))
        at += 4 + size
    return rules


def _rule_fill(book: Any, body: bytes) -> str | None:
    """The fill that a rule gives: ``""`` for none, None where it says nothing of fills."""
    said = struct.unpack_from("<I", body, 6)[0]
    if not said >> 29 & 1:
        return None
    # Before the pattern stand those of number format, font, alignment and border that the rule has.
    at = 12 + sum(size for bit, size in ((25, 2), (26, 118), (27, 8), (28, 8)) if said >> bit & 1)
    if len(body) < at + 4:
        return ""
    parts_of = book.colour_map.get(struct.unpack_from("<H", body, at + 2)[0] >> 7 & 127)
    return (colour("".join(f"{part:02X}" for part in parts_of)) if parts_of else None) or ""


def _test(body: bytes) -> Any:
    """The test of a rule that compares a cell with a constant, or looks for a text in it; None for any other."""
    kind, comparison, first, second = struct.unpack_from("<BBHH", body)
    start = len(body) - first - second
    formulas = [each for each in (body[start : start + first], body[start + first :]) if each]
    if kind == 1:
        constants = [_constant(each) for each in formulas]
        known = [each for each in constants if each is not None]
        return cell_is(_COMPARISONS.get(comparison, ""), known, (0, 0)) if len(known) == len(constants) else None
    found = _SEARCH.fullmatch(formulas[0]) if formulas else None
    text = _constant(found[1]) if found else None
    return has_text("containsText", text) if text else None


def _constant(formula: bytes) -> str | None:
    """A formula that is one number or text, as it is written in a cell."""
    if len(formula) > 3 and formula[0] == 0x17:
        length, wide = formula[1], formula[2] & 1
        if len(formula) == 3 + length * (1 + wide):
            text = formula[3:].decode("utf-16-le" if wide else "latin-1", "replace")
            return '"' + text.replace('"', '""') + '"'
    if len(formula) == 3 and formula[0] == 0x1E:
        return str(struct.unpack_from("<H", formula, 1)[0])
    if len(formula) == 9 and formula[0] == 0x1F:
        return f"{struct.unpack_from('<d', formula, 1)[0]:f}"
    return None
