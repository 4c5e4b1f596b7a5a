"""Word documents to grids: what is merged, filled, struck out, boxed or referred to, and the lines between tables."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx as writer
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planlib.errors import InputError
from planlib.readers import docx
from planlib.readers.grid import Document, Grid, Line
from planlib.settings import Limits

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml"'
)
DOWN, ACROSS = '<w:vMerge w:val="restart"/>', '<w:hMerge w:val="restart"/>'
TWO, THREE, FAR = (f'<w:gridSpan w:val="{width}"/>' for width in (2, 3, 10**9))
FILES = {"styles": "styles", "footnotes": "footnotes", "endnotes": "endnotes", "numbering": "numbering",
         "header": "header1", "comments": "comments"}  # fmt: skip


def package(body: str, main: str = "word/document.xml", **parts: str) -> bytes:
    """The bytes of a document with a body, and with other parts by the kind of their relationship."""
    folder = main.rpartition("/")[0]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_rels/.rels", relations({"officeDocument": main}))
        archive.writestr(main, f"<w:document {SPACES}><w:body>{body}</w:body></w:document>")
        archive.writestr(f"{folder}/_rels/{main.rpartition('/')[2]}.rels",
                         relations({kind: f"{FILES[kind]}.xml" for kind in parts}))  # fmt: skip
        for kind, xml in parts.items():
            archive.writestr(f"{folder}/{FILES[kind]}.xml", f"<w:{kind} {SPACES}>{xml}</w:{kind}>")
    return file.getvalue()


def relations(parts: dict[str, str]) -> str:
    """A part that says where others are."""
    each = "".join(f'<Relationship Id="r{kind}" Type="{OFFICE}/{kind}" Target="{to}"/>' for kind, to in parts.items())
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{each}</Relationships>'


def read(data: bytes, **limits: int) -> Document:
    """What is read of a document."""
    return docx.read(Path("x.docx"), data, Limits(**limits))


def lines(body: str, **parts: str) -> tuple[Line, ...]:
    """The lines of a document without tables."""
    document = read(package(body, **parts))
    assert [grid.rows for grid in document.grids] == [[]]
    return document.grids[0].before


def table(rows: str, **parts: str) -> Grid:
    """The only table of a document."""
    return read(package(f"<w:tbl>{rows}</w:tbl>", **parts)).grids[0]


def cell(inner: str, **parts: str) -> Grid:
    """A table of one cell."""
    return table(f"<w:tr><w:tc>{inner}</w:tc></w:tr>", **parts)


def r(text: str, properties: str = "") -> str:
    """A run."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def p(*runs: str, properties: str = "") -> str:
    """A paragraph of runs; plain text makes one."""
    made = "".join(each if each.startswith("<") else r(each) for each in runs)
    return f"<w:p><w:pPr>{properties}</w:pPr>{made}</w:p>"


def tc(text: str = "", properties: str = "") -> str:
    """A cell."""
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(text) if text else '<w:p/>'}</w:tc>"


def refused(data: bytes, **limits: int) -> str:
    """The one line with which a document is refused."""
    with pytest.raises(InputError) as caught:
        read(data, **limits)
    assert str(caught.value).startswith("x.docx") and "\n" not in str(caught.value)
    return str(caught.value)


# --- the text --------------------------------------------------------------------------------------------------------


def test_a_document_of_python_docx_is_read_in_its_order():
    """Headings, paragraphs, lists and tables come as they stand; what follows the last table is a grid without rows."""
    made = writer.Document()
    made.add_heading("Plan", 0)
    made.add_heading("Priority", 2)
    made.add_paragraph("").add_run("Owner").bold = True
    made.paragraphs[-1].add_run(": the Director")
    made.add_paragraph("First", style="List Number")
    made.add_paragraph("Dot", style="List Bullet")
    for texts in (["Ref", "Action"], ["1", "Do\tit\u00a0now"]):
        grid = made.add_table(rows=1, cols=2)
        for into, text in zip(grid.rows[0].cells, texts, strict=True):
            into.text = text
    made.add_paragraph("End")
    file = io.BytesIO()
    made.save(file)
    first, second, last = read(file.getvalue()).grids
    assert [(each.text, each.level, each.label) for each in first.before] == [
        ("Plan", 1, ""), ("Priority", 2, ""), ("Owner: the Director", 0, "Owner"), ("1. First", 0, ""), ("Dot", 0, ""),
    ]  # fmt: skip
    assert (first.rows, second.rows) == ([["Ref", "Action"]], [["1", "Do it now"]])
    assert (second.place(0, 1), second.before) == ("table 2, row 1, column 2", ())
    assert (last.rows, [each.text for each in last.before]) == ([], ["End"])


