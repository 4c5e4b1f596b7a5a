"""How it was read: the account of the cells, the marks at the tables, and that nothing withheld is in them."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import PatternFill

from planlib import open_plan, schema, sheets
from planlib.store import Plan

HERE = Path(__file__).parent
WIRRAL = HERE.parent / "data" / "wirral-ofsted-2011"
HEADER = "Ref,Action,Lead,Due date,Status,Cost code\n"


def plan_of(folder: Path, files: dict[str, str], more: str = "", **sides: str) -> Path:
    """A plan folder of CSV (or other text) files."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plan.toml").write_text(f'title = "A"\n{more}', encoding="utf-8")
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    for name, text in sides.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def opened(folder: Path, as_of: str | None = None) -> Plan:
    """A plan with its cells, whose account is that of its sources to the last cell."""
    plan = open_plan(folder, as_of, cells=True)
    counted = plan.cells[plan.cells["counts"] == 1]
    force = plan.sources[plan.sources["as_of"] == plan.sources["as_of"].max()]
    used = counted["taken_for"].isin(schema.USED)
    for source in force.to_dict("records"):
        mine = counted["source"] == source["file"]
        assert (int(mine.sum()), int((mine & used).sum())) == (source["cells"], source["used"])
    assert set(plan.cells["taken_for"]) <= set(schema.TAKEN_FOR) - {"not accounted for"}
    assert set(plan.cells["action_id"]) - {""} <= set(plan.ledger["action_id"])
    return plan


def marks(plan: Plan) -> dict[str, str]:
    """What stands at each place was taken for; the first thing of a cell."""
    said: dict[str, str] = {}
    for place, taken, name in zip(plan.cells["place"], plan.cells["taken_for"], plan.cells["name"], strict=True):
        said.setdefault(place, f"{taken}: {name}" if name else taken)
    return said


@pytest.mark.parametrize("ending", [".docx", ".xlsx", ".ods", ".xls", ".pdf", ".html", ".csv"])
def test_every_cell_of_a_document_has_one_mark(ending, tmp_path):
    """In any format the marks add up to the account of reading, and the page shows every action with the way to it."""
    (tmp_path / "plan.toml").write_bytes((WIRRAL / "plan.toml").read_bytes())
    (tmp_path / f"2011-08-31{ending}").write_bytes((HERE / "documents" / f"wirral{ending}").read_bytes())
    plan = opened(tmp_path)
    page = sheets.as_read(plan).html
    numbers = [int(name.rsplit("/", 1)[1]) for name, one_of in zip(plan.ledger["action_id"], plan.ledger["ref_range"], strict=True)
               if not one_of]  # fmt: skip
    assert [int(number) for number in re.findall(r'href="progress.html#action-(\d+)"', page)] == numbers
    if ending not in (".csv",):
        assert ("<s>1 September 2011</s><small>older date: target</small>" in page) and "colour #FF" in page


