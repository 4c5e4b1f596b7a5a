"""What spreadsheets say beside their values: fills, struck-out text, formats, rules, merged and hidden cells."""

from __future__ import annotations

import html
import io
import random
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule, Rule
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.colors import Color
from openpyxl.styles.differential import DifferentialStyle

from planlib.errors import InputError
from planlib.readers import delimited, ods, xls, xlsx
from planlib.readers.cells import Run, colour, parts, show, tidy
from planlib.readers.grid import Document, Grid
from planlib.settings import Limits

DOCUMENTS = Path(__file__).parent / "documents"
READERS = {"xlsx": xlsx, "xls": xls, "ods": ods}


def read(name: str, data: bytes, **limits: int) -> Document:
    """What a reader makes of a file."""
    ending = name.rpartition(".")[2]
    return READERS.get(ending, ods).read(Path(name), data, Limits(**limits))


def solid(digits: str) -> PatternFill:
    """A fill of one colour, as a cell has it."""
    return PatternFill("solid", fgColor=digits)


def ruled(digits: str) -> PatternFill:
    """A fill of one colour, as a rule gives it."""
    return PatternFill("solid", bgColor=digits)


def marked() -> bytes:
    """A workbook with everything in it; marked.xls and marked.ods are the same, saved by LibreOffice 7.4."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Plan"
    struck, plain, raised = InlineFont(strike=True), InlineFont(), InlineFont(vertAlign="superscript")
    dates = CellRichText(
        TextBlock(struck, "30 June 2011"), TextBlock(plain, "  31 July 2011"), TextBlock(raised, "2")
    )  # fmt: skip
    for row in (
        ["Ref", "Action", "Target", "RAG", "Progress", "Rule"],
        [1.1, "Café – “review” £5", datetime(2011, 9, 30), None, 0.25, "Red"],
        ["1.2", dates, datetime(2011, 9, 1), "R", True, "green"],
        [40816, "withdrawn", datetime(2011, 1, 1), "", 0.995, "Amber"],
        ["merged", None, None, "1.5 days", 1.5, "Red"],
        ["area", "x", datetime(2011, 9, 30, 14, 5), 7, "line\nbreak", ""],
        [None, "y"],
        [None, "z", datetime(2012, 3, 4)],
    ):
        sheet.append(row)
    for address, code in {
        "A2": "0.00", "C2": "dd/mm/yyyy", "E2": "0%", "C3": "mmm-yy", "C4": "yyyy", "E4": "0%",
        "C6": "dd/mm/yyyy hh:mm", "D6": '"R"000', "C8": "d mmmm yyyy",
    }.items():  # fmt: skip
        sheet[address].number_format = code
    sheet["A1"].fill = PatternFill("solid", fgColor=Color(theme=4, tint=0.4))
    sheet["D2"].fill, sheet["D3"].fill = solid("FFFF0000"), solid("FFFFC000")
    sheet["B4"].font = Font(strike=True)
    sheet.merge_cells("A5:C5")
    sheet.merge_cells("A6:A8")
    sheet["E5"].comment = Comment("hello", "me")
    sheet.row_dimensions[7].hidden = sheet.column_dimensions["E"].hidden = True
    sheet.conditional_formatting.add("F2:F8", CellIsRule("equal", ['"Red"'], fill=ruled("FFFF0000")))
    green = DifferentialStyle(fill=ruled("FF00B050"))
    formula = ['NOT(ISERROR(SEARCH("green",F2)))']
    sheet.conditional_formatting.add("F2:F8", Rule("containsText", dxf=green, text="green", formula=formula))
    book.create_sheet("Hid").sheet_state = "hidden"
    book["Hid"]["A1"] = "secret"
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    """The bytes of a workbook of openpyxl's."""
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def written(make: Callable[[xlsxwriter.Workbook, xlsxwriter.worksheet.Worksheet], object]) -> bytes:
    """The bytes of a workbook of one sheet."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        make(book, book.add_worksheet("Plan"))
    return file.getvalue()


def changed(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """An archive with one part changed."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.infolist():
            text = old.read(each)
            new.writestr(each.filename, change(text) if each.filename == part else text)
    return made.getvalue()


MARKED = {
    "xlsx": marked(), "xls": (DOCUMENTS / "marked.xls").read_bytes(), "ods": (DOCUMENTS / "marked.ods").read_bytes()
}  # fmt: skip


