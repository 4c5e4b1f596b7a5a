"""What spreadsheets say beside their values: fills, struck-out text, formats, rules, merged and hidden cells."""

from __future__ import annotations

import io
import random
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
from planlib.readers import ods, xls, xlsx
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
