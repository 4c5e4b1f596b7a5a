"""From a notebook to a page: what is shown, what is cleaned, what is left out, and what is never a report."""

from __future__ import annotations

import copy
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent / "browser"))

import sample
from sample import PNG, code, foreign, notebook, shown, text

from planlib import markup
from planlib.markup import element
from planlib.reporting.exporter import TEMPLATES, PlanlibExporter, build_page, summary_of

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
STYLE = (TEMPLATES / "planlib" / "style.css").read_text("utf-8")


def export(made: Any) -> str:
    """Export a notebook as `planlib report` does."""
    return PlanlibExporter().from_notebook_node(made)[0]


def without_style(page: str) -> str:
    """Leave out the style sheet."""
    return re.sub(r"<style>.*?</style>", "", page, flags=re.S)


class Outline(HTMLParser):
    """Tags, headings, ids and links of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text += data

    @property
    def levels(self) -> list[int]:
        """Levels of the headings, in order."""
        return [int(tag[1]) for tag in self.tags if re.fullmatch("h[1-6]", tag)]

    def values(self, name: str) -> list[str]:
        """Values of one attribute."""
        return [value for _, found, value in self.attributes if found == name]


# --- the one-page summary --------------------------------------------------------------------------------------------


def test_cells_of_the_summary_make_a_page_of_their_own() -> None:
    """Cells tagged summary are left out of the page, and are all of the other; the notebook stays as it was."""
    head = shown(element("h1", "Plan: summary"), tags=("summary", "banner"))
    body = shown(element("p", "In one page."), tags=("summary",))
    made = sample.everything()
    alone = export(made)
    made.cells += [head, body]
    before = copy.deepcopy(made)
    brief = summary_of(made)

    assert export(made) == alone
    page = without_style(export(brief))
    assert "<h1>Plan: summary</h1>" in page
    assert "<p>In one page.</p>" in page
    assert "What needs a decision" not in page
    assert made == before
    assert summary_of(sample.everything()) is None


def test_a_notebook_that_failed_in_its_summary_is_no_report() -> None:
    """An error in a cell of the summary makes the whole notebook one that failed."""
    made = sample.everything()
    error = {"output_type": "error", "ename": "KeyError", "evalue": "x", "traceback": []}
    made.cells.append(code(tags=("summary",)))
    made.cells[-1].outputs = [nbformat.from_dict(error)]
    assert "This notebook failed" in export(made)


# --- the page as a whole ---------------------------------------------------------------------------------------------


def test_a_page_has_its_landmarks_in_order() -> None:
    """A page is in British English, under the policy, with skip link, header, contents, main and footer, and one h1."""
    page = export(sample.everything())
    assert page.startswith('<!DOCTYPE html>\n<html lang="en-GB">')
    assert f'<meta content="{POLICY}" http-equiv="Content-Security-Policy"/>' in page
    assert "<title>Ofsted action plan: progress at 31 August 2011</title>" in page
    outline = Outline(page)
    found = [tag for tag in outline.tags if tag in ("header", "nav", "main", "footer", "h1")]
    assert found == ["header", "h1", "nav", "main", "footer"]
    assert re.search(r'<body>\n<a class="skip" href="#main">', page)


def test_the_contents_list_names_every_section() -> None:
    """Each heading of the second level opens a section with an id, in the contents list; so does that of the footer."""
    page = build_page(sample.everything())
    assert [entry["text"] for entry in page.contents] == [
        "What needs a decision", "What changed since 1 June", "Where every action stands", "Dates that moved",
        "Action 53", "What an analyst added", "Definitions", "Where this comes from",
    ]  # fmt: skip
    for entry in page.contents[:-1]:
        assert f'<section id="{entry["id"]}" aria-labelledby="{entry["id"]}-heading">' in page.main
    assert page.contents[-1]["id"] == page.footer_id == "where-this-comes-from"
    assert page.footer.startswith("<h2>Where this comes from</h2>")


def test_headings_are_in_order_and_ids_unique() -> None:
    """No level is left out, no id occurs twice and every link on the page leads somewhere."""
    outline = Outline(export(sample.everything()))
    assert outline.levels[0] == 1
    assert outline.levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(outline.levels, outline.levels[1:], strict=False))
    ids = outline.values("id")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in outline.values("href") if link.startswith("#")} <= set(ids)
    assert {one for names in outline.values("aria-labelledby") for one in names.split()} <= set(ids)


def test_a_figure_shown_twice_keeps_its_own_ids() -> None:
    """The second copy of a fragment is renumbered with all that refers to it."""
    page = build_page(notebook(shown(sample.figure("f"), sample.figure("f")))).main
    assert 'aria-labelledby="f-title f-desc"' in page
    assert 'aria-labelledby="f-title-2 f-desc-2"' in page
    assert '<title id="f-title-2">' in page


def test_the_same_notebook_gives_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page depends on what the notebook shows, not on its path, cell ids, run metadata, the time or the folder."""
    first = sample.everything()
    other = copy.deepcopy(first)
    for number, cell in enumerate(other.cells):
        cell.id = f"id{number}"
        cell.metadata["papermill"] = {"start_time": "2026-01-01T00:00:00", "duration": number}
        if cell.cell_type == "code":
            cell.execution_count = number + 7
    other.metadata["papermill"] = {"output_path": str(tmp_path), "exception": None}
    other.metadata["kernelspec"] = {"name": "other", "display_name": "Other"}
    (tmp_path / "planlib").mkdir()  # a folder of our name must not be taken for the template
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    path = tmp_path / "another name.ipynb"
    nbformat.write(other, path)
    assert PlanlibExporter().from_filename(str(path))[0] == export(first)


