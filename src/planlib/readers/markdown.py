"""Reads Markdown (.md): our own eye for its tables, mistune for the rest, and the web reader for what comes of it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from planlib.errors import InputError
from planlib.readers import delimited, web
from planlib.readers.flow import Flow, Run, tidy
from planlib.readers.grid import Document, Grid, Line
from planlib.settings import Limits

_FRONT = re.compile(r"\A\s*---[ \t]*\n(.*?\n)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")
_RULE = re.compile(r"\s*+\|?\s*+:?-++:?\s*+(?:\|\s*+:?-++:?\s*+)*+\|?\s*+")  # below the header of a table
_BAR = re.compile(r"(?<!\\)((?:\\\\)*)\|")
_KRAMDOWN = re.compile(r"\{:[^{}\n]*\}")  # attributes, which style and say nothing
_DEFINED = re.compile(r" {0,3}\[\^([^\]\s]{1,40})\]:[ \t]*(.*)")
_MARK = re.compile(r"(?<!\\)\[\^([^\]\s]{1,40})\](?!:)")
_TAG_LINE = re.compile(r"\s*(?:</?(?:div|section|article|figure)\b[^<>]*>|\{[^{}]*\})\s*", re.IGNORECASE)
# A word in angle brackets that is no element (<TBC>) is text; an address there is a link.
_NO_TAG = re.compile(
    r"<(?!/?(?:a|abbr|b|big|br|caption|center|cite|code|col|colgroup|dd|del|details|div|dl|dt|em|figure|font|h[1-6]|hr|i|img"
    r"|ins|kbd|li|mark|ol|p|pre|q|s|section|article|small|span|strike|strong|sub|summary|sup|t[dhr]|table|tbody|tfoot|thead"
    r"|u|ul|style|script|article|header|footer|main|nav|figcaption|input|label|blockquote)\b[^<]*>)"
    r"(?!https?://|mailto:|[\w.+-]+@|!--)",
    re.IGNORECASE,
)
_LOOK_AHEAD = 400  # lines of source in which the next line of text is looked for
_KNOWN_BY = 24  # letters and figures by which it is found
_SHORTEST = 4  # of a line that is only the beginning of the text


def read(path: Path, data: bytes, limits: Limits) -> Document:
    """Read a Markdown file.

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
        One grid a table, its rows named by their lines in the file. What stands in the front matter are the first lines.

    Raises
    ------
    InputError
        If it is empty, is not text, or is nested beyond reason.
    """
    text, encoding, why = delimited.decode(path, data)
    if not text.strip():
        raise InputError(f"{path.name}: the file is empty")
    text = text.replace(web.PLACE, "").removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    notes = []
    if lost := text.count("\ufffd"):
        notes.append(("characters-not-read", "", f"{lost} characters are not {encoding} and are shown as \ufffd"))
    flow = Flow(path, limits)
    source = text.split("\n")
    lines = _without_front(flow, text, source)
    try:
        page = _page(lines)
    except RecursionError:
        raise InputError(f"{path.name}: its lists or quotations are nested too deeply") from None
    web.read_text(path, page, limits, flow)
    document = flow.document("Markdown", decided=[("encoding", encoding, why)], notes=notes)
    grids = _numbered(document.grids, source)
    return Document(document.format, grids, document.decided, document.notes)


def _without_front(flow: Flow, text: str, source: Sequence[str]) -> list[str]:
    """The lines without the front matter, in whose place there are blank ones."""
    found = _FRONT.match(text)
    if not found or not re.search(r"^[\w-]+:", found[1], re.MULTILINE):
        return list(source)
    length = found[0].count("\n")
    for number, line in enumerate(source[:length]):
        if line.strip() not in ("---", "..."):
            flow.write([Run(line)], place=f"line {number + 1}")
    return [""] * length + list(source[length:])


def _page(lines: list[str]) -> str:
    """The whole as HTML."""
    import mistune

    convert = mistune.create_markdown(escape=False, plugins=["strikethrough", "table", "task_lists", "def_list"])
    render: Callable[[str], str] = lambda text: str(convert(text))  # noqa: E731
    coded = _coded(lines)
    lines, defined = _footnotes(lines, coded)
    marked = {mark for number, line in enumerate(lines) if not coded[number] for mark in _MARK.findall(line)}
    out: list[str] = []
    number = 0
    while number < len(lines):
        line = lines[number]
        if coded[number]:
            out.append(line)
        elif end := _table_end(lines, coded, number):
            out += ["", _table(lines, number, end, render), ""]
            number = end - 1
        else:
            # A fence that is never closed would make code of all that follows.
            out += ["", f"\\{line.strip()}", ""] if _FENCE.match(line) else _as_common(_with_marks(line))
        number += 1
    notes = "".join(
        f'<p id="fn-{_name(mark)}">{html.escape(mark)}: {_inline(_with_marks(said), render)}</p>\n'
        for mark, said in defined.items()
    )
    return render("\n".join(out)) + notes if marked or defined else render("\n".join(out))


def _coded(lines: Sequence[str]) -> list[bool]:
    """Which lines are code within fences; a fence that is never closed is none, so that no table is lost to it."""
    coded = [False] * len(lines)
    opened, fence = 0, ""
    for number, line in enumerate(lines):
        found = _FENCE.match(line)
        if fence:
            if found and found[1][0] == fence[0] and len(found[1]) >= len(fence) and not line[found.end() :].strip():
                coded[opened : number + 1] = [True] * (number + 1 - opened)
                fence = ""
        elif found and "`" not in line[found.end() :]:
            opened, fence = number, found[1]
    return coded


def _footnotes(lines: Sequence[str], coded: Sequence[bool]) -> tuple[list[str], dict[str, str]]:
    """The lines without definitions of footnotes, and these: a definition goes on over indented lines."""
    out: list[str] = list(lines)
    defined: dict[str, list[str]] = {}
    mark = ""
    for number, line in enumerate(lines):
        found = None if coded[number] else _DEFINED.fullmatch(line)
        if found and found[1] not in defined:
            mark = found[1]
            defined[mark] = [found[2]]
        elif mark and line.startswith(("    ", "\t")):
            defined[mark].append(line.strip())
        else:
            mark = mark if mark and not line.strip() else ""
            continue
        out[number] = ""
    return out, {mark: " ".join(said) for mark, said in defined.items()}


def _with_marks(line: str) -> str:
    return _MARK.sub(lambda found: f'<sup><a href="#fn-{_name(found[1])}">{html.escape(found[1])}</a></sup>', line)


def _name(mark: str) -> str:
    return html.escape(mark, quote=True)


def _as_common(line: str) -> list[str]:
    """A line as CommonMark has it: kramdown's and Jekyll's own signs would hide headings and links in it."""
    line = _words(line)
    line = re.sub(r"^(#{1,6})(?=[A-Za-z])", r"\1 ", line)
    bare = _KRAMDOWN.sub("", line)
    if bare != line and not bare.strip():
        return [""]
    return ["", bare, ""] if _TAG_LINE.fullmatch(bare) else [bare]


def _words(line: str) -> str:
    """A line whose words nothing swallows: addresses with Jekyll's signs, and angle brackets that open no element."""
    return _NO_TAG.sub("&lt;", re.sub(r"\]\(\{\{[^{}\n]*\}\}", "](", line))


