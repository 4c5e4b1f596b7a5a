"""Which tables hold actions, which rows are headers and sections, and which column is what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tries import tries

from planlib import account, schema
from planlib.headers import fold_header, match_headers
from planlib.layout import count_cells, find_layout
from planlib.normalise import Raw, normalise, take_rows
from planlib.readers.grid import Grid, Line
from planlib.settings import Settings

HEAD = "Ref | Action | Lead | Target date | Status"


def grid(text: str, name: str = "", **more: Any) -> Grid:
    """A grid of cells parted by bars, a row a line."""
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip("\n").splitlines()]
    return Grid(name, rows, [f"{name} row {number}".strip() for number in range(1, len(rows) + 1)], **more)


def taken(*grids: Grid, columns: Mapping[str, Sequence[str]] | None = None) -> Raw:
    """The rows of a document; everything that was read is accounted for."""
    raw = take_rows(find_layout(grids, columns or {}), count_cells(grids))
    assert raw.cells == raw.used + len(raw.extras)
    return raw


def column(raw: Raw, name: str) -> list[str]:
    """The texts of one canonical column."""
    return raw.rows[name].tolist()


# --- headers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Target date for completion (by when)", "target"), ("Project Phase Planned End Date", "target"), ("Deadline", "target"),
        ("Lead officer / partner", "lead"), ("Responsible party", "lead"), ("Accountable officer(s)", "lead"),
        ("Project Phase Actual End Date", "completed"), ("Date action closed", "completed"),
        ("Baseline end date", "original"), ("Originally agreed date", "original"), ("Previous target date", "previous_target"),
        ("RAG status June 2011", "rag"), ("IPA Delivery Confidence Assessment", "rag"), ("Current BRAG", "rag"),
        ("Update at 30 June 2011", "progress"), ("Progress Q2", "progress"), ("Departmental commentary on the RAG rating", "progress"),
        ("Reasons for the delay", "reason"), ("Departmental narrative on schedule, including any deviation", "reason"),
        ("Recommendation number", "area_ref"), ("Recommendation", "area"), ("Annual Report Category", "area"),
        ("Unique action reference", "ref"), ("Project Description", "action"), ("Project Status Name", "status"),
        ("% of work completed", "percent_complete"),
    ],
)  # fmt: skip
def test_a_header_is_known_by_its_words(header, name):
    """Words that add nothing do not hide what a column is."""
    assert match_headers([[header]], {}).columns == {name: 0}


@pytest.mark.parametrize(
    "header",
    [
        "Start date", "Project Phase Actual Start Date", "Review date", "Date raised", "Date agreed", "Next meeting date",
        "Departmental narrative on budgeted whole life costs", "Evidence of completion", "Success measure", "Completed by",
        "Financial Year Variance (%)", "Project Building Identifier", "Owner's e-mail date", "Outcome / success measure",
    ],
)  # fmt: skip
def test_a_header_of_something_else_is_left_alone(header):
    """A start, a review, money or evidence is no column of ours."""
    assert match_headers([[header]], {}).columns == {}


def test_the_plans_own_header_wins_and_the_second_best_is_told():
    """`[columns]` overrules every known word; what came close is named."""
    texts = [["Due date"], ["Forecast date"], ["Action"]]
    assert match_headers(texts, {"target": ["Forecast date"]}).columns["target"] == 1
    plain = match_headers([["Action"], ["Deadline"], ["Due date"]], {})
    assert (plain.columns["target"], plain.rivals) == (2, {"target": 1})


def test_of_several_periods_the_last_with_text_is_taken():
    """A tracker with a column of progress per quarter is read at its latest."""
    match = match_headers([["Action"], ["Progress Q1"], ["Progress Q2"], ["Progress Q3"]], {}, filled={0, 1, 2})
    assert match.columns["progress"] == 2


def test_folding_is_the_same_twice():
    """A folded header folds to itself."""
    assert fold_header(fold_header("Target\nDate (as agreed):")) == "target date"


# --- rows ------------------------------------------------------------------------------------------------------------


def test_headers_two_rows_deep_are_read_together():
    """A group over columns belongs to the header of each, merged or not."""
    text = """
Ref | Action | Target date | | Lead
    |        | Original | Revised |
