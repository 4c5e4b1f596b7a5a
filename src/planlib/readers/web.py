"""Reads web pages (.html, .htm): as a program saved them, as Office exports them, and as people wrote them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from planlib.errors import InputError
from planlib.readers import delimited
from planlib.readers.flow import Cell, Flow, Piece, Run, compose, is_beside, is_layout, tidy
from planlib.readers.grid import Document
from planlib.settings import Limits

PLACE = "planlib-place"  # attribute of a row of a table that we wrote ourselves
_BLOCKS = frozenset(
    """address article aside blockquote body caption center dd details dialog dir div dl dt fieldset
    figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu nav ol option p pre search section
    summary table tbody td tfoot th thead tr ul""".split()
)
_DROPPED = frozenset("script style head template noscript object embed iframe audio video canvas datalist".split())
_STRUCK, _BOLD = frozenset(("s", "del", "strike")), frozenset(("b", "strong", "th", "dt"))
_ROW_GROUPS = ("thead", "tbody", "tfoot")
_WIDEST, _HIGHEST = 1000, 65534  # what the HTML standard allows a colspan and a rowspan
_SPACE = re.compile(r"[ \t\r\n\f]+")
_COLOUR = re.compile(r"#([0-9a-f]{3,8})\b|rgba?\(([^()]*)\)|\b([a-z]{3,20})\b", re.IGNORECASE)
_COLOURS = {
    "black": "000000", "silver": "C0C0C0", "gray": "808080", "grey": "808080", "maroon": "800000", "red": "FF0000",
    "purple": "800080", "fuchsia": "FF00FF", "magenta": "FF00FF", "green": "008000", "lime": "00FF00", "olive": "808000",
    "yellow": "FFFF00", "navy": "000080", "blue": "0000FF", "teal": "008080", "aqua": "00FFFF", "cyan": "00FFFF",
    "orange": "FFA500", "darkorange": "FF8C00", "orangered": "FF4500", "gold": "FFD700", "goldenrod": "DAA520",
    "amber": "FFBF00", "khaki": "F0E68C", "tomato": "FF6347", "salmon": "FA8072", "crimson": "DC143C", "firebrick": "B22222",
    "darkred": "8B0000", "indianred": "CD5C5C", "lightcoral": "F08080", "pink": "FFC0CB", "lightpink": "FFB6C1",
    "lightgreen": "90EE90", "palegreen": "98FB98", "limegreen": "32CD32", "forestgreen": "228B22", "darkgreen": "006400",
    "seagreen": "2E8B57", "mediumseagreen": "3CB371", "yellowgreen": "9ACD32", "greenyellow": "ADFF2F",
    "lightyellow": "FFFFE0", "lightblue": "ADD8E6", "skyblue": "87CEEB", "steelblue": "4682B4", "royalblue": "4169E1",
    "dodgerblue": "1E90FF", "cornflowerblue": "6495ED", "darkblue": "00008B", "lightgray": "D3D3D3", "lightgrey": "D3D3D3",
    "darkgray": "A9A9A9", "darkgrey": "A9A9A9", "gainsboro": "DCDCDC", "whitesmoke": "F5F5F5", "lavender": "E6E6FA",
    "beige": "F5F5DC", "tan": "D2B48C", "brown": "A52A2A", "violet": "EE82EE", "indigo": "4B0082", "white": "FFFFFF",
}  # fmt: skip
_MEANT = ("background", "background-color", "display", "visibility", "font-weight", "text-decoration", "mso-hide",
          "text-decoration-line", "vertical-align", "white-space",
    "mso-list", "list-style")  # fmt: skip
_META = re.compile(rb"""<meta[^>]*?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{1,40})""", re.IGNORECASE)
_MHTML = re.compile(
    rb"\s*(?:From|MIME-Version|Content-Type|Subject|Date|X-[\w-]+|Snapshot-Content-Location):", re.IGNORECASE
)
_LONGEST_NOTE = 4000  # characters
_XML_HEAD = re.compile(r"^\s*<\?xml[^>]*\?>")
# Encodings of Python's own that no page is in; the first takes hours for a page.
_NO_PAGE = frozenset("punycode idna unicode_escape raw_unicode_escape undefined".split())
_LETTERS = {"a": 97, "A": 65}
# Where footnotes are, and where their marks are.
_TO_NOTE, _TO_MARK = re.compile(r"f(oo)?t?n|note", re.IGNORECASE), re.compile(r"ref|anc", re.IGNORECASE)


class Look(NamedTuple):
    """What an element hands down to the text in it."""

    struck: bool = False
    bold: bool = False
    raised: bool = False
    fill: str = ""
    kept: bool = False  # its white space


def read(path: Path, data: bytes, limits: Limits) -> Document:
    """Read a web page.

    Parameters
    ----------
    path : Path
        For messages.
    data : bytes
        The file.
    limits : Limits
        How many cells its tables may span together.

    Returns
    -------
    Document
        One grid a table; text that is hidden is no text, and is noted.

    Raises
    ------
    InputError
        If it is empty, is not text, is an MHTML archive, or is nested beyond reason.
    """
    if _MHTML.match(data[:200]) and b"mime-version" in data[:4096].lower():
        raise InputError(
            f"{path.name}: is a web archive (.mhtml); open it in a browser and save it as 'Webpage, HTML only'"
        )
    text, encoding, why = _decode(path, data)
    if not text.strip():
        raise InputError(f"{path.name}: the file is empty")
    notes = []
    if lost := text.count("\ufffd"):
        notes.append(("characters-not-read", "", f"{lost} characters are not {encoding} and are shown as \ufffd"))
    flow = read_text(path, text, limits)
    return flow.document("web page", decided=[("encoding", encoding, why)], notes=notes)


def read_text(path: Path, text: str, limits: Limits, flow: Flow | None = None) -> Flow:
    """Read HTML that is text already.

    Parameters
    ----------
    path : Path
        For messages.
    text : str
    limits : Limits
    flow : Flow, optional
        What was read before it and is to be gone on with. Rows then say in `PLACE` where they stand.

    Returns
    -------
    Flow

    Raises
    ------
    InputError
        If it is nested beyond reason or spans too many cells.
    """
    from lxml import etree, html

    placed, flow = flow is not None, flow or Flow(path, limits)
    parser = html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True)
    source = _XML_HEAD.sub("", text).replace("\x00", "").encode("utf-8", "replace")
    try:
        root = html.document_fromstring(source, parser)
        page = _Page(flow, _rules(root), {name: one for one in root.iter(etree.Element)
                                          for name in (one.get("id"), one.get("name")) if name}, placed=placed)  # fmt: skip
        page.walk(root, Look())
        page.end_block()
    except (etree.ParserError, ValueError, AssertionError):  # lxml's ways to say that nothing is in it
        return flow
    except RecursionError:
        raise InputError(
            f"{path.name}: its elements are nested too deeply; save the page again from a browser"
        ) from None
    return flow


def _decode(path: Path, data: bytes) -> tuple[str, str, str]:
    """Text, encoding and why: a byte order mark, what the page says, UTF-8, or Windows."""
    named = _META.search(data[:4096])
    if named and not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        encoding = named[1].decode("ascii").lower()
        # Browsers take Latin-1 for Windows text, and a page that can say UTF-16 in ASCII is not UTF-16.
        encoding = {"iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252", "utf-16": "utf-8"}.get(
            encoding, encoding
        )
        try:
            if encoding.replace("-", "_") in _NO_PAGE:
                raise LookupError
            return data.decode(encoding), encoding, "the page says so"
        except (LookupError, UnicodeError):
            pass
    return delimited.decode(path, data)


# --- style -----------------------------------------------------------------------------------------------------------


def _rules(root: Any) -> dict[str, dict[str, str]]:
    """What the page's own style sheets say of simple selectors: ``td``, ``.xl65``, ``td.xl65``, ``#total``."""
    rules: dict[str, dict[str, str]] = {}
    for sheet in root.iter("style"):
        css = re.sub(r"/\*.*?(?:\*/|\Z)|<!--|-->", " ", sheet.text or "", flags=re.DOTALL)
        depth, prelude = 0, ""
        skipped = False
        for part in re.split(r"([{}])", css):
            if part == "{":
                depth += 1
                skipped = skipped or prelude.lstrip().startswith("@")  # for print, for fonts
            elif part == "}":
                depth = max(depth - 1, 0)
                skipped = skipped and depth > 0
            elif depth == 0:
                prelude = part.rpartition(";")[2]
            elif depth == 1 and not skipped and (declared := _declared(part)):
                for selector in prelude.split(","):
                    if re.fullmatch(r"[\w-]*(?:[.#][\w-]+)?", name := selector.strip()) and name:
                        rules.setdefault(name.lower(), {}).update(declared)
    return rules


