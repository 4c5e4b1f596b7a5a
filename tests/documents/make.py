"""Makes the Wirral plan of 31 August 2011 as people save it: python tests/documents/make.py (needs LibreOffice).

From data/wirral-ofsted-2011 and nothing else. In every format the area is merged down over its actions, the colour
is a fill without a word, and the old date is struck out beside the new one. `wirral.csv` says the same in words.
"""

from __future__ import annotations

import csv
import html
import shutil
import subprocess
import tempfile
from pathlib import Path

import docx
import openpyxl
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import PatternFill

HERE = Path(__file__).parent
SOURCE = HERE.parent.parent / "data" / "wirral-ofsted-2011" / "2011-08-31.csv"
COLUMNS = (
    "Ref", "Ref range", "Area ref", "Area", "Timescale", "Action", "Target date", "Status", "RAG", "Progress", "Reason for change",
)  # fmt: skip
MERGED = ("Area ref", "Area", "Timescale")
FILLS = {"Blue": "0070C0", "Green": "00B050", "Amber": "FFC000", "Red": "FF0000"}
COLOUR = {"delayed": "Red", "on track": "Green", "on course": "Green", "date revised": "Amber", "not fully complete": "Amber"}


def rows() -> list[dict[str, str]]:
    """The actions, each with a colour."""
    with SOURCE.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    for row in found:
        done = row["Status"].startswith("complete") or row["Status"] == "achieved"
        row["RAG"] = "Blue" if done else COLOUR.get(row["Status"], "")
    return found


def runs(found: list[dict[str, str]]) -> list[tuple[int, int]]:
    """First and last row of each area."""
    starts = [at for at, row in enumerate(found) if at == 0 or row["Area ref"] != found[at - 1]["Area ref"]]
    return list(zip(starts, [start - 1 for start in starts[1:]] + [len(found) - 1], strict=True))


def write_csv(found: list[dict[str, str]], path: Path) -> None:
    """Everything in words, the old date in a column of its own."""
    columns = [*COLUMNS[:6], "Previous target date", *COLUMNS[6:]]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(found)


def write_docx(found: list[dict[str, str]], path: Path) -> None:
    """A Word table on landscape paper."""
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = section.page_height, section.page_width
    section.left_margin = section.right_margin = Pt(30)
    document.add_heading("Ofsted action plan", 1)
    document.add_paragraph("Progress up to 31 August 2011.")
    table = document.add_table(rows=1, cols=len(COLUMNS), style="Table Grid")
    for cell, name in zip(table.rows[0].cells, COLUMNS, strict=True):
        cell.text = name
    for row in found:
        cells = table.add_row().cells
        for cell, name in zip(cells, COLUMNS, strict=True):
            if name == "Target date" and row["Previous target date"]:
                cell.paragraphs[0].add_run(row["Previous target date"]).font.strike = True
                cell.paragraphs[0].add_run(" " + row[name])
            elif name == "RAG" and row[name]:
                shade = OxmlElement("w:shd")
                shade.set(qn("w:val"), "clear")
                shade.set(qn("w:fill"), FILLS[row[name]])
                cell._tc.get_or_add_tcPr().append(shade)
            elif name not in MERGED and name != "RAG":
                cell.text = row[name]
    for first, last in runs(found):
        for column, name in enumerate(COLUMNS):
            if name in MERGED:
                table.cell(first + 1, column).merge(table.cell(last + 1, column)).text = found[first][name]
    for row in table.rows:
        for cell in row.cells:
            for paragraph in cell.paragraphs:
                for run in paragraph.runs:
                    run.font.size = Pt(7)
    document.save(str(path))


def write_xlsx(found: list[dict[str, str]], path: Path) -> None:
    """A sheet with merged cells, fills and rich text."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Plan"
    sheet.append(COLUMNS)
    for number, row in enumerate(found, start=2):
        for column, name in enumerate(COLUMNS, start=1):
            cell = sheet.cell(number, column)
            if name == "Target date" and row["Previous target date"]:
                struck = TextBlock(InlineFont(strike=True), row["Previous target date"])
                cell.value = CellRichText(struck, TextBlock(InlineFont(), " " + row[name]))
            elif name == "RAG" and row[name]:
                cell.fill = PatternFill("solid", fgColor="FF" + FILLS[row[name]])
            elif name != "RAG" and row[name]:
                cell.value = int(row[name]) if name == "Ref" else row[name]
    for first, last in runs(found):
        for column, name in enumerate(COLUMNS, start=1):
            if name in MERGED and last > first:
                sheet.merge_cells(start_row=first + 2, end_row=last + 2, start_column=column, end_column=column)
    book.save(path)


def write_html(found: list[dict[str, str]], path: Path) -> None:
    """A web page."""
    spans = {first: last - first + 1 for first, last in runs(found)}
    lines = ["<!DOCTYPE html><html lang=en><meta charset=utf-8><title>Plan</title><h1>Ofsted action plan</h1><table>"]
    lines.append("<tr>" + "".join(f"<th>{name}</th>" for name in COLUMNS) + "</tr>")
    for number, row in enumerate(found):
        cells = []
        for name in COLUMNS:
            text = html.escape(row[name])
            if name in MERGED:
                cells += [f"<td rowspan={spans[number]}>{text}</td>"] if number in spans else []
            elif name == "RAG":
                cells.append(f'<td style="background:#{FILLS[row[name]]}"></td>' if row[name] else "<td></td>")
            elif name == "Target date" and row["Previous target date"]:
                cells.append(f"<td><s>{row['Previous target date']}</s> {text}</td>")
            else:
                cells.append(f"<td>{text}</td>")
        lines.append("<tr>" + "".join(cells) + "</tr>")
    path.write_text("\n".join([*lines, "</table></html>"]) + "\n", encoding="utf-8")


def convert(path: Path, kind: str) -> None:
    """Save a document in another format through LibreOffice."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    with tempfile.TemporaryDirectory() as home:
        profile = f"-env:UserInstallation={Path(home).as_uri()}"
        command = [office, profile, "--headless", "--convert-to", kind, "--outdir", str(HERE), str(path)]
        subprocess.run(command, check=True, capture_output=True)


def main() -> None:
    """Make all of them."""
    found = rows()
    write_csv(found, HERE / "wirral.csv")
    write_docx(found, HERE / "wirral.docx")
    write_xlsx(found, HERE / "wirral.xlsx")
    write_html(found, HERE / "wirral.html")
    convert(HERE / "wirral.docx", "pdf")
    convert(HERE / "wirral.xlsx", "ods")
    convert(HERE / "wirral.xlsx", "xls")


if __name__ == "__main__":
    main()