# --- the same in every format ----------------------------------------------------------------------------------------


@pytest.fixture(params=MARKED)
def marked_grid(request: pytest.FixtureRequest) -> Grid:
    """The sheet with everything in it, in each format."""
    return read(f"x.{request.param}", MARKED[request.param]).grids[0]


def test_texts_are_as_shown(marked_grid):
    """Dates, months, years, percentages, padded and prefixed numbers read as a person sees them, in every format."""
    assert marked_grid.rows == [
        ["Ref", "Action", "Target", "RAG", "Progress", "Rule"],
        ["1.10", "Café – “review” £5", "2011-09-30", "", "25%", "Red"],
        ["1.2", "31 July 2011", "Sep 2011", "R", "TRUE", "green"],
        ["40816", "", "2011", "", "99.5%", "Amber"],
        ["merged", "", "", "1.5 days", "1.5", "Red"],
        ["area", "x", "2011-09-30 14:05:00", "R007", "line\nbreak", ""],
        ["", "y", "", "", "", ""],
        ["", "z", "2012-03-04", "", "", ""],
    ]
    assert marked_grid.place(1, 2) == "Plan!C2"


def test_what_is_struck_out_is_not_text(marked_grid):
    """A struck-out run, and a cell struck out as a whole, stand apart from the text; a footnote mark does too."""
    assert dict(marked_grid.struck) == {(2, 1): ("30 June 2011",), (3, 1): ("withdrawn",)}
    assert dict(marked_grid.notes) == {(2, 1): "2"}


def test_fills_and_spans_are_read(marked_grid):
    """Fills by value, by theme with its tint and by rule, of cells with and without text; merged cells with their size."""
    fills = {place: fill for place, fill in marked_grid.fills.items() if place != (2, 5)}
    assert fills == {
        (0, 0): "#95B3D7", (1, 3): "#FF0000", (2, 3): "#FFC000", (1, 5): "#FF0000", (4, 5): "#FF0000"
    }  # fmt: skip
    # LibreOffice cannot save in an .xls that a text is to be contained: it leaves half a rule, which is not worked out.
    assert marked_grid.fills.get((2, 5)) in ("#00B050", None)
    assert dict(marked_grid.spans) == {(4, 0): (1, 3), (5, 0): (3, 1)}


@pytest.mark.parametrize("ending", MARKED)
def test_what_is_hidden_or_not_read_is_told(ending):
    """A hidden sheet is not read, hidden rows and columns are, comments are not: each is said."""
    said = " | ".join(message for _, _, message in read(f"x.{ending}", MARKED[ending]).notes)
    assert "sheet 'Hid' is hidden and was not read" in said
    assert "1 rows and 1 columns are hidden, and were read" in said
    assert "1 comments on cells" in said


@pytest.mark.parametrize("ending", MARKED)
def test_damage_is_refused_clearly(ending):
    """A file cut off anywhere, or with any bytes overwritten, gives a document or one clear line."""
    data, chance = MARKED[ending], random.Random(3)
    tries = [data[:end] for end in range(0, len(data), 1024)]
    for _ in range(150):
        noisy = bytearray(data)
        for _ in range(chance.choice([1, 4, 30])):
            noisy[chance.randrange(len(noisy))] = chance.randrange(256)
        tries.append(bytes(noisy))
    for each in tries:
        try:
            read(f"x.{ending}", each, cells=100_000)
        except InputError as error:
            assert str(error).startswith(f"x.{ending}: ") and "\n" not in str(error)


PARTS = [(ending, part) for ending in ("xlsx", "ods")
         for part in zipfile.ZipFile(io.BytesIO(MARKED[ending])).namelist() if part.endswith((".xml", ".rels"))]  # fmt: skip


@pytest.mark.parametrize(("ending", "part"), PARTS)
def test_damage_within_a_part_is_refused_clearly(ending, part):
    """Parts that are well packed and hold numbers or words that cannot be give a document or one clear line."""
    chance = random.Random(part)
    odd = [b"", b"-1", b"99999999999", b"x", b"1048576", b"NaN", b"A1:XFD1048576", b"A0", b"\xff"]

    def change(xml: bytes) -> bytes:
        pieces = xml.split(b'"')
        pieces[chance.randrange(len(pieces))] = chance.choice(odd)
        return b'"'.join(pieces)

    for _ in range(12):
        try:
            read(f"x.{ending}", changed(MARKED[ending], part, change), cells=100_000)
        except InputError as error:
            assert "\n" not in str(error)


