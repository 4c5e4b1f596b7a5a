"""Chooses the reader by what is in a file, not by its ending alone."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from itertools import chain
from pathlib import Path

from planlib.errors import InputError, nearest
from planlib.readers import delimited, docx, markdown, ods, pdf, prescan, web, xls, xlsx
from planlib.readers.grid import Document
from planlib.settings import Limits

ENDINGS = (
    ".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods", ".odt", ".docx", ".pdf", ".html", ".htm", ".md", ".markdown",
)  # fmt: skip
_PAGE = re.compile(rb"<(!doctype html|html|head|body|table|div|h\d|p)\b", re.IGNORECASE)
_TABLE_RULE = re.compile(rb"^[ \t]*(?:\|[ \t]*)?:?-{3,}:?[ \t]*\|", re.MULTILINE)  # between header and rows in Markdown
_REFUSED = {
    rb"\{\\rtf": "a rich-text document (.rtf); save it as .docx",
    rb"(\xef\xbb\xbf)?\s*<\?xml[^>]*>\s*<\?mso-application": "an XML file of an old Office program; save it as .xlsx or .docx",
    rb"(mime-version|from|subject|date|content-type):": "a web archive or an e-mail (.mht, .eml); save the page as .html",
    rb"\x89PNG|\xff\xd8\xff|GIF8|II\*\x00|MM\x00\*|BM.{4}\x00": "a picture; ask for the file that it was made from",
}


def read_document(path: Path, data: bytes, limits: Limits) -> Document:
    """Read a file into grids of cells.

    Parameters
    ----------
    path : Path
        For messages, and where the content alone does not tell.
    data : bytes
        The file's bytes.
    limits : Limits
        What reading it may cost.

    Returns
    -------
    Document

    Raises
    ------
    InputError
        If it is empty or in a format that cannot be read; the message says what to do.
    """
    if not data.strip():
        raise InputError(f"{path.name}: the file is empty")
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zipped(path, data, limits)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return _compound(path, data, limits)
    if b"%PDF-" in data[:1024]:
        return _after(prescan.printed, pdf.read, path, data, limits)
    for beginning, kind in _REFUSED.items():
        if re.match(beginning, data, re.IGNORECASE | re.DOTALL):
            raise InputError(f"{path.name}: is {kind}")
    if _is_page(data[:20_000]) or (
        data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and _ends_in(path, ".html", ".htm")
    ):
        return _after(prescan.page, web.read, path, data, limits)
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<?xml"):
        if re.search(rb"<html\b", data[:4096], re.IGNORECASE):
            return _after(prescan.page, web.read, path, data, limits)
        raise InputError(f"{path.name}: is an XML file, which holds no table as such; save the table as .xlsx or .csv")
    if _ends_in(path, ".md", ".markdown") or (_TABLE_RULE.search(data) and not _ends_in(path, ".csv", ".tsv")):
        return _after(prescan.text, markdown.read, path, data, limits)
    return _after(prescan.text, delimited.read, path, data, limits)


def _after(
    look: Callable[[Path, bytes, Limits], list[prescan.Note]], read: Callable[[Path, bytes, Limits], Document],
    path: Path, data: bytes, limits: Limits,
) -> Document:  # fmt: skip
    """What a parser reads of a file that has been looked at before it, with what was seen."""
    seen = look(path, data, limits)
    document = read(path, data, limits)
    _check_text(path, document, limits)
    return replace(document, notes=(*document.notes, *seen)) if seen else document


def _check_text(path: Path, document: Document, limits: Limits) -> None:
    """Refuse a document whose text would be vast if each cell had its own: here cells that repeat a text share it."""
    letters = 0
    for grid in document.grids:
        texts = chain(chain.from_iterable(grid.rows), grid.notes.values(), chain.from_iterable(grid.struck.values()))
        letters += sum(map(len, texts))
        if letters > limits.mebibytes << 20:
            raise InputError(f"{path.name}: its cells come to more than {limits.mebibytes:,} MiB of text; not read")


def _is_page(beginning: bytes) -> bool:
    """Whether HTML begins here, behind comments. No pattern looks for these: one that repeats them can match in 2**n ways."""
    rest = beginning.removeprefix(b"\xef\xbb\xbf").lstrip()
    while rest.startswith(b"<!--"):
        rest = rest.partition(b"-->")[2].lstrip()
    return _PAGE.match(rest) is not None


def file_bytes(path: Path) -> bytes:
    """Everything that stands in a file.

    Raises
    ------
    InputError
        If it cannot be read; the message says why, and what to do.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        beside = [each.name for each in path.parent.iterdir()] if path.parent.is_dir() else []
        raise InputError(f"{path}: no such file.{nearest(path.name, beside)}") from None
    except OSError as error:
        if path.is_dir():
            raise InputError(f"{path}: a folder, not a file") from None
        why = f"{path}: cannot be read ({error.strerror})"
        if path.with_name(f"~${path.name}").exists() or path.with_name(f"~${path.name[2:]}").exists():
            raise InputError(
                f"{why}; it is open in Excel or Word, for there is a lock beside it: close it there"
            ) from None
        raise InputError(
            f"{why}; is it open in another program? Close it there; or ask for the right to read it, or copy it to a "
            "folder of your own"
        ) from None


def _ends_in(path: Path, *endings: str) -> bool:
    return path.suffix.casefold() in endings


def _zipped(path: Path, data: bytes, limits: Limits) -> Document:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise InputError(f"{path.name}: is cut off or damaged; save it again") from None
    if "xl/workbook.bin" in names:
        raise InputError(f"{path.name}: is a binary workbook (.xlsb); save it as .xlsx or .csv")
    if any(name.startswith("xl/") for name in names):
        return _after(prescan.archive, xlsx.read, path, data, limits)
    if any(name.startswith("word/") for name in names):
        return _after(prescan.archive, docx.read, path, data, limits)
    if "content.xml" in names:
        return _after(prescan.archive, ods.read, path, data, limits)
    raise InputError(f"{path.name}: is an archive of other files; take the plan's file out of it")


def _compound(path: Path, data: bytes, limits: Limits) -> Document:
    """An old Office file, or a new one behind a password."""
    kind = xls.kind_of_ole(data)
    if kind == "workbook":
        return _after(prescan.compound, xls.read, path, data, limits)
    said = {
        "Word document": "is an old Word document (.doc); open it in Word or LibreOffice and save it as .docx",
        "encrypted": "is protected by a password; open it, remove the password and save it again",
        "presentation": "is an old PowerPoint file; copy the table into Word and save it as .docx",
        "message": "is an e-mail (.msg); save the plan that is attached to it",
    }.get(kind, "is an old Office file, or protected by a password; open it and save it as .docx or .xlsx")
    raise InputError(f"{path.name}: {said}")