def test_no_trace_of_the_machine_is_left() -> None:
    """Neither code nor kernel nor streams nor nbconvert's own style or script reaches the page."""
    made = sample.everything()
    made.cells.append(code(
        nbformat.v4.new_output("stream", name="stdout", text="printed /home/someone"),
        nbformat.v4.new_output("stream", name="stderr", text="DeprecationWarning"),
        foreign(results="{}", plain="Measures(secret repr)"),
        source="print(open('/home/someone/secret').read())",
    ))  # fmt: skip
    page = export(made)
    for trace in ("someone", "secret", "Deprecation", "kernel", "python", "jp-", "jupyter", "In [", "cdn", "http:",
                  "https:", "mathjax", "url("):  # fmt: skip
        assert trace not in page.lower() if trace != "In [" else trace not in page
    assert "script" not in Outline(page).tags


def test_both_ways_of_nbconvert_give_the_same_page(tmp_path: Path) -> None:
    """From the command line, --to our exporter gives the bytes of the Python API, and --template the same elements."""
    bs4 = pytest.importorskip("bs4", reason="nbconvert's HTML exporter brings it")
    path = tmp_path / "out.ipynb"
    nbformat.write(sample.everything(), path)
    for ways in (
        ["--to", "planlib.reporting.exporter.PlanlibExporter", "--output", "ours"],
        ["--to", "html", "--template", "planlib", "--output", "theirs",
         f"--TemplateExporter.extra_template_basedirs={TEMPLATES}"],
    ):  # fmt: skip
        done = subprocess.run([sys.executable, "-m", "nbconvert", *ways, str(path)], cwd=tmp_path, capture_output=True,
                              text=True, encoding="utf-8", check=False)  # fmt: skip
        assert done.returncode == 0, done.stderr
    ours = (tmp_path / "ours.html").read_text("utf-8")
    assert ours == export(sample.everything())
    # nbconvert's own HTML exporter writes every page anew through Beautiful Soup
    assert str(bs4.BeautifulSoup(ours, "html.parser")) == (tmp_path / "theirs.html").read_text("utf-8")


def test_the_template_shows_nothing_without_its_preprocessor() -> None:
    """If somebody switches the cleaning off, the page says so and shows nothing."""
    from traitlets.config import Config

    page = PlanlibExporter(config=Config({"ReportPreprocessor": {"enabled": False}})).from_notebook_node(
        sample.everything()
    )[0]
    assert "This page could not be made" in page
    assert "Ofsted" not in page


# --- an analyst's own notebook ---------------------------------------------------------------------------------------


def test_without_a_banner_the_first_heading_is_the_title() -> None:
    """A notebook with neither banner nor provenance is a page with its own first heading, and no footer."""
    page = export(notebook(text("Before.\n\n# My *own* look\n\nAfter."), text("# Another\n\n#### Deep")))
    assert "<title>My own look</title>" in page
    assert "<header>\n<h1>My <em>own</em> look</h1>\n</header>" in page
    assert Outline(page).levels == [1, 2, 3]
    assert "footer" not in Outline(page).tags


