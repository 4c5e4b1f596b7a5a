"""Markdown to grids: tables as people write them, footnotes, front matter, and every line named by its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planlib.errors import InputError
from planlib.readers import markdown
from planlib.readers.grid import Document, Grid
from planlib.settings import Limits

SHARED = Path(__file__).parents[1].parent / "shared" / "data"


def read(text: str | bytes, **limits: int) -> Document:
    """What is read of a file."""
    return markdown.read(Path("x.md"), text.encode() if isinstance(text, str) else text, Limits(**limits))


def table(text: str) -> Grid:
    """The first table of a file that has only one."""
    return read(text).grids[0]


def lines(text: str) -> list[tuple[str, str]]:
    """Place and text of the lines of a file without tables."""
    (grid,) = read(text).grids
    assert grid.rows == []
    return [(line.place, line.text) for line in grid.before]


# --- tables ----------------------------------------------------------------------------------------------------------


def test_a_table_is_named_by_its_lines():
    """Header and rows are named by their lines in the file, the lines before and behind it too."""
    first, last = read(
        "# Plan\n\nText\nof two lines\n\n| Ref | Due |\n|---|:-:|\n| 1 | May |\n| 2 | June |\n\nEnd\n"
    ).grids
    assert [(line.place, line.text, line.level) for line in first.before] == [
        ("line 1", "Plan", 1), ("line 3", "Text of two lines", 0),
    ]  # fmt: skip
    assert list(zip(first.places, first.rows, strict=True)) == [
        ("line 6", ["Ref", "Due"]), ("line 8", ["1", "May"]), ("line 9", ["2", "June"]),
    ]  # fmt: skip
    assert (first.place(1, 1), [line.place for line in last.before]) == ("line 8, column 2", ["line 11"])


@pytest.mark.parametrize(
    "text",
    [
        "|Ref|Due|\n|---|:--|\n|1|May|",
        "Ref | Due\n--- | ---\n1 | May",
        "|\t**Ref** |\tDue\t|\n|-|-|\n|1|\tMay\t|",
        "Text directly above\n| Ref | Due |\n| --- | --- |\n| 1 | May |\nText directly below",
        "| Ref | Due |\n|---|---|---|\n| 1 | May |",
        "   | Ref | Due |   \n   |:---|---:|   \n   | 1 | May |   ",
        "| Ref | Due |\r\n|---|---|\r\n| 1 | May |\r\n{: .table}",
    ],
)
def test_odd_tables_are_tables(text):
    """Without outer bars, with tabs, a rule of another width, text right above and below, and kramdown's attributes."""
    assert table(text).rows == [["Ref", "Due"], ["1", "May"]]


def test_rows_of_another_length_keep_all_their_cells():
    """A row may be shorter than the header, or longer: nothing is cut off."""
    assert table("| a | b |\n|---|---|\n| c |\n| d | e | f |\n| | g |").rows == [
        ["a", "b", ""], ["c", "", ""], ["d", "e", "f"], ["", "g", ""],
    ]  # fmt: skip


def test_mark_up_in_cells_is_read():
    """Emphasis and links leave their words, breaks are lines, what is crossed out is struck out, an escaped bar is a bar."""
    grid = table(
        "| a | b | c | d |\n|---|---|---|---|\n"
        "| **1.1** *Do* `it` | [the page](http://x.org/a_b) <br> x \\| y | ~~May~~ June <s>July</s> | <i style='background:red'>Late</i>|\n"
        "| 1. May | - | # 5 | A & B < C > D &amp; <TBC> |"
    )
    assert grid.rows[1:] == [
        ["1.1 Do it", "the page\nx | y", "June", "Late"],
        ["1. May", "-", "# 5", "A & B < C > D & <TBC>"],
    ]
    assert (grid.struck, grid.fills) == ({(1, 2): ("May", "July")}, {(1, 3): "#FF0000"})


def test_footnotes_are_notes_of_their_cells_and_lines_at_the_end():
    """By the author's own marks; one that goes on below, one that nobody refers to and one that is missing are not lost."""
    first, last = read(
        "Text[^a] goes on\n\n| a |\n|---|\n| May[^2] |\n| June[^9] |\n\n[^a]: Note *A*\n[^2]: Note\n    two\n[^3]: Alone\n"
    ).grids
    assert [line.text for line in first.before] == ["Text goes on [a]"]
    assert (first.rows, first.notes) == ([["a"], ["May"], ["June"]], {(1, 0): "2: Note two", (2, 0): "9"})
    assert [(line.place, line.text) for line in last.before] == [
        ("line 8", "a: Note A"), ("line 9", "2: Note two"), ("line 11", "3: Alone"),
    ]  # fmt: skip


def test_tables_in_html_are_read():
    """With the names that a web page has."""
    grid = table("Text\n\n<table>\n<tr><td rowspan=2>a</td><td>b</td></tr>\n<tr><td>c</td></tr>\n</table>\n")
    assert (grid.rows, grid.places, grid.spans) == (
        [["a", "b"], ["", "c"]],
        ["table 1, row 1", "table 1, row 2"],
        {(0, 0): (2, 1)},
    )


def test_a_table_in_code_is_no_table():
    """Between fences it is text, unless the fence is never closed."""
    text = "```\n| a | b |\n|---|---|\n```\n"
    assert [line for _, line in lines(text)] == ["| a | b |", "|---|---|"]
    assert table(text.removesuffix("```\n")).rows == [["a", "b"]]


