"""From an executed notebook to the page that a manager reads: the nbconvert exporter and what its template needs.

The page is put together here and laid out by `templates/planlib`. The template's own configuration switches on
`ReportPreprocessor`, so that ``jupyter nbconvert --to planlib`` and ``--to html --template planlib`` go through the
same code. What planlib itself emits (`planlib.markup.Fragment`, marked in the output's metadata) passes as it is; all
other HTML and Markdown is cleaned; code, streams, scripts and styles are left out. A notebook that failed or was not
run to its end becomes a page that says so and shows nothing else.
"""

from __future__ import annotations

import base64
import binascii
import copy
import functools
import html
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import mistune
import nh3
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.preprocessors import Preprocessor
from traitlets import default

from planlib.markup import Fragment, bullets, element, escape, safe_image, safe_link, slug, visible

RESULTS = "application/vnd.planlib.results+json"
"""MIME type of the numbers that a notebook computed, for the run to compare; never on the page."""

TEMPLATES = Path(__file__).parent / "templates"

BANNER, PROVENANCE = "banner", "provenance"
"""Tags of the cells whose output is the page's header and its footer."""

SUMMARY = "summary"
"""Tag of the cells that are no part of the page: `summary_of` makes a page of one sheet from them."""


# --- what the page is made of ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Page:
    """The parts of a page, each safe HTML, as the template lays them out."""

    title: str
    running: str  # the title as a CSS string, for the foot of each printed page
    header: str
    main: str
    footer: str = ""
    footer_id: str = ""
    contents: Sequence[Mapping[str, str]] = ()  # id and text of each section
    failed: bool = False


@dataclass
class _Section:
    """One section of the page while it is being filled."""

    heading: str  # safe HTML inside the heading
    words: str  # the same as plain text
    body: list[str] = field(default_factory=list)


def build_page(notebook: Mapping[str, Any], name: str = "Notebook") -> Page:
    """Make the page of an executed notebook.

    Parameters
    ----------
    notebook : mapping
        The notebook as nbformat reads it. Cells tagged ``banner`` make the header and hold the ``<h1>``; Markdown
        headings of the second level open the sections; cells tagged ``provenance`` make the footer.
    name : str
        What the page is called where the notebook has neither a banner nor a heading of the first level.

    Returns
    -------
    Page
        The same for the same notebook, whatever its path, its cell ids, the time and the locale.
    """
    cells = notebook["cells"]
    name = str(notebook.get("metadata", {}).get("title") or name)
    troubles = _troubles(notebook)
    if troubles:
        return _failed_page(troubles, name)

    cells = [cell for cell in cells if SUMMARY not in _tags(cell)]
    writer = _Writer()
    header = "\n".join(writer.header(cell) for cell in cells if BANNER in _tags(cell))
    for cell in cells:
        writer.cell(cell)
    title = _heading_text(header) or writer.title_words or name
    if not _heading_text(header):
        header = f"<h1>{writer.title or escape(name)}</h1>" + (f"\n{header}" if header else "")

    used = writer.ids.taken
    parts, contents = [], []
    if any(part.strip() for part in writer.lead):
        parts.append(f'<section aria-label="In brief">\n{_lines(writer.lead)}\n</section>')
    named = {"In brief"}  # two landmarks of one name cannot be told apart
    for section in writer.sections:
        anchor = _unused(slug(section.words), used)
        label = f' aria-labelledby="{anchor}-heading"' if section.words not in named else ""
        named.add(section.words)
        heading = f'<h2 id="{anchor}-heading">{section.heading}</h2>'
        parts.append(f'<section id="{anchor}"{label}>\n{_lines([heading, *section.body])}\n</section>')
        contents.append({"id": anchor, "text": escape(section.words)})
    footer, footer_id = writer.footer, ""
    if writer.footer_section is not None and footer:
        footer_id = _unused(slug(writer.footer_section.words), used)
        footer = [f"<h2>{writer.footer_section.heading}</h2>", *footer]
        contents.append({"id": footer_id, "text": escape(writer.footer_section.words)})
    return Page(
        title=escape(title),
        running=_css_string(title),
        header=header,
        main="\n".join(parts),
        footer=_lines(footer),
        footer_id=footer_id,
        contents=contents,
    )


