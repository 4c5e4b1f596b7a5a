"""Files made to do harm: each is read or answered with one of our errors, soon and in little memory."""

from __future__ import annotations

import io
import random
import re
import struct
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import hostile
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from planlib.errors import InputError
from planlib.readers import prescan
from planlib.readers.formats import read_document
from planlib.readers.grid import Document
from planlib.settings import Limits

DOCUMENTS = Path(__file__).parent / "documents"
BUNDLED = sorted(path for path in DOCUMENTS.iterdir() if path.suffix not in (".md", ".py"))
WIRRAL = {path.suffix: path for path in BUNDLED if path.name.startswith("wirral.")}
SMALL = Limits(seconds=10, mebibytes=64, cells=100_000)


def outcome(data: bytes, name: str, limits: Limits = SMALL) -> Document | str:
    """What reading it gives: a document that can be written down, or the line of our error; any other exception fails the test."""
    try:
        document = read_document(Path(name), data, limits)
        hostile.said(document).encode()
        return document
    except InputError as error:
        assert str(error).startswith(f"{name}: ")
        assert "\n" not in str(error)
        return str(error)


def refused(data: bytes, name: str, limits: Limits = SMALL) -> str:
    """The line that refuses it."""
    line = outcome(data, name, limits)
    assert isinstance(line, str), "it was read"
    return line


def rewritten(name: str, change: Callable[[str, bytes], bytes | None], more: dict[str, bytes] | None = None) -> bytes:
    """A bundled archive with its parts changed; a part that becomes None is left out."""
    made = io.BytesIO()
    with zipfile.ZipFile(WIRRAL[name]) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            data = change(part.filename, old.read(part))
            if data is not None:
                new.writestr(part.filename, data)
        for part_name, data in (more or {}).items():
            new.writestr(part_name, data)
    return made.getvalue()


