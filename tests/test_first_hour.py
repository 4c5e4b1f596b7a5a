"""An analyst's first hour: from a Word file to a report, and one clear line for every mistake that is made on the way."""

from __future__ import annotations

import ast
import importlib.util
import io
import json
import subprocess
import sys
import tomllib
import zipfile
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pandas as pd
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st

import planlib
from planlib import cli, intake, measures
from planlib.errors import InputError
from planlib.mentions import dates_in
from planlib.reporting import blank
from planlib.settings import Settings, parse_settings
from planlib.store import read

ROOT = Path(__file__).parents[1]
TITLE = "Northdale Council: children's services improvement plan"
KEY = "Key: Blue = complete; Green = on track; Amber = in progress, delayed; Red = overdue"
HEADS = ("Ref", "Action", "Lead", "By when", "RAG", "Update", "Cost code")
ROWS = (
    ("1.1", "Write the practice guide", "Head of Practice", "30 April 2026", "Green", "Drafted", "X1"),
    ("1.2", "Train all team managers", "Head of Learning", "30 June 2026", "Amber", "Two of five cohorts", "X2"),
    ("1.3", "Audit 60 case files", "QA lead", "31 January 2026", "Blue", "Done", "X3"),
    ("2.1", "Recruit six social workers", "HR lead", "31 May 2026", "Embedding", "Advert is out", "X4"),
)
LATER = (
    ("1.1", "Write the practice guide", "Head of Practice", date(2026, 7, 31), "Amber", "Comments came late"),
    ("1.2", "Train all team managers", "Head of Learning", date(2026, 9, 30), "Amber", "Three of five cohorts"),
    ("1.3", "Audit 60 case files", "QA lead", date(2026, 1, 31), "Blue", "Done"),
    ("2.1", "Recruit six social workers", "HR lead", date(2026, 5, 31), "Red", "Four of six"),
)
HEAD = "Ref,Action,Target date,Status\n"


def word_plan(path: Path, *lines: str, heads: tuple[str, ...] = HEADS, fill: str = "") -> Path:
    """A plan as a council keeps it in Word: title, lines, one table; the last cell of RAG may have a fill alone."""
    document = docx.Document()
    document.add_heading(TITLE, 0)
    for line in lines:
        document.add_paragraph(line)
    table = document.add_table(len(ROWS) + 1, len(heads))
    for at, texts in enumerate((heads, *ROWS)):
        for column, text in enumerate(texts[: len(heads)]):
            table.cell(at, column).text = text
    if fill:
        cell = table.cell(len(ROWS), 4)
        cell.text = ""
        shade = OxmlElement("w:shd")
        shade.set(qn("w:val"), "clear")
        shade.set(qn("w:fill"), fill.removeprefix("#"))
        cell._tc.get_or_add_tcPr().append(shade)
    document.save(str(path))
    return path


