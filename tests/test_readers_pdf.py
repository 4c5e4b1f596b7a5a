"""PDF files to grids of cells: pages drawn here by hand, prints of our own plan, and everything that is refused."""

from __future__ import annotations

import csv
import io
import random
import zlib
from itertools import pairwise
from pathlib import Path

import pytest

from planlib.errors import InputError
from planlib.readers import pdf
from planlib.readers.grid import Document, Grid
from planlib.settings import Limits

HERE = Path(__file__).parent
DOCUMENTS = HERE / "documents"
SHARED = HERE.parents[1] / "shared" / "data"
FONTS = {"F1": "Helvetica", "F2": "Helvetica-Bold"}
XS = (50, 100, 300, 400, 500)
HEADER = ["Ref", "Action", "Target date", "Status"]


def put(x: float, y: float, text: str, size: float = 10, font: str = "F1", turn: str = "1 0 0 1") -> str:
    """Text with its baseline `y` points below the top of an A4 page."""
    text = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /{font} {size} Tf {turn} {x} {842 - y} Tm ({text}) Tj ET\n"


def rule(x0: float, y0: float, x1: float, y1: float) -> str:
    """A stroked line."""
    return f"0.5 w {x0} {842 - y0} m {x1} {842 - y1} l S\n"


def fill(x0: float, y0: float, x1: float, y1: float, colour: str) -> str:
    """A filled rectangle; `colour` as PDF says it ("1 0 0 rg")."""
    return f"{colour} {x0} {842 - y1} {x1 - x0} {y1 - y0} re f 0 g\n"


def ruled(texts: list[list[str]], top: float = 100, height: float = 20, xs: tuple[float, ...] = XS) -> str:
    """A table with a ruling around every cell."""
    ys = [top + height * row for row in range(len(texts) + 1)]
    lines = [rule(xs[0], y, xs[-1], y) for y in ys] + [rule(x, ys[0], x, ys[-1]) for x in xs]
    return "".join(lines) + written(texts, top, height, xs)


def written(texts: list[list[str]], top: float = 100, height: float = 20, xs: tuple[float, ...] = XS) -> str:
    """The texts of a table; lines of a cell are parted by a bar."""
    return "".join(
        put(xs[column] + 3, top + height * row + 13 + 11 * number, line)
        for row, cells in enumerate(texts)
        for column, text in enumerate(cells)
        for number, line in enumerate(text.split("|"))
        if line
    )


def made(*pages: str, extra: str = "", resources: str = "", objects: tuple[bytes, ...] = ()) -> bytes:
    """A PDF file of such pages."""
    fonts = " ".join(f"/{name} << /Type /Font /Subtype /Type1 /BaseFont /{font} /Encoding /WinAnsiEncoding >>"
                     for name, font in FONTS.items())  # fmt: skip
    first = 3 + len(objects)
    kids = " ".join(f"{first + 2 * index} 0 R" for index in range(len(pages)))
    parts = [b"<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode()]
    parts += objects
    for index, page in enumerate(pages):
        content = page.encode("latin-1")
        parts.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {first + 2 * index + 1} 0 R "
            f"/Resources << /Font << {fonts} >> {resources} >> {extra} >>".encode()
        )
        parts.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    file, starts = io.BytesIO(), []
    file.write(b"%PDF-1.4\n")
    for number, part in enumerate(parts, 1):
        starts.append(file.tell())
        file.write(b"%d 0 obj\n%s\nendobj\n" % (number, part))
    table = file.tell()
    file.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1))
    file.write(b"".join(b"%010d 00000 n \n" % start for start in starts))
    file.write(b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, table))
    return file.getvalue()


def read(data: bytes, **limits: int) -> Document:
    """What is read of a PDF file."""
    return pdf.read(Path("x.pdf"), data, Limits(**limits))


def table(page: str, *others: str, **options: str) -> Grid:
    """The only table of a file."""
    (grid,) = (grid for grid in read(made(page, *others, **options)).grids if grid.rows)  # type: ignore[arg-type]
    return grid


def lines(data: bytes) -> list[str]:
    """All text outside the tables."""
    return [line.text for grid in read(data).grids for line in grid.before]


def refused(data: bytes, **limits: int) -> str:
    """The one line with which a file is refused."""
    with pytest.raises(InputError) as caught:
        read(data, **limits)
    assert str(caught.value).startswith("x.pdf: ") and "\n" not in str(caught.value)
    return str(caught.value)


