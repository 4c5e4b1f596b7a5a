"""A handmade notebook with one of everything that a page can hold, for the tests of the exporter and in the browser."""

from __future__ import annotations

from typing import Any

from nbformat import v4

from planlib import markup
from planlib.markup import Fragment, Group, Square, element, link

# A PNG of one dot, the smallest picture there is.
PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)

# What pandas makes of a table: an empty header cell, a style element, inline styles, classes.
FRAME = """<div><style scoped>.dataframe tbody tr th { vertical-align: top }</style>
<table border="1" class="dataframe"><thead><tr style="text-align: right;"><th></th><th>area</th>
<th>open</th></tr></thead><tbody>
<tr><th>0</th><td>Safeguarding</td><td>6</td></tr><tr><th>1</th><td>Looked after children</td><td>10</td></tr>
</tbody></table></div>"""


def shown(*pieces: Fragment, tags: tuple[str, ...] = ()) -> Any:
    """Make a code cell that was run and shows fragments."""
    outputs = []
    for piece in pieces:
        data, metadata = piece._repr_mimebundle_()
        outputs.append(v4.new_output("display_data", data=data, metadata=metadata))
    return code(*outputs, tags=tags)


def code(*outputs: Any, source: str = "show()", tags: tuple[str, ...] = ()) -> Any:
    """Make a code cell that was run."""
    return v4.new_code_cell(source, outputs=list(outputs), execution_count=1, metadata={"tags": list(tags)})


def foreign(**data: str) -> Any:
    """Make an output that planlib did not make: text_html="..." for text/html."""
    names = {"html": "text/html", "markdown": "text/markdown", "png": "image/png", "svg": "image/svg+xml",
             "plain": "text/plain", "latex": "text/latex", "results": "application/vnd.planlib.results+json"}
    return v4.new_output("display_data", data={names[name]: value for name, value in data.items()})


def text(source: str) -> Any:
    """Make a Markdown cell."""
    return v4.new_markdown_cell(source)


def notebook(*cells: Any) -> Any:
    """Make a notebook."""
    return v4.new_notebook(cells=list(cells), metadata={"kernelspec": {"name": "python3", "display_name": "Python"}})


def banner() -> Fragment:
    """Make the header of a report."""
    return (
        element("p", "Wirral Council · Children and young people", class_="org")
        + element("h1", "Ofsted action plan: progress at 31 August 2011")
        + element("p", "Compared with 1 June 2011 · actions 13 to 56; nothing is known here of 1 to 12 · read on 20 "
                  "September 2011", class_="meta")
    )


def where_it_stands() -> Fragment:
    """Make the table of squares."""
    def run(first: int, last: int, **odd: str) -> list[Square]:
        return [Square(str(ref), odd.get(f"n{ref}", "complete"), address=f"#action-{ref}" if ref == 53 else "")
                for ref in range(first, last + 1)]

    def area(name: str, within: str) -> Fragment:
        return element("span", name) + element("small", within)

    moved = {f"n{ref}": "re-dated" for ref in (18, 20, 21, 22, 23, 35, 38)}
    track = {f"n{ref}": "on track" for ref in (31, 32, 33, 34)}
    three, six = "within 3 months", "within 6 months"
    rows = [
        Group("Safeguarding"),
        (area("Assessment records show risk and protective factors", three), "1 of 1", markup.squares(run(13, 13))),
        (area("Electronic recording fit for purpose", six), "3 of 4", markup.squares(run(14, 17, n16="delayed"))),
        (area("Records reflect the child's views, culture and identity", six), "1 of 6",
         markup.squares(run(18, 23, **moved))),
        Group("Looked after children"),
        (area("Children in Care Council known to all", three), "1 of 1", markup.squares(run(24, 24))),
        (area("Files show life story and reasons for decisions", three), "1 of 4", markup.squares(
            [Square("25-28", "complete"), Square("25-28", "dated, first date not known", count=3)])),
        (area("More young people complete study after 16", three), "2 of 6", markup.squares(run(29, 34, **track))),
        (area("Education and pathway plans consistent", three), "1 of 4",
         markup.squares(run(35, 38, n36="dated, first date not known", **moved))),
        Group("From the inspection letter"),
        (area("Further actions", "no timescale given"), "12 of 18", markup.squares(
            [Square("39 to 52 and 54 to 56", "complete", count=12),
             Square("", "on track", count=5), *run(53, 53, n53="delayed")])),
        Group("One of each other standing"),
        (area("Safeguarding" * 8, "a very long word"), "0 of 6", markup.squares(
            [Square("1", "evidenced"), Square("2", "closed not done"), Square("3", "no longer listed"),
             Square("4", "standing not known"), Square("5", "overdue"), Square("R" * 120, "no date")])),
    ]
    return (
        element("p", "One square is one action; the number is its reference.")
        + markup.key([("complete", 22), ("on track", 9), ("re-dated", 7), ("delayed", 2),
                      ("dated, first date not known", 4), ("no date", 1), ("overdue", 1), ("standing not known", 1)])
        + markup.table(("Area for development", "Complete", "Actions"), rows, numeric=(1,),
                       caption="Standing by area for development at 31 August 2011, and the number complete")
    )