1 | Recruit | 1 Sep 2011 | 30 Sep 2011 | AB"""
    for more in ({}, {"spans": {(0, 2): (1, 2), (0, 0): (2, 1), (0, 1): (2, 1), (0, 4): (2, 1)}}):
        raw = taken(grid(text, **more))
        assert (column(raw, "original"), column(raw, "target"), column(raw, "lead")) == (["1 Sep 2011"], ["30 Sep 2011"], ["AB"])


def test_headers_three_rows_deep_are_read_together():
    """Three rows of header, as large organisations have them."""
    raw = taken(grid("""
Improvement plan | | | |
What | | When | |
 | | Date | | Progress
Ref | Action | Original | Revised | Status
1 | Recruit | 1 Sep 2011 | 30 Sep 2011 | Complete""", spans={(0, 0): (1, 5), (1, 0): (1, 2), (1, 2): (1, 2), (2, 2): (1, 2)}))
    assert (column(raw, "original"), column(raw, "target"), column(raw, "status")) == (["1 Sep 2011"], ["30 Sep 2011"], ["Complete"])


def test_a_title_above_and_notes_below_are_no_actions():
    """What stands around a table is kept, not counted."""
    raw = taken(grid(f"""
Improvement plan 2011 | | | |
 | | | |
{HEAD}
1 | Recruit | AB | 1 Sep 2011 | Open
 | | | |
Note: dates are those of the board | | | |"""))
    assert column(raw, "ref") == ["1"]
    assert {extra["text"] for extra in raw.extras} == {"Improvement plan 2011", "Note: dates are those of the board"}


def test_a_header_repeated_on_each_page_is_no_action():
    """The same header further down is the header again."""
    raw = taken(grid(f"{HEAD}\n1 | Recruit | AB | 1 Sep 2011 | Open\n{HEAD}\n2 | Train | CD | 1 Oct 2011 | Open"))
    assert column(raw, "ref") == ["1", "2"]


def test_a_second_header_within_a_sheet_begins_another_table():
    """Columns that change half-way are read by the header above them."""
    raw = taken(grid(f"""
{HEAD}
1 | Recruit | AB | 1 Sep 2011 | Open
 | | | |
Ref | Action | Status | Target date | Lead
2 | Train | Complete | 1 Oct 2011 | CD"""))
    assert (column(raw, "lead"), column(raw, "status")) == (["AB", "CD"], ["Open", "Complete"])


@pytest.mark.parametrize("spans", [{}, {(1, 0): (1, 5), (3, 0): (1, 5)}])
def test_section_headings_are_the_area_of_the_rows_below(spans):
    """A row with one text, merged over the table or alone, heads the actions below it."""
    raw = taken(grid(f"""
{HEAD}
Priority 1: Safeguarding | | | |
1 | Recruit | AB | 1 Sep 2011 | Open
Priority 2: Looked after children | | | |
2 | Train | CD | 1 Oct 2011 | Open""", spans=spans))
    assert column(raw, "area") == ["Priority 1: Safeguarding", "Priority 2: Looked after children"]


def test_an_action_without_anything_else_is_still_an_action():
    """A row with only a wording in the action column is not taken for a heading."""
    raw = taken(grid(f"{HEAD}\n1 | Recruit | AB | 1 Sep 2011 | Open\n | Write to the parents | | | "))
    assert column(raw, "action") == ["Recruit", "Write to the parents"]


def test_cells_merged_down_hold_for_each_row():
    """A recommendation merged down over its actions is the area of each."""
    raw = taken(grid("""
Recommendation | Action | Due date | Status
Keep files | Recruit | 1 Sep 2011 | Open
 | Train | 1 Oct 2011 | Open
See children | Visit | 1 Nov 2011 | Open""", spans={(1, 0): (2, 1)}))
    assert column(raw, "area") == ["Keep files", "Keep files", "See children"]


def test_an_area_written_once_holds_until_the_next():
    """In a format without merged cells a blank area is that of the row above; not where areas are repeated."""
    raw = taken(grid("""
Recommendation | Action | Due date
Keep files | Recruit | 1 Sep 2011
 | Train | 1 Oct 2011