# --- tables ----------------------------------------------------------------------------------------------------------


def test_a_ruled_table_is_read_with_its_places_and_edges():
    """Each ruled cell is one, its lines are joined by line breaks, rows are named by page, and edges are in points."""
    grid = table(ruled([HEADER, ["1", "Do this|and that", "1 March 2012", ""], ["", "", "", ""]], height=40))
    assert grid.rows == [HEADER, ["1", "Do this\nand that", "1 March 2012", ""], [""] * 4]
    assert grid.places == ["page 1, row 1", "page 1, row 2", "page 1, row 3"]
    assert grid.place(1, 2) == "page 1, row 2, column 3"
    assert grid.edges == XS[:-1] and not grid.spans and not grid.fills


def test_two_tables_on_a_page_have_their_own_places_and_lines_between():
    """Places name the table where a page has several; text stands before the table that it stands above."""
    page = put(50, 60, "Above") + ruled([HEADER, list("abcd")], 100) + put(50, 200, "Between")
    document = read(made(page + ruled([HEADER, list("efgh")], 300) + put(50, 500, "Below")))
    assert [grid.places for grid in document.grids] == [
        ["page 1, table 1, row 1", "page 1, table 1, row 2"], ["page 1, table 2, row 1", "page 1, table 2, row 2"], [],
    ]  # fmt: skip
    assert [[line.text for line in grid.before] for grid in document.grids] == [["Above"], ["Between"], ["Below"]]
    assert document.grids[2].before[0].place == "page 1, line 3"


def test_merged_cells_are_spans():
    """A cell over several rows or columns has its text once, and covers blank ones."""
    page = "".join(rule(50, y, 500, y) for y in (100, 120, 180)) + rule(300, 140, 500, 140) + rule(300, 160, 500, 160)
    page += "".join(rule(x, 100, x, 180) for x in (50, 500)) + rule(300, 120, 300, 180)
    page += put(60, 113, "Section") + put(60, 133, "Recommendation") + put(310, 133, "a") + put(310, 153, "b")
    grid = table(page)
    assert grid.rows == [["Section", ""], ["Recommendation", "a"], ["", "b"], ["", ""]]
    assert grid.spans == {(0, 0): (1, 2), (1, 0): (3, 1)}


@pytest.mark.parametrize("missing", ["sides", "top and bottom", "all around"])
def test_a_table_that_is_open_at_its_sides_is_whole(missing):
    """Where only the inner rulings are drawn, the outer columns and rows are cells all the same."""
    texts = [HEADER, list("abcd"), list("efgh")]
    ys = (100, 120, 140, 160)
    page = "".join(rule(50, y, 500, y) for y in (ys if missing == "sides" else ys[1:-1]))
    page += "".join(rule(x, 100, x, 160) for x in (XS if missing == "top and bottom" else XS[1:-1]))
    assert table(page + written(texts)).rows == texts


def test_double_rulings_make_no_column():
    """Two rulings close together with nothing between them are one."""
    texts = [HEADER, list("abcd")]
    page = ruled(texts) + rule(304, 100, 304, 140) + rule(50, 124, 500, 124)
    assert table(page).rows == texts


@pytest.mark.parametrize("rulings", ["none", "across"])
def test_columns_of_text_without_rulings_are_a_table(rulings):
    """Three and more clear columns under a row that fills them are a table; rulings across part its rows."""
    texts = [HEADER, ["1", "Do this|and that", "1 March|2012", "open"], ["2", "Do more", "", "done"]]
    page = put(50, 60, "Some words about what stands below, as long as a line of text usually is in a report")
    page += "".join(rule(50, y, 500, y) for y in (100, 130, 160, 190)) if rulings == "across" else ""
    grid = table(page + written(texts, height=30))
    assert grid.rows == [[text.replace("|", "\n") for text in row] for row in texts]
    assert [round(edge) for edge in grid.edges] == [52, 102, 302, 402]


def test_a_table_without_rules_is_told():
    """What was read by the gaps between words is a finding, so that somebody counts its rows; a ruled table is none."""
    texts = [HEADER, ["1", "Do this", "1 March 2012", "open"], ["2", "Do more", "1 May 2012", "done"]]
    prose = put(50, 60, "Some words about what stands below, as long as a line of text usually is in a report")
    assert [code for code, _, _ in read(made(prose + written(texts, height=30))).notes] == ["table-without-rules"]
    assert read(made(ruled(texts))).notes == ()