# --- tables ----------------------------------------------------------------------------------------------------------


def _table_end(lines: Sequence[str], coded: Sequence[bool], number: int) -> int:
    """The line behind a table that begins with a line; 0 if none does."""
    if number + 1 >= len(lines) or coded[number + 1] or lines[number][:1] == ">":
        return 0
    header, rule = lines[number], lines[number + 1]
    if "|" not in header or "-" not in rule or "|" not in rule or not _RULE.fullmatch(rule):
        return 0
    end = number + 2
    while end < len(lines) and lines[end].strip() and not coded[end] and "|" in lines[end]:
        end += 1
    return end


def _cells(line: str) -> list[str]:
    """Cells of a line; a bar behind a backslash is text."""
    line = _KRAMDOWN.sub("", line).strip()
    parts = _BAR.sub("\\1\x00", line).split("\x00")
    if len(parts) > 1 and not parts[0].strip():
        parts = parts[1:]
    if len(parts) > 1 and not parts[-1].strip():
        parts = parts[:-1]
    return [part.replace("\\|", "|").strip() for part in parts]


def _table(lines: Sequence[str], first: int, end: int, render: Callable[[str], str]) -> str:
    """A table in HTML, in one line; rows may have fewer cells than the header, or more."""
    rows = []
    for number in range(first, end):
        if number != first + 1:
            tag = "th" if number == first else "td"
            cells = "".join(f"<{tag}>{_inline(_with_marks(cell), render)}</{tag}>" for cell in _cells(lines[number]))
            rows.append(f'<tr {web.PLACE}="line {number + 1}">{cells}</tr>')
    return f"<table>{''.join(rows)}</table>"