See children | Visit | 1 Nov 2011"""))
    assert column(raw, "area") == ["Keep files", "Keep files", "See children"]
    raw = taken(grid("""
Recommendation | Action | Due date
Keep files | Recruit | 1 Sep 2011
Keep files | Train | 1 Oct 2011
 | Visit | 1 Nov 2011"""))
    assert column(raw, "area") == ["Keep files", "Keep files", ""]


@pytest.mark.parametrize(
    "row", ["Unique no. | What will be done | Name of the lead | dd/mm/yyyy | R/A/G", "1 | 2 | 3 | 4 | 5", "(a) | (b) | (c) | (d) | (e)"]
)
def test_a_row_that_describes_the_columns_is_no_action(row):
    """Guidance under the header is kept with a finding."""
    raw = taken(grid(f"{HEAD}\n{row}\n7 | Recruit | AB | 1 Sep 2011 | Open"))
    assert column(raw, "ref") == ["7"]
    assert [each["code"] for each in raw.findings if each["code"] == "row-not-used"] == ["row-not-used"]


def test_references_within_the_texts_are_taken_out():
    """Where no column holds references and each wording begins with one, it is the reference."""
    raw = taken(grid("Milestone | Target date\n1.1 Assess the data | 1 Sep 2011\n1.2 Publish the plan | 1 Oct 2011"))
    assert (column(raw, "ref"), column(raw, "action")) == (["1.1", "1.2"], ["Assess the data", "Publish the plan"])


def test_a_priority_of_high_or_low_is_no_area():
    """An area is a subject, not a rank."""
    raw = taken(grid("Action | Priority | Due date\nRecruit | High | 1 Sep 2011\nTrain | Low | 1 Oct 2011"))
    assert column(raw, "area") == ["", ""]


# --- tables ----------------------------------------------------------------------------------------------------------


def test_only_tables_of_actions_are_taken():
    """A history of versions, a budget, contacts, indicators and risks are kept in extras."""
    others = [
        grid("Version | Date | Status | Description\n0.1 | 1 May 2011 | Draft | First draft\n1.0 | 1 June 2011 | Final | Agreed"),
        grid("Item | Budget | Spent | Status\nTraining | 10,000 | 2,000 | G\nPosts | 50,000 | 20,000 | A"),
        grid("Name | Responsible for | Telephone\nJ Smith | Training | 0151"),
        grid("Ref | Indicator | Target | Actual | RAG\nN1 | Visits in time | 95% | 90% | A\nN2 | Reviews | 100% | 99% | G"),
        grid("Risk | Likelihood | Impact | Owner | Mitigating action\nStaff leave | 3 | 4 | AB | Recruit"),
    ]
    raw = taken(*others, grid(f"{HEAD}\n1 | Recruit | AB | 1 Sep 2011 | Open"))
    assert column(raw, "ref") == ["1"]


def test_one_header_serves_the_tables_below_it():
    """Tables over pages, or one per recommendation under a single header, go on with it."""
    first = grid(f"{HEAD}\n1 | Recruit | AB | 1 Sep 2011 | Open", "table 1")
    more = grid("2 | Train | CD | 1 Oct 2011 | Open\n3 | Visit | EF | 1 Nov 2011 | Open", "table 2")
    assert column(taken(first, more), "ref") == ["1", "2", "3"]


def test_a_table_of_another_kind_does_not_go_on_under_a_header():
    """Equal width alone joins nothing."""
    first = grid(f"{HEAD}\n1 | Recruit | AB | 1 Sep 2011 | Open")
    other = grid("Hall | 10 chairs | Ground floor | Key at desk | Yes")
    assert column(taken(first, other), "ref") == ["1"]


def test_tables_under_headings_have_them_as_area():
    """One table per recommendation: the heading above is the area of its actions."""
    def under(heading: str, ref: str) -> Grid:
        lines = (Line(heading, "paragraph 1", 2), Line("Some words about it.", "paragraph 2"))
        return grid(f"{HEAD}\n{ref} | Recruit | AB | 1 Sep 2011 | Open", before=lines)
    raw = taken(under("Recommendation 1: files", "1"), under("Recommendation 2: visits", "2"))
    assert column(raw, "area") == ["Recommendation 1: files", "Recommendation 2: visits"]


def test_the_title_above_the_only_table_is_no_area():
    """A document with one table of actions has a title, not an area."""
    raw = taken(grid(f"{HEAD}\n1 | Recruit | AB | 1 Sep 2011 | Open", before=(Line("Our plan", "paragraph 1", 1),)))
    assert column(raw, "area") == [""]


# --- what is put into rows -------------------------------------------------------------------------------------------


def test_a_form_is_one_action():
    """Labels at the left, values at the right, one table per action; two pairs side by side too."""
    first = grid("Reference | 1\nAction | Recruit\nLead officer | AB\nTarget date | 1 Sep 2011\nStatus | Open", "form 1")
    second = grid("Reference | 2 | Lead officer | CD\nAction | Train | Target date | 1 Oct 2011\nStatus | Complete | |", "form 2")
    raw = taken(first, second)
    assert (column(raw, "ref"), column(raw, "lead")) == (["1", "2"], ["AB", "CD"])
    assert (column(raw, "target"), column(raw, "status")) == (["1 Sep 2011", "1 Oct 2011"], ["Open", "Complete"])
    assert raw.place(0, "target") == "form 1, form 1 row 4, column 2"


def test_forms_one_below_the_other_are_several_actions():
    """A sheet of forms: each begins where the first label comes again."""
    forms = [f"Ref | {ref}\nAction | {action}\nDue date | {date}\nStatus | Open"
             for ref, action, date in (("1", "Recruit", "1 Sep 2011"), ("2", "Train", "1 Oct 2011"))]  # fmt: skip
    raw = taken(grid("\n | \n".join(forms)))
    assert (column(raw, "ref"), column(raw, "target")) == (["1", "2"], ["1 Sep 2011", "1 Oct 2011"])


def test_a_table_on_its_side_has_an_action_per_column():
    """Labels in the first column and an action in each of the others."""
    raw = taken(grid("""
