"""Writes an empty workbook to keep an action plan in, for those who begin one: `planlib new --template`.

Its headers and words are those that planlib reads without being told. How it is made follows `workbook`: a cover first,
one table to a sheet, named and described, no merged cells, nothing said by colour alone.
"""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from typing import Any

TITLE = "Action plan"  # of the workbook, until somebody writes their own over it
AS_AT = "As at"
PLAN = "Plan"
ROWS = 1000  # rows below the header that the lists and rules hold for
_MADE = datetime(2000, 1, 1)  # no clock: the same bytes in every run
_LANGUAGE = "en-GB"

COLUMNS = (
    ("Ref", 10, "a reference that the action keeps for good, such as 2.3; never give it to another action"),
    ("Area", 26, "the recommendation or theme that the action answers, in the same words in each of its rows"),
    ("Action", 52, "what will be done, so that one can say later whether it was"),
    ("Lead", 24, "one post or person who answers for it"),
    ("Original date", 16, "the first date it was to be done by; never change it"),
    ("Target date", 16, "the date it is to be done by now; where it moves, write the new date here"),
    ("Status", 24, "how far it is, in a word of the list"),
    ("Date completed", 16, "the day it was done"),
    ("Progress", 52, "what was done since the last issue"),
    ("Reason for change", 40, "why the target date moved, where it did since the last issue"),
)
STATUSES = (
    ("Not started", "nothing has been done yet"),
    ("In progress", "it has begun"),
    ("In progress, on track", "it has begun and will be done by its target date"),
    ("In progress, delayed", "it has begun and will not be done by its target date"),
    ("On hold", "nobody works on it now, and it is still to be done"),
    ("Complete", "it is done"),
    ("Complete and evidenced", "it is done, and somebody has verified it"),
    ("Closed, not done", "it was withdrawn, superseded or overtaken, and will not be done"),
)
_DATES = ("Original date", "Target date", "Date completed")
_FIRST, _LAST = date(2000, 1, 1), date(2099, 12, 31)
_LINES = (
    "This workbook keeps an action plan so that people and planlib can read it.",
    f"Write the plan's title over '{TITLE}' in cell A1 of this sheet.",
    f"Write the date that the plan stands at into cell B2, beside '{AS_AT}', anew for each issue.",
    f"On the sheet '{PLAN}' write one action to a row, from row 2 on, and leave no row empty between two.",
    "Leave a cell empty where you do not know, and say nothing by colour alone.",
    "For the next issue save a copy and change what has changed. Keep every row, done or not, and its reference.",
    "Then give it to planlib, with planlib new and the name of the file: it says how the workbook was understood.",
)


def workbook() -> bytes:
    """The empty workbook.

    Returns
    -------
    bytes
        An .xlsx of three sheets: how to use it, the plan, the words of its statuses. The same bytes in every run.
    """
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as made:
        made.set_properties(
            {"title": TITLE, "subject": "An action plan, one row per action", "author": "planlib", "created": _MADE}
        )
        _cover(made)
        _plan(made)
        _statuses(made)
    return _with_language(out.getvalue())


def _cover(made: Any) -> None:
    sheet = made.add_worksheet("How to use")
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 18)
    sheet.write_string(0, 0, TITLE, made.add_format({"bold": True, "font_size": 16}))
    sheet.write_string(1, 0, AS_AT, made.add_format({"bold": True}))
    sheet.write_blank(1, 1, None, made.add_format({"num_format": "d mmmm yyyy", "align": "left", "border": 1}))
    sheet.data_validation(1, 1, 1, 1, _date_rule("As at", "The date the plan stands at in this issue."))
    # Sentences, not tables: a table of our columns or of words and their meanings would be read as part of the plan.
    head, row = made.add_format({"bold": True, "font_size": 13}), 3
    columns = [f"In {name} write {meaning}." for name, _, meaning in COLUMNS]
    statuses = [f"'{word}' says that {meaning}." for word, meaning in STATUSES]
    for title, lines in (
        ("How to use it", _LINES),
        ("What belongs in each column", columns),
        ("What each status says", statuses),
    ):
        sheet.write_string(row, 0, title, head)
        for at, line in enumerate(lines, start=row + 1):
            sheet.write_string(at, 0, line)
        row += len(lines) + 2
    sheet.fit_to_pages(1, 0)
    _on_paper(sheet)


def _plan(made: Any) -> None:
    sheet = made.add_worksheet(PLAN)
    bold, text = made.add_format({"bold": True}), made.add_format({"text_wrap": True, "valign": "top"})
    # As text a reference such as 1.10 keeps its nought.
    ref = made.add_format({"num_format": "@", "valign": "top"})
    day = made.add_format({"num_format": "d mmm yyyy", "valign": "top", "align": "left"})
    for at, (name, width, meaning) in enumerate(COLUMNS):
        told = f"{meaning[:1].upper()}{meaning[1:]}."
        sheet.set_column(at, at, width, ref if name == "Ref" else day if name in _DATES else text)
        if name in _DATES:
            sheet.data_validation(1, at, ROWS, at, _date_rule(name, told))
        elif name == "Status":
            sheet.data_validation(1, at, ROWS, at, {
                "validate": "list", "source": f"=Statuses!$A$2:$A${len(STATUSES) + 1}",
                "input_title": name, "input_message": told, "error_title": name, "error_type": "warning",
                "error_message": "This word is not in the list on the sheet Statuses. Keep it?",
            })  # fmt: skip
    # One empty row: a table grows as one writes below it.
    sheet.add_table(0, 0, 1, len(COLUMNS) - 1, {
        "name": "plan", "style": "Table Style Light 1", "banded_rows": False,
        "columns": [{"header": name, "header_format": bold} for name, *_ in COLUMNS],
        "description": "One row for each action; what belongs in each column is on the first sheet",
    })  # fmt: skip
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    _on_paper(sheet)


def _date_rule(title: str, message: str) -> dict[str, Any]:
    return {
        "validate": "date", "criteria": "between", "minimum": _FIRST, "maximum": _LAST,
        "input_title": title, "input_message": message, "error_title": title, "error_type": "warning",
        "error_message": "This is not a date from 2000 to 2099. Write a day, such as 30 June 2026, or leave the cell empty. Keep it?",
    }  # fmt: skip


def _statuses(made: Any) -> None:
    """The words to choose from, where the list of the column finds them."""
    sheet = made.add_worksheet("Statuses")
    sheet.set_column(0, 0, 26)
    for row, (word, _) in enumerate(STATUSES, start=1):
        sheet.write_string(row, 0, word)
    sheet.add_table(0, 0, len(STATUSES), 0, {
        "name": "statuses", "style": "Table Style Light 1", "banded_rows": False, "autofilter": False,
        "columns": [{"header": "Words to choose from", "header_format": made.add_format({"bold": True})}],
        "description": "The words of the column Status; what each says is on the first sheet",
    })  # fmt: skip
    sheet.freeze_panes(1, 0)
    _on_paper(sheet)


def _on_paper(sheet: Any) -> None:
    sheet.set_paper(9)  # A4
    sheet.set_footer("&L&A&RPage &P of &N")


def _with_language(data: bytes) -> bytes:
    """The workbook with its language in its properties, where xlsxwriter writes none."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for part in before.infolist():
            content = before.read(part)
            if part.filename == "docProps/core.xml":
                said = f"<dc:language>{_LANGUAGE}</dc:language></cp:coreProperties>".encode()
                content = content.replace(b"</cp:coreProperties>", said)
            after.writestr(part, content)
    return out.getvalue()