@pytest.mark.parametrize("coloured", [(0,), (1,), (1, 3), (0, 2, 4)])
def test_a_table_with_colour_in_some_rows_only_is_whole(coloured):
    """Where cells are told by the colour of the header or of every second row, the rows between are rows as well."""
    texts = [HEADER] + [[str(number), "Do this|and that", "1 March|2012", "open"] for number in range(1, 5)]
    page = "".join(
        fill(x0, 100 + 30 * row, x1, 130 + 30 * row, "0.9 g")
        for row in coloured for x0, x1 in pairwise(XS)
    )  # fmt: skip
    prose = put(50, 60, "Prose that stands above the table and is none of its rows, as it is far too long")
    grid = table(prose + page + written(texts, height=30) + put(50, 300, "Prose that stands below the table, long too"))
    assert grid.rows == [[text.replace("|", "\n") for text in row] for row in texts]
    assert {row for row, _ in grid.fills} == set(coloured)


@pytest.mark.parametrize("columns", [1, 2, 3])
def test_prose_is_no_table(columns):
    """Text in one, two or three full columns is lines, and none of it is lost."""
    words = "the board agreed that all of it be done in good time and well before the next of its meetings".split()
    chance = random.Random(1)
    page, said = "", []
    for row in range(20):
        for column in range(columns):
            text = ""
            while len(text) < 90 / columns - 6:
                text += chance.choice(words) + " "
            said.append(text.strip())
            page += put(40 + 520 / columns * column, 100 + 12 * row, text.strip())
    document = read(made(page))
    assert [grid.rows for grid in document.grids] == [[]]
    assert sorted(" ".join(line.text for line in document.grids[0].before).split()) == sorted(" ".join(said).split())


def test_a_list_of_labels_and_values_is_no_table():
    """Two columns are too little to be sure."""
    assert not any(grid.rows for grid in read(made(written([["a", "b"], ["c", "d"], ["e", "f"]], xs=(50, 300)))).grids)


def test_marked_lines_and_a_frame_are_no_table():
    """Filled boxes behind lines of text, and a frame around a page, are no cells."""
    page = (
        fill(50, 92, 200, 104, "1 1 0 rg") + fill(50, 104, 260, 116, "1 1 0 rg") + fill(50, 116, 240, 128, "1 1 0 rg")
    )
    page += put(50, 102, "A sentence that") + put(50, 114, "someone marked") + put(50, 126, "in yellow")
    frame = rule(20, 20, 575, 20) + rule(20, 820, 575, 820) + rule(20, 20, 20, 820) + rule(575, 20, 575, 820)
    assert not any(grid.rows for grid in read(made(page + frame)).grids)


def test_a_table_within_a_cell_is_its_own():
    """The inner table has its text, the outer one the rest."""
    outer = rule(40, 80, 560, 80) + rule(40, 300, 560, 300) + "".join(rule(x, 80, x, 300) for x in (40, 520, 560))
    document = read(made(outer + put(44, 94, "Outer") + put(524, 94, "Side") + ruled([HEADER, list("abcd")], 120)))
    assert [grid.rows for grid in document.grids if grid.rows] == [[["Outer", "Side"]], [HEADER, list("abcd")]]


# --- cells -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("colour", "found"),
    [("1 0 0 rg", "#FF0000"), ("0.5 g", "#808080"), ("0 1 1 0 k", "#FF0000"), ("1 1 1 rg", None), ("0.99 g", None)],
)
def test_the_fill_of_a_cell_is_its_colour(colour, found):
    """Grey, RGB and CMYK are told as RGB; white is none."""
    fills = table(fill(401, 121, 499, 139, colour) + ruled([HEADER, list("abcd")])).fills
    assert fills == ({(1, 3): found} if found else {})


def test_the_last_fill_counts_and_a_dot_is_one():
    """White over a colour is no colour; a coloured dot in a blank cell is the cell's."""
    page = fill(400, 120, 500, 140, "1 0 0 rg") + fill(400, 120, 500, 140, "1 g") + fill(440, 144, 452, 156, "0 1 0 rg")
    assert table(page + ruled([HEADER, ["a", "b", "c", ""], ["e", "f", "g", ""]])).fills == {(2, 3): "#00FF00"}


