"""Writes the ledger as a workbook that a person opens: a cover that explains it, and one real table.

Made after the guidance of the Government Analysis Function on spreadsheets, as far as a ledger can follow it; where it
does not, docs/decisions/0011-downloads.md says why.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from planlib import schema
from planlib.dates import phrase
from planlib.reporting.results import is_formula

if TYPE_CHECKING:
    import pandas as pd

    from planlib.store import Plan

COVER, LEDGER = "Cover", "Ledger"
MOST_ROWS = 1_048_575  # of a sheet, its header apart
MOST_CHARACTERS = 32_767  # of a cell
_CUT = " … [cut here: a cell holds no more; ledger.csv has the whole text]"
_MADE = datetime(2000, 1, 1)  # no clock: the same ledger gives the same bytes
# Characters that XML cannot hold, or that its readers fold away.
_LOST = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_WIDTHS = {
    "plan": 20, "action_id": 24, "ref": 9, "ref_range": 16, "area_ref": 16, "area": 28, "action": 48, "lead": 22,
    "timescale": 18, "progress": 48, "reason": 32, "rag": 8, "status": 14, "claim": 12, "source": 22, "place": 12,
}  # fmt: skip
_LINE, _MOST_LINES = 15, 12  # points; a longer text is cut on the screen, not in the cell
_WRAPPED = ("ref_range", "area_ref", "area", "action", "lead", "timescale", "progress", "reason", "source")


def ledger_xlsx(book: Plan) -> bytes:
    """The ledger of a plan as a workbook.

    Parameters
    ----------
    book : Plan
        As opened at a date; whatever it withholds is withheld here.

    Returns
    -------
    bytes
        Two sheets. "Cover" says what it is, as at which date, from which sources, and what each column means.
        "Ledger" is a table with its header in the first row: the columns of ledger.csv, dates as dates, and no text
        taken for a formula. The same ledger gives the same bytes. Of a ledger of more than `MOST_ROWS` rows no row is
        in the table, and the cover says so: part of it would be taken for the whole.
    """
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as made:
        made.set_properties({
            "title": _for_xml(f"{book.settings.title}: ledger of actions"),
            "subject": "One row per action and snapshot", "author": "planlib", "created": _MADE,
        })  # fmt: skip
        _cover(made, book)
        _ledger(made, book.ledger if len(book.ledger) <= MOST_ROWS else book.ledger.head(0))
    return out.getvalue()


def _cover(made: Any, book: Plan) -> None:
    sheet = made.add_worksheet(COVER)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 90)
    title, head = made.add_format({"bold": True, "font_size": 16}), made.add_format({"bold": True, "font_size": 13})
    wrapped = made.add_format({"text_wrap": True, "valign": "top"})
    at = 0
    sheet.write_string(at, 0, _for_xml(f"{book.settings.title}: ledger of actions"), title)
    for line in _notes(book):
        at += 1
        sheet.write_string(at, 0, _for_xml(line))
    at += 2
    sheet.write_string(at, 0, "Sources", head)
    for line in _sources(book):
        at += 1
        sheet.write_string(at, 0, _for_xml(line))
    at += 2
    sheet.write_string(at, 0, "What each column means", head)
    at += 1
    columns = [(column.name, column.meaning) for column in schema.LEDGER]
    for row, (name, meaning) in enumerate(columns, start=at + 1):
        sheet.write_string(row, 0, name, wrapped)
        sheet.write_string(row, 1, meaning, wrapped)
        sheet.set_row(row, _LINE * _lines(meaning, 90))
    bold = made.add_format({"bold": True})
    sheet.add_table(at, 0, at + len(columns), 1, {
        "name": "columns_of_the_ledger", "style": None, "autofilter": False,
        "columns": [{"header": name, "header_format": bold} for name in ("Column", "Meaning")],
        "description": "The columns of the ledger and what each means",
    })  # fmt: skip
    sheet.fit_to_pages(1, 0)
    _on_paper(sheet)


def _notes(book: Plan) -> list[str]:
    rows, days = len(book.ledger), len(book.snapshots)
    until = f"As at {_day(max(book.snapshots))}; " if book.snapshots else ""
    vast = f"The table is empty here: {rows:,} rows are more than a sheet can hold. All of them are in ledger.csv."
    return [
        *([book.settings.organisation] if book.settings.organisation else []),
        f"{until}made by planlib from the plan '{book.name}'.",
        f"This workbook has one table, on the sheet '{LEDGER}': one row for each action at each snapshot, {rows:,} "
        f"{'row' if rows == 1 else 'rows'} from {days:,} {'snapshot' if days == 1 else 'snapshots'}.",
        *([vast] if rows > MOST_ROWS else []),
        "An empty cell means that the snapshot says nothing there. It never means nought, and never 'unchanged'.",
        "Dates are the last day that the words of the source can mean; those words stand in the column beside them.",
        "Dates before 1900, which a workbook cannot hold, are written as text.",
    ]


def _sources(book: Plan) -> list[str]:
    files = book.sources.drop_duplicates(["as_of", "file"]).to_dict("records")
    return [f"{_day(one['as_of'].date())}: {one['file']}, sha256 {one['sha256']}" for one in files] or ["None."]


def _day(day: Any) -> str:
    return phrase(day, day, "day")


def _ledger(made: Any, table: pd.DataFrame) -> None:
    import pandas as pd

    sheet = made.add_worksheet(LEDGER)
    rows, last = len(table), len(table.columns) - 1
    plain, wrapped = {"valign": "top"}, {"valign": "top", "text_wrap": True}
    formats = {wide: made.add_format(wrapped if wide else plain) for wide in (False, True)}
    # Without the prefix a text such as "=1+1" becomes a formula as soon as somebody steps into its cell.
    quoted = {wide: made.add_format({**(wrapped if wide else plain), "quote_prefix": True}) for wide in (False, True)}
    day = made.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})
    bold = made.add_format({"bold": True})
    _heights(sheet, table)
    for place, name in enumerate(table.columns):
        column, wide = table[name], name in _WRAPPED
        if pd.api.types.is_datetime64_any_dtype(column):
            _write(column, _date_writer(sheet, place, day))
        elif pd.api.types.is_numeric_dtype(column):
            _write(column, _number_writer(sheet, place, formats[False]))
        else:
            _write(column, _text_writer(sheet, place, formats[wide], quoted[wide]))
        sheet.set_column(place, place, _WIDTHS.get(str(name), max(12, len(str(name)) + 4)))
    sheet.add_table(0, 0, max(rows, 1), last, {
        "name": "ledger", "style": "Table Style Light 1", "banded_rows": False,
        "columns": [{"header": str(name), "header_format": bold} for name in table.columns],
        "description": "One row for each action at each snapshot; the columns are explained on the cover",
    })  # fmt: skip
    sheet.freeze_panes(1, 0)
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{max(rows, 1) + 1}"})  # a reference such as 16 is a text
    sheet.repeat_rows(0)
    sheet.repeat_columns(2, 3)  # which action it is, on every page
    sheet.set_landscape()
    _on_paper(sheet)


def _on_paper(sheet: Any) -> None:
    sheet.set_paper(9)  # A4
    sheet.set_footer("&L&A&RPage &P of &N")


def _heights(sheet: Any, table: pd.DataFrame) -> None:
    """Rows high enough for their long texts; LibreOffice would not fit them to these itself, and lines would overlap."""
    tall = [1] * len(table)
    for name in _WRAPPED:
        for row, text in enumerate(table[name].fillna("") if name in table else ()):
            if text:
                tall[row] = max(tall[row], _lines(text, _WIDTHS[name]))
    for row, lines in enumerate(tall, start=1):
        if lines > 1:
            sheet.set_row(row, _LINE * min(lines, _MOST_LINES))


def _lines(text: str, width: int) -> int:
    """About how many lines a text takes in a column so many characters wide."""
    return 1 + len(text) // width if "\n" not in text else sum(1 + len(each) // width for each in text.split("\n"))


def _write(column: pd.Series, put: Callable[[int, Any], object]) -> None:
    for row, (value, missing) in enumerate(zip(column, column.isna(), strict=True), start=1):
        if not missing:
            put(row, value)


def _date_writer(sheet: Any, place: int, day: Any) -> Callable[[int, Any], object]:
    def put(row: int, value: Any) -> None:
        if value.year >= 1900:
            sheet.write_datetime(row, place, value.to_pydatetime(), day)
        else:  # a workbook has no such date
            sheet.write_string(row, place, value.date().isoformat())

    return put


def _number_writer(sheet: Any, place: int, plain: Any) -> Callable[[int, Any], object]:
    return lambda row, value: sheet.write_number(row, place, float(value), plain)


def _text_writer(sheet: Any, place: int, plain: Any, quoted: Any) -> Callable[[int, Any], object]:
    def put(row: int, value: Any) -> None:
        text = str(value)
        if text:
            sheet.write_string(row, place, _for_xml(text), quoted if is_formula(text) else plain)

    return put


def _for_xml(text: str) -> str:
    """The text as a cell can hold it: what XML cannot say becomes U+FFFD, and what is cut off is said to be."""
    text = _LOST.sub("\ufffd", text.replace("\r\n", "\n"))
    if len(text) > MOST_CHARACTERS // 2 and len(units := text.encode("utf-16-le")) > 2 * MOST_CHARACTERS:
        text = units[: 2 * (MOST_CHARACTERS - len(_CUT))].decode("utf-16-le", "ignore") + _CUT
    # xlsxwriter takes a text between these tags for XML of its own and writes it as it is.
    return f"{text} " if text.startswith("<r>") and text.endswith("</r>") else text
