"""Makes the two files of docs/tutorial anew: one invented plan in Word, and its next issue in Excel.

Usage: python tests/documents/tutorial.py
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import docx
import openpyxl

FOLDER = Path(__file__).parents[2] / "docs" / "tutorial"
TITLE = "Northdale improvement plan"
KEY = "Key: Blue = complete; Green = on track; Amber = in progress, delayed; Red = overdue"
MARCH: tuple[tuple[str, ...], ...] = (
    ("Practice",),
    ("1.1", "Write the practice guide", "Head of Practice", "30 April 2026", "Green", "Drafted"),
    ("1.2", "Train all team managers", "Head of Learning", "30 June 2026", "Amber", "Two of five cohorts"),
    ("1.3", "Audit 60 case files", "QA lead", "31 January 2026", "Blue", "Reported to the board"),
    ("1.4", "Publish a supervision policy", "Head of Practice", "May 2026", "Green", "Out for comment"),
    ("Workforce",),
    ("2.1", "Recruit six social workers", "HR lead", "31 May 2026", "Embedding", "Advert is out"),
    ("2.2", "Bring caseloads below 18", "Head of Service", "30 September 2026", "Amber", "21 on average"),
    ("2.3", "Agree how leavers are interviewed", "HR lead", "30 April 2026", "Green", "With the unions"),
    ("Voice of the child",),
    ("3.1", "Set up a panel of children", "Participation officer", "30 June 2026", "Green", "Eight have said yes"),
    ("3.2", "Publish an easy-read plan", "Participation officer", "tbc", "Red", "No designer yet"),
)
JUNE: tuple[tuple[str | date, ...], ...] = (
    ("Practice",),
    ("1.1", "Write the practice guide", "Head of Practice", date(2026, 7, 31), "Amber", "Comments came late"),
    ("1.2", "Train all team managers", "Head of Learning", date(2026, 9, 30), "Amber", "Three of five cohorts"),
    ("1.3", "Audit 60 case files", "QA lead", date(2026, 1, 31), "Blue", "Reported to the board"),
    ("1.4", "Publish a supervision policy", "Head of Practice", date(2026, 5, 31), "Blue", "Published on 20 May"),
    ("Workforce",),
    ("2.1", "Recruit six social workers", "HR lead", date(2026, 5, 31), "Red", "Four of six"),
    ("2.2", "Bring caseloads below 18", "Head of Service", date(2026, 9, 30), "Green", "19 on average"),
    ("2.3", "Agree how leavers are interviewed", "HR lead", date(2026, 9, 30), "Green", "Unions asked for more time"),
    ("Voice of the child",),
    ("3.1", "Set up a panel of children", "Participation officer", date(2026, 6, 30), "Blue", "First met on 9 June"),
    ("3.2", "Publish an easy-read plan", "Participation officer", date(2026, 8, 31), "Amber", "Designer found"),
)


def word(path: Path) -> None:
    """The issue of March, as a council keeps it: title, date, key, one table whose areas are merged rows."""
    document = docx.Document()
    document.core_properties.author = "planlib contributors"
    document.core_properties.created = document.core_properties.modified = datetime(2026, 4, 2, 9)
    document.add_heading(TITLE, 0)
    document.add_paragraph("Position as at 31 March 2026")
    document.add_paragraph(KEY)
    table = document.add_table(1, 6, style="Table Grid")
    for cell, text in zip(table.rows[0].cells, ("Ref", "Action", "Lead", "By when", "RAG", "Update"), strict=True):
        cell.text = text
    for row in MARCH:
        cells = table.add_row().cells
        if len(row) == 1:
            cells[0].merge(cells[-1]).text = row[0]
        else:
            for cell, text in zip(cells, row, strict=True):
                cell.text = text
    document.save(str(path))


def workbook(path: Path) -> None:
    """The issue of June, in Excel, under other headers, without the key and with real dates."""
    book = openpyxl.Workbook()
    book.properties.creator = "planlib contributors"
    sheet = book.active
    sheet.title = "Plan"
    sheet.append([TITLE])
    sheet.append([])
    for row in (("Ref", "Action", "Owner", "Due date", "RAG", "Progress update"), *JUNE):
        sheet.append(list(row))
        for cell in sheet[sheet.max_row]:
            if isinstance(cell.value, (date, datetime)):
                cell.number_format = "dd/mm/yyyy"
        if len(row) == 1:
            sheet.merge_cells(start_row=sheet.max_row, end_row=sheet.max_row, start_column=1, end_column=6)
    for letter, width in zip("ABCDEF", (6, 36, 24, 14, 12, 40), strict=True):
        sheet.column_dimensions[letter].width = width
    book.save(path)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    word(FOLDER / "Northdale plan.docx")
    workbook(FOLDER / "Northdale plan 30-06-2026.xlsx")
