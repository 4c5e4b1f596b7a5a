"""Reads PDF files with text: tables by their ruling lines or, without any, by columns of text; all else as lines.

pdfminer's interpreter draws each page onto a device of ours (`_pen`), which keeps letters and shapes only: half the
time of pdfplumber's objects. From there the chain is ink -> edges -> cells -> tables -> grids, page by page; what takes
more than a page to know (headings, headers and footers, rows that a page break cuts) comes last.
"""

from __future__ import annotations

import io
import logging
import re
import time
import zlib
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple, TypeVar

from planlib.errors import InputError
from planlib.readers.grid import Document, Grid, Line
from planlib.settings import Limits

_SHAPES = 30_000  # lines and rectangles of a page from which it is a drawing: read as lines of text, without tables
_LINES = 4_000  # thin lines across, likewise: each is looked at with the letters near it
_WORK = 2_000_000  # comparisons on a page, likewise
_FAR = 1e5  # points that no page reaches
_DOT = 1.5  # points up to which a line is a dot of a dotted one
_THIN = 3.0  # points up to which a rectangle is a line
_SNAP = 2.5  # points within which rulings are the same
_TOUCH = 3.0  # points within which rulings meet
_ABOVE, _BELOW = 0.8, 0.2  # of a letter's size, how far it reaches above and below its baseline in any font
_SPACE = 0.18  # of a letter's size, the gap that is a space
_GUTTER = 0.5  # of a letter's size, the gap that parts columns of text
_GAP = 2.5  # of a letter's size, the gap that parts a line in two
_MARGIN = 0.1  # of a page's height: where headers and footers stand
_LETTERS = 1 << 18  # that a font may name, each as often as it is named: one of a PDF can have a quarter of that
_BOLD = re.compile(r"bold|black|heavy|semibold|demi", re.IGNORECASE)
_MARK = re.compile(r"[(\[]?(\d{1,3}|[a-z]|[*†‡§¶#]+)[)\]]?([,;\s]+[(\[]?(\d{1,3}|[a-z]|[*†‡§¶#]+)[)\]]?)*")
_MONTHS = frozenset(
    "january february march april june july august september october november december".split()
)  # not May, which nobody breaks
_CONTENTS = re.compile(r"(?<!\.)\.{4,}+\s*\d*$")  # an entry of a table of contents
_UNIT = re.compile(r"(^|[\d\s])(mm|cm|m|km|ft|in)$")
_RAISED = str.maketrans("0123456789()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾")
_LOWERED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_GLYPHS = {
    "\xa0": " ", "\t": " ", "\u2002": " ", "\u2003": " ", "\u2009": " ", "\u202f": " ", "\xad": "-", "\u200b": "",
    "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st",
    # What the fonts Symbol and Wingdings have as bullets and ticks.
    "\uf0b7": "•", "\uf0a7": "▪", "\uf0d8": "➢", "\uf0fc": "✓", "\uf0fb": "✗", "\uf0e0": "→", "\uf06f": "□",
}  # fmt: skip
_PAGE_NUMBER = re.compile(
    r"(?:[-–|]\s*)?(?:page|p\.?)?\s*\d+(?:\s*(?:of|/)\s*\d+)?(?:\s*[-–|])?|.*\bpage\s+\d+(?:\s*(?:of|/)\s*\d+)?\W*",
    re.IGNORECASE,
)


_T = TypeVar("_T")


class _Box(NamedTuple):
    x0: float
    top: float
    x1: float
    bottom: float


class _Edge(NamedTuple):
    """A ruling: where it stands (x of one that goes down, y of one that goes across), and from where to where."""

    at: float
    low: float
    high: float


@dataclass(slots=True)
class _Letter:
    text: str
    box: _Box
    size: float
    turn: int  # quarters to the left by which it is turned; -1 where it is slanted
    bold: bool
    string: int = 0  # which of the strings that are printed at once it is in
    struck: bool = False

    @property
    def across(self) -> float:
        return (self.box.x0 + self.box.x1) / 2

    @property
    def down(self) -> float:
        return (self.box.top + self.box.bottom) / 2


class _Shape(NamedTuple):
    box: _Box
    fill: str | None  # its colour where it is filled
    outlined: bool  # is a rectangle or a line, whose sides may be rulings


@dataclass
class _Ink:
    """What stands on one page."""

    width: float
    height: float
    letters: list[_Letter] = field(default_factory=list)
    shapes: list[_Shape] = field(default_factory=list)
    strings: int = 0
    unread: int = 0
    unseen: int = 0  # letters that are drawn without ink: text recognised in a scan
    pictured: float = 0.0  # largest share of the page that a picture takes
    crowded: bool = False


@dataclass
class _Text:
    """Letters as text, with what has been taken out of it."""

    text: str
    struck: tuple[str, ...]
    notes: str
    label: str = ""
    overprinted: bool = False  # lines of it are printed over each other


class _Print(NamedTuple):
    """Letters that stand on one baseline, in the order of reading."""

    base: float
    size: float
    letters: list[_Letter]

    @property
    def box(self) -> _Box:
        boxes = [letter.box for letter in self.letters]
        return _around(boxes)


@dataclass
class _Row:
    """A line of print outside the tables, or a paragraph of them."""

    text: _Text
    box: _Box
    base: float
    size: float
    bold: bool
    place: str = ""

    @property
    def first_word(self) -> float:
        """About how wide its first word is."""
        words = self.text.text.split(maxsplit=1)
        return (self.box.x1 - self.box.x0) * len(words[0]) / len(self.text.text) if words else 0.0


@dataclass
class _Found:
    """A table on a page."""

    box: _Box
    rows: list[list[str]]
    edges: tuple[float, ...]
    size: float = 0.0
    overprinted: bool = False
    spaced: bool = False  # without rules: its rows and columns are told by the gaps between words
    cut: list[tuple[int, int]] = field(default_factory=list)  # cells whose text reaches over their right side
    fills: dict[tuple[int, int], str] = field(default_factory=dict)
    struck: dict[tuple[int, int], tuple[str, ...]] = field(default_factory=dict)
    spans: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    notes: dict[tuple[int, int], str] = field(default_factory=dict)
    places: list[str] = field(default_factory=list)


@dataclass
class _Page:
    number: int
    height: float
    items: list[_Row | _Found]


def read(path: Path, data: bytes, limits: Limits) -> Document:
    """Read the tables and lines of every page.

    Parameters
    ----------
    path : Path
        For messages.
    data : bytes
        The file.
    limits : Limits
        How many letters and lines all pages may have together, how long reading them may take, and how much the file
        may unpack to.

    Returns
    -------
    Document
        One grid a table and page.

    Raises
    ------
    InputError
        If it is no PDF, is cut off or damaged, asks for a password, has no text, or would take too long.
    """
    _look_first(path, data, limits)
    pages: list[_Page] = []
    notes: list[tuple[str, str, str]] = []
    scanned: list[int] = []
    seen: Counter[str] = Counter()
    for number, ink in _pages(path, data, limits):
        if not any(letter.text.strip() for letter in ink.letters):
            if ink.pictured or len(ink.shapes) > 50:
                scanned.append(number)
        elif ink.pictured > 0.25:
            message = f"a picture takes {ink.pictured:.0%} of the page and was not read"
            notes.append(("characters-not-read", f"page {number}", message))
        seen.update(letters=len(ink.letters), unread=ink.unread, unseen=ink.unseen)
        pages.append(_page(number, ink))
        notes += _doubts(pages[-1], ink)
    if not any(page.items for page in pages) and not scanned:
        raise InputError(f"{path.name}: has nothing on its pages, or is damaged; save it again")
    if not any(page.items for page in pages):
        raise InputError(
            f"{path.name}: is a scan: it has no text; ask for the original file, or run text recognition (OCR) on it "
            "and save what that gives as .docx or .xlsx"
        )
    if scanned:
        listed = ", ".join(map(str, scanned))
        notes.append(("characters-not-read", "", f"pages without text (pictures of pages) were not read: {listed}"))
    if seen["unread"]:
        message = f"{seen['unread']} characters have no letter in the file and are shown as \ufffd"
        notes.append(("characters-not-read", "", message))
    return _document(pages, notes, recognised=seen["unseen"] > seen["letters"] / 2)


def _doubts(page: _Page, ink: _Ink) -> list[tuple[str, str, str]]:
    """What of a page may have been read wrongly."""
    notes: list[tuple[str, str, str]] = []
    where = f"page {page.number}"
    found = [item for item in page.items if isinstance(item, _Found)]
    if any(table.overprinted for table in found):
        message = "lines of text are printed over each other; what stands there may belong to the row above"
        notes.append(("characters-not-read", where, message))
    cut = [f"{table.places[row]}, column {column + 1}" for table in found for row, column in sorted(table.cut)]
    if cut:
        listed = "; ".join(cut[:5]) + (" and others" if len(cut) > 5 else "")
        message = f"text reaches over the right side of its cell and may be cut off there: {listed}"
        notes.append(("text-cut-off", cut[0], message))
    if any(table.spaced for table in found):
        message = "a table without rules was read by the gaps between its words; count its rows against the document"
        notes.append(("table-without-rules", where, message))
    if ink.crowded:
        message = "has too many lines drawn on it to look for tables; its text was read as lines"
        notes.append(("characters-not-read", where, message))
    return notes


