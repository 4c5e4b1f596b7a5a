"""Puts finished reports in their place, whole or not at all; one run at a time in one out folder.

A set (all files of one plan at one date) is written to ``<out>/.staging``. There its folder changes places with
``<out>/<plan>/<as_of>``, in one step of the file system: whenever the run ends, one of the two sets is there, whole.
Where that cannot be done (Windows, some file systems in a network, a folder with other things in it), it is moved file
by file, ``run.json`` last: it holds the sha256 of every other file, so a set is published when they agree. A run killed
while it was moving is finished by the next one.
"""

from __future__ import annotations

import contextlib
import ctypes
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

from planlib import locks
from planlib.errors import InputError, RunError
from planlib.reporting.results import to_json

RUN, FAILED, LOCK, STAGING = "run.json", "failed.json", ".lock", ".staging"
_KEPT, _WHOLE, _NEW, _ROOM = "old", ".whole", ".new", ".room"
_SWAP = {"linux": ("renameat2", -100), "darwin": ("renameatx_np", -2)}  # of the C library: its name, "where we stand"
_EXCHANGE = 2  # of both
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
    try:
        handle = locks.hold(path)
    except locks.Busy:
        raise InputError(f"{out}: another planlib run is writing here; wait for it, or {_ELSEWHERE}") from None
    except OSError as error:
        cannot = "locked" if error.errno in (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS) else "written to"
        raise InputError(f"{out}: cannot be {cannot} ({error.strerror}); {_ELSEWHERE}") from None
    try:
        yield
    finally:
        locks.free(path, handle)


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
    _replace(path, path.with_name(f".{path.name}.new"), data)


def put(out: Path, name: str, data: bytes) -> None:
    """Replace a file of the out folder by way of the staging folder, where nothing that a killed run leaves behind stays."""
    _replace(out / name, out / STAGING / _NEW / name, data)


def _replace(path: Path, partial: Path, data: bytes) -> None:
    if sha256(path) == hashlib.sha256(data).hexdigest():
        return
    try:
        write(partial, data)
        _move(partial, path)
    finally:
        with contextlib.suppress(OSError):
            partial.unlink()


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
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise RunError(f"{folder}: cannot be made ({error.strerror})") from error
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
    if _put_at_once(out, plan, as_of, record):
        return
    staged, target = out / STAGING / plan / as_of, out / plan / as_of
    write(staged / RUN, to_json(record))
    _settle(staged)
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"{target}: cannot be made ({error.strerror})") from error
    try:
        _keep(target, staged / _KEPT, record)
        _finish(staged, target, record)
    except BaseException:
        # Without this a file held open by another program would leave half of each set.
        _put_back(staged, target, record)
        (staged / RUN).unlink(missing_ok=True)
        raise
    shutil.rmtree(staged, ignore_errors=True)


def _put_at_once(out: Path, plan: str, as_of: str, record: Mapping[str, Any]) -> bool:
    """Let the folder of a staged set take its place in one step; False, and nothing changed, where that cannot be done."""
    staged, target = out / STAGING / plan / as_of, out / plan / as_of
    whole = out / STAGING / _WHOLE / plan / as_of  # where `recover` does not take the old set for one to be moved
    if sys.platform not in _SWAP or target.is_symlink():
        return False
    try:
        there = list(os.scandir(target)) if target.exists() else []
        gone = {*(path.name for path in staged.iterdir()), RUN, FAILED, *_dropped(target, record)}
        stay = [each for each in there if each.name not in gone]
        if not all(each.is_file(follow_symlinks=False) for each in stay):
            return False
        for folder in (whole.parent, target.parent):
            folder.mkdir(parents=True, exist_ok=True)
        staged.rename(whole)
    except OSError:
        return False
    try:
        for each in stay:
            os.link(each.path, whole / each.name)
        write(whole / RUN, to_json(record))
        _settle(whole)
        done = _swapped(whole, target)
    except OSError:
        done = False
    if not done:
        for name in (RUN, *(each.name for each in stay)):
            (whole / name).unlink(missing_ok=True)
        whole.rename(staged)
        return False
    _settle(target.parent)
    if whole.exists():
        with contextlib.suppress(OSError):
            shutil.copymode(whole, target)
        shutil.rmtree(whole, ignore_errors=True)
    return True


def _swapped(one: Path, other: Path) -> bool:
    """Let two folders change places, or one take a place that is free; False where the file system cannot."""
    if not other.exists():
        one.rename(other)
        return True
    name, here = _SWAP[sys.platform]
    swap = getattr(ctypes.CDLL(None, use_errno=True), name, None)
    return swap is not None and swap(here, os.fsencode(one), here, os.fsencode(other), _EXCHANGE) == 0


def _put_back(staged: Path, target: Path, record: Mapping[str, Any]) -> None:
    """Give the old files their places again, and take away new ones that the old set did not have."""
    kept = staged / _KEPT
    if not kept.is_dir():
        return
    for path in kept.iterdir():
        with contextlib.suppress(OSError):
            path.replace(target / path.name)
    for name in record["outputs"].keys() - _read(target / RUN).get("outputs", {}).keys():
        with contextlib.suppress(OSError):
            (target / name).unlink()


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
        if not isinstance(outputs, dict):
            continue
        if all(digest in (sha256(staged / name), sha256(target / name)) for name, digest in outputs.items()):
            try:
                target.mkdir(parents=True, exist_ok=True)
                _finish(staged, target, record)
            except OSError as error:
                raise RunError(f"{target}: what an earlier run made cannot be put here ({error.strerror})") from error
        else:
            _put_back(staged, target, record)
    clear(out)


def make_room(out: Path, sets: int) -> None:
    """Take what the index will need on the disk now, while nothing has been changed; `clear` gives it back.

    Raises
    ------
    InputError
        If there is not that much.
    """
    index = out / "index.html"
    before = index.stat().st_size if index.is_file() else 0
    try:
        write(out / STAGING / _ROOM, os.urandom(before + 40_000 + 5_000 * sets))  # noughts may take no room on a disk
    except RunError as error:
        raise InputError(f"{out}: cannot be written to ({getattr(error.__cause__, 'strerror', '')}); {_ELSEWHERE}") from None


def clear(out: Path) -> None:
    """Remove the staging folder at the end of a run."""
    shutil.rmtree(out / STAGING, ignore_errors=True)


def record_failure(out: Path, plan: str, as_of: str, failures: list[dict[str, Any]]) -> None:
    """Note beside the old set, or in its stead, that a new one could not be made.

    What an exception said is not written: it may quote what is to be withheld.
    """
    shutil.rmtree(out / STAGING / plan / as_of, ignore_errors=True)  # of no use any more, and the disk may be full
    folder = out / plan / as_of
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"{folder}: cannot be made ({error.strerror})") from error
    put(out, f"{plan}/{as_of}/{FAILED}", (json.dumps({"failed": failures}, indent=1) + "\n").encode("utf-8"))


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