# --- number formats, runs and colours --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ("0%", 0.25, "25%"), ("0.0%", 0.125, "12.5%"), ("0%", 0.125, "13%"), ("0%", 0.999, "99.9%"), ("0%", 1.0, "100%"),
        ("mmm-yy", date(2011, 9, 1), "Sep 2011"), ("[$-809]mmmm\\ yyyy;@", date(2011, 9, 1), "Sep 2011"),
        ('"end "mmm yyyy', date(2011, 9, 1), "end Sep 2011"), ("yyyy", datetime(2011, 9, 1, 12), "2011"),
        ("mmmm", date(2011, 9, 1), "Sep"), ("d mmm", date(2011, 9, 1), None), ("dd/mm/yyyy hh:mm", date(2011, 9, 1), None),
        ("h:mm", date(2011, 9, 1), None), ("[h]:mm", 1.5, None), ("0.00", 1.1, "1.10"), ("0.0", 1.25, None),
        ("000", 7.0, "007"), ('"R"0', 7.0, "R7"), ('0" days"', -5.0, "-5 days"), ("#,##0.00", 1200.0, None),
        ('"£"#,##0', 5.0, None), ('"Yes";"Yes";"No"', 0.0, "No"), ("General", 1.5, None), ("", 1.5, None),
        ("0.0", float("nan"), None), ("0%", float("inf"), None),
    ],
)  # fmt: skip
def test_a_format_shows_a_value(code, value, shown):
    """Months and years stay without a day, percentages are rounded half up but never to done, no figure gets lost."""
    assert show(code, value) == shown


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ([Run("1 May ", True), Run("2012", True), Run("1 June 2012", False)], ("1 June 2012", ("1 May 2012",), "")),
        ([Run("a", False), Run("b", True), Run("c", False)], ("a c", ("b",), "")),
        ([Run("31", False), Run("st", False, True), Run(" May", False)], ("31st May", (), "")),
        ([Run("5 m", False), Run("2", False, True)], ("5 m2", (), "")),
        ([Run("July", False), Run("1,2", False, True)], ("July", (), "1,2")),
        ([Run("a", False), Run("  ", True), Run("b", False)], ("a b", (), "")),
    ],
)
def test_runs_are_parted(runs, expected):
    """Neighbouring struck runs are one; ordinals and square metres are no footnotes; a struck blank is a blank."""
    assert parts(runs) == expected


def test_text_is_tidied():
    """Blanks of any kind are one blank, line breaks of any kind are one, none at the ends."""
    assert tidy(" a\u00a0\tb_x000D_\r\n  c\u2003d\re ") == "a b\nc d\ne"


def test_white_and_what_is_no_colour_are_no_fill():
    """Only real colours are reported, with capitals and without opacity."""
    assert [colour(text) for text in ("ff00b050", "#00b050", "FFFFFF", "00FFFFFF", "auto", "", None, "12")] == [
        "#00B050", "#00B050", None, None, None, None, None, None,
    ]  # fmt: skip


# --- delimited text --------------------------------------------------------------------------------------------------


def delimited_text(data: bytes) -> tuple[list[list[str]], str]:
    """Rows of a CSV file, and the encoding that was found."""
    document = delimited.read(Path("x.csv"), data)
    return document.grids[0].rows, document.decided[0][1]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark_is_read(encoding):
    """Text of two bytes a character is known by its noughts where it is long enough to be sure."""
    rows = "Ref\tAction\n1\tCafé – review of it all\n"
    assert delimited_text(rows.encode(encoding)) == ([["Ref", "Action"], ["1", "Café – review of it all"]], encoding)


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("mac_roman", "the Director’s review – done"), ("mac_roman", "a “review” of cafés"), ("cp1252", "Café – £5"),
        ("cp1252", "the Director’s “review”"), ("cp1252", "São Paulo, ÕÒÐ"),
    ],
)  # fmt: skip
def test_old_macintosh_text_is_known_by_its_quotation_marks(encoding, text):
    """Text of an old Macintosh is read as such where a mark within a word tells; all else is Windows text."""
    rows, found = delimited_text(f"Ref;Action\n1;{text}\n".encode(encoding))
    assert (rows[1][1], found) == (text, encoding)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_title_rows_do_not_mislead_the_delimiter(delimiter):
    """Lines of title with other delimiters, and decimal commas in every row, do not decide."""
    title = "Action plan, as at 31 August; version 2\nPrepared by: A, B, C and D\n\n"
    rows = [["Ref", "Action", "Days"], *([f"1.{n}", "check then act", "2.5"] for n in range(5))]
    text = title + "\n".join(delimiter.join(row) for row in rows)
    assert delimited_text(text.encode())[0][-6:] == rows


