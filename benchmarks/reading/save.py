"""Saves laid-out plans as files, the last step by the programs that people use: LibreOffice, pandoc, a browser."""

from __future__ import annotations

import csv
import html
import os
import shutil
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time
from itertools import groupby
from pathlib import Path
from typing import Any

import docx
import xlsxwriter
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt
from layouts import Cell, Heading, Line, Table

Blocks = Sequence[Heading | Line | Table]
# Saver to the ending of its file, the file it is made from ("" for none) and the program that makes it.
SAVERS = {
    "csv": ("csv", "", ""), "csv-cp1252": ("csv", "", ""), "csv-semicolon": ("csv", "", ""), "csv-tab": ("tsv", "", ""),
    "html": ("html", "", ""), "docx": ("docx", "", ""), "xlsx": ("xlsx", "", ""),
    "docx-libreoffice": ("docx", "docx", "soffice"), "html-libreoffice": ("html", "docx", "soffice"),
    "pdf-libreoffice": ("pdf", "docx", "soffice"), "xlsx-libreoffice": ("xlsx", "xlsx", "soffice"),
    "ods": ("ods", "xlsx", "soffice"), "xls": ("xls", "xlsx", "soffice"), "pdf-sheet": ("pdf", "xlsx", "soffice"),
    "md-pandoc": ("md", "html", "pandoc"), "html-pandoc": ("html", "docx", "pandoc"),
    "docx-pandoc": ("docx", "html", "pandoc"), "pdf-chromium": ("pdf", "html", "chromium"),
    "pdf-borderless": ("pdf", "html", "chromium"), "html-nested": ("html", "", ""),
}  # fmt: skip
_CSV = {"csv-cp1252": ("cp1252", ","), "csv-semicolon": ("utf-8-sig", ";"), "csv-tab": ("utf-8", "\t")}
EPOCH = 1314748800  # 31 August 2011, for the programs that stamp files and can be told with what
SECONDS = 600  # that one run of a program may take


def save(plans: Iterable[tuple[str, str, Blocks]], folder: Path) -> dict[str, Path]:
    """Save plans.

    Parameters
    ----------
    plans : iterable of (name, saver, blocks)
    folder : Path

    Returns
    -------
    dict of str to Path
        Name to file, of those that the programs at hand could make.
    """
    made: dict[str, Path] = {}
    jobs: dict[tuple[str, str, str], list[tuple[Path, Path]]] = defaultdict(list)
    sources = folder / "sources"
    sources.mkdir(parents=True, exist_ok=True)
    for name, saver, blocks in plans:
        ending, source, program = SAVERS[saver]
        made[name] = folder / f"{name}.{ending}"
        first = sources / f"{name}.{source}" if source else made[name]
        _write(first, saver, blocks)
        if program:
            jobs[program, source, ending].append((first, made[name]))
    for (program, _, ending), pairs in jobs.items():
        _PROGRAMS[program](pairs, ending)
    return {name: path for name, path in made.items() if path.exists()}


def _write(path: Path, saver: str, blocks: Blocks) -> None:
    kind = path.suffix[1:]
    if kind == "html":
        path.write_text(_html(blocks, saver), encoding="utf-8")
    elif kind == "docx":
        _docx(path, blocks)
    elif kind == "xlsx":
        _xlsx(path, blocks)
    else:
        encoding, delimiter = _CSV.get(saver, ("utf-8", ","))
        with path.open("w", encoding=encoding, newline="", errors="replace") as file:
            # What Windows' character set does not have is typed in another way.
            arrow = "->" if encoding == "cp1252" else "→"
            csv.writer(file, delimiter=delimiter).writerows(
                [cell.text.replace("→", arrow) if cell else "" for cell in row] for row in _stacked(blocks)
            )


def _stacked(blocks: Blocks) -> Iterator[Sequence[Cell | None]]:
    """Everything as rows of one sheet, tables a blank row apart."""
    for number, block in enumerate(blocks):
        if isinstance(block, Table):
            if number and not isinstance(blocks[number - 1], Heading):
                yield []
            yield from block.rows
        elif isinstance(block, Heading):
            yield [Cell(block.text, bold=True)]
        elif block.text or block.label:
            yield [Cell(f"{block.label}: {block.text}" if block.label else block.text)]


