"""The ledger as a workbook: a cover, one real table, dates as dates, and nothing that runs."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planlib import open_plan, schema
from planlib.reporting import workbook
from planlib.store import Plan

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="module")
def book() -> Plan:
    """A bundled plan, as known at its second snapshot."""
    return open_plan(DATA / "wirral-ofsted-2011", "2011-08-31")


def opened(book: Plan) -> openpyxl.Workbook:
    """Its workbook, as another program reads it."""
    return openpyxl.load_workbook(io.BytesIO(workbook.ledger_xlsx(book)))


def with_text(book: Plan, *texts: str) -> Plan:
    """The plan with these texts as its first actions."""
    ledger = book.ledger.head(len(texts)).copy()
    ledger["action"] = pd.array(list(texts), dtype=ledger["action"].dtype)
    return replace(book, ledger=ledger)


def test_the_table_is_the_ledger(book: Plan) -> None:
    """The second sheet holds every cell of the ledger, its header in the first row, dates as dates."""
    sheet = opened(book)["Ledger"]
    header, *rows = sheet.iter_rows(values_only=True)

    assert header == tuple(book.ledger.columns)
    assert len(rows) == len(book.ledger)
    for name, at in zip(header, range(len(header)), strict=True):
        for given_, (found) in zip(book.ledger[name], (row[at] for row in rows), strict=True):
            expected = None if pd.isna(given_) or given_ == "" else given_
            assert found == (expected.to_pydatetime() if isinstance(expected, pd.Timestamp) else expected)
    assert any(isinstance(row[header.index("target")], datetime) for row in rows)


def test_a_screen_reader_finds_its_way(book: Plan) -> None:
    """Cover first, one named table a sheet with a description, header row frozen and repeated, title in properties."""
    made = opened(book)
    assert made.sheetnames == ["Cover", "Ledger"]
    assert made.properties.title == "Ofsted action plan for safeguarding and looked after children: ledger of actions"
    assert [list(sheet.tables) for sheet in made] == [["columns_of_the_ledger"], ["ledger"]]
    assert made["Ledger"].tables["ledger"].ref == f"A1:AG{len(book.ledger) + 1}"
    assert (made["Ledger"].freeze_panes, made["Ledger"].print_title_rows) == ("A2", "$1:$1")
    assert all(made["Ledger"].column_dimensions[letter].width >= 8 for letter in ("A", "B", "H", "AG"))
    with zipfile.ZipFile(io.BytesIO(workbook.ledger_xlsx(book))) as parts:
        assert all(b"altTextSummary=" in parts.read(f"xl/tables/table{n}.xml") for n in (1, 2))
        assert not any(b"mergeCell" in parts.read(f"xl/worksheets/sheet{n}.xml") for n in (1, 2))


def test_the_cover_explains_the_ledger(book: Plan) -> None:
    """The cover names the plan, the date, each source with its fingerprint, and every column with its meaning."""
    rows = list(opened(book)["Cover"].iter_rows(values_only=True))
    words = "\n".join(str(cell) for row in rows for cell in row if cell is not None)

    assert rows[0][0] == "Ofsted action plan for safeguarding and looked after children: ledger of actions"
    assert "As at 31 August 2011; made by planlib from the plan 'wirral-ofsted-2011'." in words
    assert "88 rows from 2 snapshots" in words
    for one in book.sources.to_dict("records"):
        assert f"{one['file']}, sha256 {one['sha256']}" in words
    assert [row for row in rows if row[1]][1:] == [(column.name, column.meaning) for column in schema.LEDGER]


@given(text=st.text(st.characters(codec="utf-8"), min_size=1, max_size=30) | st.sampled_from(
    ["=1+1", "+44 1", "-1", "@x", "<r><t>x</t></r>", "<r>&</r>", "_x0041_", "a\r\nb", "\x07", "'x", "http://a.b", "1.0"]
))  # fmt: skip
def test_text_is_never_anything_else(text: str) -> None:
    """Whatever a source says is text in its cell: no formula, number or link, and none that breaks the file."""
    book = with_text(open_plan(DATA / "ranger-1960", "1960-09-30"), text)
    data = workbook.ledger_xlsx(book)
    found = openpyxl.load_workbook(io.BytesIO(data))["Ledger"]["H2"]

    assert found.data_type == "s"
    assert found.hyperlink is None
    expected = re.sub("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]", "\ufffd", text.replace("\r\n", "\n"))
    assert found.value.rstrip(" ") == expected.rstrip(" ")
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet2.xml")


def test_a_text_like_a_formula_stays_text_when_it_is_edited(book: Plan) -> None:
    """Its cell bears the quote prefix, so that stepping into it makes no formula of it."""
    sheet = opened(with_text(book, "=1+1", "Plain"))["Ledger"]
    assert (sheet["H2"].quotePrefix, sheet["H3"].quotePrefix) == (True, False)


def test_what_a_cell_cannot_hold_is_said(book: Plan) -> None:
    """A text that is too long ends with a note of where the whole is; a date before 1900 is written as text."""
    longer = with_text(book, "\N{GRINNING FACE}" * 20_000, "x" * 32_767)
    longer.ledger.loc[0, "target"] = pd.Timestamp("1850-01-01")
    sheet = opened(longer)["Ledger"]

    assert sheet["H2"].value.endswith("[cut here: a cell holds no more; ledger.csv has the whole text]")
    assert sheet["H3"].value == "x" * 32_767
    assert sheet.cell(2, list(book.ledger.columns).index("target") + 1).value == "1850-01-01"


@pytest.mark.parametrize("rows", [0, 1])
def test_small_ledgers_are_whole_workbooks(rows: int, book: Plan) -> None:
    """A ledger without rows, or with one, is still a table with its header."""
    sheet = opened(replace(book, ledger=book.ledger.head(rows)))["Ledger"]
    assert sheet.tables["ledger"].ref == "A1:AG2"
    assert [cell.value for cell in sheet[1]] == list(book.ledger.columns)


def test_more_rows_than_a_sheet_holds_are_not_cut(book: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ledger too long for a sheet is left out whole, and the cover says where it is."""
    monkeypatch.setattr(workbook, "MOST_ROWS", 87)
    made = opened(book)
    assert made["Ledger"].tables["ledger"].ref == "A1:AG2"
    assert made["Ledger"]["A2"].value is None
    assert "The table is empty here: 88 rows are more than a sheet can hold. All of them are in ledger.csv." in [
        row[0] for row in made["Cover"].iter_rows(values_only=True)
    ]


def test_no_clock_is_in_the_file(book: Plan) -> None:
    """The same ledger gives the same bytes on another day: no part of the file holds a time of its own."""
    data = workbook.ledger_xlsx(book)
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        said = parts.read("docProps/core.xml").decode()
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", said)) == {"2000-01-01T00:00:00Z"}
    assert data == workbook.ledger_xlsx(book)