# --- lines -----------------------------------------------------------------------------------------------------------


def test_front_matter_is_lines():
    """Nothing of it is lost; a rule at the beginning that closes nothing of the kind is a rule."""
    assert lines("---\ntitle: Plan\nlayout: page\n---\n# Plan\n") == [
        ("line 2", "title: Plan"), ("line 3", "layout: page"), ("line 5", "Plan"),
    ]  # fmt: skip
    assert lines("---\nText\n\n---\n")[0] == ("line 2", "Text")


def test_labelled_items_carry_their_label():
    """In lists, in lines that end with two spaces, with the colon in or outside."""
    (grid,) = read("* **Owner**: Ann\n* **Due:** May\n* *Not* bold: x\n\n**Status**: late  \n**Note**: none\n").grids
    assert [(line.place, line.label, line.text) for line in grid.before] == [
        ("line 1", "Owner", "Owner: Ann"), ("line 2", "Due", "Due: May"), ("line 3", "", "Not bold: x"),
        ("line 5", "Status", "Status: late"), ("line 6", "Note", "Note: none"),
    ]  # fmt: skip


def test_other_dialects_hide_nothing():
    """Headings without a space, kramdown's attributes, Jekyll's addresses and div lines as kramdown and the GDS write them."""
    text = '{div .x}\n##Head<br>line\n{: .y}\n<div markdown="1">\n### Next\n</div>\n[Words]({{ site.url }}/a){: .z}\n#1 priority\n'
    assert [line for _, line in lines(text)] == ["{div .x}", "Head line", "Next", "Words #1 priority"]


# --- files -----------------------------------------------------------------------------------------------------------


def test_an_empty_file_is_refused():
    """It is said to be empty."""
    with pytest.raises(InputError, match="the file is empty"):
        read(" \n")


def test_a_table_beyond_the_limit_is_refused():
    """Before its cells are made."""
    with pytest.raises(InputError, match="more than 100 cells"):
        read("|a|b|\n|-|-|\n" + "|c|d|\n" * 100, cells=100)


def test_deep_quotations_are_read_or_refused():
    """Thousands of them within each other are no crash."""
    for text in ("> " * 3000 + "x", "- " * 2000 + "x", "[" * 3000, "*" * 3000 + "x"):
        try:
            read(text)
        except InputError as error:
            assert "nested too deeply" in str(error)


PIECES = st.lists(
    st.sampled_from(
        ["| a | b |", "|---|---|", "|-", "\n", "\n\n", "```\n", "~~", "**", "[^1]", "[^1]: x\n", "    ", "> ", "* ", "1. ", "# ", "<td>",
         "</table>",
         "---\n", "a: b\n", "{: .x}", "{div}", "\\|", "`", "[x](", ")", "<!--", "\t", "&#0;", "<table><tr planlib-place='line 1'>"]
    ), max_size=25,
)  # fmt: skip


@given(PIECES)
def test_any_text_is_read_the_same_twice(pieces):
    """However it is broken; each row has a place of its own."""
    text = "x" + "".join(pieces)
    try:
        document = read(text)
    except InputError:
        return
    assert document == read(text)
    for grid in document.grids:
        assert len(grid.rows) == len(grid.places) == len(set(grid.places))


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data):
    """In one clear line."""
    try:
        assert isinstance(read(data), Document)
    except InputError as error:
        assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("name", "tables", "rows", "noted", "labelled", "lines"),
    [
        ("us-fds-action-plan/action-plan-2021_agency-actions.md", 6, 10, 1, 0, 36),
        ("us-fds-action-plan/action-plan-2021_community-and-shared.md", 5, 11, 0, 0, 24),
        ("us-fds-action-plan/action-plan_2019-06-06.md", 0, 0, 0, 68, 177),
        ("us-fds-action-plan/action-plan_2020-02-25.md", 20, 65, 3, 13, 156),
        ("uk-gds-strategy/department-responses_action01.md", 0, 0, 0, 0, 115),
        ("uk-gds-strategy/department-responses_action02.md", 0, 0, 0, 0, 115),
        ("uk-gds-strategy/department-responses_action03.md", 0, 0, 0, 0, 115),
        ("uk-gds-strategy/quarterly_april-13.md", 0, 0, 0, 0, 37),
        ("uk-gds-strategy/quarterly_july-13.md", 0, 0, 0, 0, 98),
        ("uk-gds-strategy/quarterly_october-13.md", 0, 0, 0, 0, 114),
    ],
)
def test_real_files_arrive_whole(name, tables, rows, noted, labelled, lines):
    """Tables, rows below their headers, cells with footnotes, labelled items and lines of the real files."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{name} is not in ../shared")
    document = read(path.read_bytes())
    full = [grid for grid in document.grids if grid.rows]
    before = [line for grid in document.grids for line in grid.before]
    assert [len(full), sum(len(grid.rows) - 1 for grid in full), sum(len(grid.notes) for grid in full),
            sum(bool(line.label) for line in before), len(before)] == [tables, rows, noted, labelled, lines]  # fmt: skip
    assert all(len(row) == len(grid.rows[0]) for grid in full for row in grid.rows)
    assert all(line.place.startswith("line ") for line in before)
    assert not any(grid.struck for grid in full)