def small(suffix: str, changed: str, *pairs: tuple[bytes, bytes]) -> bytes:
    """The small archive with texts of a part replaced by others."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(hostile.seed(suffix))) as old, zipfile.ZipFile(made, "w") as new:
        for part in old.infolist():
            data = old.read(part)
            for before, after in pairs if part.filename == changed else ():
                assert before in data
                data = data.replace(before, after, 1)
            new.writestr(part.filename, data)
    return made.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
MAIN = {".xlsx": "xl/workbook.xml", ".docx": "word/document.xml", ".ods": "content.xml"}
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BILLION = f'<!DOCTYPE x [<!ENTITY l0 "lol">{LAUGHS}]>'.encode()
OUTSIDE = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'


def with_head(name: str, head: bytes, start: bytes = b"") -> bytes:
    """A bundled archive whose main part declares something between its declaration and its root."""

    def change(part: str, data: bytes) -> bytes:
        if part != MAIN[name]:
            return data
        declared = re.match(rb"<\?xml[^>]*\?>", data)
        rest = data[declared.end() :] if declared else data
        return (start or (declared[0] if declared else b"")) + head + rest

    return rewritten(name, change)


@pytest.mark.parametrize("name", MAIN)
@pytest.mark.parametrize("head", [BILLION, OUTSIDE, b"<!--" + b" " * 300_000 + b"-->" + BILLION], ids=["bomb", "outside", "far down"])
def test_entities_are_refused(name, head):
    """An XML bomb and an entity from outside are refused in Word, Excel and OpenDocument, wherever they stand."""
    assert f"{MAIN[name]} declares a document type or entities" in refused(with_head(name, head), f"a{name}")


@pytest.mark.parametrize("name", MAIN)
def test_entities_do_not_hide_in_another_encoding(name):
    """XML in UTF-7 or EBCDIC, in which a declaration looks otherwise, is refused; in UTF-16 it is found."""
    start = b'<?xml version="1.0" encoding="UTF-7"?>'
    assert "is in an encoding that no office program writes (UTF-7)" in refused(
        with_head(name, BILLION.replace(b"<!", b"+ADw-!"), start), f"a{name}"
    )
    far = start.replace(b" encoding", b" " * 2000 + b"encoding")
    assert "(UTF-7)" in refused(with_head(name, b"", far), f"a{name}")

    def coded(encoding: str) -> bytes:
        text = f'<?xml version="1.0" encoding="{encoding}"?>{BILLION.decode()}<x/>'
        return rewritten(name, lambda part, data: text.encode(encoding) if part == MAIN[name] else data)

    assert "(EBCDIC)" in refused(coded("cp037"), f"a{name}")
    assert "declares a document type or entities" in refused(coded("utf-16"), f"a{name}")


@pytest.mark.parametrize("name", MAIN)
def test_a_bomb_is_refused_by_what_its_directory_says(name):
    """A part that unpacks to much more than its archive is not unpacked."""
    data = rewritten(name, lambda part, data: data, {"word/media/x.xml": b" " * (40 << 20)})
    assert "not opened" in refused(data, f"a{name}")


@pytest.mark.parametrize("name", MAIN)
def test_a_bomb_whose_directory_understates_it_is_refused(name):
    """A part that unpacks to more than the directory says, even with the sum that fits the beginning, is refused."""
    long = rewritten(name, lambda part, data: data + b" " * 900_000 if part == MAIN[name] else data)
    data = bytearray(long)
    with zipfile.ZipFile(io.BytesIO(long)) as opened:
        part = opened.getinfo(MAIN[name])
        short = opened.read(part)[: part.file_size - 900_000]
    at = data.index(b"PK\x01\x02")
    while data[at + 46 : at + 46 + len(MAIN[name])] != MAIN[name].encode():
        at = data.index(b"PK\x01\x02", at + 4)
    for place, offset in ((at, 0), (part.header_offset, -2)):  # the directory's entry and the part's own head
        struct.pack_into("<I", data, place + 16 + offset, zlib.crc32(short))
        struct.pack_into("<I", data, place + 24 + offset, len(short))
    assert "unpacks to more than it says" in refused(bytes(data), f"a{name}")


def test_parts_that_share_bytes_are_refused():
    """An archive whose parts lie over each other, the bomb that needs no high ratio, is not unpacked."""
    plain = WIRRAL[".xlsx"].read_bytes()
    directory = plain.rindex(b"PK\x05\x06")
    start = struct.unpack_from("<I", plain, directory + 16)[0]
    entries = [b"PK\x01\x02" + each for each in plain[start:directory].split(b"PK\x01\x02")[1:]]
    longest = max(entries, key=lambda each: struct.unpack_from("<I", each, 20)[0])
    size = struct.unpack_from("<H", longest, 28)[0]
    again = [longest[:46] + f"{n:0{size}}".encode()[:size] + longest[46 + size :] for n in range(400)]
    central = b"".join(entries + again)
    number = len(entries) + len(again)
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, number, number, len(central), start, 0)
    assert "its parts lie over each other" in refused(plain[:start] + central + end, "a.xlsx", Limits())


def test_an_archive_is_read_one_way_only():
    """Two parts of one name, two directories, and a million parts are refused: programs would differ on what counts."""
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = rewritten(".xlsx", lambda part, data: data, {"xl/workbook.xml": b"<workbook/>"})
    assert "two parts called 'xl/workbook.xml'" in refused(twice, "a.xlsx")
    folded = rewritten(".xlsx", lambda part, data: data, {"XL\\Workbook.xml": b"<workbook/>"})
    assert "two parts called" in refused(folded, "a.xlsx")
    plain = WIRRAL[".xlsx"].read_bytes()
    end = plain[plain.rindex(b"PK\x05\x06") :]
    assert "save it again" in refused(plain[: -len(end)] + end[:20] + struct.pack("<H", len(end)) + end, "a.xlsx")
    many = rewritten(".xlsx", lambda part, data: data, {f"x/{n}": b"" for n in range(prescan.MEMBERS)})
    assert "parts, as no office program writes" in refused(many, "a.xlsx")


@pytest.mark.parametrize("name", MAIN)
def test_deep_nesting_in_a_part_is_refused(name):
    """A hundred thousand elements within each other are refused before a parser walks them."""
    deep = b"<a>" * 100_000 + b"</a>" * 100_000

    def change(part: str, data: bytes) -> bytes:
        if part != MAIN[name]:
            return data
        at = data.rindex(b"</")
        return data[:at] + deep + data[at:]

    assert f"{MAIN[name]} is nested too deeply to be a plan" in refused(rewritten(name, change), f"a{name}")


@pytest.mark.parametrize("opening", [b"<div>", b"<b>", b"<table><tr><td>", b"<font></i>", b"<ul><li>", b"<svg>", b"<p><a>"])
@pytest.mark.parametrize("often", [500, 5000, 100_000])
def test_deep_nesting_in_a_page_is_read_or_refused(opening, often):
    """Elements that are opened again and again, closed or not, end in a document or one line."""
    outcome(b"<html><body>" + opening * often, "a.html")


@pytest.mark.parametrize("text", [b">", b"[", b"![a](", b"*a _b ", b"- ", b"<a ", b"`", b"|", b"[a]: b\n", b"[^a]: [^a]\n", b"<!--", b"&#"])
@pytest.mark.parametrize("often", [300, 3000])
def test_deep_nesting_in_markdown_is_read_or_refused(text, often):
    """Marks that are opened again and again end in a document or one line."""
    outcome(b"# Plan\n\n" + text * often + b"\n", "a.md")


def far(name: str, address: str) -> bytes:
    """An .xlsx with one value far out, or .ods with a text repeated that far."""
    if name == ".xlsx":
        made = io.BytesIO()
        with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
            book.add_worksheet("Plan").write(address, "x")
        return made.getvalue()
    repeated = re.fullmatch(r"(\d+)x(\d+)", address)
    assert repeated
    cell = b'<table:table-cell table:number-columns-repeated="%s" office:value-type="string"><text:p>x</text:p></table:table-cell>'
    row = b'<table:table-row table:number-rows-repeated="%s">' + cell + b"</table:table-row>"
    rows = row % (repeated[1].encode(), repeated[2].encode())
    return rewritten(".ods", lambda part, data: re.sub(
        rb"<table:table-row.*</table:table-row>", rows, data, flags=re.DOTALL) if part == "content.xml" else data)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "address"),
    [(".xlsx", "XFD1048576"), (".xlsx", "A1048576"), (".ods", "1048576x1"), (".ods", "1x16384"), (".ods", "1048576x16384"),
     (".ods", "999999999999x999999999999")],
)  # fmt: skip
def test_a_sheet_that_claims_to_be_vast_is_refused(name, address):
    """A value in the last cell, a text repeated over a sheet, or more than any sheet: refused before room is made for it."""
    assert "more than" in refused(far(name, address), f"a{name}", Limits(cells=10_000))


def test_a_long_text_in_many_cells_is_refused():
    """A text of 300,000 letters in 300 cells is one here, and would be 300 in the answer of the process apart and in a report."""
    cell = b'<table:table-cell table:number-columns-repeated="300"><text:p>' + b"x" * 300_000 + b"</text:p></table:table-cell>"
    row = b'<table:table-row table:style-name="ro1">'
    data = small(".ods", "content.xml", (row, b"<table:table-row>" + cell + b"</table:table-row>" + row))
    assert "more than 64 MiB of text" in refused(data, "a.ods")


@pytest.mark.parametrize("address", ["A2147483647", "B99999999999999999999", "A1048577", "AAAA1", "A", "A0", "7", "1A1"])
def test_an_address_beyond_all_sheets_is_refused_before_calamine_sees_it(monkeypatch, address):
    """Ten digits were taken for no address at all, and calamine asked for 200 GiB, which aborts the process."""
    import python_calamine

    monkeypatch.delattr(python_calamine.CalamineWorkbook, "from_filelike", raising=True)

    def with_sheet(*pairs: tuple[bytes, bytes]) -> bytes:
        return small(".xlsx", SHEET, *pairs)

    line = "a sheet reaches row 1,048,57"
    assert line in refused(with_sheet((b'<c r="B2"', b'<c r="%s"' % address.encode())), "a.xlsx")
    row = ((b'<row r="2"', b'<row r="2147483647"'), *((b'<c r="%c2"' % letter, b"<c") for letter in b"ABCD"))
    assert line in refused(with_sheet(*row), "a.xlsx")


def biff(code: int, body: bytes) -> bytes:
    """One record of an old workbook."""
    return struct.pack("<HH", code, len(body)) + body


def ole(stream: bytes, names: tuple[str, ...] = ()) -> bytes:
    """An OLE file with one workbook and empty streams of other names."""
    sectors = -(-len(stream) // 512)
    folder = sectors
    entries = b""
    for name, start, size in (("Root Entry", 0xFFFFFFFE, 0), ("Workbook", 0, max(len(stream), 4096)), *((n, 0xFFFFFFFE, 0) for n in names)):
        coded = name.encode("utf-16-le")
        kind = b"\x05" if name == "Root Entry" else b"\x02"
        entries += (coded.ljust(64, b"\0") + struct.pack("<H", len(coded) + 2) + kind + b"\x01" + b"\xff" * 12).ljust(116, b"\0")
        entries += struct.pack("<III", start, size, 0)
    folders = -(-len(entries) // 512)
    table = [n + 1 for n in range(sectors)]
    table[-1] = 0xFFFFFFFE
    table += [folder + n + 1 for n in range(folders - 1)] + [0xFFFFFFFE]
    tables = -(-(len(table) + 8) // 128)
    table += [0xFFFFFFFD] * tables
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 10
    head += struct.pack("<IIIIIIIII", tables, folder, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, sectors + folders)
    head = head.ljust(76, b"\0") + b"".join(struct.pack("<I", sectors + folders + n if n < tables else 0xFFFFFFFF) for n in range(1, 109))
    return (head[:512].ljust(512, b"\xff") + stream.ljust(sectors * 512, b"\0") + entries.ljust(folders * 512, b"\0")
            + struct.pack(f"<{len(table)}I", *table).ljust(tables * 512, b"\xff"))  # fmt: skip


def test_an_old_workbook_that_names_one_sheet_many_times_is_refused():
    """Ten thousand hidden sheets that are one and the same count as often as they are named."""
    begin = biff(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    named = [biff(0x85, struct.pack("<IBBBB", 0, 1, 0, 1, 0) + b"A") for _ in range(200)]
    start = len(begin) + sum(map(len, named)) + 4
    named = [each.replace(b"\0\0\0\0\x01\0", struct.pack("<I", start) + b"\x01\0", 1) for each in named]
    cells = b"".join(biff(0x203, struct.pack("<HHHd", row, 255, 0, 1.0)) for row in range(100))
    sheet = biff(0x809, struct.pack("<HHHHII", 0x600, 16, 0, 0, 0, 0)) + cells + biff(0x0A, b"")
    data = ole(begin + b"".join(named) + biff(0x0A, b"") + sheet)
    assert "its sheets span 5,120,000 cells, more than 100,000" in refused(data, "a.xls")


def test_an_old_workbook_whose_sectors_go_in_circles_is_refused():
    """A chain of sectors that leads back to itself ends."""
    data = bytearray(WIRRAL[".xls"].read_bytes())
    table = (struct.unpack_from("<I", data, 76)[0] + 1) * 512
    for number in range(128):
        struct.pack_into("<I", data, table + 4 * number, number ^ 1)
    assert "save it again" in refused(bytes(data), "a.xls")


# --- cyclic references -----------------------------------------------------------------------------------------------


def test_parts_that_lead_to_each_other_end():
    """Word's parts that lead to themselves, styles that rest on themselves, and lists in circles are read or refused."""
    here = b'<Relationship Id="rIdX" Type="http://x/%s" Target="%s"/></Relationships>'

    def change(part: str, data: bytes) -> bytes:
        if part == "word/_rels/document.xml.rels":
            for kind in (b"header", b"footnotes", b"styles", b"numbering", b"comments"):
                data = data.replace(b"</Relationships>", here % (kind, b"document.xml"))
        if part == "word/styles.xml":
            data = re.sub(rb'<w:basedOn w:val="[^"]*"/>', b"", data)
            data = re.sub(rb'(w:styleId="([^"]*)"[^>]*>)', rb'\1<w:basedOn w:val="\2"/>', data)
        return data

    outcome(rewritten(".docx", change), "a.docx")


