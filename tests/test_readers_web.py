"""Web pages to grids: spans, fills, struck-out text and footnotes of tables, and the lines between them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planlib.errors import InputError
from planlib.readers import web
from planlib.readers.grid import Document, Grid
from planlib.settings import Limits

SHARED = Path(__file__).parents[1].parent / "shared" / "data"


def read(page: str | bytes, **limits: int) -> Document:
    """What is read of a page."""
    return web.read(Path("x.html"), page.encode() if isinstance(page, str) else page, Limits(**limits))


def table(rows: str, style: str = "") -> Grid:
    """The first table of a page that has only one."""
    return read(f"<style>{style}</style><table>{rows}</table>").grids[0]


def texts(page: str) -> list[str]:
    """The lines of a page without tables."""
    (grid,) = read(page).grids
    assert grid.rows == []
    return [line.text for line in grid.before]


# --- lines -----------------------------------------------------------------------------------------------------------


def test_lines_come_in_order_with_levels_and_labels():
    """Headings have their level, a break begins a line, and what is bold before a colon is a label, colon in or out."""
    page = (
        "<h1>Plan <i>of</i><br>action</h1>text <b>Lead</b>: Ann<br><strong>Due:</strong> May<br><br>"
        "<p><span style='font-weight:700'>Status</span> : late</p><p>No <b>label</b>: here<ul><li>one<li><b>two</b></ul>"
    )
    (grid,) = read(page).grids
    assert [(line.text, line.level, line.label) for line in grid.before] == [
        ("Plan of action", 1, ""), ("text Lead: Ann", 0, ""), ("Due: May", 0, "Due"), ("Status : late", 0, "Status"),
        ("No label: here", 0, ""), ("one", 0, ""), ("two", 0, ""),
    ]  # fmt: skip
    assert grid.before[2].place == "paragraph 3"


def test_terms_and_what_they_mean_are_one_line():
    """A term is the label of its definition; one without any stands alone, and one within another block too."""
    (grid,) = read("<dl><dt>Lead<dd><p>Ann</p><dt>Due:</dt> <dd>May<dd>or June<dt>Alone</dl>after").grids
    assert [(line.text, line.label) for line in grid.before] == [
        ("Lead: Ann", "Lead"), ("Due: May", "Due"), ("or June", ""), ("Alone", ""), ("after", ""),
    ]  # fmt: skip


def test_items_of_numbered_lists_have_their_numbers():
    """As a browser writes them: from a start, by letters, each list by itself; a labelled item begins with its label."""
    page = "<ol start=3><li>a<ol type=a><li><p>b</ol><li>c<li value=9>d</ol><ol><li><b>Lead</b>: e</ol>"
    assert texts(page) == ["3. a", "a. b", "4. c", "9. d", "Lead: e"]
    assert table("<tr><td>x<ol><li>a<li><p>b</ol>").rows == [["x\n1. a\n2. b"]]


def test_numbers_that_word_writes_are_kept_and_its_bullets_are_not():
    """Word's pages have no lists: it writes a number, or a letter of a font of signs, before each item."""
    item = "<p class=MsoListParagraph><span style='mso-list:Ignore'>{}<span>&nbsp;&nbsp;</span></span>{}</p>".format
    assert texts(item("1.", "a") + item("§", "b") + item("o", "c") + item("2.1", "d")) == ["1. a", "b", "c", "2.1 d"]
    assert table(f"<tr><td>{item('(a)', 'x')}{item('·', '<b>y</b>')}").rows == [["(a) x\ny"]]


def test_what_is_not_shown_is_no_text():
    """Heads, scripts and styles are nothing; hidden text is noted."""
    page = (
        "<head><title>t</title></head><script>x</script>a<p hidden>b</p><p style='display: none'>c</p><i class=h>d</i>"
    )
    document = read(f"<style>.h {{visibility:hidden}} @media print {{.p {{display:none}}}}</style>{page}<p class=p>e")
    assert [line.text for line in document.grids[0].before] == ["a", "e"]
    assert document.notes == tuple(
        ("characters-not-read", "paragraph 2", f"hidden text was not read: {text}") for text in "bcd"
    )


