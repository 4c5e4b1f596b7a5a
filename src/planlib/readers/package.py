"""Opens files that are ZIP archives of XML parts (.xlsx, .docx, .ods), after a look at what they claim to hold."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from planlib.errors import InputError
from planlib.readers.prescan import check_encoding, check_sizes, declares
from planlib.settings import Limits


@contextmanager
def open_package(path: Path, data: bytes, limits: Limits) -> Iterator[zipfile.ZipFile]:
    """Open an archive whose parts may be read; whatever is wrong with it while it is open is one clear error.

    Parameters
    ----------
    path : Path
        For messages.
    data : bytes
        The file.
    limits : Limits
        How much it may unpack to.

    Yields
    ------
    zipfile.ZipFile

    Raises
    ------
    InputError
        If it is cut off, damaged, protected by a password or a bomb.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            check_sizes(path, archive.infolist(), len(data), limits)
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, KeyError):
        raise InputError(f"{path.name}: is cut off or damaged; save it again") from None
    except (RuntimeError, NotImplementedError, ValueError) as error:  # a password or an unknown compression
        raise InputError(f"{path.name}: cannot be unpacked ({error}); remove its password and save it again") from None


def parse_xml(path: Path, part: str, data: bytes) -> Any:
    """Parse one part; never an entity of its own, never the network.

    Parameters
    ----------
    path : Path
        For messages.
    part : str
        Name of the part.
    data : bytes
        The part.

    Returns
    -------
    lxml.etree._Element
        Its root.

    Raises
    ------
    InputError
        If it is not XML or declares a document type or entities.
    """
    from lxml import etree

    check_encoding(path, part, data)
    if declares(data):
        raise InputError(f"{path.name}: {part} declares a document type or entities, which no office program writes")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, remove_comments=True,
                             remove_pis=True)  # fmt: skip
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        words = " ".join(str(error).split())
        if "emory" in words:  # libxml2's word for it, which is no damage
            raise MemoryError from None
        raise InputError(f"{path.name}: {part} is damaged ({words}); save the file again") from None