def test_relations_of_a_workbook_in_circles_end():
    """A workbook whose sheets and shared texts are the workbook itself is read or refused."""

    def change(part: str, data: bytes) -> bytes:
        if part == "xl/_rels/workbook.xml.rels":
            return re.sub(rb'Target="[^"]*"', b'Target="workbook.xml"', data)
        return data

    refused(rewritten(".xlsx", change), "a.xlsx")
    assert "missing or damaged" in refused(rewritten(".xlsx", lambda part, data: data.replace(
        b"sheet1.xml", b"nothing.xml") if part.endswith("workbook.xml.rels") else data), "a.xlsx")  # fmt: skip


def test_styles_of_a_spreadsheet_in_circles_end():
    """Two styles that each rest on the other say what they say themselves."""

    def change(part: str, data: bytes) -> bytes:
        if part != "content.xml":
            return data
        circle = b"".join(b'<style:style style:name="%s" style:family="table-cell" style:parent-style-name="%s"/>' % pair
                          for pair in ((b"p", b"q"), (b"q", b"p")))  # fmt: skip
        data = data.replace(b"<office:automatic-styles>", b"<office:automatic-styles>" + circle)
        return data.replace(b"<table:table-cell ", b'<table:table-cell table:style-name="p" ', 1) if b'"p"' not in data else data

    assert isinstance(outcome(rewritten(".ods", change), "a.ods"), Document)