# --- Excel workbooks as other programs write them --------------------------------------------------------------------

SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: re.sub(rb'<c r="(\w+)" s="(\d+)"( t="\w+")?', rb"<c\3 s='\2' r='\1'", xml),
        lambda xml: re.sub(rb'<c r="\w+"', b"<c", re.sub(rb'<row r="\d+"', b"<row", xml)),
        lambda xml: re.sub(rb"<(/?)(\w+)(?=[\s/>])", rb"<\1x:\2", xml.replace(b"xmlns=", b"xmlns:x=")),
        lambda xml: re.sub(rb"(<v>|<row|</row)", rb"\n  \1", xml),
        lambda xml: xml.replace(b"<c r=", b'<c cm="1" r='),
    ],
    ids=["order", "no addresses", "prefix", "indented", "other attributes"],
)
def test_sheets_are_read_however_they_are_written(change):
    """Order of attributes, prefixes, blanks and missing addresses make no difference."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["a", "b", "c"])
    sheet.append([0.25, "x", datetime(2011, 9, 1)])
    sheet["A2"].number_format, sheet["C2"].number_format = "0%", "mmm-yy"
    sheet["B2"].font, sheet["B2"].fill, sheet["C2"].fill = Font(strike=True), solid("FF00FF00"), solid("FFFF0000")
    data = saved(book)
    expected = read("x.xlsx", data).grids[0]
    assert (expected.rows[1], dict(expected.struck)) == (["25%", "", "Sep 2011"], {(1, 1): ("x",)})
    assert read("x.xlsx", changed(data, SHEET, change)).grids[0] == expected


def test_texts_written_in_place_are_read():
    """A text in several fonts within the sheet itself is parted as a shared one is."""
    data = written(lambda book, sheet: sheet.write(0, 0, 1))
    runs = b'<is><r><rPr><strike/><color rgb="FFFF0000"/></rPr><t>1 May</t></r><r><t> 1 &amp; June</t></r></is>'
    cell = b'<c r="A1" t="inlineStr">' + runs + b"</c>"
    grid = read("x.xlsx", changed(data, SHEET, lambda xml: re.sub(rb"<c .*</c>", cell, xml))).grids[0]
    assert (grid.rows, dict(grid.struck)) == ([["1 & June"]], {(0, 0): ("1 May",)})


def test_a_struck_cell_in_several_fonts():
    """In a cell struck out as a whole, a run of its own font without a line through it is text."""
    book = openpyxl.Workbook()
    book.active["A1"] = CellRichText("old ", TextBlock(InlineFont(b=True), "new"))
    book.active["A1"].font = Font(strike=True)
    grid = read("x.xlsx", saved(book)).grids[0]
    assert (grid.rows, dict(grid.struck)) == ([["new"]], {(0, 0): ("old",)})


def test_fills_beyond_all_text_and_white_ones_are_not_reported():
    """A format on cells below and right of the last text takes no room, and white is no fill."""

    def make(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        red, white = book.add_format({"bg_color": "red"}), book.add_format({"bg_color": "white"})
        sheet.write("A1", "x", white)
        sheet.write_blank("XFD1048576", None, red)
        sheet.write_blank("A2", None, red)
        sheet.write("B2", "y", red)

    grid = read("x.xlsx", written(make), cells=100).grids[0]
    assert dict(grid.fills) == {(1, 0): "#FF0000", (1, 1): "#FF0000"}


@pytest.mark.parametrize(
    ("rule", "filled"),
    [
        ({"type": "cell", "criteria": "=", "value": '"RED"'}, [1]),
        ({"type": "cell", "criteria": "!=", "value": '"red"'}, [2, 3, 4, 5]),
        ({"type": "cell", "criteria": "between", "minimum": 5, "maximum": 9}, [4]),
        ({"type": "cell", "criteria": "<", "value": 5}, [5]),
        ({"type": "cell", "criteria": "=", "value": "$C$1"}, [2]),
        ({"type": "text", "criteria": "containing", "value": "BE"}, [2, 3]),
        ({"type": "text", "criteria": "not containing", "value": "e"}, [4, 5]),
        ({"type": "text", "criteria": "begins with", "value": "am"}, [2]),
        ({"type": "text", "criteria": "ends with", "value": "d"}, [1]),
        ({"type": "blanks"}, [5]),
        ({"type": "no_blanks"}, [1, 2, 3, 4]),
        ({"type": "formula", "criteria": '=$B2="late"'}, [3]),
        ({"type": "formula", "criteria": '=AND($A2="AMBER",$B2<>"late")'}, [2]),
        ({"type": "formula", "criteria": "=$B2<TODAY()"}, None),
        ({"type": "duplicate"}, None),
        ({"type": "2_color_scale"}, None),
    ],
)
def test_rules_of_colour(rule, filled):
    """A simple rule colours the cells that it would in Excel; any other is told, and its cells have no fill."""

    def make(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write_row("A1", ["RAG", "When", "amber"])
        for row, texts in enumerate([["red", ""], ["Amber", ""], ["to be", "late"], [7, "x"], ["", "y"]], 1):
            sheet.write_row(row, 0, texts)
        sheet.write("A2", "red", book.add_format({"bg_color": "#0000FF"}))
        style = {} if "scale" in rule["type"] else {"format": book.add_format({"bg_color": "#FF0000"})}
        sheet.conditional_format("A2:A6", rule | style)

    document = read("x.xlsx", written(make))
    fills = dict(document.grids[0].fills)
    if filled is None:
        assert fills == {}
        assert "colours that rules give were not worked out" in document.notes[0][2]
    else:
        expected = {(row, 0): "#FF0000" for row in filled}
        assert fills == {(1, 0): "#0000FF"} | expected
        assert document.notes == ()


def test_the_first_rule_that_holds_wins():
    """Rules count in the order of their priority; one that stops lets none after it colour the cell."""

    def make(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write_column("A1", ["red", "blue", "grey"])
        red, blue = book.add_format({"bg_color": "#FF0000"}), book.add_format({"bg_color": "#0000FF"})
        bold = book.add_format({"bold": True})
        for value, style, stops in (('"grey"', bold, True), ('"red"', red, False), ('"zzz"', blue, False)):
            sheet.conditional_format(
                "A1:A3", {"type": "cell", "criteria": "=", "value": value, "format": style, "stop_if_true": stops}
            )
        sheet.conditional_format("A1:A3", {"type": "no_blanks", "format": blue})

    assert dict(read("x.xlsx", written(make)).grids[0].fills) == {(0, 0): "#FF0000", (1, 0): "#0000FF"}


def test_text_under_a_merged_cell_is_told():
    """Text that a merged cell covers is not read, and a finding says where it stands."""
    data = written(lambda book, sheet: sheet.merge_range("A1:B2", "shown") or sheet.write("B2", "covered"))
    document = read("x.xlsx", data)
    assert document.grids[0].rows == [["shown", ""], ["", ""]]
    assert "merged cells cover text that is not shown and was not read (B2: covered)" in document.notes[0][2]


# --- old Office files ------------------------------------------------------------------------------------------------


def ole(*names: str) -> bytes:
    """An old Office file whose directory lists streams of these names."""
    entries = [
        text.encode("utf-16-le").ljust(64, b"\0") + (2 * len(text) + 2).to_bytes(2, "little") + bytes(62)
        for text in ("Root Entry", *names)
    ]
    return xls.MAGIC + bytes(504) + b"".join(entries)


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (["Workbook"], "workbook"), (["Book"], "workbook"), (["1Table", "WordDocument"], "Word document"),
        (["EncryptionInfo", "EncryptedPackage"], "encrypted"), (["WordDocument", "Workbook"], "Word document"),
        (["Workbook", "WordDocument"], "workbook"), (["x"], ""), ([], ""),
    ],
)  # fmt: skip
def test_an_old_office_file_is_told_by_its_streams(names, kind):
    """Workbook, Word document and password are told apart; of one within another the outer one counts."""
    assert xls.kind_of_ole(ole(*names)) == kind


@pytest.mark.parametrize(
    ("names", "line"),
    [
        (["WordDocument"], "is an old Office file (Word document) and not a workbook; save it as .docx, .xlsx or .csv"),
        (["EncryptedPackage"], "is protected by a password; open it, remove the password and save it again"),
        (["x"], "is an old Office file (of no known kind) and not a workbook"),
        (["Workbook"], "is not a readable Excel workbook"),
    ],
)
def test_an_old_office_file_that_is_no_workbook_says_what_to_do(names, line):
    """Each kind has its own line."""
    with pytest.raises(InputError, match=re.escape(line)):
        read("x.xls", ole(*names))


def test_a_workbook_with_a_password_is_told():
    """An old workbook that Excel itself has encrypted says so."""
    data = MARKED["xls"].replace(b"\x42\x00\x02\x00", b"\x2f\x00\x02\x00", 1)  # the record of a password
    with pytest.raises(InputError, match="is protected by a password; open it, remove the password"):
        read("x.xls", data)


def test_merged_cells_that_overlap_take_no_time():
    """A thousand merged areas over the whole of a large sheet, as only tampering makes them, do not hold it up."""
    data = written(lambda book, sheet: [sheet.write(row, 99, "x") for row in range(1000)] and None)
    areas = (
        b'<mergeCells count="1">'
        + b"".join(b'<mergeCell ref="A1:CV%d"/>' % n for n in range(2, 1000))
        + b"</mergeCells>"
    )
    read("x.xlsx", changed(data, SHEET, lambda xml: xml.replace(b"</sheetData>", b"</sheetData>" + areas)))


# --- OpenDocument ----------------------------------------------------------------------------------------------------

NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in {
        "office": "office", "style": "style", "table": "table", "text": "text", "number": "datastyle",
        "fo": "xsl-fo-compatible", "draw": "drawing",
    }.items()
) + ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'  # fmt: skip


def open_document(body: str, styles: str = "") -> bytes:
    """An OpenDocument file."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("content.xml", f"<office:document-content {NAMESPACES}><office:automatic-styles>{styles}"
                         f"</office:automatic-styles><office:body>{body}</office:body></office:document-content>")  # fmt: skip
    return made.getvalue()


