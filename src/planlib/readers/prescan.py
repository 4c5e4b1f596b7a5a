"""Looks at the bytes of a file before any parser does, and refuses what would cost more than a plan can.

Every check here runs in time and memory that the length of the file bounds, and executes nothing. What a parser is
protected from is said beside each limit; docs/hostile-files.md has the whole list, and what stands behind it: limits of
the readers themselves, and the process apart that `planlib.readers.apart` reads in.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from planlib.errors import InputError
from planlib.settings import Limits

MACROS = "macros-not-run"  # finding code
MEMBERS = 10_000  # parts of an archive: a directory of a million takes longer to list than a plan to read
DEEPEST = 1000  # elements within elements; libxml2 itself gives up at 2,048, our readers walk them by recursion
DEEPEST_PAGE = 10_000  # of a web page, where an element that is never closed is a common slip
OBJECTS = 500_000  # of a PDF: tagged reports of some hundred pages have some ten thousand
BRACKETS = 200  # arrays or dictionaries that begin a PDF object one within the other
SHEETS = 10_000  # of an old workbook, which can name one sheet any number of times
_EXPANSION = 200  # how many times larger than its archive a part may be
_SMALL = 1 << 24  # bytes that a part may always have
_CHUNK = 1 << 20
_OVERLAP = 64  # bytes that are looked at twice, so that nothing hides between two chunks
_DECLARES = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([^"'>]*)""", re.IGNORECASE)
# Those in which every mark of XML is the byte that it is in ASCII, and UTF-16 without its zeros.
_PLAIN = re.compile(rb"utf-?8|us-ascii|ascii|iso-8859-\d+|windows-125\d|utf-?16(le|be)?", re.IGNORECASE)
_EBCDIC = b"\x4c\x6f\xa7\x94"  # <?xm
_XML_NAME = re.compile(r"\.(xml|rels|vml)$", re.IGNORECASE)
# Parts that no reader parses, in which other programs do declare a document type.
_UNREAD = re.compile(
    r"(^|/)(META-INF|Basic|Dialogs|Scripts|Configurations2|Thumbnails|customXml|media|embeddings|Pictures|Object[^/]*"
    r"|ObjectReplacements)/",
    re.IGNORECASE,
)
_MACRO_PARTS = re.compile(
    r"(^|/)vba\w*\.bin$|^xl/macrosheets/[^/]+$|^Basic/.+/(?!script-lb\.xml)[^/]+\.(xml|xba)$|^Scripts/.+[^/]$",
    re.IGNORECASE,
)
_CELL_RECORDS = (0xFD, 0x203, 0x27E, 0x204, 0x201, 0x06, 0x205, 0xD6, 0x206, 0x406)  # row and column come first
_CELL_ROWS = (0xBD, 0xBE)  # and the last column last
_END = 0xFFFFFFFA  # numbers of sectors from here on are none

Note = tuple[str, str, str]


# --- archives: .xlsx, .xlsm, .docx, .odt, .ods -----------------------------------------------------------------------


def check_sizes(path: Path, parts: list[zipfile.ZipInfo], size: int, limits: Limits) -> None:
    """Refuse an archive by what its directory claims, before anything is unpacked.

    Parameters
    ----------
    path : Path
        For messages.
    parts : list of zipfile.ZipInfo
    size : int
        Bytes of the archive.
    limits : Limits

    Raises
    ------
    InputError
        If there are too many parts, two of one name, parts that share their bytes, or too much to unpack.
    """
    if len(parts) > MEMBERS:
        raise InputError(f"{path.name}: has {len(parts):,} parts, as no office program writes; not opened")
    unpacked = sum(part.file_size for part in parts)
    bomb = any(part.file_size > max(_SMALL, _EXPANSION * size) for part in parts)
    if bomb or unpacked > limits.mebibytes << 20:
        raise InputError(
            f"{path.name}: unpacks from {size:,} to {unpacked:,} bytes; not opened ([limits] mebibytes is {limits.mebibytes:,})"
        )
    if sum(part.compress_size for part in parts) > size:
        raise InputError(f"{path.name}: is cut off or damaged (its parts lie over each other); save it again")
    names = [part.filename.replace("\\", "/").casefold() for part in parts]
    if len(set(names)) < len(names):  # readers would differ on which of them counts
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f"{path.name}: is damaged: it has two parts called '{twice}'; save it again")