def pdf(objects: list[bytes], *, root: int = 1) -> bytes:
    """A PDF of these objects, numbered from 1."""
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, root, start)
    return bytes(out)


CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
LEAF = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>"


@pytest.mark.parametrize(
    "objects",
    [
        [CATALOG, b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"],
        [CATALOG, b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", b"<< /Type /Pages /Kids [2 0 R] /Count 1 /Parent 2 0 R >>"],
        [CATALOG, b"<< /Type /Pages /Kids [3 0 R 3 0 R] /Count 2 >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>"],
        [CATALOG, b"2 0 R"],
        [CATALOG, b"3 0 R", b"2 0 R"],
        [CATALOG, b"<< /Type /Pages /Kids [3 0 R] /Count 1 /Parent 2 0 R >>", LEAF.replace(b"/Parent 2", b"/Parent 3")],
        [CATALOG, b"<< /Type /Pages /Kids [3 0 R] /Count 4 0 R >>", LEAF, b"4 0 R"],
        [CATALOG, b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", LEAF.replace(b"[0 0 100 100]", b"3 0 R")],
        [CATALOG, b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", LEAF.replace(b">>", b"/Contents 4 0 R >>"),
         b"<< /Length 4 0 R >>\nstream\nBT ET\nendstream"],
        [CATALOG, b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
         LEAF.replace(b">>", b"/Contents 4 0 R /Resources << /XObject << /A 5 0 R >> >> >>"),
         b"<< /Length 5 >>\nstream\n/A Do\nendstream",
         b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /A 5 0 R >> >> /Length 11 >>\n"
         b"stream\n/A Do /A Do\nendstream"],
    ],
    ids=["kid of itself", "two pages", "doubling", "itself", "each other", "parents", "count", "box", "length", "drawing"],
)  # fmt: skip
def test_a_pdf_that_refers_to_itself_ends(objects):
    """Page trees, lengths, counts and drawings that lead to themselves are refused or read."""
    outcome(pdf(objects), "a.pdf")


def test_a_pdf_of_a_hundred_thousand_objects_ends():
    """A page and 100,000 objects beside it is read or refused; one that has or claims more than half a million is refused."""
    pages = [CATALOG, b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", LEAF]
    assert "has nothing on its pages" in refused(pdf(pages + [b"<< /A [1 0 R 2 0 R] >>"] * 100_000), "a.pdf")
    assert "objects, as no plan has" in refused(pdf(pages + [b"0"] * 500_000), "a.pdf")
    for claim in (b"<< /Type /ObjStm /N 9999999 >>", b"<< /Type /XRef /Index [0 999999999] >>"):
        assert "objects, as no plan has" in refused(pdf([*pages, claim]), "a.pdf")


def drawn(rows: list[tuple[str, ...]]) -> bytes:
    """What draws a table with rules on a page of 300 points."""
    ink = [b"BT /F 9 Tf"]
    for number, row in enumerate(rows):
        ink += [b"1 0 0 1 %d %d Tm (%s) Tj" % (10 + 70 * at, 180 - 20 * number, text.encode()) for at, text in enumerate(row) if text]
    low = 195 - 20 * len(rows)
    ink += [b"ET", *(b"%d %d m %d 195 l S" % (x, low, x) for x in range(8, 300, 70))]
    return b"\n".join([*ink, *(b"8 %d m 288 %d l S" % (y, y) for y in range(low, 200, 20))])


def test_a_page_whose_only_row_goes_on_from_the_page_before_is_read():
    """Where a page break cut a row, and nothing else stands on the second page, the third page's table follows on none."""
    tables = [
        [("Ref", "Action", "Due", "Status"), ("1", "Dig", "by 30", "Open"), ("2", "Pour", "by 30", "Open")],
        [("", "", "June 2024", "")],
        [("3", "Drain", "May 2024", "Done"), ("4", "Fence", "May 2024", "Done")],
    ]
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    leaf = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents %d 0 R /Resources << /Font << /F 3 0 R >> >> >>"
    objects = [CATALOG, b"<< /Type /Pages /Kids [4 0 R 6 0 R 8 0 R] /Count 3 >>", font]
    for number, rows in enumerate(tables):
        ink = drawn(rows)
        objects += [leaf % (5 + 2 * number), b"<< /Length %d >>\nstream\n%s\nendstream" % (len(ink), ink)]
    found = outcome(pdf(objects), "a.pdf")
    assert isinstance(found, Document)
    assert [list(row) for grid in found.grids for row in grid.rows][2:] == [
        ["2", "Pour", "by 30\nJune 2024", "Open"], *(list(row) for row in tables[2]),
    ]  # fmt: skip


@pytest.mark.parametrize("opening", [b"[", b"[ \n", b"<</A", b"<< /A "])
def test_a_pdf_nested_beyond_reason_is_refused(opening):
    """Arrays and dictionaries within each other a thousand times are refused before they are parsed."""
    assert "nested too deeply" in refused(pdf([CATALOG, opening * 1000]), "a.pdf")


# --- macros ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "part"),
    [(".xlsx", "xl/vbaProject.bin"), (".docx", "word/vbaProject.bin"), (".ods", "Basic/Standard/Module1.xml"),
     (".xlsx", "xl/macrosheets/sheet1.xml")],
)  # fmt: skip
def test_macros_are_said_and_not_run(name, part):
    """A file with macros is read as it is without them, and a finding says that they were not run."""
    plain = outcome(WIRRAL[name].read_bytes(), f"a{name}")
    made = outcome(rewritten(name, lambda part, data: data, {part: b"<macro/>" if part.endswith("l") else b"\0\1"}), f"a{name}m")
    assert isinstance(plain, Document)
    assert isinstance(made, Document)
    assert (made.grids, made.decided) == (plain.grids, plain.decided)
    said = [note for note in made.notes if note not in plain.notes]
    assert said == [("macros-not-run", "", f"holds macros ({part}); planlib never runs any, and did not read them")]


def test_macros_of_an_old_workbook_are_said():
    """A folder of macros beside the workbook is named; a library list of LibreOffice's is no macro."""
    sheet = biff(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    assert prescan.compound(Path("a.xls"), ole(sheet, ("_VBA_PROJECT_CUR",)), SMALL)[0][0] == "macros-not-run"
    assert prescan.compound(Path("a.xls"), ole(sheet), SMALL) == []
    lists = {"Basic/Standard/script-lb.xml": b"<x/>", "Basic/script-lc.xml": b"<!DOCTYPE x><x/>"}
    found = outcome(rewritten(".ods", lambda part, data: data, lists), "a.ods")
    assert isinstance(found, Document)
    assert [note for note in found.notes if note[0] == "macros-not-run"] == []


def test_scripts_of_a_pdf_are_said():
    """A script in a PDF is not run, and a finding says so."""
    plain = WIRRAL[".pdf"].read_bytes()
    found = outcome(plain.replace(b"%PDF-1.4\n", b"%PDF-1.4\n%/OpenAction << /S /JavaScript >>\n", 1)
                    if plain.startswith(b"%PDF-1.4\n") else plain + b"\n% /S /JavaScript\n%%EOF\n", "a.pdf")  # fmt: skip
    assert isinstance(found, Document)
    assert found.notes[-1] == ("macros-not-run", "", "holds scripts or commands; planlib never runs any, and did not read them")


# --- damage ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.name)
def test_a_document_cut_off_at_every_kilobyte_is_read_or_refused(path):
    """Every bundled document, cut off after each kilobyte, gives one clear line; text may be read as far as it goes."""
    data = path.read_bytes()
    for end in range(0, len(data), 1024):
        found = outcome(data[:end], path.name)
        assert isinstance(found, str) or path.suffix in (".csv", ".html"), end


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".xlsm", ".xls", ".ods", ".odt", ".docx", ".pdf", ".html", ".md"])
def test_random_bytes_are_read_or_refused(suffix):
    """Random bytes, bare and behind the beginning that names the format, give a document or one line."""
    chance = random.Random(7)
    heads = (
        b"", b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-1.7\n", b"<html><table>", b"|a|\n|-|\n",
        b"\xff\xfe",
    )  # fmt: skip
    for _ in range(30):
        for head in heads:
            outcome(head + chance.randbytes(chance.randrange(3000)), f"a{suffix}")


@pytest.mark.parametrize("name", ["a.csv", "a.html", "a.md"])
@pytest.mark.parametrize("data", [b"<!---->" * 2000 + b"x", b"a,b\n" + b" " * 1_000_000 + b"x\n", b"|a|\n" + b"\t |" * 300_000 + b"\n"])
def test_telling_the_format_does_not_take_for_ever(name, data):
    """Comments in front of nothing and a line of a million blanks: telling a page or a table from text took hours."""
    outcome(data, name)


MANY = b"9" * 5000
RULE = b'<calcext:condition calcext:apply-style-name="ConditionalStyle_1" calcext:value="=1" calcext:base-cell-address="Plan.A1"/>'


def ruled(ranges: bytes, rules: bytes) -> bytes:
    """The small spreadsheet (.ods) with other rules for colours."""
    with zipfile.ZipFile(io.BytesIO(hostile.seed(".ods"))) as archive:
        content = archive.read("content.xml")
    found = re.search(rb"<calcext:conditional-format .*?</calcext:conditional-format>", content, re.DOTALL)
    assert found
    block = b'<calcext:conditional-format calcext:target-range-address="%s">%s</calcext:conditional-format>' % (ranges, rules)
    return small(".ods", "content.xml", (found[0], block))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.odt", lambda: small(".odt", "content.xml", (b'outline-level="2"', b'outline-level="%s"' % MANY))),
        ("a.docx", lambda: small(".docx", "word/document.xml", (b"<w:tcPr>", b'<w:tcPr><w:shd w:val="pct%s"/>' % MANY))),
        ("a.xlsx", lambda: small(".xlsx", SHEET, (b"<sheetData>", b'<cols><col min="%s" max="1" hidden="1"/></cols><sheetData>' % MANY))),
        ("a.xlsx", lambda: small(".xlsx", SHEET, (b'dxfId="0"', b'dxfId="%s"' % MANY))),
    ],
    ids=["heading", "shading", "columns", "rule"],
)  # fmt: skip
def test_a_number_of_thousands_of_digits_is_none(name, data):
    """Python makes no number of more than 4,300 digits; where one stands for a level, a share or a place, the file is read."""
    assert isinstance(outcome(data(), name), Document)