# --- the file --------------------------------------------------------------------------------------------------------


def _look_first(path: Path, data: bytes, limits: Limits) -> None:
    """Refuse what is cut off or would unpack to too much, before any of it is unpacked."""
    if b"%PDF-" not in data[:1024]:
        raise InputError(f"{path.name}: is not a PDF file; save it again")
    length = re.search(rb"/Linearized\b[^>]*?/L\s+(\d{1,15})", data[:2048])
    if b"%%EOF" not in data[-4096:] or (length and int(length[1]) > len(data)):
        raise InputError(f"{path.name}: is cut off or damaged; download or save it again")
    if re.search(rb"/Filter\s*\[\s*/Fl\w*\s*/Fl", data):
        raise InputError(f"{path.name}: is packed twice over, as no office program writes; not opened")
    left = limits.mebibytes << 20
    for found in re.finditer(rb"(?<!end)stream\r?\n", data):
        size, whole = _unpacked(memoryview(data)[found.end() :], left)
        left -= size
        if left < 0:
            raise InputError(f"{path.name}: unpacks to more than {limits.mebibytes:,} MiB; not opened")
        about = data[max(found.start() - 400, 0) : found.start()].rpartition(b" obj")[2]
        # pdfminer would go on with what it can unpack, and read wrong letters by half a table of them.
        if (
            not whole
            and re.search(rb"/Filter\s*/FlateDecode", about)
            and b"/Image" not in about
            and b"/Encrypt" not in data
        ):
            raise InputError(f"{path.name}: is damaged: a part of it cannot be unpacked; download or save it again")


def _unpacked(packed: memoryview, most: int) -> tuple[int, bool]:
    """How many bytes something unpacks to (a little more than `most` where it is more), and whether without an error."""
    unpack, size, at = zlib.decompressobj(), 0, 0
    try:
        while size <= most and not unpack.eof:
            feed = unpack.unconsumed_tail or bytes(packed[at : at + 65536])
            at += 0 if unpack.unconsumed_tail else 65536
            if not feed:
                break
            size += len(unpack.decompress(feed, 1 << 20))
    except zlib.error:
        return size, False
    return size, True


def _pages(path: Path, data: bytes, limits: Limits) -> Iterator[tuple[int, _Ink]]:
    """Number and ink of each page."""
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect, PDFTextExtractionNotAllowed
    from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
    from pdfminer.pdftypes import resolve1

    began = time.monotonic()
    left = limits.cells

    def check(objects: int) -> None:
        if time.monotonic() - began > limits.seconds:
            raise InputError(f"{path.name}: takes longer than {limits.seconds} s to read; raise [limits] seconds")
        if objects > left:
            raise InputError(f"{path.name}: has more than {limits.cells:,} letters and lines; raise [limits] cells")

    with _quiet(), _without_circles(path):
        try:
            # Fonts are kept by one resource manager for all pages, letters by none.
            class Fonts(PDFResourceManager):
                def get_font(self, objid: Any, spec: Any) -> Any:
                    check(0)
                    _check_font(path, spec)
                    return super().get_font(objid, spec)

            resources = Fonts()
            with pdfplumber.open(io.BytesIO(data)) as file:
                claimed = resolve1(resolve1(file.doc.catalog.get("Pages", {})).get("Count", 0))
                if not file.pages or (isinstance(claimed, int) and claimed > len(file.pages)):
                    raise InputError(f"{path.name}: has lost pages or is damaged; download or save it again")
                for page in file.pages:
                    pen = _pen(resources, check)
                    PDFPageInterpreter(resources, pen).process_page(page.page_obj)
                    _draw_annotations(pen.ink, page.page_obj, check)
                    left -= len(pen.ink.letters) + pen.shapes
                    check(0)
                    yield page.page_number, _upright(pen.ink)
                    page.close()
        except (InputError, MemoryError):
            raise
        except Exception as error:  # pdfminer raises its own errors and any of Python's on what is damaged
            cause = error.args[0] if error.args and isinstance(error.args[0], Exception) else error
            if isinstance(cause, PDFPasswordIncorrect | PDFTextExtractionNotAllowed):
                raise InputError(f"{path.name}: is protected by a password; save it without one") from None
            raise InputError(f"{path.name}: is damaged ({type(cause).__name__}); save it again") from None


def _check_font(path: Path, spec: Any) -> None:
    """Refuse a font that claims more letters than there are: pdfminer would make a list of them all."""
    from pdfminer.pdftypes import PDFStream, resolve1

    letters = 0
    for name, length in (("W", 3), ("W2", 5)):
        numbers: list[Any] = []  # as pdfminer reads them: the ends of a range and its widths, or a letter before a list
        for each in map(resolve1, resolve1(spec.get(name)) or ()):
            if isinstance(each, list):
                letters, numbers = letters + len(each), []
            elif isinstance(each, int | float):
                numbers.append(each)
                if len(numbers) == length:
                    letters += max(int(numbers[1] - numbers[0]) + 1, 0)
                    numbers = []
    meanings = resolve1(spec.get("ToUnicode"))
    text = meanings.get_data() if isinstance(meanings, PDFStream) else b""
    for begun in text.split(b"beginbfrange")[1:]:
        for first, last in re.findall(rb"<(\w+)>\s*<(\w+)>\s*(?:<\w*>|\[[^\[\]]*\])", begun.partition(b"endbfrange")[0]):
            letters += max(int(last[:16], 16) - int(first[:16], 16) + 1, 0)
    if letters > _LETTERS:
        raise _too_many(path, letters)


def _too_many(path: Path, letters: int) -> InputError:
    return InputError(f"{path.name}: has a font of {letters:,} letters or more, as no program writes; not opened")


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep pdfminer's remarks on what is damaged from the terminal: what matters of them is a note."""
    logger = logging.getLogger("pdfminer")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


@contextmanager
def _without_circles(path: Path) -> Iterator[None]:
    """Refuse objects that are only a reference to another one and so to themselves: pdfminer would follow them for ever.

    And what fonts say of more letters than there are, range by range, before pdfminer has made a list of them.
    """
    from pdfminer.cmapdb import FileUnicodeMap
    from pdfminer.pdfdocument import PDFDocument
    from pdfminer.pdftypes import PDFObjRef

    plain, plainly = PDFDocument.getobj, FileUnicodeMap.add_cid2unichr

    def getobj(self: Any, objid: int) -> Any:
        found, seen = plain(self, objid), {objid}
        while isinstance(found, PDFObjRef):
            if found.objid in seen:
                raise InputError(f"{path.name}: is damaged: its objects lead to each other in circles; save it again")
            seen.add(found.objid)
            found = plain(self, found.objid)
        return found

    def add(self: Any, cid: int, code: Any) -> None:
        self.named = getattr(self, "named", 0) + 1
        if self.named > _LETTERS:
            raise _too_many(path, self.named)
        plainly(self, cid, code)

    PDFDocument.getobj = getobj  # type: ignore[method-assign]
    FileUnicodeMap.add_cid2unichr = add  # type: ignore[method-assign]
    try:
        yield
    finally:
        PDFDocument.getobj = plain  # type: ignore[method-assign]
        FileUnicodeMap.add_cid2unichr = plainly  # type: ignore[method-assign]