def summary_of(notebook: Any) -> Any | None:
    """The executed notebook reduced to its cells tagged ``summary``, to be exported like any other; None without any.

    Nothing is computed twice for the second page, and no second kernel is started.
    """
    chosen = [copy.deepcopy(cell) for cell in notebook["cells"] if SUMMARY in _tags(cell)]
    if not chosen:
        return None
    for cell in chosen:
        cell["metadata"]["tags"] = [tag for tag in _tags(cell) if tag != SUMMARY]
    made = copy.copy(notebook)
    made["cells"] = chosen
    return made


def _lines(pieces: Iterable[str]) -> str:
    return "\n".join(piece.strip("\n") for piece in pieces if piece.strip())


def _css_string(text: str) -> str:
    """Write a text as a CSS string; every character that could end the string or the style is written by its code."""
    short = visible(text) if len(text) <= 110 else visible(text[:109]) + "…"
    return '"' + re.sub(r"[^A-Za-z0-9 ]", lambda found: f"\\{ord(found[0]):x} ", " ".join(short.split())) + '"'


def _tags(cell: Mapping[str, Any]) -> Sequence[str]:
    return cell.get("metadata", {}).get("tags") or ()


# --- a notebook that failed ------------------------------------------------------------------------------------------

_ANSI = re.compile("\x1b\\[[0-9;?]*[ -/]*[@-~]")


def _troubles(notebook: Mapping[str, Any]) -> list[str]:
    """Say why a notebook is no report: errors in its outputs, or cells that were never run."""
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code" and cell["source"].strip()]
    found = []
    for number, cell in enumerate(code, start=1):
        where = f"Code cell {number} of {len(code)}"
        for output in cell.get("outputs", ()):
            if output["output_type"] == "error":
                says = _ANSI.sub("", str(output.get("evalue", ""))).strip().partition("\n")[0]
                found.append(f"{where} stopped with {output.get('ename', 'an error')}{': ' if says else ''}{says}")
    if found:
        return found
    unrun = [
        number
        for number, cell in enumerate(code, start=1)
        if cell.get("execution_count") is None and not cell.get("outputs") and "skip-execution" not in _tags(cell)
    ]
    if unrun:
        return [f"Code cell {unrun[0]} of {len(code)} was not run" + (" and some after it" if unrun[1:] else "")]
    if notebook.get("metadata", {}).get("papermill", {}).get("exception") is True:
        return ["The run of the notebook was stopped"]
    return []


def _failed_page(troubles: Sequence[str], name: str) -> Page:
    """Make the page of a notebook that is no report: nothing of its contents, so that none takes it for one."""
    title = f"This notebook failed: {name}"
    told = element("p", "It did not run to its end, so there is no report. Nothing of it is shown here.", class_="lead")
    reasons = bullets(f"{trouble}." if not trouble.endswith(".") else trouble for trouble in troubles)
    return Page(
        title=escape(title),
        running=_css_string(title),
        header=element("h1", title).html,
        main=told.html + "\n" + reasons.html,
        failed=True,
    )


# --- cells to sections -----------------------------------------------------------------------------------------------

# Raw HTML in Markdown is let through here because everything is cleaned afterwards.
_markdown: Callable[[str], Any] = mistune.create_markdown(escape=False, plugins=["strikethrough", "table"])