def spreadsheet(rows: str, styles: str = "") -> bytes:
    """An OpenDocument spreadsheet of one sheet."""
    body = f'<office:spreadsheet><table:table table:name="Plan">{rows}</table:table></office:spreadsheet>'
    return open_document(body, styles)


def cell(text: str = "", more: str = "") -> str:
    """A cell of a sheet."""
    return f"<table:table-cell {more}>{f'<text:p>{text}</text:p>' if text else ''}</table:table-cell>"


def repeated(times: int) -> str:
    """The attribute of a cell that stands several times."""
    return f' table:number-columns-repeated="{times}"'


def test_repeats_at_the_end_are_not_made():
    """A million empty rows and sixteen thousand empty cells, filled or not, cost nothing."""
    fill = ('<style:style style:name="red" style:family="table-cell">'
            '<style:table-cell-properties fo:background-color="#ff0000"/></style:style>')  # fmt: skip
    red = 'table:style-name="red"'
    rows = (
        f"<table:table-row>{cell('a')}{cell('', repeated(16383))}</table:table-row>"
        f'<table:table-row table:number-rows-repeated="2">{cell("b", repeated(2))}</table:table-row>'
        f"<table:table-row>{cell('', red)}{cell('c')}</table:table-row>"
        f'<table:table-row table:number-rows-repeated="1048571">{cell("", red + repeated(16384))}</table:table-row>'
    )
    grid = read("x.ods", spreadsheet(rows, fill), cells=8).grids[0]
    assert grid.rows == [["a", ""], ["b", "b"], ["b", "b"], ["", "c"]]
    assert dict(grid.fills) == {(3, 0): "#FF0000"}