def excel_plan(path: Path) -> Path:
    """The next issue of it, in Excel, under other headers and without the key."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([TITLE])
    sheet.append([])
    for row in (("Ref", "Action", "Owner", "Due date", "RAG", "Progress update"), *LATER):
        sheet.append(list(row))
    book.save(path)
    return path


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in which we stand, with no terminal."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a command."""
    code = cli.main(list(words))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The one line that a command is refused with; nothing is written."""
    before = sorted(Path.cwd().rglob("*"))
    code, out, err = said(capsys, *words)
    assert (code, out) == (2, "")
    assert err.startswith("planlib: ") and err.count("\n") == 1
    assert sorted(Path.cwd().rglob("*")) == before
    return err.removeprefix("planlib: ").rstrip("\n")


# --- the first hour --------------------------------------------------------------------------------------------------


def test_from_a_word_file_and_a_workbook_to_a_slip_chart(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """new, new, check and report on a .docx and an .xlsx of the same plan give a slip chart with the right days."""
    word_plan(here / "Northdale plan.docx", "Position as at 31 March 2026", KEY)
    excel_plan(here / "plan 30-06-2026.xlsx")

    code, out, _ = said(capsys, "new", "Northdale plan.docx")
    folder = "data/northdale-council-childrens-services"
    assert code == 0
    for line in (
        "Northdale plan.docx: Word document", "  as at 31 March 2026, as it says: 'as at 31 March 2026', paragraph 2",
        "  4 actions in 1 table:", "    By when    = target", "    Cost code  = kept as it is",
        "  target dates: 4 read, of 4 given, in 4 actions", "  statuses: in progress 1, open 1, complete 1, unknown 1",
        "  its own key: blue = complete; green = on course; amber = in progress, delayed; red = delayed",
        "  not understood: the status 'Embedding' of 1 action", f"next: planlib check {folder}    how it was understood",
    ):  # fmt: skip
        assert line in out.splitlines()
    assert (here / folder / "2026-03-31.docx").read_bytes() == (here / "Northdale plan.docx").read_bytes()
    text = (here / folder / "plan.toml").read_text(encoding="utf-8")
    settings = parse_settings(tomllib.loads(text))
    assert (settings.title, settings.columns) == (TITLE, {})
    assert settings.status_key == {
        "blue": "complete",
        "green": "on course",
        "amber": "in progress, delayed",
        "red": "delayed",
    }
    assert '# target = "By when"' in text and '# "Embedding" = "?"   # 1 action' in text

    code, out, _ = said(capsys, "new", "plan 30-06-2026.xlsx", "northdale-council-childrens-services")
    assert code == 0 and "  as at 30 June 2026, from its name: '30-06-2026'" in out.splitlines()
    assert (here / folder / "plan.toml").read_text(encoding="utf-8") == text
    assert said(capsys, "check", folder)[0] == 0

    code, out, _ = said(capsys, "report", folder, "--notebook", "slippage")
    assert code == 0 and out.startswith("2 of 2 reports made")
    page = (here / "reports" / "northdale-council-childrens-services" / "2026-06-30" / "slippage.html").read_text(
        "utf-8"
    )
    chart = next(
        table for table in pd.read_html(io.StringIO(page)) if {"First date", "Date now", "Slip"} <= set(table.columns)
    ).set_index("Actions")  # fmt: skip
    chart.index = chart.index.astype(str)
    assert chart.loc["1.1", ["First date", "Date now", "Slip"]].tolist() == ["30 April 2026", "31 July 2026", "92 days"]
    assert chart.loc["1.2", ["First date", "Date now", "Slip"]].tolist() == [
        "30 June 2026",
        "30 September 2026",
        "92 days",
    ]
    assert chart.loc["2.1", ["Standing", "Slip"]].tolist() == ["overdue", "None; at least 30 days by now"]
    assert chart.loc["1.3", "Standing"] == "complete"


@pytest.mark.parametrize(
    ("name", "line", "day"),
    [
        ("Ofsted plan 31st March 2026.docx", "", "2026-03-31"),
        ("plan_20260331.docx", "", "2026-03-31"),
        ("plan 3.31.26.docx", "", "2026-03-31"),  # cannot have the day first
        ("board 2026-03-31.docx", "Position as at 31 March 2026", "2026-03-31"),
        ("plan.docx", "Reporting date: 31/03/2026", "2026-03-31"),
        ("plan March 2026.docx", "Status at close of business on 27 March 2026", "2026-03-27"),
    ],
)
def test_the_date_is_told_by_the_name_or_the_text(
    here: Path, capsys: pytest.CaptureFixture[str], name: str, line: str, day: str
) -> None:
    """A date that is written in full is found where people write it, and nothing is asked."""
    word_plan(here / name, line or "Draft")
    assert said(capsys, "new", name, "mine")[0] == 0
    assert [path.name for path in (here / "data" / "mine").iterdir() if path.suffix == ".docx"] == [f"{day}.docx"]


@pytest.mark.parametrize(
    ("name", "line", "message"),
    [
        ("plan.docx", "", 'neither its name nor a line such as "as at 31 March 2026" gives one; add --date YYYY-MM-DD'),
        ("plan 03-04-2026.docx", "", "'03-04-2026' (its name) can be 3 April 2026 or 4 March 2026; add --date"),
        ("plan March 2026.docx", "", "the month alone ('March 2026'); add --date YYYY-MM-DD, such as 2026-03-31"),
        (
            "plan 2026-04-15.docx",
            "As at 31 March 2026",
            "more than one date: 2026-04-15 in its name and 2026-03-31 (paragraph 2)",
        ),
        ("plan.docx", "Committee of 20 April 2026", "cannot be told"),
        ("plan.docx", "As of 1 April 2026 the council runs the service itself.", "cannot be told"),
    ],
)
def test_a_date_that_cannot_be_told_is_not_guessed(
    here: Path, capsys: pytest.CaptureFixture[str], name: str, line: str, message: str
) -> None:
    """No date, a month alone, day and month either way, or two dates: the line says which, and --date settles it."""
    word_plan(here / name, line or "Draft")
    assert message in refused(capsys, "new", name)
    assert said(capsys, "new", name, "mine", "--date", "2026-03-31")[0] == 0
    assert (here / "data" / "mine" / "2026-03-31.docx").exists()


@pytest.mark.parametrize(
    ("above", "heads", "why"),
    [
        (("Reporting date", date(2026, 3, 31), "Version", 2), ("Ref", "Action", "Due date", "RAG"), "'as at 2026-03-31', Sheet, row 1"),
        (("Plan",), ("Ref", "Action", "Due date", "RAG as at 31 March 2026"), "'as at 31 March 2026', Sheet, row 2"),
        (("Plan",), ("Ref", "Action", "Due date as at 1 April 2024", "RAG"), "cannot be told"),
    ],
)
def test_the_date_stands_in_a_cell(
    here: Path, capsys: pytest.CaptureFixture[str], above: tuple[Any, ...], heads: tuple[str, ...], why: str
) -> None:
    """A label beside a date and the header of the status tell it; the header of a date says when that date was agreed."""
    book = openpyxl.Workbook()
    for row in (above, heads, ("1", "Write", date(2026, 4, 30), "Open")):
        book.active.append(list(row))
    book.save(here / "plan.xlsx")
    _, out, err = said(capsys, "new", "plan.xlsx", "mine")
    assert why in out + err


def test_on_a_terminal_the_date_is_asked_for(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only where it cannot be told and somebody sits there; what is typed is checked."""
    word_plan(here / "plan.docx", "Draft")
    answers = iter(["31/03/2026", "2026-03-31"])
    monkeypatch.setattr("builtins.input", lambda prompt: next(answers))
    for stream in (sys.stdin, sys.stdout):
        monkeypatch.setattr(stream, "isatty", lambda: True, raising=False)
    code, _, err = said(capsys, "new", "plan.docx")
    assert code == 2 and "'31/03/2026' is not a date; write it YYYY-MM-DD" in err
    assert said(capsys, "new", "plan.docx", "mine")[0] == 0
    assert (here / "data" / "mine" / "2026-03-31.docx").exists()