Ref | 1 | 2 | 3
Action | Recruit | Train | Visit
Due date | 1 Sep 2011 | 1 Oct 2011 | 1 Nov 2011
Status | Open | Open | Complete"""))
    assert (column(raw, "ref"), column(raw, "status")) == (["1", "2", "3"], ["Open", "Open", "Complete"])


def test_labels_under_headings_are_an_action_each():
    """"Responsible: ..." and "Timeline: ..." under the heading of each action, under headings of areas."""
    lines = (
        Line("The plan", "line 1", 1), Line("Shared actions", "line 2", 2), Line("Action 1: Create a council", "line 3", 3),
        Line("Some words.", "line 4"), Line("Responsible: the Director", "line 5", 0, "Responsible"),
        Line("Timeline: Completed within 3 months", "line 6", 0, "Timeline"), Line("Action 2: Train", "line 7", 3),
        Line("Responsible: the Head", "line 8", 0, "Responsible"), Line("Timeline: 1 May 2011", "line 9", 0, "Timeline"),
    )  # fmt: skip
    raw = taken(Grid("", [], [], before=lines))
    assert column(raw, "area") == ["Shared actions", "Shared actions"]
    assert column(raw, "lead") == ["the Director", "the Head"]
    assert column(raw, "target") == ["Completed within 3 months", "1 May 2011"]
    assert raw.place(1, "target") == "line 9"


def test_a_document_without_a_table_of_actions_has_none():
    """Prose and other tables are kept in extras, whole."""
    raw = taken(Grid("", [["a", "b"]], ["row 1"], before=(Line("Minutes: of the board", "paragraph 1"),)), Grid("", [], []))
    assert (len(raw.rows), len(raw.extras)) == (0, 3)


# --- the document's own key ------------------------------------------------------------------------------------------


def test_a_key_beside_the_table_is_used():
    """Rows that say what the letters mean are the key of the status column, and are no actions."""
    raw = taken(grid("""