@pytest.mark.parametrize("how", ["line", "rectangle"])
def test_struck_out_text_is_taken_out(how):
    """A line through the middle of letters strikes them out, and makes no row of the table; one under them does not."""
    width = 58.4  # of "1 March 2012" in Helvetica
    through = rule(303, 129.5, 303 + width, 129.5) if how == "line" else fill(303, 129, 303 + width, 129.8, "0 g")
    under = rule(303, 145, 303 + width, 145) if how == "line" else fill(303, 144.6, 303 + width, 145.2, "0 g")
    grid = table(ruled([HEADER, ["1", "b", "1 March 2012|1 April 2012", ""]], height=20) .replace(
        rule(50, 140, 500, 140), rule(50, 160, 500, 160)) + "".join(rule(x, 140, x, 160) for x in XS) + through + under)  # fmt: skip
    assert grid.rows[1] == ["1", "b", "1 April 2012", ""]
    assert grid.struck == {(1, 2): ("1 March 2012",)}


def test_a_ruling_that_runs_through_text_strikes_nothing():
    """A line from ruling to ruling is a ruling though letters reach over it."""
    grid = table(ruled([HEADER, ["1", "b", "1 March 2012", ""]]) + put(303, 143, "and a word"))
    assert not grid.struck


def test_footnote_marks_are_notes_and_ordinals_are_text():
    """Raised figures and signs are taken out of a cell; "st" of 31st and the 2 of m2 stay."""
    page = ruled([HEADER, ["1", "", "", ""]])
    page += put(103, 133, "Area 5 m") + put(142.5, 130, "2", 6)
    page += put(303, 133, "July 2012") + put(346, 130, "3", 6) + put(403, 133, "31") + put(414.2, 130, "st", 6)
    grid = table(page)
    assert grid.rows[1] == ["1", "Area 5 m2", "July 2012", "31st"]
    assert grid.notes == {(1, 2): "3"}
    assert lines(made(put(50, 60, "Due July 2012") + put(113, 57, "1", 6))) == ["Due July 2012¹"]


def test_text_that_runs_over_its_cell_is_that_of_the_cell_where_it_begins():
    """A spreadsheet's long text is cut off by, or runs over, the next cell, whose date has none of its letters."""
    long = "Create a training post and keep it for the whole year"
    document = read(made(ruled([HEADER, ["1", long, "1 March 2012", ""], ["2", long, "", "open"]])))
    assert "may be cut off there: page 1, row 2, column 2; page 1, row 3, column 2" in document.notes[0][2]
    assert document.grids[0].rows[1:] == [["1", long, "1 March 2012", ""], ["2", long, "", "open"]]


def test_what_is_typed_into_forms_and_struck_out_by_comments_is_read():
    """A field's value stands in its cell; a comment that strikes a date out takes it out of the text."""
    objects = (
        b"<< /Type /Annot /Subtype /Widget /FT /Tx /Rect [402 703 498 721] /V (1 May 2013) >>",
        b"<< /Type /Annot /Subtype /StrikeOut /Rect [303 706 362 718] "
        b"/QuadPoints [303 718 361.4 718 303 706 361.4 706] >>",
    )
    page = ruled([HEADER, ["1", "b", "1 March 2012", ""]])
    grid = table(page, extra="/Annots [3 0 R 4 0 R]", objects=objects)  # type: ignore[arg-type]
    assert grid.rows[1] == ["1", "b", "", "1 May 2013"]
    assert grid.struck == {(1, 2): ("1 March 2012",)}


def test_the_name_of_a_month_broken_by_a_narrow_column_is_whole():
    """Nothing else that goes on in the next line is joined but figures at a hyphen."""
    grid = table(ruled([HEADER, ["39-|52", "recor|ded", "1 Septembe|r 2011", ""]], height=40))
    assert grid.rows[1] == ["39-52", "recor\nded", "1 September 2011", ""]


def test_letters_printed_twice_are_one_and_ligatures_are_letters():
    """Bold that is faked by printing twice is read once; fi is two letters."""
    grid = table(ruled([HEADER, ["11", "all", "", ""]]) + put(3.3 + 50, 133, "11") + put(103.3, 133, "all"))
    assert grid.rows[1] == ["11", "all", "", ""]
    ink = pdf._Ink(100, 100)
    pdf._draw_letter(ink, "ﬁ", (1, 0, 0, 1, 10, 10), type("Font", (), {"fontname": "x"}), 10, 0, 5, 0)
    assert ink.letters[0].text == "fi"


