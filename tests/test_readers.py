"""Bytes to grids of cells: delimited text and Excel workbooks, and everything that is refused in one clear line."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from planlib.errors import InputError
from planlib.readers.formats import read_document
from planlib.readers.grid import Document, Grid, letters, row_place
from planlib.settings import Limits


def text(data: bytes | str, encoding: str = "utf-8") -> Document:
    """What is read of a CSV file."""
    return read_document(Path("x.csv"), data.encode(encoding) if isinstance(data, str) else data, Limits())


def workbook(make: Callable[[xlsxwriter.Workbook], object], **options: object) -> bytes:
    """The bytes of an Excel workbook."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, options) as book:
        make(book)
    return file.getvalue()


def excel(data: bytes, **limits: int) -> Document:
    """What is read of an Excel workbook."""
    return read_document(Path("x.xlsx"), data, Limits(**limits))


def refused(data: bytes, name: str = "x.csv", **limits: int) -> str:
    """The one line with which a file is refused."""
    with pytest.raises(InputError) as caught:
        read_document(Path(name), data, Limits(**limits))
    assert str(caught.value).startswith(name) and "\n" not in str(caught.value)
    return str(caught.value)


def said(document: Document, what: str) -> str:
    """What the reader decided."""
    return next(value for name, value, _ in document.decided if name == what)


# --- delimited text --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "found"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("cp1252", "cp1252"), ("utf-16", "utf-16")],
)
def test_the_encoding_is_found(encoding, found):
    """UTF-8 with and without a mark, Windows text and UTF-16 give the same cells, and the reader says which it was."""
    document = text("Ref,Action\n1,Café – “review” £5\n", encoding)
    assert document.grids[0].rows == [["Ref", "Action"], ["1", "Café – “review” £5"]]
    assert said(document, "encoding") == found


def test_big_endian_utf_16_is_read():
    """UTF-16 with its bytes the other way round is read by its mark."""
    assert text(b"\xfe\xff" + "a,é".encode("utf-16-be")).grids[0].rows == [["a", "é"]]


def test_bytes_that_cp1252_does_not_have_are_shown_and_told():
    """A byte that is no character is shown as U+FFFD and is a finding."""
    document = text(b"a,b\n1,\x81\xe9\n")
    assert document.grids[0].rows[1] == ["1", "\ufffdé"]
    assert document.notes == (("characters-not-read", "", "1 characters are not cp1252 and are shown as \ufffd"),)


@pytest.mark.parametrize(("delimiter", "name"), [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "bar")])
def test_the_delimiter_is_found(delimiter, name):
    """Each delimiter is found by itself, though the text holds the others."""
    rows = [["Ref", "Action", "Target"], ["1", "Plan; check, act|do\tit", "1,5"], ["2", "x", "y"]]
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows(rows)
    document = text(file.getvalue())
    assert document.grids[0].rows == rows
    assert said(document, "delimiter") == name


def test_a_title_block_and_ragged_rows_do_not_mislead_the_delimiter():
    """Lines above the header without a delimiter, or with another one, do not decide."""
    document = text("Plan; as at; August\n\nRef,Action,Due\n1,a,b\n2,a\n3,a,b,c\n")
    assert document.grids[0].rows[2] == ["Ref", "Action", "Due"]


def test_the_delimiter_that_a_file_names_is_taken():
    """Excel's hint sep= decides, and stays among the cells that were read."""
    document = text("sep=;\r\nRef;Action\r\n1;a, b\r\n")
    assert document.grids[0].rows == [["sep=", ""], ["Ref", "Action"], ["1", "a, b"]]


def test_a_record_of_several_lines_is_named_by_its_first():
    """Line numbers are those of the file, also behind a cell with line breaks and blank lines."""
    grid = text('Ref,Action\r\n1,"two\r\nlines"\r\n\r\n2,"a ""quoted"" word"\r\n').grids[0]
    assert list(zip(grid.places, grid.rows, strict=True)) == [
        ("line 1", ["Ref", "Action"]), ("line 2", ["1", "two\r\nlines"]), ("line 4", []),
        ("line 5", ["2", 'a "quoted" word']),
    ]  # fmt: skip
    assert grid.place(1, 1) == "line 2, column 2"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", ""])
def test_any_line_end_is_one(end):
    """Unix, Windows and old Macintosh line ends, and none at the end, give the same rows."""
    assert text((end or "\n").join(["a,b", "1,2"]) + end).grids[0].rows == [["a", "b"], ["1", "2"]]