def figure(name: str = "dates") -> Fragment:
    """Make a figure as planlib.figures does: inline SVG in the page's colours, with its data."""
    drawing = element(
        "svg",
        element("title", "Five actions moved from 1 to 30 September 2011", id=f"{name}-title"),
        element("desc", "18 and 20 to 23: from 1 to 30 September. 31 to 34: 1 November.", id=f"{name}-desc"),
        element("line", x1=313, x2=313, y1=22, y2=100, stroke="currentColor", stroke_width=2, stroke_dasharray="5 4"),
        element("text", "as at 31 August 2011", x=313, y=14, text_anchor="middle", fill="currentColor", font_size=13),
        element("text", "18, 20-23", x=0, y=53, fill="currentColor", font_size=13),
        element("line", x1=318, x2=468, y1=48, y2=48, stroke="var(--moved,#A285D1)", stroke_width=4),
        element("circle", cx=318, cy=48, r=6, fill="var(--bg,#fff)", stroke="var(--moved,#A285D1)", stroke_width=3),
        element("circle", cx=476, cy=48, r=7, fill="var(--moved,#A285D1)", stroke="currentColor"),
        element("text", "29 days later", x=490, y=53, fill="currentColor", font_size=13),
        element("text", "31-34", x=0, y=88, fill="currentColor", font_size=13),
        element("circle", cx=649, cy=83, r=7, fill="var(--track,#28A197)", stroke="currentColor"),
        viewBox="0 0 760 110", width=760, height=110, role="img", aria_labelledby=f"{name}-title {name}-desc",
    )
    data = markup.table(("Actions", "From", "To"), [("18, 20 to 23", "1 September 2011", "30 September 2011"),
                                                   ("31 to 34", "1 November 2011", "1 November 2011")],
                        caption="Dates of the figure above", numeric=(1, 2))
    caption = element("figcaption", element("b", "Five actions moved from 1 to 30 September"),
                      "Original (ring) and current (dot) target dates of open actions")
    return element("figure", caption, drawing, markup.details("The figures behind this picture", data), id=name)


def everything() -> Any:
    """Make the notebook."""
    long = "The post was advertised twice; the second round of interviews is in September. " * 6
    changes = markup.table(
        ("Action", "What is to be done", "From", "To", "Later by", "Reason"),
        [("18", "Audit of records " + "of the child's views " * 4, "1 September 2011", "30 September 2011", "29 days",
          "none given"),
         (link("16", "#action-53"), markup.folded(long), "not known",
          "15 September 2011", "not known", "none given"),
         ("x" * 90, "y" * 300, "w/c 5 September 2011 or thereabouts", "", "1 day", "<script>alert(1)</script>")],
        caption="Actions with a new date since 1 June 2011", numeric=(2, 3, 4),
    )
    months = ("September 2011", "October 2011", "November 2011", "December 2011", "January 2012", "No date")
    counts = [("original date", 12, 0, 4, 0, 0, 6), ("date now", 5, 7, 4, 0, 0, 6)]
    wave = markup.table(("Open actions by", *months), counts,
                        caption="When open actions fall due", narrow="scroll", numeric=range(1, 7))
    return notebook(
        text("# Progress"),
        code(source="plan = 'data/wirral-ofsted-2011'", tags=("parameters",)),
        shown(banner(), tags=("banner",)),
        shown(markup.lead([
            element("b", "22 of 44 actions are complete")
            + markup.join([": 10 of the 26 in the inspectors' seven areas and 12 of the 18 from the letter."]),
            "Of the 22 still open, 9 are on track by the paper's account, 7 have been re-dated, 2 are delayed, and 4 "
            "have a date that may or may not have moved. None is known to be overdue.",
            "Five actions due on 1 September are now due on 30 September, 29 days later. No reason is given.",
        ])),
        text("## What needs a decision"),
        shown(markup.decisions([
            markup.join([link("Action 53", "#action-53"), " (employability officer) is delayed and has no new date."]),
            "18, 20, 21, 22 and 23 were re-dated with no reason given.",
            "Ten open actions are in areas that the inspectors wanted done within 3 months.",
        ])),
        text("## What changed since 1 June"),
        shown(changes),
        text("## Where every action stands"),
        shown(where_it_stands()),
        text("## Dates that moved"),
        shown(figure(), figure()),
        text("### By month\n\nWhat follows is *a grid* with `code`, [a link](#what-changed-since-1-june) and\n\n"
             "| Month | Actions |\n|---|---|\n| September | 12 |\n"),
        shown(wave),
        text("## Action 53"),
        shown(element("p", "An employability officer, paid by European funding.", id="action-53")),
        text("## What an analyst added\n\n> Quoted from the paper."),
        code(foreign(html=FRAME, plain="   area\n0  Safeguarding"), foreign(png=PNG, plain="A dot"),
             foreign(plain="Name: open, dtype: int64"), foreign(markdown="### A note\n\nWith **weight**.")),
        text("## Definitions"),
        shown(markup.facts([("Re-dated", "Open, and the target in force is later than the original."),
                            ("On track", "Open, and the target in force is not past, nor later than the original.")])),
        text("## Where this comes from"),
        shown(markup.paragraphs(["Made from 2 snapshots of the plan by planlib."])
              + markup.details("Sources and their fingerprints", element("pre", "2011-08-31.csv  " + "9f" * 32)),
              tags=("provenance",)),
    )