def test_without_any_heading_the_name_is_the_title() -> None:
    """A notebook without headings is called by its name, which is escaped."""
    page = build_page(notebook(text("Only text.")), "<i>name")
    assert (page.title, page.header) == ("&lt;i&gt;name", "<h1>&lt;i&gt;name</h1>")


def test_two_sections_of_one_name_can_be_told_apart() -> None:
    """Equal headings get different ids, and only the first is a named landmark."""
    page = build_page(notebook(text("# T\n\n## Notes\n\n## Notes"), shown(element("p", "x", id="notes"))))
    assert [entry["id"] for entry in page.contents] == ["notes-2", "notes-3"]
    assert page.main.count("aria-labelledby") == 1


def test_headings_in_outputs_find_their_place() -> None:
    """Headings that an output brings never make a second title and never skip a level; inside a table they are bold."""
    page = export(notebook(text("# T\n\n## S"), code(foreign(html="<h1>One</h1><h6>Two</h6><table><tr><td><h2>Three")),
                           code(foreign(markdown="### Four"))))  # fmt: skip
    assert Outline(page).levels == [1, 2, 2, 3, 3]
    assert '<strong class="h">Three</strong>' in page


# --- what others wrote is cleaned ------------------------------------------------------------------------------------

HOSTILE = (
    "<script>steal()</script>",
    "<style>body{display:none}</style><b class='x' style='position:fixed' id='main'>bold</b>",
    "<iframe src='https://evil.example'></iframe>",
    "<a href='javascript:steal()'>click</a><a href='//evil.example'>a</a><a href='https://evil.example'>b</a>",
    "<img src=x onerror=steal()><img src='https://evil.example/x.png'><img src='data:image/svg+xml;base64,AAAA'>",
    "<svg onload=steal()><script>steal()</script><a href='javascript:steal()'><text>x</text></a></svg>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=steal()>",
    "<table><tr><td onclick=steal()>cell</td></tr></table>",
    "<form action='https://evil.example'><input name=x><button>go</button></form>",
    "<object data='https://evil.example'></object><embed src='https://evil.example'>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'><base href='https://evil.example'>",
    "<link rel=stylesheet href='https://evil.example/x.css'>",
    "</main></body><script>steal()</script>",
    "<!-- <script>steal()</script> --><![CDATA[<script>steal()</script>]]>",
    "<template><img src=x onerror=steal()></template><noscript><p title='</noscript><img src=x onerror=steal()>'>",
    "<details ontoggle=steal() open><summary>s</summary>x</details>",
    "[click](javascript:steal()) ![x](https://evil.example/x.png) <https://evil.example> [a]: https://evil.example",
    "&lt;script&gt;steal()&lt;/script&gt; &#60;img src=x onerror=steal()&#62;",
    "\u202etxt\u0000<scr\u0000ipt>steal()</script>",
)
HARMLESS = {
    "href", "src", "alt", "scope", "colspan", "rowspan", "start", "id", "class", "role", "aria-label", "tabindex",
    "aria-labelledby", "lang", "charset", "content", "name", "http-equiv", "rel",
}  # fmt: skip


def assert_harmless(page: str) -> None:
    """Nothing in the page runs, leaves, fetches or restyles."""
    outline = Outline(page)
    never = {"script", "iframe", "object", "embed", "form", "input", "button", "svg", "math", "base", "template"}
    assert never & set(outline.tags) == set()
    assert outline.tags.count("style") == outline.tags.count("link") == 1
    assert outline.tags.count("meta") == 3
    assert {name for _, name, _ in outline.attributes} <= HARMLESS
    assert all(markup.safe_link(value) or value == "data:," for value in outline.values("href"))
    assert all(markup.safe_image(value) for value in outline.values("src"))
    assert outline.tags.count("main") == outline.tags.count("body") == 1
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", page)


@pytest.mark.parametrize("payload", HOSTILE)
@pytest.mark.parametrize("way", ["html", "markdown", "plain", "latex", "svg", "cell", "banner", "provenance", "title"])
def test_hostile_content_is_cleaned(payload: str, way: str) -> None:
    """Whatever a cell or an output that is not ours holds, nothing of it runs, leaves the page or fetches anything."""
    cell = {
        "cell": lambda: text(payload),
        "banner": lambda: code(foreign(html=f"<h1>T</h1>{payload}"), tags=("banner",)),
        "provenance": lambda: code(foreign(html=payload), tags=("provenance",)),
        "svg": lambda: code(foreign(svg=payload, plain=payload)),
        "latex": lambda: code(foreign(latex=payload, plain=payload)),
        "title": lambda: text(f"# {payload}\n\n## {payload}"),
    }.get(way, lambda: code(foreign(**{way: payload})))()
    assert_harmless(export(notebook(cell)))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([*HOSTILE, *"<>\"'&=/ \n#*`|-[]()!", "x", "<h2>", "<td>", "<th>", "<table>", "<p>"]),
                max_size=12).map("".join))  # fmt: skip