@pytest.mark.parametrize(
    "rows",
    [
        '<table:table-row table:number-rows-repeated="1048576">' + cell("x") + "</table:table-row>",
        "<table:table-row>" + cell("x", 'table:number-columns-repeated="999999999"') + "</table:table-row>",
        '<table:table-row table:number-rows-repeated="1048575"/><table:table-row>' + cell("x") + "</table:table-row>",
    ],
)
def test_repeats_of_text_are_refused_before_they_are_made(rows):
    """A text repeated a million times, or standing a million rows down, is refused where it is more than allowed."""
    with pytest.raises(InputError, match="more than 10,000 cells; delete what stands far below"):
        read("x.ods", spreadsheet(rows), cells=10_000)


@pytest.mark.parametrize(
    ("attributes", "text", "shown"),
    [
        ('office:value-type="float" office:value="1.1"', "1.10", "1.10"),
        ('office:value-type="float" office:value="1234.567"', "1,234.57", "1234.567"),
        ('office:value-type="float" office:value="7"', "R007", "R007"),
        ('office:value-type="float" office:value="1e300"', "1E+300", "1e+300"),
        ('office:value-type="float" office:value="x"', "shown", "shown"),
        ('office:value-type="percentage" office:value="0.25"', "25%", "25%"),
        ('office:value-type="percentage" office:value="0.996"', "100%", "99.6%"),
        ('office:value-type="currency" office:value="1200"', "£1,200.00", "1200"),
        ('office:value-type="date" office:date-value="2011-09-30"', "30/09/11", "2011-09-30"),
        ('office:value-type="date" office:date-value="2011-09-30T00:00:00"', "30/09/11", "2011-09-30"),
        ('office:value-type="date" office:date-value="2011-09-01" table:style-name="month"', "09/11", "Sep 2011"),
        ('office:value-type="date" office:date-value="2011-09-01" table:style-name="quarter"', "Q3 11", "Q3 11"),
        ('office:value-type="date" office:date-value="-1"', "soon", "soon"),
        ('office:value-type="time" office:time-value="PT14H05M00S"', "14:05", "14:05:00"),
        ('office:value-type="boolean" office:boolean-value="true"', "WAHR", "TRUE"),
        ('office:value-type="string"', "a<text:s/><text:s text:c='3'/>b<text:line-break/>c", "a b\nc"),
    ],
)
def test_values_of_a_sheet(attributes, text, shown):
    """Days in ISO form; months, quarters and percentages as shown; numbers whole unless that would lose figures."""
    styles = "".join(
        f'<number:date-style style:name="N{name}">{parts}</number:date-style>'
        f'<style:style style:name="{name}" style:family="table-cell" style:data-style-name="N{name}"/>'
        for name, parts in {
            "month": "<number:month/><number:year/>", "quarter": "<number:quarter/><number:year/>",
        }.items()
    )  # fmt: skip
    grid = read("x.ods", spreadsheet(f"<table:table-row>{cell(text, attributes)}</table:table-row>", styles)).grids[0]
    assert grid.rows == [[shown]]


