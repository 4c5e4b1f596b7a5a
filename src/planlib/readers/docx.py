"""Reads Word documents (.docx, .docm) from their XML: tables with what is struck out, filled or merged, and the lines between."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import ZipFile

from planlib.errors import InputError
from planlib.readers.flow import Cell, Flow, Piece, Run, compose, is_beside, is_layout, tidy
from planlib.readers.grid import Document
from planlib.readers.package import open_package, parse_xml
from planlib.settings import Limits

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_RELATED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_HIGHLIGHTS = {
    "yellow": "FFFF00", "green": "00FF00", "cyan": "00FFFF", "magenta": "FF00FF", "blue": "0000FF", "red": "FF0000",
    "darkBlue": "000080", "darkCyan": "008080", "darkGreen": "008000", "darkMagenta": "800080", "darkRed": "800000",
    "darkYellow": "808000", "darkGray": "808080", "lightGray": "C0C0C0", "black": "000000",
}  # fmt: skip
# Signs of the fonts that have pictures for letters, by the character that stands in the file.
_SIGNS = {
    "wingdings": {
        "ü": "✓", "û": "✗", "ý": "☒", "þ": "☑", "o": "☐", "¨": "☐", "q": "☐", "r": "☐", "n": "■", "l": "●", "§": "▪", "u": "◆",
        "w": "◆", "v": "❖", "Ø": "➢", "à": "→", "ß": "←", "á": "↑", "â": "↓", "è": "→", "ê": "↓", "é": "↑", "J": "☺",
        "K": "😐", "L": "☹", "¡": "○", "¤": "◉", "x": "☒", "F": "☞", "·": "•", "6": "⌛", "«": "★",
    },
    "wingdings 2": {"P": "✓", "O": "✗", "R": "☑", "S": "☒", "T": "☒", "Q": "☒", "£": "☐", "*": "☐", "\x97": "●", "\x98": "●"},
    "wingdings 3": {"p": "▲", "q": "▼", "g": "→", "f": "←", "h": "↑", "i": "↓", "u": "▶", "t": "◀"},
    "webdings": {"a": "✓", "r": "✗", "c": "☐", "g": "■", "n": "●", "=": "■", "5": "▲", "6": "▼", "4": "▶", "3": "◀"},
    "symbol": {"·": "•", "®": "→", "¬": "←", "Þ": "⇒", "\xa3": "≤", "\xb3": "≥", "´": "×", "Ö": "√", "±": "±", "°": "°"},
}  # fmt: skip
# Elements that only wrap others, in a paragraph, a cell, a row or a table.
_WRAPPERS = frozenset("hyperlink ins moveTo smartTag sdtContent fldSimple customXml dir bdo ruby rubyBase".split())
_TEXTS = frozenset(("t", "delText"))
_READ = ("styles", "numbering", "footnotes", "endnotes", "header", "footer", "comments")
_NARROW = 113  # twips, two millimetres: columns begin nearer to each other only where a line was drawn by hand
_WIDEST = 1000  # columns that a cell may span; Word itself allows 63
_NAMES: dict[Any, str] = {}


class Look(NamedTuple):
    """How characters look, as far as it matters."""

    struck: bool = False
    bold: bool = False
    raised: bool = False
    fill: str = ""
    hidden: bool = False
    font: str = ""


class Style(NamedTuple):
    """A style of paragraphs or characters, with what it has from those it is based on."""

    look: Mapping[str, Any]
    level: int = 0
    number: tuple[str, int] | None = None


def read(path: Path, data: bytes, limits: Limits) -> Document:
    """Read a Word document.

    Parameters
    ----------
    path : Path
        For messages.
    data : bytes
        The file.
    limits : Limits
        How much it may unpack to, and how many cells its tables may span together.

    Returns
    -------
    Document
        One grid a table. What tracked changes insert counts, what they delete is struck out. Page headers, comments and
        hidden text are no text and are noted. Fills that come of a table's style alone are not seen.

    Raises
    ------
    InputError
        If it is no Word document, is damaged or protected by a password, or is larger than `limits` allow.
    """
    with open_package(path, data, limits) as archive:
        main, parts = _parts(path, archive)
    # Behind the archive, which takes any fault while it is open for one of its own.
    try:
        word = _Word(Flow(path, limits), parts)
        word.story(next((one for one in main if _name(one) == "body"), main))
        word.rest()
    except RecursionError:
        raise InputError(f"{path.name}: its parts are nested too deeply; copy the table to a new document") from None
    return word.flow.document("Word document")


def _parts(path: Path, archive: ZipFile) -> tuple[Any, dict[str, list[Any]]]:
    """The root of the text, and those of the parts that it leads to, by their kind."""
    names = set(archive.namelist())
    main = next(iter(_related(path, archive, names, "").get("officeDocument", ["word/document.xml"])), "")
    if main not in names:
        raise InputError(f"{path.name}: has no Word text in it; save it again as .docx")
    related = _related(path, archive, names, main)
    parts = {kind: [_part(path, archive, part) for part in related.get(kind, ())] for kind in _READ}
    if inner := related.get("aFChunk"):
        raise InputError(
            f"{path.name}: holds another document ({inner[0]}) within itself; open it in Word and save it again"
        )
    return _part(path, archive, main), parts


def _part(path: Path, archive: ZipFile, name: str) -> Any:
    return parse_xml(path, name, archive.read(name).replace(_STRICT, _W.encode()))


def _related(path: Path, archive: ZipFile, names: set[str], part: str) -> dict[str, list[str]]:
    """Parts that a part (or, blank, the archive) leads to, by the last word of the kind."""
    folder, file = posixpath.split(part)
    name = posixpath.join(folder, "_rels", f"{file}.rels")
    found: dict[str, list[str]] = {}
    for one in parse_xml(path, name, archive.read(name)) if name in names else ():
        if one.get("TargetMode") != "External":
            goal = one.get("Target") or ""
            goal = goal[1:] if goal.startswith("/") else posixpath.normpath(posixpath.join(folder, goal))
            if goal in names:
                found.setdefault((one.get("Type") or "").rpartition("/")[2], []).append(goal)
    return found


def _name(element: Any) -> str:
    """The name of an element without its namespace."""
    tag = element.tag
    name = _NAMES.get(tag)
    if name is None:
        name = tag.rpartition("}")[2] if isinstance(tag, str) else ""
        if len(_NAMES) < 1000:  # a file may have any number of its own
            _NAMES[tag] = name
    return name


def _value(element: Any, name: str = "val") -> str:
    """An attribute of Word's own."""
    return str(element.get(f"{{{_W}}}{name}") or "") if element is not None else ""


