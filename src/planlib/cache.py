"""What was read once: kept outside the reports, by content, settings and version, so that it need not be read again.

An entry is a file of JSON under the sum of its key, with its own checksum in front: nothing in it is executed, and one that is
damaged is as if it were not there. Entries hold plans as they are read, before anything is withheld, so the folder is
its owner's alone; one that another could write to is not used. It can be deleted at any time.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.metadata
import json
import os
import stat
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from planlib import locks

VARIABLE = "PLANLIB_CACHE"  # another folder, or "off"
MOST_BYTES = 1 << 30
LIBRARIES = ("pandas", "numpy", "rapidfuzz", "python-calamine", "xlrd", "lxml", "pdfplumber", "pdfminer.six")


def folder() -> Path | None:
    """Where entries are kept, or None where nothing is: the user's own folder for such things on this platform."""
    said = os.environ.get(VARIABLE)
    if said is not None:
        return None if said in ("", "off") else Path(said)
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "planlib" / "Cache"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "planlib"
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "planlib"


@functools.cache
def version() -> str:
    """Sum of planlib's own code and of the versions of the libraries that read files."""
    package, digest = Path(__file__).resolve().parent, hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        digest.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    for name in LIBRARIES:
        digest.update(f"{name} {importlib.metadata.version(name)}\n".encode())
    digest.update(sys.version.encode())
    return digest.hexdigest()


def key_of(*parts: Any) -> str:
    """The key of what rests on these parts, each plain JSON, and on this version."""
    text = json.dumps([version(), *parts], sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def get(key: str) -> dict[str, Any] | None:
    """An entry, or None where there is none or it is damaged."""
    home = _usable()
    if home is None:
        return None
    path = _path(home, key)
    try:
        data = path.read_bytes()
    except OSError:
        return None
    said, _, body = data.partition(b"\n")
    if said.decode("ascii", "replace") != hashlib.sha256(key.encode() + body).hexdigest():
        with contextlib.suppress(OSError):
            path.unlink()
        return None
    with contextlib.suppress(OSError):
        os.utime(path)
    found: dict[str, Any] = json.loads(body)
    return found


def put(key: str, entry: Mapping[str, Any] | None) -> None:
    """Keep an entry; where there is none, or that cannot be done, nothing is kept."""
    home = _usable(make=True) if entry is not None else None
    if home is None:
        return
    body = json.dumps(entry, ensure_ascii=True, separators=(",", ":")).encode("ascii")
    path = _path(home, key)
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".")  # readable by its owner only
        try:
            with os.fdopen(handle, "wb") as file:
                with contextlib.suppress(OSError):
                    locks.take(handle)  # so that `prune` knows it from one that a killed process left
                file.write(hashlib.sha256(key.encode() + body).hexdigest().encode("ascii") + b"\n" + body)
            os.replace(name, path)  # noqa: PTH105 - of a name, not of a path
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name)  # noqa: PTH108
            raise


def prune(most: int = MOST_BYTES) -> None:
    """Delete the entries that were not used for longest, where there are more bytes than that, and what was left unfinished."""
    home = _usable()
    if home is None:
        return
    for path in home.glob("??/.*"):
        with contextlib.suppress(OSError):
            locks.free(path, locks.hold(path, make=False))
    found = []
    for path in home.glob("??/*"):
        with contextlib.suppress(OSError):
            seen = path.stat()
            found.append((seen.st_mtime, seen.st_size, path))
    total = sum(size for _, size, _ in found)
    for _, size, path in sorted(found):
        if total <= most:
            break
        with contextlib.suppress(OSError):
            path.unlink()
            total -= size


def _path(home: Path, key: str) -> Path:
    return home / key[:2] / f"{key[2:]}.json"


def _usable(*, make: bool = False) -> Path | None:
    """The folder, if it is ours alone."""
    home = folder()
    if home is None:
        return None
    try:
        if make:
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
        seen = home.lstat()
    except OSError:
        return None
    if not stat.S_ISDIR(seen.st_mode):
        return None
    if hasattr(os, "getuid") and (seen.st_uid != os.getuid() or seen.st_mode & 0o077):
        return None
    return home
