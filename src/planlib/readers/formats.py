"""Chooses the reader by what is in a file, not by its ending alone."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

from planlib.errors import InputError
from planlib.readers import delimited, xlsx
from planlib.readers.grid import Document
from planlib.settings import Limits

ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm")
_REFUSED = {
    rb"%PDF": "a PDF file",
    rb"\{\\rtf": "a rich-text document",
    rb"(\xef\xbb\xbf)?\s*<(!doctype html|html|table|\?xml|!--|mso-)": "a web page or XML file, whatever its name says",
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
        raise InputError(
            f"{path.name}: is an old Office file (.doc, .xls) or protected by a password; "
            "open it, remove the password and save it as .xlsx or .csv"
        )
    for beginning, kind in _REFUSED.items():
        if re.match(beginning, data, re.IGNORECASE):
            raise InputError(f"{path.name}: is {kind}, which cannot be read; save the table as .xlsx or .csv")
    return delimited.read(path, data)


def _zipped(path: Path, data: bytes, limits: Limits) -> Document:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise InputError(f"{path.name}: is cut off or damaged; save it again") from None
    if "xl/workbook.bin" in names:
        raise InputError(f"{path.name}: is a binary workbook (.xlsb); save it as .xlsx or .csv")
    if any(name.startswith("xl/") for name in names):
        return xlsx.read(path, data, limits)
    if any(name.startswith("word/") for name in names):
        kind = "a Word document"
    else:
        kind = "an OpenDocument file" if "content.xml" in names else "an archive"
    raise InputError(f"{path.name}: is {kind}, which cannot be read; save the table as .xlsx or .csv")