Key | | |
B | Complete | |
G | On track | |
R | Overdue | |
Ref | Action | Due date | RAG
1 | Recruit | 1 Sep 2011 | B"""))
    assert column(raw, "ref") == ["1"]
    assert (raw.legend["b"], raw.legend["g"], raw.legend["r"]) == ("complete", "on course", "delayed")


def test_a_line_that_gives_the_key_is_used():
    """The same in one line of text."""
    lines = (Line("Key: Green = complete; Amber = in progress; Red = overdue", "paragraph 1"),)
    raw = taken(grid("Ref | Action | Due date | RAG\n1 | Recruit | 1 Sep 2011 | Green", before=lines))
    assert (raw.legend["green"], raw.legend["amber"]) == ("complete", "in progress")


def test_a_scale_of_risk_is_no_key():
    """High, medium and low say nothing of how far an action is."""
    raw = taken(grid("""
Red | High | |
Amber | Medium | |
Green | Low | |
Ref | Action | Due date | RAG
1 | Recruit | 1 Sep 2011 | Green"""))
    assert raw.legend == {}


def test_a_key_of_one_entry_a_line_is_used():
    """"B - Complete" and so on, each in a line of its own above the table."""
    lines = tuple(Line(text, f"paragraph {at}") for at, text in enumerate(("RAG key", "B - Complete", "G - On target", "R - Overdue")))
    raw = taken(grid("Ref | Action | Due date | RAG\n1 | Recruit | 1 Sep 2011 | B", before=lines))
    assert (raw.legend["b"], raw.legend["g"], raw.legend["r"]) == ("complete", "on course", "delayed")


# --- pages -----------------------------------------------------------------------------------------------------------

EDGES = (10.0, 50.0, 200.0, 300.0, 400.0)


def page(text: str, number: int, **more: Any) -> Grid:
    """A table on one page of a print."""
    return grid(text, f"page {number}", edges=EDGES, **more)


def test_a_row_that_runs_over_a_page_is_one_action():
    """What goes on in small letters, without a reference, is the rest of the row above, its date too."""
    first = page(f"{HEAD}\n1 | Recruit to | AB | 1 Sep 2011 | Open\n2 | Publish the | Head of | 12 May 2023 | Not", 1)
    second = page(f"{HEAD}\n | supervision policy | Audit | 14 Nov 2023 | complete\n3 | Visit | EF | 1 Nov 2011 | Open", 2)
    raw = taken(first, second)
    assert column(raw, "ref") == ["1", "2", "3"]
    assert (column(raw, "action")[1], column(raw, "target")[1]) == ("Publish the\nsupervision policy", "12 May 2023\n14 Nov 2023")


def test_an_action_without_reference_at_the_top_of_a_page_is_one():
    """A whole row of its own is never joined to the one above, or its date would be lost."""
    first = page(f"{HEAD}\n1 | Recruit | AB | 1 Sep 2011 | Open", 1)
    second = page(f"{HEAD}\n | Train all staff | CD | 1 Oct 2011 | Complete\n3 | Visit | EF | 1 Nov 2011 | Open", 2)
    assert column(taken(first, second), "target") == ["1 Sep 2011", "1 Oct 2011", "1 Nov 2011"]


def test_headings_hold_over_a_page_and_titles_of_pages_do_not_head():
    """The section in force goes on; the title that each page says again above its header heads nothing."""
    title = "Improvement plan | | | |"
    first = page(f"{title}\n{HEAD}\nPriority 1: files | | | |\n1 | Recruit | AB | 1 Sep 2011 | Open", 1)
    second = page(f"{title}\n{HEAD}\n2 | Train | CD | 1 Oct 2011 | Open\nPriority 2: visits | | | |\n3 | Visit | EF | 1 Nov 2011 | Open", 2)
    assert column(taken(first, second), "area") == ["Priority 1: files", "Priority 1: files", "Priority 2: visits"]


def test_a_heading_at_the_foot_of_a_page_heads_the_next():
    """A section that begins with the last row of a page is that of the actions on the next."""
    first = page(f"{HEAD}\nPriority 1: files | | | |\n1 | Recruit | AB | 1 Sep 2011 | Open\nPriority 2: visits | | | |", 1)
    second = page(f"{HEAD}\n2 | Visit | EF | 1 Nov 2011 | Open", 2)
    assert column(taken(first, second), "area") == ["Priority 1: files", "Priority 2: visits"]


def test_a_form_that_a_page_cuts_in_two_is_one_action():
    """The labels below the break belong to the form above it."""
    first = grid("Ref | 1\nAction | Recruit\nLead | AB", "page 1", edges=(10.0, 90.0))
    second = grid("Due date | 1 Sep 2011\nStatus | Open", "page 2", edges=(10.0, 90.0))
    raw = taken(first, second)
    assert (column(raw, "ref"), column(raw, "target"), column(raw, "status")) == (["1"], ["1 Sep 2011"], ["Open"])


def test_a_heading_between_tables_of_a_sheet_heads_the_next():
    """Heading, some words and the header again: neither is an action; an action before the header stays one."""
    raw = taken(grid("""