def test_white_space_is_as_a_browser_has_it():
    """Line feeds are spaces, but not in pre; non-breaking spaces are spaces; what cannot be seen is gone."""
    assert texts("<p>a\n\n  b&nbsp;&nbsp;c&shy;d\u200b<pre>e\nf  g</pre>") == ["a b cd", "e", "f g"]


# --- tables ----------------------------------------------------------------------------------------------------------


def test_spans_push_cells_aside():
    """Cells stand where a browser puts them; what is covered is blank, and a span that reaches too far is cut."""
    grid = table(
        "<thead><tr><th rowspan=2>a<th colspan=2>b<tr><td>c<td>d</thead><tbody><tr><td rowspan=99>e<td colspan=0>f<td>g"
        "<tr><td>h</tbody>"
    )
    assert grid.rows == [["a", "b", ""], ["", "c", "d"], ["e", "f", "g"], ["", "h", ""]]
    assert grid.spans == {(0, 0): (2, 1), (0, 1): (1, 2), (2, 0): (2, 1)}
    assert table("<thead><tr><th rowspan=3>a</thead><tbody><tr><td>b</tbody>").rows == [["a"], ["b"]]


def test_a_foot_is_last_and_a_caption_is_a_line_before():
    """Wherever they are written; text that is in no cell is not lost."""
    grid = table("<caption>Cap</caption><tfoot><tr><td>z</tfoot>stray<tr><td>a</tr>")
    assert grid.rows == [["a"], ["z"]]
    assert sorted(line.text for line in grid.before) == ["Cap", "stray"]


def test_lines_of_a_cell_are_lines():
    """Breaks, paragraphs and items; a table within a cell that has text beside it is text of the cell."""
    grid = table("<tr><td>a<br>b<p>c</p><ul><li>d<li>e</ul><td>f <div>g</div><table><tr><td>h<td>i</table>")
    assert grid.rows == [["a\nb\nc\nd\ne", "f\ng\nh\ni"]]


def test_a_table_that_only_places_others_is_none():
    """The table in a frame, or beside a menu when it is the larger, is read by itself, and the text around it too."""
    inner = "<table>" + "<tr><td>1<td>2<td>3" * 3 + "</table>"
    first, last = read(f"<table><tr><td>above{inner}below</table>").grids
    assert ([line.text for line in first.before], first.rows) == (["above"], [["1", "2", "3"]] * 3)
    assert [line.text for line in last.before] == ["below"]
    assert [grid.rows for grid in read(f"<table><tr><td>menu<td>{inner}</table>").grids] == [[["1", "2", "3"]] * 3]


def test_what_is_struck_out_is_not_text():
    """By an element, a style or a class, of a part, of a cell or of a row; what is inserted counts."""
    grid = table(
        "<tr><td><s>31</s> <del>March</del> <ins>30 June</ins><td><span style='text-decoration: line-through'>a</span>b"
        "<td class=xl65>c<tr style='text-decoration:line-through'><td>d<td>e<td><strike>f</strike><br>g",
        style=".xl65, td.other {text-decoration:line-through;}",
    )
    assert grid.rows == [["30 June", "b", ""], ["", "", ""]]
    assert grid.struck == {
        (0, 0): ("31 March",), (0, 1): ("a",), (0, 2): ("c",), (1, 0): ("d",), (1, 1): ("e",), (1, 2): ("f\ng",),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "fill"),
    [
        ("<td bgcolor=#92d050>x", "#92D050"),
        ("<td bgcolor=FFC000>x", "#FFC000"),
        ("<td bgcolor=red>x", "#FF0000"),
        ("<td style='background:#f00 none repeat'>x", "#FF0000"),
        ("<td style='background-color: rgb(0, 176, 80)'>x", "#00B050"),
        ("<td style='background:rgba(0,0,0,0)'>x", ""),
        ("<td style='background:url(red.png) white'>x", ""),
        ("<td class=xl65>x", "#92D050"),
        ("<td id=T1>x", "#FFEB9C"),
        ("<td><span style='background:yellow;mso-highlight:yellow'>x</span>", "#FFFF00"),
        ("<td><span style='background:yellow'>x</span> y", ""),
        ("<td><mark>x</mark>", "#FFFF00"),
        ("<td bgcolor=#00B050>", "#00B050"),
    ],
)
def test_fills_are_those_behind_the_whole_text(cell, fill):
    """By attribute, inline style, class or id; white, transparent and what lies behind a part of the text are none."""
    grid = table(
        f"<tr>{cell}</td><td>z</table>",
        style="<!-- .xl65 {mso-pattern:black none; background:#92D050;} #T1{background:#FFEB9C} -->",
    )
    assert grid.fills == ({(0, 0): fill} if fill else {})