def test_a_tracker_export_keeps_its_dates(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file with many dates in an as-at column is copied under its own name, and plan.toml names that column."""
    rows = "31/03/2026,1,Write,30/04/2026,Open\n30/06/2026,1,Write,31/07/2026,Open\n"
    (here / "export.csv").write_text("Report date," + HEAD + rows, encoding="utf-8")
    code, out, _ = said(capsys, "new", "export.csv", "mine")
    assert (
        code == 0
        and "  many issues: 2 dates in its column 'Report date', from 2026-03-31 to 2026-06-30" in out.splitlines()
    )
    plan = planlib.open_plan(here / "data" / "mine")
    assert plan.settings.columns == {"as_of": ("Report date",)}
    assert plan.snapshots == [date(2026, 3, 31), date(2026, 6, 30)]
    word_plan(here / "first.docx", "As at 31 March 2025")
    assert said(capsys, "new", "first.docx", "other")[0] == 0
    message = refused(capsys, "new", "export.csv", "other")
    assert 'write as_of = "Report date" under [columns] of data/other/plan.toml first' in message


def test_a_colour_without_a_meaning_is_told(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A status that is only a fill, with no key that explains it, stands in plan.toml to be filled in."""
    word_plan(here / "plan.docx", "As at 31 March 2026", fill="#7030A0")
    code, out, _ = said(capsys, "new", "plan.docx", "mine")
    assert code == 0 and "  not understood: the status by colour alone, #7030A0, of 1 action" in out.splitlines()
    assert '# "fill:#7030A0" = "?"   # 1 action' in (here / "data" / "mine" / "plan.toml").read_text(encoding="utf-8")


def test_dates_with_the_month_first_are_set_so(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where the dates themselves show the order, plan.toml says it."""
    (here / "2026-03-31.csv").write_text(HEAD + "1,Write,04/30/2026,Open\n2,Read,05/06/2026,Open\n", encoding="utf-8")
    assert said(capsys, "new", "2026-03-31.csv", "mine")[0] == 0
    plan = planlib.open_plan(here / "data" / "mine")
    assert plan.settings.day_first is False
    assert plan.ledger["target"].dt.strftime("%Y-%m-%d").tolist() == ["2026-04-30", "2026-05-06"]


def test_a_key_that_changes_is_told(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A later issue whose own key says otherwise than plan.toml is named, and plan.toml holds."""
    word_plan(here / "one.docx", "As at 31 March 2026", KEY)
    word_plan(here / "two.docx", "As at 30 June 2026", KEY.replace("Green = on track", "Green = complete"))
    assert said(capsys, "new", "one.docx", "mine")[0] == 0
    code, out, _ = said(capsys, "new", "two.docx", "mine")
    assert code == 0
    assert "its own key says green = complete, and [status_key] of plan.toml says on course, which holds" in out
    assert 'say in plan.toml, under [status_key], what these mean: "Embedding"' in out


def test_headers_that_planlib_does_not_know_can_be_named(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where no table is found the line shows what the widest row says; --column makes it one, and goes into plan.toml."""
    (here / "2026-03-31.csv").write_text(
        "Cam,Pwy,Erbyn\nWrite,Ann,30 April 2026\nRead,Bob,30 May 2026\n", encoding="utf-8"
    )
    message = refused(capsys, "new", "2026-03-31.csv", "mine")
    assert "no table of actions was found" in message and "Its widest row reads: 'Cam', 'Pwy', 'Erbyn'." in message
    assert '--column action="..."' in message
    columns = ("--column", "action=Cam", "--column", "lead=Pwy", "--column", "target=Erbyn")
    assert said(capsys, "new", "2026-03-31.csv", "mine", *columns)[0] == 0
    plan = planlib.open_plan(here / "data" / "mine")
    assert plan.settings.columns == {"action": ("Cam",), "lead": ("Pwy",), "target": ("Erbyn",)}
    assert plan.ledger["lead"].tolist() == ["Ann", "Bob"]


def test_what_was_begun_is_taken_back(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the copy fails, no plan.toml without a snapshot is left behind."""
    (here / "2026-03-31.csv").write_text(HEAD + "1,Write,30 April 2026,Open\n", encoding="utf-8")
    opened = Path.open

    def full(path: Path, mode: str = "r", *rest: Any, **more: Any) -> Any:
        if mode == "xb" and path.suffix == ".csv":
            raise OSError(28, "No space left on device", str(path))
        return opened(path, mode, *rest, **more)

    monkeypatch.setattr(Path, "open", full)
    code, _, err = said(capsys, "new", "2026-03-31.csv", "mine")
    assert code == 2 and "cannot be written (No space left on device); choose a folder where you may write" in err
    assert list((here / "data" / "mine").iterdir()) == []


@given(st.lists(st.text(min_size=1, max_size=30), min_size=3, max_size=3, unique=True), st.text(max_size=60))
def test_plan_toml_is_valid_whatever_the_file_says(words: list[str], title: str) -> None:
    """Titles, headers and status words of any characters give a plan.toml that planlib reads, with the same title."""
    status, kept, lead = words
    rows = pd.DataFrame({"Ref": ["1"], "Action": ["Write it"], "Status": [status], kept: ["x"], "Owner": [lead]})
    from planlib.layout import count_cells, find_layout
    from planlib.normalise import take_rows
    from planlib.readers.grid import Grid

    grid = Grid("Plan", [list(rows.columns), rows.iloc[0].tolist()], ["row 1", "row 2"])
    raw = take_rows(find_layout([grid], {}), count_cells([grid]))
    source = intake.Source(Path("a.csv"), b"", "CSV", raw, Settings(title=""))
    found = intake.understand(source, intake.Dated(date(2026, 3, 31), "given"))
    title = title if intake._line(title) else "Plan"
    assert parse_settings(tomllib.loads(intake.plan_toml(found, title, "a name"))).title == intake._line(title)
    assert all("\n" not in line for line in intake.lines(found))


@given(st.text(max_size=40))
def test_dates_in_a_text_are_dates_of_the_calendar(text: str) -> None:
    """Any text gives mentions that stand in it as they are given, in order and apart from each other."""
    found = dates_in(text)
    assert all(text[one.start : one.start + len(one.text)] == one.text and one.days for one in found)
    assert all(one.start + len(one.text) <= other.start for one, other in pairwise(found))


# --- the template ----------------------------------------------------------------------------------------------------


def filled(path: Path) -> Path:
    """The template with a title, a date and a row for each word of its list of statuses."""
    book = openpyxl.load_workbook(path)
    book["How to use"]["A1"], book["How to use"]["B2"] = "Riverside plan", date(2026, 3, 31)
    for at, (word, _) in enumerate(blank.STATUSES, start=2):
        done = date(2026, 3, 1) if word.startswith("Complete") else None
        row = (
            f"1.{at}0",
            "Training",
            f"Do the thing {at}",
            "Head of Learning",
            date(2026, 6, 30),
            date(2026, 9, 30),
            word,
            done,
        )
        for column, value in enumerate(row, start=1):
            book["Plan"].cell(at, column, value)
    book.save(path)
    return path


def test_the_template_is_read_as_it_is_meant(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Filled in, every column and every status of the list is understood without a setting, and nothing else is an action."""
    assert said(capsys, "new", "--template", "empty.xlsx")[0] == 0
    code, _, err = said(capsys, "new", "empty.xlsx")
    assert code == 2 and "its table (Plan, row 1) has no action yet; write the first one below the header" in err
    code, out, _ = said(capsys, "new", str(filled(here / "empty.xlsx")))
    assert code == 0 and "not understood" not in out and "its own key" not in out
    plan = planlib.open_plan(here / "data" / "riverside-plan", "2026-03-31")
    assert plan.settings.title == "Riverside plan"
    assert plan.ledger["ref"].tolist() == [f"1.{at}0" for at in range(2, 2 + len(blank.STATUSES))]
    assert plan.ledger["status"].tolist() == [
        "not started", "in progress", "in progress", "in progress", "open", "complete", "evidenced", "closed not done",
    ]  # fmt: skip
    assert plan.ledger["claim"].tolist() == ["", "", "on course", "delayed", "", "", "", ""]
    assert plan.ledger["original_basis"].eq("stated").all() and plan.ledger["target"].eq("2026-09-30").all()
    assert sorted(plan.findings["code"].unique()) == ["cell-outside-table"]
    reading = read(here / "empty.xlsx", as_of="2026-03-31")
    columns = [line["what"] for line in reading.understood if line["what"].startswith("column ")]
    assert columns == [
        "column ref", "column area", "column action", "column lead", "column original", "column target", "column status",
        "column completed", "column progress", "column reason",
    ]  # fmt: skip


def test_the_template_is_an_accessible_workbook() -> None:
    """It has a title and a language, one named and described table to a sheet, no merged cell, and lists to choose from."""
    data = blank.workbook()
    assert data == blank.workbook()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        core = archive.read("docProps/core.xml").decode("utf-8")
        tables = [archive.read(name).decode("utf-8") for name in archive.namelist() if name.startswith("xl/tables/")]
    assert "<dc:language>en-GB</dc:language>" in core and "<dc:title>Action plan</dc:title>" in core
    assert len(tables) == 2
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["How to use", "Plan", "Statuses"]
    assert [len(sheet.tables) for sheet in book] == [0, 1, 1]
    assert [str(sheet.merged_cells.ranges) for sheet in book] == ["set()"] * 3
    sheet = book["Plan"]
    assert [cell.value for cell in sheet[1]] == [name for name, *_ in blank.COLUMNS]
    assert sheet.freeze_panes == "A2"
    rules = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}
    assert rules["G2:G1001"].type == "list" and rules["G2:G1001"].formula1 == "Statuses!$A$2:$A$9"
    assert {where for where, rule in rules.items() if rule.type == "date"} == {"E2:E1001", "F2:F1001", "H2:H1001"}
    assert all(len(rule.prompt) <= 255 and len(rule.promptTitle) <= 32 for rule in rules.values())


# --- mistakes --------------------------------------------------------------------------------------------------------


@pytest.fixture
def plan(here: Path) -> Path:
    """A plan of one issue in data/alpha."""
    folder = here / "data" / "alpha"
    folder.mkdir(parents=True)
    (folder / "plan.toml").write_text('title = "Alpha"\n', encoding="utf-8")
    (folder / "2026-03-31.csv").write_text(HEAD + "1,Write,30 April 2026,Open\n", encoding="utf-8")
    return folder


def complaint(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The one line of a plan that could not be read, from `check`, which prints it, or from another verb."""
    code, out, err = said(capsys, *words)
    assert code in (1, 2)
    text = err or out.partition("\n")[0] + "\n"
    assert text.count("\n") == 1
    return text


def test_the_wrong_folder(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where there is no data folder, or a folder is no plan yet, the line says where to go or how it becomes one."""
    message = refused(capsys, "report")
    assert (
        message.startswith("data: no such folder here (")
        and "go to the folder that holds your plans' 'data' folder" in message
    )
    folder = here / "papers"
    folder.mkdir()
    word_plan(folder / "Our plan.docx")
    for verb in ("check", "report", "changes"):
        message = refused(capsys, verb, "papers")
        assert message == (
            'papers: is not a plan folder, for it has no plan.toml; to begin a plan: planlib new "papers/Our plan.docx"'
        )
    message = refused(capsys, "new", "Our plan.docx")
    assert (
        message
        == f"Our plan.docx: no such file. It was looked for in {here}: go to its folder, or write its whole path."
    )
    assert refused(capsys, "new", "papers").startswith("papers: is a folder; name the plan's file")


def test_a_folder_of_dated_files_becomes_a_plan(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Files that lie in their folder under their dates stay there; plan.toml is written beside them, once."""
    folder = here / "data" / "mine"
    folder.mkdir(parents=True)
    for day in ("2026-03-31", "2026-06-30"):
        (folder / f"{day}.csv").write_text(HEAD + "1,Write,30 April 2026,Open\n", encoding="utf-8")
    assert refused(capsys, "check", "mine").endswith("to begin a plan: planlib new data/mine/2026-03-31.csv data/mine")
    code, out, _ = said(capsys, "new", "data/mine/2026-03-31.csv", "data/mine")
    assert code == 0 and "data/mine/2026-03-31.csv stays where it is" in out.splitlines()
    assert sorted(path.name for path in folder.iterdir()) == ["2026-03-31.csv", "2026-06-30.csv", "plan.toml"]
    assert said(capsys, "check", "mine")[0] == 0
    word_plan(folder / "Our plan.docx", "As at 30 September 2026")
    message = refused(capsys, "new", "data/mine/Our plan.docx", "mine")
    assert "rename it to 2026-09-30.docx and say: planlib check data/mine" in message
    assert "there is a snapshot of 2026-03-31 already" in refused(capsys, "new", "data/mine/2026-03-31.csv", "mine")


def test_a_name_with_spaces(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file name that was typed without quotes is answered by the command with them."""
    word_plan(here / "Our plan.docx")
    assert refused(capsys, "new", "Our", "plan.docx").endswith(
        'a name with spaces needs quotes: planlib new "Our plan.docx"'
    )
    assert "a name with spaces needs quotes" in refused(capsys, "new", "Our", "long", "plan.docx")
    (here / "data" / "x").mkdir(parents=True)
    assert "the file comes first" in refused(capsys, "new", "data/x", "Our plan.docx")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("plan.csv", "written YYYY-MM-DD, such as 2011-08-31.csv: rename it"),
        ("06-30-2026.csv", "written YYYY-MM-DD: rename it to 2026-06-30.csv"),
        ("30 June 2026 plan.csv", "written YYYY-MM-DD: rename it to 2026-06-30.csv"),
        (
            "03-04-2026.csv",
            "'03-04-2026' can be 3 April 2026 or 4 March 2026: rename it to 2026-04-03.csv or 2026-03-04.csv",
        ),
        ("2026-06-31.csv", "'2026-06-31' is not a date; write it YYYY-MM-DD"),
    ],
)
def test_a_file_name_without_its_date(plan: Path, capsys: pytest.CaptureFixture[str], name: str, message: str) -> None:
    """A date that is missing, written the American way or not of the calendar is answered by the name to give."""
    (plan / name).write_text(HEAD, encoding="utf-8")
    for verb in ("check", "changes", "report"):
        code, out, err = said(capsys, verb, "alpha")
        assert code == 1
        assert message in out + err


def test_two_files_for_one_date(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both are named, with what to do."""
    (plan / "2026-03-31 final.csv").write_text(HEAD, encoding="utf-8")
    message = complaint(capsys, "check", "alpha")
    assert (
        "two files for 2026-03-31: 2026-03-31 final.csv and 2026-03-31.csv; keep one, or name them 2026-03-31_part-1"
        in message
    )


def test_a_file_that_is_open_in_excel(
    plan: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where Windows refuses it the lock beside it says who has it; the lock itself is no issue of the plan."""
    (plan / "~$2026-03-31.csv").write_bytes(b"\x05Ann")
    assert said(capsys, "check", "alpha")[0] == 0
    assert "close it there, and name the file itself" in refused(capsys, "new", "data/alpha/~$2026-03-31.csv")

    def held(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", held)
    message = complaint(capsys, "check", "alpha")
    assert (
        "cannot be read (Permission denied); it is open in Excel or Word, for there is a lock beside it: close it there"
        in message
    )
    (plan / "~$2026-03-31.csv").unlink()
    message = complaint(capsys, "check", "alpha")
    assert "is it open in another program? Close it there; or ask for the right to read it" in message


def test_an_old_word_file(here: Path, plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A .doc is answered by what to save it as, alone and in a plan folder."""
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "WordDocument".encode("utf-16-le") + bytes(1000)
    (here / "2026-06-30.doc").write_bytes(old)
    assert "save it as .docx" in refused(capsys, "new", "2026-06-30.doc")
    (plan / "2026-06-30.doc").write_bytes(old)
    code, out, _ = said(capsys, "check", "alpha")
    assert code == 1 and "save it as .docx" in out


def test_no_right_to_read_or_write(
    plan: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that may not be listed, and one that may not be written to, are named with what to do."""
    (plan.parents[1] / "x.csv").write_text(HEAD + "1,Write,30 April 2026,Open\n", encoding="utf-8")
    listed, made = Path.iterdir, Path.mkdir

    def no_list(path: Path) -> Any:
        if path.name == "alpha":
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    def no_make(path: Path, *rest: Any, **more: Any) -> None:
        if path.name == "beta":
            raise PermissionError(13, "Permission denied", str(path))
        made(path, *rest, **more)

    monkeypatch.setattr(Path, "iterdir", no_list)
    monkeypatch.setattr(Path, "mkdir", no_make)
    message = complaint(capsys, "check", "alpha")
    assert (
        "cannot be read (Permission denied); ask for the right to read it, or copy it to a folder of your own"
        in message
    )
    message = refused(capsys, "new", "x.csv", "beta", "--date", "2026-03-31")
    assert "beta: cannot be written (Permission denied); choose a folder where you may write" in message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('titel = "Alpha"', "unknown key 'titel'. Did you mean 'title'? Known keys: title, "),
        ("title = Our plan", "line 1 reads 'title = Our plan': text stands in quotes: \"Our plan\""),
        ("title = “Our plan”", "write straight quotes"),
        (
            'title = "A"\nanchor_date = 31/03/2026',
            "line 2 reads 'anchor_date = 31/03/2026': a date is written 2026-03-31",
        ),
        (
            'title = "A"\nanchor_date = "31 March 2026"',
            "anchor_date must be a date written YYYY-MM-DD, not '31 March 2026'",
        ),
        ('title = "A"\norganisation = "C:\\plans"', "write each \\ twice"),
        ('title = "A"\nour plan', "line 2 reads 'our plan': each line is name = \"value\""),
        ('title = "A"\ntitle = "B"', "line 2 reads 'title = \"B\"': a name may stand only once"),
        (
            'title = "A"\n[status_key]\n"embedding" = "?"',
            "'embedding' = '?' is not a status, a claim, or 'status, claim'.",
        ),
        ('title = "A"\n[columns]\ntarjet = "By when"', "unknown key 'tarjet'. Did you mean 'target'?"),
    ],
)
def test_a_slip_of_the_pen_in_plan_toml(
    plan: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    """Each is answered by the line and what to write instead."""
    (plan / "plan.toml").write_text(text + "\n", encoding="utf-8")
    assert message in complaint(capsys, "check", "alpha")
    code, _, err = said(capsys, "report", "alpha")
    assert code == 1 and message in err


def test_plan_toml_that_notepad_named(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """plan.toml.txt, which Windows shows as plan.toml, is found out."""
    (plan / "plan.toml").rename(plan / "plan.toml.txt")
    for verb in ("check", "report"):
        assert "has plan.toml.txt and needs plan.toml: rename it" in refused(capsys, verb, "alpha")


def test_no_table_of_actions(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file without one is named in a plan, with the command that shows how it was read; that says what was looked for."""
    (plan / "2026-06-30.csv").write_text("Name,Colour\nAnn,Blue\n", encoding="utf-8")
    code, _, err = said(capsys, "changes", "alpha")
    assert code == 1 and "no table of actions was found; to see how it was read: planlib check" in err
    code, out, _ = said(capsys, "check", "data/alpha/2026-06-30.csv")
    assert code == 1 and "name the columns in plan.toml under [columns]" in out


def test_the_kernel_is_missing(plan: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Without ipykernel no report begins, and the line says which Python lacks it and how to install it."""
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "ipykernel" else found(name, *rest)
    )
    message = refused(capsys, "report", "alpha")
    assert f"ipykernel is not installed in this Python ({sys.executable}); install it: pip install ipykernel" in message


def test_jupyterlab_is_not_installed(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`planlib lab` says how to install it."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None)
    message = refused(capsys, "lab")
    assert message == (
        f'JupyterLab is not installed in this Python ({sys.executable}); install it: "{sys.executable}" -m pip install "jupyterlab>=4.2"'
    )


def test_lab_brings_the_exploring_notebook(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there are no notebooks it puts explore.ipynb there, once, and opens JupyterLab on the folder."""
    called: list[list[str]] = []
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: object())
    monkeypatch.setattr(subprocess, "call", lambda command: called.append(command) or 0)
    assert said(capsys, "lab")[0] == 0
    assert (here / "explore.ipynb").read_bytes() == (ROOT / "notebooks" / "explore.ipynb").read_bytes()
    (here / "explore.ipynb").write_text("mine", encoding="utf-8")
    assert said(capsys, "lab")[0] == 0
    assert (here / "explore.ipynb").read_text(encoding="utf-8") == "mine"
    assert called == [[sys.executable, "-m", "jupyterlab", "."]] * 2
    assert refused(capsys, "lab", "nowhere") == "nowhere: no such folder; name one that is there, or none"


# --- in JupyterLab ---------------------------------------------------------------------------------------------------


def answers(plan: Path, as_of: str) -> list[Any]:
    """What each cell of the exploring notebook shows for a plan; the cells are run as they stand."""
    cells = json.loads((ROOT / "notebooks" / "explore.ipynb").read_text(encoding="utf-8"))["cells"]
    names: dict[str, Any] = {}
    shown = []
    for cell in cells:
        if cell["cell_type"] == "code":
            given = f"plan, as_of = {str(plan)!r}, {as_of!r}" if cell["metadata"].get("tags") == ["parameters"] else ""
            tree = ast.parse(given or "".join(cell["source"]))
            last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
            exec(compile(tree, "cell", "exec"), names)
            if isinstance(last, ast.Expr):
                shown.append(eval(compile(ast.Expression(last.value), "cell", "eval"), names))
    return shown


def test_the_exploring_notebook_answers_five_questions() -> None:
    """A cell for each, with the numbers of the bundled plans; what is not known is missing, not nought."""
    book, m, areas, leads, moved, due, p80 = answers(ROOT / "data" / "ranger-1960", "1964-07-31")
    assert (book.name, m.plan) == ("ranger-1960", "ranger-1960")
    assert areas[["slip_known", "days_later", "revisions"]].to_numpy().tolist() == [[9, 2128, 26]]
    assert leads[["revisions", "before", "after", "given"]].to_numpy().tolist() == [[26, 26, 0, 13]]
    assert moved["label"].tolist() == ["RA-8", "RA-9"]
    assert due.empty and p80 == "too few to judge: 12 earlier forecasts have an outcome, and 30 are needed"
    areas = answers(ROOT / "data" / "wirral-ofsted-2011", "2011-08-31")[2]
    assert areas["days_later"].dropna().tolist() == [145]
    assert areas.loc[areas["slip_known"] == 0, "days_later"].isna().all()


@pytest.mark.parametrize("row", ["", "1,Write,,Open\n", "1,Write,30 April 2026,Complete\n"])
def test_the_exploring_notebook_holds_for_any_plan(plan: Path, row: str) -> None:
    """No action, one without a date, one that is done: every cell runs."""
    (plan / "2026-03-31.csv").write_text(HEAD + row, encoding="utf-8")
    assert len(answers(plan, "2026-06-30")) == 7


def test_report_leaves_the_exploring_notebook_alone(plan: Path) -> None:
    """It is no report, so `planlib report` does not run it unless it is named."""
    from planlib.reporting.notebooks import PER_PLAN, PORTFOLIO, find_notebooks

    assert "explore" in find_notebooks(ROOT)
    assert "explore" not in (*PER_PLAN, PORTFOLIO)


def test_plan_reading_and_measures_show_themselves(plan: Path) -> None:
    """In a notebook each shows what is in it as HTML whose texts are escaped; in a terminal it is one line."""
    (plan / "plan.toml").write_text('title = "<b>Alpha</b>"\n', encoding="utf-8")
    (plan / "2026-06-30.csv").write_text(HEAD + "1,Write,31 July 2026,Open\n2,Read,soon,<i>odd</i>\n", encoding="utf-8")
    book = planlib.open_plan(plan)
    data, _ = book._repr_mimebundle_()
    assert "&lt;b&gt;Alpha&lt;/b&gt;" in data["text/html"] and "<b>Alpha" not in data["text/html"]
    assert "2 snapshots, 2 actions, 3 rows in .ledger." in data["text/plain"]
    assert repr(book) == "<Plan alpha: .snapshots has 2 dates, .ledger 3 rows>"
    reading = read(plan / "2026-06-30.csv")
    data, _ = reading._repr_mimebundle_()
    assert "2 actions in .actions: 1 open, 1 unknown; 1 with a target date." in data["text/plain"]
    assert "column target" in data["text/html"] and repr(reading) == "<Reading: .actions has 2 rows, .findings 1>"
    m = measures.measure(book.ledger, "2026-06-30", settings=book.settings, snapshots=book.snapshots, plan=book.name)
    data = m._repr_mimebundle_()
    assert "2 actions." in data["text/html"] and "<code>.slip_chart</code>" in data["text/html"]
    assert data["text/plain"].endswith("measures of alpha as at 2026-06-30")


def test_a_relative_plan_is_found_from_the_notebooks_folder(plan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A notebook that lies in notebooks/ opens data/<plan> of the project, as it is."""
    beside = plan.parents[1] / "notebooks"
    beside.mkdir()
    monkeypatch.chdir(beside)
    assert planlib.open_plan("data/alpha").name == "alpha"
    with pytest.raises(InputError, match=r"no such plan folder\. Did you mean 'alpha'"):
        planlib.open_plan("../data/alpa")


# --- each month ------------------------------------------------------------------------------------------------------


def test_latest_makes_each_plan_at_its_own_latest_snapshot(
    plan: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plans of one date go together, a plan that cannot be read is a fault of its own, and the portfolio comes once, at the end."""
    from planlib.reporting import latest, run

    for name, day in (("beta", "2026-03-31"), ("gamma", "2026-06-30"), ("wrong", "June")):
        (plan.parent / name).mkdir()
        (plan.parent / name / "plan.toml").write_text('title = "T"\n', encoding="utf-8")
        (plan.parent / name / f"{day}.csv").write_text(HEAD + "1,Write,30 April 2026,Open\n", encoding="utf-8")
    asked: list[tuple[Any, ...]] = []

    def report(plans: Any, *, as_of: Any = None, notebooks: Any = None, **_: Any) -> run.Outcome:
        asked.append((plans and [path.name for path in plans], as_of, notebooks))
        return run.Outcome((), ("wrong: the name must",) if as_of is None else (), ("note",), Path("reports/index.html"))

    monkeypatch.setattr(latest, "report", report)
    code, _, err = said(capsys, "report", "--latest")
    single = ["progress", "slippage", "data-quality"]
    assert asked == [
        (["alpha", "beta"], date(2026, 3, 31), single), (["gamma"], date(2026, 6, 30), single), (["wrong"], None, single),
        (None, None, ["portfolio"]),
    ]  # fmt: skip
    assert code == 1 and err.count("wrong: the name must") == err.count("note: note") == 1
    asked.clear()
    assert said(capsys, "report", "gamma", "--latest", "--notebook", "progress")[0] == 0
    assert asked == [(["gamma"], date(2026, 6, 30), ["progress"])]
    assert refused(capsys, "report", "--latest", "--as-of", "2026-03-31").startswith("--latest and --as-of both say the date")


@pytest.mark.parametrize(
    ("title", "rows", "subject"),
    [
        (
            "Alpha", "1,Write,31 July 2026,Complete\n",
            "Alpha, 30 June 2026: 0 overdue of 1 action; since 31 March 2026 1 completed, 1 re-dated",
        ),
        (
            "Alpha", "1,Write,30 April 2026,Open\n",
            "Alpha, 30 June 2026: 1 overdue of 1 action; since 31 March 2026 0 completed, 0 re-dated",
        ),
        (
            "A" * 70, "1,Write,30 April 2026,\n",
            "A" * 59 + "…, 30 June 2026: 0 overdue (1 not known) of 1 action; since 31 March 2026 0 completed (1 not known), 0 re-dated",
        ),
    ],
)  # fmt: skip
def test_the_changes_fit_the_subject_of_a_mail(
    plan: Path, capsys: pytest.CaptureFixture[str], title: str, rows: str, subject: str
) -> None:
    """One line says what is overdue, completed and re-dated, and of how many it is not known."""
    (plan / "plan.toml").write_text(f'title = "{title}"\n', encoding="utf-8")
    (plan / "2026-06-30.csv").write_text(HEAD + rows, encoding="utf-8")
    assert said(capsys, "changes", "alpha", "--subject") == (0, subject + "\n", "")
    assert "give one of them" in refused(capsys, "changes", "alpha", "--subject", "--json")


def test_the_subject_says_of_how_many_a_new_date_cannot_be_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Of the Wirral plan 7 actions are re-dated, and of the 4 known only by count it cannot be told."""
    plan = ROOT / "data" / "wirral-ofsted-2011"
    assert cli.main(["changes", str(plan), "--subject"]) == 0
    assert capsys.readouterr().out == (
        "Ofsted action plan for safeguarding and looked after childr…, 31 August 2011: 0 overdue of 44 actions; "
        "since 1 June 2011 0 completed (22 not known), 7 re-dated (4 not known)\n"
    )
