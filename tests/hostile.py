"""Small files of every format, and ways to damage them that reach behind the first check: for tests and for `make fuzz`."""

from __future__ import annotations

import io
import random
import re
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from itertools import chain
from pathlib import Path

import docx
import xlsxwriter

from planlib.readers.grid import Document

DOCUMENTS = Path(__file__).parent / "documents"
ROWS = (
    ("Ref", "Action", "Target date", "Status"),
    ("1", "Dig the well", "30 June 2024", "In progress"),
    ("2", "Pour", "", "Done"),
)
NUMBERS = (
    b"0",
    b"-1",
    b"1",
    b"2",
    b"255",
    b"65535",
    b"65536",
    b"1048576",
    b"2147483647",
    b"4294967295",
    b"99999999999999999999",
    b"1e309",
)
TOKENS: dict[str, tuple[bytes, ...]] = {
    ".xlsx": (
        b'<c r="XFD1048576" t="s"><v>0</v></c>',
        b'<mergeCell ref="A1:XFD1048576"/>',
        b"<row>",
        b'r="A1"',
        b't="e"',
        b't="inlineStr"',
        b"<is><r><t>x</t></r></is>",
        b'hidden="1"',
        b'<cfRule type="expression" dxfId="0" priority="1"><formula>A1=1</formula></cfRule>',
        b'<conditionalFormatting sqref="A1:B9">',
        b'uniqueCount="',
        b"<sst",
        b"<!DOCTYPE x>",
        b"<![CDATA[",
        b"<!--",
        b"&#0;",
        b"]]>",
    ),
    ".ods": (
        b'table:number-columns-repeated="',
        b'table:number-rows-repeated="',
        b'table:number-columns-spanned="',
        b"<table:table-cell/>",
        b"<table:table-row>",
        b'table:visibility="collapse"',
        b'office:value-type="date"',
        b'office:date-value="',
        b"<text:p>",
        b"<text:s/>",
        b"<!ENTITY",
        b"<text:span>",
        b"<table:covered-table-cell/>",
        b'office:value-type="percentage"',
        b'office:value="',
    ),
    ".odt": (
        b"<text:p>",
        b"<text:h>",
        b'text:outline-level="',
        b"<text:list>",
        b"<text:list-item>",
        b"<text:section>",
        b"<text:span>",
        b"<text:note>",
        b"<text:note-citation/>",
        b"<text:tracked-changes>",
        b"<office:annotation/>",
        b"<table:table>",
        b"<table:table-row>",
        b"<table:table-cell>",
        b'table:number-columns-repeated="',
        b'table:number-rows-spanned="',
        b'text:style-name="s"',
        b'style:parent-style-name="',
        b"<text:s/>",
        b"<!ENTITY",
    ),
    ".docx": (
        b'<w:gridSpan w:val="',
        b'<w:vMerge w:val="restart"/>',
        b"<w:tbl>",
        b"<w:tr>",
        b"<w:tc>",
        b"<w:del>",
        b"<w:ins>",
        b"<w:p>",
        b"<w:r>",
        b'<w:pStyle w:val="',
        b"<w:numPr>",
        b'<w:ilvl w:val="',
        b'<w:fldChar w:fldCharType="begin"/>',
        b"<w:sdt>",
        b"<w:txbxContent>",
        b'<w:gridBefore w:val="',
        b'<w:shd w:val="pct5" w:fill="auto"/>',
        b'<w:footnoteReference w:id="1"/>',
    ),
    ".pdf": (
        b"1 0 R",
        b"2 0 R",
        b"<<",
        b">>",
        b"[",
        b"]",
        b"/Kids",
        b"/Count",
        b"/Length",
        b"/Filter /FlateDecode",
        b"/Filter /LZWDecode",
        b"/Filter /ASCII85Decode",
        b"/Filter /RunLengthDecode",
        b"/DecodeParms << /Predictor 12 /Columns 9 >>",
        b"stream\n",
        b"endstream",
        b" Tf",
        b" Tj",
        b" TJ",
        b" Do",
        b" cm",
        b" re",
        b" l",
        b" m",
        b"BT",
        b"ET",
        b"q",
        b"Q",
        b"BI",
        b"ID",
        b"EI",
        b"(",
        b")",
        b"<",
        b">",
        b"/ToUnicode",
        b"beginbfrange",
        b"/W [",
        b"obj",
        b"endobj",
        b"xref",
        b"trailer",
        b"/Encrypt",
        b"/Prev 0",
        b"/Rotate 90",
        b"/MediaBox",
    ),
    ".html": (
        b"<table>",
        b"<tr>",
        b"<td rowspan=",
        b"<td colspan=",
        b"</td>",
        b"<div>",
        b"</div>",
        b"<s>",
        b"<p>",
        b"<li>",
        b"<ol start=",
        b"<br>",
        b"<sup>",
        b"<a href=#x>",
        b"<style>td{background:",
        b"<!--",
        b"-->",
        b"<script>",
        b"&#x110000;",
        b"&nbsp;",
        b"<svg>",
        b"<math>",
        b"<base href=",
        b"<meta charset=",
        b"<td style='mso-list:l0 level1'>",
        b"<caption>",
        b"<thead>",
        b"<template>",
    ),
    ".md": (
        b"|",
        b"\n|-|-|\n",
        b"\n\n",
        b"# ",
        b"- ",
        b"1. ",
        b"> ",
        b"`",
        b"```\n",
        b"*",
        b"_",
        b"~~",
        b"[",
        b"](",
        b"![",
        b"[^1]",
        b"\n[^1]: ",
        b"<div>",
        b"<td>",
        b"\\",
        b"---\n",
        b":---:",
        b"{: .x}",
        b"- [ ] ",
        b"\t",
        b"    ",
        b"<!--",
        b"https://x",
        b"&amp;",
    ),
    ".csv": (
        b",",
        b";",
        b"\t",
        b"|",
        b'"',
        b'""',
        b"\n",
        b"\r",
        b"\r\n",
        b"sep=;\n",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\0",
        b"\x85",
        b"\xd5",
        b"=",
    ),
    ".xls": (
        b"\x09\x08",
        b"\x85\0",
        b"\xfd\0",
        b"\x03\x02",
        b"\xfc\0",
        b"\x3c\0",
        b"\x0a\0",
        b"\xff\xff",
        b"\xfe\xff\xff\xff",
        b"\0\0\0\0",
    ),
}
FORMATS = tuple(TOKENS)