Action | Lead | Due date
Recruit | AB | 1 Sep 2011
Recommendation 2: visits | |
The review found that practice varied. | |
 | |
Action | Lead | Due date
Visit | CD | 1 Oct 2011
Write to the parents | |
Action | Lead | Due date
Train | EF | 1 Nov 2011"""))
    assert column(raw, "action") == ["Recruit", "Visit", "Write to the parents", "Train"]
    assert column(raw, "area") == ["", *["Recommendation 2: visits"] * 3]


def test_a_table_is_headed_by_the_row_above_its_header():
    """Each table of a document begins with what it answers, merged over its columns or beside its number."""
    tables = [grid(f"Recommendation {n} | About {name} | | |\nPriority | High | | |\n{HEAD}\n{n} | Act | AB | 1 Sep 2011 | Open", name)
              for n, name in ((1, "files"), (2, "visits"))]  # fmt: skip
    assert column(taken(*tables), "area") == ["Recommendation 1: About files", "Recommendation 2: About visits"]


def test_a_value_over_several_lines_is_whole():
    """The second line of a labelled value belongs to it, or a revised date would be missed."""
    lines = (
        Line("Action 1.1: Recruit", "paragraph 1", 3), Line("Target date: 6 Jul 2011", "paragraph 2", 0, "Target date"),
        Line("Extended to 16 Mar 2012", "paragraph 3"), Line("Status: Open", "paragraph 4", 0, "Status"),
        Line("Action 1.2: Train", "paragraph 5", 3), Line("Target date: 1 May 2011", "paragraph 6", 0, "Target date"),
    )  # fmt: skip
    raw = taken(Grid("", [], [], before=lines))
    assert (column(raw, "ref"), column(raw, "target")) == (["1.1", "1.2"], ["6 Jul 2011\nExtended to 16 Mar 2012", "1 May 2011"])


def test_a_date_that_the_page_may_cut_off_is_not_used():
    """Text that reaches over its cell is kept, with a finding, and is no date."""
    cut = page(f"{HEAD}\n1 | Recruit | AB | 15 September 20 | Open", 1, doubtful=frozenset({(1, 3)}))
    actions, findings, _ = normalise(taken(cut), as_of=date(2011, 8, 31), settings=Settings(title="Plan"))
    assert actions["target"].isna().all() and actions["target_text"].tolist() == ["15 September 20"]
    assert "text-cut-off" in [each["code"] for each in findings]


def test_a_target_that_says_complete_tells_the_status_where_nothing_else_does():
    """"Complete" where a date is expected is completion if the source has no status, and else a finding."""
    def read(text: str) -> tuple[list[str], list[str]]:
        actions, findings, _ = normalise(taken(grid(text)), as_of=date(2011, 8, 31), settings=Settings(title="Plan"))
        return actions["status"].tolist(), [each["ref"] for each in findings if each["code"] == "status-disagrees"]

    alone = read("Ref | Action | Due date\n1 | Recruit | Completed\n2 | Visit | 1 May 2011")
    beside = read("Ref | Action | Due date | Status\n1 | Recruit | Completed | \n2 | Train | Complete | In progress")
    assert alone == (["complete", "unknown"], [])
    assert beside == (["unknown", "in progress"], ["1", "2"])


# --- any document ----------------------------------------------------------------------------------------------------

WORDS = st.sampled_from([
    "", "", "", "Ref", "Action", "Lead", "Due date", "Status", "RAG", "Revised date", "Theme", "Original", "1", "2.1", "A3", "Recruit",
    "train all staff", "1 Sep 2011", "30/09/2011", "Complete", "Open", "G", "Priority 1: files", "Recommendation 2", "High",
    "Key: Green = complete; Red = overdue", "B - Complete", "Some words about it.", "Page 2", "(dd/mm/yyyy)", "x\ny",
])  # fmt: skip


@st.composite
def documents(draw: Any) -> list[Grid]:
    """Documents of no sense: tables of any words, merges, fills, struck-out runs, footnotes, pages and lines."""
    grids = []
    for number in range(draw(st.integers(0, 4))):
        width, height = draw(st.integers(1, 5)), draw(st.integers(0, 7))
        rows = [draw(st.lists(WORDS, min_size=width, max_size=width)) for _ in range(height)]
        cells = [(row, at) for row in range(height) for at in range(width)]
        some = st.lists(st.sampled_from(cells), max_size=4, unique=True) if cells else st.just([])
        lines = tuple(
            Line(text, f"paragraph {number}.{at}", draw(st.sampled_from([0, 0, 1, 2, 3])), draw(st.sampled_from(["", "", "Status"])),
                 draw(st.sampled_from([(), (), ("old",)])))
            for at, text in enumerate(draw(st.lists(WORDS.filter(bool), max_size=5)))
        )  # fmt: skip
        edges = tuple(float(at) for at in range(width)) if draw(st.booleans()) else ()
        grids.append(Grid(
            f"table {number}", rows, [f"row {row + 1}" for row in range(height)], before=lines, edges=edges,
            fills=dict.fromkeys(draw(some), "#00B050"), struck=dict.fromkeys(draw(some), ("1 May 2011",)),
            notes=dict.fromkeys(draw(some), "1: see below"), doubtful=frozenset(draw(some)),
            spans={cell: (draw(st.integers(1, 3)), draw(st.integers(1, 3))) for cell in draw(some)},
        ))  # fmt: skip
    return grids


def test_a_form_goes_on_with_no_table_before_it():
    """Labels that we put into a row of headers are never taken for an action of another table."""
    one = grid("Action | |\nLead | | Status\n| | Ref", "table 1")
    other = grid("| | | Ref |\n| | Due date | Revised date |\n| | Lead | 1 | Ref", "table 2")
    assert len(taken(one, other).rows) == 0


@given(documents())
@settings(max_examples=tries(400))
def test_any_document_is_accounted_for(grids):
    """Whatever the cells say, nothing is lost, nothing is counted twice, and no row or reading fails."""
    raw = taken(*grids)
    actions, _, unused = normalise(raw, as_of=date(2011, 8, 31), settings=Settings(title="Plan"))
    assert len(actions) == len(raw.rows)
    assert len({(each["place"], each["header"], each["text"]) for each in unused}) == len(unused)
    marked = account.cells(raw, unused, ["plan/1"] * len(actions))
    counted = marked[marked["counts"] == 1]
    assert "not accounted for" not in set(counted["taken_for"])
    assert len(counted) == raw.cells
    assert int(counted["taken_for"].isin(schema.USED).sum()) == raw.used - len(unused)


@given(documents())
@settings(max_examples=tries(100))
def test_finding_tables_changes_nothing_and_gives_the_same_twice(grids):
    """The grids are as they were, and a second look finds the same."""
    before = repr(grids)
    assert repr(find_layout(grids, {})) == repr(find_layout(grids, {}))
    assert repr(grids) == before


def test_a_numbered_heading_and_some_words_apart_from_the_header_are_no_actions():
    """Right below the last action, with a blank row before the header that is said again."""
    raw = taken(grid("""
Action | Lead | Due date
Recruit | AB | 1 Sep 2011
2. Respond in time | |
The review found that practice varied. | |
 | |
Action | Lead | Due date
Visit | CD | 1 Oct 2011"""))
    assert (column(raw, "action"), column(raw, "area")) == (["Recruit", "Visit"], ["", "2. Respond in time"])


def test_actions_with_commentary_and_neither_date_nor_status_yet():
    """A table of which only the commentary is filled holds actions, as one that is wholly blank does."""
    for said in ("Begun", ""):
        raw = taken(grid(f"Ref | Action | Target date | Status | Progress update\n1 | Write the guide |  |  | {said}"))
        assert column(raw, "action") == ["Write the guide"] and column(raw, "progress") == [said]