def test_any_mixture_of_hostile_pieces_is_cleaned(payload: str) -> None:
    """Pieces of markup, put together in any way, make a page that is as harmless."""
    assert_harmless(export(notebook(text(payload), code(foreign(html=payload), foreign(markdown=payload)))))


def test_a_styled_data_frame_keeps_its_table_and_loses_its_style() -> None:
    """A DataFrame's table keeps cells and spans, gets scopes, has no empty header, and stands in a named region."""
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("jinja2")
    frame = pandas.DataFrame({("a", "x"): ["<b>", 2], ("a", "y"): [3, 4]}, index=["r", "s"])
    page = build_page(notebook(code(foreign(html=frame.style.set_caption("Cap").to_html()),
                                    foreign(html=frame.to_html())))).main  # fmt: skip
    assert page.count("<table>") == 2
    assert '<div class="scroll" role="region" aria-label="Table 1" tabindex="0"><table>' in page
    assert "<caption>Cap</caption>" in page
    assert '<th colspan="2" scope="col">a</th>' in page
    assert '<th scope="row">r</th>' in page
    assert "&lt;b&gt;" in page
    assert not re.search(r"<th[^>]*>\s*</th>", page)
    assert "style" not in page.replace("&lt;style", "")
    assert "dataframe" not in page


def test_names_beside_values_are_row_headers() -> None:
    """A table without a header row, names at the left, has row headers in its first row too."""
    page = build_page(notebook(code(foreign(html="<table><tr><th>A<td>1<tr><th>B<td>2</table>")))).main
    assert re.findall(r'<th scope="(\w+)">', page) == ["row", "row"]


def test_markdown_keeps_its_text_tables_and_links_within() -> None:
    """Markdown is rendered; links within the reports stay, links that leave them keep their words only."""
    page = build_page(notebook(text("# T\n\n## S\n\n1. a\n2. [in](#s) [beside](ledger.csv) [out](https://x.example)\n\n"
                                    "| H |\n|---|\n| c |\n\n~~old~~ `<code>`"))).main  # fmt: skip
    assert '<a href="#s">in</a> <a href="ledger.csv">beside</a> out' in page
    assert '<th scope="col">H</th>' in page
    assert "<del>old</del> <code>&lt;code&gt;</code>" in page


def test_a_picture_is_described_by_its_plain_text() -> None:
    """A PNG stays, in the page itself, with its plain text as alternative; a repr is no description."""
    page = build_page(notebook(code(foreign(png=PNG, plain='A "dot"'), foreign(png=PNG, plain="<Figure size 640x480>"),
                                    foreign(png="bm90IGEgcG5n", plain="x")))).main  # fmt: skip
    assert f'<img src="data:image/png;base64,{PNG}" alt="A &quot;dot&quot;"/>' in page
    assert 'alt="Picture without a description"' in page
    assert "A picture that could not be read was left out here." in page


def test_what_cannot_be_shown_is_not_passed_over_in_silence() -> None:
    """An output that only runs in a notebook leaves a line that says so; others fall back to their plain text."""
    page = build_page(notebook(code(foreign(html="<div id=plot></div><script>draw()</script>"),
                                    foreign(svg="<svg/>", plain="a chart <x>"),
                                    foreign(latex="$x$", plain="x")))).main  # fmt: skip
    assert page.count("Something that only runs in a notebook was left out here.") == 1
    assert "<pre>a chart &lt;x&gt;</pre>" in page
    assert "<pre>x</pre>" in page
    assert "$" not in page


def test_a_fragment_passes_as_it_is() -> None:
    """What planlib made reaches the page unchanged, and only with its mark."""
    made = markup.squares([markup.Square("13", "complete")])
    assert made.html in build_page(notebook(shown(made))).main
    assert made.html not in build_page(notebook(code(foreign(html=made.html)))).main


# --- what is no report -----------------------------------------------------------------------------------------------