def said(document: Document) -> str:
    """All that a document says, for whether it can be written down: half a pair of UTF-16 cannot."""
    texts = [*(text for each in (*document.decided, *document.notes) for text in each)]
    for grid in document.grids:
        texts += [grid.name, *grid.places, *chain.from_iterable(grid.rows), *chain.from_iterable(grid.struck.values())]
        texts += [*grid.fills.values(), *grid.notes.values(), *grid.cell_places.values()]
        texts += [text for line in grid.before for text in (line.text, line.place, line.label, *line.struck)]
    return "\n".join(texts)


def _workbook() -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet, red = book.add_worksheet("Plan"), book.add_format({"bg_color": "#FF0000", "font_strikeout": True})
        for number, row in enumerate(ROWS):
            sheet.write_row(number, 0, row, red if number == 1 else None)
        sheet.write_number(3, 0, 45_000, book.add_format({"num_format": "d mmm yyyy"}))
        sheet.merge_range("A6:B7", "merged")
        sheet.conditional_format("A1:D9", {"type": "cell", "criteria": ">", "value": 1, "format": red})
    return made.getvalue()


def _word() -> bytes:
    book = docx.Document()
    book.add_heading("Plan", 1)
    table = book.add_table(len(ROWS), len(ROWS[0]))
    for row, texts in zip(table.rows, ROWS, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    made = io.BytesIO()
    book.save(made)
    # The default styles are a hundred times what the rest is.
    small = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(small, "w") as new:
        for part in old.infolist():
            if part.filename.endswith((".rels", "document.xml", "numbering.xml", "[Content_Types].xml")):
                new.writestr(part.filename, old.read(part))
    return small.getvalue()


def _sheet() -> bytes:
    with zipfile.ZipFile(DOCUMENTS / "marked.ods") as old:
        content = old.read("content.xml")
    # The fills that its rules give stand in another part, which would be most of the file.
    red = b'<style:style style:name="ConditionalStyle_%d" style:family="table-cell"><style:table-cell-properties %s/></style:style>'
    fills = b"".join(red % (number, b'fo:background-color="#ff0000"') for number in (1, 2))
    content = content.replace(b"</office:automatic-styles>", fills + b"</office:automatic-styles>", 1)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as new:
        new.writestr("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")
        new.writestr("content.xml", content)
    return made.getvalue()


def _text() -> bytes:
    names = "office text table style".split()
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in names)
    styles = "".join(
        f'<style:style style:name="{name}" style:family="text" style:parent-style-name="{above}">'
        f"<style:text-properties {said}/></style:style>"
        for name, above, said in (
            ("b", "r", 'fo:font-weight="bold"'), ("s", "", 'style:text-line-through-style="solid"'),
            ("r", "b", 'style:text-position="super 58%"'),
        )
    )  # fmt: skip
    note = "<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>why</text:p></text:note-body></text:note>"
    rows = "".join(
        "<table:table-row>" + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{text}{note if text == "Pour" else ""}</text:p></table:table-cell>'
            for text in row
        ) + "</table:table-row>"
        for row in ROWS
    )  # fmt: skip
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces} xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0">'
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:text>"
        '<text:h text:outline-level="2">Plan</text:h><text:section><text:p><text:span text:style-name="b">Lead</text:span>: A.'
        '<text:s text:c="2"/><text:span text:style-name="s">B.</text:span></text:p></text:section>'
        "<text:list><text:list-item><text:p>item</text:p></text:list-item></text:list>"
        f'<table:table><table:table-column table:number-columns-repeated="4"/>{rows}</table:table>'
        "<text:p>End</text:p></office:text></office:body></office:document-content>"
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as new:
        new.writestr("mimetype", b"application/vnd.oasis.opendocument.text")
        new.writestr("content.xml", content)
    return made.getvalue()


