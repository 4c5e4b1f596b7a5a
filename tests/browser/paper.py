"""What stands on the pages of a PDF, line by line."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
from pypdfium2 import raw

FOOT = 18 / 25.4 * 72  # points: the margin in which the title and the number of the page stand


@dataclass(frozen=True)
class Sheet:
    """One printed page: its text without spaces, its margin at the foot, and the lowest line above that."""

    text: str
    foot: str
    last: str
    last_is_bold: bool


def sheets(path: Path) -> list[Sheet]:
    """Read every page of a PDF."""
    document = pypdfium2.PdfDocument(path)
    try:
        return [_sheet(page) for page in document]
    finally:
        document.close()


def _plain(text: str) -> str:
    """Without spaces; PDFium writes U+FFFE or U+0002 for a hyphen at the end of a line."""
    return "".join(text.replace("\ufffe", "-").replace("\x02", "-").split())


def _sheet(page: pypdfium2.PdfPage) -> Sheet:
    words = page.get_textpage()
    width, height = page.get_size()
    boxes = [(at, words.get_charbox(at)) for at in range(words.count_chars())]
    body = [(at, box) for at, box in boxes if box[1] >= FOOT and words.get_text_range(at, 1).strip()]
    low = min((box[1] for _, box in body), default=0.0)
    last = [at for at, box in body if box[1] < low + 5]
    return Sheet(
        text=_plain(words.get_text_bounded(0, FOOT, width, height)),
        foot=" ".join(words.get_text_bounded(0, 0, width, FOOT).split()),
        last=_plain("".join(words.get_text_range(at, 1) for at in last)),
        last_is_bold=bool(last) and all("Bold" in _font(words, at) for at in last),
    )


def _font(words: pypdfium2.PdfTextPage, at: int) -> str:
    name = ctypes.create_string_buffer(200)
    raw.FPDFText_GetFontInfo(words, at, name, 200, None)
    return name.value.decode("utf-8", "replace")