def test_a_time_with_its_zone_under_a_rule_is_read():
    """A rule compares days that have no zone; a cell's that has one is no fault."""
    cell = b'<table:table-cell office:value-type="date" office:date-value="2024-01-01T10:00:00+01:00"><text:p>x</text:p></table:table-cell>'
    first = re.compile(rb"(<table:table-row [^>]*>)<table:table-cell .*?</table:table-cell>")
    with zipfile.ZipFile(io.BytesIO(ruled(b"Plan.A1:Plan.C9", RULE))) as archive:
        content = first.sub(rb"\1" + cell, archive.read("content.xml"), count=1)
    found = outcome(rewritten(".ods", lambda part, data: content if part == "content.xml" else data), "a.ods")
    assert isinstance(found, Document)
    assert found.grids[0].rows[0][0] == "2024-01-01 10:00:00+01:00"


def test_half_a_pair_of_utf_16_is_no_character():
    """Word may name any sign by its number; one that could not be written into a report is shown as U+FFFD."""
    sign = b'<w:r><w:sym w:font="Arial" w:char="D800"/></w:r>'
    found = outcome(small(".docx", "word/document.xml", (b"<w:r><w:t>Pour</w:t></w:r>", b"<w:r><w:t>Pour</w:t></w:r>" + sign)), "a.docx")
    assert isinstance(found, Document)
    assert found.grids[0].rows[2][1] == "Pour\ufffd"