def _printed() -> bytes:
    lines = [b"BT /F 9 Tf"]
    for number, row in enumerate(ROWS):
        lines += [
            b"1 0 0 1 %d %d Tm (%s) Tj" % (10 + 70 * at, 180 - 20 * number, text.encode())
            for at, text in enumerate(row)
        ]
    lines += [
        b"ET",
        *(b"%d 120 m %d 195 l S" % (x, x) for x in range(8, 300, 70)),
        *(b"8 %d m 288 %d l S" % (y, y) for y in (135, 155, 175, 195)),
    ]
    ink = b"\n".join(lines)
    pressed = zlib.compress(b"q 1 0 0 1 0 0 cm Q")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents [4 0 R 6 0 R] /Resources << /Font << /F 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(ink), ink),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /FirstChar 32 /Widths [278 278 355] >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(pressed), pressed),
    ]  # fmt: skip
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    end = b"".join(b"%010d 00000 n \n" % place for place in places)
    tail = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(out))
    return bytes(out) + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + end + tail


@cache
def seed(suffix: str) -> bytes:
    """A small file that is read without a fault."""
    cells = "\n".join(",".join(row) for row in ROWS)
    page = "".join("<tr>" + "".join(f"<td>{text}</td>" for text in row) + "</tr>" for row in ROWS)
    marked = "\n".join("| " + " | ".join(row) + " |" for row in ROWS).replace("\n", "\n|---|---|---|---|\n", 1)
    made: dict[str, Callable[[], bytes]] = {
        ".xlsx": _workbook,
        ".ods": _sheet,
        ".odt": _text,
        ".docx": _word,
        ".pdf": _printed,
        ".xls": (DOCUMENTS / "marked.xls").read_bytes,
        ".csv": cells.encode,
        ".md": f"# Plan\n\n{marked}\n\nA *note*[^1].\n\n[^1]: Small.\n".encode,
        ".html": f"<!DOCTYPE html><html><body><h1>Plan</h1><table border=1>{page}</table><p>End</p></body></html>".encode,
    }
    return made[suffix]()


