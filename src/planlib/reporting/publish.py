"""Puts finished reports in their place, whole or not at all; one run at a time in one out folder.

A set (all files of one plan at one date) is written to ``<out>/.staging`` and moved file by file into
``<out>/<plan>/<as_of>``, ``run.json`` last: it holds the sha256 of every other file, so a set is published when they
agree. A run killed while it was moving is finished by the next one; one killed before that leaves nothing behind.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from planlib.errors import InputError, RunError
from planlib.reporting.results import to_json

RUN, FAILED, LOCK, STAGING = "run.json", "failed.json", ".lock", ".staging"
_KEPT = "old"
_ELSEWHERE = "choose another folder with --out"


@dataclass(frozen=True)
class Published:
    """What lies in the folder of one plan at one date.

    Attributes
    ----------
    folder : Path
    record : dict
        The contents of run.json, empty where there is none.
    wrong : tuple of str
        Files of the record that are missing or differ from it.
    failed : list of dict
        What the last attempt failed on, where it did: notebook, cell, error.
    """

    folder: Path
    record: Mapping[str, Any] = field(default_factory=dict)
    wrong: tuple[str, ...] = ()
    failed: tuple[Mapping[str, Any], ...] = ()

    @property
    def whole(self) -> bool:
        """Whether the set is published: there is a record and every file agrees with it."""
        return bool(self.record) and not self.wrong


def sha256(path: Path) -> str:
    """Checksum of a file, empty where there is none."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


@contextlib.contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold the out folder for this run; it is made where it does not exist.

    The operating system lets go of the lock when the process ends, however it ends, so none is ever left behind.

    Raises
    ------
    InputError
        If the folder cannot be written to, or another run holds it.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise InputError(f"{out}: is a file; reports need a folder") from None
    except OSError as error:
        raise InputError(f"{out}: cannot be made ({error.strerror}); {_ELSEWHERE}") from None
    path = out / LOCK
    while True:
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise InputError(f"{out}: cannot be written to ({error.strerror}); {_ELSEWHERE}") from None
        try:
            _lock(handle)
        except OSError as error:
            os.close(handle)
            if error.errno in (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS):
                raise InputError(f"{out}: cannot be locked ({error.strerror}); {_ELSEWHERE}") from None
            raise InputError(f"{out}: another planlib run is writing here; wait for it, or {_ELSEWHERE}") from None
        # The holder before us may have removed the file between our opening and our locking it.
        if sys.platform == "win32" or (path.exists() and os.fstat(handle).st_ino == path.stat().st_ino):
            break
        os.close(handle)
    try:
        yield
    finally:
        if sys.platform == "win32":
            os.close(handle)
            with contextlib.suppress(OSError):
                path.unlink()
        else:
            with contextlib.suppress(OSError):
                path.unlink()
            os.close(handle)


def _lock(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def write(path: Path, data: bytes) -> None:
    """Write a file and see it onto the disk.

    Raises
    ------
    RunError
        If it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise RunError(f"{path}: cannot be written ({error.strerror})") from error


def replace(path: Path, data: bytes) -> None:
    """Write a file under a temporary name, then give it its own; nothing to do where it is the same already."""
    if sha256(path) == hashlib.sha256(data).hexdigest():
        return
    partial = path.with_name(f".{path.name}.new")
    try:
        write(partial, data)
        _move(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def _move(source: Path, target: Path) -> None:
    try:
        source.replace(target)
    except PermissionError:
        raise RunError(f"{target}: cannot be replaced; is it open in another program? Close it and run again") from None
    except OSError as error:
        raise RunError(f"{target}: cannot be replaced ({error.strerror})") from error


def _settle(folder: Path) -> None:
    """See the names in a folder onto the disk, where the system can."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def staging(out: Path, plan: str, as_of: str) -> Path:
    """The empty folder in which a set is put together."""
    folder = out / STAGING / plan / as_of
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def publish(out: Path, plan: str, as_of: str, record: Mapping[str, Any]) -> None:
    """Move a staged set into its place.

    Parameters
    ----------
    out : Path
    plan, as_of : str
        Which set; its files lie in `staging`, but for those that the record takes over from the set that is there.
    record : mapping
        What run.json is to hold, but for ``outputs``: {file: sha256}, which may name files taken over.

    Raises
    ------
    RunError
        If a file cannot be replaced; then the old set is put back.
    """
    staged, target = out / STAGING / plan / as_of, out / plan / as_of
    write(staged / RUN, to_json(record))
    _settle(staged)
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"{target}: cannot be made ({error.strerror})") from error
    kept = staged / _KEPT
    try:
        _keep(target, kept, record)
        _finish(staged, target, record)
    except BaseException:
        # Without this a file held open by another program would leave half of each set.
        for path in kept.iterdir() if kept.is_dir() else ():
            with contextlib.suppress(OSError):
                path.replace(target / path.name)
        (staged / RUN).unlink(missing_ok=True)
        raise
    shutil.rmtree(staged, ignore_errors=True)