def test_a_row_lends_its_fill_to_its_cells():
    """A cell without one has that of the row, its group or the table."""
    grid = table("<tbody bgcolor=#EEEEEE><tr bgcolor=red><td>a<td bgcolor=#00FF00>b<tr><td>c<td>d")
    assert grid.fills == {(0, 0): "#FF0000", (0, 1): "#00FF00", (1, 0): "#EEEEEE", (1, 1): "#EEEEEE"}


def test_pictures_and_fields_say_what_they_show():
    """The name of a picture, the title of a dot, a ticked box, the chosen entry."""
    grid = table(
        "<tr><td><img alt=Green src=g.png><td><span class=dot title=Red></span><td aria-label=Amber><td><input type=checkbox checked>"
        "<td><select><option>Red<option selected>Blue</select><td><input value='1 May'><td><svg><title>On</title></svg>"
    )
    assert grid.rows == [["Green", "Red", "Amber", "☑", "Blue", "1 May", "On"]]


@pytest.mark.parametrize(
    ("cell", "text", "note"),
    [
        ("31<sup>st</sup> May", "31st May", ""),
        ("31 May<sup>1</sup>", "31 May", "1"),
        ("31 May<sup><a href='#fn1'>1</a></sup>", "31 May", "1: Put off"),
        ("31 May<a href='#sdfootnote1sym' name='sdfootnote1anc'><sup>1</sup></a>", "31 May", "1: Agreed"),
        ("5 m<sup>2</sup>", "5 m2", ""),
        ("31 May*", "31 May*", ""),
    ],
)
def test_footnotes_are_notes_of_their_cells(cell, text, note):
    """Raised marks and links to footnotes are out of the text and say what the footnote says."""
    page = f"<table><tr><td>{cell}</table><p id=fn1>1. Put off</p><p><a name=sdfootnote1sym href='#sdfootnote1anc'>1</a> Agreed</p>"
    first, last = read(page).grids
    assert (first.rows, first.notes) == ([[text]], {(0, 0): note} if note else {})
    assert [line.text for line in last.before] == ["1. Put off", "1 Agreed"]


def test_hidden_cells_and_rows_take_no_place():
    """As in a browser; what is in them is noted."""
    document = read("<table><tr><td>a<td style='display:none'>b<td>c<tr hidden><td>d<tr><td>e<td>f</table>")
    assert document.grids[0].rows == [["a", "c"], ["e", "f"]]
    assert [message for _, _, message in document.notes] == [
        "hidden text was not read: d",
        "hidden text was not read: b",
    ]