def failing(change: str) -> Any:
    """Make a notebook that is whole but for one thing."""
    made = sample.everything()
    if change == "error":
        made.cells[-1].outputs = [nbformat.v4.new_output(
            "error", ename="InputError", evalue="no plan <b>\x1b[31m here\n/home/someone", traceback=[])]  # fmt: skip
    if change == "not run":
        made.cells[-1].update(execution_count=None, outputs=[])
    if change == "stopped":
        made.metadata["papermill"] = {"exception": True}
    return made


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("error", "stopped with InputError: no plan &lt;b&gt; here."),
        ("not run", "was not run."),
        ("stopped", "The run of the notebook was stopped."),
    ],
)
def test_a_failed_notebook_never_resembles_a_report(change: str, says: str) -> None:
    """A notebook that failed or was not run to its end says so in its title and heading, and shows nothing else."""
    page = export(failing(change))
    assert "<title>This notebook failed: Notebook</title>" in page
    assert "<h1>This notebook failed: Notebook</h1>" in page
    assert '<body class="failed">' in page
    assert says in page
    for content in ("22 of 44", "Ofsted", "someone", "class=\"lead\"><b>"):
        assert content not in page


def test_a_notebook_that_was_run_whole_is_a_report() -> None:
    """Cells without output, empty cells and cells marked to be skipped are no failure."""
    made = notebook(code(), nbformat.v4.new_code_cell("  "),
                    nbformat.v4.new_code_cell("x", metadata={"tags": ["skip-execution"]}))  # fmt: skip
    assert not build_page(made).failed


def test_an_empty_notebook_is_an_empty_page() -> None:
    """A notebook without cells makes a page with its name and nothing else."""
    page = build_page(notebook(), "nothing")
    assert (page.header, page.main, page.footer, list(page.contents)) == ("<h1>nothing</h1>", "", "", [])


# --- the style sheet -------------------------------------------------------------------------------------------------


def colours(dark: bool) -> dict[str, str]:
    """Read the colours of one scheme."""
    light, night = STYLE.split("@media screen and (prefers-color-scheme:dark)", 1)
    found = dict(re.findall(r"--([\w-]+):(#[0-9a-f]{3,6})", light))
    return found | dict(re.findall(r"--([\w-]+):(#[0-9a-f]{3,6})", night.split("\n*,")[0])) if dark else found


def contrast(one: str, two: str) -> float:
    """Work out the contrast ratio of two colours (WCAG 2.2, relative luminance)."""

    def luminance(colour: str) -> float:
        digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
        parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(two)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_contrast_is_enough_in_both_schemes(dark: bool) -> None:
    """Text has 4.5 to 1 on what it stands on, and squares, lines and outlines that carry meaning have 3 to 1."""
    has = colours(dark)
    text_on = [(ink, ground) for ink in ("ink", "soft", "link") for ground in ("bg", "panel")]
    text_on += [("on-done", "done"), ("on", "track"), ("on", "moved"), ("on", "late"), ("on-gone", "gone")]
    words = {pair: contrast(has[pair[0]], has[pair[1]]) for pair in text_on}
    assert {pair: ratio for pair, ratio in words.items() if ratio < 4.5} == {}
    shapes = {name: contrast(has[name], has["bg"]) for name in ("done", "track", "moved", "late", "unknown", "edge")}
    assert {name: ratio for name, ratio in shapes.items() if ratio < 3} == {}


def test_the_style_sheet_is_small_and_self_contained() -> None:
    """The sheet is under 12 kB, fetches nothing, and holds nothing that the template would read as its own."""
    assert len(STYLE.encode()) < 14_000
    assert not re.search(r"url\(|@import|@font-face|\{\{|\{%|\{#|</", STYLE)
    assert "\r" not in STYLE


@given(st.text())
def test_no_title_ends_the_style(title: str) -> None:
    """The title at the foot of printed pages is one CSS string, whatever it holds."""
    running = build_page(notebook(text("x")), title).running
    assert re.fullmatch(r'"(?:[A-Za-z0-9 ]|\\[0-9a-f]{1,6} )*"', running)


def test_a_large_page_stays_small() -> None:
    """Two thousand rows of six cells make a page of less than 1.5 MB."""
    rows = [(str(number), "What is to be done " * 4, "Lead", "1 September 2011", "30 September 2011", "on track")
            for number in range(2000)]  # fmt: skip
    page = export(notebook(shown(markup.table(("Ref", "Action", "Lead", "From", "To", "Now"), rows, caption="All"))))
    assert len(page) < 1_500_000