def test_letters_without_a_meaning_are_shown_and_told():
    """A glyph that the file gives no letter for is shown as U+FFFD, with a finding."""
    document = read(made(put(50, 100, "a\x81b")))
    assert document.grids[0].before[0].text == "a\ufffdb"
    assert document.notes[0][:2] == ("characters-not-read", "")


def test_lines_printed_over_each_other_are_told():
    """Where the text of a cell runs over the next, both are read line by line, and it is a finding."""
    page = ruled([HEADER, ["1", "", "", ""], ["2", "", "", ""]], height=13)
    page += put(103, 123, "Work on") + put(103, 134, "the first one") + put(103, 136, "Work on the second")
    document = read(made(page))
    assert document.grids[0].rows[2][1] == "the first one\nWork on the second"
    assert "printed over each other" in document.notes[0][2]


def test_turned_text_is_read_in_its_direction():
    """Headers that run up or down the page are words."""
    page = ruled([["", "b", "", "d"], ["1", "Do this and that", "3", "4"]], height=80)
    page += put(75, 175, "Ref no", turn="0 1 -1 0") + put(340, 105, "Target date", turn="0 -1 1 0")
    assert table(page).rows[0] == ["Ref no", "b", "Target date", "d"]


@pytest.mark.parametrize("how", ["page", "text"])
def test_a_turned_page_is_read_upright(how):
    """A page turned by its own word or drawn sideways gives the same table as an upright one."""
    texts = [HEADER, ["1", "Do this", "1 March 2012", "open"]]
    content = f"q 0 1 -1 0 700 0 cm {ruled(texts)} Q"
    grid = table(content, extra="/Rotate 90") if how == "page" else table(content)
    assert grid.rows == texts


def test_slanted_text_is_kept_out_of_cells():
    """A watermark is a line of its own."""
    grids = read(made(ruled([HEADER, list("abcd")]) + put(200, 300, "DRAFT", 60, turn="0.7 0.7 -0.7 0.7"))).grids
    assert grids[0].rows == [HEADER, list("abcd")]
    assert grids[1].before[0].text == "DRAFT"


# --- lines -----------------------------------------------------------------------------------------------------------


def test_headings_labels_and_paragraphs_are_told():
    """Larger or bold lines are headings, levels by size; bold before a colon is a label; full lines go on."""
    body = "This is a line of prose that fills the page from its left to its right margin, no less"
    page = put(50, 80, "Plan", 20, "F2") + put(50, 110, "Part one", 14, "F2") + put(50, 130, "Details", 10, "F2")
    page += put(50, 150, body) + put(50, 162, "and goes on.") + put(50, 180, body)
    page += put(50, 192, "Lead", 10, "F2") + put(72.5, 192, ": the Director")
    before = read(made(page)).grids[0].before
    assert [(line.level, line.label, line.text) for line in before] == [
        (1, "", "Plan"), (2, "", "Part one"), (3, "", "Details"), (0, "", f"{body} and goes on."), (0, "", body),
        (0, "Lead", "Lead: the Director"),
    ]  # fmt: skip


def test_headers_and_footers_are_read_once():
    """What stands at the top or bottom of most pages is a line of the first; what differs by its number is not."""
    pages = [
        put(50, 30, "Action plan") + put(50, 120, f"Recommendation {number}") + put(280, 815, f"Page {number} of 3")
        for number in (1, 2, 3)
    ]
    document = read(made(*pages))
    assert [line.text for line in document.grids[0].before] == [
        "Action plan", "Recommendation 1", "Page 1 of 3", "Recommendation 2", "Recommendation 3",
    ]  # fmt: skip
    assert "'Action plan' (3 times)" in document.notes[0][2]


def test_the_same_field_on_each_page_is_no_header():
    """A label and a numbered heading at the top of each page stay."""
    pages = [put(50, 60, f"Action {number}", 14) + put(50, 80, "Lead", 10, "F2") + put(72.5, 80, ": A. Smith")
             for number in (1, 2, 3)]  # fmt: skip
    assert lines(made(*pages)) == [text for number in (1, 2, 3) for text in (f"Action {number}", "Lead: A. Smith")]