def _pen(resources: Any, check: Any) -> Any:
    """A device for pdfminer that keeps letters and shapes, in points from the top left corner."""
    from pdfminer.pdfdevice import PDFTextDevice
    from pdfminer.pdffont import PDFUnicodeNotDefined
    from pdfminer.utils import apply_matrix_pt

    class Pen(PDFTextDevice):
        def __init__(self) -> None:
            super().__init__(resources)
            self.ink, self.shapes, self.mode, self.drawn = _Ink(0, 0), 0, 0, 0

        def begin_page(self, page: Any, ctm: Any) -> None:
            x0, y0, x1, y1 = page.mediabox
            xs, ys = zip(*(apply_matrix_pt(ctm, (x, y)) for x in (x0, x1) for y in (y0, y1)), strict=True)
            self.ink = _Ink(max(xs) - min(xs), max(ys) - min(ys))

        def begin_figure(self, name: str, bbox: Any, matrix: Any) -> None:
            check(len(self.ink.letters) + self.shapes)  # drawings may draw each other a billion times

        def render_string(self, textstate: Any, seq: Any, ncs: Any, graphicstate: Any) -> None:
            check(len(self.ink.letters) + self.shapes)
            self.mode = textstate.render
            self.ink.strings += 1
            super().render_string(textstate, seq, ncs, graphicstate)

        def render_char(
            self, matrix: Any, font: Any, fontsize: float, scaling: float, rise: float, cid: int, ncs: Any, state: Any
        ) -> float:
            self.drawn += 1
            if self.drawn % 1024 == 0:  # one string may have millions
                check(len(self.ink.letters) + self.shapes)
            advance: float = font.char_width(cid) * fontsize * scaling
            try:
                text = font.to_unichr(cid)
            except PDFUnicodeNotDefined:
                text = "\ufffd"
            _draw_letter(self.ink, text, matrix, font, fontsize, rise, advance, self.mode)
            return advance

        def paint_path(self, gstate: Any, stroke: bool, fill: bool, evenodd: bool, path: Any) -> None:
            self.shapes += 1
            if self.shapes % 256 == 0:
                check(len(self.ink.letters) + self.shapes)
            if self.shapes > _SHAPES:
                self.ink.crowded = True
                return
            _draw_path(self.ink, self.ctm or (1, 0, 0, 1, 0, 0), path, _colour(gstate.ncolor) if fill else None)

        def render_image(self, name: str, stream: Any) -> None:
            a, b, c, d, _, _ = self.ctm or (1, 0, 0, 1, 0, 0)
            share = abs(a * d - b * c) / max(self.ink.width * self.ink.height, 1)
            self.ink.pictured = max(self.ink.pictured, min(share, 1.0))

    return Pen()


def _draw_letter(
    ink: _Ink, text: str, matrix: Any, font: Any, fontsize: float, rise: float, advance: float, mode: int
) -> None:
    a, b, c, d, e, f = matrix
    length, size = (a * a + b * b) ** 0.5, abs(fontsize) * (c * c + d * d) ** 0.5
    text = _GLYPHS.get(text, text)
    if not text or not length or not size or not size < 1e4:
        return
    if "\ufffd" in text or any("\ue000" <= each <= "\uf8ff" or each < " " for each in text):
        ink.unread += 1
        text = "\ufffd"
    ink.unseen += mode == 3
    x, y = e + c * rise, ink.height - (f + d * rise)
    if not (abs(x) < _FAR and abs(y) < _FAR and abs(advance * length) < _FAR):
        return
    along = advance * length  # in the direction of reading; negative for right to left is not met
    ahead, up = along, size * _ABOVE
    if abs(b) <= 0.2 * length:
        turn, box = (0, _Box(x, y - up, x + ahead, y + size * _BELOW)) if a > 0 else (
            2, _Box(x - ahead, y - size * _BELOW, x, y + up))  # fmt: skip
    elif abs(a) <= 0.2 * length:
        turn, box = (1, _Box(x - up, y - ahead, x + size * _BELOW, y)) if b > 0 else (
            3, _Box(x - size * _BELOW, y, x + up, y + ahead))  # fmt: skip
    else:
        turn, box = -1, _Box(x, y - up, x + ahead, y + size * _BELOW)
    if box.x1 < box.x0 or box.bottom < box.top:
        box = _Box(min(box.x0, box.x1), min(box.top, box.bottom), max(box.x0, box.x1), max(box.top, box.bottom))
    bold = mode == 2 or bool(_BOLD.search(str(getattr(font, "fontname", ""))))
    ink.letters.append(_Letter(text, box, size, turn, bold, ink.strings))


def _draw_path(ink: _Ink, matrix: Any, path: Any, colour: str | None) -> None:
    from pdfminer.utils import apply_matrix_pt

    points: list[tuple[float, float]] = []
    curved = False
    for operator, *numbers in path:
        if operator == "m":
            _draw_shape(ink, points, curved, colour)
            points, curved = [], False
        curved = curved or operator in "cvy"
        if len(numbers) >= 2:
            x, y = apply_matrix_pt(matrix, (numbers[-2], numbers[-1]))
            points.append((x, ink.height - y))
        elif operator == "h" and points:
            points.append(points[0])
    _draw_shape(ink, points, curved, colour)


def _draw_shape(ink: _Ink, points: Sequence[tuple[float, float]], curved: bool, colour: str | None) -> None:
    if len(points) < 2:
        return
    xs, ys = [x for x, _ in points], [y for _, y in points]
    box = _Box(min(xs), min(ys), max(xs), max(ys))
    if not all(abs(value) < _FAR for value in box):
        return
    straight = not curved and all(abs(x0 - x1) < 0.3 or abs(y0 - y1) < 0.3 for (x0, y0), (x1, y1) in pairwise(points))
    corners = {(round(x, 1), round(y, 1)) for x, y in points}
    if straight and len(corners) > 4:  # an outline with more corners: its sides, and its colour where it is filled
        for (x0, y0), (x1, y1) in pairwise(points):
            ink.shapes.append(_Shape(_Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)), None, True))
    if straight and len(corners) <= 4:
        ink.shapes.append(_Shape(box, colour, True))
    elif colour:
        ink.shapes.append(_Shape(box, colour, False))


def _draw_annotations(ink: _Ink, page: Any, check: Callable[[int], None]) -> None:
    """Draw what is typed into forms and comments, and lines that strike text out; pdfminer leaves all of them out."""
    from pdfminer.pdftypes import resolve1, resolve_all
    from pdfminer.utils import decode_text

    notes = resolve1(page.annots) or []
    for note in (resolve1(each) for each in notes[:_LINES]):
        kind = getattr(resolve1(note.get("Subtype")), "name", "")
        if page.rotate or note.get("F", 0) & 2 or kind not in ("StrikeOut", "FreeText", "Widget"):
            continue
        numbers = [float(value) for value in resolve_all(note.get("QuadPoints" if kind == "StrikeOut" else "Rect"))]
        xs = [x - page.mediabox[0] for x in numbers[::2]]
        ys = [ink.height - (y - page.mediabox[1]) for y in numbers[1::2]]
        if kind == "StrikeOut":
            for at in range(0, len(xs) - 3, 4):
                y = sum(ys[at : at + 4]) / 4
                _draw_shape(ink, [(min(xs[at : at + 4]), y), (max(xs[at : at + 4]), y)], False, None)
            continue
        value = resolve1(note.get("Contents" if kind == "FreeText" else "V"))
        if value is None and note.get("Parent"):
            value = resolve1(resolve1(note["Parent"]).get("V"))
        lines = decode_text(value).splitlines() if isinstance(value, bytes) else []
        for row, line in enumerate(lines):
            # Evenly over the width of the field: near enough for cells and spaces.
            size = min((max(ys) - min(ys)) / len(lines), 10.0) * 0.8
            step = min((max(xs) - min(xs) - 2) / max(len(line), 1), 0.5 * size)
            for column, letter in enumerate(line):
                if column % 1024 == 0:  # thousands of fields may share one long text
                    check(len(ink.letters))
                matrix = (1, 0, 0, 1, min(xs) + 1 + step * column, ink.height - (min(ys) + size * (1 + row)))
                _draw_letter(ink, letter, matrix, note, size, 0, step, 0)


def _colour(value: Any) -> str | None:
    """A colour as #RRGGBB; None where it is white, or a pattern."""
    parts = value if isinstance(value, tuple | list) else (value,)
    if not all(isinstance(part, int | float) for part in parts):
        return None
    if len(parts) == 1:
        parts = (parts[0],) * 3
    elif len(parts) == 4:
        parts = tuple((1 - part) * (1 - parts[3]) for part in parts[:3])
    if len(parts) != 3:
        return None
    red, green, blue = (round(255 * min(max(part, 0), 1)) for part in parts)
    return f"#{red:02X}{green:02X}{blue:02X}" if min(red, green, blue) < 0xF8 else "#FFFFFF"


def _upright(ink: _Ink) -> _Ink:
    """Turn a page whose text mostly runs up, down or upside down; take out letters that are printed twice."""
    turns = Counter(letter.turn for letter in ink.letters if letter.text.strip() and letter.turn >= 0)
    turn = max(turns, key=lambda each: (turns[each], -each)) if turns else 0
    if turn:
        across, down = {1: (ink.height, 0.0), 2: (ink.width, ink.height), 3: (0.0, ink.width)}[turn]

        def turned(box: _Box) -> _Box:
            x0, top, x1, bottom = _turned(box, turn)
            return _Box(x0 + across, top + down, x1 + across, bottom + down)

        for letter in ink.letters:
            letter.box = turned(letter.box)
            letter.turn = (letter.turn - turn) % 4 if letter.turn >= 0 else -1
        ink.shapes = [shape._replace(box=turned(shape.box)) for shape in ink.shapes]
        if turn != 2:
            ink.width, ink.height = ink.height, ink.width
    kept: list[_Letter] = []
    places: dict[tuple[str, int, int], list[_Letter]] = defaultdict(list)
    for letter in ink.letters:
        # Bold is faked by printing a letter twice, a little apart.
        x, y, near = letter.box.x0, letter.box.top, 0.12 * letter.size
        fields = {
            (letter.text, round((x + dx) / 2), round((y + dy) / 2)) for dx in (-near, near) for dy in (-near, near)
        }
        twins = [
            twin
            for each in (fields if letter.text.strip() else ())
            for twin in places.get(each, ())
            if abs(twin.box.x0 - x) <= near and abs(twin.box.top - y) <= near
        ]
        for twin in twins:
            twin.bold = True
        if not twins:
            places[letter.text, round(x / 2), round(y / 2)].append(letter)
            kept.append(letter)
    ink.letters = kept
    return ink