def _declared(text: str) -> dict[str, str]:
    """Declarations that say something to us."""
    found = {}
    for one in text.split(";"):
        name, colon, value = one.partition(":")
        if colon and (name := name.strip().lower()) in _MEANT:
            found[name] = value.replace("!important", "").strip().lower()
    return found


@lru_cache(maxsize=4096)  # a style sheet may give thousands of cells the same long text for one
def colour(text: str) -> str:
    """The colour that CSS or an attribute names, as ``#RRGGBB``; blank if it is white, none or unknown.

    Examples
    --------
    >>> colour("#9c0"), colour("rgb(255, 192, 0) none"), colour("white"), colour("transparent")
    ('#99CC00', '#FFC000', '', '')
    """
    if re.fullmatch(r"[0-9A-Fa-f]{6}", text.strip()):
        text = f"#{text.strip()}"
    for digits, parts, name in _COLOUR.findall(re.sub(r"url\([^()]*\)", "", text)):
        if digits:
            if len(digits) in (3, 4):
                digits = "".join(2 * each for each in digits)
            found = digits[:6].upper() if len(digits) in (6, 8) and digits[6:] != "00" else ""
        elif parts:
            found = _mixed(parts)
        else:
            found = _COLOURS.get(name.lower(), "")
        if found:
            return "" if found == "FFFFFF" else f"#{found}"
    return ""