# --- page breaks -----------------------------------------------------------------------------------------------------


def broken(above: list[str], below: list[str]) -> list[Grid]:
    """The tables of two pages whose rows go on."""
    first = [HEADER, ["1", "Do this", "1 March 2012", "Open"], ["2", "Write that", "1 May 2012", "Open"],
             ["3", "Make more", "1 June 2012", "Open"], above]  # fmt: skip
    second = [HEADER, below, ["5", "Do less", "1 July 2012", "Open"]]
    return [grid for grid in read(made(ruled(first, 500), ruled(second, 100))).grids if grid.rows]


@pytest.mark.parametrize(
    ("above", "below", "whole"),
    [
        (["4", "Agree with", "1 July 2012", "Open"], ["", "the partners", "", ""], "Agree with\nthe partners"),
        (["4", "Agree by", "1 July", ""], ["", "", "2013", ""], "Agree by"),
    ],
)
def test_a_row_cut_by_a_page_break_is_joined_where_it_is_certain(above, below, whole):
    """A sentence in small letters and a date without its year go on; the reader says so, and places stay."""
    first, second = broken(above, below)
    assert first.rows[4][1] == whole
    assert first.rows[4][2] == (above[2] + "\n" + below[2]).strip()
    assert [row[0] for row in second.rows] == ["Ref", "5"]
    assert second.places == ["page 2, row 1", "page 2, row 3"]


@pytest.mark.parametrize(
    "below",
    [["", "Another action", "", ""], ["", "another action", "1 May 2013", "Open"], ["4b", "the partners", "", ""]],
)
def test_a_row_that_may_be_one_of_its_own_stays(below):
    """A capital, a full row or a number below the break may begin another action: nothing is joined."""
    first, second = broken(["4", "Agree with", "1 July 2012", "Open"], below)
    assert first.rows[4][1] == "Agree with" and second.rows[1] == below


def test_a_merged_cell_cut_by_a_page_break_has_its_text_on_both_pages():
    """The rows below the break have the whole text of the cell that covers them."""

    def page(top: float, texts: list[str], upper: str = "") -> str:
        ys = [top + 20 * row for row in range(4)]
        ends = rule(50, ys[0], 300, ys[0]) + rule(50, ys[1], 300, ys[1]) + rule(50, ys[3], 300, ys[3])
        return ends + rule(100, ys[2], 300, ys[2]) + "".join(rule(x, ys[0], x, ys[3]) for x in (50, 100, 300)) + (
            put(53, ys[0] + 13, "Area") + put(103, ys[0] + 13, "Action") + put(53, ys[1] + 13, upper)
            + "".join(put(103, ys[1 + row] + 13, text) for row, text in enumerate(texts)))  # fmt: skip

    document = read(made(page(600, ["Do", "Make"], "Health"), page(100, ["Ask", "Give"])))
    first, second = document.grids
    assert first.rows[1:] == [["Health", "Do"], ["", "Make"]] and first.spans == {(1, 0): (2, 1)}
    assert second.rows[1:] == [["Health", "Ask"], ["", "Give"]] and second.spans == {(1, 0): (2, 1)}
    assert document.decided[0][:2] == ("merged cells cut by a page break", "page 2, row 2, column 1")


# --- prints of our own plan, by LibreOffice Writer and Chromium ------------------------------------------------------

# data/wirral-ofsted-2011/2011-08-31.csv as a table: reference (with a raised footnote mark), area merged down, action,
# target date (the previous one struck out before it), RAG as a fill only, progress (ending in a raised ordinal).
# Writer 7.4 made the landscape print, whose rows stay whole, and the upright one, whose rows page breaks cut.

with (HERE.parent / "data" / "wirral-ofsted-2011" / "2011-08-31.csv").open(encoding="utf-8") as file:
    TRUTH = list(csv.DictReader(file))


def printed(name: str) -> list[tuple[list[str], str | None, tuple[str, ...]]]:
    """Rows of a print without its headers: texts, merged ones in each of their rows; RAG fill; struck-out dates."""
    rows = []
    for grid in pdf.read(Path(name), (DOCUMENTS / name).read_bytes(), Limits()).grids:
        texts = [list(row) for row in grid.rows]
        for (top, left), (height, _) in grid.spans.items():
            for row in range(top, top + height):
                texts[row][left] = texts[top][left]
        rows += [
            ([" ".join(text.split()) for text in row], grid.fills.get((index, 4)), grid.struck.get((index, 3), ()))
            for index, row in enumerate(texts) if row[0] != "Ref"
        ]  # fmt: skip
    return rows