def page(inner: bytes) -> bytes:
    """A web page of one table."""
    return b"<html><body><table><tr>" + inner + b"</table>"


def lettered(widths: bytes, meanings: bytes = b"") -> bytes:
    """A PDF with a letter of a font that says how wide its letters are, and what they mean."""
    meant = b"begincmap\n" + meanings + b"\nendcmap"
    return pdf([
        CATALOG, b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        LEAF.replace(b">>", b"/Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>"),
        b"<< /Length 28 >>\nstream\nBT /F 9 Tf 9 9 Td (ab) Tj ET\nendstream",
        b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [6 0 R] /ToUnicode 7 0 R >>",
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> "
        b"/FontDescriptor << /Type /FontDescriptor /FontName /X >> %s >>" % widths,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(meant), meant),
    ])  # fmt: skip


TOO_LONG: dict[str, tuple[str, Callable[[], bytes]]] = {
    "an encoding of names": (".html", lambda: b"<meta charset=punycode>" + page(b"<td>" + b"a" * 300_000 + b"-" + b"a" * 50_000)),
    "colours that do not end": (".html", lambda: page(b"<td style='background:" + b"rgb(" * 30_000 + b"'>x")),
    "a long colour of many cells": (".html", lambda: b"<style>td{background:" + b"a1 " * 30_000 + b"}</style>" + page(b"<td>x" * 1500)),
    "addresses that do not end": (".html", lambda: page(b"<td style='background:" + b"url(" * 30_000 + b"'>x")),
    "tables beside each other": (".html", lambda: page(b"<td><table></table>" * 4000)),
    "wide cells to the end": (".html", lambda: page(b"<td colspan=1000 rowspan=0>" * 90 + b"<tr><td>x" * 2000)),
    "cells to the end": (".html", lambda: page(b"<td rowspan=0>" * 9000 + b"<tr><td>x" * 2000)),
    "notes in a paragraph": (".html", lambda: b"<p>" + b"".join(b"<a id=fn%d></a><a href=#fn%d>1</a>" % (n, n) for n in range(4000))),
    "square metres": (".html", lambda: page(b"<td>" + b"m<sup>2</sup>" * 20_000)),
    "blanks below a header": (".md", lambda: b"|a|\n" + b" " * 30_000 + b"x-|\n"),
    "blanks within a rule": (".md", lambda: b"|a|\n|-" + b" " * 30_000 + b"x|\n"),
    "quotation marks in a rule": (".ods", lambda: ruled(b"Plan.A1", RULE.replace(b'"=1"', b'"formula-is(AND(%s)"' % (b"&quot;" * 60)))),
    "a range without a sheet": (".ods", lambda: ruled(b"A" * 100_000, RULE)),
    "areas outside the sheet": (".ods", lambda: ruled(b"Plan.ZZ99 " * 20_000, RULE * 2000)),
    "fills beyond the text": (".ods", lambda: small(".ods", "content.xml", (b'<table:table-row table:style-name="ro1">', (
        b'<table:table-row table:number-rows-repeated="8000"><table:table-cell><text:p>x</text:p></table:table-cell>'
        + b'<table:table-cell table:number-columns-spanned="2"/>' * 20_000
        + b'</table:table-row><table:table-row table:style-name="ro1">')))),
    "texts that do not end": (".xlsx", lambda: small(".xlsx", SHEET, (b"<sheetData>", b"<sheetData>" + (
        b'<row r="1">' + b'<c r="A1" t="inlineStr"><is><r>' * 300 + b"x" * 4_000_000)))),
    "strings that do not end": (".xlsx", lambda: small(".xlsx", "xl/sharedStrings.xml", (
        b"<si>", b"<si/>" + b"<si><r>" * 400 + b"x" * 4_000_000))),
    "runs that do not end": (".xlsx", lambda: small(".xlsx", "xl/sharedStrings.xml", (
        b"<si>", b"<si>" + b"<r>" * 400 + b"x" * 4_000_000 + b"</si><si>"))),
    "a sheet of many names": (".xlsx", lambda: small(".xlsx", "xl/workbook.xml", (b"<sheets>", b"<sheets>" + b"".join(
        b'<sheet name="s%d" sheetId="%d" r:id="rId1"/>' % (n, n + 9) for n in range(20_000))))),
    "styles upon styles": (".docx", lambda: rewritten(".docx", lambda part, data: data if part != "word/styles.xml" else (
        data[: data.rindex(b"</w:styles>")] + b"".join(b'<w:style w:styleId="s%d"><w:basedOn w:val="s%d"/></w:style>' % (n, n + 1)
                                                       for n in range(20_000)) + b"</w:styles>"))),
    "widths of letters": (".pdf", lambda: lettered(b"/W [" + b"0 1000000 500 " * 50 + b"]")),
    "meanings of letters": (".pdf", lambda: lettered(b"", b"20 beginbfrange\n" + b"<000000> <0FFFFF> <0000>\n" * 20 + b"endbfrange")),
    "numbers of letters": (".pdf", lambda: lettered(b"", b"1 begincidrange\n<00000000> <0FFFFFFF> 0\nendcidrange")),
}


@pytest.mark.parametrize("why", TOO_LONG)
def test_no_small_file_takes_long(why):
    """Files of up to some million bytes whose cost grew with the square of what they repeat, or faster: read or refused at once."""
    suffix, make = TOO_LONG[why]
    data = make()
    began = time.process_time()
    outcome(data, f"a{suffix}")
    assert time.process_time() - began < 5


@pytest.mark.parametrize("suffix", hostile.FORMATS)
def test_the_files_that_are_damaged_are_whole(suffix):
    """The small file of each format is read, with its two actions, so that what is made of it reaches behind the first check."""
    found = outcome(hostile.seed(suffix), f"a{suffix}")
    assert isinstance(found, Document)
    if suffix not in (".xls", ".ods"):  # which are our marked documents
        assert "Pour" in "".join(cell for grid in found.grids for row in grid.rows for cell in row)


@pytest.mark.parametrize("suffix", hostile.FORMATS)
@settings(max_examples=40)
@given(chance=st.randoms(use_true_random=False))
def test_a_damaged_file_of_any_format_is_read_or_refused(suffix, chance):
    """Changes of bytes, tokens, values and elements, in archives within their parts, give a document or one line."""
    outcome(hostile.damaged(suffix, chance), f"a{suffix}")