# --- our own writers ------------------------------------------------------------------------------------------------

_STYLE = """@page { size: A4 landscape; margin: 15mm } body { font: 9pt sans-serif }
table { border-collapse: collapse } td, th { border: 1px solid #444; padding: 3px; vertical-align: top }
* { print-color-adjust: exact; -webkit-print-color-adjust: exact }"""


def _html(blocks: Blocks, saver: str) -> str:
    """A page; "nested" within a table that only lays it out, as sites were built, "borderless" without rules."""
    style = _STYLE.replace("border: 1px solid #444; ", "") if saver == "pdf-borderless" else _STYLE
    parts = [f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Plan</title><style>{style}</style>'
             "</head><body>"]  # fmt: skip
    if saver == "html-nested":
        parts.append("<table width='100%'><tr><td><a href='/'>Home</a></td><td>")
    for listed, group in groupby(blocks, key=lambda block: isinstance(block, Line) and bool(block.label)):
        items = []
        for block in group:
            if isinstance(block, Table):
                items.append(_html_table(block))
            elif isinstance(block, Heading):
                items.append(f"<h{block.level}>{html.escape(block.text)}</h{block.level}>")
            elif block.label:
                items.append(f"<li><strong>{html.escape(block.label)}</strong>: {html.escape(block.text)}</li>")
            else:
                items.append(f"<p>{html.escape(block.text)}</p>")
        parts += ["<ul>", *items, "</ul>"] if listed else items
    if saver == "html-nested":
        parts.append("</td></tr></table>")
    return "\n".join([*parts, "</body></html>\n"])


def _html_table(table: Table) -> str:
    rows = []
    for row in table.rows:
        cells = []
        for cell in row:
            if cell is None:
                continue
            (height, width), name = cell.span, "th" if cell.bold else "td"
            said = f' rowspan="{height}"' if height > 1 else ""
            said += f' colspan="{width}"' if width > 1 else ""
            said += f' style="background-color: {cell.fill}"' if cell.fill else ""
            text = html.escape(cell.text).replace("\n", "<br>")
            old = f"<s>{html.escape(cell.struck)}</s> " if cell.struck else ""
            cells.append(f"<{name}{said}>{old}{text}</{name}>")
        rows.append(f"<tr>{''.join(cells)}</tr>")
    head, body = rows[: table.heads], rows[table.heads :]
    top = f"<thead>{''.join(head)}</thead>" if head else ""
    return f"<table>{top}<tbody>\n{chr(10).join(body)}\n</tbody></table>"


def _docx(path: Path, blocks: Blocks) -> None:
    document = docx.Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    document.styles["Normal"].font.size = Pt(9)
    footer = section.footer.paragraphs[0]
    footer.add_run("Official - page ")
    number = OxmlElement("w:fldSimple")
    number.set(qn("w:instr"), "PAGE")
    footer._p.append(number)
    for block in blocks:
        if isinstance(block, Heading):
            document.add_heading(block.text, block.level)
        elif isinstance(block, Line):
            paragraph = document.add_paragraph(style="List Bullet" if block.label else None)
            if block.label:
                paragraph.add_run(block.label).bold = True
            paragraph.add_run(f": {block.text}" if block.label else block.text)
        else:
            _docx_table(document, block)
    document.save(str(path))


def _docx_table(document: Any, block: Table) -> None:
    width = max(len(row) for row in block.rows)
    table = document.add_table(len(block.rows), width, style="Table Grid")
    grid = [list(row.cells) for row in table.rows]
    for y, row in enumerate(block.rows):
        if y < block.heads:
            table.rows[y]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        for x, cell in enumerate(row):
            if cell is None:
                continue
            place = grid[y][x]
            if cell.span != (1, 1):
                place = place.merge(grid[y + cell.span[0] - 1][x + cell.span[1] - 1])
            paragraph = place.paragraphs[0]
            if cell.struck:
                paragraph.add_run(cell.struck).font.strike = True
                paragraph.add_run(" ")
            paragraph.add_run(cell.text).bold = cell.bold or None
            if cell.fill:
                shade = OxmlElement("w:shd")
                for name, value in (("val", "clear"), ("color", "auto"), ("fill", cell.fill[1:])):
                    shade.set(qn(f"w:{name}"), value)
                place._tc.get_or_add_tcPr().append(shade)


