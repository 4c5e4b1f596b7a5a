"""Reads OpenDocument spreadsheets (.ods) and texts (.odt) from their content.xml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from planlib.errors import InputError
from planlib.readers.cells import BY_RULE, HIDDEN, NOT_TEXT, Run, colour, listed, parts, show, text_of, tidy
from planlib.readers.grid import Document, Grid, Line, letters
from planlib.readers.package import open_package, parse_xml
from planlib.readers.rules import SIGNS, Rule, apply_rules, area_of, cell_is, condition, has_text, in_words
from planlib.settings import Limits

_OASIS = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_OFFICE, _STYLE, _TABLE, _TEXT, _NUMBER, _DRAW = (
    _OASIS % name for name in ("office", "style", "table", "text", "datastyle", "drawing")
)
_FO = _OASIS % "xsl-fo-compatible"
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_ROW_GROUPS = {f"{_TABLE}{name}" for name in ("table-row-group", "table-header-rows", "table-rows")}
_SPACE = {f"{_TEXT}tab": " ", f"{_TEXT}line-break": "\n"}
_TEXT_TESTS = {"contains-text": "containsText", "not-contains-text": "notContainsText", "begins-with": "beginsWith",
               "ends-with": "endsWith"}  # fmt: skip
_PARAGRAPH = f"{_TEXT}p"
_BEYOND = 1000  # rows below the last text to which a merged cell may reach
_MANY = 1 << 31  # more than any sheet counts

Place = tuple[int, int]
Note = tuple[str, str, str]


class _Look(NamedTuple):
    """What a style says; None where it leaves it to the style around it."""

    fill: str | None = None  # "" for none
    struck: bool | None = None
    raised: bool | None = None
    bold: bool | None = None
    data: str | None = None


class _Piece(NamedTuple):
    text: str
    look: _Look


class _Cell(NamedTuple):
    """A cell as it stands in the file."""

    text: str
    struck: tuple[str, ...]
    mark: str
    fill: str
    span: Place
    error: bool
    value: Any = ""  # for rules


class _Styles:
    """Styles by family and name, each worked out with its parents once."""

    def __init__(self, *roots: Any) -> None:
        self._elements = {}
        self.formats: dict[str, str] = {}
        for root in roots:
            for each in root.iter(f"{_STYLE}style", f"{_STYLE}default-style"):
                name = each.get(f"{_STYLE}name")  # none where it is the default of its family
                for known in (each.get(f"{_STYLE}display-name", name), name):  # rules use the former
                    self._elements[each.get(f"{_STYLE}family"), known] = each
            for each in root.iter(f"{_NUMBER}date-style"):
                self.formats[each.get(f"{_STYLE}name", "")] = _date_code(each)
        self._looks: dict[tuple[str, str | None], _Look] = {}
        self.hidden = {
            name for (family, name), each in self._elements.items()
            if family == "table" and any(part.get(f"{_TABLE}display") == "false" for part in each)
        }  # fmt: skip
        # Rules as older programs write them, which newer ones repeat.
        self.by_rule = {name for (_, name), each in self._elements.items() if each.find(f"{_STYLE}map") is not None}

    def look(self, family: str, name: str | None) -> _Look:
        """What a style and those it builds on say."""
        if (family, name) not in self._looks:
            self._looks[family, name] = _Look()  # should it build on itself
            element = self._elements.get((family, name))
            if element is not None:
                above = self.look(family, element.get(f"{_STYLE}parent-style-name"))
                own = _own_look(element)
                self._looks[family, name] = _over(own, above)
        return self._looks[family, name]


def _own_look(element: Any) -> _Look:
    said: dict[str, str] = {}
    for properties in element:
        for key, value in properties.attrib.items():
            said.setdefault(key, value)
    ground = said.get(f"{_FO}background-color")
    lines = [
        said[key] for key in (f"{_STYLE}text-line-through-style", f"{_STYLE}text-line-through-type") if key in said
    ]
    position = said.get(f"{_STYLE}text-position")
    weight = said.get(f"{_FO}font-weight")
    return _Look(
        None if ground is None else colour(ground) or "",
        "none" not in lines if lines else None,
        None if position is None else bool(re.match(r"super|[1-9]", position)),
        None if weight is None else weight in ("bold", "600", "700", "800", "900"),
        element.get(f"{_STYLE}data-style-name"),
    )


def _date_code(element: Any) -> str:
    """A date format as Excel would write it, as far as it tells day, month and year; blank if a quarter or week shows."""
    names = [each.tag.removeprefix(_NUMBER) for each in element]
    if {"quarter", "week-of-year"} & set(names):
        return ""
    letters_of = {"day": "d", "day-of-week": "d", "month": "mmm ", "year": "yyyy ", "hours": "h", "minutes": "m"}
    return "".join(letters_of.get(name, "") for name in names)


def read(path: Path, data: bytes, limits: Limits) -> Document:
    """Read every sheet that is shown, or every line and table of a text.

    Parameters
    ----------
    path : Path
        For messages.
    data : bytes
        The file.
    limits : Limits
        How many cells all tables may span together, and how much they may unpack to.

    Returns
    -------
    Document

    Raises
    ------
    InputError
        If it is neither spreadsheet nor text, is protected by a password, damaged or too large.
    """
    with open_package(path, data, limits) as archive:
        names = set(archive.namelist())
        if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read("META-INF/manifest.xml"):
            raise InputError(f"{path.name}: is protected by a password; open it, remove the password and save it again")
        content = parse_xml(path, "content.xml", archive.read("content.xml"))
        roots = [parse_xml(path, "styles.xml", archive.read("styles.xml"))] if "styles.xml" in names else []
    sheets, text = content.find(f".//{_OFFICE}spreadsheet"), content.find(f".//{_OFFICE}text")
    try:
        styles = _Styles(*roots, content)
        if sheets is not None:
            return _spreadsheet(path, sheets, styles, limits)
        if text is not None:
            return _text_document(path, text, roots, styles, limits)
    except RecursionError:
        raise InputError(f"{path.name}: content.xml is nested too deeply to be a plan; save the file again") from None
    raise InputError(f"{path.name}: is an OpenDocument file without sheets or text; save the table as .ods or .csv")


def _spreadsheet(path: Path, body: Any, styles: _Styles, limits: Limits) -> Document:
    grids: list[Grid] = []
    notes: list[Note] = []
    left = limits.cells
    errors: list[str] = []
    for table in body.iterfind(f"{_TABLE}table"):
        name = table.get(f"{_TABLE}name", "")
        if table.get(f"{_TABLE}style-name") in styles.hidden:
            notes.append(("sheet-hidden", name, f"sheet '{name}' is hidden and was not read"))
            continue
        grid, said, wrong = _grid(path, table, styles, left)
        left -= sum(map(len, grid.rows))
        grids.append(grid)
        notes += [(code, name, f"sheet '{name}': {words}") for code, words in [*said, *_unread(table)]]
        errors += wrong
    if errors:
        message = f"{len(errors)} cells show an error ({listed(errors)}) and are read as blank"
        notes.append(("characters-not-read", "", message))
    decided = (("sheets", ", ".join(grid.name for grid in grids), "all that are not hidden"),)
    return Document("OpenDocument spreadsheet", tuple(grids), decided, tuple(notes))


def _unread(table: Any) -> Iterator[tuple[str, str]]:
    for what, number in (
        ("comments on cells", sum(1 for _ in table.iter(f"{_OFFICE}annotation"))),
        (
            "shapes with text",
            sum(1 for each in table.iterfind(f"{_TABLE}shapes/*") if "".join(each.itertext()).strip()),
        ),
    ):
        if number:
            yield NOT_TEXT, f"{number} {what} were not read"


def _rules(table: Any, styles: _Styles) -> list[Rule]:
    """Rules of a sheet that bear on fills; of several for one cell LibreOffice takes the first that holds."""
    rules = []
    for block in table.iter(f"{_CALC}conditional-format"):
        ranges = block.get(f"{_CALC}target-range-address", "")
        # Without names of sheets; only where one begins is it looked for.
        plain = re.sub(r"(?<![^.\s:])[^.\s:]*+\.", "", re.sub(r"'(?:[^']|'')*+'", "", ranges))
        areas = [area for text in plain.split() if (area := area_of(text))]
        for each in block if areas else ():
            kind, words = each.tag.removeprefix(_CALC), each.get(f"{_CALC}value", "")
            name = each.get(f"{_CALC}apply-style-name") or each.get(f"{_CALC}style")
            fill = "" if kind == "color-scale" else styles.look("table-cell", name).fill
            if kind in ("condition", "color-scale", "date-is") and fill is not None:
                test = _test(words, areas[0][:2]) if kind == "condition" else None
                rules.append(Rule(0, areas, test, fill, True, in_words(ranges, words or kind)))
    return rules


def _test(words: str, origin: Place) -> Any:
    """The test that a condition as LibreOffice writes it means."""
    words = re.sub(r"\[\.([^\[\]]*)\]", r"\1", words)  # [.A2]
    compared = re.fullmatch(r"(=|!=|<>|<=|>=|<|>)(.*)", words, re.DOTALL)
    if compared:
        return cell_is(SIGNS["<>" if compared[1] == "!=" else compared[1]], [compared[2]], origin)
    called = re.fullmatch(r"([a-z-]+)\((.*)\)", words, re.DOTALL)
    if not called:
        return None
    name, inner = called[1], called[2]
    if name in ("between", "not-between"):
        return cell_is("between" if name == "between" else "notBetween", inner.split(","), origin)
    if name in _TEXT_TESTS:
        return has_text(_TEXT_TESTS[name], inner)
    return condition(inner, origin) if name == "formula-is" else None


def _count(element: Any, name: str) -> int:
    text = element.get(_TABLE + name)
    if text is None:
        return 1
    return min(int(text), _MANY) if re.fullmatch(r"[0-9]{1,12}", text) and int(text) else 1


def _rows_of(table: Any) -> Iterator[Any]:
    for each in table:
        if each.tag == f"{_TABLE}table-row":
            yield each
        elif each.tag in _ROW_GROUPS:
            yield from _rows_of(each)


def _columns_of(table: Any) -> list[tuple[int, str | None, bool]]:
    """Up to which column each style goes, and whether they are hidden."""
    found, last = [], 0
    inner = (f"{_TABLE}table-column-group", f"{_TABLE}table-header-columns", f"{_TABLE}table-columns")

    def walk(parent: Any) -> None:
        nonlocal last
        for each in parent:
            if each.tag == f"{_TABLE}table-column":
                last += _count(each, "number-columns-repeated")
                hidden = each.get(f"{_TABLE}visibility", "visible") != "visible"
                found.append((last, each.get(f"{_TABLE}default-cell-style-name"), hidden))
            elif each.tag in inner:
                walk(each)

    walk(table)
    return found


def _grid(
    path: Path, table: Any, styles: _Styles, limit: int, number: int = 0
) -> tuple[Grid, list[tuple[str, str]], list[str]]:
    """One table as a grid: a sheet, or if it has a number a table of a text."""
    columns = _columns_of(table)
    old = styles.by_rule if table.find(f"{_CALC}conditional-formats") is None else set()
    covered: list[str] = []
    kept, height, width, hidden = _kept(path, table, columns, styles, old, covered, limit)
    rows = [[""] * width for _ in range(height)]
    fills: dict[Place, str] = {}
    struck: dict[Place, tuple[str, ...]] = {}
    marks: dict[Place, str] = {}
    spans: dict[Place, Place] = {}
    errors = []
    rules = _rules(table, styles)
    values: list[list[Any]] = [[""] * width for _ in range(height)] if rules else []
    for row_at, column_at, cell in _spread(kept, height, width):
        place = (row_at, column_at)
        rows[row_at][column_at] = cell.text
        if rules:
            values[row_at][column_at] = cell.value
        if cell.fill:
            fills[place] = cell.fill
        if cell.struck:
            struck[place] = cell.struck
        if cell.mark:
            marks[place] = cell.mark
        if cell.span != (1, 1):
            spans[place] = (min(cell.span[0], height + _BEYOND - row_at), min(cell.span[1], 16384))
        if cell.error:
            errors.append(f"{letters(column_at)}{row_at + 1}")
    said = []
    used = {each.get(f"{_TABLE}style-name", "") for each in table.iter(f"{_TABLE}table-cell")} if old else set()
    if unknown := [*apply_rules(rules, values, fills), *sorted(old & used)]:
        said.append((BY_RULE, f"colours that rules give were not worked out and count as none ({listed(unknown, 3)})"))
    if covered:
        said.append((NOT_TEXT, f"merged cells cover text that is not shown and was not read ({listed(covered)})"))
    out_of_sight = [("rows", min(hidden, height)), ("columns", _hidden_columns(columns, width))]
    words = " and ".join(f"{many} {what}" for what, many in out_of_sight if many)
    if words:
        said.append((HIDDEN, f"{words} are hidden, and were read"))
    name = "" if number else table.get(f"{_TABLE}name", "")
    places = [f"table {number}, row {index + 1}" if number else f"row {index + 1}" for index in range(height)]
    return Grid(name, rows, places, not number, fills, struck, spans, marks), said, errors


def _kept(
    path: Path, table: Any, columns: list[tuple[int, str | None, bool]], styles: _Styles, old: set[str],
    covered: list[str], limit: int,
) -> tuple[list[tuple[int, int, list[tuple[int, int, _Cell]]]], int, int, int]:  # fmt: skip
    """Rows that hold anything, as far as there is text how many rows and columns they reach, and how many are hidden."""
    kept: list[
        tuple[int, int, list[tuple[int, int, _Cell]]]
    ] = []  # first row, how often, [first column, how often, cell]
    height = width = at = hidden = 0
    for row in _rows_of(table):
        often = _count(row, "number-rows-repeated")
        cells = _cells_of(row, at, columns, styles, old, covered)
        reach = max((first + repeated for first, repeated, cell in cells if _holds(cell)), default=0)
        if reach:
            height, width = at + often, max(width, reach)
        if row.get(f"{_TABLE}visibility", "visible") != "visible":
            hidden += often
        # What a repeated row would come to is looked at before it is made.
        if height * width > limit:
            name = table.get(f"{_TABLE}name", "")
            raise InputError(f"{path.name}: table '{name}' spans {height:,} rows and {width:,} columns: more than "
                             f"{limit:,} cells; delete what stands far below or to the right, or raise [limits] cells")  # fmt: skip
        if cells:
            kept.append((at, often, cells))
        at += often
    return kept, height, width, hidden


def _holds(cell: _Cell) -> bool:
    return bool(cell.text or cell.struck or cell.mark or cell.error)


def _spread(kept: Any, height: int, width: int) -> Iterator[tuple[int, int, _Cell]]:
    """Every cell in its place, repeated ones too, as far as there is any text."""
    for top, often, every in kept:
        cells = [each for each in every if each[0] < width]  # there may be many beyond, of a format alone
        for row in range(top, min(top + often, height)):
            for first, repeated, cell in cells:
                for column in range(first, min(first + repeated, width)):
                    yield row, column, cell


def _hidden_columns(columns: list[tuple[int, str | None, bool]], width: int) -> int:
    first = number = 0
    for last, _, hidden in columns:
        number += hidden * max(0, min(last, width) - first)
        first = last
    return number


def _cells_of(
    row: Any, at: int, columns: list[tuple[int, str | None, bool]], styles: _Styles, old: set[str], covered: list[str]
) -> list[tuple[int, int, _Cell]]:
    """First column, how often and what it is of the cells of a row that hold anything."""
    cells = []
    column = order = 0
    default = row.get(f"{_TABLE}default-cell-style-name")
    for element in row:
        if element.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            continue
        often = _count(element, "number-columns-repeated")
        while order < len(columns) - 1 and columns[order][0] <= column:
            order += 1
        name = element.get(f"{_TABLE}style-name") or default or (columns[order][1] if columns else None)
        cell = _cell(element, name, styles)
        if name in old:
            cell = cell._replace(fill="")
        if element.tag.endswith("covered-table-cell"):
            if _holds(cell):
                covered.append(f"{letters(column)}{at + 1}: {cell.text}")
            cell = cell._replace(text="", struck=(), mark="", span=(1, 1), error=False)
        if _holds(cell) or cell.fill or cell.span != (1, 1):
            cells.append((column, often, cell))
        column += often
    return cells


def _cell(element: Any, name: str | None, styles: _Styles) -> _Cell:
    look = styles.look("table-cell", name)
    span = (_count(element, "number-rows-spanned"), _count(element, "number-columns-spanned"))
    fill = look.fill or ""
    if not len(element) and not element.get(f"{_OFFICE}value-type"):
        return _Cell("", (), "", fill, span, False)
    struck: tuple[str, ...] = ()
    if len(element) == 1 and element[0].tag == _PARAGRAPH and not len(element[0]) and not element[0].attrib:
        text, mark = tidy(element[0].text or ""), ""  # most cells
        if look.struck and text:
            text, struck = "", (text,)
    else:
        text, struck, mark = parts(_as_runs(_pieces_of(element, look, styles)))
    if element.get(f"{_CALC}value-type") == "error":
        return _Cell("", (), "", fill, span, True)
    whole = text or " ".join(struck)
    if element.get(f"{_OFFICE}value-type") == "string" and whole:
        return _Cell(text, struck, mark, fill, span, False, whole)
    shown = _value(element, whole, look, styles)
    value = _plain_value(element, whole)
    if shown is not None:
        text, struck = ("", (shown,)) if look.struck and shown else (shown, ())
    return _Cell(text, struck, mark, fill, span, False, value)


def _value(element: Any, text: str, look: _Look, styles: _Styles) -> str | None:
    """A number, date or truth as text; None where the text itself counts."""
    kind = element.get(f"{_OFFICE}value-type")
    if kind == "boolean":
        return element.get(f"{_OFFICE}boolean-value", text).upper()
    if kind == "string":
        return None if text else tidy(element.get(f"{_OFFICE}string-value", "")) or None
    try:
        if kind == "date":
            return _date(element.get(f"{_OFFICE}date-value", ""), text, styles.formats.get(look.data or ""))
        if kind == "time":
            return _time(element.get(f"{_OFFICE}time-value", ""))
        if kind in ("float", "currency", "percentage"):
            return _number(float(element.get(f"{_OFFICE}value", "")), text, kind)
    except ValueError:
        pass
    return None


def _plain_value(element: Any, text: str) -> Any:
    """A value as a rule compares it."""
    try:
        if number := element.get(f"{_OFFICE}value"):
            return float(number)
        if day := element.get(f"{_OFFICE}date-value"):
            return datetime.fromisoformat(day.removesuffix("Z")).replace(tzinfo=None)  # no day of a rule has a zone
    except ValueError:
        pass
    return text


def _date(value: str, text: str, code: str | None) -> str:
    made = datetime.fromisoformat(value.removesuffix("Z"))
    if code == "":
        return text  # a quarter or a week
    day = made.date() if made.time() == time(0) else made
    return show(code or "", day) or text_of(day)


def _time(value: str) -> str | None:
    found = re.fullmatch(r"PT(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})(?:[.,]\d+)?S)?", value)
    if not found:
        return None
    length = timedelta(hours=int(found[1] or 0), minutes=int(found[2] or 0), seconds=int(found[3] or 0))
    return str(length) if length.days else (datetime.min + length).time().isoformat()


def _number(value: float, text: str, kind: str) -> str:
    """As it is shown, unless that would lose figures."""
    if kind == "percentage":
        return text if text and not (text.startswith("100") and value < 1) else show("0%", value) or text
    if kind == "float" and text:
        if re.search(r"[^\W\d_]", text) and not re.fullmatch(r"-?[\d.,]+E[+-]?\d+", text):
            return text  # "R007"
        if re.fullmatch(r"-?\d+(\.\d+)?", text) and float(text) == value:
            return text  # "1.10"
    return text_of(value)


def _as_runs(pieces: list[_Piece]) -> list[Run]:
    return [Run(piece.text, bool(piece.look.struck), bool(piece.look.raised)) for piece in pieces]


def _pieces_of(element: Any, around: _Look, styles: _Styles) -> list[_Piece]:
    """Text of a cell or a list in pieces of one font; paragraphs are parted by line breaks."""
    pieces: list[_Piece] = []
    for each in element.iter(f"{_TEXT}p", f"{_TEXT}h"):
        if not _within_another(each, element):
            if pieces:
                pieces.append(_Piece("\n", _Look()))
            pieces += _paragraph(each, around, styles)
    return pieces


def _within_another(paragraph: Any, top: Any) -> bool:
    """Whether a paragraph is part of a comment or a footnote, or stands in a shape within another paragraph."""
    above = paragraph.getparent()
    while above is not None and above is not top:
        if above.tag in (f"{_OFFICE}annotation", f"{_TEXT}note", f"{_TEXT}p", f"{_TEXT}h", f"{_TEXT}tracked-changes"):
            return True
        above = above.getparent()
    return False


def _paragraph(element: Any, around: _Look, styles: _Styles) -> list[_Piece]:
    look = _over(styles.look("paragraph", element.get(f"{_TEXT}style-name")), around)
    pieces: list[_Piece] = []

    def walk(each: Any, look: _Look, depth: int = 0) -> None:
        if each.tag == f"{_OFFICE}annotation" or each.tag == f"{_OFFICE}annotation-end":
            return
        if each.tag == f"{_TEXT}note":
            pieces.append(_Piece(each.findtext(f"{_TEXT}note-citation") or "*", _Look(raised=True)))
            return
        if each.tag == f"{_TEXT}s":
            pieces.append(_Piece(" ", look))
        elif each.tag in _SPACE:
            pieces.append(_Piece(_SPACE[each.tag], look))
        elif each.tag == f"{_TEXT}span":
            look = _over(styles.look("text", each.get(f"{_TEXT}style-name")), look)
        elif each.tag == f"{_TEXT}p" and depth:
            pieces.append(_Piece("\n", look))
        if each.text:
            pieces.append(_Piece(re.sub(r"\s", " ", each.text), look))
        for inner in each:
            if depth < 200:
                walk(inner, look, depth + 1)
            if inner.tail:
                pieces.append(_Piece(re.sub(r"\s", " ", inner.tail), look))

    walk(element, look)
    return pieces


def _over(own: _Look, around: _Look) -> _Look:
    """What a style says, and where it says nothing what is said around it."""
    return around._replace(**{name: said for name, said in own._asdict().items() if said is not None})


def _text_document(path: Path, body: Any, roots: list[Any], styles: _Styles, limits: Limits) -> Document:
    """Lines and tables of a text in their order."""
    grids: list[Grid] = []
    notes: list[Note] = []
    lines: list[Line] = []
    left = limits.cells
    paragraphs = 0

    def line(element: Any, place: str) -> None:
        level = element.get(f"{_TEXT}outline-level", "1")[:9] if element.tag == f"{_TEXT}h" else "0"
        pieces = _paragraph(element, _Look(), styles)
        text, struck, mark = parts(_as_runs(pieces))
        text = f"{text} [{mark}]" if mark and text else text
        if text or struck:
            lines.append(
                Line(text, place, min(int(level), 6) if level.isdecimal() else 0, _label(pieces, text), struck)
            )
        for note in element.iter(f"{_TEXT}note"):
            words = tidy(" ".join("".join(each.itertext()) for each in note.iter(f"{_TEXT}p")))
            lines.append(Line(words, f"{place}, footnote"))

    for root in roots:
        for kind in ("header", "footer"):
            for each in root.iter(f"{_STYLE}{kind}"):
                for paragraph in each.iter(f"{_TEXT}p", f"{_TEXT}h"):
                    line(paragraph, f"page {kind}")
    for element in _blocks(body):
        if element.tag == f"{_TABLE}table":
            grid, said, _ = _grid(path, element, styles, left, len(grids) + 1)
            left -= sum(map(len, grid.rows))
            footnotes = _footnotes(element)
            marks = {place: footnotes.get(mark, mark) for place, mark in grid.notes.items()}
            grids.append(Grid(grid.name, grid.rows, grid.places, False, grid.fills, grid.struck, grid.spans, marks,
                              tuple(lines)))  # fmt: skip
            lines.clear()
            notes += [(code, f"table {len(grids)}", f"table {len(grids)}: {words}") for code, words in said]
        else:
            paragraphs += 1
            line(element, f"paragraph {paragraphs}")
    if lines or not grids:
        grids.append(Grid("", [], [], before=tuple(lines)))
    unread = (("comments", f"{_OFFICE}annotation"), ("tracked changes", f"{_TEXT}changed-region"))
    for what, tag in unread:
        if number := sum(1 for _ in body.iter(tag)):
            notes.append((NOT_TEXT, "", f"{number} {what} were not read"))
    if number := _numbered(body, [*roots, body.getroottree().getroot()]):
        notes.append((NOT_TEXT, "", f"the automatic numbers of {number} list items were not read"))
    return Document("OpenDocument text", tuple(grids), (), tuple(notes))


def _footnotes(table: Any) -> dict[str, str]:
    """Mark to mark and text of the footnotes of a table."""
    found = {}
    for note in table.iter(f"{_TEXT}note"):
        mark = tidy(note.findtext(f"{_TEXT}note-citation") or "*")
        text = tidy(" ".join("".join(each.itertext()) for each in note.iter(f"{_TEXT}p")))
        found[mark] = f"{mark} {text}"
    return found


def _numbered(body: Any, roots: list[Any]) -> int:
    """Items of lists that bear numbers, which stand nowhere in the text."""
    numbered = {
        style.get(f"{_STYLE}name")
        for root in roots for style in root.iter(f"{_TEXT}list-style")
        if any(level.get(f"{_TEXT}level") == "1" and level.get(f"{_STYLE}num-format")
               for level in style.iterfind(f"{_TEXT}list-level-style-number"))
    }  # fmt: skip
    lists = (each for each in body.iter(f"{_TEXT}list") if each.get(f"{_TEXT}style-name") in numbered)
    return sum(1 for each in lists for _ in each.iter(f"{_TEXT}list-item"))


def _blocks(body: Any) -> Iterator[Any]:
    """Paragraphs, headings and tables in their order, whatever lists and sections they stand in."""
    for each in body:
        if each.tag in (f"{_TEXT}p", f"{_TEXT}h", f"{_TABLE}table"):
            yield each
        elif each.tag not in (f"{_TEXT}tracked-changes", f"{_TEXT}sequence-decls"):
            yield from _blocks(each)


def _label(pieces: list[_Piece], text: str) -> str:
    """What stands in bold before a colon at the beginning."""
    bold = ""
    for piece in pieces:
        if not piece.look.bold and piece.text.strip():
            break
        bold += piece.text
    words = tidy(bold)
    label = words.partition(":")[0].strip()
    return label if label and text.startswith(label) and text[len(label) :].lstrip().startswith(":") else ""
