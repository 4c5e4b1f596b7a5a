"""Seconds that reading costs beside the bare libraries: a large workbook, a long Word table, a print of twenty pages.

Run: ``PYTHONPATH=src python benchmarks/formats.py``. Medians of five, all in one process. The aims: a workbook of
100,000 rows, fills and struck-out text included, within 3x of calamine reading the bare values; a Word table of 1,000
rows within 0.5 s; twenty pages within 1.5x of bare pdfplumber.
"""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import docx
import pdfplumber
import python_calamine
import xlsxwriter
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from planlib.readers.formats import read_document
from planlib.settings import Limits

ROWS = 100_000


def workbook() -> bytes:
    """100,000 rows of eight cells, a third of the rows filled in two cells, one in twenty with a struck-out date."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet()
        fills = [book.add_format({"bg_color": colour}) for colour in ("#FF0000", "#FFC000", "#00B050")]
        struck = book.add_format({"font_strikeout": True})
        for row in range(ROWS):
            sheet.write_row(row, 0, [row, f"Action {row}", "Area", f"owner {row % 50}", "1 June 2012", "R", "x", "done"])
            if row % 3 == 0:
                sheet.write(row, 5, "R", fills[row % 9 // 3])
                sheet.write(row, 6, "x", fills[row % 9 // 3])
            if row % 20 == 0:
                sheet.write_rich_string(row, 4, struck, f"{row % 28 + 1} May", " 1 June")
    return made.getvalue()


def word() -> bytes:
    """A table of 1,000 rows and six columns, each row with a struck-out date."""
    document = docx.Document()
    table = document.add_table(rows=1000, cols=6)
    for number, cells in enumerate(table._cells[at : at + 6] for at in range(0, 6000, 6)):
        for cell, text in zip(cells, (str(number), f"Action {number}", "Area", "Owner", "", "Open"), strict=True):
            cell.text = text
        cells[4].paragraphs[0].add_run("1 May 2012").font.strike = True
        cells[4].paragraphs[0].add_run(" 1 June 2012")
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def printed() -> bytes:
    """Twenty pages, each a ruled table of 23 rows and four columns."""
    made = io.BytesIO()
    with PdfPages(made) as pages:
        for page in range(20):
            figure = Figure(figsize=(11.7, 8.3))
            axes = figure.add_axes((0.05, 0.05, 0.9, 0.9))
            axes.set_axis_off()
            body = [[f"{page}.{row}", "Agree the plan with the partners", "1 March 2012", "In progress"] for row in range(22)]
            axes.table([["Ref", "Action", "Target date", "Status"], *body], bbox=(0, 0, 1, 1))
            pages.savefig(figure)
    return made.getvalue()


def median(work: Callable[[], object], times: int = 5) -> float:
    """Median of the seconds that some work takes."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def tables(data: bytes) -> None:
    """What bare pdfplumber does."""
    with pdfplumber.open(io.BytesIO(data)) as file:
        for page in file.pages:
            page.extract_tables()


def main() -> None:
    """Print each beside its aim."""
    book, paper, pages = workbook(), word(), printed()
    bare = median(lambda: python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python())
    ours = median(lambda: read_document(Path("x.xlsx"), book, Limits()))
    print(f"xlsx, {ROWS:,} x 8: {ours:.2f} s, calamine's bare values {bare:.2f} s: {ours / bare:.2f}x (aim 3x)")
    print(f"docx, 1,000 x 6: {median(lambda: read_document(Path('x.docx'), paper, Limits())):.2f} s (aim 0.5 s)")
    bare, ours = median(lambda: tables(pages)), median(lambda: read_document(Path("x.pdf"), pages, Limits()))
    print(f"pdf, 20 pages: {ours:.2f} s, bare pdfplumber {bare:.2f} s: {ours / bare:.2f}x (aim 1.5x)")


if __name__ == "__main__":
    main()