def _turned(box: _Box, turn: int) -> _Box:
    """A box as it stands for someone who reads letters that are turned so many quarters to the left."""
    if turn == 1:
        return _Box(-box.bottom, box.x0, -box.top, box.x1)
    if turn == 2:
        return _Box(-box.x1, -box.bottom, -box.x0, -box.top)
    if turn == 3:
        return _Box(box.top, -box.x1, box.bottom, -box.x0)
    return box


# --- one page --------------------------------------------------------------------------------------------------------


def _page(number: int, ink: _Ink) -> _Page:
    """Tables and lines of a page, from top to bottom."""
    thin, sides, down = _sides(ink.shapes)
    ink.crowded |= sum(edge.high - edge.low > _DOT for edge in thin) > _LINES
    posts = _merged(down)
    rules = [] if ink.crowded else _unmarked(thin, ink.letters, posts)
    tables = None if ink.crowded else _tables(_merged(rules + sides), posts)
    if tables is None or sum(shape.fill is not None for shape in ink.shapes) * sum(map(len, tables)) > _WORK:
        ink.crowded, tables = True, []
    found: list[_Found] = []
    left = [letter for letter in ink.letters if letter.turn >= 0]
    tables = _banded(tables, left, rules)
    # The smallest first: a table within a cell of another is one of its own.
    for cells in sorted(tables, key=lambda cells: (_area(_around(cells)), cells[0])):
        table, left = _table(cells, left, ink.shapes)
        found += [table] if table else []
    prints = _prints(left, 0)
    for block in [] if ink.crowded else _aligned(prints):
        cells = _aligned_cells(block, rules)
        table, rest = _table(cells, [letter for line in block for letter in line.letters], ink.shapes)
        if table and not any(letter.text.strip() for letter in rest):
            table.spaced = True
            found.append(table)
            prints = [line for line in prints if all(line is not each for each in block)]
    for turn in (1, 2, 3):
        prints += _prints([letter for letter in left if letter.turn == turn], turn)
    rows = [_row(piece) for line in prints for piece in _pieces(line)]
    items: list[_Row | _Found] = [*found, *(row for row in rows if row.text.text or row.text.struck)]
    # What stands beside a table comes after it.
    items.sort(key=lambda item: (item.box.top if isinstance(item, _Found) else item.base, item.box.x0))
    slanted = "".join(letter.text for letter in ink.letters if letter.turn < 0)
    if slanted.strip():
        box = _Box(0, ink.height, 0, ink.height)
        items.append(_Row(_Text(" ".join(slanted.split()), (), ""), box, ink.height, 0.0, False))
    counts: Counter[type] = Counter()
    several = len(found) > 1
    for item in items:
        counts[type(item)] += 1
        if isinstance(item, _Row):
            item.place = f"page {number}, line {counts[_Row]}"
        else:
            which = f", table {counts[_Found]}" if several else ""
            item.places = [f"page {number}{which}, row {row + 1}" for row in range(len(item.rows))]
    return _Page(number, ink.height, items)


def _around(boxes: Iterable[_Box]) -> _Box:
    x0, top, x1, bottom = zip(*boxes, strict=True)
    return _Box(min(x0), min(top), max(x1), max(bottom))


def _area(box: _Box) -> float:
    return (box.x1 - box.x0) * (box.bottom - box.top)


# Rulings.


def _sides(shapes: Sequence[_Shape]) -> tuple[list[_Edge], list[_Edge], list[_Edge]]:
    """Thin lines across, upper and lower sides of rectangles, and all that goes down."""
    thin: list[_Edge] = []
    sides: list[_Edge] = []
    down: list[_Edge] = []
    for (x0, top, x1, bottom), _, outlined in shapes:
        if not outlined:
            continue
        flat, narrow = bottom - top <= _THIN, x1 - x0 <= _THIN
        if flat:
            thin.append(_Edge((top + bottom) / 2, x0, x1))
        if narrow:
            down.append(_Edge((x0 + x1) / 2, top, bottom))
        if not flat and not narrow:
            sides += [_Edge(top, x0, x1), _Edge(bottom, x0, x1)]
            down += [_Edge(x0, top, bottom), _Edge(x1, top, bottom)]
    return thin, sides, down


def _unmarked(thin: Sequence[_Edge], letters: Sequence[_Letter], posts: Sequence[_Edge]) -> list[_Edge]:
    """The thin lines that neither strike out nor underline text; the letters of a strike are marked."""
    upright = sorted((letter for letter in letters if letter.turn == 0), key=_base)
    bases = [_base(letter) for letter in upright]
    tallest = min(max((letter.size for letter in upright), default=0.0), 40.0)
    at = [post.at for post in posts]

    def held(x: float, y: float) -> bool:
        near = posts[bisect_left(at, x - 1.5) : bisect_right(at, x + 1.5)]
        return any(post.low - 1 <= y <= post.high + 1 for post in near)

    rules: list[_Edge] = []
    for edge in thin:
        y, x0, x1 = edge
        if x1 - x0 <= _DOT:
            rules.append(edge)
            continue
        near = upright[bisect_left(bases, y - 0.35 * tallest) : bisect_right(bases, y + 0.5 * tallest)]
        over = [letter for letter in near if x0 - 0.5 <= letter.across <= x1 + 0.5]
        struck = [letter for letter in over if 0.12 <= (_base(letter) - y) / letter.size <= 0.5]
        under = [letter for letter in over if -0.35 <= (_base(letter) - y) / letter.size < 0.12]
        if not over or (held(x0, y) and held(x1, y)):
            rules.append(edge)
        elif _covered(struck) >= 0.6 * (x1 - x0):
            for letter in struck:
                letter.struck = True
        elif _covered(under) < 0.8 * (x1 - x0):
            rules.append(edge)
    return rules


def _base(letter: _Letter) -> float:
    return _turned(letter.box, letter.turn).bottom - _BELOW * letter.size


def _covered(letters: Sequence[_Letter]) -> float:
    return sum(letter.box.x1 - letter.box.x0 for letter in letters)


def _merged(edges: Sequence[_Edge]) -> list[_Edge]:
    """Rulings that lie on each other or follow on each other as one; those on one line have exactly the same place."""
    merged: list[_Edge] = []
    group: list[_Edge] = []
    for edge in [*sorted(edges), None]:
        if group and (edge is None or edge.at - group[-1].at > _SNAP or edge.at - group[0].at > 2 * _SNAP):
            at = median(each.at for each in group)
            low = high = -1e9
            for each in sorted(group, key=lambda each: each.low):
                if each.low > high + _TOUCH:
                    if high - low >= 2 * _SNAP:
                        merged.append(_Edge(at, low, high))
                    low, high = each.low, each.high
                high = max(high, each.high)
            if high - low >= 2 * _SNAP:
                merged.append(_Edge(at, low, high))
            group = []
        if edge is not None:
            group.append(edge)
    return merged


def _tables(across: list[_Edge], down: list[_Edge]) -> list[list[_Box]] | None:
    """The cells of each table that rulings enclose; None where there are too many rulings to look."""
    if len(across) * len(down) > _WORK:
        return None
    across = _merged(across + _capped(across, down))
    down = _merged(down + _closed(across, down))
    across = _merged(across + _closed(down, across))
    if len(across) * len(down) > _WORK:
        return None
    on_post: list[list[int]] = [[] for _ in down]  # rails that each post meets, from top to bottom
    on_rail: list[list[int]] = [[] for _ in across]
    for i, post in enumerate(down):
        for j, rail in enumerate(across):
            if (
                post.low - _TOUCH <= rail.at <= post.high + _TOUCH
                and rail.low - _TOUCH <= post.at <= rail.high + _TOUCH
            ):
                on_post[i].append(j)
                on_rail[j].append(i)
    if sum(len(rails) ** 2 for rails in on_post) > _WORK or sum(len(posts) ** 2 for posts in on_rail) > _WORK:
        return None
    met = {(i, j) for i, rails in enumerate(on_post) for j in rails}
    cells: list[_Box] = []
    for i, j in sorted(met):
        right = [each for each in on_rail[j] if down[each].at > down[i].at]
        below = [each for each in on_post[i] if across[each].at > across[j].at]
        corner = next(((r, b) for b in below for r in right if (r, b) in met), None)
        if corner:
            cells.append(_Box(down[i].at, across[j].at, down[corner[0]].at, across[corner[1]].at))
    return _joined(cells)