@pytest.mark.parametrize("name", ["wirral-2011-08-31-writer.pdf", "wirral-2011-08-31-chromium.pdf"])
def test_a_print_of_the_plan_is_the_plan(name):
    """Recommendations merged down, RAG as fill only, old dates struck out: every cell is that of the CSV."""
    expected = []
    for row in TRUTH:
        seen = f"{row['Progress']} Seen on the 31st" if row["Progress"] else ""
        texts = [row["Ref"] or row["Ref range"], f"{row['Area ref']} {row['Area']}", row["Action"], row["Target date"]]
        old = (row["Previous target date"],) if row["Previous target date"] else ()
        colour = "#92D050" if "complete" in row["Status"] else "#FFC000" if row["Status"] == "delayed" else None
        expected.append(([*texts, "", seen], colour, old))
    assert printed(name) == expected


def test_a_print_whose_rows_are_cut_has_each_date_in_its_row():
    """In a narrow print with rows cut by page breaks, each number has its own date, whole."""
    dates = {row[0]: (row[3], struck) for row, _, struck in printed("wirral-2011-08-31-writer-cut.pdf") if row[0]}
    expected = {
        row["Ref"] or row["Ref range"]:
        (row["Target date"], (row["Previous target date"],) if row["Previous target date"] else ())
        for row in TRUTH
    }  # fmt: skip
    assert dates == expected


def test_the_draft_of_the_federal_data_strategy_is_read():
    """Its sixteen actions are headings of one level, each with its four labels."""
    path = SHARED / "us-fds-action-plan" / "draft-2019-2020-action-plan.pdf"
    if not path.exists():
        pytest.skip("the draft is not in ../shared")
    document = pdf.read(path, path.read_bytes(), Limits())
    found = [line for grid in document.grids for line in grid.before]
    assert not any(grid.rows for grid in document.grids) and not document.notes
    actions = [line for line in found if line.level and line.text.startswith("Action ")]
    assert [line.text.split(":")[0] for line in actions] == [f"Action {number}" for number in range(1, 17)]
    assert len({line.level for line in actions}) == 1
    labels = [line.label for line in found]
    assert [labels.count(each) for each in ("Responsible", "Measurement", "Timeline")] == [16, 16, 16]


# --- what is refused, and what it may cost ---------------------------------------------------------------------------

PICTURE = (b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >>"
           b"\nstream\n\0\nendstream",)  # fmt: skip
SCAN = "q 595 0 0 842 0 0 cm /Im0 Do Q\n"


def test_a_scan_is_refused_and_one_page_of_it_is_told():
    """A file of pictures only says what to do; pages without text in others are named."""
    assert "is a scan" in refused(made(SCAN, SCAN, resources="/XObject << /Im0 3 0 R >>", objects=PICTURE))
    document = read(made(put(50, 50, "Text"), SCAN, resources="/XObject << /Im0 3 0 R >>", objects=PICTURE))
    assert document.notes == (
        ("characters-not-read", "", "pages without text (pictures of pages) were not read: 2"),
    )  # fmt: skip


def test_a_large_picture_beside_text_is_told():
    """A table that is a picture would be missed otherwise."""
    page = "q 500 0 0 400 50 50 cm /Im0 Do Q\n" + put(50, 50, "Text")
    document = read(made(page, resources="/XObject << /Im0 3 0 R >>", objects=PICTURE))
    assert document.notes[0][:2] == ("characters-not-read", "page 1")


def test_a_password_is_asked_for_in_one_line():
    """A file that opens with a password only says so."""
    data = made(put(50, 50, "Text"))
    lock = (b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -44 /O <" + b"41" * 32 + b"> /U <" + b"42" * 32 + b"> >> "
            b"/ID [<4141> <4141>]")  # fmt: skip
    assert "password" in refused(data.replace(b"/Root 1 0 R", b"/Root 1 0 R " + lock))


def test_a_file_cut_off_anywhere_is_refused():
    """Truncation at any byte is one clear line, never another exception."""
    data = made(ruled([HEADER, list("abcd")]))
    for end in range(0, len(data) - 8, 37):
        assert refused(data[:end])