def test_two_header_rows_sections_fills_and_merged_cells_are_marked(tmp_path):
    """A workbook with a header two rows deep, headings, a cell merged down, colours, a column of no name, a described row."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Plan"
    for row in (
        ["Improvement plan"], [], ["Ref", "Area", "Action", "Date", None, "RAG", "Cost"],
        [None, None, None, "Original", "Revised", None, None], ["Priority 1: files"],
        ["1", "Files", "Read them", "1 May 2020", "1 June 2020", None, "low"],
        ["2", None, "Sort them", "1 May 2020", None, None, None], ["Priority 2: people"],
        ["3", "Staff", "Train them", "blue moon", None, None, None],
    ):  # fmt: skip
        sheet.append(row)
    for merged in ("D3:E3", "A3:A4", "B3:B4", "C3:C4", "F3:F4", "G3:G4", "B6:B7"):
        sheet.merge_cells(merged)
    for cell, colour in (("F6", "FF00B050"), ("F7", "FFFF0000"), ("F9", "FFFFC000")):
        sheet[cell].fill = PatternFill("solid", fgColor=colour)
    folder = plan_of(tmp_path / "a", {})
    book.save(folder / "2020-04-30.xlsx")
    plan = opened(folder)
    said = marks(plan)
    wanted = {
        "A1": "outside", "A3": "header: ref", "D3": "header: original", "E4": "header: target", "A5": "section", "A8": "section",
        "C6": "value: action", "E6": "value: target", "B7": "carried down: area", "F7": "colour: rag", "G6": "extra",
    }  # fmt: skip
    assert {place: said[f"Plan!{place}"] for place in wanted} == wanted
    page = sheets.as_read(plan).html
    assert "<small>colour #FF0000: red</small>" in page
    found = re.search(r'<td class="[^"]*fnd[^"]*" id="read-(\d+)">blue moon<small>original</small>.*?#found-(\d+)', page)
    assert found and found[1] == found[2]
    assert f'id="found-{found[1]}"' in page and "date-not-read" in page


def test_a_described_row_a_repeated_header_and_text_outside_are_marked(tmp_path):
    """A row that describes the columns is set aside with the reason; a header said again and loose text are marked."""
    text = HEADER + "e.g. 1.1,What will be done,Who will do it,dd/mm/yyyy,see key,free text\n1,Read,Ann,1 May 2020,Open,\n"
    folder = plan_of(tmp_path / "a", {"2020-04-30.csv": text + HEADER + "2,Sort,Bob,1 June 2020,Open,later\n"})
    plan = opened(folder)
    said = marks(plan)
    assert said["line 2, column 1"] == "set aside" and said["line 4, column 1"] == "repeated header"
    assert said["line 5, column 6"] == "extra"
    assert "<small>set aside: describes the columns</small>" in sheets.as_read(plan).html


def test_of_a_tracker_only_the_rows_of_the_date_are_shown(tmp_path):
    """Of an export with many snapshots later rows, and earlier ones, are not there; its header is, and counts once."""
    text = "As at,Ref,Action,Due date\n" + "".join(
        f"2020-0{month}-01,{ref},Do {ref} of {month},1 June 2020\n" for month in (1, 2, 3) for ref in (1, 2)
    )
    folder = plan_of(tmp_path / "a", {"tracker.csv": text}, '[columns]\nas_of = "As at"\n')
    counts = []
    for day, month in (("2020-01-15", 1), ("2020-02-15", 2), ("2020-03-15", 3)):
        plan = opened(folder, day)
        page = sheets.as_read(plan).html
        assert [here for here in (1, 2, 3) if f"Do 1 of {here}" in page] == [month]
        assert "header: action" in page
        counts.append(int(plan.cells["counts"].sum()))
    assert counts == [12, 8, 8]


def test_all_parts_are_shown_and_no_earlier_snapshot(tmp_path):
    """The files of the snapshot in force stand one below the other; those of earlier dates are left out."""
    files = {
        "2020-01-31.csv": HEADER + "9,Earlier,Ann,1 May 2020,Open,\n",
        "2020-04-30_part-1.csv": HEADER + "1,First part,Ann,1 May 2020,Open,\n",
        "2020-04-30_part-2.csv": HEADER + "2,Second part,Bob,1 May 2020,Open,\n",
    }
    page = sheets.as_read(opened(plan_of(tmp_path / "a", files))).html
    assert "Earlier" not in page
    assert page.index("<h3>2020-04-30_part-1.csv</h3>") < page.index("First part") < page.index("<h3>2020-04-30_part-2.csv</h3>")
    assert page.index("<h3>2020-04-30_part-2.csv</h3>") < page.index("Second part")


def test_a_corrected_cell_shows_both_what_stands_there_and_what_is_used(tmp_path):
    """The raw value stays in the cell; its mark says what is used in its place, and the finding says why."""
    folder = plan_of(
        tmp_path / "a", {"2020-04-30.csv": HEADER + "1,Read,Ann,1 May 2202,Open,\n"},
        corrections="as_of,place,ref,column,value,reason,kind\n2020-04-30,,1,Due date,1 May 2020,a slip of the pen,typo\n",
    )  # fmt: skip
    page = sheets.as_read(opened(folder)).html
    assert "1 May 2202<small>target, corrected to 1 May 2020</small>" in page
    assert "a slip of the pen" in page


def test_an_empty_snapshot_shows_its_header_and_no_action(tmp_path):
    """A table without rows is shown as it stands; a plan that has not begun says that nothing was read."""
    folder = plan_of(tmp_path / "a", {"2020-04-30.csv": HEADER})
    plan = opened(folder)
    said = str(sheets.as_read(plan))
    assert "6 of 6 cells and lines with text" in said and "0 rows of actions" in said
    assert str(sheets.as_read(open_plan(folder, "2020-01-01", begun=False, cells=True))).startswith("There is no text")


def test_cells_are_made_only_where_they_are_asked_for(tmp_path):
    """Who does not ask for the account of cells gets an empty table of its columns."""
    plan = open_plan(plan_of(tmp_path / "a", {"2020-04-30.csv": HEADER}))
    assert plan.cells.empty and list(plan.cells.columns) == [column.name for column in schema.CELLS]


# --- what is withheld ------------------------------------------------------------------------------------------------

SECRETS = (
    "Action plan of Zoe Quill,,,,,\n,,Call Zoe Quill,,,\nRef,Action,Lead (Zoe Quill),Due date,Status,Notes\n"
    'e.g. 1,What will be done,Please ask Zoe Quill,dd/mm/yyyy,see key,\n1,Read,Zoe Quill,1 May 2020,Open,"Zoe\nQuill said so"\n'
    ",,Zoe Quill,,,\n2,Sort,Zoe Quill,soon,Odd,\n,,,,,ask Zoe Quill\n,,,,,\nPrepared by Zoe Quill,,,,,\n"
)


def everything(plan: Plan) -> str:
    """All that a notebook gets of a plan, as text."""
    frames = (plan.cells, plan.ledger, plan.findings, plan.extras, plan.corrections, plan.matches, plan.sources)
    return sheets.as_read(plan).html + "".join(each.to_csv() for each in frames)


def test_a_withheld_pattern_is_nowhere(tmp_path):
    """Not in a header, a line outside the table, a described row, a cell over two lines, a file's name."""
    folder = plan_of(tmp_path / "a", {"2020-04-30 Zoe Quill.csv": SECRETS}, '[redact]\npatterns = ["Zoe Quill"]\n')
    said = everything(open_plan(folder, cells=True))
    assert "Quill" not in said and "[withheld]" in said and "Read" in said