def _inline(text: str, render: Callable[[str], str]) -> str:
    """What Markdown makes of a cell, never more than words: a number and a point, or a dash, begin no list there."""
    text = re.sub(r"<(?=/?(?:table|tbody|thead|tfoot|tr|td|th|caption)\b)", "&lt;", _words(text), flags=re.IGNORECASE)
    if not re.search(r"[*_`~\[\]<>&\\!#]|://", text):
        return html.escape(text, quote=False)
    # A word that is no mark-up before it keeps a cell from being a heading, a list or a block of HTML.
    made = render("\u2060" + text).strip()
    return re.sub(r"\s*\n\s*", " ", made.removeprefix("<p>").removesuffix("</p>")).replace("\u2060", "")


# --- places ----------------------------------------------------------------------------------------------------------


def _numbered(grids: Sequence[Grid], source: Sequence[str]) -> tuple[Grid, ...]:
    """The grids with each line named by its line in the file, where it is found below the one before."""
    known = [_letters(re.sub(r"<[^<>]*>|\]\([^()]*\)", "", _KRAMDOWN.sub("", line))) for line in source]
    at = 0
    out = []
    for grid in grids:
        before = []
        for line in grid.before:
            found = _found(known, at, line.text) if line.place.startswith("paragraph") else None
            if found is not None:
                at = found
                line = Line(line.text, f"line {found + 1}", line.level, line.label, line.struck)
            before.append(line)
        lines = [int(place[5:]) for place in grid.places if re.fullmatch(r"line \d+", place)]
        at = lines[-1] if lines else at
        out.append(Grid(grid.name, grid.rows, grid.places, False, grid.fills, grid.struck, grid.spans, grid.notes,
                        tuple(before)))  # fmt: skip
    return tuple(out)


def _found(known: list[str], at: int, text: str) -> int | None:
    """The line of the source that holds a text, whose letters are then taken from it; None if none is sure."""
    letters = _letters(re.sub(r"^\d+\. ", "", text))
    for length in (_KNOWN_BY, _KNOWN_BY // 2):
        wanted = letters[:length]
        for number in range(at, min(at + _LOOK_AHEAD, len(known))) if wanted else ():
            line = known[number]
            if line == wanted or (len(wanted) >= _KNOWN_BY // 2 and wanted in line):
                known[number] = line[line.index(wanted) + len(wanted) :]
                return number
            if len(line) >= _SHORTEST and letters.startswith(line):  # the text goes on in the next line
                known[number] = ""
                return number
    return None


def _letters(text: str) -> str:
    """Letters and figures alone."""
    return re.sub(r"[\W_]+", "", html.unescape(tidy(text)))