class _Writer:
    """Takes the cells in order and sorts what they show into lead, sections and footer."""

    def __init__(self) -> None:
        self.ids = _Ids()
        self.lead: list[str] = []
        self.sections: list[_Section] = []
        self.footer: list[str] = []
        self.footer_section: _Section | None = None
        self.title = self.title_words = ""
        self.level = 1
        self.tables = 0

    def header(self, cell: Mapping[str, Any]) -> str:
        """Make the header from a banner cell."""
        parts = []
        for output in cell.get("outputs", ()):
            kind, text = _shown(output)
            if kind == "foreign":
                has_title = False
                for piece in self.cleaned(text):
                    if isinstance(piece, _Heading) and piece.level == 1 and not has_title:
                        has_title = True
                        parts.append(f"<h1>{piece.html}</h1>")
                    else:
                        parts.append(piece.flat() if isinstance(piece, _Heading) else piece)
            else:
                parts.append(self.ids.own(text))
        return _lines(parts)

    def cell(self, cell: Mapping[str, Any]) -> None:
        """Take one cell."""
        if cell["cell_type"] == "markdown":
            self.foreign(str(_markdown(visible(cell["source"]))), from_output=False)
        if cell["cell_type"] != "code" or BANNER in _tags(cell):
            return
        if PROVENANCE in _tags(cell):
            self.provenance(cell)
            return
        for output in cell.get("outputs", ()):
            kind, text = _shown(output)
            if kind == "foreign":
                self.foreign(text, from_output=True)
            else:
                self.put(self.ids.own(text))

    def provenance(self, cell: Mapping[str, Any]) -> None:
        """Put a cell into the footer, and with it the heading that stands right above it."""
        if self.sections and not self.sections[-1].body and self.footer_section is None:
            self.footer_section = self.sections.pop()
        for output in cell.get("outputs", ()):
            kind, text = _shown(output)
            if kind == "foreign":
                self.footer += [piece.flat() if isinstance(piece, _Heading) else piece for piece in self.cleaned(text)]
            else:
                self.footer.append(self.ids.own(text))

    def put(self, piece: str) -> None:
        """Add a piece where we are."""
        if piece.strip():
            (self.sections[-1].body if self.sections else self.lead).append(piece)

    def cleaned(self, text: str) -> list[str | _Heading]:
        """Clean foreign HTML; number its tables."""
        mended = _Mender(text, self.tables)
        self.tables = mended.tables
        return mended.pieces

    def foreign(self, text: str, *, from_output: bool) -> None:
        """Add HTML that others wrote, its headings in their place in the page."""
        for piece in self.cleaned(text):
            if isinstance(piece, str):
                self.put(piece)
            else:
                self.heading(piece, from_output=from_output)

    def heading(self, heading: _Heading, *, from_output: bool) -> None:
        """Add a heading: no second title, no level left out."""
        level = heading.level
        if level == 1 and not from_output and not self.title:
            self.title, self.title_words = heading.html, heading.words
            return
        level = min(max(level, 2), self.level + 1)
        self.level = level
        if level == 2:
            self.sections.append(_Section(heading.html, heading.words))
        else:
            self.put(f"<h{level}>{heading.html}</h{level}>")


def _shown(output: Mapping[str, Any]) -> tuple[str, str]:
    """Say how an output is shown.

    Returns
    -------
    tuple of str
        "own" with HTML that is safe (possibly empty), or "foreign" with HTML that has to be cleaned.
    """
    if output["output_type"] not in ("display_data", "execute_result"):
        return "own", ""
    data = output.get("data", {})
    plain = _text(data.get("text/plain", ""))
    if RESULTS in data:
        return "own", ""
    if "text/html" in data:
        text = _text(data["text/html"])
        if output.get("metadata", {}).get("planlib", {}).get("fragment") is True:
            return "own", text
        if not _says_something(text) and text.strip():
            return "own", _LOST
        return "foreign", text
    if "text/markdown" in data:
        return "foreign", str(_markdown(visible(_text(data["text/markdown"]))))
    if "image/png" in data:
        return "own", _picture(_text(data["image/png"]), plain)
    if not plain.strip() or "application/vnd.jupyter.widget-view+json" in data:
        return "own", _LOST if data else ""
    return "own", element("pre", plain).html


_LOST = element("p", "Something that only runs in a notebook was left out here.", class_="lost").html


def _text(value: str | Sequence[str]) -> str:
    return value if isinstance(value, str) else "".join(value)