def archive(path: Path, data: bytes, limits: Limits) -> list[Note]:
    """Look at every part of an archive once.

    Parameters
    ----------
    path : Path
        For messages.
    data : bytes
        The file.
    limits : Limits

    Returns
    -------
    list of (finding code, place, message)
        Macros, which are never run.

    Raises
    ------
    InputError
        If it would cost more than `limits` allow to unpack, a part unpacks to more than the directory says, declares
        entities, is written so that this cannot be told, or is nested beyond reason.
    """
    macros = []
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            parts = opened.infolist()
            check_sizes(path, parts, len(data), limits)
            if data.count(b"PK\x05\x06", opened.start_dir) > 1:  # another directory, which other programs may take
                raise InputError(f"{path.name}: is damaged: it has two directories; save it again")
            for part in parts:
                if _MACRO_PARTS.search(part.filename):
                    macros.append(part.filename)
                if not part.flag_bits & 1:  # what has a password is refused where it is opened
                    _look_at_part(path, part, data)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, KeyError, struct.error, ValueError, NotImplementedError):
        raise InputError(f"{path.name}: is cut off or damaged; save it again") from None
    return _macro_note(macros)


def _macro_note(parts: list[str]) -> list[Note]:
    if not parts:
        return []
    named = ", ".join(parts[:3]) + (" and others" if len(parts) > 3 else "")
    return [(MACROS, "", f"holds macros ({named}); planlib never runs any, and did not read them")]


def _look_at_part(path: Path, part: zipfile.ZipInfo, data: bytes) -> None:
    level = deepest = 0
    is_xml = bool(_XML_NAME.search(part.filename))
    read = not _UNREAD.search(part.filename)
    tail = b""
    for number, chunk in enumerate(_unpacked(path, part, data)):
        if number == 0:
            is_xml = is_xml or chunk.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<")
            if not is_xml:
                continue
            if read:
                check_encoding(path, part.filename, chunk)
        if not is_xml or not read:
            continue
        seen = tail + chunk
        if declares(seen):
            raise InputError(
                f"{path.name}: {part.filename} declares a document type or entities, which no office program writes"
            )
        tail = seen[-_OVERLAP:]
        level, most = nesting(chunk, level)
        deepest = max(deepest, most)
        if deepest > DEEPEST:
            raise InputError(f"{path.name}: {part.filename} is nested too deeply to be a plan (more than {DEEPEST:,} elements "
                             "within each other); copy the table to a new document")  # fmt: skip


def _unpacked(path: Path, part: zipfile.ZipInfo, data: bytes) -> Iterator[bytes]:
    """The bytes of a part, piece by piece, never more than its directory says it has."""
    head = data[part.header_offset : part.header_offset + 30]
    if len(head) < 30 or not head.startswith(b"PK\x03\x04"):
        raise zipfile.BadZipFile
    at = part.header_offset + 30 + sum(struct.unpack_from("<HH", head, 26))
    packed = memoryview(data)[at : at + part.compress_size]
    if part.compress_type == zipfile.ZIP_STORED:
        if part.file_size != len(packed):
            raise zipfile.BadZipFile
        for start in range(0, len(packed), _CHUNK):
            yield bytes(packed[start : start + _CHUNK])
        return
    if part.compress_type != zipfile.ZIP_DEFLATED:
        raise InputError(f"{path.name}: cannot be unpacked (an unknown compression); save it again")
    unpack, left, rest = zlib.decompressobj(-15), part.file_size, packed
    while not unpack.eof:
        # One byte more than is left, so that more than was said is seen.
        piece = unpack.decompress(rest, min(_CHUNK, left + 1))
        rest = memoryview(unpack.unconsumed_tail)
        if not piece and not rest:
            break
        left -= len(piece)
        if left < 0:
            raise InputError(f"{path.name}: is damaged: {part.filename} unpacks to more than it says; save it again")
        yield piece
    if left or not unpack.eof:
        raise zipfile.BadZipFile


# --- XML -------------------------------------------------------------------------------------------------------------


def declares(data: bytes) -> bool:
    """Whether XML declares a document type or entities; what is UTF-16 is looked at without its zeros."""
    return _DECLARES.search(data.replace(b"\0", b"") if b"\0" in data else data) is not None


def check_encoding(path: Path, part: str, data: bytes) -> None:
    """Refuse XML in an encoding that would hide from us what it declares, such as UTF-7.

    Raises
    ------
    InputError
    """
    start = data.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe")
    said = _ENCODING.match(start)
    odd = said[1].decode("ascii", "replace") if said and not _PLAIN.fullmatch(said[1].strip()) else ""
    if odd or start.startswith(_EBCDIC):
        raise InputError(f"{path.name}: {part} is in an encoding that no office program writes ({odd or 'EBCDIC'}); "
                         "save the file again")  # fmt: skip