def test_a_withheld_column_is_nowhere_but_in_its_header(tmp_path):
    """Nor is what stands in its column outside the rows of actions, in a row set aside, or in loose text."""
    text = SECRETS.replace("Lead (Zoe Quill)", "Lead").replace('"Zoe\nQuill said so"', "ok").replace(",,,,,ask Zoe Quill\n", "")
    for name in ("Lead", "lead"):
        folder = plan_of(tmp_path / name, {"2020-04-30.csv": text}, f'[redact]\ncolumns = ["{name}"]\n')
        plan = opened(folder)
        said = everything(plan)
        assert "Quill" not in said and "Read" in said and "header: lead" in said
        assert plan.cells.loc[plan.cells["name"] == "lead", "text"].to_list() == ["Lead", *["[withheld]"] * 3]


def test_a_withheld_column_without_a_name_and_a_row_only_of_it_are_nowhere(tmp_path):
    """The text of a row that has text in the withheld column only is in no finding, no extra and no cell."""
    text = HEADER + "1,Read,Ann,1 May 2020,Open,hush 1\n,,,,,hush 2\n2,Sort,Ann,1 May 2020,Open,\n"
    said = everything(opened(plan_of(tmp_path / "a", {"2020-04-30.csv": text}, '[redact]\ncolumns = ["Cost code"]\n')))
    assert "hush" not in said and "Cost code" in said