def test_damage_anywhere_is_one_line_or_a_document():
    """Random bytes in a file, or a file of random bytes, never raise anything but an InputError."""
    chance = random.Random(7)
    whole = (DOCUMENTS / "wirral-2011-08-31-writer.pdf").read_bytes()
    plain = made(ruled([HEADER, list("abcd")]), put(50, 50, "Text"))
    for number in range(60):
        data = bytearray(whole if number % 3 == 0 else plain)
        for _ in range(chance.choice((1, 5, 40))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            read(bytes(data))
        except InputError as error:
            assert "\n" not in str(error)
    assert refused(chance.randbytes(5000)) and refused(b"%PDF-1.7\n" + chance.randbytes(5000) + b"%%EOF")


def test_a_damaged_part_is_refused_though_pdfminer_would_go_on():
    """A compressed part that cannot be unpacked in full may hold the letters of a date."""
    data = (DOCUMENTS / "wirral-2011-08-31-writer.pdf").read_bytes()
    at = data.index(b"stream", data.index(b"/FlateDecode")) + 100
    assert "damaged" in refused(data[:at] + bytes(byte ^ 0x55 for byte in data[at : at + 4]) + data[at + 4 :])


def test_a_bomb_is_refused_before_it_unpacks():
    """What unpacks to more than the limit is not opened, nor what is packed twice over."""
    packed = zlib.compress(bytes(5 << 20))
    stream = b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(packed), packed)
    assert "unpacks" in refused(made(put(50, 50, "Text"), objects=(stream,)), mebibytes=4)
    twice = stream.replace(b"/FlateDecode", b"[/FlateDecode /FlateDecode]")
    assert "twice" in refused(made(put(50, 50, "Text"), objects=(twice,)))


def test_a_font_of_a_billion_letters_and_drawings_of_drawings_are_refused():
    """What a few bytes ask for is refused before it is made."""
    font = b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [4 0 R] %s >>"
    wide = b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /CIDSystemInfo << >> %s >>"
    letters = (
        b"<< /Length 70 >>\nstream\nbegincmap 1 beginbfrange <0000> <FFFFFFFF> <0041> endbfrange endcmap \nendstream"
    )
    page = "BT /F9 10 Tf 50 700 Td <00410042> Tj ET"
    for objects in (
        (font % b"", wide % b"/W [0 999999999 500]"),
        (font % b"/ToUnicode 5 0 R", wide % b"", letters),
    ):
        data = made(page, objects=objects).replace(b"/F1 <<", b"/F9 3 0 R /F1 <<")
        assert "a font of" in refused(data)
    forms = tuple(
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X %d 0 R >> >> /Length 120 >>\n"
        b"stream\n%s\nendstream" % (4 + number, b"/X Do " * 20)
        for number in range(12)
    )
    assert "longer than 1 s" in refused(made("/X Do", resources="/XObject << /X 3 0 R >>", objects=forms), seconds=1)


def test_what_a_file_may_cost_is_limited():
    """More letters and lines than the limit, or more seconds, are refused."""
    page = made(ruled([HEADER, list("abcd")]), ruled([HEADER, list("abcd")]))
    assert "letters and lines" in refused(page, cells=40)
    assert "longer than 0 s" in refused(page, seconds=0)


def test_a_page_full_of_lines_is_read_as_lines_of_text_in_time():
    """A hundred thousand rectangles, or a maze of rulings, take seconds, and the text is there."""
    chance = random.Random(3)
    boxes = "".join(f"{chance.randrange(500)} {chance.randrange(800)} 9 9 re f\n" for _ in range(100_000))
    grid = "".join(rule(2 * k, 0, 2 * k, 840) + rule(0, 3 * k, 580, 3 * k) for k in range(280))
    for page in (boxes, grid):
        document = read(made(page + put(50, 50, "Text")))
        assert [line.text for line in document.grids[0].before] == ["Text"]
        assert "too many lines" in document.notes[0][2]


def test_reading_twice_gives_the_same():
    """Nothing depends on what was read before."""
    for path in sorted(DOCUMENTS.glob("*.pdf")):
        assert pdf.read(path, path.read_bytes(), Limits()) == pdf.read(path, path.read_bytes(), Limits())