def _mixed(parts: str) -> str:
    """Red, green and blue of ``rgb()``; blank where it cannot be seen through or read."""
    numbers = re.findall(r"[\d.]+%?", parts)
    if len(numbers) < 3 or (len(numbers) > 3 and not re.search(r"[1-9]", numbers[3])):
        return ""
    try:
        values = [float(one[:-1]) * 2.55 if one.endswith("%") else float(one) for one in numbers[:3]]
    except ValueError:
        return ""
    return "".join(f"{min(round(value), 255):02X}" for value in values)


# --- the page --------------------------------------------------------------------------------------------------------


@dataclass
class _Page:
    """A page while it is read: where its text goes, and what is pending."""

    flow: Flow
    rules: Mapping[str, Mapping[str, str]]
    named: Mapping[str, Any]
    runs: list[Run] = field(default_factory=list)
    in_cell: bool = False
    level: int = 0
    prefix: str = ""
    counted: dict[Any, int] = field(default_factory=dict)  # items of numbered lists
    said: dict[str, str] = field(default_factory=dict)  # what footnotes say
    texts: dict[Any, str] = field(default_factory=dict)  # what those elements say that they stand in
    placed: bool = False  # rows say themselves where they stand
    holds: bool = False  # what comes next belongs to the line that was begun: after a term, after a number

    def walk(self, element: Any, look: Look) -> None:
        """Read an element; not what stands behind it."""
        tag = element.tag
        if not isinstance(tag, str) or tag in _DROPPED:
            return
        style = self._style(element)
        if self._hidden(element, style):
            if tag in _BLOCKS and not self.in_cell:
                self.end_block()  # libxml2 before 2.14 has text before it in a paragraph of its own
            self.flow.leave("hidden text", " ".join(element.itertext()))
            return
        look = self._look(element, tag, style, look)
        if style.get("mso-list") == "ignore":
            self._listed(tidy("".join(element.itertext())))
        elif tag == "table":
            self._table(element, look)
        elif tag == "br":
            self._break()
        elif tag in ("img", "input", "select", "textarea", "svg"):
            self._add(_shown(element), look)
        elif (tag == "a" or look.raised) and (note := self._note(element, look.raised)):
            self.runs.append(Run("", look.struck, note=note))
        elif tag in _BLOCKS:
            self._block(element, tag, look)
        elif not len(element) and not (element.text or "").strip() and (said := _said(element)):
            self._add(said, look)
        else:
            self._inside(element, look)

    def _inside(self, element: Any, look: Look) -> None:
        self._add(element.text, look)
        for child in element:
            self.walk(child, look)
            self._add(child.tail, look)

    def _block(self, element: Any, tag: str, look: Look) -> None:
        self.holds = self.holds and tag != "dt"
        if tag == "dd" and self.holds:
            self._colon()
        else:
            self.end_block()
        level = self.level
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit() and not self.in_cell:
            self.level = int(tag[1])
        if tag == "li":
            self._begin(self._number_of(element))
        self._inside(element, look)
        self.holds = self.holds and tag not in ("dl", "li")
        if tag == "dt":
            self.holds = any(run.text.strip() for run in self.runs)  # the term waits for what it means
        else:
            self.end_block()
        self.level = level

    def _begin(self, number: str) -> None:
        """Begin the line of an item with its number, if it has one."""
        if number and self.in_cell:
            self.runs.append(Run(f"{number} "))
            self.holds = True
        self.prefix = "" if self.in_cell else number

    def _listed(self, mark: str) -> None:
        """What Word writes before an item of a list, in signs of its own fonts where it is no number."""
        self._begin(mark if re.fullmatch(r"\(?(?:\d+|[a-zA-Z]|[ivxIVX]+)(?:\.\w+)*[.):]+|\d+(?:\.\d+)*", mark) else "")

    def _number_of(self, item: Any) -> str:
        """The number that a browser writes before an item of a numbered list."""
        parent = item.getparent()
        if parent is None or parent.tag != "ol" or "none" in self._style(parent).get("list-style", ""):
            return ""
        number = self.counted.get(parent, _whole(parent.get("start")) - 1) + 1
        number = _whole(item.get("value")) if item.get("value") else number
        self.counted[parent] = number
        first = _LETTERS.get(parent.get("type") or "")
        return f"{chr(first + number - 1)}." if first and 1 <= number <= 26 else f"{number}."

    def _colon(self) -> None:
        """Go on from a term to what it means."""
        if not tidy("".join(run.text for run in self.runs)).endswith(":"):
            self.runs.append(Run(": "))

    def _break(self) -> None:
        if self.in_cell:
            self.runs.append(Run("\n"))
        elif self.level:
            self.runs.append(Run(" "))  # a heading is one line
        else:
            self.end_block()

    def end_block(self) -> None:
        """End the line that was begun, unless it waits for more."""
        if self.holds:
            return
        if self.in_cell:
            self.runs.append(Run("\n"))
            return
        if self.runs:
            self.flow.write(self.runs, self.level, self.prefix)
            self.runs = []
            self.prefix = ""

    def _add(self, text: str | None, look: Look) -> None:
        if not text:
            return
        text = text if look.kept else _SPACE.sub(" ", text)
        if text.isspace() and "\n" not in text and not self.runs:
            return
        self.runs.append(Run(text, look.struck, look.bold, look.raised, look.fill))
        self.holds = self.holds and text.isspace()

    # --- looks

    def _style(self, element: Any) -> dict[str, str]:
        tag = element.tag
        style: dict[str, str] = {}
        if self.rules:
            names = [f".{name.lower()}" for name in (element.get("class") or "").split()]
            if ident := element.get("id"):
                names.append(f"#{ident.lower()}")
            for name in (tag, *names, *(tag + name for name in names)):
                style.update(self.rules.get(name, ()))
        if inline := element.get("style"):
            style.update(_declared(inline))
        return style

    @staticmethod
    def _hidden(element: Any, style: Mapping[str, str]) -> bool:
        return (
            element.get("hidden") is not None or style.get("display") == "none" or style.get("mso-hide") == "all"
            or style.get("visibility") in ("hidden", "collapse")
            or (element.tag == "input" and (element.get("type") or "").lower() == "hidden")
        )  # fmt: skip

    @staticmethod
    def _look(element: Any, tag: str, style: Mapping[str, str], look: Look) -> Look:
        line = style.get("text-decoration", "") + style.get("text-decoration-line", "")
        weight = style.get("font-weight", "")
        raised = style.get("vertical-align", "")
        fill = look.fill
        if tag in ("body", "html", "table", "tr", "td", "th", *_ROW_GROUPS):
            fill = ""  # of the cell, not of its text
        elif style or element.get("bgcolor") or tag == "mark":
            own = style.get("background-color") or style.get("background") or element.get("bgcolor") or ""
            fill = colour(own or ("yellow" if tag == "mark" else "")) or fill
        return Look(
            look.struck or tag in _STRUCK or "line-through" in line,
            (look.bold or tag in _BOLD or weight.startswith("bold") or weight in ("600", "700", "800", "900"))
            and weight not in ("normal", "400"),
            tag == "sup" or raised == "super" or (look.raised and tag != "sub"),
            fill,
            (look.kept or tag == "pre" or style.get("white-space", "").startswith("pre")) and tag != "table",
        )

    def _fill(self, element: Any) -> str:
        style = self._style(element)
        return colour(style.get("background-color") or style.get("background") or element.get("bgcolor") or "")

    def _note(self, element: Any, raised: bool) -> str:
        """Mark and text of the footnote to which something leads that is raised, or a link by the name of one."""
        link = element if element.tag == "a" else next(element.iter("a"), None)
        goal = (link.get("href") or "").partition("#")[2] if link is not None else ""
        target = self.named.get(goal)
        mark = tidy("".join(element.itertext())).strip("[]()^")
        if target is None or not _TO_NOTE.search(goal) or _TO_MARK.search(goal) or not mark:
            return ""
        if not raised and not re.fullmatch(r"\d{1,3}|[a-z*†‡§]|[ivx]{2,4}", mark):  # such as a link to the notes
            return ""
        if goal not in self.said:
            while target.tag in ("a", "span", "sup", "b") and target.getparent() is not None:
                target = target.getparent()
            if target not in self.texts:  # many goals may stand in one paragraph
                said = tidy("".join(target.itertext())).replace("\n", " ").strip("↩\ufe0e^ ")
                self.texts[target] = said if len(said) <= _LONGEST_NOTE else ""  # that is the page, not its footnote
            self.said[goal] = self.texts[target]
        said = re.sub(rf"^[\[(]?{re.escape(mark)}[\])]?[.:]?\s+", "", self.said[goal])
        return f"{mark}: {said}" if said else mark

    # --- tables

    def _table(self, table: Any, look: Look) -> None:
        rows, strays = _rows_of(table)
        inner = [each for _, cells in rows for cell in cells for each in cell.iter("table")]
        if self.in_cell or (inner and _only_places(rows, inner)):
            self._flat(table, rows, strays, look)
            return
        self.holds = False
        self.end_block()
        for caption in table.iterchildren("caption"):
            self.walk(caption, look)
        for stray in strays:
            self._add(stray, look)
            self.end_block()
        placed, height = self._placed(table, rows, look)
        if any(any(cell.piece) or cell.fill for cell in placed):
            places = [row.get(PLACE) for row, _ in rows if row.get(PLACE)] if self.placed else []
            self.flow.lay(placed, height, places if len(places) == height else ())

    def _flat(self, table: Any, rows: Sequence[tuple[Any, list[Any]]], strays: Sequence[str], look: Look) -> None:
        """A table within a cell, or one that only puts others in their places: what is in it, in order."""
        self.end_block()
        for part in (*table.iterchildren("caption"), *strays, *(cell for _, cells in rows for cell in cells)):
            if isinstance(part, str):
                self._add(part, look)
            else:
                self.walk(part, look)
            self.end_block()

    def _placed(self, table: Any, rows: Sequence[tuple[Any, list[Any]]], look: Look) -> tuple[list[Cell], int]:
        """Cells where their spans put them, and how many rows there are."""
        placed: list[Cell] = []
        busy: dict[int, tuple[int, int]] = {}  # column to the first row that is free there, and behind which columns the next is
        starts: set[int] = set()
        behind = self._fill(table)
        number = 0
        self.flow.row = 0
        left = [row for row in rows if not self._hidden_row(row[0])]
        ends = {row.getparent(): at + 1 for at, (row, _) in enumerate(left)}  # no cell reaches out of its group
        for row, cells in left:
            self.flow.row = number
            self.flow.check((number + 1) * len(starts))  # before columns that are not free are passed over once more
            parent = row.getparent()
            group = self._fill(parent) if parent.tag in _ROW_GROUPS else ""
            banner = self._fill(row) or group or behind
            column = 0
            for cell in cells:
                if self._hidden(cell, self._style(cell)):
                    self.flow.leave("hidden text", " ".join(cell.itertext()))
                    continue
                while (taken := busy.get(column, (0, 0)))[0] > number:
                    column = taken[1]
                width = min(max(_whole(cell.get("colspan")), 1), _WIDEST)
                high = _whole(cell.get("rowspan"))
                high = min(_HIGHEST if high == 0 else high, ends[parent] - number)
                self.flow.claim(width)
                busy.update(dict.fromkeys(range(column, column + width), (number + high, column + width)))
                starts.add(column)
                placed.append(Cell(number, column, high, width, self._piece(cell, look), self._fill(cell) or banner))
                column += width
            number += 1
        self.flow.row = None
        return placed, number

    def _hidden_row(self, row: Any) -> bool:
        hidden = any(self._hidden(one, self._style(one)) for one in (row, row.getparent()))
        if hidden:
            self.flow.leave("hidden text", " ".join(row.itertext()))
        return hidden

    def _piece(self, cell: Any, look: Look) -> Piece:
        outer, self.runs, self.in_cell, self.holds = self.runs, [], True, False
        self._look_into(cell, look)
        piece = compose(self.runs)
        self.runs, self.in_cell, self.holds = outer, False, False
        return piece

    def _look_into(self, cell: Any, look: Look) -> None:
        style = self._style(cell)
        inner = self._look(cell, cell.tag, style, look)
        row = cell.getparent()
        if row is not None and row.tag == "tr":
            inner = inner._replace(struck=inner.struck or self._look(row, "tr", self._style(row), look).struck)
        before = len(self.runs)
        self._inside(cell, inner)
        if not any(run.text.strip() or run.note for run in self.runs[before:]):
            self._add(_said(cell), inner)