def test_a_quotation_mark_within_a_cell_is_text():
    """A mark for inches does no harm."""
    assert text('a,b\n1,the 5" pipe\n').grids[0].rows[1] == ["1", 'the 5" pipe']


def test_a_quotation_mark_that_is_never_closed_is_refused():
    """It would swallow the rows below it: the line where it stands is named."""
    assert refused(b'a,b\n1,x\n2,"y\n3,z\n4,z\n') == "x.csv: line 3: a quotation mark is opened and never closed"


@pytest.mark.parametrize("data", [b"", b"  \n\n", b"\xef\xbb\xbf", "\n".encode("utf-16")])
def test_an_empty_file_is_refused(data):
    """A file without any text, a byte order mark alone included, is said to be empty."""
    assert refused(data) == "x.csv: the file is empty"


@pytest.mark.parametrize("data", [b"a,b\n1,\x00\n", b"a,b\n" * 5000 + b"\x00", "a,b".encode("utf-16-le")])
def test_a_file_with_nul_is_no_text(data):
    """NUL anywhere, as in a binary file or UTF-16 without its mark, is refused."""
    assert refused(data) == "x.csv: is not text; save it as .xlsx or as .csv in UTF-8"


def test_a_mark_that_lies_is_refused():
    """Text that begins with a byte order mark and is not of that encoding is refused."""
    assert refused(b"\xef\xbb\xbfa\xff") == "x.csv: begins like utf-8-sig text and is not; save it as UTF-8"
    assert refused(b"\xff\xfea") == "x.csv: begins like utf-16 text and is not; save it as UTF-8"


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=6))
def test_what_was_written_is_read(rows):
    """Whatever the cells hold, every cell that was written comes back but for blanks around it."""
    file = io.StringIO()
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows([["head", "of", "it", "all"]] * 10 + rows)
    assert text(file.getvalue()).grids[0].rows[10:] == [[cell.strip() for cell in row] for row in rows]


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_clearly(data):
    """No bytes give anything but a document or one of our errors."""
    try:
        document = read_document(Path("x.bin"), data, Limits())
    except InputError as error:
        assert str(error).startswith("x.bin: ")
    else:
        assert document.format == "delimited text"


# --- Excel -----------------------------------------------------------------------------------------------------------


def one_sheet(rows: list[list[object]]) -> bytes:
    """A workbook of one sheet with these rows."""

    def make(book: xlsxwriter.Workbook) -> None:
        sheet, day = book.add_worksheet("Plan"), book.add_format({"num_format": "dd/mm/yyyy"})
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                sheet.write(number, column, value, day if isinstance(value, datetime) else None)

    return workbook(make)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (datetime(2011, 9, 30), "2011-09-30"), (datetime(2011, 9, 30, 14, 5), "2011-09-30 14:05:00"), (13, "13"),
        (1.5, "1.5"), (2.3000000000000003, "2.3"), (123456789012, "123456789012"), (1e300, "1e+300"), (True, "TRUE"),
        (False, "FALSE"), ("  a\nb ", "a\nb"), ("007", "007"), ("", ""),
    ],
)  # fmt: skip
def test_a_value_is_read_as_the_sheet_shows_it(value, shown):
    """Dates are ISO text, whole numbers have no point, others fifteen figures, truth is TRUE or FALSE."""
    assert excel(one_sheet([["x", value, "y"]])).grids[0].rows == [["x", shown, "y"]]