def nesting(data: bytes, level: int = 0) -> tuple[int, int]:
    """How deep XML is nested at its end and where it is deepest; beginnings and ends of elements are counted by bytes.

    Parameters
    ----------
    data : bytes
        A piece of XML.
    level : int
        How deep it begins.

    Returns
    -------
    tuple of (int, int)
        A comment or a text that looks like elements is counted as if it were.
    """
    import numpy as np

    page = np.frombuffer(data.replace(b"\0", b"") if b"\0" in data else data, np.uint8)
    if len(page) < 2:
        return level, level
    after = page[1:]
    opens = page[:-1] == ord("<")
    step = np.zeros(len(page) - 1, np.int8)
    step[opens] = 1
    step[opens & (after == ord("/"))] = -1
    step[opens & ((after == ord("!")) | (after == ord("?")))] = 0
    step[(page[:-1] == ord("/")) & (after == ord(">"))] -= 1
    steps = step[step != 0].cumsum(dtype=np.int64)
    if not len(steps):
        return level, level
    return level + int(steps[-1]), level + max(int(steps.max()), 0)


# --- old Office files ------------------------------------------------------------------------------------------------


def compound(path: Path, data: bytes, limits: Limits) -> list[Note]:
    """Look at an old workbook (.xls): how far its cells reach, before room is made for them.

    Parameters
    ----------
    path : Path
        For messages.
    data : bytes
        An OLE file.
    limits : Limits

    Returns
    -------
    list of (finding code, place, message)

    Raises
    ------
    InputError
        If its sectors go in circles, or its sheets, each as often as it is named, span too many cells.
    """
    try:
        streams, names = _streams(path, data)
    except (struct.error, IndexError):
        raise InputError(f"{path.name}: is cut off or damaged; save it again as .xlsx") from None
    for stream in streams:
        _check_records(path, stream, limits)
    return _macro_note([name for name in names if name.casefold() in ("_vba_project_cur", "macros")][:1])


def _streams(path: Path, data: bytes) -> tuple[list[bytes], list[str]]:
    """The streams of workbooks in a file, and the names of all that is in it."""
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    if size not in (512, 4096):
        raise IndexError
    count = len(data) // size + 1
    table = _table(path, data, size, count)
    directory, cutoff = struct.unpack_from("<I", data, 48)[0], struct.unpack_from("<I", data, 56)[0]
    entries = _chain(path, data, table, directory, size, count)
    names, found = [], []
    for at in range(0, len(entries) - 127, 128):
        length = min(max(struct.unpack_from("<H", entries, at + 64)[0] - 2, 0), 62)
        name = entries[at : at + length].decode("utf-16-le", "replace")
        names.append(name)
        start, whole = struct.unpack_from("<II", entries, at + 116)
        if name.casefold() in ("workbook", "book") and whole >= cutoff:  # a smaller one spans no more than it has bytes
            found.append(_chain(path, data, table, start, size, count)[:whole])
    return found, names