def _rows_of(table: Any) -> tuple[list[tuple[Any, list[Any]]], list[str]]:
    """Rows of a table with their cells, a foot last wherever it is written; and text that is in no cell."""
    strays: list[str] = []
    rows = list(_parts(table, ("tr",), strays))
    rows.sort(key=lambda row: row.getparent().tag == "tfoot")
    found = [(row, list(_parts(row, ("td", "th"), strays))) for row in rows]
    return found, [stray for stray in strays if stray.strip()]


def _parts(parent: Any, wanted: tuple[str, ...], strays: list[str]) -> Iterator[Any]:
    """Rows or cells, also within a form that stands where none may; what else is there is stray text."""
    strays.append(parent.text or "")
    for child in parent:
        if child.tag in wanted:
            yield child
        elif child.tag not in ("caption", "colgroup", "col", *_DROPPED):
            if next(child.iter(*wanted), None) is not None:
                yield from _parts(child, wanted, strays)
            else:
                strays.append("".join(child.itertext()))
        strays.append(child.tail or "")


def _only_places(rows: Sequence[tuple[Any, list[Any]]], inner: Sequence[Any]) -> bool:
    """Whether a table that holds others is no more than their place on the page."""
    beside = any(
        is_beside([(next(cell.iter("table"), None) is not None, bool(tidy("".join(cell.itertext())))) for cell in cells])
        for _, cells in rows
    )
    sizes = [(len(found), max((len(cells) for _, cells in found), default=0)) for found, _ in map(_rows_of, inner)]
    widest = max((len(cells) for _, cells in rows), default=0)
    return is_layout(len(rows), widest, beside, *max(sizes))


def _whole(text: str | None) -> int:
    """The number of a colspan or rowspan; 1 where there is none."""
    found = re.match(r"\s*(\d{1,9})", text or "", re.ASCII)
    return int(found[1]) if found else 1


def _said(element: Any) -> str:
    """What an element without text says of itself: a coloured dot with a title."""
    return element.get("aria-label") or element.get("title") or ""


def _shown(element: Any) -> str:
    """What a picture or a field of a form shows."""
    tag, kind = element.tag, (element.get("type") or "").lower()
    if tag == "img":
        return element.get("alt") or element.get("title") or ""
    if tag == "svg":
        return element.get("aria-label") or next((one.text or "" for one in element.iter("title")), "")
    if tag == "select":
        options = list(element.iter("option"))
        chosen = [one for one in options if one.get("selected") is not None] or options[:1]
        return ", ".join(tidy("".join(one.itertext())) for one in chosen)
    if tag == "textarea":
        return element.text or ""
    if kind in ("checkbox", "radio"):
        return "☑" if element.get("checked") is not None else "☐"
    return "" if kind in ("submit", "button", "image", "reset", "password", "file") else element.get("value") or ""