def _child(element: Any, name: str) -> Any:
    return element.find(f"{{{_W}}}{name}") if element is not None else None


def _on(element: Any) -> bool:
    """Whether a property that is there is switched on."""
    return _value(element) not in ("0", "false", "off")


def _whole(text: str, default: int = 0) -> int:
    return int(text[:10]) if re.fullmatch(r"-?\d+", text, re.ASCII) else default


# --- looks and styles ------------------------------------------------------------------------------------------------


def _shade(shading: Any) -> str:
    """Colour of a shading, ``#RRGGBB``; blank for white and none. A pattern is mixed of its two colours."""
    if shading is None:
        return ""
    pattern = _value(shading)
    fore, back = (
        value.upper() if re.fullmatch(r"[0-9A-Fa-f]{6}", value := _value(shading, name)) else default
        for name, default in (("color", "000000"), ("fill", "FFFFFF"))
    )
    part = re.fullmatch(r"pct(\d{1,9})", pattern)
    share = 1.0 if pattern == "solid" else min(int(part[1]), 100) / 100 if part else 0.0
    mixed = "".join(
        f"{round(int(fore[at : at + 2], 16) * share + int(back[at : at + 2], 16) * (1 - share)):02X}"
        for at in (0, 2, 4)
    )
    return "" if mixed == "FFFFFF" or pattern == "nil" else f"#{mixed}"


def _looks(properties: Any) -> dict[str, Any]:
    """What run properties say; what they do not say is not there."""
    said: dict[str, Any] = {}
    for one in properties if properties is not None else ():
        name = _name(one)
        if name in ("strike", "dstrike"):
            said["struck"] = _on(one) or (said.get("struck") or False)
        elif name == "del":
            said["struck"] = True
        elif name == "b":
            said["bold"] = _on(one)
        elif name == "vanish":
            said["hidden"] = _on(one)
        elif name == "vertAlign":
            said["raised"] = _value(one) == "superscript"
        elif name == "highlight":
            said["fill"] = f"#{_HIGHLIGHTS[_value(one)]}" if _value(one) in _HIGHLIGHTS else ""
        elif name == "shd" and "fill" not in said:
            said["fill"] = _shade(one)
        elif name == "rFonts":
            font = (_value(one, "ascii") or _value(one, "hAnsi")).lower()
            said["font"] = font if font in _SIGNS else ""
    return said