def damaged(suffix: str, chance: random.Random, data: bytes | None = None) -> bytes:
    """The small file, or one made from it, with one to five changes; of an archive mostly within a part, and packed again.

    Parameters
    ----------
    suffix : str
        One of `FORMATS`.
    chance : random.Random
    data : bytes, optional
        What to change, where not the small file.
    """
    whole = seed(suffix) if data is None else data
    if whole.startswith(b"PK") and chance.random() < 0.85:
        try:
            return _within_a_part(suffix, whole, chance)
        except Exception:  # it is no archive any more, whatever zipfile says of it
            return _changed(whole, suffix, chance)
    return _changed(whole, suffix, chance)


def _within_a_part(suffix: str, whole: bytes, chance: random.Random) -> bytes:
    with zipfile.ZipFile(io.BytesIO(whole)) as old:
        parts = {part.filename: old.read(part) for part in old.infolist()}
    # The longer a part, the more there is to get wrong in it.
    name = chance.choices(list(parts), [len(data) + 200 for data in parts.values()])[0]
    parts[name] = _changed(parts[name], suffix, chance)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as new:
        for each, data in parts.items():
            new.writestr(each, data)
    return made.getvalue()


def _changed(data: bytes, suffix: str, chance: random.Random) -> bytes:
    made = bytearray(data)
    if data.lstrip().startswith(b"<") and chance.random() < 0.7:
        for _ in range(chance.choice((1, 2, 4, 8))):
            made = _rearranged(made, suffix, chance)
        return bytes(made[: 1 << 20])
    for _ in range(chance.choice((1, 1, 1, 2, 3, 5))):
        start = chance.randrange(len(made) + 1)
        end = min(len(made), start + chance.choice((0, 1, 2, 4, 8, 16, 64)))
        way = chance.randrange(8)
        if way == 0:
            made[start:end] = chance.randbytes(end - start)
        elif way == 1:
            made[start:start] = chance.choice(TOKENS[suffix])
        elif way == 2:
            made[start:end] = chance.choice(TOKENS[suffix])
        elif way == 3:
            del made[start:end]
        elif way == 4:
            piece = bytes(made[start : start + chance.randrange(1, 200)])
            made[start:start] = piece * chance.choice((1, 2, 10, 100))
        elif way == 5:
            made[start:start] = chance.choice(TOKENS[suffix]) * chance.choice((2, 30, 300))
        elif way == 6:
            digits = [at for at in range(start, min(len(made), start + 300)) if 48 <= made[at] < 58]
            if digits:
                made[digits[0] : digits[0] + 1] = chance.choice(NUMBERS)
        elif chance.random() < 0.2:
            del made[start:]
        else:
            other = chance.randrange(len(made) + 1)
            made[start:start] = made[other : other + chance.randrange(1, 400)]
    return bytes(made[: 1 << 20])


_VALUE = re.compile(rb'="([^"<>]*)"')
_LEAF = re.compile(rb"<([\w:]+)[^<>]*/>|<([\w:]+)[^<>]*>[^<>]*</\2>")


def _rearranged(data: bytearray, suffix: str, chance: random.Random) -> bytearray:
    """Another value of an attribute, or an element that is left out, repeated or moved: mostly well formed still."""
    values, leaves = list(_VALUE.finditer(data)), list(_LEAF.finditer(data))
    if values and (chance.random() < 0.5 or not leaves):
        start, end = chance.choice(values).span(1)
        other = bytes(chance.choice(values)[1]) if chance.random() < 0.5 else chance.choice(NUMBERS)
        return data[:start] + other + data[end:]
    if not leaves:
        return data
    found, there = chance.choice(leaves), chance.choice(leaves).start()
    start, end = found.span()
    piece = bytes(found[0])
    way = chance.randrange(4)
    if way == 0:
        return data[:start] + data[end:]
    if way == 1:
        return data[:start] + piece * chance.choice((2, 10, 200)) + data[end:]
    if way == 2:
        return data[:there] + piece + data[there:]
    head = piece.partition(b">")[0].rstrip(b"/") + b">"
    name = (found[1] or found[2]).join((b"</", b">"))
    deep = chance.choice((1, 5, 50))
    return data[:start] + head * deep + piece + name * deep + data[end:]
