"""Reads text with a delimiter (.csv, .tsv): finds the encoding and the delimiter by itself."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from planlib.errors import InputError
from planlib.readers.grid import Document, Grid

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_SAMPLE_RECORDS = 50


def read(path: Path, data: bytes) -> Document:
    """Read delimited text.

    Parameters
    ----------
    path : Path
        For messages.
    data : bytes
        The file.

    Returns
    -------
    Document
        One grid; a record that runs over several lines is named by its first.

    Raises
    ------
    InputError
        If it is not text or a quotation mark is never closed.
    """
    text, encoding, why = decode(path, data)
    delimiter = _delimiter(text)
    csv.field_size_limit(1 << 30)
    rows, places = [], []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False)
    first = 1
    try:
        for record in reader:
            rows.append([cell.strip() for cell in record])
            places.append(f"line {first}")
            first = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"{path.name}: line {first}: is not readable as delimited text: {error}") from None
    grid = Grid("", rows, places)
    return Document(
        "delimited text",
        (grid,),
        (("encoding", encoding, why), ("delimiter", _DELIMITERS[delimiter], "splits the records most evenly")),
    )


def decode(path: Path, data: bytes) -> tuple[str, str, str]:
    """Text of the bytes, the encoding, and why that one."""
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding, "byte order mark"
            except UnicodeDecodeError:
                raise InputError(f"{path.name}: begins like {encoding} text and is not; save it as UTF-8") from None
    if b"\x00" in data[:4096]:
        raise InputError(f"{path.name}: is not text; save it as .xlsx or as .csv in UTF-8")
    try:
        return data.decode("utf-8"), "utf-8", "valid UTF-8"
    except UnicodeDecodeError:
        # cp1252 has five holes; they are shown as U+FFFD, never dropped.
        return data.decode("cp1252", errors="replace"), "cp1252", "not valid UTF-8; Windows text"


def _delimiter(text: str) -> str:
    """The delimiter under which most of the first records have the same number of cells, and more than one."""
    best, best_score = ",", (0.0, 0)
    for delimiter in _DELIMITERS:
        widths: list[int] = []
        try:
            for record in csv.reader(io.StringIO(text[:200_000], newline=""), delimiter=delimiter):
                widths.append(len(record))
                if len(widths) == _SAMPLE_RECORDS:
                    break
        except csv.Error:
            continue
        wide = [width for width in widths if width > 1]
        if not wide:
            continue
        common = max(set(wide), key=lambda width: (wide.count(width), width))
        score = (wide.count(common) / len(widths), common)
        if score > best_score:
            best, best_score = delimiter, score
    return best