def _styles(root: Any) -> dict[str, Style]:
    """Every style by its id. A heading is known by its outline level or its name, which Word keeps in English."""
    raw = {_value(one, "styleId"): one for one in root if _name(one) == "style"}
    made: dict[str, Style] = {"": Style({})}

    def resolve(ident: str) -> Style:
        trail: dict[str, None] = {}  # in order, and found at once however many there are
        while ident not in made and ident in raw and ident not in trail:
            trail[ident] = None
            ident = _value(_child(raw[ident], "basedOn"))
        based = made.get(ident, made[""])
        for ident in reversed(trail):
            one = raw[ident]
            own = _child(one, "pPr")
            name = _value(_child(one, "name")).lower()
            heading = re.fullmatch(r"heading ([1-9])", name)
            level = {"title": 1, "subtitle": 2}.get(name, int(heading[1]) if heading else based.level)
            looks = dict(based.look) | _looks(_child(one, "rPr"))
            if (shade := _shade(_child(own, "shd"))) and "fill" not in looks:
                looks["fill"] = shade
            based = made[ident] = Style(looks, _outline(own, level), _numbered(own, based.number))
        return based

    for ident in raw:
        resolve(ident)
    return made


def _outline(properties: Any, level: int) -> int:
    """Level of a heading, from 1; 0 for body text."""
    outline = _child(properties, "outlineLvl")
    if outline is None:
        return min(level, 6)
    number = _whole(_value(outline), 9)
    return min(number + 1, 6) if 0 <= number <= 8 else 0


def _numbered(properties: Any, default: tuple[str, int] | None) -> tuple[str, int] | None:
    """The list and the level in it of a paragraph."""
    number = _child(properties, "numPr")
    if number is None:
        return default
    ident = _value(_child(number, "numId")) or (default[0] if default else "")
    level = _whole(_value(_child(number, "ilvl")), default[1] if default else 0)
    return (ident, min(max(level, 0), 8)) if ident not in ("", "0") else None


# --- numbers of lists ------------------------------------------------------------------------------------------------


@dataclass
class _Numbering:
    """Numbers that Word writes before paragraphs: a plan's references are often nothing else."""

    lists: dict[str, tuple[str, dict[int, int]]] = field(
        default_factory=dict
    )  # its pattern, and where levels start anew
    patterns: dict[str, dict[int, tuple[str, str, int]]] = field(default_factory=dict)  # level to kind, text, start
    counted: dict[str, dict[int, int]] = field(default_factory=dict)
    begun: set[tuple[str, int]] = field(default_factory=set)

    @classmethod
    def read(cls, root: Any) -> _Numbering:
        """Read the definitions."""
        made = cls()
        for one in root:
            if _name(one) == "abstractNum":
                made.patterns[_value(one, "abstractNumId")] = {
                    _whole(_value(level, "ilvl")): (
                        _value(_child(level, "numFmt")), _value(_child(level, "lvlText")),
                        _whole(_value(_child(level, "start")), 0),
                    ) for level in one if _name(level) == "lvl"
                }  # fmt: skip
            elif _name(one) == "num":
                anew = {
                    _whole(_value(each, "ilvl")): _whole(_value(_child(each, "startOverride")), 1)
                    for each in one if _name(each) == "lvlOverride" and _child(each, "startOverride") is not None
                }  # fmt: skip
                made.lists[_value(one, "numId")] = (_value(_child(one, "abstractNumId")), anew)
        return made

    def next(self, ident: str, level: int) -> str:
        """The number of the next paragraph of a list; blank for a bullet."""
        pattern, anew = self.lists.get(ident, ("", {}))
        levels = self.patterns.get(pattern, {})
        if level not in levels:
            return ""
        counted = self.counted.setdefault(pattern, {})
        if level in anew and (ident, level) not in self.begun:
            counted[level] = anew[level]
        else:
            counted[level] = counted[level] + 1 if level in counted else levels[level][2]
        self.begun.add((ident, level))
        for deeper in [each for each in counted if each > level]:
            del counted[deeper]
        kind, text, _ = levels[level]
        if kind in ("bullet", "none"):
            return ""

        def number(found: re.Match[str]) -> str:
            at = int(found[1]) - 1
            which, _, start = levels.get(at, ("decimal", "", 1))
            return _counted(which, counted.setdefault(at, start))

        return tidy(re.sub(r"%([1-9])", number, text))