def _keep(target: Path, kept: Path, record: Mapping[str, Any]) -> None:
    kept.mkdir()
    for name in (*record["outputs"], *_dropped(target, record), RUN):
        if (target / name).is_file():
            shutil.copyfile(target / name, kept / name)


def _dropped(target: Path, record: Mapping[str, Any]) -> list[str]:
    """Files of the set in place that the new one does not have."""
    return [name for name in _read(target / RUN).get("outputs", {}) if name not in record["outputs"]]


def _finish(staged: Path, target: Path, record: Mapping[str, Any]) -> None:
    for name in record["outputs"]:
        if (staged / name).is_file():
            _move(staged / name, target / name)
    for name in _dropped(target, record):
        (target / name).unlink(missing_ok=True)
    _settle(target)
    _move(staged / RUN, target / RUN)
    (target / FAILED).unlink(missing_ok=True)
    _settle(target)


def recover(out: Path) -> None:
    """Finish what a killed run was moving, and clear away what it had not finished making."""
    folder = out / STAGING
    for run in sorted(folder.glob(f"*/*/{RUN}")):
        staged, target = run.parent, out / run.parent.parent.name / run.parent.name
        record = _read(run)
        outputs = record.get("outputs")
        if isinstance(outputs, dict) and all(
            digest in (sha256(staged / name), sha256(target / name)) for name, digest in outputs.items()
        ):
            with contextlib.suppress(RunError, OSError):
                target.mkdir(parents=True, exist_ok=True)
                _finish(staged, target, record)
    shutil.rmtree(folder, ignore_errors=True)
    for path in out.glob(".index.html.new"):
        path.unlink(missing_ok=True)


def clear(out: Path) -> None:
    """Remove the staging folder at the end of a run."""
    shutil.rmtree(out / STAGING, ignore_errors=True)


def record_failure(out: Path, plan: str, as_of: str, failures: list[dict[str, Any]]) -> None:
    """Note beside the old set, or in its stead, that a new one could not be made.

    What an exception said is not written: it may quote what is to be withheld.
    """
    folder = out / plan / as_of
    folder.mkdir(parents=True, exist_ok=True)
    replace(folder / FAILED, (json.dumps({"failed": failures}, indent=1) + "\n").encode("utf-8"))


def forget_failure(folder: Path) -> None:
    """Take the note away: what is there is what was asked for."""
    (folder / FAILED).unlink(missing_ok=True)


def look(folder: Path) -> Published:
    """What lies in the folder of one plan at one date."""
    record = _read(folder / RUN)
    outputs = record.get("outputs")
    if not isinstance(outputs, dict):
        record, outputs = {}, {}
    wrong = [name for name, digest in outputs.items() if Path(name).name != name or sha256(folder / name) != digest]
    return Published(folder, record, tuple(wrong), tuple(_read(folder / FAILED).get("failed", ())))


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