@pytest.mark.parametrize(
    ("condition", "filled"),
    [
        ('="RED"', [0]), ('!="red"', [1, 2, 3]), ("between(5,9)", [3]), (">5", [0, 1, 2, 3]), ('contains-text("be")', [1, 2]),
        ('begins-with("am")', [1]), ('formula-is([.$A1]="amber")', [1]), ("=[.$A$2]", [1]),
        ('formula-is(AND([.$A1]<>"red";[.$A1]<>7))', [1, 2]), ("formula-is(LEN(TRIM([.A1]))>0)", [0, 1, 2, 3]),
        ("duplicate", None), ("formula-is(TODAY()>[.A1])", None),
    ],
)  # fmt: skip
def test_rules_of_colour_of_libreoffice(condition, filled):
    """A simple rule colours the cells that it would in LibreOffice; any other is told, and its cells have no fill."""
    style = '<style:style style:name="{}" style:family="table-cell"><style:table-cell-properties fo:background-color="{}"/></style:style>'
    cells = [
        cell("red", 'table:style-name="blue"'),
        cell("Amber"),
        cell("to be"),
        cell("7", 'office:value-type="float" office:value="7"'),
    ]
    rows = "".join(f"<table:table-row>{each}</table:table-row>" for each in cells)
    rule = (
        "<calcext:conditional-formats><calcext:conditional-format calcext:target-range-address=\"'A. B'.A1:'A. B'.A4\">"
        f"<calcext:condition calcext:apply-style-name='red' calcext:value='{html.escape(condition)}'/>"
        "</calcext:conditional-format></calcext:conditional-formats>"
    )
    styles = style.format("red", "#ff0000") + style.format("blue", "#0000ff")
    document = read("x.ods", spreadsheet(rows + rule, styles))
    fills = dict(document.grids[0].fills)
    if filled is None:
        assert fills == {}
        assert "colours that rules give were not worked out" in document.notes[0][2]
    else:
        assert fills == {(0, 0): "#0000FF"} | {(row, 0): "#FF0000" for row in filled}