# --- files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("<p>café – £5".encode(), "utf-8"),
        ("\ufeff<p>café – £5".encode(), "utf-8-sig"),
        ("<p>café – £5".encode("utf-16"), "utf-16"),
        ("<p>café – £5".encode("cp1252"), "cp1252"),
        ("<meta charset=iso-8859-1><p>café – £5".encode("cp1252"), "cp1252"),
        (
            "<meta http-equiv=x content='text/html; charset=windows-1250'><p>caf\u00e9 – \u00a45".encode("cp1250"),
            "windows-1250",
        ),
        ("<meta charset=nonsense><p>café – £5".encode(), "utf-8"),
    ],
)
def test_the_encoding_is_found(data, encoding):
    """By its mark, by what the page says, else UTF-8 or Windows."""
    document = read(data)
    assert document.grids[0].before[0].text in ("café – £5", "café – ¤5")
    assert document.decided[0][:2] == ("encoding", encoding)


def test_a_web_archive_is_refused():
    """It says what to do instead."""
    with pytest.raises(InputError, match="web archive"):
        read(b"From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n<html>")


@pytest.mark.parametrize("page", ["", "  \n", "\ufeff"])
def test_an_empty_page_is_refused(page):
    """A page without anything is said to be empty."""
    with pytest.raises(InputError, match="the file is empty"):
        read(page)


def test_a_page_without_text_is_an_empty_grid():
    """There is always one grid, so that nobody has to ask."""
    assert [grid.rows for grid in read("<!-- nothing -->").grids] == [[]]


def test_a_table_beyond_the_limit_is_refused():
    """Before its cells are made."""
    row = "<tr>" + "<td colspan=1000>x" * 3
    with pytest.raises(InputError, match="more than 2,000 cells"):
        read(f"<table>{row}</table>", cells=2000)
    assert table("<tr><td colspan=999999999999>a<td>b").rows == [["a", "b"]]


def test_deep_nesting_is_read_or_refused():
    """A few thousand elements within each other are no crash."""
    for tag in ("div", "table><tr><td", "b"):
        try:
            read(f"<{tag}>" * 3000 + "x")
        except InputError as error:
            assert "nested too deeply" in str(error)


PIECES = st.lists(
    st.sampled_from(
        "<table>|</table>|<tr>|<td rowspan=3>|<td colspan=2 style='background:red'>|<th hidden>|</td>|<p>|<br>|<s>|</s>|<sup>1"
        "|<dl>|<dt>a|<dd>b|<ol>|<li>c|<h2>|</h2>|<form>|<caption>|<tfoot>|<select>|<a href=#fn1>|<div id=fn1>|&nbsp;|text: |<b>"
        "|<style>td{color:red}</style>|<style>@a{|<svg>|<![CDATA[|<!--|-->|\x00|\x0c".split("|")
    ),
    max_size=25,
)


@given(PIECES)
def test_any_page_is_read_the_same_twice(pieces):
    """However it is broken; spans lie within their table, and each row has a place of its own."""
    page = "<" + "".join(pieces)
    try:
        document = read(page)
    except InputError:
        return
    assert document == read(page)
    for grid in document.grids:
        assert len(grid.rows) == len(grid.places) == len(set(grid.places))
        for (row, column), (height, width) in grid.spans.items():
            assert row + height <= len(grid.rows) and column + width <= len(grid.rows[row])


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data):
    """In one clear line."""
    try:
        assert isinstance(read(data), Document)
    except InputError as error:
        assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("name", "lines", "headings", "labels"),
    [
        ("us-digital-strategy/digitalstrategy_2012-08-28.html", 83, 26, 55),
        ("nasa-digital-strategy/digitalstrategy_2012-08-23.html", 88, 26, 60),
        ("nasa-digital-strategy/digitalstrategy_2012-11-27.html", 88, 23, 63),
    ],
)
def test_reports_without_tables_are_labelled_lines(name, lines, headings, labels):
    """The reports on the Digital Government Strategy: every heading, and every item with its label."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{name} is not in ../shared")
    (grid,) = read(path.read_bytes()).grids
    found = [
        len(grid.before),
        sum(line.level > 0 for line in grid.before),
        sum(bool(line.label) for line in grid.before),
    ]
    assert found == [lines, headings, labels]