def _capped(rails: Sequence[_Edge], posts: Sequence[_Edge]) -> list[_Edge]:
    """The top and bottom that a table leaves open: where posts go on above its first rail or below its last."""
    added: list[_Edge] = []
    for post in posts:
        met = [
            rail for rail in rails
            if rail.low - _TOUCH <= post.at <= rail.high + _TOUCH and post.low - _TOUCH <= rail.at <= post.high + _TOUCH
        ]  # fmt: skip
        if len(met) > 1:
            low, high = min(rail.low for rail in met), max(rail.high for rail in met)
            ends = [post.low] * (met[0].at > post.low + _TOUCH) + [post.high] * (met[-1].at < post.high - _TOUCH)
            added += [_Edge(end, low, high) for end in ends]
    return added


def _closed(rails: Sequence[_Edge], posts: Sequence[_Edge]) -> list[_Edge]:
    """The sides that a table leaves open: where rails of the same length lie below each other, and posts join them."""
    added: list[_Edge] = []
    groups: dict[tuple[int, int], list[_Edge]] = defaultdict(list)
    for rail in rails:
        groups[round(rail.low / 4), round(rail.high / 4)].append(rail)
    for group in groups.values():
        for first, second in pairwise(group):
            joined = any(
                post.low <= first.at + _TOUCH and post.high >= second.at - _TOUCH
                and first.low + _TOUCH < post.at < first.high - _TOUCH
                for post in posts
            )  # fmt: skip
            if joined and first.at < second.at:
                added += [_Edge(x, first.at, second.at) for x in (first.low, first.high)]
    return added


