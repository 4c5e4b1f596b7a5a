"""Reads text with a delimiter (.csv, .tsv): finds the encoding and the delimiter by itself."""

from __future__ import annotations

import contextlib
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from planlib.errors import InputError
from planlib.readers.grid import Document, Grid
from planlib.settings import Limits

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_SAMPLE_RECORDS, _SAMPLE_CHARACTERS = 50, 200_000
_END = "\x00"  # cannot stand in the text: a file with one is refused
# Apostrophes, quotation marks and dashes of old Macintosh text, which as Windows text would be capitals within words.
_MACINTOSH = re.compile(rb"[a-z]\xd5[a-z]|\xd2[A-Za-z][^\xd2\xd3\r\n]*\xd3| \xd0 ")
_WINDOWS = re.compile(rb"[\x91-\x97]")  # the same of Windows
_WIDE = 32  # bytes from which text of two bytes a character is known without a mark
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def read(path: Path, data: bytes, limits: Limits | None = None) -> Document:
    """Read delimited text.

    Parameters
    ----------
    path : Path
        For messages.
    data : bytes
        The file.
    limits : Limits, optional
        How many cells it may have; any number where not given, for files of ours.

    Returns
    -------
    Document
        One grid; a record that runs over several lines is named by its first.

    Raises
    ------
    InputError
        If it is empty, is not text, has too many cells, or a quotation mark is never closed.
    """
    text, encoding, why = decode(path, data)
    if not text.strip():
        raise InputError(f"{path.name}: the file is empty")
    delimiter, chosen = _delimiter(text)
    rows, places = [], []
    first, cells = 1, 0
    reader = _records(text + ("" if text.endswith(("\n", "\r")) else "\n") + _END, delimiter)
    try:
        for record in reader:
            rows.append([cell.strip() for cell in record])
            places.append(f"line {first}")
            first = reader.line_num + 1
            cells += max(len(record), 1)
            if limits is not None and cells > limits.cells:
                raise InputError(f"{path.name}: has more than {limits.cells:,} cells; split it, or raise [limits] cells")
    except csv.Error as error:
        raise InputError(f"{path.name}: line {first}: is not readable as delimited text: {error}") from None
    if rows[-1] != [_END]:
        raise InputError(f"{path.name}: {places[-1]}: a quotation mark is opened and never closed")
    notes = []
    if lost := text.count("\ufffd"):
        notes.append(("characters-not-read", "", f"{lost} characters are not {encoding} and are shown as \ufffd"))
    return Document(
        "delimited text",
        (Grid("", rows[:-1], places[:-1]),),
        (("encoding", encoding, why), ("delimiter", _DELIMITERS[delimiter], chosen)),
        tuple(notes),
    )


def decode(path: Path, data: bytes) -> tuple[str, str, str]:
    """Text of the bytes, the encoding, and why that one.

    Raises
    ------
    InputError
        If they are not text.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                text, why = data.decode(encoding), "byte order mark"
            except UnicodeDecodeError:
                raise InputError(f"{path.name}: begins like {encoding} text and is not; save it as UTF-8") from None
            break
    else:
        text, encoding, why = _decode_unmarked(data)
    if "\x00" in text:
        raise InputError(f"{path.name}: is not text; save it as .xlsx or as .csv in UTF-8")
    return text, encoding, why


def _decode_unmarked(data: bytes) -> tuple[str, str, str]:
    """Text, encoding and why, where no byte order mark tells."""
    zeros = data[1::2].count(0), data[::2].count(0)
    if len(data) >= _WIDE and len(data) % 2 == 0 and max(zeros) > 0.35 * len(data) and min(zeros) < 0.01 * len(data):
        encoding = "utf-16-le" if zeros[0] > zeros[1] else "utf-16-be"
        with contextlib.suppress(UnicodeDecodeError):
            return data.decode(encoding), encoding, "every other byte is nought"
    try:
        return data.decode("utf-8"), "utf-8", "valid UTF-8"
    except UnicodeDecodeError:
        if _MACINTOSH.search(data) and not _WINDOWS.search(data):
            return (
                data.decode("mac_roman"),
                "mac_roman",
                "its quotation marks or dashes are those of old Macintosh text",
            )
        # cp1252 has five holes; they are shown as U+FFFD, never dropped.
        return data.decode("cp1252", errors="replace"), "cp1252", "not valid UTF-8; Windows text"


def _records(text: str, delimiter: str) -> Any:
    csv.field_size_limit(1 << 30)  # of the whole process; the default refuses a commentary of 131,072 characters
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _delimiter(text: str) -> tuple[str, str]:
    """The delimiter under which most of the first records have the same number of cells, more than one; and why."""
    named = re.match(r'"?sep=(.)"?[ \t]*[\r\n]', text)
    if named and named[1] in _DELIMITERS:
        return named[1], "the file names it"
    best, best_score = ",", (0.0, 0)
    for delimiter in _DELIMITERS:
        widths = Counter(_widths(text[:_SAMPLE_CHARACTERS], delimiter))
        wide = {width: number for width, number in widths.items() if width > 1}
        if wide:
            common = max(wide, key=lambda width: (wide[width], width))
            score = (wide[common] / widths.total(), common)
            if score > best_score:
                best, best_score = delimiter, score
    return best, "splits the records most evenly"


def _widths(text: str, delimiter: str) -> Iterator[int]:
    try:
        for number, record in enumerate(_records(text, delimiter)):
            if number == _SAMPLE_RECORDS:
                return
            yield len(record)
    except csv.Error:
        return