def _picture(encoded: str, plain: str) -> str:
    """Put a PNG into the page, described by its plain text."""
    try:
        raw = base64.b64decode("".join(encoded.split()), validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if not raw.startswith(b"\x89PNG\r\n\x1a\n"):
        return element("p", "A picture that could not be read was left out here.", class_="lost").html
    # "<Figure size 640x480 with 1 Axes>" and its like say nothing to anybody
    alt = "Picture without a description" if not plain.strip() or re.fullmatch(r"\s*<.*>\s*", plain, re.S) else plain
    return element("p", _image("data:image/png;base64," + base64.b64encode(raw).decode("ascii"), alt)).html


def _image(address: str, alt: str) -> Fragment:
    return element("img", src=address, alt=" ".join(alt.split()))


# --- cleaning what others wrote --------------------------------------------------------------------------------------

_KEPT = """
a abbr b blockquote br caption cite code dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins
kbd li mark ol p pre q s samp small strong sub summary sup table tbody td tfoot th thead tr u ul var wbr
"""
_DROPPED_WHOLE = "script style iframe object embed noscript template title svg math audio video canvas textarea select"
_clean: Callable[[str], str] = functools.partial(
    nh3.clean,
    tags=set(_KEPT.split()),
    clean_content_tags=set(_DROPPED_WHOLE.split()),
    attributes={
        "a": {"href"},
        "img": {"src", "alt"},
        "th": {"scope", "colspan", "rowspan"},
        "td": {"colspan", "rowspan"},
        "ol": {"start"},
    },
    url_schemes={"data"},  # of which `_Mender` leaves pictures only
    link_rel=None,
)
_VOID = frozenset(("br", "hr", "img", "wbr"))
_EMPTY_HEADER = re.compile(r"<th((?: (?:colspan|rowspan)=\"\d+\")*)(?: scope=\"\w+\")?>\s*</th>")


def _says_something(text: str) -> bool:
    """Tell whether anything is left to see of an HTML output once it is cleaned."""
    cleaned = _clean(text)
    return "<img" in cleaned or "<hr" in cleaned or bool(re.sub(r"<[^>]*>", "", cleaned).strip())


@dataclass(frozen=True)
class _Heading:
    """A heading that others wrote, not yet at its place."""

    level: int
    html: str
    words: str

    def flat(self) -> str:
        """Write it where no heading can stand."""
        return f"<p><strong>{self.html}</strong></p>"


class _Mender(HTMLParser):
    """Cleans foreign HTML and mends what makes it unusable: headerless tables, outside links, stray headings.

    `pieces` holds HTML and headings in their order; only headings that stand by themselves are taken out, others
    become bold text.
    """

    def __init__(self, text: str, tables: int) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str | _Heading] = []
        self.tables = tables
        self._out: list[str] = []
        self._words: list[str] = []
        self._open: list[str] = []
        self._links: list[bool] = []
        self._heading = 0
        self._row = self._row_at = 0
        self.feed(visible(_clean(text)))
        self.close()
        self._flush()

    def _flush(self) -> None:
        text = "".join(self._out).strip()
        self._out = []
        if text:
            self.pieces.append(_EMPTY_HEADER.sub(r"<td\1></td>", text))

    def handle_data(self, data: str) -> None:
        if data.isspace() and "pre" not in self._open:
            data = "\n" if "\n" in data else " "
        self._out.append(html.escape(data, quote=False))
        self._words.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if re.fullmatch("h[1-6]", tag):
            self._open_heading(int(tag[1]))
        elif tag == "a":
            good = safe_link(given.get("href", ""))
            self._links.append(good)
            if good:
                self._out.append(f'<a href="{escape(given["href"])}">')
        elif tag == "img":
            self._out.append(self._img(given))
        else:
            if tag == "table":
                self._open_table()
            self._out.append(f"<{tag}{self._kept(tag, given)}{'/' if tag in _VOID else ''}>")
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:  # what nh3 gives is balanced
            del self._open[len(self._open) - 1 - self._open[::-1].index(tag) :]
        if re.fullmatch("h[1-6]", tag):
            self._close_heading()
        elif tag == "a":
            if self._links and self._links.pop():
                self._out.append("</a>")
        elif tag not in _VOID:
            self._out.append(f"</{tag}>")
            if tag == "tr" and self._row == 1 and "thead" not in self._open:
                row = "".join(self._out[self._row_at :])
                if "<td" in row:  # names and values side by side, without a header row
                    self._out[self._row_at :] = [row.replace(' scope="col"', ' scope="row"')]
            if tag == "table" and "table" not in self._open:
                self._out.append("</div>")

    def _open_heading(self, level: int) -> None:
        if self._open or self._heading:
            self._out.append('<strong class="h">')
            return
        self._flush()
        self._heading, self._words = level, []

    def _close_heading(self) -> None:
        if self._open or not self._heading:
            self._out.append("</strong>")
            return
        words, inside = " ".join("".join(self._words).split()), "".join(self._out).strip()
        if words:
            self.pieces.append(_Heading(self._heading, inside, words))
        self._out, self._heading = [], 0

    def _img(self, given: Mapping[str, str]) -> str:
        address, alt = given.get("src", ""), given.get("alt", "")
        if safe_image(address):
            return _image(address, alt or "Picture without a description").html
        return escape(f"[picture not shown{': ' + alt if alt else ''}]")

    def _open_table(self) -> None:
        self._row = 0
        if "table" not in self._open:
            self.tables += 1
            self._out.append(f'<div class="scroll" role="region" aria-label="Table {self.tables}" tabindex="0">')

    def _kept(self, tag: str, given: Mapping[str, str]) -> str:
        """Write the attributes that stay, and the scope that a header cell lacks."""
        if tag == "tr":
            self._row += 1
            self._row_at = len(self._out)
        kept = "".join(
            f' {name}="{given[name]}"' for name in ("colspan", "rowspan", "start") if given.get(name, "").isdecimal()
        )
        if tag == "th":
            top = "thead" in self._open or self._row == 1
            kept += f' scope="{"col" if top else "row"}"'
        return kept