def _joined(cells: Sequence[_Box]) -> list[list[_Box]]:
    """Cells that share corners, table by table."""
    parents = list(range(len(cells)))

    def root(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    corners: dict[tuple[float, float], int] = {}
    for index, (x0, top, x1, bottom) in enumerate(cells):
        for corner in ((x0, top), (x1, top), (x0, bottom), (x1, bottom)):
            parents[root(index)] = root(corners.setdefault(corner, index))
    tables: dict[int, list[_Box]] = defaultdict(list)
    for index, cell in enumerate(cells):
        tables[root(index)].append(cell)
    return [table for table in tables.values() if len(table) > 1]


# Cells.


def _table(
    cells: Sequence[_Box], letters: list[_Letter], shapes: Sequence[_Shape]
) -> tuple[_Found | None, list[_Letter]]:
    """A table with what stands in its cells, and the letters that do not; no table where it has a single column."""
    box = _around(cells)
    xs = _bounds({x for cell in cells for x in (cell.x0, cell.x1)}, [letter.across for letter in letters])
    ys = _bounds({y for cell in cells for y in (cell.top, cell.bottom)}, [letter.down for letter in letters])
    if len(xs) < 3:
        return None, letters
    owner: dict[tuple[int, int], tuple[int, int]] = {}  # of each field of the grid, the field where its cell begins
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    for cell in sorted(cells, key=_area, reverse=True):
        top, left, bottom, right = (
            _index(ys, cell.top),
            _index(xs, cell.x0),
            _index(ys, cell.bottom),
            _index(xs, cell.x1),
        )
        if top < bottom and left < right:
            spans[top, left] = (bottom - top, right - left)
            owner |= {(row, column): (top, left) for row in range(top, bottom) for column in range(left, right)}
    beside: dict[int, set[tuple[int, int]]] = defaultdict(set)
    for (row, _), key in owner.items():
        beside[row].add(key)
    if max(map(len, beside.values())) < 2:  # boxes below each other, such as lines of text that are marked
        return None, letters
    held, left_over = _dealt(letters, xs, ys, owner, spans)
    if not any(letter.text.strip() for group in held.values() for letter in group):
        return None, letters
    found = _Found(box, [[""] * (len(xs) - 1) for _ in ys[1:]], tuple(round(x, 1) for x in xs[:-1]))
    found.size = median(letter.size for group in held.values() for letter in group)
    for key, group in held.items():
        text = _assembled(group)
        found.overprinted |= text.overprinted
        side = xs[key[1] + spans[key][1]] + 0.2
        if any(letter.box.x1 > side and letter.turn == 0 and letter.text.strip() for letter in group):
            found.cut.append(key)
        found.rows[key[0]][key[1]] = text.text
        if text.struck:
            found.struck[key] = text.struck
        if text.notes:
            found.notes[key] = text.notes
    found.spans = {key: span for key, span in spans.items() if span != (1, 1)}
    found.fills = _fills(shapes, xs, ys, owner, spans, held)
    return found, left_over


def _dealt(
    letters: Sequence[_Letter], xs: Sequence[float], ys: Sequence[float],
    owner: dict[tuple[int, int], tuple[int, int]], spans: dict[tuple[int, int], tuple[int, int]],
) -> tuple[dict[tuple[int, int], list[_Letter]], list[_Letter]]:  # fmt: skip
    """The letters of each cell, and those of none.

    Text that is too long for its cell runs on into the next (or is cut off by it, and yet in the file): it is that of
    the cell where it begins, as far as letter is printed after letter.
    """
    held: dict[tuple[int, int], list[_Letter]] = defaultdict(list)
    left_over: list[_Letter] = []
    last: _Letter | None = None
    last_at: tuple[int, int] | None = None
    last_place = (-1, -1)
    for letter in letters:
        place = (bisect_right(ys, letter.down) - 1, bisect_right(xs, letter.across) - 1)
        at = owner.get(place)
        # A letter taller than its cell is one of a watermark.
        if at is not None and ys[at[0] + spans[at][0]] - ys[at[0]] < 0.7 * letter.size:
            at = None
        if last is not None and last_at is not None and at != last_at and letter.turn == last.turn == 0:
            close = abs(letter.box.x0 - last.box.x1) <= 0.06 * letter.size and letter.size == last.size
            # Other text begins some way behind a ruling, but what runs on stands upon it.
            same = letter.string == last.string or place == last_place
            across = same or letter.box.x0 < xs[place[1]] + 0.3
            if close and across and abs(letter.box.bottom - last.box.bottom) < 0.1:
                at = last_at
        if at is None:
            left_over.append(letter)
        else:
            held[at].append(letter)
        last, last_at, last_place = letter, at, place
    return held, left_over


def _bounds(values: set[float], middles: Sequence[float]) -> list[float]:
    """Bounds of columns or rows, without those that lie close together with nothing between (double rulings)."""
    bounds: list[float] = []
    for value in sorted(values):
        if bounds and value - bounds[-1] < 6 and not any(bounds[-1] < middle < value for middle in middles):
            continue
        bounds.append(value)
    return bounds


def _index(bounds: Sequence[float], value: float) -> int:
    return bisect_right(bounds, value + 0.01) - 1


def _fills(
    shapes: Sequence[_Shape], xs: Sequence[float], ys: Sequence[float], owner: dict[tuple[int, int], tuple[int, int]],
    spans: dict[tuple[int, int], tuple[int, int]], held: dict[tuple[int, int], list[_Letter]],
) -> dict[tuple[int, int], str]:  # fmt: skip
    """The colour that lies behind each cell: the last that covers most of it, or all text of it, or is all of it."""
    fills: dict[tuple[int, int], str] = {}
    for box, colour, _ in shapes:
        if not colour or box.x1 - box.x0 <= _THIN or box.bottom - box.top <= _THIN:
            continue
        rows = range(max(_index(ys, box.top), 0), min(bisect_left(ys, box.bottom), len(ys) - 1))
        columns = range(max(_index(xs, box.x0), 0), min(bisect_left(xs, box.x1), len(xs) - 1))
        for key in {owner[row, column] for row in rows for column in columns if (row, column) in owner}:
            height, width = spans[key]
            cell = _Box(xs[key[1]], ys[key[0]], xs[key[1] + width], ys[key[0] + height])
            common = _Box(
                max(box.x0, cell.x0), max(box.top, cell.top), min(box.x1, cell.x1), min(box.bottom, cell.bottom)
            )
            if common.x1 <= common.x0 or common.bottom <= common.top:
                continue
            written = [letter for letter in held.get(key, ()) if letter.text.strip()]
            behind = all(box.x0 <= each.across <= box.x1 and box.top <= each.down <= box.bottom for each in written)
            within = _area(common) > 0.9 * _area(box) and _area(box) >= 25 and colour not in ("#000000", "#FFFFFF")
            if _area(common) >= 0.6 * _area(cell) or (within and behind):
                fills[key] = colour
    return {key: colour for key, colour in sorted(fills.items()) if colour != "#FFFFFF"}


# Text.


def _prints(letters: Sequence[_Letter], turn: int) -> list[_Print]:
    """Lines of print of the letters that are turned so, from top to bottom as they are read."""
    runs: dict[tuple[int, int], list[tuple[_Box, _Letter]]] = defaultdict(list)
    for letter in letters:
        if letter.turn == turn:
            box = _turned(letter.box, turn)
            runs[round(letter.size), round(box.bottom - _BELOW * letter.size)].append((box, letter))
    lines: list[tuple[float, float, list[tuple[_Box, _Letter]]]] = []
    # The largest first: a raised figure joins the line that it is raised from.
    for (_, _), run in sorted(runs.items(), key=lambda item: (-item[0][0], item[0][1])):
        if any(letter.text.strip() for _, letter in run):
            size = median(letter.size for _, letter in run)
            base = median(box.bottom for box, _ in run) - _BELOW * size
            middle = base - 0.3 * size
            near = [
                line for line in lines
                if line[0] - _ABOVE * line[1] < middle < line[0] + _BELOW * line[1]
                and (size < 0.9 * line[1] or abs(line[0] - base) < 0.15 * size or not _overlap(run, line[2]))
            ]  # fmt: skip
            if near:
                min(near, key=lambda line: abs(line[0] - base))[2].extend(run)
            else:
                lines.append((base, size, list(run)))
    for (_, _), run in runs.items():
        if not any(letter.text.strip() for _, letter in run):
            base = run[0][0].bottom - _BELOW * run[0][1].size
            line = min(lines, key=lambda line: abs(line[0] - base), default=None)
            if line and abs(line[0] - base) < 0.5 * line[1]:
                line[2].extend(run)
    lines.sort(key=lambda line: (line[0], line[1]))
    return [_Print(base, size, [letter for _, letter in sorted(run, key=lambda each: each[0].x0)])
            for base, size, run in lines]  # fmt: skip


def _overlap(some: Sequence[tuple[_Box, _Letter]], others: Sequence[tuple[_Box, _Letter]]) -> bool:
    """Whether letters are printed over each other."""
    taken = {round((box.x0 + box.x1) / 8) for box, letter in others if letter.text.strip()}
    return sum(round((box.x0 + box.x1) / 8) in taken for box, letter in some if letter.text.strip()) > 2


def _pieces(line: _Print, gap: float = _GAP) -> list[_Print]:
    """Parts of a line that wide gaps keep apart."""
    pieces: list[list[_Letter]] = []
    spaces: list[_Letter] = []
    end = 0.0
    for letter in line.letters:
        if not letter.text.strip():
            spaces.append(letter)
            continue
        box = _turned(letter.box, letter.turn)
        if not pieces or box.x0 - end > gap * line.size:
            pieces.append([letter])
            end = box.x1
        else:
            pieces[-1] += [*spaces, letter]
            end = max(end, box.x1)
        spaces = []
    return [_Print(line.base, line.size, piece) for piece in pieces]


def _assembled(letters: Sequence[_Letter], raised: bool = False) -> _Text:
    """Text of a cell or line; marks of footnotes are taken out of it, or (`raised`) left in it as raised figures."""
    marks: list[tuple[str, bool, bool, bool]] = []  # character, struck, raised, bold
    overprinted = False
    for turn in sorted({letter.turn for letter in letters}):
        lines = _prints(letters, turn)
        for index, line in enumerate(lines):
            if index and line.base - lines[index - 1].base < 0.6 * line.size:
                overprinted = True
            if marks and not (index and _broken(lines[index - 1], line)):
                marks.append(("\n", False, False, False))
            end: float | None = None
            for letter in line.letters:
                box = _turned(letter.box, turn)
                if end is not None and box.x0 - end > _SPACE * line.size:
                    marks.append((" ", letter.struck, False, letter.bold))
                end = box.x1 if end is None else max(end, box.x1)
                base = box.bottom - _BELOW * letter.size
                small = letter.size < 0.9 * line.size and base < line.base - 0.15 * line.size
                small = small or letter.text.translate(_LOWERED) != letter.text
                text = letter.text.translate(_LOWERED) if small else letter.text
                marks += [(each, letter.struck, small, letter.bold) for each in text]
    whole = _sorted_out(marks, raised)
    whole.overprinted = overprinted
    return whole


def _broken(above: _Print, below: _Print) -> bool:
    """Whether the name of a month is broken in two without a hyphen, as it is where its column is too narrow.

    Other words may be broken so too, but nothing tells them from two words.
    """
    end = "".join(letter.text for letter in above.letters[-9:]).rpartition(" ")[2]
    begin = "".join(letter.text for letter in below.letters[:9]).partition(" ")[0]
    return bool(end and begin) and f"{end}{begin}".rstrip(",.").casefold() in _MONTHS


def _sorted_out(marks: Sequence[tuple[str, bool, bool, bool]], raised: bool) -> _Text:
    """Part text from what is struck out and from footnote marks."""
    text, bold, notes = "", "", ""
    struck: list[str] = []
    again = False  # nothing but space since the last struck-out letter
    index = 0
    while index < len(marks):
        _each, out, small, heavy = marks[index]
        end = index + 1
        while small and end < len(marks) and marks[end][1:3] == (out, True):
            end += 1
        run = "".join(mark[0] for mark in marks[index:end])
        if out:
            struck[-1:] = [struck[-1] + run] if again else [*struck[-1:], run]
            again = True
        elif small and _MARK.fullmatch(run.strip()) and not _UNIT.search(text):
            text += run.translate(_RAISED) if raised else ""
            bold += ("b" if heavy else " ") * len(run) if raised else ""
            notes += "" if raised else f" {run.strip()}"
        else:
            again = again and not run.strip()
            if again and struck:
                struck[-1] += run
            text += run
            bold += ("b" if heavy else " ") * len(run)
        index = end
    lines = [" ".join(line.split()) for line in text.split("\n")]
    label = text[: text.find(":")] if ":" in text[:80] else ""
    rest = [b for b, c in zip(bold, text, strict=True) if c.strip()][len("".join(label.split())) + 1 :]
    plain = any(b == " " and c.strip() for b, c in zip(bold, label, strict=False))
    if plain or (rest and all(b == "b" for b in rest)):  # all in bold is a heading
        label = ""
    kept = tuple(" ".join(each.split()) for each in struck if each.strip())
    # A hyphen between figures is never one of hyphenation; any other may be, or not.
    joined = re.sub(r"(?<=\d[-–])\n(?=\d)", "", "\n".join(line for line in lines if line))
    return _Text(joined, kept, notes.strip(), " ".join(label.split()))


def _row(line: _Print) -> _Row:
    written = [letter for letter in line.letters if letter.text.strip()]
    text = _assembled(line.letters, raised=True)
    base = line.box.bottom if line.letters[0].turn else line.base
    return _Row(text, line.box, base, line.size, all(letter.bold for letter in written))


# Tables without rulings.


def _aligned(prints: Sequence[_Print]) -> list[list[_Print]]:
    """Blocks of lines that stand in three or more columns, whose first line has something in each of them.

    Three columns of prose are none: their lines fill them from side to side.
    """
    blocks: list[list[_Print]] = []
    parts = [[(part.box.x0, part.box.x1) for part in _pieces(line, _GUTTER)] for line in prints]
    index = 0
    while index < len(prints) <= 400:
        columns, end = parts[index], index + 1
        while len(columns) >= 3 and end < len(prints):
            merged = _columns([*columns, *parts[end]], _GUTTER * prints[end].size)
            if len(merged) < 3 or prints[end].base - prints[end - 1].base > 4 * prints[end].size:
                break
            columns, end = merged, end + 1
        if len(columns) >= 3 and end - index >= 3 and _convincing(columns, parts[index:end], prints[index].size):
            blocks.append(list(prints[index:end]))
            index = end
        else:
            index += 1
    return blocks


def _columns(parts: Sequence[tuple[float, float]], gap: float) -> list[tuple[float, float]]:
    """What parts of lines cover together, where it is parted by a gap from top to bottom."""
    columns: list[tuple[float, float]] = []
    for x0, x1 in sorted(parts):
        if columns and x0 - columns[-1][1] < gap:
            columns[-1] = (columns[-1][0], max(columns[-1][1], x1))
        else:
            columns.append((x0, x1))
    return columns


def _convincing(
    columns: Sequence[tuple[float, float]], lines: Sequence[Sequence[tuple[float, float]]], size: float
) -> bool:
    if any(not any(x0 - 1 <= part[0] <= x1 for part in lines[0]) for x0, x1 in columns):
        return False
    if sum(len(line) > 2 for line in lines) < 3:
        return False
    prose = 0
    for x0, x1 in columns:
        inside = [(left, right) for line in lines for left, right in line if x0 - 1 <= left <= x1]
        spread = [min(abs(at - median(ats)) for at, ats in zip(each, zip(*inside, strict=True), strict=True))
                  for each in inside]  # fmt: skip
        middles = [(left + right) / 2 for left, right in inside]
        centred = [abs(middle - median(middles)) for middle in middles]
        if sum(min(near) > 3 for near in zip(spread, centred, strict=True)) > 0.3 * len(inside):
            return False
        full = sum(right - left > 0.65 * (x1 - x0) for left, right in inside)
        prose += x1 - x0 > 8 * size and len(inside) > 0.8 * len(lines) and full > 0.75 * len(inside)
    return prose < 2


def _aligned_cells(block: Sequence[_Print], rules: Sequence[_Edge]) -> list[_Box]:
    """Cells of such a block."""
    parts = [(part.box.x0, part.box.x1) for line in block for part in _pieces(line, _GUTTER)]
    columns = _columns(parts, _GUTTER * block[0].size)
    left, right = columns[0][0], columns[-1][1]
    ys = [*_row_tops(block, columns[0][1], left, right, rules), block[-1].base + 0.4 * block[-1].size]
    xs = [x0 - 1 for x0, _ in columns] + [right + 1]
    return [_Box(x0, y0, x1, y1) for y0, y1 in pairwise(ys) for x0, x1 in pairwise(xs)]


def _row_tops(block: Sequence[_Print], first: float, left: float, right: float, rules: Sequence[_Edge]) -> list[float]:
    """Where each row begins: below a rule, or else below a wider gap, or else with its first column."""
    steps = [after.base - before.base for before, after in pairwise(block)]
    usual = min((step for step in steps if step > 0.6 * block[0].size), default=0.0)
    ruled = [
        any(
            before.base < rule.at < after.base and min(rule.high, right) - max(rule.low, left) > 0.5 * (right - left)
            for rule in rules
        )
        for before, after in pairwise(block)
    ]
    if any(ruled):
        begins = ruled
    elif usual and max(steps) > 1.25 * usual:
        begins = [step > 1.2 * usual for step in steps]
    else:
        begins = [any(each.across < first for each in line.letters if each.text.strip()) for line in block[1:]]
    later = [line.base - 0.9 * line.size for line, begin in zip(block[1:], begins, strict=True) if begin]
    return [block[0].base - block[0].size, *later]


def _banded(tables: Sequence[list[_Box]], letters: Sequence[_Letter], rules: Sequence[_Edge]) -> list[list[_Box]]:
    """Tables of which only some rows have cells, by their colour: every second one, or the header.

    The other rows are the lines between, above and below that stand in the same columns.
    """
    bands = sorted((cells for cells in tables if len({(cell.top, cell.bottom) for cell in cells}) == 1),
                   key=lambda cells: cells[0].top)  # fmt: skip
    whole = [cells for cells in tables if len({(cell.top, cell.bottom) for cell in cells}) > 1]
    if not bands or len(bands) > 100:
        return list(tables)
    lines = _prints(letters, 0)
    while bands:
        cells = bands.pop(0)
        xs = sorted({x for cell in cells for x in (cell.x0, cell.x1)})
        inside = {id(line): _stands_in(line, xs) for line in lines}
        count, bottom = 1, cells[0].bottom
        for band in list(bands):
            at = sorted({x for cell in band for x in (cell.x0, cell.x1)})
            between = [line for line in lines if bottom < line.base <= band[0].top]
            alike = len(at) == len(xs) and all(abs(a - b) <= _TOUCH for a, b in zip(at, xs, strict=True))
            if alike and 0 <= band[0].top - bottom < 150 and all(inside[id(line)] for line in between):
                tops = _row_tops(between, xs[1], xs[0], xs[-1], rules)[1:] if between else []
                cells += _fields(xs, [bottom, *tops, band[0].top]) + _fields(xs, [band[0].top, band[0].bottom])
                count, bottom = count + 1, band[0].bottom
                bands.remove(band)
        enough = 2 if count > 1 else 3
        below = _reach([line for line in lines if line.base > bottom], bottom, inside, enough)
        if below:
            tops = _row_tops(below, xs[1], xs[0], xs[-1], rules)[1:]
            cells += _fields(xs, [bottom, *tops, below[-1].base + 0.4 * below[-1].size])
        top = min(cell.top for cell in cells)
        above = _reach([line for line in reversed(lines) if line.base < top], top, inside, enough)
        if above:
            tops = _row_tops(above[::-1], xs[1], xs[0], xs[-1], rules)
            cells += _fields(xs, [*tops, top])
        whole.append(cells)
    return whole


def _fields(xs: Sequence[float], ys: Sequence[float]) -> list[_Box]:
    """The cells between such bounds."""
    return [_Box(x0, y0, x1, y1) for y0, y1 in pairwise(ys) for x0, x1 in pairwise(xs) if y1 - y0 > 4]


def _stands_in(line: _Print, xs: Sequence[float]) -> int:
    """In how many of these columns a line stands; none if it stands across their bounds or beside them."""
    columns = set()
    for letter in line.letters:
        if letter.text.strip():
            column = bisect_right(xs, letter.across)
            if not 0 < column < len(xs) or letter.box.x0 < xs[column - 1] - 0.5 or letter.box.x1 > xs[column] + 0.5:
                return 0
            columns.add(column)
    return len(columns)


def _reach(lines: Sequence[_Print], edge: float, inside: dict[int, int], enough: int) -> list[_Print]:
    """The lines next to an edge, away from it, that stand close to each other in columns."""
    taken: list[_Print] = []
    for line in lines:
        if not inside[id(line)] or abs(line.base - edge) > (2.5 if taken else 3) * line.size:
            break
        taken.append(line)
        edge = line.base
    return taken if any(inside[id(line)] >= enough for line in taken) else []


# --- all pages -------------------------------------------------------------------------------------------------------


def _document(pages: Sequence[_Page], notes: list[tuple[str, str, str]], recognised: bool) -> Document:
    """Put the pages together."""
    decided: list[tuple[str, str, str]] = []
    if recognised:
        decided.append(("text", "recognised in a scan", "letters stand invisibly behind pictures; check dates by eye"))
    repeated = _drop_repeated(pages)
    if repeated:
        notes.append(("text-not-read", "", f"lines at the top or bottom of pages were read once: {repeated}"))
    rows, cells = _join_breaks(pages)
    if rows:
        decided.append(("rows cut by a page break", "; ".join(rows), "joined: they go on in a row without a number"))
    if cells:
        decided.append(("merged cells cut by a page break", "; ".join(cells), "each part was given the whole text"))
    body = _body_size(pages)
    levels = _levels(pages, body)
    grids: list[Grid] = []
    before: list[Line] = []
    for page in pages:
        right = max((item.box.x1 for item in page.items if isinstance(item, _Row)), default=0.0)
        last: _Row | None = None
        for item in page.items:
            if isinstance(item, _Found):
                grids.append(Grid("", item.rows, item.places, fills=item.fills, struck=item.struck, spans=item.spans,
                                  notes=item.notes, before=tuple(before), edges=item.edges,
                                  doubtful=frozenset(item.cut)))  # fmt: skip
                before, last = [], None
                continue
            text = item.text
            if last is not None and before and _goes_on(last, item, right):
                line = before[-1]
                space = "" if line.text.endswith("-") else " "
                whole = f"{line.text}{space}{text.text}".strip()
                level = line.level if len(whole) <= 200 else 0
                before[-1] = replace(line, text=whole, level=level, struck=line.struck + text.struck)
            else:
                level = 0 if not _heads(item, body) else levels[round(item.size), item.bold]
                before.append(Line(text.text, item.place, level, text.label, text.struck))
            last = item
    if before or not grids:
        grids.append(Grid("", [], [], before=tuple(before)))
    return Document("PDF", tuple(grids), tuple(decided), tuple(notes))


def _drop_repeated(pages: Sequence[_Page]) -> str:
    """Take headers and footers out of all pages but the first that has them; say which."""
    seen: dict[tuple[str, int], list[tuple[_Page, _Row]]] = defaultdict(list)
    for page in pages:
        for item in page.items:
            edge = isinstance(item, _Row) and not item.text.label and not item.text.struck and (
                item.base < _MARGIN * page.height or item.base > (1 - _MARGIN) * page.height)  # fmt: skip
            if edge and isinstance(item, _Row):
                text = item.text.text
                key = re.sub(r"\d+", "#", text) if _PAGE_NUMBER.fullmatch(text) else text
                seen[key, round(item.base / 3)].append((page, item))
    named: list[str] = []
    for places in seen.values():
        on = {page.number for page, _ in places}
        if len(on) < 2 or len(on) <= len(pages) / 2:
            continue
        named.append(f"'{places[0][1].text.text}' ({len(places)} times)")
        for page, row in places[1:]:
            page.items = [item for item in page.items if item is not row]
    return ", ".join(named)


def _body_size(pages: Sequence[_Page]) -> float:
    """Size of most of the text outside the tables, or of all where there is little of it."""
    outside: Counter[float] = Counter()
    inside: Counter[float] = Counter()
    for page in pages:
        for item in page.items:
            if isinstance(item, _Row):
                outside[round(item.size * 2) / 2] += len(item.text.text)
            else:
                inside[round(item.size * 2) / 2] += sum(len(text) for row in item.rows for text in row)
    sizes = outside if outside.total() >= 200 or not inside else outside + inside
    return max(sizes, key=lambda size: (sizes[size], -size), default=0.0)


def _heads(row: _Row, body: float) -> bool:
    text = row.text.text
    short = len(text) <= 160 and any(each.isalpha() for each in text) and not _CONTENTS.search(text)
    bold = row.bold and row.size >= 0.95 * body and not text.endswith(".") and not row.text.label
    return short and (row.size >= 1.15 * body or bold)


def _levels(pages: Sequence[_Page], body: float) -> dict[tuple[int, bool], int]:
    """Level of the headings of each size, the largest first."""
    kinds = {
        (round(item.size), item.bold)
        for page in pages for item in page.items
        if isinstance(item, _Row) and _heads(item, body)
    }  # fmt: skip
    # Of more than six kinds the largest, which are those of titles, share the first level.
    return {kind: max(index + 1 - max(len(kinds) - 6, 0), 1) for index, kind in enumerate(sorted(kinds, reverse=True))}


def _goes_on(last: _Row, row: _Row, right: float) -> bool:
    """Whether a line goes on with the paragraph of the line before: its first word would not have fitted there."""
    alike = round(last.size) == round(row.size) and last.bold == row.bold and not row.text.label
    below = 0.5 * row.size < row.base - last.base < 1.6 * row.size
    begins = re.match(r"[•▪➢○o–-]\s|\(?\w{1,3}[.)]\s", row.text.text)
    full = last.box.x1 + row.first_word + 0.2 * row.size > right
    return alike and below and not begins and full and row.box.x0 < last.box.x0 + 4 * row.size


def _join_breaks(pages: Sequence[_Page]) -> tuple[list[str], list[str]]:
    """Join what page breaks cut in two, where that is certain; the places of the rows and of the cells.

    A row is, where what follows below the break has no number and little text, and a cell of it goes on with what does
    not end above: a date, a struck-out word, or a sentence, in small letters in a column whose cells begin with capitals.
    A merged cell is, where what follows is blank in a column that has no other blank, or goes on with a sentence in the
    same way. All else stays as rows.
    """
    rows: list[str] = []
    cells: list[str] = []
    for before, after in pairwise(pages):
        upper = next((item for item in reversed(before.items) if not _in_margin(item, before)), None)
        lower = next((item for item in after.items if not _in_margin(item, after)), None)
        if not isinstance(upper, _Found) or not isinstance(lower, _Found) or len(upper.edges) != len(lower.edges):
            continue
        if any(abs(a - b) > 3 for a, b in zip(upper.edges, lower.edges, strict=True)):
            continue
        row = 0
        while row < min(len(lower.rows), len(upper.rows) - 1) and lower.rows[row] == upper.rows[row]:
            row += 1
        if row < len(lower.rows) and _is_cut(upper, lower, row):
            rows.append(lower.places[row])
            _join_row(upper, lower, row)
            if not lower.rows:  # that was all of it
                after.items = [item for item in after.items if item is not lower]
        if row < len(lower.rows):
            cells += [f"{lower.places[row]}, column {each + 1}" for each in _join_merged(upper, lower, row)]
    return rows, cells


def _join_merged(upper: _Found, lower: _Found, row: int) -> list[int]:
    """Give both parts of a merged cell that a page break cuts its whole text; the columns where it was."""
    joined: list[int] = []
    for column, rest in enumerate(lower.rows[row]):
        at = _above(upper, column)
        tall, wide = upper.spans.get(at, (1, 1))
        tall_below, wide_below = lower.spans.get((row, column), (1, 1))
        text = upper.rows[at[0]][at[1]]
        if not text or at[1] != column or wide != wide_below or max(tall, tall_below) < 2:
            continue
        others = _column(upper, column, 1, at) + _column(lower, column, row, (row, column))
        blank = not rest and all(others) and (others or min(tall, tall_below) > 1)
        if blank or (rest and _continues(text, rest, others, 1)):
            whole = f"{text}\n{rest}".strip()
            upper.rows[at[0]][column] = lower.rows[row][column] = whole
            joined.append(column)
    return joined


def _column(table: _Found, column: int, first: int, but: tuple[int, int]) -> list[str]:
    """The texts of the cells of a column, each merged one once, without one of them."""
    covered = {
        (row, left + right)
        for (top, left), (height, width) in table.spans.items()
        for row in range(top, top + height)
        for right in range(width)
        if row > top or right
    }
    rows = range(first, len(table.rows))
    return [table.rows[row][column] for row in rows if (row, column) not in covered and (row, column) != but]


def _date_goes_on(text: str, rest: str) -> bool:
    """Whether a date is cut before its month or its year."""
    month = rf"({'|'.join(sorted(_MONTHS))}|may)"
    day = re.search(r"\b\d{1,2}(st|nd|rd|th)?$", text) and re.match(rf"{month}\s+\d{{4}}\b", rest, re.IGNORECASE)
    return bool(day or (re.search(rf"\b{month}$", text, re.IGNORECASE) and re.match(r"\d{4}\b", rest)))


def _continues(text: str, rest: str, others: Sequence[str], enough: int) -> bool:
    """Whether what follows goes on with a sentence, in a column whose other cells begin with a capital."""
    begins = [each[0] for each in others if each]
    capital = len(begins) >= enough and sum(not each.islower() for each in begins) >= 0.9 * len(begins)
    return capital and rest[0].islower() and text[-1] not in ".!?:;"


def _in_margin(item: _Row | _Found, page: _Page) -> bool:
    return isinstance(item, _Row) and not _MARGIN * page.height < item.base < (1 - _MARGIN) * page.height


def _is_cut(upper: _Found, lower: _Found, row: int) -> bool:
    rest = lower.rows[row]
    columns = [column for column, text in enumerate(rest) if text or (row, column) in lower.struck]
    above = [_above(upper, column) for column in range(len(rest))]
    texts = [upper.rows[at[0]][at[1]] for at in above]
    if rest[0] or not texts[0] or not columns or len(columns) > len(rest) / 2:
        return False
    if not all(texts[column] or above[column] in upper.struck for column in columns):
        return False
    for column in columns:
        struck, struck_above = lower.struck.get((row, column)), upper.struck.get(above[column])
        if struck and struck_above and (struck[0][0].islower() or _date_goes_on(struck_above[-1], struck[0])):
            return True
        if _date_goes_on(texts[column], rest[column]):
            return True
        others = [each[column] for each in (*upper.rows[1:-1], *lower.rows[row + 1 :])]
        if rest[column] and texts[column] and _continues(texts[column], rest[column], others, 3):
            return True
    return False


def _above(table: _Found, column: int) -> tuple[int, int]:
    """Where the cell begins that stands in a column of the last row."""
    last = len(table.rows) - 1
    for (top, left), (height, width) in table.spans.items():
        if top + height > last and left <= column < left + width:
            return top, left
    return last, column


def _join_row(upper: _Found, lower: _Found, row: int) -> None:
    """Move what stands in a row of the lower table to the end of the last row of the upper one."""
    for column, text in enumerate(lower.rows[row]):
        top, left = _above(upper, column)
        if text:
            upper.rows[top][left] = f"{upper.rows[top][left]}\n{text}".strip()
        if (row, column) in lower.struck:
            upper.struck[top, left] = upper.struck.get((top, left), ()) + lower.struck[row, column]
        if (row, column) in lower.notes:
            upper.notes[top, left] = f"{upper.notes.get((top, left), '')} {lower.notes[row, column]}".strip()
        if (row, column) in lower.fills:
            upper.fills.setdefault((top, left), lower.fills[row, column])
    del lower.rows[row], lower.places[row]
    lower.fills = _without(lower.fills, row)
    lower.struck = _without(lower.struck, row)
    lower.notes = _without(lower.notes, row)
    lower.cut = [(at - (at > row), column) for at, column in lower.cut if at != row]
    spans = {}
    for (top, left), (height, width) in lower.spans.items():
        height -= top <= row < top + height
        if height and (height, width) != (1, 1):
            spans[top - (top > row), left] = (height, width)
    lower.spans = spans


def _without(kept: dict[tuple[int, int], _T], row: int) -> dict[tuple[int, int], _T]:
    """What is kept by row and column, when a row is taken out."""
    return {(at - (at > row), column): value for (at, column), value in kept.items() if at != row}