def _table(path: Path, data: bytes, size: int, count: int) -> list[int]:
    """Which sector follows which."""
    sectors = list(struct.unpack_from("<109I", data, 76))
    more, steps = struct.unpack_from("<I", data, 68)[0], 0
    while more < _END:
        block = struct.unpack_from(f"<{size // 4}I", data, (more + 1) * size)
        sectors += block[:-1]
        more, steps = block[-1], steps + 1
        if steps > count or len(sectors) > count + 109:
            raise InputError(f"{path.name}: is damaged: its sectors go in circles; save it again as .xlsx")
    table: list[int] = []
    for sector in sectors:
        at = (sector + 1) * size
        if sector < _END and at < len(data):
            table += [each for (each,) in struct.iter_unpack("<I", data[at : at + size][: (len(data) - at) // 4 * 4])]
        if len(table) > count + 2 * size:
            break
    return table


def _chain(path: Path, data: bytes, table: list[int], sector: int, size: int, count: int) -> bytes:
    """The bytes of sectors that follow each other."""
    found, seen = [], 0
    while sector < _END and seen <= count:
        found.append(data[(sector + 1) * size : (sector + 2) * size])
        sector = table[sector] if sector < len(table) else _END
        seen += 1
    if seen > count:
        raise InputError(f"{path.name}: is damaged: its sectors go in circles; save it again as .xlsx")
    return b"".join(found)


def _check_records(path: Path, stream: bytes, limits: Limits) -> None:
    """Refuse a workbook whose sheets span too many cells; rows may differ in length, and each is as long as it reaches."""
    named = [
        struct.unpack_from("<I", stream, at + 4)[0] for code, at, size in _records(stream) if code == 0x85 and size >= 4
    ]
    if len(named) > SHEETS:
        raise InputError(f"{path.name}: has {len(named):,} sheets, as no program writes; not opened")
    starts, sheet = set(named), 0
    rows: dict[int, int] = {}
    spans: dict[int, int] = {}
    for code, at, size in _records(stream):
        if at in starts:
            spans[sheet] = _span(rows)
            sheet, rows = at, {}
        if (code in _CELL_RECORDS and size >= 4) or (code in _CELL_ROWS and size >= 6):
            row, column = struct.unpack_from("<HH", stream, at + 4)
            if code in _CELL_ROWS:
                column = max(column, struct.unpack_from("<H", stream, at + 2 + size)[0])
            rows[row] = max(rows.get(row, 0), column + 1)
    spans[sheet] = _span(rows)
    cells = max(sum(spans.get(start, 0) for start in named), *spans.values())
    if cells > limits.cells:
        raise InputError(f"{path.name}: its sheets span {cells:,} cells, more than {limits.cells:,}; delete what stands far "
                         "below or to the right, or raise [limits] cells")  # fmt: skip


def _records(stream: bytes) -> Iterator[tuple[int, int, int]]:
    """Code, place and size of every record that is whole."""
    at = 0
    while at + 4 <= len(stream):
        code, size = struct.unpack_from("<HH", stream, at)
        if at + 4 + size <= len(stream):
            yield code, at, size
        at += 4 + size


def _span(rows: dict[int, int]) -> int:
    return sum(min(width, 256) for width in rows.values())


# --- PDF -------------------------------------------------------------------------------------------------------------


def printed(path: Path, data: bytes, limits: Limits) -> list[Note]:
    """Look at a PDF: how many objects it has or claims to have, and how they begin.

    Parameters
    ----------
    path : Path
        For messages.
    data : bytes
        The file.
    limits : Limits

    Returns
    -------
    list of (finding code, place, message)

    Raises
    ------
    InputError
    """
    objects = sum(1 for _ in re.finditer(rb"\d\s+\d+\s+obj\b", data))
    packed = sum(int(number) for number in re.findall(rb"/N\s+(\d{1,12})\b", data) if int(number) > 64)
    sizes = [int(number) for number in re.findall(rb"\bxref\s+\d+\s+(\d{1,15})\b|/Index\s*\[\s*\d+\s+(\d{1,15})", data)
             for number in number if number]  # fmt: skip
    most = max(objects + packed, *sizes, 0)
    if most > OBJECTS:
        raise InputError(
            f"{path.name}: has {most:,} objects, as no plan has; print it anew as .pdf, or save it as .docx"
        )
    if re.search(rb"(?:\[\s*){%d}|(?:<<\s*/\w+\s*){%d}" % (BRACKETS, BRACKETS), data):
        raise InputError(f"{path.name}: is nested too deeply to be a plan; save it again")
    if re.search(rb"/JavaScript\b|/Launch\b", data):
        return [(MACROS, "", "holds scripts or commands; planlib never runs any, and did not read them")]
    return []


# --- text ------------------------------------------------------------------------------------------------------------

_BOX = re.compile(rb"<(/?)(?:div|table|blockquote|section|article|ul|ol|dl|fieldset)\b", re.IGNORECASE)
_CELL = re.compile(rb"<t[dh]\b", re.IGNORECASE)


def page(path: Path, data: bytes, limits: Limits) -> list[Note]:
    """Look at a web page: how deep its boxes stand within each other, and how many cells it has.

    Parameters
    ----------
    path : Path
        For messages.
    data : bytes
        The file.
    limits : Limits

    Returns
    -------
    list of (finding code, place, message)

    Raises
    ------
    InputError
    """
    flat = data.replace(b"\0", b"")
    level = deepest = 0
    for found in _BOX.finditer(flat):
        level = max(0, level + (-1 if found[1] else 1))
        deepest = max(deepest, level)
    if deepest > DEEPEST_PAGE:
        raise InputError(f"{path.name}: its elements are nested too deeply; save the page again from a browser")
    if sum(1 for _ in _CELL.finditer(flat)) > limits.cells:
        raise InputError(
            f"{path.name}: its tables have more than {limits.cells:,} cells; split it, or raise [limits] cells"
        )
    return []


def text(path: Path, data: bytes, limits: Limits) -> list[Note]:
    """Look at text (.csv, .md): how many lines it has.

    Parameters
    ----------
    path : Path
        For messages.
    data : bytes
        The file.
    limits : Limits

    Returns
    -------
    list of (finding code, place, message)

    Raises
    ------
    InputError
    """
    if max(data.count(b"\n"), data.count(b"\r")) > limits.cells:
        raise InputError(f"{path.name}: has more than {limits.cells:,} lines; split it, or raise [limits] cells")
    return []