def test_struck_out_dates_colours_and_sections_are_withheld_with_their_column(tmp_path):
    """A date that is struck out goes with the target, a colour with the status, a heading with the area."""
    for ending, columns, gone in (
        (".docx", '"target"', ["September 2011</s>", "30 September 2011"]), (".docx", '"rag"', ["#FFC000", "#0070C0"]),
        (".xlsx", '"area"', ["protective factors"]),
    ):  # fmt: skip
        folder = tmp_path / columns.strip('"')
        folder.mkdir()
        (folder / "plan.toml").write_text(f'title = "A"\n[redact]\ncolumns = [{columns}]\n', encoding="utf-8")
        (folder / f"2011-08-31{ending}").write_bytes((HERE / "documents" / f"wirral{ending}").read_bytes())
        page = sheets.as_read(opened(folder)).html
        assert [text for text in gone if text in page] == []
    book = plan_of(tmp_path / "b", {"2020-04-30.csv": HEADER + "Priority 1: hush,,,,,\n1,Read,Ann,1 May 2020,Open,\n"},
                   '[redact]\ncolumns = ["area"]\n')  # fmt: skip
    assert "hush" not in everything(opened(book))


def test_parts_of_a_name_that_a_form_or_page_tears_are_withheld(tmp_path):
    """A pattern that hits a text only where its lines are put together withholds them all."""
    text = "".join(
        f"## Action {number}\n\n**Task**: Do {number}\n\n**Responsible**: Zoe\n\nQuill\n\n**Due date**: 1 May 2020\n\n" for number in (1, 2)
    )
    folder = plan_of(tmp_path / "a", {"2020-04-30.md": text}, '[redact]\npatterns = ["Zoe Quill"]\n')
    plan = opened(folder)
    assert plan.ledger["lead"].to_list() == ["[withheld]"] * 2
    assert "Quill" not in sheets.as_read(plan).html and "Zoe" not in sheets.as_read(plan).html
    folder = plan_of(tmp_path / "c", {"2020-04-30.md": text}, '[redact]\ncolumns = ["Responsible"]\n')
    assert "Quill" not in everything(opened(folder))


# --- size ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [500, 2000])
def test_a_long_table_is_shown_in_part_with_every_finding_there_is_room_for(rows, tmp_path):
    """The page stays small whatever stands in the table, says how many rows are missing, and shows those with findings."""
    header = ",".join(["Ref", "Action", "Lead", "Due date", "Status", *(f"Other {n}" for n in range(7))]) + "\n"
    lines = [f"{n},Do {n} {'word ' * 60},Ann,{'blue moon' if n == 400 else '1 May 2020'},Open" + ",x" * 7 for n in range(1, rows + 1)]
    plan = opened(plan_of(tmp_path / "a", {"2020-04-30.csv": header + "\n".join(lines) + "\n"}))
    page = sheets.as_read(plan).html
    assert len(page) < 300_000
    assert f"{400 - sheets.FIRST_ROWS} rows not shown here" in page and f"{rows - 400:,} rows not shown here" in page
    assert "blue moon<small>target</small>" in page
    worst = "\n".join(f"{n},Do {n} {'word ' * 60},Ann,blue moon,Odd" + f",{'<&>' * 80}" * 7 for n in range(1, rows + 1))
    page = sheets.as_read(opened(plan_of(tmp_path / "b", {"2020-04-30.csv": header + worst + "\n"}))).html
    assert len(page) < 1_200_000
    assert "at rows that are not shown stand in the list of every finding" in page


def test_every_link_of_the_view_leads_to_a_place_in_it(tmp_path):
    """Each finding leads to its cell and each cell to its findings; ids are unique."""
    text = HEADER + "1,Read,Ann,blue moon,Odd,a\n1,Sort,Ann,31 June 2020,Odd,\n"
    plan = opened(plan_of(tmp_path / "a", {"2020-04-30.csv": text}))
    page = sheets.as_read(plan).html
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids)) and len([each for each in ids if each.startswith("found-")]) == len(plan.findings)
    assert [link for link in re.findall(r'href="#([^"]+)"', page) if link not in ids] == []