def test_dates_of_the_1904_system_are_read():
    """A workbook that counts from 1904 gives the same day."""

    def make(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet().write_datetime(0, 0, datetime(2011, 9, 30), book.add_format({"num_format": "d/m/yy"}))

    assert excel(workbook(make, date_1904=True)).grids[0].rows == [["2011-09-30"]]


def test_places_are_those_of_the_sheet():
    """Cells are named as Excel names them, also below and right of an empty area."""
    grid = excel(one_sheet([[], [], ["", "", "here"]])).grids[0]
    assert (grid.rows[2][2], grid.place(2, 2), grid.place(2)) == ("here", "Plan!C3", "Plan, row 3")


def test_every_sheet_that_is_shown_is_read():
    """Sheets come in their order; hidden ones are not read and are told; charts are no sheets."""

    def make(book: xlsxwriter.Workbook) -> None:
        for name in ("First", "Hidden", "Empty", "Very hidden"):
            book.add_worksheet(name).write(0, 0, name) if name != "Empty" else book.add_worksheet(name)
        book.get_worksheet_by_name("Hidden").hide()
        book.get_worksheet_by_name("Very hidden").very_hidden()
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=First!$A$1:$A$1"})
        book.add_chartsheet("Chart").set_chart(chart)

    document = excel(workbook(make))
    assert [(grid.name, grid.rows) for grid in document.grids] == [("First", [["First"]]), ("Empty", [])]
    assert [note[:2] for note in document.notes] == [("sheet-hidden", "Hidden"), ("sheet-hidden", "Very hidden")]


def test_merged_cells_keep_their_span():
    """A merged cell has its text once and says how many rows and columns it covers."""

    def make(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("Plan")
        sheet.merge_range("A2:A4", "area")
        sheet.merge_range("B1:D1", "heading")

    grid = excel(workbook(make)).grids[0]
    assert dict(grid.spans) == {(1, 0): (3, 1), (0, 1): (1, 3)}
    assert [text for row in grid.rows for text in row if text] == ["heading", "area"]


def test_errors_of_excel_are_told():
    """A cell that shows #REF! or the like reads as blank, and a finding names it."""

    def make(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("Plan")
        sheet.write_formula(1, 1, "=1/0", None, "#DIV/0!")
        sheet.write_formula(2, 1, "=1+1", None, 2)

    document = excel(workbook(make))
    assert document.grids[0].rows == [["", ""], ["", ""], ["", "2"]]
    assert document.notes == (
        ("characters-not-read", "", "1 cells show an error of Excel's (B2) and are read as blank"),
    )


def far_cell(address: str, xml: Callable[[bytes], bytes] = lambda data: data) -> bytes:
    """A workbook with one value far out, its sheet rewritten."""
    plain = workbook(lambda book: book.add_worksheet("Plan").write("B7", "x"))
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            data = old.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                digits = address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ").encode()
                data = data.replace(b'r="B7"', b'r="%s"' % address.encode()).replace(b'r="7"', b'r="%s"' % digits)
                data = xml(data)
            new.writestr(part.filename, data)
    return made.getvalue()


@pytest.mark.parametrize(
    "xml",
    [
        lambda data: data,
        lambda data: data.replace(b'"', b"'"),
        lambda data: data.replace(b"<c r=", b"<c  s='0'\n r ="),
        lambda data: data.replace(b'r="XFD1048576" ', b""),
    ],
    ids=["as written", "single quotation marks", "other spacing", "row alone"],
)
def test_a_value_at_the_end_of_the_sheet_is_refused_before_calamine_sees_it(monkeypatch, xml):
    """One value in XFD1048576 would abort the process: it is refused, however its address is written."""
    import python_calamine

    monkeypatch.delattr(python_calamine.CalamineWorkbook, "from_filelike", raising=True)
    message = refused(far_cell("XFD1048576", xml), "x.xlsx", cells=1_000_000)
    assert "a sheet reaches row 1,048,576" in message and "raise [limits] cells" in message


def test_the_limit_is_of_all_sheets_together():
    """Many sheets of a size that is allowed may not be more than is allowed."""
    data = workbook(lambda book: [book.add_worksheet(f"S{n}").write("J10", "x") for n in range(5)])
    assert len(excel(data, cells=500).grids) == 5
    assert "more than 499 cells" in refused(data, "x.xlsx", cells=499)


def test_a_bomb_is_not_opened():
    """A part that unpacks to much more than its archive, or all to more than allowed, is refused by its size."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (40 << 20))
    assert "not opened" in refused(made.getvalue(), "x.xlsx")
    long = [[f"{number}" + "x" * 30_000] for number in range(60)]
    assert "not opened" in refused(one_sheet(long), "x.xlsx", mebibytes=1)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.999])
def test_a_workbook_that_is_cut_off_is_refused(share):
    """A workbook that lost its end, as by a broken download, is refused and not half read."""
    data = one_sheet([["a", "b"]] * 50)
    assert "save it again" in refused(data[: int(len(data) * share)], "x.xlsx")


@given(st.integers(0, 5000), st.binary(min_size=1, max_size=20))
def test_a_damaged_workbook_is_read_or_refused_clearly(at, noise):
    """Bytes that are overwritten anywhere in a workbook give a document or one of our errors."""
    data = bytearray(DAMAGED)
    at %= len(data)
    data[at : at + len(noise)] = noise
    try:
        read_document(Path("x.xlsx"), bytes(data), Limits(cells=10_000))
    except InputError as error:
        assert str(error).startswith("x.xlsx: ")


DAMAGED = one_sheet([["Ref", "Action"], ["1", "x"], ["2", "y"]])


def archive(*names: str) -> bytes:
    """A zip archive with parts of these names."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name in names:
            file.writestr(zipfile.ZipInfo(name), "x")  # without the time: these bytes are names of tests, the same in every process
    return made.getvalue()


def ole(stream: str) -> bytes:
    """An old Office file that holds a stream of this name: its directory, no more."""
    name = stream.encode("utf-16-le")
    entry = name + b"\0" * (64 - len(name)) + (len(name) + 2).to_bytes(2, "little") + b"\0" * 62
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + entry


@pytest.mark.parametrize(
    ("name", "data", "line"),
    [
        ("a.docx", archive("word/document.xml"), "word/document.xml is damaged"),
        ("a.ods", archive("content.xml"), "content.xml is damaged"),
        ("a.zip", archive("plan.csv"), "is an archive of other files; take the plan's file out of it"),
        ("a.zip", archive(), "is an archive of other files; take the plan's file out of it"),
        ("a.xlsb", archive("xl/workbook.bin"), "is a binary workbook (.xlsb); save it as .xlsx or .csv"),
        ("a.xlsx", archive("xl/workbook.xml"), "is not a readable Excel workbook"),
        ("a.doc", ole("WordDocument"), "is an old Word document (.doc); open it in Word or LibreOffice and save it as .docx"),
        ("a.xlsx", ole("EncryptedPackage"), "is protected by a password; open it, remove the password and save it again"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, "is an old Office file, or protected by a password"),
        ("a.pdf", b"%PDF-1.7\n%\xe2\xe3", "is cut off or damaged; download or save it again"),
        ("a.doc", b"{\\rtf1 x}", "is a rich-text document (.rtf); save it as .docx"),
        ("a.xls", b"\xef\xbb\xbf<?xml version='1.0'?><plan/>", "is an XML file, which holds no table as such"),
        ("a.xls", b"<?xml version='1.0'?>\n<?mso-application progid='Excel.Sheet'?>", "an old Office program; save it as .xlsx"),
        ("a.html", b"MIME-Version: 1.0\nContent-Type: multipart/related", "is a web archive or an e-mail"),
        ("a.csv", b"\x89PNG\r\n\x1a\n\0\0", "is a picture; ask for the file that it was made from"),
        ("a.csv", b"a\0b,c\n1,2\n", "is not text; save it as .xlsx or as .csv in UTF-8"),
    ],
)
def test_a_format_that_cannot_be_read_says_what_to_do(name, data, line):
    """The format is told by the content, whatever the ending, and the one line says how to save the file."""
    assert line in refused(data, name)


def test_the_ending_does_not_matter():
    """A workbook called .csv and text called .xlsx are read for what they are."""
    assert read_document(Path("x.csv"), one_sheet([["a", "b"]]), Limits()).format == "Excel workbook"
    assert read_document(Path("x.xlsx"), b"a,b\n1,2\n", Limits()).format == "delimited text"
    assert read_document(Path("x.xls"), b"\n<html><table><tr><td>a</table></html>", Limits()).format == "web page"
    assert read_document(Path("x.txt"), b"| a | b |\n|---|---|\n| 1 | 2 |\n", Limits()).format == "Markdown"


# --- places ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16383, "XFD")]
)
def test_columns_have_the_letters_of_a_spreadsheet(column, name):
    """Columns count A to Z, AA to ZZ, AAA to XFD."""
    assert letters(column) == name


SHEETS = st.sampled_from(["", "Plan", "A!B", "x, row 3", "two\nlines"])


@given(SHEETS, st.integers(0, 99), st.integers(0, 99), st.booleans())
def test_the_place_of_a_cell_tells_its_row(name, row, column, lettered):
    """From the place of any cell the place of its row can be told, whatever the sheet is called."""
    word = "row" if lettered else "line"
    name = name or ("Sheet1" if lettered else "")
    grid = Grid(name, [[]] * 100, [f"{word} {n + 1}" for n in range(100)], columns_lettered=lettered)
    assert row_place(grid.place(row, column)) == grid.place(row)
    assert row_place(grid.place(row)) == grid.place(row)