def _xlsx(path: Path, blocks: Blocks) -> None:
    """A sheet; or, where several tables have headings of their own and one is no plan, a sheet per heading."""
    apart = any(isinstance(block, Heading) and block.text == "Contacts" for block in blocks)
    groups: list[tuple[str, list[Heading | Line | Table]]] = [("Plan", [])]
    for block in blocks:
        if apart and isinstance(block, Heading) and block.level == 2:
            groups.append((block.text, []))
        else:
            groups[-1][1].append(block)
    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"created": datetime(2011, 8, 31)})
        for name, group in groups:
            sheet = book.add_worksheet(name)
            sheet.set_landscape()
            sheet.fit_to_pages(1, 0)
            sheet.set_column(0, 12, 22)
            for y, row in enumerate(_stacked(group)):
                # Excel fits heights to wrapped text when a row is typed; a file that is written must say them.
                lines = max((-(-len(cell.text) // 22) + cell.text.count("\n") for cell in row if cell), default=1)
                if len(row) > 1:
                    sheet.set_row(y, 15 * max(lines, 1))
                for x, cell in enumerate(row):
                    if cell:
                        _xlsx_cell(book, sheet, y, x, cell)


def _xlsx_cell(book: Any, sheet: Any, y: int, x: int, cell: Cell) -> None:
    look = {"text_wrap": True, "valign": "top", "bold": cell.bold, "border": 1} | (
        {"bg_color": cell.fill} if cell.fill else {}
    )
    if cell.day:
        stored = datetime.combine(cell.day, time())
        sheet.write_datetime(y, x, stored, book.add_format(look | {"num_format": "dd/mm/yyyy"}))
    elif cell.span != (1, 1):
        sheet.merge_range(y, x, y + cell.span[0] - 1, x + cell.span[1] - 1, cell.text, book.add_format(look))
    elif cell.struck:
        gone = book.add_format({"font_strikeout": True})
        sheet.write_rich_string(y, x, gone, cell.struck, f" {cell.text}", book.add_format(look))
    elif cell.text:
        sheet.write_string(y, x, cell.text, book.add_format(look))
    elif cell.fill:
        sheet.write_blank(y, x, None, book.add_format(look))


# --- other people's programs ----------------------------------------------------------------------------------------


def _run(*command: str) -> None:
    fixed = os.environ | {"SOURCE_DATE_EPOCH": str(EPOCH), "TZ": "UTC", "LC_ALL": "C.UTF-8"}
    subprocess.run(
        command, check=True, timeout=SECONDS, env=fixed, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _soffice(pairs: list[tuple[Path, Path]], ending: str) -> None:
    program = shutil.which("soffice")
    if program is None:
        return
    with tempfile.TemporaryDirectory() as home:
        out = Path(home) / "out"
        _run(program, f"-env:UserInstallation=file://{home}/profile", "--headless", "--convert-to", ending,
             "--outdir", str(out), *(str(source) for source, _ in pairs))  # fmt: skip
        for _, to in pairs:
            if (out / to.name).exists():
                shutil.move(out / to.name, to)


def _pandoc(pairs: list[tuple[Path, Path]], ending: str) -> None:
    program = shutil.which("pandoc")
    for source, to in pairs if program else ():
        written = {"md": "gfm"}.get(ending, ending)
        _run(str(program), str(source), "-t", written, "-s", "--metadata", "title=Plan", "-o", str(to))


def _chromium(pairs: list[tuple[Path, Path]], ending: str) -> None:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    for source, to in pairs if program else ():
        with tempfile.TemporaryDirectory() as home:
            _run(str(program), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={home}",
                 "--no-pdf-header-footer", f"--print-to-pdf={to}", source.as_uri())  # fmt: skip


_PROGRAMS = {"soffice": _soffice, "pandoc": _pandoc, "chromium": _chromium}