# --- ids -------------------------------------------------------------------------------------------------------------

_TAG = re.compile(r"<[a-zA-Z][^>]*>")
_ID = re.compile(r'(?<=\sid=")[^"]+(?=")')
_H1 = re.compile(r"<h1(?: [^>]*)?>(.*?)</h1>", re.S)
_REFERENCE = re.compile(
    r'(\s(?:id|for|headers|aria-labelledby|aria-describedby|aria-controls|aria-owns|aria-details)=")([^"]*)(?=")'
    r'|(\s(?:xlink:)?href="#)([^"]*)(?=")|(url\(#)([^)]*)(?=\))'
)


def _heading_text(markup: str) -> str:
    """Give the words of the first heading of the first level."""
    found = _H1.search(markup)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", found[1])).split()) if found else ""


def _unused(wanted: str, taken: set[str]) -> str:
    """Take an id that no other part of the page has."""
    name, number = wanted, 1
    while name in taken or f"{name}-heading" in taken:
        number += 1
        name = f"{wanted}-{number}"
    taken.update((name, f"{name}-heading"))
    return name


class _Ids:
    """Keeps the ids of a page apart, where a notebook shows the same figure or table twice."""

    def __init__(self) -> None:
        self.taken: set[str] = {"main"}

    def own(self, text: str) -> str:
        """Take a fragment of ours; an id that the page already has is changed in it, with all that refers to it."""
        text = visible(text)
        mine = {found for tag in _TAG.findall(text) if " id=" in tag for found in _ID.findall(tag)}
        clash = sorted(mine & self.taken)
        renamed = {}
        for old in clash:
            number = 2
            while f"{old}-{number}" in self.taken or f"{old}-{number}" in mine:
                number += 1
            renamed[old] = f"{old}-{number}"
        if renamed:
            text = _TAG.sub(lambda tag: _REFERENCE.sub(lambda found: _renamed(found, renamed), tag[0]), text)
        self.taken |= (mine - set(clash)) | set(renamed.values())
        return text


def _renamed(found: re.Match[str], renamed: Mapping[str, str]) -> str:
    before = found[1] or found[3] or found[5]
    after = found[2] if found[1] else found[4] if found[3] else found[6]
    return before + " ".join(renamed.get(word, word) for word in after.split(" "))


# --- nbconvert -------------------------------------------------------------------------------------------------------


class ReportPreprocessor(Preprocessor):
    """Makes the page from the notebook, for the template `planlib` under any exporter to HTML."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Put the page into the resources; the template shows nothing else of the notebook."""
        resources["planlib"] = build_page(nb, str(resources["metadata"]["name"] or "Notebook"))
        return nb, resources


class PlanlibExporter(TemplateExporter):
    """Exports an executed notebook as a planlib report: ``jupyter nbconvert --to planlib``."""

    export_from_notebook = "planlib report"
    output_mimetype = "text/html"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    @default("template_name")
    def _template_name_default(self) -> str:
        return "planlib"

    @default("extra_template_basedirs")
    def _default_extra_template_basedirs(self) -> list[str]:
        return [str(TEMPLATES)]  # not the working directory: the page does not depend on where it is made