def test_headings_are_known_by_name_level_and_what_a_style_is_based_on():
    """A localised style id, a style based on a heading and an outline level of the paragraph itself make headings."""
    styles = (
        '<w:style w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>'
        '<w:style w:styleId="Ours"><w:name w:val="Our heading"/><w:basedOn w:val="berschrift1"/></w:style>'
        '<w:style w:styleId="Deep"><w:name w:val="x"/><w:basedOn w:val="Ours"/><w:pPr><w:outlineLvl w:val="7"/></w:pPr></w:style>'
        '<w:style w:styleId="Loop"><w:name w:val="y"/><w:basedOn w:val="Loop"/></w:style>'
    )
    body = "".join(
        p(name, properties=f'<w:pStyle w:val="{name}"/>') for name in ("berschrift1", "Ours", "Deep", "Loop", "No")
    )
    body += p("own", properties='<w:outlineLvl w:val="2"/>') + p("9", properties='<w:outlineLvl w:val="9"/>')
    assert [line.level for line in lines(body, styles=styles)] == [1, 1, 6, 0, 0, 3, 0]


def test_breaks_tabs_and_hyphens_are_what_they_look_like():
    """A break in a cell is a line; outside tables it begins a line of its own; soft hyphens are not there."""
    run = "<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:softHyphen/><w:t>d\u00ad</w:t><w:noBreakHyphen/></w:r>"
    assert cell(p(run)).rows == [["a b\ncd-"]]
    assert [line.text for line in lines(p(run))] == ["a b", "cd-"]


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ('<w:sym w:font="Wingdings" w:char="F0FC"/>', "✓"),
        ('<w:sym w:font="Wingdings" w:char="F0FE"/>', "☑"),
        ('<w:sym w:font="Wingdings" w:char="F0A8"/>', "☐"),
        ('<w:sym w:font="Wingdings 2" w:char="F050"/>', "✓"),
        ('<w:rPr><w:rFonts w:ascii="Wingdings"/></w:rPr><w:t>\uf06f</w:t>', "☐"),
        ('<w:rPr><w:rFonts w:ascii="Wingdings"/></w:rPr><w:t>ü</w:t>', "✓"),
        ('<w:sym w:font="Segoe UI Symbol" w:char="2713"/>', "✓"),
    ],
)
def test_signs_of_fonts_of_pictures_are_read(inner, text):
    """A tick or a box of Wingdings is the sign that is seen, not a letter."""
    assert cell(p(f"<w:r>{inner}</w:r>")).rows == [[text]]


def test_a_sign_that_is_not_known_is_told():
    """It is shown as U+FFFD and noted, with its font and number."""
    document = read(package(p('<w:r><w:sym w:font="Wingdings" w:char="F022"/></w:r>')))
    assert document.grids[0].before[0].text == "\ufffd"
    assert document.notes == (
        ("text-not-read", "paragraph 1", "a sign of a font of pictures was not read: wingdings 22"),
    )


def test_fields_show_their_result():
    """What a field is computed from is no text, in a simple field, a complex one and one within another."""
    char = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'.format
    code = "<w:r><w:instrText>IF </w:instrText></w:r>"
    inner = char("begin") + code + char("separate") + r("no") + char("end")
    body = p(char("begin"), code, inner, char("separate"), r("yes"), char("end"), r(" after"))
    assert [line.text for line in lines(body)] == ["yes after"]
    assert [line.text for line in lines(p(f'<w:fldSimple w:instr="DATE">{r("1 May 2012")}</w:fldSimple>'))] == [
        "1 May 2012"
    ]


def test_a_field_that_is_never_ended_hides_one_paragraph_at_most():
    """The next paragraph is read."""
    body = p('<w:r><w:fldChar w:fldCharType="begin"/></w:r>', "a") + p("b")
    assert [line.text for line in lines(body)] == ["b"]


def test_old_form_fields_show_what_is_chosen():
    """A ticked box, an empty one and the entry of a list."""
    form = '<w:r><w:fldChar w:fldCharType="begin"><w:ffData>{}</w:ffData></w:fldChar></w:r>'.format
    entries = '<w:listEntry w:val="Red"/><w:listEntry w:val="Green"/>'
    assert cell(p(
        form('<w:checkBox><w:default w:val="0"/><w:checked/></w:checkBox>'), form("<w:checkBox/>"),
        form(f'<w:ddList><w:result w:val="1"/>{entries}</w:ddList>'),
    )).rows == [["☑☐Green"]]  # fmt: skip