def _counted(kind: str, number: int) -> str:
    if kind in ("lowerLetter", "upperLetter") and number > 0:
        letter = chr(97 + (number - 1) % 26) * min((number - 1) // 26 + 1, 9)
        return letter.upper() if kind == "upperLetter" else letter
    if kind in ("lowerRoman", "upperRoman") and 0 < number < 4000:
        roman = ""
        for value, sign in ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
                            (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")):  # fmt: skip
            roman += sign * (number // value)
            number %= value
        return roman.upper() if kind == "upperRoman" else roman
    return f"{number:02d}" if kind == "decimalZero" else str(number)


# --- the text --------------------------------------------------------------------------------------------------------


@dataclass
class _Word:
    """A document while it is read."""

    flow: Flow
    parts: Mapping[str, Sequence[Any]]
    styles: dict[str, Style] = field(default_factory=dict)
    numbering: _Numbering = field(default_factory=_Numbering)
    footnotes: dict[tuple[str, str], Any] = field(default_factory=dict)
    marks: dict[tuple[str, str], str] = field(default_factory=dict)  # of footnotes, in the order of their references
    marked: dict[str, int] = field(default_factory=dict)  # how many of each kind
    notes: dict[tuple[str, str], str] = field(default_factory=dict)  # what those say
    shown: dict[tuple[str, str], str] = field(default_factory=dict)  # the mark and what it says
    fields: list[bool] = field(default_factory=list)  # whether each field that is open has come to what it shows
    boxes: list[Any] = field(default_factory=list)  # text boxes of the paragraph that is read

    def __post_init__(self) -> None:
        for root in self.parts["styles"]:
            self.styles |= _styles(root)
        for root in self.parts["numbering"]:
            self.numbering = _Numbering.read(root)
        for kind in ("footnote", "endnote"):
            for root in self.parts[f"{kind}s"]:
                self.footnotes |= {
                    (kind, _value(note, "id")): note for note in root
                    if _name(note) == kind and _value(note, "type") in ("", "normal")
                }  # fmt: skip

    def story(self, parent: Any) -> None:
        """Read what stands below each other, outside any cell."""
        for block in _blocks(parent):
            if _name(block) == "tbl":
                self.table(block)
            else:
                runs, level, number, boxes = self.paragraph(block)
                self.flow.write(runs, level, number)
                for box in boxes:
                    self.story(box)

    def rest(self) -> None:
        """Read footnotes, and note what is not read."""
        for (kind, ident), note in self.footnotes.items():
            mark = self.marks.get((kind, ident), "")
            said = self.notes[kind, ident] if (kind, ident) in self.notes else self.said(note)
            self.flow.write([Run(said)], 0, f"{mark}:" if mark else "", f"{kind} {mark or ident}")
        for kind, what in (("header", "page header"), ("footer", "page footer"), ("comments", "comment")):
            stories = [one for root in self.parts[kind] for one in (root if kind == "comments" else [root])]
            for text in dict.fromkeys(map(self.said, stories)):
                self.flow.leave(what, text, what)

    def said(self, parent: Any) -> str:
        """Plain text of a footnote, a page header or a comment."""
        return " ".join(compose(self.within(parent, Look())).text.split())

    def paragraph(self, element: Any, base: Look = Look()) -> tuple[list[Run], int, str, list[Any]]:  # noqa: B008
        """Runs of a paragraph, its level, its number, and its text boxes."""
        properties = element.find(f"{{{_W}}}pPr")
        level, number = 0, ""
        if properties is not None:
            style = self.styles.get(_value(_child(properties, "pStyle")), _PLAIN)
            if style.look:
                base = base._replace(**style.look)._replace(struck=base.struck or style.look.get("struck", False))
            if shade := _shade(_child(properties, "shd")):
                base = base._replace(fill=shade)
            level = _outline(properties, style.level)
            if listed := _numbered(properties, style.number):
                number = self.numbering.next(*listed)
        self.fields, self.boxes = [], []
        runs: list[Run] = []
        self.inline(element, base, runs)
        return runs, level, number, self.boxes

    def inline(self, parent: Any, look: Look, out: list[Run]) -> None:
        """Add the runs of a paragraph, or of what wraps some of them."""
        for one in parent:
            name = _name(one)
            if name == "r":
                self.run(one, look, out)
            elif name in _WRAPPERS:
                self.inline(one, look, out)
            elif name in ("del", "moveFrom"):
                self.inline(one, look._replace(struck=True), out)
            elif name == "sdt":
                self.control(one, look, out)
            elif name == "AlternateContent":
                self.inline(_chosen(one), look, out)
            elif name in ("oMath", "oMathPara"):
                out.append(_run("".join(each.text or "" for each in one.iter() if _name(each) == "t"), look))

    def control(self, element: Any, look: Look, out: list[Run]) -> None:
        """A content control: what it shows, unless that only asks to be filled in."""
        content = _child(element, "sdtContent")
        if content is None:
            return
        asks = _child(_child(element, "sdtPr"), "showingPlcHdr")
        if asks is not None and _on(asks):
            words: list[Run] = []
            self.inline(content, look, words)
            self.flow.leave("the prompt of an empty field", "".join(run.text for run in words))
        else:
            self.inline(content, look, out)

    def run(self, element: Any, look: Look, out: list[Run]) -> None:
        """Add the characters of a run."""
        properties = element.find(f"{{{_W}}}rPr")
        if properties is not None and len(properties):
            style = self.styles.get(_value(_child(properties, "rStyle")), _PLAIN)
            said = dict(style.look) | _looks(properties)
            look = look._replace(**said)._replace(struck=look.struck or said.get("struck", False)) if said else look
        for one in element:
            name = _name(one)
            if name == "rPr":
                continue
            if name == "fldChar":
                self.field(one, look, out)
            elif self.fields and not all(self.fields):
                continue  # what a field is computed from
            elif name in _TEXTS:
                self.add(one.text or "", look, out)
            elif name in _SPACES:
                out.append(_run(_SPACES[name], look))
            elif name == "sym":
                code = _value(one, "char")
                if re.fullmatch(r"[0-9A-Fa-f]{2,5}", code):
                    # Half a pair of UTF-16 is no character, and could not be written down.
                    sign = "\ufffd" if 0xD800 <= int(code, 16) < 0xE000 else chr(int(code, 16))
                    self.add(sign, look._replace(font=_value(one, "font").lower() or look.font), out)
            elif name in ("footnoteReference", "endnoteReference"):
                self.mark(name[:-9], _value(one, "id"), out)
            elif name in ("drawing", "pict", "object"):
                self.boxes += _text_boxes(one)
            elif name == "AlternateContent":
                self.boxes += _text_boxes(_chosen(one))
            elif name == "ruby":
                self.inline(_child(one, "rubyBase") if _child(one, "rubyBase") is not None else one, look, out)

    def add(self, text: str, look: Look, out: list[Run]) -> None:
        """Add characters; those of a font of signs as what they look like."""
        signs = _SIGNS.get(look.font)
        if signs or "\uf020" <= max(text, default="") <= "\uf0ff":
            signs = signs or _SIGNS["wingdings"]
            plain = "" if look.font != "symbol" else "0123456789.,;:()/-+=% "
            letters = [chr(ord(each) - 0xF000) if "\uf020" <= each <= "\uf0ff" else each for each in text]
            shown = "".join(signs.get(each, each if each.isspace() or each in plain else "\ufffd") for each in letters)
            for sign in [each for each, seen in zip(letters, shown, strict=True) if seen == "\ufffd"]:
                self.flow.leave("a sign of a font of pictures", f"{look.font or 'symbol'} {ord(sign):02X}")
            text = shown
        if look.hidden:
            self.flow.leave("hidden text", text)
        elif text:
            out.append(_run(text, look))

    def field(self, element: Any, look: Look, out: list[Run]) -> None:
        """Keep count of fields; those of old forms show what is set in them."""
        kind = _value(element, "fldCharType")
        if kind == "begin":
            self.fields.append(False)
            form = _child(element, "ffData")
            box, choice = _child(form, "checkBox"), _child(form, "ddList")
            if box is not None:
                checked = _child(box, "checked")
                checked = _child(box, "default") if checked is None else checked
                out.append(_run("☑" if checked is not None and _on(checked) else "☐", look))
            if choice is not None:
                entries = [_value(one) for one in choice if _name(one) == "listEntry"]
                at = _whole(_value(_child(choice, "result")))
                out.append(_run(entries[at] if 0 <= at < len(entries) else "", look))
        elif kind == "separate" and self.fields:
            self.fields[-1] = True
        elif kind == "end" and self.fields:
            self.fields.pop()

    def mark(self, kind: str, ident: str, out: list[Run]) -> None:
        """Add the mark of a footnote, numbered in the order of the text, with what the footnote says."""
        note = self.footnotes.get((kind, ident))
        if note is None:
            return
        if (kind, ident) not in self.marks:
            number = self.marked[kind] = self.marked.get(kind, 0) + 1
            self.marks[kind, ident] = str(number) if kind == "footnote" else _counted("lowerRoman", number)
            kept = self.fields, self.boxes
            self.notes[kind, ident] = self.said(note)
            self.fields, self.boxes = kept
            if said := self.notes[kind, ident]:
                self.shown[kind, ident] = f"{self.marks[kind, ident]}: {said}"  # one text, however often it is referred to
        out.append(Run("", note=self.shown.get((kind, ident), self.marks[kind, ident])))

    # --- tables

    def within(self, parent: Any, look: Look) -> list[Run]:
        """Runs of everything in a cell: paragraphs, tables and text boxes, one below the other."""
        out: list[Run] = []
        for block in _blocks(parent):
            if _name(block) == "tbl":
                for row, _ in _rows(block):
                    for cell, _ in _cells(row):
                        out += [Run("\n"), *self.within(cell, look)]
                continue
            runs, _, number, boxes = self.paragraph(block, look)
            if out:
                out.append(Run("\n"))
            if number:
                out.append(_run(f"{number} ", look._replace(bold=False)))
            out += runs
            for box in boxes:
                out += [Run("\n"), *self.within(box, look)]
        return out

    def table(self, element: Any) -> None:
        """Read a table, or what it only puts in its place."""
        rows = [(row, deleted, list(_cells(row))) for row, deleted in _rows(element)]
        if _only_places(rows):
            for _, _, cells in rows:
                for cell, _ in cells:
                    self.story(cell)
            return
        snapped = _snapped(element, rows)
        placed: list[Cell] = []
        above: dict[int, int] = {}  # column to the cell that a cell below may belong to
        for number, (row, deleted, cells) in enumerate(rows):
            self.flow.row = number
            column = _skipped(row)
            below: dict[int, int] = {}
            for cell, properties in cells:
                start, column = column, column + _width(properties)
                self.flow.claim(1)
                first, end = snapped.get(start, start), snapped.get(column, column)
                piece = compose(self.within(cell, Look(struck=deleted or "cellDel" in properties)))
                if not piece.text and not piece.struck:
                    piece = piece._replace(text=_pictured(cell))
                merged = self.merged(properties, piece, placed, above.get(first), number)
                if (
                    merged is None
                    and _merges(properties, "hMerge") == "continue"
                    and placed
                    and placed[-1].row == number
                ):
                    left = placed[-1]
                    placed[-1] = left._replace(width=end - left.column, piece=_both(left.piece, piece))
                    continue
                if merged is None:
                    merged = len(placed)
                    placed.append(Cell(number, first, 1, max(end - first, 1), piece, _shade(properties.get("shd"))))
                if _merges(properties, "vMerge"):
                    below[first] = merged
            above = below
        self.flow.row = None
        if placed:
            self.flow.lay(placed, len(rows))

    def merged(
        self, properties: Mapping[str, Any], piece: Piece, placed: list[Cell], above: int | None, number: int
    ) -> int | None:
        """The cell above to which a cell belongs, made higher; None if it is one of its own."""
        if above is None or _merges(properties, "vMerge") != "continue":
            return None
        placed[above] = placed[above]._replace(height=number - placed[above].row + 1)
        self.flow.leave("hidden text", piece.text)  # Word shows nothing of a cell that is merged into one above
        return above


_PLAIN = Style({})
_CELL_PROPERTIES = f"{{{_W}}}tcPr"
_SPACES = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": ""}


def _run(text: str, look: Look) -> Run:
    return Run(text, look.struck, look.bold, look.raised, look.fill)


def _both(left: Piece, right: Piece) -> Piece:
    """Two cells that are shown as one."""
    return Piece("\n".join(filter(None, (left.text, right.text))), left.struck + right.struck, left.notes + right.notes,
                 left.fill or right.fill)  # fmt: skip


def _chosen(alternate: Any) -> Any:
    """The first of the choices between which a reader has to choose one; all but it say the same again."""
    return next((one for one in alternate if _name(one) == "Choice"), next(iter(alternate), alternate))


def _text_boxes(element: Any) -> list[Any]:
    """Text boxes in a drawing; not those within one of them, and none twice."""
    found = []
    for one in element:
        if _name(one) == "txbxContent":
            found.append(one)
        else:
            found += _text_boxes(_chosen(one) if _name(one) == "AlternateContent" else one)
    return found


def _pictured(cell: Any) -> str:
    """What the pictures of a cell are said to show: a traffic light."""
    said = [one.get("descr") or one.get("title") or "" for one in cell.iter() if _name(one) == "docPr"]
    return tidy("\n".join(dict.fromkeys(said)))


def _blocks(parent: Any) -> Iterator[Any]:
    """Paragraphs and tables, also within what wraps them."""
    for one in parent:
        name = _name(one)
        if name in ("p", "tbl"):
            yield one
        elif name == "sdt":
            yield from _blocks(_child(one, "sdtContent") if _child(one, "sdtContent") is not None else ())
        elif name in ("customXml", "ins", "moveTo", "smartTag"):
            yield from _blocks(one)
        elif name == "AlternateContent":
            yield from _blocks(_chosen(one))


def _rows(table: Any) -> Iterator[tuple[Any, bool]]:
    """Rows of a table, and whether each is deleted."""
    for one in _inner(table, "tr"):
        yield one, _child(_child(one, "trPr"), "del") is not None


def _cells(row: Any) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Cells of a row, and the properties of each."""
    for one in _inner(row, "tc"):
        properties = one.find(_CELL_PROPERTIES)
        yield one, {_name(each): each for each in properties} if properties is not None else {}


def _inner(parent: Any, wanted: str) -> Iterator[Any]:
    for one in parent:
        name = _name(one)
        if name == wanted:
            yield one
        elif name in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"):
            yield from _inner(one, wanted)
        elif name == "AlternateContent":
            yield from _inner(_chosen(one), wanted)


def _width(properties: Mapping[str, Any]) -> int:
    """Columns of the grid that a cell takes."""
    return min(max(_whole(_value(properties.get("gridSpan")), 1), 1), _WIDEST)


def _skipped(row: Any) -> int:
    """Columns of the grid before the first cell of a row."""
    return min(max(_whole(_value(_child(_child(row, "trPr"), "gridBefore"))), 0), _WIDEST)


def _merges(properties: Mapping[str, Any], name: str) -> str:
    """Whether a cell begins a merge ("restart"), belongs to the one before ("continue"), or neither."""
    return (_value(properties[name]) or "continue") if name in properties else ""


def _only_places(rows: Sequence[tuple[Any, bool, list[tuple[Any, dict[str, Any]]]]]) -> bool:
    """Whether a table that holds others is no more than their place on the page."""
    inner = [block for _, _, cells in rows for cell, _ in cells for block in _blocks(cell) if _name(block) == "tbl"]
    if not inner:
        return False
    beside = any(
        is_beside([(any(_name(block) == "tbl" for block in _blocks(cell)), any(_name(each) == "t" and each.text for each in cell.iter()))
                   for cell, _ in cells]) for _, _, cells in rows
    )  # fmt: skip
    sizes = [[len(list(_cells(row))) for row, _ in _rows(table)] for table in inner]
    largest = max((len(widths), max(widths, default=0)) for widths in sizes)
    return is_layout(len(rows), max((len(cells) for _, _, cells in rows), default=0), beside, *largest)


def _snapped(table: Any, rows: Sequence[tuple[Any, bool, list[tuple[Any, dict[str, Any]]]]]) -> dict[int, int]:
    """Lines of the grid that are drawn a hair from the one before, and that one; not where a cell lies between them."""
    grid = _child(table, "tblGrid")
    widths = [_whole(_value(one, "w")) for one in grid if _name(one) == "gridCol"] if grid is not None else []
    narrow = {column for column, width in enumerate(widths[:_WIDEST]) if 0 < width < _NARROW}
    if not narrow:
        return {}
    for row, _, cells in rows:
        column = _skipped(row)
        for _, properties in cells:
            width = _width(properties)
            if width == 1:
                narrow.discard(column)
            column += width
    snapped: dict[int, int] = {}
    for column in sorted(narrow):
        snapped[column + 1] = snapped.get(column, column)
    return snapped