def test_a_text_document_gives_its_lines_and_tables():
    """Headings, labels, lists and footnotes stand as lines before the table that follows them, or in a last grid."""
    styles = "".join(
        f'<style:style style:name="{name}" style:family="text"><style:text-properties {said}/></style:style>'
        for name, said in {"b": 'fo:font-weight="bold"', "s": 'style:text-line-through-style="solid"'}.items()
    )
    note = ("<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>why</text:p></text:note-body>"
            "</text:note>")  # fmt: skip
    rows = "".join(
        f"<table:table-row>{cell(first)}{cell(second)}</table:table-row>"
        for first, second in [
            ("Action", "Due"),
            ("Do it", f'<text:span text:style-name="s">1 May</text:span> 1 June{note}'),
        ]
    )
    document = read("x.odt", open_document(
        '<office:text><text:h text:outline-level="2">Area</text:h><text:section><text:p>'
        '<text:span text:style-name="b">Responsible</text:span>: A. Person</text:p></text:section>'
        "<text:list><text:list-item><text:p>item</text:p></text:list-item></text:list>"
        f"<table:table>{rows}</table:table><text:p>end</text:p></office:text>", styles,
    ))  # fmt: skip
    table, last = document.grids
    assert [(line.text, line.level, line.label, line.place) for line in table.before] == [
        ("Area", 2, "", "paragraph 1"), ("Responsible: A. Person", 0, "Responsible", "paragraph 2"),
        ("item", 0, "", "paragraph 3"),
    ]  # fmt: skip
    assert table.rows == [["Action", "Due"], ["Do it", "1 June"]]
    assert (dict(table.struck), dict(table.notes)) == ({(1, 1): ("1 May",)}, {(1, 1): "1 why"})
    assert table.place(1, 0) == "table 1, row 2, column 1"
    assert ([line.text for line in last.before], last.rows) == (["end"], [])


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (open_document("<office:presentation/>"), "is an OpenDocument file without sheets or text"),
        (open_document("<x"), "content.xml is damaged"),
        (
            open_document("<office:text>" + "<text:section>" * 1500 + "</text:section>" * 1500 + "</office:text>"),
            "nested",
        ),
    ],
    ids=["presentation", "damage", "nesting"],  # not the bytes, in which the time stands
)
def test_an_open_document_that_cannot_be_read_is_refused(data, line):
    """Presentations, damage and endless nesting have their lines."""
    with pytest.raises(InputError, match=line):
        read("x.ods", data)


def test_two_sheets_of_one_name_are_read():
    """Excel allows no two sheets of one name, damage does: it is a document or one clear line, never another error."""
    data = written(lambda book, sheet: book.add_worksheet("Plam").write(0, 0, "x"))
    assert len(read("x.xlsx", changed(data, "xl/workbook.xml", lambda xml: xml.replace(b"Plam", b"Plan"))).grids) == 2


@pytest.mark.parametrize("count", [b"99999999999", b"999999999", b"x", b"&#57;99999999"])
def test_a_list_of_texts_that_claims_too_many_is_refused(count):
    """Calamine makes room for as many texts as a workbook claims, and would abort the process."""
    data = written(lambda book, sheet: sheet.write(0, 0, "x"))
    change = re.compile(rb'uniqueCount="\d+"')
    with pytest.raises(InputError, match="its list of texts is damaged"):
        read("x.xlsx", changed(data, "xl/sharedStrings.xml", lambda xml: change.sub(b'uniqueCount="%s"' % count, xml)))


def test_few_texts_may_stand_in_many_cells():
    """How often the texts are used says nothing of how many there are."""
    data = written(lambda book, sheet: [sheet.write(row, 0, "x") for row in range(2000)] and None)
    assert len(read("x.xlsx", data).grids[0].rows) == 2000