def test_content_controls_are_read_at_every_level():
    """Around blocks, rows, cells and runs; one that only asks to be filled in is empty, and its prompt is noted."""

    def control(inner: str, properties: str = "") -> str:
        return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{inner}</w:sdtContent></w:sdt>"

    asks = control(r("Choose an item."), "<w:showingPlcHdr/>")
    row = f"<w:tr>{control(tc('a'))}<w:tc>{control(p('b'))}</w:tc><w:tc>{p(control(r('c')), asks)}</w:tc></w:tr>"
    document = read(package(control(f"<w:tbl>{control(row)}</w:tbl>")))
    assert document.grids[0].rows == [["a", "b", "c"]]
    assert document.notes == (
        ("text-not-read", "table 1, row 1", "the prompt of an empty field was not read: Choose an item."),
    )


def test_a_text_box_is_read_once():
    """Word writes it twice, for itself and for older programs; tables in it are tables."""
    box = f"<w:txbxContent>{p('in the box')}<w:tbl><w:tr>{tc('x')}{tc('y')}</w:tr></w:tbl></w:txbxContent>"
    drawn = (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice>'
        f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    first, last = read(package(p(r("beside"), drawn) + p("below"))).grids
    assert [line.text for line in first.before] == ["beside", "in the box"]
    assert (first.rows, [line.text for line in last.before]) == ([["x", "y"]], ["below"])
    assert cell(p(drawn)).rows == [["in the box\nx\ny"]]


def test_numbers_of_lists_are_text():
    """References that Word counts itself are read, in cells and before lines, level by level; bullets are not."""
    numbering = (
        '<w:abstractNum w:abstractNumId="0">'
        '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>'
        '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%1.%2)"/></w:lvl>'
        '<w:lvl w:ilvl="2"><w:numFmt w:val="bullet"/><w:lvlText w:val="o"/></w:lvl></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
        '<w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride></w:num>'
    )

    def item(text: str, level: int, ident: int = 1) -> str:
        return p(text, properties=f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{ident}"/></w:numPr>')

    body = (
        item("a", 0)
        + item("b", 1)
        + item("c", 1)
        + item("d", 2)
        + item("e", 0)
        + item("f", 1)
        + item("g", 0, 2)
        + item("h", 0, 2)
    )
    texts = ["1. a", "1.a) b", "1.b) c", "d", "2. e", "2.a) f", "7. g", "8. h"]
    assert [line.text for line in lines(body, numbering=numbering)] == texts
    empty = '<w:p><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:p>'
    rows = f"<w:tr><w:tc>{empty}</w:tc>{tc('x')}</w:tr>" * 2
    assert table(rows, numbering=numbering).rows == [["1.", "x"], ["2.", "x"]]


# --- struck out, hidden, raised --------------------------------------------------------------------------------------


def test_what_is_struck_out_is_not_text():
    """Directly, doubly or by a style of characters; runs beside each other are one text; switched off it counts."""
    styles = '<w:style w:styleId="Gone"><w:name w:val="Gone"/><w:rPr><w:strike/></w:rPr></w:style>'
    grid = cell(
        p(r("31 ", "<w:strike/>"), r("March", '<w:rStyle w:val="Gone"/>'), " 30 June ", r("x", "<w:dstrike/>"),
          r("2012", '<w:rStyle w:val="Gone"/><w:strike w:val="0"/>')),
        styles=styles,
    )  # fmt: skip
    assert grid.rows == [["30 June 2012"]]
    assert grid.struck == {(0, 0): ("31 March", "x")}
    line = lines(p(r("May", "<w:strike/>"), " June"))[0]
    assert (line.text, line.struck) == ("June", ("May",))


def test_words_do_not_run_together_where_one_between_them_is_struck_out():
    """A word that is struck out leaves a space, a figure corrected within a number does not."""
    struck = "<w:strike/>"
    assert cell(p("by", r("March", struck), "April 201", r("2", struck), "3")).rows == [["by April 2013"]]


def test_tracked_changes_are_taken_as_they_will_be():
    """What is inserted or moved here counts; what is deleted or moved away is struck out, a whole row too."""
    gone = '<w:del w:id="1"><w:r><w:delText>March</w:delText></w:r></w:del>'
    moved = f'<w:moveFrom w:id="2">{r(" away")}</w:moveFrom><w:moveTo w:id="3">{r(" here")}</w:moveTo>'
    new = f'<w:ins w:id="4">{r("April")}</w:ins>'
    row = f"<w:tr><w:tc>{p(gone, new, moved)}</w:tc></w:tr>"
    grid = table(row + f'<w:tr><w:trPr><w:del w:id="5"/></w:trPr>{tc("old")}</w:tr>')
    assert grid.rows == [["April here"], [""]]
    assert grid.struck == {(0, 0): ("March", "away"), (1, 0): ("old",)}


def test_hidden_text_is_noted():
    """It is no text, and what it says is told."""
    document = read(package(p("seen", r(" not seen", "<w:vanish/>"))))
    assert document.grids[0].before[0].text == "seen"
    assert document.notes == (("characters-not-read", "paragraph 1", "hidden text was not read: not seen"),)


def test_footnotes_are_notes_of_their_cells_and_lines_at_the_end():
    """A reference is out of the cell's text and has what the footnote says; in a line its mark stands at the end."""
    reference = '<w:r><w:{}Reference w:id="{}"/></w:r>'.format
    footnotes = f'<w:footnote w:id="0" w:type="separator">{p("x")}</w:footnote>' + "".join(
        f'<w:footnote w:id="{ident}">{p("<w:r><w:footnoteRef/></w:r>", f" Note {ident}")}</w:footnote>'
        for ident in (5, 2)
    )
    body = (
        p("Text", reference("footnote", 2), " goes on")
        + f"<w:tbl><w:tr><w:tc>{p('May 2012', reference('footnote', 5))}</w:tc></w:tr></w:tbl>"
    )
    first, last = read(package(body + p("z", reference("endnote", 1)), footnotes=footnotes,
                               endnotes=f'<w:endnote w:id="1">{p("Late")}</w:endnote>')).grids  # fmt: skip
    assert [line.text for line in first.before] == ["Text goes on [1]"]
    assert (first.rows, first.notes) == ([["May 2012"]], {(0, 0): "2: Note 5"})
    assert [(line.place, line.text) for line in last.before] == [
        ("paragraph 2", "z [i]"), ("footnote 2", "2: Note 5"), ("footnote 1", "1: Note 2"), ("endnote i", "i: Late"),
    ]  # fmt: skip


def test_a_footnote_that_refers_to_itself_is_read():
    """There is no way round in circles."""
    reference = '<w:r><w:footnoteReference w:id="1"/></w:r>'
    footnotes = f'<w:footnote w:id="1">{p("see ", reference)}</w:footnote>'
    assert cell(p(reference), footnotes=footnotes).notes == {(0, 0): "1: see"}


@pytest.mark.parametrize(
    ("before", "raised", "text", "note"),
    [("31", "st", "31st", ""), ("31 May", "1", "31 May", "1"), ("May", "1, 2", "May", "1, 2"), ("May", "*", "May", "*"),
     ("50 m", "2", "50 m2", ""), ("Brand", "TM", "BrandTM", "")],
)  # fmt: skip
def test_raised_marks_are_footnotes_and_raised_letters_are_not(before, raised, text, note):
    """Raised figures and signs are marks; ordinals, square metres and trade marks are text."""
    grid = cell(p(before, r(raised, '<w:vertAlign w:val="superscript"/>')))
    assert (grid.rows, grid.notes) == ([[text]], {(0, 0): note} if note else {})


def test_page_headers_and_comments_are_noted():
    """They are not read as text, and the notes say what they are."""
    document = read(package(p("x"), header=p("As at May"), comments=f'<w:comment w:id="1">{p("Late?")}</w:comment>'))
    assert [(place, message) for _, place, message in document.notes] == [
        ("page header", "page header was not read: As at May"), ("comment", "comment was not read: Late?"),
    ]  # fmt: skip


# --- tables ----------------------------------------------------------------------------------------------------------


def test_merged_cells_are_spans():
    """Merged across, merged down, both, and rows that begin further right; what is covered is blank."""
    start, on = DOWN, "<w:vMerge/>"
    wide = TWO
    grid = table(
        f"<w:tr>{tc('a', start)}{tc('b', wide)}{tc('c')}</w:tr>"
        f"<w:tr>{tc('', on)}{tc('d', wide + start)}{tc('e')}</w:tr>"
        f"<w:tr>{tc('', on)}{tc('', wide + on)}{tc('f')}</w:tr>"
        f'<w:tr><w:trPr><w:gridBefore w:val="1"/></w:trPr>{tc("g")}{tc("h")}{tc("i")}</w:tr>'
    )
    assert grid.rows == [["a", "b", "", "c"], ["", "d", "", "e"], ["", "", "", "f"], ["", "g", "h", "i"]]
    assert grid.spans == {(0, 0): (3, 1), (0, 1): (1, 2), (1, 1): (2, 2)}


def test_old_horizontal_merges_are_spans():
    """Cells that are merged one by one count as one."""
    grid = table(f"<w:tr>{tc('a', ACROSS)}{tc('', '<w:hMerge/>')}</w:tr><w:tr>{tc('b')}{tc('c')}</w:tr>")
    assert (grid.rows, grid.spans) == ([["a", ""], ["b", "c"]], {(0, 0): (1, 2)})


def test_text_under_a_merge_is_noted():
    """Word does not show what stands in a cell that is merged into the one above."""
    document = read(package(f"<w:tbl><w:tr>{tc('a', DOWN)}</w:tr><w:tr>{tc('b', '<w:vMerge/>')}</w:tr></w:tbl>"))
    assert document.grids[0].rows == [["a"], [""]]
    assert document.notes[0][2] == "hidden text was not read: b"


def test_a_column_that_no_cell_begins_is_none():
    """Grid lines that nothing uses, and lines a hair beside another, make no columns."""
    rows = f"<w:tr>{tc('a', TWO)}{tc('b', TWO)}</w:tr><w:tr>{tc('c')}{tc('d', THREE)}</w:tr>"
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in (2000, 60, 1000, 1000))
    assert table(f"<w:tblGrid>{grid}</w:tblGrid>{rows}").rows == [["a", "b"], ["c", "d"]]
    wide = grid.replace("60", "600")
    assert table(f"<w:tblGrid>{wide}</w:tblGrid>{rows}").rows == [["a", "", "b"], ["c", "d", ""]]


def test_a_table_in_a_cell_stays_in_it_unless_the_outer_one_is_layout():
    """Beside other text it is text of its cell; in a frame of one cell the inner table is read by itself."""
    inner = f"<w:tbl><w:tr>{tc('x')}{tc('y')}</w:tr></w:tbl>"
    assert table(f"<w:tr>{tc('a')}<w:tc>{p('b')}{inner}<w:p/></w:tc></w:tr>").rows == [["a", "b\nx\ny"]]
    first, last = read(package(f"<w:tbl><w:tr><w:tc>{p('above')}{inner}{p('below')}</w:tc></w:tr></w:tbl>")).grids
    assert ([line.text for line in first.before], first.rows) == (["above"], [["x", "y"]])
    assert [line.text for line in last.before] == ["below"]


@pytest.mark.parametrize(
    ("properties", "text", "fill"),
    [
        ('<w:shd w:val="clear" w:fill="92d050"/>', r("x"), "#92D050"),
        ('<w:shd w:val="clear" w:fill="auto"/>', r("x"), ""),
        ('<w:shd w:val="clear" w:fill="FFFFFF"/>', r("x"), ""),
        ('<w:shd w:val="solid" w:color="FF0000" w:fill="auto"/>', r("x"), "#FF0000"),
        ('<w:shd w:val="pct50" w:color="FF0000" w:fill="FFFFFF"/>', r("x"), "#FF8080"),
        ("", r("x", '<w:highlight w:val="yellow"/>'), "#FFFF00"),
        ("", r("x", '<w:shd w:val="clear" w:fill="FFC000"/>'), "#FFC000"),
        ("", r("x", '<w:highlight w:val="yellow"/>') + r(" y"), ""),
        ('<w:shd w:val="clear" w:fill="00B050"/>', "", "#00B050"),
    ],
)
def test_fills_are_those_behind_the_whole_text(properties, text, fill):
    """Shading of the cell, patterns mixed, and a highlight only where all the text has it; white and none are none."""
    grid = table(f"<w:tr><w:tc><w:tcPr>{properties}</w:tcPr><w:p>{text}</w:p></w:tc></w:tr>")
    assert grid.fills == ({(0, 0): fill} if fill else {})


def test_a_picture_alone_in_a_cell_says_what_it_shows():
    """A traffic light is read by the words that it has for those who do not see it."""
    drawn = '<w:r><w:drawing><wp:inline xmlns:wp="urn:x"><wp:docPr id="1" descr="Amber"/></wp:inline></w:drawing></w:r>'
    assert table(f"<w:tr><w:tc>{p(drawn)}</w:tc><w:tc>{p('Red', drawn)}</w:tc></w:tr>").rows == [["Amber", "Red"]]


# --- packages --------------------------------------------------------------------------------------------------------


def test_the_text_is_found_by_its_relationship():
    """A document whose main part has another name, and one in the strict dialect, are read."""
    assert read(package(p("x"), main="word/document2.xml")).grids[0].before[0].text == "x"
    data = package(p("x"))
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(
                b"http://schemas.openxmlformats.org/wordprocessingml/2006/main", b"http://purl.oclc.org/ooxml/wordprocessingml/main"
            ))  # fmt: skip
    assert read(file.getvalue()).grids[0].before[0].text == "x"


def test_a_table_beyond_the_limit_is_refused():
    """It is refused before its cells are made; a span of a thousand million columns is clamped."""
    far = "".join(f'<w:tr><w:trPr><w:gridBefore w:val="{at}"/></w:trPr>{tc("x")}</w:tr>' for at in range(40))
    assert "more than 1,000 cells" in refused(package(f"<w:tbl>{far}</w:tbl>"), cells=1000)
    grid = table(f"<w:tr>{tc('a', FAR)}{tc('b')}</w:tr><w:tr>{tc('c')}{tc('d')}</w:tr>")
    assert grid.rows == [["a", "", "b"], ["c", "d", ""]]


def test_a_document_nested_beyond_reason_is_refused():
    """Some hundred tables in one another end in one line."""
    deep = "<w:tbl><w:tr><w:tc>" * 600 + p("x") + "</w:tc></w:tr></w:tbl>" * 600
    assert "nested too deeply" in refused(package(deep))


def test_a_document_that_declares_entities_is_refused():
    """No entity is ever expanded."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", f'<!DOCTYPE x [<!ENTITY a "b">]><w:document {SPACES}>&a;</w:document>')
    assert "declares a document type" in refused(file.getvalue())


def test_an_archive_without_text_is_refused():
    """What is no Word document is said to be none."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/nothing.xml", "<x/>")
    assert "has no Word text in it" in refused(file.getvalue())


WHOLE = package(
    f"<w:tbl><w:tr>{tc('a', DOWN)}{tc('b')}</w:tr><w:tr>{tc('', '<w:vMerge/>')}{tc('c')}</w:tr></w:tbl>" + p("d"),
    styles='<w:style w:styleId="a"><w:name w:val="heading 1"/></w:style>',
)


@given(st.integers(0, len(WHOLE) - 1), st.binary(max_size=30))
def test_a_damaged_document_is_refused_or_read(at, other):
    """Cut off anywhere, or with other bytes anywhere: a document or one clear line."""
    for data in (WHOLE[:at], WHOLE[:at] + other + WHOLE[at + len(other) :], other):
        try:
            assert isinstance(read(data), Document)
        except InputError as error:
            assert "\n" not in str(error)


TAGS = st.sampled_from(
    "p r t tbl tr tc tcPr trPr gridSpan gridBefore vMerge hMerge shd del ins sdt sdtContent sdtPr rPr pPr fldChar sym numPr "
    "footnoteReference txbxContent drawing tblGrid gridCol highlight outlineLvl".split()
)
TREES = st.recursive(
    st.tuples(TAGS, st.sampled_from(["", "1", "-3", "continue", "restart", "begin", "999999999999", "x"])),
    lambda inner: st.tuples(TAGS, st.lists(inner, max_size=4)), max_leaves=25,
)  # fmt: skip


def written(tree: tuple[str, object]) -> str:
    """A tree of elements as XML."""
    name, inner = tree
    if isinstance(inner, str):
        return f'<w:{name} w:val="{inner}" w:fill="{inner}" w:char="{inner}" w:id="{inner}" w:fldCharType="{inner}">{inner}</w:{name}>'
    return f"<w:{name}>{''.join(written(each) for each in inner)}</w:{name}>"


@given(st.lists(TREES, max_size=4))
def test_any_order_of_elements_is_read_or_refused(trees):
    """Elements where none belong never end in another error, and reading twice gives the same."""
    data = package("".join(map(written, trees)))
    try:
        first = read(data)
    except InputError:
        return
    assert first == read(data)
    for grid in first.grids:
        assert len(grid.rows) == len(grid.places) == len(set(grid.places))
        for (row, column), (height, width) in grid.spans.items():
            assert row + height <= len(grid.rows) and column + width <= len(grid.rows[row])
